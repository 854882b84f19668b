"""Where one sheet ends and the next begins: an inference from several cues, with a margin.

A document is cut into *sheets* and *between* parts (cover, contents, dividers) by the cheapest path over
candidate cuts. A cut is cheap where the print breaks (form feed, run of blank lines, the single space that a
lost form feed leaves, a page number before it) and where a sheet would begin (label, title above its budget
line); a sheet is cheap when it has exactly one budget line and no label twice (`boundaries`). The margin of a boundary is how
much more the second-best place for it costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from kofu.reading.boundaries import Walk, breaks, cut_costs, is_plain
from kofu.reading.cues import Cue, read_cues
from kofu.reading.document import Line, Sheet, SourceText
from kofu.reading.layout import all_labels, choose_layout, layouts
from kofu.reading.regions import find_regions

SMALL_MARGIN = 2.0
"""A boundary whose second-best place costs less than this more is doubtful."""

_INFINITE = inf
_Reach = list[dict[int, tuple[float, bool]]]


@dataclass(frozen=True)
class _Part:
    """Printed lines first … last-1; `margin` is what the next best place of its first boundary costs more,
    `split` what it costs more to cut it once again, and before which line that would be."""

    first: int
    last: int
    is_sheet: bool
    margin: float
    split: tuple[float, int]


def cut_sheets(source: SourceText) -> tuple[Sheet, ...]:
    """The sheets of a document in order, each with its layout, regions and doubts about its cut."""
    cues = read_cues(source)
    if not any(cue.counts or cue.labels for cue in cues):
        return ()
    parts = _best_parts(cues)
    habit = _habit(cues, parts)
    sheets = []
    for index, part in enumerate(parts):
        if not part.is_sheet:
            continue
        before = part.margin if _matters(cues, parts, index) else _INFINITE
        after = parts[index + 1].margin if _matters(cues, parts, index + 1) else _INFINITE
        again = cues[part.split[1]].line.number if part.split[0] < SMALL_MARGIN else None
        opens_page = part.first > 0 and breaks(cues[part.first], cues[part.first - 1])
        sheets.append(_sheet(source, cues[part.first : part.last], habit, before, after, again, opens_page))
    return tuple(sheets)


def _matters(cues: Sequence[Cue], parts: Sequence[_Part], index: int) -> bool:
    """Whether a cut in the wrong place would cost a sheet something: not where the print breaks clearly and
    nothing but a cover, contents or a divider lies on the other side."""
    if index == 0 or index == len(parts):
        return False
    first, second = parts[index - 1], parts[index]
    bare = next((part for part in (first, second) if not part.is_sheet), None)
    if bare is None or not breaks(cues[second.first], cues[second.first - 1]):
        return True
    return any(cue.labels or cue.budget or cue.office for cue in cues[bare.first : bare.last])


def _sheet(
    source: SourceText,
    cues: Sequence[Cue],
    habit: str | None,
    before: float,
    after: float,
    again: int | None,
    opens_page: bool,
) -> Sheet:
    layout = choose_layout(_labels(cues), habit)
    regions = find_regions(cues, layout)
    first, last = cues[0].line.number, cues[-1].line.number
    doubts = []
    if before < SMALL_MARGIN:
        doubts.append(f"境界が不確かです: このシートが{first}行目から始まるかどうか")
    if after < SMALL_MARGIN:
        doubts.append(f"境界が不確かです: このシートが{last}行目で終わるかどうか")
    broken = [cue.line.number for cue in cues[1:] if cue.page_break]
    if broken:
        doubts.append(f"境界が不確かです: {broken[0]}行目にページの切れ目があります")
    if again:
        doubts.append(f"境界が不確かです: {again}行目から別のシートが始まるかもしれません")
    if layouts()[layout].headline == "top" and not opens_page and _headline_is_late(cues):
        doubts.append("境界が不確かです: 事業名と予算額が、先頭ではなく見出しより後にあります")
    lines: tuple[Line, ...] = source.lines[first - 1 : last]
    return Sheet(source, lines, layout, regions, tuple(doubts))


def _headline_is_late(cues: Sequence[Cue]) -> bool:
    """Whether a heading stands above the budget line."""
    budget = next((k for k, cue in enumerate(cues) if cue.counts), len(cues))
    labels = [label for cue in cues[:budget] if cue.labels for label in cue.labels.labels]
    return any("title" not in all_labels()[label] for label in labels)


def _habit(cues: Sequence[Cue], parts: Sequence[_Part]) -> str | None:
    """The layout that fits all sheets of the document taken together."""
    sheets = [choose_layout(_labels(cues[p.first : p.last])) for p in parts if p.is_sheet]
    return max(sheets, key=sheets.count) if sheets else None


def _labels(cues: Sequence[Cue]) -> list[str]:
    found = dict.fromkeys(label for cue in cues if cue.labels for label in cue.labels.labels)
    return list(found)


def _best_parts(cues: Sequence[Cue]) -> list[_Part]:
    costs = cut_costs(cues)
    spots = [k for k in range(len(cues)) if k == 0 or costs[k] < _INFINITE] + [len(cues)]
    forward: list[tuple[float, int]] = [(0.0, 0)] + [(_INFINITE, 0)] * (len(spots) - 1)
    reach: _Reach = [{} for _ in spots]
    plain = [is_plain(cue) for cue in cues]
    for index, start in enumerate(spots[:-1]):
        base = forward[index][0]
        walk = Walk(cues, plain, start)
        for ahead in range(index + 1, len(spots)):
            cost, is_sheet = walk.extend(spots[ahead])
            if walk.hopeless and ahead > index + 1:
                break
            if spots[ahead] < len(cues):
                cost += costs[spots[ahead]]
            reach[index][ahead] = (cost, is_sheet)
            if base + cost < forward[ahead][0]:
                forward[ahead] = (base + cost, index)
    path = [len(spots) - 1]
    while path[-1]:
        path.append(forward[path[-1]][1])
    path.reverse()
    return [
        _Part(spots[a], spots[b], reach[a][b][1], _margin(reach, path, place), _split(reach, spots, a, b))
        for place, (a, b) in enumerate(pairwise(path))
    ]


def _margin(reach: _Reach, path: Sequence[int], place: int) -> float:
    """How much more the second-best place costs for the cut `path[place]`, its neighbours held fixed."""
    if place == 0:
        return _INFINITE
    before, here, after = path[place - 1], path[place], path[place + 1]
    best = reach[before][here][0] + reach[here][after][0]
    rivals = [reach[before].get(after, (_INFINITE, True))[0]]
    for other in range(before + 1, after):
        if other != here and other in reach[before] and after in reach[other]:
            rivals.append(reach[before][other][0] + reach[other][after][0])
    return min(rivals) - best


def _split(reach: _Reach, spots: Sequence[int], first: int, last: int) -> tuple[float, int]:
    """How much more it costs to cut a part once again, and before which line that is cheapest."""
    whole = reach[first][last][0]
    rivals = [
        (reach[first][other][0] + reach[other][last][0] - whole, spots[other])
        for other in range(first + 1, last)
        if other in reach[first] and last in reach[other]
    ]
    return min(rivals, default=(_INFINITE, 0))
