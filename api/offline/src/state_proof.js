// Proofs against the root of a state tree: a key is there, is not there, these are all, or a unit
// is in this place. Steps lead up to the root, each the bit of an inner node and the other child.

const STATE_PATH_BYTES_MAX = 65_536;

/** Require that a tree holds a key with a value's digest, and return the steps. */
function requirePresence(root, key, digest, path) {
  const steps = readStateSteps(path, 0);
  const top = climbState(stateLeafHash(key, digest), key, steps);
  require_(sameBytes(top, root), 'state_root');
  return steps;
}

/** Require that nothing stands under a key: a search for it ends at another leaf. */
function requireAbsence(root, key, path) {
  const other = readStateLeaf(root, path);
  if (other === null) return;
  require_(stateFirstDifference(other.key, key) !== -1, 'state_there');
  requireSameWay(other, key);
}

/** Require that these pairs, in the tree's order, are all whose keys begin so. */
function requirePrefix(root, prefix, pairs, path) {
  require_(pairs.every(({ key }) => hasStatePrefix(key, prefix)), 'state_prefix');
  if (pairs.length === 0) {
    const other = readStateLeaf(root, path);
    if (other === null) return;
    require_(!hasStatePrefix(other.key, prefix), 'state_there');
    requireSameWay(other, prefix);
    return;
  }
  const steps = readStateSteps(path, 0);
  require_(steps.length === 0 || steps[0].bit < 8 * prefix.length, 'state_prefix');
  const tree = new StateTree();
  pairs.forEach(({ key, digest }, at) => {
    if (at > 0) {
      const bit = stateFirstDifference(pairs[at - 1].key, key);
      require_(bit !== -1 && stateBitOf(key, bit) === 1, 'state_order');
    }
    tree.set(key, digest);
  });
  require_(sameBytes(climbState(tree.root(), prefix, steps), root), 'state_root');
}

/** Require that a tree holds two keys and none between: one is the last on the left of the other. */
function requireNeighbours(root, before, after) {
  const left = requirePresence(root, before.key, before.digest, before.path).reverse();
  const right = requirePresence(root, after.key, after.digest, after.path).reverse();
  let parting = 0;
  while (parting < Math.min(left.length, right.length)
    && left[parting].bit === right[parting].bit
    && sameBytes(left[parting].sibling, right[parting].sibling)) {
    parting += 1;
  }
  const node = left[parting]?.bit;
  require_(node !== undefined && node === right[parting]?.bit, 'state_order');
  require_(stateBitOf(before.key, node) === 0 && stateBitOf(after.key, node) === 1, 'state_order');
  const last = left.slice(parting + 1).every(({ bit }) => stateBitOf(before.key, bit) === 1);
  const first = right.slice(parting + 1).every(({ bit }) => stateBitOf(after.key, bit) === 0);
  require_(last && first, 'state_between');
}

function hasStatePrefix(key, prefix) {
  return prefix.every((byte, at) => stateByteOf(key, at) === byte);
}

function requireSameWay(other, key) {
  const same = other.steps.every(({ bit }) => stateBitOf(other.key, bit) === stateBitOf(key, bit));
  require_(same, 'state_way');
}

function climbState(below, key, steps) {
  return steps.reduce((hash, { bit, sibling }) => (stateBitOf(key, bit) === 0
    ? stateInnerHash(bit, hash, sibling) : stateInnerHash(bit, sibling, hash)), below);
}

/** Read the leaf at which a search ends, and its way up; null for an empty tree. */
function readStateLeaf(root, path) {
  if (sameBytes(root, EMPTY_ROOT)) {
    require_(path.length === 0, 'state_form');
    return null;
  }
  const key = readStateBytes(path, 0);
  const value = readStateBytes(path, key.end);
  const steps = readStateSteps(path, value.end);
  const top = climbState(stateLeafHash(key.bytes, value.bytes), key.bytes, steps);
  require_(sameBytes(top, root), 'state_root');
  return { key: key.bytes, steps };
}

/** Read steps, whose bits fall strictly on the way up. */
function readStateSteps(path, start) {
  const steps = [];
  for (let at = start; at < path.length;) {
    const bit = readStateVarint(path, at);
    require_(steps.length === 0 || bit.value < steps.at(-1).bit, 'state_form');
    require_(bit.end + STATE_HASH_SIZE <= path.length, 'state_form');
    steps.push({ bit: bit.value, sibling: path.subarray(bit.end, bit.end + STATE_HASH_SIZE) });
    at = bit.end + STATE_HASH_SIZE;
  }
  return steps;
}

function readStateBytes(path, at) {
  const size = readStateVarint(path, at);
  const end = size.end + size.value;
  require_(end <= path.length, 'state_form');
  return { bytes: path.subarray(size.end, end), end };
}

/** Read unsigned LEB128 in its shortest form, below 2^32. */
function readStateVarint(path, at) {
  let value = 0;
  for (let count = 0; count < 5 && at + count < path.length; count += 1) {
    const byte = path[at + count];
    value += (byte & 0x7f) * 2 ** (7 * count);
    if (byte < 0x80) {
      require_((count === 0 || byte !== 0) && value < 2 ** 32, 'state_form');
      return { value, end: at + count + 1 };
    }
  }
  throw new CheckError('state_form');
}
