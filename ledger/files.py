"""Writing files so that a crash leaves the old content or the new, never a part of it."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


class Disk:
    """What durable writing asks of the operating system, in one place.

    A fault proof puts another in its stead, which fails, or dies, at the step of its choice.
    """

    def write(self, descriptor: int, content: bytes, path: Path) -> None:
        """Write all of `content`; `path` says where to, for whoever looks on."""
        del path
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]

    def append(self, descriptor: int, content: bytes, offset: int, path: Path) -> None:
        """Write all of `content` at the end of a file, which is at `offset`."""
        del path
        view = memoryview(content)
        while view:
            written = os.pwrite(descriptor, view, offset)
            view, offset = view[written:], offset + written

    def cut(self, descriptor: int, size: int, path: Path) -> None:
        """Cut a file off after so many bytes."""
        del path
        os.ftruncate(descriptor, size)

    def sync(self, descriptor: int, path: Path) -> None:
        """Make a file's content, or a folder's names, durable."""
        del path
        os.fsync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file another name, replacing what has it."""
        source.replace(target)

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name, which nothing may have yet (FileExistsError)."""
        os.link(source, target)


disk = Disk()


def write_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace a file's content.

    Temporary file, fsync, rename, fsync of the folder: if we crash before the rename the old
    content stands, after it the new; the last fsync makes the rename itself durable.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    write_and_sync(temporary, content, mode=mode)
    try:
        disk.rename(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_and_sync(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file whose name nobody reads yet, and make its content durable.

    A file that could not be written whole is removed: nobody may take it for a durable one.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        disk.write(descriptor, content, path)
        disk.sync(descriptor, path)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make the content of a file durable that an earlier run may only have written."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        disk.sync(descriptor, path)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        disk.sync(descriptor, folder)
    finally:
        os.close(descriptor)


def make_folders(root: Path, folders: Iterable[Path] = ()) -> None:
    """Make a root and folders below it where they are missing, all their names durable.

    Below the root every name is synced each time: a run that crashed may have made a folder whose
    name is not durable yet. Above it, what is there was made by somebody else.
    """
    _make_root(root)
    parents = set[Path]()
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        parents.update(root / one for one in folder.relative_to(root).parents)
    for parent in sorted(parents):
        sync_folder(parent)


def _make_root(root: Path) -> None:
    if root.is_dir():
        return
    _make_root(root.parent)
    root.mkdir(exist_ok=True)
    sync_folder(root.parent)


@contextmanager
def in_turn(path: Path, *, patient: bool = True) -> Iterator[None]:
    """Let one process at a time work on a file; a crash ends its turn by itself.

    Raises:
        BlockingIOError: another process has its turn, and the caller does not wait.
    """
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if patient else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
