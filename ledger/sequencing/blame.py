"""What ends a batch and says nothing against its orders: each would meet it alone as well."""

from typing import Final

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ledger.database.outcome import OutcomeUnknownError
from ledger.publish.high_water import HighWaterError
from ledger.second_copy import SecondCopyError
from ledger.store import HeadMovedError
from ledger.submit import ClockError

NO_ANSWER: Final = (OperationalError, PoolTimeoutError, OutcomeUnknownError)
"""The database said nothing, or not what became of the batch."""

NOT_THE_ORDER: Final = (
    *NO_ANSWER,
    OSError,
    HeadMovedError,
    ClockError,
    SecondCopyError,
    HighWaterError,
)
