"""The amount over its main sum of money, exactly: where it bends, jumps and reaches its cap.

Between two bends the unrounded amount is a straight line of the sum. Each line is followed from its start to the
last whole yen that lies on it, found by bisection; the amounts at the bends are those of the rule, to the yen.
What is unknown besides makes a band of two lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

from kofu.rules import tree
from kofu.rules.bounds import once_per_rule, reader
from kofu.rules.narrowing import Part
from kofu.rules.rule import Rule
from kofu.rules.tree import Fact, Node, Value, walk
from kofu.rules.units import YEN

PREFERRED = "補助対象経費"
_MOST = 16
"""More bends than this are a staircase, which no picture makes clearer."""
_PLAIN = 10_000_000
"""How far a line without a bend is drawn when nothing was answered, in yen."""

Ends = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Point:
    """At `x` yen one gets from `low` to `high` yen. `kind`: what happens there."""

    x: int
    low: int
    high: int
    kind: str = ""
    """floor (from here it is paid), cap (from here it grows no more), ends (from here nothing is paid), jump,
    bend; empty: nothing."""


@dataclass(frozen=True)
class Curve:
    """The amount of one who is eligible, over the fact `over`; straight between the points."""

    over: str
    points: tuple[Point, ...]
    here: Point | None
    """Where the case stands."""

    @property
    def marks(self) -> tuple[Point, ...]:
        """The points where something happens."""
        return tuple(point for point in self.points if point.kind)

    @property
    def is_band(self) -> bool:
        """Whether something besides the sum is open."""
        return any(point.low != point.high for point in self.points)


def main_fact(rule: Rule) -> str | None:
    """The sum of money that the amount follows: the eligible cost, or else the first that is read."""
    found = [n.name for n in walk(rule.amount) if isinstance(n, Fact) and n.type.unit == YEN]
    return PREFERRED if PREFERRED in found else found[0] if found else None


def curve(rule: Rule, facts: Mapping[str, Value]) -> Curve | None:
    """The curve of `rule` for what is known besides; None where no sum of money decides, or it is a staircase."""
    over = main_fact(rule)
    if over is None:
        return None
    spec = next(fact.spec for fact in rule.facts if fact.name == over)
    ready, smooth = reader(rule), _smooth(rule)

    def line(x: int) -> Ends:
        _, amount, case = ready.read({**facts, over: x})
        if amount is None:
            return Fraction(0), Fraction(0)
        low, high = smooth.look(case)
        return Fraction(low), Fraction(high)

    def paid(x: int, kind: str = "") -> Point:
        amount = ready.read({**facts, over: x})[1] or (0, 0)
        return Point(x, int(amount[0]), int(amount[1]), kind)

    low, high = int(spec.low), int(spec.high)
    bends = _bends(line, low, high)
    if bends is None:
        return None
    stated = facts.get(over)
    here = paid(stated) if isinstance(stated, int) else None
    end = min(high, _end([x for x, _ in bends], here.x if here else None))
    marks = [paid(x, kind) for x, kind in bends if x < end]
    if here:
        marks = [point for point in marks if point.x != here.x or point.kind]
    points = (paid(low), *(p for p in marks if p.x > low), paid(end))
    return Curve(over, tuple(_only_the_last_cap(points)), here)


def _only_the_last_cap(points: tuple[Point, ...]) -> Iterator[Point]:
    """Where the amount stands still and grows again later, or only its lower end stops, is a bend and no cap."""
    most, seen = max(point.high for point in points), False
    for point in points:
        cap = point.kind == "cap"
        yield replace(point, kind="bend") if cap and (seen or point.high < most) else point
        seen = seen or (cap and point.high == most)


def _end(bends: list[int], here: int | None) -> int:
    """A round sum beyond everything that is worth seeing."""
    furthest = max([*bends, here or 0]) * 4 // 3
    unit = 10 ** max(0, len(str(furthest)) - 2)
    return (furthest // unit + 1) * unit if furthest else _PLAIN


def _bends(line: Callable[[int], Ends], low: int, high: int) -> list[tuple[int, str]] | None:
    """(x, kind) in order; a jump leaves the last yen before it too, with an empty kind."""
    found: list[tuple[int, str]] = []
    start = low
    slope = _slope(line, start)
    while True:
        last = _last_on(line, start, slope, high)
        if last >= high - 1:
            return found
        if len(found) >= _MOST:
            return None
        after = last + 1
        following = _slope(line, after)
        found += _event(last, line(last), line(after), slope, following)
        start, slope = after, following


def _slope(line: Callable[[int], Ends], x: int) -> Ends:
    (low, high), (low_after, high_after) = line(x), line(x + 1)
    return low_after - low, high_after - high


def _last_on(line: Callable[[int], Ends], start: int, slope: Ends, end: int) -> int:
    """The last x up to `end` that lies on the line from `start`, by doubling the step, then halving."""
    low, high = line(start)

    def on(x: int) -> bool:
        return line(x) == (low + slope[0] * (x - start), high + slope[1] * (x - start))

    good, step = start + 1, 1
    while good < end and on(min(good + step, end)):
        good, step = min(good + step, end), step * 2
    bad = min(good + step, end)
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if on(middle) else (good, middle)
    return good


def _event(last: int, before: Ends, after: Ends, slope: Ends, following: Ends) -> list[tuple[int, str]]:
    """What happens between the yen `last` and the next."""
    steps = [b - a for a, b in zip(before, after, strict=True)]
    smooth = all(min(s, f) <= step <= max(s, f) for s, f, step in zip(slope, following, steps, strict=True))
    if not smooth:
        kind = "floor" if before[1] == 0 else "ends" if after[1] == 0 else "jump"
        return [(last, ""), (last + 1, kind)]
    x = last if all(step == f for step, f in zip(steps, following, strict=True)) else last + 1
    return [(x, "cap" if following[1] == 0 and after[1] > 0 else "floor" if before[1] == 0 else "bend")]


def _unrounded(node: Any) -> Any:
    """A tree without its roundings."""
    if isinstance(node, tree.Rounded):
        return _unrounded(node.item)
    if isinstance(node, tuple):
        return tuple(map(_unrounded, node))
    if is_dataclass(node) and not isinstance(node, tree.Fact | tree.Setting | tree.Type | type):
        changed = {f.name: _unrounded(getattr(node, f.name)) for f in fields(node)}
        return replace(node, **changed)
    return node


@once_per_rule
def _smooth(rule: Rule) -> Part:
    node: Node = _unrounded(rule.amount)
    return reader(rule).part(node)
