"""The exact reader: one case, integers and fractions, nothing else.

What is not known is None. `and` and `or` are decided where one part decides; everything else that meets
an unknown part is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from kofu.rules import tree
from kofu.rules.tree import Node, Value

Facts = Mapping[str, Value]
"""What is known of a case: fact, open parameter or derived fact → value in base units."""


def evaluate(node: Node, facts: Facts) -> Value | None:
    """What `node` is worth for `facts`, numbers in base units; None when that cannot be known."""
    return _READ[type(node)](node, facts)


def _number(node: tree.Number, facts: Facts) -> Value | None:
    return node.value


def _choice(node: tree.Choice, facts: Facts) -> Value | None:
    return node.text


def _fact(node: tree.Fact, facts: Facts) -> Value | None:
    return facts.get(node.name)


def _setting(node: tree.Setting, facts: Facts) -> Value | None:
    return facts.get(node.name) if node.value is None else node.value


def _named(node: tree.Named, facts: Facts) -> Value | None:
    stated = facts.get(node.name)
    return evaluate(node.body, facts) if stated is None else stated


def _arithmetic(node: tree.Arithmetic, facts: Facts) -> Value | None:
    left, right = evaluate(node.left, facts), evaluate(node.right, facts)
    if left is None or right is None:
        return None
    found: Value = apply(node.op, left, right)
    return found


def apply(op: str, left: Any, right: Any) -> Any:
    """left op right, exactly."""
    if op == "*":
        return left * right
    if op == "+":
        return left + right
    if op == "-":
        return left - right
    return Fraction(left) / right


def _extreme(node: tree.Extreme, facts: Facts) -> Value | None:
    values: list[Any] = []
    for item in node.items:
        value = evaluate(item, facts)
        if value is None:
            return None
        values.append(value)
    found: Value = min(values) if node.op == "min" else max(values)
    return found


def _comparison(node: tree.Comparison, facts: Facts) -> Value | None:
    left, right = evaluate(node.left, facts), evaluate(node.right, facts)
    return None if left is None or right is None else COMPARE[node.op](left, right)


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _member(node: tree.Member, facts: Facts) -> Value | None:
    item = evaluate(node.item, facts)
    return None if item is None else item in node.choices


def _logic(node: tree.Logic, facts: Facts) -> Value | None:
    decides, known = node.op == "or", True
    for item in node.items:
        value = evaluate(item, facts)
        if value is decides:
            return decides
        known = known and value is not None
    return (not decides) if known else None


def _not(node: tree.Not, facts: Facts) -> Value | None:
    value = evaluate(node.item, facts)
    return None if value is None else not value


def _case(node: tree.Case, facts: Facts) -> Value | None:
    for condition, value in node.branches:
        holds = evaluate(condition, facts)
        if holds is None:
            return None
        if holds:
            return evaluate(value, facts)
    return evaluate(node.otherwise, facts)


def _rounded(node: tree.Rounded, facts: Facts) -> Value | None:
    value = evaluate(node.item, facts)
    return None if value is None else round_to(node.direction, node.step, value)  # type: ignore[arg-type]


def round_to(direction: str, step: Fraction, value: int | Fraction) -> int | Fraction:
    """`value` to a multiple of `step`: down towards −∞, up towards +∞, or to the nearest with halves up."""
    if type(value) is int and step == 1:
        return value
    count = Fraction(value) / step
    if direction == "down":
        whole = count.__floor__()
    elif direction == "up":
        whole = count.__ceil__()
    else:
        whole = (count + Fraction(1, 2)).__floor__()
    rounded = whole * step
    return int(rounded) if rounded.denominator == 1 else rounded


_READ: dict[type, Callable[[Any, Facts], Value | None]] = {
    tree.Number: _number,
    tree.Choice: _choice,
    tree.Fact: _fact,
    tree.Setting: _setting,
    tree.Named: _named,
    tree.Arithmetic: _arithmetic,
    tree.Extreme: _extreme,
    tree.Comparison: _comparison,
    tree.Member: _member,
    tree.Logic: _logic,
    tree.Not: _not,
    tree.Case: _case,
    tree.Rounded: _rounded,
}
