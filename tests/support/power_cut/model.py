"""What is left of files when the power is cut: all that was synced, and of the rest anything.

A file's content is durable once the file was synced; its name, or that it has none any more, once
its folder was. Of what was not, a cut keeps nothing, everything, some, or sectors of some. That is
harsher than file systems are: ext4 with ordered data does less.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from pathlib import Path
from random import Random

from tests.support.power_cut.vfs import Step

SECTOR = 512
Files = dict[Path, bytes]
SHARES = (0.1, 0.5, 0.9)
"""Of what is kept in part, so much is."""


class Mode(Enum):
    """What a cut does to what was not synced."""

    LOST = "all unsynced is lost"
    KEPT = "all unsynced is kept"
    PART = "some writes, sizes and names are kept"
    TORN = "writes are torn at sectors, holes hold garbage"


@dataclass(eq=False, slots=True)
class Inode:
    """A file: its durable content, and what was done since."""

    durable: bytes = b""
    pending: list[Step] = field(default_factory=list)

    def left(self, mode: Mode, random: Random, share: float) -> bytes:
        """Return the content that a cut leaves."""
        if mode is Mode.LOST or not self.pending:
            return self.durable
        content = bytearray(self.durable)
        for step in self.pending:
            if mode is Mode.TORN and step.kind == "write":
                for start, part in _sectors(step):
                    if random.random() < share:
                        _put(content, start, part, random)
            elif mode is Mode.KEPT or random.random() < share:
                _apply(content, step)
        return bytes(content)


def _sectors(step: Step) -> Iterable[tuple[int, bytes]]:
    start, end = step.offset, step.offset + len(step.content)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        yield start, step.content[start - step.offset : stop - step.offset]
        start = stop


def _apply(content: bytearray, step: Step) -> None:
    if step.kind == "truncate":
        del content[step.offset :]
        content.extend(bytes(max(0, step.offset - len(content))))
    else:
        _put(content, step.offset, step.content, None)


def _put(content: bytearray, start: int, part: bytes, garbage: Random | None) -> None:
    hole = max(0, start - len(content))
    content.extend(garbage.randbytes(hole) if garbage else bytes(hole))
    content[start : start + len(part)] = part


@dataclass(frozen=True, slots=True)
class Naming:
    """A name given to a file, or taken away (no inode)."""

    path: Path
    inode: Inode | None
    gone: Path | None = None
    """The name that a rename takes away at the same instant."""


class DiskModel:
    """Files as a machine sees them, and what it would find after a cut."""

    def __init__(self, before: Files) -> None:
        self.live = {path: Inode(content) for path, content in before.items()}
        self.durable = dict(self.live)
        self.namings: list[Naming] = []
        self.folders = {folder for path in before for folder in path.parents}

    def take(self, step: Step) -> None:
        """Do one step."""
        if step.kind in ("write", "truncate"):
            if step.path not in self.live:
                self._name(Naming(step.path, Inode()))
            self.live[step.path].pending.append(step)
        elif step.kind in ("create", "replace"):
            pending = [step] if step.content else []
            self._name(Naming(step.path, Inode(pending=pending)))
        elif step.kind == "unlink":
            self._name(Naming(step.path, None))
        elif step.kind in ("rename", "link"):
            assert step.source is not None
            gone = step.source if step.kind == "rename" else None
            self._name(Naming(step.path, self.live[step.source], gone))
        elif step.kind == "sync":
            inode = self.live[step.path]
            inode.durable = inode.left(Mode.KEPT, Random(0), 1)
            inode.pending.clear()
        elif step.kind == "dropped":
            # Sizes are the file system's own affair: it keeps them for the next sync, or ends.
            inode = self.live[step.path]
            inode.pending = [one for one in inode.pending if one.kind == "truncate"]
        elif step.kind == "folder":
            self._sync_folder(step.path, step.content.decode().split())

    def _name(self, naming: Naming) -> None:
        self.namings.append(naming)
        _rename(self.live, naming)

    def _sync_folder(self, folder: Path, folders: list[str]) -> None:
        self.folders.update(folder / name for name in folders)
        for naming in self.namings:
            if naming.path.parent == folder:
                _rename(self.durable, naming)
        self.namings = [one for one in self.namings if one.path.parent != folder]

    def left(self, mode: Mode, random: Random) -> Files:
        """Return the files that a cut at this instant leaves."""
        share = random.choice(SHARES)
        names = dict(self.durable)
        for naming in self.namings:
            if mode is Mode.KEPT or (mode is not Mode.LOST and random.random() < share):
                _rename(names, naming)
        doubtful = sorted(set().union(*map(_folders_of, names)) - self.folders)
        gone = {
            folder
            for folder in doubtful
            if mode is Mode.LOST or (mode is not Mode.KEPT and random.random() >= share)
        }
        contents: dict[Inode, bytes] = {}
        found = {}
        for path, inode in names.items():
            if gone.isdisjoint(_folders_of(path)):
                if inode not in contents:
                    contents[inode] = inode.left(mode, random, share)
                found[path] = contents[inode]
        return found


@cache
def _folders_of(path: Path) -> frozenset[Path]:
    return frozenset(path.parents)


def _rename(names: dict[Path, Inode], naming: Naming) -> None:
    if naming.inode is None:
        names.pop(naming.path, None)
        return
    names[naming.path] = naming.inode
    if naming.gone is not None:
        names.pop(naming.gone, None)
