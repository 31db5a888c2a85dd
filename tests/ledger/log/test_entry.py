"""Entries: what is built can be read, equals canonical bytes, and nothing else is an entry."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.canonical import NotCanonicalError, canonical, parse
from ledger.log.entry import (
    PREV_OF_FIRST,
    EntryError,
    build_entry,
    parse_entry,
    parse_order,
    signed_bytes,
)
from ledger.log.merkle import leaf_hash
from ledger.log.signature import Signature, sign_ed25519, verify_signature

ORIGIN = "registry.example/sinks"
BATCH = "BT-F-0001-20210901-20250831-01"
ORDER: dict[str, Any] = {
    "actor": "acct/7K3M2Q9X",
    "body": {"amount": 5, "beneficiary": {"org": "包头市示例会展"}},
    "kind": "units.retire",
    "log": ORIGIN,
    "nonce": "01KARZ3NDEKTSV4RRFFQ69G5FA",
    "rules": "9f" * 32,
    "valid_until_us": 1_795_000_000_000_000,
}
ORDER_BYTES = canonical(ORDER)
SIGS = tuple(
    sign_ed25519(bytes([seed]) * 32, signed_bytes(ORIGIN, ORDER_BYTES)) for seed in range(3)
)
MOVEMENT = {"batch": BATCH, "first": 0, "end": 5, "from": "acct/7K3M2Q9X", "to": "retired/7"}
ROW = {"key": "retire/7", "value": {"quantity_kg": 5}}
PASSKEY_SIG = Signature(
    alg="webauthn-es256", key=b"\x02" * 33, sig=b"\x30", auth=b"\x01" * 37, client=b"{}"
)


def build(**changes: Any) -> bytes:
    parts: dict[str, Any] = {
        "seq": 7,
        "prev": bytes(range(32)),
        "at_us": 1_794_000_000_000_000,
        "order": ORDER_BYTES,
        "sigs": SIGS,
        "movements": [MOVEMENT],
        "rows": [ROW, {"key": "acct/7K3M2Q9X", "value": {}}],
    }
    return build_entry(**(parts | changes))


small = st.integers(0, 1000)
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10)
movements = st.builds(
    lambda first, count, source, target: {
        "batch": BATCH,
        "first": first,
        "end": first + count,
        "from": source,
        "to": target,
    },
    small,
    st.integers(1, 1000),
    texts,
    texts,
)
rows = st.dictionaries(texts, st.dictionaries(st.sampled_from("abc"), small | texts), max_size=5)


@given(
    seq=small,
    moved=st.lists(movements, max_size=4),
    written=rows,
    note=texts,
    sigs=st.sets(st.sampled_from(range(3)), min_size=1),
)
def test_what_is_built_is_canonical_and_read_back_the_same(
    seq: int, moved: list[dict[str, Any]], written: dict[str, Any], note: str, sigs: set[int]
) -> None:
    order = {**ORDER, "body": {"note": note}}
    made_rows = [{"key": key, "value": value} for key, value in written.items()]
    signed = [SIGS[number] for number in sigs]
    content = build(order=order, seq=seq, movements=moved, rows=made_rows, sigs=signed)

    entry = parse_entry(content)

    assert canonical(parse(content)) == content
    assert content == build(
        order=canonical(order), seq=seq, movements=moved, rows=made_rows, sigs=signed
    )
    assert (entry.seq, entry.order, entry.order_bytes) == (seq, order, canonical(order))
    assert list(entry.movements) == moved
    assert list(entry.rows) == sorted(made_rows, key=lambda row: row["key"])
    assert set(entry.sigs) == set(signed)
    assert entry.content == content


def test_an_entry_holds_its_links_and_its_signatures_verify() -> None:
    entry = parse_entry(build())
    assert entry.prev == bytes(range(32))
    assert entry.at_us == 1_794_000_000_000_000
    assert entry.leaf_hash == leaf_hash(entry.content)
    assert [one.key for one in entry.sigs] == sorted(one.key for one in SIGS)
    for signature in entry.sigs:
        verify_signature(signature, signed_bytes(ORIGIN, entry.order_bytes))


def test_signed_bytes_begin_with_origin_and_domain() -> None:
    assert signed_bytes(ORIGIN, b"{}") == b"registry.example/sinks/order/v1\n{}"


def test_a_passkey_signature_keeps_what_rides_along() -> None:
    entry = parse_entry(build(sigs=[*SIGS[:2], PASSKEY_SIG]))
    assert PASSKEY_SIG in entry.sigs


def test_the_first_entry_links_to_zeros() -> None:
    assert parse_entry(build(seq=0, prev=PREV_OF_FIRST)).prev == bytes(32)


def test_holds_as_much_as_the_format_allows() -> None:
    wide = {**ORDER, "body": {"a": "x" * (32_768 - len(canonical({**ORDER, "body": {"a": ""}})))}}
    order_bytes = canonical(wide)
    eight = [sign_ed25519(bytes([seed]) * 32, b"") for seed in range(8)]
    moved = [{**MOVEMENT, "first": n, "end": n + 1} for n in range(128)]
    content = build(order=order_bytes, sigs=eight, movements=moved)
    assert parse_order(order_bytes) == wide
    assert len(order_bytes) == 32_768
    assert len(parse_entry(content).movements) == 128


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"seq": -1}, "seq", id="negative-seq"),
        pytest.param({"seq": 2**53}, "seq", id="huge-seq"),
        pytest.param({"seq": True}, "seq", id="boolean-seq"),
        pytest.param({"at_us": -1}, "at_us", id="negative-time"),
        pytest.param({"prev": bytes(31)}, "prev", id="short-prev"),
        pytest.param({"sigs": []}, "1 to 8", id="no-signature"),
        pytest.param({"sigs": [SIGS[0], SIGS[0]]}, "twice", id="key-twice"),
        pytest.param(
            {"sigs": [sign_ed25519(bytes([n]) * 32, b"") for n in range(9)]}, "1 to 8", id="nine"
        ),
        pytest.param({"rows": [ROW, ROW]}, "twice", id="row-twice"),
        pytest.param({"rows": [{"key": "a"}]}, "row", id="row-without-value"),
        pytest.param({"rows": [{"key": "a", "value": 1}]}, "no object", id="row-value-number"),
        pytest.param({"rows": [{"key": "", "value": {}}]}, "row key", id="row-key-empty"),
        pytest.param({"movements": [MOVEMENT] * 129}, "128", id="129-movements"),
        pytest.param({"movements": [{**MOVEMENT, "end": 0}]}, "below end", id="empty-range"),
        pytest.param({"movements": [{**MOVEMENT, "first": -1}]}, "first", id="negative-unit"),
        pytest.param({"movements": [{**MOVEMENT, "x": 1}]}, "unknown", id="unknown-key"),
        pytest.param({"movements": [{**MOVEMENT, "to": 7}]}, "to", id="place-is-number"),
        pytest.param(
            {"rows": [{"key": "a", "value": {"a": "x" * 24_576}}]}, "outcome", id="large-outcome"
        ),
        pytest.param({"order": b'"' + b"x" * 32_767 + b'"'}, "order", id="large-order"),
        pytest.param(
            {
                "order": b'"' + b"x" * 32_766 + b'"',
                "rows": [{"key": "a", "value": {"a": "x" * 24_000}}],
                "sigs": [
                    Signature(
                        alg="webauthn-es256",
                        key=bytes([n]) * 33,
                        sig=b"0",
                        auth=bytes(1024),
                        client=bytes(1024),
                    )
                    for n in range(8)
                ],
            },
            "entry: longer",
            id="large-entry",
        ),
    ],
)
def test_refuses_to_build(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(EntryError, match=reason):
        build(**changes)


def test_refuses_to_build_with_a_float() -> None:
    with pytest.raises(NotCanonicalError, match="float"):
        build(rows=[{"key": "a", "value": {"a": 1.5}}])
