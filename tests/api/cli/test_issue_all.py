"""`sinkledger certificate issue --all` as people run it: real papers, a summary, an exit code."""

import json
import os
import signal
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli import issuing
from api.cli.app import app
from api.cli.output import CommandError
from certificates.trust import Trust
from certificates.verify import verify_pdf
from ledger.registry import Registry
from tests.support.many_papers import add_retirements, copied, publish_here

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def registry(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry with three retirements that have no paper."""
    registry = copied(played, tmp_path_factory.mktemp("issue") / "registry")
    add_retirements(registry, 3)
    publish_here(registry)
    return registry


def run(registry: Registry, *words: str) -> Result:
    return RUNNER.invoke(app, [*words, "--data", str(registry.settings.data)])


def test_all_papers_are_issued_and_verify_and_the_next_run_finds_none(registry: Registry) -> None:
    papers = registry.settings.certificates
    before = {*papers.glob("*.pdf")}
    words = ("certificates", "issue", "--all", "--kind", "rt", "--workers", "2", "--json")

    done = run(registry, *words)

    told = json.loads(done.stdout)
    assert (done.exit_code, told["ended_by"]) == (0, None)
    assert (told["found"], told["issued"], told["not_issued"]) == (3, 3, [])
    new = {*papers.glob("*.pdf")} - before
    assert len(new) == 3
    trust = Trust.load(registry.settings.trust)
    for path in new:
        verdict = verify_pdf(path.read_bytes(), trust)
        # This registry names no authority, so the time is the seal's own word.
        assert {step.name for step in verdict.steps if step.state != "passed"} <= {"time"}
    again = run(registry, *words)
    assert (again.exit_code, json.loads(again.stdout)["found"]) == (0, 0)


def test_people_are_told_how_many_and_which_are_not_issued(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.cli.issuing.SHOWN_MAX", 1)
    add_retirements(registry, 2, "示例后来")
    done = run(registry, "certificate", "issue", "--all", "--kind", "RT")
    assert done.exit_code == 1
    assert "0 issued of 2 without a paper" in done.stderr
    assert "no published checkpoint covers entry" in done.stderr
    assert "and 1 more that are not issued" in done.stderr


def test_the_first_signal_asks_for_the_end_and_the_second_ends_at_once() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with issuing._signals() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.event.is_set()
        assert stop.number == signal.SIGTERM
        assert signal.getsignal(signal.SIGTERM) == before
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param((), "name one subject, or say --all", id="nothing"),
        pytest.param(("retire/0000011H", "--all"), "name one subject", id="both"),
        pytest.param(("retire/0000011H", "--limit", "3"), "belong to --all", id="limit-of-one"),
        pytest.param(("--all", "--kind", "XX"), "--kind is one of RT, CL, RG", id="kind"),
    ],
)
def test_what_does_not_belong_together_is_said(
    registry: Registry, words: tuple[str, ...], said: str
) -> None:
    done = run(registry, "certificate", "issue", *words)
    assert isinstance(done.exception, CommandError)
    assert done.exception.exit_code == 2
    assert said in str(done.exception)
