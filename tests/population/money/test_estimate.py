"""Estimates from a sample: their intervals cover what they claim, and agree with the formulas of the books."""

from __future__ import annotations

import math
import random
import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.population.money.estimate import Estimate, estimate_count, estimate_total

ROWS = st.lists(st.integers(0, 10**9), min_size=2, max_size=60).filter(any)


def of(rows: list[int], represents: int, unit: int = 1) -> Estimate:
    found = estimate_total(len(rows), represents, sum(rows), sum((x // unit) ** 2 for x in rows), unit)
    assert found is not None
    return found


@given(ROWS, st.integers(0, 10**7))
def test_the_interval_is_that_of_the_sample_standard_deviation(rows: list[int], represents: int) -> None:
    found = of(rows, represents)
    exact = Fraction(sum(rows) * represents, len(rows))
    assert found.value == math.floor(exact + Fraction(1, 2))
    half = 1.96 * represents * statistics.stdev(rows) / math.sqrt(len(rows))
    assert found.high is not None
    # Rounded outwards: at most two yen wider than the formula.
    assert found.high - exact == pytest.approx(half, rel=1e-9, abs=2.001)
    assert found.low == pytest.approx(max(0, float(exact) - half), rel=1e-9, abs=2.001 + half * 1e-9)
    assert found.low <= exact <= found.high


@given(ROWS, st.sampled_from([2, 1000, 10**6]))
def test_squares_in_coarser_units_never_make_the_interval_narrower(rows: list[int], unit: int) -> None:
    fine, coarse = of(rows, 10**6), of(rows, 10**6, unit)
    assert fine.high is not None
    assert coarse.high is not None
    assert coarse.value == fine.value
    assert coarse.low <= fine.low
    assert coarse.high >= fine.high


def test_squares_in_thousands_of_yen_cost_hardly_any_width() -> None:
    # One row in ten gets 500,000 yen.
    rows = [500_000 if place % 10 == 0 else 0 for place in range(10_000)]
    fine, coarse = of(rows, 3_375_255), of(rows, 3_375_255, 1000)
    assert coarse.high is not None
    assert fine.high is not None
    assert 1 < Fraction(coarse.high - coarse.low, fine.high - fine.low) < Fraction(1003, 1000)


def test_where_all_rows_are_equal_the_total_is_certain() -> None:
    assert of([7] * 30, 300) == Estimate(2100, 2100, 2100)


def test_a_half_is_rounded_up() -> None:
    found = estimate_total(2, 1, 1, 1)
    assert found is not None
    assert found.value == 1


def test_what_too_few_rows_leave_open() -> None:
    assert estimate_total(0, 100, 0, 0) is None
    assert estimate_count(0, 100, 0) is None
    # One row has no spread, and rows without any yen do not say how large a sum there may be.
    assert estimate_total(1, 100, 5, 25) == Estimate(500, 0, None)
    assert estimate_total(9, 100, 0, 0) == Estimate(0, 0, None)


def test_sums_that_no_rows_have_are_refused() -> None:
    with pytest.raises(ValueError, match="squares"):
        estimate_total(4, 100, 40, 399)
    with pytest.raises(ValueError, match="rows"):
        estimate_total(4, 100, -1, 1)
    with pytest.raises(ValueError, match="5 of 4"):
        estimate_count(4, 100, 5)


@given(st.integers(1, 10**6), st.integers(1, 10**7), st.data())
def test_a_count_has_wilsons_interval(n: int, represents: int, data: st.DataObject) -> None:
    count = data.draw(st.one_of(st.sampled_from([0, n]), st.integers(0, n)))
    found = estimate_count(n, represents, count)
    assert found is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value <= found.high <= represents
    part = Fraction(count, n)

    def believable(number: int) -> bool:
        """Whether the sample is within 1.96 standard errors if the nation has this number (Wilson 1927)."""
        p = Fraction(number, represents)
        return (p - part) ** 2 <= Fraction(196, 100) ** 2 * p * (1 - p) / n

    # Rounded outwards to the next whole number: what lies beyond is not believable, what lies just within is.
    assert found.low == 0 or not believable(found.low - 1)
    assert found.high == represents or not believable(found.high + 1)
    if found.high - found.low > 1:
        assert believable(found.low + 1)
        assert believable(found.high - 1)


def test_nothing_found_does_not_mean_there_is_nothing() -> None:
    found = estimate_count(100_000, 3_375_255, 0)
    assert found is not None
    # The "rule of three" says 3 in n with 95 % on one side; on both sides it is 1.96² = 3.84.
    assert (found.value, found.low, found.high) == (0, 0, 130)
    assert found.record() == {"value": 0, "low": 0, "high": 130}


def test_ninety_five_intervals_of_a_hundred_cover_the_truth() -> None:
    chance = random.Random(4)
    represents, samples = 1_000_000, 2000
    totals = counts = 0
    for _ in range(samples):
        # One firm in five gets 1,000 … 500,000 yen, so the mean is a fifth of 250,500 yen.
        rows = [chance.randint(1000, 500_000) if chance.random() < 0.2 else 0 for _ in range(400)]
        total = of(rows, represents, 1000)
        count = estimate_count(400, represents, sum(x > 0 for x in rows))
        assert total.high is not None
        assert count is not None
        assert count.high is not None
        totals += total.low <= represents * 50_100 <= total.high
        counts += count.low <= represents // 5 <= count.high
    assert totals / samples == pytest.approx(0.95, abs=0.02)
    assert counts / samples == pytest.approx(0.95, abs=0.02)
