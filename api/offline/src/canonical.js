// Canonical JSON (LEDGER_FORMAT clause 1): RFC 8785 over objects with ASCII keys, arrays, strings,
// booleans, null and integers up to 2^53 - 1.

/** Return the value of canonical bytes; whatever is not its own canonical form is refused. */
function parseCanonical(bytes, depthMax = 64) {
  return parseCanonicalText(textOf(bytes), depthMax);
}

function parseCanonicalText(text, depthMax = 64) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CheckError('json');
  }
  // A key given twice, a number beyond 2^53 or a free spelling all come back as another text.
  require_(canonicalText(value, depthMax) === text, 'canonical');
  return value;
}

/** Return the one canonical text of a value. */
function canonicalText(value, depthMax = 64) {
  // What came from canonical text is in order already, and the browser's own writer is quick.
  return isCanonicallyOrdered(value, depthMax) ? JSON.stringify(value) : spelledOut(value);
}

/** Check what a value is made of, and say whether all keys of its objects are in order. */
function isCanonicallyOrdered(value, depthLeft) {
  if (typeof value === 'string') {
    // JSON.stringify spells strings as RFC 8785 does, but lets lone surrogates pass as escapes.
    require_(value.isWellFormed(), 'surrogate');
    return true;
  }
  if (typeof value === 'number') require_(Number.isSafeInteger(value), 'number');
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return true;
  require_(typeof value === 'object', 'json');
  require_(depthLeft > 0, 'depth');
  let ordered = true;
  if (Array.isArray(value)) {
    for (const item of value) ordered = isCanonicallyOrdered(item, depthLeft - 1) && ordered;
    return ordered;
  }
  let before = '';
  for (const key of Object.keys(value)) {
    require_(/^[\x00-\x7f]*$/.test(key), 'key');
    ordered = isCanonicallyOrdered(value[key], depthLeft - 1) && before <= key && ordered;
    before = key;
  }
  return ordered;
}

/** Write a value whose keys are out of order; keys like "12" always are, by JavaScript's rules. */
function spelledOut(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(spelledOut).join(',')}]`;
  const members = Object.keys(value).sort()
    .map((key) => `${JSON.stringify(key)}:${spelledOut(value[key])}`);
  return `{${members.join(',')}}`;
}

function canonicalBytes(value) {
  return utf8(canonicalText(value));
}
