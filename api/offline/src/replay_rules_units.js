// The rules that move units: units.transfer, units.retire, units.cancel.

const RETIREMENT_PURPOSES = ['event', 'gift', 'meeting', 'public_good', 'voluntary'];
const CLAIM_PURPOSES = { EVENT: 'event', MEETING: 'meeting' };
const RETIRED_BATCHES_MAX = 16;
const CLAIM_RETIREMENTS_MAX = 32;

const RULE_UNITS_TRANSFER = {
  kind: 'units.transfer',

  read(form) {
    const body = {
      units: readUnits(form),
      source: form.text('from', FORMAT.id),
      target: form.text('to', FORMAT.id),
      settlement: readSettlement(form),
      agency: readAgency(form),
    };
    form.done();
    return body;
  },

  // Who agrees to a published price signs as well.
  needs(books, order, { source, target, settlement, agency }) {
    const own = agencyNeeds(books, order, source, agency);
    const priced = settlement !== null && settlement.price_fen !== null;
    return priced ? [...own, needRepresentative(target, 'initiate')] : own;
  },

  decide(books, order, { units, source, target, settlement, agency }, moment) {
    const agent = agentOf(books, order, agency, moment);
    findAccount(books, source, 'holder');
    findAccount(books, target, 'holder');
    refuseIf(source === target, 'SAME_ACCOUNT', { account: source });
    const rows = [];
    if (settlement !== null) {
      const text = `${settlement.venue}\n${settlement.trade_no}`;
      const key = `settlement/${sha256Hex(utf8(text))}`;
      refuseIf(books.row(key) !== null, 'SETTLEMENT_ALREADY_USED', { key });
      rows.push({ key, value: { ...settlement, agent, seq: moment.seq } });
    }
    return { movements: takeUnits(books, `acct/${source}`, `acct/${target}`, units), rows };
  },
};

function readSettlement(form) {
  if (!form.has('external_settlement')) return null;
  const inner = form.form('external_settlement');
  const settlement = {
    venue: inner.text('venue'),
    trade_no: inner.text('trade_no', null, 100),
    date: inner.day('date'),
    price_commitment: inner.optionalText('price_commitment', FORMAT.sha256),
    price_fen: inner.has('price_fen') ? inner.integer('price_fen') : null,
  };
  inner.done();
  const both = settlement.price_fen !== null && settlement.price_commitment !== null;
  refuseIf(both, 'FIELD_FORMAT', { field: 'body.external_settlement.price_fen' });
  return settlement;
}

const RULE_UNITS_RETIRE = {
  kind: 'units.retire',

  read(form) {
    const units = readUnits(form);
    const described = {
      purpose: form.choice('purpose', RETIREMENT_PURPOSES),
      claim: form.optionalText('claim', FORMAT.id),
      beneficiary: readBeneficiary(form.form('beneficiary')),
      consumption_period: form.has('consumption_period') ? form.period('consumption_period') : null,
      payer: form.has('payer') ? form.organisation('payer') : null,
      place: form.has('place') ? readRetirementPlace(form.form('place')) : null,
      statement: form.has('statement') ? form.words('statement', 200) : null,
      account: form.text('account', FORMAT.id),
    };
    const agency = readAgency(form);
    form.done();
    return { units, described, agency };
  },

  needs: (books, order, body) => agencyNeeds(books, order, body.described.account, body.agency),

  decide(books, order, { units, described, agency }, moment) {
    const { account: id, claim: claimId } = described;
    const agent = agentOf(books, order, agency, moment);
    const account = findAccount(books, id, 'holder');
    const claim = claimId === null ? null : findOwnClaim(books, claimId, id);
    const ready = claim === null || (claim.measurement !== null && claim.completion === null);
    refuseIf(!ready, 'CLAIM_STATE_WRONG', { claim: claimId });
    const movements = takeUnits(books, `acct/${id}`, `retired/${moment.seq}`, units);
    const quantityKg = kgOf(movements);
    const retirement = idOf(moment.seq);
    const value = {
      ...described,
      agent,
      batches: retiredBatches(books, movements),
      ets_covered: account.ets_covered,
      from: `acct/${id}`,
      org: account.org,
      quantity_kg: quantityKg,
      retired_at_us: moment.atUs,
      retired_seq: moment.seq,
    };
    const rows = [{ key: `retire/${retirement}`, value }];
    if (claim !== null) {
      const coveringKg = claim.retired_kg - impairedKgOfClaim(books, claim);
      checkRetirementForClaim(described, claim, { coveringKg, quantityKg }, moment);
      rows.unshift({ key: `claim/${claimId}`, value: countedClaim(claim, quantityKg, retirement, moment) });
    }
    return { movements, rows };
  },
};

/** An organisation in clear, or a person as a salted commitment. */
function readBeneficiary(form) {
  const isPerson = form.has('person');
  const named = isPerson
    ? { person: form.text('person', FORMAT.sha256) }
    : { org: form.organisation('org') };
  form.done();
  return named;
}

function readRetirementPlace(form) {
  const place = { county: form.text('county', FORMAT.county) };
  form.done();
  return place;
}

function findOwnClaim(books, claimId, account) {
  const claim = findRow(books, `claim/${claimId}`, 'CLAIM_UNKNOWN');
  refuseIf(claim.account !== account, 'CLAIM_NOT_OWN', { claim: claimId });
  return claim;
}

function countedClaim(claim, quantityKg, retirement, { atUs, seq }) {
  const counted = { quantity_kg: quantityKg, retired_at_us: atUs, retirement, seq };
  const retirements = [...claim.retirements, counted];
  return { ...claim, retired_kg: claim.retired_kg + quantityKg, retirements };
}

/** One kilogram serves one claim, and none more than its residual asks for (invariant 4). */
function checkRetirementForClaim({ beneficiary, purpose }, claim, { coveringKg, quantityKg }, moment) {
  const residualG = BigInt(claim.measurement.residual_g);
  const retiredG = BigInt(coveringKg) * 1000n;
  const isLast = claim.retirements.length + 1 >= CLAIM_RETIREMENTS_MAX;
  const short = retiredG + BigInt(quantityKg) * 1000n < residualG;
  refuseIf(isLast && short, 'RETIRED_TOO_LITTLE');
  refuseIf(CLAIM_PURPOSES[claim.kind] !== purpose, 'CLAIM_PURPOSE_WRONG', { purpose });
  const own = sameJson(beneficiary, { org: claim.claimant });
  refuseIf(!own, 'BENEFICIARY_NOT_CLAIMANT');
  refuseIf(retiredG >= residualG, 'CLAIM_ALREADY_COVERED', { retired_kg: coveringKg });
  refuseIf(moment.atUs >= claim.deadline_at_us, 'DEADLINE_PASSED', { deadline: claim.deadline });
}

/** Return what a paper needs to name the units, by batch. */
function retiredBatches(books, movements) {
  const quantities = new Map();
  for (const { batch, first, end } of movements) {
    quantities.set(batch, (quantities.get(batch) ?? 0) + end - first);
  }
  refuseIf(quantities.size > RETIRED_BATCHES_MAX, 'TOO_MANY_RANGES', { batches: quantities.size });
  return [...quantities.keys()].sort().map((batch) => {
    const row = findRow(books, `batch/${batch}`, 'BATCH_UNKNOWN');
    return {
      affiliated: row.affiliated,
      batch,
      counties: row.counties,
      methodology: { id: row.methodology.id, version: row.methodology.version },
      name: row.name,
      project: row.project,
      quantity_kg: quantities.get(batch),
      track: 'LOCAL',
      verifier: row.verifier,
    };
  });
}

const RULE_UNITS_CANCEL = {
  kind: 'units.cancel',

  read(form) {
    const units = readUnits(form);
    const described = {
      reason: form.choice('reason', ['correction', 'loss', 'replacement']),
      evidence_sha256: form.text('evidence_sha256', FORMAT.sha256),
      statement: form.words('statement', 300),
    };
    const account = form.optionalText('account', FORMAT.id);
    const pool = form.has('pool') ? form.choice('pool', Object.values(POOLS)) : null;
    form.done();
    refuseIf((account === null) === (pool === null), 'FIELD_MISSING', { field: 'body.account' });
    return { units, described, account, pool };
  },

  needs(books, order, { account }) {
    if (account === null) return registrarSigns(order, 'issuer', 'supervisor');
    return [...holderNeeds(books, order, account), needOfficer('supervisor')];
  },

  decide(books, order, { units, described, account, pool }, moment) {
    if (account !== null) findAccount(books, account, 'holder');
    const from = account === null ? `buffer/${pool}` : `acct/${account}`;
    const movements = takeUnits(books, from, `cancelled/${moment.seq}`, units);
    const value = {
      ...described,
      cancelled_at_us: moment.atUs,
      cancelled_seq: moment.seq,
      from,
      quantity_kg: kgOf(movements),
    };
    return { movements, rows: [{ key: `cancel/${idOf(moment.seq)}`, value }] };
  },
};
