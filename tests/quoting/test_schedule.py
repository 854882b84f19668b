"""Loan schedules: small ones worked by hand, and what must hold of every one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.programme.model import Programme
from kofu.quoting.book import Book, read_firm
from kofu.quoting.quote import Quote
from kofu.quoting.schedule import METHODS, Method, Schedule, schedule, schedule_of, schedule_record

PER_CENT = Fraction(1, 100)
CASES = st.tuples(
    st.one_of(st.integers(0, 500), st.integers(0, 10**13)),
    st.integers(1, 240),
    st.integers(0, 60),
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 200)), max_size=3),
    st.integers(0, 200),
    st.sampled_from(list(METHODS)),
)


def rows(found: Schedule) -> list[tuple[int, int, int]]:
    return [(i.principal, i.interest, i.balance) for i in found.instalments]


def test_equal_principal_by_hand() -> None:
    # 1,000円 in 3 months at 12% a year, 1% a month. 1000 ÷ 3 = 333, the last takes 334.
    # Interest: 1000 × 1% = 10, 667 × 1% = 6.67 → 6, 334 × 1% = 3.34 → 3.
    found = schedule(1000, 3, 0, [(None, 12 * PER_CENT)], "元金均等")
    assert rows(found) == [(333, 10, 667), (333, 6, 334), (334, 3, 0)]
    assert found.interest == 19


def test_equal_payments_by_hand() -> None:
    # 1,000円 in 2 months at 1% a month: 1000 × 0.01 × 1.0201 ÷ (1.0201 − 1) = 507.51 → 507.
    # First: 10 interest, 497 principal, 503 left. Last: 503 × 1% = 5.03 → 5, and the 503.
    found = schedule(1000, 2, 0, [(None, 12 * PER_CENT)], "元利均等")
    assert rows(found) == [(497, 10, 503), (503, 5, 0)]


def test_a_grace_pays_interest_only_and_a_cut_ends_after_its_years() -> None:
    # 1,200円, 16 months, 12 of grace at 0%, then 12%: the 4 left repay 300 each.
    # Interest: 1200 × 1% = 12, 900 → 9, 600 → 6, 300 → 3.
    found = schedule(1200, 16, 12, [(12, Fraction(0)), (None, 12 * PER_CENT)], "元金均等")
    assert rows(found)[:12] == [(0, 0, 1200)] * 12
    assert rows(found)[12:] == [(300, 12, 900), (300, 9, 600), (300, 6, 300), (300, 3, 0)]
    assert list(found.years()) == [(1, 0, 0, 1200), (2, 1200, 30, 0)]


def test_equal_payments_are_worked_out_anew_when_the_rate_changes() -> None:
    # 900円 in 3 months. Month 1 without interest: 900 ÷ 3 = 300. Then 1% a month on 600 over 2 months:
    # 600 × 0.01 × 1.0201 ÷ 0.0201 = 304.5 → 304, of which 6 interest. Last: 302 × 1% → 3.
    found = schedule(900, 3, 0, [(1, Fraction(0)), (None, 12 * PER_CENT)], "元利均等")
    assert rows(found) == [(300, 0, 600), (298, 6, 302), (302, 3, 0)]


@given(CASES)
def test_the_principal_is_repaid_to_the_yen_and_nothing_is_negative(
    case: tuple[int, int, int, list[tuple[int, int]], int, Method],
) -> None:
    loan, months, grace, cuts, rate, method = case
    grace = min(grace, months - 1)
    rates = [(length, cut * PER_CENT / 10) for length, cut in cuts]
    found = schedule(loan, months, grace, [*rates, (None, rate * PER_CENT / 10)], method)
    parts = found.instalments
    assert len(parts) == months
    assert sum(i.principal for i in parts) == loan
    assert parts[-1].balance == 0
    assert all(i.principal >= 0 and i.interest >= 0 and i.balance >= 0 for i in parts)
    assert all(i.principal == 0 for i in parts[:grace])
    owed = loan
    for i in parts:
        assert i.balance == owed - i.principal
        owed = i.balance
    if not rate and not any(cut for _, cut in cuts):
        assert found.interest == 0
    assert sum(i["payment"] for i in schedule_record(found)["instalments"]) == loan + found.interest


@given(st.integers(10**6, 10**10), st.integers(2, 240), st.integers(1, 100))
def test_equal_payments_are_equal_but_for_the_last(loan: int, months: int, rate: int) -> None:
    found = schedule(loan, months, 0, [(None, rate * PER_CENT / 10)], "元利均等")
    *equal, last = [i.payment for i in found.instalments]
    assert len(set(equal)) == 1
    # What rounding moves in a month grows with its interest, here at most to the eightfold.
    assert abs(last - equal[0]) <= 8 * months


@pytest.mark.parametrize(
    ("months", "grace", "rate"), [(0, 0, 1), (-5, 0, 1), (1201, 0, 1), (12, 12, 1), (12, -1, 1), (12, 0, -1)]
)
def test_terms_that_make_no_schedule_are_refused(months: int, grace: int, rate: int) -> None:
    with pytest.raises(KofuError):
        schedule(1000, months, grace, [(None, rate * PER_CENT)], "元金均等")


def test_rates_that_end_too_early_are_refused() -> None:
    with pytest.raises(KofuError, match="1年分"):
        schedule(1000, 24, 0, [(12, PER_CENT)], "元金均等")


def _loan(programme: Programme, **answers: str) -> Quote:
    book = Book([programme])
    return book.quotes(programme.id, read_firm(answers, book.rules))[2]


def test_a_quoted_loan_gets_its_terms_from_the_rule(lent: Programme) -> None:
    firm = {"申請者の種別": "会社", "業種": "製造業", "従業員数": "10人"}
    said = {"借入希望額": "8000万円", "希望する返済期間": "10年", "年利率": "1.2%"}
    found = schedule_of(_loan(lent, **firm, **said), "元金均等")
    # At most 72,000,000円; 24 of 120 months are grace: 72,000,000 ÷ 96 = 750,000. 1.2% ÷ 12 = 0.1%.
    assert (found.loan, found.grace, len(found.instalments)) == (72_000_000, 24, 120)
    assert found.instalments[0].interest == 72_000
    assert {i.principal for i in found.instalments[24:]} == {750_000}


def test_what_a_schedule_needs_is_named(lent: Programme) -> None:
    firm = {"申請者の種別": "会社", "業種": "製造業", "従業員数": "10人"}
    with pytest.raises(KofuError, match="借入希望額、希望する返済期間、年利率"):
        schedule_of(_loan(lent, **firm), "元金均等")
    with pytest.raises(KofuError, match="対象外"):
        schedule_of(_loan(lent, 申請者の種別="大学"), "元金均等")
    subsidy = Book([lent]).quotes(lent.id, {})[1]
    with pytest.raises(KofuError, match="返済の条件"):
        schedule_of(subsidy, "元金均等")
