"""A registry from a backup: as it was then, or brought up to what has been published since.

Marks are never restored. Those of the machine say how far its log had come, so a registry that
knows less opens read-only (`ledger.mark_check`) until what is missing has been brought.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ledger.audit.audit import AuditReport, audit
from ledger.backup.contents import (
    About,
    BackupError,
    check_sums,
    copy_file,
    files_below,
    read_about,
)
from ledger.backup.create import KEYS_PART, PARTS
from ledger.backup.database import put_back, put_back_vault
from ledger.database.engine import database_exists
from ledger.fetching import Fetch
from ledger.files import make_folders, write_atomically
from ledger.land.spatial import rebuild_boxes
from ledger.log.note import NoteError, parse_note
from ledger.log.policy import Policy
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.log.tree_head import parse_checkpoint
from ledger.progress import Progress
from ledger.registry import Registry, open_registry
from ledger.replay.recovery import Recovery, recover, write_tiles
from ledger.settings import Settings

_PRIVATE: Final = "blobs/private"


def restore_backup(folder: Path, settings: Settings) -> About:
    """Make a registry as it was when it was backed up; its tiles are made from its entries.

    Args:
        folder: The backup.
        settings: Where to; there must be no registry. Keys and marks there are left alone.

    Raises:
        BackupError: the backup is not whole, or there is a registry already.
        OSError: the disk failed.
    """
    about = _begin(folder, settings)
    put_back(folder, settings)
    _put_files_back(folder, settings)
    with _opened_alone(settings) as registry:
        _compare(registry, about)
        _put_log_back(folder, registry, about)
    return about


def restore_and_catch_up(
    folder: Path,
    settings: Settings,
    fetch: Fetch,
    policy: Policy,
    progress: Progress | None = None,
) -> Recovery:
    """Make a registry from a backup's private records and files, and a newer static log.

    Every entry is taken from the static log, and decided and checked again; those that the backup
    knows must be the same. Private records that were given after the backup stay lost.

    Args:
        folder: The backup.
        settings: Where to, as `restore_backup`.
        fetch: Returns a file of the static log.
        policy: Whose signatures make its checkpoint good.
        progress: Called with (entries done, entries in all).

    Raises:
        BackupError: as `restore_backup`; the static log knows less than the backup, or is another.
        RecoveryError: the static log cannot be trusted or read.
        OSError: the disk failed.
    """
    about = _begin(folder, settings)
    with _opened_alone(settings) as registry:
        made = recover(registry, fetch, policy, progress)
        _compare(registry, about)
    put_back_vault(folder, settings)
    _put_files_back(folder, settings)
    with _opened_alone(settings) as registry, registry.writer.begin() as connection:
        rebuild_boxes(connection)
    return made


def restore_keys(folder: Path, keys: Path) -> list[str]:
    """Put the private keys of a backup back that are not there; return their names.

    Raises:
        BackupError: it holds none.
    """
    if not read_about(folder).keys:
        raise BackupError(f"{folder} holds no keys; they are kept elsewhere")
    make_folders(keys)
    restored = []
    for path in files_below(folder / KEYS_PART):
        target = keys / path.relative_to(folder / KEYS_PART)
        if not target.exists():
            copy_file(path, target)
            restored.append(target.name)
    return restored


def verify_backup(
    folder: Path,
    scratch: Path,
    *,
    database_url: str | None = None,
    progress: Progress | None = None,
) -> AuditReport:
    """Restore a backup into a scratch folder and audit what comes of it, from entry 0.

    Args:
        folder: The backup.
        scratch: A folder with room for a copy; nothing is left in it.
        database_url: An empty database for a backup of PostgreSQL.
        progress: Called with (entries done, entries in all).

    Raises:
        BackupError: as `restore_backup`.
    """
    with TemporaryDirectory(dir=scratch, prefix=".verify-") as place:
        settings = Settings(
            data=Path(place) / "data", keys=Path(place) / "keys", database_url=database_url
        )
        about = restore_backup(folder, settings)
        report = audit(settings, progress=progress)
    if (report.entries, report.root.hex()) != (about.size, about.root):
        raise BackupError(f"{folder} holds other entries than it says; take another backup")
    return report


def _begin(folder: Path, settings: Settings) -> About:
    about = read_about(folder)
    check_sums(folder)
    kind = "sqlite" if settings.postgres_url is None else "postgresql"
    if about.database != kind:
        raise BackupError(f"{folder} is of {about.database}: name such a database")
    if database_exists(settings):
        raise BackupError(f"{settings.data} holds a registry already; name a new folder")
    make_folders(settings.data)
    if settings.postgres_url is None:
        make_folders(settings.database.parent)
    return about


def _put_files_back(folder: Path, settings: Settings) -> None:
    for part in PARTS:
        for path in files_below(folder / part):
            name = path.relative_to(folder)
            target = settings.data / name
            if not target.exists():
                copy_file(path, target, mode=0o600 if str(name).startswith(_PRIVATE) else 0o644)


@contextmanager
def _opened_alone(settings: Settings) -> Iterator[Registry]:
    """Open a registry that is being made; the machine's marks are not looked at, nor raised."""
    with TemporaryDirectory() as keys:
        registry = open_registry(settings.model_copy(update={"keys": Path(keys)}))
        try:
            yield registry
        finally:
            registry.close()


def _compare(registry: Registry, about: About) -> None:
    if registry.read_only_reason is not None:
        raise BackupError(registry.read_only_reason)
    size = registry.size()
    if size < about.size:
        raise BackupError(
            f"the backup has {about.size} entries, here are {size}; "
            "restore it without a static log, or from a newer one"
        )
    if registry.root(about.size).hex() != about.root or registry.origin() != about.origin:
        raise BackupError("the backup is of another log, or altered: its entries are not these")


def _put_log_back(folder: Path, registry: Registry, about: About) -> None:
    """Make the tiles of the backup's checkpoint, and put it back with its time."""
    source = folder / CHECKPOINT_PATH
    if not source.exists():
        return
    note = source.read_bytes()
    try:
        shown = parse_checkpoint(parse_note(note).text)
    except NoteError as error:
        raise BackupError(f"{source} is no checkpoint: {error}") from error
    if shown.size > about.size or registry.root(shown.size) != shown.root:
        raise BackupError(f"{source} is of another log than the entries")
    write_tiles(registry, shown.size)
    target = registry.settings.log / CHECKPOINT_PATH
    write_atomically(target, note)
    os.utime(target, ns=(about.checkpoint_at_us * 1_000,) * 2)
