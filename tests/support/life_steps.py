"""What happens after the main job: a fire not made good in time, the lives of papers, holdings."""

from datetime import date

from contracts.dates import end_of_day_us
from contracts.values import Json
from tests.support import life_bodies
from tests.support.main_steps import (
    FARM_ID,
    ISSUER,
    REGISTRAR,
    SERVICE,
    SUPERVISOR,
    farm_step,
    officers,
)
from tests.support.world import World

CLAIM_PAPER = "TH-CL-2026-000000S-P"
EVENT_PAPER = "TH-RT-2026-000000R-M"
ENTERPRISE_PAPER = "TH-RT-2026-000000Y-8"
"""The papers of the main job: of the claim, of the retirement for it, of the other one."""

LOSS_KG, REPLACED_KG, LATER_KG = 200_000, 9_725, 30_000
"""The worked example of `loss.declare`, `loss.impair` and `loss.replace`."""


def run(world: World) -> None:
    """Do it all; the main job has been done."""
    claimant = life_bodies.correction("claimant", "示例会展公司", "示例会展有限公司")
    body = life_bodies.certificate_correct(CLAIM_PAPER, claimant)
    ask(world, "certificate.correct", body)
    standing(world, "suspend", ENTERPRISE_PAPER, "complaint")
    standing(world, "reinstate", ENTERPRISE_PAPER, "complaint_unfounded")
    loss = declare(world, LOSS_KG)
    farm_step(world, "loss.replace", life_bodies.loss_replace(FARM_ID, loss, REPLACED_KG))
    world.now_us = end_of_day_us(date(2027, 10, 26))
    serve(world, "loss.impair", {"loss": loss})
    farm_step(world, "loss.replace", life_bodies.loss_replace(FARM_ID, loss, LATER_KG))
    standing(world, "suspend", ENTERPRISE_PAPER, "verification_reopened")
    standing(world, "revoke", ENTERPRISE_PAPER, "verification_withdrawn")
    world.now_us = end_of_day_us(date(2029, 10, 26))
    serve(world, "certificate.expire", {"number": CLAIM_PAPER})
    state_holding(world)


def state_holding(world: World) -> None:
    """State what the farm holds."""
    farm_step(world, "holding.state", life_bodies.holding_state(FARM_ID))


def state_holding_of(world: World, account: str) -> None:
    """State what an account holds, as an officer asks."""
    body = life_bodies.holding_state(account)
    world.do(world.step("holding.state", body, "registrar", officers(REGISTRAR)))


def ask(world: World, kind: str, body: dict[str, Json]) -> None:
    """Record what a registrar officer and a supervisor ask about a certificate."""
    world.do(world.step(kind, body, "registrar", officers(REGISTRAR, SUPERVISOR)))


def standing(world: World, what: str, number: str, reason: str) -> None:
    """Suspend, reinstate or revoke."""
    ask(world, f"certificate.{what}", life_bodies.standing(number, reason))


def declare(world: World, quantity_kg: int) -> str:
    """Declare a fire; return the loss's id."""
    body = life_bodies.loss_declare(quantity_kg)
    return world.add(world.step("loss.declare", body, "registrar", officers(ISSUER, SUPERVISOR)))


def serve(world: World, kind: str, body: dict[str, Json]) -> None:
    """Record what the certificate service finds to be due."""
    world.do(world.step(kind, body, "service/certificates", [SERVICE]))
