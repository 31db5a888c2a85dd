// What people drop: each file is told by its content. Only tiles are told by their path in a
// folder, which they must then live up to.

const TYPED_CHARACTERS_MAX = 4_000;

/** Nothing yet: what the reader trusts, and what is to be checked. */
function nothingGiven() {
  return {
    policy: null, registry: null, sealRoot: null, revoked: null,
    certificates: [], stateProofs: [], proofs: [], entries: [], checkpoints: [], ledger: null,
    ledgerBytes: null, codes: [], typed: [], tiles: new Map(), witnessedAfter: null,
  };
}

/** Take a file or a pasted text into `given`, and return what it was. */
async function takeMaterial(given, bytes, name = '') {
  const tile = placeInLog(name);
  if (tile !== null) {
    if (!given.tiles.has(tile.place)) given.tiles.set(tile.place, new Map());
    given.tiles.get(tile.place).set(tile.path, bytes);
    return 'tile';
  }
  if (latin1(bytes.subarray(0, 5)) === '%PDF-') {
    given.certificates.push(bytes);
    return 'certificate';
  }
  // A list in DER: no text has such a byte behind its first.
  if (bytes[0] === 0x30 && bytes[1] >= 0x80) {
    given.revoked = readRevocations(bytes);
    return 'revocations';
  }
  const text = textOf(bytes);
  if (text.startsWith(PROOF_HEADER)) {
    given.proofs.push({ ...parseTlogProof(bytes), bytes });
    return 'proof';
  }
  if (text.startsWith('{')) return takeJson(given, bytes, text);
  if (text.startsWith('-----BEGIN CERTIFICATE-----')) {
    given.sealRoot = parsePemCertificate(text);
    return 'seal_root';
  }
  if (text.includes('\n\n\u2014 ')) {
    const note = parseNote(bytes);
    parseCheckpointText(note.text);
    given.checkpoints.push({ ...note, bytes, place: CHECKPOINT_PATH.exec(name)?.[1] ?? null });
    return 'checkpoint';
  }
  if (/^[ \t]*quorum[ \t]/m.test(text)) {
    given.policy = parsePolicy(text);
    return 'policy';
  }
  return takeTyped(given, text);
}

async function takeJson(given, bytes, text) {
  // Canonical JSON holds no line feed, so more lines than one are an export.
  if (text.slice(0, -1).includes('\n')) {
    given.ledgerBytes = bytes;
    given.ledger = null;
    return 'ledger';
  }
  // Editors and shells end a file with a line feed, which is no part of an entry.
  const body = bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
  const value = parseCanonical(body);
  if (Object.hasOwn(value, 'commitment')) {
    given.stateProofs.push(parseStateProof(value));
    return 'state_proof';
  }
  const entry = parseEntry(body);
  if (entry.seq === 0) {
    given.registry = { bytes: body, entry: await readOpening(body) };
    return 'registry';
  }
  given.entries.push({ bytes: body, entry });
  return 'entry';
}

/** Take numbers and serials as typed, or the address that a QR code holds, with what is behind it. */
function takeTyped(given, text) {
  require_(text.length <= TYPED_CHARACTERS_MAX, 'unknown_file');
  const lines = typedLines(text);
  if (lines !== null) {
    given.typed.push(...lines);
    return 'typed';
  }
  const found = /TH-(?:CL|HD|RG|RT)-[0-9]{4}-[0-9A-Z]+-[0-9A-Z]/i.exec(text);
  require_(found !== null, 'unknown_file');
  const code = codeOfText(text);
  if (code === null) given.typed.push(found[0].toUpperCase());
  else given.codes.push({ number: parseCertificateNumber(found[0]), code });
  return code === null ? 'typed' : 'code';
}

/** Return the entry that a proof is about: the given one or the ledger's line whose hash fits. */
function entryOfProof(given, proof) {
  const index = Number(proof.index);
  const lines = given.ledger === null ? [] : [given.ledger.lines[index]];
  const candidates = [...given.entries.map((one) => one.bytes), ...lines].filter(Boolean);
  if (given.registry !== null) candidates.push(given.registry.bytes);
  const { size, root } = proof.checkpoint;
  const fitting = candidates.find((bytes) => isIncluded({
    index: proof.index, size, leaf: leafHash(bytes), path: proof.path, root,
  }));
  return fitting ?? candidates[0] ?? null;
}
