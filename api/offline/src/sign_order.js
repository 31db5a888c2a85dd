// An order and its envelope (LEDGER_FORMAT clauses 2, 3 and 16): drafting, reading, signing.

const ORDER_BYTES_MAX = 32_768;
const ORDER_FILE_BYTES_MAX = 65_536;
const ORDER_DEPTH_MAX = 8;
const SIGNATURES_MAX = 8;
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const DAY_US = 86_400_000_000;

const ID_FORM = /^[0-9A-HJKMNP-TV-Z]{7,13}[0-9A-HJKMNP-TV-Z*~$=U]$/;
const SHA256_FORM = /^[0-9a-f]{64}$/;
const ORIGIN_FORM = /^[a-z0-9][a-z0-9.-]{0,120}(\/[a-z0-9._-]{1,60})*$/;
const ORDER_FORMS = {
  actor: /^(registrar|service\/[a-z][a-z0-9-]{0,31}|acct\/[0-9A-HJKMNP-TV-Z]{7,13}[0-9A-HJKMNP-TV-Z*~$=U])$/,
  kind: /^[a-z]+\.[a-z]+$/,
  log: ORIGIN_FORM,
  nonce: /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  rules: SHA256_FORM,
};
const ORDER_KEYS = 'actor,body,kind,log,nonce,rules,valid_until_us';
const PRIVATE_KEYS = 'commitment,kind,record,salt';
const PRIVATE_KINDS = ['org', 'person', 'polygon'];

/** Return the envelope of a new order without signatures. */
function draftOrder(facts, plan, nowUs) {
  const order = {
    actor: plan.actor,
    body: plan.body,
    kind: plan.kind,
    log: facts.origin,
    nonce: newNonce(nowUs),
    rules: facts.rules,
    valid_until_us: nowUs + plan.days * DAY_US,
  };
  return checkedEnvelope({ order, sigs: [], ...(plan.private?.length ? { private: plan.private } : {}) });
}

/** Return a ULID: 48 bits of milliseconds and 80 random bits in 26 Crockford digits. */
function newNonce(nowUs) {
  let number = BigInt(Math.floor(nowUs / 1000));
  for (const byte of crypto.getRandomValues(new Uint8Array(10))) number = number * 256n + BigInt(byte);
  return crockford(number, 26);
}

/** Return a random pseudonym for a person: 16 Crockford digits, 80 bits. */
function newPerson() {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(random, (byte) => CROCKFORD[byte % 32]).join('');
}

function crockford(number, count) {
  let digits = '';
  for (let rest = number; digits.length < count; rest /= 32n) digits = CROCKFORD[Number(rest % 32n)] + digits;
  return digits;
}

/** Commit to a private record with a fresh salt; return it as it rides beside an order. */
function sealRecord(origin, kind, record) {
  const salt = crypto.getRandomValues(new Uint8Array(32));
  return { commitment: commitmentTo(origin, salt, record), kind, record, salt: hexOf(salt) };
}

/** Return SHA-256(<origin>/commit/v1, line feed, salt, canonical record) in hex. */
function commitmentTo(origin, salt, record) {
  return hexOf(sha256(joined(utf8(`${origin}/commit/v1\n`), salt, canonicalBytes(record))));
}

/** Read an `.order` file: canonical, an order in its form, its signatures and records good. */
async function readOrderFile(bytes) {
  require_(bytes.length <= ORDER_FILE_BYTES_MAX, 'order_large');
  let envelope;
  try {
    envelope = parseCanonicalText(textOf(bytes).replace(/\n+$/, ''));
  } catch (error) {
    throw error instanceof CheckError ? new CheckError('order_canonical', { reason: error.code }) : error;
  }
  checkedEnvelope(envelope);
  const message = signedMessage(envelope.order);
  for (const signature of envelope.sigs) {
    if (signature.alg !== 'ed25519') continue;
    const holds = await ed25519Holds(bytesOfHex(signature.key), bytesOfHex(signature.sig), message);
    require_(holds, 'order_changed', { key: signature.key });
  }
  return envelope;
}

/** Return the envelope, if it has its form and its records open what the order commits to. */
function checkedEnvelope(envelope) {
  require_(isObject(envelope), 'order_form', { field: 'envelope' });
  const keys = Object.keys(envelope).sort().join(',');
  require_(keys === 'order,sigs' || keys === 'order,private,sigs', 'order_form', { field: keys });
  checkOrder(envelope.order);
  checkSignatures(envelope.sigs);
  checkPrivate(envelope);
  return envelope;
}

function checkOrder(order) {
  require_(isObject(order) && Object.keys(order).sort().join(',') === ORDER_KEYS, 'order_form', { field: 'order' });
  for (const [name, form] of Object.entries(ORDER_FORMS)) {
    require_(typeof order[name] === 'string' && form.test(order[name]), 'order_form', { field: name });
  }
  require_(isObject(order.body), 'order_form', { field: 'body' });
  require_(Number.isSafeInteger(order.valid_until_us) && order.valid_until_us >= 0, 'order_form', { field: 'valid_until_us' });
  let bytes;
  try {
    bytes = utf8(canonicalText(order, ORDER_DEPTH_MAX));
  } catch {
    throw new CheckError('order_form', { field: 'body' });
  }
  require_(bytes.length <= ORDER_BYTES_MAX, 'order_large');
}

function checkSignatures(sigs) {
  require_(Array.isArray(sigs) && sigs.length <= SIGNATURES_MAX, 'order_form', { field: 'sigs' });
  let last = '';
  for (const sig of sigs) {
    require_(isObject(sig), 'order_form', { field: 'sigs' });
    const members = Object.keys(sig).sort().join(',');
    const passkey = sig.alg === 'webauthn-es256' && members === 'alg,auth,client,key,sig';
    const plain = sig.alg === 'ed25519' && members === 'alg,key,sig';
    require_(passkey || plain, 'order_form', { field: 'sigs' });
    for (const name of Object.keys(sig)) if (name !== 'alg') bytesOfHex(sig[name]);
    require_(sig.key.length === (plain ? 64 : 66) && sig.key > last, 'order_form', { field: 'sigs' });
    if (plain) require_(sig.sig.length === 128, 'order_form', { field: 'sigs' });
    last = sig.key;
  }
}

function checkPrivate({ order, private: records = [] }) {
  require_(Array.isArray(records) && records.length <= 16, 'order_form', { field: 'private' });
  const committed = new Set();
  collectCommitments(order.body, committed);
  for (const item of records) {
    require_(isObject(item) && Object.keys(item).sort().join(',') === PRIVATE_KEYS, 'order_form', { field: 'private' });
    const fits = PRIVATE_KINDS.includes(item.kind) && isObject(item.record) && SHA256_FORM.test(item.salt);
    require_(fits, 'order_form', { field: 'private' });
    const computed = commitmentTo(order.log, bytesOfHex(item.salt), item.record);
    require_(computed === item.commitment && committed.has(computed), 'order_record');
  }
}

function collectCommitments(value, found) {
  if (Array.isArray(value)) value.forEach((item) => collectCommitments(item, found));
  if (!isObject(value)) return;
  if (typeof value.commitment === 'string') found.add(value.commitment);
  Object.values(value).forEach((item) => collectCommitments(item, found));
}

/** Return the bytes that every signer of an order signs. */
function signedMessage(order) {
  return joined(utf8(`${order.log}/order/v1\n`), canonicalBytes(order));
}

/** Return the envelope with one more signature, sorted by key. */
async function signedBy(envelope, key) {
  require_(!envelope.sigs.some((sig) => sig.key === key.public), 'signed_already');
  require_(envelope.sigs.length < SIGNATURES_MAX, 'signatures_full');
  const sig = hexOf(await key.sign(signedMessage(envelope.order)));
  const sigs = [...envelope.sigs, { alg: 'ed25519', key: key.public, sig }];
  sigs.sort((one, other) => (one.key < other.key ? -1 : 1));
  return { ...envelope, sigs };
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
