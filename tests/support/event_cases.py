"""A small event in 昆都仑 (150203) with a factor for each group, for the tests of SL-EVENT."""

from datetime import date
from decimal import Decimal
from typing import Any

from contracts.v1.event_footprint import EventResult, measure_event
from contracts.v1.event_inputs import ActivityLine, Event, Group, Inventory, ZeroGroup
from contracts.v1.factors import Domain, Factor

OCTOBER = Event(place="150203", first_day=date(2026, 10, 20), last_day=date(2026, 10, 22))


def factor(factor_id: str, activity: str, value: str, unit: str, **changed: Any) -> Factor:
    given: dict[str, Any] = {
        "table": "test",
        "factor_id": factor_id,
        "activity": activity,
        "value": Decimal(value),
        "unit": unit,
        "domain": Domain.ORG_EVENT,
        "region": "CN",
        "data_year": 2025,
        "valid_from": date(2025, 1, 1),
        "valid_to": None,
        "applicability": "national",
        "confidence_permille": 900,
        "confirmed": False,
    }
    return Factor(**(given | changed))


GRID = factor(
    "grid_150000_2023",
    "energy.electricity",
    "0.6479",
    "kgCO2/kWh",
    region="150000",
    data_year=2023,
)
PAPER = factor("paper", "supplies.paper", "910.478098", "kgCO2e/t")
HEAT = factor("heat", "energy.heat", "0.11", "tCO2/GJ")
COACH_GB = factor(
    "coach_gb",
    "transport.coach",
    "0.027181",
    "kgCO2e/passenger-km",
    region="GB",
    applicability="foreign_proxy",
    confirmed=True,
)
COACH_CN = factor(
    "coach_cn",
    "transport.coach",
    "0.045",
    "kgCO2e/passenger-km",
    confidence_permille=350,
    confirmed=True,
)
FACTORS = (GRID, PAPER, HEAT)


def line(used: Factor, amount: str, **changed: Any) -> ActivityLine:
    given: dict[str, Any] = {
        "line": 2,
        "group": Group(used.activity.partition(".")[0]),
        "description": "something",
        "amount": Decimal(amount),
        "unit": used.activity_unit,
        "factor_id": used.factor_id,
        "region": used.region,
        "year": used.data_year,
        "source": "a bill",
    }
    return ActivityLine(**(given | changed))


def inventory(*lines: ActivityLine, **more: Any) -> Inventory:
    """Return an inventory in which every group without a line is zero with a reason."""
    counted = {each.group for each in lines}
    zeros = tuple(
        ZeroGroup(group=group, reason="there was none") for group in Group if group not in counted
    )
    return Inventory(lines=lines, **({"zero_groups": zeros} | more))


def computed(
    *lines: ActivityLine,
    factors: tuple[Factor, ...] = FACTORS,
    event: Event = OCTOBER,
    **more: Any,
) -> EventResult:
    return measure_event(event=event, inventory=inventory(*lines, **more), factors=factors)
