// A key and its file: Ed25519 in PKCS#8 (RFC 8410), encrypted by PBES2 (RFC 8018) with
// PBKDF2-HMAC-SHA256 and AES-256-CBC. `sinkledger keygen --passphrase` writes and reads the same.

const KEY_ROUNDS = 600_000;
const KEY_ROUNDS_MAX = 10_000_000;
const PASSPHRASE_LETTERS_MIN = 10;
const PASSPHRASE_BYTES_MAX = 1000;
const KEY_FILE_BYTES_MAX = 16_384;

const OID = {
  ed25519: '2b6570',
  pbes2: '2a864886f70d01050d',
  pbkdf2: '2a864886f70d01050c',
  hmacSha256: '2a864886f70d0209',
  aes256Cbc: '60864801650304012a',
};
const HMAC_OF_OID = {
  '2a864886f70d0207': 'SHA-1',
  [OID.hmacSha256]: 'SHA-256',
  '2a864886f70d020a': 'SHA-384',
  '2a864886f70d020b': 'SHA-512',
};
const AES_BITS_OF_OID = { '608648016503040102': 128, [OID.aes256Cbc]: 256 };

/** Say whether this browser can do what the desk needs; older ones lack Ed25519. */
async function browserCanSign() {
  if (!globalThis.crypto?.subtle) return false;
  try {
    await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    return true;
  } catch {
    return false;
  }
}

/** Make a key pair; return the opened key and its encrypted file. */
async function makeKey(passphrase) {
  checkPassphrase(passphrase);
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  const made = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const pem = await encryptedPem(pkcs8OfSeed(seedOfPkcs8(pkcs8)), passphrase);
  // Read back before anybody relies on it: the key that signs is the one that the file holds.
  const { key } = await openKeyFile(utf8(pem), passphrase);
  require_(key.public === hexOf(made), 'no_program');
  return { key, pem };
}

/** Refuse a passphrase that is too short to protect anything, or longer than readers take. */
function checkPassphrase(passphrase) {
  require_([...passphrase].length >= PASSPHRASE_LETTERS_MIN, 'passphrase_short');
  require_(utf8(passphrase).length <= PASSPHRASE_BYTES_MAX, 'passphrase_long');
}

/** Open a key file; return {public, sign} and whether the file was encrypted. */
async function openKeyFile(bytes, passphrase) {
  require_(bytes.length <= KEY_FILE_BYTES_MAX, 'key_file');
  const text = new TextDecoder().decode(bytes);
  const found = /-----BEGIN ((?:ENCRYPTED )?PRIVATE KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----/.exec(text);
  require_(found !== null, 'key_file');
  const content = bytesOfBase64(found[2].replace(/\s/g, ''));
  const encrypted = found[1] === 'ENCRYPTED PRIVATE KEY';
  if (encrypted) require_(passphrase !== '', 'passphrase_missing');
  const pkcs8 = encrypted ? await decrypted(content, passphrase) : content;
  return { key: await openedKey(seedOfPkcs8(pkcs8)), encrypted };
}

/**
 * Keep a key so that it can sign and cannot be read out again by anything in this page. The seed is
 * wiped: whoever still needs it works on another copy.
 */
async function openedKey(seed) {
  const pkcs8 = pkcs8OfSeed(seed);
  const readable = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
  const { x } = await crypto.subtle.exportKey('jwk', readable);
  const own = bytesOfBase64(x.replaceAll('-', '+').replaceAll('_', '/').padEnd(44, '='));
  const secret = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']);
  seed.fill(0);
  pkcs8.fill(0);
  return {
    public: hexOf(own),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', secret, message)),
  };
}

/** Say whether an Ed25519 signature over a message holds. */
async function ed25519Holds(key, signature, message) {
  try {
    const known = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', known, signature, message);
  } catch {
    return false;
  }
}

function pkcs8OfSeed(seed) {
  return der(
    DER_TAG.sequence,
    derInteger(0),
    der(DER_TAG.sequence, derOid(OID.ed25519)),
    der(DER_TAG.octets, der(DER_TAG.octets, seed)),
  );
}

/** Return the 32-byte seed; attributes and a public half (RFC 8410 clause 7) are passed over. */
function seedOfPkcs8(bytes) {
  const whole = new DerReader(bytes);
  const key = whole.sequence();
  whole.done();
  require_(key.integer() <= 1, 'key_der');
  require_(key.sequence().oid() === OID.ed25519, 'key_other');
  const inner = new DerReader(key.take(DER_TAG.octets));
  const seed = inner.take(DER_TAG.octets);
  inner.done();
  require_(seed.length === 32, 'key_der');
  return seed;
}

async function encryptedPem(pkcs8, passphrase) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(16));
  const plan = { salt, iv, rounds: KEY_ROUNDS, hash: 'SHA-256', bits: 256 };
  const aes = await aesKey(passphrase, plan, 'encrypt');
  const content = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, aes, pkcs8));
  pkcs8.fill(0);
  const derived = der(
    DER_TAG.sequence,
    der(DER_TAG.octets, salt),
    derInteger(KEY_ROUNDS),
    der(DER_TAG.sequence, derOid(OID.hmacSha256), der(DER_TAG.nothing)),
  );
  const scheme = der(
    DER_TAG.sequence,
    der(DER_TAG.sequence, derOid(OID.pbkdf2), derived),
    der(DER_TAG.sequence, derOid(OID.aes256Cbc), der(DER_TAG.octets, iv)),
  );
  const file = der(
    DER_TAG.sequence,
    der(DER_TAG.sequence, derOid(OID.pbes2), scheme),
    der(DER_TAG.octets, content),
  );
  const lines = base64Of(file).match(/.{1,64}/g).join('\n');
  return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${lines}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
}

async function decrypted(bytes, passphrase) {
  const { plan, content } = readPbes2(bytes);
  const aes = await aesKey(passphrase, plan, 'decrypt');
  let pkcs8;
  try {
    const cipher = { name: 'AES-CBC', iv: plan.iv };
    pkcs8 = new Uint8Array(await crypto.subtle.decrypt(cipher, aes, content));
  } catch {
    throw new CheckError('passphrase_wrong');
  }
  // One wrong passphrase in 256 leaves a padding that fits; what comes out is then no key.
  require_(pkcs8[0] === DER_TAG.sequence && pkcs8.length >= 48, 'passphrase_wrong');
  return pkcs8;
}

/** Read how a file is encrypted: {salt, rounds, hash, bits, iv}, and its content. */
function readPbes2(bytes) {
  const whole = new DerReader(bytes);
  const file = whole.sequence();
  whole.done();
  const algorithm = file.sequence();
  require_(algorithm.oid() === OID.pbes2, 'key_cipher');
  const scheme = algorithm.sequence();
  const derivation = scheme.sequence();
  require_(derivation.oid() === OID.pbkdf2, 'key_cipher');
  const parameters = derivation.sequence();
  const salt = parameters.take(DER_TAG.octets);
  const rounds = parameters.integer();
  require_(rounds > 0 && rounds <= KEY_ROUNDS_MAX, 'key_cipher');
  if (parameters.tag === DER_TAG.integer) parameters.integer();
  // RFC 8018 appendix A.2: without a name the function is HMAC-SHA-1.
  const hash = parameters.ended ? 'SHA-1' : HMAC_OF_OID[parameters.sequence().oid()];
  const cipher = scheme.sequence();
  const bits = AES_BITS_OF_OID[cipher.oid()];
  require_(hash !== undefined && bits !== undefined, 'key_cipher');
  const iv = cipher.take(DER_TAG.octets);
  require_(iv.length === 16, 'key_der');
  return { plan: { salt, rounds, hash, bits, iv }, content: file.take(DER_TAG.octets) };
}

async function aesKey(passphrase, plan, use) {
  const words = await crypto.subtle.importKey('raw', utf8(passphrase), 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'PBKDF2', salt: plan.salt, iterations: plan.rounds, hash: plan.hash },
    words,
    { name: 'AES-CBC', length: plan.bits },
    false,
    [use],
  );
}
