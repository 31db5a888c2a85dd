"""Handing one order to a sequencer from a test's own thread."""

from collections.abc import Sequence
from concurrent.futures import Future

from contracts.refusal import Refused
from ledger.intake.envelope import SignedOrder
from ledger.sequencing.sequencer import Sequencer
from ledger.sequencing.tickets import Answer, Recorded, Ticket


class _Waiting(Future["Recorded | Refused"]):
    """Replies for one order."""

    def tell(self, answered: Sequence[tuple[Ticket, Answer]]) -> None:
        """Take the answer."""
        (_, answer) = answered[0]
        if isinstance(answer, Recorded | Refused):
            self.set_result(answer)
        else:
            self.set_exception(answer)


def offer(sequencer: Sequencer, signed: SignedOrder) -> "Future[Recorded | Refused]":
    """Hand in one order; the future holds its answer, or raises what went wrong."""
    waiting = _Waiting()
    sequencer.hand_in([signed], waiting)
    return waiting
