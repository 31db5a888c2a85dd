// What a certificate states: the row, the movements, the sums and the serial numbers of one entry.

/** Return kind, number, row, kilograms and serial ranges of a stating entry, all of them agreeing. */
function readStatement(entry) {
  const kind = Object.keys(CERTIFICATE_KINDS)
    .find((one) => CERTIFICATE_KINDS[one] === entry.order.kind);
  require_(kind !== undefined, 'states_nothing', { kind: entry.order.kind });
  const number = certificateNumber(kind, entry.seq, entry.at_us);
  const stated = { CL: readClaim, HD: readHolding, RG: readRight, RT: readRetirement }[kind](entry);
  return { kind, number, ...stated };
}

function readRetirement(entry) {
  const row = rowOf(entry, `retire/${idOf(entry.seq)}`);
  require_(isObject(row), 'row_missing');
  require_(row.retired_seq === entry.seq && row.retired_at_us === entry.at_us, 'row_other');
  const moved = new Map();
  for (const { batch, first, end, from, to } of entry.outcome.movements) {
    require_(to === `retired/${entry.seq}` && from === row.from, 'moved_elsewhere');
    moved.set(batch, [...(moved.get(batch) ?? []), [first, end]]);
  }
  const { sums, serials } = countedRanges(moved);
  requireListed(row, sums);
  return { row, quantityKg: row.quantity_kg, serials, subject: `retire/${idOf(entry.seq)}` };
}

/** Sort half-open ranges and join those that touch; ranges that overlap move a unit twice. */
function joinedRanges(parts) {
  const found = [];
  for (const [first, end] of parts.slice().sort((one, other) => one[0] - other[0])) {
    const last = found.at(-1);
    require_(last === undefined || last[1] <= first, 'moved_twice');
    if (last !== undefined && last[1] === first) last[1] = end;
    else found.push([first, end]);
  }
  return found;
}

function readClaim(entry) {
  const rows = entry.outcome.rows.filter((row) => row.key.startsWith('claim/'));
  require_(rows.length === 1 && entry.outcome.movements.length === 0, 'row_missing');
  const [{ key, value: row }] = rows;
  const { completion, measurement } = row;
  require_(isObject(completion) && isObject(measurement), 'row_missing');
  require_(completion.seq === entry.seq && completion.at_us === entry.at_us, 'row_other');
  require_(key === `claim/${entry.order.body.claim}`, 'row_other');
  const sum = row.retirements.reduce((total, one) => total + one.quantity_kg, 0);
  require_(row.retirements.length > 0 && sum === row.retired_kg, 'sums');
  // One claim is complete only when what was retired covers what was emitted, rounded up.
  require_(row.retired_kg >= Math.ceil(measurement.residual_g / 1000), 'too_little');
  const permille = (BigInt(row.retired_kg) * 1_000_000n) / BigInt(measurement.residual_g);
  require_(permille === BigInt(completion.coverage_permille), 'sums');
  return { row, quantityKg: row.retired_kg, serials: [], subject: key };
}

/** A registered parcel: land and no units. */
function readRight(entry) {
  const parcel = idOf(entry.seq);
  const row = rowOf(entry, `parcel/${parcel}`);
  require_(isObject(row) && entry.outcome.movements.length === 0, 'row_missing');
  require_(row.registered_seq === entry.seq && row.registered_at_us === entry.at_us, 'row_other');
  const slivers = row.overlaps.reduce((sum, one) => sum + one.area_m2, 0);
  const credited = Math.min(row.stated_area_m2 - slivers, row.title_area_m2);
  require_(row.credited_area_m2 === credited, 'sums');
  const named = { name: { en: `Parcel ${parcel}`, zh: `地块 ${parcel}` } };
  return { row: { ...row, ...named }, quantityKg: 0, serials: [], subject: `parcel/${parcel}` };
}

/** All that an account held; nothing moves. That it is all, the rule says and a replay repeats. */
function readHolding(entry) {
  const key = `holding/${idOf(entry.seq)}`;
  const row = rowOf(entry, key);
  require_(isObject(row) && entry.outcome.movements.length === 0, 'row_missing');
  require_(row.stated_seq === entry.seq && row.stated_at_us === entry.at_us, 'row_other');
  require_(canonicalText(entry.order.body) === canonicalText({ account: row.account }), 'row_other');
  const held = new Map();
  for (const { batch, first, end } of row.ranges) {
    held.set(batch, [...(held.get(batch) ?? []), [first, end]]);
  }
  const { sums, serials } = countedRanges(held);
  requireListed(row, sums);
  const { account } = row;
  const named = { name: { en: `Account ${account}`, zh: `账户 ${account}` } };
  return { row: { ...row, ...named }, quantityKg: row.quantity_kg, serials, subject: key };
}

/** Return the kilograms of each batch, and the serial numbers of its joined ranges. */
function countedRanges(parts) {
  const ranges = Array.from(parts, ([batch, own]) => ({ batch, parts: joinedRanges(own) }));
  const sums = ranges.map(({ batch, parts: own }) =>
    [batch, own.reduce((sum, [first, end]) => sum + end - first, 0)]);
  const serials = ranges.flatMap(({ batch, parts: own }) =>
    own.map(([first, end]) => serialText(batch, first, end)));
  return { sums, serials };
}

/** Require that a row lists these kilograms, batch by batch and in all. */
function requireListed(row, sums) {
  const listed = row.batches.map((one) => [one.batch, one.quantity_kg]);
  const byName = ([one], [other]) => compareCodePoints(one, other);
  require_(canonicalText(sums.sort(byName)) === canonicalText(listed.sort(byName)), 'sums');
  require_(sums.reduce((sum, [, kg]) => sum + kg, 0) === row.quantity_kg, 'sums');
}
