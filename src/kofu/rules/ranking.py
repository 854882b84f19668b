"""Ranking: which missing fact would tell most, so that no more is asked than matters.

How open a rule is, in sixteenths of a bit: the logarithm of the width of what anyone gets (so that 1 yen and
10兆円 are on one scale), and while it depends whether one is eligible as much again as a width of 10兆円, and a
bit for each condition that depends, so that an answer which settles one of many conditions counts too. What a
question gains is how much less open the rule is on the average of its possible answers: every choice, はい and
いいえ, every listed option; of a number both sides of each value that the rule compares it with, and the low end,
the middle (on a relative scale) and the high end of its range.

A fact that cannot change the answer any more is not asked. One that tells nothing by itself, only together with
another, comes last, with a gain of 0. What the firm does not know itself counts a quarter in the order.

For many rules at once nothing is tried out: what most programmes wait for comes first (`rank_all`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from kofu.rules import tree
from kofu.rules.bounds import Reader, once_per_rule, reader
from kofu.rules.classes import choice_classes
from kofu.rules.narrowing import Impossible, Interval, Known, Open, Rational, down, whole
from kofu.rules.rule import Rule
from kofu.rules.tree import Node, Value, walk

OWN = "自社"
"""Who knows a fact, where the firm itself does."""
_DEPENDS = 16 * 44
_NOT_OWN = Fraction(1, 4)
_DECIDES = 16
"""A question that decides who is eligible counts as much as one about the amount in this many programmes."""

Facts = Mapping[str, Value]
KnownBy = Mapping[str, str]
"""Fact → who knows it; an open parameter stands in no vocabulary, so nobody is sure to."""


@dataclass(frozen=True, slots=True)
class Question:
    """A fact or an open parameter to be asked, and how much less open the answer of one rule is then (1/16 bit), or
    how many of many rules' programmes wait for it (`rank_all`)."""

    name: str
    gain: Rational


def rank(rule: Rule, facts: Facts, known_by: KnownBy | None = None) -> list[Question]:
    """What to ask for one rule, the most telling first; nothing once the answer is known."""
    questions = [Question(name, _gain(rule, facts, name)) for name in open_names(rule, facts)]
    return _ordered(questions, known_by)


def rank_all(
    rules: Sequence[Rule], facts: Facts, known_by: KnownBy | None = None, limit: int | None = 5
) -> list[Question]:
    """The `limit` best questions (None: all) for many rules at once: those that most undecided programmes wait for.

    `gain` is here the number of programmes in which the answer can still matter, times `_DECIDES` where it matters to
    whether one is eligible and not to the amount alone. So what makes up a firm (its kind, industry and size, which
    tell nothing one by one and everything together) comes before its costs, and these before what a single
    programme asks. Equal ones: first what is open in rules with little else open.
    """
    deciding: dict[str, set[str]] = {}
    reading: dict[str, set[str]] = {}
    near: dict[str, Fraction] = {}
    for rule in rules:
        conditions, amount = _open_in(rule, facts)
        names = conditions | amount
        for name in names:
            (deciding if name in conditions else reading).setdefault(name, set()).add(rule.programme)
            near[name] = near.get(name, Fraction(0)) + Fraction(1, len(names))
    found = [
        Question(name, _DECIDES * len(decides) + len(reading.get(name, set()) - decides))
        for name in near
        for decides in [deciding.get(name, set())]
    ]
    found.sort(key=lambda question: near[question.name], reverse=True)
    return _ordered(found, known_by)[:limit]


def openness(eligible: bool | None, total: Interval, conditions: int) -> int:
    """How open an answer is, in sixteenths of a bit: 0 when eligibility and the yen are known.

    `total` is what anyone gets, `conditions` how many of those for eligibility depend.
    """
    width = int(total[1] - total[0])
    bits = ((width + 1) ** 16).bit_length() - 1
    return bits + (_DEPENDS + 16 * conditions if eligible is None else 0)


def open_names(rule: Rule, facts: Facts) -> list[str]:
    """The missing facts and open parameters that can still change the answer, in the order they are read."""
    conditions, amount = _open_in(rule, facts)
    return list(conditions | amount)


def _open_in(rule: Rule, facts: Facts) -> tuple[dict[str, None], dict[str, None]]:
    """`open_names` of the conditions and of the amount."""
    ready = reader(rule)
    eligible, gets, case = ready.read(facts)
    conditions: dict[str, None] = {}
    amount: dict[str, None] = {}
    if gets is not None:
        if eligible is None:
            _open(ready, rule.eligible, ready.known(facts), conditions)
        _open(ready, rule.amount, case, amount)
    for found in (conditions, amount):
        for name in [name for name in found if facts.get(name) is not None]:
            del found[name]
    return conditions, amount


def _ordered(questions: list[Question], known_by: KnownBy | None) -> list[Question]:
    def telling(question: Question) -> Rational:
        own = known_by is None or known_by.get(question.name) == OWN
        return question.gain if own else question.gain * _NOT_OWN

    return sorted(questions, key=telling, reverse=True)


def _gain(rule: Rule, facts: Facts, name: str) -> Fraction:
    ready = reader(rule)
    before = openness(*ready.outlook(facts))
    after = weights = 0
    answers = dict(facts)
    for value, weight in _tries(rule).of(name):
        answers[name] = value
        after += weight * openness(*ready.outlook(answers))
        weights += weight
    return before - Fraction(after, weights)


# --- what is still open


def _open(ready: Reader, node: Node, case: Known, found: dict[str, None]) -> None:
    """The names below `node` that can still matter to it: not those in a branch or an item that is out."""
    if isinstance(node, tree.Number | tree.Choice) or _decided(ready.part(node).look(case)):
        return
    match node:
        case tree.Fact() | tree.Setting():
            found[node.name] = None
        case tree.Case():
            for part in _reached(ready, node, case):
                with suppress(Impossible):
                    _open(ready, part, case, found)
        case tree.Extreme():
            for part in _contending(ready, node, case):
                _open(ready, part, case, found)
        case _:
            for part in tree.children(node):
                _open(ready, part, case, found)


def _decided(value: Open) -> bool:
    if isinstance(value, tuple):
        return bool(value[0] == value[1])
    return len(value) == 1 if isinstance(value, frozenset) else value is not None


def _reached(ready: Reader, node: tree.Case, case: Known) -> Iterator[Node]:
    for condition, value in node.branches:
        met = ready.part(condition).look(case)
        if met is None:
            yield condition
        if met is not False:
            yield value
        if met:
            return
    yield node.otherwise


def _contending(ready: Reader, node: tree.Extreme, case: Known) -> list[Node]:
    """The items of a min or max that can still be it."""
    spans = [ready.part(item).look(case) for item in node.items]
    if node.op == "min":
        least = min(span[1] for span in spans)
        return [item for item, span in zip(node.items, spans, strict=True) if span[0] < least]
    most = max(span[0] for span in spans)
    return [item for item, span in zip(node.items, spans, strict=True) if span[1] > most]


# --- which answers to try


Tries = tuple[tuple[Value, int], ...]
"""Possible answers, each with how many answers it stands for."""


class _Asked:
    """The answers to try for what a rule reads, each worked out when it is first asked for."""

    def __init__(self, rule: Rule) -> None:
        self._names = names = {fact.name: fact for fact in rule.facts}
        self._settings = {s.name: s for s in rule.settings if s.is_open and s.name not in names}
        self._comparisons = [n for n in walk(*rule.roots) if isinstance(n, tree.Comparison)]
        self._asking = [n for n in walk(*rule.roots) if isinstance(n, tree.Comparison | tree.Member)]
        self._tries: dict[str, Tries] = {}

    def of(self, name: str) -> Tries:
        """For the fact or open parameter of this name."""
        if name not in self._tries:
            self._tries[name] = tuple(self._work_out(name))
        return self._tries[name]

    def _work_out(self, name: str) -> Iterator[tuple[Value, int]]:
        if name not in self._names:
            setting = self._settings[name]
            ends = (setting.low, (setting.low + setting.high) / 2, setting.high)
            return ((whole(value), 1) for value in setting.options or ends)
        spec = self._names[name].spec
        if spec.type.kind == "truth":
            return iter(((True, 1), (False, 1)))
        return self._choices(spec) if spec.type.kind == "choice" else self._numbers(spec)

    def _choices(self, spec: tree.FactSpec) -> Iterator[tuple[Value, int]]:
        """One choice of each class, for as many as it stands for."""
        classes = choice_classes(spec.choices, self._asking)
        return ((each[0], len(each)) for each in classes)

    def _numbers(self, spec: tree.FactSpec) -> Iterator[tuple[Value, int]]:
        """The ends, the middle, and both sides of what the fact is compared with."""
        low, high = spec.low, spec.high
        middle: Rational = isqrt(int((low + 1) * (high + 1))) - 1 if low >= 0 else (low + high) / 2
        values = {low, high, down(middle, spec.step)}
        for node in self._comparisons:
            for side, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(side, tree.Fact) and side.name == spec.name:
                    values |= {end + away for end in _values(other) for away in (-spec.step, 0, spec.step)}
        return ((whole(value), 1) for value in sorted(values) if low <= value <= high)


_tries = once_per_rule(_Asked)


def _values(node: Node) -> Iterator[Rational]:
    """The numbers in a tree."""
    for part in walk(node):
        if isinstance(part, tree.Number):
            yield part.value
        elif isinstance(part, tree.Setting):
            yield from (part.low, part.high)
