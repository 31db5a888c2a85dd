// Where a chain of entries stands (LEDGER_FORMAT clause 5), and the tree over them.

class EntryChain {
  constructor() {
    this.tree = new GrowingTree();
    this.head = FIRST_PREV;
    this.atUs = 0;
    this.origin = null;
  }

  get size() {
    return this.tree.size;
  }

  /** Return what keeps an entry from continuing the chain, or nothing. */
  fault(entry) {
    if (entry.seq !== this.size) return 'chain_seq';
    if (entry.prev !== this.head) return 'chain_prev';
    if (entry.at_us < this.atUs) return 'chain_time';
    return this.origin !== null && entry.order.log !== this.origin ? 'chain_log' : null;
  }

  /** Take the next entry's bytes, and the entry if they are one; faults do not stop the tree. */
  append(bytes, entry) {
    const leaf = leafHash(bytes);
    this.tree.add(leaf);
    this.head = hexOf(leaf);
    if (entry === null) return;
    this.atUs = Math.max(this.atUs, entry.at_us);
    this.origin ??= entry.order.log;
  }
}

/** Return where passkeys may sign, which entry 0 states for the whole log. */
function passkeyScope({ webauthn }) {
  const stated = isObject(webauthn) && isText(webauthn.rp_id) && Array.isArray(webauthn.origins);
  if (!stated) return { rp_id: '', origins: [] };
  return { rp_id: webauthn.rp_id, origins: webauthn.origins.filter(isObject) };
}

/** Begin to check each signature of an entry; one promise of true or false each. */
function signaturesHold({ order, sigs }, scope) {
  const message = signedBytes(order);
  return sigs.map((sig) =>
    sig.alg === 'ed25519'
      ? isEd25519(bytesOfHex(sig.key), bytesOfHex(sig.sig), message)
      : isPasskeySignature(sig, message, scope));
}
