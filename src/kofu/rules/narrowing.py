"""What an expression can still be worth while facts are missing: the operations of the tree over open values.

A number is a closed interval (low, high), a choice a frozenset of those left, a truth True, False or None
(open). Each node becomes a `Part` of two closures over a `Known` case: `look` says what the node may be worth,
`fit` narrows the case to where the node is worth something given: inside `a if 費用 <= 上限 else b` the cost
that a sees is at most the cap. Both only ever leave out what no completion of the case can be.

Numbers are ints wherever they are whole: ints are many times faster than fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import itemgetter
from typing import Any, Literal

Rational = int | Fraction
Interval = tuple[Rational, Rational]
Span = tuple[Rational | None, Rational | None]
"""What a number shall be within; None: no limit on that side."""
Open = Any
"""An Interval, a frozenset of choices, or True / False / None: by the kind of the node, known when compiled."""
Target = Any
"""What a node shall be: a Span, a frozenset of choices, True or False."""
Kind = Literal["number", "truth", "choice"]
Known = list[Open]
"""What is known of a case, slot by slot: facts, open parameters, and derived facts that are stated."""


class Impossible(Exception):  # noqa: N818 — it is no error
    """No completion of the case is like this: a branch that cannot be reached, a condition that cannot hold."""


@dataclass(frozen=True, slots=True)
class Part:
    """A node made ready: `look` at it in a case, `fit` a case to it (or Impossible); the slots it reads."""

    look: Callable[[Known], Open]
    fit: Callable[[Known, Target], Known]
    reads: frozenset[int]
    slope: Callable[[Known, int, Rational | None], Interval | None] = lambda case, slot, step: None
    """Of a number: see `slope_of`."""


def whole(value: Rational) -> Rational:
    """An int where the value is whole."""
    return value.numerator if value.denominator == 1 else value


def down(value: Rational, step: Rational) -> Rational:
    """The largest multiple of `step` that is no more than `value`."""
    return whole(value // step * step)


def up(value: Rational, step: Rational) -> Rational:
    """The smallest multiple of `step` that is no less than `value`."""
    return whole(-(-value // step) * step)


def hull(one: Open, other: Open) -> Open:
    """What is worth one or the other."""
    if one is other:
        return one
    if isinstance(one, tuple):
        return (min(one[0], other[0]), max(one[1], other[1]))
    if isinstance(one, frozenset):
        return one | other
    return None


def join(cases: Sequence[Known]) -> Known:
    """One case that covers them all; Impossible when there is none."""
    if not cases:
        raise Impossible
    if len(cases) == 1:
        return cases[0]
    joined = cases[0]
    for case in cases[1:]:
        joined = [one if one is other else hull(one, other) for one, other in zip(joined, case, strict=True)]
    return joined


def but(case: Known, slot: int, value: Open) -> Known:
    """The case with one thing known better."""
    better = case.copy()
    better[slot] = value
    return better


def remembering(part: Part) -> Part:
    """The same; looked at again in a case that differs in nothing it reads, it answers as before."""
    if not part.reads:
        return part
    read, inside = itemgetter(*sorted(part.reads)), part.look
    last: tuple[Any, Open] = (None, None)

    def look(case: Known) -> Open:
        nonlocal last
        key, (seen, value) = read(case), last
        if seen is None or seen != key:
            value = inside(case)
            last = (key, value)
        return value

    return Part(look, part.fit, part.reads, part.slope)


def slope_of(part: Part, case: Known, slot: int, step: Rational | None) -> Interval | None:
    """How much the part changes per change of one number of the case, all else being equal; None: who knows.

    `step`: the grid of that number (None where it has none); the quotients of all pairs on it lie within.
    """
    return part.slope(case, slot, step) if slot in part.reads else (0, 0)


def agree(kind: Kind, value: Open, to: Target) -> Open:
    """What `value` and `to` have in common (`value` itself where `to` takes nothing away), else Impossible."""
    if kind == "number":
        low, high = value
        at_least, at_most = to
        if at_least is not None and at_least > low:
            low = at_least
        if at_most is not None and at_most < high:
            high = at_most
        if low > high:
            raise Impossible
        return value if low is value[0] and high is value[1] else (low, high)
    if kind == "choice":
        common = value & to
        if not common:
            raise Impossible
        return value if len(common) == len(value) else common
    if value is not None and value is not to:
        raise Impossible
    return to


# --- leaves


def constant(kind: Kind, value: Open) -> Part:
    """A number or a choice that does not depend on the case."""

    def fit(case: Known, to: Target) -> Known:
        agree(kind, value, to)
        return case

    return Part(lambda case: value, fit, frozenset())


def leaf(kind: Kind, slot: int, step: Rational | None) -> Part:
    """A fact or an open parameter; `step`: the grid that its values stand on, if any."""

    def fit(case: Known, to: Target) -> Known:
        value = case[slot]
        better = agree(kind, value, to)
        if better is value:
            return case
        if step is not None:
            better = (up(better[0], step), down(better[1], step))
            if better[0] > better[1]:
                raise Impossible
        return but(case, slot, better)

    return Part(itemgetter(slot), fit, frozenset((slot,)), lambda case, slot, step: (1, 1))


def named(kind: Kind, stated: int, body: Part) -> Part:
    """A name for `body`, unless its own slot is filled; a truth that must be so is filled in like a stated one."""
    inside = body.look

    def look(case: Known) -> Open:
        value = case[stated]
        return inside(case) if value is None else value

    def fit(case: Known, to: Target) -> Known:
        if case[stated] is not None or kind == "truth":
            value = look(case)
            better = agree(kind, value, to)
            if value is not None:
                return case
            return but(body.fit(case, to), stated, better)
        return body.fit(case, to)

    def slope(case: Known, slot: int, step: Rational | None) -> Interval | None:
        return slope_of(body, case, slot, step) if case[stated] is None else (0, 0)

    return remembering(Part(look, fit, body.reads | {stated}, slope))


def pinned(slot: int, item: Part) -> Part:
    """`item`, unless its own slot says what it is worth: so that what reads it twice can be read at its ends."""
    inside = item.look

    def look(case: Known) -> Open:
        value = case[slot]
        return inside(case) if value is None else value

    def fit(case: Known, to: Target) -> Known:
        if case[slot] is None:
            return item.fit(case, to)
        agree("number", case[slot], to)
        return case

    def slope(case: Known, wanted: int, step: Rational | None) -> Interval | None:
        if wanted == slot:
            return (1, 1)
        return slope_of(item, case, wanted, step) if case[slot] is None else (0, 0)

    return Part(look, fit, item.reads | {slot}, slope)


# --- conditions


def equality(equal: bool, left: Part, right: Part, kind: Kind) -> Part:
    """left == right, or != : of two choices or two truth values."""

    def look(case: Known) -> bool | None:
        one, other = left.look(case), right.look(case)
        if kind == "truth":
            return None if one is None or other is None else (one is other) is equal
        if not one & other:
            return not equal
        return equal if len(one) == len(other) == 1 else None

    def fit(case: Known, to: bool) -> Known:
        if (value := look(case)) is not None:
            agree("truth", value, to)
            return case
        for this, that in ((left, right), (right, left)):
            known = that.look(case)
            if kind == "truth" and known is not None:
                case = this.fit(case, known is (to is equal))
            elif kind == "choice" and to is equal:
                case = this.fit(case, known)
            elif kind == "choice" and len(known) == 1:
                case = this.fit(case, this.look(case) - known)
        return case

    return Part(look, fit, left.reads | right.reads)


def member(item: Part, choices: frozenset[str]) -> Part:
    """Whether the item is one of the choices."""
    inside = item.look

    def look(case: Known) -> bool | None:
        left = inside(case)
        return True if left <= choices else None if left & choices else False

    def fit(case: Known, to: bool) -> Known:
        return item.fit(case, choices if to else inside(case) - choices)

    return Part(look, fit, item.reads)


def negation(item: Part) -> Part:
    """The opposite."""

    def look(case: Known) -> bool | None:
        value: bool | None = item.look(case)
        return None if value is None else not value

    return Part(look, lambda case, to: item.fit(case, not to), item.reads)


def logic(decisive: bool, items: Sequence[Part]) -> Part:
    """and (False decides), or (True decides). An item is looked at where those before it do not decide."""
    later = _later([item.reads for item in items])
    # Only a condition that shares a fact with what comes after it has something to tell.
    plan = [
        (item.look, item.fit if item.reads & rest else None) for item, rest in zip(items, later, strict=True)
    ]

    def look(case: Known) -> Open:
        known: bool | None = not decisive
        try:
            for inside, fit_item in plan:
                value = inside(case)
                if value is decisive:
                    return decisive
                if value is None:
                    known = None
                    if fit_item:
                        case = fit_item(case, not decisive)
        except Impossible:
            return decisive
        return known

    def fit(case: Known, to: bool) -> Known:
        if to is decisive:
            return _any(items, case, to)
        for item in items:
            case = item.fit(case, to)
        return case

    return Part(look, fit, reads_of(items))


def _any(items: Sequence[Part], case: Known, to: bool) -> Known:
    """The case in which one of the items is so."""
    found = []
    for item in items:
        try:
            fitted = item.fit(case, to)
        except Impossible:
            continue
        if fitted is case:
            return case
        found.append(fitted)
    return join(found)


def branches(kind: Kind, parts: Sequence[tuple[Part, Part]], otherwise: Part) -> Part:
    """The value of the first branch whose condition holds: of all that can be reached, while that is open."""
    later = _later([condition.reads | value.reads for condition, value in parts] + [otherwise.reads])
    plan = [
        (condition, value, bool(condition.reads & value.reads), bool(condition.reads & rest))
        for (condition, value), rest in zip(parts, later, strict=False)
    ]

    def look(case: Known) -> Open:
        found: list[Open] = []
        try:
            for condition, value, tells_inside, tells_rest in plan:
                met = condition.look(case)
                if met is False:
                    continue
                if met:
                    found.append(value.look(case))
                    break
                with suppress(Impossible):
                    found.append(value.look(condition.fit(case, True) if tells_inside else case))
                if tells_rest:
                    case = condition.fit(case, False)
            else:
                found.append(otherwise.look(case))
        except Impossible:
            pass  # what is left of the branches cannot be reached
        if not found:
            raise Impossible
        return reduce(hull, found)

    def fit(case: Known, to: Target) -> Known:
        agree(kind, look(case), to)
        return case

    def slope(case: Known, slot: int, step: Rational | None) -> Interval | None:
        found: Interval | None = None
        for condition, value in (*parts, (None, otherwise)):
            met = True if condition is None else condition.look(case)
            if met is False:
                continue
            one = slope_of(value, case, slot, step)
            # What jumps where the condition changes has no slope.
            if one is None or (met is None and condition is not None and slot in condition.reads):
                return None
            found = hull(found or one, one)
            if met:
                break
        return found

    reads = reads_of(part for pair in parts for part in pair) | otherwise.reads
    return remembering(Part(look, fit, reads, slope))


def _later(reads: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """For each place, what is read after it."""
    return [frozenset().union(*reads[place + 1 :]) for place in range(len(reads))]


def reads_of(parts: Iterable[Part]) -> frozenset[int]:
    """Every slot that one of the parts reads."""
    return frozenset().union(*(part.reads for part in parts))
