// The state tree (LEDGER_FORMAT, state commitments): a Merkle Patricia tree over byte keys.
// A key is read as bits, highest first, followed by a byte 0x00 and then 0xFF without end.
//
//   empty  SHA-256 of nothing
//   leaf   SHA-256(0x00 | varint(length of key) | key | varint(length of value) | value)
//   inner  SHA-256(0x01 | varint(bit) | left | right)      left: the keys whose bit is 0

const STATE_HASH_SIZE = 32;

/** Return a whole number as unsigned LEB128. */
function stateVarint(number) {
  const parts = [];
  let rest = number;
  while (rest >= 0x80) {
    parts.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  parts.push(rest);
  return Uint8Array.from(parts);
}

function stateLeafHash(key, value) {
  const sizes = [stateVarint(key.length), stateVarint(value.length)];
  return sha256(joined(Uint8Array.of(0), sizes[0], key, sizes[1], value));
}

function stateInnerHash(bit, left, right) {
  return sha256(joined(Uint8Array.of(1), stateVarint(bit), left, right));
}

/** Return a byte of a key and of what follows it. */
function stateByteOf(key, position) {
  if (position < key.length) return key[position];
  return position === key.length ? 0x00 : 0xff;
}

function stateBitOf(key, bit) {
  return (stateByteOf(key, Math.floor(bit / 8)) >> (7 - (bit % 8))) & 1;
}

/** Return the first bit in which two keys differ, or -1 if they are the same key. */
function stateFirstDifference(one, other) {
  const length = Math.max(one.length, other.length) + 1;
  for (let position = 0; position < length; position += 1) {
    const mixed = stateByteOf(one, position) ^ stateByteOf(other, position);
    if (mixed !== 0) return 8 * position + Math.clz32(mixed) - 24;
  }
  return -1;
}

/** The tree of a changing mapping: a change costs its path, `root` hashes what has changed. */
class StateTree {
  constructor() {
    this.top = null;
    this.size = 0;
  }

  /** Put a value (bytes) under a key (bytes). */
  set(key, value) {
    const leaf = { bit: -1, key, hash: stateLeafHash(key, value) };
    if (this.top === null) {
      this.top = leaf;
      this.size = 1;
      return;
    }
    const nearest = this.nearest(key);
    const bit = stateFirstDifference(key, nearest.key);
    if (bit === -1) {
      this.nearest(key, true);
      nearest.hash = leaf.hash;
      return;
    }
    this.size += 1;
    this.insert(leaf, bit);
  }

  /** Return the leaf that a key's bits lead to; `stale` marks the hashes on the way. */
  nearest(key, stale = false) {
    let node = this.top;
    while (node.bit !== -1) {
      if (stale) node.hash = null;
      node = stateBitOf(key, node.bit) === 0 ? node.left : node.right;
    }
    return node;
  }

  insert(leaf, bit) {
    let above = null;
    let node = this.top;
    while (node.bit !== -1 && node.bit < bit) {
      node.hash = null;
      above = node;
      node = stateBitOf(leaf.key, node.bit) === 0 ? node.left : node.right;
    }
    const isLeft = stateBitOf(leaf.key, bit) === 0;
    const inner = { bit, hash: null, left: isLeft ? leaf : node, right: isLeft ? node : leaf };
    this.replace(above, node, inner);
  }

  /** Take a key away; one that is not there is our own mistake. */
  delete(key) {
    let [higher, above, node] = [null, null, this.top];
    while (node !== null && node.bit !== -1) {
      node.hash = null;
      [higher, above] = [above, node];
      node = stateBitOf(key, node.bit) === 0 ? node.left : node.right;
    }
    if (node === null || stateFirstDifference(key, node.key) !== -1) {
      throw new Error('the state tree has no such key');
    }
    this.size -= 1;
    if (above === null) this.top = null;
    else this.replace(higher, above, above.left === node ? above.right : above.left);
  }

  replace(above, old, fresh) {
    if (above === null) this.top = fresh;
    else if (above.left === old) above.left = fresh;
    else above.right = fresh;
  }

  /** Return the root, 32 bytes. */
  root() {
    return this.top === null ? sha256(new Uint8Array(0)) : stateHashOf(this.top);
  }
}

function stateHashOf(node) {
  if (node.hash === null) {
    node.hash = stateInnerHash(node.bit, stateHashOf(node.left), stateHashOf(node.right));
  }
  return node.hash;
}
