"""Step 5, the page: it is drawn as this program draws the attached statement.

The page depends on the statement alone, and a sealed file begins with its rendering. So the
statement is rendered again and compared, byte for byte: text, fonts, drawing, QR code, attachments
and all. That holds while document and verifier were made by the same version, which both files
name (/Creator and /Producer). For another version's document every text that the certificate must
print is looked for on its page, and the verdict says that the drawing was not compared.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from typing import Final

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler

from certificates.art_layer import static_layer
from certificates.content import content_of, printed_text
from certificates.faces import printable
from certificates.looks import LOOKS
from certificates.measure import EN, EN_MEDIUM, ZH, ZH_BOLD, width_mm
from certificates.page_text import page_count, page_text, squeeze
from certificates.render import Renderer, RendererError, style_of
from certificates.statement import Addresses, Statement, addresses_of
from certificates.verdict import Finding, StepFailed, StepNotChecked
from certificates.verify_file import (
    CODE,
    CREDENTIAL,
    ENTRY,
    ERRATA,
    OUTLINE,
    PROOF,
    REGISTRY,
    STATE_PROOF,
    Document,
)
from certificates.verify_log import Attested


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """Which program made a document."""

    creator: str
    producer: str


def check_text(document: Document, attested: Attested) -> Finding:
    """Check the page against the attached statement.

    Raises:
        StepFailed: the page is not the statement's, or names no address to render it with.
        StepNotChecked: this machine cannot draw.
    """
    statement = _statement(document, attested)
    try:
        expected = _rendered(statement)
    except RendererError as error:
        raise StepNotChecked("本机缺少绘制页面所需的程序库", str(error)) from error
    if document.data.startswith(expected):
        return (
            "页面与依据记录重新生成的页面逐字节一致",
            "the page, drawn again, is the same bytes",
        )
    again = PdfFileReader(BytesIO(expected))
    if _maker(document.rendering) == _maker(again):
        raise StepFailed("页面与记录所述不符", "the page is not what its entry states")
    _check_printed(document, attested, page_count(again))
    return (
        "页面由另一版本生成：应有文字齐全，未比对图形",
        "drawn by another version: its text is complete, its drawing was not compared",
    )


_COMMON: Final = ("0", "中", "\ue000")
"""A character of each typeface, and one of none, so that all of them are measured."""


def prepare() -> None:
    """Load what every check of a page needs, and what no document has a part in."""
    with suppress(RendererError):
        renderer()
        for look in LOOKS:
            style_of(look)
            static_layer(look)
    for faces in (ZH, ZH_BOLD, EN, EN_MEDIUM):
        width_mm("".join(_COMMON), faces, 1)
    printable()


@lru_cache(maxsize=16)
def _rendered(statement: Statement) -> bytes:
    """Render, or recall: the same paper is often asked about twice."""
    return renderer().render(statement)


@cache
def renderer() -> Renderer:
    """Return the one renderer of this process."""
    return Renderer()


def _statement(document: Document, attested: Attested) -> Statement:
    found = addresses(document)
    return Statement(
        kind=attested.kind,
        registry_entry=document.attachments[REGISTRY],
        entry=document.attachments[ENTRY],
        proof=document.attachments[PROOF],
        state_proof=document.attachments[STATE_PROOF],
        errata_proof=document.attachments.get(ERRATA, b""),
        outline_proof=document.attachments.get(OUTLINE, b""),
        credential=document.attachments[CREDENTIAL],
        code=document.attachments[CODE],
        base_url=found.base_url,
        mirror_url=found.mirror_url,
        verifier_sha256=found.verifier_sha256,
    )


def addresses(document: Document) -> Addresses:
    """Return the addresses that a document names.

    Raises:
        StepFailed: it names none.
    """
    info = document.rendering.trailer_view["/Info"]
    try:
        return addresses_of(str(info.get("/Keywords", "")))
    except ValueError as error:
        raise StepFailed("页面没有核验地址", "the page names no address") from error


def _maker(document: PdfHandler) -> _Maker:
    info = document.trailer_view["/Info"]
    return _Maker(creator=str(info.get("/Creator", "")), producer=str(info.get("/Producer", "")))


def _check_printed(document: Document, attested: Attested, pages: int) -> None:
    text = page_text(document.rendering)
    content = content_of(attested.kind, attested.registry, attested.entry, attested.errata)
    missing = [one for one in printed_text(content) if squeeze(one) not in text]
    if missing:
        raise StepFailed(f"页面上缺少：{missing[0]}", f"missing from the page: {missing[0]}")
    if page_count(document.rendering) != pages:
        raise StepFailed("页数不符", "another number of pages")
