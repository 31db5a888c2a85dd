"""Recording a batch although other nodes record beside us."""

from collections.abc import Sequence
from itertools import count
from typing import Final

from contracts.refusal import Refused
from ledger.intake.checking import CheckedOrder
from ledger.sequencing.tickets import Recorded, Work
from ledger.store import HeadMovedError

RACES_MAX: Final = 8
"""How often a batch is decided anew because another node was faster, before callers are told."""


def record_in_race(work: Work, checked_orders: Sequence[CheckedOrder]) -> list[Recorded | Refused]:
    """Record a batch; again from the beginning whenever another node was faster.

    Raises:
        HeadMovedError: others were faster too often.
    """
    for races in count(1):
        before = work.size()
        try:
            found = work.record(checked_orders)
            break
        except HeadMovedError:
            if races == RACES_MAX:
                raise
    answers: list[Recorded | Refused] = []
    seen = set[int]()
    for answer in found:
        if isinstance(answer, Refused):
            answers.append(answer)
            continue
        answers.append(Recorded(answer, answer.seq < before or answer.seq in seen))
        seen.add(answer.seq)
    return answers
