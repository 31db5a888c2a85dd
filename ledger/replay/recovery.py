"""Recovery: a registry made anew from static files alone, when its machine or its operator is gone.

The checkpoint must meet a policy that the caller trusts; each bundle is then compared with the
signed root before an entry is read, every order decided again and every signature checked. What
static files do not hold stays lost: the vault's private records, evidence that was never public,
and all keys.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ledger import store
from ledger.anchors.anchors import recorded
from ledger.fetching import Fetch, FetchError
from ledger.files import write_atomically
from ledger.log.entry import EntryError, parse_entry
from ledger.log.policy import Policy, PolicyError, PolicyVerdict, check_policy
from ledger.log.tile_reader import TileMissingError, TileReader
from ledger.log.tiles import (
    CHECKPOINT_PATH,
    TILE_WIDTH,
    Tile,
    TileError,
    encode_bundle,
    tiles_of,
)
from ledger.progress import Progress
from ledger.publish.high_water import HighWater, raise_mark
from ledger.publish.tiling import write_once
from ledger.registry import Registry
from ledger.replay.refill import RefillError, refill

FILES_AT_ONCE: Final = 64


class RecoveryError(Exception):
    """The static log cannot be trusted or read, or an entry is bad; the text says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """A moment of a log: after so many entries, or at a time in microseconds UTC."""

    size: int | None = None
    at_us: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What was recovered: the checkpoint and who witnessed it, and anchors found and not found.

    `root` is that over the entries that were taken.
    """

    verdict: PolicyVerdict
    root: bytes
    anchors: int
    anchors_missing: int


def recover(
    registry: Registry, fetch: Fetch, policy: Policy, progress: Progress | None = None
) -> Recovery:
    """Fill an empty registry from a static log, and make its static files anew.

    The entries come in one transaction. If we crash after it, before the checkpoint is there, the
    folder holds a whole ledger that has published nothing: remove it and begin again.

    Args:
        registry: A registry without entries.
        fetch: Returns a file of the static log.
        policy: Whose signatures make its checkpoint good.
        progress: Called with (entries done, entries in all).

    Raises:
        RecoveryError: no checkpoint, or one that does not meet the policy; a tile or bundle that
            is missing or is not the one signed; an entry that the rules or its signers do not bear
            out; a registry that is not empty.
    """
    try:
        note = fetch(CHECKPOINT_PATH)
        verdict = check_policy(policy, note)
        signed = verdict.checkpoint
        reader = TileReader(fetch, signed.size, signed.root)
        refill(registry, reader.entries(), expected=signed, progress=progress)
        write_tiles(registry, signed.size)
        found, missing = _fetch_anchors(registry, fetch)
    except (PolicyError, TileError, FetchError, RefillError) as error:
        raise RecoveryError(str(error)) from error
    write_atomically(registry.settings.log / CHECKPOINT_PATH, note)
    return Recovery(verdict=verdict, root=signed.root, anchors=found, anchors_missing=missing)


def recover_until(
    registry: Registry,
    fetch: Fetch,
    policy: Policy,
    until: Until,
    progress: Progress | None = None,
) -> Recovery:
    """Fill an empty registry with what a static log held at an earlier moment, to be looked at.

    The log has gone on since, so this copy must never record or sign: its high-water mark is that
    of the whole log, and whoever opens it finds it read-only.

    Args:
        registry: A registry without entries, whose folder of keys is the copy's own.
        fetch: Returns a file of the static log.
        policy: Whose signatures make its checkpoint good.
        until: How many entries, or the last moment in microseconds UTC.
        progress: Called with (entries done, entries in all).

    Raises:
        RecoveryError: as `recover`; or the log never had as many entries, or none by then.
    """
    try:
        verdict = check_policy(policy, fetch(CHECKPOINT_PATH))
        signed = verdict.checkpoint
        reader = TileReader(fetch, signed.size, signed.root)
        size = until.size if until.size is not None else _size_at(reader, until.at_us)
        if not 0 < size <= signed.size:
            raise RecoveryError(f"the log has {signed.size} entries; {size} cannot be looked at")
        refill(registry, reader.entries(0, size), progress=progress)
        write_tiles(registry, size)
    except (PolicyError, TileError, FetchError, RefillError, EntryError) as error:
        raise RecoveryError(str(error)) from error
    mark = HighWater(origin=signed.origin, size=signed.size, root=signed.root)
    raise_mark(registry.settings.high_water, mark)
    return Recovery(verdict=verdict, root=registry.root(), anchors=0, anchors_missing=0)


def _size_at(reader: TileReader, at_us: int) -> int:
    """Return how many entries are not later than a moment; their times only grow."""

    def time_of(seq: int) -> int:
        (content,) = reader.entries(seq, seq + 1)
        return parse_entry(content).at_us

    return bisect_right(range(reader.size), at_us, key=time_of)


def write_tiles(registry: Registry, size: int) -> None:
    """Write every tile and bundle of the first `size` entries, all durable when this returns.

    Raises:
        TamperedError: one is there with other bytes.
    """
    tiles = tiles_of(size)
    while page := list(islice(tiles, FILES_AT_ONCE)):
        write_once(registry.settings.log, dict(_contents(registry, page)))


def _contents(registry: Registry, tiles: list[Tile]) -> Iterator[tuple[str, bytes]]:
    with registry.reader.connect() as connection:
        for tile in tiles:
            first = tile.index * TILE_WIDTH
            if tile.is_bundle:
                entries = list(store.read(connection, first, first + tile.width))
                yield tile.path, encode_bundle(entries)
            else:
                yield (
                    tile.path,
                    b"".join(
                        store.stored_hashes(connection, tile.level, first, first + tile.width)
                    ),
                )


def _fetch_anchors(registry: Registry, fetch: Fetch) -> tuple[int, int]:
    """Copy the files of recorded anchors; the audit compares them with their records."""
    found, missing, log = 0, 0, registry.settings.log
    for anchor in recorded(registry.books()):
        for path in (anchor.checkpoint, anchor.token):
            try:
                content = fetch(path.as_posix())
            except TileMissingError:
                missing += path == anchor.token
                continue
            (log / path).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(log / path, content)
            found += path == anchor.token
    return found, missing
