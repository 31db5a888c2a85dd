"""The stage of the demonstration: one registry, a scripted clock, and a table of what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from api.demo.cast import Cast
from api.drafting.draft import Desk, Draft, draft_order
from api.drafting.published import overlaps_with, parameter_rows
from api.inputs.factors import FactorRow
from contracts.check_digits import encode_id
from contracts.dates import BEIJING, date_at
from contracts.lookup import integer_of
from contracts.refusal import RefusalCode, Refused
from contracts.values import Json, Movement, Value
from ledger.history import History
from ledger.intake.envelope import read_envelope
from ledger.land.geometry import ParcelGeometry
from ledger.registry import Registry

MINUTE_US: Final = 60_000_000


class StageError(Exception):
    """The play did not go as written: a fault of the program, never shown as success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Where an order stands in the log, the id that derives from it, and the rows it wrote."""

    seq: int
    id: str
    keys: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Stage:
    """Does the orders of the play, one a minute, and keeps the table."""

    registry: Registry
    origin: str
    rules: str
    cast: Cast
    now_us: int
    lines: list[tuple[str, str]] = field(default_factory=list)
    echo: bool = False

    @property
    def desk(self) -> Desk:
        """The drafter's desk at this minute."""
        return Desk(origin=self.origin, rules=self.rules, now_us=self.now_us)

    @property
    def now(self) -> datetime:
        """Return the play's moment."""
        return datetime.fromtimestamp(self.now_us // 1_000_000, tz=BEIJING)

    def officer(self, role: str) -> bytes:
        """Return the key of the officer in that role."""
        return self.cast.officers[role].seed

    def today(self) -> date:
        """Return the play's date in Beijing."""
        return date_at(self.now_us)

    def jump_to(self, day: date, hour: int = 10) -> None:
        """Move the clock forward to an hour of a later day, Beijing time."""
        moment = datetime(day.year, day.month, day.day, hour, tzinfo=BEIJING)
        self.now_us = max(self.now_us, int(moment.timestamp()) * 1_000_000)

    def say(self, what: str, how: str) -> None:
        """Add a line to the table."""
        self.lines.append((what, how))

    def do(self, kind: str, actor: str, body: Mapping[str, Json], *seeds: bytes) -> Recorded:
        """Draft, sign and submit an order that must be recorded."""
        return self.submit(draft_order(self.desk, kind, actor, body), seeds)

    def submit(self, draft: Draft, seeds: Sequence[bytes]) -> Recorded:
        """Sign a draft with every key and submit it.

        Raises:
            StageError: it was refused.
        """
        result = self._send(draft, seeds)
        if isinstance(result, Refused):
            raise StageError(f"{draft.order['kind']} was refused: {result}")
        return result

    def refused(
        self, draft: Draft, seeds: Sequence[bytes], expected: RefusalCode, what: str
    ) -> None:
        """Submit an order that the rules must refuse with that code.

        Raises:
            StageError: it was recorded, or refused for another reason.
        """
        result = self._send(draft, seeds)
        if not isinstance(result, Refused) or result.code is not expected:
            raise StageError(f"{what}: expected {expected.name}, got {result}")
        self.say(what, f"拒绝 refused {result.code.value} {result.code.name}")

    def _send(self, draft: Draft, seeds: Sequence[bytes]) -> Recorded | Refused:
        signed = draft
        for seed in seeds:
            signed = signed.signed_with(seed)
        (result,) = self.registry.submit(
            [read_envelope(signed.envelope())], now_us=self.now_us, clock_confirmed=True
        )
        self.now_us += MINUTE_US
        if isinstance(result, Refused):
            return result
        keys = tuple(str(row["key"]) for row in result.rows)
        return Recorded(seq=result.seq, id=encode_id(result.seq), keys=keys)

    def row(self, key: str) -> Value:
        """Return a row that must be there.

        Raises:
            StageError: it is not.
        """
        value = self.registry.books().row(key)
        if value is None:
            raise StageError(f"no row {key}")
        return value

    def integer(self, key: str, name: str) -> int:
        """Return a whole-number field of a row."""
        return integer_of(self.row(key), name)

    def parameter_rows(self) -> tuple[FactorRow, ...]:
        """Return the published parameters as they stand in the log."""
        return parameter_rows(self.registry)

    def overlaps(self, geometry: ParcelGeometry) -> tuple[tuple[str, int], ...]:
        """Return the registered parcels that a polygon overlaps, with square metres."""
        return overlaps_with(self.registry, geometry)

    def retired_ranges(self, retirement: str) -> tuple[Movement, ...]:
        """Return the units of a retirement."""
        seq = self.integer(f"retire/{retirement}", "retired_seq")
        history = History(connect=self.registry.reader.connect)
        return tuple(event.movement for event in history.of_entry(seq))

    @staticmethod
    def tonnes(quantity_kg: int) -> str:
        """Return kilograms as tonnes with three decimals."""
        return f"{quantity_kg // 1000:,}.{quantity_kg % 1000:03d} t"
