"""Bounds: nothing a completion can be is left out, and what is known is used."""

from __future__ import annotations

import random
from dataclasses import fields
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.rules.bounds import Bounds, bounds, estimate
from kofu.rules.exact import evaluate
from kofu.rules.rule import Rule
from kofu.rules.tree import (
    TRUTH,
    Arithmetic,
    Case,
    Choice,
    Comparison,
    Extreme,
    Fact,
    FactSpec,
    Logic,
    Member,
    Named,
    Node,
    Not,
    Number,
    Rounded,
    Setting,
    Type,
    walk,
)
from kofu.rules.units import RATIO, YEN

NUMBER = Type("number", RATIO)
MONEY = Type("number", YEN)
KINDS = ("低圧", "高圧", "特別高圧")


def fact(name: str, low: int = 0, high: int = 100, step: int = 1) -> Fact:
    spec = FactSpec(name, NUMBER, "", Fraction(low), Fraction(high), Fraction(step))
    return Fact(spec, name)


def truth(name: str) -> Fact:
    return Fact(FactSpec(name, TRUTH, ""), name)


def choice(name: str) -> Fact:
    return Fact(FactSpec(name, Type("choice"), "", choices=KINDS), name)


def n(value: int | Fraction) -> Number:
    return Number(Fraction(value), NUMBER)


def setting(name: str, low: int | Fraction, high: int | Fraction) -> Setting:
    return Setting(name, Fraction(low), Fraction(high), (), NUMBER, "")


def op(sign: Any, left: Node, right: Node) -> Arithmetic:
    return Arithmetic(sign, left, right, NUMBER)


def least(*items: Node) -> Extreme:
    return Extreme("min", items, NUMBER)


def both(*items: Node) -> Logic:
    return Logic("and", items)


def either(*items: Node) -> Logic:
    return Logic("or", items)


def when(condition: Node, value: Node, otherwise: Node) -> Case:
    return Case(((condition, value),), otherwise, value.type)


def rule(eligible: Node, amount: Node, **more: Any) -> Rule:
    rest = {f.name: None for f in fields(Rule) if f.init and f.name not in more}
    return Rule(**(rest | {"shares": {}, "outputs": {}} | more | {"eligible": eligible, "amount": amount}))


COST = fact("費用", 0, 10**13)


# --- what a user relies on, by hand


def test_known_facts_give_points() -> None:
    node = least(op("*", COST, n(Fraction(2, 3))), n(500))
    assert bounds(node, {"費用": 90}) == Bounds(Fraction(60), Fraction(60))


def test_a_cap_bounds_a_missing_cost() -> None:
    node = Rounded("down", Fraction(1), least(op("*", COST, n(Fraction(2, 3))), n(500)), NUMBER)
    assert bounds(node, {}) == Bounds(Fraction(0), Fraction(500))


def test_an_open_rate_is_an_interval_until_it_is_answered() -> None:
    node = op("*", COST, setting("補助率", 0, Fraction(3, 4)))
    assert bounds(node, {"費用": 1000}) == Bounds(Fraction(0), Fraction(750))
    assert bounds(node, {"費用": 1000, "補助率": Fraction(1, 2)}) == Bounds(Fraction(500), Fraction(500))


def test_both_caps_are_possible_while_the_condition_is_open() -> None:
    node = least(COST, when(truth("賃上げ"), n(1000), n(500)))
    assert bounds(node, {"費用": 700}) == Bounds(Fraction(500), Fraction(700))
    assert bounds(node, {"費用": 700, "賃上げ": True}) == Bounds(Fraction(700), Fraction(700))


def test_a_branch_sees_its_condition() -> None:
    # 費用 if 費用 < 100 else 費用 / 10: below 100 inside, 100 or more outside
    node = when(Comparison("<", COST, n(100)), COST, op("/", COST, n(10)))
    assert bounds(node, {}) == Bounds(Fraction(0), Fraction(10**12))
    inside = when(Comparison("<", COST, n(100)), COST, n(7))
    assert bounds(inside, {}) == Bounds(Fraction(0), Fraction(99))
    outside = when(Comparison("<", COST, n(100)), n(150), COST)
    assert bounds(outside, {}) == Bounds(Fraction(100), Fraction(10**13))


X = fact("x", 0, 100)
HALF = op("*", X, n(Fraction(1, 2)))
TENS = [
    Rounded(direction, Fraction(10), item, NUMBER)
    for direction in ("down", "up", "half_up")
    for item in (X, HALF)
]
SHARES = [
    least(HALF, n(20)),
    op("*", X, n(3)),
    op("*", X, n(Fraction(-2, 3))),
    Case(((truth("t"), X),), n(3), NUMBER),
]


def every_value(node: Node) -> list[Any]:
    return [evaluate(node, {"x": x, "t": t}) for x in range(101) for t in (True, False)]


@pytest.mark.parametrize("part", TENS + SHARES)
@pytest.mark.parametrize("left", [X, HALF, least(X, n(60))])
def test_a_difference_in_one_fact_holds_each_of_its_values(left: Node, part: Node) -> None:
    for node in (op("-", left, part), op("-", part, left)):
        answer, values = bounds(node, {}), every_value(node)
        assert isinstance(answer, Bounds)
        assert answer.low <= min(values)
        assert max(values) <= answer.high


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "=="])
@pytest.mark.parametrize(
    "left", [*TENS, *SHARES[:3], op("-", n(50), X), op("/", X, n(3)), op("+", X, n(Fraction(1, 2)))]
)
def test_a_branch_holds_each_fact_that_reaches_it(left: Node, sign: Any) -> None:
    for limit in (n(20), n(Fraction(25, 2))):
        node = when(Comparison(sign, left, limit), X, n(50))
        answer, values = bounds(node, {}), every_value(node)
        assert isinstance(answer, Bounds)
        assert answer.low <= min(values)
        assert max(values) <= answer.high


@pytest.mark.parametrize(
    ("condition", "low", "high"),
    [
        (Comparison("<", X, n(5)), 0, 4),
        (Comparison("<=", X, n(5)), 0, 5),
        (Comparison(">", X, n(5)), 6, 100),
        (Comparison(">=", X, n(Fraction(11, 2))), 6, 100),
        (Comparison(">", n(5), X), 0, 4),
        (Not(Comparison("<", X, n(5))), 5, 100),
        (Not(Comparison("<=", X, n(5))), 6, 100),
        (Comparison("==", X, n(5)), 5, 5),
        (Comparison(">=", op("*", X, n(3)), n(100)), 34, 100),
        (Comparison("<=", op("+", X, n(Fraction(1, 2))), n(5)), 0, 4),
        (both(Comparison(">", X, n(5)), Comparison("<", X, n(9))), 6, 8),
        (either(Comparison("==", X, n(7)), Comparison("==", X, n(9))), 7, 9),
    ],
)
def test_a_condition_leaves_whole_units(condition: Node, low: int, high: int) -> None:
    assert bounds(when(condition, X, n(low)), {}) == Bounds(Fraction(low), Fraction(high))
    assert bounds(when(condition, X, n(high)), {}) == Bounds(Fraction(low), Fraction(high))


def test_a_condition_on_a_sum_or_a_product_narrows_too() -> None:
    half = op("*", COST, n(Fraction(1, 2)))
    node = when(Comparison(">=", half, n(50)), COST, n(200))
    assert bounds(node, {}) == Bounds(Fraction(100), Fraction(10**13))


def test_the_own_share_knows_that_the_cost_is_one() -> None:
    support = Named("支援額", rounded(least(op("*", COST, n(Fraction(2, 3))), n(500))))
    own = op("-", COST, support)
    assert bounds(own, {}) == Bounds(Fraction(0), Fraction(10**13 - 500))
    # of 101 the support is 67 (67.33 rounded down), which leaves 34
    above = when(Comparison(">", COST, n(100)), own, n(10**6))
    assert bounds(above, {}) == Bounds(Fraction(101 - 67), Fraction(10**13 - 500))
    assert bounds(own, {"支援額": 400, "費用": 900}) == Bounds(Fraction(500), Fraction(500))


def rounded(node: Node) -> Rounded:
    return Rounded("down", Fraction(1), node, NUMBER)


def test_choices_are_narrowed_by_their_conditions() -> None:
    kind = choice("契約")
    low, high = Comparison("==", kind, Choice("低圧")), Comparison("==", kind, Choice("高圧"))
    node = when(low, when(Member(kind, ("高圧", "特別高圧")), n(9), n(1)), when(high, n(2), kind_three(kind)))
    assert bounds(node, {}) == Bounds(Fraction(1), Fraction(3))


def kind_three(kind: Node) -> Node:
    return when(Comparison("!=", kind, Choice("特別高圧")), n(99), n(3))


def test_the_choice_itself_is_the_set_of_those_left() -> None:
    assert bounds(choice("契約"), {}) == frozenset(KINDS)
    assert bounds(choice("契約"), {"契約": "低圧"}) == frozenset(("低圧",))


def test_conditions_that_contradict_each_other_are_no() -> None:
    assert bounds(both(Comparison("<=", COST, n(5)), Comparison(">", COST, n(5))), {}) is False
    assert bounds(either(truth("t"), Not(truth("t"))), {}) is True
    assert bounds(both(truth("t"), truth("u")), {"t": True}) is None
    assert bounds(both(truth("t"), truth("u")), {"u": False}) is False


def test_a_stated_derived_fact_needs_no_facts() -> None:
    small = Named("小規模事業者である", Comparison("<=", fact("従業員数"), n(5)))
    assert bounds(small, {}) is None
    assert bounds(small, {"小規模事業者である": True}) is True
    rate = Named("率", op("*", fact("従業員数"), n(2)))
    assert bounds(rate, {"率": 0}) == Bounds(Fraction(0), Fraction(0))


def test_dividing_by_what_may_be_zero_is_refused_in_words() -> None:
    with pytest.raises(KofuError, match="率"):
        bounds(op("/", COST, setting("率", 0, 1)), {})


def test_the_amount_is_that_of_one_who_is_eligible() -> None:
    large = Comparison(">=", COST, n(10**9))
    answer = estimate(rule(large, op("*", COST, n(Fraction(1, 3)))), {})
    assert answer.eligible is None
    assert answer.amount == Bounds(Fraction(10**9, 3), Fraction(10**13, 3))
    assert answer.total == Bounds(Fraction(0), Fraction(10**13, 3))


def test_who_is_not_eligible_gets_nothing() -> None:
    r = rule(truth("t"), n(100), shares={"国": n(100)})
    answer = estimate(r, {"t": False})
    assert (answer.eligible, answer.amount, answer.total) == (False, None, Bounds(Fraction(0), Fraction(0)))
    assert answer.shares == {}
    sure = estimate(r, {"t": True})
    assert (sure.eligible, sure.amount, sure.total) == (
        True,
        sure.total,
        Bounds(Fraction(100), Fraction(100)),
    )
    assert sure.shares == {"国": sure.total}


# --- any tree, any facts

NUMBERS = [fact("x", -3, 12), fact("y", 0, 30, 3), setting("s", 0, Fraction(3, 4)), setting("r", 1, 2)]
TRUTHS = [truth("t"), truth("u")]
CHOICES = [choice("c"), choice("d")]
CONSTANTS = [n(v) for v in (-2, 0, 1, 3, 5, 9, Fraction(1, 2))]


class Grow:
    """A random tree of every kind of node, from one seed: far faster than a strategy for each node."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)

    def number(self, depth: int) -> Node:
        kind = self.pick.randrange(8) if depth else 0
        if kind <= 1:
            return self.pick.choice(NUMBERS + CONSTANTS)
        below = [self.number(depth - 1) for _ in range(self.pick.randint(2, 3))]
        if kind == 2:
            return op("-", *self.pick.sample([below[0], self.part_of(below[0], below[1])], 2))
        if kind == 3:
            return op(self.pick.choice("+-*"), below[0], below[1])
        if kind == 4:
            return op("/", below[0], self.pick.choice([n(2), n(-3), setting("r", 1, 2)]))
        if kind == 5:
            return Extreme(self.pick.choice(["min", "max"]), tuple(below), NUMBER)
        if kind == 6:
            direction, step = (
                self.pick.choice(["down", "up", "half_up"]),
                self.pick.choice([1, 3, Fraction(1, 2)]),
            )
            return self.named(Rounded(direction, Fraction(step), below[0], NUMBER))
        conditions = [self.truth(depth - 1) for _ in below[1:]]
        return Case(tuple(zip(conditions, below, strict=False)), below[-1], NUMBER)

    def part_of(self, whole: Node, cap: Node) -> Node:
        share = op("*", whole, self.pick.choice([n(Fraction(2, 3)), n(Fraction(-1, 2)), *NUMBERS[2:]]))
        node = self.pick.choice(
            [share, least(share, cap), least(share, n(4)), when(self.truth(0), share, whole)]
        )
        direction, step = (
            self.pick.choice(["down", "up", "half_up"]),
            self.pick.choice([1, 3, Fraction(1, 2)]),
        )
        return self.named(self.pick.choice([node, Rounded(direction, Fraction(step), node, NUMBER)]))

    def truth(self, depth: int) -> Node:
        kind = self.pick.randrange(8) if depth else self.pick.choice([0, 6, 7])
        if kind == 0:
            return self.pick.choice(TRUTHS)
        if kind <= 2:
            sign = self.pick.choice(["==", "!=", "<", "<=", ">", ">="])
            return Comparison(sign, self.number(depth - 1), self.number(depth - 1))
        if kind == 3:
            items = tuple(self.truth(depth - 1) for _ in range(self.pick.randint(2, 4)))
            return self.named(Logic(self.pick.choice(["and", "or"]), items))
        if kind == 4:
            return Not(self.truth(depth - 1))
        if kind == 5:
            return when(self.truth(depth - 1), self.truth(depth - 1), self.truth(depth - 1))
        if kind == 6:
            return Member(self.choice(depth), tuple(self.pick.sample(KINDS, self.pick.randint(1, 2))))
        sign = self.pick.choice(["==", "!="])
        if depth and self.pick.random() < 0.3:
            return Comparison(sign, self.truth(depth - 1), self.truth(depth - 1))
        return Comparison(sign, self.choice(depth), self.choice(depth))

    def choice(self, depth: int) -> Node:
        if depth and self.pick.random() < 0.2:
            return when(self.truth(depth - 1), self.choice(0), self.choice(0))
        return self.pick.choice([*CHOICES, Choice(self.pick.choice(KINDS))])

    def named(self, node: Node) -> Node:
        return Named(f"n{self.pick.random()}", node) if self.pick.random() < 0.5 else node

    def case(self) -> dict[str, Any]:
        """A value for every fact and open parameter."""
        pick = self.pick
        share = Fraction(pick.randint(0, 12), 12)
        return {
            "x": pick.choice([-3, 12, 0, 5, pick.randint(-3, 12)]),
            "y": pick.choice([0, 30, 3 * pick.randint(0, 10)]),
            "s": share * Fraction(3, 4),
            "r": 1 + share,
            "t": pick.random() < 0.5,
            "u": pick.random() < 0.5,
            "c": pick.choice(KINDS),
            "d": pick.choice(KINDS),
        }

    def part(self, case: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in case.items() if self.pick.random() < 0.4}


def holds(answer: Any, value: Any) -> bool:
    """Whether the exact value is among what the bounds allow."""
    if isinstance(answer, Bounds | frozenset):
        return value in answer
    return answer is None or answer is value


def within(narrow: Any, wide: Any) -> bool:
    if isinstance(wide, Bounds):
        return wide.low <= narrow.low and narrow.high <= wide.high
    return narrow <= wide if isinstance(wide, frozenset) else wide is None or narrow is wide


ANY = st.integers(0, 2**40)


@given(ANY, st.sampled_from(["number", "truth", "choice"]), st.integers(1, 4))
@settings(max_examples=400)
def test_every_completion_lies_within(seed: int, kind: str, depth: int) -> None:
    grow = Grow(seed)
    node = getattr(grow, kind)(depth)
    known = grow.part(grow.case())
    answer = bounds(node, known)
    for _ in range(12):
        full = grow.case() | known
        assert holds(answer, evaluate(node, full)), (node, known, full)


@given(ANY, st.sampled_from(["number", "truth", "choice"]), st.integers(1, 4))
@settings(max_examples=200)
def test_with_everything_known_bounds_are_exact(seed: int, kind: str, depth: int) -> None:
    grow = Grow(seed)
    node, full = getattr(grow, kind)(depth), grow.case()
    value, answer = evaluate(node, full), bounds(node, full)
    if isinstance(answer, Bounds):
        assert answer.low == answer.high == value
    else:
        assert answer == (frozenset((value,)) if kind == "choice" else value)


@given(ANY, st.sampled_from(["number", "truth", "choice"]), st.integers(1, 4))
@settings(max_examples=400)
def test_an_answer_never_widens(seed: int, kind: str, depth: int) -> None:
    grow = Grow(seed)
    node, full = getattr(grow, kind)(depth), grow.case()
    known = grow.part(full)
    more = known | grow.part(full)
    assert within(bounds(node, more), bounds(node, known)), (node, known, more)


@given(ANY)
@settings(max_examples=200)
def test_an_estimate_holds_every_quote(seed: int) -> None:
    grow = Grow(seed)
    r = rule(grow.truth(3), grow.number(3), shares={"国": grow.number(2)}, outputs={"率": grow.number(2)})
    known = grow.part(grow.case())
    answer = estimate(r, known)
    for _ in range(12):
        full = grow.case() | known
        eligible = evaluate(r.eligible, full)
        assert holds(answer.eligible, eligible)
        assert holds(answer.total, evaluate(r.total, full))
        if eligible:
            assert holds(answer.amount, evaluate(r.amount, full))
            assert holds(answer.shares["国"], evaluate(r.shares["国"], full))
            assert holds(answer.outputs["率"], evaluate(r.outputs["率"], full))


def test_the_random_trees_have_every_kind_of_node() -> None:
    seen = {type(node) for seed in range(200) for node in walk(Grow(seed).number(4), Grow(seed).truth(4))}
    assert seen == set(Node.__args__)  # type: ignore[attr-defined]
