"""The ledger format's vectors are what the code yields, and a stranger's checker agrees."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ledger.log.verify import main
from tests.support import format_vectors, stranger, stranger_curves
from tests.support.format_document import at
from tests.support.stranger import WrongError

VECTORS: dict[str, Any] = json.loads(format_vectors.PATH.read_text(encoding="utf-8"))
ENTRIES = [entry.encode() for entry in VECTORS["ledger"]["entries"]]
LEAVES = [stranger.leaf(entry) for entry in ENTRIES]
VKEY = VECTORS["keys"]["log"]["vkey"]


def hexes(values: list[bytes]) -> list[str]:
    return [value.hex() for value in values]


def unhex(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def test_the_file_is_what_the_code_yields() -> None:
    assert format_vectors.PATH.read_text(encoding="utf-8") == format_vectors.text(), (
        "the format changed: run python -m tests.support.format_vectors, then "
        "python -m tests.support.format_document, and write a changelog line"
    )


@pytest.mark.parametrize("case", VECTORS["canonical"], ids=lambda case: case["canonical"][:12])
def test_canonical_json(case: dict[str, str]) -> None:
    value = json.loads(case["spelling"])
    assert stranger.canonical(value).decode() == case["canonical"]
    assert stranger.parse(case["canonical"].encode()) == value


def test_a_stranger_accepts_the_ledger() -> None:
    assert hexes(stranger.check_ledger(ENTRIES)) == VECTORS["ledger"]["leaf_hashes"]
    assert [len(entry) for entry in ENTRIES] == VECTORS["ledger"]["entry_bytes"]


def test_a_stranger_reaches_the_same_state() -> None:
    state = {
        row["key"]: row["value"]
        for entry in ENTRIES
        for row in json.loads(entry)["outcome"]["rows"]
    }
    assert state == VECTORS["ledger"]["state"]


@pytest.mark.parametrize("leaves", ["ledger", "tree"])
def test_roots(leaves: str) -> None:
    hashes = unhex(VECTORS[leaves]["leaf_hashes"])
    roots = [stranger.root(hashes[:size]) for size in range(len(hashes) + 1)]
    assert hexes(roots) == VECTORS[leaves]["roots"]


def test_leaf_hashes_of_the_usual_tree() -> None:
    tree = VECTORS["tree"]
    assert hexes([stranger.leaf(leaf) for leaf in unhex(tree["leaves"])]) == tree["leaf_hashes"]


def test_inclusion_of_leaf_5_in_7() -> None:
    tree = VECTORS["tree"]
    leaf, path = bytes.fromhex(tree["leaf_hashes"][5]), unhex(tree["inclusion_of_5_in_7"])
    assert stranger.root_by_path(leaf, 5, 7, path).hex() == tree["roots"][7]


@pytest.mark.parametrize(
    ("roots", "path", "old", "new"),
    [
        pytest.param("ledger", "published.consistency_1_to_3", 1, 3, id="1-to-3"),
        pytest.param("tree", "tree.consistency_3_to_7", 3, 7, id="3-to-7"),
    ],
)
def test_consistency(roots: str, path: str, old: int, new: int) -> None:
    known = unhex(VECTORS[roots]["roots"])
    parts = unhex(at(VECTORS, path))
    found = stranger.roots_by_consistency(known[old], old, new, parts)
    assert found == (known[old], known[new])


def test_checkpoint_and_key_id() -> None:
    log = VECTORS["keys"]["log"]
    preimage = bytes.fromhex(log["key_id_preimage"])
    name, _, typed = preimage.partition(b"\n")
    assert sha256(preimage).hexdigest()[:8] == stranger.key_id(name.decode(), typed).hex()
    note = VECTORS["published"]["checkpoint"]
    origin, size, root = stranger.open_checkpoint(note.encode(), VKEY)
    assert (origin, size, root.hex()) == (
        log["vkey"].split("+")[0],
        3,
        VECTORS["ledger"]["roots"][3],
    )
    assert note.startswith(stranger.checkpoint_text(origin, size, root))


def test_proof_of_entry_1() -> None:
    proof = VECTORS["published"]["proof_of_entry_1"].encode()
    assert stranger.check_proof(proof, ENTRIES[1], VKEY) == 1
    with pytest.raises(WrongError):
        stranger.check_proof(proof, ENTRIES[2], VKEY)


def test_high_water_mark() -> None:
    mark = stranger.parse(VECTORS["published"]["high_water"].encode())
    assert mark["root"] == stranger.root(LEAVES).hex()
    assert (mark["origin"], mark["size"]) == (VECTORS["ledger"]["origin"], 3)


def test_commitment() -> None:
    case = VECTORS["commitment"]
    salt, origin = bytes.fromhex(case["salt"]), VECTORS["ledger"]["origin"]
    found = stranger.committed(origin, salt, case["record"].encode())
    assert found == case["commitment"]
    assert found in VECTORS["order"]["canonical"]


def test_order_and_challenge() -> None:
    order, origin = VECTORS["order"], VECTORS["ledger"]["origin"]
    signed = f"{origin}/order/v1\n{order['canonical']}".encode()
    challenge = urlsafe_b64encode(sha256(signed).digest()).rstrip(b"=").decode()
    assert sha256(signed).hexdigest() == order["signed_sha256"]
    assert json.loads(order["passkey"]["client"])["challenge"] == challenge
    assert order["passkey"]["challenge"] == challenge
    assert (
        sha256(order["passkey"]["client"].encode()).hexdigest()
        == (order["passkey"]["client_sha256"])
    )


def test_envelope_holds_the_order_and_what_it_commits_to() -> None:
    envelope = stranger.parse(VECTORS["envelope"].encode())
    assert stranger.canonical(envelope["order"]).decode() == VECTORS["order"]["canonical"]
    assert envelope["sigs"] == json.loads(ENTRIES[2])["sigs"]
    assert envelope["private"][0]["commitment"] == VECTORS["commitment"]["commitment"]


def test_ids_and_numbers() -> None:
    assert [stranger.id_of(case["number"]) for case in VECTORS["ids"]] == [
        case["id"] for case in VECTORS["ids"]
    ]
    for case in VECTORS["serials"]:
        body, check = case["serial"].rsplit("/", 1)
        assert stranger.mod_37_36(body) == check
        assert body.endswith(f":{case['first'] + 1}-{case['end']}")
    *numbers, example = VECTORS["certificate_numbers"]
    assert stranger.mod_37_36(example["text"]) == example["check"]
    for case in numbers:
        body = f"TH-{case['kind']}-2026-{stranger.id_of(case['seq'])[:-1]}"
        assert case["number"] == f"{body}-{stranger.mod_37_36(body)}"


def test_keys_by_hash() -> None:
    settlement, subject = VECTORS["hashed_keys"]["settlement"], VECTORS["hashed_keys"]["subject"]
    preimage = f"{settlement['venue']}\n{settlement['trade_no']}"
    assert settlement["key"] == f"settlement/{sha256(preimage.encode()).hexdigest()}"
    preimage = f"{subject['plain']}\n{subject['start']}\n{subject['end']}"
    assert subject["key"] == f"subject/{sha256(preimage.encode()).hexdigest()}"


def test_rule_set_hash() -> None:
    case = VECTORS["rule_set"]
    lines = [
        f"{name} {sha256(text.encode()).hexdigest()}\n" for name, text in case["files"].items()
    ]
    assert "".join(sorted(lines)) == case["preimage"]
    assert sha256(case["preimage"].encode()).hexdigest() == case["hash"]


def test_blocks_after_each_movement() -> None:
    blocks: list[list[Any]] = []
    for step in VECTORS["blocks"]["steps"]:
        blocks = stranger.move(blocks, step["move"])
        assert blocks == step["after"]


def test_an_amount_takes_the_oldest_units() -> None:
    case = VECTORS["selection"]
    assert stranger.oldest(case["held"], case["quantity_kg"]) == case["taken"]


@pytest.mark.parametrize("case", VECTORS["bad_keys"], ids=lambda case: case["why"])
def test_a_bad_key_is_no_fit_point(case: dict[str, str]) -> None:
    key = bytes.fromhex(case["key"])
    if case["alg"] == "webauthn-es256":
        assert stranger_curves.p256_point(key) is None
    else:
        assert stranger_curves.is_unfit(key)
        assert not stranger_curves.is_unfit(bytes.fromhex(VECTORS["keys"]["issuer"]["key"]))


def change_text(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(entry: bytes) -> bytes:
        assert old.encode() in entry
        return entry.replace(old.encode(), new.encode(), 1)

    return change


@pytest.mark.parametrize(
    ("position", "change"),
    [
        pytest.param(0, change_text('"demo"', '"Demo"'), id="signed-by-officers"),
        pytest.param(1, change_text('"seq":1', '"seq":2'), id="seq"),
        pytest.param(1, change_text('"confirmed_seq":null', '"confirmed_seq":1'), id="row"),
        pytest.param(
            1, change_text(f'"prev":"{LEAVES[0].hex()}', f'"prev":"{LEAVES[1].hex()}'), id="prev"
        ),
        pytest.param(1, change_text('{"at_us"', '{ "at_us"'), id="space"),
        pytest.param(2, change_text('"dual_control":false', '"dual_control":true'), id="order"),
        pytest.param(2, change_text('"types":["holder"]', '"types":["agent"]'), id="last-row"),
        pytest.param(2, change_text('"auth":"5e', '"auth":"5f'), id="other-party"),
        pytest.param(2, change_text("2c0500000000", "2c0100000000"), id="user-not-verified"),
        pytest.param(2, change_text('"sig":"3046022100df', '"sig":"3046022100de'), id="passkey"),
    ],
)
def test_a_stranger_notices_a_change(position: int, change: Callable[[bytes], bytes]) -> None:
    entries = [change(entry) if n == position else entry for n, entry in enumerate(ENTRIES)]
    with pytest.raises(WrongError):
        check_against_checkpoint(entries)


def check_against_checkpoint(entries: list[bytes]) -> None:
    """A changed last row breaks no link of the chain; only the signed root shows it."""
    _, _, root = stranger.open_checkpoint(VECTORS["published"]["checkpoint"].encode(), VKEY)
    stranger.need(stranger.root(stranger.check_ledger(entries)) == root, "root")


def test_a_stranger_accepts_ledger_and_checkpoint_together() -> None:
    check_against_checkpoint(ENTRIES)


def test_the_auditors_command_accepts_the_vectors(tmp_path: Path) -> None:
    ledger, checkpoint = tmp_path / "ledger.jsonl", tmp_path / "checkpoint"
    ledger.write_bytes(b"".join(entry + b"\n" for entry in ENTRIES))
    checkpoint.write_text(VECTORS["published"]["checkpoint"], encoding="utf-8")
    assert main([str(ledger), "--checkpoint", str(checkpoint), "--vkey", VKEY]) == 0
