// Proof files by c2sp.org/tlog-proof: position, path and the signed checkpoint of one entry.

const PROOF_HEADER = 'c2sp.org/tlog-proof@v1';
const PROOF_PATH_MAX = 63;

function parseTlogProof(bytes) {
  const text = textOf(bytes);
  const split = text.indexOf('\n\n');
  require_(split >= 0, 'tlog_proof');
  const lines = text.slice(0, split).split('\n');
  require_(lines.shift() === PROOF_HEADER, 'tlog_proof');
  const hasExtra = lines[0]?.startsWith('extra ') === true;
  if (hasExtra) bytesOfBase64(lines.shift().slice(6));
  const index = /^index (0|[1-9][0-9]{0,18})$/.exec(lines.shift() ?? '');
  require_(index !== null && lines.length <= PROOF_PATH_MAX, 'tlog_proof');
  const path = lines.map((line) => {
    const hash = bytesOfBase64(line);
    require_(hash.length === 32, 'tlog_proof');
    return hash;
  });
  const note = parseNote(utf8(text.slice(split + 2)));
  return { index: BigInt(index[1]), path, hasExtra, note, checkpoint: parseCheckpointText(note.text) };
}

/** Require that an entry's bytes stand where a proof says; who signed the root is another step. */
function requireIncluded(proof, entryBytes) {
  const { index, path, checkpoint } = proof;
  const { size, root } = checkpoint;
  require_(isIncluded({ index, size, leaf: leafHash(entryBytes), path, root }), 'not_included', {
    index: String(index),
    size: String(size),
  });
}
