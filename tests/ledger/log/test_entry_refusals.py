"""Entries: bytes that are canonical and well signed, and still no entry."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.canonical import Json, canonical, parse
from ledger.log.entry import (
    EntryError,
    build_entry,
    parse_entry,
    parse_order,
    parse_signatures,
)
from ledger.log.signature import Signature, sign_ed25519

ORDER: dict[str, Any] = {
    "actor": "registrar",
    "body": {},
    "kind": "units.transfer",
    "log": "registry.example/sinks",
    "nonce": "01KARZ3NDEKTSV4RRFFQ69G5FA",
    "rules": "9f" * 32,
    "valid_until_us": 1,
}
SIGS = [sign_ed25519(bytes([seed]) * 32, b"") for seed in range(2)]
GOOD = build_entry(
    seq=7,
    prev=bytes(32),
    at_us=1,
    order=ORDER,
    sigs=SIGS,
    movements=[{"batch": "b", "first": 0, "end": 5, "from": "x", "to": "y"}],
    rows=[{"key": "a", "value": {}}, {"key": "b", "value": {}}],
)
PASSKEY = Signature(alg="webauthn-es256", key=b"\x02" * 33, sig=b"0", auth=b"1", client=b"2")


def nested(levels: int) -> Json:
    value: Json = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(lambda e: e.update(v=2), "v: not 1", id="version-2"),
        pytest.param(lambda e: e.update(v=True), "v: not", id="version-true"),
        pytest.param(lambda e: e.update(v="1"), "v: not", id="version-text"),
        pytest.param(lambda e: e.pop("prev"), "missing or unknown", id="no-prev"),
        pytest.param(lambda e: e.update(extra=1), "missing or unknown", id="extra-key"),
        pytest.param(lambda e: e.update(seq="7"), "seq", id="seq-text"),
        pytest.param(lambda e: e.update(seq=-1), "seq", id="seq-negative"),
        pytest.param(lambda e: e.update(at_us=None), "at_us", id="time-null"),
        pytest.param(lambda e: e.update(prev="AB" * 32), "lowercase", id="uppercase-hex"),
        pytest.param(lambda e: e.update(prev="0 " * 32), "hex", id="hex-with-spaces"),
        pytest.param(lambda e: e.update(prev="zz" * 32), "not hex", id="no-hex"),
        pytest.param(lambda e: e.update(prev="00"), "32", id="short-prev"),
        pytest.param(lambda e: e.update(order=[]), "order: not an object", id="order-list"),
        pytest.param(lambda e: e["order"].pop("log"), "log", id="order-without-log"),
        pytest.param(lambda e: e["order"].update(x=1), "x", id="order-with-more"),
        pytest.param(lambda e: e["order"].update(body="x"), "body", id="body-text"),
        pytest.param(lambda e: e["order"].update(nonce=5), "nonce", id="nonce-number"),
        pytest.param(lambda e: e["order"].update(actor=""), "actor", id="actor-empty"),
        pytest.param(
            lambda e: e["order"].update(valid_until_us=True), "valid_until_us", id="time-true"
        ),
        pytest.param(lambda e: e["order"].update(body=nested(8)), "deeper than 8", id="deep-order"),
        pytest.param(lambda e: e.update(outcome={}), "outcome", id="empty-outcome"),
        pytest.param(lambda e: e["outcome"].update(x=1), "outcome", id="outcome-with-more"),
        pytest.param(lambda e: e["outcome"].update(rows={}), "rows", id="rows-object"),
        pytest.param(lambda e: e["outcome"].update(movements={}), "movements", id="no-list"),
        pytest.param(lambda e: e["outcome"]["movements"].append(1), "movement", id="number"),
        pytest.param(lambda e: e["outcome"]["rows"].reverse(), "sorted", id="rows-unsorted"),
        pytest.param(lambda e: e["outcome"]["rows"].append(None), "row", id="row-null"),
        pytest.param(lambda e: e["sigs"].reverse(), "sorted", id="sigs-unsorted"),
        pytest.param(lambda e: e["sigs"].append(e["sigs"][1]), "twice", id="sig-twice"),
        pytest.param(lambda e: e["sigs"].clear(), "1 to 8", id="no-sigs"),
        pytest.param(lambda e: e.update(sigs={}), "1 to 8", id="sigs-object"),
        pytest.param(lambda e: e["sigs"][0].update(alg="rsa"), "algorithm", id="unknown-alg"),
        pytest.param(lambda e: e["sigs"][0].update(alg=None), "algorithm", id="alg-null"),
        pytest.param(lambda e: e["sigs"][0].update(auth="00"), "auth", id="ed25519-with-auth"),
        pytest.param(lambda e: e["sigs"][0].update(sig="00"), "64", id="short-signature"),
        pytest.param(lambda e: e["sigs"][0].update(key="00" * 33), "32", id="long-key"),
        pytest.param(lambda e: e["sigs"][0].pop("key"), "key", id="sig-without-key"),
        pytest.param(
            lambda e: e["outcome"]["rows"].append({"key": "c", "value": {"a": "x" * 24_576}}),
            "outcome",
            id="large-outcome",
        ),
        pytest.param(
            lambda e: e["order"].update(body={"a": "x" * 32_768}), "order", id="large-order"
        ),
        pytest.param(
            lambda e: e["order"].update(body={"a": "x" * 65_535}), "65535", id="large-entry"
        ),
    ],
)
def test_refuses_an_entry_after(change: Callable[[Any], object], reason: str) -> None:
    value = parse(GOOD)
    change(value)
    with pytest.raises(EntryError, match=reason):
        parse_entry(canonical(value))


@given(st.integers(0, len(GOOD) * 8 - 1))
def test_a_flipped_bit_is_refused_or_changes_the_leaf(bit: int) -> None:
    changed = bytearray(GOOD)
    changed[bit // 8] ^= 1 << bit % 8
    try:
        entry = parse_entry(bytes(changed))
    except EntryError:
        return
    assert entry.leaf_hash != parse_entry(GOOD).leaf_hash


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"7", id="number"),
        pytest.param(GOOD + b"\n", id="trailing-newline"),
        pytest.param(b" " + GOOD, id="leading-space"),
        pytest.param(GOOD.replace(b'"seq":7', b'"seq":7.0'), id="seq-with-fraction"),
        pytest.param(GOOD.replace(b'"v":1', b'"v":1,"v":1'), id="version-twice"),
    ],
)
def test_refuses_bytes_that_are_no_canonical_entry(content: bytes) -> None:
    with pytest.raises(EntryError):
        parse_entry(content)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param({**ORDER, "body": nested(8)}, "deeper than 8", id="too-deep"),
        pytest.param({**ORDER, "body": {"a": "x" * 32_768}}, "longer than 32768", id="too-long"),
        pytest.param({**ORDER, "extra": 1}, "extra", id="extra-key"),
        pytest.param({}, "missing", id="empty"),
    ],
)
def test_refuses_an_order(value: Json, reason: str) -> None:
    with pytest.raises(EntryError, match=reason):
        parse_order(canonical(value))


def test_refuses_an_order_that_is_not_canonical() -> None:
    with pytest.raises(EntryError, match="canonical"):
        parse_order(canonical(ORDER) + b"\n")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"auth": ""}, "auth", id="no-authenticator-data"),
        pytest.param({"client": "00" * 1025}, "client", id="long-client-data"),
        pytest.param({"sig": "00" * 73}, "sig", id="long-signature"),
        pytest.param({"key": "00" * 32}, "key", id="short-key"),
    ],
)
def test_refuses_a_passkey_signature_with(change: dict[str, str], reason: str) -> None:
    good = PASSKEY.to_json()
    assert parse_signatures([dict(good)]) == (PASSKEY,)
    with pytest.raises(EntryError, match=reason):
        parse_signatures([{**good, **change}])
