"""The loans and guarantees of a programme over a population: which terms they have, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from kofu.population.asked import Asked
from kofu.population.credit import Loans, Terms, credit_of, credit_years, loans_of
from kofu.population.frame import Frame
from kofu.population.measures import Measures
from kofu.population.question import Question
from kofu.population.tally import Counts, Tally
from kofu.rules.columns.form import Form, Integer
from kofu.rules.rule import Repayment, Rule
from kofu.rules.tree import Node

_MONTHS = 4096
"""More than any term has."""


def credit_record(
    frame: Frame, question: Question, asked: Asked, work: Callable[[list[Tally]], list[Counts]]
) -> dict[str, Any] | None:
    """What the loans, guarantees and interest subsidies asked for come to, by fiscal year; None without any."""
    loans: list[Loans] = []
    unknown: list[str] = []
    for rule, m in asked.benefits:
        if credit_of(rule.instrument) is None or isinstance(m.asked[0], Integer):
            continue
        terms = None if rule.repayment is None else _terms(frame, rule.repayment)
        if terms is None:
            unknown.append(rule.key)
            continue
        loans += _lent(question, asked, rule, m, terms, work)
    if not loans and not unknown:
        return None
    years = credit_years(loans, question.credit) if loans else ()
    return {
        "years": [vars(year) for year in years],
        "assumptions": [assumption.record() for assumption in question.credit.values()],
        "not_stated": unknown,
    }


def _lent(
    question: Question,
    asked: Asked,
    rule: Rule,
    m: Measures,
    terms: tuple[Form, tuple[tuple[int | None, Fraction], ...]],
    work: Callable[[list[Tally]], list[Counts]],
) -> list[Loans]:
    """The loans by their terms: rows with the same term and grace are one group."""
    months, rates = terms
    [[counts]] = work([Tally((months,), (m.asked[0],), m.applies)])
    found: list[Loans] = []
    for code, (_, amount) in counts.items():
        term, grace = divmod(code, _MONTHS)
        own = Terms(term, grace, rates if rule.instrument.value == "interest_subsidy" else ())
        year = asked.programme.fiscal_year
        found += loans_of(rule.instrument, amount, year, own, question.credit)
    return found


def _terms(
    frame: Frame, repayment: Repayment
) -> tuple[Form, tuple[tuple[int | None, Fraction], ...]] | None:
    """(term × _MONTHS + grace in months, the rates); None where the population leaves them open."""
    forms = frame.forms
    term, grace = (
        _settled(frame, node) if node is not None else forms.integer(0)
        for node in (repayment.term, repayment.grace)
    )
    rates = []
    for years, node in repayment.rates:
        pair, denominator = frame.pair(node)
        if pair[0] is not pair[1] or not isinstance(pair[0], Integer):
            return None
        rates.append((None if years is None else 12 * years, Fraction(pair[0].value, denominator)))
    if term is None or grace is None:
        return None
    return forms.binary("+", forms.times(term, _MONTHS), grace), tuple(rates)


def _settled(frame: Frame, node: Node) -> Form | None:
    (low, high), denominator = frame.pair(node)
    return low if low is high and denominator == 1 else None
