"""Loans of a population: small ones worked by hand, and what must hold of all of them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.population.assumptions.assumed import credit_assumptions
from kofu.population.money.credit import (
    CreditYear,
    Loans,
    Terms,
    credit_of,
    credit_years,
    exact_years,
    loans_behind,
    loans_of,
)
from kofu.programme.model import Programme
from kofu.programme.vocabulary import Instrument
from kofu.quoting.schedule import schedule
from kofu.rules.check import default_rules
from kofu.rules.rule import Rule

ONE = Fraction(1)
SAFE = credit_assumptions("default_rate=0%")


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    term = draw(st.integers(1, 72))
    stretches = st.tuples(st.integers(1, 40), st.fractions(0, Fraction(1, 10), max_denominator=1000))
    return Terms(term, draw(st.integers(0, term - 1)), tuple(draw(st.lists(stretches, max_size=2))))


LOANS = st.builds(
    Loans,
    st.integers(0, 10**14).map(Fraction),
    st.integers(2016, 2030),
    terms(),
    st.fractions(0, 1, max_denominator=20),
)
RATES = st.integers(0, 100)


def test_twelve_months_without_defaults_by_hand() -> None:
    # 1,200 yen lent in October 2024 for 12 months: 100 a month, 6 months in each fiscal year.
    # 12% a year is paid for the first 3 months: 1% of 1200, 1100 and 1000 = 33.
    loans = Loans(Fraction(1200), 2024, Terms(12, 0, ((3, Fraction(12, 100)),)), ONE)
    assert credit_years([loans], SAFE) == (
        CreditYear(2024, 600, 600, 0, 0, 33, 33),
        CreditYear(2025, 0, 0, 0, 0, 0, 0),
    )


def test_defaults_coverage_and_recovery_by_hand() -> None:
    # 14,400 yen on 1 April 2024 for 2 months; 100% a year is 1/12 a month. Month 1: 1200 fail, half of the other
    # 13200 is repaid, 6600 left. Month 2: 550 fail, 6050 are repaid. 80% of the 1750 that failed are borne = 1400,
    # of which half comes back 12 months later, in 2025.
    assumed = credit_assumptions("default_rate=100%,recovery_rate=50%,recovery_delay=12,first_year=12か月")
    loans = Loans(Fraction(14400), 2024, Terms(2), Fraction(4, 5))
    assert credit_years([loans], assumed) == (
        CreditYear(2024, 0, 0, 1750, 0, 0, 1400),
        CreditYear(2025, 0, 0, 0, 700, 0, -700),
    )
    assert exact_years([loans], assumed)[2024].repaid == 12650


def test_figures_are_rounded_towards_zero_once() -> None:
    # 10 yen for 3 months within a year that ends after 2: 10/3 = 3.33 left. Two such: 6.67, not 3 + 3.
    assumed = credit_assumptions("default_rate=0%,first_year=2")
    loans = Loans(Fraction(10), 2024, Terms(3), ONE)
    assert credit_years([loans], assumed)[0].outstanding == 3
    assert credit_years([loans, loans], assumed)[0].outstanding == 6
    # What comes back is a cost below zero: −0.7 of a yen is none.
    back = credit_assumptions("default_rate=100%,recovery_rate=100%,recovery_delay=12,first_year=12")
    assert [year.cost for year in credit_years([replace(loans, terms=Terms(1))], back)] == [0, 0]


@settings(deadline=None)
@given(st.lists(LOANS, max_size=3), RATES, RATES)
def test_every_yen_lent_is_repaid_failed_or_still_owed(groups: list[Loans], fails: int, returns: int) -> None:
    assumed = credit_assumptions(f"default_rate={fails}%,recovery_rate={returns}%")
    years = exact_years(groups, assumed)
    gone = accumulate(year.lent - year.repaid - year.defaults for year in years.values())
    assert list(gone) == [year.outstanding for year in years.values()]
    assert sum(year.lent for year in years.values()) == sum(group.lent for group in groups)
    borne = sum(year.borne for year in years.values())
    assert sum(year.recovered for year in years.values()) == borne * assumed["recovery_rate"].value
    assert all(
        amount >= 0 and year.exposure <= year.outstanding
        for year in years.values()
        for amount in vars(year).values()
    )
    assert list(years) == list(range(min(years, default=0), max(years, default=-1) + 1))


@settings(deadline=None)
@given(LOANS, RATES, RATES)
def test_more_defaults_leave_less_owed_and_cost_more(loans: Loans, one: int, other: int) -> None:
    loans = replace(loans, terms=replace(loans.terms, subsidised=()))
    mild, harsh = (
        exact_years([loans], credit_assumptions(f"default_rate={rate}%")) for rate in sorted((one, other))
    )
    failed = [Fraction(0), Fraction(0)]
    for year in mild:
        assert harsh[year].outstanding <= mild[year].outstanding
        failed = [failed[0] + mild[year].defaults, failed[1] + harsh[year].defaults]
        assert failed[0] <= failed[1]
    costs = [sum(year.borne - year.recovered for year in years.values()) for years in (mild, harsh)]
    assert costs[0] <= costs[1]


@settings(deadline=None)
@given(st.integers(1, 10**12), terms(), st.integers(0, 200))
def test_without_defaults_it_is_the_plain_schedule(lent: int, terms: Terms, per_mille: int) -> None:
    # A loan whose whole interest is subsidised, lent in April: years of the schedule are fiscal years.
    rate = Fraction(per_mille, 1000)
    assumed = credit_assumptions("default_rate=0%,first_year=12")
    loans = Loans(Fraction(lent), 2024, replace(terms, subsidised=((None, rate),)), ONE)
    plain = schedule(lent, terms.term, terms.grace, [(None, rate)], "元金均等")
    found = exact_years([loans], assumed)
    for year, _, interest, balance in plain.years():
        exact = found[2023 + year]
        # The schedule rounds each month's principal down, so it owes up to a yen more for each month.
        assert 0 <= balance - exact.outstanding <= terms.term
        more = (balance - exact.outstanding + terms.term) * rate
        assert abs(interest - exact.interest_subsidy) <= 12 + more
    assert sum(year.defaults + year.recovered for year in found.values()) == 0


@settings(deadline=None)
@given(LOANS, st.integers(2, 5))
def test_a_group_in_parts_comes_to_the_same(loans: Loans, parts: int) -> None:
    assumed = credit_assumptions()
    part = replace(loans, lent=loans.lent / parts)
    assert credit_years([part] * parts, assumed) == credit_years([loans], assumed)


def test_what_an_amount_means_for_each_instrument() -> None:
    assert {one: credit_of(one) for one in Instrument if credit_of(one)} == {
        Instrument.LOAN: "lent",
        Instrument.GUARANTEE: "guaranteed",
        Instrument.INTEREST_SUBSIDY: "interest",
    }


def test_loans_begin_in_the_assumed_years_or_those_given() -> None:
    lent = loans_of(Instrument.LOAN, 1000, 2016, Terms(60, 12), credit_assumptions())
    assert [(one.fiscal_year, one.lent, one.coverage) for one in lent] == [(2016, 250, 1), (2017, 750, 1)]
    lent = loans_of(Instrument.LOAN, 1000, 2016, Terms(60), SAFE, lent_in={2018: ONE, 2019: Fraction(0)})
    assert [(one.fiscal_year, one.lent) for one in lent] == [(2018, 1000)]


def test_a_sum_guaranteed_is_a_part_of_the_loan_behind_it() -> None:
    # 80 yen guaranteed at 80% stand for a loan of 100; the exposure is the 80, not 64.
    now = {2024: ONE}
    shared = loans_of(Instrument.GUARANTEE, 80, 2024, Terms(60, 12), SAFE, Fraction(4, 5), now)
    assert (credit_years(shared, SAFE)[0].outstanding, credit_years(shared, SAFE)[0].exposure) == (100, 80)
    whole = loans_of(Instrument.GUARANTEE, 80, 2024, Terms(60, 12), SAFE, coverage=ONE, lent_in=now)
    assert (credit_years(whole, SAFE)[0].outstanding, credit_years(whole, SAFE)[0].exposure) == (80, 80)


@settings(deadline=None)
@given(st.integers(0, 10**12), st.integers(1, 3), st.integers(1, 100), st.integers(0, 36))
def test_interest_is_what_the_rule_says_while_nothing_is_repaid(
    amount: int, years: int, per_mille: int, grace: int
) -> None:
    # The rule counts interest on a balance that does not change: true in the grace, too much after it.
    subsidised = ((years * 12, Fraction(per_mille, 1000)),)
    loans = loans_of(Instrument.INTEREST_SUBSIDY, amount, 2024, Terms(120, grace, subsidised), SAFE)
    found = exact_years(loans, SAFE)
    paid = sum(year.interest_subsidy for year in found.values())
    assert paid == amount if grace >= years * 12 else paid <= amount
    assert sum(year.borne + year.exposure for year in found.values()) == 0


FACTS = {
    "希望する返済期間": 84,
    "希望する据置期間": 12,
    "年利率": Fraction(2, 100),
    "利子を計算する年数": 60,
    "信用保証協会の保証割合": Fraction(4, 5),
}


@pytest.fixture(scope="module")
def rules(catalogue: list[Programme]) -> dict[str, Rule]:
    """Those on credit and a few others, by key."""
    chosen = [p for p in catalogue if "shikinguri" in p.id or "rishi-noto" in p.id]
    return {rule.key: rule for programme in chosen for rule in default_rules(programme)}


@pytest.mark.parametrize(
    ("key", "lent", "coverage", "subsidised"),
    [
        # The sheet prints 100%, so the loan is the sum guaranteed; where it prints none, the premise of 80% counts.
        ("セーフティネット保証4号", 600, 1, ()),
        ("借換保証", 750, Fraction(4, 5), ()),
        # The cut of 0.9 points is a constant of the sheet.
        ("経営力向上計画の設備資金", 600, 1, ((None, Fraction(9, 1000)),)),
        ("直接被害の特別貸付", 600, 1, ()),
        # At most 3 years of the 5, at 2%: 600 yen of interest are 6% of a loan of 10,000.
        ("利子補給", 10_000, 0, ((36, Fraction(2, 100)),)),
    ],
)
def test_the_loans_behind_a_rule(
    rules: dict[str, Rule], key: str, lent: int, coverage: Fraction, subsidised: tuple[object, ...]
) -> None:
    found = loans_behind(rules[key], 600, 2024, FACTS, credit_assumptions())
    assert sum(loans.lent for loans in found) == lent
    assert {loans.coverage for loans in found} == {coverage}
    assert {loans.terms for loans in found} == {Terms(84, 12, subsidised)}


def test_a_grace_beyond_the_term_leaves_one_month_to_repay(rules: dict[str, Rule]) -> None:
    found = loans_behind(rules["借換保証"], 80, 2016, {**FACTS, "希望する返済期間": 6}, credit_assumptions())
    assert {loans.terms for loans in found} == {Terms(6, 5)}


def test_every_rule_on_credit_has_loans_behind_it_and_no_other(rules: dict[str, Rule]) -> None:
    kinds = set()
    for rule in rules.values():
        kinds.add(credit_of(rule.instrument))
        if credit_of(rule.instrument):
            assert loans_behind(rule, 1000, 2016, FACTS, credit_assumptions())
        else:
            with pytest.raises(KofuError):
                loans_behind(rule, 1000, 2016, FACTS, credit_assumptions())
    assert kinds == {"lent", "guaranteed", "interest", None}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("利子補給", "希望する返済期間"),
        ("その他の業況悪化の特別貸付", "希望する据置期間"),
        ("利子補給", "年利率"),
        ("借換保証", "信用保証協会の保証割合"),
    ],
)
def test_terms_that_nobody_states_are_asked_for(rules: dict[str, Rule], key: str, name: str) -> None:
    facts = {key: value for key, value in FACTS.items() if key != name}
    with pytest.raises(KofuError) as error:
        loans_behind(rules[key], 600, 2024, facts, credit_assumptions())
    assert name in error.value.ja
    assert name in error.value.en


def test_no_loans_are_no_years() -> None:
    assert credit_years([], SAFE) == ()
    assert credit_years(loans_of(Instrument.LOAN, 0, 2024, Terms(12), SAFE), SAFE) == ()


@pytest.mark.parametrize(("term", "grace"), [(0, 0), (12, 12), (1201, 0), (12, -1)])
def test_terms_that_are_none(term: int, grace: int) -> None:
    with pytest.raises(KofuError):
        Terms(term, grace)


@pytest.mark.parametrize(
    "instrument",
    [
        Instrument.SUBSIDY,  # no credit
        Instrument.INTEREST_SUBSIDY,  # of no rate
        Instrument.GUARANTEE,  # of no part
    ],
)
def test_what_has_no_loans_behind_it(instrument: Instrument) -> None:
    with pytest.raises(KofuError) as error:
        loans_of(instrument, 100, 2024, Terms(12), SAFE)
    assert instrument.ja in error.value.ja


@pytest.mark.parametrize(
    "text",
    ["倒産率=1%", "回収率=101%", "default_rate=3か月", "recovery_delay=1/2", "first_year=0", "回収率=多い"],
)
def test_an_assumption_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(KofuError) as error:
        credit_assumptions(text)
    assert text.split("=")[0 if text.startswith("倒産") else 1] in error.value.ja


def test_an_assumption_says_why_or_that_it_was_given() -> None:
    ours, given_one = (
        credit_assumptions()["default_rate"],
        credit_assumptions("債務不履行率＝３％")["default_rate"],
    )
    assert given_one.value == Fraction(3, 100)
    assert given_one.record() == {"ja": "債務不履行率 3%（指定）", "en": "yearly default rate 3% (given)"}
    assert ours.why_ja in ours.record()["ja"]
    assert ours.why_en in ours.record()["en"]
    assert (
        credit_assumptions("recovery_delay=2年")["recovery_delay"]
        .record()["en"]
        .endswith("24 months (given)")
    )
