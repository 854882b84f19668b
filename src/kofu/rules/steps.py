"""The steps reader: the exact walk that keeps each step, so that an explanation is never worked out again.

A step is a node, what it was worth, and the steps it was worked out from: of a case the conditions that were
looked at and the branch taken, of `and` and `or` the parts up to the one that decided.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from kofu.rules import tree
from kofu.rules.exact import COMPARE, Facts, apply, round_to
from kofu.rules.tree import Node, Value
from kofu.rules.units import name_of

VERSION = 1
"""Of the JSON form; it changes when a key changes its meaning."""


class Step(NamedTuple):
    """A node with its value (None: not known) and the steps behind it."""

    node: Node
    value: Value | None
    inputs: tuple[Step, ...] = ()


def trace(node: Node, facts: Facts) -> Step:
    """What `kofu.rules.exact.evaluate` gives, with every step."""
    return _TRACE[type(node)](node, facts)


# As fast as a tuple: Step(...) would cost as much as the walk itself.
_step = partial(tuple.__new__, Step)


def _number(node: tree.Number, facts: Facts) -> Step:
    return _step((node, node.value, ()))


def _choice(node: tree.Choice, facts: Facts) -> Step:
    return _step((node, node.text, ()))


def _fact(node: tree.Fact, facts: Facts) -> Step:
    return _step((node, facts.get(node.name), ()))


def _setting(node: tree.Setting, facts: Facts) -> Step:
    return _step((node, facts.get(node.name) if node.value is None else node.value, ()))


def _named(node: tree.Named, facts: Facts) -> Step:
    stated = facts.get(node.name)
    if stated is not None:
        return _step((node, stated, ()))
    body = _TRACE[type(node.body)](node.body, facts)
    return _step((node, body[1], (body,)))


def _arithmetic(node: tree.Arithmetic, facts: Facts) -> Step:
    left, right = _TRACE[type(node.left)](node.left, facts), _TRACE[type(node.right)](node.right, facts)
    known = left[1] is not None and right[1] is not None
    return _step((node, apply(node.op, left[1], right[1]) if known else None, (left, right)))


def _extreme(node: tree.Extreme, facts: Facts) -> Step:
    items = tuple([_TRACE[type(item)](item, facts) for item in node.items])
    values: list[Any] = [item[1] for item in items if item[1] is not None]
    if len(values) < len(items):
        return _step((node, None, items))
    return _step((node, min(values) if node.op == "min" else max(values), items))


def _comparison(node: tree.Comparison, facts: Facts) -> Step:
    left, right = _TRACE[type(node.left)](node.left, facts), _TRACE[type(node.right)](node.right, facts)
    known = left[1] is not None and right[1] is not None
    return _step((node, COMPARE[node.op](left[1], right[1]) if known else None, (left, right)))


def _member(node: tree.Member, facts: Facts) -> Step:
    item = _TRACE[type(node.item)](node.item, facts)
    return _step((node, None if item[1] is None else item[1] in node.choices, (item,)))


def _logic(node: tree.Logic, facts: Facts) -> Step:
    decides, known, seen = node.op == "or", True, []
    for item in node.items:
        step = _TRACE[type(item)](item, facts)
        seen.append(step)
        if step[1] is decides:
            return _step((node, decides, tuple(seen)))
        known = known and step[1] is not None
    return _step((node, (not decides) if known else None, tuple(seen)))


def _not(node: tree.Not, facts: Facts) -> Step:
    item = _TRACE[type(node.item)](node.item, facts)
    return _step((node, None if item[1] is None else not item[1], (item,)))


def _case(node: tree.Case, facts: Facts) -> Step:
    seen = []
    for condition, value in node.branches:
        holds = _TRACE[type(condition)](condition, facts)
        seen.append(holds)
        if holds[1] is None:
            return _step((node, None, tuple(seen)))
        if holds[1]:
            taken = _TRACE[type(value)](value, facts)
            return _step((node, taken[1], (*seen, taken)))
    taken = _TRACE[type(node.otherwise)](node.otherwise, facts)
    return _step((node, taken[1], (*seen, taken)))


def _rounded(node: tree.Rounded, facts: Facts) -> Step:
    item = _TRACE[type(node.item)](node.item, facts)
    if item[1] is None:
        return _step((node, None, (item,)))
    return _step((node, round_to(node.direction, node.step, item[1]), (item,)))  # type: ignore[arg-type]


_TRACE: dict[type, Callable[[Any, Facts], Step]] = {
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

_KINDS: dict[type, str] = {kind: kind.__name__.lower() for kind in _TRACE}


def to_json(step: Step) -> dict[str, Any]:
    """The tree of steps as plain JSON: kind, value, unit, name, parameter as printed, lines, inputs.

    Numbers that are no whole numbers are exact fractions as text ("2/3").
    """
    return {"version": VERSION, "root": _json(step)}


def _json(step: Step) -> dict[str, Any]:
    node = step.node
    found: dict[str, Any] = {"kind": _KINDS[type(node)]}
    for key in ("op", "name", "text", "table", "direction", "law"):
        if (value := getattr(node, key, None)) is not None:
            found[key] = value
    if at := getattr(node, "at", ()):
        found["at"] = list(at)
    if isinstance(node, tree.Member):
        found["choices"] = list(node.choices)
    if isinstance(node, tree.Rounded):
        found["step"] = encode(node.step)
    found["value"] = encode(step.value)
    if node.type.kind == "number":
        found["unit"] = name_of(node.type.unit)
    if step.inputs:
        found["inputs"] = [_json(item) for item in step.inputs]
    return found


def encode(value: Value | None) -> int | str | bool | None:
    """A value in JSON: whole numbers as numbers, fractions as "2/3"."""
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else str(value)
    return value
