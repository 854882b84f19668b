"""Numbers that are open: what an operation on intervals may come to, and what it asks of its operands.

`fit` runs an operation backwards: 費用 * 率 ≥ 下限額 with the rate known says what the cost is at least. A
difference of two expressions of one missing number, 費用 - min(費用 * 率, 上限額), is read at both ends of that
number where the difference only rises or only falls with it; so is what is left of the amount, 支援額 - 国の分,
at both ends of the amount.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from operator import le, lt

from kofu.rules.narrowing import (
    Interval,
    Known,
    Part,
    Rational,
    Span,
    agree,
    but,
    down,
    hull,
    reads_of,
    slope_of,
    up,
    whole,
)

Steps = Mapping[int, Rational | None]
"""The slots of numbers → the grid that their values stand on, if any."""


Pins = Mapping[int, Callable[[Known], Interval]]
"""The slots of amounts that may be pinned → what they are worth where they are not."""


def arithmetic(
    op: str, left: Part, right: Part, zero: Callable[[], Exception], steps: Steps, pins: Pins
) -> Part:
    """left op right; `zero` makes the error for a divisor that may be 0, `steps` are those of the numbers read."""
    look_left, look_right = left.look, right.look
    common = sorted(left.reads & right.reads & steps.keys(), key=lambda slot: slot not in pins)
    common = common if op == "-" else []

    def plus(case: Known) -> Interval:
        (a, b), (c, d) = look_left(case), look_right(case)
        return (a + c, b + d)

    def minus(case: Known) -> Interval:
        for slot in common:
            low, high = case[slot] or pins[slot](case)
            if low != high and (rising := _rising(slope(case, slot, steps[slot]))) is not None:
                low, high = (low, high) if rising else (high, low)
                return (minus(but(case, slot, (low, low)))[0], minus(but(case, slot, (high, high)))[1])
        (a, b), (c, d) = look_left(case), look_right(case)
        return (a - d, b - c)

    def times(case: Known) -> Interval:
        return _product(look_left(case), look_right(case))

    def over(case: Known) -> Interval:
        return _product(look_left(case), _inverse(look_right(case), zero))

    def slope(case: Known, slot: int, step: Rational | None) -> Interval | None:
        one, other = slope_of(left, case, slot, step), slope_of(right, case, slot, step)
        if one is None or other is None:
            return None
        if op in "+-":
            return _sum(one, other if op == "+" else _negative(other))
        if op == "*":
            # f'g' - fg = f'(g' - g) + g(f' - f)
            return _sum(_product(look_left(case), other), _product(look_right(case), one))
        return _product(one, _inverse(look_right(case), zero)) if other == (0, 0) else None

    def fit(case: Known, to: Span) -> Known:
        if op in "+-":
            c, d = look_right(case) if op == "+" else _negative(look_right(case))
            case = left.fit(case, _within(to, -d, -c))
            a, b = look_left(case)
            span = _within(to, -b, -a)
            return right.fit(case, span if op == "+" else _opposite(span))
        divisor = look_right(case) if op == "*" else _inverse(look_right(case), zero)
        case = left.fit(case, _quotient(to, divisor))
        return right.fit(case, _quotient(to, look_left(case))) if op == "*" else case

    look = {"+": plus, "-": minus, "*": times, "/": over}[op]
    return Part(look, fit, left.reads | right.reads, slope)


def steadied(difference: Part, bare: Part, step: Rational) -> Part:
    """A difference of two numbers rounded alike, narrower by `bare`, the same before they were rounded: roundings
    jump up and down by `step`, but their difference stays within the next multiples of it."""
    inside, outside = difference.look, bare.look

    def look(case: Known) -> Interval:
        low, high = inside(case)
        if low == high:
            return (low, high)
        least, most = outside(case)
        return (max(low, down(least, step)), min(high, up(most, step)))

    return Part(look, difference.fit, difference.reads, difference.slope)


def extreme(op: str, items: Sequence[Part]) -> Part:
    """The smallest or the largest of the items."""
    choose: Callable[[Iterable[Rational]], Rational] = min if op == "min" else max
    looks = [item.look for item in items]

    def look(case: Known) -> Interval:
        spans = [inside(case) for inside in looks]
        return (choose([span[0] for span in spans]), choose([span[1] for span in spans]))

    def fit(case: Known, to: Span) -> Known:
        agree("number", look(case), to)
        span = (to[0], None) if op == "min" else (None, to[1])
        for item in items:
            case = item.fit(case, span)
        return case

    def slope(case: Known, slot: int, step: Rational | None) -> Interval | None:
        spans = [inside(case) for inside in looks]
        contending = [items[place] for place in _contending(op, spans)]
        found = [slope_of(item, case, slot, step) for item in contending]
        known = [one for one in found if one is not None]
        return reduce(hull, known) if len(known) == len(found) else None

    return Part(look, fit, reads_of(items), slope)


def _contending(op: str, spans: Sequence[Interval]) -> list[int]:
    """The places of the items that a min or max can be, and can differ from the others in."""
    if op == "max":
        spans = [_negative(span) for span in spans]
    least = min(high for _, high in spans)
    below = [place for place, span in enumerate(spans) if span[0] < least]
    if any(spans[place][1] == least for place in below):
        return below
    return [*below, next(place for place, span in enumerate(spans) if span[1] == least)]


def rounded(direction: str, step: Rational, item: Part) -> Part:
    """`item` to a multiple of `step`: down, up or half up; all of them keep the order of numbers."""
    step, inside = whole(step), item.look
    to_step = {"down": down, "up": up, "half_up": _half_up}[direction]

    def look(case: Known) -> Interval:
        low, high = inside(case)
        return (to_step(low, step), to_step(high, step))

    def fit(case: Known, to: Span) -> Known:
        agree("number", look(case), to)
        # What is rounded is less than one step from what it is rounded to.
        below, above = direction != "down", direction != "up"
        return item.fit(case, _within(to, -step if below else 0, step if above else 0))

    def slope(case: Known, slot: int, grid: Rational | None) -> Interval | None:
        found = slope_of(item, case, slot, grid)
        if found is None or grid is None:
            return None
        # From one point of the grid to the next, what is rounded moves by whole steps.
        return (
            Fraction(down(found[0] * grid, step)) / grid,
            Fraction(up(found[1] * grid, step)) / grid,
        )

    return Part(look, fit, item.reads, slope)


def _rising(slope: Interval | None) -> bool | None:
    """True or False for what only rises or only falls."""
    if slope is None or slope[0] < 0 < slope[1]:
        return None
    return slope[0] >= 0


def _sum(left: Interval, right: Interval) -> Interval:
    return (left[0] + right[0], left[1] + right[1])


def _half_up(value: Rational, step: Rational) -> Rational:
    return down(value + Fraction(step) / 2, step)


def _product(left: Interval, right: Interval) -> Interval:
    (a, b), (c, d) = left, right
    if a >= 0 and c >= 0:
        low = a * c
        return (low, low if a is b and c is d else b * d)
    ends = (a * c, a * d, b * c, b * d)
    return (min(ends), max(ends))


def _inverse(divisor: Interval, zero: Callable[[], Exception]) -> Interval:
    low, high = divisor
    if low <= 0 <= high:
        raise zero()
    return (whole(1 / Fraction(high)), whole(1 / Fraction(low)))


def _negative(span: Interval) -> Interval:
    return (-span[1], -span[0])


def _opposite(span: Span) -> Span:
    low, high = span
    return (None if high is None else -high, None if low is None else -low)


def _within(span: Span, low: Rational, high: Rational) -> Span:
    """The span with its ends moved."""
    return (None if span[0] is None else span[0] + low, None if span[1] is None else span[1] + high)


def _quotient(product: Span, factor: Interval) -> Span:
    """What times a factor above 0 gives the product; anything, for other factors."""
    (low, high), (c, d) = product, factor
    if c <= 0:
        return (None, None)
    return (
        None if low is None else Fraction(low) / (d if low > 0 else c),
        None if high is None else Fraction(high) / (c if high > 0 else d),
    )


def number_comparison(
    op: str, left: Part, right: Part, steps: tuple[Rational | None, Rational | None]
) -> Part:
    """left op right; `steps`: the grid on which a side's values stand, where it has one (人 < 10 is 9 at most)."""
    if op in (">", ">="):
        return number_comparison(op.replace(">", "<"), right, left, steps[::-1])
    if op in ("==", "!="):
        return _number_equality(op == "==", left, right)
    look_left, look_right, strict = left.look, right.look, op == "<"
    holds: Callable[[Rational, Rational], bool] = lt if strict else le

    def look(case: Known) -> bool | None:
        (a, b), (c, d) = look_left(case), look_right(case)
        if holds(b, c):
            return True
        return None if holds(a, d) else False

    def fit(case: Known, to: bool) -> Known:
        if (value := look(case)) is not None:
            agree("truth", value, to)
            return case
        # left (to: below, else above) right; not (left < right) is left >= right.
        sharp = strict is to
        if to:
            case = left.fit(case, (None, _below(look_right(case)[1], steps[0], sharp)))
            return right.fit(case, (_above(look_left(case)[0], steps[1], sharp), None))
        case = left.fit(case, (_above(look_right(case)[0], steps[0], sharp), None))
        return right.fit(case, (None, _below(look_left(case)[1], steps[1], sharp)))

    return Part(look, fit, left.reads | right.reads)


def _below(value: Rational, step: Rational | None, sharp: bool) -> Rational:
    """What is below `value` is no more than this."""
    return up(value, step) - step if sharp and step is not None else value


def _above(value: Rational, step: Rational | None, sharp: bool) -> Rational:
    return down(value, step) + step if sharp and step is not None else value


def _number_equality(equal: bool, left: Part, right: Part) -> Part:
    def look(case: Known) -> bool | None:
        (a, b), (c, d) = left.look(case), right.look(case)
        if b < c or d < a:
            return not equal
        return equal if a == b == c == d else None

    def fit(case: Known, to: bool) -> Known:
        if (value := look(case)) is not None:
            agree("truth", value, to)
        elif to is equal:
            case = left.fit(case, right.look(case))
            case = right.fit(case, left.look(case))
        return case

    return Part(look, fit, left.reads | right.reads)
