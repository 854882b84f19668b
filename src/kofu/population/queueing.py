"""Who gets the money when all ask for more than there is: the passes over the population that tell.

Applicants are counted in buckets of their key; the one in which the money ends is looked at more closely until it
is small enough to be fetched. So a population of any size needs a few passes and a few thousand counters.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kofu.errors import KofuError
from kofu.population.arrival import default_call
from kofu.population.asked import Asked
from kofu.population.budget import Adoption, Applicant, adopt, proportional, reduced
from kofu.population.dataset import DRAWN, NUMBER, Dataset
from kofu.population.frame import Frame
from kofu.population.question import Question
from kofu.population.tally import Counts, Tally
from kofu.programme.model import Programme
from kofu.programme.vocabulary import AmountKind
from kofu.rules.columns.form import Column, Form
from kofu.rules.columns.ranges import Ranges
from kofu.rules.parse import parse
from kofu.rules.scope import common_scope

Count = Callable[[list[Tally]], list[Counts]]
_STEP = 12
"""Each look is 2 to this power times as close; widths are powers of two, so that buckets lie in one another."""
_FETCHED = 20_000
"""So many applicants are looked at one by one."""
_TIES = 1 << 20


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


def money(frame: Frame, question: Question, asked: Asked, demand: int, count: int, work: Count) -> Money:
    """Adoption of the applicants of a programme, of whom `count` ask the state for `demand` yen."""
    budget, order = budget_of_rows(asked.programme, frame.dataset), question.order
    assert order is not None
    if order == "proportional":

        def floors(numerator: int, denominator: int) -> int:
            part = reduced(frame.forms, asked.state, numerator, denominator)
            return _total(work([Tally((frame.forms.integer(0),), (part,), asked.applies)]))

        return Money(proportional(count, demand, budget, floors), None)
    if budget is None or demand <= budget:
        return Money(adopt(order, {0: (count, demand)}, budget, _nobody), None)
    key = _key(frame, question, asked.programme)
    highest = Ranges().of(key)[1]
    queue = _Queue(frame, asked, key, work)
    width = 1 << max(0, highest.bit_length() - _STEP)
    buckets = queue.counted(width)
    while True:
        start = _crossed(buckets, budget)
        if buckets[start][0] <= _FETCHED or width == 1:
            break
        narrow = max(1, width >> _STEP)
        inner = queue.counted(narrow, (start, start + width - 1))
        del buckets[start]
        buckets |= inner
        width = narrow
    adoption = adopt(order, buckets, budget, lambda bucket: queue.inside(bucket, bucket + width - 1))
    return Money(adoption, _day(question, asked.programme, adoption))


class _Queue:
    """The applicants of a programme in the order of their key."""

    def __init__(self, frame: Frame, asked: Asked, key: Form, work: Count) -> None:
        self._frame, self._asked, self._key, self._work = frame, asked, key, work

    def counted(self, width: int, between: tuple[int, int] | None = None) -> dict[int, tuple[int, int]]:
        """First key of a bucket → (applicants, yen)."""
        bucket = self._frame.forms.floor(self._key, width)
        tally = Tally((bucket,), (self._asked.state,), self._where(between))
        [[counts]] = self._work([tally])
        return {code * width: (values[0], values[1]) for code, values in counts.items()}

    def inside(self, first: int, last: int) -> Iterable[Applicant]:
        """(key, number, yen) of those with keys from `first` to `last`."""
        column = self._frame.dataset.by_name.get(NUMBER)
        assert column is not None, "a population numbers its rows"
        number = self._frame.forms.keep(Column(NUMBER, "number", column.low, column.high))
        tally = Tally((number,), (self._key, self._asked.state), self._where((first, last)))
        [[counts]] = self._work([tally])
        return [(values[1], code, values[2]) for code, values in counts.items()]

    def _where(self, between: tuple[int, int] | None) -> Form:
        forms, conditions = self._frame.forms, [self._asked.applies]
        if between is not None:
            conditions.append(forms.compare(">=", self._key, forms.integer(between[0])))
            conditions.append(forms.compare("<=", self._key, forms.integer(between[1])))
        return forms.logic("and", conditions)


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


def _crossed(buckets: dict[int, tuple[int, int]], budget: int) -> int:
    """The bucket in which the money ends."""
    spent = 0
    for start in sorted(buckets):
        spent += buckets[start][1]
        if spent > budget:
            return start
    raise AssertionError("the demand exceeds the budget")


def _day(question: Question, programme: Programme, adoption: Adoption) -> datetime.date | None:
    if question.order != "arrival" or adoption.last_key is None:
        return None
    call = question.call or default_call(programme.fiscal_year)
    return call.day_of(adoption.last_key, DRAWN)


def _total(counts: list[Counts]) -> int:
    return sum(values[1] for values in counts[0][0].values())


def _nobody(bucket: int) -> Iterable[Applicant]:
    raise AssertionError(f"nobody is turned away from bucket {bucket}")
