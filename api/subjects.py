"""What may have a paper: retirements, claims, parcels, holdings; and which of them have none yet.

The ledger is the list of work (ADR-0030). A subject whose number no `certificate.record` names is
to be issued; once it is recorded it is done, whoever did it: no second list can go out of step.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from api.stating import Stated
from certificates.number import certificate_number
from contracts.lookup import integer_of, object_of
from contracts.values import Value
from ledger.books.projection import StoredBooks

PREFIXES: Final = {"RT": "retire/", "CL": "claim/", "RG": "parcel/", "HD": "holding/"}
"""Kind of paper -> the beginning of the keys of what it states."""

_KINDS: Final = {prefix: kind for kind, prefix in PREFIXES.items()}
PAGE_ROWS: Final = 500


class SubjectError(LookupError):
    """There is no such subject, or it states nothing yet; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Something that may have a paper.

    Attributes:
        key: Its row, such as `retire/000001A5`.
        stated: What its paper states.
    """

    key: str
    stated: Stated


def stated_by(key: str, row: Value | None) -> Stated:
    """Return what the paper of a subject states.

    Raises:
        SubjectError: there is no such subject, or the claim is not complete.
    """
    kind = _KINDS.get(f"{key.partition('/')[0]}/")
    if row is None or kind is None:
        raise SubjectError(
            f"{key}: no such retirement, claim, parcel or statement; look it up first"
        )
    if kind == "RT":
        seq, at_us = integer_of(row, "retired_seq"), integer_of(row, "retired_at_us")
    elif kind == "RG":
        seq, at_us = integer_of(row, "registered_seq"), integer_of(row, "registered_at_us")
    elif kind == "HD":
        seq, at_us = integer_of(row, "stated_seq"), integer_of(row, "stated_at_us")
    elif row["completion"] is None:
        raise SubjectError(f"{key}: the claim is not complete; complete it first")
    else:
        done = object_of(row, "completion")
        seq, at_us = integer_of(done, "seq"), integer_of(done, "at_us")
    return Stated(kind=kind, seq=seq, number=certificate_number(kind, seq, at_us))


@dataclass(slots=True, kw_only=True)
class Walk:
    """A way through all subjects, by kind and key, that remembers how far there is nothing to do.

    Attributes:
        kinds: Which kinds of paper.
        marks: Prefix -> the last key of the stretch, from the first key on, in which every subject
            has its paper. The next walk begins there: a year that is done costs nothing again.
    """

    kinds: Sequence[str] = tuple(PREFIXES)
    marks: dict[str, str] = field(default_factory=dict)

    def without_paper(self, books: StoredBooks) -> Iterator[Subject]:
        """Yield the subjects that have no paper, oldest first; two statements a page."""
        for kind in self.kinds:
            yield from self._under(PREFIXES[kind], books)

    def _under(self, prefix: str, books: StoredBooks) -> Iterator[Subject]:
        last, is_done = self.marks.get(prefix, ""), True
        while page := books.rows_under(prefix, after=last, limit=PAGE_ROWS):
            last = page[-1][0]
            found = [one for one in (_subject(key, row) for key, row in page) if one]
            recorded = books.rows([f"cert/{one.stated.number}" for one in found])
            missing = [one for one in found if f"cert/{one.stated.number}" not in recorded]
            is_done = is_done and len(recorded) == len(page)
            if is_done:
                self.marks[prefix] = last
            yield from missing


def _subject(key: str, row: Value) -> Subject | None:
    """Return a row's subject; nothing for a claim that is not complete."""
    try:
        return Subject(key=key, stated=stated_by(key, row))
    except SubjectError:
        return None
