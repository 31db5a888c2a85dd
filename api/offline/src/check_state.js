// State proofs (.state-proof): a statement about all rows and blocks as of one entry, which a
// state.commit entry of the log vouches for.

const STATE_CLAIMS = {
  presence: { fields: ['key', 'path', 'value'], check: checkPresence },
  absence: { fields: ['key', 'path'], check: checkAbsence },
  prefix: { fields: ['path', 'prefix', 'rows'], check: checkPrefix },
  unit: { fields: ['after', 'batch', 'before', 'number'], check: checkUnit },
};
const STATE_COMMON = ['commitment', 'kind', 'v'];

/** Return a file's content in its form; nothing in it is proven yet. */
function parseStateProof(value) {
  requireState(value.v === 1 && Object.hasOwn(STATE_CLAIMS, value.kind));
  const fields = [...STATE_COMMON, ...STATE_CLAIMS[value.kind].fields].sort();
  requireState(Object.keys(value).sort().join() === fields.join());
  const { commitment } = value;
  requireState(isObject(commitment) && Object.keys(commitment).sort().join() === 'entry,proof');
  requireState(isText(commitment.entry) && isText(commitment.proof));
  return { claim: value, entry: utf8(commitment.entry), proof: utf8(commitment.proof) };
}

/** Verify a state proof: the commitment is in the trusted log, and the claim follows from it. */
async function verifyStateProof(stated, given) {
  const verdict = await verifyEntry(stated.entry, stated.proof, given, async (steps, entry) => {
    await steps.take('state', () => {
      const latest = readCommitment(entry);
      const found = STATE_CLAIMS[stated.claim.kind].check(bytesOfHex(latest.root), stated.claim);
      stated.proven = { ...found, through: latest.through };
      return ['state_ok', { through: latest.through }];
    }, { needs: ['entry', 'inclusion'] });
  });
  const title = stated.claim.key ?? stated.claim.prefix ?? stated.claim.batch;
  const sentences = stated.proven && ((wanted) => stateSentences(stated, wanted));
  return { ...verdict, kind: 'state_proof', title, sentences };
}

function readCommitment(entry) {
  require_(entry.order.kind === 'state.commit', 'state_commit');
  require_(entry.order.actor === 'service/state', 'state_commit');
  const latest = rowOf(entry, 'state/latest');
  const known = isObject(latest) && latest.seq === entry.seq && isHex32(latest.root)
    && isCount(latest.through) && latest.through < entry.seq;
  require_(known, 'state_commit');
  return latest;
}

function checkPresence(root, { key, value, path }) {
  requireState(isText(key) && isText(value));
  requirePresence(root, utf8(key), sha256(utf8(value)), pathOf(path));
  return { rows: [[key, parseCanonicalText(value)]] };
}

function checkAbsence(root, { key, path }) {
  requireState(isText(key));
  requireAbsence(root, utf8(key), pathOf(path));
  return { rows: [] };
}

function checkPrefix(root, { prefix, rows, path }) {
  requireState(typeof prefix === 'string' && Array.isArray(rows));
  const pairs = rows.map((row) => {
    requireState(isObject(row) && Object.keys(row).sort().join() === 'key,value');
    requireState(isText(row.key) && isText(row.value));
    return { key: utf8(row.key), digest: sha256(utf8(row.value)) };
  });
  requirePrefix(root, utf8(prefix), pairs, pathOf(path));
  return { rows: rows.map((row) => [row.key, parseCanonicalText(row.value)]) };
}

/** A unit's block is the one with the highest first number that is not above the unit's. */
function checkUnit(root, { batch, number, before, after }) {
  requireState(isText(batch) && isCount(number) && isObject(before) && isObject(after));
  requireState([before.key, before.value, after.key].every(isText) && isHex32(after.digest));
  const sought = `block/${batch}/${String(number).padStart(16, '0')}`;
  const between = compareCodePoints(before.key, sought) <= 0 && compareCodePoints(sought, after.key) < 0;
  require_(between && !`${before.key}${after.key}`.includes('\0'), 'state_order');
  requireNeighbours(root,
    { key: utf8(before.key), digest: sha256(utf8(before.value)), path: pathOf(before.path) },
    { key: utf8(after.key), digest: bytesOfHex(after.digest), path: pathOf(after.path) });
  const block = parseCanonicalText(before.value);
  const inside = before.key.startsWith(`block/${batch}/`) && number < block.end;
  if (inside) requireState(isText(block.place));
  return { rows: inside ? [[before.key, block]] : [] };
}

function pathOf(hex) {
  const path = bytesOfHex(hex);
  requireState(path.length <= STATE_PATH_BYTES_MAX);
  return path;
}

function requireState(condition) {
  require_(condition, 'state_form');
}

/** Return what a state proof says, in sentences. */
function stateSentences({ claim, proven }, wanted) {
  const label = (zh, en) => (wanted === 'zh' ? zh : en);
  const as = label(`截至第 ${proven.through} 号记录，`, `As of entry ${proven.through}: `);
  const rows = proven.rows.map(([key, value]) => `${key} = ${canonicalText(value)}`);
  const said = {
    presence: () => label('登记簿中有下列一项：', 'this stands in the registry:'),
    absence: () => label(`登记簿中没有 ${claim.key}。`, `nothing stands under ${claim.key}.`),
    prefix: () => label(
      `以 ${claim.prefix} 开头的共 ${rows.length} 项，无一遗漏：`,
      `these ${rows.length} are all whose keys begin with ${claim.prefix}:`,
    ),
    unit: () => unitSentence(claim, proven, label),
  }[claim.kind]();
  return [as + said, ...(claim.kind === 'unit' ? [] : rows)];
}

/** Units count from one on paper. */
function unitSentence({ batch, number }, { rows }, label) {
  const name = `${batch}:${number + 1}`;
  if (rows.length === 0) return label(`单位 ${name} 不存在。`, `unit ${name} does not exist.`);
  const [[, { place }]] = rows;
  return label(`单位 ${name} 的归属是 ${place}。`, `unit ${name} is in ${place}.`);
}
