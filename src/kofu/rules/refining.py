"""Refined bounds: what is shown of one rule, narrower than `estimate` where it reads a missing fact in two places.

A prefecture that sets both the cap and the share, a lender that sets both the limit and the rate: each class of
answers that the rule tells apart is estimated by itself and the results are joined. A missing number that stands
in two places is cut at the sums of the rule. At most `_MOST` estimates are made, so this is for what somebody
looks at, not for every rule at once. What one gets, and whether, stays as `estimate` has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import pairwise, product
from typing import Any, TypeGuard

from kofu.rules import tree
from kofu.rules.bounds import Answer, Bounds, Estimate, bounds, once_per_rule, reader
from kofu.rules.classes import choice_classes
from kofu.rules.narrowing import whole
from kofu.rules.rule import Rule
from kofu.rules.tree import Fact, Named, Node, Setting, Value, children, walk

_MOST = 24
"""Estimates made for one rule."""


def refined(rule: Rule, facts: Mapping[str, Value], known: Estimate) -> dict[str, Answer]:
    """The shares and outputs of `known`, the estimate of `rule` for `facts`, their numbers as narrow as the classes
    of answers show."""
    figures: dict[str, Answer] = {**known.shares, **known.outputs}
    if all(not isinstance(each, Bounds) or each.is_point for each in figures.values()):
        return figures
    figures = _split(rule, facts, figures, False)
    # A difference whose ends are not those of what it reads shows in that it may be below nothing.
    below = any(isinstance(each, Bounds) and each.low < 0 for each in figures.values())
    return _split(rule, facts, figures, True) if below else figures


def _split(
    rule: Rule, facts: Mapping[str, Value], known: dict[str, Answer], numbers: bool
) -> dict[str, Answer]:
    cases = [dict(case) for case in product(*_cuts(rule).of(facts, numbers))]
    if len(cases) < 2:
        return known
    ready = reader(rule)
    tried = [ready.estimate({**facts, **case}) for case in cases]
    found: list[dict[str, Answer]] = [{**e.shares, **e.outputs} for e in tried if e.amount is not None]
    return {name: _narrower(answer, [each[name] for each in found]) for name, answer in known.items()}


def _narrower(known: Answer, found: list[Answer]) -> Answer:
    numbers = [each for each in found if isinstance(each, Bounds)]
    if not isinstance(known, Bounds) or not numbers:
        return known
    join = reduce(_joined, numbers)
    return Bounds(max(known.low, join.low), min(known.high, join.high), known.open_end and join.open_end)


def _joined(one: Bounds, other: Bounds) -> Bounds:
    return Bounds(min(one.low, other.low), max(one.high, other.high), one.open_end or other.open_end)


Cut = list[tuple[str, Any]]
"""(name, answer) for each class of answers to one fact; of a number an interval."""


class _Cuts:
    """What a rule can be looked at apart by: what one of its figures reads twice, the most read first."""

    def __init__(self, rule: Rule) -> None:
        figures = (rule.amount, *rule.shares.values(), *rule.outputs.values())
        read: Counter[str] = Counter()
        for node in figures:
            read |= _times(node, {})
        nodes = list(walk(*rule.roots))
        self._leaves: dict[str, Node] = {}
        for node in nodes:
            if isinstance(node, Fact | Setting | Named):
                self._leaves.setdefault(node.name, node)
        self._names = [name for name, times in read.most_common() if times > 1]
        self._nodes, self._figures = nodes, list(walk(*figures))
        self._classes: dict[str, Cut] = {}

    def of(self, facts: Mapping[str, Value], numbers: bool) -> Iterator[Cut]:
        """Cuts of what is missing, no more than may be tried together; with `numbers` these too, after the rest."""
        missing = [name for name in self._names if self._is_missing(name, facts)]
        room = _MOST
        for numeric in (False, True) if numbers else (False,):
            for name in missing:
                cut = self._cut(name)
                if 1 < len(cut) <= room and isinstance(cut[0][1], tuple) is numeric:
                    room //= len(cut)
                    yield cut

    def _is_missing(self, name: str, facts: Mapping[str, Value]) -> bool:
        node = self._leaves[name]
        if facts.get(name) is not None:
            return False
        return not isinstance(node, Named) or bounds(node, facts) is None

    def _cut(self, name: str) -> Cut:
        if name not in self._classes:
            self._classes[name] = [(name, answer) for answer in self._answers(name)]
        return self._classes[name]

    def _answers(self, name: str) -> Iterator[Any]:
        node = self._leaves[name]
        if isinstance(node, Setting):
            # Parameters of one name that offer other values are not one answer.
            same = {each.options for each in self._nodes if isinstance(each, Setting) and each.name == name}
            yield from map(whole, node.options if len(same) == 1 else ())
        elif node.type.kind == "truth":
            yield from (True, False)
        elif isinstance(node, Fact) and node.type.kind == "choice":
            yield from (each[0] for each in choice_classes(node.spec.choices, self._nodes))
        elif isinstance(node, Fact):
            yield from self._pieces(node)

    def _pieces(self, fact: Fact) -> Iterator[Any]:
        """The range of a number between the sums of its unit in the figures; ends count on both sides."""
        low, high = whole(fact.spec.low), whole(fact.spec.high)
        sums = {
            whole(node.value)
            for node in self._figures
            if isinstance(node, Setting) and node.value is not None and node.type == fact.type
        }
        ends = [low, *sorted(end for end in sums if low < end < high and end % fact.spec.step == 0), high]
        yield from pairwise(ends)


def _times(node: Node, known: dict[int, Counter[str]]) -> Counter[str]:
    """How often each fact, named condition and open parameter is read below `node`, place by place."""
    if id(node) not in known:
        found: Counter[str] = Counter()
        if _is_asked(node):
            found[node.name] = 1
        else:
            for child in children(node):
                found += _times(child, known)
        known[id(node)] = found
    return known[id(node)]


def _is_asked(node: Node) -> TypeGuard[Fact | Setting | Named]:
    """A fact, a named condition, or a parameter that is open."""
    if isinstance(node, Setting):
        return node.is_open
    return isinstance(node, Fact) or (isinstance(node, Named) and node.type == tree.TRUTH)


_cuts = once_per_rule(_Cuts)
