// The replay of an exported ledger: form, chain and signatures of every entry, what the rules make
// of every order on the books before it, and the roots that follow (LEDGER_FORMAT clause 17).

const FINDINGS_MAX = 100;
const CHUNK_ENTRIES = 256;
const TURN_MS = 40;
const LINE_BYTES_MAX = ENTRY_BYTES_MAX + 2;

/**
 * Replay a ledger: its export, one canonical entry per line, as text, bytes or Blob.
 *
 * options.checkpoint   {origin, size, root (hex)} of a checkpoint whose signatures hold, if any
 * options.onProgress   called with (bytes done, bytes in all, entries done)
 * options.signaturesHold   say so if they are known to hold, and they are not checked again
 * options.ruleSets     hashes of the rule sets that these rules are; those of this page unless given
 *
 * Returns {ok, entries, signatures, origin, root, stateRoot, supply, commitments, checkpoint,
 * firstBadEntry, findings, findingsCount}; roots in hex. `checkpoint` is null if there was none to
 * compare with: then nothing shows that the end of the ledger was not cut off.
 */
async function replayLedger(source, options = {}) {
  const blob = source instanceof Blob ? source : new Blob([source]);
  const replay = new LedgerReplay(options);
  let [bytesDone, turn] = [0, performance.now()];
  for await (const line of exportLines(blob)) {
    bytesDone += line.length + 1;
    replay.take(line);
    if (replay.chain.size % CHUNK_ENTRIES !== 0) continue;
    await replay.settle();
    if (performance.now() - turn < TURN_MS) continue;
    options.onProgress?.(bytesDone, blob.size, replay.chain.size);
    await new Promise((resolve) => { setTimeout(resolve); });
    turn = performance.now();
  }
  const verdict = await replay.finish();
  options.onProgress?.(blob.size, blob.size, replay.chain.size);
  return verdict;
}

/** Yield the lines of a file, never more than one part of it in memory. */
async function* exportLines(blob) {
  const reader = blob.stream().getReader();
  let rest = new Uint8Array(0);
  for (;;) {
    const { done, value } = await reader.read();
    if (!done) rest = rest.length === 0 ? value : joined(rest, value);
    let at = 0;
    while (at < rest.length) {
      const end = lineEnd(rest, at, done);
      if (end < 0) break;
      yield rest.subarray(at, end);
      at = rest[end] === 0x0a ? end + 1 : end;
    }
    rest = rest.subarray(at);
    if (done) return;
  }
}

/** Return where a line ends, or -1 if that is not known yet; an endless line is cut. */
function lineEnd(bytes, start, isLast) {
  const found = bytes.indexOf(0x0a, start);
  const end = found < 0 ? bytes.length : found;
  if (end - start >= LINE_BYTES_MAX) return start + LINE_BYTES_MAX;
  return found >= 0 || isLast ? end : -1;
}

/** The state of a replay; `take` every line in sequence, `settle` now and then, `finish`. */
class LedgerReplay {
  constructor({ checkpoint = null, ruleSets = RULE_SETS, signaturesHold = false } = {}) {
    this.checkpoint = checkpoint !== null && checkpoint.size > 0 ? checkpoint : null;
    this.ruleSets = ruleSets;
    this.chain = new EntryChain();
    this.books = new LedgerBooks();
    this.state = new StateFollower(this.books);
    this.scope = null;
    this.signaturesHold = signaturesHold;
    this.nonces = new Map();
    this.waiting = [];
    this.settling = Promise.resolve();
    this.signaturesCount = 0;
    this.commitments = 0;
    this.findings = [];
    this.findingsCount = 0;
    this.firstBadEntry = null;
  }

  /** Note what is wrong with an entry (or, without one, with the whole). */
  find(seq, code, facts = {}) {
    this.findingsCount += 1;
    if (seq !== null && (this.firstBadEntry === null || seq < this.firstBadEntry)) {
      this.firstBadEntry = seq;
    }
    this.findings.push({ seq, code, facts });
    if (this.findings.length > 2 * FINDINGS_MAX) this.findings = this.firstFindings();
  }

  firstFindings() {
    const place = ({ seq }) => seq ?? Number.MAX_SAFE_INTEGER;
    return this.findings.sort((one, other) => place(one) - place(other)).slice(0, FINDINGS_MAX);
  }

  /** Take the bytes of the next entry. */
  take(bytes) {
    const seq = this.chain.size;
    let entry = null;
    try {
      entry = parseEntry(bytes);
    } catch (error) {
      if (!(error instanceof CheckError)) throw error;
      this.find(seq, 'form', { reason: error.code });
    }
    if (entry !== null) this.takeEntry(seq, entry);
    this.chain.append(bytes, entry);
    this.compare();
  }

  takeEntry(seq, entry) {
    const fault = this.chain.fault(entry);
    if (fault !== null) this.find(seq, fault);
    this.checkNonce(seq, entry.order);
    if (!this.signaturesHold) this.check(seq, entry);
    this.decide(seq, entry);
  }

  checkNonce(seq, { actor, nonce }) {
    const name = `${actor}\n${nonce}`;
    if (this.nonces.has(name)) this.find(seq, 'nonce', { earlier: this.nonces.get(name) });
    else this.nonces.set(name, seq);
  }

  /** Begin to check the signatures; `settle` waits for them. */
  check(seq, entry) {
    this.scope ??= passkeyScope(entry.order.body);
    this.waiting.push({ seq, holds: signaturesHold(entry, this.scope) });
    this.signaturesCount += entry.sigs.length;
  }

  /** Decide the order again and post what the rules yield, which the entry must say as well. */
  decide(seq, entry) {
    const { order, outcome: recorded } = entry;
    const active = this.books.row('rules/active')?.hash ?? order.rules;
    if (!this.ruleSets.includes(active)) {
      this.find(seq, 'rules_unknown', { rules: active });
      return;
    }
    let outcome;
    try {
      outcome = decideOrder(this.books, order, entry.sigs, { seq: entry.seq, atUs: entry.at_us });
    } catch (error) {
      if (!(error instanceof RuleRefusal)) throw error;
      this.find(seq, 'refused', { refusal: error.refusal, number: REFUSALS[error.refusal] });
      return;
    }
    const fault = movementFault(this.books, recorded.movements);
    const isSame = sameJson(outcome, recorded);
    if (fault !== null) this.find(seq, 'movement', { reason: fault });
    if (!isSame) this.find(seq, 'outcome');
    // What breaks an invariant is not posted, even if the rules should yield it.
    if (isSame && fault !== null) return;
    if (order.kind === RULE_STATE_COMMIT.kind) this.compareCommitment(seq, order.body);
    this.books.post(seq, outcome.movements, outcome.rows);
  }

  compareCommitment(seq, body) {
    const fault = this.state.fault(body);
    this.commitments += 1;
    if (fault !== null) this.find(seq, fault, { through: body.through });
  }

  /** Compare with the checkpoint once as many entries are there as it signs. */
  compare() {
    const { chain, checkpoint } = this;
    if (checkpoint === null || chain.size !== checkpoint.size) return;
    if (chain.origin !== checkpoint.origin) this.find(0, 'checkpoint_origin');
    if (hexOf(chain.tree.root()) !== checkpoint.root) this.find(chain.size - 1, 'checkpoint_root');
  }

  /** Wait for the signatures of the chunk before, and leave those of this one to the browser. */
  async settle() {
    await this.settling;
    this.settling = this.checked(this.waiting.splice(0));
  }

  async checked(waiting) {
    for (const { seq, holds } of waiting) {
      const results = await Promise.all(holds);
      if (results.includes(false)) this.find(seq, 'signature');
    }
  }

  async finish() {
    await this.settle();
    await this.settling;
    const { chain, checkpoint } = this;
    if (checkpoint !== null && chain.size < checkpoint.size) {
      this.find(chain.size, 'checkpoint_missing', { size: checkpoint.size });
    }
    if (chain.size === 0) this.find(null, 'empty');
    this.state.advance(Number.MAX_SAFE_INTEGER);
    for (const [what, reason] of booksFaults(this.books, this.state.supply)) {
      this.find(null, 'books', { what, reason });
    }
    return {
      ok: this.findingsCount === 0,
      entries: chain.size,
      signatures: this.signaturesCount,
      origin: chain.origin,
      root: hexOf(chain.tree.root()),
      stateRoot: this.state.rootHex(),
      supply: this.state.supply,
      commitments: this.commitments,
      checkpoint: checkpoint === null ? null : { size: checkpoint.size },
      firstBadEntry: this.firstBadEntry,
      findings: this.firstFindings(),
      findingsCount: this.findingsCount,
    };
  }
}
