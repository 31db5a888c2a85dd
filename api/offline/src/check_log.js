// Steps that every proven entry shares: its form and signatures, the registry, who signed the
// checkpoint, who witnessed it, and that the entry is under it.

/** Read an entry and require that its order is signed; `opening` is entry 0, if there is one. */
async function readSignedEntry(bytes, opening) {
  const entry = parseEntry(bytes);
  const passkeys = opening === null ? undefined : passkeysOf(opening);
  if (passkeys === undefined && entry.sigs.some((sig) => sig.alg === 'webauthn-es256')) {
    throw new NotChecked('no_registry');
  }
  await requireOrderSigned(entry, passkeys);
  require_(opening === null || opening.order.log === entry.order.log, 'other_log');
  return entry;
}

/** Read entry 0, which opens a registry. */
async function readOpening(bytes) {
  const opening = parseEntry(bytes);
  require_(opening.seq === 0 && opening.order.kind === 'registry.open', 'opening');
  await requireOrderSigned(opening, passkeysOf(opening));
  require_(rowOf(opening, 'registry')?.origin === opening.order.log, 'opening');
  return opening;
}

/** Require that the entry 0 that came with something is the one that the reader trusts. */
function requireTrustedRegistry(given, openingBytes) {
  if (given.registry === null) throw new NotChecked('no_registry');
  require_(sameBytes(given.registry.bytes, openingBytes), 'registry_other');
  return registryFound(given.registry.entry);
}

function registryFound(opening) {
  const row = rowOf(opening, 'registry');
  return ['registry_ok', { origin: row.origin, environment: row.environment }];
}

/** Take the steps "checkpoint" and "witnesses" on a signed note. */
async function takeCheckpointSteps(steps, given, { note, log, needs }) {
  await steps.take('checkpoint', async () => {
    if (given.policy === null) throw new NotChecked('no_policy');
    const signed = await checkLogSignatures(given.policy, note());
    require_(signed.checkpoint.origin === log(), 'other_log');
    if (signed.good.length === 0) throw new NotSupported(signed.unsupported[0].algorithm);
    return ['checkpoint_ok', {
      size: String(signed.checkpoint.size),
      keys: signed.good.map((one) => algorithmName(one.vkey.alg)).join(' + '),
      unchecked: signed.unsupported.map((one) => one.algorithm).join(', '),
    }];
  }, { needs });
  await steps.take('witnesses', async () => {
    if (given.policy === null) throw new NotChecked('no_policy');
    // A witness's wrong line spoils the note even where nobody asks for a witness.
    const found = await checkQuorum(given.policy, note());
    if (given.policy.quorum === 'none') return ['quorum_none'];
    const names = found.good.map((one) => one.name);
    if (!found.met && found.perhaps) throw new NotSupported(found.unsupported[0].algorithm);
    require_(found.met, 'quorum', { quorum: given.policy.quorum, found: names.join(', ') || '–' });
    const times = found.good.map((one) => one.timestamp);
    const newest = times.reduce((one, other) => (one > other ? one : other), 0n);
    return ['quorum_ok', { names: names.join(', '), at: beijingTime(Number(newest) * 1e6) }];
  }, { needs });
}

function algorithmName(alg) {
  return { [ALG_ED25519]: 'Ed25519', [ALG_ML_DSA_44]: 'ML-DSA-44' }[alg];
}

/** Require that an entry stands where its proof says, under the proof's own checkpoint. */
function requireProven(proof, entry, entryBytes) {
  require_(proof.index === BigInt(entry.seq), 'not_included', {
    index: String(proof.index),
    size: String(proof.checkpoint.size),
  });
  requireIncluded(proof, entryBytes);
  return ['inclusion_ok', { index: entry.seq, size: String(proof.checkpoint.size) }];
}

/** Whether a note satisfies the reader's policy whole: signed by the log, and witnessed. */
async function isTrustedNote(given, note, log) {
  if (given.policy === null) return false;
  const signed = await checkLogSignatures(given.policy, note);
  const quorum = await checkQuorum(given.policy, note);
  return signed.good.length > 0 && quorum.met && signed.checkpoint.origin === log;
}

/** Verify an entry and its proof file without any page; `further` may take steps of its own. */
async function verifyEntry(entryBytes, proofBytes, given, further = () => {}) {
  const steps = new Steps();
  const opening = given.registry?.entry ?? null;
  const facts = {};
  let entry = null;
  let proof = null;
  await steps.take('entry', async () => {
    entry = await readSignedEntry(entryBytes, opening);
    return ['entry_ok', { seq: entry.seq, kind: entry.order.kind, at: beijingTime(entry.at_us) }];
  });
  await steps.take('registry', () => {
    if (opening === null) throw new NotChecked('no_registry');
    return registryFound(opening);
  });
  await steps.take('proof', () => {
    proof = parseTlogProof(proofBytes);
    return ['proof_ok', { index: String(proof.index) }];
  });
  await takeCheckpointSteps(steps, given, {
    note: () => proof.note, log: () => entry.order.log, needs: ['entry', 'proof'],
  });
  await steps.take('inclusion', () => requireProven(proof, entry, entryBytes), {
    needs: ['entry', 'proof'],
  });
  await further(steps, entry);
  if (proof !== null && entry !== null) {
    const { order: { log } } = entry;
    await takeHistoryStep(steps, given, { checkpoint: proof.checkpoint, log });
    await takeFreshStep(steps, given, { note: proof.note, log });
  }
  if (proof !== null) facts.checkpoint = String(proof.checkpoint.size);
  return { kind: 'entry', steps: steps.list, verdict: steps.verdict(), facts, entry, opening };
}
