'use strict';
// Bytes and their texts: UTF-8, hex, base64; each has one accepted spelling.

/** What was given is not as its format asks. `code` names a sentence of the catalogue. */
class CheckError extends Error {
  constructor(code, facts = {}) {
    super(`${code} ${JSON.stringify(facts)}`);
    this.code = code;
    this.facts = facts;
  }
}

function require_(condition, code, facts) {
  if (!condition) throw new CheckError(code, facts);
}

const UTF8_ENCODER = new TextEncoder();
const UTF8_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(text) {
  return UTF8_ENCODER.encode(text);
}

/** Return the text of UTF-8 bytes. A byte order mark stays a character, so it never passes unseen. */
function textOf(bytes) {
  try {
    return UTF8_DECODER.decode(bytes);
  } catch {
    throw new CheckError('utf8');
  }
}

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hexOf(bytes) {
  let hex = '';
  for (const byte of bytes) hex += HEX_OF_BYTE[byte];
  return hex;
}

/** Return the bytes of lowercase hex. */
function bytesOfHex(hex) {
  require_(typeof hex === 'string' && /^(?:[0-9a-f]{2})*$/.test(hex), 'hex');
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  }
  return bytes;
}

function base64Of(bytes) {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Return the bytes of padded standard base64 (RFC 4648 clause 4) without stray bits. */
function bytesOfBase64(text) {
  const form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
  require_(typeof text === 'string' && form.test(text), 'base64');
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  require_(base64Of(bytes) === text, 'base64');
  return bytes;
}

/** Return base64url without padding (RFC 4648 clause 5). */
function base64UrlOf(bytes) {
  return base64Of(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function sameBytes(one, other) {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

/** Return where bytes begin inside others, or -1. */
function indexOfBytes(whole, part, from = 0) {
  for (let at = from; at + part.length <= whole.length; at += 1) {
    let fits = 0;
    while (fits < part.length && whole[at + fits] === part[fits]) fits += 1;
    if (fits === part.length) return at;
  }
  return -1;
}

/** Return an unsigned 64-bit number as 8 bytes, the highest first. */
function u64(value) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
// SHA-256 (FIPS 180-4) without waiting: a replay hashes hundreds of thousands of short texts, and
// each call to crypto.subtle costs a turn of the event loop.

const SHA256_ROUND = Uint32Array.from([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const SHA256_START = Uint32Array.from([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
const SHA256_WORDS = new Uint32Array(64);

/** Return the 32 bytes of SHA-256 over some bytes. */
function sha256(bytes) {
  const state = SHA256_START.slice();
  const whole = bytes.length - (bytes.length % 64);
  for (let at = 0; at < whole; at += 64) sha256Block(state, bytes, at);

  // FIPS 180-4 clause 5.1.1: one bit, zeros, and the length in bits.
  const rest = bytes.length - whole;
  const last = new Uint8Array(rest < 56 ? 64 : 128);
  last.set(bytes.subarray(whole));
  last[rest] = 0x80;
  const view = new DataView(last.buffer);
  view.setUint32(last.length - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(last.length - 4, (bytes.length << 3) >>> 0);
  for (let at = 0; at < last.length; at += 64) sha256Block(state, last, at);

  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  for (let at = 0; at < 8; at += 1) out.setUint32(4 * at, state[at]);
  return digest;
}

function sha256Hex(bytes) {
  return hexOf(sha256(bytes));
}

/** Mix one block of 64 bytes into the state (FIPS 180-4 clause 6.2.2). */
function sha256Block(state, bytes, start) {
  const words = SHA256_WORDS;
  for (let at = 0; at < 16; at += 1) {
    const from = start + 4 * at;
    words[at] =
      (bytes[from] << 24) | (bytes[from + 1] << 16) | (bytes[from + 2] << 8) | bytes[from + 3];
  }
  for (let at = 16; at < 64; at += 1) {
    const early = words[at - 15];
    const late = words[at - 2];
    const small0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const small1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    words[at] = (words[at - 16] + small0 + words[at - 7] + small1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 64; at += 1) {
    const big1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const first = (h + big1 + ((e & f) ^ (~e & g)) + SHA256_ROUND[at] + words[at]) | 0;
    const big0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}
// Signatures by the browser's own cryptography: Ed25519, ECDSA P-256, ML-DSA-44 where it has it.

const P256_P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const P256_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
// RFC 8032, clause 5.1: p, d, and the y of the two points of order 8.
const ED25519_P = 2n ** 255n - 19n;
const ED25519_D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n;
const ED25519_Y8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const ED25519_SMALL = new Set([
  0n, 1n, ED25519_P - 1n, ED25519_Y8, ED25519_P - ED25519_Y8,
]);
const KEYS_READY = new Map();
const POINTS_READY = new Map();

/** This browser lacks an algorithm, so something cannot be said either way. */
class NotSupported extends Error {
  constructor(algorithm) {
    super(algorithm);
    this.algorithm = algorithm;
  }
}

/** Import a public key once; a replay meets the same few keys again and again. */
async function publicKey(format, bytes, algorithm) {
  const name = `${algorithm.name}:${hexOf(bytes)}`;
  if (!KEYS_READY.has(name)) {
    require_(globalThis.crypto?.subtle !== undefined, 'no_crypto');
    KEYS_READY.set(name, await crypto.subtle.importKey(format, bytes, algorithm, false, ['verify']));
  }
  return KEYS_READY.get(name);
}

async function isEd25519(key, signature, message) {
  if (key.length !== 32 || signature.length !== 64) return false;
  let ready;
  try {
    ready = await publicKey('raw', key, { name: 'Ed25519' });
  } catch (error) {
    if (error.name === 'NotSupportedError') throw new NotSupported('Ed25519');
    if (error instanceof CheckError) throw error;
    return false;
  }
  return crypto.subtle.verify('Ed25519', ready, signature, message);
}

/** Say whether a key is a canonical point of the curve, and not one under which anything verifies. */
function isFitEd25519(key) {
  const digits = BigInt(`0x${hexOf(Uint8Array.from(key).reverse())}`);
  const y = digits & (2n ** 255n - 1n);
  if (key.length !== 32 || y >= ED25519_P || ED25519_SMALL.has(y)) return false;
  // x^2 = u/v is a square if u*v is (Euler).
  const square = ((y * y - 1n) * (ED25519_D * y * y + 1n)) % ED25519_P;
  return powerModulo(square, (ED25519_P - 1n) / 2n, ED25519_P) === 1n;
}

/** Check an ECDSA P-256 signature with SHA-256; key uncompressed, signature in DER. */
async function isP256(point, derSignature, message) {
  const raw = rawOfDerSignature(derSignature);
  if (raw === null || point === null) return false;
  let ready;
  try {
    ready = await publicKey('raw', point, { name: 'ECDSA', namedCurve: 'P-256' });
  } catch (error) {
    if (error instanceof CheckError) throw error;
    return false;
  }
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, ready, raw, message);
}

/** Check an ML-DSA-44 signature (FIPS 204, pure, empty context). */
async function isMlDsa44(key, signature, message) {
  if (key.length !== 1312 || signature.length !== 2420) return false;
  let ready;
  try {
    ready = await publicKey('raw-public', key, { name: 'ML-DSA-44' });
  } catch (error) {
    if (error instanceof CheckError) throw error;
    // Browsers without it name no format and no algorithm of that kind, each in its own words.
    throw new NotSupported('ML-DSA-44');
  }
  return crypto.subtle.verify({ name: 'ML-DSA-44' }, ready, signature, message);
}

/** Return r and s, 32 bytes each, of a strict DER SEQUENCE {r, s}; null if it is none. */
function rawOfDerSignature(der) {
  if (der.length < 8 || der[0] !== 0x30 || der[1] !== der.length - 2) return null;
  const raw = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1];
    const digits = der.subarray(at + 2, at + 2 + length);
    if (der[at] !== 0x02 || length === 0 || length > 33 || digits.length !== length) return null;
    const padded = length > 1 && digits[0] === 0;
    if (digits[0] >= 0x80 || (padded && digits[1] < 0x80) || (length === 33 && !padded)) return null;
    raw.set(padded ? digits.subarray(1) : digits, end - length + (padded ? 1 : 0));
    at += 2 + length;
  }
  return at === der.length ? raw : null;
}

/** Return the uncompressed form of a compressed P-256 point, or null; worked out once for a key. */
function uncompressedP256(compressed) {
  const name = hexOf(compressed);
  if (!POINTS_READY.has(name)) POINTS_READY.set(name, decompressedP256(compressed));
  return POINTS_READY.get(name);
}

/** Find y by SEC 1 clause 2.3.4. */
function decompressedP256(compressed) {
  if (compressed.length !== 33 || (compressed[0] !== 2 && compressed[0] !== 3)) return null;
  const x = BigInt(`0x${hexOf(compressed.subarray(1))}`);
  if (x >= P256_P) return null;
  const square = (x * x * x - 3n * x + P256_B) % P256_P;
  const wanted = square < 0n ? square + P256_P : square;
  // p = 3 mod 4, so a root, where there is one, is this power.
  let y = powerModulo(wanted, (P256_P + 1n) / 4n, P256_P);
  if ((y * y) % P256_P !== wanted) return null;
  if (Number(y & 1n) !== (compressed[0] & 1)) y = P256_P - y;
  const digits = bytesOfHex(y.toString(16).padStart(64, '0'));
  return joined(Uint8Array.of(4), compressed.subarray(1), digits);
}

function powerModulo(base, exponent, modulus) {
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
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
// On a certificate's page: what the scanned code says, checked in this browser and compared with
// what the log says. What stands behind # never reaches the server. Without scripts nothing shows.

async function showScannedCode() {
  const place = document.getElementById('code');
  if (place === null || location.hash.length < 2) return;
  const { outcome, claims } = await scannedCode(location.hash, place.dataset);
  for (const part of place.querySelectorAll('[data-outcome]')) {
    part.hidden = part.dataset.outcome !== outcome;
  }
  const said = place.querySelector('dl');
  said.hidden = claims === null;
  for (const cell of said.querySelectorAll('[data-claim]')) {
    cell.textContent = claims === null ? '' : String(claims[cell.dataset.claim]);
    cell.classList.toggle('differs', claims !== null && cell.textContent !== place.dataset[cell.dataset.claim]);
  }
  place.hidden = false;
}

/** Return good, other (signed, but says something else than this page), broken or unable. */
async function scannedCode(hash, logged) {
  let claims;
  try {
    const code = codeOfText(hash);
    require_(code !== null, 'code_form');
    claims = await readCode(code, bytesOfHex(logged.key));
  } catch (error) {
    const unable = error instanceof NotSupported || error.code === 'no_crypto';
    return { outcome: unable ? 'unable' : 'broken', claims: null };
  }
  const same = ['number', 'quantityKg', 'date', 'beneficiary']
    .every((name) => String(claims[name]) === logged[name]);
  return { outcome: same ? 'good' : 'other', claims };
}

addEventListener('hashchange', showScannedCode);
showScannedCode();
