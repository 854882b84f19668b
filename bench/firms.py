"""Made-up firms that state everything, or half of it: the same for the same seed."""

from __future__ import annotations

import random
from fractions import Fraction

from kofu.quoting.book import ASSUMED
from kofu.rules.tree import FactSpec, Value
from kofu.rules.vocabulary import vocabulary

_MOST = 100_000_000
"""Amounts go up to here, or to the end of their range."""


def firm(seed: int) -> dict[str, Value]:
    """A firm with an answer to every question that has one answer for all programmes."""
    pick, entries = random.Random(seed), vocabulary()
    asked = {name: entry.spec for name, entry in entries.items() if not entry.per_programme}
    return {**{name: _answer(pick, spec) for name, spec in asked.items()}, **ASSUMED}


def half(seed: int) -> dict[str, Value]:
    """The same firm, of which half of the answers are missing."""
    pick = random.Random(-seed)
    return {name: value for name, value in firm(seed).items() if name in ASSUMED or pick.random() < 0.5}


def _answer(pick: random.Random, spec: FactSpec) -> Value:
    if spec.type.kind == "truth":
        return pick.random() < 0.5
    if spec.type.kind == "choice":
        return pick.choice(spec.choices)
    steps = int((min(spec.high, Fraction(_MOST)) - spec.low) / spec.step)
    value = spec.low + spec.step * pick.randrange(steps + 1)
    return int(value) if value.denominator == 1 else value
