"""A parcel's published outline: drawn on the paper of its right, and proven with its status."""

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from certificates.art import PAGE_WIDTH_MM
from certificates.art_outline import outlined_map
from certificates.content_parts import ContentError
from certificates.looks import LOOKS
from certificates.outline import outline_key, read_outline
from certificates.verify import verify_pdf
from tests.certificates.test_render import squeezed, text_of
from tests.support.certificates import demo_log
from tests.support.sealed_paper import registry, renderer, sealed

PALETTE = LOOKS["RG"].palette
SQUARE = (((0, 0), (0, 1_000), (1_000, 1_000), (1_000, 0)),)


def test_the_paper_of_a_right_shows_what_is_published() -> None:
    statement = demo_log().statement("RG")
    (ring,) = statement.outline()
    assert len(ring) >= 4
    data = renderer().render(statement)
    assert "公布范围与旗县区（示意）" in text_of(data)
    with pikepdf.open(BytesIO(data)) as document:
        assert document.attachments["outline.state-proof"].get_file().read_bytes()
        assert b"B*" in document.pages[0].Contents[-1].read_bytes()


def test_without_an_outline_it_shows_the_county() -> None:
    statement = replace(demo_log().statement("RG"), outline_proof=b"")
    data = renderer().render(statement)
    assert squeezed("所在旗县区（示意）") in text_of(data)
    with pikepdf.open(BytesIO(data)) as document:
        assert "outline.state-proof" not in document.attachments
        assert b"B*" not in document.pages[0].Contents[-1].read_bytes()


def test_a_sealed_paper_with_its_outline_is_valid() -> None:
    verdict = verify_pdf(sealed("RG"), registry().trust)
    assert [step.name for step in verdict.steps if step.state == "failed"] == []


@pytest.mark.parametrize("kind", ["RT", "CL", "HD"])
def test_other_papers_have_no_outline(kind: str) -> None:
    log = demo_log()
    assert outline_key(log.stating(kind)) is None
    assert log.statement(kind).outline() == ()
    right = log.statement("RG")
    with pytest.raises(ContentError, match="another parcel"):
        read_outline(log.stating(kind), right.state_proof, right.outline_proof)


def test_the_proof_of_another_row_is_no_outline() -> None:
    log = demo_log()
    statement = log.statement("RG")
    with pytest.raises(ContentError, match="another parcel"):
        replace(statement, outline_proof=log.state_proof("registry")).outline()
    with pytest.raises(ContentError, match="another parcel"):
        replace(statement, outline_proof=log.state_proof("outline/none")).outline()


def test_an_outline_of_another_state_is_refused() -> None:
    statement, other = demo_log().statement("RG"), demo_log().restated("RG")
    proof = other.state_proof("registry")
    with pytest.raises(ContentError, match="another state"):
        replace(statement, state_proof=proof).outline()


@pytest.mark.parametrize("proof", [b"{}", b"x", b"\xff"])
def test_what_is_no_proof_is_no_outline(proof: bytes) -> None:
    with pytest.raises(ContentError, match="no proof"):
        replace(demo_log().statement("RG"), outline_proof=proof).outline()


def test_an_outline_fills_its_room_and_keeps_its_shape() -> None:
    drawn = outlined_map(PALETTE, (), SQUARE, (0, 0)).rpartition("cm ")[2]
    numbers = [float(one) for one in drawn.split() if one.lstrip("-").isdigit()]
    # At the equator a square stays one: 16 mm in steps of 0.05 mm, around its middle.
    assert (min(numbers), max(numbers)) == (-160, 160)
    assert PAGE_WIDTH_MM > 160 * 0.05 * 2


def test_a_line_of_no_width_is_drawn_nowhere_and_breaks_nothing() -> None:
    flat = (((0, 0), (0, 0), (0, 0)),)
    assert outlined_map(PALETTE, (), flat, (0, 0)).endswith(" B* Q")
