"""What a malicious log tries: one function per attack, from the honest world to what is shown."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace

from ledger.log.merkle import consistency_path
from ledger.log.note import Note, parse_note
from ledger.log.tiles import encode_bundle
from ledger.log.witness_wire import AddCheckpoint
from tests.support.certificates import demo_log
from tests.support.cheats import bought, forked
from tests.support.evil_log import (
    ENTRIES,
    OLD,
    ORIGIN,
    RECORD,
    SEEN,
    SIZE,
    Shown,
    World,
    fork_of,
    proof_of,
)
from tests.support.key_attacks import (
    key_id_collision,
    key_id_collision_among_keys,
    one_witness_under_two_names,
    witness_named_like_the_origin,
)
from tests.support.witnesses import NOW_S, SmallLog

Attack = Callable[[World], Shown]

LATE = len(demo_log().entries) + 10
"""An entry that nobody asks for."""


def rollback(world: World) -> Shown:
    """Show an old state, though a later one was seen: the proof that was kept has more entries."""
    return replace(_old(world), proof=world.seen, request=world.log.request(OLD, OLD))


def stale_checkpoint(world: World) -> Shown:
    """Stand still: the state of a month ago, in itself genuine, for a reader who wants today's."""
    proof = proof_of(world.log, OLD, world.notes[OLD])
    asked = AddCheckpoint(old_size=SEEN, path=(), checkpoint=world.notes[OLD])
    return replace(
        _old(world), proof=proof, request=asked.to_bytes(), witnessed_after=NOW_S - 86_400
    )


def split_view(world: World) -> Shown:
    """Sign another root for the size that all have seen; no witness takes part."""
    fork = fork_of(world.log)
    return forked(world, fork, SEEN, fork.note(SEEN))


def split_view_with_the_witnesses(world: World) -> Shown:
    """The same with a cosigned checkpoint: the quorum of the policy has been bought."""
    fork = fork_of(world.log, LATE)
    note = bought(world, fork, SEEN)
    return replace(forked(world, fork, SEEN, note), entry=ENTRIES[RECORD], proof=world.seen)


def fork_after_witnessing(world: World) -> Shown:
    """Let the witnesses cosign the truth, and put their lines under another tree."""
    fork = fork_of(world.log)
    lines = parse_note(world.notes[SIZE]).signatures[len(world.log.vkeys) :]
    note = parse_note(fork.note(SIZE))
    return forked(world, fork, SIZE, Note(note.text, (*note.signatures, *lines)).to_bytes())


def swapped_tiles(world: World) -> Shown:
    """Serve two full tiles, each in the other's place, with their bundles."""
    return _with_files(world, _path_of(_swapped()), _exchanged)


def swapped_bundles(world: World) -> Shown:
    """Serve two bundles in each other's place over honest tiles."""
    return _with_files(world, _path_of(_swapped()), _exchanged_bundles)


def flipped_tile(world: World) -> Shown:
    """Flip one bit of a full tile of hashes."""
    return _with_files(world, _flipped(world, 0), lambda files: _flip(files, "tile/0/000"))


def flipped_edge(world: World) -> Shown:
    """Flip one bit of the partial tile on the tree's edge."""
    return _with_files(world, _flipped(world, 1), lambda files: _flip(files, "tile/1/000.p/2"))


def flipped_entry(world: World) -> Shown:
    """Flip one bit of an entry in its bundle."""
    place = "tile/entries/001"
    return _with_files(world, _flipped(world, -1), lambda files: _flip(files, place))


def wrong_width_more(world: World) -> Shown:
    """Serve one hash more in a partial tile than its name says."""
    path = (*_path(world), bytes(32))
    return _with_files(world, path, lambda files: _resize(files, 32))


def wrong_width_fewer(world: World) -> Shown:
    """Serve one hash fewer."""
    return _with_files(world, _path(world)[:-1], lambda files: _resize(files, -32))


def wrong_width_bundle(world: World) -> Shown:
    """Serve 256 entries in a partial bundle, the first of which are those of its name."""
    more = encode_bundle([*ENTRIES[512:], *[b""] * 168])
    path = (*_path(world), *_path(world))
    return _with_files(world, path, lambda files: files.update({"tile/entries/002.p/88": more}))


def oversize_entry(world: World) -> Shown:
    """Take in an entry of 65,536 bytes: its length in two bytes is 0. The witnesses cannot know."""
    huge = b'{"pad":"' + b"x" * (65_536 - 10) + b'"}'
    log = SmallLog([*ENTRIES, huge], ORIGIN, both=True)
    note = bought(world, log, SIZE + 1)
    files = {**world.honest().files, **SmallLog([*ENTRIES, b""], ORIGIN).files(SIZE + 1)}
    files |= {"checkpoint": note, "tile/0/002.p/89": _leaves(log, 512, SIZE + 1)}
    place = "tile/entries/002.p/89"
    files[place] = encode_bundle([*ENTRIES[512:], b""]) + huge
    body = log.request(SEEN, SIZE + 1)
    return replace(
        world.honest(),
        files=files,
        entry=huge,
        proof=proof_of(log, SIZE + 1, note, SIZE),
        # A witness never sees an entry; what is too large for it is a request.
        request=body + b"\xe2\x80\x94 x.example " + b64encode(bytes(huge)) * 3 + b"\n",
    )


ATTACKS: tuple[Attack, ...] = (
    rollback,
    stale_checkpoint,
    split_view,
    split_view_with_the_witnesses,
    fork_after_witnessing,
    swapped_tiles,
    swapped_bundles,
    flipped_tile,
    flipped_edge,
    flipped_entry,
    wrong_width_more,
    wrong_width_fewer,
    wrong_width_bundle,
    oversize_entry,
    key_id_collision,
    key_id_collision_among_keys,
    one_witness_under_two_names,
    witness_named_like_the_origin,
)


def _old(world: World) -> Shown:
    return replace(world.honest(), files={**world.log.files(OLD), "checkpoint": world.notes[OLD]})


def _with_files(
    world: World, path: tuple[bytes, ...], change: Callable[[dict[str, bytes]], None]
) -> Shown:
    """Serve changed files. A witness never sees a tile: it gets the proof that they would give."""
    honest = world.honest()
    files = dict(honest.files)
    change(files)
    asked = AddCheckpoint(old_size=SEEN, path=path, checkpoint=honest.note)
    return replace(honest, files=files, proof=None, request=asked.to_bytes(), anew=True)


def _path(world: World) -> tuple[bytes, ...]:
    return world.log.path(SEEN, SIZE)


def _flipped(world: World, place: int) -> tuple[bytes, ...]:
    path = list(_path(world))
    path[place] = bytes([path[place][0] ^ 1]) + path[place][1:]
    return tuple(path)


def _swapped() -> SmallLog:
    return SmallLog([*ENTRIES[256:512], *ENTRIES[:256], *ENTRIES[512:]], ORIGIN)


def _path_of(log: SmallLog) -> tuple[bytes, ...]:
    return consistency_path(SEEN, SIZE, log.subtree)


def _exchanged_bundles(files: dict[str, bytes]) -> None:
    one, two = "tile/entries/000", "tile/entries/001"
    files[one], files[two] = files[two], files[one]


def _exchanged(files: dict[str, bytes]) -> None:
    _exchanged_bundles(files)
    files["tile/0/000"], files["tile/0/001"] = files["tile/0/001"], files["tile/0/000"]


def _flip(files: dict[str, bytes], path: str) -> None:
    content = bytearray(files[path])
    content[40] ^= 1
    files[path] = bytes(content)


def _resize(files: dict[str, bytes], more: int) -> None:
    path = "tile/0/002.p/88"
    files[path] = (files[path] + bytes(32))[: 88 * 32 + more]


def _leaves(log: SmallLog, first: int, end: int) -> bytes:
    return b"".join(log.subtree(0, index) for index in range(first, end))
