// JSON in any spelling, of the same subset as canonical JSON: the data that a passkey's browser
// wrote. JSON.parse would let the second of two equal keys win.

/** Return the value of a JSON text; keys given twice and numbers beyond the subset are refused. */
function parseJsonStrictly(text) {
  const reader = { text, at: 0 };
  const value = readJsonValue(reader, 64);
  skipJsonSpace(reader);
  require_(reader.at === text.length, 'json');
  return value;
}

function readJsonValue(reader, depth) {
  require_(depth > 0, 'depth');
  skipJsonSpace(reader);
  const letter = reader.text[reader.at];
  if (letter === '{') return readJsonObject(reader, depth);
  if (letter === '[') return readJsonArray(reader, depth);
  if (letter === '"') return readJsonString(reader);
  const word = readJsonPattern(reader, /true|false|null|-?[0-9][0-9.eE+-]*/y);
  if (word === 'true') return true;
  if (word === 'false') return false;
  if (word === 'null') return null;
  require_(/^(?:0|-?[1-9][0-9]*)$/.test(word) && Number.isSafeInteger(Number(word)), 'number');
  return Number(word);
}

function readJsonObject(reader, depth) {
  const members = Object.create(null);
  reader.at += 1;
  if (nextJsonMark(reader) === '}') return closeJson(reader, members);
  for (;;) {
    skipJsonSpace(reader);
    const key = readJsonString(reader);
    require_(/^[\x00-\x7f]*$/.test(key) && !(key in members), 'key');
    require_(nextJsonMark(reader) === ':', 'json');
    reader.at += 1;
    members[key] = readJsonValue(reader, depth - 1);
    if (nextJsonMark(reader) === '}') return closeJson(reader, members);
    require_(reader.text[reader.at] === ',', 'json');
    reader.at += 1;
  }
}

function readJsonArray(reader, depth) {
  const items = [];
  reader.at += 1;
  if (nextJsonMark(reader) === ']') return closeJson(reader, items);
  for (;;) {
    items.push(readJsonValue(reader, depth - 1));
    if (nextJsonMark(reader) === ']') return closeJson(reader, items);
    require_(reader.text[reader.at] === ',', 'json');
    reader.at += 1;
  }
}

function readJsonString(reader) {
  const spelled = readJsonPattern(
    reader, /"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y,
  );
  const text = JSON.parse(spelled);
  require_(text.isWellFormed(), 'surrogate');
  return text;
}

function readJsonPattern(reader, pattern) {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  require_(found !== null, 'json');
  reader.at += found[0].length;
  return found[0];
}

function skipJsonSpace(reader) {
  while (/[ \t\n\r]/.test(reader.text[reader.at] ?? '')) reader.at += 1;
}

function nextJsonMark(reader) {
  skipJsonSpace(reader);
  return reader.text[reader.at];
}

function closeJson(reader, value) {
  reader.at += 1;
  return value;
}
