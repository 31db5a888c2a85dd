// Signed notes, verifier keys and checkpoints: c2sp.org/signed-note, tlog-checkpoint and
// tlog-cosignature, read as strictly as LEDGER_FORMAT clause 7 says.

const ALG_ED25519 = 0x01;
const ALG_COSIGNATURE = 0x04;
const ALG_ML_DSA_44 = 0x06;
const NOTE_BYTES_MAX = 1_000_000;
const NOTE_SIGNATURES_MAX = 100;
const ML_DSA_NAME_BYTES_MAX = 255;
const KEY_BYTES = { [ALG_ED25519]: 32, [ALG_COSIGNATURE]: 32, [ALG_ML_DSA_44]: 1312 };
const ED25519_ALGS = new Set([ALG_ED25519, ALG_COSIGNATURE]);
const TIMESTAMP_MAX = 2n ** 63n - 1n;

/** Return a verifier key from its text; its ID is computed again, never believed. */
function parseVkey(text) {
  const found = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  require_(found !== null && isKeyName(found[1]), 'vkey');
  const bytes = bytesOfBase64(found[3]);
  const [alg] = bytes;
  const key = bytes.subarray(1);
  require_(KEY_BYTES[alg] === undefined || key.length === KEY_BYTES[alg], 'vkey');
  require_(key.length > 0, 'vkey');
  require_(!ED25519_ALGS.has(alg) || isFitEd25519(key), 'vkey');
  // One byte states the length of the name in what such a key signs.
  require_(alg !== ALG_ML_DSA_44 || utf8(found[1]).length <= ML_DSA_NAME_BYTES_MAX, 'vkey');
  const id = sha256(joined(utf8(`${found[1]}\n`), bytes)).subarray(0, 4);
  require_(hexOf(id) === found[2], 'vkey_id', { name: found[1] });
  return { name: found[1], alg, key, id: found[2], text };
}

function isKeyName(name) {
  return name !== '' && !/[\p{White_Space}\x00-\x1f+]/u.test(name) && name.isWellFormed();
}

/** Return a note's text and its signature lines, none of them checked. */
function parseNote(bytes) {
  require_(bytes.length <= NOTE_BYTES_MAX, 'note');
  const whole = textOf(bytes);
  require_(!/[\x00-\x09\x0b-\x1f]/.test(whole), 'note');
  const split = whole.lastIndexOf('\n\n');
  require_(split >= 0 && whole.endsWith('\n'), 'note');
  const lines = whole.slice(split + 2, -1).split('\n');
  require_(lines.length <= NOTE_SIGNATURES_MAX, 'note');
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

function parseSignatureLine(line) {
  const found = /^\u2014 ([^ ]+) ([A-Za-z0-9+/=]+)$/.exec(line);
  require_(found !== null && isKeyName(found[1]), 'note');
  const bytes = bytesOfBase64(found[2]);
  require_(bytes.length > 4, 'note');
  return { name: found[1], id: hexOf(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
}

/** Return what a checkpoint's text states. */
function parseCheckpointText(text) {
  const lines = text.split('\n');
  require_(lines.length === 4 && lines[3] === '' && isKeyName(lines[0]), 'checkpoint');
  require_(/^(?:0|[1-9][0-9]{0,18})$/.test(lines[1]), 'checkpoint');
  const size = BigInt(lines[1]);
  const root = bytesOfBase64(lines[2]);
  require_(size <= TIMESTAMP_MAX && root.length === 32, 'checkpoint');
  require_(size !== 0n || sameBytes(root, EMPTY_ROOT), 'checkpoint');
  return { origin: lines[0], size, root, text };
}

/**
 * Check the lines of a note that name one key, and return the newest time that they state.
 *
 * Returns null if no line names the key. One wrong line spoils the note.
 */
async function checkNoteLines(note, vkey) {
  let found = null;
  for (const line of note.signatures) {
    if (line.name !== vkey.name || line.id !== vkey.id) continue;
    const timestamp = await checkNoteLine(note.text, vkey, line.signature);
    if (found === null || timestamp > found.timestamp) found = { timestamp };
  }
  return found;
}

async function checkNoteLine(text, vkey, signature) {
  if (vkey.alg === ALG_ED25519) {
    require_(await isEd25519(vkey.key, signature, utf8(text)), 'note_signature', { name: vkey.name });
    return 0n;
  }
  if (vkey.alg !== ALG_COSIGNATURE && vkey.alg !== ALG_ML_DSA_44) {
    throw new NotSupported(`0x${vkey.alg.toString(16)}`);
  }
  require_(signature.length > 8, 'note_signature', { name: vkey.name });
  const timestamp = new DataView(signature.buffer, signature.byteOffset, 8).getBigUint64(0);
  const rest = signature.subarray(8);
  require_(timestamp <= TIMESTAMP_MAX, 'note_signature', { name: vkey.name });
  const good = vkey.alg === ALG_COSIGNATURE
    ? await isEd25519(vkey.key, rest, utf8(`cosignature/v1\ntime ${timestamp}\n${text}`))
    : await isMlDsa44(vkey.key, rest, subtreeMessage(vkey.name, timestamp, parseCheckpointText(text)));
  require_(good, 'note_signature', { name: vkey.name });
  return timestamp;
}

/** Return what an ML-DSA-44 key signs for a checkpoint: the subtree from 0 to its size. */
function subtreeMessage(name, timestamp, checkpoint) {
  return joined(
    utf8('subtree/v1\n\0'), countedText(name), u64(timestamp), countedText(checkpoint.origin),
    u64(0), u64(checkpoint.size), checkpoint.root,
  );
}

function countedText(text) {
  const bytes = utf8(text);
  require_(bytes.length <= 255, 'checkpoint');
  return joined(Uint8Array.of(bytes.length), bytes);
}
