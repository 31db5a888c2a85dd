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
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    require_(Number.isSafeInteger(value), 'number');
    return String(value);
  }
  if (typeof value === 'string') return canonicalString(value);
  require_(typeof value === 'object', 'json');
  require_(depthMax > 0, 'depth');
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalText(item, depthMax - 1)).join(',')}]`;
  }
  const members = Object.keys(value).sort().map((key) => {
    require_(/^[\x00-\x7f]*$/.test(key), 'key');
    return `${canonicalString(key)}:${canonicalText(value[key], depthMax - 1)}`;
  });
  return `{${members.join(',')}}`;
}

function canonicalBytes(value) {
  return utf8(canonicalText(value));
}

/** JSON.stringify spells strings as RFC 8785 does, but lets lone surrogates pass as escapes. */
function canonicalString(text) {
  require_(text.isWellFormed(), 'surrogate');
  return JSON.stringify(text);
}
