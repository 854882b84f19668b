"""Bins of three significant digits: the same in Python and in a database, and quantiles of what lies in them."""

from __future__ import annotations

from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kofu.population.money.distribution import SHOWN, bin_form, bin_of, distribution, edges, quantiles
from kofu.rules.columns.duckdb import DUCKDB
from kofu.rules.columns.form import Case, Column, Forms, walk
from kofu.rules.columns.select import select

HIGHEST = 10**13
EDGES = st.builds(
    lambda lead, digits, step: max(0, lead * 10**digits + step),
    st.integers(99, 1000),
    st.integers(0, 10),
    st.sampled_from([-1, 0, 1]),
)
YEN = st.one_of(st.integers(0, 3000), EDGES, st.integers(0, HIGHEST))


def test_bins_by_hand() -> None:
    assert [bin_of(yen) for yen in (0, 1, 999, 1000, 1009, 1010)] == [0, 1, 999, 1000, 1000, 1001]
    # 9,990 … 9,999 is the last of four digits; 10,000 the first of five.
    assert (bin_of(9_999), bin_of(10_000)) == (1899, 1900)
    assert edges(bin_of(504_321)) == (504_000, 504_999)


@given(YEN)
def test_an_amount_lies_in_its_bin_and_the_next_bin_begins_after_it(yen: int) -> None:
    low, high = edges(bin_of(yen))
    assert low <= yen <= high
    assert bin_of(low) == bin_of(high) == bin_of(yen)
    assert bin_of(high + 1) == bin_of(yen) + 1
    assert (high - low) * 100 <= low


def test_a_negative_amount_has_no_bin() -> None:
    with pytest.raises(ValueError, match="-1"):
        bin_of(-1)


def in_database(amounts: list[int], high: int) -> list[int]:
    forms = Forms()
    amount = forms.keep(Column("額", "number", 0, high))
    table = "(SELECT unnest($1::BIGINT[]) AS 額)"
    text = select(DUCKDB, {"bin": bin_form(forms, amount, high)}, table, keep=["額"])
    found = dict(duckdb.execute(text, [amounts]).fetchall())
    return [found[amount] for amount in amounts]


@pytest.mark.parametrize("high", [0, 999, 1000, 500_000, HIGHEST, 9 * 10**17])
def test_the_form_gives_the_same_bin_at_every_edge(high: int) -> None:
    leads = [
        lead * 10**digits + step for lead in (1, 5, 10, 100) for digits in range(18) for step in (-1, 0, 1)
    ]
    amounts = sorted({yen for yen in [0, high, *leads] if 0 <= yen <= high})
    assert in_database(amounts, high) == [bin_of(yen) for yen in amounts]


@settings(deadline=None)
@given(st.lists(YEN, min_size=1, max_size=50))
def test_the_form_gives_the_same_bin(amounts: list[int]) -> None:
    assert in_database(amounts, HIGHEST) == [bin_of(yen) for yen in amounts]


def test_the_form_has_no_more_branches_than_the_largest_amount_needs() -> None:
    forms = Forms()
    amount = forms.keep(Column("額", "number", 0, 500_000))
    cases = [form for form in walk([bin_form(forms, amount, 500_000)]) if isinstance(form, Case)]
    # 3, 4, 5 and 6 digits.
    assert sum(len(case.branches) for case in cases) == 3
    assert bin_form(forms, amount, 999) is amount


# --- what the bins say


def binned(amounts: list[int]) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    for yen in amounts:
        count, total = found.get(bin_of(yen), (0, 0))
        found[bin_of(yen)] = count + 1, total + yen
    return found


PS = st.lists(st.fractions(0, 1, max_denominator=100), max_size=5)


@given(st.lists(YEN, min_size=1, max_size=60), PS)
def test_a_quantile_is_less_than_one_per_cent_from_the_amount_at_its_rank(
    amounts: list[int], ps: list[Fraction]
) -> None:
    ordered = sorted(amounts)
    for p, yen in quantiles(binned(amounts), ps):
        exact = next(x for place, x in enumerate(ordered, 1) if Fraction(place, len(ordered)) >= p)
        assert abs(yen - exact) * 100 <= exact
        assert exact >= 1000 or yen == exact


@given(st.lists(st.sampled_from([0, 7, 1_234_567, 50_000_001, 2 * 10**9]), min_size=1, max_size=60), PS)
def test_a_quantile_is_exact_where_many_ask_for_the_same(amounts: list[int], ps: list[Fraction]) -> None:
    found = quantiles(binned(amounts), ps)
    assert [p for p, _ in found] == ps
    for p, yen in found:
        # What definition 1 means: the smallest amount that at least p of all do not exceed.
        enough = [x for x in amounts if sum(y <= x for y in amounts) >= p * len(amounts)]
        assert yen == min(enough)


@given(st.lists(YEN, max_size=30), st.lists(YEN, max_size=30))
def test_bins_of_parts_add_up_to_the_bins_of_the_whole(one: list[int], other: list[int]) -> None:
    first, second = binned(one), binned(other)
    added = {
        number: tuple(map(sum, zip(first.get(number, (0, 0)), second.get(number, (0, 0)), strict=True)))
        for number in first | second
    }
    assert distribution(added) == distribution(binned(one + other))


def test_the_record_of_a_distribution() -> None:
    found = distribution(binned([500_000] * 9 + [100_000]), [Fraction(1, 10), Fraction(1, 2)])
    assert found.record() == {
        "count": 10,
        "sum": 4_600_000,
        "mean": 460_000,
        "quantiles": [{"p": "1/10", "yen": 100_000}, {"p": "1/2", "yen": 500_000}],
    }
    assert distribution({}).record() == {"count": 0, "sum": 0, "mean": None, "quantiles": []}
    assert [p for p, _ in distribution({5: (1, 5)}).quantiles] == list(SHOWN)


def test_a_quantile_lies_between_0_and_1() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantiles({5: (1, 5)}, [Fraction(3, 2)])
