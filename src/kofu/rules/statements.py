"""What is to be proved of a rule: each statement a condition over the rule's own trees.

A statement is broken by a case in which `given` holds and `claim` does not. That a claim is a tree like any other is what
lets the interval reader prove it, the solver search it, and the exact reader check what the solver found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import Literal

from kofu.rules.costs import MONEY, caps_of, cost_of, costs_in, name_of, substituted
from kofu.rules.rule import Rule
from kofu.rules.tree import (
    Arithmetic,
    Comparison,
    Fact,
    Logic,
    Node,
    Not,
    Number,
)

_ZERO = Number(Fraction(0), MONEY)
LARGER = "′"
"""Marks the second of two cases that differ in one fact only."""

KINDS: dict[str, tuple[str, str]] = {
    "possible": ("対象になる者がいる", "someone is eligible"),
    "nonnegative": ("支援額は0円以上", "the amount is 0 or more"),
    "cost": ("支援額は費用以下", "the amount is at most the cost"),
    "cap": ("支援額は上限以下", "the amount is at most the cap"),
    "share": ("負担額は0円以上", "each share is 0 or more"),
    "sum": ("負担額の合計は支援額", "the shares add up to the amount"),
    "monotone": ("費用が増えても支援額は減らない", "more cost never gives less"),
    "figure": ("ほかの結果も0以上", "every other figure is 0 or more"),
    "overlap": ("支援どうしは重ならない", "benefits do not overlap"),
    "rows": ("表の行は重ならない", "rows of a table do not overlap"),
    "gap": ("表は全ての場合を尽くす", "a table leaves no gap"),
    "classes": ("法令の区分は漏れも重なりもない", "the classes of law cover and do not overlap"),
}
"""Kind of statement → what it says, in Japanese and English."""

LAW = "法令"
"""In the place of a programme: what the laws define for all of them."""


@dataclass(frozen=True)
class Statement:
    """For every case in which `given` holds (None: for every case), `claim` holds.

    Of the kind "possible" the opposite is sought: that some case does not keep to the claim.
    """

    kind: str
    programme: str
    subject: str
    """The benefit, the table or the class of law that it is about."""
    detail: str
    """Which of several of its kind: the cap, the payer, the rows."""
    claim: Node | None
    """None: nothing of this kind can be stated here."""
    given: Node | None = None
    rules: tuple[Rule, ...] = ()
    """What a counter-example is a case of."""


Say = Callable[..., Statement]
"""(kind, detail, claim, given: that one is eligible, unless another is named) → the statement about a rule."""


def of_rule(rule: Rule) -> Iterator[Statement]:
    """Every statement about one benefit; where a kind does not apply, one without a claim."""

    def say(kind: str, detail: str, claim: Node | None, given: Node | None = rule.eligible) -> Statement:
        return Statement(kind, rule.programme, rule.key, detail, claim, given, (rule,))

    yield say("possible", "", Not(rule.eligible), None)
    yield say("nonnegative", "", compare(">=", rule.amount, _ZERO))
    cost = cost_of(rule.amount)
    yield say("cost", name_of(cost), cost and compare("<=", rule.amount, cost))
    caps = list(caps_of(rule))
    for detail, path, cap in caps:
        yield say("cap", detail, compare("<=", rule.amount, cap), both(rule.eligible, *path))
    if not caps:
        yield say("cap", "", None)
    yield from _shares(rule, say)
    for fact in costs_in(cost):
        yield say("monotone", fact.name, *_monotone(rule, fact))
    if cost is None:
        yield say("monotone", "", None)
    yield from _figures(rule, say)


def _shares(rule: Rule, say: Say) -> Iterator[Statement]:
    total: Node | None = None
    for payer, share in rule.shares.items():
        yield say("share", payer, compare(">=", share, _ZERO))
        total = share if total is None else Arithmetic("+", total, share, MONEY)
    yield say("sum", "＋".join(rule.shares), total and compare("==", total, rule.amount))
    if total is None:
        yield say("share", "", None)


def _figures(rule: Rule, say: Say) -> Iterator[Statement]:
    """The further figures and the rates of repayment, where they are numbers."""
    figures = list(rule.outputs.items())
    if rule.repayment is not None:
        figures += [(f"返済利率{i}", rate) for i, (_, rate) in enumerate(rule.repayment.rates, 1)]
    figures = [(name, node) for name, node in figures if node.type.kind == "number"]
    for name, node in figures:
        yield say("figure", name, compare(">=", node, Number(Fraction(0), node.type)))
    if not figures:
        yield say("figure", "", None)


def _monotone(rule: Rule, fact: Fact) -> tuple[Node, Node]:
    """(the claim, what is given) about two cases that differ in `fact` only, the second not smaller."""
    larger = Fact(replace(fact.spec, name=fact.name + LARGER), fact.name + LARGER)
    amount = substituted(rule.amount, {fact.name: larger})
    eligible = substituted(rule.eligible, {fact.name: larger})
    given = both(rule.eligible, eligible, compare("<=", fact, larger))
    return compare("<=", rule.amount, amount), given


def of_pairs(rules: tuple[Rule, ...]) -> Iterator[Statement]:
    """Of two benefits of one component that cannot be combined, at most one applies."""
    for one, other in combinations(rules, 2):
        together = set(one.components) & set(other.components) or one.components == other.components
        if together and not one.combines and not other.combines:
            claim = Not(both(one.eligible, other.eligible))
            yield Statement(
                "overlap", one.programme, one.key, f"{one.key}／{other.key}", claim, None, (one, other)
            )


def of_table(programme: str, name: str, rows: list[Node], single: bool, closed: bool) -> Iterator[Statement]:
    """Of a decision table: no two rows apply where one may (`single`), some row does where it must (`closed`)."""
    pairs = combinations(enumerate(rows, 1), 2) if single else ()
    for (i, one), (j, other) in pairs:
        yield Statement("rows", programme, name, f"{i}行目／{j}行目", Not(both(one, other)))
    if closed:
        yield Statement("gap", programme, name, "", rows[0] if len(rows) == 1 else Logic("or", tuple(rows)))


def of_law(names: Mapping[str, Node], kinds: Node) -> Iterator[Statement]:
    """Of the classes of law: `names` gives the derived facts, `kinds` says that an applicant is a firm."""
    small, sme, large = (names[name] for name in ("小規模事業者である", "中小企業者である", "大企業である"))
    for detail, claim, given in (
        ("中小企業者と大企業で会社・個人事業主を尽くす", Logic("or", (sme, large)), kinds),
        ("中小企業者と大企業は重ならない", Not(both(sme, large)), None),
        ("小規模事業者は中小企業者である", sme, small),
    ):
        yield Statement("classes", LAW, "会社・個人事業主", detail, claim, given)


def both(*conditions: Node) -> Node:
    """All of them."""
    return conditions[0] if len(conditions) == 1 else Logic("and", conditions)


def compare(op: Literal["==", "<=", ">="], left: Node, right: Node) -> Comparison:
    """left op right."""
    return Comparison(op, left, right)
