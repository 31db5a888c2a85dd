// An exported ledger: every line an entry, one chain, one tree (LEDGER_FORMAT clauses 5, 6 and 10).

/** Orders whose signatures the browser checks at the same time. */
const SIGNED_AT_ONCE = 128;

/** A ledger as it was read; each entry follows from the one before. */
class Ledger {
  constructor(lines, entries, leaves) {
    this.lines = lines;
    this.entries = entries;
    this.leaves = leaves;
    this.size = entries.length;
    this.log = entries[0].order.log;
  }

  entriesOf(kind) {
    return this.entries
      .map((entry, at) => ({ entry, bytes: this.lines[at] }))
      .filter(({ entry }) => entry.order.kind === kind);
  }

  /** Return the root over the first entries. */
  rootAt(size) {
    const tree = new GrowingTree();
    for (const leaf of this.leaves.slice(0, size)) tree.add(leaf);
    return tree.root();
  }
}

/** Read an export: canonical entries, each ended by a line feed, each continuing the chain. */
async function readLedger(bytes, progress = () => {}) {
  require_(bytes.length > 0 && bytes.at(-1) === 0x0a, 'ledger_lines');
  const lines = [];
  const entries = [];
  const leaves = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0x0a, at);
    const line = bytes.subarray(at, end);
    const entry = inEntry(entries.length, () => parseEntry(line));
    requireContinues(entry, entries, leaves);
    lines.push(line);
    entries.push(entry);
    leaves.push(leafHash(line));
    at = end + 1;
    if (entries.length % 500 === 0) {
      progress(at / bytes.length);
      await new Promise((resume) => { setTimeout(resume); });
    }
  }
  return new Ledger(lines, entries, leaves);
}

/** Name the entry in which something is wrong. */
function inEntry(seq, work) {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    throw new CheckError('ledger_entry', { seq, code: error.code, ...error.facts });
  }
}

function requireContinues(entry, entries, leaves) {
  const seq = entries.length;
  const before = entries.at(-1);
  const prev = seq === 0 ? FIRST_PREV : hexOf(leaves[seq - 1]);
  const follows = entry.seq === seq && entry.prev === prev
    && (before === undefined
      || (entry.at_us >= before.at_us && entry.order.log === before.order.log));
  require_(follows, 'ledger_chain', { seq });
}

/** Verify an exported ledger as far as its log goes; what its orders mean is the replay's part. */
async function verifyLedger(bytes, given, progress = () => {}) {
  const steps = new Steps();
  let ledger = null;
  let signed = null;
  await steps.take('ledger', async () => {
    ledger = await readLedger(bytes, progress);
    return ['ledger_ok', { size: ledger.size, log: ledger.log }];
  });
  await steps.take('orders', async () => {
    await requireAllSigned(ledger, progress);
    return ['orders_ok', { count: ledger.entries.reduce((sum, one) => sum + one.sigs.length, 0) }];
  }, { needs: ['ledger'] });
  await steps.take('registry', () => requireTrustedRegistry(given, ledger.lines[0]), { needs: ['ledger'] });
  const note = () => {
    signed ??= newestCheckpoint(ledger, given);
    if (signed === null) throw new NotChecked('no_checkpoint');
    return signed;
  };
  await takeCheckpointSteps(steps, given, { note, log: () => ledger.log, needs: ['ledger'] });
  await steps.take('root', () => {
    const { size, root } = parseCheckpointText(note().text);
    require_(size <= BigInt(ledger.size), 'ledger_short', { size: String(size), lines: ledger.size });
    require_(sameBytes(ledger.rootAt(Number(size)), root), 'root_other', { size: String(size) });
    return ['root_ok', { size: String(size), rest: ledger.size - Number(size) }];
  }, { needs: ['ledger'] });
  return { kind: 'ledger', steps, ledger, facts: { size: ledger?.size } };
}

/** Check the orders' signatures, many at a time; the first entry whose order is unsigned counts. */
async function requireAllSigned(ledger, progress) {
  const passkeys = passkeysOf(ledger.entries[0]);
  for (let at = 0; at < ledger.size; at += SIGNED_AT_ONCE) {
    const part = ledger.entries.slice(at, at + SIGNED_AT_ONCE);
    const verdicts = await Promise.allSettled(
      part.map((entry) => requireOrderSigned(entry, passkeys)),
    );
    const failed = verdicts.find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    progress(at / ledger.size);
  }
}

/** Return the note of the largest checkpoint given for a ledger's log, proofs' own included. */
function newestCheckpoint(ledger, given) {
  const notes = [...given.checkpoints, ...given.proofs.map((proof) => proof.note)]
    .map((note) => ({ note, ...parseCheckpointText(note.text) }))
    .filter(({ origin }) => origin === ledger.log)
    .sort((one, other) => (one.size < other.size ? 1 : -1));
  return notes[0]?.note ?? null;
}
