"""What has been handed in and not yet answered: bounded, shared between all threads."""

from collections import deque
from collections.abc import Iterable, Sequence
from threading import Condition

from ledger.sequencing.fair_queue import QueueLimits
from ledger.sequencing.tickets import Answer, ClosingError, QueueFullError, Ticket


class Arrivals:
    """Counts every order from the moment it is taken until it is answered."""

    __slots__ = ("_arrived", "_bytes", "_changed", "_ended", "_limits", "_orders")

    def __init__(self, limits: QueueLimits) -> None:
        self._limits = limits
        self._changed = Condition()
        self._arrived: deque[Ticket] = deque()
        self._orders = 0
        self._bytes = 0
        self._ended: Exception | None = None

    def __len__(self) -> int:
        return self._orders

    @property
    def fault(self) -> Exception | None:
        """Why nothing is recorded any more; nothing while all is well or ends in order."""
        return None if isinstance(self._ended, ClosingError) else self._ended

    def put(self, tickets: Sequence[Ticket]) -> None:
        """Take a group, all of it or nothing.

        Raises:
            QueueFullError: there is no room for it.
            ClosingError: nothing is taken any more.
        """
        size = sum(len(ticket.signed.order_bytes) for ticket in tickets)
        with self._changed:
            if self._ended is not None:
                raise self._ended
            full = self._orders + len(tickets) > self._limits.items
            if full or self._bytes + size > self._limits.bytes:
                raise QueueFullError(own=False)
            self._arrived.extend(tickets)
            self._orders += len(tickets)
            self._bytes += size
            self._changed.notify_all()

    def take(self, most: int) -> list[Ticket]:
        """Remove and return what arrived first; it still counts until it is answered."""
        with self._changed:
            return [self._arrived.popleft() for _ in range(min(len(self._arrived), most))]

    def wait(self) -> bool:
        """Wait until something is on its way; return False once nothing ever will be."""
        with self._changed:
            self._changed.wait_for(lambda: self._orders or self._ended)
            return self._orders > 0

    def end(self, reason: Exception) -> None:
        """Take nothing more; the first reason stands, unless a fault follows an orderly end."""
        with self._changed:
            if self.fault is None:
                self._ended = reason
            self._changed.notify_all()

    def answer(self, answered: Iterable[tuple[Ticket, Answer]]) -> None:
        """Tell everybody in one call what became of his orders."""
        told: dict[int, list[tuple[Ticket, Answer]]] = {}
        orders, size = 0, 0
        for ticket, answer in answered:
            told.setdefault(id(ticket.replies), []).append((ticket, answer))
            orders, size = orders + 1, size + len(ticket.signed.order_bytes)
        with self._changed:
            self._orders -= orders
            self._bytes -= size
        for mine in told.values():
            mine[0][0].replies.tell(mine)
