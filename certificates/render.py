"""A statement becomes an unsealed PDF/A-3a, also PDF/UA-1: the same statement, the same bytes."""

from collections.abc import Callable
from datetime import UTC
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from weasyprint import CSS, Attachment
from weasyprint.text.ffi import harfbuzz_subset
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from certificates.art import PAGE_HEIGHT_MM
from certificates.content import Content, content_of, printed_text
from certificates.document import PaperDocument
from certificates.faces import MissingGlyphError, check_printable, font_face_css, font_files
from certificates.finisher import Drawing, finisher
from certificates.fitting import FULL
from certificates.fitting_boxes import PageFullError
from certificates.looks import LOOKS
from certificates.page import page_html, recorded_at, size_class
from certificates.qr import qr_text
from certificates.quickly import quickly
from certificates.statement import Statement
from certificates.subset import PaperFonts
from ledger.log.entry import parse_entry

__all__ = ["MissingGlyphError", "PageFullError", "Renderer", "RendererError"]

# Where the first page's flowing parts must end, in CSS pixels (96 an inch).
_PX_PER_MM: Final = 96 / 25.4
_ENDS_MM: Final = {"middle-end": 109.9, "limits-end": 184.7, "limits-en-end": 184.7}

_SHEETS: Final = ("base.css", "certificate.css")
_SIZES: Final = range(70, 361)
"""All type sizes that fitting may choose, in tenths of a point."""

_LAYOUTS_MAX: Final = 4
_STEP: Final = 0.04


class RendererError(RuntimeError):
    """This machine lacks what rendering needs; the text says what to install."""


class _PackagedOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint publishes no types
    """Opens the packaged typefaces and nothing else, wherever a document may point."""

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        del headers
        parts = urlsplit(url)
        path = Path(url2pathname(parts.path))
        if parts.scheme != "file" or path not in font_files():
            raise FatalURLFetchingError(f"a certificate opens no such address: {url}")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})


class Renderer:
    """Holds the typefaces and the style sheet, which are slow to read; one a process.

    Raises:
        RendererError: libharfbuzz-subset is missing, without which a paper takes twenty seconds.
    """

    def __init__(self) -> None:
        if harfbuzz_subset is None:
            raise RendererError(
                "libharfbuzz-subset is missing; have root run "
                "'apt-get install --no-install-recommends libharfbuzz-subset0'."
            )
        self.fonts = FontConfiguration()
        self.fetcher = _PackagedOnly()
        # Reading it is what makes the typefaces known.
        CSS(string=font_face_css(), font_config=self.fonts, url_fetcher=self.fetcher)

    def render(self, statement: Statement) -> bytes:
        """Return the paper, its seal field still empty.

        Raises:
            EntryError, ProofError: an entry or the proof has another form.
            ContentError: the entry does not state a paper of this kind.
            MissingGlyphError: a character stands in no typeface.
            PageFullError: a text is longer than any that the rules let in.
        """
        registry_entry = parse_entry(statement.registry_entry)
        entry = parse_entry(statement.entry)
        content = content_of(statement.kind, registry_entry, entry, statement.errata())
        return self.draw(content, statement)

    def draw(self, content: Content, statement: Statement) -> bytes:
        """Return the paper of a content, with the statement's addresses and attachments.

        Raises:
            MissingGlyphError, PageFullError: as `render`.
        """
        check_printable(printed_text(content))
        with quickly():
            return self._drawn(content, statement)

    def _drawn(self, content: Content, statement: Statement) -> bytes:
        document = self._laid_out(content, statement)
        drawing = Drawing(
            look=content.body.look,
            is_demo=content.is_demo,
            qr_text=qr_text(statement.base_url, content.number, statement.code),
            counties=content.body.counties,
            outline=statement.outline(),
        )
        data: bytes = document.write_pdf(
            pdf_variant="pdf/a-3a",
            finisher=finisher(drawing),
            attachments=attachments_of(statement, content, self.fetcher),
        )
        return data

    def write(
        self,
        text: str,
        look: str,
        finish: Callable[[Any, Any], None],
        attachments: list[Attachment],
    ) -> bytes:
        """Return a document that is no certificate, in the same typefaces."""
        with quickly():
            data: bytes = self._layout(text, look).write_pdf(
                pdf_variant="pdf/a-3a", finisher=finish, attachments=attachments
            )
        return data

    def _laid_out(self, content: Content, statement: Statement) -> Any:
        """Lay the paper out; again, in smaller type, where a line broke earlier than measured."""
        shares = dict(FULL)
        for _ in range(_LAYOUTS_MAX):
            text = page_html(content, statement, generator(), shares)
            document = self._layout(text, content.body.look)
            parts = _too_low(document)
            if not parts:
                return document
            shares = {part: share - _STEP * (part in parts) for part, share in shares.items()}
        raise PageFullError(f"certificate {content.number} does not fit on its first page")

    def _layout(self, text: str, look: str) -> Any:
        document = PaperDocument(text, self.fetcher)
        laid_out = document.render(stylesheets=[style_of(look)], font_config=self.fonts)
        laid_out.fonts = PaperFonts()
        return laid_out


@cache
def style_of(look: str) -> CSS:
    """Return the style sheet of a look; one, because each is matched with every element.

    Its colours are put in here: CSS variables are solved anew for every style. So are type sizes,
    as classes: a `style` attribute is parsed anew for every element.
    """
    palette, folder = LOOKS[look].palette, files("certificates") / "templates"
    text = "\n".join((folder / name).read_text("utf-8") for name in _SHEETS)
    sizes = (f".{size_class(tenths / 10)} {{ font-size: {tenths / 10}pt; }}" for tenths in _SIZES)
    text = text.replace("var(--deep)", palette.deep).replace("var(--main)", palette.main)
    return CSS(string="\n".join((text, *sizes)))


def _too_low(document: Any) -> set[str]:
    """Name the flowing parts of the first page that end below their place."""
    anchors = document.pages[0].anchors
    nowhere = (0.0, PAGE_HEIGHT_MM * _PX_PER_MM)
    return {
        name.partition("-")[0]
        for name, end_mm in _ENDS_MM.items()
        if anchors.get(name, nowhere)[1] > end_mm * _PX_PER_MM
    }


@cache
def generator() -> str:
    """Name this program and its version, as the document's /Creator does."""
    return f"SinkLedger {version('sinkledger')}"


def attachments_of(statement: Statement, content: Content, fetcher: URLFetcher) -> list[Attachment]:
    # WeasyPrint writes Z behind these times, so they are UTC without a zone.
    moment = recorded_at(content).astimezone(UTC).replace(tzinfo=None)
    parts = [
        ("entry.json", statement.entry, "The stating entry, canonical JSON"),
        ("entry.tlog-proof", statement.proof, "Its inclusion in a signed checkpoint"),
        ("registry.json", statement.registry_entry, "Entry 0, which opened the registry"),
        ("status.state-proof", statement.state_proof, "Its status in a committed state"),
        ("credential.json", statement.credential, "The same as a W3C Verifiable Credential"),
        ("statement.cose", statement.code, "What the QR code says, signed"),
    ]
    if statement.errata_proof:
        parts.append(("errata.state-proof", statement.errata_proof, "All its errata in that state"))
    if statement.outline_proof:
        parts.append(("outline.state-proof", statement.outline_proof, "The parcel's outline in it"))
    return [
        Attachment(
            string=data,
            # Not needed, but without one each attachment makes its own, with a TLS context.
            url_fetcher=fetcher,
            name=name,
            description=description,
            relationship="Source",
            created=moment,
            modified=moment,
        )
        for name, data, description in parts
    ]
