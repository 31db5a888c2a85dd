"""Room on the disk: orders are turned away while there is still some, not when there is none.

A full disk is survived (nothing is lost or doubled), but what one meets there is "cannot say
whether it is recorded", and tiles can no longer be written. So a margin is kept for publishing,
and whoever brings an order is told clearly that nothing was recorded.
"""

import errno
import os
from pathlib import Path

from ledger.settings import Settings

_MB = 1_000_000


class NoRoomError(OSError):
    """Too little room is left to take orders; nothing was recorded. It passes when room is made."""

    def __init__(self, volume: str, free_bytes: int) -> None:
        super().__init__(errno.ENOSPC, f"{free_bytes // _MB} MB are left for {volume}")
        self.volume, self.free_bytes = volume, free_bytes


def volumes_of(settings: Settings) -> dict[str, Path]:
    """Return the folders that a registry writes to, by name; they may lie on different disks."""
    found = {"data": settings.data, "keys": settings.keys}
    if settings.postgres_url is None:
        found["database"] = settings.database.parent
    if settings.second_copy is not None:
        found["second_copy"] = settings.second_copy
    return found


def free_bytes(folder: Path) -> int:
    """Return how many bytes this process may still write there.

    Raises:
        OSError: the folder cannot be asked.
    """
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize


def check_room(settings: Settings) -> None:
    """Refuse to go on where less than `disk_free_mb` is left.

    Raises:
        NoRoomError: of the first volume with too little room.
        OSError: a volume cannot be asked.
    """
    least = settings.disk_free_mb * _MB
    for name, folder in volumes_of(settings).items():
        free = free_bytes(folder)
        if free < least:
            raise NoRoomError(name, free)
