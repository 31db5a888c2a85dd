// From the answers of a form to the order that they mean: {actor, body, private}.

const BODY_MAKERS = {
  'account.open': accountBody,
  'units.transfer': (given) => actedFor(given, given.from, {
    from: given.from,
    to: given.to,
    ...unitsOf(given),
    ...(given.external_settlement ? { external_settlement: given.external_settlement } : {}),
  }),
  'units.retire': (given) => {
    checkDates(given.consumption_period);
    const { account, purpose, claim, beneficiary, consumption_period, payer, statement } = given;
    const place = given.county === undefined ? undefined : { county: given.county };
    const body = { account, purpose, claim, beneficiary, consumption_period, payer, place, statement };
    return actedFor(given, account, { ...withoutBlanks(body), ...unitsOf(given) });
  },
  'holding.state': (given) => actedFor(given, given.account, { account: given.account }),
  'claim.open': (given) => {
    const { account, attendance, boundary, claimant, kind, name, standard, start, end } = given;
    const dates = { end, start };
    checkDates(dates);
    const place = { county: given.county, venue: given.venue };
    return actedFor(given, account, { account, attendance, boundary, claimant, dates, kind, name, path: 'units', place, standard });
  },
  'claim.measure': (given) => {
    const { account, claim, excluded, factors, groups_g, input_sha256, proxies = [], reductions } = given;
    const total_g = Object.values(groups_g).reduce((sum, grams) => sum + grams, 0);
    const engine = { id: 'SL-EVENT', version: '1' };
    return actedFor(given, account, {
      account, claim, engine, excluded, factors: [...factors].sort(), groups_g, input_sha256,
      proxies: [...proxies].sort(), reductions, residual_g: total_g, total_g,
    });
  },
  'claim.complete': (given) => {
    const { account, claim, conclusion, declarant, declared_on, evaluator, assurance } = given;
    const kind = assurance.body === undefined ? 'self' : 'third_party';
    const declaration = { conclusion, declarant, declared_on, evaluator };
    return actedFor(given, account, { account, assurance: { kind, ...assurance }, claim, declaration });
  },
};

/** Seal who the organisation and its persons are: the order holds commitments, the records travel. */
function accountBody(given, facts) {
  const { type, dual_control, ets_covered, affiliated } = given;
  const people = given.representatives.map(({ key, roles, ...record }) => {
    const sealed = sealRecord(facts.origin, 'person', record);
    return { sealed, listed: { alg: 'ed25519', commitment: sealed.commitment, key, person: newPerson(), roles } };
  });
  const { org, ...record } = given.owner;
  const sealed = org === undefined ? [sealRecord(facts.origin, 'org', record)] : [];
  const whose = org === undefined ? { commitment: sealed[0].commitment } : { commitment: null, org };
  const representatives = people.map((person) => person.listed);
  return {
    actor: 'registrar',
    body: { affiliated, ...whose, dual_control, ets_covered, representatives, type },
    private: [...sealed, ...people.map((person) => person.sealed)],
  };
}

/** Let the account act, or its agent, which names the account and the mandate. */
function actedFor({ agency }, account, body) {
  if (agency === undefined) return { actor: `acct/${account}`, body };
  const on_behalf_of = { account, mandate_sha256: agency.mandate_sha256 };
  return { actor: `acct/${agency.agent}`, body: { ...body, on_behalf_of } };
}

function unitsOf({ units }) {
  return units.serials === undefined ? { quantity_kg: units.quantity_kg } : { ranges: readSerials(units.serials) };
}

function checkDates(period) {
  if (period) require_(period.start <= period.end, 'dates_reversed');
}

function withoutBlanks(value) {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}
