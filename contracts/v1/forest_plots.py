"""SL-FOREST-PLOT v1: forest measured on plots, as the change between two campaigns.

ΔC of a stratum is the mean change of its plots times its area; the strata add up. Permanent plots
are compared one by one (paired), so what all plots share cancels; otherwise both campaigns' errors
add. The two-sided 90 % half-width uses Student's t with the actual degrees of freedom.

    net = ⌊ΔC⌋ − ⌈baseline⌉ − ⌈leakage⌉ − deduction

Every rounding is against the project. Deaths and ingrowth need no rule of their own: a campaign
lists the living, and only plot stocks are compared. Trees before and after are computed by the
same equations, and nothing here may lower the earlier stock.

Sources: AR-CM-003-V01 (stock change on plots), CDM AR-TOOL14 v4.2 (deduction), W. G. Cochran,
Sampling Techniques, chapter 5 (strata).

Worked example: a stratum of 100,000 m², four permanent plots of 500 m² with ten trees of D = 10 cm
each; the only equations are stem 0.03·D²H and root 0.006·D²H, CF 0.5. A tree then holds
0.036 · 0.5 · 44/12 = 0.066 kg CO2 per cm²m. On two plots the trees grow from H = 5 to 10 m (D²H 500
to 1000, so 10 · 500 · 0.066 = 330 kg), on two from 4 to 10 m (396 kg): per m² 0.660, 0.660, 0.792,
0.792. Mean 0.726; s² = 4 · 0.066² / 3; SE = 0.066/√3 = 0.0381051; df = 3, t = 2.353; half-width
0.0896613. Times the area: 72,600 kg ± 8,966.13 → 8,967 kg; U = 12.4 %, a quarter of U is deducted:
2,242 kg. With a baseline of 1,200 kg and no leakage: net = 72,600 − 1,200 − 0 − 2,242 = 69,158 kg.
"""

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final

from contracts.v1.arithmetic import ceil_integer, fixed_context, floor_integer, settle
from contracts.v1.biomass import KG_PER_T, M2_PER_HA
from contracts.v1.forest_inputs import ForestCase, Stratum, check_case
from contracts.v1.plot_stocks import stratum_change
from contracts.v1.student_t import t_quantile
from contracts.v1.uncertainty import Estimate, deduct, weighted_sum

METHODOLOGY: Final = "SL-FOREST-PLOT"
VERSION: Final = 1
GROWTH_T_PER_HA_YEAR_MAX: Final = 12
"""Above this a growth needs a written justification (plausibility gate for trees)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumResult:
    """The change of one stratum, as tonnes of CO2 per hectare over the whole period."""

    stratum: str
    area_m2: int
    paired: bool
    plots: int
    mean_t_per_ha: Decimal
    standard_error_t_per_ha: Decimal
    degrees_of_freedom: int
    half_width_t_per_ha: Decimal
    change_kg: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestResult:
    """What a monitoring report states; its integers enter the log.

    `net_kg == change_kg − baseline_kg − leakage_kg − deduction_kg` holds exactly.
    """

    strata: tuple[StratumResult, ...]
    change_kg: int
    baseline_kg: int
    leakage_kg: int
    half_width_kg: int
    uncertainty_permille: int
    share_percent: int
    deduction_kg: int
    net_kg: int
    degrees_of_freedom: int
    t_quantile: Decimal
    growth_t_per_ha_year: Decimal
    needs_justification: bool

    @property
    def issuable(self) -> bool:
        """Say whether anything may be issued; a net loss never is."""
        return self.net_kg > 0

    @property
    def uncertainty(self) -> Decimal:
        """U as a ratio, in thousandths rounded up."""
        return Decimal(self.uncertainty_permille).scaleb(-3)

    def numbers(self) -> dict[str, int]:
        """Return the integers that enter the log, by their field names."""
        return {
            "baseline_kg": self.baseline_kg,
            "change_kg": self.change_kg,
            "deduction_kg": self.deduction_kg,
            "half_width_kg": self.half_width_kg,
            "leakage_kg": self.leakage_kg,
            "net_kg": self.net_kg,
            "uncertainty_permille": self.uncertainty_permille,
        }


def measure(case: ForestCase) -> ForestResult:
    """Compute the net removal of one monitoring period.

    Raises:
        MethodError: the input cannot be computed; see `check_case`, then per stratum whether its
            plots are the same in both campaigns, then the species of its trees.
    """
    with fixed_context():
        check_case(case)
        ordered = sorted(case.strata, key=lambda stratum: stratum.stratum)
        changes = tuple((stratum, *stratum_change(case, stratum)) for stratum in ordered)
        total = weighted_sum(tuple((stratum.area_m2, part) for stratum, part, _ in changes))
        quantile = t_quantile(total.degrees_of_freedom)
        change_kg = floor_integer(settle(total.mean))
        half_width_kg = ceil_integer(settle(quantile * total.variance.sqrt()))
        deduction = deduct(change_kg=change_kg, half_width_kg=half_width_kg)
        baseline_kg = ceil_integer(case.baseline.quantity_kg)
        leakage_kg = ceil_integer(case.leakage.quantity_kg)
        area_m2 = sum(stratum.area_m2 for stratum in ordered)
        strata = tuple(
            _stratum_result(case, stratum, part, paired=paired) for stratum, part, paired in changes
        )
        fastest = max(part.mean_t_per_ha for part in strata) / case.years
        return ForestResult(
            strata=strata,
            change_kg=change_kg,
            baseline_kg=baseline_kg,
            leakage_kg=leakage_kg,
            half_width_kg=half_width_kg,
            uncertainty_permille=deduction.uncertainty_permille,
            share_percent=deduction.share_percent,
            deduction_kg=deduction.deduction_kg,
            net_kg=change_kg - baseline_kg - leakage_kg - deduction.deduction_kg,
            degrees_of_freedom=total.degrees_of_freedom,
            t_quantile=quantile,
            growth_t_per_ha_year=_t_per_ha(total.mean / area_m2) / case.years,
            needs_justification=fastest > GROWTH_T_PER_HA_YEAR_MAX,
        )


def digest_input(
    *, before: bytes, after: bytes, strata: tuple[Stratum, ...], parameters: bytes
) -> str:
    """Return the hexadecimal SHA-256 that a report states for its evidence.

    Hashed is a short text that anyone can rebuild with `sha256sum`: the method's name, the digest
    of each campaign's file as it was handed in, the strata, and the digest of the parameters in
    canonical form, one per line.
    """
    lines = [
        f"{METHODOLOGY}/{VERSION}",
        f"before {sha256(before).hexdigest()}",
        f"after {sha256(after).hexdigest()}",
        *(
            f"stratum {stratum.area_m2} {stratum.method} {stratum.stratum}"
            for stratum in sorted(strata, key=lambda stratum: stratum.stratum)
        ),
        f"parameters {sha256(parameters).hexdigest()}",
    ]
    return sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _t_per_ha(kg_per_m2: Decimal) -> Decimal:
    return kg_per_m2 * M2_PER_HA / KG_PER_T


def _stratum_result(
    case: ForestCase, stratum: Stratum, part: Estimate, *, paired: bool
) -> StratumResult:
    error = part.variance.sqrt()
    return StratumResult(
        stratum=stratum.stratum,
        area_m2=stratum.area_m2,
        paired=paired,
        plots=sum(plot.stratum == stratum.stratum for plot in case.after.plots),
        mean_t_per_ha=_t_per_ha(part.mean),
        standard_error_t_per_ha=_t_per_ha(error),
        degrees_of_freedom=part.degrees_of_freedom,
        half_width_t_per_ha=_t_per_ha(error * t_quantile(part.degrees_of_freedom)),
        change_kg=part.mean * stratum.area_m2,
    )
