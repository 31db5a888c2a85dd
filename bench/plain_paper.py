"""The peer: the same paper by WeasyPrint alone, as one would write it without knowing its costs.

The same text in the same HTML and style sheet, the same typefaces, kept parsed between papers; the
same drawings, but as SVG in the page; WeasyPrint's own subsets, tags, PDF/A-3a and attachments. It
has no seal field, no PDF/UA mark and no seal, which makes it quicker than it would have to be.
"""

from typing import Final
from zlib import decompress

from weasyprint import CSS, HTML

from bench.svg_art import svg_of
from certificates.art import PAGE_HEIGHT_MM, PAGE_WIDTH_MM, fill
from certificates.art_layer import ANNEX, CODE_MM, FRONT, LINES, SAMPLE, static_layer
from certificates.art_map import map_operators
from certificates.content import Content
from certificates.finisher import MAP_AT_MM
from certificates.fitting import FULL
from certificates.looks import LOOKS
from certificates.page import page_html
from certificates.qr import qr_operators, qr_text
from certificates.render import Renderer, attachments_of, generator, style_of
from certificates.statement import Statement

# Our own sheet assumes that nothing has a margin to begin with.
_RESET: Final = "* { margin: 0; padding: 0; box-sizing: border-box; }"


def plain_paper(renderer: Renderer, content: Content, statement: Statement) -> bytes:
    """Return the paper as WeasyPrint alone makes it."""
    text = page_html(content, statement, generator(), FULL)
    names = [FRONT, *[SAMPLE] * content.is_demo, LINES]
    palette = LOOKS[content.body.look].palette
    code = qr_text(statement.base_url, content.number, statement.code)
    own = [f"{fill(palette.deep)} {qr_operators(code, *CODE_MM)}"]
    if content.body.counties:
        own.append(map_operators(palette, content.body.counties, *MAP_AT_MM))
    front = _picture(content.body.look, names, " ".join(own), page="front")
    text = text.replace('<section class="front', f'{front}<section class="front', 1)
    behind = _picture(content.body.look, [ANNEX, *[SAMPLE] * content.is_demo], "", page="annex")
    text = text.replace('<div class="head">', f'{behind}<div class="head">', 1)
    sheets = [CSS(string=_RESET), style_of(content.body.look)]
    document = HTML(string=text, url_fetcher=renderer.fetcher).render(
        stylesheets=sheets, font_config=renderer.fonts
    )
    data: bytes = document.write_pdf(
        pdf_variant="pdf/a-3a", attachments=attachments_of(statement, content, renderer.fetcher)
    )
    return data


def _picture(look: str, names: list[str], own: str, *, page: str) -> str:
    """Return a page's drawings as an SVG picture under its text."""
    place = "left:-24mm;top:-33mm" if page == "annex" else "left:0;top:0"
    groups = "".join(
        f'<g id="{form.name}-{page}">{svg_of(decompress(form.data).decode(), page)}</g>'
        for form in static_layer(look)
    )
    uses = "".join(f'<use href="#{name}-{page}"/>' for name in names)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="210mm" '
        f'viewBox="0 0 {PAGE_WIDTH_MM:g} {PAGE_HEIGHT_MM:g}" style="position:absolute;{place}">'
        f"<title>frame</title><defs>{groups}</defs>{uses}{svg_of(own, page)}</svg>"
    )
