"""The lease where a database lets two writers in at once: one of them gets it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.pool import NullPool

from ledger.database.side_tables import side_lease
from ledger.publish.lease import Lease, LeaseError, end_lease, renew_lease, take_lease

NOW_US = 1_763_769_600_000_000
LATER_US = NOW_US + 61 * 1_000_000


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database without the one-writer rule: every statement by itself, as READ COMMITTED sees."""
    engine = create_engine(
        f"sqlite:///{tmp_path / 'leases.db'}", poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    side_lease.create(engine)
    yield engine
    engine.dispose()


def once_seen(engine: Engine, act: Callable[[], object]) -> list[str]:
    """Let another connection act between the next reading of the lease and what is then written."""
    seen: list[str] = []

    def interleave(
        _connection: Connection, _cursor: object, statement: str, *_rest: object
    ) -> None:
        if not statement.startswith("SELECT") and not seen:
            seen.append(statement)
            act()

    event.listen(engine, "before_cursor_execute", interleave)
    return seen


def holders(engine: Engine) -> list[tuple[str, int]]:
    with engine.connect() as connection:
        rows = connection.execute(select(side_lease.c.holder, side_lease.c.epoch))
        return [(row.holder, row.epoch) for row in rows]


def test_of_two_that_see_a_free_lease_one_takes_it(engine: Engine) -> None:
    end_lease(engine, take_lease(engine, "before", NOW_US))
    seen = once_seen(engine, lambda: take_lease(engine, "two", NOW_US))

    with pytest.raises(LeaseError, match="at this moment"):
        take_lease(engine, "one", NOW_US)

    assert len(seen) == 1
    assert holders(engine) == [("two", 2)]


def test_of_two_that_see_no_lease_at_all_one_takes_it(engine: Engine) -> None:
    seen = once_seen(engine, lambda: take_lease(engine, "two", NOW_US))

    with pytest.raises(LeaseError, match="at this moment"):
        take_lease(engine, "one", NOW_US)

    assert len(seen) == 1
    assert holders(engine) == [("two", 1)]


def test_a_holder_that_renews_at_the_last_moment_keeps_it(engine: Engine) -> None:
    held: Lease = take_lease(engine, "two", NOW_US)
    seen = once_seen(engine, lambda: renew_lease(engine, held, LATER_US))

    with pytest.raises(LeaseError, match="at this moment"):
        take_lease(engine, "one", LATER_US)

    assert len(seen) == 1
    assert holders(engine) == [("two", 1)]
