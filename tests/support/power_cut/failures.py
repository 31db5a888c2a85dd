"""What a caller is told when the disk fails: no success, and no promise that nothing is there."""

import apsw
from sqlalchemy.exc import DBAPIError

from ledger.database.outcome import OutcomeUnknownError

TOLD = (DBAPIError, OSError, OutcomeUnknownError)


def failed_sync() -> apsw.IOError:
    """Return what SQLite makes of an fsync that fails."""
    error = apsw.IOError("disk I/O error")
    error.extendedresult = apsw.SQLITE_IOERR_FSYNC
    return error
