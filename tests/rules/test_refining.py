"""Refined bounds: each class of answers looked at apart, and nothing a completion can be is left out."""

from __future__ import annotations

import random
from dataclasses import fields
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kofu.programme.model import Programme
from kofu.quoting.book import read_firm
from kofu.quoting.quote import Quote, quote_rule
from kofu.rules.bounds import Bounds, estimate
from kofu.rules.check import default_date
from kofu.rules.classes import choice_classes
from kofu.rules.compile import compile_rules
from kofu.rules.exact import evaluate
from kofu.rules.refining import refined
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
    Number,
    Rounded,
    Setting,
    Type,
    walk,
)
from kofu.rules.units import YEN

MONEY, RATIO = Type("number", YEN), Type("number")
COST = Fact(FactSpec("費用", MONEY, "円", Fraction(0), Fraction(1000)), "費用")
PLACE = Fact(FactSpec("県", Type("choice"), "", choices=tuple("甲乙丙丁")), "県")
SMALL = Named("小規模", Fact(FactSpec("小さい", TRUTH, ""), "小さい"))
OPEN_RATE = Setting("率", Fraction(0), Fraction(3, 4), (), RATIO, "3/4以内")
LISTED = Setting("並び", Fraction(1, 3), Fraction(1, 2), (Fraction(1, 3), Fraction(1, 2)), RATIO, "1/3、1/2")


def yen(value: int) -> Setting:
    return Setting(f"額{value}", Fraction(value), Fraction(value), (), MONEY, f"{value}円")


def ratio(value: str) -> Number:
    return Number(Fraction(value), RATIO)


def down(node: Node) -> Rounded:
    return Rounded("down", Fraction(1), node, MONEY)


def op(sign: Any, left: Node, right: Node) -> Arithmetic:
    return Arithmetic(sign, left, right, MONEY)


def rule(
    amount: Node, shares: dict[str, Node], outputs: dict[str, Node], eligible: Node | None = None
) -> Rule:
    rest: dict[str, Any] = {f.name: None for f in fields(Rule) if f.init}
    given = {"eligible": eligible or Logic("and", ()), "amount": amount, "shares": shares, "outputs": outputs}
    return Rule(**(rest | given))


def figures(asked: Rule, **facts: Any) -> dict[str, Any]:
    return refined(asked, facts, estimate(asked, facts))


def test_a_choice_that_sets_two_numbers_is_looked_at_class_by_class() -> None:
    # 甲 has a cap of 900 of which the rest pays 1/2, elsewhere the cap is 300 and the rest pays 2/3.
    here = Comparison("==", PLACE, Choice("甲"))
    amount = down(Extreme("min", (COST, Case(((here, yen(900)),), yen(300), MONEY)), MONEY))
    rest = op("*", Named("支援額", amount), Case(((here, ratio("1/2")),), ratio("2/3"), RATIO))
    asked = rule(amount, {"国": down(rest)}, {})
    assert figures(asked)["国"] == Bounds(Fraction(0), Fraction(450))  # 900 × 1/2, not 900 × 2/3 = 600
    assert figures(asked, 費用=600)["国"] == Bounds(Fraction(200), Fraction(300))  # 300 × 2/3 … 600 × 1/2


def test_what_is_left_of_the_amount_is_read_at_its_ends() -> None:
    # 費用 100, of which up to 3/4; the state pays 2/3 of that, so that up to 75 - 50 are left.
    amount = down(op("*", COST, OPEN_RATE))
    state = down(op("*", Named("支援額", amount), ratio("2/3")))
    asked = rule(amount, {"国": state, "県": op("-", amount, state)}, {})
    assert estimate(asked, {"費用": 100}).shares["県"] == Bounds(Fraction(0), Fraction(25))


def test_shares_rounded_apart_do_not_fall_below_nothing() -> None:
    # ⌊3/4⌋ - ⌊1/2⌋ goes up and down by a yen from cost to cost, but 3/4 - 1/2 = 1/4 of at most 1000.
    amount, state = down(op("*", COST, ratio("3/4"))), down(op("*", COST, ratio("1/2")))
    asked = rule(amount, {"国": state, "県": op("-", amount, state)}, {})
    assert estimate(asked, {}).shares["県"] == Bounds(Fraction(0), Fraction(250))


def test_a_cost_paid_in_full_up_to_a_limit_and_in_part_beyond_leaves_an_own_share() -> None:
    limit, cap, rate = yen(100), yen(400), ratio("1/2")
    beyond = op("*", Extreme("max", (op("-", COST, limit), yen(0)), MONEY), rate)
    amount = down(Extreme("min", (op("+", Extreme("min", (COST, limit), MONEY), beyond), cap), MONEY))
    asked = rule(amount, {}, {"自己負担額": down(op("-", COST, Named("支援額", amount)))})
    assert figures(asked)["自己負担額"] == Bounds(Fraction(0), Fraction(600))  # 1000 - 400


def test_a_parameter_that_offers_a_list_is_looked_at_value_by_value() -> None:
    # 1/3 of the cost leaves 2/3 of it × 1/3, 1/2 leaves 1/2 × 1/2: of 90 that is 20 or 22.5.
    left = op("*", op("*", COST, LISTED), op("-", ratio("1"), LISTED))
    asked = rule(down(op("*", COST, LISTED)), {}, {"残り": left})
    assert figures(asked, 費用=90)["残り"] == Bounds(Fraction(20), Fraction(45, 2))


def test_classes_are_those_that_no_condition_tells_apart() -> None:
    nodes = [Comparison("==", PLACE, Choice("甲")), Member(PLACE, ("乙", "丙"))]
    assert choice_classes("甲乙丙丁", nodes) == [["甲"], ["乙", "丙"], ["丁"]]
    other = Fact(FactSpec("他県", Type("choice"), "", choices=tuple("甲乙丙丁")), "他県")
    assert choice_classes("甲乙丙丁", [Comparison("==", PLACE, other)]) == [["甲"], ["乙"], ["丙"], ["丁"]]


# --- any rule


def grown(seed: int) -> tuple[Rule, random.Random]:
    pick = random.Random(seed)

    def truth() -> Node:
        return pick.choice(
            [
                SMALL,
                Comparison("==", PLACE, Choice(pick.choice("甲乙"))),
                Member(PLACE, ("甲", "丙")),
                Comparison("<=", COST, yen(pick.choice([100, 500]))),
            ]
        )

    def number(depth: int) -> Node:
        if not depth:
            return pick.choice([COST, yen(100), yen(500), op("*", COST, OPEN_RATE), op("*", COST, LISTED)])
        kind, left, right = pick.randrange(5), number(depth - 1), number(depth - 1)
        if kind < 2:
            return op(pick.choice("+-"), left, right)
        if kind == 2:
            return Extreme(pick.choice(["min", "max"]), (left, right), MONEY)
        return down(left) if kind == 3 else Case(((truth(), left),), right, MONEY)

    amount = down(number(2))
    state = down(pick.choice([number(2), op("*", Named("支援額", amount), ratio("2/3"))]))
    outputs = {"自己負担額": op("-", number(1), Named("支援額", amount)), "県": PLACE}
    return rule(amount, {"国": state, "県": op("-", amount, state)}, outputs, truth()), pick


@given(st.integers(0, 2**40))
@settings(max_examples=300)
def test_every_completion_lies_within_and_nothing_is_wider(seed: int) -> None:
    asked, pick = grown(seed)

    def completed() -> dict[str, Any]:
        return {
            "費用": pick.choice([0, 1, 99, 100, 101, 500, 501, 1000, pick.randint(0, 1000)]),
            "県": pick.choice("甲乙丙丁"),
            "小さい": pick.random() < 0.5,
            "率": Fraction(pick.randint(0, 6), 8),
            "並び": pick.choice(LISTED.options),
        }

    known = {name: value for name, value in completed().items() if pick.random() < 0.4}
    rough = estimate(asked, known)
    answers = refined(asked, known, rough)
    for name, answer in answers.items():
        if isinstance(answer, Bounds):
            loose: Any = {**rough.shares, **rough.outputs}[name]
            assert loose.low <= answer.low <= answer.high <= loose.high
    for _ in range(12):
        full = completed() | known
        if evaluate(asked.eligible, full):
            for name, node in {**asked.shares, **asked.outputs}.items():
                assert evaluate(node, full) in answers[name], (name, known, full)  # type: ignore[operator]


# --- the catalogue


def quote(programmes: list[Programme], identifier: str, benefit: str, **answers: str) -> Quote:
    programme = next(each for each in programmes if each.id == identifier)
    rules = compile_rules(programme, default_date(programme))
    return quote_rule(next(each for each in rules if each.key == benefit), read_firm(answers, rules))


def ends(found: Any) -> tuple[int, int]:
    return int(found.low), int(found.high)


def test_noto_leaves_the_prefecture_up_to_its_half(catalogue: list[Programme]) -> None:
    # At most 3/4 of 1000万円 is granted; the prefecture bears 1/3 of that (250万円) or, as class C, 1/2 (375万円).
    found = quote(catalogue, "meti-fy2024s-nariwai-noto", "施設等の復旧", 補助対象経費="1000万円").results
    assert ends(found["県"]) == (0, 3_750_000)
    assert ends(found["国"]) == (0, 5_000_000)  # 750万円 × 2/3
    assert ends(found["自己負担額"]) == (2_500_000, 10_000_000)


@pytest.mark.parametrize(
    ("lender", "low", "high"),
    [
        ("", 0, 30_000_000),  # as for one of the two lenders below
        ("公庫の中小企業事業", 0, 0),  # 1億円 lies within the first limit
        ("公庫の国民生活事業", 30_000_000, 30_000_000),  # lends 6千万円, of which 3千万円 at the lower rate
    ],
)
def test_a_loan_of_kumamoto_beyond_the_first_limit(
    catalogue: list[Programme], lender: str, low: int, high: int
) -> None:
    key = "直接被害の特別貸付"
    found = quote(catalogue, "meti-fy2016s2-shikinguri-kumamoto", key, 借入希望額="1億円", 借入先=lender)
    assert ends(found.results["当初の引下げの限度を超える借入額"]) == (low, high)


def test_nothing_of_the_catalogue_is_shown_below_nothing(catalogue: list[Programme]) -> None:
    signed = 0
    for programme in catalogue:
        rules = compile_rules(programme, default_date(programme))
        for each in rules:
            found = quote_rule(each, read_firm({}, rules))
            assert found.total.low >= 0
            for name, answer in found.results.items():
                if isinstance(answer, Bounds):
                    signed += 1
                    assert answer.low >= 0, (programme.id, each.key, name)
    assert signed > 100


def test_the_random_rules_read_a_fact_in_two_places() -> None:
    twice = [grown(seed)[0] for seed in range(50)]
    assert sum(any(node == COST for node in walk(each.amount)) for each in twice) > 25
