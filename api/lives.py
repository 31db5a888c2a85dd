"""What became of a certificate: its present status, every event with its entry, its errata."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.lookup import integer_of, objects_of, text_of, texts_of
from contracts.values import Value
from ledger.books.projection import StoredBooks
from ledger.registry import Registry

VALID = "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a certificate, by the entry `seq`."""

    event: str
    reason: str
    evidence_sha256: str | None
    seq: int
    at_us: int

    @classmethod
    def of(cls, value: Value) -> "Event":
        """Read an event out of a status row."""
        evidence = value["evidence_sha256"]
        return cls(
            event=text_of(value, "event"),
            reason=text_of(value, "reason"),
            evidence_sha256=evidence if isinstance(evidence, str) else None,
            seq=integer_of(value, "seq"),
            at_us=integer_of(value, "at_us"),
        )

    def to_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "at_us": self.at_us,
            "event": self.event,
            "evidence_sha256": self.evidence_sha256,
            "reason": self.reason,
            "seq": self.seq,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A text that papers printed wrongly, and what is right; `before` is empty if none was."""

    field: str
    language: str
    before: str
    after: str
    seq: int

    def to_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "after": self.after,
            "before": self.before or None,
            "field": self.field,
            "language": self.language,
            "seq": self.seq,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A certificate's status; one that nothing ever happened to is valid and has no cause.

    Attributes:
        state: valid, suspended, impaired, superseded, expired or revoked.
        cause: The event that explains the state.
        impaired_kg: Kilograms of it whose loss nobody has covered.
        copies_superseded: How many of its files an erratum has superseded.
        events: Everything that happened, oldest first.
        errata: The texts corrected so far.
    """

    state: str = VALID
    cause: Event | None = None
    impaired_kg: int = 0
    copies_superseded: int = 0
    events: tuple[Event, ...] = ()
    errata: tuple[Correction, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "cause": self.cause.to_json() if self.cause else None,
            "copies_superseded": self.copies_superseded,
            "errata": [correction.to_json() for correction in self.errata],
            "history": [event.to_json() for event in self.events],
            "impaired_kg": self.impaired_kg,
            "state": self.state,
        }


def life_of(registry: Registry, number: str, books: StoredBooks | None = None) -> Life:
    """Return what became of a certificate, as the log says it now, or as `books` have it."""
    books = books or registry.books()
    row = books.row(f"status/{number}")
    if row is None:
        return Life()
    errata = tuple(
        _correction(name, books.row(f"erratum/{number}/{name}") or {})
        for name in texts_of(row, "errata")
    )
    return Life(
        state=text_of(row, "state"),
        cause=Event.of(row),
        impaired_kg=integer_of(row, "impaired_kg"),
        copies_superseded=integer_of(row, "copies_superseded"),
        events=tuple(reversed([*_events(registry, number, row)])),
        errata=errata,
    )


def _events(registry: Registry, number: str, row: Value) -> Iterator[Event]:
    """Yield all events, newest first: each entry's own row tells the ones before it."""
    seq = integer_of(objects_of(row, "history")[-1], "seq")
    while True:
        rows = {one["key"]: one["value"] for one in registry.entry(seq).rows}
        written: Value = rows[f"status/{number}"]
        for one in (written["by_loss"], written["by_standing"]):
            if isinstance(one, dict) and one["seq"] == seq:
                yield Event.of(one)
        before = objects_of(written, "history")[:-1]
        if not before:
            return
        seq = integer_of(before[-1], "seq")


def _correction(name: str, row: Value) -> Correction:
    field, _, language = name.partition(".")
    before = row["before"]
    return Correction(
        field=field,
        language=language,
        before=before if isinstance(before, str) else "",
        after=text_of(row, "after"),
        seq=integer_of(row, "seq"),
    )
