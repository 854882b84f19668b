"""Ranking: which missing fact would tell most, so that no more is asked than matters.

How open a rule is, in sixteenths of a bit: the logarithm of the width of what anyone gets (so that 1 yen and
10兆円 are on one scale), and as much again as a width of 10兆円 while it depends whether one is eligible. What a
question gains is how much less open the rule is on the average of its possible answers: every choice, はい and
いいえ, every listed option; of a number both sides of each value that the rule compares it with, and the low end,
the middle (on a relative scale) and the high end of its range.

A fact that cannot change the answer any more is not asked. One that tells nothing by itself, only together with
another, comes last, with a gain of 0. What the firm does not know itself counts a quarter in the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from kofu.rules import tree
from kofu.rules.bounds import Reader, once_per_rule, reader
from kofu.rules.narrowing import Impossible, Interval, Known, Open, Rational, down, whole
from kofu.rules.rule import Rule
from kofu.rules.tree import Node, Value, walk

OWN = "自社"
"""Who knows a fact, where the firm itself does."""
_DEPENDS = 16 * 44
_NOT_OWN = Fraction(1, 4)
_BUDGET = 1200
"""How many readings of a rule ranking many rules may take."""

Facts = Mapping[str, Value]
KnownBy = Mapping[str, str]
"""Fact → who knows it; an open parameter stands in no vocabulary, so nobody is sure to."""


@dataclass(frozen=True, slots=True)
class Question:
    """A fact or an open parameter to be asked, and how much less open the answer is then (1/16 bit)."""

    name: str
    gain: Fraction


def rank(rule: Rule, facts: Facts, known_by: KnownBy | None = None) -> list[Question]:
    """What to ask for one rule, the most telling first; nothing once the answer is known."""
    questions = [Question(name, _gain(rule, facts, name)) for name in open_names(rule, facts)]
    return _ordered(questions, known_by)


def rank_all(
    rules: Sequence[Rule], facts: Facts, known_by: KnownBy | None = None, limit: int = 5
) -> list[Question]:
    """The `limit` best questions for many rules at once; `gain` is summed over the rules.

    A name is a candidate by how many open rules it is open in, more where they have little else open. Only
    the candidates are tried out, on every n-th rule that reads them where that is too much work.
    """
    reading: dict[str, list[Rule]] = {}
    weight: dict[str, Fraction] = {}
    for rule in rules:
        names = open_names(rule, facts)
        for name in names:
            reading.setdefault(name, []).append(rule)
            weight[name] = weight.get(name, Fraction(0)) + Fraction(1, len(names))
    candidates = _ordered([Question(name, gain) for name, gain in weight.items()], known_by)[:limit]
    tried = [
        Question(each.name, _sampled(reading[each.name], facts, each.name, _BUDGET // limit))
        for each in candidates
    ]
    return _ordered(tried, known_by)


def openness(eligible: bool | None, total: Interval) -> int:
    """How open an answer is, in sixteenths of a bit: 0 when eligibility and the yen are known."""
    width = total[1] - total[0]
    bits = (int(width) + 1) ** 16 if width else 1
    return bits.bit_length() - 1 + (_DEPENDS if eligible is None else 0)


def open_names(rule: Rule, facts: Facts) -> list[str]:
    """The missing facts and open parameters that can still change the answer, in the order they are read."""
    ready = reader(rule)
    eligible, amount, case = ready.read(facts)
    if amount is None:
        return []
    found: dict[str, None] = {}
    if eligible is None:
        _open(ready, rule.eligible, ready.case(facts), found)
    _open(ready, rule.amount, case, found)
    return [name for name in found if facts.get(name) is None]


def _ordered(questions: list[Question], known_by: KnownBy | None) -> list[Question]:
    def key(question: Question) -> tuple[Fraction, str]:
        own = known_by is None or known_by.get(question.name) == OWN
        return (-question.gain * (1 if own else _NOT_OWN), question.name)

    return sorted(questions, key=key)


def _gain(rule: Rule, facts: Facts, name: str) -> Fraction:
    ready = reader(rule)
    before = openness(*ready.total(facts))
    after = weights = 0
    answers = dict(facts)
    for value, weight in _answers(rule)[name].tries():
        answers[name] = value
        after += weight * openness(*ready.total(answers))
        weights += weight
    return before - Fraction(after, weights)


def _sampled(rules: list[Rule], facts: Facts, name: str, budget: int) -> Fraction:
    """The gain over all the rules, from every n-th of them so that at most about `budget` readings are made."""
    tries = max(len(_answers(rule)[name].tries()) for rule in rules[:1])
    sample = rules[:: -(-len(rules) * tries // budget)]
    return sum((_gain(rule, facts, name) for rule in sample), Fraction(0)) * Fraction(len(rules), len(sample))
