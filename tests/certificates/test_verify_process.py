"""Verifying a stranger's file in a process of its own, and by the command."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from unittest.mock import Mock, patch

import pytest

from certificates import children, verify_forker, verify_process
from certificates.children import Forker
from certificates.trust import TrustError
from certificates.verdict import StepNotChecked, Verdict
from certificates.verify import main, verify_pdf
from certificates.verify_process import read_photo_in_child, verify_in_child
from tests.support.sealed_paper import registry, sealed


def states(verdict: Verdict) -> dict[str, str]:
    return {step.name: step.state for step in verdict.steps}


def test_a_strangers_file_is_verified_in_a_process_of_its_own() -> None:
    inside = verify_pdf(sealed("RT"), registry().trust)
    assert verify_in_child(sealed("RT"), registry().folder / "trust") == inside


TAKEN_OVER = """
import os, resource, signal, socket, sys, time
from certificates import verify_forker
verify_forker.KILL_SECONDS = 2.0
verify_forker._photo = lambda data: dict(text=str(eval(data[4:])))
verify_forker.verify_pdf = lambda data, *_, **__: exec(data[8:])
sockets = lambda: [one for one in range(64) if os.path.exists(f"/proc/self/fd/{one}")
                   and "socket:" in os.readlink(f"/proc/self/fd/{one}")]
say = lambda content: os.write(sockets()[0], content)
verify_forker.main(socket.socket(fileno=int(sys.argv[1])))
"""
"""A forker whose children do what the file says."""


@pytest.fixture(scope="module")
def taken_over() -> Iterator[Forker]:
    changed = Forker(("-c", TAKEN_OVER))
    yield changed
    changed.stop()


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch, taken_over: Forker) -> Forker:
    """Let every file be verified by a child that does what the file says."""
    monkeypatch.setattr(verify_process, "forker", lambda: taken_over)
    return taken_over


def ordered(code: str) -> Verdict:
    return verify_in_child(b"%PDF-1.7" + code.encode(), registry().folder / "trust")


def told(expression: str) -> str:
    return read_photo_in_child(b"\x89PNG" + expression.encode())


LATE, TOO_MUCH = "no result within", "too much time or memory"


@pytest.mark.usefixtures("child")
@pytest.mark.parametrize(
    ("code", "state", "said"),
    [
        pytest.param("os.kill(os.getpid(), signal.SIGALRM)", "not_checked", LATE, id="late"),
        pytest.param(
            "signal.setitimer(signal.ITIMER_REAL, 0); time.sleep(60)",
            "not_checked",
            LATE,
            id="deaf-to-its-alarm",
        ),
        pytest.param("os.kill(os.getpid(), signal.SIGXCPU)", "failed", TOO_MUCH, id="endless"),
        pytest.param("bytes(10**9)", "failed", TOO_MUCH, id="greedy"),
        pytest.param("os.abort()", "failed", TOO_MUCH, id="broken"),
        pytest.param("os._exit(0)", "failed", TOO_MUCH, id="silent"),
        pytest.param(f"say({b'[' * 90_000}); os._exit(0)", "failed", TOO_MUCH, id="babbling"),
        pytest.param("say(b'{}'); os._exit(0)", "failed", TOO_MUCH, id="answering-nothing"),
    ],
)
def test_a_child_that_does_not_answer_leaves_a_verdict(code: str, state: str, said: str) -> None:
    verdict = ordered(code)
    assert not verdict.ok
    assert verdict.step("file").state == state
    assert said in verdict.step("file").en


@pytest.mark.usefixtures("child")
def test_a_child_has_its_limits_and_its_alarm() -> None:
    limits = {
        "RLIMIT_CPU": verify_forker.CPU_SECONDS,
        "RLIMIT_DATA": verify_forker.DATA_BYTES,
        "RLIMIT_AS": verify_forker.ADDRESS_BYTES,
        "RLIMIT_FSIZE": verify_forker.FILE_BYTES,
        "RLIMIT_NOFILE": verify_forker.FILES_MAX,
        "RLIMIT_CORE": 0,
    }
    for name, value in limits.items():
        assert told(f"resource.getrlimit(resource.{name})") == str((value, value))
    left = float(told("signal.getitimer(signal.ITIMER_REAL)[0]"))
    assert 0 < left <= verify_forker.ALARM_SECONDS


@pytest.mark.usefixtures("child")
def test_a_child_knows_no_password_and_holds_no_connection_but_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "PIN" not in told("sorted(os.environ)")
    assert told("len(sockets())") == "1"
    monkeypatch.setenv("SINKLEDGER_PIN", "1234")
    assert "SINKLEDGER_PIN" not in children._environment()


@pytest.mark.usefixtures("child")
def test_many_who_ask_at_once_are_all_answered_by_few_children() -> None:
    with ThreadPoolExecutor(12) as asking:
        pids = list(asking.map(told, ["time.sleep(0.05) or os.getpid()"] * 12))
    assert len(set(pids)) == 12


def test_no_more_children_are_born_than_allowed(tmp_path: Path) -> None:
    busy = dict.fromkeys(range(verify_forker.CHILDREN_MAX), Mock(until=monotonic() + 9))
    with patch("certificates.verify_forker.select.select", return_value=([], [], [])) as asked:
        verify_forker._wait(Mock(), 5, busy)  # type: ignore[arg-type]  # only asked for their end
        assert asked.call_args.args[0] == [5]
        busy.popitem()
        verify_forker._wait(Mock(), 5, busy)  # type: ignore[arg-type]  # as above
        assert len(asked.call_args.args[0]) == 2


@pytest.mark.usefixtures("child")
def test_a_child_that_floods_its_answer_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "ANSWER_BYTES_MAX", 1_000)
    with pytest.raises(StepNotChecked):
        told("'x' * 100_000")


def test_a_forker_that_died_is_started_again(child: Forker) -> None:
    child.start()
    assert child._process is not None
    child._process.kill()
    child._process.wait()
    assert told("1 + 1") == "2"


def test_whoever_asks_waits_no_longer_than_said_even_if_the_forker_hangs(
    monkeypatch: pytest.MonkeyPatch, child: Forker
) -> None:
    monkeypatch.setattr(children, "WALL_SECONDS", 0.5)
    child.start()
    assert child._process is not None
    child._process.send_signal(signal.SIGSTOP)
    began = monotonic()
    assert ordered("").step("file").state == "not_checked"
    assert monotonic() - began < 5
    child._process.send_signal(signal.SIGCONT)


def test_a_forker_that_does_not_start_is_not_blamed_on_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verify_process, "forker", lambda: Forker(("-c", "")))
    verdict = verify_in_child(sealed("RT"), registry().folder / "trust")
    assert not verdict.ok
    assert not verdict.has_failed
    assert "does not start" in verdict.step("file").en
    with pytest.raises(StepNotChecked):
        read_photo_in_child(b"\x89PNG")


def test_a_damaged_trust_folder_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    (tmp_path / "policy").write_bytes(b"no key")
    with pytest.raises(TrustError):
        verify_in_child(sealed("RT"), tmp_path)


@pytest.mark.parametrize(
    ("change", "trusted", "code"),
    [
        pytest.param(b"", True, 0, id="good"),
        pytest.param(b"x", True, 1, id="changed"),
        pytest.param(b"", False, 2, id="no-anchors"),
    ],
)
def test_the_command_says_it_in_its_exit_code(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: bytes,
    code: int,
    *,
    trusted: bool,
) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(sealed("RT") + change)
    folder = registry().folder / "trust" if trusted else tmp_path
    assert main([str(path), "--trust", str(folder)]) == code
    assert capsys.readouterr().out.startswith("1 file")


def test_the_command_tells_a_wrong_call_apart(tmp_path: Path) -> None:
    assert main([str(tmp_path / "no.pdf"), "--trust", str(tmp_path)]) == 2
