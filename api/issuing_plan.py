"""How a run of issuing works, and how far it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from api.pool import Limits

BATCH: Final = 16
AUTHORITY_WAITS_S: Final = (15.0, 60.0, 180.0)
"""Before an authority is asked again that did not answer a press, which had asked four times."""

STATE_WAIT_S: Final = 20.0
"""How long a state may take to be committed and published while this waits for it."""


class IssuingStoppedError(Exception):
    """No paper can be issued any more; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotIssued:
    """A paper that was not issued, why, and whether that passes by publishing."""

    number: str
    subject: str
    reason: str
    passes: bool = False


@dataclass(slots=True, kw_only=True)
class Tally:
    """How far a run is.

    Attributes:
        found: Subjects without a paper when it began.
        issued: Papers recorded by this run.
        not_issued: What could not be.
    """

    found: int = 0
    issued: int = 0
    not_issued: list[NotIssued] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a run works.

    Attributes:
        workers: Processes.
        limit: Papers at most; nothing for all.
        batch: Papers recorded together.
        authority_waits_s: See `AUTHORITY_WAITS_S`.
        state_wait_s: See `STATE_WAIT_S`.
        limits: Of the workers.
    """

    workers: int
    limit: int | None = None
    batch: int = BATCH
    authority_waits_s: tuple[float, ...] = AUTHORITY_WAITS_S
    state_wait_s: float = STATE_WAIT_S
    limits: Limits = field(default_factory=Limits)


Show: TypeAlias = Callable[[Tally], None]
