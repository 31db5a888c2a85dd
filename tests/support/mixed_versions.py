"""Two versions of the service on one database: the newer ships rules that the older does not know.

The next rule set is today's under another hash, so whatever the older version did under it would
look right: only its refusal keeps it from judging by rules that it does not have.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from unittest import mock

from contracts.refusal import Refused
from ledger import rulesets
from ledger.intake.envelope import SignedOrder
from ledger.registry import Registry, open_registry
from ledger.settings import Settings
from tests.support import bodies
from tests.support.ledger import ISSUER, SUPERVISOR, Scene

NEXT = "f" * 64
VERSIONS = ("old", "new")


@contextmanager
def next_version() -> Iterator[None]:
    """Be the version that ships the next rule set, too."""
    shipped = {**rulesets.shipped(), NEXT: rulesets.shipped()[rulesets.newest()]}
    with mock.patch.object(rulesets, "shipped", return_value=shipped):
        yield


@dataclass(slots=True)
class Traffic:
    """What became of orders: entries and codes of refusals, by version, and when rules changed."""

    activated: int = 0
    entries: dict[str, list[int]] = field(default_factory=lambda: {one: [] for one in VERSIONS})
    refusals: dict[str, list[str]] = field(default_factory=lambda: {one: [] for one in VERSIONS})


def old_node(scene: Scene, folder: Path) -> Registry:
    """Open the registry once more, as a node of the old version."""
    settings = scene.world.registry.settings
    return open_registry(
        Settings(data=folder, keys=settings.keys, database_url=settings.database_url)
    )


def random_traffic(scene: Scene, old: Registry, orders: int, seed: int) -> Traffic:
    """Hand random orders to either node; on the way the new one activates the next rules."""
    world, random, traffic = scene.world, Random(seed), Traffic()
    change_at = random.randrange(orders // 4, orders // 2)
    for number in range(orders):
        if number == change_at:
            body: bodies.Body = {"reason": "示例", "rule_set": NEXT}
            with next_version():
                traffic.activated = world.act("rules.activate", body, [ISSUER, SUPERVISOR]).seq
            world.rules = NEXT
        version = random.choice(VERSIONS)
        node = old if version == "old" else world.registry
        world.now_us += 1
        with next_version() if version == "new" else nullcontext():
            [answer] = node.submit([_order(scene, random)], now_us=world.now_us)
        if isinstance(answer, Refused):
            traffic.refusals[version].append(answer.code.name)
        else:
            traffic.entries[version].append(answer.seq)
    return traffic


def _order(scene: Scene, random: Random) -> SignedOrder:
    quantity = random.choice((1, 2, 10**9))
    if random.random() < 0.3:
        body = bodies.retirement(scene.owner, quantity_kg=quantity)
        return scene.world.signed("units.retire", body)
    body = bodies.transfer(scene.owner, scene.buyer, quantity_kg=quantity)
    return scene.world.signed("units.transfer", body)
