"""The nodes' own role: it records, and can neither change the past nor any table."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from api.cli.database import commands
from ledger.audit.audit import audit
from ledger.database.roles import APP_ROLE
from ledger.registry import Registry, open_registry
from ledger.replay.rebuild import rebuild
from ledger.settings import Settings
from tests.support.ledger import Scene, entries_of, pay
from tests.support.pg_outcomes import payment
from tests.support.postgres import Cluster

LOGIN = "node_of_test"
FORBIDDEN = (
    "UPDATE log_entry SET content = ''",
    "DELETE FROM log_entry",
    "TRUNCATE log_entry",
    "DELETE FROM log_subtree",
    "UPDATE alembic_version SET version_num = '0000'",
    "ALTER TABLE log_entry DISABLE TRIGGER ALL",
    "DROP TRIGGER log_entry_refuses_update ON log_entry",
    "CREATE OR REPLACE FUNCTION log_only_grows() RETURNS trigger LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE mine (x int)",
    "CREATE RULE r AS ON INSERT TO log_entry DO INSTEAD NOTHING",
    "DROP TABLE view_row",
    "TRUNCATE view_row",
    "SET session_replication_role = replica",
)


@pytest.fixture
def node(scene: Scene, on_postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """A node of the scene's registry that logs in as a member of the nodes' role."""
    settings = scene.world.registry.settings
    monkeypatch.setenv("SINKLEDGER_DATABASE_URL", str(settings.database_url))
    for arguments in (["database", "init"], ["database", "roles", "--execute"]):
        done = CliRunner().invoke(commands, arguments)
        assert done.exit_code == 0, done.output
    on_postgres.execute(f"CREATE ROLE {LOGIN} LOGIN IN ROLE {APP_ROLE}")
    url = str(settings.database_url).replace("postgres@", f"{LOGIN}@")
    assert os.environ["SINKLEDGER_DATABASE_URL"] != url
    opened = open_registry(Settings(data=settings.data, keys=settings.keys, database_url=url))
    yield opened
    opened.close()
    scene.world.registry.close()
    database = url.rpartition("/")[2]
    for role in (LOGIN, APP_ROLE):
        on_postgres.execute(f"DROP OWNED BY {role}", database)
        on_postgres.execute(f"DROP ROLE {role}")


def test_the_role_records_and_can_do_nothing_else(node: Registry, scene: Scene) -> None:
    entries_of(node.submit([payment(scene)], now_us=scene.world.now_us))
    assert audit(node.settings).ok
    for statement in FORBIDDEN:
        with (
            psycopg.connect(str(node.settings.database_url)) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode())
    assert audit(node.settings).ok


def test_projections_made_anew_belong_to_the_nodes_too(node: Registry, scene: Scene) -> None:
    rebuild(scene.world.registry.writer)
    entries_of(node.submit([payment(scene)], now_us=scene.world.now_us))
    pay(scene)


def test_the_statements_can_be_read_before_they_are_run(tmp_path: Path) -> None:
    shown = CliRunner().invoke(commands, ["database", "roles", "--data", str(tmp_path)])
    assert f"GRANT SELECT, INSERT ON log_entry, log_subtree TO {APP_ROLE};" in shown.output
