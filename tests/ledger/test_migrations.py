"""Migrations: interrupted anywhere they leave the old database or the new, and the log as it was;
a version that does not know a database says so and touches nothing.
"""

from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from ledger.database.engine import open_writer
from ledger.database.migrations import NewerDatabaseError
from ledger.registry import open_registry
from tests.support.ledger import Scene, open_scene, pay
from tests.support.migration_kills import (
    STEPS,
    Databases,
    PostgresDatabases,
    SqliteDatabases,
    kill_at_every_statement,
)
from tests.support.postgres import Cluster


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = open_scene(tmp_path / "world")
    pay(scene, 20)
    scene.world.registry.close()
    return scene


def killed_everywhere(scene: Scene, databases: Databases) -> None:
    found = kill_at_every_statement(scene, databases)
    print(found)
    assert tuple(found) == STEPS
    assert sum(old + new for old, new in found.values()) > 40
    assert all(new > 0 for _, new in found.values())


@pytest.mark.faults
def test_a_migration_killed_at_any_statement_is_old_or_new(scene: Scene, tmp_path: Path) -> None:
    killed_everywhere(scene, SqliteDatabases(tmp_path))


@pytest.mark.faults
def test_a_migration_of_postgresql_killed_at_any_statement_is_old_or_new(
    scene: Scene, tmp_path: Path, postgres: Cluster
) -> None:
    killed_everywhere(scene, PostgresDatabases(postgres, tmp_path))


def each_by_itself(engine: Engine) -> None:
    """Let every statement stand by itself, as a driver does that commits before DDL."""
    event.listen(
        engine, "before_cursor_execute", lambda connection, *_: _commit(connection), insert=True
    )


def _commit(connection: object) -> None:
    connection.connection.driver_connection.commit()  # type: ignore[attr-defined]  # SQLAlchemy's


@pytest.mark.faults
def test_the_same_kills_see_migrations_that_commit_in_between(
    scene: Scene, tmp_path: Path, postgres: Cluster
) -> None:
    for databases in (SqliteDatabases(tmp_path), PostgresDatabases(postgres, tmp_path)):
        with pytest.raises(AssertionError, match=r"neither old nor new|cannot be finished"):
            kill_at_every_statement(scene, databases, each_by_itself)


def test_a_database_of_a_newer_version_is_refused_untouched(
    either_database: str, tmp_path: Path
) -> None:
    world = open_scene(tmp_path / either_database).world
    settings, size = world.registry.settings, world.registry.size()
    writer = open_writer(settings)
    with writer.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabaseError, match="step 9999"):
        open_registry(settings)
    with writer.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{STEPS[-1]}'")
    writer.dispose()
    again = open_registry(settings)
    assert again.size() == size
    again.close()
