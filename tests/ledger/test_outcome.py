"""What is told where no connection is free, and what a database's error says aloud."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from api.faults import fault_of
from ledger.database import outcome
from ledger.database.epoch import StaleEpochError
from ledger.database.outcome import OutcomeUnknownError, read_back, settled
from ledger.database.side_tables import side_org
from ledger.store import HeadMovedError
from ledger.submit import ClockError
from tests.support.ledger import open_scene


@pytest.fixture
def busy() -> Iterator[Engine]:
    """Return an engine whose only connection is lent for good."""
    engine = create_engine(
        "sqlite://", poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01
    )
    with engine.connect():
        yield engine


def test_who_gets_no_connection_has_recorded_nothing_and_may_come_again(busy: Engine) -> None:
    with pytest.raises(PoolTimeoutError) as caught:
        settled(busy, lambda _: None)
    assert fault_of(caught.value).status == 503


@pytest.fixture
def doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first attempt end in doubt."""
    attempt = outcome._attempt
    doubts = iter([outcome._DoubtError("the line broke")])

    def first_in_doubt(*arguments: object, **options: object) -> object:
        for doubt in doubts:
            raise doubt
        return attempt(*arguments, **options)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(outcome, "_attempt", first_in_doubt)


@pytest.mark.usefixtures("doubt")
def test_who_gets_no_connection_to_look_a_doubt_up_knows_nothing(busy: Engine) -> None:
    with pytest.raises(OutcomeUnknownError):
        settled(busy, lambda _: None)


@pytest.mark.usefixtures("doubt")
@pytest.mark.parametrize("error", [ClockError, HeadMovedError, StaleEpochError])
def test_what_stops_the_second_attempt_says_nothing_of_the_first(
    error: type[Exception],
) -> None:
    def stopped(_: Connection) -> None:
        raise error

    with pytest.raises(OutcomeUnknownError, match="the line broke"):
        settled(create_engine("sqlite://"), stopped)


def test_who_gets_no_connection_to_read_back_knows_nothing(tmp_path: Path, busy: Engine) -> None:
    registry = open_scene(tmp_path).world.registry
    last = registry.entry(registry.size() - 1)
    with pytest.raises(OutcomeUnknownError):
        read_back(busy, [last])


def test_an_error_never_says_what_was_to_be_stored(tmp_path: Path) -> None:
    registry = open_scene(tmp_path).world.registry
    private = {"org": "o", "uscc": "a code", "commitment": "c", "salt": b"", "record": b""}

    def twice(connection: Connection) -> None:
        for _ in range(2):
            connection.execute(insert(side_org).values(private))

    with pytest.raises(IntegrityError) as caught:
        settled(registry.writer, twice)
    assert "a code" not in str(caught.value)
