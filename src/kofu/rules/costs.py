"""What the statements of a rule are about: the cost behind an amount, the caps over it, the same with other facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeGuard

from kofu.rules.rule import Rule
from kofu.rules.tree import (
    Arithmetic,
    Case,
    Comparison,
    Extreme,
    Fact,
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
from kofu.rules.units import YEN

MONEY = Type("number", YEN)
_CAP_WORDS = ("上限", "限度")


def cost_of(node: Node) -> Node | None:
    """What an amount is a part of, as a tree of 円 facts: of 経費 * 率 the 経費; None where nothing costs."""
    match node:
        case Fact():
            return node if _is_cost(node) else None
        case Named():
            return cost_of(node.body)
        case Rounded():
            return cost_of(node.item)
        case Arithmetic(op="*" | "/" | "-"):
            return cost_of(node.left) or (cost_of(node.right) if node.op == "*" else None)
        case Arithmetic(op="+"):
            return _sum(cost_of(node.left), cost_of(node.right))
        case Extreme(op="min"):
            return next((cost for cost in map(cost_of, node.items) if cost is not None), None)
        case Extreme():
            total: Node | None = None
            for item in node.items:
                total = _sum(total, cost_of(item))
            return total
        case Case():
            return _cost_of_case(node)
        case _:
            return None


def _cost_of_case(node: Case) -> Node | None:
    """Branch by branch; a branch that costs nothing is its own bound."""
    costs = [cost_of(value) for _, value in node.branches]
    rest = cost_of(node.otherwise)
    if rest is None and not any(costs):
        return None
    branches = tuple(
        (condition, cost or value) for (condition, value), cost in zip(node.branches, costs, strict=True)
    )
    return Case(branches, rest or node.otherwise, node.type)


def _sum(left: Node | None, right: Node | None) -> Node | None:
    if left is None or right is None or left == right:
        return left or right
    return Arithmetic("+", left, right, MONEY)


def _is_cost(node: Node) -> TypeGuard[Fact]:
    return isinstance(node, Fact) and node.type == MONEY


def costs_in(cost: Node | None) -> tuple[Fact, ...]:
    """The facts that a tree of costs adds up or chooses from; not those that its conditions read."""
    if isinstance(cost, Arithmetic):
        parts: tuple[Node, ...] = (cost.left, cost.right)
    elif isinstance(cost, Case):
        parts = (*(value for _, value in cost.branches), cost.otherwise)
    else:
        return (cost,) if cost is not None and _is_cost(cost) else ()
    return tuple({fact.name: fact for part in parts for fact in costs_in(part)}.values())


def caps_of(rule: Rule) -> Iterator[tuple[str, tuple[Node, ...], Node]]:
    """(its name, when it counts, the cap): what a min holds the amount to; and a cap that no min reads."""
    yield from _capped(rule.amount, ())
    used = {id(n) for m in walk(*rule.roots) if isinstance(m, Extreme | Case) for n in walk(m)}
    for setting in rule.settings:
        named = any(word in setting.name for word in _CAP_WORDS)
        if named and setting.type == MONEY and id(setting) not in used:
            yield setting.name, (), Number(setting.high, MONEY)


def _capped(node: Node, path: tuple[Node, ...]) -> Iterator[tuple[str, tuple[Node, ...], Node]]:
    match node:
        case Named():
            yield from _capped(node.body, path)
        case Rounded():
            yield from _capped(node.item, path)
        case Extreme(op="min"):
            for item in node.items:
                if cost_of(item) is None and any(isinstance(n, Setting) for n in walk(item)):
                    yield name_of(item), path, item
                yield from _capped(item, path)
        case Case():
            for condition, value in node.branches:
                yield from _capped(value, (*path, condition))
                path = (*path, Not(condition))
            yield from _capped(node.otherwise, path)


def name_of(node: Node | None) -> str:
    """What a tree is called: itself, or the facts and parameters in it."""
    found = [n.name for n in walk(node) if isinstance(n, Fact | Setting | Named)] if node else []
    return "・".join(dict.fromkeys(found[:3]))


def substituted(node: Node, facts: Mapping[str, Fact], done: dict[int, Node] | None = None) -> Node:
    """The tree with other facts in the place of those named; what reads none of them stays the same object."""
    done = {} if done is None else done
    if id(node) not in done:
        done[id(node)] = _substituted(node, facts, done)
    return done[id(node)]


def _substituted(node: Node, facts: Mapping[str, Fact], done: dict[int, Node]) -> Node:
    def new(part: Node) -> Node:
        return substituted(part, facts, done)

    made: Node
    match node:
        case Fact():
            return facts.get(node.name, node)
        case Named():
            return node if (body := new(node.body)) is node.body else replace(node, body=body)
        case Arithmetic() | Comparison():
            made = replace(node, left=new(node.left), right=new(node.right))
        case Extreme() | Logic():
            made = replace(node, items=tuple(map(new, node.items)))
        case Member() | Not() | Rounded():
            made = replace(node, item=new(node.item))
        case Case():
            branches = tuple((new(condition), new(value)) for condition, value in node.branches)
            made = replace(node, branches=branches, otherwise=new(node.otherwise))
        case _:
            return node
    return node if made == node else made
