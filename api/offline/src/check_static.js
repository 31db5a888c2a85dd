// A static log: what it signs, whether its tiles and entries are what was signed, and whether it
// still holds everything that was signed before.

/** Return the static logs that were dropped, each a folder with its checkpoint. */
function staticLogs(given) {
  return Array.from(given.tiles, ([place, files]) => {
    const note = given.checkpoints.findLast((one) => one.place === place) ?? null;
    return { place, files, note };
  });
}

/** Return trees over a log's entries, from a ledger or from tiles, each with its size. */
function treesOf(given, log) {
  const trees = staticLogs(given).filter(({ note }) => note !== null)
    .map(({ files, note }) => ({ files, ...parseCheckpointText(note.text) }))
    .filter(({ origin }) => origin === log)
    .map(({ files, size, root }) => new TileTree(files, { size, root }));
  return given.ledger?.log === log ? [given.ledger, ...trees] : trees;
}

/** Verify the checkpoint, every tile and every entry of a static log. */
async function verifyStaticLog({ place, files, note }, given, progress) {
  const steps = new Steps();
  const facts = {};
  const signed = () => {
    if (note === null) throw new NotChecked('no_checkpoint');
    return note;
  };
  const log = () => given.registry?.entry.order.log ?? parseCheckpointText(signed().text).origin;
  await takeCheckpointSteps(steps, given, { note: signed, log, needs: [] });
  await steps.take('tiles', async () => {
    const tree = new TileTree(files, parseCheckpointText(signed().text));
    await readAll(tree, progress);
    facts.checkpoint = String(tree.size);
    return ['tiles_ok', { size: tree.size }];
  });
  if (note !== null) {
    const checkpoint = parseCheckpointText(note.text);
    await takeHistoryStep(steps, given, { checkpoint, log: checkpoint.origin, isLatest: true });
    await takeFreshStep(steps, given, { note, log: checkpoint.origin });
  }
  const title = place.replace(/\/$/, '');
  return { kind: 'static_log', title, steps: steps.list, verdict: steps.verdict(), facts };
}

async function readAll(tree, progress) {
  const count = Math.ceil(tree.size / TILE_WIDTH);
  if (count === 0) tree.readEdge();
  for (let index = 0; index < count; index += 1) {
    tree.bundle(index);
    progress(index / count);
    if (index % 20 === 0) await new Promise((resume) => { setTimeout(resume); });
  }
}

/** Take the step "history", if something was given with which a checkpoint can be compared. */
async function takeHistoryStep(steps, given, { checkpoint, log, isLatest = false }) {
  const trees = treesOf(given, log).filter((tree) => BigInt(tree.size) >= checkpoint.size);
  const others = otherCheckpoints(given, checkpoint, log, isLatest);
  if (others.length === 0 && trees.length === 0) return;
  await steps.take('history', async () => {
    const size = String(checkpoint.size);
    for (const tree of trees) {
      require_(sameBytes(tree.rootAt(Number(size)), checkpoint.root), 'root_other', { size });
    }
    for (const other of others) {
      await requireOneHistory(given, { checkpoint, other, trees, isLatest });
    }
    return ['history_ok', { size }];
  });
}

/** Return what else the log has signed that says something about this checkpoint. */
function otherCheckpoints(given, checkpoint, log, isLatest) {
  const notes = given.checkpoints.concat(isLatest ? given.proofs.map((proof) => proof.note) : []);
  return notes.map((note) => ({ note, ...parseCheckpointText(note.text) }))
    .filter(({ origin, size }) => origin === log && (isLatest || size <= checkpoint.size))
    .filter(({ note }) => note.text !== checkpoint.text);
}

/** Require that two checkpoints tell one history; a log that has shrunk has told another one. */
async function requireOneHistory(given, { checkpoint, other, trees, isLatest }) {
  const facts = { size: String(checkpoint.size), other: String(other.size) };
  if (given.policy !== null) {
    require_(await isTrustedNote(given, other.note, other.origin), 'other_untrusted', facts);
  }
  if (other.size === checkpoint.size) {
    require_(sameBytes(other.root, checkpoint.root), 'root_other', facts);
  } else if (other.size > checkpoint.size) {
    require_(!isLatest, 'log_behind', facts);
  } else {
    require_(trees.length > 0, 'log_shrunk', facts);
    const same = sameBytes(trees[0].rootAt(Number(other.size)), other.root);
    require_(same, 'root_other', { size: facts.other });
  }
}

/** Take the step "fresh", if the reader asks that a quorum has witnessed the log since some time. */
async function takeFreshStep(steps, given, { note, log }) {
  if (given.witnessedAfter === null) return;
  await steps.take('fresh', async () => {
    if (given.policy === null) throw new NotChecked('no_policy');
    const { size } = parseCheckpointText(note.text);
    const notes = [note];
    for (const one of given.checkpoints) {
      const reaches = parseCheckpointText(one.text).size >= size;
      if (reaches && await isTrustedNote(given, one, log)) notes.push(one);
    }
    let newest = 0n;
    for (const one of notes) {
      const at = witnessedAt(given.policy, (await checkQuorum(given.policy, one)).good);
      if (at > newest) newest = at;
    }
    const asked = beijingTime(Number(given.witnessedAfter) * 1e6);
    require_(newest >= given.witnessedAfter, 'too_old', { asked });
    return ['fresh_ok', { at: beijingTime(Number(newest) * 1e6) }];
  });
}

/** Return a proof file of an entry, computed from tiles, or null where no static log reaches. */
function proofFromTiles({ bytes, entry }, given) {
  for (const { files, note } of staticLogs(given)) {
    const checkpoint = note && parseCheckpointText(note.text);
    if (checkpoint?.origin === entry.order.log && checkpoint.size > BigInt(entry.seq)) {
      const tree = new TileTree(files, checkpoint);
      if (sameBytes(tree.perfect(0, entry.seq), leafHash(bytes))) {
        const path = tree.inclusionPath(entry.seq).map(base64Of);
        const head = [PROOF_HEADER, `index ${entry.seq}`, ...path, '', ''].join('\n');
        return joined(utf8(head), note.bytes);
      }
    }
  }
  return null;
}
