"""Killing whoever tells a subscriber, before, while and after it sends; and comparing with the log.

Wrong builds stand beside the right one: a cursor that moves before the message is taken, messages
sent before the commit, and messages sent from memory after it.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from random import Random
from threading import Event
from typing import Any, Literal

from api.tasks.delivering import DELIVER, DeliverArguments
from ledger.jobs.here import do_here
from ledger.jobs.task import Work
from ledger.log.entry import parse_entry
from ledger.outbox import subscribers
from ledger.outbox.addresses import Rules, target_of
from ledger.outbox.events import message_of
from ledger.outbox.sending import Sender
from ledger.outbox.signing import new_secret, read_secrets, secret_file, write_secrets
from ledger.outbox.subscribers import Subscriber
from ledger.registry import Registry, open_registry
from ledger.settings import Settings
from tests.support import bodies
from tests.support.children import Report, fork
from tests.support.ledger import Scene
from tests.support.receivers import Receiver

NAME = "one"

Manner = Literal["from-the-log", "before-the-commit", "from-memory"]


def subscribe(registry: Registry, receiver: Receiver, **given: Any) -> None:
    """Register a receiver from entry 0 on, told as soon as an entry is recorded."""
    secret = new_secret(is_key=False)
    receiver.secret = secret.seed
    write_secrets(secret_file(registry.settings.keys, NAME), [secret])
    fields: dict[str, Any] = {"moment": "recorded", "cursor": 0, **given}
    one = Subscriber(name=NAME, url=receiver.url, **fields)
    subscribers.add(registry.writer, one)


def tell(registry: Registry) -> str:
    """Tell the subscriber all there is, once; return what the job says."""
    said = [""]
    arguments = DeliverArguments(subscriber=NAME)
    do_here(registry, DELIVER, arguments, Event(), lambda _, text: said.append(text))
    return said[-1]


def tell_all(settings: Settings) -> None:
    """Open a registry and tell the subscriber all there is."""
    registry = open_registry(settings)
    tell(registry)
    registry.close()


def kill_tellers(settings: Settings, *, kills: int, seed: int) -> int:
    """Let so many tellers die around a message, then let one tell the rest.

    Returns:
        How many of them died.
    """
    random = Random(seed)
    died = sum(_dies(random, 9, lambda: tell_all(settings)) for _ in range(kills))
    tell_all(settings)
    return died


def kill_recorders(scene: Scene, manner: Manner, *, kills: int, seed: int) -> int:
    """Let so many processes die that record orders and tell of them; return the log's size.

    Then one more process starts, as after any crash.
    """
    random, settings = Random(seed), scene.world.registry.settings
    for _ in range(kills):
        assert _dies(random, 3, lambda: _record(scene, settings, manner))
        scene.world.orders += 1_000  # the child has used up some nonces
    if manner == "from-the-log":
        tell_all(settings)
    registry = open_registry(settings)
    size = registry.size()
    registry.close()
    return size


def _dies(random: Random, messages: int, work: Callable[[], None]) -> bool:
    """Do something in a child that is killed just before or after one of its first messages."""
    at, is_before = random.randrange(1, messages + 1), random.random() < 0.5
    real = Sender.send
    sent = 0

    def send(sender: Sender, name: str, body: bytes) -> None:
        nonlocal sent
        sent += 1
        if sent == at and is_before:
            os.kill(os.getpid(), signal.SIGKILL)
        real(sender, name, body)
        if sent == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def run(report: Report) -> None:
        Sender.send = send  # type: ignore[method-assign]  # in the child alone
        work()
        report("lives")

    return fork(run).reports() == []


def _record(scene: Scene, settings: Settings, manner: Manner) -> None:
    registry = open_registry(settings)
    scene.world.registry = registry
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=1)
    known = subscribers.of(registry.reader, NAME)
    secrets = read_secrets(secret_file(settings.keys, NAME))
    target = target_of(known.url, Rules(is_demo=True))
    with closing(Sender(target, secrets)) as sender:
        while True:
            order = scene.world.signed("units.transfer", body)
            if manner == "before-the-commit":
                _send(registry, sender, known, registry.size(), order.order.nonce)
            entry = scene.world.record(order)
            if manner == "from-memory":
                _send(registry, sender, known, entry.seq, order.order.nonce)
            elif manner == "from-the-log":
                tell(registry)


def _send(registry: Registry, sender: Sender, known: Subscriber, seq: int, nonce: str) -> None:
    """Send what a wrong build would know of an order that may not be recorded yet."""
    entry = parse_entry(registry.entry_bytes(min(seq, registry.size() - 1)))
    message = message_of(registry.origin(), known, entry, None)
    told = f'"nonce":"{nonce}","seq":{seq}'.encode()
    body = message.body.replace(b'"seq":%d' % entry.seq, told)
    sender.send(f"{message.name}{seq}", body)


def advance_first(work: Work, subscriber: Subscriber, sender: Sender) -> Iterator[tuple[int, int]]:
    """Do as `ledger.outbox.delivering` does, but move the cursor before the message is taken."""
    registry = work.registry
    for seq in range(subscriber.cursor, registry.size()):
        subscribers.advance(registry.writer, subscriber.name, seq + 1)
        entry = parse_entry(registry.entry_bytes(seq))
        message = message_of(registry.origin(), subscriber, entry, None)
        sender.send(message.name, message.body)
        yield seq + 1, registry.size()
