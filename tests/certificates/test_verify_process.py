"""Verifying a stranger's file in a process of its own, and by the command."""

import sys
from pathlib import Path

import pytest

from certificates.trust import TrustError
from certificates.verdict import Verdict
from certificates.verify import main, verify_pdf
from certificates.verify_process import verify_in_child
from tests.support.sealed_paper import registry, sealed


def states(verdict: Verdict) -> dict[str, str]:
    return {step.name: step.state for step in verdict.steps}


def test_a_strangers_file_is_verified_in_a_process_of_its_own() -> None:
    inside = verify_pdf(sealed("RT"), registry().trust)
    assert verify_in_child(sealed("RT"), registry().folder / "trust") == inside


def test_a_child_that_dies_is_a_failed_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    verdict = verify_in_child(sealed("RT"), registry().folder / "trust")
    assert states(verdict)["file"] == "failed"
    assert not verdict.ok


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
