"""Charts as SVG, drawn on the server: bars, diverging bars, lines, a heat map. Colours are classes of `charts.css`.

Every place in a drawing is a whole number; every mark holds its exact value as a `<title>`. Labels are broken into
lines and never cut, so that a chart is as tall as its words need. A drawing is as wide as a phone's screen and is
shown larger on a wide one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from kofu.population.report.lettering import LINE, wide, wrap

WIDTH = 360
TONES = 6
"""So many series are told apart, by colour and by dash."""
SHADES = 5
_TICKS = 4
_BAR = 14
_GAP = 10
_PLOT = 200
_CELL = 34
_ROOM = WIDTH - 4


@dataclass(frozen=True)
class Bar:
    """A bar from 0 to `low`, and lighter on to `high`; None is without an end. `shown` is printed, `exact` hovers."""

    label: str
    low: int
    high: int | None
    shown: str
    exact: str
    tone: int = 0
    heading: str = ""
    """Stands once above the bars that share it."""


@dataclass(frozen=True)
class Split:
    """Two bars that start from one axis: losers to the left, winners to the right."""

    label: str
    left: int
    right: int
    shown: tuple[str, str]
    exact: str


@dataclass(frozen=True)
class Mark:
    """A level to compare with, such as a budget."""

    value: int
    label: str


@dataclass(frozen=True)
class Spot:
    """A point of a series: how far along (0 to `ALONG`), how high, and up to where it may be."""

    along: int
    low: int
    high: int | None
    exact: str


@dataclass(frozen=True)
class Series:
    """A line with a name."""

    name: str
    spots: tuple[Spot, ...]
    tone: int = 0


@dataclass(frozen=True)
class Cell:
    """A field of a heat map; `over` marks it in the corner."""

    value: int
    shown: tuple[str, ...]
    exact: str
    over: bool = False


ALONG = 10_000
Printer = Callable[[int], str]


def bars(told: str, rows: Sequence[Bar], number: Printer, mark: Mark | None = None) -> Markup:
    """Horizontal bars, each below its label; `told` says the chart in words, `number` prints a tick."""
    ends = [row.low if row.high is None else row.high for row in rows]
    top = max([1, *ends, mark.value if mark else 0])
    room = WIDTH - 14 if any(row.high is None for row in rows) else WIDTH - 2
    shapes: list[Markup] = []
    words: list[Markup] = []
    y = first = LINE + 8 if mark else 4
    heading = ""
    for row, end in zip(rows, ends, strict=True):
        if row.heading != heading:
            heading = row.heading
            y = 4 + _lines(words, y + 4, heading, "b")
        y = _label(words, y, row.label, row.shown)
        shapes.append(_bar(row, y, row.low * room // top, end * room // top))
        y += _BAR + _GAP
    base = y - 2
    grid = []
    for tick in ticks(top):
        x, label = tick * room // top, number(tick)
        grid.append(_vertical(x, first, base, "g"))
        words.append(_text(_held(x, label), base + LINE, label, "s"))
    if mark:
        x = mark.value * room // top
        shapes.append(_vertical(x, LINE + 2, base, "limit"))
        words.append(_text(_held(x, mark.label), LINE - 2, mark.label, "s l"))
    return _svg(told, WIDTH, base + LINE + 6, [*grid, *shapes, *words])


def diverging_bars(told: str, rows: Sequence[Split], heads: tuple[str, str]) -> Markup:
    """Bars to both sides of one axis, in one scale. `heads` names the sides; the words say them, not only colour."""
    left, right = (max([0, *(getattr(row, side) for row in rows)]) for side in ("left", "right"))
    room, total = WIDTH - 2, max(1, left + right)
    axis = left * room // total
    words = [
        _text(0, LINE - 2, f"◀ {heads[0]}", "s lose"),
        _text(WIDTH, LINE - 2, f"{heads[1]} ▶", "s win e"),
    ]
    shapes: list[Markup] = []
    y = LINE + 6
    for row in rows:
        y = _label(words, y, row.label, " / ".join(row.shown))
        loses, wins = row.left * room // total, row.right * room // total
        drawn = _rect(axis - loses, y, loses, _BAR, "lose") + _rect(axis, y, wins, _BAR, "win")
        shapes.append(_titled(drawn, row.exact))
        y += _BAR + _GAP
    return _svg(told, WIDTH, y, [*shapes, _vertical(axis, LINE + 6, y - 4, "x"), *words])


def lines(
    told: str,
    series: Sequence[Series],
    stops: Sequence[tuple[int, str]],
    number: Printer,
    mark: Mark | None = None,
) -> Markup:
    """Lines over `stops` (how far along, label). A range is a band; a point without an upper end has an arrow."""
    spots = [spot for one in series for spot in one.spots]
    top = max(
        [1, mark.value if mark else 0, *(spot.low if spot.high is None else spot.high for spot in spots)]
    )
    left = 10 + max(wide(number(tick)) for tick in ticks(top))
    right, upper = WIDTH - 14, LINE + 4
    base = upper + _PLOT

    def x(along: int) -> int:
        return left + along * (right - left) // ALONG

    def y(value: int) -> int:
        return base - value * _PLOT // top

    body: list[Markup] = []
    for tick in ticks(top):
        body.append(Markup('<path class="g" d="M{} {}H{}"/>').format(left, y(tick), right))
        body.append(_text(left - 6, y(tick) + 4, number(tick), "s e"))
    body += _stops([(x(along), label) for along, label in stops], base)
    for one in series:
        body += _line(one, x, y, "" if len(series) > 1 else " only")
    if mark:
        body += _level(mark.label, y(mark.value), left, right, [(x(s.along), y(s.low)) for s in spots])
    end = base + LINE + 10
    for one in series if len(series) > 1 else ():
        body.append(Markup('<path class="line t{}" d="M0 {}h26"/>').format(one.tone, end + LINE // 2 + 1))
        for line in wrap(one.name, _ROOM - 34):
            end += LINE
            body.append(_text(34, end, line, ""))
    return _svg(told, WIDTH, end + 8, body)


def heat_map(
    told: str,
    across: tuple[str, Sequence[str]],
    down: tuple[str, Sequence[str]],
    cells: Mapping[tuple[int, int], Cell],
) -> Markup:
    """Numbers in a grid of shades; `across` and `down` are the name and the values of a parameter each."""
    found = [cell.value for cell in cells.values()]
    low, high = min(found, default=0), max(found, default=0)
    left = 8 + max(wide(text) for text in down[1])
    widest = max(
        wide(text) for text in [*across[1], *(line for cell in cells.values() for line in cell.shown)]
    )
    step = max(widest + 12, (WIDTH - left) // max(1, len(across[1])))
    tall = _CELL + LINE * (max((len(cell.shown) for cell in cells.values()), default=1) - 1)
    width = left + step * len(across[1])
    body: list[Markup] = []
    y = 2
    for line in [*wrap(f"→ {across[0]}", width), *wrap(f"↓ {down[0]}", width)]:
        y += LINE
        body.append(_text(0, y - 4, line, "s"))
    y += LINE + 2
    body += [_text(left + step * i + step // 2, y - 4, text, "b m") for i, text in enumerate(across[1])]
    for j, text in enumerate(down[1]):
        top = y + tall * j
        body.append(_text(left - 6, top + tall // 2 + 4, text, "b e"))
        for i in range(len(across[1])):
            cell = cells.get((i, j), Cell(low, ("—",), ""))
            shade = (cell.value - low) * SHADES // (high - low + 1)
            body.append(_cell(cell, left + step * i, top, step, tall, shade))
    return _svg(told, max(width, WIDTH), y + tall * len(down[1]) + 2, body)


def ticks(high: int) -> list[int]:
    """Round numbers from 0 to `high`: at most four steps of 1, 2 or 5 times a power of ten.

    >>> ticks(666_667)
    [0, 200000, 400000, 600000]
    """
    step = 1
    while high // step > _TICKS:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return list(range(0, high + 1, step))


def _bar(row: Bar, y: int, solid: int, whole: int) -> Markup:
    drawn = _rect(0, y, solid, _BAR, f"t{row.tone}")
    if whole > solid:
        drawn += _rect(solid, y, whole - solid, _BAR, f"t{row.tone} maybe")
    if row.high is None:
        half = _BAR // 2
        drawn += Markup('<path class="open t{}" d="M{} {}l8 {}l-8 {}z"/>').format(
            row.tone, whole + 4, y, half, half
        )
    return _titled(drawn, row.exact)


def _cell(cell: Cell, x: int, y: int, width: int, height: int, shade: int) -> Markup:
    drawn = _rect(x, y, width - 2, height - 2, f"h{shade}")
    if cell.over:
        drawn += Markup('<path class="over h{}" d="M{} {}v10l-10 -10z"/>').format(shade, x + width - 4, y + 2)
    first = y + (height - LINE * len(cell.shown)) // 2 + LINE - 5
    for i, line in enumerate(cell.shown):
        drawn += _text(x + width // 2 - 1, first + LINE * i, line, f"m v{shade}")
    return _titled(drawn, cell.exact)


def _line(one: Series, x: Callable[[int], int], y: Callable[[int], int], kind: str) -> Iterable[Markup]:
    lows = [(x(spot.along), y(spot.low)) for spot in one.spots]
    highs = [(x(s.along), y(s.low if s.high is None else s.high)) for s in one.spots]
    if lows != highs:
        yield Markup('<path class="band t{}" d="{}Z"/>').format(one.tone, _path([*highs, *reversed(lows)]))
    yield Markup('<path class="line t{}{}" d="{}"/>').format(one.tone, kind, _path(lows))
    for spot, (across, down) in zip(one.spots, lows, strict=True):
        dot = Markup('<circle class="dot t{}" cx="{}" cy="{}" r="4"/>').format(one.tone, across, down)
        if spot.high is None:
            dot += Markup('<path class="open t{}" d="M{} {}l4 -9l4 9z"/>').format(
                one.tone, across - 4, down - 7
            )
        yield _titled(dot, spot.exact)


def _level(label: str, y: int, left: int, right: int, points: Sequence[tuple[int, int]]) -> Iterable[Markup]:
    """A level across a chart, named at the end that is farther from the points."""
    yield Markup('<path class="limit" d="M{} {}H{}"/>').format(left, y, right)
    first, last = (abs(end(points, default=(0, y))[1] - y) for end in (min, max))
    yield _text(left, y - 5, label, "s l halo") if first > last else _text(right, y - 5, label, "s l e halo")


def _stops(places: Sequence[tuple[int, str]], base: int) -> Iterable[Markup]:
    """Labels below an axis; of those that would touch, some are left to the table: at even places, every so many."""
    steps = [after[0] - before[0] for before, after in pairwise(places)]
    even = bool(steps) and max(steps) - min(steps) <= 1
    widest = max((wide(label) for _, label in places), default=0) + 6
    every = -(-widest // max(1, min(steps))) if even else 1
    taken = -1
    for place, (x, label) in enumerate(places):
        yield _vertical(x, base, base + 4, "x")
        kind, start, across = _edged(x, label)
        if start > taken and place % every == 0:
            taken = start + wide(label) + 6
            yield _text(across, base + LINE + 4, label, kind)


def _edged(x: int, label: str) -> tuple[str, int, int]:
    """How a label around `x` is anchored so that it stays inside; where it starts; its x."""
    half = wide(label) // 2 + 1
    if x - half < 0:
        return "s", 0, 0
    if x + half > WIDTH:
        return "s e", WIDTH - 2 * half, WIDTH
    return "s m", x - half, x


def _held(x: int, label: str) -> int:
    """Where a label around `x` starts when it stays inside the drawing."""
    return max(0, min(x - wide(label) // 2, WIDTH - wide(label) - 1))


def _label(body: list[Markup], y: int, label: str, shown: str) -> int:
    """A label with its value at the right edge; below the label where both have no room side by side."""
    value = wide(shown)
    beside = _ROOM - value - 12
    y = _lines(body, y, label, "", beside if beside >= WIDTH // 3 else _ROOM)
    if beside < WIDTH // 3:
        y += LINE
    body.append(_text(WIDTH, y - 5, shown, "e n halo"))
    return y


def _lines(body: list[Markup], y: int, words: str, kind: str, room: int = _ROOM) -> int:
    """Words in as many lines as they need; where they end."""
    for line in wrap(words, room):
        y += LINE
        body.append(_text(0, y - 5, line, f"{kind} halo".strip()))
    return y


def _text(x: int, y: int, words: str, kind: str) -> Markup:
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(kind, x, y, words)


def _rect(x: int, y: int, width: int, height: int, kind: str) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(kind, x, y, width, height)


def _vertical(x: int, top: int, end: int, kind: str) -> Markup:
    return Markup('<path class="{}" d="M{} {}V{}"/>').format(kind, x, top, end)


def _path(points: Sequence[tuple[int, int]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _titled(drawn: Markup, exact: str) -> Markup:
    return Markup("<g><title>{}</title>{}</g>").format(exact, drawn)


def _svg(told: str, width: int, height: int, body: Iterable[Markup]) -> Markup:
    return Markup(
        '<svg class="chart" role="img" aria-label="{0}" viewBox="0 0 {1} {2}" width="{1}" height="{2}">{3}</svg>'
    ).format(told, width, height, Markup("").join(body))
