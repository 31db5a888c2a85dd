// The compact statement in a paper's code: COSE_Sign1 (RFC 9052) in deterministic CBOR (RFC 8949),
// of the few types that it has, in their one spelling.

const CODE_BYTES_MAX = 512;
const CODE_DIGITS_MAX = 1_300;
const CODE_HASH_SIZE = 16;
const CBOR_DEPTH_MAX = 4;
const COSE_SIGN1_TAG = 18;
const COSE_DAYS_TAG = 100;
const COSE_EDDSA = bytesOfHex('a10127');
const COSE_CLAIMS = '1,2,3,4,5';
const DAY_MS = 86_400_000;

/** A tagged value; nothing else of CBOR needs a type of its own. */
class CborTag {
  constructor(tag, value) {
    this.tag = tag;
    this.value = value;
  }
}

/** Return the value of CBOR bytes: integers from 0, byte and text strings, arrays, maps, tags. */
function parseCbor(bytes) {
  const found = readCbor(bytes, 0, CBOR_DEPTH_MAX);
  require_(found.end === bytes.length, 'code_form');
  return found.value;
}

function readCbor(bytes, at, depth) {
  require_(depth > 0 && at < bytes.length, 'code_form');
  const { value: size, end } = readCborHead(bytes, at);
  const read = [
    () => ({ value: size, end }),
    () => { throw new CheckError('code_form'); },
    () => readCborString(bytes, end, size),
    () => {
      const text = readCborString(bytes, end, size);
      return { value: textOf(text.value), end: text.end };
    },
    () => readCborItems(bytes, end, size, depth),
    () => readCborMap(bytes, end, size, depth),
    () => {
      const inner = readCbor(bytes, end, depth - 1);
      return { value: new CborTag(size, inner.value), end: inner.end };
    },
    () => { throw new CheckError('code_form'); },
  ];
  return read[bytes[at] >> 5]();
}

/** Read an argument, which must be in its shortest form. */
function readCborHead(bytes, at) {
  const short = bytes[at] & 0x1f;
  if (short < 24) return { value: short, end: at + 1 };
  const width = { 24: 1, 25: 2, 26: 4, 27: 8 }[short];
  require_(width !== undefined && at + 1 + width <= bytes.length, 'code_form');
  let value = 0;
  for (const byte of bytes.subarray(at + 1, at + 1 + width)) value = value * 256 + byte;
  const least = { 1: 24, 2: 2 ** 8, 4: 2 ** 16, 8: 2 ** 32 }[width];
  require_(value >= least && Number.isSafeInteger(value), 'code_form');
  return { value, end: at + 1 + width };
}

function readCborString(bytes, at, size) {
  require_(at + size <= bytes.length, 'code_form');
  return { value: bytes.subarray(at, at + size), end: at + size };
}

function readCborItems(bytes, start, count, depth) {
  const value = [];
  let at = start;
  for (let index = 0; index < count; index += 1) {
    const item = readCbor(bytes, at, depth - 1);
    value.push(item.value);
    at = item.end;
  }
  return { value, end: at };
}

/** Read a map whose keys are small integers, in their order and none twice. */
function readCborMap(bytes, start, count, depth) {
  const { value: items, end } = readCborItems(bytes, start, 2 * count, depth);
  const value = new Map();
  let before = -1;
  for (let index = 0; index < items.length; index += 2) {
    require_(Number.isInteger(items[index]) && items[index] > before, 'code_form');
    before = items[index];
    value.set(before, items[index + 1]);
  }
  return { value, end };
}

/** Return the shortest CBOR of a byte string, for the structure that is signed. */
function cborBytes(bytes) {
  require_(bytes.length < 2 ** 16, 'code_form');
  const head = bytes.length < 24 ? [0x40 + bytes.length]
    : bytes.length < 256 ? [0x58, bytes.length] : [0x59, bytes.length >> 8, bytes.length & 0xff];
  return joined(Uint8Array.from(head), bytes);
}

/** Return what a code says, once its signature by a key holds. */
async function readCode(code, publicKeyBytes) {
  require_(code.length <= CODE_BYTES_MAX, 'code_form');
  const tagged = parseCbor(code);
  require_(tagged instanceof CborTag && tagged.tag === COSE_SIGN1_TAG, 'code_form');
  require_(Array.isArray(tagged.value) && tagged.value.length === 4, 'code_form');
  const [protectedHeader, header, payload, signature] = tagged.value;
  require_([protectedHeader, payload, signature].every((one) => one instanceof Uint8Array), 'code_form');
  const keyId = sha256(publicKeyBytes).subarray(0, 4);
  const named = sameBytes(protectedHeader, COSE_EDDSA) && header instanceof Map
    && header.size === 1 && header.get(4) instanceof Uint8Array && sameBytes(header.get(4), keyId);
  require_(named, 'code_key');
  const signed = joined(
    Uint8Array.of(0x84, 0x6a), utf8('Signature1'), cborBytes(protectedHeader),
    cborBytes(new Uint8Array()), cborBytes(payload),
  );
  require_(await isEd25519(publicKeyBytes, signature, signed), 'code_signature');
  return codeClaims(parseCbor(payload));
}

function codeClaims(claims) {
  require_(claims instanceof Map && Array.from(claims.keys()).join() === COSE_CLAIMS, 'code_form');
  const [number, quantityKg, day, beneficiary, hash] = claims.values();
  const fits = typeof number === 'string' && Number.isInteger(quantityKg)
    && day instanceof CborTag && day.tag === COSE_DAYS_TAG && Number.isInteger(day.value)
    && day.value < 1_000_000 && typeof beneficiary === 'string'
    && hash instanceof Uint8Array && hash.length === CODE_HASH_SIZE;
  require_(fits, 'code_form');
  const date = new Date(day.value * DAY_MS).toISOString().slice(0, 10);
  return { number, quantityKg, date, beneficiary, hash };
}

/** Return the bytes that stand as one decimal number behind # in a code's text; null without any. */
function codeOfText(text) {
  const digits = /#([0-9]+)\s*$/.exec(text)?.[1];
  if (digits === undefined) return null;
  require_(digits.length <= CODE_DIGITS_MAX, 'code_form');
  const hex = BigInt(digits).toString(16);
  return bytesOfHex(hex.length % 2 === 0 ? hex : `0${hex}`);
}
