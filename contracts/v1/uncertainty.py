"""Uncertainty of a change: spread of plots, degrees of freedom, and what is deducted for it.

Uncertainty and deduction belong to the *change* between two campaigns, never to the stock:
nothing here may lower the earlier stock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.v1.arithmetic import ceil_division, floor_integer

UNCERTAINTY_PERMILLE_MAX: Final = 999_999
"""Stands for "this or more", and for a change that is not positive, where no ratio exists."""

BANDS: Final = ((100, 0), (150, 25), (200, 50), (300, 75))
"""Up to this U in thousandths, this share of U in per cent is deducted; above the last, all of it.

Source: CDM AR-TOOL14 v4.2, appendix (uncertainty discount).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean with the variance of the mean and its degrees of freedom."""

    mean: Decimal
    variance: Decimal
    degrees_of_freedom: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """What an uncertain change loses, in whole numbers that anyone can recompute."""

    uncertainty_permille: int
    share_percent: int
    deduction_kg: int


def estimate(values: Sequence[Decimal]) -> Estimate:
    """Return mean, s²/n and n − 1 of at least two equally weighted plots."""
    count = len(values)
    # Summed in sorted order, so that the order of plots cannot change the last digit.
    mean = sum(sorted(values), Decimal(0)) / count
    squares = sum(sorted((value - mean) ** 2 for value in values), Decimal(0))
    return Estimate(
        mean=mean, variance=squares / ((count - 1) * count), degrees_of_freedom=count - 1
    )


def difference(before: Estimate, after: Estimate) -> Estimate:
    """Return after − before of two independent samples: the variances add (Welch, 1947)."""
    variance = before.variance + after.variance
    return Estimate(
        mean=after.mean - before.mean,
        variance=variance,
        degrees_of_freedom=satterthwaite((before, after)),
    )


def weighted_sum(parts: Sequence[tuple[int, Estimate]]) -> Estimate:
    """Return Σ weight · mean with Σ weight² · variance and combined degrees of freedom."""
    scaled = tuple(
        Estimate(
            mean=part.mean * weight,
            variance=part.variance * weight * weight,
            degrees_of_freedom=part.degrees_of_freedom,
        )
        for weight, part in parts
    )
    return Estimate(
        mean=sum((part.mean for part in scaled), Decimal(0)),
        variance=sum((part.variance for part in scaled), Decimal(0)),
        degrees_of_freedom=satterthwaite(scaled),
    )


def satterthwaite(parts: Sequence[Estimate]) -> int:
    """Return the effective degrees of freedom of a sum of variances, rounded down.

    (Σ v)² / Σ (v² / df), Satterthwaite (1946); never below the smallest df, which the formula
    also guarantees. Without any spread the smallest df is returned.
    """
    smallest = min(part.degrees_of_freedom for part in parts)
    total = sum((part.variance for part in parts), Decimal(0))
    if total == 0:
        return smallest
    shares = sum(
        (part.variance**2 / part.degrees_of_freedom for part in parts),
        Decimal(0),
    )
    return max(smallest, floor_integer(total**2 / shares))


def deduct(*, change_kg: int, half_width_kg: int) -> Deduction:
    """Return what is deducted from a change for its 90 % half-width, in whole numbers.

    U = half-width ÷ change, rounded up to the thousandth. Its band gives the share of U that is
    deducted; share · U · change is the same as share · half-width, rounded up to the kilogram.
    A change that is not positive has no ratio: all of the half-width is deducted.

    Args:
        change_kg: The change of the stock, already rounded down.
        half_width_kg: Half of its 90 % confidence interval, already rounded up; not negative.

    Example:
        change 72,600 kg ± 8,967 kg: U = 12.4 %, share 25 %, deduction ⌈0.25 · 8,967⌉ = 2,242 kg
    """
    if half_width_kg < 0:
        raise ValueError("a half-width is not negative")
    permille = UNCERTAINTY_PERMILLE_MAX
    if change_kg > 0:
        permille = min(permille, ceil_division(1000 * half_width_kg, change_kg))
    share = next((share for limit, share in BANDS if permille <= limit), 100)
    return Deduction(
        uncertainty_permille=permille,
        share_percent=share,
        deduction_kg=ceil_division(share * half_width_kg, 100),
    )
