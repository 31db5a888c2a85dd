"""`docs/WITNESS.md` works as it stands: every command of it is run, and the result is asked."""

from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from api.witness.local import loopback, serving
from ledger.log.note import Note, parse_note, verify
from ledger.log.policy import Policy, parse_policy
from ledger.log.witness_wire import origin_hash, parse_lines
from ledger.witness.folder import open_folder
from tests.support import runbook
from tests.support.architecture import ROOT
from tests.support.witnesses import ORIGIN, SmallLog

LOG = SmallLog.of(300, both=True)
COMMANDS = runbook.commands_of(ROOT / "docs/WITNESS.md")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy").write_text(Policy.of_keys(LOG.vkeys).to_text())
    for path, content in LOG.files(300).items():
        file = tmp_path / "log" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tmp_path


def commands(role: str, *names: str) -> list[list[str]]:
    return [one for one in COMMANDS if one[0] == role and one[1] in names]


def test_the_document_shows_every_step() -> None:
    shown = [one[1] for one in COMMANDS if one[0] == "witness"]
    assert shown == ["init", "add-log", "run", "status"]
    assert [one[1] for one in COMMANDS if one[0] == "mirror"] == [
        "init",
        "add-log",
        "pull",
        "check",
        "run",
    ]


def test_a_witness_is_made_as_the_document_says_and_cosigns(folder: Path) -> None:
    init, add_log = commands("witness", "init", "add-log")
    lines = runbook.run(init, folder)
    runbook.run(add_log, folder)
    (run,) = commands("witness", "run")
    with runbook.running(run, folder) as url:
        answer = httpx2.post(f"{url}/add-checkpoint", content=LOG.request(0, 300))
        assert httpx2.get(url).text.strip() == lines.strip()

    of_log = "".join(f"log {key.to_text()}\n" for key in LOG.vkeys)
    given = parse_policy(f"{of_log}{lines}quorum witness.example.org/w1\n")
    note = Note(LOG.checkpoint(300).to_text(), parse_lines(answer.content))
    assert len(verify(note, [one.vkey for one in given.witnesses])) == 2
    (status,) = commands("witness", "status")
    assert "300" in runbook.run(status, folder)


def test_keys_are_readable_by_their_owner_only(folder: Path) -> None:
    (init,) = commands("mirror", "init")
    runbook.run(init, folder)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder / "m1").glob("*.skey")}
    assert modes == dict.fromkeys(
        ("witness.skey", "witness-mldsa.skey", "mirror.skey", "mirror-mldsa.skey"), 0o600
    )


def test_a_mirror_is_made_as_the_document_says_and_serves_the_copy(folder: Path) -> None:
    app = Starlette(routes=[Mount("/log", StaticFiles(directory=folder / "log"))])
    with serving(app, loopback()) as address:
        for command in commands("mirror", "init", "add-log", "pull", "check"):
            there = [part.replace(runbook.LOG_ADDRESS, f"{address}/log") for part in command]
            printed = runbook.run(there, folder)
        (run,) = commands("mirror", "run")
        with runbook.running(run, folder) as url:
            shown = httpx2.get(f"{url}/mirror/{origin_hash(ORIGIN)}/checkpoint")

    assert "300 entries are whole" in printed
    keys = [key.vkey for key in open_folder(folder / "m1").mirror_keys]
    assert len(verify(parse_note(shown.content), [*LOG.vkeys, *keys])) == 4
