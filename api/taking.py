"""Handing orders to the sequencer from an event loop, and waiting for what becomes of them.

A request may be cancelled at any await, because its client has gone. The order does not know of
whoever waits for it: it is decided, and the same order sent again is answered with its entry.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from ledger.intake.envelope import SignedOrder
from ledger.sequencing.fair_queue import QueueLimits
from ledger.sequencing.sequencer import Sequencer
from ledger.sequencing.tickets import Answer, ClosingError, QueueFullError, Ticket, Turn, Work
from ledger.store import TamperedError

LIMITS: Final = QueueLimits(items=4_096, lane_items=1_024)
"""What a node works off in about a second; whoever would wait longer is told to come again."""

RETRY_AFTER_S_MAX: Final = 30
_SLOWEST_PER_S: Final = 50.0
_WEIGHT: Final = 0.2
_Loop = asyncio.AbstractEventLoop


@dataclass(slots=True)
class Figures:
    """What the sequencer has done since the service began; one thread writes.

    Attributes:
        batches: Batches decided and committed.
        orders: Orders in them.
        recorded: Orders that have an entry, those sent again included.
        seconds: Time spent deciding and committing.
        waited_s: Sum over batches of the longest wait before it was decided.
        waited_s_max: The longest of those waits.
        turned_away: Orders for which there was no room.
        orders_per_s: Recent speed, for telling when to come again.
    """

    batches: int = 0
    orders: int = 0
    recorded: int = 0
    seconds: float = 0.0
    waited_s: float = 0.0
    waited_s_max: float = 0.0
    turned_away: int = 0
    orders_per_s: float = _SLOWEST_PER_S

    def add(self, turn: Turn) -> None:
        """Count one batch."""
        self.batches += 1
        self.orders += turn.orders
        self.recorded += turn.recorded
        self.seconds += turn.seconds
        self.waited_s += turn.waited_s
        self.waited_s_max = max(self.waited_s_max, turn.waited_s)
        rate = turn.orders / max(turn.seconds, 0.001)
        self.orders_per_s += _WEIGHT * (max(rate, _SLOWEST_PER_S) - self.orders_per_s)


class Meter(Protocol):
    """Who is told what becomes of orders, for figures."""

    def batch(self, turn: Turn) -> None:
        """Take a batch, in the sequencer's thread."""

    def answer(self, answer: Answer) -> None:
        """Take an answer, in the event loop."""


class Taking:
    """The way of this service's orders to the ledger; its sequencer starts with the first one."""

    def __init__(
        self,
        work: Work,
        *,
        limits: QueueLimits = LIMITS,
        failed: Callable[[Exception], None] | None = None,
        meter: Meter | None = None,
    ) -> None:
        """Make a way that nobody goes yet.

        Args:
            work: What records.
            limits: How much may wait.
            failed: Told once why nothing is taken any more: what is stored cannot be trusted.
            meter: Told of every batch and answer.
        """
        self.limits = limits
        self.figures = Figures()
        self.closing = False
        self._policy = (
            f'"queue";q={limits.items};qu="concurrent-requests", '
            f'"share";q={limits.lane_items};qu="concurrent-requests"'
        ).encode()
        self._sequencer = Sequencer(work, limits=limits, observe=self._observe, failed=failed)
        self._meter = meter
        self._lock = Lock()
        self._started = False
        self._desks: WeakKeyDictionary[_Loop, _Desk] = WeakKeyDictionary()

    def _observe(self, turn: Turn) -> None:
        self.figures.add(turn)
        if self._meter is not None:
            self._meter.batch(turn)

    @property
    def waiting(self) -> int:
        """How many orders are on their way."""
        return self._sequencer.waiting

    @property
    def room(self) -> int:
        """How many orders more may come now."""
        return max(0, self.limits.items - self._sequencer.waiting)

    @property
    def retry_after_s(self) -> int:
        """When what waits now will probably be decided, in whole seconds."""
        return min(ceil(self.waiting / self.figures.orders_per_s) or 1, RETRY_AFTER_S_MAX)

    def rate_limit(self, answer: Answer | None) -> list[tuple[bytes, bytes]]:
        """Return the headers that say what may come (draft-ietf-httpapi-ratelimit-headers-10)."""
        if isinstance(answer, QueueFullError) and answer.own:
            left = f'"share";r=0;t={answer.retry_after_s}'
        else:
            left = f'"queue";r={self.room}'
        return [(b"ratelimit-policy", self._policy), (b"ratelimit", left.encode())]

    async def one(self, signed: SignedOrder) -> Answer:
        """Hand in one order and wait for its answer; what went wrong is an answer too."""
        (answer,) = await self.group([signed])
        return answer

    async def group(self, signed_orders: Sequence[SignedOrder]) -> list[Answer]:
        """Hand in orders that keep their sequence, and wait for the answers of all."""
        answers = await self._answers(signed_orders)
        if self._meter is not None:
            for answer in answers:
                self._meter.answer(answer)
        return answers

    async def _answers(self, signed_orders: Sequence[SignedOrder]) -> list[Answer]:
        loop = asyncio.get_running_loop()
        desk = self._desks.get(loop) or self._begin(loop)
        try:
            tickets = self._sequencer.hand_in(signed_orders, desk)
        except (QueueFullError, ClosingError, TamperedError) as error:
            self.figures.turned_away += len(signed_orders) - 1
            return [self._timed(error)] * len(signed_orders)
        # Whoever is cancelled here cancels his own waiting and nothing else.
        return [self._timed(answer) for answer in await desk.answers(tickets)]

    def close(self) -> None:
        """Take nothing more, answer what was taken, and end."""
        self.closing = True
        with self._lock:
            self._started = True
        self._sequencer.close()

    def _begin(self, loop: _Loop) -> "_Desk":
        with self._lock:
            if not self._started:
                self._sequencer.start()
            self._started = True
            return self._desks.setdefault(loop, _Desk(loop))

    def _timed(self, answer: Answer) -> Answer:
        """Say when there will be room, where there was none."""
        if not isinstance(answer, QueueFullError):
            return answer
        self.figures.turned_away += 1
        return QueueFullError(own=answer.own, retry_after_s=self.retry_after_s)


class _Desk:
    """Where an event loop is told; once for all of its orders that were decided together."""

    def __init__(self, loop: _Loop) -> None:
        self._loop = loop
        self._open: dict[Ticket, _Group] = {}

    def answers(self, tickets: Sequence[Ticket]) -> "asyncio.Future[list[Answer]]":
        """Return what will hold the answers, in the sequence of the tickets.

        Call it in the loop, before the first await after handing in: what is told meanwhile
        stands in line behind the caller.
        """
        group = _Group(self._loop.create_future(), tickets, {})
        for ticket in tickets:
            self._open[ticket] = group
        return group.future

    def tell(self, answered: Sequence[tuple[Ticket, Answer]]) -> None:
        """Take answers, in the sequencer's thread."""
        try:
            self._loop.call_soon_threadsafe(self._told, answered)
        except RuntimeError:
            # The loop has ended with everybody who waited in it.
            return

    def _told(self, answered: Sequence[tuple[Ticket, Answer]]) -> None:
        for ticket, answer in answered:
            group = self._open.pop(ticket)
            group.found[ticket] = answer
            if len(group.found) == len(group.tickets) and not group.future.done():
                group.future.set_result([group.found[one] for one in group.tickets])


@dataclass(slots=True)
class _Group:
    """Orders that one request waits for."""

    future: "asyncio.Future[list[Answer]]"
    tickets: Sequence[Ticket]
    found: dict[Ticket, Answer]
