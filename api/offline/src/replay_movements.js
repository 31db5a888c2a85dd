// What no movement may do, whatever rule asked for it: one kilogram is in one place, a terminal
// place is never left, no unit is moved twice in one entry or issued twice (design invariants 1-3).

/** Return what is wrong with the movements of one entry on the books before it, or nothing. */
function movementFault(books, movements) {
  if (movements.length > MOVEMENTS_MAX) return 'too_many';
  const moved = new Map();
  for (const movement of movements) {
    const fault = placeFault(movement) ?? unitsFault(books, movement);
    if (fault !== null) return fault;
    const earlier = listOf(moved, movement.batch);
    if (earlier.some((other) => movement.first < other.end && other.first < movement.end)) {
      return 'moved_twice';
    }
    earlier.push(movement);
  }
  return null;
}

function placeFault({ first, end, from, to }) {
  const source = placeKind(from);
  if (!(first >= 0 && first < end)) return 'empty';
  if (TERMINAL_PLACES.includes(source)) return 'leaves_terminal_place';
  if (from !== ISSUE_PLACE && !Object.hasOwn(SUPPLY_OF_PLACE, source)) return 'place_unknown';
  if (!Object.hasOwn(SUPPLY_OF_PLACE, placeKind(to)) || from === to) return 'place_unknown';
  return null;
}

function unitsFault(books, { batch, first, end, from }) {
  if (from === ISSUE_PLACE) return books.blocks(batch, first, end).length > 0 ? 'issued_twice' : null;
  return books.heldIn(from, batch, first, end) === end - first ? null : 'not_in_source';
}

/**
 * Return what is wrong with the books as a whole: the blocks of each batch must tile [0, gross),
 * and the places must add up to the supply (invariants 1 and 3). [key, fault] pairs.
 */
function booksFaults(books, supply) {
  const faults = [];
  const counted = emptySupply();
  for (const [batch, blocks] of books.batches) {
    let position = 0;
    for (const block of blocks) {
      if (block.first !== position) faults.push([batch, 'not_tiled']);
      position = block.end;
      counted[SUPPLY_OF_PLACE[placeKind(block.place)]] += block.end - block.first;
    }
    counted.gross += position;
    if (books.row(`batch/${batch}`)?.gross_kg !== position) faults.push([batch, 'gross_wrong']);
  }
  for (const name of SUPPLY_TOTALS) {
    if (counted[name] !== supply[name]) faults.push([name, 'supply_wrong']);
  }
  return faults;
}
