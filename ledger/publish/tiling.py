"""Tiles and entry bundles on disk, by c2sp.org/tlog-tiles: written once, durable before they count.

A file's name says what it must hold, so a name is given once: the same name with other bytes is
damage or a fork, and ends everything. Contents are staged and fsynced under other names first.
"""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from ledger.files import disk, make_folders, sync_file, sync_folder, write_and_sync
from ledger.store import TamperedError

STAGING: Final = ".staging"
WRITERS: Final = 8
"""Files fsynced at once: a file system commits them together."""


def write_once(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files that are not there yet, all durable when this returns.

    Raises:
        TamperedError: one is there with other bytes.
        OSError: the disk failed; what has a name already is complete, and comparing finds it.
    """
    staging = folder / STAGING
    folders = {(folder / path).parent for path in files}
    make_folders(folder, folders)
    staging.mkdir(exist_ok=True)
    numbered = [
        (staging / f"{os.getpid()}-{number}", folder / path, content)
        for number, (path, content) in enumerate(sorted(files.items()))
    ]
    with ThreadPoolExecutor(WRITERS) as pool:
        # If we crash here, unfinished files lie in the staging folder and nobody looks there.
        list(pool.map(_stage, numbered))
        # If we crash between two names, the files that have one are complete: the next run finds
        # them by comparing, and no checkpoint speaks of any of them yet.
        for staged, target, _content in numbered:
            _name(staged, target)
        list(pool.map(_read_back, numbered))
        list(pool.map(sync_folder, sorted(folders)))


def clear_staging(folder: Path) -> None:
    """Remove what a crashed run left unfinished; only for who holds the lease."""
    for path in (folder / STAGING).glob("*"):
        path.unlink()


def _stage(one: tuple[Path, Path, bytes]) -> None:
    staged, target, content = one
    if target.exists():
        # An earlier run may have crashed before its fsync; comparing comes later, for all.
        sync_file(target)
    else:
        write_and_sync(staged, content)


def _name(staged: Path, target: Path) -> None:
    if not staged.exists():
        return
    try:
        disk.link(staged, target)
    except FileExistsError:
        sync_file(target)
    staged.unlink()


def _read_back(one: tuple[Path, Path, bytes]) -> None:
    _staged, target, content = one
    if target.read_bytes() != content:
        raise TamperedError(f"{target} is there already, with other bytes")
