// The rules about what becomes of a certificate: suspend, reinstate, revoke, correct, expire.

const CORRECTIONS_MAX = 8;
const CORRECTED_TEXT_MAX = 600;

// The texts that a paper prints, and where its subject's row has them. Numbers, quantities and
// serials are none of them.
const PRINTED_TEXTS = {
  claim: {
    boundary: ['boundary'],
    claimant: ['claimant', 'name'],
    conclusion: ['completion', 'declaration', 'conclusion'],
    declarant: ['completion', 'declaration', 'declarant'],
    evaluator: ['completion', 'declaration', 'evaluator'],
    name: ['name'],
    standard: ['standard'],
    venue: ['place', 'venue'],
  },
  retire: {
    beneficiary: ['beneficiary', 'org', 'name'],
    payer: ['payer', 'name'],
    statement: ['statement'],
  },
};
const CORRECTED_FIELDS = Object.values(PRINTED_TEXTS).flatMap((fields) => Object.keys(fields));

/** Return a rule by which two officers change the standing of one certificate. */
function standingRule(kind, reasons, { event, allowed, next }) {
  return {
    kind,

    read(form) {
      const body = {
        number: form.text('number', CERTIFICATE_NUMBER),
        reason: form.choice('reason', reasons),
        evidence: form.text('evidence_sha256', FORMAT.sha256),
      };
      form.done();
      return body;
    },

    needs: (books, order) => registrarSigns(order, 'registrar', 'supervisor'),

    decide(books, order, { number, reason, evidence }, moment) {
      findCertificate(books, number);
      const known = statusOf(books, number);
      checkStanding(known, ...allowed);
      const change = { event, reason, evidence };
      return { movements: [], rows: [statusRow(number, known, change, moment, next(known))] };
    },
  };
}

const RULE_CERTIFICATE_SUSPEND = standingRule(
  'certificate.suspend',
  ['complaint', 'loss_under_study', 'suspected_error', 'verification_reopened'],
  {
    event: 'suspended',
    allowed: ['superseded', 'valid'],
    next: ({ standing }) => ({ standing: 'suspended', standing_before: standing }),
  },
);

const RULE_CERTIFICATE_REINSTATE = standingRule(
  'certificate.reinstate',
  ['complaint_unfounded', 'loss_covered', 'no_error', 'verification_upheld'],
  {
    event: 'reinstated',
    allowed: ['suspended'],
    next: (known) => ({ standing: known.standing_before, standing_before: null }),
  },
);

const RULE_CERTIFICATE_REVOKE = standingRule(
  'certificate.revoke',
  ['court_decision', 'double_claim', 'false_statement', 'issued_in_error', 'verification_withdrawn'],
  {
    event: 'revoked',
    allowed: ['suspended'],
    next: () => ({ standing: 'revoked', standing_before: null }),
  },
);

const RULE_CERTIFICATE_CORRECT = {
  kind: 'certificate.correct',

  read(form) {
    const body = {
      number: form.text('number', CERTIFICATE_NUMBER),
      corrections: form.forms('corrections', 1, CORRECTIONS_MAX).map(readCorrection),
      evidence: form.text('evidence_sha256', FORMAT.sha256),
    };
    form.done();
    const names = new Set(body.corrections.map(({ name }) => name));
    refuseIf(names.size !== body.corrections.length, 'DUPLICATE_ITEM', { field: 'corrections' });
    return body;
  },

  needs: (books, order) => registrarSigns(order, 'registrar', 'supervisor'),

  decide(books, order, { number, corrections, evidence }, moment) {
    const { copies } = findCertificate(books, number);
    const known = statusOf(books, number);
    checkStanding(known, 'superseded', 'valid');
    const rows = corrections.map(({ name, field, language, before, after }) => {
      const printed = printedText(books, number, field, language);
      refuseIf(printed !== before, 'TEXT_NOT_PRINTED', { text: name });
      const value = { after, at_us: moment.atUs, before, seq: moment.seq };
      return { key: `erratum/${number}/${name}`, value };
    });
    const errata = new Set([...known.errata, ...corrections.map(({ name }) => name)]);
    const change = { event: 'superseded', reason: 'erratum', evidence };
    const fields = {
      copies_superseded: copies.length,
      corrected_seq: moment.seq,
      errata: [...errata].sort(),
      standing: 'superseded',
    };
    rows.push(statusRow(number, known, change, moment, fields));
    return { movements: [], rows };
  },
};

function readCorrection(form) {
  const field = form.choice('field', CORRECTED_FIELDS);
  const language = form.choice('language', ['en', 'zh']);
  const before = form.optionalText('before', null, CORRECTED_TEXT_MAX);
  const after = form.text('after', null, CORRECTED_TEXT_MAX);
  form.done();
  refuseIf(before === after, 'FIELD_FORMAT', { field: 'body.corrections.after' });
  return { name: `${field}.${language}`, field, language, before, after };
}

/** Return a text as the newest paper prints it, or null if it has it in the other language only. */
function printedText(books, number, field, language) {
  const erratum = books.row(`erratum/${number}/${field}.${language}`);
  if (erratum !== null) return erratum.after;
  const { subject } = findCertificate(books, number);
  const path = PRINTED_TEXTS[subject.split('/', 1)[0]]?.[field];
  refuseIf(path === undefined, 'TEXT_NOT_PRINTED', { text: field });
  const words = path.reduce((found, step) => found?.[step] ?? null, books.row(subject));
  refuseIf(!isObject(words), 'TEXT_NOT_PRINTED', { text: field });
  return words[language] ?? null;
}

const RULE_CERTIFICATE_EXPIRE = {
  kind: 'certificate.expire',

  read(form) {
    const body = { number: form.text('number', CERTIFICATE_NUMBER) };
    form.done();
    return body;
  },

  needs: (books, order) => serviceSigns(order, 'certificates'),

  decide(books, order, { number }, moment) {
    const { subject } = findCertificate(books, number);
    const row = books.row(subject);
    const limited = row !== null && subject.startsWith('claim/');
    refuseIf(!limited, 'CERTIFICATE_UNLIMITED', { number });
    const known = statusOf(books, number);
    checkStanding(known, 'superseded', 'valid');
    const { display_until, display_until_at_us: untilUs } = row.completion;
    refuseIf(moment.atUs < untilUs, 'CERTIFICATE_NOT_DUE', { display_until });
    const change = { event: 'expired', reason: 'display_right_ended' };
    const rows = [statusRow(number, known, change, moment, { standing: 'expired' })];
    return { movements: [], rows };
  },
};
