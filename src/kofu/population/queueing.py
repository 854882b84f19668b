"""Who gets the money when all ask for more than there is: by order of arrival, score, lottery or in proportion."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from kofu.errors import KofuError
from kofu.population.asked import Asked
from kofu.population.assumptions.arrival import default_call
from kofu.population.counting.frame import Frame
from kofu.population.counting.sheet import Sheet
from kofu.population.counting.tally import Tally
from kofu.population.dataset import DRAWN, Dataset
from kofu.population.money.budget import Adoption, Applicant, adopt, proportional, reduced
from kofu.population.question import Question
from kofu.population.queues import Buckets, Count, Queues
from kofu.programme.model import Programme
from kofu.programme.vocabulary import AmountKind
from kofu.rules.columns.form import Form
from kofu.rules.columns.ranges import Ranges
from kofu.rules.parse import parse
from kofu.rules.scope import common_scope

T = TypeVar("T")
_TIES = 1 << 20
"""So many draws tell equal points apart."""


@dataclass(frozen=True)
class Money:
    """What the budget does, and on which day it runs out where arrivals have days."""

    adoption: Adoption
    runs_out: datetime.date | None

    def record(self) -> dict[str, object]:
        """As a record has it."""
        return self.adoption.record(self.runs_out)


def budget_of(programme: Programme) -> int | None:
    """The appropriation, in yen; None where the sheet states none."""
    return next((a.yen for a in programme.amounts if a.kind is AmountKind.APPROPRIATION), None)


def budget_of_rows(programme: Programme, dataset: Dataset) -> int | None:
    """The part of the appropriation that falls to the rows of a sample; all of it where they are no sample."""
    whole = budget_of(programme)
    if whole is None or dataset.represents is None:
        return whole
    return whole * dataset.rows // dataset.represents


def moneys(
    frame: Frame, question: Question, variants: Sequence[Asked], sheet: Sheet, work: Count
) -> list[Money]:
    """Adoption under the budget for a programme under each of its variants; they share the passes."""
    order, budget = question.order, budget_of_rows(variants[0].programme, frame.dataset)
    assert order is not None
    asks = [(sheet.total(asked.queues), sheet.total(asked.state)) for asked in variants]
    short = [i for i, (_, demand) in enumerate(asks) if budget is not None and demand > budget]
    if order == "proportional":
        sums = _reduced(frame, variants, asks, short, budget, work)
        adopted = [proportional(*ask, budget, _always(sums.get(i, 0))) for i, ask in enumerate(asks)]
        return [Money(adoption, None) for adoption in adopted]
    served: dict[int, tuple[Buckets, list[Applicant]]] = {}
    if short and budget is not None:
        key = _key(frame, question, variants[0].programme)
        queues = Queues(frame, [variants[i] for i in short], key, budget, work)
        served = dict(zip(short, queues.served(), strict=True))
    found = []
    for i, ask in enumerate(asks):
        buckets, people = served.get(i, ({0: ask}, []))
        adoption = adopt(order, buckets, budget, _always(people))
        found.append(Money(adoption, _day(question, variants[i].programme, adoption)))
    return found


def _always(found: T) -> Callable[..., T]:
    """What was worked out before for all variants, to whoever asks for it."""
    return lambda *_: found


def _reduced(
    frame: Frame,
    variants: Sequence[Asked],
    asks: Sequence[tuple[int, int]],
    short: Sequence[int],
    budget: int | None,
    work: Count,
) -> dict[int, int]:
    """What everyone gets together in proportion, for the variants of which the budget is too small."""
    if not short or budget is None:
        return {}
    parts = [(i, Fraction(budget, asks[i][1])) for i in short]
    forms = [reduced(frame.forms, variants[i].state, p.numerator, p.denominator) for i, p in parts]
    [[counts]] = work([Tally((frame.forms.integer(0),), tuple(forms))])
    return {i: counts[0][1 + place] for place, (i, _) in enumerate(parts)}


def _key(frame: Frame, question: Question, programme: Programme) -> Form:
    """What applicants are sorted by; the smallest is served first."""
    draw, points = frame.draw(f"順番:{programme.id}"), points_of(frame, question)
    if points is None:
        return draw
    forms = frame.forms
    behind = forms.binary("-", forms.integer(Ranges().of(points)[1]), points)
    ties = forms.floor(draw, -(-DRAWN // _TIES))
    return forms.binary("+", forms.times(behind, _TIES), ties)


def points_of(frame: Frame, question: Question) -> Form | None:
    """What an applicant scores; None where the order is not by score.

    Raises:
        KofuError: no expression is given, it is no number, or reads what the population lacks.
    """
    if question.order != "score":
        return None
    if question.score is None:
        raise KofuError(
            "--order score には、点数の式を --score で指定してください（例: --score 従業員数）",
            "--order score needs the points: give an expression with --score (--score 従業員数)",
        )
    try:
        node = parse(question.score, common_scope(datetime.date(2025, 1, 1)).lookup)
    except KofuError as error:
        raise KofuError(
            f"--score {question.score}: {error.ja}", f"--score {question.score}: {error.en}"
        ) from error
    if node.type.kind != "number":
        raise KofuError(
            f"--score {question.score}: 点数になりません。数になる式を書いてください（例: 従業員数）",
            f"--score {question.score}: is no number; write an expression that is one (従業員数)",
        )
    (points, most), _ = frame.pair(node)
    if points is not most:
        raise KofuError(
            f"--score {question.score}: 母集団にない事実があるので、点数が決まりません",
            f"--score {question.score}: reads facts that the population lacks",
        )
    return points


def _day(question: Question, programme: Programme, adoption: Adoption) -> datetime.date | None:
    if question.order != "arrival" or adoption.last_key is None:
        return None
    call = question.call or default_call(programme.fiscal_year)
    return call.day_of(adoption.last_key, DRAWN)
