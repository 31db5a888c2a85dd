// What became of a certificate as of a committed state, and which of its texts were corrected.
//
// A corrected copy brings its status row and all rows under erratum/<number>/, proven under one
// commitment. It is good while the status names no newer erratum than it prints.

/** Read what the two attached proofs say was corrected; whether they hold, the step "state" tells. */
function readErrata(attachments) {
  const attached = attachments.get(ATTACHED_ERRATA);
  if (attached === undefined) return null;
  const status = parseStateProof(parseCanonicalLine(attachments.get(ATTACHED_STATE)));
  const stated = parseStateProof(parseCanonicalLine(attached));
  const number = status.claim.key?.slice('status/'.length);
  const fits = status.claim.kind === 'presence' && stated.claim.kind === 'prefix'
    && stated.claim.prefix === `erratum/${number}/` && sameBytes(status.entry, stated.entry);
  require_(fits, 'errata_form');
  const row = parseCanonicalText(status.claim.value);
  const corrections = stated.claim.rows.map(({ key, value }) => readCorrected(key, value));
  const names = corrections.map(({ field, wanted }) => `${field}.${wanted}`);
  const newestSeq = Math.max(...corrections.map(({ seq }) => seq));
  const same = names.length > 0 && sameJson(row.errata, names) && row.corrected_seq === newestSeq;
  require_(same, 'errata_form');
  return { corrections, newestSeq, stated };
}

/** Read the proof of the parcel's published outline, which the paper of a right may bring. */
function readOutline(attachments, entry) {
  const attached = attachments.get(ATTACHED_OUTLINE);
  if (attached === undefined) return null;
  const status = parseStateProof(parseCanonicalLine(attachments.get(ATTACHED_STATE)));
  const stated = parseStateProof(parseCanonicalLine(attached));
  const parcel = entry.outcome.rows.find(({ key }) => key.startsWith('parcel/'))?.key;
  const fits = entry.order.kind === 'parcel.register' && stated.claim.kind === 'presence'
    && stated.claim.key === parcel?.replace('parcel/', 'outline/')
    && sameBytes(status.entry, stated.entry);
  require_(fits, 'outline_form');
  return stated;
}

function readCorrected(key, text) {
  const { before, after, seq } = parseCanonicalText(text);
  const [field, wanted] = key.slice(key.lastIndexOf('/') + 1).split('.');
  require_(typeof after === 'string' && Number.isSafeInteger(seq), 'errata_form');
  return { field, wanted, before, after, seq };
}

/** Return a statement with the corrected texts in its row; numbers and sums stay the entry's. */
function correctedStatement(statement, errata) {
  if (errata === null) return statement;
  const row = structuredClone(statement.row);
  const printed = PRINTED_TEXTS[statement.subject.split('/', 1)[0]] ?? {};
  for (const { field, wanted, after } of errata.corrections) {
    const path = Object.hasOwn(printed, field) ? printed[field] : ['\0'];
    const words = path.reduce((found, step) => found?.[step] ?? null, row);
    require_(isObject(words), 'errata_form');
    words[wanted] = after;
  }
  return { ...statement, row, errata };
}

/** Check that as of a committed state the certificate was neither revoked nor suspended. */
async function checkStatus(known, given) {
  const { attachments } = known.file;
  const { number, errata } = known.statement;
  const attached = parseStateProof(parseCanonicalLine(attachments.get(ATTACHED_STATE)));
  require_(attached.claim.key === `status/${number}`, 'status_other');
  const own = await provenStatus(attached, known.entry, given);
  if (errata) await provenStatus(errata.stated, known.entry, given);
  if (known.outline) await provenStatus(known.outline, known.entry, given);
  if (given.policy === null) throw new NotChecked('no_policy');
  const { row, through } = await newestStatus(own, known, given);
  const corrected = errata && row?.state === 'superseded' && row.corrected_seq === errata.newestSeq;
  if (corrected) return ['status_corrected', { through, seq: errata.newestSeq }];
  require_(!errata || Number.isSafeInteger(row?.corrected_seq), 'errata_unrecorded');
  require_(row === null || row.state === 'valid', 'status_not_valid', { state: row?.state });
  return ['status_ok', { through }];
}

/** Return the attached status, or a later one that the reader gave beside the certificate. */
async function newestStatus(own, { entry, statement }, given) {
  let newest = own;
  for (const stated of given.stateProofs) {
    if (stated.claim.key === `status/${statement.number}`) {
      const other = await provenStatus(stated, entry, given);
      if (other.through > newest.through) newest = other;
    }
  }
  return newest;
}

/** Return the row that a state proof proves, or null, and the last entry that its state includes. */
async function provenStatus({ claim, entry: bytes, proof: proofBytes }, entry, given) {
  const commitment = await readSignedEntry(bytes, null);
  const latest = readCommitment(commitment);
  require_(commitment.order.log === entry.order.log, 'other_log');
  const { rows } = STATE_CLAIMS[claim.kind].check(bytesOfHex(latest.root), claim);
  const proof = parseTlogProof(proofBytes);
  require_(!proof.hasExtra, 'tlog_proof');
  requireProven(proof, commitment, bytes);
  const { through } = latest;
  require_(through >= entry.seq, 'status_old', { through, seq: entry.seq });
  const trusted = given.policy === null
    || await isTrustedNote(given, proof.note, entry.order.log);
  require_(trusted, 'status_untrusted');
  return { row: rows[0]?.[1] ?? null, through };
}

/** Return what a ledger says was corrected in a certificate since it was stated, or null. */
function recordedErrata(ledger, number) {
  const books = ledgerBooks(ledger);
  const names = books.row(`status/${number}`)?.errata ?? [];
  if (names.length === 0) return null;
  const corrections = names.map((name) => {
    const key = `erratum/${number}/${name}`;
    return readCorrected(key, canonicalText(books.row(key)));
  });
  return { corrections, newestSeq: Math.max(...corrections.map(({ seq }) => seq)) };
}
