"""The command line on a ledger in PostgreSQL, which leaves no file of it in the data folder."""

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from tests.support.ledger import Scene


def test_the_audit_finds_a_ledger_that_is_no_file(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = scene.world.registry.settings
    assert settings.database_url is not None
    monkeypatch.setenv("SINKLEDGER_DATABASE_URL", settings.database_url)
    places = ["--data", str(settings.data), "--keys", str(settings.keys)]
    done = CliRunner().invoke(app, ["audit", *places])
    assert done.exit_code == 0, done.output
