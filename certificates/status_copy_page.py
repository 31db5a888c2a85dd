"""A status copy as PDF/A-3a and PDF/UA-1: no seal, no seal's field, no code, a large banner."""

from dataclasses import dataclass
from datetime import UTC
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from weasyprint import Attachment

from certificates import wording, wording_status
from certificates.faces import check_printable
from certificates.finisher import plain_finisher
from certificates.page import co2
from certificates.qr import verification_path
from certificates.render import Renderer, generator
from certificates.statement import addresses_line
from certificates.status_copy import (
    GRAVE,
    ORIGINAL,
    StatusContent,
    StatusStatement,
    moment_of,
    status_content,
)

LOOK: Final = "HD"
"""The family's grey: no kind's own colours, so that it is taken for no certificate."""

STATE_PROOF: Final = "status.state-proof"
ERRATA: Final = "errata.state-proof"


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    content: bytes
    description: str
    relationship: str


def render_status_copy(statement: StatusStatement, renderer: Renderer) -> bytes:
    """Return the document; the same statement gives the same bytes.

    Raises:
        ContentError: the proofs are of no certificate's status.
        MissingGlyphError: a character stands in no typeface.
    """
    content = status_content(statement)
    check_printable(_texts(content))
    moment = moment_of(content.at_us)
    page = (
        _environment()
        .get_template("status_copy.html")
        .render(
            content=content,
            words=wording_status,
            sample=wording.SAMPLE,
            state=wording_status.STATES[content.state],
            meaning=wording_status.MEANINGS[content.state],
            is_grave=content.state in GRAVE,
            address=f"{statement.base_url.rstrip('/')}{verification_path(content.number)}",
            mirror=statement.mirror_url,
            verify=wording.VERIFY,
            keywords=addresses_line(
                statement.base_url, statement.mirror_url, statement.verifier_sha256
            ),
            generator=generator(),
            created=moment.isoformat(timespec="seconds"),
        )
    )
    when = moment.astimezone(UTC).replace(tzinfo=None)
    attachments = [
        Attachment(
            string=part.content,
            url_fetcher=renderer.fetcher,
            name=part.name,
            description=part.description,
            relationship=part.relationship,
            created=when,
            modified=when,
        )
        for part in _parts(statement)
    ]
    return renderer.write(page, LOOK, plain_finisher(LOOK, is_demo=content.is_demo), attachments)


def _parts(statement: StatusStatement) -> list[_Part]:
    parts = [
        _Part(ORIGINAL, statement.original, "The certificate as issued, unaltered", "Source"),
        _Part(STATE_PROOF, statement.state_proof, "Its status in a committed state", "Data"),
    ]
    if statement.errata_proof:
        parts.append(_Part(ERRATA, statement.errata_proof, "All its errata in that state", "Data"))
    return parts


def _texts(content: StatusContent) -> tuple[str, ...]:
    pairs = [content.registry, content.issuer]
    lines = [content.number]
    for fact in content.facts:
        pairs += [fact.label, fact.value]
        lines += fact.lines
    return (*lines, *(text for pair in pairs for text in (pair.zh, pair.en)))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("certificates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["co2"] = co2
    return environment
