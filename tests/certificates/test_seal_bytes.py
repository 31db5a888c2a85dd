"""The seal's own bytes: none of a dated seal can be changed, left away or added to unnoticed."""

from collections.abc import Callable

import pytest
from asn1crypto import cms, core

from certificates.verify import verify_pdf
from tests.support.extended_paper import dated, refused, trust


def place() -> tuple[int, int]:
    """Return where the hexadecimal digits of the seal begin and end."""
    begins = dated().rindex(b"/Contents <") + len(b"/Contents <")
    return begins, dated().index(b">", begins)


def with_seal(content: bytes) -> bytes:
    begins, ends = place()
    digits = content.hex().upper().encode()
    assert len(digits) <= ends - begins
    return dated()[:begins] + digits.ljust(ends - begins, b"0") + dated()[ends:]


def seal() -> bytes:
    begins, ends = place()
    return bytes.fromhex(dated()[begins:ends].decode())


def changed(change: Callable[[cms.ContentInfo], None]) -> bytes:
    info = cms.ContentInfo.load(seal(), strict=False)
    change(info)
    return with_seal(info.dump(force=True))


def something_added(info: cms.ContentInfo) -> None:
    signer = info["content"]["signer_infos"][0]
    junk = cms.CMSAttribute({"type": "1.2.3.4.5", "values": [core.UTF8String("x" * 9)]})
    signer["unsigned_attrs"] = cms.CMSAttributes([*signer["unsigned_attrs"], junk])


def certificate_twice(info: cms.ContentInfo) -> None:
    [only] = info["content"]["certificates"]
    info["content"]["certificates"] = cms.CertificateSet([only, only])


def test_the_changer_of_these_tests_can_also_leave_it_alone() -> None:
    assert verify_pdf(changed(lambda _: None), trust()).ok


@pytest.mark.parametrize("change", [something_added, certificate_twice])
def test_nothing_is_added_to_a_seal(change: Callable[[cms.ContentInfo], None]) -> None:
    assert refused(changed(change)) == "seal"


def test_a_stamp_that_was_taken_off_is_missed() -> None:
    def strip(info: cms.ContentInfo) -> None:
        info["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([])

    verdict = verify_pdf(changed(strip), trust())
    assert (verdict.ok, verdict.step("time").state) == (False, "not_checked")


@pytest.mark.parametrize("apart", [67, pytest.param(7, marks=pytest.mark.faults)])
def test_no_bit_of_a_dated_seal_can_be_flipped(apart: int) -> None:
    # The bits in turn, and the last byte of each name of an algorithm or attribute.
    content = seal()
    length = len(content.rstrip(b"\0"))
    names = [at + 10 for at in range(length) if content[at : at + 2] == b"\x06\x09"]
    passed = []
    for at in sorted({*range(0, length, apart), *names}):
        flipped = bytearray(content)
        flipped[at] ^= 1 << at % 8
        if verify_pdf(with_seal(bytes(flipped)), trust()).ok:
            passed.append(at)
    assert passed == []
