"""A bit flips in memory somewhere between storage and signature: nothing wrong is signed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from ledger import store
from ledger.log import merkle
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.note import NoteError
from ledger.log.tiles import TileError
from ledger.publish import growth, publisher, signer
from ledger.publish.lease import LeaseError
from ledger.publish.quorum import PublishError
from ledger.publish.signer import SignerError, read_signer_mark
from ledger.registry import Registry
from ledger.store import TamperedError
from tests.support import bodies
from tests.support.ledger import LOG_KEY, ORIGIN, Scene, entries_of, open_scene
from tests.support.publishing import near_publisher

SEEN = (PublishError, SignerError, TamperedError, TileError, LeaseError, NoteError, ValueError)
"""What a flip may end in; ValueError is what a damaged path or note raises deep down."""


@dataclass(slots=True)
class Flip:
    """Flips one bit of the nth value that passes."""

    random: Random
    at: int
    passed: int = 0
    fired: int = 0

    def bits(self, value: bytes) -> bytes:
        """Let bytes pass, or flip one of their bits."""
        self.passed += 1
        if self.passed != self.at or not value:
            return value
        self.fired += 1
        flipped = bytearray(value)
        flipped[self.random.randrange(len(flipped))] ^= 1 << self.random.randrange(8)
        return bytes(flipped)

    def hashes(self, values: Any) -> Any:
        """Let a tuple or list of hashes pass, or flip a bit of one."""
        return type(values)(self.bits(value) for value in values)


Stage = Callable[[Flip], Any]


def _wrap(owner: Any, name: str, change: Callable[[Any], Any]) -> Any:
    real = getattr(owner, name)
    return mock.patch.object(owner, name, lambda *a, **n: change(real(*a, **n)))


def _entries(flip: Flip) -> Any:
    real = store.read

    def passing(*given: Any) -> Any:
        return (flip.bits(entry) for entry in real(*given))

    return mock.patch.object(store, "read", passing)


def _asked(flip: Flip) -> Any:
    real = publisher.SignRequest
    return mock.patch.object(
        publisher, "SignRequest", lambda **n: real(**{**n, "root": flip.bits(n["root"])})
    )


def _built(flip: Flip) -> Any:
    real: Any = Checkpoint
    return mock.patch.object(
        publisher, "Checkpoint", lambda **n: real(**{**n, "root": flip.bits(n["root"])})
    )


def _signed(flip: Flip) -> Any:
    real = signer.sign_checkpoint
    return mock.patch.object(
        signer, "sign_checkpoint", lambda c, *a: real(replace(c, root=flip.bits(c.root)), *a)
    )


STAGES: dict[str, Stage] = {
    "entry read back": _entries,
    "leaf hash": lambda flip: _wrap(growth, "leaf_hash", flip.bits),
    "node hash": lambda flip: _wrap(merkle, "node_hash", flip.bits),
    "stored subtree": lambda flip: _wrap(store, "subtree", flip.bits),
    "stored hashes": lambda flip: _wrap(store, "stored_hashes", flip.hashes),
    "root from stored hashes": lambda flip: _wrap(store, "root_at", flip.bits),
    "consistency path": lambda flip: _wrap(Registry, "consistency", flip.hashes),
    "bundle": lambda flip: _wrap(growth, "encode_bundle", flip.bits),
    "tile": lambda flip: _wrap(growth, "tile_bytes", flip.bits),
    "checkpoint to be signed": _built,
    "request": _asked,
    "checkpoint as signed": _signed,
    "signed note": lambda flip: _wrap(signer, "sign_checkpoint", flip.bits),
}


@dataclass(slots=True)
class Subject:
    """A published registry with news; `flip` is tried on it again and again."""

    scene: Scene

    @property
    def registry(self) -> Registry:
        """The registry."""
        return self.scene.world.registry

    def pay(self, times: int) -> None:
        """Record news."""
        body = bodies.transfer(self.scene.owner, self.scene.buyer, quantity_kg=1)
        orders = [self.scene.world.signed("units.transfer", body) for _ in range(times)]
        entries_of(self.scene.world.submit(*orders))


def opened(folder: Path) -> Subject:
    """Return a published registry with news."""
    subject = Subject(open_scene(folder))
    near_publisher(subject.registry).publish()
    subject.pay(5)
    return subject


@contextmanager
def flipping(stage: str, random: Random, at: int) -> Iterator[Flip]:
    """Flip a bit at a stage."""
    flip = Flip(random, at)
    with STAGES[stage](flip):
        yield flip


def try_flip(subject: Subject, stage: str, random: Random, at: int) -> tuple[bool, bool]:
    """Publish while a bit flips; return whether it fired, and whether something was signed."""
    registry = subject.registry
    size, root, mark = registry.size(), registry.root(), read_signer_mark(registry.settings.keys)
    with flipping(stage, random, at) as flip:
        try:
            near_publisher(registry).publish()
        except SEEN:
            assert flip.fired
        else:
            assert not flip.fired, f"a flip of the {stage} went unseen"
    now = read_signer_mark(registry.settings.keys)
    if now == mark:
        return bool(flip.fired), False
    signed = open_checkpoint(now or b"", [LOG_KEY.vkey], ORIGIN)
    assert (signed.size, signed.root) == (size, root), f"a wrong root was signed after {stage}"
    subject.pay(1 + random.randrange(3))
    return bool(flip.fired), True


def flip_often(subject: Subject, count: int, seed: int) -> dict[str, int]:
    """Flip bits at random stages; return how many fired at each, none of them signed."""
    random, fired = Random(seed), dict.fromkeys(STAGES, 0)
    longest = dict.fromkeys(STAGES, 1)
    while sum(fired.values()) < count:
        stage = random.choice(sorted(STAGES))
        did_fire, signed = try_flip(subject, stage, random, random.randint(1, longest[stage]))
        # Count up until a flip comes too late to fire, so that every place has its turn.
        longest[stage] = longest[stage] + 1 if did_fire else max(1, longest[stage] // 2)
        fired[stage] += did_fire
        assert not (did_fire and signed), f"signed although the {stage} had flipped"
    return fired
