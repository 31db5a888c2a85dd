"""SL-EVENT v1: what an event or a meeting emits, by the six source groups.

    E = Σ amount · factor          each line rounded up to the gram, the total up to the kilogram

Lines are whole grams, so the printed table (kilograms with three decimals) adds up exactly to the
printed total. The residual is the measured inventory: it is taken after real reductions, which
are listed but not deducted a second time. Purchased units are never inside it.

Sources: MEE notice 2019 no. 19 (大型活动碳中和实施指南), source groups; ISO 14064-1:2018, 5.2.4
(significance); the shares of 1 % and 5 % for what is left out are this registry's rule.

Worked example: 1,234.5 kWh · 0.6479 kg/kWh = 799.83255 kg → 799.833 kg; 0.35 t of paper
· 910.478098 kg/t = 318.6673343 kg → 318.668 kg; total 1,118.501 kg → residual 1,119 kg.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

from contracts.v1.arithmetic import ceil_division, ceil_integer, fixed_context, is_plain
from contracts.v1.event_checks import check_event, check_groups, check_line
from contracts.v1.event_inputs import ActivityLine, Event, Exclusion, Group, Inventory, Reduction
from contracts.v1.factors import Factor
from contracts.v1.method_error import MethodError, MethodFault

METHODOLOGY: Final = "SL-EVENT"
VERSION: Final = 1
GRAMS_PER_KG: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class LineResult:
    """One line with the factor it used; its emission in whole grams of CO2e."""

    line: ActivityLine
    factor: Factor
    emission_g: int

    @property
    def emission_kg(self) -> Decimal:
        """The same in kilograms, exact, with three decimals."""
        return Decimal(self.emission_g).scaleb(-3)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventResult:
    """What a claim states.

    `total_g` is the sum of the lines and of `group_g`, in the order of `Group`; `total_kg` is
    `total_g` rounded up, and the residual that must be retired. `coverage_permille` is the share
    of the counted in all that was counted or estimated, rounded down.
    """

    lines: tuple[LineResult, ...]
    group_g: tuple[tuple[Group, int], ...]
    total_g: int
    total_kg: int
    excluded_g: int
    coverage_permille: int
    proxies: tuple[str, ...]
    exclusions: tuple[Exclusion, ...]
    reductions: tuple[Reduction, ...]

    @property
    def residual_kg(self) -> int:
        """Kilograms to be retired: the whole measured inventory."""
        return self.total_kg

    @property
    def reduced_kg(self) -> int:
        """Kilograms that real reductions avoided, rounded down; they are inside no other number."""
        return sum(int(reduction.quantity_kg) for reduction in self.reductions)


def measure_event(*, event: Event, inventory: Inventory, factors: Iterable[Factor]) -> EventResult:
    """Compute the inventory of an event.

    Args:
        event: Place and days; they decide the electricity factor and the heating season.
        inventory: Lines, explicit zeros, exclusions and reductions.
        factors: Every published row that may be a candidate, also those that nobody confirmed.

    Raises:
        MethodError: place and days, completeness of the groups, each line in the order given,
            then exclusions.
    """
    with fixed_context():
        check_event(event)
        check_groups(inventory)
        by_id = {factor.factor_id: factor for factor in factors}
        lines = tuple(_line_result(line, event, by_id) for line in inventory.lines)
        total_g = sum(line.emission_g for line in lines)
        excluded_g = _excluded_g(inventory.exclusions, total_g)
        covered_g = total_g + excluded_g
        return EventResult(
            lines=lines,
            group_g=tuple(
                (group, sum(line.emission_g for line in lines if line.line.group is group))
                for group in Group
            ),
            total_g=total_g,
            total_kg=ceil_division(total_g, GRAMS_PER_KG),
            excluded_g=excluded_g,
            coverage_permille=1000 * total_g // covered_g if covered_g else 1000,
            proxies=tuple(
                sorted({line.factor.factor_id for line in lines if line.factor.needs_confirmation})
            ),
            exclusions=inventory.exclusions,
            reductions=inventory.reductions,
        )


def digest_event_input(raw: bytes) -> str:
    """Return the hexadecimal SHA-256 of the activity file as it was handed in."""
    return sha256(raw).hexdigest()


def _line_result(line: ActivityLine, event: Event, factors: dict[str, Factor]) -> LineResult:
    factor = check_line(line, event, factors)
    emission_g = ceil_integer(line.amount * factor.kg_per_unit * GRAMS_PER_KG)
    return LineResult(line=line, factor=factor, emission_g=emission_g)


def _excluded_g(exclusions: tuple[Exclusion, ...], total_g: int) -> int:
    """Return the estimate of all that is left out: each below 1 %, together below 5 %.

    Raises:
        MethodError: `AMOUNT_NEGATIVE`, `REASON_MISSING`, `EXCLUSION_TOO_LARGE`,
            `EXCLUSIONS_TOO_LARGE`.
    """
    sum_g = 0
    for exclusion in exclusions:
        if not is_plain(exclusion.estimate_kg) or exclusion.estimate_kg < 0:
            raise MethodError(MethodFault.AMOUNT_NEGATIVE, statement=exclusion.description)
        if not exclusion.reason.strip():
            raise MethodError(MethodFault.REASON_MISSING, statement=exclusion.description)
        estimate_g = ceil_integer(exclusion.estimate_kg * GRAMS_PER_KG)
        if 100 * estimate_g >= total_g:
            raise MethodError(MethodFault.EXCLUSION_TOO_LARGE, statement=exclusion.description)
        sum_g += estimate_g
    if exclusions and 20 * sum_g >= total_g:
        raise MethodError(MethodFault.EXCLUSIONS_TOO_LARGE, excluded_kg=sum_g // GRAMS_PER_KG)
    return sum_g
