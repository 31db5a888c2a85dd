"""The loop: news soon, nothing new now and then, and what may pass is tried again."""

import errno
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from ledger.log.checkpoint import open_checkpoint
from ledger.publish import loop as publish_loop
from ledger.publish.loop import keep_publishing
from ledger.publish.publisher import Publisher
from ledger.publish.quorum import AheadError, NoQuorumError
from tests.support import bodies
from tests.support.ledger import LOG_KEY, ORIGIN, Scene, open_scene, open_world
from tests.support.publishing import near_publisher


class Days(Event):
    """A clock and a stop in one: each wait is a second, and the last one ends the loop."""

    def __init__(self, seconds: Iterator[object]) -> None:
        super().__init__()
        self.now_s, self.seconds = 0.0, seconds

    def wait(self, timeout: float | None = None) -> bool:
        self.now_s += timeout or 0
        if next(self.seconds, "end") == "end":
            self.set()
        return self.is_set()

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return open_scene(tmp_path / "world")


def run(publisher: Publisher, seconds: Iterator[object], patch: pytest.MonkeyPatch) -> list[str]:
    days, said = Days(seconds), list[str]()
    patch.setattr(publish_loop, "time", days)
    keep_publishing(publisher, days, said.append)
    return said


def paying(scene: Scene, at: set[int], seconds: int) -> Iterator[object]:
    for second in range(seconds):
        if second in at:
            body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
            scene.world.act("units.transfer", body)
        yield second


def test_news_is_published_within_the_time_set(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = scene.world.registry
    publisher = near_publisher(registry)
    assert run(publisher, paying(scene, {3, 4, 5, 40}, 75), monkeypatch) == []
    sizes = [open_checkpoint(n, [LOG_KEY.vkey], ORIGIN).size for n in publisher.signer.notes]
    size = registry.size()
    assert sizes == [size - 4, size - 1, size]


def test_an_idle_log_is_shown_to_the_witnesses_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = near_publisher(scene.world.registry)
    run(publisher, paying(scene, set(), 1_250), monkeypatch)
    assert len(publisher.signer.notes) == 3
    assert len(set(publisher.signer.notes)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(NoQuorumError("too few"), id="no-quorum"),
        pytest.param(OSError(errno.ENOSPC, "full"), id="disk-full"),
    ],
)
def test_what_may_pass_is_tried_again_and_said_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    faults = [fault, fault]

    def before() -> None:
        if faults:
            raise faults.pop()

    publisher = near_publisher(scene.world.registry, before=before)
    said = run(publisher, paying(scene, set(), 100), monkeypatch)
    assert len(said) == 1
    assert scene.world.registry.checkpoint() is not None


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(AheadError("an old copy"), id="old-copy"),
        pytest.param(OSError(errno.EIO, "Input/output error"), id="disk-broken"),
    ],
)
def test_what_cannot_pass_ends_the_loop(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def before() -> None:
        raise fault

    publisher = near_publisher(scene.world.registry, before=before)
    with pytest.raises(type(fault)):
        run(publisher, paying(scene, set(), 100), monkeypatch)


def test_a_registry_without_entries_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = near_publisher(open_world(tmp_path).registry)
    assert run(publisher, iter(range(5)), monkeypatch) == []
