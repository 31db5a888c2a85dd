"""A claim's deadline: the same date next year, 24:00 Beijing time, written down once."""

from contracts.lookup import integer_of
from contracts.refusal import RefusalCode, Refused
from contracts.values import Moment, Value


def check_open(claim: Value, moment: Moment) -> None:
    """Refuse whatever comes at or after the claim's deadline.

    Source: MEE 公告2019年第19号 (one year for credits), as a calendar date.

    Raises:
        Refused: `DEADLINE_PASSED`.
    """
    if moment.at_us >= integer_of(claim, "deadline_at_us"):
        raise Refused(RefusalCode.DEADLINE_PASSED, deadline=claim["deadline"], at_us=moment.at_us)
