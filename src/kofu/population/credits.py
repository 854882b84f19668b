"""The loans and guarantees of a programme over a population: what they come to, by fiscal year."""

from __future__ import annotations

from typing import Any

from kofu.errors import KofuError
from kofu.population.asked import Asked
from kofu.population.counting.sheet import Sheet
from kofu.population.money.credit import Loans, credit_of, credit_years, loans_behind
from kofu.population.question import Question
from kofu.rules.exact import evaluate


def credit_record(sheet: Sheet, question: Question, asked: Asked) -> dict[str, Any] | None:
    """What the loans, guarantees and interest subsidies asked for come to; None where none are asked for.

    `not_stated`: the benefits whose terms neither the sheet nor a premise tells, each with the reason.
    """
    facts = {
        name: value
        for name, premise in question.premises.items()
        if premise.value is not None and (value := evaluate(premise.value, {})) is not None
    }
    loans: list[Loans] = []
    unknown: list[dict[str, str]] = []
    for rule, m in asked.benefits:
        if credit_of(rule.instrument) is None or not (lent := sheet.total(m.asked[0])):
            continue
        try:
            loans += loans_behind(rule, lent, asked.programme.fiscal_year, facts, question.credit)
        except KofuError as error:
            unknown.append({"benefit": rule.key, "ja": error.ja, "en": error.en})
    if not loans and not unknown:
        return None
    return {
        "years": [vars(year) for year in credit_years(loans, question.credit)] if loans else [],
        "assumptions": [assumption.record() for assumption in question.credit.values()],
        "not_stated": unknown,
    }
