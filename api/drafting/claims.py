"""Drafting `claim.measure`: from an activity CSV to the inventory that the organiser signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from api.drafting.draft import Desk, Draft, draft_order
from api.inputs.activities import read_activities
from api.inputs.factors import FactorRow, event_factors
from contracts.v1.arithmetic import ceil_integer
from contracts.v1.event_footprint import (
    GRAMS_PER_KG,
    METHODOLOGY,
    VERSION,
    EventResult,
    measure_event,
)
from contracts.v1.event_inputs import Event
from contracts.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """An event's inventory with the digest of the activity file."""

    result: EventResult
    input_sha256: str


def compute_event(event: Event, activities: bytes, rows: Sequence[FactorRow]) -> Measured:
    """Compute an event's inventory from its activity CSV.

    Args:
        event: Place and days.
        activities: The file as handed in.
        rows: The published factor rows, as they stand in the log.

    Raises:
        InputError: the file cannot be read; the sentence names the line.
        MethodError: a line cannot be computed.
    """
    read = read_activities(activities)
    result = measure_event(event=event, inventory=read.inventory, factors=event_factors(rows))
    return Measured(result=result, input_sha256=read.sha256)


def draft_measurement(desk: Desk, account: str, claim: str, measured: Measured) -> Draft:
    """Draft the order that states a computed inventory.

    The evidence digest of a reduction is that of the words that name where it is proven.
    """
    result = measured.result
    keys = {
        line.factor.factor_id: f"param/{line.factor.table}/{line.factor.factor_id}"
        for line in result.lines
    }
    reductions: list[Json] = [
        {
            "description": {"zh": reduction.description},
            "evidence_sha256": sha256(reduction.source.encode()).hexdigest(),
            "quantity_kg": int(reduction.quantity_kg),
        }
        for reduction in result.reductions
    ]
    excluded: list[Json] = [
        {
            "category": {"zh": exclusion.description},
            "estimate_g": ceil_integer(exclusion.estimate_kg * GRAMS_PER_KG),
            "reason": {"zh": exclusion.reason},
        }
        for exclusion in result.exclusions
    ]
    groups: Mapping[str, Json] = {group.value: grams for group, grams in result.group_g}
    body: dict[str, Json] = {
        "account": account,
        "claim": claim,
        "engine": {"id": METHODOLOGY, "version": str(VERSION)},
        "excluded": excluded,
        "factors": [*sorted(set(keys.values()))],
        "groups_g": dict(groups),
        "input_sha256": measured.input_sha256,
        "proxies": [*sorted(keys[name] for name in result.proxies)],
        "reductions": reductions,
        "residual_g": result.total_g,
        "total_g": result.total_g,
    }
    return draft_order(desk, "claim.measure", f"acct/{account}", body)
