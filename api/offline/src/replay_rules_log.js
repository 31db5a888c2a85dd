// The rules about the log itself: state.commit, anchor.record, log.keys, log.freeze, and the
// papers that it states: certificate.record.

const FROZEN_ROW = 'log/frozen';
const STILL_TAKEN = ['anchor.record', 'certificate.record', 'state.commit'];
const VKEY_TEXT = new RegExp(
  `^[^+${SPACE}]+\\+[0-9a-f]{8}\\+(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}[A-Za-z0-9+/=]=)?$`,
);
const VKEY_CHARACTERS_MAX = 2500;

/** A frozen log takes nothing but what its services still owe; the first check of class 3. */
function checkFrozen(books, order) {
  const frozen = books.row(FROZEN_ROW) !== null && !STILL_TAKEN.includes(order.kind);
  refuseIf(frozen, 'LOG_FROZEN', { kind: order.kind });
}

const RULE_STATE_COMMIT = {
  kind: 'state.commit',

  read(form) {
    const totals = form.form('supply');
    const body = {
      root: form.text('root', FORMAT.sha256),
      supply: Object.fromEntries(SUPPLY_TOTALS.map((name) => [name, totals.integer(name)])),
      through: form.integer('through'),
    };
    totals.done();
    form.done();
    return body;
  },

  needs: (books, order) => serviceSigns(order, 'state'),

  // Whether root and supply are right is not the rule's question; see StateFollower.
  decide(books, order, body, moment) {
    const committed = books.row('state/latest')?.through ?? -1;
    const fits = committed < body.through && body.through < moment.seq;
    refuseIf(!fits, 'THROUGH_WRONG', { through: body.through, committed });
    return { movements: [], rows: [{ key: 'state/latest', value: { ...body, seq: moment.seq } }] };
  },
};

const RULE_ANCHOR_RECORD = {
  kind: 'anchor.record',

  read(form) {
    const body = {
      authority: form.text('authority'),
      form: form.choice('form', ['opentimestamps', 'rfc3161']),
      gen_time_us: form.integer('gen_time_us'),
      root: form.text('root', FORMAT.sha256),
      sha256: form.text('sha256', FORMAT.sha256),
      size: form.integer('size', 1),
    };
    form.done();
    return body;
  },

  needs: (books, order) => serviceSigns(order, 'anchors'),

  decide(books, order, body, moment) {
    refuseIf(body.size > moment.seq, 'ANCHOR_BEYOND_LOG', { size: body.size });
    const size = String(body.size).padStart(16, '0');
    const key = `anchor/${body.form}/${size}/${body.sha256.slice(0, 16)}`;
    refuseIf(books.row(key) !== null, 'ANCHOR_ALREADY_RECORDED', { key });
    return { movements: [], rows: [{ key, value: { ...body, seq: moment.seq } }] };
  },
};

const RULE_LOG_KEYS = {
  kind: 'log.keys',

  read(form) {
    const vkeys = form.forms('vkeys', 1, 8).map((item) => {
      const vkey = item.text('vkey', VKEY_TEXT);
      refuseIf(characters(vkey) > VKEY_CHARACTERS_MAX, 'FIELD_FORMAT', { field: 'vkey' });
      item.done();
      return vkey;
    });
    refuseIf(new Set(vkeys).size !== vkeys.length, 'DUPLICATE_ITEM', { field: 'body.vkeys' });
    const body = { action: form.choice('action', ['announce', 'drop']), vkeys };
    form.text('reason', null, 500);
    form.done();
    return body;
  },

  needs: (books, order) => registrarSigns(order, 'issuer', 'supervisor'),

  decide(books, order, { action, vkeys }) {
    const row = findRow(books, 'registry', 'REGISTRY_NOT_OPEN');
    const known = row.log_vkeys;
    const misnamed = vkeys.some((vkey) => vkey.split('+', 1)[0] !== row.origin);
    refuseIf(misnamed, 'LOG_KEY_NAME_WRONG', { origin: row.origin });
    if (action === 'announce') {
      refuseIf(vkeys.some((vkey) => known.includes(vkey)), 'LOG_KEY_ALREADY_ANNOUNCED');
      return { movements: [], rows: [registryRow(row, [...known, ...vkeys])] };
    }
    refuseIf(!vkeys.every((vkey) => known.includes(vkey)), 'LOG_KEY_UNKNOWN');
    const left = known.filter((vkey) => !vkeys.includes(vkey));
    refuseIf(left.length === 0, 'LOG_KEYS_TOO_FEW');
    return { movements: [], rows: [registryRow(row, left)] };
  },
};

function registryRow(row, vkeys) {
  return { key: 'registry', value: { ...row, log_vkeys: vkeys } };
}

const RULE_LOG_FREEZE = {
  kind: 'log.freeze',

  read(form) {
    const body = {
      reason: form.text('reason', null, 500),
      successor: form.optionalText('successor', FORMAT.origin),
    };
    form.done();
    return body;
  },

  needs: (books, order) => registrarSigns(order, 'registrar', 'supervisor'),

  decide(books, order, body, moment) {
    refuseIf(body.successor === order.log, 'LOG_NOT_ANOTHER', { log: order.log });
    const value = { ...body, frozen_at_us: moment.atUs, seq: moment.seq };
    return { movements: [], rows: [{ key: FROZEN_ROW, value }] };
  },
};

const CERTIFICATE_SUBJECT = new RegExp(`^(?:claim|holding|parcel|retire)/${FORMAT.id.source.slice(1)}`);
const CERTIFICATE_NUMBER = new RegExp(`^TH-(?:CL|HD|RG|RT)-[0-9]{4}-${ID_DIGITS}{7,13}-[0-9A-Z]$`);

const RULE_CERTIFICATE_RECORD = {
  kind: 'certificate.record',

  read(form) {
    const body = {
      number: form.text('number', CERTIFICATE_NUMBER),
      subject: form.text('subject', CERTIFICATE_SUBJECT),
      copy: form.integer('copy', 1, 9999),
      sha256: form.text('sha256', FORMAT.sha256),
      proof_sha256: form.text('proof_sha256', FORMAT.sha256),
    };
    form.done();
    return body;
  },

  needs: (books, order) => serviceSigns(order, 'certificates'),

  decide(books, order, body, moment) {
    const subject = findRow(books, body.subject, 'SUBJECT_UNKNOWN');
    const { kind, number } = expectedNumber(body.subject, subject);
    refuseIf(body.number !== number, 'CERTIFICATE_NUMBER_WRONG', { number });
    const copies = books.row(`cert/${number}`)?.copies ?? [];
    refuseIf(body.copy !== copies.length + 1, 'CERTIFICATE_COPY_WRONG', { copy: body.copy });
    const known = books.row(`file/${body.sha256}`) !== null;
    refuseIf(known, 'FILE_ALREADY_RECORDED', { sha256: body.sha256 });
    const copy = {
      copy: body.copy,
      proof_sha256: body.proof_sha256,
      recorded_at_us: moment.atUs,
      recorded_seq: moment.seq,
      sha256: body.sha256,
    };
    const certificate = { copies: [...copies, copy], kind, subject: body.subject };
    const rows = [
      { key: `cert/${number}`, value: certificate },
      { key: `file/${body.sha256}`, value: { copy: body.copy, number } },
    ];
    return { movements: [], rows };
  },
};

/** A number follows from the entry that it states: the retirement, or the claim's completion. */
function expectedNumber(key, subject) {
  if (key.startsWith('retire/')) {
    const number = certificateNumber('RT', subject.retired_seq, subject.retired_at_us);
    return { kind: 'RT', number };
  }
  if (key.startsWith('parcel/')) {
    const number = certificateNumber('RG', subject.registered_seq, subject.registered_at_us);
    return { kind: 'RG', number };
  }
  if (key.startsWith('holding/')) {
    const number = certificateNumber('HD', subject.stated_seq, subject.stated_at_us);
    return { kind: 'HD', number };
  }
  refuseIf(subject.completion === null, 'SUBJECT_UNKNOWN', { key });
  const { seq, at_us: atUs } = subject.completion;
  return { kind: 'CL', number: certificateNumber('CL', seq, atUs) };
}
