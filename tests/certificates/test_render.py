"""The file: complete, repeatable, structured as PDF/A-3a and PDF/UA-1 ask, readable by camera."""

import logging
from io import BytesIO

import pikepdf
import pypdfium2
import pytest

from certificates import render
from certificates.content import printed_text
from certificates.render import MissingGlyphError, PageFullError, Renderer, RendererError
from certificates.statement import addresses_of
from contracts.values import Json, Movement
from tests.support.certificates import BASE_URL, MIRROR_URL, FakeLog, demo_log

KINDS = ["RT", "CL"]
DARK = 170
LONG = "内蒙古自治区包头市示例生态环境保护与大型活动综合服务（集团）股份有限公司"


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture(scope="module", params=KINDS)
def paper(request: pytest.FixtureRequest, renderer: Renderer) -> tuple[str, bytes]:
    kind = str(request.param)
    return kind, renderer.render(demo_log().statement(kind))


def text_of(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return squeezed("".join(pages))


def squeezed(text: str) -> str:
    # pdfium writes U+FFFE where a hyphen ends a line.
    return "".join(text.replace("\ufffe", "-").split())


def assert_complete(log: FakeLog, kind: str, data: bytes) -> None:
    text = text_of(data)
    assert [one for one in printed_text(log.content(kind)) if squeezed(one) not in text] == []


def test_every_word_of_the_content_is_on_the_page(paper: tuple[str, bytes]) -> None:
    kind, data = paper
    assert_complete(demo_log(), kind, data)


def test_no_glyph_is_an_empty_box(renderer: Renderer, caplog: pytest.LogCaptureFixture) -> None:
    beneficiary: Json = {"org": {"name": {"zh": "示例㛃䶮𬭩𣲗公司"}, "uscc": "9115020014825206XQ"}}
    log = demo_log().restated("RT", beneficiary=beneficiary)
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        assert_complete(log, "RT", renderer.render(log.statement("RT")))
    assert caplog.messages == []


def test_every_character_leaves_ink(renderer: Renderer) -> None:
    # Extraction reads a font's table, not its outlines: only pixels show that a glyph is there.
    beneficiary: Json = {"org": {"name": {"zh": "示例㛃䶮𬭩𣲗公司"}, "uscc": "9115020014825206XQ"}}
    data = renderer.render(demo_log().restated("RT", beneficiary=beneficiary).statement("RT"))
    with pypdfium2.PdfDocument(data) as document:
        found = [one for page in document for one in characters_and_ink(page)]
    assert "㛃䶮" in "".join(character for character, _ in found)
    assert [character for character, ink in found if not ink] == []


def characters_and_ink(page: pypdfium2.PdfPage) -> list[tuple[str, bool]]:
    """Return each visible character of a page, and whether something dark stands in its place."""
    scale = 3
    picture = page.render(scale=scale).to_pil().convert("L")
    text, found = page.get_textpage(), []
    for index in range(text.count_chars()):
        character = text.get_text_range(index, 1)
        # The tight box of a glyph that is not there is empty.
        left, bottom, right, top = text.get_charbox(index, loose=True)
        if not character.strip():
            continue
        box = (left, page.get_height() - top, right, page.get_height() - bottom)
        darkest, _ = picture.crop([round(side * scale) for side in box]).getextrema()
        found.append((character, darkest < DARK))
    return found


def test_the_same_statement_gives_the_same_bytes(
    paper: tuple[str, bytes], renderer: Renderer
) -> None:
    kind, data = paper
    assert renderer.render(demo_log().statement(kind)) == data


def test_what_it_rests_on_is_attached(paper: tuple[str, bytes]) -> None:
    kind, data = paper
    statement = demo_log().statement(kind)
    with pikepdf.open(BytesIO(data)) as document:
        attached = {
            name: file.get_file().read_bytes() for name, file in document.attachments.items()
        }
        listed = list(document.Root.AF)
        assert [str(file.AFRelationship) for file in listed] == ["/Source"] * 6
    assert attached == {
        "entry.json": statement.entry,
        "entry.tlog-proof": statement.proof,
        "registry.json": statement.registry_entry,
        "status.state-proof": statement.state_proof,
        "credential.json": statement.credential,
        "statement.cose": statement.code,
    }


def test_the_structure_is_what_archives_and_screen_readers_ask(paper: tuple[str, bytes]) -> None:
    with pikepdf.open(BytesIO(paper[1])) as document:
        metadata = document.Root.Metadata.read_bytes()
        assert b'pdfuaid:part="1"' in metadata
        assert b'pdfaid:part="3"' in metadata
        assert b'pdfaid:conformance="A"' in metadata
        assert document.Root.OutputIntents
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang == "zh-Hans"
        for page in document.pages:
            for font in page.Resources.Font.values():
                descendant = font.DescendantFonts[0]
                assert "/FontFile2" in descendant.FontDescriptor
                assert "/ToUnicode" in font


def test_the_seal_field_is_empty_visible_and_tagged(paper: tuple[str, bytes]) -> None:
    with pikepdf.open(BytesIO(paper[1])) as document:
        (field,) = document.Root.AcroForm.Fields
        assert (field.T, field.FT, "/V" in field) == ("RegistrySeal", "/Sig", False)
        assert float(field.Rect[2]) - float(field.Rect[0]) > 200
        numbers = list(document.Root.StructTreeRoot.ParentTree.Nums)
        element = numbers[numbers.index(field.StructParent) + 1]
        assert element.S == "/Form"


def test_the_file_names_its_addresses(paper: tuple[str, bytes]) -> None:
    with pikepdf.open(BytesIO(paper[1])) as document:
        assert addresses_of(str(document.docinfo["/Keywords"])) == (BASE_URL, MIRROR_URL, None)


def test_a_file_without_addresses_is_noticed() -> None:
    with pytest.raises(ValueError, match="no address"):
        addresses_of("")


def test_only_a_demo_is_crossed_out_on_every_page(renderer: Renderer) -> None:
    for environment, crossed in (("demo", True), ("production", False)):
        log = demo_log(environment=environment)
        with pikepdf.open(BytesIO(renderer.render(log.statement("CL")))) as document:
            found = [b"/Sample Do" in page.Contents[0].read_bytes() for page in document.pages]
        assert found == [crossed] * 2


def many_ranges(count: int) -> FakeLog:
    batch = "BT-F-0001-20220101-20260831-01"
    moved = [
        Movement(batch, first, first + 1_000, "acct/x", "retired/24")
        for first in range(0, count * 2_000, 2_000)
    ]
    entry = demo_log().stating("RT")
    value = next(row["value"] for row in entry.rows if row["key"].startswith("retire/"))
    assert isinstance(value, dict)
    batches = value["batches"]
    assert isinstance(batches, list)
    assert isinstance(batches[0], dict)
    quantity_kg = count * 1_000
    named: list[Json] = [{**batches[0], "quantity_kg": quantity_kg}]
    return demo_log().restated("RT", movements=moved, batches=named, quantity_kg=quantity_kg)


@pytest.mark.parametrize("count", [4, 5, 40])
def test_many_ranges_are_listed_on_an_annex(count: int, renderer: Renderer) -> None:
    log = many_ranges(count)
    data = renderer.render(log.statement("RT"))
    assert len(log.content("RT").serials) == count
    assert_complete(log, "RT", data)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param({"zh": LONG, "en": "Example Ecology and Events Company " * 3}, id="long"),
        pytest.param({"zh": "长" * 200, "en": "Very long name " * 13}, id="as long as allowed"),
        pytest.param({"zh": "示例公司"}, id="Chinese only"),
        pytest.param({"en": "Example Company"}, id="English only"),
    ],
)
def test_any_name_that_the_rules_let_in_fits(name: dict[str, Json], renderer: Renderer) -> None:
    named: Json = {"name": name, "uscc": "9115020014825206XQ"}
    agent: Json = {"account": "00000099", "mandate_sha256": "00" * 32, "org": "x"}
    for kind, fields in (
        ("RT", {"beneficiary": {"org": named}}),
        ("CL", {"claimant": named, "name": name}),
    ):
        log = demo_log().restated(kind, ets_covered=True, agent=agent, **fields)
        assert_complete(log, kind, renderer.render(log.statement(kind)))


def test_a_text_beyond_the_rules_is_refused_not_cut_off(renderer: Renderer) -> None:
    log = demo_log().restated("CL", name={"zh": "长" * 2_000})
    with pytest.raises(PageFullError):
        renderer.render(log.statement("CL"))


def test_a_character_without_a_typeface_is_refused(renderer: Renderer) -> None:
    log = demo_log().restated("CL", name={"zh": "示例\U0001f333大会"})
    with pytest.raises(MissingGlyphError, match=r"U\+1F333"):
        renderer.render(log.statement("CL"))


def test_mark_up_in_a_name_is_text(renderer: Renderer) -> None:
    name: Json = {"zh": "<img src=file:///etc/passwd>示例", "en": "{{ 7 * 7 }} & <b>CO2</b>"}
    log = demo_log().restated("CL", name=name)
    assert_complete(log, "CL", renderer.render(log.statement("CL")))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://example.org/a.ttf", "data:,a"])
def test_nothing_but_the_typefaces_is_opened(url: str) -> None:
    with pytest.raises(render.FatalURLFetchingError, match="opens no such address"):
        render._PackagedOnly().fetch(url)


def test_a_machine_without_the_subsetter_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(render, "harfbuzz_subset", None)
    with pytest.raises(RendererError, match="libharfbuzz-subset0"):
        Renderer()
