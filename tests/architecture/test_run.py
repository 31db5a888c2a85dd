"""The task runner where it has no say: unknown tasks, missing rights, unpinned packages."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import documents
from tests.support.architecture import ROOT

BARE_MACHINE = {"ldconfig": "", "id": "echo 1000", "sudo": "exit 1", "apt-get": "exit 1"}
"""A machine without any library, seen by somebody who may not install one."""


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """Return a copy of the runner in a folder whose name has a blank in it."""
    folder = tmp_path / "sink ledger"
    folder.mkdir()
    for name in ("run", "tools.lock", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder / "run"


def call(runner: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(runner), *arguments],
        cwd="/",
        env={"PATH": f"{path}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def commands(folder: Path, **bodies: str) -> str:
    for name, body in bodies.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return str(folder)


@pytest.mark.parametrize("task", ["setup", "demo", "test"])
def test_without_root_one_sentence_says_what_root_must_run(
    runner: Path, tmp_path: Path, task: str
) -> None:
    answer = call(runner, task, path=commands(tmp_path, **BARE_MACHINE))
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert "apt-get install -y --no-install-recommends libpango-1.0-0 " in answer.stderr
    assert "libharfbuzz-subset0" in answer.stderr


def test_what_apt_get_says_is_shown_when_it_fails(runner: Path, tmp_path: Path) -> None:
    broken = BARE_MACHINE | {"id": "echo 0", "apt-get": "echo no network; exit 100"}
    answer = call(runner, "demo", path=commands(tmp_path, **broken))
    assert answer.returncode == 1
    assert "no network" in answer.stderr
    assert "could not install libpango-1.0-0" in answer.stderr


def test_an_older_python_is_refused(runner: Path, tmp_path: Path) -> None:
    names = ["python3", *(f"python3.{minor}" for minor in range(11, 15))]
    answer = call(runner, "setup", path=commands(tmp_path, **dict.fromkeys(names, "exit 1")))
    assert answer.returncode == 1
    assert "Python 3.11 or newer" in answer.stderr


def test_an_unknown_task_is_refused_beside_the_list_of_tasks(runner: Path) -> None:
    answer = call(runner, "invent")
    assert answer.returncode == 1
    assert "no task is called 'invent'" in answer.stderr
    listed = set(re.findall(r"^  (\w+)(?: \| (\w+))?", answer.stderr, flags=re.MULTILINE))
    tasks = documents.tasks_of(runner.read_text(encoding="utf-8"))
    assert {name for names in listed for name in names if name} == tasks - {"help"}


def test_ci_runs_what_developers_run() -> None:
    last = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()[-1]
    assert last == 'exec "$(dirname "$0")/../run" test'


@pytest.mark.parametrize("name", ["tools.lock", "requirements.lock"])
def test_every_package_is_pinned_and_has_digests(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    loose = [
        line
        for line in lines
        if not re.match(r"[a-z0-9._-]+==[^ ]+ .*--hash=sha256:[0-9a-f]{64}", line)
    ]
    assert lines
    assert loose == []
