"""Uncertainty: spread of plots, degrees of freedom, and the deduction in whole numbers."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.v1.arithmetic import fixed_context
from contracts.v1.uncertainty import (
    UNCERTAINTY_PERMILLE_MAX,
    Estimate,
    deduct,
    difference,
    estimate,
    satterthwaite,
    weighted_sum,
)

changes_kg = st.integers(-(10**12), 10**12)
half_widths_kg = st.integers(0, 10**12)
values = st.lists(st.decimals(min_value=-1000, max_value=1000, places=3), min_size=2, max_size=8)


@given(sample=values)
def test_estimates_mean_and_variance_as_exact_fractions_do(sample: list[Decimal]) -> None:
    count = len(sample)
    exact = [Fraction(value) for value in sample]
    mean = sum(exact) / count
    variance = sum((value - mean) ** 2 for value in exact) / (count - 1) / count

    with fixed_context():
        found = estimate(sample)

    assert abs(Fraction(found.mean) - mean) <= Fraction(1, 10**28)
    assert abs(Fraction(found.variance) - variance) <= Fraction(1, 10**25)
    assert found.degrees_of_freedom == count - 1


@given(data=st.data(), sample=values)
def test_does_not_see_the_order_of_plots(data: st.DataObject, sample: list[Decimal]) -> None:
    shuffled = data.draw(st.permutations(sample))
    with fixed_context():
        assert estimate(sample) == estimate(shuffled)


@given(
    parts=st.lists(
        st.tuples(st.decimals(min_value=0, max_value=100, places=4), st.integers(1, 50)),
        min_size=1,
        max_size=6,
    )
)
def test_combined_degrees_of_freedom_lie_between_the_smallest_and_the_sum(
    parts: list[tuple[Decimal, int]],
) -> None:
    estimates = [
        Estimate(mean=Decimal(0), variance=variance, degrees_of_freedom=df)
        for variance, df in parts
    ]
    with fixed_context():
        combined = satterthwaite(estimates)
    assert min(df for _, df in parts) <= combined <= sum(df for _, df in parts)


def test_adds_the_errors_of_independent_campaigns_as_welch_does() -> None:
    # (4 + 1)² / (4²/3 + 1²/7) = 25 / 5.476… = 4.565…, rounded down
    before = Estimate(mean=Decimal(10), variance=Decimal(4), degrees_of_freedom=3)
    after = Estimate(mean=Decimal(16), variance=Decimal(1), degrees_of_freedom=7)
    with fixed_context():
        change = difference(before, after)
    assert change == Estimate(mean=Decimal(6), variance=Decimal(5), degrees_of_freedom=4)


def test_weighs_strata_by_their_area() -> None:
    # 2·5 + 3·1 = 13; 4·0.25 + 9·1 = 10; 10² / (1²/4 + 9²/9) = 100 / 9.25 = 10.8
    small = Estimate(mean=Decimal(5), variance=Decimal("0.25"), degrees_of_freedom=4)
    large = Estimate(mean=Decimal(1), variance=Decimal(1), degrees_of_freedom=9)
    with fixed_context():
        total = weighted_sum(((2, small), (3, large)))
    assert total == Estimate(mean=Decimal(13), variance=Decimal(10), degrees_of_freedom=10)


@given(change_kg=changes_kg, half_width_kg=half_widths_kg, more_kg=st.integers(0, 10**11))
def test_more_error_never_leaves_more(change_kg: int, half_width_kg: int, more_kg: int) -> None:
    less = deduct(change_kg=change_kg, half_width_kg=half_width_kg)
    more = deduct(change_kg=change_kg, half_width_kg=half_width_kg + more_kg)
    assert more.deduction_kg >= less.deduction_kg


@given(change_kg=changes_kg, half_width_kg=half_widths_kg, more_kg=st.integers(0, 10**11))
def test_a_smaller_change_never_leaves_more(
    change_kg: int, half_width_kg: int, more_kg: int
) -> None:
    small = deduct(change_kg=change_kg, half_width_kg=half_width_kg)
    large = deduct(change_kg=change_kg + more_kg, half_width_kg=half_width_kg)
    assert change_kg - small.deduction_kg <= change_kg + more_kg - large.deduction_kg


@given(change_kg=changes_kg, half_width_kg=half_widths_kg)
def test_deducts_between_nothing_and_the_half_width(change_kg: int, half_width_kg: int) -> None:
    deduction = deduct(change_kg=change_kg, half_width_kg=half_width_kg)
    assert 0 <= deduction.deduction_kg <= half_width_kg
    assert 0 <= deduction.uncertainty_permille <= UNCERTAINTY_PERMILLE_MAX


@pytest.mark.parametrize(
    ("change_kg", "half_width_kg", "permille", "share_percent", "deduction_kg"),
    [
        pytest.param(72_600, 8_967, 124, 25, 2_242, id="worked-example"),
        pytest.param(1000, 0, 0, 0, 0, id="no-spread"),
        pytest.param(1000, 100, 100, 0, 0, id="ten-per-cent-is-free"),
        pytest.param(10_000, 1001, 101, 25, 251, id="just-above-ten"),
        pytest.param(1000, 150, 150, 25, 38, id="fifteen"),
        pytest.param(1000, 151, 151, 50, 76, id="above-fifteen"),
        pytest.param(1000, 200, 200, 50, 100, id="twenty"),
        pytest.param(1000, 201, 201, 75, 151, id="above-twenty"),
        pytest.param(1000, 300, 300, 75, 225, id="thirty"),
        pytest.param(1000, 301, 301, 100, 301, id="above-thirty"),
        pytest.param(0, 5, UNCERTAINTY_PERMILLE_MAX, 100, 5, id="no-change"),
        pytest.param(-1000, 5, UNCERTAINTY_PERMILLE_MAX, 100, 5, id="loss"),
        pytest.param(1, 10**9, UNCERTAINTY_PERMILLE_MAX, 100, 10**9, id="hopeless"),
    ],
)
def test_deducts(
    *, change_kg: int, half_width_kg: int, permille: int, share_percent: int, deduction_kg: int
) -> None:
    found = deduct(change_kg=change_kg, half_width_kg=half_width_kg)
    assert found.uncertainty_permille == permille
    assert found.share_percent == share_percent
    assert found.deduction_kg == deduction_kg


def test_refuses_a_negative_half_width() -> None:
    with pytest.raises(ValueError, match="not negative"):
        deduct(change_kg=1, half_width_kg=-1)
