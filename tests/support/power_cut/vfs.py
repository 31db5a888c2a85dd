"""A file system under SQLite that tells a watcher each step before it is done.

    with watched(Recorder()) as recorder: ...    SQLite's steps and those of `ledger.files`, in turn

The steps are those on which a disk may fail or lose power: what is written, cut off, made durable,
named or unnamed, and read.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar
from unittest import mock

import apsw

from ledger import files
from ledger.files import Disk
from ledger.publish import tiling

VFS_NAME = "sinkledger-watched"
NEW_NAMES = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL
"""Kinds of files whose first sync also syncs their folder (os_unix.c, UNIXFILE_DIRSYNC)."""

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Step:
    """One step on a file.

    `kind` is one of: create (an empty file gets a name), write (`content` at `offset`), replace
    (a new file with just this content), truncate (to `offset` bytes), sync (the content), folder
    (the names in a folder; `content` lists its folders), unlink, rename and link (from `source`),
    read, open; dropped (a sync failed, after which the kernel shows the content and yet never
    writes it); or told: what somebody outside was told, `content` says it.
    """

    kind: str
    path: Path
    offset: int = 0
    content: bytes = b""
    source: Path | None = None


def folder_step(folder: Path) -> Step:
    """Return the step that makes a folder's names durable, those of its folders among them."""
    names = sorted(one.name for one in folder.iterdir() if one.is_dir())
    return Step("folder", folder, content="\n".join(names).encode())


class Watcher:
    """Sees each step; this one just lets it be done."""

    def step(self, step: Step, do: Callable[[], Done]) -> Done:
        """Do a step."""
        del step
        return do()


class Recorder(Watcher):
    """Remembers all steps that were done, but not what was only read."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.lock = RLock()

    def step(self, step: Step, do: Callable[[], Done]) -> Done:
        with self.lock:
            done = do()
            if step.kind not in ("read", "open"):
                self.steps.append(step)
        return done

    def tell(self, content: bytes) -> None:
        """Note that somebody outside was told something."""
        self.steps.append(Step("told", Path(), content=content))


class WatchedVfs(apsw.VFS):
    """The machine's own file system, each step of it seen by a watcher."""

    def __init__(self) -> None:
        super().__init__(VFS_NAME, "")
        self.watcher = Watcher()

    def xOpen(self, name: Any, flags: list[int]) -> "WatchedFile":  # noqa: N802  # SQLite's name
        return WatchedFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802  # SQLite's name
        path = Path(filename)
        self.watcher.step(
            Step("unlink", path), lambda: super(WatchedVfs, self).xDelete(filename, syncdir)
        )
        if syncdir:
            self.watcher.step(folder_step(path.parent), lambda: None)


class WatchedFile(apsw.VFSFile):
    """A file whose steps are seen."""

    def __init__(self, vfs: WatchedVfs, name: Any, flags: list[int]) -> None:
        text = name.filename() if isinstance(name, apsw.URIFilename) else name
        self.vfs, self.path = vfs, Path(text or "/temporary")
        created = bool(flags[0] & apsw.SQLITE_OPEN_CREATE) and not self.path.exists()
        self.names_folder = bool(flags[0] & apsw.SQLITE_OPEN_CREATE and flags[0] & NEW_NAMES)
        kind = "create" if created else "open"
        open_file = super().__init__
        vfs.watcher.step(Step(kind, self.path), lambda: open_file("", name, flags))

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802  # SQLite's name
        return self.vfs.watcher.step(
            Step("read", self.path, offset), lambda: super(WatchedFile, self).xRead(amount, offset)
        )

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802  # SQLite's name
        content = bytes(data)
        self.vfs.watcher.step(
            Step("write", self.path, offset, content),
            lambda: super(WatchedFile, self).xWrite(content, offset),
        )

    def xTruncate(self, newsize: int) -> None:  # noqa: N802  # SQLite's name
        self.vfs.watcher.step(
            Step("truncate", self.path, newsize),
            lambda: super(WatchedFile, self).xTruncate(newsize),
        )

    def xSync(self, flags: int) -> None:  # noqa: N802  # SQLite's name
        self.vfs.watcher.step(
            Step("sync", self.path), lambda: super(WatchedFile, self).xSync(flags)
        )
        if self.names_folder:
            self.names_folder = False
            self.vfs.watcher.step(folder_step(self.path.parent), lambda: None)


VFS = WatchedVfs()


class WatchedDisk(Disk):
    """The steps of `ledger.files`, seen by the same watcher."""

    def write(self, descriptor: int, content: bytes, path: Path) -> None:
        VFS.watcher.step(
            Step("replace", path, content=content),
            lambda: Disk.write(self, descriptor, content, path),
        )

    def append(self, descriptor: int, content: bytes, offset: int, path: Path) -> None:
        VFS.watcher.step(
            Step("write", path, offset, content),
            lambda: Disk.append(self, descriptor, content, offset, path),
        )

    def cut(self, descriptor: int, size: int, path: Path) -> None:
        VFS.watcher.step(
            Step("truncate", path, size), lambda: Disk.cut(self, descriptor, size, path)
        )

    def sync(self, descriptor: int, path: Path) -> None:
        step = folder_step(path) if path.is_dir() else Step("sync", path)
        VFS.watcher.step(step, lambda: os.fsync(descriptor))

    def rename(self, source: Path, target: Path) -> None:
        VFS.watcher.step(
            Step("rename", target, source=source), lambda: Disk.rename(self, source, target)
        )

    def link(self, source: Path, target: Path) -> None:
        VFS.watcher.step(
            Step("link", target, source=source), lambda: Disk.link(self, source, target)
        )


SomeWatcher = TypeVar("SomeWatcher", bound=Watcher)


@contextmanager
def watched(watcher: SomeWatcher) -> Iterator[SomeWatcher]:
    """Show every step to a watcher."""
    disk = WatchedDisk()
    with mock.patch.object(files, "disk", disk), mock.patch.object(tiling, "disk", disk):
        VFS.watcher = watcher
        try:
            yield watcher
        finally:
            VFS.watcher = Watcher()
