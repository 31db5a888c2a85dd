"""What a paper says: every printed string, from entry 0 and the stating entry and nothing else.

An auditor with the two entries can therefore make the same content and compare it with the page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from certificates import wording
from certificates.content_body import Body, row_of
from certificates.content_claim import claim_body
from certificates.content_holding import holding_body
from certificates.content_parts import ContentError, Fact, Pair, UnitLine, words
from certificates.content_retirement import retirement_body
from certificates.content_right import right_body
from certificates.errata import Errata, corrected_entry, with_errata
from certificates.number import certificate_number
from contracts.lookup import RowError, text_of
from ledger.log.entry import Entry

__all__ = ["Content", "ContentError", "content_of", "printed_text"]

_STATING: Final = {
    "CL": "claim.complete",
    "HD": "holding.state",
    "RG": "parcel.register",
    "RT": "units.retire",
}
_BODIES: Final = {"CL": claim_body, "HD": holding_body, "RG": right_body, "RT": retirement_body}


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One paper in words.

    Attributes:
        kind: The letters in its number, such as `RT`.
        number: The certificate's number.
        is_demo: Whether the registry is a demonstration: then the paper is a sample, void.
        origin: The log's name.
        registry: The registry's name.
        issuer: Who issues.
        policy_basis: The policy that the registry rests on.
        seq: Position of the stating entry.
        leaf_hash: Its leaf hash, hex.
        at_us: Its time, microseconds UTC.
        body: Everything else.
    """

    kind: str
    number: str
    is_demo: bool
    origin: str
    registry: Pair
    issuer: Pair
    policy_basis: str
    seq: int
    leaf_hash: str
    at_us: int
    body: Body

    @property
    def quantity_kg(self) -> int:
        """Kilograms that the paper is about; 0 where it is about land."""
        return self.body.quantity_kg

    @property
    def serials(self) -> tuple[str, ...]:
        """All serial ranges; none on a claim, whose retirements have papers of their own."""
        return tuple(serial for line in self.body.units for serial in line.serials)


def content_of(
    kind: str, registry_entry: Entry, entry: Entry, errata: Errata | None = None
) -> Content:
    """Put a paper into words.

    Args:
        kind: `RT` for a `units.retire` entry, `CL` for a `claim.complete` entry, `RG` for a
            `parcel.register` entry, `HD` for a `holding.state` entry.
        registry_entry: Entry 0 of the log.
        entry: The stating entry.
        errata: What was corrected since, on a corrected copy.

    Raises:
        ContentError: the entry is not of the kind that states such a paper, the first one is not
            entry 0 of the same log, or a row lacks what the rules write into it.
    """
    if _STATING.get(kind) != entry.order["kind"]:
        raise ContentError(f"entry {entry.seq} does not state a certificate {kind}")
    if registry_entry.seq != 0 or registry_entry.order["log"] != entry.order["log"]:
        raise ContentError("the registry's entry is not entry 0 of the same log")
    try:
        registry = row_of(registry_entry, "registry")
        body = _BODIES[kind](corrected_entry(entry, errata) if errata else entry)
        return Content(
            kind=kind,
            number=certificate_number(kind, entry.seq, entry.at_us),
            is_demo=registry["environment"] != "production",
            origin=text_of(registry, "origin"),
            registry=words(registry["name"]),
            issuer=words(registry["issuer"]),
            policy_basis=text_of(registry, "policy_basis"),
            seq=entry.seq,
            leaf_hash=entry.leaf_hash.hex(),
            at_us=entry.at_us,
            body=with_errata(body, errata) if errata else body,
        )
    except (KeyError, RowError) as error:
        raise ContentError(f"entry {entry.seq} lacks {error}") from error


def printed_text(content: Content) -> tuple[str, ...]:
    """List every text that stands on the paper, whichever page it is on; each without a break.

    Compare without white space: the page breaks lines, and the 2 of CO2 is set lower.
    """
    return tuple(dict.fromkeys(text for text in _texts(content) if text))


def _texts(content: Content) -> Iterator[str]:
    body = content.body
    yield content.number
    yield content.leaf_hash
    pairs = [content.registry, content.issuer, body.title, body.lead, body.subject, body.note]
    pairs += [body.quantity_words, *body.limits, wording.CHECK]
    pairs += [wording.SAMPLE] if content.is_demo else []
    for pair in pairs:
        yield from _pair(pair)
    for figure in body.figures:
        yield from (*_pair(figure.label), figure.digits, figure.unit)
    for bar in body.bars:
        yield from (*_pair(bar.label), bar.digits)
    for fact in (*body.facts, *body.annex_facts):
        yield from _fact(fact)
    for line in body.units:
        yield from _unit_line(line)


def _pair(pair: Pair) -> tuple[str, str]:
    return pair.zh, pair.en


def _fact(fact: Fact) -> Iterator[str]:
    yield from (*_pair(fact.label), *_pair(fact.value), *fact.lines)


def _unit_line(line: UnitLine) -> Iterator[str]:
    yield from (*_pair(line.project), line.methodology, line.period, *_pair(line.counties))
    yield from (*_pair(line.verifier), line.quantity, *line.serials)
