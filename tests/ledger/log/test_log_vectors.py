"""The vectors of cosignatures, policies, tiles and wires: others' hold, and ours stay."""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.log.checkpoint import open_checkpoint
from ledger.log.key import parse_skey, parse_vkey
from ledger.log.merkle import leaf_hash, verify_consistency
from ledger.log.mirror_wire import Reader
from ledger.log.note import NoteError, parse_note, verify
from ledger.log.policy import check_policy, parse_policy
from ledger.log.tile_reader import TileReader
from ledger.log.tiles import parse_bundle
from ledger.log.witness_wire import AddCheckpoint
from tests.support import log_vectors
from tests.support.tiled_log import TiledLog

FOLDER = Path(__file__).parents[2] / "vectors"
PUBLIC = json.loads((FOLDER / "cosigned-checkpoints.json").read_text(encoding="utf-8"))["cases"]
OURS: dict[str, Any] = json.loads(log_vectors.PATH.read_text(encoding="utf-8"))
CASES = [pytest.param(case, id=case["name"]) for case in PUBLIC]


@pytest.mark.parametrize("case", CASES)
def test_checks_what_others_have_cosigned(case: dict[str, Any]) -> None:
    note, vkeys = parse_note(case["note"].encode()), [parse_vkey(text) for text in case["vkeys"]]
    times = {one.vkey: one.timestamp for one in verify(note, vkeys)}
    assert times == dict(zip(vkeys, case["timestamps"], strict=True))
    assert note.to_bytes().decode() == case["note"]
    assert [vkey.to_text() for vkey in vkeys] == case["vkeys"]


@pytest.mark.parametrize("case", CASES)
def test_refuses_what_others_have_cosigned_for_another_size(case: dict[str, Any]) -> None:
    origin, size, rest = case["note"].split("\n", 2)
    note = parse_note(f"{origin}\n{int(size) + 1}\n{rest}".encode())
    for text in case["vkeys"]:
        with pytest.raises(NoteError, match="does not verify"):
            verify(note, [parse_vkey(text)])


def test_our_vectors_are_what_the_code_makes_and_hedged_signatures_stay() -> None:
    assert log_vectors.vectors() == OURS


def test_keys_come_from_their_seeds() -> None:
    for skey, vkey in OURS["keys"].values():
        assert parse_skey(skey).vkey.to_text() == vkey


def test_the_stored_note_meets_the_policy() -> None:
    verdict = check_policy(parse_policy(OURS["policy"]), OURS["note"].encode())
    assert verdict.checkpoint == log_vectors.HEAD
    assert verdict.witnesses == (("w1", 1_795_000_001), ("w2", 1_795_000_002))
    assert verdict.witnessed_at == 1_795_000_001


def test_the_stored_note_opens_with_either_key_of_the_log() -> None:
    for name in ("log", "log of 0x06"):
        vkey = parse_vkey(OURS["keys"][name][1])
        assert open_checkpoint(OURS["note"].encode(), [vkey], log_vectors.ORIGIN)


def test_the_stored_tiles_lead_to_the_signed_root() -> None:
    files = TiledLog.published(log_vectors.TREE, log_vectors.SIZE).files
    assert list(files) == OURS["tiles"]["files of 300"]
    stored = {
        path: bytes.fromhex(data) for path, data in OURS["tiles"]["partial tiles of 300"].items()
    }
    head = log_vectors.HEAD
    reader = TileReader((files | stored).__getitem__, head.size, head.root)
    assert reader.subtree(0, 299) == leaf_hash(b"entry 299")
    bundle = parse_bundle(bytes.fromhex(OURS["bundle"]), 3)
    assert bundle == (b"entry 256", b"entry 257", b"entry 258")


def test_the_stored_requests_prove_what_they_ask() -> None:
    request = AddCheckpoint.parse(OURS["witness"]["request"].encode())
    head, tree = log_vectors.HEAD, log_vectors.TREE
    verify_consistency(298, head.size, request.path, tree.roots[298], head.root)
    (package,) = Reader().feed(bytes.fromhex(OURS["mirror"]["request"]))
    package.check(map(leaf_hash, tree.entries[256:298]), head)
