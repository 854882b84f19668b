"""A counter-example as a case: facts as people write them, with what the rule really gives for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kofu.rules.exact import evaluate
from kofu.rules.proof import Verdict
from kofu.rules.rule import AMOUNT, Rule
from kofu.rules.statements import KINDS, LARGER, Statement
from kofu.rules.tree import Fact, Node, Setting, Value, walk
from kofu.rules.values import show_number, show_value


def counter_example(verdict: Verdict) -> dict[str, Any] | None:
    """A file of cases as docs/rules.md describes it; None where there is no counter-example.

    A statement about two cases (more cost) or two benefits (overlap) has a case for each. A table or a class of law is
    no benefit: its case holds the facts alone.
    """
    if verdict.facts is None:
        return None
    return {
        "programme": verdict.statement.programme,
        "cases": list(_cases(verdict.statement, verdict.facts)),
    }


def _cases(statement: Statement, facts: Mapping[str, Value]) -> Iterator[dict[str, Any]]:
    broken = KINDS[statement.kind][0]
    why = f"成り立たない: {broken}" + (f"（{statement.detail}）" if statement.detail else "")
    roots = [node for node in (statement.given, statement.claim) if node is not None]
    leaves = {node.name: node for node in walk(*roots) if isinstance(node, Fact | Setting)}
    for world in _worlds(facts):
        for rule in statement.rules or (None,):
            own = set(world)
            if rule is not None and len(statement.rules) > 1:
                own &= {node.name for node in walk(*rule.roots) if isinstance(node, Fact | Setting)}
            case: dict[str, Any] = {"name": f"反例: {broken}"}
            if rule is not None:
                case["benefit"] = rule.key
            case["facts"] = {
                name: written(leaves[name], value) for name, value in world.items() if name in own
            }
            if rule is not None:
                case["expect"] = _expected(statement, rule, world)
            yield {**case, "why": why}


def _worlds(facts: Mapping[str, Value]) -> list[dict[str, Value]]:
    """The case; where a second differs in one fact, that one after it."""
    first = {name: value for name, value in facts.items() if not name.endswith(LARGER)}
    larger = {name.removesuffix(LARGER): facts[name] for name in facts if name not in first}
    return [first, {**first, **larger}] if larger else [first]


def _expected(statement: Statement, rule: Rule, facts: Mapping[str, Value]) -> dict[str, Any]:
    """What the rule gives, worked out by the exact reader: the figures that the statement is about."""
    figures: dict[str, Node] = {AMOUNT: rule.amount}
    if statement.kind in ("share", "sum"):
        figures |= rule.shares
    if statement.detail in rule.outputs:
        figures[statement.detail] = rule.outputs[statement.detail]
    values = {name: evaluate(node, facts) for name, node in figures.items()}
    shown = {name: written(figures[name], value) for name, value in values.items() if value is not None}
    return {"判定": "対象", **shown}


def written(node: Node, value: Value) -> Any:
    """A value so that kofu reads the same again: 600万円, 2/3, 0.9%, はい, 卸売業."""
    if isinstance(value, bool | str):
        return show_value(value, node.type, "ja")
    return show_number(value, node.type, "ja")
