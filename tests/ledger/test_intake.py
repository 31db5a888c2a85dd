"""Envelopes: canonical bytes of a known form, or a refusal of class 1."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.refusal import Refused
from contracts.values import Json
from ledger.intake.envelope import ENVELOPE_BYTES_MAX, envelope_bytes, read_envelope
from ledger.log.canonical import canonical
from tests.support import bodies
from tests.support.ledger import ORIGIN, open_scene
from tests.support.signing import Signer, nonce, private, sign

SIGNER = Signer("somebody")


def order(**changes: Json) -> dict[str, Json]:
    return {
        "actor": "registrar",
        "body": {"text": "文"},
        "kind": "parameters.publish",
        "log": ORIGIN,
        "nonce": nonce(1),
        "rules": "0" * 64,
        "valid_until_us": 1,
        **changes,
    }


def envelope(**changes: Json) -> dict[str, Json]:
    signed = sign(order(), [SIGNER])
    sigs: list[Json] = [dict(signature.to_json()) for signature in signed.sigs]
    return {"order": order(), "sigs": sigs, **changes}


SIG = dict(sign(order(), [SIGNER]).sigs[0].to_json())
DEEP: Json = {"a": [[[[[[[1]]]]]]]}


def test_an_envelope_reads_back_as_what_was_sent() -> None:
    record = private(ORIGIN, "org", bodies.organisation(1))
    signed = sign(order(), [SIGNER, Signer("other")], (record,))
    assert read_envelope(envelope_bytes(signed)) == signed


@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_refused_with_class_1(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        read_envelope(data)
    assert caught.value.code // 1000 == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(
    field=st.sampled_from(["actor", "body", "kind", "log", "nonce", "rules", "valid_until_us"]),
    value=json_values,
)
def test_any_value_in_any_field_is_read_or_refused_with_class_1(field: str, value: Json) -> None:
    try:
        data = canonical(envelope(order=order(**{field: value})))
    except ValueError:
        return
    assert class_of(data) in (None, 1)


def class_of(data: bytes) -> int | None:
    try:
        read_envelope(data)
    except Refused as refusal:
        return refusal.code // 1000
    return None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b" " * (ENVELOPE_BYTES_MAX + 1), "TOO_LARGE", id="too-large"),
        pytest.param(canonical(envelope()) + b"\n", "NOT_CANONICAL", id="newline-at-the-end"),
        pytest.param(
            canonical(envelope()).replace(b'"order":', b'"order" :'), "NOT_CANONICAL", id="space"
        ),
        pytest.param(
            canonical(envelope()).replace(b'"valid', b'"log":1,"valid'),
            "NOT_CANONICAL",
            id="duplicate-key",
        ),
        pytest.param(canonical(envelope(order=1)), "FIELD_TYPE", id="order-is-no-object"),
        pytest.param(canonical({"order": order()}), "FIELD_MISSING", id="no-signatures"),
        pytest.param(canonical(envelope(extra=1)), "FIELD_UNKNOWN", id="unknown-field"),
        pytest.param(canonical(envelope(sigs=[])), "FIELD_FORMAT", id="empty-signatures"),
        pytest.param(canonical(envelope(sigs=[SIG, SIG])), "FIELD_FORMAT", id="signed-twice"),
        pytest.param(
            canonical(envelope(sigs=[{**SIG, "alg": "rsa"}])), "FIELD_FORMAT", id="algorithm"
        ),
        pytest.param(
            canonical(envelope(sigs=[{**SIG, "sig": SIG["sig"].upper()}])),
            "FIELD_FORMAT",
            id="upper-case-hex",
        ),
        pytest.param(
            canonical(envelope(order=order(body={"text": "x" * 33_000}))),
            "TOO_LARGE",
            id="order-too-large",
        ),
        pytest.param(canonical(envelope(order=order(body=DEEP))), "NOT_CANONICAL", id="too-deep"),
        pytest.param(
            canonical(envelope(private=[{"kind": "org"}])), "FIELD_MISSING", id="half-a-record"
        ),
    ],
)
def test_refuses(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_envelope(data)
    assert caught.value.code.name == code


def test_what_is_signed_is_what_arrived_byte_for_byte(tmp_path: Path) -> None:
    scene = open_scene(tmp_path)
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=3)
    signed = scene.world.signed("units.transfer", body)
    entry = scene.world.record(read_envelope(envelope_bytes(signed)))
    assert signed.order_bytes in entry.content
