"""Ranking: the questions asked are those that matter, the most telling first."""

from __future__ import annotations

import random
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kofu.rules.bounds import Bounds, estimate
from kofu.rules.exact import evaluate
from kofu.rules.ranking import open_names, openness, rank, rank_all
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
    Named,
    Node,
    Not,
    Number,
    Rounded,
    Setting,
    Type,
)
from kofu.rules.units import YEN

MONEY = Type("number", YEN)
COST = Fact(FactSpec("費用", MONEY, "円", Fraction(0), Fraction(10**13)), "費用")
STAFF = Fact(FactSpec("従業員数", MONEY, "人", Fraction(0), Fraction(10**6)), "従業員数")
KIND = Fact(FactSpec("種別", Type("choice"), "", choices=("会社", "組合", "個人", "大学")), "種別")
RAISES, SHOP, CHECKED = (Fact(FactSpec(name, TRUTH, ""), name) for name in ("賃上げ", "商店街", "確認"))
RATE = Setting("補助率", Fraction(0), Fraction(3, 4), (), MONEY, "3/4以内")


def yen(value: int) -> Number:
    return Number(Fraction(value), MONEY)


def rule(eligible: Node, amount: Node) -> Rule:
    rest: dict[str, Any] = {f.name: None for f in fields(Rule) if f.init}
    return Rule(**(rest | {"shares": {}, "outputs": {}, "eligible": eligible, "amount": amount}))


def is_a(kind: str) -> Comparison:
    return Comparison("==", KIND, Choice(kind))


def least(*items: Node) -> Extreme:
    return Extreme("min", items, MONEY)


CAP = Case(((RAISES, yen(1000)),), yen(500), MONEY)
USUAL = rule(Logic("and", (SHOP, is_a("会社"))), least(Arithmetic("*", COST, RATE, MONEY), CAP))


def names(rules: Rule, facts: dict[str, Any], **more: Any) -> list[str]:
    return [question.name for question in rank(rules, facts, **more)]


def test_nothing_is_asked_once_the_answer_is_known() -> None:
    assert rank(USUAL, {"商店街": False}) == []
    known = {"商店街": True, "種別": "会社", "費用": 300, "補助率": Fraction(1, 2), "賃上げ": False}
    assert rank(USUAL, known) == []


def test_what_can_no_longer_matter_is_not_asked() -> None:
    # A cost of 100 stays below either cap: whether wages are raised does not matter any more.
    assert "賃上げ" in names(USUAL, {})
    assert "賃上げ" not in names(USUAL, {"費用": 100})
    assert "費用" not in names(USUAL, {"補助率": 0})
    branch = rule(SHOP, Case(((RAISES, COST),), STAFF, MONEY))
    assert set(names(branch, {"賃上げ": True, "商店街": True})) == {"費用"}


def test_eligibility_comes_before_the_last_yen() -> None:
    assert set(names(USUAL, {})[:2]) == {"商店街", "種別"}


def test_more_yen_come_first() -> None:
    sums = rule(Logic("and", ()), Arithmetic("+", COST, Case(((RAISES, yen(2)),), yen(1), MONEY), MONEY))
    assert names(sums, {}) == ["費用", "賃上げ"]


def test_a_number_is_tried_at_what_it_is_compared_with() -> None:
    # Any number but 7 decides: were 7 not tried, asking for the number would seem to settle everything.
    seven = rule(Logic("or", (Comparison("!=", STAFF, yen(7)), SHOP)), yen(10))
    gains = {question.name: question.gain for question in rank(seven, {})}
    assert 0 < gains["従業員数"] < openness(None, (0, 10), 1)


def test_a_choice_counts_by_how_many_choices_it_decides() -> None:
    # One of four kinds is eligible for a sum that is known then: any answer decides everything.
    kind = rule(is_a("会社"), yen(1000))
    [question] = rank(kind, {})
    assert question.gain == openness(None, (0, 1000), 1)


def test_what_tells_nothing_alone_is_asked_last() -> None:
    # It depends on both whether the two are the same; neither says anything by itself.
    same = rule(Comparison("==", RAISES, CHECKED), COST)
    assert names(same, {}) == ["費用", "賃上げ", "確認"]
    assert [question.gain for question in rank(same, {"費用": 5})] == [0, 0]


def test_what_the_firm_knows_is_asked_first() -> None:
    two = rule(Logic("and", (CHECKED, SHOP)), yen(1000))
    assert names(two, {}, known_by={"確認": "自社", "商店街": "事務局"}) == ["確認", "商店街"]
    assert names(two, {}, known_by={"確認": "事務局", "商店街": "自社"}) == ["商店街", "確認"]


def of_programmes(*rules: Rule) -> list[Rule]:
    """Each rule as that of a programme of its own."""
    return [replace(each, programme=str(number)) for number, each in enumerate(rules)]


STAFF_FEW = Comparison("<=", STAFF, yen(5))


def test_for_many_rules_the_fact_that_most_of_them_need_comes_first() -> None:
    rules = [rule(Logic("and", (is_a("会社"), SHOP)), yen(1000 + i)) for i in range(30)]
    rules = of_programmes(*rules, rule(CHECKED, yen(1000)), rule(STAFF_FEW, yen(1)))
    assert {q.name for q in rank_all(rules, {}, limit=2)} == {"種別", "商店街"}
    assert {q.name for q in rank_all(rules, {"種別": "会社", "商店街": True})} == {"確認", "従業員数"}
    assert rank_all(rules, {"種別": "大学", "確認": True, "従業員数": 1}) == []


def test_what_only_tells_together_with_another_counts_in_every_programme_that_waits_for_it() -> None:
    # 30 programmes for small shops: neither answer decides alone. One programme asks 確認 alone.
    small = [rule(Logic("or", (Logic("and", (STAFF_FEW, SHOP)), RAISES)), yen(10)) for _ in range(30)]
    order = [q.name for q in rank_all(of_programmes(rule(CHECKED, yen(10**6)), *small), {})]
    assert order[-1] == "確認"
    assert set(order) == {"従業員数", "商店街", "賃上げ", "確認"}


def test_a_programme_with_many_rules_counts_once() -> None:
    one = [replace(rule(CHECKED, yen(1000 + i)), programme="1") for i in range(9)]
    two = [replace(rule(SHOP, yen(1000)), programme=name) for name in "23"]
    assert [q.name for q in rank_all([*one, *two], {})] == ["商店街", "確認"]


def test_who_one_is_comes_before_what_it_costs_and_that_before_what_one_programme_asks() -> None:
    rules = of_programmes(*[rule(is_a("会社"), COST) for _ in range(20)], rule(SHOP, yen(1)))
    assert [q.name for q in rank_all(rules, {})] == ["種別", "費用", "商店街"]
    assert [q.name for q in rank_all(rules, {}, limit=None)] == [q.name for q in rank_all(rules, {})]


# --- any rule


def grown(seed: int) -> Rule:
    pick = random.Random(seed)

    def number(depth: int) -> Node:
        if not depth or pick.random() < 0.25:
            return pick.choice([COST, STAFF, RATE, yen(pick.choice([0, 1, 5, 500, 10**6]))])
        kind, left, right = pick.randrange(5), number(depth - 1), number(depth - 1)
        if kind == 0:
            return Arithmetic(pick.choice("+-*"), left, right, MONEY)
        if kind == 1:
            return Extreme(pick.choice(["min", "max"]), (left, right), MONEY)
        if kind == 2:
            return Rounded("down", Fraction(pick.choice([1, 1000])), left, MONEY)
        return Case(((truth(depth - 1), left),), right, MONEY)

    def truth(depth: int) -> Node:
        if not depth or pick.random() < 0.25:
            return pick.choice([RAISES, SHOP, CHECKED, is_a("会社"), is_a("大学")])
        kind = pick.randrange(4)
        if kind == 0:
            return Not(truth(depth - 1))
        if kind == 1:
            return Comparison(pick.choice(["<", ">=", "=="]), number(depth - 1), number(depth - 1))
        node = Logic(pick.choice(["and", "or"]), (truth(depth - 1), truth(depth - 1)))
        return Named(f"定義{pick.random()}", node) if kind == 2 else node

    return rule(truth(3), number(3))


def completed(pick: random.Random) -> dict[str, Any]:
    return {
        "費用": pick.choice([0, 1, 499, 10**6, 10**13, pick.randint(0, 2000)]),
        "従業員数": pick.choice([0, 5, 6, 10**6]),
        "種別": pick.choice(KIND.spec.choices),
        "賃上げ": pick.random() < 0.5,
        "商店街": pick.random() < 0.5,
        "確認": pick.random() < 0.5,
        "補助率": Fraction(pick.randint(0, 12), 16),
    }


@given(st.integers(0, 2**40))
@settings(max_examples=200)
def test_asking_until_nothing_is_left_gives_the_exact_answer(seed: int) -> None:
    asked, full, facts = grown(seed), completed(random.Random(seed)), dict[str, Any]()
    while questions := rank(asked, facts):
        assert all(question.gain >= 0 for question in questions)
        facts[questions[0].name] = full[questions[0].name]
    answer = estimate(asked, facts)
    exact = Fraction(evaluate(asked.total, full))  # type: ignore[arg-type]
    assert answer.total == Bounds(exact, exact)
    assert answer.eligible is evaluate(asked.eligible, full)


@given(st.integers(0, 2**40))
@settings(max_examples=200)
def test_what_is_not_asked_changes_nothing(seed: int) -> None:
    pick = random.Random(seed)
    asked, full = grown(seed), completed(pick)
    known = {name: value for name, value in full.items() if pick.random() < 0.5}
    mattering = {name: full[name] for name in open_names(asked, known)}
    for _ in range(8):
        other = completed(pick) | known | mattering
        assert evaluate(asked.total, other) == evaluate(asked.total, full)
