"""The PostgreSQL that tests are given: their own, gone afterwards, and a pair that fails over."""

from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import Cluster, cluster
from tests.support.postgres_pair import pair


def test_each_test_gets_an_empty_database_of_its_own(postgres: Cluster) -> None:
    with postgres.database() as one, postgres.database() as other:
        assert one != other
        with psycopg.connect(one) as connection:
            connection.execute("CREATE TABLE x (y int)")
        with psycopg.connect(other) as connection:
            assert connection.execute("SELECT to_regclass('x')").fetchone() == (None,)


def test_pages_carry_checksums_and_text_sorts_as_people_do(postgres: Cluster) -> None:
    assert postgres.execute("SHOW data_checksums") == [("on",)]
    assert postgres.execute("SELECT 'a' < 'B', 'a' COLLATE \"C\" < 'B'") == [(True, False)]


def test_a_killed_server_starts_again_and_nothing_stays_in_the_end() -> None:
    with cluster(fsync=True) as server:
        server.execute("CREATE TABLE x AS SELECT 1 AS y")
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            server.connect()
        server.start()
        assert server.execute("SELECT y FROM x") == [(1,)]
        processes = server.processes()
    assert not server.folder.exists()
    assert not [process for process in processes if Path(f"/proc/{process}").exists()]


def test_a_standby_has_what_was_committed_when_the_primary_dies() -> None:
    with pair() as servers:
        servers.primary.execute("CREATE TABLE x AS SELECT 1 AS y")
        servers.fail_over()
        assert servers.standby.execute("INSERT INTO x VALUES (2) RETURNING y") == [(2,)]
        assert servers.standby.execute("SELECT count(*) FROM x") == [(2,)]
