// Distinguished encoding (X.690): nested values with definite, shortest lengths.

/** Read the value at an offset: tag, content, the bytes of the whole, and where it ends. */
function readDer(bytes, at = 0) {
  const tag = bytes[at];
  let length = bytes[at + 1];
  let start = at + 2;
  if (length >= 0x80) {
    const count = length & 0x7f;
    der(count >= 1 && count <= 3);
    length = bigEndian(bytes, start, count);
    der(length >= 0x80 && (count === 1 || bytes[start] !== 0));
    start += count;
  }
  const end = start + length;
  der(Number.isInteger(length) && (tag & 0x1f) !== 0x1f && end <= bytes.length);
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end), end };
}

/** Read a value that is all of some bytes. */
function onlyDer(bytes, tag) {
  const value = readDer(bytes);
  der(value.end === bytes.length && (tag === undefined || value.tag === tag));
  return value;
}

/** Read all values inside one. */
function innerDer(value, tag) {
  der(value !== undefined && (tag === undefined || value.tag === tag));
  const found = [];
  for (let at = 0; at < value.content.length;) {
    const one = readDer(value.content, at);
    found.push(one);
    at = one.end;
  }
  return found;
}

function derOid(value) {
  der(value !== undefined && value.tag === 0x06);
  const numbers = [];
  let number = 0;
  for (const byte of value.content) {
    number = number * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(number);
      number = 0;
    }
  }
  const [first, ...rest] = numbers;
  const top = Math.min(Math.floor(first / 40), 2);
  return [top, first - 40 * top, ...rest].join('.');
}

/** Return a UTCTime or GeneralizedTime as milliseconds. */
function derTime(value) {
  const text = latin1(value.content);
  der((value.tag === 0x17 && /^[0-9]{12}Z$/.test(text))
    || (value.tag === 0x18 && /^[0-9]{14}Z$/.test(text)));
  // RFC 5280 clause 4.1.2.5.1: two digits from 50 on are of the last century.
  const full = value.tag === 0x18 ? text : (text < '5' ? '20' : '19') + text;
  const [year, month, day, hour, minute, second] = full.match(/^(....)(..)(..)(..)(..)(..)/)
    .slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function der(condition) {
  require_(condition, 'der');
}
