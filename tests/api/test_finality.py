"""Waiting for publication, as one late answer or as events; and following the log's tail."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import Any

import pytest
from httpx2 import Client

from api.routes.events import TAILS_MAX, Tails, _follow
from api.text.catalogue import say
from api.watching import Watch
from ledger.intake.envelope import envelope_bytes
from ledger.publish.publisher import publish
from tests.support.loopback import LoopbackService
from tests.support.many_papers import now_us, retirement_order, unwatched
from tests.support.service import JSON, ORDERS, is_problem

EVENTS = {"accept": "text/event-stream"}
TAIL = "/v1/log/events"


@pytest.fixture
def served(played: Path, tmp_path: Path) -> Iterator[LoopbackService]:
    """A copy of the demonstration on a port, which no witness watches."""
    served = LoopbackService.on(played, tmp_path / "own", now_us(), confirmed=True)
    unwatched(served.registry)
    yield served
    served.close()


@pytest.fixture
def client(served: LoopbackService) -> Iterator[Client]:
    with Client(base_url=served.address, timeout=30) as client:
        yield client


def envelope(served: LoopbackService, number: int = 0) -> bytes:
    order = retirement_order(served.registry, f"示例{number}", number)
    # An order is valid for a time that is counted from when it is made.
    served.now_us = now_us()
    return envelope_bytes(order)


def post(client: Client, content: bytes, query: str = "?wait=final", **headers: str) -> Any:
    return client.post(ORDERS + query, content=content, headers={**JSON, **headers})


@contextmanager
def published_soon(served: LoopbackService, after_s: float = 0.4) -> Iterator[None]:
    timer = Timer(after_s, publish, [served.registry])
    timer.start()
    yield
    timer.join()


def read_events(answer: Any) -> Iterator[tuple[str, str, str]]:
    """Yield (event, id, data) until the stream ends."""
    found: dict[str, str] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if line == "" and "data" in found:
            yield found["event"], found.get("id", ""), found["data"]
        if line == "":
            found = {}
        elif name:
            found[name] = f"{found[name]}\n{value}" if name == "data" in found else value


def test_who_waits_is_answered_when_the_entry_is_published(
    served: LoopbackService, client: Client
) -> None:
    size = served.registry.size()
    with published_soon(served):
        answer = post(client, envelope(served), prefer="wait=20")

    assert answer.status_code == 201
    assert answer.headers["preference-applied"] == "wait=20"
    assert answer.json()["status"] == "final"
    assert answer.json()["checkpoint_size"] > answer.json()["seq"] == size
    assert client.get(f"/v1/entries/{size}/proof").status_code == 200


def test_who_has_waited_long_enough_is_told_where_to_look(
    served: LoopbackService, client: Client
) -> None:
    began_s, content = monotonic(), envelope(served)
    answer = post(client, content, prefer="respond-async, wait=1")

    assert 0.9 <= monotonic() - began_s < 5
    assert (answer.status_code, answer.json()["status"]) == (202, "recorded")
    assert answer.headers["location"] == f"/v1/entries/{answer.json()['seq']}/proof"
    publish(served.registry)
    again = post(client, content, prefer="wait=9")
    assert (again.status_code, again.json()["status"]) == (200, "final")
    assert client.get(answer.headers["location"]).status_code == 200


def test_who_takes_events_is_told_of_both_moments(served: LoopbackService, client: Client) -> None:
    content, asked = envelope(served), {**JSON, **EVENTS}
    with (
        published_soon(served),
        client.stream("POST", f"{ORDERS}?wait=final", content=content, headers=asked) as answer,
    ):
        told = [(name, '"status":"' + name in data) for name, _, data in read_events(answer)]

    assert answer.status_code == 201
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["ratelimit"].startswith('"queue";r=')
    assert told == [("recorded", True), ("final", True)]


def test_events_end_when_the_time_is_over(served: LoopbackService, client: Client) -> None:
    answer = post(client, envelope(served), prefer="wait=0", **EVENTS)
    (recorded, later) = read_events(answer)

    assert (recorded[0], later[0]) == ("recorded", "later")
    assert later[2] == f"/v1/entries/{served.registry.size() - 1}/proof"


@pytest.mark.parametrize("headers", [{}, EVENTS], ids=["json", "events"])
def test_a_refusal_is_not_waited_for(
    served: LoopbackService, client: Client, headers: dict[str, str]
) -> None:
    answer = post(client, b"{}", **headers)

    assert answer.status_code == 400
    assert is_problem(answer)


def test_nobody_can_wait_for_anything_else(served: LoopbackService, client: Client) -> None:
    size = served.registry.size()
    answer = post(client, envelope(served), "?wait=never")

    assert answer.status_code == 422
    assert is_problem(answer)
    assert served.registry.size() == size


def test_the_tail_tells_of_entries_as_recorded_and_of_checkpoints(
    served: LoopbackService, client: Client
) -> None:
    size = served.registry.size()
    with Client(base_url=served.address) as other, other.stream("GET", TAIL) as tail:
        told = read_events(tail)
        for number in range(3):
            assert post(client, envelope(served, number), "").status_code == 201
        entries = [next(told) for _ in range(3)]
        publish(served.registry)
        checkpoint = next(told)

    assert [(name, int(seq)) for name, seq, _ in entries] == [
        ("entry", size + number) for number in range(3)
    ]
    for _, seq, data in entries:
        assert data.encode() == served.registry.entry_bytes(int(seq))
    assert checkpoint[0] == "checkpoint"
    assert f"{checkpoint[2]}\n".encode() == served.registry.checkpoint()


def test_who_comes_again_goes_on_behind_what_was_seen(
    served: LoopbackService, client: Client
) -> None:
    size = served.registry.size()
    answers = [
        client.get(f"{TAIL}?seconds=1", headers={"last-event-id": "4"}),
        client.get(f"{TAIL}?seconds=1&after=4"),
        client.get(f"{TAIL}?seconds=1&after=-1"),
    ]

    seqs = [[int(seq) for _, seq, _ in read_events(answer)] for answer in answers]
    assert seqs == [[*range(5, size)], [*range(5, size)], [*range(size)]]


def test_the_head_of_the_tail_is_answered_at_once(served: LoopbackService, client: Client) -> None:
    began_s = monotonic()
    answer = client.head(TAIL)

    assert (answer.status_code, answer.content) == (200, b"")
    assert monotonic() - began_s < 5
    assert client.get("/healthz").status_code == 200
    assert served.registry.size() > 0


def test_more_readers_of_the_tail_than_there_is_room_for_are_told(
    served: LoopbackService, client: Client
) -> None:
    tails = served.server.config.app.state.tails  # type: ignore[union-attr]  # it is a FastAPI
    tails.open = TAILS_MAX
    answer = client.get(TAIL)

    assert answer.status_code == 503
    assert is_problem(answer)
    assert answer.json()["detail_zh"] == say("problem.too_many_tails", "zh")


def test_of_readers_who_are_let_in_together_those_too_many_end_at_once(
    served: LoopbackService,
) -> None:
    async def told() -> list[bytes]:
        tails = Tails(*[Watch(served.registry.size, lambda: False)] * 2)
        tails.open = TAILS_MAX
        return [event async for event in _follow(tails, served.registry, 0, monotonic() + 5)]

    assert asyncio.run(told()) == []


def test_streams_end_when_the_service_ends(served: LoopbackService, client: Client) -> None:
    with client.stream("GET", TAIL) as tail:
        lines = tail.iter_lines()
        assert next(lines).startswith("retry: ")
        served.server.should_exit = True
        began_s = monotonic()
        assert all(line == "" or line.startswith(":") for line in lines)
    served.thread.join(10)

    assert not served.thread.is_alive()
    assert monotonic() - began_s < 5
