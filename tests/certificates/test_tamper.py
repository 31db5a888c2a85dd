"""Certificates changed by somebody who has the file alone: refused by the first two steps."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Pdf

from certificates.seal import Sealer
from certificates.verdict import FAILED
from certificates.verify import verify_pdf
from tests.support import tampering
from tests.support.sealed_paper import (
    first_failed,
    registry,
    rendering,
    sealed,
)
from tests.support.seals import ORGANISATION, make_seal
from tests.support.tampering import (
    appended,
    content_replaced,
    edited,
    flipped,
    substituted,
)

Make = Callable[[], bytes]


def seal_gap() -> bytes:
    """Return the sealed file with one of the zeros behind the signature made a 1."""
    data = sealed("RT")
    end = data.rindex(b"00>")
    return data[:end] + b"01>" + data[end + 3 :]


def seal_in_small_letters() -> bytes:
    data = sealed("RT")
    start = data.rindex(b"/Contents <") + len(b"/Contents <")
    return data[:start] + data[start : start + 200].lower() + data[start + 200 :]


def stripped(pdf: Pdf) -> None:
    del pdf.Root["/Perms"]
    del pdf.Root.AcroForm.Fields[0]["/V"]


def other_seal(organisation: str, folder: Path) -> bytes:
    make_seal(folder, organisation=organisation)
    return Sealer(folder / "keys").seal(
        rendering("RT"), when=datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    )


WITHOUT_THE_SEAL: list[tuple[str, Make, str]] = [
    ("nothing", lambda: b"", "file"),
    ("noise", lambda: b"%PDF-1.7\n" + bytes(range(256)) + b"\n%%EOF\n", "file"),
    ("too-large", lambda: sealed("RT") + bytes(10_000_001), "file"),
    ("never-sealed", lambda: rendering("RT"), "file"),
    ("signature-stripped", lambda: edited(sealed("RT"), stripped), "file"),
    ("saved-again-by-another-program", lambda: edited(sealed("RT")), "file"),
    ("garbage-after-the-end", lambda: sealed("RT") + b"x", "file"),
    ("newline-after-the-end", lambda: sealed("RT") + b"\n", "file"),
    ("second-end-mark", lambda: sealed("RT") + b"%%EOF\n", "file"),
    ("bytes-before-the-header", lambda: b"\n" + sealed("RT"), "file"),
    ("last-bytes-cut", lambda: sealed("RT")[:-7], "file"),
    ("seal-cut", lambda: sealed("RT")[: len(rendering("RT")) + 500] + b"\n%%EOF\n", "file"),
    ("half-of-it", lambda: sealed("RT")[: len(sealed("RT")) // 2], "file"),
    ("page-blanked-in-a-new-section", lambda: appended(tampering.page_replaced), "file"),
    ("title-changed-in-a-new-section", lambda: appended(tampering.title_changed), "file"),
    ("action-in-a-new-section", lambda: appended(tampering.catalog_changed), "file"),
    ("note-in-a-new-section", lambda: appended(tampering.note_added), "file"),
    ("attachment-in-a-new-section", lambda: appended(tampering.attachment_replaced), "file"),
    (
        "page-appended",
        lambda: edited(sealed("RT"), lambda pdf: pdf.pages.append(pdf.pages[0])),
        "file",
    ),
    ("byte-range-renamed", lambda: substituted(b"/ByteRange", b"/ByteRongs"), "seal"),
    ("byte-range-from-one", lambda: substituted(b"/ByteRange [0 ", b"/ByteRange [1 "), "seal"),
    ("byte-range-negative", lambda: substituted(b"/ByteRange [0 ", b"/ByteRange [-1"), "seal"),
    ("contents-renamed", lambda: substituted(b"/Contents <30", b"/Contants <30"), "seal"),
    ("contents-no-signature", lambda: substituted(b"/Contents <30", b"/Contents <00"), "seal"),
    ("subfilter-changed", lambda: substituted(b"ETSI.CAdES", b"ETSI.XAdES"), "seal"),
    ("changes-allowed", lambda: substituted(b"/P 1\n", b"/P 2\n"), "seal"),
    ("other-time-claimed", lambda: substituted(b"/M (D", b"/M (E"), "seal"),
    ("permission-renamed", lambda: substituted(b"/DocMDP ", b"/DocMDQ "), "seal"),
    ("signature-padding-used", seal_gap, "seal"),
    ("signature-spelt-otherwise", seal_in_small_letters, "seal"),
]


@pytest.mark.parametrize(
    ("make", "step"), [pytest.param(make, step, id=name) for name, make, step in WITHOUT_THE_SEAL]
)
def test_a_change_without_the_seal_s_key_is_refused(make: Make, step: str) -> None:
    verdict = verify_pdf(make(), registry().trust)
    assert first_failed(verdict) == step
    assert not verdict.ok


@pytest.mark.parametrize(
    "permille", [pytest.param(value, id=f"at-{value}-permille") for value in range(0, 1000, 83)]
)
@pytest.mark.parametrize("kind", ["RT", "CL"])
def test_one_flipped_bit_is_refused(kind: str, permille: int) -> None:
    data = flipped(len(sealed(kind)) * permille // 1000, kind)
    assert first_failed(verify_pdf(data, registry().trust)) in {"file", "seal"}


@given(position=st.integers(min_value=0), bit=st.integers(0, 7))
@settings(max_examples=25)
def test_no_flipped_bit_anywhere_passes(position: int, bit: int) -> None:
    data = bytearray(sealed("RT"))
    data[position % len(data)] ^= 1 << bit
    assert first_failed(verify_pdf(bytes(data), registry().trust)) in {"file", "seal"}


@pytest.mark.parametrize(
    "organisation",
    [
        pytest.param(ORGANISATION, id="a-root-with-the-same-names"),
        pytest.param("另一机构", id="a-root-of-another-organisation"),
    ],
)
def test_another_root_s_seal_is_refused(tmp_path: Path, organisation: str) -> None:
    verdict = verify_pdf(other_seal(organisation, tmp_path), registry().trust)
    assert first_failed(verdict) == "seal"
    assert "trusted root" in verdict.step("seal").en


def test_a_changed_amount_under_another_seal_fails_both_steps(tmp_path: Path) -> None:
    other_seal(ORGANISATION, tmp_path)
    changed = edited(rendering("RT"), content_replaced(b" TJ", b" TJ ()Tj"))
    data = Sealer(tmp_path / "keys").seal(changed, when=datetime(2026, 11, 22, 9, tzinfo=UTC))
    verdict = verify_pdf(data, registry().trust)
    assert (verdict.step("seal").state, verdict.step("text").state) == (FAILED, FAILED)
