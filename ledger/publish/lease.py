"""One holder at a time: a lease in the ledger's database, with an epoch that only grows.

A holder whose time is over may still be running, frozen or slow. So it renews before every step
that others can see, and a renewal names its epoch: once somebody else has taken over, it fails.
What must hold even without clocks is held by the signer and by files written once, not by this.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Engine, Insert, Row, Update, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledger.database.outcome import OutcomeUnknownError, settled
from ledger.database.side_tables import side_lease

PUBLISHER: Final = "publisher"
LEASE_US: Final = 60 * 1_000_000


class LeaseError(Exception):
    """Another process holds the lease, or has taken it over; the text says who."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A lease that is held: under which epoch, by whom, until when (microseconds UTC)."""

    name: str
    epoch: int
    holder: str
    until_us: int


def take_lease(
    engine: Engine, holder: str, now_us: int, *, name: str = PUBLISHER, alone: bool = False
) -> Lease:
    """Take the lease if nobody holds it.

    Args:
        engine: A write engine of the ledger's database.
        holder: Who asks, as people should read it.
        now_us: This machine's clock.
        name: What the lease is for.
        alone: The caller knows, by a lock on the machine, that no other process of this holder
            runs; what it left behind when it was killed is then taken over at once.

    Raises:
        LeaseError: another holder's time is not over, or another was faster.
    """
    with engine.begin() as connection:
        row = connection.execute(select(side_lease).where(side_lease.c.name == name)).one_or_none()
        left_behind = row is not None and alone and row.holder == holder
        if row is not None and row.until_us > now_us and not left_behind:
            left_s = (row.until_us - now_us) // 1_000_000 + 1
            raise LeaseError(f"{row.holder} is the {name} for another {left_s} s at least")
        epoch = 1 if row is None else row.epoch + 1
        lease = Lease(name=name, epoch=epoch, holder=holder, until_us=now_us + LEASE_US)
        values = {"epoch": epoch, "holder": holder, "until_us": lease.until_us}
        try:
            taking = _taking(name, row).values(values)
            counted = {"preserve_rowcount": True}
            taken = connection.execute(taking, execution_options=counted).rowcount
        except IntegrityError:
            taken = 0
        if taken != 1:
            raise LeaseError(f"another process has become the {name} at this moment")
    # If we crash here, the lease stands until its time is over, and then the next one takes it.
    return lease


def _taking(name: str, seen: Row[Any] | None) -> Insert | Update:
    """Return the statement that changes the lease if it is still as it was seen.

    SQLite lets one writer in at a time. Elsewhere somebody may take or renew it in between.
    """
    if seen is None:
        return insert(side_lease).values(name=name)
    return update(side_lease).where(
        side_lease.c.name == name,
        side_lease.c.epoch == seen.epoch,
        side_lease.c.until_us == seen.until_us,
    )


def epoch_of(connection: Connection, name: str) -> int:
    """Return how often a lease was taken."""
    asked = select(side_lease.c.epoch).where(side_lease.c.name == name)
    return connection.execute(asked).scalar() or 0


def renew_lease(engine: Engine, lease: Lease, now_us: int) -> Lease:
    """Hold the lease for another minute.

    Raises:
        LeaseError: somebody else has taken it over.
    """
    renewed = replace(lease, until_us=now_us + LEASE_US)
    _set_until(engine, lease, renewed.until_us)
    return renewed


def end_lease(engine: Engine, lease: Lease) -> None:
    """Give the lease back; its epoch stays used.

    Raises:
        LeaseError: somebody else has taken it over.
    """
    _set_until(engine, lease, 0)


def _set_until(engine: Engine, lease: Lease, until_us: int) -> None:
    held = (
        update(side_lease)
        .where(side_lease.c.name == lease.name, side_lease.c.epoch == lease.epoch)
        .values(until_us=until_us)
    )
    try:
        # A commit that stands: what was committed before it is where it must be, too.
        renewed = settled(engine, lambda connection: connection.execute(held).rowcount)
    except OutcomeUnknownError as error:
        raise LeaseError(f"whether this is still the {lease.name} is unknown: {error}") from error
    if renewed != 1:
        raise LeaseError(f"another process has become the {lease.name} in between")
