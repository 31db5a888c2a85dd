// Entries and orders: their outer form (LEDGER_FORMAT clauses 2 and 4). What an order's body and a
// row must hold belongs to the rules.

const ENTRY_BYTES_MAX = 65_535;
const ENTRY_DEPTH_MAX = 12;
const OUTCOME_BYTES_MAX = 24_576;
const ORDER_BYTES_MAX = 32_768;
const ORDER_DEPTH_MAX = 8;
const MOVEMENTS_MAX = 128;
const SIGNATURES_MAX = 8;
const FIRST_PREV = '0'.repeat(64);
const HEX_32 = /^[0-9a-f]{64}$/;
const ACTOR = /^(?:registrar|service\/[a-z][a-z0-9-]*|acct\/[0-9A-HJKMNP-TV-Z]{7,}[0-9A-Z*~$=])$/;

/** Return an entry from its recorded bytes. */
function parseEntry(bytes) {
  require_(bytes.length <= ENTRY_BYTES_MAX, 'entry', { field: 'size' });
  const entry = parseCanonical(bytes, ENTRY_DEPTH_MAX);
  requireKeys(entry, ['at_us', 'order', 'outcome', 'prev', 'seq', 'sigs', 'v'], 'entry');
  requireForm(entry.v === 1, 'v');
  requireForm(isCount(entry.at_us), 'at_us');
  requireForm(isCount(entry.seq), 'seq');
  requireForm(isHex32(entry.prev), 'prev');
  requireForm(entry.seq > 0 || entry.prev === FIRST_PREV, 'prev');
  requireOrder(entry.order);
  requireOutcome(entry.outcome, bytes.length);
  requireSignatureForms(entry.sigs);
  return entry;
}

function requireOrder(order) {
  const keys = ['actor', 'body', 'kind', 'log', 'nonce', 'rules', 'valid_until_us'];
  requireKeys(order, keys, 'order');
  requireForm(utf8(canonicalText(order, ORDER_DEPTH_MAX)).length <= ORDER_BYTES_MAX, 'order');
  requireForm(typeof order.actor === 'string' && ACTOR.test(order.actor), 'actor');
  requireForm(isObject(order.body), 'body');
  requireForm(typeof order.kind === 'string' && /^[a-z_]+\.[a-z_]+$/.test(order.kind), 'kind');
  requireForm(typeof order.log === 'string' && isKeyName(order.log), 'log');
  const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
  requireForm(typeof order.nonce === 'string' && ulid.test(order.nonce), 'nonce');
  requireForm(isHex32(order.rules), 'rules');
  requireForm(isCount(order.valid_until_us), 'valid_until_us');
}

function requireOutcome(outcome, entryBytes) {
  requireKeys(outcome, ['movements', 'rows'], 'outcome');
  // A part is shorter than the whole, so most outcomes need not be measured.
  const fits = entryBytes <= OUTCOME_BYTES_MAX || canonicalBytes(outcome).length <= OUTCOME_BYTES_MAX;
  requireForm(fits, 'outcome');
  requireForm(Array.isArray(outcome.movements) && Array.isArray(outcome.rows), 'outcome');
  requireForm(outcome.movements.length <= MOVEMENTS_MAX, 'movements');
  for (const movement of outcome.movements) {
    requireKeys(movement, ['batch', 'end', 'first', 'from', 'to'], 'movements');
    requireForm([movement.batch, movement.from, movement.to].every(isText), 'movements');
    requireForm(isCount(movement.first) && isCount(movement.end), 'movements');
    requireForm(movement.first < movement.end, 'movements');
  }
  let before = null;
  for (const row of outcome.rows) {
    requireKeys(row, ['key', 'value'], 'rows');
    requireForm(isText(row.key) && isObject(row.value), 'rows');
    requireForm(before === null || compareCodePoints(before, row.key) < 0, 'rows');
    before = row.key;
  }
}

/** Return the bytes that every signer of an order signs (clause 2). */
function signedBytes(order) {
  return joined(utf8(`${order.log}/order/v1\n`), canonicalBytes(order));
}

/** Return the value of a row that an entry wrote, or undefined. */
function rowOf(entry, key) {
  return entry.outcome.rows.find((row) => row.key === key)?.value;
}

function requireKeys(value, keys, field) {
  requireForm(isObject(value) && Object.keys(value).sort().join() === keys.join(), field);
}

function requireForm(condition, field) {
  require_(condition, 'entry', { field });
}

function isObject(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isText(value) {
  return typeof value === 'string' && value !== '';
}

function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

function isHex32(value) {
  return typeof value === 'string' && HEX_32.test(value);
}

/** Order texts by code points; JavaScript's own order is by UTF-16 units. */
function compareCodePoints(one, other) {
  const left = Array.from(one);
  const right = Array.from(other);
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    if (left[at] !== right[at]) return left[at].codePointAt(0) - right[at].codePointAt(0);
  }
  return left.length - right.length;
}
