"""The amount over the cost as an SVG picture, drawn on the server. Its colours are classes of the stylesheet."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from kofu.population.report.charts import ticks
from kofu.quoting.curve import Curve, Point
from kofu.quoting.requirement import fact_name
from kofu.site.words import Say

WIDTH, HEIGHT = 340, 236
_LEFT, _RIGHT, _TOP, _BOTTOM = 68, 14, 22, 44
_EDGE = 24
"""A label nearer to the right edge than this ends there."""
_NEAR = 16
"""Marks nearer to one another than this are drawn beside each other."""


def curve_svg(curve: Curve, say: Say) -> Markup:
    """The picture of a curve; its marks are numbered as in `marks_of`."""
    return _Drawing(curve, say).svg()


def told(curve: Curve, say: Say) -> str:
    """The curve in words, for who does not see it."""
    parts = [
        say("curve_told", x=say.yen(p.x), what=say(f"mark_{p.kind}"), amount=_amount(p, say))
        for p in curve.marks
    ]
    return " ".join(parts) or say(
        "curve_line", x=say.yen(curve.points[-1].x), amount=_amount(curve.points[-1], say)
    )


def _amount(point: Point, say: Say) -> str:
    if point.low == point.high:
        return say.yen(point.low)
    return say("sum_range", low=say.yen(point.low), high=say.yen(point.high))


class _Drawing:
    def __init__(self, curve: Curve, say: Say) -> None:
        self.curve, self.say = curve, say
        self.right = curve.points[-1].x
        self.top = max(1, max(point.high for point in (*curve.points, *([curve.here] if curve.here else []))))

    def svg(self) -> Markup:
        body = [*self.axes(), *self.lines(), *self.marks()]
        return Markup(
            '<svg class="curve" role="img" aria-labelledby="curve-t curve-d" viewBox="0 0 {0} {1}" '
            'width="{0}" height="{1}"><title id="curve-t">{2}</title><desc id="curve-d">{3}</desc>{4}</svg>'
        ).format(
            WIDTH,
            HEIGHT,
            self.say("curve_title", over=fact_name(self.curve.over, self.say.lang)),
            told(self.curve, self.say),
            Markup("").join(body),
        )

    def x(self, yen: int) -> int:
        """Yen of cost → how far to the right, in whole units of the drawing."""
        return _LEFT + yen * (WIDTH - _LEFT - _RIGHT) // self.right

    def y(self, yen: int) -> int:
        """Yen of the amount → how far down."""
        return HEIGHT - _BOTTOM - yen * (HEIGHT - _TOP - _BOTTOM) // self.top

    def axes(self) -> Iterable[Markup]:
        say, base, end = self.say, HEIGHT - _BOTTOM, WIDTH - _RIGHT
        for tick in ticks(self.top):
            y = self.y(tick)
            yield Markup('<path class="g" d="M{} {}H{}"/>').format(_LEFT, y, end)
            yield _text(_LEFT - 6, y + 4, say.yen(tick), "t e")
        for tick in ticks(self.right):
            x = self.x(tick)
            yield Markup('<path class="g" d="M{} {}v4"/>').format(x, base)
            if tick:
                at_edge = end - x < _EDGE
                yield _text(end if at_edge else x, base + 17, say.yen(tick), "t e" if at_edge else "t m")
        yield Markup('<path class="x" d="M{} {}V{}H{}"/>').format(_LEFT, _TOP - 6, base, end)
        yield _text(_LEFT, 11, say("curve_y"), "t s")
        yield _text(end, HEIGHT - 6, fact_name(self.curve.over, self.say.lang), "t e")

    def lines(self) -> Iterable[Markup]:
        points = self.curve.points
        high = [(self.x(p.x), self.y(p.high)) for p in points]
        low = [(self.x(p.x), self.y(p.low)) for p in points]
        if self.curve.is_band:
            yield Markup('<path class="band" d="{}Z"/>').format(_path([*high, *reversed(low)]))
            yield Markup('<path class="low" d="{}"/>').format(_path(low))
        yield Markup('<path class="line" d="{}"/>').format(_path(high))

    def marks(self) -> Iterable[Markup]:
        if self.curve.here:
            here = self.curve.here
            x = self.x(here.x)
            yield Markup('<path class="here" d="M{} {}V{}"/>').format(x, HEIGHT - _BOTTOM, self.y(here.high))
            yield Markup('<circle class="here" cx="{}" cy="{}" r="5"/>').format(x, self.y(here.high))
        before = -_NEAR
        for number, point in enumerate(self.curve.marks, 1):
            x, y = self.x(point.x), self.y(point.high)
            beside = max(x, before + _NEAR)
            before = beside
            yield Markup('<circle class="dot" cx="{}" cy="{}" r="3"/>').format(x, y)
            yield _text(min(beside, WIDTH - _RIGHT - 4), y - 7, str(number), "k m")


def _path(points: list[tuple[int, int]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _text(x: int, y: int, words: str, kind: str) -> Markup:
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(kind, x, y, words)
