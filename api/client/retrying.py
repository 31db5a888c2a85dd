"""Asking again: how long, how soon, and what a client may conclude from an attempt that failed."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import httpx2

from contracts.values import Json

_UNSENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
RETRY_STATUSES: Final = frozenset({408, 412, 425, 429, 500, 502, 503, 504, 507})
"""Answers that say nothing against the request: it may be sent again as it is."""

_NOTHING_DONE: Final = frozenset({408, 412, 425, 429, 507})
_NOTHING_DONE_TITLES: Final = frozenset({"busy", "clock", "queue_full"})
"""Problems answered with 503 that say so; any other of them leaves the outcome open."""

UNAVAILABLE: Final = 503
RETRY_AFTER_S_MAX: Final = 60.0


class Attempt(Enum):
    """What is known of an attempt that got no final answer."""

    NOTHING_DONE = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to ask again.

    Attributes:
        deadline_s: Seconds for one call with all its attempts.
        first_s: Upper bound of the first pause; each further one's is twice as long.
        longest_s: Upper bound of any pause that the registry does not ask for itself.
        answer_s: Seconds to wait for one answer.
        connect_s: Seconds to wait for a connection.
    """

    deadline_s: float = 60.0
    first_s: float = 0.1
    longest_s: float = 5.0
    answer_s: float = 15.0
    connect_s: float = 3.0

    def pause_s(self, attempt: int, retry_after: str | None) -> float:
        """Return how long to wait after attempt number `attempt`, from 0.

        Anything up to the bound, so that many clients do not come back in the same instant; never
        less than the registry asks for, if it asks for a plausible time.
        """
        bound = min(self.longest_s, self.first_s * 2.0**attempt)
        chosen = bound * secrets.randbelow(1_000_000) / 1_000_000
        try:
            asked = min(float(retry_after), RETRY_AFTER_S_MAX) if retry_after else 0.0
        except ValueError:
            asked = 0.0
        return max(chosen, asked + chosen) if asked > 0 else chosen


def attempt_of_error(error: httpx2.HTTPError) -> Attempt:
    """Say what is known after a failure of the network."""
    return Attempt.NOTHING_DONE if isinstance(error, _UNSENT) else Attempt.UNKNOWN


def attempt_of_answer(status: int, problem: Mapping[str, Json]) -> Attempt:
    """Say what is known after an answer that asks for another attempt.

    A gateway's 502 or 504 hides what the registry did, and so may the registry's own 500 or 503,
    unless its problem document says that nothing was recorded.
    """
    unavailable = status == UNAVAILABLE
    named = "code" in problem or problem.get("title") in _NOTHING_DONE_TITLES
    return (
        Attempt.NOTHING_DONE
        if status in _NOTHING_DONE or (unavailable and named)
        else Attempt.UNKNOWN
    )
