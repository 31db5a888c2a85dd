"""A year of small papers: many retirements on a copy of the demonstration, committed and published.

add_retirements(registry, 12)
publish_here(registry)
"""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from api.committing import commit_state
from api.demo.cast import invented_uscc
from api.drafting.draft import Desk, draft_order
from api.keys import load_seed
from contracts.refusal import Refused
from contracts.values import Json
from ledger.files import write_atomically
from ledger.intake.envelope import SignedOrder, read_envelope
from ledger.publish.publisher import publish
from ledger.registry import Registry, open_registry
from tests.support.service import settings_of

FARM = "000000JJ"
"""The account of the demonstration's forest farm, which holds some 4,700 t."""

BATCH = 1_000


def now_us() -> int:
    return time.time_ns() // 1_000


def copied(played: Path, folder: Path) -> Registry:
    """Open a copy of the demonstration, which no witness watches."""
    shutil.copytree(played, folder)
    registry = open_registry(settings_of(folder))
    unwatched(registry)
    return registry


def unwatched(registry: Registry) -> None:
    """Publish from now on under a policy that asks for no witness."""
    path = registry.settings.policy
    logs = [line for line in path.read_text().splitlines() if line.startswith("log ")]
    write_atomically(path, "\n".join([*logs, "quorum none"]).encode() + b"\n")


def add_retirements(registry: Registry, count: int, name: str = "示例居民") -> None:
    """Retire one to nine kilograms for each of many invented organisations."""
    desk, seeds = _farm(registry)
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        orders = [_retirement(desk, seeds, f"{name}{number + 1}", number) for number in numbers]
        for answer in registry.submit(orders, now_us=desk.now_us, clock_confirmed=True):
            if isinstance(answer, Refused):
                raise answer


def retirement_order(registry: Registry, name: str, number: int) -> SignedOrder:
    """Return an order of the farm that nobody has submitted yet."""
    return _retirement(*_farm(registry), name, number)


def retirement_lines(registry: Registry, count: int, name: str = "示例居民") -> list[bytes]:
    """Return envelopes of so many signed orders of the farm that nobody has submitted yet."""
    desk, seeds = _farm(registry)
    return [_envelope(desk, seeds, f"{name}{one + 1}", one) for one in range(count)]


def _farm(registry: Registry) -> tuple[Desk, list[bytes]]:
    active = registry.books().row("rules/active") or {}
    desk = Desk(origin=registry.origin(), rules=str(active["hash"]), now_us=now_us())
    persons = registry.settings.keys / "persons"
    return desk, [load_seed(persons / f"farm-{one}.pem") for one in (1, 2)]


def _retirement(desk: Desk, seeds: Sequence[bytes], name: str, number: int) -> SignedOrder:
    return read_envelope(_envelope(desk, seeds, name, number))


def _envelope(desk: Desk, seeds: Sequence[bytes], name: str, number: int) -> bytes:
    org: dict[str, Json] = {
        "name": {"en": f"Example resident {number + 1}", "zh": name},
        "uscc": invented_uscc(number % 1_000),
    }
    body: dict[str, Json] = {
        "account": FARM,
        "beneficiary": {"org": org},
        "purpose": "voluntary",
        "quantity_kg": 1 + number % 9,
    }
    draft = draft_order(desk, "units.retire", f"acct/{FARM}", body)
    for seed in seeds:
        draft = draft.signed_with(seed)
    return draft.envelope()


def publish_here(registry: Registry) -> None:
    """Commit the state and publish it."""
    commit_state(registry, now_us(), on_demand=True)
    publish(registry)
