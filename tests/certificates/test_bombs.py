"""Files that cost too much: each is refused, within 10 seconds of a processor and 512 MB."""

import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import NamedTemporaryFile
from typing import Any

import pytest

from certificates import verify_process
from certificates.verdict import StepFailed
from certificates.verify_process import read_photo_in_child, verify_in_child
from tests.support.bombs import BOMBS, PICTURES
from tests.support.sealed_paper import first_failed, registry, sealed

SECONDS_MAX = 10
MEMORY_KB_MAX = 512 * 1024


# A child is counted with the memory of the process that started it, and this one is large by now.
LAUNCHER = """
import os, sys
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, _, used = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    file.write(f"{used.ru_utime + used.ru_stime} {used.ru_maxrss}")
"""


@contextmanager
def measured(monkeypatch: pytest.MonkeyPatch, *instead: str) -> Iterator[list[tuple[float, int]]]:
    """Give the processor seconds and the most memory of the child that is started inside."""
    used: list[tuple[float, int]] = []
    run = verify_process.subprocess.run

    def launched(command: list[str], **options: Any) -> Any:
        with NamedTemporaryFile("r") as file:
            launcher = [sys.executable, "-S", "-c", LAUNCHER, file.name, *(instead or command)]
            done = run(launcher, **options)
            seconds, memory_kb = file.read().split()
        used.append((float(seconds), int(memory_kb)))
        return done

    with monkeypatch.context() as patch:
        patch.setattr(verify_process.subprocess, "run", launched)
        yield used


def check(name: str, used: list[tuple[float, int]]) -> None:
    ((seconds, memory_kb),) = used
    print(f"{name}: {seconds:.1f} s, {memory_kb // 1024} MB")
    assert seconds < SECONDS_MAX
    assert memory_kb < MEMORY_KB_MAX


@pytest.mark.parametrize(("name", "make"), BOMBS, ids=[name for name, _ in BOMBS])
def test_a_bomb_is_refused_within_its_limits(
    monkeypatch: pytest.MonkeyPatch, name: str, make: Callable[[], bytes]
) -> None:
    data = make()
    with measured(monkeypatch) as used:
        verdict = verify_in_child(data, registry().folder / "trust")
    assert first_failed(verdict) in {"file", "text"}
    assert not verdict.ok
    check(name, used)


@pytest.mark.parametrize(("name", "make"), PICTURES, ids=[name for name, _ in PICTURES])
def test_a_picture_that_unfolds_is_refused_within_its_limits(
    monkeypatch: pytest.MonkeyPatch, name: str, make: Callable[[], bytes]
) -> None:
    data = make()
    with measured(monkeypatch) as used, pytest.raises(StepFailed):
        read_photo_in_child(data)
    check(name, used)


def test_a_good_file_is_far_from_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    with measured(monkeypatch) as used:
        assert verify_in_child(sealed("RT"), registry().folder / "trust").ok
    check("a good file", used)


def test_without_its_limits_the_child_would_take_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The saboteur: what holds the memory is the limit, not luck with the parser."""
    bomb = dict(BOMBS)["content-unfolds"]()
    source = (
        "import resource; resource.setrlimit = lambda *_: None\n"
        "import sys; from certificates import verify_process; sys.exit(verify_process.main())"
    )
    with measured(monkeypatch, sys.executable, "-c", source, "pdf") as used:
        verify_in_child(bomb, registry().folder / "trust")
    ((_, memory_kb),) = used
    assert memory_kb > MEMORY_KB_MAX


def test_the_limits_are_below_what_is_promised() -> None:
    assert verify_process.CPU_SECONDS < SECONDS_MAX
    assert verify_process.DATA_BYTES < MEMORY_KB_MAX * 1024
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] != verify_process.DATA_BYTES
