"""Committing the state: the follower catches up, and the state service records what it found.

The publisher calls this before each publication, and a command on demand. If we crash in between,
the follower stands where it stood or ahead of the last commitment, and the next one goes on from
there; nothing is committed twice, because each says more than the one before.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

from api.drafting.draft import Desk, draft_order
from api.founding import service_seed
from api.keys import KeyFileError
from contracts.lookup import integer_of
from contracts.refusal import Refused
from contracts.v1.state_commit import LATEST, SERVICE
from contracts.values import Json
from ledger.clock import clock_us
from ledger.intake.envelope import read_envelope
from ledger.log.entry import Entry
from ledger.log.note import parse_note
from ledger.log.tree_head import parse_checkpoint
from ledger.registry import Registry
from ledger.state.records import StateDamagedError
from ledger.state.store import STATE_FILE, StateHead, StateStore
from ledger.submit import ClockError

Clock: TypeAlias = Callable[[], int]
DAMAGED_SUFFIX: Final = ".damaged"


class CommitError(Exception):
    """The state cannot be committed; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A commitment: its entry, the state it speaks of, and what was wrong with the old file."""

    entry: Entry
    head: StateHead
    damage: str | None


@dataclass(slots=True)
class StateKeeper:
    """A registry's follower, kept open from one commitment to the next."""

    registry: Registry
    store: StateStore

    @classmethod
    def of(cls, registry: Registry) -> "StateKeeper":
        """Open the follower of a registry."""
        store, _ = open_store(registry)
        return cls(registry, store)

    def close(self) -> None:
        """Close the follower."""
        self.store.close()

    def commit_state(self, now_us: int, *, on_demand: bool = False) -> Committed | None:
        """Commit the state as it stands, if there is something new to say.

        Nothing is committed while the last commitment waits for its checkpoint: proofs are made
        under published commitments only. On demand it is, all the same.

        Args:
            now_us: The moment, microseconds UTC.
            on_demand: Whether somebody asked for it now.

        Returns:
            The commitment; nothing if nothing was recorded since the last one, if that one is not
            published yet, or if the registry has no state service.

        Raises:
            CommitError: the order was refused.
            KeyFileError: the service's key is missing or not private.
        """
        registry = self.registry
        if registry.read_only_reason is not None or not self._is_due(on_demand=on_demand):
            return None
        head, damage = self.catch_up()
        body: dict[str, Json] = {
            "root": head.root.hex(),
            "supply": dict(head.supply),
            "through": head.through,
        }
        entry = _record(registry, now_us, body)
        return Committed(entry=entry, head=head, damage=damage)

    def catch_up(self) -> tuple[StateHead, str | None]:
        """Bring the follower to the end of the log; a damaged file is set aside and made anew.

        Returns:
            Where the state stands, and what was wrong with the file, if anything.
        """
        try:
            return self.store.catch_up(self.registry), None
        except StateDamagedError as error:
            self.store.close()
            _set_aside(self.registry)
            self.store = StateStore(self.registry.settings.data / STATE_FILE)
            return self.store.catch_up(self.registry), str(error)

    def _is_due(self, *, on_demand: bool) -> bool:
        books = self.registry.books()
        latest, size = books.row(LATEST), self.registry.size()
        if size == 0 or books.row(f"service/{SERVICE}") is None:
            return False
        if latest is None:
            return True
        seq = integer_of(latest, "seq")
        return size > seq + 1 and (on_demand or _published_size(self.registry) > seq)


def commit_state(registry: Registry, now_us: int, *, on_demand: bool = False) -> Committed | None:
    """Commit the state once; see `StateKeeper.commit_state`."""
    keeper = StateKeeper.of(registry)
    try:
        return keeper.commit_state(now_us, on_demand=on_demand)
    finally:
        keeper.close()


@contextmanager
def commits(
    registry: Registry, say: Callable[[str], None], clock: Clock = clock_us
) -> Iterator[Callable[[], None]]:
    """Give what a publisher does before each publication; the follower stays open in between.

    A commitment that cannot be made never stops publishing; `say` is told why.
    """
    keeper: StateKeeper | None = None

    def commit() -> None:
        nonlocal keeper
        try:
            keeper = keeper or StateKeeper.of(registry)
            done = keeper.commit_state(clock())
        except (CommitError, KeyFileError, StateDamagedError, ClockError) as error:
            say(f"the state was not committed: {error}")
            return
        if done is not None and done.damage is not None:
            say(f"state.db was damaged and made anew: {done.damage}")

    try:
        yield commit
    finally:
        if keeper is not None:
            keeper.close()


def open_store(registry: Registry) -> tuple[StateStore, str | None]:
    """Open a registry's `state.db`; one that cannot be opened is set aside and begun anew.

    Returns:
        The store, and what was wrong with the file, if anything.
    """
    path = registry.settings.data / STATE_FILE
    try:
        return StateStore(path), None
    except StateDamagedError as error:
        _set_aside(registry)
        return StateStore(path), str(error)


def _set_aside(registry: Registry) -> None:
    """Keep a damaged file under another name: it may tell what happened to the disk."""
    path = registry.settings.data / STATE_FILE
    path.replace(path.with_name(path.name + DAMAGED_SUFFIX))
    for ending in ("-journal", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _published_size(registry: Registry) -> int:
    note = registry.checkpoint()
    return 0 if note is None else parse_checkpoint(parse_note(note).text).size


def _record(registry: Registry, now_us: int, body: dict[str, Json]) -> Entry:
    active = registry.books().row("rules/active") or {}
    desk = Desk(origin=registry.origin(), rules=str(active.get("hash")), now_us=now_us)
    draft = draft_order(desk, "state.commit", f"service/{SERVICE}", body)
    signed = draft.signed_with(service_seed(registry.settings, SERVICE))
    (result,) = registry.submit(
        [read_envelope(signed.envelope())], now_us=now_us, clock_confirmed=True
    )
    if isinstance(result, Refused):
        raise CommitError(f"the commitment was refused: {result}")
    return result
