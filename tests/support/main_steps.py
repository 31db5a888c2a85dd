"""The main job step by step: who is there, who acts, and in which order."""

from collections.abc import Mapping

from contracts.v1.certificate_record import certificate_number
from contracts.values import Json
from tests.support import log_bodies, unit_bodies
from tests.support import main_bodies as bodies
from tests.support.main_bodies import AGENT, ENTERPRISE, FARM, ORGANISER, VALIDATOR, VERIFIER
from tests.support.people import Key, Organisation, Person, Private, digest, key, person
from tests.support.world import DAY_US, World

REGISTRAR, ISSUER, SUPERVISOR = (person(role) for role in ("registrar", "issuer", "supervisor"))
FARM_CLERK, FARM_HEAD = person("farm clerk"), person("farm head")
BUYER = person("enterprise clerk")
PLANNER, REVIEWER = person("event planner"), person("event reviewer")
VERIFYING, VALIDATING = person("verifying engineer"), person("validating engineer")
WINDOW = person("window clerk")
SERVICE: Key = key("service certificates")
STATE_SERVICE, ANCHOR_SERVICE = key("service state"), key("service anchors")

# The ids of the main job: an id derives from the position of the entry that made it.
FARM_ID, ENTERPRISE_ID, ORGANISER_ID = "00000044", "00000055", "00000066"
VERIFIER_ID, VALIDATOR_ID, AGENT_ID = "00000077", "00000088", "00000099"


def officers(*people: Person) -> list[Key]:
    """Return the first keys of these persons."""
    return [who.key for who in people]


def run(world: World, opening: Mapping[str, Json]) -> None:
    """Do the whole main job; `opening` replaces fields of its first order."""
    do_business(world, opening)
    account_to_strangers(world)


def do_business(world: World, opening: Mapping[str, Json]) -> None:
    """Do what the main job does before it speaks of the log itself: no file belongs to it yet."""
    found_registry(world, opening)
    open_accounts(world)
    parcels = register_parcels(world)
    issue(world, parcels)
    sell(world)
    claim(world)
    finish(world, parcels[2])


def found_registry(world: World, changed: Mapping[str, Json]) -> None:
    """Entries 0 to 3: the registry, two factor tables, a confirmation."""
    officer_keys = officers(REGISTRAR, ISSUER, SUPERVISOR)
    opening = {**bodies.registry_open(), **changed}
    world.do(world.step("registry.open", opening, "registrar", officer_keys))
    forest: dict[str, Json] = {**bodies.factor("larix_component_stem"), "domain": "SINK"}
    meal = bodies.factor("meal_default_derived", applicability="derived", confidence_permille=400)
    grid = bodies.factor("grid_neimenggu_2023")
    for table, rows in (("forest", [forest]), ("event", [grid, meal])):
        body = bodies.parameters_publish(table, [*rows])
        world.do(world.step("parameters.publish", body, "registrar", [ISSUER.key]))
    body = bodies.parameters_confirm("event", "meal_default_derived")
    world.do(world.step("parameters.confirm", body, "registrar", [SUPERVISOR.key]))


def open_account(world: World, kind: str, org: Organisation, *people: tuple[Person, str]) -> str:
    """Open an account of a new organisation; return its id."""
    keys = [REGISTRAR.key, *(who.key for who, _ in people)]
    private = [org.private, *(who.private for who, _ in people)]
    body = bodies.account_open(kind, org, *people)
    return world.add(world.step("account.open", body, "registrar", keys, private))


def open_accounts(world: World) -> None:
    """Entries 4 to 10: six accounts and a mandate from the organiser to the agent."""
    open_account(world, "holder", FARM, (FARM_CLERK, "initiate"), (FARM_HEAD, "approve"))
    open_account(world, "holder", ENTERPRISE, (BUYER, "initiate"))
    open_account(world, "holder", ORGANISER, (PLANNER, "initiate"), (REVIEWER, "approve"))
    open_account(world, "verifier", VERIFIER, (VERIFYING, "initiate"))
    open_account(world, "validator", VALIDATOR, (VALIDATING, "initiate"))
    open_account(world, "agent", AGENT, (WINDOW, "initiate"))
    body = bodies.mandate(ORGANISER_ID, AGENT_ID)
    keys = officers(REVIEWER, REGISTRAR)
    world.do(world.step("account.keys", body, f"acct/{ORGANISER_ID}", keys))


def farm_step(world: World, kind: str, body: dict[str, Json], *more: Person) -> str:
    """Record an order of the farm, signed by both its persons and some more."""
    keys = officers(FARM_CLERK, FARM_HEAD, *more)
    return world.add(world.step(kind, body, f"acct/{FARM_ID}", keys))


def register_parcels(world: World) -> list[str]:
    """Entries 11 to 14: three parcels side by side, the outline of the first."""
    parcels = []
    for column in range(3):
        record = bodies.polygon_record(column)
        private = Private("polygon", record, digest(f"salt parcel {column}"))
        body = bodies.parcel_register(FARM_ID, private.commitment)
        keys = officers(FARM_CLERK, FARM_HEAD, REGISTRAR)
        step = world.step("parcel.register", body, f"acct/{FARM_ID}", keys, [private])
        parcels.append(world.add(step))
    body = bodies.geometry_publish(parcels[0])
    world.do(world.step("geometry.publish", body, "registrar", [REGISTRAR.key]))
    return parcels


def issue(world: World, parcels: list[str]) -> None:
    """Entries 15 to 19: project, validation, report, verification, batch."""
    farm_step(world, "project.register", bodies.project_register(FARM_ID, *parcels[:2]), REGISTRAR)
    body = bodies.project_validate(VALIDATOR_ID)
    world.do(world.step("project.validate", body, f"acct/{VALIDATOR_ID}", [VALIDATING.key]))
    report = farm_step(world, "report.submit", bodies.report_submit(FARM_ID))
    body = bodies.report_verify(VERIFIER_ID, report)
    world.do(world.step("report.verify", body, f"acct/{VERIFIER_ID}", [VERIFYING.key]))
    body = unit_bodies.batch_issue(report, world.seq - 1)
    world.do(world.step("batch.issue", body, "registrar", officers(ISSUER, SUPERVISOR)))


def sell(world: World) -> None:
    """Entries 20 and 21: the farm sells to the organiser and to the enterprise."""
    for target, quantity_kg, trade in (
        (ORGANISER_ID, 60_000, "SL-2026-0001"),
        (ENTERPRISE_ID, 20_000, "SL-2026-0002"),
    ):
        body = unit_bodies.units_transfer(FARM_ID, target, quantity_kg)
        body["external_settlement"] = unit_bodies.external_settlement(trade)
        farm_step(world, "units.transfer", body)


def organiser_step(world: World, kind: str, body: dict[str, Json]) -> str:
    """Record an order of the organiser, signed by both its persons."""
    keys = officers(PLANNER, REVIEWER)
    return world.add(world.step(kind, body, f"acct/{ORGANISER_ID}", keys))


def claim(world: World) -> None:
    """Entries 22 to 27: an event from its announcement to its certificates."""
    subject = organiser_step(world, "claim.open", unit_bodies.claim_open(ORGANISER_ID))
    world.now_us += 18 * DAY_US
    organiser_step(world, "claim.measure", unit_bodies.claim_measure(ORGANISER_ID, subject))
    body = unit_bodies.units_retire_for_claim(ORGANISER_ID, subject, 42_318)
    retired_at_us = world.now_us
    retirement = organiser_step(world, "units.retire", body)
    completed_at_us = world.now_us
    body = unit_bodies.claim_complete(ORGANISER_ID, subject)
    organiser_step(world, "claim.complete", body)
    completed_seq = world.seq - 1
    record(
        world,
        certificate_number("RT", completed_seq - 1, retired_at_us),
        f"retire/{retirement}",
    )
    record(world, certificate_number("CL", completed_seq, completed_at_us), f"claim/{subject}")


def record(world: World, number: str, subject: str) -> None:
    """Record the first copy of a certificate."""
    body = unit_bodies.certificate_record(number, subject)
    world.do(world.step("certificate.record", body, "service/certificates", [SERVICE]))


def finish(world: World, parcel: str) -> None:
    """Entries 28 to 31: a lock, a loss, and the enterprise's own retirement and its paper."""
    body = bodies.external_lock(parcel)
    world.do(world.step("external.lock", body, "registrar", officers(REGISTRAR, SUPERVISOR)))
    body = unit_bodies.units_cancel("forest", 12_000)
    world.do(world.step("units.cancel", body, "registrar", officers(ISSUER, SUPERVISOR)))
    body = unit_bodies.units_retire(ENTERPRISE_ID, 5_000, ENTERPRISE.named())
    at_us, seq = world.now_us, world.seq
    retirement = world.add(world.step("units.retire", body, f"acct/{ENTERPRISE_ID}", [BUYER.key]))
    record(world, certificate_number("RT", seq, at_us), f"retire/{retirement}")


def account_to_strangers(world: World) -> None:
    """Entries 32 to 35: the state committed, a checkpoint dated, a key announced, another one."""
    commit_state(world)
    body = log_bodies.anchor_record(world.seq)
    world.do(world.step("anchor.record", body, "service/anchors", [ANCHOR_SERVICE]))
    body = log_bodies.log_keys("announce", log_bodies.NEXT_VKEY)
    world.do(world.step("log.keys", body, "registrar", officers(ISSUER, SUPERVISOR)))
    commit_state(world)


def commit_state(world: World) -> None:
    """Commit the state as it stands after the last entry."""
    body = log_bodies.state_commit(world.books, world.seq - 1)
    world.do(world.step("state.commit", body, "service/state", [STATE_SERVICE]))


def freeze(world: World, successor: str | None = None) -> None:
    """End the log; nothing but services' work comes after it, so this is no step of the job."""
    body = log_bodies.log_freeze(successor)
    world.do(world.step("log.freeze", body, "registrar", officers(REGISTRAR, SUPERVISOR)))
