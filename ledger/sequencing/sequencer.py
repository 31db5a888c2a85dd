"""Group commit: what many callers hand in is decided and committed together.

One thread takes what has arrived, has its forms and signatures checked beside it, and meanwhile
decides and commits what was checked before. A lone order does not wait for company: a batch
is whatever came while the one before was committed, and in a crowd of two milliseconds more.
Whoever waits is told after the commit and never before.

Signatures come before fairness: keys are public, so anybody could fill another sender's lane with
orders that only look like his. What does not verify never stands in a lane.

If the process ends in between, what was not yet answered may or may not be recorded; the same
order sent again is answered with its entry.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Thread
from time import monotonic, sleep
from typing import Final, TypeAlias

from contracts.refusal import RefusalCode
from ledger.intake.checking import CheckedOrder
from ledger.intake.envelope import SignedOrder
from ledger.sequencing.arrivals import Arrivals
from ledger.sequencing.blame import NO_ANSWER, NOT_THE_ORDER
from ledger.sequencing.fair_queue import FairQueue, LaneFullError, QueueLimits
from ledger.sequencing.races import record_in_race
from ledger.sequencing.tickets import (
    Answer,
    ClosingError,
    QueueFullError,
    Recorded,
    Replies,
    Ticket,
    Turn,
    Work,
)
from ledger.store import TamperedError

BATCH_ORDERS: Final = 512
BATCH_BYTES: Final = 4 * 1_048_576
CROWD: Final = 4
GATHER_S: Final = 0.002
"""After a batch of so many, how long the next waits for company; a lone order never does."""

CLOSE_S: Final = 30.0
STALLED_S: Final = 1.0
"""A database that has kept a batch waiting for so long, in vain, keeps nobody waiting twice."""

_Finish: TypeAlias = Callable[[], tuple[CheckedOrder, ...]]
_Begun: TypeAlias = tuple[list[Ticket], _Finish]
"""Orders whose checks have begun, and what waits for the verdicts."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Checked:
    """A ticket whose order has been through the first stage."""

    ticket: Ticket
    order: CheckedOrder


class Sequencer:
    """Takes orders from any number of threads and records them by one.

    Use `start` and `close`; or, where a test decides what happens when, call `turn` instead.
    """

    def __init__(
        self,
        work: Work,
        *,
        limits: QueueLimits | None = None,
        observe: Callable[[Turn], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Make a sequencer that stands still.

        Args:
            work: What records.
            limits: How much may wait.
            observe: Told of every batch, for figures.
            failed: Told why nothing is taken any more: what is stored cannot be trusted.
        """
        self._work = work
        limits = limits or QueueLimits()
        self._arrivals = Arrivals(limits)
        self._queue: FairQueue[_Checked] = FairQueue(limits)
        self._observe = observe or (lambda _: None)
        self._failed = failed or (lambda _: None)
        self._crowded = False
        # Until when a batch last waited for the database in vain, and what it was told.
        self._in_vain: tuple[float, Exception | None] = (0.0, None)
        self._thread = Thread(target=self._run, name="sequencer", daemon=True)

    @property
    def waiting(self) -> int:
        """How many orders are on their way."""
        return len(self._arrivals)

    def start(self) -> None:
        """Begin to work in a thread."""
        self._thread.start()

    def close(self, timeout_s: float = CLOSE_S) -> None:
        """Take nothing more, answer what was taken, and end.

        Whoever waits longer for his turn is told `ClosingError`, and is not recorded here. Of a
        batch that is still decided then, nobody is told: its thread may yet commit it.
        """
        closing = ClosingError("this node is going down")
        self._arrivals.end(closing)
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        left = self._arrivals.take(len(self._arrivals))
        if not self._thread.is_alive():
            left += [one.ticket for one in self._queue.drain()]
        self._arrivals.answer([(ticket, closing) for ticket in left])

    def hand_in(self, signed_orders: Sequence[SignedOrder], replies: Replies) -> list[Ticket]:
        """Hand in a group, which keeps its sequence: all of it or nothing.

        Raises:
            QueueFullError: the whole queue is full.
            ClosingError: nothing is taken any more.
            TamperedError: what is stored cannot be trusted.
        """
        group = object() if len(signed_orders) > 1 else None
        now_s = monotonic()
        tickets = [Ticket(signed, replies, group, now_s) for signed in signed_orders]
        self._arrivals.put(tickets)
        return tickets

    def _run(self) -> None:
        while self._arrivals.wait():
            # In a crowd the first to arrive would have a costly batch for itself.
            if self._crowded and not len(self._queue):
                sleep(GATHER_S)
            self.turn()

    def turn(self) -> None:
        """Check what has arrived, and meanwhile record one batch of what was checked before."""
        arrived = self._arrivals.take(2 * BATCH_ORDERS)
        self._crowded = len(arrived) >= CROWD
        begun = self._begin(arrived)
        batch = self._queue.take(BATCH_ORDERS, BATCH_BYTES)
        self._record(batch)
        for tickets, finish in begun:
            self._line_up(tickets, finish)
        if not batch:
            self._record(self._queue.take(BATCH_ORDERS, BATCH_BYTES))

    def _begin(self, arrived: list[Ticket]) -> list[_Begun]:
        """Begin to check what has arrived; an order that breaks this breaks itself only."""
        if not arrived:
            return []
        try:
            return [(arrived, self._work.begin([ticket.signed for ticket in arrived]).finish)]
        except Exception as error:
            return [one for ticket in self._apart(arrived, error) for one in self._begin([ticket])]

    def _line_up(self, arrived: list[Ticket], finish: _Finish) -> None:
        """Put what has been checked into its lane; answer at once what goes no further."""
        try:
            checked_orders = finish()
        except Exception as error:
            for ticket in self._apart(arrived, error):
                for begun in self._begin([ticket]):
                    self._line_up(*begun)
            return
        answered: list[tuple[Ticket, Answer]] = []
        until_s, silence = self._in_vain
        for ticket, checked in zip(arrived, checked_orders, strict=True):
            if silence is not None and ticket.offered_s < until_s:
                answered.append((ticket, silence))
                continue
            refusal = checked.refusal
            if refusal is not None and refusal.code is RefusalCode.SIGNATURE_INVALID:
                answered.append((ticket, refusal))
                continue
            # A group stands in one lane, so that it keeps its sequence.
            lane = ticket.group or (ticket.signed.order.actor, ticket.signed.keys)
            try:
                size = len(ticket.signed.order_bytes)
                self._queue.put(lane, size, _Checked(ticket, checked))
            except LaneFullError:
                answered.append((ticket, QueueFullError(own=True)))
        self._arrivals.answer(answered)

    def _record(self, batch: list[_Checked]) -> None:
        """Decide and commit a batch, then answer it; an order that breaks it breaks itself only."""
        if not batch:
            return
        tickets = [one.ticket for one in batch]
        if self._arrivals.fault is not None:
            self._fail(tickets, self._arrivals.fault)
            return
        began_s = monotonic()
        try:
            answers = record_in_race(self._work, [one.order for one in batch])
        except TamperedError as error:
            self._arrivals.end(error)
            self._fail(tickets, error)
            self._failed(error)
        except Exception as error:
            if isinstance(error, NO_ANSWER) and monotonic() - began_s > STALLED_S:
                self._give_up(tickets, error)
            elif self._apart(tickets, error):
                for one in batch:
                    self._record([one])
        else:
            turn = Turn(
                orders=len(batch),
                recorded=sum(isinstance(answer, Recorded) for answer in answers),
                seconds=monotonic() - began_s,
                waited_s=began_s - min(ticket.offered_s for ticket in tickets),
            )
            self._observe(turn)
            self._arrivals.answer(zip(tickets, answers, strict=True))

    def _give_up(self, tickets: list[Ticket], error: Exception) -> None:
        """Tell a batch that waited in vain, and all who stood behind it meanwhile.

        They would wait for as long once more; so nobody waits longer than one batch may take.
        """
        self._in_vain = monotonic(), error
        behind = [one.ticket for one in self._queue.drain()]
        self._fail([*tickets, *behind], error)

    def _apart(self, tickets: list[Ticket], error: Exception) -> list[Ticket]:
        """Return whose orders are to be tried one by one; nobody's, if all have been told."""
        if len(tickets) > 1 and not isinstance(error, NOT_THE_ORDER):
            return tickets
        self._fail(tickets, error)
        return []

    def _fail(self, tickets: Sequence[Ticket], error: Exception) -> None:
        """Tell callers that nothing is known to be recorded of their orders."""
        _logger.error("%d orders were not decided", len(tickets), exc_info=error)
        self._arrivals.answer([(ticket, error) for ticket in tickets])
