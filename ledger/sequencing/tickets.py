"""Orders on their way to the sequencer, who waits for them, and what they are answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from contracts.refusal import Refused
from ledger.intake.checking import CheckedOrder, Checking
from ledger.intake.envelope import SignedOrder
from ledger.log.entry import Entry


class QueueFullError(Exception):
    """Nothing more is taken now; the same order may be sent again after `retry_after_s`.

    Attributes:
        own: Whether it is the sender's own share that is full; otherwise the whole queue is.
        retry_after_s: When there will probably be room.
    """

    def __init__(self, *, own: bool, retry_after_s: int = 1) -> None:
        super().__init__("your share of the queue is full" if own else "the queue is full")
        self.own, self.retry_after_s = own, retry_after_s


class ClosingError(Exception):
    """This node is going down and recorded nothing of it; another node, or this one later, will."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An order's entry, and whether it had been recorded before it was offered this time."""

    entry: Entry
    again: bool


Answer: TypeAlias = Recorded | Refused | Exception


class Replies(Protocol):
    """Who is told; called once a batch, from the sequencer's thread, and must not block."""

    def tell(self, answered: Sequence[tuple["Ticket", Answer]]) -> None:
        """Take the answers of some tickets."""


@dataclass(slots=True, eq=False)
class Ticket:
    """An order on its way, and who waits for it; orders of one group keep their sequence."""

    signed: SignedOrder
    replies: Replies
    group: object | None
    offered_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one batch was: orders in it, seconds to decide and commit, longest wait until then."""

    orders: int
    recorded: int
    seconds: float
    waited_s: float


class Work(Protocol):
    """What the sequencer drives: a registry, or a test's stand-in for one."""

    def begin(self, signed_orders: Sequence[SignedOrder]) -> Checking:
        """Begin to check forms and signatures."""

    def record(self, checked_orders: Sequence[CheckedOrder]) -> tuple[Entry | Refused, ...]:
        """Decide and commit."""

    def size(self) -> int:
        """Return how many entries there are."""
