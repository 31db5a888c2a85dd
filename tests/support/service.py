"""The HTTP service for tests: in this process, on a registry of its own, with a scripted clock."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from api.app import create_app
from contracts.refusal import Refused
from contracts.values import Json
from ledger import rulesets
from ledger.intake.checking import CheckedOrder
from ledger.intake.envelope import read_envelope
from ledger.log.entry import Entry
from ledger.registry import Registry, open_registry
from ledger.settings import Settings
from tests.support import log_bodies
from tests.support.main_steps import ISSUER, REGISTRAR, SUPERVISOR, officers
from tests.support.scenario import whole_world
from tests.support.world import Step

ORDERS = "/v1/orders"
BATCH = "/v1/orders:batch"
JSON = {"content-type": "application/json"}
LINES = {"content-type": "application/x-ndjson"}
PROBLEM = "application/problem+json"


@dataclass(slots=True, kw_only=True)
class Service:
    """A registry, the service on it, and the time that the service is told."""

    registry: Registry
    client: TestClient
    now_us: int

    @classmethod
    def on(cls, registry: Registry, at_us: int) -> "Service":
        """Put a service on an open registry."""
        app = create_app(registry)
        client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
        service = cls(registry=registry, client=client, now_us=at_us)
        app.state.clock = lambda: service.now_us
        return service

    @property
    def held(self) -> Any:
        """What the application holds (`app.state`)."""
        return self.client.app.state  # type: ignore[attr-defined]  # it is a FastAPI

    @property
    def state(self) -> tuple[int, bytes]:
        """How many entries there are, and their root."""
        head = self.registry.head()
        return head.size, head.root

    def get(self, path: str, **asked: Any) -> Any:
        """Return the JSON that must be there."""
        answer = self.client.get(path, **asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, content: bytes, **headers: str) -> Any:
        """Post one order."""
        return self.client.post(ORDERS, content=content, headers={**JSON, **headers})

    def post_lines(self, *lines: bytes) -> Any:
        """Post a batch."""
        return self.client.post(BATCH, content=b"\n".join(lines), headers=LINES)

    def close(self) -> None:
        """Close the client and the registry."""
        self.client.close()
        self.held.taking.close()
        self.registry.close()


class ConfirmedRegistry(Registry):
    """A registry whose operator confirms the clock, for the leaps of weeks that a script takes."""

    def submit_checked(
        self, checked_orders: Sequence[CheckedOrder], *, now_us: int, clock_confirmed: bool = True
    ) -> tuple[Entry | Refused, ...]:
        """Submit as any registry does, with the clock confirmed."""
        del clock_confirmed
        return Registry.submit_checked(self, checked_orders, now_us=now_us, clock_confirmed=True)


def settings_of(folder: Path) -> Settings:
    """Return settings for everything in one folder, as the demonstration lays it out."""
    return Settings(data=folder, keys=folder / "keys")


def open_service(folder: Path, at_us: int) -> Service:
    """Open what lies in a folder and put a service on it."""
    return Service.on(open_registry(settings_of(folder)), at_us)


def confirmed_service(source: Path, folder: Path, at_us: int) -> Service:
    """Put a service on a copy whose clock is confirmed."""
    shutil.copytree(source, folder, dirs_exist_ok=True)
    plain = open_registry(settings_of(folder))
    parts = {one.name: getattr(plain, one.name) for one in fields(plain)}
    return Service.on(ConfirmedRegistry(**parts), at_us)


def copied_service(source: Path, folder: Path, at_us: int) -> Service:
    """Put a service on a copy, which a test may write to."""
    shutil.copytree(source, folder, dirs_exist_ok=True)
    return open_service(folder, at_us)


@cache
def job() -> tuple[Step, ...]:
    """Return the whole job under the rule set that this version ships, and two steps more.

    One activates another rule set, which no version ships yet: it is always refused. The other
    freezes the log.
    """
    world = whole_world(rules=rulesets.newest())
    body: dict[str, Json] = {"reason": "示例：新规则集", "rule_set": "b1" * 32}
    activation = world.step("rules.activate", body, "registrar", officers(ISSUER, SUPERVISOR))
    end = log_bodies.log_freeze()
    freeze = world.step("log.freeze", end, "registrar", officers(REGISTRAR, SUPERVISOR))
    return (*world.steps, activation, freeze)


def step_of(kind: str) -> Step:
    """Return the first step of a kind."""
    return next(step for step in job() if step.kind == kind)


def fill(registry: Registry, steps: Sequence[Step]) -> None:
    """Record steps, each at its own time.

    Raises:
        Refused: one is not allowed.
    """
    for step in steps:
        signed = read_envelope(step.envelope())
        (answer,) = registry.submit([signed], now_us=step.at_us, clock_confirmed=True)
        if isinstance(answer, Refused):
            raise answer


def stations(folder: Path) -> dict[str, Path]:
    """Do the whole job and keep a copy of the registry just before the first step of each kind."""
    found: dict[str, Path] = {}
    work = folder / "work"
    work.mkdir()
    for step in job():
        if step.kind not in found:
            found[step.kind] = folder / step.kind
            shutil.copytree(work, found[step.kind])
        if step.kind != "rules.activate":
            registry = open_registry(settings_of(work))
            fill(registry, [step])
            registry.close()
    return found


def with_nonce(step: Step, number: int) -> Step:
    """Return the same order under another nonce."""
    return replace(step, order={**step.order, "nonce": f"01JTEST{number:019d}"})


def is_problem(answer: Any) -> bool:
    """Say whether an answer has the shape of a problem, in both languages."""
    if answer.headers["content-type"] != PROBLEM:
        return False
    document = answer.json()
    texts = all(document[name] for name in ("type", "title", "detail", "detail_en", "detail_zh"))
    return texts and document["status"] == answer.status_code
