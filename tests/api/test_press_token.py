"""A press whose seal is in a token: each worker opens a session of its own."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from api.demo.play import ROOT as SEAL_ROOT
from api.issuing_all import Run
from api.issuing_plan import IssuingStoppedError, Plan
from api.press import press_of
from api.subjects import Walk
from certificates.trust import Trust
from certificates.verify import verify_pdf
from ledger.registry import Registry
from ledger.settings import Settings
from tests.support.architecture import ROOT
from tests.support.many_papers import add_retirements, copied, publish_here
from tests.support.tokens import make_token, token_settings

_MAIN = "import sys; from api.cli import main; sys.argv[0] = 'sinkledger'; main()"


@pytest.fixture
def registry(played: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry whose seal has moved into a token. Its library reads its store once a process."""
    monkeypatch.setenv("SOFTHSM2_CONF", "")
    token_settings(monkeypatch, make_token(tmp_path / "token"))
    registry = copied(played, tmp_path / "registry")
    add_retirements(registry, 2)
    publish_here(registry)
    data = registry.settings.data
    words = ("pki", "rotate", "--root", str(data / SEAL_ROOT), "--data", str(data))
    subprocess.run(
        [sys.executable, "-c", _MAIN, *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    return replace(registry, settings=Settings(data=data, keys=data / "keys"))


def test_two_workers_seal_by_one_token_and_without_it_nothing_is_issued(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = registry.settings.certificates
    before = {*papers.glob("*.pdf")}
    away = registry.settings.model_copy(update={"seal_pkcs11_token": "another"})
    run = Run(registry=registry, open_press=press_of(away), plan=Plan(workers=1))
    with pytest.raises(IssuingStoppedError, match="the token another cannot be reached"):
        run.issue(Walk(kinds=("RT",)))

    run = Run(registry=registry, open_press=press_of(registry.settings), plan=Plan(workers=2))
    run.issue(Walk(kinds=("RT",)))

    new = {*papers.glob("*.pdf")} - before
    assert (run.tally.issued, len(new)) == (2, 2)
    trust = Trust.load(registry.settings.trust)
    for path in new:
        steps = verify_pdf(path.read_bytes(), trust).steps
        assert {step.name for step in steps if step.state != "passed"} <= {"time"}
