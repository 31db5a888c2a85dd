// Signatures of orders (LEDGER_FORMAT clause 3): Ed25519, and passkeys by WebAuthn.

const PASSKEY_BYTES_MAX = 1_024;
const USER_PRESENT_AND_VERIFIED = 0x05;

/** Check the outer form of an entry's signatures: known members, sorted by key, each key once. */
function requireSignatureForms(sigs) {
  requireForm(Array.isArray(sigs) && sigs.length >= 1 && sigs.length <= SIGNATURES_MAX, 'sigs');
  let before = '';
  for (const sig of sigs) {
    requireForm(isObject(sig), 'sigs');
    if (sig.alg === 'ed25519') requireEd25519Form(sig);
    else requirePasskeyForm(sig);
    // Lowercase hex sorts as its bytes do; a shorter key comes before a longer one it begins.
    requireForm(before < sig.key, 'sigs');
    before = sig.key;
  }
}

function requireEd25519Form(sig) {
  requireKeys(sig, ['alg', 'key', 'sig'], 'sigs');
  requireForm(isHexOf(sig.key, 32, 32) && isHexOf(sig.sig, 64, 64), 'sigs');
}

function requirePasskeyForm(sig) {
  requireForm(sig.alg === 'webauthn-es256', 'sigs');
  requireKeys(sig, ['alg', 'auth', 'client', 'key', 'sig'], 'sigs');
  requireForm(isHexOf(sig.key, 33, 33) && isHexOf(sig.sig, 1, 72), 'sigs');
  requireForm(isHexOf(sig.auth, 1, PASSKEY_BYTES_MAX), 'sigs');
  requireForm(isHexOf(sig.client, 1, PASSKEY_BYTES_MAX), 'sigs');
}

function isHexOf(value, bytesMin, bytesMax) {
  return typeof value === 'string' && /^(?:[0-9a-f]{2})*$/.test(value)
    && value.length >= 2 * bytesMin && value.length <= 2 * bytesMax;
}

/**
 * Require that every signature of an entry holds.
 *
 * `webauthn` is what entry 0 of the log says about passkeys: {rp_id, origins: [{origin}]}.
 */
async function requireOrderSigned(entry, webauthn) {
  const message = signedBytes(entry.order);
  for (const sig of entry.sigs) {
    const good = sig.alg === 'ed25519'
      ? await isEd25519(bytesOfHex(sig.key), bytesOfHex(sig.sig), message)
      : await isPasskeySignature(sig, message, webauthn);
    require_(good, 'order_signature', { seq: entry.seq, key: sig.key });
  }
}

async function isPasskeySignature(sig, message, webauthn) {
  const client = bytesOfHex(sig.client);
  const auth = bytesOfHex(sig.auth);
  if (!isPasskeyClient(client, message, webauthn)) return false;
  if (auth.length < 37 || !sameBytes(auth.subarray(0, 32), sha256(utf8(webauthn.rp_id)))) return false;
  if ((auth[32] & USER_PRESENT_AND_VERIFIED) !== USER_PRESENT_AND_VERIFIED) return false;
  const point = uncompressedP256(bytesOfHex(sig.key));
  return isP256(point, bytesOfHex(sig.sig), joined(auth, sha256(client)));
}

function isPasskeyClient(bytes, message, webauthn) {
  let client;
  try {
    client = parseJsonStrictly(textOf(bytes));
  } catch (error) {
    if (error instanceof CheckError) return false;
    throw error;
  }
  return isObject(client)
    && client.type === 'webauthn.get'
    && client.challenge === base64UrlOf(sha256(message))
    && (webauthn?.origins ?? []).some((one) => one.origin === client.origin)
    && (client.crossOrigin === undefined || client.crossOrigin === false);
}

/** Return what entry 0 says about passkeys. */
function passkeysOf(opening) {
  return opening.order.body.webauthn;
}
