"""Recovery: a registry made anew from static files alone, when its machine or its operator is gone.

The checkpoint must meet a policy that the caller trusts; each bundle is then compared with the
signed root before an entry is read, every order decided again and every signature checked. What
static files do not hold stays lost: the vault's private records, evidence that was never public,
and all keys.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

from ledger import store
from ledger.anchors.anchors import recorded
from ledger.fetching import Fetch, FetchError
from ledger.files import write_atomically
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
from ledger.publish.tiling import write_once
from ledger.refill import RefillError, refill
from ledger.registry import Registry

Progress: TypeAlias = Callable[[int, int], None]
FILES_AT_ONCE: Final = 64


class RecoveryError(Exception):
    """The static log cannot be trusted or read, or an entry is bad; the text says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What was recovered: the checkpoint and who witnessed it, and anchors found and not found."""

    verdict: PolicyVerdict
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
    return Recovery(verdict=verdict, anchors=found, anchors_missing=missing)


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
