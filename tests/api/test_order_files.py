"""Order files: what is drafted, signed and passed on is what is read back, or is refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.drafting.bodies import BodyError, body_from, example_body
from api.drafting.draft import Desk, Draft, DraftError, draft_order, load, new_nonce, save
from api.keys import KeyFileError, load_seed, make_key
from contracts.form import Form
from contracts.orders import NONCE
from contracts.v1.ruleset import RULES
from ledger.intake.envelope import read_envelope

DESK = Desk(origin="demo.example/log", rules="a5" * 32, now_us=1_790_000_000_000_000)
BODY = {"from": "00000044", "quantity_kg": 5, "to": "00000055"}


def drafted() -> Draft:
    return draft_order(DESK, "units.transfer", "acct/00000044", dict(BODY))


def test_an_order_file_reads_back_with_its_signatures(tmp_path: Path) -> None:
    path = tmp_path / "a.order"
    signed = drafted().signed_with(b"\x01" * 32).signed_with(b"\x02" * 32)

    save(signed, path)

    assert load(path).envelope() == signed.envelope()
    assert len(read_envelope(signed.envelope()).sigs) == 2


def test_a_key_signs_once() -> None:
    with pytest.raises(DraftError, match="signed the order already"):
        drafted().signed_with(b"\x01" * 32).signed_with(b"\x01" * 32)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            lambda text: text.replace('"quantity_kg":5', '"quantity_kg":6'),
            "hold",
            id="amount-changed-after-signing",
        ),
        pytest.param(lambda text: text.replace(":5", ": 5"), "canonical", id="spaces"),
        pytest.param(lambda text: text.replace('"sigs"', '"sigz"'), "order", id="no-signatures"),
        pytest.param(lambda text: text[:-30], "Draft it again", id="truncated"),
        pytest.param(lambda _: "[]", "holds order", id="no-object"),
        pytest.param(
            lambda text: text.replace('{"order"', '{"more":1,"order"'), "holds", id="another-field"
        ),
    ],
)
def test_refuses_an_order_file_that_was_changed(change, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.order"
    save(drafted().signed_with(b"\x01" * 32), path)
    path.write_text(change(path.read_text()))

    with pytest.raises(DraftError, match=reason):
        load(path)


@given(now_us=st.integers(min_value=0, max_value=2**53 - 1))
def test_a_nonce_is_a_ulid(now_us: int) -> None:
    assert NONCE.fullmatch(new_nonce(now_us))


def test_nonces_of_one_moment_differ() -> None:
    assert len({new_nonce(1) for _ in range(100)}) == 100


@pytest.mark.parametrize("kind", RULES)
def test_every_kind_has_an_example_body_that_its_rule_reads(kind: str) -> None:
    RULES[kind].read(Form(example_body(kind)))


def test_fields_are_set_into_a_body(tmp_path: Path) -> None:
    path = tmp_path / "body.json"
    path.write_text(json.dumps({"a": 1}), encoding="utf-8-sig")

    assert body_from(path, ["b.c=[1,2]", "d=林场", "e=1.5"]) == {
        "a": 1,
        "b": {"c": [1, 2]},
        "d": "林场",
        "e": "1.5",
    }


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        pytest.param("[1]", [], id="no-object"),
        pytest.param("{", [], id="no-json"),
        pytest.param('{"a":1.5}', [], id="fraction"),
        pytest.param('{"a":9007199254740992}', [], id="too-large-a-number"),
        pytest.param("{}", ["nothing"], id="no-sign"),
        pytest.param('{"a":1}', ["a.b=1"], id="into-a-number"),
    ],
)
def test_refuses_a_body_that_cannot_be_read(text: str, fields: list[str], tmp_path: Path) -> None:
    path = tmp_path / "body.json"
    path.write_text(text)

    with pytest.raises(BodyError):
        body_from(path, fields)


def test_a_key_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "me.pem"
    make_key(path, passphrase=b"secret")

    assert path.stat().st_mode & 0o777 == 0o600
    assert len(load_seed(path, passphrase=b"secret")) == 32
    with pytest.raises(KeyFileError, match="exists"):
        make_key(path)
    with pytest.raises(KeyFileError, match="passphrase"):
        load_seed(path)
    path.chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_seed(path)
