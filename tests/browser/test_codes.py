"""The browser reads codes as Python does: the same claims, and the same refusals."""

from typing import Any

import cbor2
import pytest

from certificates.compact import CodeError, read_code
from certificates.qr import qr_text
from tests.certificates.test_compact import CLAIMS, CODE, payload, signed
from tests.support.certificates import BASE_URL, SERVICE_KEY

READ = """async ([code, key]) => {
  try {
    const claims = await readCode(bytesOfHex(code), bytesOfHex(key));
    return [claims.number, claims.quantityKg, claims.date, claims.beneficiary, hexOf(claims.hash)];
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    return null;
  }
}"""


def by_browser(scripts: Any, code: bytes) -> Any:
    return scripts.evaluate(READ, [code.hex(), SERVICE_KEY.public.hex()])


def by_python(code: bytes) -> Any:
    try:
        claims = read_code(code, SERVICE_KEY.public)
    except CodeError:
        return None
    hashed = claims.credential_hash.hex()
    day = claims.day.isoformat()
    return [claims.number, claims.quantity_kg, day, claims.beneficiary, hashed]


def test_a_good_code_says_the_same(scripts: Any) -> None:
    assert by_browser(scripts, CODE) == by_python(CODE)
    assert by_python(CODE) is not None


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(CODE + b"\0", id="bytes-behind"),
        pytest.param(CODE * 4, id="too-long"),
        pytest.param(signed(payload(), tag=98), id="another-message"),
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
        pytest.param(CODE.replace(b"\x43\xa1\x01\x27", b"\x58\x03\xa1\x01\x27"), id="longer-spelt"),
        pytest.param(b"\x81" * 500, id="deep"),
        pytest.param(b"\x9b" + b"\xff" * 8, id="endless"),
    ],
)
def test_both_refuse(scripts: Any, code: bytes) -> None:
    assert by_python(code) is None
    assert by_browser(scripts, code) is None


def test_both_refuse_every_changed_byte(scripts: Any) -> None:
    for position in range(len(CODE)):
        spoiled = bytearray(CODE)
        spoiled[position] ^= 1
        assert by_browser(scripts, bytes(spoiled)) is None


def test_the_text_gives_the_same_bytes(scripts: Any) -> None:
    text = qr_text(BASE_URL, CLAIMS.number, CODE)
    assert scripts.evaluate("(text) => hexOf(codeOfText(text))", text) == CODE.hex()
    assert scripts.evaluate("(text) => codeOfText(text)", text.partition("#")[0]) is None
