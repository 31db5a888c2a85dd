// The status row of a certificate: absent while nothing ever happened to it; standing is what
// officers, errata and time decide, impaired kilograms come and go with losses.

const STATUS_HISTORY_MAX = 8;
const LOSS_EVENTS = ['impaired', 'restored'];

function findCertificate(books, number) {
  return findRow(books, `cert/${number}`, 'CERTIFICATE_UNKNOWN');
}

/** Return a certificate's status row, or that of one that was never touched. */
function statusOf(books, number) {
  return books.row(`status/${number}`) ?? {
    by_loss: null,
    by_standing: null,
    copies_superseded: 0,
    corrected_seq: null,
    errata: [],
    history: [],
    impaired_kg: 0,
    impairments: [],
    standing: 'valid',
    standing_before: null,
  };
}

function checkStanding({ standing }, ...allowed) {
  refuseIf(!allowed.includes(standing), 'CERTIFICATE_STATE_WRONG', { standing });
}

/** Return the row after a change; on top stands the event that explains the state. */
function statusRow(number, known, { event, reason, evidence = null }, { seq, atUs }, fields = {}) {
  const happened = { at_us: atUs, event, seq };
  const explained = { ...happened, evidence_sha256: evidence, reason };
  const value = {
    ...known,
    ...fields,
    [LOSS_EVENTS.includes(event) ? 'by_loss' : 'by_standing']: explained,
    history: [...known.history, happened].slice(-STATUS_HISTORY_MAX),
  };
  const graver = ['revoked', 'suspended'].includes(value.standing) || value.impaired_kg === 0;
  const state = graver ? value.standing : 'impaired';
  const both = value.by_loss !== null && value.by_standing !== null && state !== 'valid';
  const top = both ? value[state === 'impaired' ? 'by_loss' : 'by_standing'] : explained;
  return { key: `status/${number}`, value: { ...value, ...top, state } };
}
