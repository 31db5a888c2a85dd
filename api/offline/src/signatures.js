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
