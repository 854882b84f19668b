"""Looking for a case in which a condition holds: by trying the points where anything can change.

A number is tried at every value that it is compared with, and one step to either side; a choice at every
choice that is named, and one that is not. A case that is found is a real one. None is found where a comparison ties
two facts of the case to each other and only values between those points would do: the solver of `proof` looks there.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kofu.rules.exact import evaluate
from kofu.rules.tree import Choice, Comparison, Fact, Member, Node, Number, Setting, Value, walk

_PATIENCE = 20_000
"""Points tried before giving up; the largest rule of the catalogue needs some hundred."""


def witness(condition: Node) -> dict[str, Value] | None:
    """Facts for which `condition` holds, or None when none was found."""
    tried = 0
    points = candidates(condition)
    names = list(points)

    def search(known: dict[str, Value], depth: int) -> dict[str, Value] | None:
        nonlocal tried
        tried += 1
        holds = evaluate(condition, known)
        if holds is not None or depth == len(names) or tried > _PATIENCE:
            return dict(known) if holds else None
        for value in points[names[depth]]:
            found = search({**known, names[depth]: value}, depth + 1)
            if found is not None:
                return found
        return None

    return search({}, 0)


def candidates(*roots: Node) -> dict[str, list[Value]]:
    """For each fact and open parameter below the roots the values worth trying."""
    nodes = list(walk(*roots))
    found: dict[str, list[Value]] = {}
    for node in nodes:
        if isinstance(node, Setting) and node.is_open:
            found[node.name] = list(node.options) or [node.low, node.high]
        elif isinstance(node, Fact):
            found[node.name] = _of_fact(node, nodes)
    return found


def _of_fact(fact: Fact, nodes: list[Node]) -> list[Value]:
    kind = fact.type.kind
    if kind == "truth":
        return [True, False]
    if kind == "choice":
        named = set(_named_choices(fact, nodes))
        others: list[Value] = [choice for choice in fact.spec.choices if choice not in named]
        return [*(choice for choice in fact.spec.choices if choice in named), *others[:1]]
    spec = fact.spec
    values = {spec.low, spec.high}
    for limit in _limits(fact, nodes):
        near = (limit // spec.step) * spec.step
        values |= {near - spec.step, near, near + spec.step}
    return [value for value in sorted(values) if spec.low <= value <= spec.high]


def _named_choices(fact: Fact, nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Member) and fact in walk(node.item):
            yield from node.choices
        elif isinstance(node, Comparison) and fact in walk(node):
            yield from (part.text for part in walk(node) if isinstance(part, Choice))


def _limits(fact: Fact, nodes: list[Node]) -> Iterator[Fraction]:
    """The constants of its unit that stand in a comparison with it."""
    for node in nodes:
        if isinstance(node, Comparison):
            for side, other in ((node.left, node.right), (node.right, node.left)):
                if fact in walk(side):
                    for part in walk(other):
                        if isinstance(part, Setting):
                            yield from (part.low, part.high)
                        elif isinstance(part, Number):
                            yield part.value
