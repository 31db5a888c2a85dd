"""Inclusion proofs computed from tile files and verified, against plain hashing of their paths."""

import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random

from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.key import ALG_ED25519, ALG_ML_DSA_44, Skey
from ledger.log.merkle import Frontier, inclusion_path, leaf_hash, verify_inclusion
from ledger.log.policy import Policy
from ledger.log.proof import TlogProof, verify_entry
from ledger.log.tiles import encode_bundle, tile_bytes, tiles_of
from ledger.publish.published import tiles_in

NAME = "proofs"
ORIGIN = "bench.example/log"
ENTRIES = 200_000
COLD, WARM = 300, 5_000
VERIFIED = 1_000


def run() -> dict[str, object]:
    """Compute proofs from a log of 200,000 entries on disk, verify them, and hash as many nodes."""
    random = Random(9)
    entries = [b"entry %d" % number + bytes(600) for number in range(ENTRIES)]
    keys = [Skey(ORIGIN, bytes([n]) * 32, n) for n in (ALG_ED25519, ALG_ML_DSA_44)]
    with tempfile.TemporaryDirectory() as folder:
        root = _write(Path(folder), entries)
        note = sign_checkpoint(Checkpoint(origin=ORIGIN, size=ENTRIES, root=root), keys, 1)
        asked = [random.randrange(ENTRIES) for _ in range(WARM)]

        def cold(index: int) -> tuple[bytes, ...]:
            reader = tiles_in(Path(folder), ENTRIES, root)
            return inclusion_path(index, ENTRIES, reader.subtree)

        reader = tiles_in(Path(folder), ENTRIES, root)
        warm_s = _each(asked, lambda index: inclusion_path(index, ENTRIES, reader.subtree))
        cold_s = _each(asked[:COLD], cold)
        paths = {index: cold(index) for index in asked[:VERIFIED]}
    policy = Policy.of_keys(key.vkey for key in keys)

    def verify(index: int) -> object:
        proof = TlogProof(index=index, path=paths[index], checkpoint=note)
        return verify_entry(proof, entries[index], policy=policy)

    def climb(index: int) -> None:
        verify_inclusion(leaf_hash(entries[index]), index, ENTRIES, paths[index], root)

    verify_s, climb_s = _each(list(paths), verify), _each(list(paths), climb)
    hash_s = _each(list(paths), lambda index: [sha256(p + p).digest() for p in paths[index]])
    return {
        "name": NAME,
        "ratio": round(hash_s / climb_s, 3),
        "against": "hashing as many nodes by hashlib alone, same run",
        "figures": {
            "entries": ENTRIES,
            "proofs_from_cold_tiles_per_s": round(1 / cold_s),
            "proofs_from_kept_tiles_per_s": round(1 / warm_s),
            "paths_verified_per_s": round(1 / climb_s),
            "proofs_verified_with_both_signatures_per_s": round(1 / verify_s),
        },
    }


def _write(folder: Path, entries: list[bytes]) -> bytes:
    leaves = [leaf_hash(entry) for entry in entries]
    frontier, nodes = Frontier().grow(leaves)
    known = {(node.level, node.index): node.digest for node in nodes}
    known |= {(0, index): leaf for index, leaf in enumerate(leaves)}
    for tile in tiles_of(len(entries)):
        path = folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        part = entries[tile.index * 256 : tile.index * 256 + tile.width]
        bundle = encode_bundle(part) if tile.is_bundle else None
        path.write_bytes(bundle or tile_bytes(tile, lambda level, index: known[level, index]))
    return frontier.root()


def _each(asked: list[int], do: Callable[[int], object]) -> float:
    """Return the seconds that each takes."""
    began = time.perf_counter()
    for index in asked:
        do(index)
    return (time.perf_counter() - began) / len(asked)
