// Which certificates an uncovered loss impairs: units are given out oldest first, and the published
// order is the same read backwards; restoring takes the same way back.

const WALK_BLOCKS_MAX = 2_000;
const WALK_RETIREMENTS_MAX = 10;
const WALK_ROWS_BYTES_MAX = 12 * 1024;
const WALK_WINDOW = 4_096;

/** Status rows as one order changes them: read once, changed in memory, written at the end. */
class ChangedStatuses {
  constructor(books) {
    this.books = books;
    this.changed = new Map();
  }

  of(number) {
    return this.changed.get(number) ?? statusOf(this.books, number);
  }

  /** Add impaired kilograms (or take some away) and replace the list of impairments. */
  add(number, quantityKg, impairments = null) {
    const known = this.of(number);
    const impaired = { impaired_kg: known.impaired_kg + quantityKg };
    if (impairments !== null) impaired.impairments = impairments;
    this.changed.set(number, { ...known, ...impaired });
  }

  isLarge() {
    const sizes = [...this.changed.values()].map((known) => canonicalBytes(known).length);
    return sizes.reduce((sum, size) => sum + size, 0) > WALK_ROWS_BYTES_MAX;
  }

  rows(change, moment) {
    return [...this.changed].map(([number, known]) => statusRow(number, known, change, moment));
  }
}

/** Return a retirement's row and the numbers of the certificates that rest on it. */
function papersOf(books, retirement) {
  const row = books.row(`retire/${retirement}`);
  const number = certificateNumber('RT', row.retired_seq, row.retired_at_us);
  const completion = row.claim === null ? null : books.row(`claim/${row.claim}`).completion;
  const done = completion !== null;
  const claim = done ? certificateNumber('CL', completion.seq, completion.at_us) : null;
  return { row, number, claim };
}

/** Impair retirements until nothing is left or the order is full. */
function impairPapers(books, lossId, loss, moment) {
  const leftKg = loss.owed_kg - loss.impaired_kg;
  const statuses = new ChangedStatuses(books);
  const walk = { quantityKg: 0, last: loss.last_impaired, cursor: null };
  let [walked, taken] = [0, 0];
  for (const block of blocksDownwards(books, loss)) {
    const full = taken === WALK_RETIREMENTS_MAX || statuses.isLarge();
    if (walked === WALK_BLOCKS_MAX || full || walk.quantityKg === leftKg) {
      walk.cursor = { batch: block.batch, below: block.end };
      break;
    }
    walked += 1;
    if (placeKind(block.place) !== 'retired') continue;
    const retirement = idOf(Number(block.place.slice('retired/'.length)));
    const { row, number, claim } = papersOf(books, retirement);
    const { impairments } = statuses.of(number);
    const openKg = sumOf(row.batches, loss.project) - sumOf(impairments, loss.project);
    const quantity_kg = Math.min(openKg, leftKg - walk.quantityKg);
    if (quantity_kg === 0) continue;
    const item = { before: walk.last, claim, loss: lossId, project: loss.project, quantity_kg };
    statuses.add(number, quantity_kg, [...impairments, item]);
    if (claim !== null) statuses.add(claim, quantity_kg);
    taken += 1;
    walk.last = retirement;
    walk.quantityKg += quantity_kg;
  }
  return { ...walk, rows: statuses.rows({ event: 'impaired', reason: 'loss' }, moment) };
}

function sumOf(items, project) {
  return items
    .filter((item) => item.project === project)
    .reduce((sum, { quantity_kg }) => sum + quantity_kg, 0);
}

/** Yield the blocks of a project's batches in the published order, from the cursor on. */
function* blocksDownwards(books, { project, cursor }) {
  const batches = (books.row(`project/${project}`)?.batches ?? []).map((batch) => ({ batch, first: 0 }));
  batches.sort((one, other) => compareAge(other, one));
  for (const { batch } of batches) {
    if (cursor !== null && compareAge({ batch, first: 0 }, { batch: cursor.batch, first: 0 }) > 0) continue;
    let below = cursor?.batch === batch ? cursor.below : books.row(`batch/${batch}`)?.gross_kg ?? 0;
    while (below > 0) {
      const found = books.blocks(batch, Math.max(below - WALK_WINDOW, 0), below);
      yield* found.toReversed();
      below = found[0].first;
    }
  }
}

/** Take back impairments of a loss, last impaired first; `quantityKg` is less if the order is full. */
function restorePapers(books, lossId, loss, quantityKg, moment) {
  const statuses = new ChangedStatuses(books);
  const met = new Set();
  let [leftKg, last] = [quantityKg, loss.last_impaired];
  while (leftKg > 0 && last !== null) {
    const full = met.size === WALK_RETIREMENTS_MAX || statuses.isLarge();
    if (!met.has(last) && full) break;
    met.add(last);
    const { number } = papersOf(books, last);
    const items = [...statuses.of(number).impairments];
    const position = items.findLastIndex((item) => item.loss === lossId);
    const [item] = items.splice(position, 1);
    const givenKg = Math.min(leftKg, item.quantity_kg);
    const restKg = item.quantity_kg - givenKg;
    if (restKg > 0) items.splice(position, 0, { ...item, quantity_kg: restKg });
    else last = item.before;
    statuses.add(number, -givenKg, items);
    if (item.claim !== null) statuses.add(item.claim, -givenKg);
    leftKg -= givenKg;
  }
  const rows = statuses.rows({ event: 'restored', reason: 'replacement' }, moment);
  return { rows, quantityKg: quantityKg - leftKg, last };
}

/** Return how many of the kilograms retired for a claim are impaired. */
function impairedKgOfClaim(books, claim) {
  const numbers = claim.retirements.map(
    ({ seq, retired_at_us: atUs }) => certificateNumber('RT', seq, atUs),
  );
  return numbers.reduce((sum, number) => sum + statusOf(books, number).impaired_kg, 0);
}
