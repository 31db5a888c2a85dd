"""Which factor a line of an event may use, and when an inventory is complete."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from contracts.v1.arithmetic import is_plain
from contracts.v1.event_inputs import ActivityLine, Event, Group, Inventory
from contracts.v1.factors import Domain, Factor
from contracts.v1.method_error import MethodError, MethodFault

ELECTRICITY: Final = "energy.electricity"
ELECTRICITY_FOOTPRINT: Final = "energy.electricity_footprint"
HEAT: Final = "energy.heat"
NATIONAL: Final = "CN"
PROVINCES: Final = (
    *("11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37"),
    *("41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64"),
    *("65", "71", "81", "82"),
)


def check_event(event: Event) -> None:
    """Check place and days.

    Raises:
        MethodError: `PLACE_UNKNOWN`, `DATES_REVERSED`.
    """
    digits = event.place.isascii() and event.place.isdigit() and len(event.place) == 6
    if not digits or event.place[:2] not in PROVINCES:
        raise MethodError(MethodFault.PLACE_UNKNOWN, place=event.place)
    if event.last_day < event.first_day:
        raise MethodError(MethodFault.DATES_REVERSED, first_day=event.first_day.isoformat())


def check_groups(inventory: Inventory) -> None:
    """Require every source group: as lines, or as an explicit zero with its reason.

    Raises:
        MethodError: `REASON_MISSING`, `GROUP_ZERO_AND_LINES`, `GROUP_MISSING`, `REDUCTION_WRONG`.
    """
    counted = {line.group for line in inventory.lines}
    zero = {group.group for group in inventory.zero_groups}
    for group in inventory.zero_groups:
        if not group.reason.strip():
            raise MethodError(MethodFault.REASON_MISSING, statement=group.group.value)
        if group.group in counted:
            raise MethodError(MethodFault.GROUP_ZERO_AND_LINES, group=group.group.value)
    for name in Group:
        if name not in counted and name not in zero:
            raise MethodError(MethodFault.GROUP_MISSING, group=name.value)
    for reduction in inventory.reductions:
        plain = is_plain(reduction.quantity_kg) and reduction.quantity_kg > 0
        if not plain or not reduction.description.strip():
            raise MethodError(MethodFault.REDUCTION_WRONG, reduction=reduction.description)


def check_line(line: ActivityLine, event: Event, factors: Mapping[str, Factor]) -> Factor:
    """Return the factor of a line if the line may use it.

    Raises:
        MethodError: the first of amount, factor known, domain, group, unit, region, year,
            electricity of the province and its newest year, validity on the last day, usable,
            not the lower of two proxies, heat in season.
    """
    if not is_plain(line.amount):
        raise MethodError(MethodFault.AMOUNT_NOT_PLAIN, line=line.line)
    if line.amount < 0:
        raise MethodError(MethodFault.AMOUNT_NEGATIVE, line=line.line)
    factor = factors.get(line.factor_id)
    if factor is None:
        raise MethodError(MethodFault.FACTOR_UNKNOWN, line=line.line, factor=line.factor_id)
    _check_kind(line, factor)
    if factor.activity.startswith(ELECTRICITY):
        _check_electricity(line, factor, event, tuple(factors.values()))
    _check_standing(line, factor, event, tuple(factors.values()))
    if factor.activity == HEAT and not _in_heating_season(event) and not line.note.strip():
        raise MethodError(MethodFault.HEAT_OUT_OF_SEASON, line=line.line)
    return factor


def _check_kind(line: ActivityLine, factor: Factor) -> None:
    facts: dict[str, str | int] = {"line": line.line, "factor": factor.factor_id}
    if factor.activity == ELECTRICITY_FOOTPRINT:
        raise MethodError(MethodFault.ELECTRICITY_FOOTPRINT_FACTOR, **facts)
    if factor.domain is not Domain.ORG_EVENT or not factor.is_emission:
        raise MethodError(MethodFault.FACTOR_DOMAIN_WRONG, domain=factor.domain.value, **facts)
    if factor.activity.partition(".")[0] != line.group.value:
        raise MethodError(MethodFault.FACTOR_GROUP_WRONG, group=line.group.value, **facts)
    if line.unit != factor.activity_unit:
        raise MethodError(
            MethodFault.FACTOR_UNIT_WRONG, unit=line.unit, expected=factor.activity_unit, **facts
        )


def _check_electricity(
    line: ActivityLine, factor: Factor, event: Event, factors: Sequence[Factor]
) -> None:
    """Require the province's location-based CO2 factor, the newest valid on the last day."""
    facts: dict[str, str | int] = {"line": line.line, "factor": factor.factor_id}
    if factor.activity != ELECTRICITY or factor.region != event.province:
        raise MethodError(
            MethodFault.ELECTRICITY_NOT_PROVINCE,
            region=factor.region,
            province=event.province,
            **facts,
        )
    newest = max(
        (
            candidate.data_year or 0
            for candidate in factors
            if candidate.activity == ELECTRICITY
            and candidate.region == event.province
            and candidate.holds_on(event.last_day)
        ),
        default=0,
    )
    if (factor.data_year or 0) < newest:
        raise MethodError(MethodFault.ELECTRICITY_NOT_NEWEST, newest=newest, **facts)


def _check_standing(
    line: ActivityLine, factor: Factor, event: Event, factors: Sequence[Factor]
) -> None:
    facts: dict[str, str | int] = {"line": line.line, "factor": factor.factor_id}
    if line.region != factor.region:
        raise MethodError(
            MethodFault.FACTOR_REGION_WRONG, region=line.region, expected=factor.region, **facts
        )
    if factor.data_year is not None and line.year != factor.data_year:
        raise MethodError(
            MethodFault.FACTOR_YEAR_WRONG,
            year=line.year or 0,
            expected=factor.data_year,
            **facts,
        )
    if not factor.holds_on(event.last_day):
        raise MethodError(
            MethodFault.FACTOR_NOT_VALID_THEN, day=event.last_day.isoformat(), **facts
        )
    higher = _higher_candidate(factor, factors)
    if higher is not None:
        raise MethodError(MethodFault.FACTOR_NOT_HIGHEST, higher=higher.factor_id, **facts)
    if not factor.usable:
        raise MethodError(MethodFault.FACTOR_NOT_USABLE, **facts)


def _higher_candidate(factor: Factor, factors: Sequence[Factor]) -> Factor | None:
    """Return the highest candidate for the same activity, if a proxy is lower than it.

    Confirmed or not: a foreign value must not win only because it is well transcribed. Local
    and national values that need no confirmation stand by themselves.
    """
    if not factor.needs_confirmation:
        return None
    candidates = [
        other
        for other in factors
        if other.activity == factor.activity and other.unit == factor.unit
    ]
    highest = max(candidates, key=lambda other: (other.value, other.factor_id))
    return highest if highest.value > factor.value else None


def _in_heating_season(event: Event) -> bool:
    """Say whether any day lies in Baotou's heating season, 15 October to 15 April."""
    years = range(event.first_day.year - 1, event.last_day.year + 1)
    return any(
        event.first_day <= date(year + 1, 4, 15) and date(year, 10, 15) <= event.last_day
        for year in years
    )
