"""Test vectors of cosignatures, policies, tiles, witnesses and mirrors, made with our own code.

    python -m tests.support.log_vectors        writes tests/vectors/log-formats.json

ML-DSA-44 signs the same bytes differently each time: its lines, once written, are kept.
"""

import json
from typing import Final

from contracts.values import Json
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.cosignature import Subtree, cosign, cosignature_message, subtree_message
from ledger.log.key import ALG_COSIGNATURE, ALG_ML_DSA_44, Skey
from ledger.log.merkle import consistency_path
from ledger.log.mirror_wire import Head, MirrorInfo, requests
from ledger.log.note import Note, NoteSignature, parse_note
from ledger.log.subtree import subtree_consistency_path, subtree_hash
from ledger.log.tiles import encode_bundle, new_tiles, tile_bytes, tiles_of
from ledger.log.witness_wire import AddCheckpoint, format_size, origin_hash
from tests.support.architecture import ROOT
from tests.support.tiled_log import Tree

PATH: Final = ROOT / "tests" / "vectors" / "log-formats.json"
ORIGIN: Final = "vectors.sinkledger.example/log"
TIMESTAMP: Final = 1_795_000_000
SIZE: Final = 300
KEYS: Final = {
    "log": Skey(ORIGIN, bytes([1]) * 32),
    "log of 0x06": Skey(ORIGIN, bytes([2]) * 32, ALG_ML_DSA_44),
    "witness of 0x04": Skey("witness.example/w1", bytes([3]) * 32, ALG_COSIGNATURE),
    "witness of 0x06": Skey("witness.example/w2", bytes([4]) * 32, ALG_ML_DSA_44),
}
TREE: Final = Tree(tuple(b"entry %d" % number for number in range(SIZE)))
HEAD: Final = Checkpoint(origin=ORIGIN, size=SIZE, root=TREE.roots[SIZE])


def vectors() -> dict[str, Json]:
    """Return all vectors; signatures of 0x06 are those that the file holds already."""
    note = _note(_kept())
    return {
        "bundle": encode_bundle(TREE.entries[256:259]).hex(),
        "keys": {name: [key.to_text(), key.vkey.to_text()] for name, key in KEYS.items()},
        "messages": _messages(),
        "mirror": _mirror(),
        "note": note.to_bytes().decode(),
        "policy": policy_text(),
        "subtree": _subtree(),
        "tiles": _tiles(),
        "witness": _witness(note),
    }


def policy_text() -> str:
    """Return a policy that asks for both witnesses."""
    keys = {name: key.vkey.to_text() for name, key in KEYS.items()}
    return (
        f"# both witnesses\nlog {keys['log']} https://vectors.sinkledger.example/log\n"
        f"log {keys['log of 0x06']}\n"
        f"witness w1 {keys['witness of 0x04']} https://witness.example/w1\n"
        f"witness w2 {keys['witness of 0x06']}\ngroup both all w1 w2\nquorum both\n"
    )


def write() -> None:
    """Write the file."""
    text = json.dumps(vectors(), ensure_ascii=False, indent=1, sort_keys=True)
    PATH.write_text(f"{text}\n", encoding="utf-8")


def _kept() -> dict[tuple[str, bytes], NoteSignature]:
    if not PATH.exists():
        return {}
    note = parse_note(json.loads(PATH.read_text(encoding="utf-8"))["note"].encode())
    return {(one.name, one.key_id): one for one in note.signatures}


def _note(kept: dict[tuple[str, bytes], NoteSignature]) -> Note:
    log, log_pq, old, new = KEYS.values()
    made = parse_note(sign_checkpoint(HEAD, [log, log_pq], TIMESTAMP))
    lines = [*made.signatures, cosign(HEAD, old, TIMESTAMP + 1), cosign(HEAD, new, TIMESTAMP + 2)]
    hedged = {(key.name, key.vkey.key_id) for key in (log_pq, new)}
    stays = [
        kept.get((one.name, one.key_id), one) if (one.name, one.key_id) in hedged else one
        for one in lines
    ]
    return Note(made.text, tuple(stays))


def _messages() -> Json:
    _, log_pq, _, new = KEYS.values()
    head = Subtree.of(HEAD)
    return {
        "cosignature/v1": cosignature_message(HEAD.to_text(), TIMESTAMP + 1).decode(),
        "subtree/v1 of the log": subtree_message(log_pq.name, TIMESTAMP, head).hex(),
        "subtree/v1 of the witness": subtree_message(new.name, TIMESTAMP + 2, head).hex(),
    }


def _mirror() -> Json:
    head = Head(origin=ORIGIN, start=298, end=SIZE, ticket=b"ticket")
    body = requests(head, lambda first, last: TREE.entries[first:last], TREE.subtree)
    info = MirrorInfo(size=SIZE, next_entry=298, ticket=b"ticket")
    return {"info": info.to_bytes().decode(), "request": b"".join(body).hex()}


def _subtree() -> Json:
    path = subtree_consistency_path(8, 13, SIZE, TREE.subtree)
    return {
        "bounds": [8, 13],
        "hash": subtree_hash(8, 13, TREE.subtree).hex(),
        "path": [part.hex() for part in path],
    }


def _tiles() -> Json:
    edge = [tile for tile in tiles_of(SIZE) if not tile.is_bundle and not tile.is_full]
    return {
        "files of 300": [tile.path for tile in tiles_of(SIZE)],
        "files of 70000, level 1 and up": [
            tile.path for tile in tiles_of(70_000) if tile.level > 0
        ],
        "new from 255 to 513": [tile.path for tile in new_tiles(255, 513)],
        "partial tiles of 300": {tile.path: tile_bytes(tile, TREE.subtree).hex() for tile in edge},
    }


def _witness(note: Note) -> Json:
    path = consistency_path(298, SIZE, TREE.subtree)
    by_log = Note(note.text, note.signatures[:1])
    request = AddCheckpoint(old_size=298, path=path, checkpoint=by_log.to_bytes())
    return {
        "conflict": format_size(298).decode(),
        "origin hash": origin_hash(ORIGIN),
        "request": request.to_bytes().decode(),
    }


if __name__ == "__main__":
    write()
