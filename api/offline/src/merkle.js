// The tree of RFC 6962 section 2.1, its proofs checked by RFC 9162 sections 2.1.3.2 and 2.1.4.2.
// Positions and sizes are BigInt, because a checkpoint may name sizes beyond 2^53.

const LEAF_MARK = Uint8Array.of(0);
const NODE_MARK = Uint8Array.of(1);
const EMPTY_ROOT = sha256(new Uint8Array(0));

function leafHash(entry) {
  return sha256(joined(LEAF_MARK, entry));
}

function nodeHash(left, right) {
  return sha256(joined(NODE_MARK, left, right));
}

/** Whether a path leads from a leaf's hash to a root. */
function isIncluded({ index, size, leaf, path, root }) {
  if (index < 0n || index >= size || leaf.length !== 32 || root.length !== 32) return false;
  let fn = index;
  let sn = size - 1n;
  let hash = leaf;
  for (const step of path) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      hash = nodeHash(step, hash);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      hash = nodeHash(hash, step);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && sameBytes(hash, root);
}

/** Whether the tree of one size is the beginning of the tree of another; size 0 begins every tree. */
function isConsistent({ first, second, firstRoot, secondRoot, path }) {
  if (first < 0n || first > second) return false;
  if (first === 0n) return path.length === 0 && sameBytes(firstRoot, EMPTY_ROOT);
  if (first === second) return path.length === 0 && sameBytes(firstRoot, secondRoot);
  // A complete tree is its own first node, and proofs leave it out.
  const steps = (first & (first - 1n)) === 0n ? [firstRoot, ...path] : path;
  if (steps.length === 0) return false;
  let fn = first - 1n;
  let sn = second - 1n;
  while ((fn & 1n) === 1n) {
    fn >>= 1n;
    sn >>= 1n;
  }
  let [old] = steps;
  let now = old;
  for (const step of steps.slice(1)) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      old = nodeHash(step, old);
      now = nodeHash(step, now);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      now = nodeHash(now, step);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && sameBytes(old, firstRoot) && sameBytes(now, secondRoot);
}

/** Leaves added one by one; `root` is the tree's at any moment. */
class GrowingTree {
  constructor() {
    this.size = 0;
    this.complete = [];
  }

  add(leaf) {
    let hash = leaf;
    for (let count = this.size; count % 2 === 1; count = (count - 1) / 2) {
      hash = nodeHash(this.complete.pop(), hash);
    }
    this.complete.push(hash);
    this.size += 1;
  }

  root() {
    if (this.size === 0) return EMPTY_ROOT;
    return this.complete.reduceRight((right, left) => nodeHash(left, right));
  }
}
