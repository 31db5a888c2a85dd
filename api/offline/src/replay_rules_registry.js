// The rules by which a registry begins: registry.open, rules.activate, and published parameters.

const OFFICER_ROLES = ['issuer', 'registrar', 'supervisor'];
const SERVICE_KINDS = [
  'anchor.record', 'certificate.expire', 'certificate.record', 'loss.impair', 'state.commit',
];
const KEY_ALGORITHMS = ['ed25519', 'webauthn-es256'];
const KEY_DIGITS = { 'ed25519': 64, 'webauthn-es256': 66 };

// Bodies of keys and persons, which account orders have as well.

function readKey(form) {
  const key = { alg: form.choice('alg', KEY_ALGORITHMS), key: form.text('key', FORMAT.key) };
  refuseIf(key.key.length !== KEY_DIGITS[key.alg], 'FIELD_FORMAT', { field: 'key' });
  return key;
}

function keyRow({ alg, key }, validFromUs, { person = null, service = null }) {
  const value = { alg, person, service, valid_from_us: validFromUs, valid_until_us: null };
  return { key: `key/${key}`, value };
}

/** A key that is or ever was registered, or stands twice in an order, is not a new one. */
function checkNewKeys(books, keys) {
  for (const [position, { key }] of keys.entries()) {
    const twice = keys.slice(0, position).some((other) => other.key === key);
    refuseIf(twice || books.row(`key/${key}`) !== null, 'KEY_ALREADY_USED', { key });
  }
}

/** Return the rows of persons who are not known yet; a known one keeps commitment and role. */
function personRows(books, people) {
  const rows = [];
  for (const { person, commitment, officer = null } of people) {
    const known = books.row(`person/${person}`);
    if (known === null) {
      rows.push({ key: `person/${person}`, value: { commitment, officer } });
      continue;
    }
    refuseIf(known.officer !== null, 'OFFICER_IN_HOLDER_ACCOUNT', { person });
    refuseIf(known.commitment !== commitment, 'PERSON_CONFLICT', { person });
  }
  return rows;
}

// registry.open

const CHECKPOINT_TEXT = new RegExp(
  `^(${ORIGIN_TEXT})\\n([1-9][0-9]{0,14})\\n([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)\\n\\n` +
    '(?:— [^\\n ]+ [A-Za-z0-9+/]+={0,2}\\n)+$',
);
const CHECKPOINT_CHARACTERS_MAX = 24_000;

const RULE_REGISTRY_OPEN = {
  kind: 'registry.open',

  read(form) {
    const parts = { log: form.form('log'), seal: form.form('seal'), webauthn: form.form('webauthn') };
    const vkeys = parts.log.forms('vkeys', 1).map((item) => item.text('vkey', null, 2500));
    const origins = parts.webauthn.forms('origins').map((item) => item.text('origin'));
    const described = {
      environment: form.choice('environment', ['demo', 'production']),
      issuer: form.words('issuer'),
      log_vkeys: vkeys,
      name: form.words('name'),
      origin: form.text('origin', FORMAT.origin),
      policy_basis: form.text('policy_basis', null, 400),
      predecessor: readPredecessor(form),
      seal_root_sha256: parts.seal.text('root_sha256', FORMAT.sha256),
      webauthn: { origins, rp_id: parts.webauthn.text('rp_id') },
    };
    const officers = form.forms('officers', 3, 8).map(readOfficer);
    const services = form.forms('services', 0, 8).map(readService);
    for (const part of [parts.log, parts.seal, parts.webauthn, form]) part.done();
    const names = new Set(services.map(({ name }) => name));
    refuseIf(names.size !== services.length, 'DUPLICATE_ITEM', { field: 'services' });
    return { described, officers, services };
  },

  needs(books, order, body) {
    refuseIf(order.actor !== 'registrar', 'ACTOR_WRONG', { actor: order.actor });
    refuseIf(order.log !== body.described.origin, 'WRONG_LOG', { log: order.log });
    return body.officers.map(({ key }) => needKey(key.key));
  },

  decide(books, order, { described, officers, services }, moment) {
    refuseIf(moment.seq !== 0 || books.row('registry') !== null, 'REGISTRY_ALREADY_OPEN');
    refuseIf(described.predecessor?.origin === order.log, 'LOG_NOT_ANOTHER', { log: order.log });
    const persons = new Set(officers.map(({ person }) => person));
    const roles = officers.map(({ officer }) => officer);
    const filled = OFFICER_ROLES.every((role) => roles.includes(role));
    refuseIf(persons.size !== officers.length || !filled, 'OFFICER_ROLES_MISSING');
    checkNewKeys(books, [...officers, ...services].map(({ key }) => key));
    const rows = [
      { key: 'registry', value: { ...described, opened_at_us: moment.atUs } },
      { key: 'rules/active', value: { hash: order.rules, since_seq: moment.seq } },
      { key: 'org/registrar', value: { account: null, affiliated: true, commitment: null } },
      ...personRows(books, officers),
      ...officers.map(({ key, person }) => keyRow(key, moment.atUs, { person })),
      ...services.map(({ name, kinds }) => ({ key: `service/${name}`, value: { kinds } })),
      ...services.map(({ key, name }) => keyRow(key, moment.atUs, { service: name })),
    ];
    return { movements: [], rows };
  },
};

function readOfficer(form) {
  const officer = {
    person: form.text('person', FORMAT.person),
    commitment: form.text('commitment', FORMAT.sha256),
    officer: form.choice('role', OFFICER_ROLES),
    key: readKey(form),
  };
  form.done();
  return officer;
}

function readService(form) {
  const service = {
    name: form.text('name', FORMAT.name),
    kinds: form.texts('kinds', FORMAT.kind, 1),
    key: readKey(form),
  };
  const known = service.kinds.every((kind) => SERVICE_KINDS.includes(kind));
  refuseIf(!known, 'CHOICE_UNKNOWN', { field: 'kinds' });
  form.done();
  return service;
}

/** Read the last checkpoint of the log that this one goes on from; its lines, and its digest. */
function readPredecessor(form) {
  if (!form.has('predecessor')) return null;
  const inner = form.form('predecessor');
  const note = inner.text('checkpoint', CHECKPOINT_TEXT);
  inner.done();
  const tooLong = characters(note) > CHECKPOINT_CHARACTERS_MAX;
  refuseIf(tooLong, 'FIELD_FORMAT', { field: 'body.predecessor.checkpoint' });
  const [, origin, size, root] = CHECKPOINT_TEXT.exec(note);
  return {
    checkpoint_sha256: sha256Hex(utf8(note)),
    origin,
    root: hexOf(bytesOfBase64(root)),
    size: Number(size),
  };
}

// rules.activate

const RULE_RULES_ACTIVATE = {
  kind: 'rules.activate',

  read(form) {
    const ruleSet = form.text('rule_set', FORMAT.sha256);
    form.text('reason', null, 500);
    form.done();
    return { ruleSet };
  },

  needs: (books, order) => registrarSigns(order, 'issuer', 'supervisor'),

  decide(books, order, { ruleSet }, moment) {
    refuseIf(ruleSet === order.rules, 'RULES_ALREADY_ACTIVE', { rule_set: ruleSet });
    const active = { hash: ruleSet, since_seq: moment.seq + 1 };
    return { movements: [], rows: [{ key: 'rules/active', value: active }] };
  },
};
