"""Telling subscribers: everything in the log, in its order, at least once, under stable names."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api.tasks.delivering import add_due
from ledger.jobs.job import State
from ledger.jobs.queues import queue_of
from ledger.outbox import delivering, subscribers
from ledger.outbox.addresses import Rules, target_of
from ledger.outbox.sending import Sender, UnsentError
from ledger.outbox.signing import new_secret, secret_file
from ledger.publish.publisher import publish
from ledger.registry import open_registry
from tests.support.ledger import Scene, open_scene, pay
from tests.support.outbox_kills import (
    NAME,
    Manner,
    advance_first,
    kill_recorders,
    kill_tellers,
    subscribe,
    tell,
)
from tests.support.receivers import Receiver, receiver


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    opened = open_scene(tmp_path)
    yield opened
    opened.world.registry.close()


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as listening:
        yield listening


def test_a_subscriber_is_told_every_entry_once_signed_and_in_order(
    scene: Scene, hook: Receiver
) -> None:
    registry = scene.world.registry
    subscribe(registry, hook)
    assert tell(registry) == ""
    assert hook.seqs == list(range(registry.size()))
    assert len(hook.came) == registry.size()
    assert hook.forged == 0
    assert tell(registry) == ""
    assert len(hook.came) == registry.size(), "nobody is told twice without a crash"
    assert queue_of(registry).jobs() == [], "what is done is not kept"


def test_a_message_states_public_facts_of_one_entry(scene: Scene, hook: Receiver) -> None:
    registry = scene.world.registry
    pay(scene)
    seq = registry.size() - 1
    subscribe(registry, hook, cursor=seq)
    tell(registry)
    ((name, body),) = hook.came
    entry = registry.entry(seq)
    assert name.startswith("msg_")
    assert len(name) == 30
    assert body["type"] == "entry.recorded"
    assert body["timestamp"].endswith("Z")
    assert body["data"] == {
        "accounts": sorted([scene.owner, scene.buyer]),
        "checkpoint": None,
        "id": body["data"]["id"],
        "kind": "units.transfer",
        "leaf_hash": entry.leaf_hash.hex(),
        "log": registry.origin(),
        "seq": seq,
    }
    assert hook.asked[0]["content-type"] == "application/json"


def test_what_is_final_is_told_when_a_checkpoint_covers_it(scene: Scene, hook: Receiver) -> None:
    registry = scene.world.registry
    subscribe(registry, hook, moment="final")
    tell(registry)
    assert hook.came == []
    publish(registry)
    pay(scene)
    tell(registry)
    size = registry.size() - 1
    assert hook.seqs == list(range(size))
    assert {one["data"]["checkpoint"]["size"] for _, one in hook.came} == {size}
    assert hook.came[0][1]["data"]["checkpoint"]["root"] == registry.root(size).hex()


def test_kinds_and_accounts_are_chosen(scene: Scene, hook: Receiver) -> None:
    registry = scene.world.registry
    pay(scene, 2)
    subscribe(registry, hook, kinds=("units.", "registry.open"), accounts=())
    tell(registry)
    assert {one["data"]["kind"] for _, one in hook.came} == {"units.transfer", "registry.open"}
    assert subscribers.of(registry.reader, NAME).cursor == registry.size()
    subscribers.remove(registry.writer, NAME)
    before = len(hook.came)
    subscribe(registry, hook, accounts=(scene.third,))
    tell(registry)
    assert [one["data"]["kind"] for _, one in hook.came[before:]] == ["account.open"]


def test_what_is_not_taken_is_tried_again_and_keeps_the_later_ones_waiting(
    scene: Scene, hook: Receiver
) -> None:
    registry = scene.world.registry
    subscribe(registry, hook)
    hook.answers = [(500, {})]
    assert tell(registry) == "one is not told: the receiver answers 500"
    (job,) = queue_of(registry).jobs()
    assert (job.state, job.failures) == (State.WAITING, 1)
    add_due(registry, queue_of(registry))
    assert len(queue_of(registry).jobs()) == 1, "it waits for its next try"
    assert hook.came == []
    tell(registry)
    assert hook.seqs == list(range(registry.size()))


def test_a_receiver_says_how_long_it_wants_to_be_left_alone(scene: Scene, hook: Receiver) -> None:
    registry = scene.world.registry
    subscribe(registry, hook)
    hook.answers = [(429, {"retry-after": "3600"})]
    tell(registry)
    (job,) = queue_of(registry).jobs()
    assert (job.next_try_at_us or 0) / 1e6 - time.time() > 3_500


def test_one_that_answered_before_begins_its_failures_anew(scene: Scene, hook: Receiver) -> None:
    registry = scene.world.registry
    subscribe(registry, hook)
    hook.answers = [(204, {}), (204, {}), (503, {})]
    assert tell(registry) == ""
    assert hook.seqs == [0, 1]
    assert queue_of(registry).jobs() == []
    add_due(registry, queue_of(registry))
    assert [job.task for job in queue_of(registry).jobs()] == ["deliver"]


def test_a_receiver_that_is_gone_is_told_no_more(scene: Scene, hook: Receiver) -> None:
    registry = scene.world.registry
    subscribe(registry, hook)
    hook.answers = [(410, {})]
    assert "410" in tell(registry)
    assert queue_of(registry).jobs()[0].state is State.DEAD
    assert not subscribers.of(registry.reader, NAME).is_on
    add_due(registry, queue_of(registry))
    assert len(queue_of(registry).jobs()) == 1


def test_one_that_was_turned_off_is_left_alone_even_where_nobody_finds_it(
    scene: Scene, hook: Receiver
) -> None:
    registry = scene.world.registry
    subscribe(registry, hook, is_on=False)
    secret_file(registry.settings.keys, NAME).unlink()
    assert tell(registry) == ""
    assert hook.asked == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nothing_is_followed(scene: Scene, hook: Receiver, status: int) -> None:
    registry = scene.world.registry
    with receiver() as inside:
        subscribe(registry, hook)
        hook.answers = [(status, {"location": inside.url})]
        assert str(status) in tell(registry)
        assert inside.asked == []


def test_a_receiver_that_says_nothing_is_waited_for_no_longer_than_stated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ledger.outbox.sending.ANSWER_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        began_s = time.monotonic()
        sender = Sender(target_of(url, Rules(is_demo=True)), [new_secret(is_key=True)])
        with closing(sender), pytest.raises(UnsentError, match="no answer within"):
            sender.send("msg_one", b"{}")
        assert time.monotonic() - began_s < 3


def test_a_name_that_means_another_machine_later_gains_nothing(hook: Receiver) -> None:
    """The address that was judged is connected to; the name is not asked for again."""
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    rules = Rules(is_demo=True, resolve=lambda host, port: answers.pop(0))
    target = target_of(f"http://receiver.example:{hook.port}/hook", rules)
    secret = new_secret(is_key=False)
    hook.secret = secret.seed
    with closing(Sender(target, [secret])) as sender:
        sender.send("msg_one", b"{}")
        sender.send("msg_two", b"{}")
    assert [name for name, _ in hook.came] == ["msg_one", "msg_two"]
    assert {one["host"] for one in hook.asked} == {f"receiver.example:{hook.port}"}
    assert len(answers) == 1


def check_told(hook: Receiver, size: int) -> None:
    """Check that all of the log and nothing else was told, in order, under one name each."""
    assert hook.seqs == list(range(size)), "lost, invented, or out of order"
    assert len({name for name, _ in hook.came}) == size
    assert hook.forged == 0


def test_killing_whoever_tells_loses_nothing(scene: Scene, hook: Receiver) -> None:
    tell_through_kills(scene, hook, events=120, kills=6)


def tell_through_kills(scene: Scene, hook: Receiver, *, events: int, kills: int) -> None:
    registry = scene.world.registry
    pay(scene, events - registry.size())
    subscribe(registry, hook)
    registry.close()  # connections must not cross a fork
    assert kill_tellers(registry.settings, kills=kills, seed=46) == kills
    check_told(hook, events)


def test_a_cursor_that_moves_before_the_message_is_taken_loses_some(
    scene: Scene, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "_tell", advance_first)
    with pytest.raises(AssertionError, match="lost"):
        tell_through_kills(scene, hook, events=120, kills=6)


def test_killing_whoever_records_and_tells_loses_and_invents_nothing(
    scene: Scene, hook: Receiver
) -> None:
    subscribe(scene.world.registry, hook)
    scene.world.registry.close()
    check_told(hook, kill_recorders(scene, "from-the-log", kills=4, seed=47))


@pytest.mark.parametrize("manner", ["before-the-commit", "from-memory"])
def test_messages_that_do_not_come_from_the_log_are_lost_or_invented(
    scene: Scene, hook: Receiver, manner: Manner
) -> None:
    subscribe(scene.world.registry, hook, cursor=scene.world.registry.size())
    first = scene.world.registry.size()
    scene.world.registry.close()
    size = kill_recorders(scene, manner, kills=4, seed=48)
    registry = open_registry(scene.world.registry.settings)
    recorded = {str(registry.entry(seq).order["nonce"]) for seq in range(first, size)}
    registry.close()
    told = {str(body["data"]["nonce"]) for _, body in hook.came}
    assert (told - recorded, recorded - told) != (set(), set())


@pytest.mark.faults
def test_of_2000_messages_none_is_lost_over_many_kills(scene: Scene, hook: Receiver) -> None:
    tell_through_kills(scene, hook, events=2_000, kills=40)
