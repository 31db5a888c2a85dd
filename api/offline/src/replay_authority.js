// Who must sign: a rule names its needs, and signatures and needs match one to one. Persons are
// compared, never keys: two keys of one person fill one need, and no signature may be left over.

function needOfficer(role) {
  return { what: 'officer', role };
}

function needRepresentative(account, role) {
  return { what: 'representative', account, role };
}

function needPerson(person) {
  return { what: 'person', role: person };
}

/** A signature by a key that the order itself introduces. */
function needKey(key) {
  return { what: 'key', role: key };
}

function needService(name) {
  return { what: 'service', role: name };
}

function registrarSigns(order, ...roles) {
  refuseIf(order.actor !== 'registrar', 'ACTOR_WRONG', { actor: order.actor });
  return roles.map(needOfficer);
}

function serviceSigns(order, name) {
  refuseIf(order.actor !== `service/${name}`, 'ACTOR_WRONG', { actor: order.actor });
  return [needService(name)];
}

/** Name the person or service behind each signature at this moment. */
function identifySigners(books, sigs, moment, needs) {
  return sigs.map(({ alg, key }) => {
    const row = books.row(`key/${key}`);
    if (row === null) {
      const introduced = needs.some((need) => need.what === 'key' && need.role === key);
      refuseIf(!introduced, 'KEY_UNKNOWN', { key });
      return { key, person: null, service: null };
    }
    const over = row.valid_until_us !== null && row.valid_until_us <= moment.atUs;
    const begun = row.valid_from_us <= moment.atUs;
    refuseIf(over || !begun || row.alg !== alg, 'KEY_NOT_VALID', { key });
    return { key, person: row.person, service: row.service };
  });
}

/** Match signatures and needs one to one, by different persons. */
function checkSigners(books, order, signers, needs) {
  const fits = needs.map((need) => signers.map((signer) => fitsNeed(books, order, signer, need)));
  const filled = fillNeeds(fits, signers, 0, [], []);
  refuseIf(!filled, 'SIGNATURE_MISSING', { needed: needs.length });
  refuseIf(signers.length > needs.length, 'SIGNATURE_SURPLUS', { needed: needs.length });
}

/** Say whether the needs from `at` on can be filled by signers and persons that are still free. */
function fillNeeds(fits, signers, at, used, persons) {
  if (at === fits.length) return true;
  return signers.some(({ person }, index) => {
    if (used.includes(index) || !fits[at][index] || persons.includes(person)) return false;
    const named = person === null ? persons : [...persons, person];
    return fillNeeds(fits, signers, at + 1, [...used, index], named);
  });
}

function fitsNeed(books, order, signer, need) {
  if (need.what === 'key') return signer.key === need.role;
  if (need.what === 'service') {
    const kinds = books.row(`service/${need.role}`)?.kinds ?? [];
    return signer.service === need.role && kinds.includes(order.kind);
  }
  if (signer.person === null) return false;
  if (need.what === 'person') return signer.person === need.role;
  if (need.what === 'officer') return books.row(`person/${signer.person}`)?.officer === need.role;
  const roles = rolesOf(books, need.account, signer.person);
  return need.role === 'any' ? roles.length > 0 : roles.includes(need.role);
}

function representativesOf(books, account) {
  return books.row(`acct/${account}`)?.representatives ?? [];
}

function rolesOf(books, account, person) {
  return representativesOf(books, account)
    .filter((item) => item.person === person)
    .flatMap((item) => item.roles);
}

/** An account signs by one who initiates, under dual control also by another who approves. */
function accountNeeds(books, account) {
  const initiate = needRepresentative(account, 'initiate');
  const dual = books.row(`acct/${account}`)?.dual_control === true;
  return dual ? [initiate, needRepresentative(account, 'approve')] : [initiate];
}

function holderNeeds(books, order, account) {
  refuseIf(order.actor !== `acct/${account}`, 'ACTOR_WRONG', { actor: order.actor });
  return accountNeeds(books, account);
}

/** Read the optional `on_behalf_of`: an accredited agent signs for an account, by a mandate. */
function readAgency(form) {
  if (!form.has('on_behalf_of')) return null;
  const inner = form.form('on_behalf_of');
  const agency = {
    account: inner.text('account', FORMAT.id),
    mandateSha256: inner.text('mandate_sha256', FORMAT.sha256),
  };
  inner.done();
  return agency;
}

function agentId(order) {
  return order.actor.startsWith('acct/') ? order.actor.slice('acct/'.length) : order.actor;
}

/** Return who signs: the account's representatives, or those of the agent that it mandated. */
function agencyNeeds(books, order, account, agency) {
  if (agency === null) return holderNeeds(books, order, account);
  const agent = agentId(order);
  const mandates = books.row(`acct/${account}`)?.mandates ?? {};
  const given = Object.hasOwn(mandates, agent) ? mandates[agent] : null;
  const fits =
    given !== null &&
    agency.account === account &&
    given.mandate_sha256 === agency.mandateSha256 &&
    given.kinds.includes(order.kind);
  refuseIf(!fits, 'MANDATE_MISSING', { account, agent });
  return holderNeeds(books, order, agent);
}

/** Return how a row names the agent, or null; a mandate that has run out is none. */
function agentOf(books, order, agency, moment) {
  if (agency === null) return null;
  const agent = agentId(order);
  const row = findAccount(books, agent, 'agent');
  const mandates = findAccount(books, agency.account).mandates;
  const until = Object.hasOwn(mandates, agent) ? mandates[agent].until : null;
  const over = until === null || until < beijingDate(moment.atUs);
  refuseIf(over, 'MANDATE_MISSING', { account: agency.account, agent });
  return { account: agent, mandate_sha256: agency.mandateSha256, org: row.org };
}

function findAccount(books, account, ...types) {
  const row = books.row(`acct/${account}`);
  refuseIf(row === null, 'ACCOUNT_UNKNOWN', { account });
  refuseIf(types.length > 0 && !types.includes(row.type), 'ACCOUNT_TYPE_WRONG', { account });
  return row;
}

/** Return the row under a key, or refuse with that name. */
function findRow(books, key, refusal) {
  const row = books.row(key);
  refuseIf(row === null, refusal, { key });
  return row;
}

/** An attestor shares neither its organisation nor a person with any of the others. */
function checkIndependent(books, attestor, others) {
  const own = findAccount(books, attestor);
  const people = own.representatives.map((item) => item.person);
  for (const other of others) {
    const row = findAccount(books, other);
    const shared = row.representatives.some((item) => people.includes(item.person));
    refuseIf(own.org === row.org || shared, 'NOT_INDEPENDENT', { account: attestor, other });
  }
  return own;
}
