"""Where the boxes and arrows of a funding flow stand: payers above payees, each a row below its last payer.

An arrow that skips rows gets an empty place in each row it passes, so that it never runs through a box. All
numbers are whole units of the drawing (about a CSS pixel).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from kofu.programme.model import Flow
from kofu.site.text_wrap import wrap

WIDTH = 340
MIN_BOX = 108  # for each arrow that a box shares with one and the same other
MIDDLE = 250  # an arrow with more room than this stands in the middle of it
GAP = 16
LANE = 92  # the empty place of an arrow that passes a row
PAD = 10
LINE = 20  # one line of text
FONT = 14
BESIDE = 10  # from an arrow to its words
STATE = "国"


@dataclass
class Box:
    """An actor at one place; `name` is "" for the empty place of a passing arrow."""

    name: str
    row: int
    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0
    lines: list[str] = field(default_factory=list)
    pays: bool = False
    arrows: int = 1  # the most it has in common with one other box


@dataclass
class Arrow:
    """A line from point to point, its label beside the first stretch; `head` where it reaches its payee."""

    points: list[tuple[int, int]]
    label: list[str]
    fund: bool
    head: bool


@dataclass
class Picture:
    """A laid-out flow."""

    width: int
    height: int
    boxes: list[Box]
    arrows: list[Arrow]


@dataclass
class _Link:
    """One stretch of an arrow, between neighbouring rows."""

    upper: Box
    lower: Box
    flow: Flow
    first: bool
    x: int = 0
    room: int = 0
    label: list[str] = field(default_factory=list)


def lay_out(flows: Sequence[Flow], names: dict[str, str], labels: dict[int, list[str]]) -> Picture:
    """Place boxes and arrows. `names`: what each actor is called; `labels`: by position, an arrow's words."""
    rows, links = _rows(flows)
    width = max(WIDTH, max(_least(row) for row in rows))
    for row in rows:
        _across(row, width)
    for link in links:
        _aim(link, links)
        if link.first:
            room = (link.room - BESIDE) / FONT
            position = next(i for i, flow in enumerate(flows) if flow is link.flow)
            words = [part for text in labels[position] for part in wrap(text, room)]
            link.label = ["", *words] if link.flow.fund else words  # the mark of a fund has the first line
    height = _down(rows, links, names)
    boxes = [box for row in rows for box in row if box.name]
    arrows = [
        Arrow(
            _path(link),
            link.label if link.first else [],
            link.first and link.flow.fund,
            link.lower.name != "",
        )
        for link in links
    ]
    return Picture(width, height, boxes, arrows)


def _rows(flows: Sequence[Flow]) -> tuple[list[list[Box]], list[_Link]]:
    boxes: dict[tuple[str, int], Box] = {}
    pairs: list[tuple[Box, Box, Flow]] = []
    # A second tier of one name (民間企業等 → 民間企業等) is a box of its own; whoever is not the state pays it.
    tiered = {flow.payer for flow in flows if flow.payer == flow.payee}
    for flow in flows:
        own = flow.payer == flow.payee
        paying = int(flow.payer in tiered and not own)
        upper = boxes.setdefault((flow.payer, paying), Box(flow.payer, 0))
        second = flow.payee in tiered and (own or flow.payer != STATE)
        ring = _reaches(pairs, boxes.get((flow.payee, int(second))), upper)
        lower = boxes.setdefault((flow.payee, 2 if ring else int(second)), Box(flow.payee, 0))
        pairs.append((upper, lower, flow))
    for _ in boxes:
        for upper, lower, _flow in pairs:
            lower.row = max(lower.row, upper.row + 1)
    rows: list[list[Box]] = [[] for _ in range(max((b.row for b in boxes.values()), default=0) + 1)]
    for box in boxes.values():
        box.pays = any(upper is box for upper, _, _ in pairs)
        rows[box.row].append(box)
    links: list[_Link] = []
    for upper, lower, flow in pairs:
        twins = sum(1 for pair in pairs if pair[0] is upper and pair[1] is lower)
        upper.arrows, lower.arrows = max(upper.arrows, twins), max(lower.arrows, twins)
        links += _stretches(upper, lower, flow, rows)
    return rows, links


def _reaches(pairs: list[tuple[Box, Box, Flow]], start: Box | None, goal: Box) -> bool:
    """Whether money that `start` pays comes to `goal`: an arrow back would close a ring."""
    found = [start] if start else []
    for box in found:
        for upper, lower, _ in pairs:
            if upper is box and not any(lower is known for known in found):
                found.append(lower)
    return any(box is goal for box in found)


def _stretches(upper: Box, lower: Box, flow: Flow, rows: list[list[Box]]) -> list[_Link]:
    stops = [upper]
    for row in range(upper.row + 1, lower.row):
        lane = Box("", row)
        rows[row].insert(0, lane)
        stops.append(lane)
    stops.append(lower)
    return [_Link(a, b, flow, a is upper) for a, b in pairwise(stops)]


def _least(row: list[Box]) -> int:
    return sum(MIN_BOX * box.arrows if box.name else LANE for box in row) + GAP * (len(row) - 1)


def _across(row: list[Box], width: int) -> None:
    lanes = sum(1 for box in row if not box.name)
    shares = sum(box.arrows for box in row if box.name)
    free = width - GAP * (len(row) - 1) - LANE * lanes
    x = 0
    for box in row:
        box.x, box.width = x, (free * box.arrows // shares if box.name else LANE)
        x += box.width + GAP


def _aim(link: _Link, links: list[_Link]) -> None:
    """Where an arrow runs down: in the part that both boxes span, beside others between the same two."""
    left = max(link.upper.x, link.lower.x)
    right = min(link.upper.x + link.upper.width, link.lower.x + link.lower.width)
    if right - left < 40:  # nothing in common: it leaves from the payer's near side and bends
        left, right = link.upper.x, link.upper.x + link.upper.width
    twins = [other for other in links if other.upper is link.upper and other.lower is link.lower]
    share = (right - left) // len(twins)
    place = next(i for i, twin in enumerate(twins) if twin is link)
    at = 0.5 if share > MIDDLE else 0.1
    link.x = left + place * share + int(share * at)
    link.room = left + (place + 1) * share - link.x


def _down(rows: list[list[Box]], links: list[_Link], names: dict[str, str]) -> int:
    y = 1
    for number, row in enumerate(rows):
        for box in row:
            box.lines = wrap(names.get(box.name, ""), (box.width - 2 * PAD) // FONT) if box.name else []
        tall = max(len(box.lines) for box in row) * LINE + 2 * PAD
        for box in row:
            box.y, box.height = y, tall
        below = [len(link.label) for link in links if link.upper.row == number]
        y += tall + (max(below) * LINE + 28 if below else 1)
    return y


def _path(link: _Link) -> list[tuple[int, int]]:
    top, bottom = link.upper.y + link.upper.height, link.lower.y
    if not link.upper.name:
        top = link.upper.y
    if link.lower.x <= link.x <= link.lower.x + link.lower.width:
        points = [(link.x, top), (link.x, bottom)]
    else:
        end = link.lower.x + link.lower.width // 2
        bend = bottom - 14
        points = [(link.x, top), (link.x, bend), (end, bend), (end, bottom)]
    return points
