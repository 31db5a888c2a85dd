"""Two nodes on one database are restarted in turn, and no client notices."""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import httpx2
import pytest

from ledger.intake.envelope import envelope_bytes
from tests.support import bodies
from tests.support.ledger import DATABASE_FILE, Scene
from tests.support.served import PATIENCE_S, Served, served

TRIES = 40
PAUSE_S = 0.05


@dataclass(slots=True)
class Client:
    """Sends each order, the same bytes, to one node after the other until it is answered."""

    scene: Scene
    urls: list[str]
    leaves: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    retried: int = 0
    stop: Event = field(default_factory=Event)

    def run(self) -> None:
        """Send orders until told to stop."""
        self.scene.world.now_us = time.time_ns() // 1_000
        body = bodies.transfer(self.scene.owner, self.scene.buyer, quantity_kg=1)
        while not self.stop.is_set():
            content = envelope_bytes(self.scene.world.signed("units.transfer", body))
            self.failed += self.send(content)

    def send(self, content: bytes) -> list[str]:
        """Send one order; return why it failed, if it did."""
        headers, said = {"content-type": "application/json"}, ""
        for number in range(TRIES):
            url = self.urls[number % len(self.urls)]
            try:
                answer = httpx2.post(
                    f"{url}/v1/orders", content=content, headers=headers, timeout=10
                )
            except httpx2.TransportError as error:
                said = type(error).__name__
            else:
                if answer.status_code in (200, 201):
                    self.leaves.append(answer.json()["leaf_hash"])
                    return []
                said = answer.text
                if answer.status_code not in (429, 503):
                    break
            self.retried += 1
            time.sleep(PAUSE_S)
        return [said]


def until_ready(node: Served) -> None:
    """Wait as a proxy does that asks now and then."""
    until_s = time.monotonic() + PATIENCE_S
    while node.status("/readyz") != 200:
        assert time.monotonic() < until_s, "the node does not become ready"
        time.sleep(0.05)


def restart_in_turn(scene: Scene, folder: Path) -> Client:
    """Run two nodes, restart one after the other under load, and return the client."""
    url = (folder / "world" / DATABASE_FILE).read_text()
    scene.world.registry.close()
    with ExitStack() as nodes:

        def node(name: str) -> Served:
            started = served(folder / name, "--no-publish", database_url=url, drain_seconds=0)
            return nodes.enter_context(started)

        pair = [node("one"), node("two")]
        for one in pair:
            until_ready(one)
        client = Client(scene, [one.url for one in pair])
        thread = Thread(target=client.run)
        thread.start()
        for place in range(2):
            time.sleep(0.5)
            pair[place].stop()
            assert pair[place].code() == 0
            answered = len(client.leaves)
            pair[place] = node(f"again-{place}")
            until_ready(pair[place])
            client.urls = [one.url for one in pair]
            assert len(client.leaves) > answered, "the other node took nothing meanwhile"
        client.stop.set()
        thread.join(PATIENCE_S)
    return client


@pytest.mark.faults
def test_no_operation_fails_while_nodes_are_restarted_in_turn(scene: Scene, tmp_path: Path) -> None:
    before = scene.world.registry.size()
    reader = scene.world.registry
    client = restart_in_turn(scene, tmp_path)
    assert client.failed == []
    assert client.retried > 0, "no restart was noticed, so none was bridged"
    entries = [reader.entry(seq).leaf_hash.hex() for seq in range(before, reader.size())]
    assert sorted(entries) == sorted(client.leaves), "an order is missing, or there twice"
    print(f"{len(entries)} orders, {client.retried} sent again, 0 failed")
