// Which units an order means: named ranges, or an amount of the oldest (LEDGER_FORMAT clause 12).

/** Read `quantity_kg` or `ranges`; ranges come back sorted and joined where they touch. */
function readUnits(form) {
  const byAmount = form.has('quantity_kg');
  refuseIf(byAmount === form.has('ranges'), 'QUANTITY_OR_RANGES');
  if (byAmount) return { quantityKg: form.integer('quantity_kg', 1), ranges: [] };
  const named = form.forms('ranges', 1, MOVEMENTS_MAX).map((item) => {
    const range = { batch: item.text('batch', FORMAT.batch) };
    range.first = item.integer('first');
    range.end = item.integer('end');
    item.done();
    refuseIf(range.end <= range.first, 'RANGE_EMPTY', range);
    return range;
  });
  named.sort((one, other) => {
    if (one.batch !== other.batch) return one.batch < other.batch ? -1 : 1;
    return one.first - other.first;
  });
  const ranges = [];
  for (const range of named) {
    const last = ranges.at(-1);
    const sameBatch = last !== undefined && last.batch === range.batch;
    refuseIf(sameBatch && range.first < last.end, 'RANGES_OVERLAP', { batch: range.batch });
    if (sameBatch && range.first === last.end) last.end = range.end;
    else ranges.push(range);
  }
  return { quantityKg: null, ranges };
}

/** Turn an amount or named ranges into movements from one place to another. */
function takeUnits(books, from, to, { quantityKg, ranges }) {
  if (quantityKg === null) return ranges.map((range) => namedUnits(books, from, to, range));
  const blocks = books.holdings(from, quantityKg);
  const heldKg = kgOf(blocks);
  refuseIf(heldKg < quantityKg, 'BALANCE_TOO_LOW', { balance_kg: heldKg, quantity_kg: quantityKg });
  refuseIf(blocks.length > MOVEMENTS_MAX, 'TOO_MANY_RANGES', { ranges: blocks.length });
  let leftKg = quantityKg;
  return blocks.map(({ batch, first, end: blockEnd }) => {
    const end = Math.min(blockEnd, first + leftKg);
    leftKg -= end - first;
    return { batch, end, first, from, to };
  });
}

function namedUnits(books, from, to, { batch, first, end }) {
  findRow(books, `batch/${batch}`, 'BATCH_UNKNOWN');
  const heldKg = books.heldIn(from, batch, first, end);
  refuseIf(heldKg !== end - first, 'UNITS_NOT_HELD', { batch, first, end, held_kg: heldKg });
  return { batch, end, first, from, to };
}

function kgOf(blocks) {
  return blocks.reduce((sum, { first, end }) => sum + end - first, 0);
}
