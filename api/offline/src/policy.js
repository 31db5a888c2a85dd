// Trust policies by c2sp.org/tlog-policy: which logs, which witnesses, and how many of them.

// As in ledger/log/policy.py and policy_form.py: characters of a policy; logs, witnesses or groups.
const POLICY_SIZE_MAX = 2_000_000;
const POLICY_LINES_MAX = 256;

/** Return a policy; whatever could let one party count twice is refused. */
function parsePolicy(text) {
  // Characters are code points, of which a string counts some twice.
  const isShort = text.length <= POLICY_SIZE_MAX || Array.from(text).length <= POLICY_SIZE_MAX;
  require_(isShort, 'policy', { line: 0 });
  require_(!/[\x00-\x08\x0b-\x1f\x7f]/.test(text) && text.endsWith('\n'), 'policy', { line: 0 });
  const policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: null };
  const used = new Set();
  text.split('\n').forEach((line, at) => {
    const words = line.split(/[ \t]+/).filter((word) => word !== '');
    if (words.length === 0 || words[0].startsWith('#')) return;
    const taken = POLICY_LINES.get(words[0])?.(policy, words.slice(1), used);
    require_(taken === true, 'policy', { line: at + 1 });
  });
  require_(policy.quorum !== null, 'policy_quorum');
  for (const kind of [policy.logs.length, policy.witnesses.size, policy.groups.size]) {
    require_(kind <= POLICY_LINES_MAX, 'policy', { line: 0 });
  }
  refuseOneKeyTwice(policy);
  return policy;
}

// A map, since an object also knows words such as `__proto__` that nobody put there.
const POLICY_LINES = new Map(Object.entries({
  log(policy, words) {
    if (words.length < 1 || words.length > 2) return false;
    policy.logs.push(policyKey(words[0], [ALG_ED25519, ALG_ML_DSA_44]));
    return true;
  },
  witness(policy, words) {
    if (words.length < 2 || words.length > 3 || isPolicyName(policy, words[0])) return false;
    policy.witnesses.set(words[0], policyKey(words[1], [ALG_COSIGNATURE, ALG_ML_DSA_44]));
    return true;
  },
  group(policy, [name, threshold, ...members], used) {
    if (name === undefined || members.length === 0 || isPolicyName(policy, name)) return false;
    for (const member of members) {
      if (member === 'none' || !isPolicyName(policy, member) || used.has(member)) return false;
      used.add(member);
    }
    const named = new Map([['all', members.length], ['any', 1]]);
    const needed = named.get(threshold)
      ?? (/^[1-9][0-9]{0,2}$/.test(threshold) ? Number(threshold) : 0);
    if (needed < 1 || needed > members.length) return false;
    policy.groups.set(name, { needed, members });
    return true;
  },
  quorum(policy, words) {
    const known = words.length === 1 && isPolicyName(policy, words[0]);
    if (!known || policy.quorum !== null) return false;
    [policy.quorum] = words;
    return true;
  },
}));

function isPolicyName(policy, name) {
  return name === 'none' || policy.witnesses.has(name) || policy.groups.has(name);
}

function policyKey(text, algorithms) {
  const vkey = parseVkey(text);
  require_(algorithms.includes(vkey.alg), 'policy_algorithm', { name: vkey.name });
  return vkey;
}

/** One public key under two names would be one party counted twice; a log is no witness of itself. */
function refuseOneKeyTwice(policy) {
  const origins = new Set(policy.logs.map((log) => log.name));
  const seen = new Set();
  for (const vkey of [...policy.logs, ...policy.witnesses.values()]) {
    const [key, line] = [hexOf(vkey.key), `${vkey.name}+${vkey.id}`];
    require_(!seen.has(key) && !seen.has(line), 'policy_twice', { name: vkey.name });
    seen.add(key).add(line);
  }
  for (const [name, vkey] of policy.witnesses) {
    require_(!origins.has(name) && !origins.has(vkey.name), 'policy_twice', { name });
  }
  for (const [name, { needed, members }] of policy.groups) {
    const behind = members.flatMap((member) => Array.from(keyNamesBehind(policy, member)));
    require_(needed === 1 || new Set(behind).size === behind.length, 'policy_twice', { name });
  }
}

/** Return the key names that a witness or group stands for; a cosigner may have two keys. */
function keyNamesBehind(policy, name) {
  const group = policy.groups.get(name);
  if (group === undefined) return new Set([policy.witnesses.get(name).name]);
  return new Set(group.members.flatMap((one) => Array.from(keyNamesBehind(policy, one))));
}

/**
 * Check a checkpoint's own signatures by the policy's keys of its log.
 *
 * Returns which keys verified and which this browser cannot check.
 */
async function checkLogSignatures(policy, note) {
  const checkpoint = parseCheckpointText(note.text);
  const keys = policy.logs.filter((log) => log.name === checkpoint.origin);
  require_(keys.length > 0, 'log_unknown', { origin: checkpoint.origin });
  const found = await checkKeys(note, keys.map((vkey) => [vkey.name, vkey]));
  require_(found.good.length + found.unsupported.length > 0, 'log_unsigned');
  return { checkpoint, ...found };
}

/** Check the witnesses' lines, and whether those that hold are a quorum. */
async function checkQuorum(policy, note) {
  const found = await checkKeys(note, [...policy.witnesses]);
  // A cosignature without a time says nothing about when its witness saw this tree.
  found.good = found.good.filter((one) => one.timestamp > 0n);
  const good = new Set(found.good.map((one) => one.name));
  const perhaps = new Set([...good, ...found.unsupported.map((one) => one.name)]);
  return {
    ...found,
    met: isQuorum(policy, policy.quorum, good),
    perhaps: isQuorum(policy, policy.quorum, perhaps),
  };
}

async function checkKeys(note, named) {
  const good = [];
  const unsupported = [];
  for (const [name, vkey] of named) {
    try {
      const line = await checkNoteLines(note, vkey);
      if (line !== null) good.push({ name, vkey, timestamp: line.timestamp });
    } catch (error) {
      if (!(error instanceof NotSupported)) throw error;
      unsupported.push({ name, vkey, algorithm: error.algorithm });
    }
  }
  return { good, unsupported };
}

function isQuorum(policy, name, good) {
  if (name === 'none') return true;
  const group = policy.groups.get(name);
  if (group === undefined) return good.has(name);
  return group.members.filter((member) => isQuorum(policy, member, good)).length >= group.needed;
}

/** Return the latest time by which a quorum had witnessed; 0 where no quorum is asked for. */
function witnessedAt(policy, good) {
  const counted = new Set();
  if (policy.quorum === 'none') return 0n;
  for (const { name, timestamp } of good.toSorted((one, other) => Number(other.timestamp - one.timestamp))) {
    counted.add(name);
    if (isQuorum(policy, policy.quorum, counted)) return timestamp;
  }
  return 0n;
}
