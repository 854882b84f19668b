"""返済予定: what a loan costs month by month, in whole yen. The sheets name no method; whoever asks chooses one.

元金均等 repays the same principal each month, 元利均等 pays the same sum each month while the rate holds. Interest
of a month is the balance × the yearly rate ÷ 12, rounded down; so is each equal part, and the last instalment
takes what is left of the loan. In the grace (据置) only interest is paid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from kofu.errors import KofuError
from kofu.rules.exact import evaluate
from kofu.rules.tree import Fact, Node, Setting, Value, walk

if TYPE_CHECKING:
    from kofu.quoting.quote import Quote

Method = Literal["元金均等", "元利均等"]
METHODS: Mapping[Method, tuple[str, str]] = {
    "元金均等": ("毎月同じ額の元金を返す", "the same principal each month"),
    "元利均等": ("毎月同じ額（元金と利息の合計）を払う", "the same payment each month"),
}
MOST_MONTHS = 1200
Rates = Sequence[tuple[int | None, Fraction]]
"""(for how many months, yearly rate); None: for the rest."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """One month, counted from 1: what is paid, in whole yen, and what is still owed after it."""

    month: int
    principal: int
    interest: int
    balance: int

    @property
    def payment(self) -> int:
        """Principal and interest."""
        return self.principal + self.interest


@dataclass(frozen=True)
class Schedule:
    """All instalments of a loan."""

    loan: int
    method: Method
    grace: int
    rates: Rates
    instalments: tuple[Instalment, ...]

    @property
    def interest(self) -> int:
        """All interest, in yen."""
        return sum(i.interest for i in self.instalments)

    def years(self) -> Iterator[tuple[int, int, int, int]]:
        """(year from 1, principal, interest, balance at its end)."""
        for start in range(0, len(self.instalments), 12):
            part = self.instalments[start : start + 12]
            principal, interest = sum(i.principal for i in part), sum(i.interest for i in part)
            yield start // 12 + 1, principal, interest, part[-1].balance


def schedule(loan: int, months: int, grace: int, rates: Rates, method: Method) -> Schedule:
    """The instalments of a loan of `loan` yen over `months`, of which the first `grace` repay nothing.

    Raises:
        KofuError: a term of no months or more than 1200, a grace that leaves no month to repay, a negative rate,
            or rates that end before the loan does.
    """
    if not 0 < months <= MOST_MONTHS or not 0 <= grace < months:
        raise KofuError(
            f"返済期間{print_months(months)}、据置期間{print_months(grace)}では返済予定を作れません。返済期間は据置期間より長く、{print_months(MOST_MONTHS)}以内にしてください",
            f"no schedule over {print_months(months, 'en')} with {print_months(grace, 'en')} of grace; the term must be longer than the grace and at most {print_months(MOST_MONTHS, 'en')}",
        )
    if any(rate < 0 for _, rate in rates):
        raise KofuError(
            "年利率が0%を下回ります。引下げ幅か基準利率を確かめてください",
            "the yearly rate falls below 0%; check the cut or the base rate",
        )
    monthly = _monthly(months, rates)
    return Schedule(loan, method, grace, tuple(rates), tuple(_instalments(loan, grace, monthly, method)))


def print_months(months: int, lang: str = "ja") -> str:
    """A time as people say it: 3年, 30か月; 3 years, 1 month."""
    years, rest = divmod(months, 12)
    if rest or not months:
        return f"{months}か月" if lang == "ja" else f"{months} month{'' if months == 1 else 's'}"
    return f"{years}年" if lang == "ja" else f"{years} year{'' if years == 1 else 's'}"


def _monthly(months: int, rates: Rates) -> list[Fraction]:
    """The rate of each month."""
    found: list[Fraction] = []
    for length, rate in rates:
        left = months - len(found)
        found += [rate / 12] * (left if length is None else min(length, left))
    if len(found) < months:
        raise KofuError(
            f"利率が{print_months(len(found))}分しかありません。残りの期間の利率を足してください",
            f"the rates cover {print_months(len(found), 'en')} only; add the rate of the rest",
        )
    return found


def _instalments(loan: int, grace: int, rates: Sequence[Fraction], method: Method) -> Iterator[Instalment]:
    months, balance, equal = len(rates), loan, 0
    for month, rate in enumerate(rates, 1):
        interest = int(balance * rate)  # never negative, so this rounds down
        left = months - month + 1
        if month <= grace:
            principal = 0
        elif left == 1:
            principal = balance
        elif method == "元金均等":
            principal = loan // (months - grace)
        else:
            if month == grace + 1 or rate != rates[month - 2]:
                equal = _equal_payment(balance, rate, left)
            principal = min(equal - interest, balance)
        balance -= principal
        yield Instalment(month, principal, interest, balance)


def _equal_payment(balance: int, rate: Fraction, months: int) -> int:
    """What repays `balance` in `months` equal payments, rounded down."""
    if not rate:
        return balance // months
    growth = (1 + rate) ** months
    return int(balance * rate * growth / (growth - 1))


def schedule_of(quote: Quote, method: Method) -> Schedule:
    """The schedule of a loan as quoted.

    Raises:
        KofuError: when the benefit is refused, is no loan with terms of repayment, or they or its sum are open.
    """
    rule, facts = quote.rule, quote.facts
    if rule.repayment is None:
        raise KofuError(
            f"「{rule.key}」のシートには返済の条件（期間と利率）がなく、返済予定を作れません",
            f"the sheet states no terms of repayment for {rule.key!r}, so there is no schedule",
        )
    if quote.eligible is False:
        raise KofuError(
            f"「{rule.key}」は対象外なので、返済予定はありません",
            f"{rule.key!r} is not eligible, so there is no schedule",
        )
    terms = rule.repayment
    nodes = [rule.amount, terms.term, terms.grace, *(rate for _, rate in terms.rates)]
    loan, term, grace, *yearly = _known(nodes, facts)
    rates = [
        (None if years is None else years * 12, Fraction(rate))
        for (years, _), rate in zip(terms.rates, yearly, strict=True)
    ]
    return schedule(int(loan), int(term), int(grace), rates, method)


def _known(nodes: Sequence[Node | None], facts: Mapping[str, Value]) -> list[Any]:
    """What the trees are worth (0 for none); a KofuError that names what is missing where one is open."""
    values = [0 if node is None else evaluate(node, facts) for node in nodes]
    if None not in values:
        return values
    reads = walk(*(node for node in nodes if node is not None))
    names = [n.name for n in reads if isinstance(n, Fact) or (isinstance(n, Setting) and n.is_open)]
    names = [name for name in names if name not in facts]
    listed = list(dict.fromkeys(names))
    raise KofuError(
        f"返済予定を作るには、次の事実が要ります: {'、'.join(listed)}",
        f"a schedule needs these facts: {', '.join(listed)}",
    )


def schedule_record(found: Schedule) -> dict[str, Any]:
    """A schedule as plain JSON, with every instalment."""
    return {
        "method": found.method,
        "rounding": "円未満切捨て、端数は最終回",
        "loan": found.loan,
        "months": len(found.instalments),
        "grace": found.grace,
        "interest": found.interest,
        "instalments": [
            {"month": i.month, "principal": i.principal, "interest": i.interest, "payment": i.payment, "balance": i.balance}
            for i in found.instalments
        ],
    }  # fmt: skip
