"""What a client may conclude: recorded, refused, never, or still open; and what it writes down."""

import dataclasses
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.client import (
    Client,
    Journal,
    JournalError,
    MismatchError,
    Patience,
    Receipt,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
    Unrecorded,
)
from api.client.asking import ANSWER_BYTES_MAX
from api.drafting.draft import Draft
from contracts.refusal import RefusalCode
from tests.support import bodies
from tests.support.answering import Reply, answering
from tests.support.cutting_http import Cuts, cutting
from tests.support.ledger import ORIGIN, SECOND_US, Scene

SOON = Patience(deadline_s=5, first_s=0.01, longest_s=0.05)
AT_ONCE = Patience(deadline_s=0)


@pytest.fixture
def client(scene: Scene, port: int) -> Iterator[Client]:
    with client_at(scene, f"http://127.0.0.1:{port}") as client:
        yield client


def client_at(
    scene: Scene, url: str, journal: Journal | None = None, patience: Patience = SOON
) -> Client:
    return Client(url, patience=patience, journal=journal, clock=lambda: scene.world.now_us)


def payment(client: Client, scene: Scene, quantity_kg: int = 1, life_s: int = 3600) -> Draft:
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=quantity_kg)
    actor, life_us = f"acct/{scene.owner}", life_s * SECOND_US
    draft = client.draft("units.transfer", actor, body, life_us=life_us)
    for signer in scene.world.people[scene.owner]:
        draft = draft.signed_with(signer.seed)
    return draft


def test_what_was_recorded_is_found_without_sending_it(scene: Scene, client: Client) -> None:
    draft, other = payment(client, scene), payment(client, scene)
    receipt = client.submit(draft)
    assert client.resolve(draft) == dataclasses.replace(receipt, again=True)
    size = scene.world.registry.size()
    assert client.resolve(other) == Unrecorded(size=size, never=False)
    assert scene.world.registry.size() == size


def test_an_order_that_the_logs_time_has_passed_is_never_recorded(
    scene: Scene, port: int, tmp_path: Path
) -> None:
    journal = Journal(tmp_path / "journal")
    with client_at(scene, f"http://127.0.0.1:{port}", journal) as client:
        draft = payment(client, scene, life_s=60)
        journal.sent(draft)
        scene.world.now_us += 61 * SECOND_US
        found = client.resolve(draft)
        assert isinstance(found, Unrecorded)
        assert not found.never  # the log's own time has not passed it: nothing was recorded since
        client.submit(payment(client, scene))
        found = client.resolve(draft)
        assert isinstance(found, Unrecorded)
        assert found.never
        assert journal.open_orders() == []
        with pytest.raises(RefusedError, match="ORDER_EXPIRED"):
            client.submit(draft)
    journal.close()


def test_another_order_under_the_same_nonce_is_not_taken_for_it(
    scene: Scene, client: Client
) -> None:
    draft = payment(client, scene)
    body = bodies.transfer(scene.owner, scene.third, quantity_kg=1)
    other = Draft(order={**draft.order, "body": body})
    for signer in scene.world.people[scene.owner]:
        other = other.signed_with(signer.seed)
    client.submit(other)
    with pytest.raises(MismatchError, match="another order"):
        client.resolve(draft)
    with pytest.raises(RefusedError, match="NONCE_REUSED"):
        client.submit(draft)


def test_a_refusal_leaves_open_what_may_still_be_on_its_way(
    scene: Scene, port: int, tmp_path: Path
) -> None:
    """The first attempt is still on its way when the second one is refused."""
    journal = Journal(tmp_path / "journal")
    url = f"http://127.0.0.1:{port}"
    with client_at(scene, url) as here:
        draft = payment(here, scene, 1_000_000)
    with (
        cutting(port, Cuts(1, {"cut-before": 1.0})) as cut,
        client_at(scene, cut, journal, AT_ONCE) as client,
        pytest.raises(UnknownOutcomeError),
    ):
        client.submit(draft)
    with client_at(scene, url, journal) as client:
        (refused,) = client.resume()
        assert isinstance(refused, RefusedError)
        assert refused.earlier_open
        assert journal.open_orders() == [draft]
        scene.world.now_us += 3601 * SECOND_US
        (refused,) = client.resume()
        assert isinstance(refused, RefusedError)
        assert refused.name == "ORDER_EXPIRED"
        assert journal.open_orders() == []
    journal.close()


def test_an_order_in_doubt_stays_so_in_the_same_client(scene: Scene, client: Client) -> None:
    draft = payment(client, scene, 1_000_000)
    replies = Reply(502), Reply(409, {"code": 4001})
    with answering(*replies) as server, client_at(scene, server.url, patience=AT_ONCE) as far:
        with pytest.raises(UnknownOutcomeError):
            far.submit(draft)
        with pytest.raises(RefusedError) as caught:
            far.submit(draft)
    assert caught.value.earlier_open


@pytest.mark.parametrize("title", ["busy", "clock", "queue_full"])
def test_a_registry_that_took_nothing_leaves_nothing_open(
    scene: Scene, client: Client, title: str
) -> None:
    reply = Reply(503, {"title": title})
    with (
        answering(reply) as server,
        client_at(scene, server.url, patience=AT_ONCE) as far,
        pytest.raises(UnreachableError, match="503"),
    ):
        far.submit(payment(client, scene))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(503, {"title": "closing"}),
        Reply(503, {"title": "outcome_unknown"}),
        Reply(503),
        Reply(500, {"title": "fault"}),
        Reply(504),
    ],
    ids=lambda reply: f"{reply.status}-{reply.document.get('title')}",
)
def test_any_other_failure_leaves_the_outcome_open(
    scene: Scene, client: Client, reply: Reply
) -> None:
    with (
        answering(reply) as server,
        client_at(scene, server.url, patience=AT_ONCE) as far,
        pytest.raises(UnknownOutcomeError),
    ):
        far.submit(payment(client, scene))


def test_a_read_only_registry_is_asked_again_and_then_said_to_refuse(
    scene: Scene, client: Client
) -> None:
    reply = Reply(503, {"code": 3042, "title": "LEDGER_READ_ONLY"})
    patience = dataclasses.replace(SOON, deadline_s=0.3)
    with (
        answering(reply) as server,
        client_at(scene, server.url, patience=patience) as far,
        pytest.raises(RefusedError, match="LEDGER_READ_ONLY") as caught,
    ):
        far.submit(payment(client, scene))
    assert not caught.value.earlier_open


def test_a_registry_that_asks_for_time_is_given_it(scene: Scene, client: Client) -> None:
    busy = Reply(429, {"title": "share_full"}, headers={"Retry-After": "1"})
    refusal = Reply(409, {"code": 4001})
    with (
        answering(busy, refusal) as server,
        client_at(scene, server.url) as far,
        pytest.raises(RefusedError) as caught,
    ):
        far.submit(payment(client, scene))
    first, second = server.times
    assert second - first >= 1.0
    assert not caught.value.earlier_open


def test_a_line_that_was_not_decided_is_sent_alone(scene: Scene, client: Client) -> None:
    drafts = [payment(client, scene) for _ in range(2)]
    real = client.submit(drafts[0])
    shown = {"seq": real.seq, "id": real.id, "leaf_hash": real.leaf_hash.hex()}
    lines = json.dumps(shown) + "\n" + json.dumps({"title": "closing", "status": 503}) + "\n"
    refusal = Reply(409, {"code": 4001})
    entry = Reply(200, content=real.entry)
    with (
        answering(Reply(200, content=lines.encode()), entry, refusal) as server,
        client_at(scene, server.url) as far,
    ):
        first, second = far.submit_all(drafts)
    assert isinstance(first, Receipt)
    assert isinstance(second, RefusedError)
    assert second.earlier_open


def test_an_answer_that_does_not_end_is_left_in_time(scene: Scene, client: Client) -> None:
    hasty = Patience(deadline_s=0, answer_s=0.2)
    with (
        answering(Reply(201, content=b" " * 40, drip_s=0.05)) as server,
        client_at(scene, server.url, patience=hasty) as far,
    ):
        began_s = time.monotonic()
        with pytest.raises(UnknownOutcomeError, match="ReadTimeout"):
            far.submit(payment(client, scene))
        assert time.monotonic() - began_s < 1


@pytest.mark.parametrize(
    "content", [b" " * (ANSWER_BYTES_MAX + 1), b"neither\nJSON\n"], ids=["too-long", "no-json"]
)
def test_what_no_registry_answers_is_evidence(scene: Scene, client: Client, content: bytes) -> None:
    drafts = [payment(client, scene) for _ in range(2)]
    with (
        answering(Reply(200, content=content)) as server,
        client_at(scene, server.url) as far,
        pytest.raises(MismatchError),
    ):
        far.submit_all(drafts)


def test_rules_that_are_no_longer_in_force_are_asked_for_again(
    scene: Scene, client: Client
) -> None:
    old, new = ({"origin": ORIGIN, "rules": digit * 64} for digit in "ab")
    refusal = {"code": RefusalCode.RULES_NOT_ACTIVE.value}
    replies = Reply(200, old), Reply(409, refusal), Reply(200, new)
    with answering(*replies) as server, client_at(scene, server.url) as far:
        with pytest.raises(RefusedError):
            far.submit(payment(far, scene))
        assert payment(far, scene).order["rules"] == new["rules"]


def test_a_registry_that_does_not_say_as_of_when_is_not_believed(
    scene: Scene, client: Client
) -> None:
    with (
        answering(Reply(404)) as server,
        client_at(scene, server.url) as far,
        pytest.raises(MismatchError, match="as of when"),
    ):
        far.resolve(payment(client, scene))


def test_one_process_at_a_time_has_a_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    with pytest.raises(JournalError, match="another process"):
        Journal(tmp_path / "journal")
    journal.close()
    Journal(tmp_path / "journal").close()
