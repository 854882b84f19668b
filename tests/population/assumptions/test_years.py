"""In which fiscal year money is paid: by the assumption of each instrument, or as the user says."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.population.assumptions.assumed import timings
from kofu.population.assumptions.years import pay_years, read_timing, timing_record
from kofu.programme.vocabulary import Instrument

YEN = st.one_of(st.integers(0, 20), st.integers(0, 10**16))


def test_a_winter_budget_pays_its_subsidies_after_its_own_year() -> None:
    # 2/3 of 100 yen in 2025: 66.67, rounded down; 2026 takes the rest.
    assert pay_years(100, 2024, Instrument.SUBSIDY) == {2025: 66, 2026: 34}


def test_equity_is_paid_within_the_year_of_the_budget() -> None:
    assert pay_years(64_200_000_000, 2016, Instrument.EQUITY) == {2016: 64_200_000_000}


@given(YEN, st.sampled_from(list(Instrument)))
def test_no_yen_is_lost_whatever_the_instrument(yen: int, instrument: Instrument) -> None:
    paid = pay_years(yen, 2024, instrument)
    assert sum(paid.values()) == yen
    assert list(paid) == sorted(paid)
    assert min(paid) >= 2024
    # No year is further from its exact part than the roundings of the others.
    exact = dict(enumerate((yen * part for part in timings()[instrument].parts), 2024))
    assert all(abs(paid[year] - exact[year]) < len(paid) for year in paid)


@given(YEN, st.lists(st.integers(0, 9), min_size=1, max_size=6).filter(any))
def test_no_yen_is_lost_with_a_timing_of_ones_own(yen: int, weights: list[int]) -> None:
    text = ",".join(f"{2024 + n}={weight}/{sum(weights)}" for n, weight in enumerate(weights))
    paid = pay_years(yen, 2024, Instrument.SUBSIDY, read_timing(text))
    assert sum(paid.values()) == yen
    assert set(paid) == {2024 + n for n, weight in enumerate(weights) if weight}
    assert min(paid.values()) >= 0


@pytest.mark.parametrize(
    "text", ["2024=1/4,2025=3/4", "2025=75%、2024=25%", "２０２４＝１／４，２０２５＝３／４"]
)
def test_a_timing_is_read_as_people_write_it(text: str) -> None:
    assert read_timing(text) == {2024: Fraction(1, 4), 2025: Fraction(3, 4)}
    assert pay_years(10, 2024, Instrument.EQUITY, read_timing(text)) == {2024: 2, 2025: 8}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("2024=1/4,2025=1/2", "3/4"),
        ("", "0"),
        ("2024=3/4,2025=1/2", "5/4"),
        ("来年=1", "来年"),
        ("24=1", "24"),
        ("9999=1", "9999"),
        ("2024=1,2024=0", "2024"),
        ("2024=-1/2,2025=3/2", "-1/2"),
        ("2024=3か月", "3か月"),
        ("2024=half,2025=1/2", "half"),
        ("2024", "2024"),
    ],
)
def test_a_timing_that_is_none_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(KofuError) as error:
        read_timing(text)
    assert named in error.value.ja
    assert named in error.value.en


def test_nothing_is_paid_before_the_budget() -> None:
    timing = read_timing("2023=1/2,2024=1/2")
    with pytest.raises(KofuError) as error:
        pay_years(100, 2024, Instrument.SUBSIDY, timing)
    assert "2023" in error.value.ja
    assert "2023" in error.value.en
    # A year that gets nothing is no year of payment.
    assert pay_years(100, 2024, Instrument.SUBSIDY, read_timing("2023=0,2024=1")) == {2024: 100}


def test_every_timing_is_a_whole_with_its_reason() -> None:
    assert set(timings()) == set(Instrument)
    for timing in timings().values():
        assert sum(timing.parts) == 1
        assert timing.why_ja
        assert timing.why_en


def test_a_timing_says_why_or_that_it_was_given() -> None:
    ours = timing_record(2024, Instrument.SUBSIDY)
    assert ours["ja"].startswith("補助の支払: 2025年度に2/3、2026年度に1/3（仮定）: ")
    assert timings()[Instrument.SUBSIDY].why_en in ours["en"]
    own = timing_record(2024, Instrument.EQUITY, read_timing("2024=0,2025=1"))
    assert own == {
        "ja": "出資の支払: 2025年度に1（指定）",
        "en": "payment by equity: 1 in fiscal 2025 (given)",
    }
