"""What time has decided: certificates that have expired, losses that nobody replaced in time.

The certificate service records both. Nothing is weighed: the rules refuse whatever is not due, so
this only asks, and asks again for a loss until its walk is at its end. If we crash in between, the
next run finds what is left.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from api.drafting.draft import Desk, draft_order
from api.founding import service_seed
from certificates.number import certificate_number
from contracts.lookup import integer_of, object_of, text_of
from contracts.refusal import RefusalCode, Refused
from contracts.v1.certificate_record import SERVICE
from contracts.values import Json, Value
from ledger.books.projection import PAGE_ROWS
from ledger.intake.envelope import read_envelope
from ledger.log.entry import Entry
from ledger.registry import Registry

AT_ONCE: Final = 100
"""Orders that are decided together."""

EXPIRING: Final = ("superseded", "valid")


class OverdueError(Exception):
    """An order that is due was refused; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was recorded: numbers that expired, and kilograms impaired by loss."""

    expired: tuple[str, ...]
    impaired_kg: dict[str, int]


def record_due(
    registry: Registry, desk: Desk, tell: Callable[[str], None], *, clock_confirmed: bool = True
) -> Recorded:
    """Record everything that is due at the desk's time.

    Args:
        registry: The registry, whose certificate service's key lies in its key folder.
        desk: Origin, rules and time.
        tell: Called with a sentence as things go on.
        clock_confirmed: Whether somebody has said that this is the time, as whoever runs the
            command has; a publisher has not.

    Raises:
        OverdueError: an order was refused although it is due.
        KeyFileError: the service's key is missing or not private.
        ClockError: the time leaps, and nobody has confirmed it.
    """
    recorder = _Recorder(registry, desk, tell, clock_confirmed)
    expired = recorder.expire()
    impaired = {loss: recorder.impair(loss) for loss in due_losses(registry, desk.now_us)}
    return Recorded(expired=expired, impaired_kg=impaired)


def due_expiries(registry: Registry, now_us: int) -> Iterator[str]:
    """Yield the numbers of recorded certificates whose term of display has ended."""
    for _, claim in _rows(registry, "claim/"):
        if claim["completion"] is None:
            continue
        done = object_of(claim, "completion")
        # A registry that was opened by earlier rules has claims without a term of display.
        if "display_until_at_us" not in done or integer_of(done, "display_until_at_us") > now_us:
            continue
        number = certificate_number("CL", integer_of(done, "seq"), integer_of(done, "at_us"))
        status = registry.books().row(f"status/{number}")
        standing = text_of(status, "standing") if status else "valid"
        if standing in EXPIRING and registry.books().row(f"cert/{number}") is not None:
            yield number


def due_losses(registry: Registry, now_us: int) -> Iterator[str]:
    """Yield the ids of losses that are overdue and not yet impaired as far as they are owed."""
    for key, loss in _rows(registry, "loss/"):
        if integer_of(loss, "due_at_us") <= now_us and loss["owed_kg"] != loss["impaired_kg"]:
            yield key.removeprefix("loss/")


def _rows(registry: Registry, prefix: str) -> Iterator[tuple[str, Value]]:
    last = ""
    while page := registry.books().rows_under(prefix, after=last, limit=PAGE_ROWS):
        yield from page
        last = page[-1][0]


@dataclass(frozen=True, slots=True)
class _Recorder:
    """Orders of the certificate service at the desk's time."""

    registry: Registry
    desk: Desk
    tell: Callable[[str], None]
    clock_confirmed: bool

    def expire(self) -> tuple[str, ...]:
        """Let all certificates expire whose term has ended."""
        expired: list[str] = []
        due = due_expiries(self.registry, self.desk.now_us)
        while numbers := [*islice(due, AT_ONCE)]:
            for answer in self._submit("certificate.expire", [{"number": one} for one in numbers]):
                if isinstance(answer, Refused):
                    raise OverdueError(f"an expiry was refused: {answer}")
            expired.extend(numbers)
            self.tell(f"{len(expired)} certificates have expired")
        return tuple(expired)

    def impair(self, loss: str) -> int:
        """Impair what a loss still owes, until nothing is left or its walk is at its end."""
        before = _impaired_kg(self.registry, loss)
        while True:
            (answer,) = self._submit("loss.impair", [{"loss": loss}])
            if isinstance(answer, Refused):
                if answer.code is not RefusalCode.NOTHING_TO_IMPAIR:
                    raise OverdueError(f"the loss {loss} was not taken: {answer}")
                break
            row = self.registry.books().row(f"loss/{loss}") or {}
            impaired, owed = row["impaired_kg"], row["owed_kg"]
            self.tell(f"loss {loss}: {impaired} of {owed} kg impair certificates")
            if row["cursor"] is None or impaired == owed:
                break
        return _impaired_kg(self.registry, loss) - before

    def _submit(self, kind: str, bodies: list[dict[str, Json]]) -> tuple[Entry | Refused, ...]:
        seed = service_seed(self.registry.settings, SERVICE)
        drafts = [draft_order(self.desk, kind, f"service/{SERVICE}", body) for body in bodies]
        orders = [read_envelope(draft.signed_with(seed).envelope()) for draft in drafts]
        return self.registry.submit(
            orders, now_us=self.desk.now_us, clock_confirmed=self.clock_confirmed
        )


def _impaired_kg(registry: Registry, loss: str) -> int:
    return integer_of(registry.books().row(f"loss/{loss}") or {}, "impaired_kg")
