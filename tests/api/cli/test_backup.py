"""`sinkledger backup`: what an operator types every night, and on the day after the fire."""

import json
from pathlib import Path

import pytest

from tests.support.founded import Desk, found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    made = found(tmp_path_factory.mktemp("backups"))
    made.run("state", "commit", *made.data)
    made.run("checkpoint", *made.data)
    return made


def test_a_backup_is_taken_proven_and_restored(desk: Desk) -> None:
    folder = desk.folder / "backups"
    told = desk.run("backup", "create", folder, *desk.data, "--keep", "1", "--json").stdout
    made = json.loads(told)
    assert made["entries"] > 0

    proven = desk.run("backup", "verify", made["backup"]).stdout
    assert f"{made['entries']} entries · 成立 holds" in proven

    again, data = desk.folder / "again", desk.folder / "data"
    asked = ("backup", "restore", made["backup"], "--json", "--data")
    restored = desk.run(*asked, again).stdout
    assert json.loads(restored)["entries"] == made["entries"]

    newer = desk.folder / "newer"
    static = ("--from", data / "log", "--policy", data / "trust")
    assert json.loads(desk.run(*asked, newer, *static).stdout) == {
        "data": str(newer),
        "entries": made["entries"],
        "keys": [],
    }
    said = desk.run("import-vault", Path(made["backup"]) / "vault.db", "--data", newer).stderr
    assert "taken in: 0 organisations" in " ".join(said.split())


def test_a_moment_is_rebuilt_to_be_looked_at(desk: Desk) -> None:
    data = desk.folder / "data"
    static = ("--from", data / "log", "--policy", data / "trust", "--json", "--data")
    told = desk.run("rebuild", *static, desk.folder / "then", "--until", "1").stdout
    assert json.loads(told)["entries"] == 1
    refused = desk.run("checkpoint", "--data", desk.folder / "then", fails=True)
    assert "an old copy was restored" in str(refused.exception)


@pytest.mark.parametrize(
    ("until", "said"),
    [
        pytest.param("yesterday", "neither a number of entries nor a time", id="neither"),
        pytest.param("2026-11-23T08:00", "say the zone", id="no-zone"),
    ],
)
def test_a_moment_that_is_none_is_explained(desk: Desk, until: str, said: str) -> None:
    data = desk.folder / "data"
    static = ("--from", data / "log", "--policy", data / "trust")
    told = desk.run("rebuild", *static, "--data", Path("none"), "--until", until, fails=True)
    assert said in str(told.exception)
