// Reading PDF objects (ISO 32000-2 clause 7.3): only what our own certificates are written in.
//
// A name is {name}, a reference {ref}, a string {string, from, to}, a dictionary a Map, a stream
// {dictionary, start}. `from` and `to` are offsets in the file, so that a signature can be found.

const PDF_DEPTH_MAX = 50;
const PDF_BLANK = new Set([0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20]);
const PDF_DELIMITERS = new Set(Array.from('()<>[]{}/%', (letter) => letter.charCodeAt(0)));
const PDF_ESCAPES = { n: 10, r: 13, t: 9, b: 8, f: 12, '(': 40, ')': 41, '\\': 92 };

function pdfRequire(condition) {
  require_(condition, 'pdf_syntax');
}

/** Read the value at `reader.at`, and move behind it. */
function readPdfValue(reader, depth = PDF_DEPTH_MAX) {
  pdfRequire(depth > 0);
  skipPdfBlank(reader);
  const { bytes } = reader;
  const byte = bytes[reader.at];
  if (byte === 0x2f) return readPdfName(reader);
  if (byte === 0x28) return readPdfString(reader);
  if (byte === 0x5b) return readPdfArray(reader, depth);
  if (byte === 0x3c) {
    return bytes[reader.at + 1] === 0x3c ? readPdfDictionary(reader, depth) : readPdfHex(reader);
  }
  return readPdfWord(reader);
}

function skipPdfBlank(reader) {
  const { bytes } = reader;
  while (reader.at < bytes.length) {
    if (bytes[reader.at] === 0x25) {
      while (reader.at < bytes.length && bytes[reader.at] !== 10 && bytes[reader.at] !== 13) {
        reader.at += 1;
      }
    } else if (PDF_BLANK.has(bytes[reader.at])) {
      reader.at += 1;
    } else {
      return;
    }
  }
}

/** Read letters up to a blank or a delimiter. */
function readPdfRegular(reader) {
  const { bytes } = reader;
  const start = reader.at;
  while (reader.at < bytes.length && !PDF_BLANK.has(bytes[reader.at])
    && !PDF_DELIMITERS.has(bytes[reader.at])) {
    reader.at += 1;
  }
  return latin1(bytes.subarray(start, reader.at));
}

function latin1(bytes) {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function readPdfName(reader) {
  reader.at += 1;
  const spelled = readPdfRegular(reader);
  const name = spelled.replaceAll(/#([0-9a-fA-F]{2})/g, (_, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)));
  return { name };
}

/** Read a number, a reference or a keyword. */
function readPdfWord(reader) {
  const word = readPdfRegular(reader);
  if (word === 'true') return true;
  if (word === 'false') return false;
  if (word === 'null') return null;
  pdfRequire(/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/.test(word));
  if (/^[0-9]{1,10}$/.test(word)) {
    const behind = reader.at;
    skipPdfBlank(reader);
    const generation = readPdfRegular(reader);
    skipPdfBlank(reader);
    if (/^[0-9]{1,5}$/.test(generation) && readPdfRegular(reader) === 'R') {
      pdfRequire(generation === '0');
      return { ref: Number(word) };
    }
    reader.at = behind;
  }
  return Number(word);
}

function readPdfArray(reader, depth) {
  const items = [];
  reader.at += 1;
  for (;;) {
    skipPdfBlank(reader);
    pdfRequire(reader.at < reader.bytes.length);
    if (reader.bytes[reader.at] === 0x5d) {
      reader.at += 1;
      return items;
    }
    items.push(readPdfValue(reader, depth - 1));
  }
}

/** Read a dictionary; a key given twice would mean one thing to us and another to other readers. */
function readPdfDictionary(reader, depth) {
  const members = new Map();
  reader.at += 2;
  for (;;) {
    skipPdfBlank(reader);
    const byte = reader.bytes[reader.at];
    if (byte === 0x3e && reader.bytes[reader.at + 1] === 0x3e) {
      reader.at += 2;
      return members;
    }
    pdfRequire(byte === 0x2f);
    const { name } = readPdfName(reader);
    pdfRequire(!members.has(name));
    members.set(name, readPdfValue(reader, depth - 1));
  }
}

function readPdfHex(reader) {
  const from = reader.at;
  const end = reader.bytes.indexOf(0x3e, from);
  pdfRequire(end >= 0);
  const digits = latin1(reader.bytes.subarray(from + 1, end)).replaceAll(/[\0\t\n\f\r ]/g, '');
  pdfRequire(/^[0-9a-fA-F]*$/.test(digits));
  reader.at = end + 1;
  const even = digits.length % 2 === 0 ? digits : `${digits}0`;
  return { string: bytesOfHex(even.toLowerCase()), from, to: reader.at };
}

function readPdfString(reader) {
  const { bytes } = reader;
  const from = reader.at;
  const found = [];
  let open = 1;
  reader.at += 1;
  for (;;) {
    pdfRequire(reader.at < bytes.length);
    const byte = bytes[reader.at];
    reader.at += 1;
    if (byte === 0x28) open += 1;
    if (byte === 0x29) open -= 1;
    if (open === 0) return { string: Uint8Array.from(found), from, to: reader.at };
    if (byte === 0x5c) readPdfEscape(reader, found);
    else found.push(byte);
  }
}

function readPdfEscape(reader, found) {
  const octal = /^[0-7]{1,3}/.exec(latin1(reader.bytes.subarray(reader.at, reader.at + 3)));
  if (octal !== null) {
    reader.at += octal[0].length;
    found.push(Number.parseInt(octal[0], 8) & 0xff);
    return;
  }
  const letter = String.fromCharCode(reader.bytes[reader.at]);
  reader.at += 1;
  if (letter === '\n' || letter === '\r') return;
  found.push(PDF_ESCAPES[letter] ?? letter.charCodeAt(0));
}

/** Read `n 0 obj … endobj` at an offset: its number, and its value or stream. */
function readPdfObject(bytes, offset) {
  const reader = { bytes, at: offset };
  const number = readPdfRegular(reader);
  skipPdfBlank(reader);
  const generation = readPdfRegular(reader);
  skipPdfBlank(reader);
  pdfRequire(/^[0-9]+$/.test(number) && generation === '0' && readPdfRegular(reader) === 'obj');
  const value = readPdfValue(reader);
  skipPdfBlank(reader);
  const word = readPdfRegular(reader);
  if (word === 'endobj') return { number: Number(number), value };
  pdfRequire(word === 'stream' && value instanceof Map);
  if (bytes[reader.at] === 0x0d) reader.at += 1;
  pdfRequire(bytes[reader.at] === 0x0a);
  return { number: Number(number), value: { dictionary: value, start: reader.at + 1, bytes } };
}

/** Return a value as text that is the same for the same value, however it was spelled. */
function pdfText(value) {
  if (value instanceof Map) {
    const members = Array.from(value, ([key, item]) => `/${key} ${pdfText(item)}`);
    return `<<${members.sort().join(' ')}>>`;
  }
  if (Array.isArray(value)) return `[${value.map(pdfText).join(' ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  if (value.string !== undefined) return `(${hexOf(value.string)})`;
  if (value.ref !== undefined) return `${value.ref} R`;
  if (value.name !== undefined) return `/${value.name}`;
  return `stream ${value.start} ${pdfText(value.dictionary)}`;
}
