"""Loans and guarantees of a population: what is owed, what fails, and what it costs the public, by fiscal year.

Sums are exact fractions of a yen; every figure of a year is rounded once, at the end, towards zero. Each month of a
loan, a twelfth of the yearly default rate fails out of the balance, and the rest repays as planned: the same
principal each month after the grace (元金均等). So lent = repaid + failed + still owed, in every year, exactly.

What `amount` of a rule means, and who bears the loss (`credit_of`):

- 融資: the principal. The public lender bears the loss; a cut of the rate is an interest subsidy.
- 信用保証: the sum guaranteed, which is a part of the loan behind it. That part of each loss is borne.
- 利子補給: the interest of some years on a balance that does not change. The loan behind it is what bears that much
  interest at the rate that is subsidised; only its interest is borne, month by month on what is still owed.
- 信用保険 and 損失補償 stand behind guarantees, and 補給金 behind loans: counted there, not a second time.
- Anything else is no credit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from kofu.errors import KofuError
from kofu.population.assumptions.assumed import Assumption
from kofu.population.assumptions.years import YearParts, year_parts
from kofu.programme.vocabulary import Instrument
from kofu.quoting.schedule import MOST_MONTHS, print_months
from kofu.rules.exact import Facts, evaluate
from kofu.rules.rule import Rule
from kofu.rules.tree import Node, Value

Meaning = Literal["lent", "guaranteed", "interest"]
_CREDIT: Mapping[Instrument, Meaning] = {
    Instrument.LOAN: "lent",
    Instrument.GUARANTEE: "guaranteed",
    Instrument.INTEREST_SUBSIDY: "interest",
}
# Of a guarantee the sheet or a premise says which part it covers.
_COVERAGE = {Instrument.LOAN: "loan_coverage", Instrument.INTEREST_SUBSIDY: "interest_subsidy_coverage"}
# What rules and premises call the terms of a loan.
_TERM, _GRACE, _RATE, _YEARS = "希望する返済期間", "希望する据置期間", "年利率", "利子を計算する年数"
_YEARS_APPLIED, _CUT = "対象期間の適用値", "引下げ幅の適用値"
_PART, _PART_ASKED = "保証割合", "信用保証協会の保証割合"


@dataclass(frozen=True)
class Terms:
    """How loans are repaid: months in all, months of grace, and the part of the yearly rate that the public pays.

    `subsidised` is (for how many months, yearly rate) by stretch; after them nothing is subsidised.
    """

    term: int
    grace: int = 0
    subsidised: tuple[tuple[int | None, Fraction], ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.term <= MOST_MONTHS or not 0 <= self.grace < self.term:
            raise KofuError(
                f"返済期間{print_months(self.term)}、据置期間{print_months(self.grace)}では残高を計算できません。返済期間は据置期間より長く、{print_months(MOST_MONTHS)}以内にしてください",
                f"no balance over {print_months(self.term, 'en')} with {print_months(self.grace, 'en')} of grace; the term must be longer than the grace and at most {print_months(MOST_MONTHS, 'en')}",
            )
        if any(rate < 0 for _, rate in self.subsidised):
            raise KofuError(
                "補給する利率が0%を下回ります。引下げ幅か利率を確かめてください",
                "the subsidised rate falls below 0%; check the cut or the rate",
            )

    def planned(self, month: int) -> Fraction:
        """The part of a loan that is still owed after so many months when nothing fails."""
        return min(Fraction(1), Fraction(max(self.term - month, 0), self.term - self.grace))

    def rates(self) -> list[Fraction]:
        """The rate that is subsidised in each month of the term, a twelfth of the yearly one."""
        found: list[Fraction] = []
        for length, rate in self.subsidised:
            left = self.term - len(found)
            found += [rate / 12] * (left if length is None else min(length, left))
        return found + [Fraction(0)] * (self.term - len(found))


@dataclass(frozen=True)
class Loans:
    """Loans on the same terms: `lent` yen in all within a fiscal year, of which `coverage` is borne."""

    lent: Fraction
    fiscal_year: int
    terms: Terms
    coverage: Fraction


@dataclass(frozen=True)
class ExactYear:
    """A fiscal year of loans in exact yen. `defaults`: of the loans; `borne`: the covered part of them."""

    lent: Fraction = Fraction(0)
    repaid: Fraction = Fraction(0)
    defaults: Fraction = Fraction(0)
    outstanding: Fraction = Fraction(0)
    exposure: Fraction = Fraction(0)
    borne: Fraction = Fraction(0)
    recovered: Fraction = Fraction(0)
    interest_subsidy: Fraction = Fraction(0)

    def __add__(self, other: ExactYear) -> ExactYear:
        return ExactYear(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    def times(self, lent: Fraction, coverage: Fraction) -> ExactYear:
        """So many times the loans, of which a part is covered."""
        covered = {"exposure": coverage, "borne": coverage, "recovered": coverage}
        return ExactYear(**{name: yen * lent * covered.get(name, 1) for name, yen in vars(self).items()})


@dataclass(frozen=True)
class CreditYear:
    """What a fiscal year of loans and guarantees comes to, in whole yen, each rounded once towards zero.

    `outstanding` and `exposure` (the part of it that the public bears) at the end of the year; `defaults` of the
    loans in the year; `recovered` of what was borne before; `cost`: defaults borne − recovered + interest subsidy,
    below 0 in years in which more comes back than fails.
    """

    fiscal_year: int
    outstanding: int
    exposure: int
    defaults: int
    recovered: int
    interest_subsidy: int
    cost: int


def credit_of(instrument: Instrument) -> Meaning | None:
    """What the amount of such a rule is: `lent`, `guaranteed`, `interest`; None where it is no credit."""
    return _CREDIT.get(instrument)


def loans_of(
    instrument: Instrument,
    amount: int,
    fiscal_year: int,
    terms: Terms,
    assumed: Mapping[str, Assumption],
    coverage: Fraction | None = None,
    lent_in: YearParts | None = None,
) -> tuple[Loans, ...]:
    """The loans behind a sum of money: one group for each fiscal year in which they are lent.

    `coverage`: the part of a loan that is borne (保証割合), as assumed where it is None; `lent_in`: when they are
    lent, else as assumed of loans from the budget's `fiscal_year` on.

    Raises:
        KofuError: for an instrument that is no credit, a guarantee without the part that it covers, or an interest
            subsidy without the rate that is subsidised.
    """
    meaning = credit_of(instrument)
    if meaning is None:
        raise KofuError(
            f"「{instrument.ja}」は信用ではないので、残高はありません。融資、信用保証、利子補給を選んでください",
            f"{instrument.en!r} is no credit, so nothing is outstanding; choose loans, guarantees or interest subsidies",
        )
    if coverage is None:
        coverage = assumed[_COVERAGE[instrument]].value if instrument in _COVERAGE else Fraction(0)
    per_yen = {"lent": Fraction(1), "guaranteed": coverage, "interest": sum(terms.rates(), Fraction(0))}[
        meaning
    ]
    if not per_yen:
        raise KofuError(
            f"「{instrument.ja}」の元の借入額を求めるには、保証割合か補給する利率が要ります。0より大きい値にしてください",
            f"the loans behind {instrument.en!r} follow from the part guaranteed or the rate subsidised; give one above 0",
        )
    lent = amount / per_yen
    when = year_parts(fiscal_year, Instrument.LOAN) if lent_in is None else lent_in
    return tuple(Loans(lent * share, year, terms, coverage) for year, share in sorted(when.items()) if share)


def loans_behind(
    rule: Rule,
    amount: int,
    fiscal_year: int,
    facts: Facts,
    assumed: Mapping[str, Assumption],
    lent_in: YearParts | None = None,
) -> tuple[Loans, ...]:
    """The loans behind the total of a rule, with the terms that the sheet states, else those in `facts`.

    `facts` holds what is the same for the whole population: its constant premises. A cut of a loan's rate counts
    as an interest subsidy where the rule puts it out (引下げ幅の適用値) and it is one number for everyone.

    Raises:
        KofuError: as `loans_of`; or when term, grace, the rate of an interest subsidy or the part that a
            guarantee covers are neither in the sheet nor in `facts`.
    """
    stated = rule.repayment
    term = _number(facts, _TERM, stated.term if stated else None)
    grace = _number(facts, _GRACE, stated.grace if stated else None)
    subsidised: tuple[tuple[int | None, Fraction], ...] = ()
    if rule.instrument is Instrument.INTEREST_SUBSIDY:
        months = _number(facts, _YEARS, rule.outputs.get(_YEARS_APPLIED))
        subsidised = ((int(months), _number(facts, _RATE)),)
    elif cut := _worth(rule.outputs.get(_CUT), facts):
        subsidised = ((None, cut),)
    printed = next((setting for setting in rule.settings if setting.name == _PART), None)
    coverage = _worth(printed, facts)
    if coverage is None and rule.instrument is Instrument.GUARANTEE:
        coverage = _number(facts, _PART_ASKED)
    terms = Terms(int(term), min(int(grace), int(term) - 1), subsidised)
    return loans_of(rule.instrument, amount, fiscal_year, terms, assumed, coverage, lent_in)


def _number(facts: Facts, name: str, stated: Node | None = None) -> Fraction:
    """What the sheet states, or else a fact."""
    found = _worth(stated, facts)
    if found is None:
        found = _worth_of(facts.get(name))
    if found is None:
        raise KofuError(
            f"「{name}」の前提がないので、残高を計算できません。--assume {name}=… で指定してください",
            f"there is no premise on {name}, so no balance can be worked out; give it with --assume {name}=…",
        )
    return found


def _worth(node: Node | None, facts: Facts) -> Fraction | None:
    return None if node is None else _worth_of(evaluate(node, facts))


def _worth_of(value: Value | None) -> Fraction | None:
    return Fraction(value) if isinstance(value, int | Fraction) else None


def credit_years(groups: Iterable[Loans], assumed: Mapping[str, Assumption]) -> tuple[CreditYear, ...]:
    """All loans together, from the year in which the first is lent to the last in which anything happens."""
    years = exact_years(groups, assumed)
    return tuple(_rounded(year, exact) for year, exact in years.items())


def exact_years(groups: Iterable[Loans], assumed: Mapping[str, Assumption]) -> dict[int, ExactYear]:
    """The same before rounding, by fiscal year in their order, none left out."""
    going = _Going(
        assumed["default_rate"].value / 12,
        assumed["recovery_rate"].value,
        int(assumed["recovery_delay"].value),
        int(assumed["first_year"].value),
    )
    total: dict[int, ExactYear] = {}
    for group in groups:
        for later, one in _one_yen(group.terms, going).items():
            year = group.fiscal_year + later
            total[year] = total.get(year, ExactYear()) + one.times(group.lent, group.coverage)
    years = [year for year, exact in total.items() if exact != ExactYear()]
    return {
        year: total.get(year, ExactYear()) for year in (range(min(years), max(years) + 1) if years else ())
    }


@dataclass(frozen=True)
class _Going:
    """How loans go: the part that fails each month, the part recovered and after how many months, and the months
    of the fiscal year in which they are lent.
    """

    fails: Fraction
    returns: Fraction
    delay: int
    first: int


@lru_cache(maxsize=1024)
def _one_yen(terms: Terms, going: _Going) -> Mapping[int, ExactYear]:
    """What becomes of one yen lent and wholly covered, by how many fiscal years later. Every loan is a multiple."""
    years: defaultdict[int, ExactYear] = defaultdict(ExactYear)

    def later(month: int) -> int:
        return (month - going.first + 11) // 12

    years[0] += ExactYear(lent=Fraction(1))
    balance, kept = Fraction(1), Fraction(1)
    for month, rate in enumerate(terms.rates(), 1):
        failed = balance * going.fails
        kept *= 1 - going.fails
        after = terms.planned(month) * kept
        years[later(month)] += ExactYear(
            repaid=balance - failed - after, defaults=failed, borne=failed, interest_subsidy=balance * rate
        )
        years[later(month + going.delay)] += ExactYear(recovered=failed * going.returns)
        if later(month + 1) > later(month):
            years[later(month)] += ExactYear(outstanding=after, exposure=after)
        balance = after
    return dict(years)


def _rounded(fiscal_year: int, exact: ExactYear) -> CreditYear:
    return CreditYear(
        fiscal_year,
        int(exact.outstanding),
        int(exact.exposure),
        int(exact.defaults),
        int(exact.recovered),
        int(exact.interest_subsidy),
        int(exact.borne - exact.recovered + exact.interest_subsidy),
    )
