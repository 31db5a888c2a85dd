"""Orders over HTTP are committed together: told once, told apart, never lost by who goes away."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.app import create_app
from contracts.refusal import Refused
from ledger.intake.checking import CheckedOrder
from ledger.log.entry import Entry
from ledger.registry import Registry
from ledger.sequencing.fair_queue import QueueLimits
from ledger.store import HeadMovedError, TamperedError
from tests.support.service import (
    BATCH,
    JSON,
    LINES,
    ORDERS,
    Service,
    is_problem,
    step_of,
    with_nonce,
)

TRANSFER = step_of("units.transfer")
UNKNOWN = replace(TRANSFER, order={**TRANSFER.order, "body": {**TRANSFER.body, "to": "0000ZZZZ"}})


def order(number: int) -> bytes:
    """Return an order that is refused under the lock, so that any number of them may come."""
    return with_nonce(UNKNOWN, number).envelope()


@dataclass(slots=True)
class Held:
    """A registry whose batches wait until they are let go, or fail."""

    app: Any
    registry: Registry
    entered: Event = field(default_factory=Event)
    go_on: Event = field(default_factory=Event)
    batches: list[int] = field(default_factory=list)

    def client(self) -> AsyncClient:
        """Return a client that runs in the caller's loop."""
        return AsyncClient(transport=ASGITransport(self.app), base_url="http://test", headers=JSON)


@pytest.fixture
def held(before_transfer: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """The service just before the transfer, with room for four orders; batches wait."""
    limits = QueueLimits(items=4, lane_items=2)
    app = create_app(before_transfer.registry, limits=limits)
    app.state.clock = lambda: TRANSFER.at_us
    held = Held(app, before_transfer.registry)
    decide = Registry.submit_checked

    def submit_checked(
        registry: Registry, orders: Sequence[CheckedOrder], **how: Any
    ) -> tuple[Entry | Refused, ...]:
        held.batches.append(len(orders))
        held.entered.set()
        held.go_on.wait(30)
        return decide(registry, orders, **how)

    monkeypatch.setattr(Registry, "submit_checked", submit_checked)
    yield held
    held.go_on.set()
    app.state.taking.close()


def failing(service: Service, monkeypatch: pytest.MonkeyPatch, error: Exception) -> list[Exception]:
    """Have every batch fail; return what the service then ends by."""

    def submit_checked(_: Registry, __: Sequence[CheckedOrder], **___: Any) -> None:
        raise error

    monkeypatch.setattr(Registry, "submit_checked", submit_checked)
    ended = list[Exception]()
    app = create_app(service.registry, failed=ended.append)
    service.client = TestClient(app, raise_server_exceptions=False)
    return ended


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds; a test that waits in vain fails by its own time limit."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def test_the_same_order_of_two_clients_at_once_is_new_to_one_only(before_transfer: Service) -> None:
    size, _ = before_transfer.state
    with ThreadPoolExecutor(8) as clients:
        sent = [clients.submit(before_transfer.post, TRANSFER.envelope()) for _ in range(8)]
    answers = [one.result() for one in sent]

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert {answer.json()["seq"] for answer in answers} == {size}
    assert before_transfer.state[0] == size + 1


def test_an_order_whose_client_has_gone_is_recorded_and_answered_when_sent_again(
    held: Held,
) -> None:
    size = held.registry.size()

    async def play() -> int:
        async with held.client() as client:
            sent = asyncio.create_task(client.post(ORDERS, content=TRANSFER.envelope()))
            await until(held.entered.is_set)
            sent.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sent
            held.go_on.set()
            again = await client.post(ORDERS, content=TRANSFER.envelope())
            return int(again.status_code)

    assert asyncio.run(play()) == 200
    assert held.registry.size() == size + 1


@pytest.mark.parametrize("awaited", range(12))
def test_cancelled_at_any_await_an_order_is_recorded_once_or_not_at_all(
    before_transfer: Service, awaited: int
) -> None:
    size = before_transfer.registry.size()
    app: Any = before_transfer.client.app

    async def play() -> int:
        client = AsyncClient(transport=ASGITransport(app), base_url="http://test", headers=JSON)
        sent = asyncio.create_task(client.post(ORDERS, content=TRANSFER.envelope()))
        for _ in range(awaited):
            await asyncio.sleep(0)
        sent.cancel()
        await asyncio.gather(sent, return_exceptions=True)
        again = await client.post(ORDERS, content=TRANSFER.envelope())
        return int(again.status_code)

    assert asyncio.run(play()) in (200, 201)
    assert before_transfer.registry.size() == size + 1


def test_a_full_queue_turns_away_and_harms_nobody_in_it(held: Held) -> None:
    async def play() -> tuple[list[Any], list[Any], int]:
        async with held.client() as client:
            taken = [asyncio.create_task(client.post(ORDERS, content=order(0)))]
            await until(held.entered.is_set)
            taken += [asyncio.create_task(client.post(ORDERS, content=order(n))) for n in (1, 2, 3)]
            await until(lambda: held.app.state.taking.room == 0)
            turned_away = [
                await client.post(ORDERS, content=order(4)),
                await client.post(BATCH, content=order(5), headers=LINES),
            ]
            verified = (await client.get("/healthz")).status_code
            held.go_on.set()
            return turned_away, await asyncio.gather(*taken), verified

    turned_away, taken, verified = asyncio.run(play())
    for answer in turned_away:
        assert (answer.status_code, answer.json()["title"]) == (503, "queue_full")
        assert is_problem(answer)
        assert 1 <= int(answer.headers["retry-after"]) <= 30
        assert answer.headers["ratelimit"] == '"queue";r=0'
        assert '"queue";q=4;qu="concurrent-requests"' in answer.headers["ratelimit-policy"]
    statuses = sorted(answer.status_code for answer in taken)
    assert statuses == [404, 404, 404, 429]
    (own,) = [answer for answer in taken if answer.status_code == 429]
    assert own.json()["title"] == "share_full"
    assert own.headers["ratelimit"].startswith('"share";r=0;t=')
    assert is_problem(own)
    assert verified == 200


FAULTS = [
    pytest.param(OSError("disk"), 503, "outcome_unknown", id="disk"),
    pytest.param(
        OperationalError("", {}, Exception("gone")), 503, "outcome_unknown", id="database"
    ),
    pytest.param(HeadMovedError("8 times"), 503, "busy", id="races"),
    pytest.param(TamperedError("entry 7"), 503, "stopped", id="damage"),
    pytest.param(ValueError("ours"), 500, "fault", id="ours"),
]


@pytest.mark.parametrize(("error", "status", "title"), FAULTS)
def test_what_goes_wrong_is_told_clearly(
    before_transfer: Service,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    title: str,
) -> None:
    ended = failing(before_transfer, monkeypatch, error)
    answers = [
        before_transfer.post(TRANSFER.envelope()),
        before_transfer.post_lines(TRANSFER.envelope()),
    ]

    for answer in answers:
        assert (answer.status_code, answer.json()["title"]) == (status, title)
        assert ("retry-after" in answer.headers) == (status == 503)
        assert is_problem(answer)
    assert [type(one) for one in ended] == [TamperedError] * (title == "stopped")
    before_transfer.held.taking.close()


def test_a_line_that_breaks_the_batch_is_answered_alone(
    before_transfer: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = Registry.submit_checked

    def submit_checked(registry: Registry, orders: Sequence[CheckedOrder], **how: Any) -> Any:
        if any(one.signed.order.nonce.endswith("7") for one in orders):
            raise ValueError("a rule met what it did not expect")
        return decide(registry, orders, **how)

    monkeypatch.setattr(Registry, "submit_checked", submit_checked)
    answer = before_transfer.post_lines(order(6), order(7), order(8))
    assert [line.count(b'"status": 404') for line in answer.content.splitlines()] == [1, 0, 1]
    assert b'"title": "fault"' in answer.content.splitlines()[1]


def test_what_was_taken_is_answered_before_the_service_ends(held: Held) -> None:
    async def play() -> tuple[Any, Any]:
        async with held.client() as client:
            sent = asyncio.create_task(client.post(ORDERS, content=TRANSFER.envelope()))
            await until(held.entered.is_set)
            ending = asyncio.create_task(asyncio.to_thread(held.app.state.taking.close))
            await until(lambda: held.app.state.taking.closing)
            await asyncio.sleep(0.1)
            late = await client.post(ORDERS, content=order(1))
            held.go_on.set()
            await ending
            return await sent, late

    taken, late = asyncio.run(play())
    assert taken.status_code == 201
    assert (late.json()["title"], late.headers["retry-after"]) == ("closing", "5")
    assert is_problem(late)


def test_figures_say_what_was_done(before_transfer: Service) -> None:
    taking = before_transfer.held.taking
    before_transfer.post(TRANSFER.envelope())
    before_transfer.post_lines(*[order(number) for number in range(5)])

    figures = taking.figures
    assert (figures.orders, figures.recorded, figures.turned_away) == (6, 1, 0)
    assert 2 <= figures.batches <= 6
    assert taking.waiting == 0
    assert figures.seconds > 0
