"""Classes of choices: the choices of a fact that a rule does not tell apart."""

from __future__ import annotations

from collections.abc import Sequence

from kofu.rules import tree
from kofu.rules.tree import Node


def choice_classes(choices: Sequence[str], nodes: Sequence[Node]) -> list[list[str]]:
    """`choices` in classes: no condition among `nodes` holds for one of a class and not for another.

    A condition that compares two facts tells all choices apart.
    """
    named: list[frozenset[str]] = []
    for node in nodes:
        if isinstance(node, tree.Member):
            named.append(frozenset(node.choices))
        elif isinstance(node, tree.Comparison) and node.left.type.kind == "choice":
            texts = {side.text for side in (node.left, node.right) if isinstance(side, tree.Choice)}
            named += [frozenset((text,)) for text in texts or choices]
    found: dict[tuple[bool, ...], list[str]] = {}
    for choice in choices:
        found.setdefault(tuple(choice in each for each in named), []).append(choice)
    return list(found.values())
