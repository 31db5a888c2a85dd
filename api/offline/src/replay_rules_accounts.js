// The rules about who may sign: account.open and account.keys.

const ATTESTING = ['validator', 'verifier'];
const RECOVERY_DELAY_US = 7 * DAY_US;
const MANDATE_KINDS = [
  'claim.complete', 'claim.measure', 'claim.open', 'units.retire', 'units.transfer',
];

function readRepresentative(form) {
  const roles = form.texts('roles', FORMAT.name, 1, 3);
  const known = roles.every((role) => ['initiate', 'approve', 'read'].includes(role));
  refuseIf(!known, 'CHOICE_UNKNOWN', { field: 'roles' });
  const representative = {
    person: form.text('person', FORMAT.person),
    key: readKey(form),
    commitment: form.text('commitment', FORMAT.sha256),
    roles: [...roles].sort(),
  };
  form.done();
  return representative;
}

function listedRepresentative({ person, roles }) {
  return { person, roles };
}

/** A known person agrees to each new key or role by signing with an earlier key. */
function consentNeeds(books, people) {
  return people.filter((person) => books.row(`person/${person}`) !== null).map(needPerson);
}

/** Somebody must initiate; under dual control somebody else must approve. */
function checkAble(listed, dualControl) {
  const having = (role) => listed.filter(({ roles }) => roles.includes(role)).map(({ person }) => person);
  const [initiates, approves] = [having('initiate'), having('approve')];
  const two = approves.length > 0 && new Set([...initiates, ...approves]).size > 1;
  refuseIf(initiates.length === 0 || (dualControl && !two), 'REPRESENTATIVES_TOO_FEW');
}

const RULE_ACCOUNT_OPEN = {
  kind: 'account.open',

  read(form) {
    const body = {
      type: form.choice('type', ['agent', 'holder', 'validator', 'verifier']),
      org: form.optionalText('org', FORMAT.id),
      commitment: form.optionalText('commitment', FORMAT.sha256),
      etsCovered: form.flag('ets_covered'),
      affiliated: form.flag('affiliated'),
      dualControl: form.flag('dual_control'),
      representatives: form.forms('representatives', 1, 6).map(readRepresentative),
    };
    form.done();
    const both = (body.org === null) === (body.commitment === null);
    refuseIf(both, 'FIELD_MISSING', { field: 'body.commitment or body.org' });
    return body;
  },

  needs(books, order, body) {
    const keys = body.representatives.map(({ key }) => needKey(key.key));
    const known = consentNeeds(books, body.representatives.map(({ person }) => person));
    const agreeing = known.map(({ role }) => role);
    return [...registrarSigns(order, 'registrar'), ...keys, ...known, ...orgNeeds(books, body, agreeing)];
  },

  decide(books, order, body, moment) {
    const { representatives } = body;
    checkNewKeys(books, representatives.map(({ key }) => key));
    const names = new Set(representatives.map(({ person }) => person));
    refuseIf(names.size !== representatives.length, 'PERSON_CONFLICT');
    const listed = representatives.map(listedRepresentative);
    checkAble(listed, body.dualControl);
    const rows = personRows(books, representatives);
    for (const { key, person } of representatives) rows.push(keyRow(key, moment.atUs, { person }));
    const account = idOf(moment.seq);
    const org = orgRow(books, body, account);
    const value = {
      affiliated: body.affiliated,
      dual_control: body.dualControl,
      ets_covered: body.etsCovered,
      mandates: {},
      opened_at_us: moment.atUs,
      org: org.key.slice('org/'.length),
      representatives: listed,
      type: body.type,
    };
    return { movements: [], rows: [...rows, org, { key: `acct/${account}`, value }] };
  },
};

/**
 * Return whose signatures a known organisation still owes for a further account. Who signs as a
 * representative of the new account as well counts for it, first where nobody else could sign.
 */
function orgNeeds(books, body, agreeing) {
  const org = body.org === null ? null : books.row(`org/${body.org}`);
  if (org === null) return [];
  const people = representativesOf(books, org.account).map(({ person }) => person);
  const can = (person, role) => rolesOf(books, org.account, person).includes(role);
  const others = ({ role }) =>
    people.filter((person) => !agreeing.includes(person) && can(person, role)).length;
  const free = people
    .filter((person) => agreeing.includes(person))
    .sort((one, other) => rolesOf(books, org.account, one).length - rolesOf(books, org.account, other).length);
  const owed = accountNeeds(books, org.account);
  const filled = [];
  for (const need of [...owed].sort((one, other) => others(one) - others(other))) {
    const at = free.findIndex((person) => can(person, need.role));
    if (at < 0) continue;
    free.splice(at, 1);
    filled.push(need);
  }
  return owed.filter((need) => !filled.includes(need));
}

/** Return the organisation's row: a new one, or one with one more type of account. */
function orgRow(books, body, account) {
  let value = { account, affiliated: body.affiliated, commitment: body.commitment };
  let types = [];
  if (body.org !== null) {
    value = findRow(books, `org/${body.org}`, 'ORG_UNKNOWN');
    types = value.types;
  }
  types = [...new Set([...types, body.type])].sort();
  const attests = types.filter((type) => ATTESTING.includes(type)).length;
  refuseIf(attests > 0 && attests < types.length, 'NOT_INDEPENDENT', { types });
  return { key: `org/${body.org ?? account}`, value: { ...value, types } };
}

const RULE_ACCOUNT_KEYS = {
  kind: 'account.keys',

  read(form) {
    const account = form.text('account', FORMAT.id);
    const action = form.choice('action', ['add', 'end', 'mandate', 'object', 'recover', 'revoke']);
    const body = { account, action };
    if (action === 'add') body.representative = readRepresentative(form.form('representative'));
    else if (action === 'object' || action === 'revoke') body.key = form.text('key', FORMAT.key);
    else if (action === 'recover') {
      body.lostKey = form.text('lost_key', FORMAT.key);
      body.newKey = readKey(form);
      body.person = form.text('person', FORMAT.person);
    } else if (action === 'mandate') body.mandate = readMandate(form);
    else body.agent = form.text('agent', FORMAT.id);
    form.done();
    return body;
  },

  needs(books, order, body) {
    const { account, action } = body;
    const people = representativesOf(books, account);
    const approvers = people.filter(({ roles }) => roles.includes('approve')).map(({ person }) => person);
    const approver = needRepresentative(account, approvers.length > 0 ? 'approve' : 'initiate');
    if (order.actor === `acct/${account}`) {
      if (action === 'add') return addNeeds(books, body.representative, approver, approvers);
      if (action === 'mandate') return [approver, needOfficer('registrar')];
      if (action === 'end' || action === 'revoke') return [approver];
      if (action === 'object') return [needRepresentative(account, 'any')];
    }
    const officers = [needOfficer('registrar'), needOfficer('supervisor')];
    if (order.actor === 'registrar' && action === 'revoke') return officers;
    if (order.actor === 'registrar' && action === 'recover') return [...officers, needKey(body.newKey.key)];
    return refuse('ACTOR_WRONG', { actor: order.actor });
  },

  decide(books, order, body, moment) {
    const named = body.key ?? body.lostKey ?? null;
    const key = named === null ? null : accountKey(books, body.account, named);
    const account = findAccount(books, body.account);
    if (body.action === 'add') return { movements: [], rows: addedRows(books, account, body, moment) };
    if (body.action === 'recover') return { movements: [], rows: recoveryRows(books, key, body, moment) };
    if (body.action === 'revoke') return { movements: [], rows: [revokedRow(key, body.key, moment)] };
    if (body.action === 'object') return { movements: [], rows: objectionRows(books, key, body.key, moment) };
    return { movements: [], rows: [mandateRow(books, account, body)] };
  },
};

function readMandate(form) {
  const mandate = {
    agent: form.text('agent', FORMAT.id),
    mandate_sha256: form.text('mandate_sha256', FORMAT.sha256),
    kinds: form.texts('kinds', FORMAT.kind, 1),
    until: form.day('until'),
  };
  const known = mandate.kinds.every((kind) => MANDATE_KINDS.includes(kind));
  refuseIf(!known, 'CHOICE_UNKNOWN', { field: 'kinds' });
  return mandate;
}

/** One person fills one need: an approver who adds a key of their own has consented already. */
function addNeeds(books, representative, approver, approvers) {
  const known = consentNeeds(books, [representative.person]);
  const consented = known.length > 0 && approvers.includes(representative.person);
  const first = consented ? [] : [approver];
  return [...first, ...known, needOfficer('registrar'), needKey(representative.key.key)];
}

/** Return the row of a key that belongs to a representative of the account. */
function accountKey(books, account, key) {
  const row = books.row(`key/${key}`);
  const people = representativesOf(books, account).map(({ person }) => person);
  refuseIf(row === null || !people.includes(row.person), 'KEY_UNKNOWN', { key, account });
  return row;
}

function addedRows(books, account, body, moment) {
  const added = body.representative;
  checkNewKeys(books, [added.key]);
  const people = personRows(books, [added]);
  const others = account.representatives.filter(({ person }) => person !== added.person);
  const representatives = [...others, listedRepresentative(added)];
  checkAble(representatives, account.dual_control);
  const row = { key: `acct/${body.account}`, value: { ...account, representatives } };
  return [...people, keyRow(added.key, moment.atUs, { person: added.person }), row];
}
