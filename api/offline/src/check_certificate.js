// Verifying a certificate's file, in numbered steps, with the reader's own trust.

/**
 * Verify a sealed certificate.
 *
 * `given` holds what the reader trusts (policy, registry, sealRoot, revoked) and what else was dropped:
 * ledger, entries, proofs, checkpoints.
 */
async function verifyCertificate(bytes, given) {
  const steps = new Steps();
  const known = {
    sha256: sha256Hex(bytes), entry: null, opening: null, statement: null, errata: null, outline: null,
  };
  await steps.take('file', async () => {
    known.file = await openCertificate(bytes);
    return ['file_ok', { sha256: known.sha256 }];
  });
  await steps.take('seal', () => checkSeal(known.file, given), { needs: ['file'] });
  await steps.take('entry', () => readAttached(known), { needs: ['file'] });
  await steps.take('registry', () => {
    return requireTrustedRegistry(given, known.file.attachments.get(ATTACHED_REGISTRY));
  }, { needs: ['entry'] });
  await steps.take('proof', () => {
    known.proof = parseTlogProof(known.file.attachments.get(ATTACHED_PROOF));
    // Nothing authenticates extra bytes, and our papers have none.
    require_(!known.proof.hasExtra, 'tlog_proof');
    return ['proof_ok', { index: String(known.proof.index) }];
  }, { needs: ['file'] });
  await takeCheckpointSteps(steps, given, {
    note: () => known.proof.note, log: () => known.entry.order.log, needs: ['entry', 'proof'],
  });
  await steps.take('inclusion', () => {
    return requireProven(known.proof, known.entry, known.file.attachments.get(ATTACHED_ENTRY));
  }, { needs: ['entry', 'proof'] });
  await steps.take('units', () => {
    known.statement = correctedStatement(readStatement(known.entry), known.errata);
    return ['units_ok', { kg: groupedDigits(known.statement.quantityKg), number: known.statement.number }];
  }, { needs: ['entry'] });
  await steps.take('page', async () => {
    return requireOnPage(await pageWords(known.file), known.statement);
  }, { needs: ['units'] });
  await takeSignedSteps(steps, known);
  await steps.take('state', () => checkStatus(known, given), { needs: ['units'] });
  if (known.proof && known.entry) {
    const { proof: { checkpoint, note }, entry: { order: { log } } } = known;
    await takeHistoryStep(steps, given, { checkpoint, log });
    await takeFreshStep(steps, given, { note, log });
  }
  await steps.take('record', () => findRecord(known, given), { needs: ['units'], optional: true });
  const facts = { sha256: known.sha256, number: known.statement?.number };
  if (known.proof) facts.checkpoint = String(known.proof.checkpoint.size);
  const { entry, opening, statement } = known;
  return {
    kind: 'certificate', steps: steps.list, verdict: steps.verdict(), facts, entry, opening, statement,
  };
}

/** Take the steps "credential" and "code": what the registry's service has signed of this paper. */
async function takeSignedSteps(steps, known) {
  const { attachments } = known.file ?? {};
  await steps.take('credential', async () => {
    const document = await readCredential(
      attachments.get(ATTACHED_CREDENTIAL), serviceKeyOf(known.opening),
    );
    requireSameFacts(document, { ...known, bytes: attachments.get(ATTACHED_ENTRY) });
    return ['credential_ok'];
  }, { needs: ['units'] });
  await steps.take('code', async () => {
    const claims = await readCode(attachments.get(ATTACHED_CODE), serviceKeyOf(known.opening));
    requireSameClaims(claims, known.statement, known.entry);
    const digest = sha256(attachments.get(ATTACHED_CREDENTIAL)).subarray(0, CODE_HASH_SIZE);
    require_(sameBytes(digest, claims.hash), 'code_other', { number: claims.number });
    return ['code_ok'];
  }, { needs: ['units'] });
}

/** Read canonical JSON that ends with a line feed, as state proofs do. */
function parseCanonicalLine(bytes) {
  return parseCanonical(bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes);
}

/** Check the seal against the file, and its certificate against the root that the reader trusts. */
async function checkSeal(file, given) {
  const seal = readSeal(file);
  const sealed = await checkCms(seal);
  const { certificate } = sealed;
  if (given.sealRoot === null) throw new NotChecked('no_seal_root');
  if (given.registry === null) throw new NotChecked('no_registry');
  const named = rowOf(given.registry.entry, 'registry').seal_root_sha256;
  require_(sha256Hex(given.sealRoot.bytes) === named, 'seal_root_other');
  await requireUnder(certificate, given.sealRoot, seal.at);
  if (given.revoked !== null) {
    await requireNotRevoked(sealed, given.sealRoot, given.revoked);
    const list = beijingDate(given.revoked.at * 1000);
    return ['seal_listed', { name: certificate.name, at: beijingDate(seal.at * 1000), list }];
  }
  return ['seal_ok', { name: certificate.name, at: beijingDate(seal.at * 1000) }];
}

async function readAttached(known) {
  const { attachments } = known.file;
  known.opening = await readOpening(attachments.get(ATTACHED_REGISTRY));
  known.entry = await readSignedEntry(attachments.get(ATTACHED_ENTRY), known.opening);
  known.errata = readErrata(attachments);
  known.outline = readOutline(attachments, known.entry);
  const { seq, order, at_us: atUs } = known.entry;
  return ['entry_ok', { seq, kind: order.kind, at: beijingTime(atUs) }];
}

/**
 * Find this very file's record in the log: a stolen seal could make a paper that nobody recorded.
 *
 * The record follows the paper, so the paper's own proof cannot hold it: the reader gives a ledger
 * or the record's entry, and a checkpoint or proof that covers it.
 */
async function findRecord(known, given) {
  const entries = [...given.entries, ...(given.ledger?.entriesOf('certificate.record') ?? [])];
  if (given.ledger === null && entries.length === 0) throw new NotChecked('no_record');
  const found = entries.find(({ entry }) => entry.order.kind === 'certificate.record'
    && entry.order.log === known.entry.order.log && entry.order.body.sha256 === known.sha256);
  if (found === undefined && given.ledger === null) throw new NotChecked('no_record');
  require_(found !== undefined, 'not_recorded', { sha256: known.sha256 });
  const { body } = found.entry.order;
  const fits = body.number === known.statement.number && body.subject === known.statement.subject
    && rowOf(found.entry, `file/${known.sha256}`)?.number === known.statement.number;
  require_(fits, 'record_other', { number: body.number });
  await requireOrderSigned(found.entry, passkeysOf(known.opening));
  if (!(await isCovered(found, given))) throw new NotChecked('record_unproven', { seq: found.entry.seq });
  return ['record_ok', { seq: found.entry.seq, copy: body.copy }];
}

/** Whether something that the reader's policy accepts covers an entry. */
async function isCovered({ entry, bytes }, given) {
  for (const proof of given.proofs) {
    if (proof.index === BigInt(entry.seq) && await isTrustedNote(given, proof.note, entry.order.log)) {
      requireIncluded(proof, bytes);
      return true;
    }
  }
  for (const note of given.checkpoints) {
    const { size, root } = parseCheckpointText(note.text);
    const reaches = given.ledger !== null && size > BigInt(entry.seq)
      && given.ledger.log === entry.order.log && size <= BigInt(given.ledger.size);
    if (reaches && await isTrustedNote(given, note, entry.order.log)) {
      require_(sameBytes(given.ledger.rootAt(Number(size)), root), 'root_other', { size: String(size) });
      return true;
    }
  }
  const proof = proofFromTiles({ entry, bytes }, given);
  return proof !== null && isTrustedNote(given, parseTlogProof(proof).note, entry.order.log);
}
