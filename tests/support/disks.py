"""Disks that fail or die at a chosen step, and one that remembers, so that power can be cut later.

with installed(FailingDisk(at=7, fault=EIO)): ...       the seventh step fails
with installed(RecordingDisk()) as disk: ...            disk.steps, to be replayed by `after_cut`
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from errno import EIO, ENOSPC
from pathlib import Path
from threading import Lock
from typing import TypeVar
from unittest import mock

from ledger import files
from ledger.files import Disk
from ledger.publish import tiling

Files = dict[Path, bytes]
SomeDisk = TypeVar("SomeDisk", bound=Disk)


@contextmanager
def installed(disk: SomeDisk) -> Iterator[SomeDisk]:
    """Let everything be written through this disk."""
    with mock.patch.object(files, "disk", disk), mock.patch.object(tiling, "disk", disk):
        yield disk


class SteppingDisk(Disk):
    """A disk that counts its steps; `step` decides what becomes of each."""

    def __init__(self) -> None:
        self.lock, self.count, self.fired = Lock(), 0, 0

    def step(self, number: int, do: Callable[[], None]) -> None:
        """Do a step."""
        do()

    def _next(self, do: Callable[[], None]) -> None:
        with self.lock:
            self.count += 1
            number = self.count
        self.step(number, do)

    def write(self, descriptor: int, content: bytes, path: Path) -> None:
        self._next(lambda: Disk.write(self, descriptor, content, path))

    def sync(self, descriptor: int, path: Path) -> None:
        self._next(lambda: Disk.sync(self, descriptor, path))

    def rename(self, source: Path, target: Path) -> None:
        self._next(lambda: Disk.rename(self, source, target))

    def link(self, source: Path, target: Path) -> None:
        self._next(lambda: Disk.link(self, source, target))


def fail(error: int) -> Callable[[], None]:
    """Return what fails with an error number."""

    def failing() -> None:
        raise OSError(error, os.strerror(error))

    return failing


def die() -> None:
    """End this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)


FAULTS = {"kill": die, "EIO": fail(EIO), "ENOSPC": fail(ENOSPC)}


class FaultyDisk(SteppingDisk):
    """At one step something happens, before it is done or after.

    Args:
        at: The step, from 1.
        fault: What happens.
        done: Whether the step is done all the same: "failed, and yet persisted".
    """

    def __init__(self, at: int, fault: Callable[[], None], *, done: bool) -> None:
        super().__init__()
        self.at, self.fault, self.done = at, fault, done

    def step(self, number: int, do: Callable[[], None]) -> None:
        if number != self.at:
            do()
            return
        if self.done:
            do()
        self.fired += 1
        self.fault()


@dataclass(frozen=True, slots=True)
class Step:
    """What was done: write, sync, link or rename; `path` is what it was done to."""

    kind: str
    path: Path
    source: Path | None = None
    content: bytes = b""


class RecordingDisk(Disk):
    """Does everything, and remembers it."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def write(self, descriptor: int, content: bytes, path: Path) -> None:
        super().write(descriptor, content, path)
        self.steps.append(Step("write", path, content=content))

    def sync(self, descriptor: int, path: Path) -> None:
        super().sync(descriptor, path)
        self.steps.append(Step("sync", path))

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self.steps.append(Step("rename", target, source))

    def link(self, source: Path, target: Path) -> None:
        super().link(source, target)
        self.steps.append(Step("link", target, source))


@dataclass(slots=True)
class Cut:
    """What a power cut leaves of files: all that was synced, and of the rest what `keep` says.

    A file's content is durable once it was synced, its name once the folder was. Unsynced names
    are lost unless `keep(path)`; unsynced contents are torn in the middle.
    """

    before: Files
    keep: Callable[[Path], bool]
    contents: dict[Path, bytes] = field(default_factory=dict)
    synced: set[Path] = field(default_factory=set)
    pending: list[Step] = field(default_factory=list)
    folders: set[Path] = field(default_factory=set)
    after: Files = field(default_factory=dict)

    def left(self, steps: list[Step]) -> Files:
        """Return the files that are left when the power is cut after these steps."""
        self.after = dict(self.before)
        for step in steps:
            self._take(step)
        for step in self.pending:
            if self.keep(step.path):
                self._apply(step)
        known = {folder for path in self.before for folder in path.parents}
        return {
            path: content
            for path, content in self.after.items()
            if all(f in known or f.parent in self.folders or self.keep(f) for f in path.parents)
        }

    def _take(self, step: Step) -> None:
        if step.kind == "write":
            self.contents[step.path] = step.content
            self.synced.discard(step.path)
        elif step.kind in ("link", "rename"):
            self.pending.append(step)
        elif step.path in self.contents:
            self.synced.add(step.path)
        else:
            self.folders.add(step.path)
            done = [one for one in self.pending if one.path.parent == step.path]
            for one in done:
                self._apply(one)
            self.pending = [one for one in self.pending if one not in done]

    def _apply(self, step: Step) -> None:
        source = step.source or step.path
        content = self.contents[source]
        whole = source in self.synced
        self.after[step.path] = content if whole else content[: len(content) // 2]
