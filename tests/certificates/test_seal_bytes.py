"""The seal's own bytes: none of a dated seal can be changed, left away or added to unnoticed."""

from collections.abc import Callable

import pytest
from asn1crypto import cms

from certificates.verify import verify_pdf
from tests.support.extended_paper import refused, trust
from tests.support.seal_bytes import (
    changed,
    seal,
    something_added,
    with_another_algorithm_named,
    with_seal,
)


def certificate_twice(info: cms.ContentInfo) -> None:
    [only] = info["content"]["certificates"]
    info["content"]["certificates"] = cms.CertificateSet([only, only])


def test_the_changer_of_these_tests_can_also_leave_it_alone() -> None:
    assert verify_pdf(changed(lambda _: None), trust()).ok


@pytest.mark.parametrize("change", [something_added, certificate_twice])
def test_nothing_is_added_to_a_seal(change: Callable[[cms.ContentInfo], None]) -> None:
    assert refused(changed(change)) == "seal"


def test_a_stamp_names_the_algorithm_that_made_it() -> None:
    assert refused(with_another_algorithm_named()) == "seal"


def test_a_stamp_that_was_taken_off_is_missed() -> None:
    def strip(info: cms.ContentInfo) -> None:
        info["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([])

    verdict = verify_pdf(changed(strip), trust())
    assert (verdict.ok, verdict.step("time").state) == (False, "not_checked")


@pytest.mark.parametrize("apart", [331, pytest.param(7, marks=pytest.mark.faults)])
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
