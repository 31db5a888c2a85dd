"""A node: the production sequencer, registry and mark, on a database that may fail it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from contracts.refusal import Refused
from ledger.intake.checking import CheckedOrder, Checker, Checking
from ledger.intake.envelope import SignedOrder
from ledger.log.entry import Entry
from ledger.mark_check import why_read_only
from ledger.registry import Registry
from ledger.sequencing.sequencer import Sequencer
from ledger.sequencing.tickets import Answer, ClosingError, QueueFullError, Ticket
from ledger.settings import Settings
from ledger.standing import Standing
from ledger.store import TamperedError
from ledger.submit import passkey_scope
from tests.simulation.database import Wires
from tests.simulation.hub import Hub, Task

RESTART_US = 500_000
FAILURES = (SQLAlchemyError, OSError)
Record = Callable[["Node", Sequence[CheckedOrder]], tuple[Entry | Refused, ...]]


class Caller(Protocol):
    """Who sent an order and takes its answer."""

    def answered(self, node: "Node", order: SignedOrder, answer: Answer) -> None:
        """Take the answer of a node."""


class _Replies:
    """Sends each answer of a batch back to where its order came from."""

    def __init__(self, node: "Node", caller: Caller) -> None:
        self._node, self._caller = node, caller

    def tell(self, answered: Sequence[tuple[Ticket, Answer]]) -> None:
        for ticket, answer in answered:
            self._caller.answered(self._node, ticket.signed, answer)


def record(node: "Node", checked: Sequence[CheckedOrder]) -> tuple[Entry | Refused, ...]:
    """Record as production does."""
    registry = node.registry
    assert registry is not None
    return registry.submit_checked(checked, now_us=node.clock_us)


class Node:
    """A place where a process runs, crashes, and is started again."""

    def __init__(
        self, hub: Hub, name: str, folder: Path, wires: Wires, record: Record = record
    ) -> None:
        self.hub, self.name, self.wires, self._record = hub, name, wires, record
        self.settings = Settings(data=folder / "data", keys=folder / "keys")
        self.settings.keys.mkdir(parents=True, exist_ok=True)
        self.skew_us = 0
        self.registry: Registry | None = None
        self.sequencer: Sequencer | None = None
        self.task: Task | None = None
        self.idle = False
        self.doubtful = False
        self.start()

    @property
    def clock_us(self) -> int:
        """What this machine's clock says."""
        return self.hub.now_us + self.skew_us

    def start(self) -> None:
        """Start the process."""
        self.task = self.wires.task = self.hub.spawn(self.name, self._live)

    def _live(self) -> None:
        self.doubtful = False
        try:
            self._open()
            self._work()
        except FAILURES as error:
            self.hub.note(self.name, "ends:", type(error).__name__)
        finally:
            self.sequencer = None
            self.hub.at(RESTART_US, self.start)

    def _open(self) -> None:
        with self.wires.writer.begin() as connection:
            reason = why_read_only(connection, self.settings)
        if reason is not None:
            self.hub.note(self.name, "is read-only:", reason)
        reader = self.wires.reader
        self.registry = Registry(
            settings=self.settings,
            writer=self.wires.writer,
            reader=reader,
            checker=Checker(lambda: passkey_scope(reader)),
            standing=Standing(reason),
        )
        self.sequencer = Sequencer(self, failed=self._doubt)

    def _doubt(self, error: Exception) -> None:
        """What is stored cannot be trusted, so the process ends; the next start compares."""
        self.hub.note(self.name, "stops:", error)
        self.doubtful = True

    def _work(self) -> None:
        sequencer, task = self.sequencer, self.task
        assert sequencer is not None
        assert task is not None
        while not self.doubtful:
            if sequencer.waiting:
                sequencer.turn()
                self.hub.sleep(task, 50)
            else:
                self.idle = True
                self.hub.sleep(task, 1_000_000_000)
                self.idle = False

    def take(self, order: SignedOrder, caller: Caller) -> None:
        """Receive an order from the network; a node that is down receives nothing."""
        if self.sequencer is None or self.task is None:
            return
        try:
            self.sequencer.hand_in([order], _Replies(self, caller))
        except (QueueFullError, ClosingError, TamperedError) as error:
            caller.answered(self, order, error)
            return
        if self.idle:
            self.task.wake()

    def crash(self) -> None:
        """End the process here and now."""
        if self.task is not None and self.task.alive:
            self.task.crash()

    def begin(self, signed_orders: Sequence[SignedOrder]) -> Checking:
        """Check as production does."""
        assert self.registry is not None
        return self.registry.checker.begin(signed_orders)

    def record(self, checked_orders: Sequence[CheckedOrder]) -> tuple[Entry | Refused, ...]:
        """Decide and commit."""
        return self._record(self, checked_orders)

    def size(self) -> int:
        """Return how many entries there are."""
        assert self.registry is not None
        return self.registry.size()
