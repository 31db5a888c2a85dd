"""What differs between the kinds of papers, and how the stating entry's row is found."""

from dataclasses import dataclass

from certificates.content_parts import Bar, ContentError, Fact, Figure, Pair, UnitLine
from contracts.values import Json
from ledger.log.entry import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A paper's own part.

    Attributes:
        look: Which look of the family it has, see `looks`.
        title: The kind of paper.
        lead: The sentence before the subject.
        subject: The beneficiary's or the event's name, set large.
        note: One line under it: a code, or who claims.
        quantity_kg: Kilograms retired, held or subscribed; 0 where a paper is about land.
        figures: Numbers set large, one to five.
        quantity_words: The quantity spelled out.
        bars: Emissions by group; none on a retirement.
        facts: Eight, in the order in which they are printed on the first page.
        annex_facts: Those that only the annex prints.
        units: The units by batch; none on a claim.
        counties: Codes of the counties that the map shows; no map without any.
        limits: What the paper must not be taken for.
    """

    look: str
    title: Pair
    lead: Pair
    subject: Pair
    note: Pair
    quantity_kg: int
    figures: tuple[Figure, ...]
    quantity_words: Pair
    bars: tuple[Bar, ...]
    facts: tuple[Fact, ...]
    annex_facts: tuple[Fact, ...]
    units: tuple[UnitLine, ...]
    limits: tuple[Pair, ...]
    counties: tuple[str, ...] = ()


def row_of(entry: Entry, prefix: str) -> dict[str, Json]:
    """Return the one row of an entry whose key begins so.

    Raises:
        ContentError: there is none, or more than one.
    """
    found = [row["value"] for row in entry.rows if row["key"].startswith(prefix)]
    if len(found) != 1 or not isinstance(found[0], dict):
        raise ContentError(f"entry {entry.seq} does not write one row {prefix}")
    return found[0]
