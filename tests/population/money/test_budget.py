"""Adoption under a budget against plain sorting, and the day on which the money runs out."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

import duckdb
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.population.assumptions.arrival import Call, curve_of, default_call, read_call
from kofu.population.money.budget import Adoption, Applicant, adopt, proportional, reduced
from kofu.rules.columns.duckdb import DUCKDB
from kofu.rules.columns.form import Column, Forms
from kofu.rules.columns.select import select

BUCKET = 16
YEN = st.one_of(st.integers(0, 30), st.sampled_from([0, 500_000, 10**13]))
PEOPLE = st.lists(st.tuples(st.integers(0, 99), YEN), max_size=40).map(
    lambda found: [(key, number, yen) for number, (key, yen) in enumerate(found)]
)


def adoption(people: list[Applicant], budget: int | None) -> Adoption:
    """As an engine serves it: a histogram first, then the applicants of the one bucket that is asked for."""
    queue: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for key, _, yen in people:
        count, total = queue[key // BUCKET]
        queue[key // BUCKET] = count + 1, total + yen
    asked: list[int] = []

    def inside(bucket: int) -> Iterable[Applicant]:
        asked.append(bucket)
        return [person for person in reversed(people) if person[0] // BUCKET == bucket]

    found = adopt("arrival", queue, budget, inside)
    assert len(asked) <= 1
    return found


def by_sorting(people: list[Applicant], budget: int) -> tuple[int, int, int | None]:
    """(adopted, committed, key of the first turned away) by looking at everybody."""
    committed = 0
    for served, (key, _, yen) in enumerate(sorted(people)):
        if committed + yen > budget:
            return served, committed, key
        committed += yen
    return len(people), committed, None


@given(PEOPLE, st.data())
def test_buckets_adopt_whom_sorting_everybody_adopts(people: list[Applicant], data: st.DataObject) -> None:
    demand = sum(yen for *_, yen in people)
    budget = data.draw(st.one_of(st.integers(0, demand + 1), st.sampled_from([demand, demand // 2])))
    found = adoption(people, budget)
    assert (found.adopted, found.committed, found.last_key) == by_sorting(people, budget)
    assert found.committed <= budget
    assert found.left == budget - found.committed
    assert found.adopted + found.unmet == len(people)
    assert found.committed + found.unmet_yen == found.demand == demand
    assert found.of_budget == (Fraction(budget, demand) if budget < demand else 1)


@given(PEOPLE)
def test_a_budget_that_suffices_or_is_not_stated_turns_nobody_away(people: list[Applicant]) -> None:
    demand = sum(yen for *_, yen in people)
    for budget in (demand, demand + 1, None):
        found = adoption(people, budget)
        assert (found.adopted, found.committed, found.unmet, found.last_key) == (
            len(people),
            demand,
            0,
            None,
        )
    assert found.record()["left"] is None
    assert found.record()["of_budget"] is None


def test_the_call_closes_at_the_first_who_does_not_fit_in_full() -> None:
    # 60 of 100 are gone; he asks for 50. The 10 behind him would fit, and is not served.
    found = adoption([(1, 0, 60), (2, 1, 50), (3, 2, 10)], 100)
    assert found.record(datetime.date(2025, 4, 12)) == {
        "order": "arrival",
        "budget": 100,
        "demand": 120,
        "adopted": 1,
        "committed": 60,
        "unmet": 2,
        "unmet_yen": 60,
        "left": 40,
        "runs_out": "2025-04-12",
        "of_budget": "5/6",
    }


def test_equal_keys_are_served_by_number() -> None:
    assert adoption([(5, 0, 70), (5, 1, 40)], 80).committed == 70
    assert adoption([(5, 1, 70), (5, 0, 40)], 80).committed == 40


def test_other_applicants_than_were_counted_are_refused() -> None:
    with pytest.raises(ValueError, match="bucket 3"):
        adopt("lottery", {3: (2, 100)}, 50, lambda _: [(48, 0, 60), (49, 1, 41)])


def test_a_negative_budget_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 yen"):
        adoption([], -1)


@given(st.lists(st.integers(0, 10**13), max_size=30), st.data())
def test_proportional_parts_never_exceed_the_budget(asked: list[int], data: st.DataObject) -> None:
    demand = sum(asked)
    budget = data.draw(st.one_of(st.none(), st.integers(0, demand + 1)))
    found = proportional(len(asked), demand, budget, lambda n, d: sum(yen * n // d for yen in asked))
    if budget is None or budget >= demand:
        assert (found.committed, found.unmet_yen) == (demand, 0)
        return
    assert budget - len(asked) < found.committed <= budget
    assert found.committed == sum(int(yen * Fraction(budget, demand)) for yen in asked)
    assert (found.adopted, found.unmet, found.unmet_yen) == (len(asked), 0, demand - found.committed)


def test_a_database_adds_up_the_proportional_parts() -> None:
    forms = Forms()
    amount = forms.keep(Column("額", "number", 0, 10**13))
    asked = [10**13, 1, 2, 999_999_999_999, 0]

    def floors(numerator: int, denominator: int) -> int:
        table = f"(SELECT unnest({asked}) AS 額)"
        parts = select(DUCKDB, {"part": reduced(forms, amount, numerator, denominator)}, table)
        return int(duckdb.sql(f"SELECT sum(part) FROM ({parts})").fetchall()[0][0])

    budget, demand = 7_654_321_987_654, sum(asked)
    found = proportional(len(asked), demand, budget, floors)
    assert found.committed == sum(yen * budget // demand for yen in asked)


def test_sums_that_are_not_of_these_applicants_are_refused() -> None:
    for wrong in (48, 51):
        with pytest.raises(ValueError, match="cannot add up"):
            proportional(2, 100, 50, lambda n, d, wrong=wrong: wrong)


# --- days

CURVES = st.sampled_from(["均等", "先着", "締切前"])
CALLS = st.builds(
    lambda first, days, name: Call(first, first + datetime.timedelta(days), curve_of(name)),
    st.dates(datetime.date(2016, 1, 1), datetime.date(2030, 1, 1)),
    st.integers(0, 200),
    CURVES,
)


@given(CALLS, st.integers(1, 2**31), st.data())
def test_keys_arrive_in_order_within_the_call(call: Call, of: int, data: st.DataObject) -> None:
    key, later = sorted(data.draw(st.tuples(st.integers(0, of - 1), st.integers(0, of - 1))))
    assert call.first <= call.day_of(key, of) <= call.day_of(later, of) <= call.last
    assert call.day_of(0, of) == call.first
    day = call.day_of(key, of)
    # Of all applicants, the part that has come by his day includes him; the day before it does not.
    assert call.share_by(day - datetime.timedelta(1)) <= Fraction(key, of) < call.share_by(day)


@given(CALLS)
def test_the_last_of_many_comes_on_the_last_day(call: Call) -> None:
    assert call.day_of(2**31 - 1, 2**31) == call.last
    assert call.share_by(call.first - datetime.timedelta(1)) == 0
    assert call.share_by(call.last) == call.share_by(call.last + datetime.timedelta(9)) == 1


def test_an_even_call_has_the_same_number_of_applicants_each_day() -> None:
    call = read_call("2025-04-01..2025-04-03")
    assert [call.day_of(key, 6).day for key in range(6)] == [1, 1, 2, 2, 3, 3]


def test_applicants_come_as_the_curves_say() -> None:
    days = "2025-04-01..2025-05-30"  # 60
    shares = {name: [] for name in ("均等", "先着", "締切前")}
    for name, found in shares.items():
        call = read_call(f"{days},{name}")
        found += [call.share_by(call.first + datetime.timedelta(day - 1)) for day in (3, 6, 54, 60)]
    assert shares["均等"] == [Fraction(1, 20), Fraction(1, 10), Fraction(9, 10), 1]
    assert shares["先着"] == [Fraction(1, 4), Fraction(1, 2), Fraction(24, 25), 1]
    assert shares["締切前"] == [Fraction(1, 20), Fraction(1, 10), Fraction(6, 10), 1]


def test_the_assumed_call_opens_with_the_next_fiscal_year_and_says_why() -> None:
    call = default_call(2024)
    assert (call.first, call.last, call.days) == (datetime.date(2025, 4, 1), datetime.date(2025, 5, 30), 60)
    said = call.assumptions()
    assert len(said) == 3
    assert all(text["ja"].startswith("仮定") and text["en"].startswith("Assumed") for text in said)
    # What a user stated is no assumption of ours; how its applicants come still is.
    assert len(read_call("2025-04-01..2025-05-30").assumptions()) == 1


def test_the_day_the_money_runs_out() -> None:
    # 600 firms come evenly over 60 days, ten a day, each for 1 yen: 255 yen last into the 26th day.
    people = [(place, place, 1) for place in range(600)]
    found = adoption(people, 255)
    assert found.last_key == 255
    assert default_call(2024).day_of(found.last_key, 600) == datetime.date(2025, 4, 26)


@given(CALLS)
def test_a_call_is_read_as_it_is_written(call: Call) -> None:
    assume(call.days <= 3660)
    assert read_call(f" {call.first}..{call.last}, {call.curve.en}") == call


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2025-04-01", "no call"),
        ("2025-04-31..2025-06-30", "no call"),
        ("2025-06-30..2025-04-01", "ends before"),
        ("1925-04-01..2025-04-01", "too long"),
        ("2025-04-01..2025-06-30,朝", "no way of arriving"),
    ],
)
def test_what_is_no_call_is_refused_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(KofuError) as error:
        read_call(text)
    assert says in error.value.en
    assert error.value.ja != error.value.en
