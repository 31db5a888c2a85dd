"""The page as HTML: where each part of the content goes, and how large it may be."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from certificates import wording
from certificates.content import Content
from certificates.content_parts import Fact, Pair
from certificates.faces import has_rare
from certificates.qr import verification_path
from certificates.statement import Statement, addresses_text
from contracts.dates import BEIJING
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.note import parse_note
from ledger.log.proof import TlogProof

SERIALS_ON_FRONT_MAX: Final = 4
_ANNEX_BEGINS: Final = '<section class="annex'
_EPOCH: Final = datetime(1970, 1, 1, 8, tzinfo=BEIJING)

# Widths in Chinese characters: of a fact's two lines, and where the subject's type gets smaller.
_FACT_ZH_PER_LINE: Final = 18
_FACT_EN_PER_LINE: Final = 22
_FACT_LINES_MAX: Final = 3
_SUBJECT_STEPS: Final = (18, 30, 46)

_SERIALS: Final = Pair("序列号（1 号 = 1 千克）", "Serial numbers (one per kg)")
_UNIT_HEADINGS: Final = (
    Pair("碳汇项目", "Project"),
    Pair("方法学", "Methodology"),
    Pair("监测期", "Monitoring period"),
    Pair("类型与旗县区", "Type and county"),
    Pair("核查机构", "Verified by"),
    Pair("数量 tCO2e", "Quantity, tCO2e"),
)


def page_html(
    content: Content, statement: Statement, generator: str, levels: dict[str, int]
) -> str:
    """Return the document.

    Args:
        content: What to print.
        statement: Whose addresses and checkpoint to print.
        generator: The program's name and version.
        levels: By part of the first page, how much smaller than usual to set it: 0, 1 or 2.
    """
    body = content.body
    front = [_on_front(fact) for fact in body.facts]
    moved = [fact for fact, shown in zip(body.facts, front, strict=True) if shown is not fact]
    annex_facts = (*moved, *body.annex_facts)
    annex_units = body.units if _needs_units(content) else ()
    values: dict[str, Any] = {
        "content": content,
        "body": body,
        "levels": levels,
        "front_facts": front,
        "annex": bool(annex_facts or annex_units),
        "annex_facts": annex_facts,
        "annex_units": annex_units,
        "annex_title": wording.ANNEX,
        "annex_note": wording.ANNEX_NOTE,
        "see_annex": wording.SEE_ANNEX,
        "sample": wording.SAMPLE,
        "limits": (*body.limits, wording.CHECK),
        "serials_heading": _SERIALS,
        "unit_headings": _UNIT_HEADINGS,
        "generator": generator,
        "addresses": addresses_text(statement),
        "base_url": statement.base_url.rstrip("/"),
        "mirror_url": statement.mirror_url,
        "path": verification_path(content.number),
        "recorded": f"{recorded_at(content):%Y-%m-%d %H:%M:%S} UTC+8",
        "created": recorded_at(content).isoformat(timespec="seconds"),
        "checkpoint_size": checkpoint_size(statement),
    }
    return _environment().get_template("certificate.html").render(values)


def front_of(html: str) -> str:
    """Return the same document without its annex."""
    return html.partition(_ANNEX_BEGINS)[0]


def recorded_at(content: Content) -> datetime:
    """Return the stating entry's time in Beijing, in whole seconds."""
    return _EPOCH + timedelta(seconds=content.at_us // 1_000_000)


def checkpoint_size(statement: Statement) -> int:
    """Return how many entries the proof's checkpoint covers."""
    note = parse_note(TlogProof.parse(statement.proof).checkpoint)
    return parse_checkpoint(note.text).size


def _needs_units(content: Content) -> bool:
    units = content.body.units
    return len(units) > 1 or len(content.serials) > SERIALS_ON_FRONT_MAX


def _on_front(fact: Fact) -> Fact:
    """Return the fact, or a pointer to the annex if it does not fit its field."""
    zh, en = width(fact.value.zh), width(fact.value.en)
    lines = -(-zh // _FACT_ZH_PER_LINE) + -(-en // _FACT_EN_PER_LINE)
    return fact if lines <= _FACT_LINES_MAX else replace(fact, value=wording.SEE_ANNEX)


def width(text: str) -> int:
    """Return a text's width in Chinese characters; two others count as one, rounded up."""
    narrow = sum(1 for character in text if ord(character) < 0x2E80)
    return len(text) - narrow + (narrow + 1) // 2


def _size(text: str, least: int) -> int:
    """Return the class of type size for a subject: 1 is the largest."""
    step = 1 + sum(width(text) > limit for limit in _SUBJECT_STEPS)
    return min(4, max(step, least))


def _co2(text: str) -> Markup:
    """Lower the 2 of CO2: no Chinese face has the subscript as a character of its own."""
    return Markup(str(escape(text)).replace("CO2", "CO<sub>2</sub>"))  # noqa: S704  # escaped before


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("certificates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters.update(co2=_co2, size=_size)
    environment.tests["rare"] = has_rare
    return environment
