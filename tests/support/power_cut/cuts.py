"""Cutting the power at any step of a recording, and looking what a new start finds.

Whatever was acknowledged is there once and with the same bytes; nothing else is but what had been
asked; chain, tree, projections and private records are those of a registry of that size; the marks
fit; and work goes on: every order is handed in again and is recorded exactly once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random

from sqlalchemy import Engine

from ledger.audit.audit import audit
from ledger.database.sqlite import create_write_engine
from ledger.log.checkpoint import open_checkpoint
from ledger.publish.high_water import read_mark
from ledger.publish.signer import read_signer_mark
from ledger.registry import Registry, open_registry
from ledger.second_copy import FILE
from ledger.store import read_head
from tests.support.ledger import LOG_KEY, ORIGIN, entries_of
from tests.support.power_cut.model import DiskModel, Files, Mode
from tests.support.power_cut.recording import (
    Recording,
    Told,
    as_recorded,
    files_in,
    put_back,
    vault_digest,
)
from tests.support.publishing import near_publisher

RECORD_HEAD = 64
"""So many bytes tell a record from all others, and lie in its row's own page."""

PASSING = ("-journal", "-wal", "-shm", ".tmp")


class CutError(Exception):
    """After a cut something is not as it must be."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a new start found: how many entries, signed and shown how far, the vault's sizes."""

    size: int
    marked: int
    signed: int
    shown: int
    vault_sizes: tuple[int, ...]


@dataclass(slots=True)
class Tally:
    """How many cuts there were, how many different states they left, and what went wrong."""

    cuts: int = 0
    states: int = 0
    lost: int = 0
    damaged: int = 0
    told: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Say it, with the bound that so many trials without a failure allow (95 %)."""
        return (
            f"{self.cuts} cuts, {self.states} different states found afterwards, {self.lost} lost, "
            f"{self.damaged} damaged; below {3 / max(1, self.cuts):.1e} a cut"
        )


@dataclass(slots=True)
class Cutter:
    """Cuts the power of one recording again and again."""

    recording: Recording
    tally: Tally = field(default_factory=Tally)
    known: dict[bytes, Left] = field(default_factory=dict)
    left_before: dict[bytes, Left] = field(default_factory=dict)
    engine: Engine | None = None
    patience: int | None = None
    """So many failures are enough to know; without a number every cut is made."""

    @property
    def folder(self) -> Path:
        """Where the registry lies; journals hold its path."""
        return self.recording.settings.data.parent

    def cut_everywhere(self, modes: Iterable[Mode], times: int, seed: int) -> Tally:
        """Cut after every step, in each mode so many times; a mode without chance once."""
        model, told = DiskModel(self.recording.before), Told.since(self.recording.start)
        for number, step in enumerate([None, *self.recording.steps]):
            if step is not None and step.kind == "told":
                told.hear(step)
            elif step is not None:
                model.take(step)
            if self.patience is not None and len(self.tally.told) >= self.patience:
                break
            for mode in modes:
                for time in range(1 if mode in (Mode.LOST, Mode.KEPT) else times):
                    name = f"{seed}/{number}/{mode.name}/{time}"
                    self._cut(name, model.left(mode, Random(name)), told)
        return self.tally

    def tear_last_batch(self, stride: int) -> Tally:
        """Cut within each write of the last batch: at every byte of its record, else now and then.

        What was written before is there, of the torn write a first part, and nothing after it.
        """
        model, told = DiskModel(self.recording.before), Told.since(self.recording.start)
        steps = self.recording.steps
        first = max(n for n, step in enumerate(steps) if step.content.startswith(b"asked"))
        record = self.recording.contents[-1][:RECORD_HEAD]
        for number, step in enumerate(steps):
            if step.kind == "told":
                told.hear(step)
                continue
            if number > first and step.kind == "write":
                every = 1 if record in step.content else stride
                files = model.left(Mode.KEPT, Random(0))
                for end in range(1, len(step.content), every):
                    torn = bytearray(files[step.path])
                    torn[step.offset : step.offset + end] = step.content[:end]
                    self._cut(f"{number}/{end}", files | {step.path: bytes(torn)}, told)
            model.take(step)
        return self.tally

    def _cut(self, name: str, files: Files, told: Told) -> None:
        self.tally.cuts += 1
        try:
            left = self._find(files)
        except Exception as error:  # whatever it is, the registry did not come back
            self.tally.damaged += 1
            self.tally.told.append(f"{name}: {type(error).__name__} {str(error)[:300]}")
            return
        wrong = self._compare(left, told)
        if not self._is_copied(files, told):
            wrong = "entries that were acknowledged are not in the second copy"
        if wrong:
            self.tally.lost += 1
            self.tally.told.append(f"{name}: {wrong}: {left} {told}")

    def _compare(self, left: Left, told: Told) -> str:
        if not told.recorded <= left.size <= told.asked:
            return "entries are lost, or were never asked for"
        if left.marked > left.size or left.signed > left.size or left.shown > left.signed:
            return "a mark or a signature speaks of entries that are not there"
        if left.signed < told.signed or left.shown < told.shown:
            return "a signature that left, or a checkpoint that was shown, is forgotten"
        allowed = range(told.recorded, left.size + 1)
        if self.recording.journal == "TRUNCATE":
            allowed = range(left.size, left.size + 1)
        if not any(size in allowed for size in left.vault_sizes):
            return "the vault is not that of the ledger"
        return ""

    def _is_copied(self, files: Files, told: Told) -> bool:
        """Say whether the second copy, if there is one, holds what was acknowledged since."""
        folder = self.recording.settings.second_copy
        if folder is None or told.recorded == self.recording.start:
            return True
        lines = files.get(folder / FILE, b"").split(b"\n")
        return lines[: told.recorded] == self.recording.contents[: told.recorded]

    def _find(self, files: Files) -> Left:
        """Start anew on these files; what was found on the same files before is not asked again."""
        at_cut = _digest(files)
        if at_cut not in self.left_before:
            put_back(self.folder, files)
            self._recover()
            found = files_in(self.folder)
            key = _digest({path: found[path] for path in found if _stays(path)})
            if key not in self.known:
                self.tally.states += 1
                self.known[key] = self._look()
            self.left_before[at_cut] = self.known[key]
        return self.left_before[at_cut]

    def _recover(self) -> None:
        """Let the production code's first transaction roll back or forward, and close."""
        settings = self.recording.settings
        with as_recorded(self.recording):
            if self.recording.scene is None:
                open_registry(settings).close()
                return
            if self.engine is None:
                self.engine = create_write_engine(settings.database, settings.vault)
            try:
                with self.engine.begin() as connection:
                    read_head(connection)
            finally:
                self.engine.dispose()

    def _look(self) -> Left:
        """Open the registry, compare everything with what was recorded, and go on working."""
        with as_recorded(self.recording):
            registry = open_registry(self.recording.settings)
            try:
                left = self._compare_contents(registry)
                if left.size in left.vault_sizes:
                    self._audit("the audit")
                self._go_on(registry)
            finally:
                registry.close()
            self._audit("the audit after going on")
        return left

    def _audit(self, name: str) -> None:
        report = audit(self.recording.settings)
        if not report.ok and report.entries:
            raise CutError(f"{name}: {report.findings[:3]}")

    def _compare_contents(self, registry: Registry) -> Left:
        if registry.read_only_reason is not None:
            raise CutError(registry.read_only_reason)
        size = registry.size()
        there = [registry.entry_bytes(seq) for seq in range(size)]
        if there != self.recording.contents[:size]:
            raise CutError("other entries than those that were recorded")
        mark = read_mark(registry.settings.high_water)
        digest = vault_digest(registry.reader)
        return Left(
            size=size,
            marked=mark.size if mark else 0,
            signed=self._note(registry, read_signer_mark(registry.settings.keys)),
            shown=self._shown(registry),
            vault_sizes=tuple(self.recording.vaults.get(digest, ())),
        )

    def _note(self, registry: Registry, note: bytes | None) -> int:
        if note is None:
            return 0
        checkpoint = open_checkpoint(note, [LOG_KEY.vkey], ORIGIN)
        if registry.root(checkpoint.size) != checkpoint.root:
            raise CutError(f"another root is signed for {checkpoint.size} entries")
        return checkpoint.size

    def _shown(self, registry: Registry) -> int:
        note = registry.checkpoint()
        if note is None:
            return 0
        checkpoint = open_checkpoint(note, [LOG_KEY.vkey], ORIGIN)
        tiles = registry.tiles(checkpoint.size, checkpoint.root)
        for seq, entry in enumerate(tiles.entries(0)):
            if entry != registry.entry_bytes(seq):
                raise CutError(f"entry {seq} is published otherwise")
        return self._note(registry, note)

    def _go_on(self, registry: Registry) -> None:
        """Hand every order in again: each is recorded once, and the whole can be published."""
        world = self.recording.world
        end = len(self.recording.contents)
        entries = entries_of(registry.submit(self.recording.orders, now_us=world.now_us))
        if sorted(entry.seq for entry in entries) != [*range(end - len(entries), end)]:
            raise CutError("an order was recorded twice, or not at all")
        if end not in self.recording.vaults.get(vault_digest(registry.reader), ()):
            raise CutError("private records that were handed in again are missing")
        near_publisher(registry).publish()
        if self._shown(registry) != end:
            raise CutError("what was handed in again is not published")


def _stays(path: Path) -> bool:
    """Say whether a file is more than a journal or an unfinished write that nobody reads."""
    return not path.name.endswith(PASSING) and "-mj" not in path.name


def _digest(files: Files) -> bytes:
    hashed = sha256()
    for path in sorted(files):
        hashed.update(b"%d %s\n" % (len(files[path]), str(path).encode()))
        hashed.update(files[path])
    return hashed.digest()
