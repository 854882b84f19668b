"""The best combination on made-up projects: 12 cost items, 20 programmes; beside plain integer HiGHS."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bench.clock import Row
from kofu.quoting.combination.problem import Item, Offer, Problem
from kofu.quoting.combination.solve import solve

ITEMS, OFFERS, PAIRS, SEED = 12, 20, 8, 20261121
PROJECTS, COMPARED = 60, 20  # the reference takes seconds: it gets the first projects only
RATES = [Fraction(1, 3), Fraction(1, 2), Fraction(2, 3), Fraction(3, 4), Fraction(1)]


def made_up(chance: random.Random) -> Problem:
    """One project: costs up to 50 million yen, half of the projects in whole thousands."""
    unit = chance.choice([1, 1000])
    items = tuple(Item(f"item {n}", chance.randrange(100, 50_000_000 // unit) * unit) for n in range(ITEMS))
    offers = []
    for n in range(OFFERS):
        rate = chance.choice(RATES)
        fixed = rate == 1
        cap = chance.randrange(5, 50 if fixed else 300) * 100_000 if fixed or chance.random() < 0.8 else None
        minimum = chance.randrange(1, 40) * 1_000_000 if chance.random() < 1 / 3 else None
        paid = frozenset(item.name for item in chance.sample(items, chance.randint(2, 6)))
        offers.append(Offer(f"programme {n}", rate, paid, cap, minimum))
    exclusive = {frozenset(offer.name for offer in chance.sample(offers, 2)) for _ in range(PAIRS)}
    return Problem(items, tuple(offers), frozenset(exclusive))


@dataclass(frozen=True, slots=True)
class Integer:
    """What plain integer HiGHS answers: its total in yen, and whether it keeps every rule to the yen."""

    total: int
    keeps_rules: bool


def by_integers(problem: Problem) -> Integer:
    """The textbook formulation: whole yen per payment and grant, a 0/1 choice per programme, big-M links."""
    import highspy

    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.99)
    solver.setOptionValue("time_limit", 3.0)
    whole = highspy.HighsVarType.kInteger
    used = {o.name: solver.addVariable(0, 1, type=whole) for o in problem.offers}
    costs = {item.name: item.yen for item in problem.items}
    paid = {
        (o.name, i): solver.addVariable(0, costs[i], type=whole)
        for o in problem.offers
        for i in sorted(o.items)
    }
    grants = {o.name: solver.addVariable(0, sum(costs.values()), type=whole) for o in problem.offers}
    for item, yen in costs.items():
        payers = [x for (_, i), x in paid.items() if i == item]
        if payers:
            solver.addConstr(sum(payers) <= yen)
    for o in problem.offers:
        total: Any = sum(paid[o.name, i] for i in sorted(o.items))
        most = sum(costs[i] for i in o.items)
        solver.addConstr(o.rate.denominator * grants[o.name] - o.rate.numerator * total <= 0)
        solver.addConstr(grants[o.name] - (most if o.cap is None else o.cap) * used[o.name] <= 0)
        solver.addConstr(total - most * used[o.name] <= 0)
        if o.minimum is not None:
            solver.addConstr(total - o.minimum * used[o.name] >= 0)
    for pair in problem.exclusive:
        solver.addConstr(sum(used[name] for name in pair) <= 1)
    solver.maximize(sum(grants.values()))
    value = solver.getSolution().col_value
    spent = {key: round(value[x.index]) for key, x in paid.items()}
    return _checked(problem, spent, {name: round(value[x.index]) for name, x in grants.items()})


def _checked(problem: Problem, spent: dict[tuple[str, str], int], grants: dict[str, int]) -> Integer:
    """Its rounded answer held to the problem's rules."""
    by_offer = {
        o.name: sum(yen for (name, _), yen in spent.items() if name == o.name) for o in problem.offers
    }
    by_item = {i.name: sum(yen for (_, name), yen in spent.items() if name == i.name) for i in problem.items}
    used = {name for name, grant in grants.items() if grant}
    keeps = (
        all(grants[o.name] <= o.grant(by_offer[o.name]) for o in problem.offers)
        and all(by_item[i.name] <= i.yen for i in problem.items)
        and not any(pair <= used for pair in problem.exclusive)
    )
    return Integer(sum(grants.values()), keeps)


def measure() -> Iterator[Row]:
    """Median and p95 over the projects, ours and the reference in turn; what was certified in the label."""
    chance = random.Random(SEED)
    problems = [made_up(chance) for _ in range(PROJECTS)]
    solve(problems[0])
    by_integers(problems[0])
    ours, theirs = list[float](), list[float]()
    closed = within = more = fewer = broken = 0
    for n, problem in enumerate(problems):
        answer = _timed(solve, problem, ours)
        closed += answer.gap_yen == 0
        within += answer.gap_yen <= 1
        if n < COMPARED:
            reference = _timed(by_integers, problem, theirs)
            broken += not reference.keeps_rules
            more += reference.keeps_rules and reference.total > answer.total
            fewer += reference.keeps_rules and reference.total < answer.total
    size = f"combine {ITEMS} x {OFFERS}"
    yield Row(f"{size}: median", statistics.median(ours), "integer HiGHS", statistics.median(theirs), "< 30")
    yield Row(f"{size}: p95", _p95(ours), "integer HiGHS", _p95(theirs), "< 300")
    print(
        f"  of {PROJECTS}, each with its runner-up: gap 0 yen {closed}, at most 1 yen {within}; integer HiGHS"
        f" (3 s) on {COMPARED}: breaks a rule {broken}, fewer yen than ours {fewer}, more {more}"
    )


def _timed(work: Callable[[Problem], Any], problem: Problem, kept: list[float]) -> Any:
    start = time.perf_counter()
    answer = work(problem)
    kept.append((time.perf_counter() - start) * 1000)
    return answer


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]
