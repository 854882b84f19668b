"""Proof over the catalogue: its terms say what the exact reader says, its programmes keep to what they must."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from kofu.programme.model import Programme
from kofu.rules.case import read_case
from kofu.rules.check import default_date
from kofu.rules.compile import compile_rules
from kofu.rules.exact import evaluate
from kofu.rules.parse import parse
from kofu.rules.proof import Prover, breaks, prove_all, reached, statements
from kofu.rules.proof_case import counter_example
from kofu.rules.statements import Statement, of_rule
from kofu.rules.tree import (
    Arithmetic,
    Comparison,
    Fact,
    FactSpec,
    Logic,
    Node,
    Not,
    Number,
    Rounded,
    Setting,
    Type,
    Value,
    walk,
)
from kofu.rules.witness import candidates
from kofu.text.measure import parse_measure

pytest.importorskip("z3", reason="pip install 'kofu[proof]'")

RATIO = Type("number")


@pytest.mark.parametrize("direction", ["down", "up", "half_up"])
@pytest.mark.parametrize("step", [Fraction(1), Fraction(10), Fraction(1, 4)])
def test_rounding_is_that_of_the_exact_reader(direction: Any, step: Fraction) -> None:
    x = Fact(FactSpec("x", RATIO, "", Fraction(-20), Fraction(20), Fraction(1, 2)), "x")
    node = Rounded(direction, step, Arithmetic("/", x, Number(Fraction(3), RATIO), RATIO), RATIO)
    prover = Prover()
    for half in range(-40, 41):
        facts: dict[str, Value] = {"x": Fraction(half, 2)}
        assert prover.prove(_comes_to(node, [x], facts)).by == "Z3"


def _comes_to(node: Node, leaves: list[Fact | Setting], facts: dict[str, Value]) -> Statement:
    """With these facts the node is what the exact reader says. (Not by intervals, which are given no facts.)"""
    given = Logic("and", tuple(_is(leaf, facts[leaf.name]) for leaf in leaves))
    value = evaluate(node, facts)
    assert value is not None
    return Statement("figure", "試し", "枠", "", _is(node, value), given)


def _is(node: Node, value: Value) -> Node:
    if isinstance(value, bool):
        return node if value else Not(node)
    if isinstance(value, str):
        return parse(f"区分 == 「{value}」", {"区分": node}.__getitem__)
    return Comparison("==", node, Number(Fraction(value), node.type))


SOME = [
    "meti-fy2016s2-jizokuka",
    "meti-fy2024s-nariwai-noto",
    "meti-fy2024s-nankai-kyukobutsu",
    "meti-fy2016s2-shikinguri",
]


@pytest.mark.parametrize("identifier", SOME)
def test_terms_say_what_the_exact_reader_says(identifier: str, programme: Callable[[str], Programme]) -> None:
    found = programme(identifier)
    chance = random.Random(identifier)
    prover = Prover()
    for made in compile_rules(found, default_date(found)):
        read = [n for n in walk(*made.roots) if isinstance(n, Fact | Setting)]
        points, tried = candidates(*made.roots), 0
        for _ in range(200):
            facts = {name: chance.choice(values) for name, values in points.items()}
            for node in (made.eligible, made.amount):
                leaves = [*(n for n in read if isinstance(n, Fact)), *_open(node, facts)]
                if all(low <= facts[n.name] <= high for n, low, high in _ends(leaves)):  # type: ignore[operator]
                    tried += 1
                    verdict = prover.prove(_comes_to(node, leaves, facts))
                    assert verdict.outcome == "proved", (made.key, facts)
            if tried >= 10:
                break
        assert tried >= 10


def _open(node: Node, facts: dict[str, Value]) -> list[Fact | Setting]:
    return [setting for setting in reached(node, facts) if setting.is_open]


def _ends(leaves: list[Fact | Setting]) -> list[tuple[Setting, Fraction, Fraction]]:
    return [(n, n.low, n.high) for n in leaves if isinstance(n, Setting)]


@pytest.mark.parametrize("identifier", SOME)
def test_programmes_of_the_catalogue_are_proved(
    identifier: str, programme: Callable[[str], Programme]
) -> None:
    verdicts = list(prove_all(statements(programme(identifier))))
    assert {v.outcome for v in verdicts} <= {"proved", "not applicable"}
    proved = {v.statement.kind for v in verdicts if v.outcome == "proved"}
    assert proved >= {"possible", "nonnegative", "cost", "monotone"}


def test_a_counter_example_is_a_case_that_kofu_reads(programme: Callable[[str], Programme]) -> None:
    found = programme("meti-fy2016s2-jizokuka")
    wrong = [
        b.model_copy(update={"amount": f"補助対象経費 + {b.amount}"}) for b in found.benefits if b.outputs
    ]
    rules = compile_rules(found.model_copy(update={"benefits": wrong}), default_date(found))
    verdicts = [v for made in rules for v in prove_all(of_rule(made)) if v.outcome == "refuted"]
    assert {v.statement.kind for v in verdicts} == {"cost", "figure"}  # 自己負担額 falls below 0
    for verdict in verdicts:
        (made,) = verdict.statement.rules
        shown = counter_example(verdict)
        assert shown is not None
        (case,) = shown["cases"]
        facts = read_case(case["facts"], [made])
        assert evaluate(made.eligible, facts) is True
        assert evaluate(made.amount, facts) == read_yen(case["expect"]["支援額"])
        assert breaks(verdict.statement, facts)


def read_yen(text: str) -> int:
    measure = parse_measure(text)
    assert measure.unit == "円"
    return int(measure.value)


@pytest.fixture
def programme(catalogue: list[Programme]) -> Callable[[str], Programme]:
    return {p.id: p for p in catalogue}.__getitem__
