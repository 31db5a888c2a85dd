// State commitments: root and supply as they stood after entry `through`, computed behind the
// replay. The tree lags: it takes the changes of entries only once a commitment speaks of them.

class StateFollower {
  constructor(books) {
    this.books = books;
    this.tree = new StateTree();
    this.supply = emptySupply();
  }

  /** Bring tree and supply to where they stood after entry `through`. */
  advance(through) {
    const changes = this.books.changes;
    let count = 0;
    const newest = new Map();
    for (; count < changes.length && changes[count].seq <= through; count += 1) {
      const change = changes[count];
      if (change.supply !== undefined) this.supply[change.supply] += change.kg;
      else newest.set(change.key, change.value);
    }
    this.books.changes = changes.slice(count);
    for (const [key, value] of newest) this.take(utf8(key), value);
  }

  /** Put a row's or a block's new value into the tree; a block may have come and gone meanwhile. */
  take(key, value) {
    if (value !== null) {
      this.tree.set(key, sha256(canonicalBytes(value)));
    } else if (this.has(key)) {
      this.tree.delete(key);
    }
  }

  has(key) {
    const top = this.tree.top;
    return top !== null && stateFirstDifference(key, this.tree.nearest(key).key) === -1;
  }

  /** Return what a `state.commit` body gets wrong, or nothing. */
  fault(body) {
    this.advance(body.through);
    if (body.root !== this.rootHex()) return 'state_root_wrong';
    return sameJson(body.supply, this.supply) ? null : 'state_supply_wrong';
  }

  rootHex() {
    return hexOf(this.tree.root());
  }
}

/** Say whether two JSON values are the same; `true` is not 1, and 1 is not "1". */
function sameJson(one, other) {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return false;
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key], other[key]));
}
