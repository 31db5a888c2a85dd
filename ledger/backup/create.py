"""Making a backup of a registry at work.

What is published is read first, then the databases, then the files that entries speak of, each of
which is written before its entry. So the checkpoint never knows more than the database, and the
database never speaks of a file that is not there. Tiles are not copied: they follow from the
entries.
"""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ledger.backup.contents import SUMS_FILE, UNFINISHED, About, BackupError, copy_file, files_below
from ledger.backup.contents import write_about as write_whole
from ledger.backup.database import dump
from ledger.files import make_folders, sync_folder
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.settings import Settings

PARTS: Final = ("blobs", "certificates", "trust", "log/anchors")
KEYS_PART: Final = "keys"
MARKS: Final = ("HIGH_WATER", "SIGNER_MARK")
"""Never copied: a mark that comes back from a backup would have forgotten what it must know."""

_NAME: Final = re.compile(r"\d{8}T\d{6}Z")


def create_backup(
    settings: Settings, folder: Path, *, now_us: int, with_keys: bool = False
) -> tuple[Path, About]:
    """Back a registry up into a new folder below `folder`, named by the time.

    If we crash on the way, a folder whose name ends in `.part` is left, and is no backup.

    Args:
        settings: The registry; others may write to it meanwhile.
        folder: Where backups lie; only their owner can read what is made in it.
        now_us: This machine's clock, microseconds UTC.
        with_keys: Copy the private keys as well: whoever has the backup can then sign.

    Raises:
        BackupError: there is one of this second already, or a database cannot be read.
        OSError: the disk failed; nothing is left.
    """
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=now_us)
    target = folder / moment.strftime("%Y%m%dT%H%M%SZ")
    unfinished = target.with_name(target.name + UNFINISHED)
    if target.exists() or unfinished.exists():
        raise BackupError(f"{target} is there already, or being made; wait a second")
    make_folders(folder)
    unfinished.mkdir(mode=0o700)
    try:
        about = _fill(settings, unfinished, now_us, with_keys=with_keys)
        for part in sorted(path for path in unfinished.rglob("*") if path.is_dir()):
            sync_folder(part)
        sync_folder(unfinished)
        unfinished.rename(target)
    finally:
        # Nothing is left of what failed; what was done has another name by now.
        shutil.rmtree(unfinished, ignore_errors=True)
    sync_folder(folder)
    return target, about


def _fill(settings: Settings, folder: Path, now_us: int, *, with_keys: bool) -> About:
    published_us = 0
    checkpoint = settings.log / CHECKPOINT_PATH
    if checkpoint.exists():
        copy_file(checkpoint, folder / CHECKPOINT_PATH)
        published_us = (folder / CHECKPOINT_PATH).stat().st_mtime_ns // 1_000
    origin, head = dump(settings, folder)
    for part in PARTS:
        _copy(settings.data / part, folder / part)
    if with_keys:
        _copy(settings.keys, folder / KEYS_PART, without=MARKS)
    about = About(
        database="sqlite" if settings.postgres_url is None else "postgresql",
        made_at_us=now_us,
        origin=origin,
        size=head.size,
        root=head.root.hex(),
        checkpoint_at_us=published_us,
        keys=with_keys,
    )
    write_whole(folder, about)
    return about


def _copy(source: Path, target: Path, without: tuple[str, ...] = ()) -> None:
    for path in files_below(source):
        if path.name not in without:
            copy_file(path, target / path.relative_to(source))


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups of a folder; return those that are gone.

    Whatever has another name than backups have stays.
    """
    backups = sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))
    gone = backups[: max(0, len(backups) - keep)]
    for path in gone:
        # The sums go first: what a crash leaves is then seen to be no backup.
        (path / SUMS_FILE).unlink(missing_ok=True)
        shutil.rmtree(path)
    return gone
