// The books of a replay: rows, the blocks of every batch (LEDGER_FORMAT clause 12), and the supply.

const ISSUE_PLACE = 'issue';
const SUPPLY_OF_PLACE = {
  acct: 'held',
  resv: 'reserved',
  pledge: 'pledged',
  frozen: 'frozen',
  buffer: 'buffer',
  retired: 'retired',
  cancelled: 'cancelled',
};
const TERMINAL_PLACES = ['retired', 'cancelled'];
const SUPPLY_TOTALS = ['gross', ...Object.values(SUPPLY_OF_PLACE)];

function placeKind(place) {
  return place.split('/', 1)[0];
}

/** Return what sorts blocks by age: start of the monitoring period, batch id, number. */
function compareAge(one, other) {
  const left = one.batch.slice(10, 18);
  const right = other.batch.slice(10, 18);
  if (left !== right) return left < right ? -1 : 1;
  if (one.batch !== other.batch) return one.batch < other.batch ? -1 : 1;
  return one.first - other.first;
}

/** Return where a block stands, or would stand, in a sorted list. */
function sortedPosition(blocks, block, compare) {
  let [low, high] = [0, blocks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(blocks[middle], block) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compareFirst(one, other) {
  return one.first - other.first;
}

function blockKey(block) {
  return `block/${block.batch}/${String(block.first).padStart(16, '0')}`;
}

function emptySupply() {
  return Object.fromEntries(SUPPLY_TOTALS.map((name) => [name, 0]));
}

/** Rows and blocks; `changes` collects, entry by entry, what a state commitment is about. */
class LedgerBooks {
  constructor() {
    this.rows = new Map();
    this.batches = new Map();
    this.places = new Map();
    this.changes = [];
  }

  row(key) {
    return this.rows.get(key) ?? null;
  }

  /** Return the blocks of a batch that touch [first, end). */
  blocks(batch, first, end) {
    const all = this.batches.get(batch) ?? [];
    let at = sortedPosition(all, { first }, compareFirst);
    if (at > 0 && all[at - 1].end > first) at -= 1;
    const found = [];
    for (; at < all.length && all[at].first < end; at += 1) found.push(all[at]);
    return found;
  }

  /** Return how many units of [first, end) are in a place. */
  heldIn(place, batch, first, end) {
    return this.blocks(batch, first, end)
      .filter((block) => block.place === place)
      .reduce((sum, block) => sum + Math.min(block.end, end) - Math.max(block.first, first), 0);
  }

  /** Return blocks in a place, oldest first, until they hold that many kilograms. */
  holdings(place, quantityKg) {
    const found = [];
    let totalKg = 0;
    for (const block of this.places.get(place) ?? []) {
      if (totalKg >= quantityKg) break;
      found.push(block);
      totalKg += block.end - block.first;
    }
    return found;
  }

  /** Post what entry `seq` does. */
  post(seq, movements, rows) {
    for (const movement of movements) this.move(seq, movement);
    for (const row of rows) {
      this.rows.set(row.key, row.value);
      this.changes.push({ seq, key: row.key, value: row.value });
    }
  }

  move(seq, movement) {
    const { batch, first, end, from, to } = movement;
    const isIssue = from === ISSUE_PLACE;
    const touched = isIssue ? [] : this.blocks(batch, Math.max(first - 1, 0), end + 1);
    const after = isIssue ? [{ batch, first, end, place: to }] : blocksAfter(touched, movement);
    for (const block of touched) this.remove(seq, block);
    for (const block of after) this.put(seq, block);
    const source = isIssue ? 'gross' : SUPPLY_OF_PLACE[placeKind(from)];
    this.changes.push({ seq, supply: source, kg: isIssue ? end - first : first - end });
    this.changes.push({ seq, supply: SUPPLY_OF_PLACE[placeKind(to)], kg: end - first });
  }

  put(seq, block) {
    listOf(this.batches, block.batch).splice(this.position(block), 0, block);
    this.changes.push({ seq, key: blockKey(block), value: { end: block.end, place: block.place } });
    if (TERMINAL_PLACES.includes(placeKind(block.place))) return;
    const held = listOf(this.places, block.place);
    held.splice(sortedPosition(held, block, compareAge), 0, block);
  }

  remove(seq, block) {
    this.batches.get(block.batch).splice(this.position(block), 1);
    this.changes.push({ seq, key: blockKey(block), value: null });
    if (TERMINAL_PLACES.includes(placeKind(block.place))) return;
    const held = this.places.get(block.place);
    held.splice(sortedPosition(held, block, compareAge), 1);
  }

  position(block) {
    return sortedPosition(listOf(this.batches, block.batch), block, compareFirst);
  }
}

function listOf(map, name) {
  let list = map.get(name);
  if (list === undefined) {
    list = [];
    map.set(name, list);
  }
  return list;
}

/** Return the blocks that take the place of the touched ones: cut, moved, neighbours joined. */
function blocksAfter(touched, { first, end, to }) {
  const pieces = touched.flatMap((block) => {
    const low = Math.max(block.first, first);
    const high = Math.min(block.end, end);
    if (low >= high) return [block];
    return [
      { ...block, end: low },
      { ...block, first: low, end: high, place: to },
      { ...block, first: high },
    ];
  });
  const joinedBlocks = [];
  for (const piece of pieces.filter((block) => block.first < block.end)) {
    const last = joinedBlocks.at(-1);
    if (last !== undefined && last.end === piece.first && last.place === piece.place) {
      joinedBlocks[joinedBlocks.length - 1] = { ...last, end: piece.end };
    } else {
      joinedBlocks.push(piece);
    }
  }
  return joinedBlocks;
}
