"""How well a benefit fits what a firm said: which of its conditions that really select are met already.

Who applies, as what kind of body and of what size, selects little: most benefits ask it and most firms meet it. Where,
after which disaster, in which industry, to do what: a benefit that names the firm's own answer is made for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from kofu.rules import tree
from kofu.rules.bounds import once_per_rule
from kofu.rules.exact import evaluate
from kofu.rules.rule import Rule
from kofu.rules.tree import Fact, Node, Value, walk

_PLAIN = frozenset(("応募する立場", "名指しの機関", "申請者の種別", "資本金", "従業員数"))

_Count = Callable[[Mapping[str, Value]], int]


def met(rule: Rule, facts: Mapping[str, Value]) -> int:
    """How many selecting conditions of `rule` what is known meets; of alternatives the one that meets most.

    Counted are the single conditions, also inside what is not decided yet. That something is *not* so, and what
    a law or the vocabulary defines (中小企業者である), does not select.
    """
    count = _count(rule)
    return count(facts) if count else 0


def _counter(node: Node) -> _Count | None:
    """Counts what is met below the node; None where nothing there selects."""
    match node:
        case tree.Logic():
            parts = [part for part in map(_counter, node.items) if part]
            if len(parts) < 2:
                return parts[0] if parts else None
            return partial(_joined, max if node.op == "or" else sum, parts)
        case tree.Named() if node.at:
            return _counter(node.body)
        case Fact() | tree.Comparison() | tree.Member():
            negative = isinstance(node, tree.Comparison) and node.op == "!="
            names = [part.name for part in walk(node) if isinstance(part, Fact)]
            return None if negative or not names or _PLAIN & set(names) else partial(_single, node, names)
        case _:
            return None


def _joined(join: Callable[[list[int]], int], parts: list[_Count], facts: Mapping[str, Value]) -> int:
    return join([part(facts) for part in parts])


def _single(node: Node, names: list[str], facts: Mapping[str, Value]) -> int:
    return int(all(name in facts for name in names) and evaluate(node, facts) is True)


@once_per_rule
def _count(rule: Rule) -> _Count | None:
    return _counter(rule.eligible)
