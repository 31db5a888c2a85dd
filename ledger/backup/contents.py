"""What a backup is: a folder with a description and the digest of every file.

SHA256SUMS is what `sha256sum --check` reads; it names every file, the description included. A
folder that holds more, less or other bytes is no backup.
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final, Literal

from ledger.files import write_and_sync

FORMAT: Final = "sinkledger-backup/1"
ABOUT_FILE: Final = "backup.json"
SUMS_FILE: Final = "SHA256SUMS"
UNFINISHED: Final = ".part"


class BackupError(Exception):
    """A backup cannot be made, or is not whole; the text says which file and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a backup says of itself.

    Attributes:
        database: Which database it was taken from; the same kind takes it again.
        made_at_us: When its database was read, microseconds UTC.
        origin: The log.
        size: How many entries.
        root: The Merkle root over them, in hex.
        checkpoint_at_us: When the checkpoint in it was published; 0 if there is none.
        keys: Whether private keys are in it.
    """

    database: Literal["sqlite", "postgresql"]
    made_at_us: int
    origin: str
    size: int
    root: str
    checkpoint_at_us: int
    keys: bool


def write_about(folder: Path, about: About) -> None:
    """Write the description, then the digest of every file; the folder is whole with it."""
    fields = {"format": FORMAT, **asdict(about)}
    text = json.dumps(fields, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_and_sync(folder / ABOUT_FILE, text.encode(), mode=0o600)
    sums = _rendered({name: _digest(folder / name) for name in _names(folder)})
    write_and_sync(folder / SUMS_FILE, sums.encode(), mode=0o600)


def read_about(folder: Path) -> About:
    """Return the description of a backup.

    Raises:
        BackupError: the folder is no backup, or one of a later format.
    """
    try:
        fields: dict[str, Any] = json.loads((folder / ABOUT_FILE).read_bytes())
        if fields.pop("format") != FORMAT:
            raise BackupError(f"{folder} was made by another version; restore it with that one")
        return About(**fields)
    except FileNotFoundError as error:
        raise BackupError(f"{folder} is no backup: it holds no {ABOUT_FILE}") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BackupError(f"{folder / ABOUT_FILE} is damaged; take another backup") from error


def check_sums(folder: Path) -> None:
    """Compare every file with its digest.

    Raises:
        BackupError: one is missing, damaged or not listed; the text names the first.
    """
    try:
        text = (folder / SUMS_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"{folder / SUMS_FILE} cannot be read; take another backup") from error
    listed = {line[66:]: line[:64] for line in text.splitlines()}
    if _rendered(listed) != text:
        raise BackupError(f"{folder / SUMS_FILE} is damaged; take another backup")
    found = _names(folder)
    for name in sorted({*listed, *found}):
        if name not in found:
            raise BackupError(f"{folder / name} is missing; take another backup")
        if listed.get(name) != _digest(folder / name):
            raise BackupError(f"{folder / name} is not what was backed up; take another backup")


def files_below(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder that has its final name; nothing if there is no folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(".") and not path.name.endswith(".lock"):
            yield path


def copy_file(source: Path, target: Path, *, mode: int = 0o600) -> None:
    """Copy a file and its time, durably; only its owner may read the copy unless `mode` says so."""
    target.parent.mkdir(parents=True, exist_ok=True)
    times = source.stat()
    with source.open("rb") as reading:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as writing:
            shutil.copyfileobj(reading, writing)
            writing.flush()
            os.fsync(descriptor)
    os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))


def _names(folder: Path) -> list[str]:
    paths = sorted(path for path in folder.rglob("*") if not path.is_dir())
    return [str(path.relative_to(folder)) for path in paths if path.name != SUMS_FILE]


def _rendered(digests: dict[str, str]) -> str:
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
