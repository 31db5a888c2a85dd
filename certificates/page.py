"""The page as HTML: where each part of the content goes, in the sizes that `fitting` chose."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from certificates import fitting, wording
from certificates.content import Content
from certificates.content_parts import Pair
from certificates.content_units import SERIALS_ON_FRONT_MAX
from certificates.faces import has_rare
from certificates.fitting import ADDRESS_PT, WIDE_MM, fit_front
from certificates.measure import EN, width_mm
from certificates.qr import verification_path
from certificates.statement import Statement, addresses_text
from contracts.dates import BEIJING
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.note import parse_note
from ledger.log.proof import TlogProof

_EPOCH: Final = datetime(1970, 1, 1, 8, tzinfo=BEIJING)
_LONG_TITLE: Final = 8
_WORDS_TOGETHER: Final = 4
_SIGNS_TOGETHER: Final = 7
_ENDING_MAX: Final = 40

_UNIT_HEADINGS: Final = (
    Pair("碳汇项目", "Project"),
    Pair("方法学", "Methodology"),
    Pair("监测期", "Monitoring period"),
    Pair("类型与旗县区", "Type and county"),
    Pair("核查机构", "Verified by"),
    Pair("数量 tCO2e", "Quantity, tCO2e"),
)


def page_html(
    content: Content, statement: Statement, generator: str, shares: Mapping[str, float]
) -> str:
    """Return the document.

    Args:
        content: What to print.
        statement: Whose addresses and checkpoint to print.
        generator: The program's name and version.
        shares: As in `fit_front`.

    Raises:
        PageFullError: a text is longer than any that the rules let in.
    """
    body, limits = content.body, (*content.body.limits, wording.CHECK)
    addresses = _address_lines(content, statement)
    fit = fit_front(body, limits, len(addresses), shares=shares)
    annex_facts = (*fit.moved, *body.annex_facts)
    annex_units = body.units if _needs_units(content) else ()
    values: dict[str, Any] = {
        "content": content,
        "body": body,
        "fit": fit,
        "unit_pt": round(max(8.0, fit.figure_pt * fitting.UNIT_SHARE), 1),
        "long_title": len(body.title.zh) > _LONG_TITLE,
        "annex": bool(annex_facts or annex_units),
        "annex_facts": annex_facts,
        "annex_units": annex_units,
        "limits_zh": "".join(limit.zh for limit in limits),
        "limits_en": " ".join(limit.en for limit in limits),
        "unit_headings": _UNIT_HEADINGS,
        "generator": generator,
        "addresses": addresses_text(statement),
        "address_lines": addresses,
        "recorded": f"{recorded_at(content):%Y-%m-%d %H:%M:%S} UTC+8",
        "created": recorded_at(content).isoformat(timespec="seconds"),
        "checkpoint_size": checkpoint_size(statement),
        "map_words": wording.OUTLINE if statement.outline_proof else wording.MAP,
        "wording": wording,
    }
    return _environment().get_template("certificate.html").render(values)


def _address_lines(
    content: Content, statement: Statement
) -> tuple[tuple[tuple[Pair, str], ...], ...]:
    """Return the lines at the foot: what each address is for, and the address."""
    url = f"{statement.base_url.rstrip('/')}{verification_path(content.number)}"
    check, mirror = (wording.VERIFY, url), (wording.MIRROR, statement.mirror_url or "")
    online = (check, mirror) if statement.mirror_url else (check,)
    words = "".join(f"{pair.zh} {pair.en} {address}   " for pair, address in online)
    lines = [online]
    if width_mm(words, EN, ADDRESS_PT) > WIDE_MM:
        lines = [(one,) for one in online]
    if statement.verifier_sha256 is not None:
        lines.append(((wording.OFFLINE, f"verify.html SHA-256 {statement.verifier_sha256}"),))
    return tuple(lines)


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


def size_class(size_pt: float) -> str:
    """Name the style sheet's class of a type size, which is in tenths of a point."""
    return f"pt{round(size_pt * 10)}"


def co2(text: str) -> Markup:
    """Lower the 2 of CO2: no Chinese face has the subscript as a character of its own."""
    return Markup(str(escape(text)).replace("CO2", "CO<sub>2</sub>"))  # noqa: S704  # escaped before


def _ending(text: str) -> Markup:
    """Keep a text's last words, or Chinese signs, on one line, so that none stands there alone."""
    tail = text[-_SIGNS_TOGETHER:]
    if tail.isascii():
        tail = text[len(text.rsplit(" ", _WORDS_TOGETHER)[0]) :]
    if len(tail) > (_ENDING_MAX if tail.isascii() else _SIGNS_TOGETHER):
        return co2(text)
    head = text[: len(text) - len(tail)]
    return co2(head) + Markup('<span class="ending">{}</span>').format(co2(tail))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("certificates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["co2"] = co2
    environment.filters["ending"] = _ending
    environment.filters["size"] = size_class
    environment.tests["rare"] = has_rare
    return environment
