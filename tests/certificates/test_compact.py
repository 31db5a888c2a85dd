"""The compact statement: RFC 9052 as others have it, one spelling, and no change unnoticed."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.compact import Claims, CodeError, make_code, read_code, signed_structure
from certificates.service_key import ServiceKey, is_signed
from tests.support.certificates import SERVICE_KEY, demo_log
from tests.support.people import digest

VECTOR = json.loads(Path("tests/vectors/cose-eddsa-sig-01.json").read_text(encoding="utf-8"))
CLAIMS = Claims(
    number="TH-RT-2026-0000024-X",
    quantity_kg=42_318,
    day=date(2026, 10, 26),
    beneficiary="示例会展公司",
    credential_hash=bytes(range(16)),
)
CODE = make_code(CLAIMS, SERVICE_KEY)


def signed(payload: bytes, header: object = None, *, tag: int = 18) -> bytes:
    """Sign any payload as the service could, under any header."""
    known = cbor2.loads(CODE).value[1] if header is None else header
    parts = [bytes.fromhex("a10127"), known, payload, SERVICE_KEY.sign(signed_structure(payload))]
    return cbor2.dumps(cbor2.CBORTag(tag, parts), canonical=True)


def payload(**changes: object) -> bytes:
    fields: dict[str, object] = {
        "number": CLAIMS.number,
        "kg": CLAIMS.quantity_kg,
        "day": cbor2.CBORTag(100, (CLAIMS.day - date(1970, 1, 1)).days),
        "name": CLAIMS.beneficiary,
        "hash": CLAIMS.credential_hash,
    }
    values = {**fields, **changes}.values()
    return cbor2.dumps(dict(enumerate(values, start=1)), canonical=True)


def test_the_signed_structure_is_the_one_of_the_standard() -> None:
    protected, _, content, signature = cbor2.loads(bytes.fromhex(VECTOR["message"])).value
    structure = signed_structure(content, protected=protected)
    assert is_signed(bytes.fromhex(VECTOR["public"]), signature, structure)


def test_what_was_signed_is_read_back() -> None:
    assert read_code(CODE, SERVICE_KEY.public) == CLAIMS
    assert make_code(CLAIMS, SERVICE_KEY) == CODE
    assert CODE[0] != 0
    assert signed(payload()) == CODE


@given(
    name=st.text(max_size=30),
    kg=st.integers(0, 2**53 - 1),
    day=st.dates(date(1970, 1, 1), date(2300, 1, 1)),
)
def test_any_claims_are_read_back(name: str, kg: int, day: date) -> None:
    claims = replace(CLAIMS, beneficiary=name, quantity_kg=kg, day=day)
    assert read_code(make_code(claims, SERVICE_KEY), SERVICE_KEY.public) == claims


@pytest.mark.parametrize("position", range(len(CODE)))
def test_no_changed_byte_passes(position: int) -> None:
    spoiled = bytearray(CODE)
    spoiled[position] ^= 1
    with pytest.raises(CodeError):
        read_code(bytes(spoiled), SERVICE_KEY.public)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(CODE + b"\0", id="bytes-behind"),
        pytest.param(CODE[:-1], id="cut"),
        pytest.param(CODE * 4, id="too-long"),
        pytest.param(signed(payload(), tag=98), id="another-message"),
        pytest.param(cbor2.dumps(cbor2.loads(CODE).value), id="no-tag"),
        pytest.param(signed(payload(), {4: b"1234"}), id="another-key-id"),
        pytest.param(signed(payload(), {}), id="no-key-id"),
        pytest.param(signed(payload(kg="42318")), id="a-text-for-a-number"),
        pytest.param(signed(payload(kg=True)), id="a-boolean-for-a-number"),
        pytest.param(signed(payload(kg=-1)), id="less-than-nothing"),
        pytest.param(signed(payload(kg=2**53)), id="more-than-a-number-holds"),
        pytest.param(signed(payload(day=cbor2.CBORTag(100, -1))), id="before-1970"),
        pytest.param(signed(payload(day=cbor2.CBORTag(100, 10**8))), id="no-date"),
        pytest.param(signed(payload(name=b"x")), id="bytes-for-a-name"),
        pytest.param(signed(payload(day=20_752)), id="a-number-for-a-day"),
        pytest.param(signed(payload(hash=b"short")), id="a-short-hash"),
        pytest.param(signed(payload(more=1)), id="a-further-claim"),
        pytest.param(signed(cbor2.dumps([1, 2])), id="no-map"),
        pytest.param(signed(b"\xa1\x01"), id="half-a-map"),
        pytest.param(CODE.replace(b"\x43\xa1\x01\x27", b"\x58\x03\xa1\x01\x27"), id="longer-spelt"),
    ],
)
def test_anything_else_is_refused(code: bytes) -> None:
    with pytest.raises(CodeError):
        read_code(code, SERVICE_KEY.public)


def test_another_key_is_refused() -> None:
    with pytest.raises(CodeError, match="another key"):
        read_code(CODE, ServiceKey(seed=digest("other")).public)


@given(st.binary(max_size=80))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(CodeError):
        read_code(noise, SERVICE_KEY.public)


def test_a_paper_has_one_code() -> None:
    assert demo_log().statement("RT").code == demo_log().statement("RT").code
