"""The first failing class answers: form, authority, state, quantity, programme, in this order.

For every kind, an order is spoilt in one place of each class that its rule can refuse in. All at
once, the lowest class answers; take its fault away, and the next one does.
"""

import pytest

from contracts.refusal import RefusalCode
from tests.support.main_bodies import external_lock
from tests.support.main_steps import (
    ENTERPRISE_ID,
    FARM_ID,
    ISSUER,
    ORGANISER_ID,
    REGISTRAR,
    SUPERVISOR,
    officers,
)
from tests.support.people import Key, key
from tests.support.refusing import Spoil, after_row, changing, changing_in, refusal
from tests.support.scenario import before
from tests.support.world import Step, World

CLAIM = "claim/000000PP"
LOSS = "loss/00000172"
UNKNOWN_PAPER = "TH-RT-2026-0000ZZZ-A"
FORM = changing(nobody_asked_for_this=1)
STRANGER: Key = key("stranger")


def unsigned(world: World, step: Step) -> Step:
    changed = world.changed(step)
    return world.step(changed.kind, changed.body, str(changed.order["actor"]), [STRANGER])


def locked(world: World, step: Step) -> Step:
    body = external_lock("000000BB")
    world.do(world.step("external.lock", body, "registrar", officers(REGISTRAR, SUPERVISOR)))
    return world.changed(step)


FAULTS: dict[str, tuple[Spoil | None, Spoil | None, Spoil | None]] = {
    # kind: (state, quantity, programme)
    "parameters.confirm": (changing(factor_ids=["no-such"]), None, None),
    "account.open": (changing(commitment=..., org="0000ZZZZ"), None, None),
    "account.keys": (changing(agent="0000ZZZZ"), None, None),
    "parcel.register": (
        after_row(f"acct/{FARM_ID}", type="agent"),
        changing(overlaps=[{"area_m2": 10_000, "parcel": "000000BB"}]),
        None,
    ),
    "geometry.publish": (changing(parcel="0000ZZZZ"), None, None),
    "external.lock": (changing(parcels=["0000ZZZZ"]), None, None),
    "project.register": (
        after_row(f"acct/{FARM_ID}", type="agent"),
        None,
        changing(ccer_warning_accepted=False),
    ),
    "project.validate": (
        after_row("project/0001", validation={}),
        None,
        changing(opinion="negative"),
    ),
    "report.submit": (
        changing(parameters=["param/forest/no-such"]),
        changing_in("result", net_kg=1),
        changing_in("engine", version="2"),
    ),
    "report.verify": (
        after_row("report/000000HH", verification={}),
        changing(verified_kg=950_001),
        changing(opinion="negative"),
    ),
    "batch.issue": (changing(run=7), changing(gross_kg=10**9), locked),
    "units.transfer": (changing(to="0000ZZZZ"), changing(quantity_kg=10**9), None),
    "units.cancel": (None, changing(quantity_kg=10**9), None),
    "units.retire": (
        after_row(CLAIM, completion={}),
        changing(quantity_kg=10**9),
        changing(purpose="gift"),
    ),
    "claim.open": (after_row(f"acct/{ORGANISER_ID}", type="agent"), None, changing(kind="PARK")),
    "claim.measure": (
        after_row(CLAIM, account=ENTERPRISE_ID),
        changing(total_g=1),
        changing(reductions=[]),
    ),
    "claim.complete": (
        after_row(CLAIM, account=ENTERPRISE_ID),
        after_row(CLAIM, retired_kg=1),
        changing_in("declaration", declared_on="2026-10-22"),
    ),
    "certificate.record": (changing(subject="retire/0000ZZZZ"), None, None),
    "certificate.suspend": (changing(number=UNKNOWN_PAPER), None, None),
    "certificate.reinstate": (changing(number=UNKNOWN_PAPER), None, None),
    "certificate.revoke": (changing(number=UNKNOWN_PAPER), None, None),
    "certificate.correct": (changing(number=UNKNOWN_PAPER), None, None),
    "certificate.expire": (
        changing(number=UNKNOWN_PAPER),
        None,
        after_row(CLAIM, completion={"display_until": "2099-01-01", "display_until_at_us": 2**52}),
    ),
    "loss.declare": (
        changing(project="0009"),
        changing(quantity_kg=10**9),
        changing(happened_on="2026-10-30"),
    ),
    "loss.replace": (changing(loss="0000ZZZZ"), changing(quantity_kg=69_726), None),
    "loss.impair": (
        after_row(LOSS, owed_kg=0),
        after_row(LOSS, project="0009"),
        after_row(LOSS, due_at_us=2**52),
    ),
    "holding.state": (after_row(f"acct/{FARM_ID}", type="agent"), None, None),
    "state.commit": (changing(through=10**9), None, None),
    "anchor.record": (changing(size=10**9), None, None),
    "log.keys": (changing(action="drop"), None, None),
}


def spoilt(kind: str, classes: list[int]) -> int:
    """Return the class of the code that answers when these classes are spoilt."""
    nth = 1 if kind == "parcel.register" else 0
    world, step = before(kind, nth=nth)
    spoils = {1: FORM, 2: unsigned, **dict(zip((3, 4, 5), FAULTS[kind], strict=True))}
    for number in sorted(classes, reverse=True):
        spoil = spoils[number]
        assert spoil is not None
        step = spoil(world, step)
    return refusal(world, step).code // 1000


@pytest.mark.parametrize("kind", FAULTS)
def test_the_lowest_class_answers(kind: str) -> None:
    classes = [
        1,
        2,
        *(number for number, spoil in zip((3, 4, 5), FAULTS[kind], strict=True) if spoil),
    ]
    while classes:
        assert spoilt(kind, classes) == classes[0]
        classes = classes[1:]


def test_what_every_order_is_checked_for_comes_in_its_order() -> None:
    world, step = before("parameters.publish")
    assert ISSUER.key in step.keys
    codes = []
    for spoil in (
        {"log": "other.example/log", "rules": "cd" * 32, "valid_until_us": 1},
        {"rules": "cd" * 32, "valid_until_us": 1},
        {"valid_until_us": 1},
        {"valid_until_us": world.now_us + 31 * 86_400_000_000},
    ):
        changed = world.step(step.kind, step.body, "registrar", [STRANGER])
        changed.order.update(spoil)
        codes.append(refusal(world, changed).code)
    assert codes == [
        RefusalCode.WRONG_LOG,
        RefusalCode.RULES_NOT_ACTIVE,
        RefusalCode.ORDER_EXPIRED,
        RefusalCode.VALID_TOO_LONG,
    ]
