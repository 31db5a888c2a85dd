"""Killing a process at each boundary of recording and publishing, and looking what others know.

lock, check, append, derived state, commit, read back, mark, sign, publish, witness, show, reply: at
each the process ends at once, before it is crossed or just after.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from os import getpid, kill
from pathlib import Path
from signal import SIGKILL
from time import monotonic
from typing import Any
from unittest import mock

from sqlalchemy import event

from ledger import rulesets, store
from ledger import submit as submit_module
from ledger.audit.audit import audit
from ledger.intake.envelope import SignedOrder
from ledger.log.checkpoint import open_checkpoint
from ledger.publish import high_water, publisher, signer
from ledger.publish.publisher import Publisher
from ledger.registry import Registry, open_registry
from tests.support import bodies
from tests.support.children import Report, fork
from tests.support.ledger import LOG_KEY, ORIGIN, Scene, entries_of, open_scene
from tests.support.publishing import near_publisher

RESTART_S_MAX = 5.0

BOUNDARIES: dict[str, tuple[Any, str]] = {
    "lock": (store, "read_head"),
    "check": (rulesets, "decide_read"),
    "append": (store, "append"),
    "derived state": (submit_module, "write_changes"),
    "read back": (submit_module, "read_back"),
    "mark": (high_water, "raise_mark"),
    "sign": (signer, "_sign_and_keep"),
    "publish": (publisher, "write_once"),
    "witness": (publisher, "cosigned"),
    "show": (Publisher, "_show"),
}
COMMIT, REPLY = "commit", "reply"
PLACES = (
    *((name, after) for name in BOUNDARIES for after in (False, True)),
    (COMMIT, False),
    (REPLY, False),
)
"""The instant after a commit is the one before reading back."""

Sabotage = Callable[[Report], AbstractContextManager[object]]


def die() -> None:
    """End this process at once."""
    kill(getpid(), SIGKILL)


@contextmanager
def deadly(registry: Registry, name: str, *, after: bool) -> Iterator[None]:
    """Let whoever comes to a boundary die there."""
    with ExitStack() as stack:
        if name == COMMIT:
            event.listen(registry.writer, "commit", lambda _connection: die())
        elif name in BOUNDARIES:
            owner, attribute = BOUNDARIES[name]
            real = getattr(owner, attribute)

            def crossing(*given: Any, **named: Any) -> Any:
                if after:
                    real(*given, **named)
                die()

            stack.enter_context(mock.patch.object(owner, attribute, crossing))
        yield


@dataclass(slots=True)
class Witnessed:
    """A registry that is killed again and again, and all that anybody was ever told of it."""

    scene: Scene
    sabotage: Sabotage = lambda _report: nullcontext()
    kills: int = 0
    recorded: dict[int, str] = field(default_factory=dict)
    signed: dict[int, str] = field(default_factory=dict)
    restart_s: float = 0

    def order(self) -> SignedOrder:
        """Return the next order."""
        body = bodies.transfer(self.scene.owner, self.scene.buyer, quantity_kg=1)
        return self.scene.world.signed("units.transfer", body)

    def die_at(self, name: str, *, after: bool) -> None:
        """Let a child record and publish until it dies; then start anew and compare."""
        order = self.order()

        def work(report: Report) -> None:
            try:
                self._live(report, name, order, after=after)
                report(["alive", 0, ""])
            except BaseException as error:
                report(["failed", 0, repr(error)])
                raise

        told = fork(work).reports()
        assert not {"alive", "failed"} & {kind for kind, *_ in told}, (name, told)
        self.kills += 1
        for kind, number, digest in told:
            {"recorded": self.recorded, "signed": self.signed}[kind][number] = digest
        self._start_anew(order)

    def _live(self, report: Report, name: str, order: SignedOrder, *, after: bool) -> None:
        """Record and publish, and report what anybody is told, until the boundary comes."""
        world = self.scene.world
        world.registry = registry = open_registry(world.registry.settings)
        with deadly(registry, name, after=after), self.sabotage(report):
            for entry in entries_of(world.submit(order)):
                report(["recorded", entry.seq, entry.leaf_hash.hex()])
            if name == REPLY:
                die()
            note = near_publisher(registry).publish()
            checkpoint = open_checkpoint(note, [LOG_KEY.vkey], ORIGIN)
            report(["signed", checkpoint.size, checkpoint.root.hex()])

    def _start_anew(self, order: SignedOrder) -> None:
        began_s = monotonic()
        registry = self.scene.world.registry = open_registry(self.scene.world.registry.settings)
        self.restart_s = max(self.restart_s, monotonic() - began_s)
        try:
            assert registry.read_only_reason is None, registry.read_only_reason
            for seq, digest in self.recorded.items():
                assert registry.entry(seq).leaf_hash.hex() == digest, f"entry {seq} is lost"
            for note in (signer.read_signer_mark(registry.settings.keys), registry.checkpoint()):
                if note is not None:
                    checkpoint = open_checkpoint(note, [LOG_KEY.vkey], ORIGIN)
                    self.signed.setdefault(checkpoint.size, checkpoint.root.hex())
            for size, root in self.signed.items():
                assert registry.root(size).hex() == root, f"another root is signed for {size}"
            [entry] = entries_of(self.scene.world.submit(order))
            assert registry.entry_bytes(registry.size() - 1) == entry.content, "recorded twice"
            self.recorded = {entry.seq: entry.leaf_hash.hex()}
            self.signed = {size: self.signed[size] for size in [*self.signed][-2:]}
        finally:
            registry.close()


def opened(folder: Path, sabotage: Sabotage | None = None) -> Witnessed:
    """Return a registry that was published once."""
    scene = open_scene(folder)
    near_publisher(scene.world.registry).publish()
    scene.world.registry.close()
    return Witnessed(scene) if sabotage is None else Witnessed(scene, sabotage)


def die_everywhere(trial: Witnessed, times: int) -> None:
    """Die at each boundary so many times; the whole ledger is audited in the end."""
    for _ in range(times):
        for name, after in PLACES:
            trial.die_at(name, after=after)
    assert trial.restart_s < RESTART_S_MAX
    report = audit(trial.scene.world.registry.settings)
    assert report.ok, report.findings[:3]


@contextmanager
def told_before_the_commit(report: Report) -> Iterator[None]:
    """A writer that acknowledges what it has only appended."""
    real = store.append

    def append(connection: Any, entries: Any, **named: Any) -> Any:
        for entry in entries:
            report(["recorded", entry.seq, entry.leaf_hash.hex()])
        return real(connection, entries, **named)

    with mock.patch.object(store, "append", append):
        yield


@contextmanager
def marked_before_the_commit(_report: Report) -> Iterator[None]:
    """A registry that raises its mark to what it has only appended."""
    real = store.append

    def append(connection: Any, entries: Any, **named: Any) -> Any:
        head = real(connection, entries, **named)
        path = Path(connection.engine.url.database).parent.parent / "keys" / "HIGH_WATER"
        high_water.raise_mark(
            path, high_water.HighWater(origin=ORIGIN, size=head.size, root=head.root)
        )
        return head

    with mock.patch.object(store, "append", append):
        yield
