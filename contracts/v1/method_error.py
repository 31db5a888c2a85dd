"""What a methodology or footprint says when its input cannot be computed.

Methods run while a report or claim is drafted, never inside a recorded order, so this is no
`Refused` with a number of the log: a code, the numbers that decided, and nothing is computed.
The sentences in Chinese and English stand in `api/inputs/wording.py`.
"""

from enum import StrEnum, auto


class MethodFault(StrEnum):
    """Why nothing was computed. A test holds the wording complete."""

    STRATUM_UNKNOWN = auto()
    STRATUM_AREA_WRONG = auto()
    STRATUM_DUPLICATE = auto()
    PLOT_DUPLICATE = auto()
    PLOT_UNKNOWN = auto()
    PLOT_AREA_WRONG = auto()
    PLOT_AREAS_DIFFER = auto()
    PLOT_CHANGED = auto()
    PLOT_NOT_REMEASURED = auto()
    PLOT_NOT_MEASURED_BEFORE = auto()
    PLOTS_MIXED = auto()
    PLOTS_TOO_FEW = auto()
    PLOTS_EXCEED_STRATUM = auto()
    METHOD_MIXED = auto()
    TREE_DUPLICATE = auto()
    SPECIES_UNKNOWN = auto()
    MODEL_INCOMPLETE = auto()
    MEASURE_OUT_OF_RANGE = auto()
    STATEMENT_NEGATIVE = auto()
    REASON_MISSING = auto()
    PERIOD_WRONG = auto()
    DATES_REVERSED = auto()
    PLACE_UNKNOWN = auto()
    GROUP_MISSING = auto()
    GROUP_ZERO_AND_LINES = auto()
    AMOUNT_NEGATIVE = auto()
    AMOUNT_NOT_PLAIN = auto()
    FACTOR_UNKNOWN = auto()
    FACTOR_NOT_USABLE = auto()
    FACTOR_DOMAIN_WRONG = auto()
    FACTOR_GROUP_WRONG = auto()
    FACTOR_UNIT_WRONG = auto()
    FACTOR_REGION_WRONG = auto()
    FACTOR_YEAR_WRONG = auto()
    FACTOR_NOT_VALID_THEN = auto()
    FACTOR_NOT_HIGHEST = auto()
    ELECTRICITY_FOOTPRINT_FACTOR = auto()
    ELECTRICITY_NOT_PROVINCE = auto()
    ELECTRICITY_NOT_NEWEST = auto()
    HEAT_OUT_OF_SEASON = auto()
    EXCLUSION_TOO_LARGE = auto()
    EXCLUSIONS_TOO_LARGE = auto()
    REDUCTION_WRONG = auto()


class MethodError(Exception):
    """The input cannot be computed: one code and the facts that decided."""

    def __init__(self, code: MethodFault, **facts: str | int) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code, facts)

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code.name}({facts})"
