"""`sinkledger jobs` and `webhooks` as people use them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.app import app
from api.cli.output import CommandError
from api.tasks.exporting import EXPORT, ExportArguments
from ledger.jobs.queues import queue_of
from tests.support.many_papers import copied, retirement_lines

RUNNER = CliRunner()


@pytest.fixture
def folder(played: Path, tmp_path: Path) -> Path:
    shutil.copytree(played, tmp_path / "own")
    return tmp_path / "own"


def run(folder: Path, *words: str) -> Result:
    return RUNNER.invoke(app, [*words, "--data", str(folder)])


def told(folder: Path, *words: str) -> dict[str, Any]:
    done = run(folder, *words, "--json")
    assert done.exit_code == 0, done.exception
    return dict(json.loads(done.stdout))


def test_jobs_are_made_done_shown_and_dropped(played: Path, tmp_path: Path) -> None:
    registry = copied(played, tmp_path / "own")
    number = queue_of(registry).add(EXPORT, ExportArguments(what="holdings"))
    (tmp_path / "lines").write_bytes(b"\n".join(retirement_lines(registry, 2)))
    registry.close()
    folder = tmp_path / "own"
    assert told(folder, "jobs", "show", str(number))["arguments"] == '{"what":"holdings"}'
    done = told(folder, "jobs", "run", "export")
    assert done["state"] == "done"
    assert done["text"].startswith("written to exports/ledger-")
    job = told(folder, "jobs", "submit", str(tmp_path / "lines"), "--confirm-clock")["job"]
    listed = told(folder, "jobs", "list", "--state", "waiting")["jobs"]
    assert [one["id"] for one in listed] == [job, number]
    assert run(folder, "jobs", "retry", str(number)).exit_code == 0
    assert run(folder, "jobs", "drop", str(number)).exit_code == 0
    assert run(folder, "jobs", "list").exit_code == 0


@pytest.mark.parametrize(
    ("words", "text"),
    [
        pytest.param(("jobs", "show", "99"), "there is no job 99", id="unknown-job"),
        pytest.param(("jobs", "drop", "99"), "there is no job 99", id="unknown-drop"),
        pytest.param(("jobs", "run", "dance"), "there is no task dance", id="unknown-task"),
        pytest.param(("jobs", "run", "export", '{"what":"all"}'), "what: ", id="arguments"),
        pytest.param(("webhooks", "add", "X", "https://a.example/"), "a-z", id="name"),
        pytest.param(("webhooks", "add", "x", "https://10.0.0.1/"), "is inside", id="inside"),
        pytest.param(("webhooks", "resume", "x"), "no subscriber x", id="unknown-subscriber"),
        pytest.param(("webhooks", "rotate", "x"), "x.secret", id="no-secret"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    folder: Path, words: tuple[str, ...], text: str
) -> None:
    done = run(folder, *words)
    assert isinstance(done.exception, CommandError), done.exception
    assert text in str(done.exception)


def test_a_subscriber_is_added_turned_off_and_on_and_removed(folder: Path) -> None:
    hook = "http://127.0.0.1:9/hook"
    added = run(folder, "webhooks", "add", "one", hook, "--kind", "units.", "--from", "3")
    assert added.exit_code == 0, added.exception
    assert "whsec_" in added.output + added.stderr
    path = folder / "keys" / "webhooks" / "one.secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert run(folder, "webhooks", "rotate", "one").exit_code == 0
    assert len(path.read_text().split()) == 2
    assert run(folder, "webhooks", "rotate", "one", "--drop-old").exit_code == 0
    assert len(path.read_text().split()) == 1
    assert run(folder, "webhooks", "off", "one").exit_code == 0
    (shown,) = told(folder, "webhooks", "list")["subscribers"]
    assert (shown["state"], shown["cursor"], shown["kinds"]) == ("off", 3, ["units."])
    assert run(folder, "webhooks", "resume", "one", "--skip").exit_code == 0
    (shown,) = told(folder, "webhooks", "list")["subscribers"]
    assert (shown["state"], shown["cursor"]) == ("on", 4)
    assert run(folder, "webhooks", "remove", "one").exit_code == 0
    assert not path.exists()
