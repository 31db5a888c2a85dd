"""The four clients of a log, each answering what it makes of what is shown: ACCEPTED, or why not.

python    certificates.verify with a policy and what was kept, and the tiles read to the end
browser   verify.html, given the same files
witness   POST add-checkpoint, over HTTP, at a witness that has cosigned `SEEN` entries
mirror    `sinkledger mirror pull`, at a mirror that holds `SEEN` entries
"""

from pathlib import Path
from typing import Any

from certificates.trust import Trust
from certificates.verify import verify_proof
from certificates.verify_log import Newer
from ledger.log.merkle import inclusion_path
from ledger.log.note import NoteError, Skey, parse_note
from ledger.log.policy import PolicyError, check_policy, parse_policy
from ledger.log.proof import TlogProof
from ledger.log.tile_reader import TileReader
from ledger.log.tiles import TileError
from ledger.log.tree_head import parse_checkpoint
from ledger.log.witness_wire import origin_hash
from ledger.witness.cosigner import AnswerError
from ledger.witness.folder import WitnessFolder, WitnessFolderError, make_folder, open_folder
from ledger.witness.mirror import Mirror
from ledger.witness.mirror_pull import BehindError, RewrittenError, pull
from ledger.witness.mirror_store import MirrorStore, MirrorStoreError
from ledger.witness.store import KnownLog, WitnessStoreError
from tests.support.evil_log import (
    ENTRIES,
    ORIGIN,
    RECORD,
    SEEN,
    WATCHER,
    WATCHING_MIRROR,
    Shown,
    World,
    clock,
)
from tests.support.offline import Offline, check_offline
from tests.support.sealed_paper import first_failed
from tests.support.witnesses import URL, client_of, fetcher

ACCEPTED = "accepted"
REFUSING = (
    AnswerError,
    BehindError,
    MirrorStoreError,
    NoteError,
    RewrittenError,
    TileError,
    WitnessStoreError,
)


def by_python(shown: Shown) -> str:
    """Verify an entry by its proof, or by one computed from the tiles, and read the whole log."""
    try:
        policy = parse_policy(shown.policy)
    except PolicyError:
        return "policy"
    try:
        proof = shown.proof or _computed(shown, policy)
    except TileError:
        return "tiles"
    newer = Newer(note=shown.note, witnessed_after=shown.witnessed_after)
    verdict = verify_proof(shown.entry, proof, Trust(policy=policy), newer=newer)
    if not verdict.ok:
        return first_failed(verdict)
    return _read_whole(shown)


def by_browser(scripts: Any, shown: Shown) -> str:
    """Drop policy, entry 0, the entry, its proof, and the folder of the log."""
    folder = [(f"log/{path}", content) for path, content in shown.files.items()]
    proof = [] if shown.proof is None else [shown.proof]
    found = check_offline(
        scripts,
        shown.policy,
        ENTRIES[0],
        shown.entry,
        *proof,
        *folder,
        witnessed_after=shown.witnessed_after,
    )
    return refusals(found)


def refusals(found: Offline) -> str:
    """Return all codes of what was refused, by thing and step."""
    codes = [f"file:{code}" for code in found.refused]
    for one in found.verdicts:
        if one.verdict != "valid":
            wrong = [name for name, state in one.states.items() if state != "passed"]
            codes += [f"{one.kind}:{name}:{one.codes[name]}" for name in wrong[:1]]
    if not codes:
        assert {one.kind for one in found.verdicts} == {"entry", "static_log"}
    return " ".join(sorted(codes)) or ACCEPTED


def by_witness(world: World, shown: Shown, folder: Path) -> str:
    """Ask for a cosignature; whatever is refused must leave the witness's memory as it was."""
    try:
        names = (shown.names[0], WATCHING_MIRROR)
        watcher = _watcher(world, shown, folder, names=names, anew=False)
    except WitnessFolderError:
        return "WitnessFolderError"
    before = watcher.store.latest(ORIGIN)
    try:
        with client_of(watcher) as client:
            answer = client.post("/add-checkpoint", content=shown.request)
    except WitnessStoreError as error:
        return type(error).__name__
    if answer.status_code == 200:
        return ACCEPTED
    assert watcher.store.latest(ORIGIN) == before
    return str(answer.status_code)


def by_mirror(world: World, shown: Shown, folder: Path) -> str:
    """Follow the log; whatever is refused must leave the copy as it was."""
    try:
        names = (WATCHER, shown.names[1])
        watcher = _watcher(world, shown, folder, names=names, anew=shown.anew)
    except WitnessFolderError:
        return "WitnessFolderError"
    known = watcher.store.log(ORIGIN)
    assert known is not None
    copy = MirrorStore(watcher.copies / origin_hash(ORIGIN))
    before = copy.note()
    try:
        pull(watcher.witness(clock), Mirror.of(watcher, clock), known, fetcher(shown.files))
    except REFUSING as error:
        assert copy.note() == before
        assert before is None or list(copy.check())[-1] == SEEN
        return str(error.answer.status) if isinstance(error, AnswerError) else type(error).__name__
    return ACCEPTED


def _watcher(
    world: World, shown: Shown, folder: Path, *, names: tuple[str, str], anew: bool
) -> WitnessFolder:
    """Return a witness with its mirror.

    Raises:
        WitnessFolderError: one key under two names.
    """
    if anew or names != (WATCHER, WATCHING_MIRROR):
        watcher = make_folder(folder, name=names[0], url=URL, mirror=names[1])
    else:
        watcher = world.watcher(folder)
    if shown.one_key:
        again = Skey(names[1], watcher.keys[0].seed, watcher.keys[0].alg)
        (folder / "mirror.skey").write_text(f"{again.to_text()}\n")
        watcher = open_folder(folder)
    vkeys = shown.trusted or world.log.vkeys
    watcher.store.add_log(KnownLog(origin=ORIGIN, vkeys=vkeys))
    return watcher


def _reader(shown: Shown) -> TileReader:
    checkpoint = parse_checkpoint(parse_note(shown.note).text)
    return TileReader(fetcher(shown.files), checkpoint.size, checkpoint.root)


def _computed(shown: Shown, policy: Any) -> bytes:
    """Return a proof file that the client has made itself."""
    size = check_policy(policy, shown.note).checkpoint.size
    path = inclusion_path(RECORD, size, _reader(shown).subtree)
    return TlogProof(index=RECORD, path=path, checkpoint=shown.note).to_bytes()


def _read_whole(shown: Shown) -> str:
    try:
        entries = list(_reader(shown).entries())
    except TileError:
        return "tiles"
    return ACCEPTED if shown.entry in entries else "absent"
