"""Files that cost too much: each is refused, within 10 seconds and 512 MB."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

import pytest

from certificates import children, verify_forker, verify_process
from certificates.children import Answer, Forker
from certificates.verdict import StepFailed
from certificates.verify_process import read_photo_in_child, verify_in_child
from contracts.values import Json
from tests.support.bombs import BOMBS, PICTURES
from tests.support.sealed_paper import first_failed, registry, sealed

SECONDS_MAX = 10
MEMORY_KB_MAX = 512 * 1024

UNLIMITED = (
    "-c",
    "import resource, socket, sys; resource.setrlimit = lambda *_: None\n"
    "from certificates import verify_forker\n"
    "verify_forker.main(socket.socket(fileno=int(sys.argv[1])))",
)


@dataclass(frozen=True)
class Use:
    """What one child took, and how long its answer was waited for."""

    answer: Answer
    seconds: float


@contextmanager
def measured(monkeypatch: pytest.MonkeyPatch, asked: Forker) -> Iterator[list[Use]]:
    """Give what the child that is asked inside takes of processor, memory and time."""
    uses: list[Use] = []
    asked.start()

    class Measured(Forker):
        def ask(self, request: Mapping[str, Json], data: bytes) -> Answer:
            began = monotonic()
            answer = asked.ask(request, data)
            uses.append(Use(answer, monotonic() - began))
            return answer

    with monkeypatch.context() as patch:
        patch.setattr(verify_process, "forker", Measured)
        yield uses


def check(name: str, uses: list[Use]) -> None:
    ((answer, seconds),) = [(use.answer, use.seconds) for use in uses]
    print(f"{name}: {answer.seconds:.1f} s, {seconds:.1f} s wall, {answer.memory_kb // 1024} MB")
    assert answer.seconds < SECONDS_MAX
    assert seconds < SECONDS_MAX
    assert answer.memory_kb < MEMORY_KB_MAX


@pytest.mark.parametrize(("name", "make"), BOMBS, ids=[name for name, _ in BOMBS])
def test_a_bomb_is_refused_within_its_limits(
    monkeypatch: pytest.MonkeyPatch, name: str, make: Callable[[], bytes]
) -> None:
    data = make()
    with measured(monkeypatch, children.forker()) as uses:
        verdict = verify_in_child(data, registry().folder / "trust")
    # Beside six other runs the processor seconds may not be over when the ten seconds are.
    late = {"none"} if uses[0].answer.is_late else set()
    assert first_failed(verdict) in {"file", "text"} | late
    assert not verdict.ok
    check(name, uses)


@pytest.mark.parametrize(("name", "make"), PICTURES, ids=[name for name, _ in PICTURES])
def test_a_picture_that_unfolds_is_refused_within_its_limits(
    monkeypatch: pytest.MonkeyPatch, name: str, make: Callable[[], bytes]
) -> None:
    data = make()
    with measured(monkeypatch, children.forker()) as uses, pytest.raises(StepFailed):
        read_photo_in_child(data)
    check(name, uses)


def test_a_good_file_is_far_from_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    with measured(monkeypatch, children.forker()) as uses:
        assert verify_in_child(sealed("RT"), registry().folder / "trust").ok
    check("a good file", uses)


def test_without_its_limits_the_child_would_take_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The saboteur: what holds the memory is the limit, not luck with the parser."""
    bomb = dict(BOMBS)["content-unfolds"]()
    unlimited = Forker(UNLIMITED)
    with measured(monkeypatch, unlimited) as uses:
        verify_in_child(bomb, registry().folder / "trust")
    unlimited.stop()
    (use,) = uses
    assert use.answer.memory_kb > MEMORY_KB_MAX


def test_the_limits_are_below_what_is_promised() -> None:
    limits = (verify_forker.CPU_SECONDS, verify_forker.ALARM_SECONDS, verify_forker.KILL_SECONDS)
    assert limits == tuple(sorted(limits))
    assert limits[-1] < children.WALL_SECONDS <= SECONDS_MAX
    assert verify_forker.DATA_BYTES < MEMORY_KB_MAX * 1024
