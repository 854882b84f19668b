"""Adoption under a budget: who gets the money when all ask for more than there is.

Every order is a sort by a key: of arrival and of a lottery (a draw), of score (the points, turned round, above a
draw for ties). An engine counts the applicants by stretches of the key, buckets, and its counts add up over parts;
only in the bucket in which the money ends are they looked at one by one.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Any, Literal

from kofu.rules.columns.form import Form, Forms

Order = Literal["arrival", "score", "lottery", "proportional"]
Queue = Mapping[int, tuple[int, int]]
"""Bucket of the key → (applicants, yen that they ask for). A smaller bucket is served first."""
Applicant = tuple[int, int, int]
"""(key, number, yen); equal keys are served by number."""


@dataclass(frozen=True)
class Adoption:
    """What a budget does with those who ask. `adopted` and `unmet` count applicants, the rest is yen.

    `last_key`: the key of the first who was turned away, at which the call closed; None where nobody was.
    """

    order: Order
    budget: int | None
    demand: int
    adopted: int
    committed: int
    unmet: int
    unmet_yen: int
    last_key: int | None

    @property
    def left(self) -> int | None:
        """What nobody gets of the budget."""
        return None if self.budget is None else self.budget - self.committed

    @property
    def of_budget(self) -> Fraction | None:
        """The part of the demand that the budget can meet, at most 1. None without a budget."""
        if self.budget is None:
            return None
        return Fraction(self.budget, self.demand) if self.budget < self.demand else Fraction(1)

    def record(self, runs_out: datetime.date | None = None) -> dict[str, Any]:
        """As the record of a simulation has it. `runs_out`: the day of `last_key`, where arrivals have days."""
        return {
            "order": self.order,
            "budget": self.budget,
            "demand": self.demand,
            "adopted": self.adopted,
            "committed": self.committed,
            "unmet": self.unmet,
            "unmet_yen": self.unmet_yen,
            "left": self.left,
            "runs_out": runs_out and runs_out.isoformat(),
            "of_budget": None if self.of_budget is None else str(self.of_budget),
        }


def adopt(
    order: Order, queue: Queue, budget: int | None, inside: Callable[[int], Iterable[Applicant]]
) -> Adoption:
    """Serves whole applicants in order until the first who does not fit in full; then the call is closed.

    That is the rule of calls that end when the budget is reached (予算の上限に達し次第終了): nobody is cut down to what
    is left, and nobody further behind slips in because he asks for less. `inside`: the applicants of a bucket, in
    any order; called once at most. A budget of None (not stated) turns nobody away.

    Raises:
        ValueError: for a budget below 0, or when `inside` gives other applicants than the queue counted.
    """
    count, demand = sum(n for n, _ in queue.values()), sum(yen for _, yen in queue.values())
    if _enough(budget, demand):
        return _everyone(order, count, demand, budget)
    assert budget is not None
    adopted = committed = 0
    for bucket in sorted(queue):
        number, yen = queue[bucket]
        if committed + yen > budget:
            break
        adopted, committed = adopted + number, committed + yen
    people = _in_order(queue, bucket, inside)
    sums = list(accumulate((yen for _, yen in people), initial=committed))
    fit = bisect_right(sums, budget) - 1
    last_key, _ = people[fit]
    adopted, committed = adopted + fit, sums[fit]
    return Adoption(order, budget, demand, adopted, committed, count - adopted, demand - committed, last_key)


def proportional(count: int, demand: int, budget: int | None, floors: Callable[[int, int], int]) -> Adoption:
    """Everyone gets the same part of what he asked for, budget ÷ demand, rounded down for each.

    `floors(numerator, denominator)`: the sum over all applicants of ⌊yen × numerator ÷ denominator⌋, which only
    they can tell (`reduced` is the form to add up). It is called only where the budget is too small; less than a
    yen for each applicant is then left. Whoever is cut counts as adopted: what he lacks is in `unmet_yen`.

    Raises:
        ValueError: for a budget below 0, or sums that cannot be those of these applicants.
    """
    if _enough(budget, demand):
        return _everyone("proportional", count, demand, budget)
    assert budget is not None
    part = Fraction(budget, demand)
    committed = floors(part.numerator, part.denominator)
    if not budget - count < committed <= budget:
        raise ValueError(f"{count} parts rounded down cannot add up to {committed} of {budget} yen")
    return Adoption("proportional", budget, demand, count, committed, 0, demand - committed, None)


def reduced(forms: Forms, amount: Form, numerator: int, denominator: int) -> Form:
    """What one applicant gets in proportion, in yen: ⌊amount × numerator ÷ denominator⌋."""
    return forms.floor(forms.times(amount, numerator), denominator)


def _in_order(
    queue: Queue, bucket: int, inside: Callable[[int], Iterable[Applicant]]
) -> list[tuple[int, int]]:
    """(key, yen) of the applicants of a bucket, the first served first."""
    people = sorted(inside(bucket))
    if (len(people), sum(yen for *_, yen in people)) != queue[bucket]:
        raise ValueError(f"bucket {bucket}: the applicants fetched are not those that were counted")
    return [(key, yen) for key, _, yen in people]


def _enough(budget: int | None, demand: int) -> bool:
    if budget is not None and budget < 0:
        raise ValueError(f"a budget of {budget} yen")
    return budget is None or demand <= budget


def _everyone(order: Order, count: int, demand: int, budget: int | None) -> Adoption:
    return Adoption(order, budget, demand, count, demand, 0, 0, None)
