"""Emission factors as a footprint uses them: one value with its unit, place, years and standing."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from contracts.v1.parameters_publish import CONFIDENCE_PERMILLE_MIN, UNCONFIRMED

_MASSES_KG: Final = {"kgCO2": 1, "kgCO2e": 1, "tCO2": 1000, "tCO2e": 1000}


class Domain(StrEnum):
    """What a factor may be used for; the domains never mix."""

    SINK = "SINK"
    ORG_EVENT = "ORG_EVENT"
    PRODUCT_LCA = "PRODUCT_LCA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One published row.

    `activity` names what the factor measures, its first word the source group, as in
    `transport.coach`; rows of one activity are candidates for the same line. `region` is a
    GB/T 2260 code of six digits, `CN`, part of China (`CN-N`) or another country. `confirmed`
    says that an officer confirmed the row.
    """

    table: str
    factor_id: str
    activity: str
    value: Decimal
    unit: str
    domain: Domain
    region: str
    data_year: int | None
    valid_from: date
    valid_to: date | None
    applicability: str
    confidence_permille: int
    confirmed: bool

    @property
    def needs_confirmation(self) -> bool:
        """Proxies, derived values and poorly known ones may not be used without an officer."""
        return (
            self.applicability in UNCONFIRMED or self.confidence_permille < CONFIDENCE_PERMILLE_MIN
        )

    @property
    def usable(self) -> bool:
        """Say whether a line may rest on this row."""
        return self.confirmed or not self.needs_confirmation

    @property
    def activity_unit(self) -> str:
        """The unit an amount must have: what stands after the stroke."""
        return self.unit.partition("/")[2]

    @property
    def kg_per_unit(self) -> Decimal:
        """The factor in kg of CO2e per activity unit.

        Raises:
            KeyError: the unit is no mass of CO2 (a ratio, a share).
        """
        return self.value * _MASSES_KG[self.unit.partition("/")[0]]

    @property
    def is_emission(self) -> bool:
        """Say whether the row turns an amount into a mass of CO2e at all."""
        return self.unit.partition("/")[0] in _MASSES_KG and bool(self.activity_unit)

    def holds_on(self, day: date) -> bool:
        """Say whether the row is valid on a day; both ends belong to it."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
