// Everything that was given, checked in one go: the ledger first, because others rest on it.

/** Return a result for each thing to be checked. */
async function checkAll(given, progress = () => {}) {
  const results = [];
  let ledgerVerdict = 'unchecked';
  if (given.ledgerBytes !== null) {
    const found = await checkLedgerWhole(given, progress);
    ledgerVerdict = found.verdict;
    results.push(found);
  }
  for (const one of staticLogs(given)) results.push(await verifyStaticLog(one, given, progress));
  for (const bytes of given.certificates) {
    const found = await verifyCertificate(bytes, given);
    results.push({ ...found, title: found.facts.number ?? '' });
  }
  for (const proof of given.proofs) {
    const entry = entryOfProof(given, proof);
    // Beside a certificate a proof may be about its record, and serves there.
    if (entry !== null) results.push(await verifyEntry(entry, proof.bytes, given));
    else if (given.certificates.length === 0) results.push(withoutEntry());
  }
  for (const one of entriesWithoutProof(given)) {
    const proof = proofOrNone(one, given);
    if (proof !== null) results.push(await verifyEntry(one.bytes, proof, given));
  }
  for (const proof of given.stateProofs) results.push(await verifyStateProof(proof, given));
  for (const one of given.codes) results.push(await verifyCode(one, given, ledgerVerdict));
  for (const text of given.typed) results.push(await verifyTyped(text, given, ledgerVerdict));
  return results;
}

function entriesWithoutProof(given) {
  return given.entries.filter(({ entry }) => {
    return given.proofs.every((proof) => proof.index !== BigInt(entry.seq));
  });
}

/** Return a proof from tiles, or none; tiles that lead nowhere have their own result already. */
function proofOrNone(one, given) {
  try {
    return proofFromTiles(one, given);
  } catch (error) {
    if (!(error instanceof CheckError) && !(error instanceof NotChecked)) throw error;
    return null;
  }
}

async function checkLedgerWhole(given, progress) {
  const { steps, ledger, facts } = await verifyLedger(given.ledgerBytes, given, progress);
  given.ledger = steps.hasPassed('ledger') ? ledger : null;
  for (const extend of LEDGER_STEPS) await extend(steps, ledger, given, progress);
  return {
    kind: 'ledger', title: ledger?.log ?? '', steps: steps.list, verdict: steps.verdict(), facts,
    opening: ledger?.entries[0], entry: null,
  };
}

/** Further steps on a ledger that was read: (steps, ledger, given, progress). The replay is one. */
const LEDGER_STEPS = [];

function withoutEntry() {
  const steps = [{ name: 'entry', state: NOT_CHECKED, code: 'no_entry', facts: {} }];
  return { kind: 'entry', steps, verdict: 'unchecked' };
}
