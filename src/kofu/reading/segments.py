"""Where one sheet ends and the next begins: an inference from several cues, with a margin.

A document is cut into *sheets* and *between* parts (cover, contents, dividers) by the cheapest path over
candidate cuts. A cut is cheap where the print breaks (form feed, run of blank lines, the single space that a
lost form feed leaves, a page number before it) and where a sheet would begin (label, title above its budget
line); a sheet is cheap when it has exactly one budget line and no label twice. The margin of a boundary is how
much more the second-best place for it costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kofu.reading.cues import Cue, read_cues
from kofu.reading.document import Line, Sheet, SourceText
from kofu.reading.layout import all_labels, choose_layout, layouts
from kofu.reading.regions import find_regions
from kofu.reading.titles import title_start

SMALL_MARGIN = 2.0
"""A boundary whose second-best place costs less than this more is doubtful."""

_LONGEST = 260
_MOST_BUDGETS = 2
_SKELETON = frozenset({"frame", "point", "purpose", "targets", "scheme", "outline", "policy"})
_CUT, _BREAK, _BLANKS, _JOINED = 4.0, 5.0, 4.0, 1.0
_LEAD, _LEAD_JOINED, _PAGE, _LABEL, _TITLE, _FLOOR = 1.0, 4.0, 1.5, 1.5, 2.0, -1.0
_INSIDE_HEAD, _INSIDE_SENTENCE, _INSIDE_OFFICE = 4.0, 2.5, 3.0
_START_EDGE, _END_EDGE, _EDGE_LABEL = 0.5, 2.0, 2.0
_NO_BUDGET, _WHOLE_SKELETON, _MORE_BUDGETS, _REPEAT, _REPEAT_MINOR = 9.0, 4.0, 10.0, 5.0, 2.0
_DIVIDED, _SHORT, _NO_OFFICE, _CONTENTS = 3.0, 4.0, 1.0, 1.5
_FEW_LABELS = (7.0, 3.0, 1.0, 0.0)
_BETWEEN, _BETWEEN_BUDGET, _BETWEEN_LABEL, _BETWEEN_LINE = 1.0, 9.0, 4.0, 0.3
_INFINITE = float("inf")
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
        after = parts[index + 1].margin if index + 1 < len(parts) else _INFINITE
        again = cues[part.split[1]].line.number if part.split[0] < SMALL_MARGIN else None
        sheets.append(_sheet(source, cues[part.first : part.last], habit, part.margin, after, again))
    return tuple(sheets)


def _sheet(
    source: SourceText, cues: Sequence[Cue], habit: str | None, before: float, after: float, again: int | None
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
    if layouts()[layout].headline == "top" and _headline_is_late(cues):
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
    costs = _cut_costs(cues)
    spots = [k for k in range(len(cues)) if k == 0 or costs[k] < _INFINITE] + [len(cues)]
    forward: list[tuple[float, int]] = [(0.0, 0)] + [(_INFINITE, 0)] * (len(spots) - 1)
    reach: _Reach = [{} for _ in spots]
    for index, start in enumerate(spots[:-1]):
        base = forward[index][0]
        walk = _Walk(cues, start)
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


class _Walk:
    """The cost of the part that begins at one line, as it grows line by line."""

    def __init__(self, cues: Sequence[Cue], start: int) -> None:
        self.cues, self.start, self.end = cues, start, start
        self.budgets = 0
        self.between = self.divided = 0.0
        self.repeats = 0.0
        self.seen: set[str] = set()
        self.contents = 0
        self.office = False
        self.labels: set[str] = set()
        self.roles: set[str] = set()

    @property
    def hopeless(self) -> bool:
        return self.budgets > _MOST_BUDGETS or (self.end - self.start > _LONGEST and not self.contents)

    def extend(self, end: int) -> tuple[float, bool]:
        """Cost when the part ends before line `end`, and whether it is cheaper as a sheet than as a between."""
        for cue in self.cues[self.end : end]:
            self._add(cue)
        self.end = end
        size = end - self.start
        if self.budgets:
            sheet = _MORE_BUDGETS * (self.budgets - 1)
        else:
            sheet = _NO_BUDGET - (_WHOLE_SKELETON if len(self.roles) >= 3 else 0.0)
        sheet += self.repeats + _DIVIDED * self.divided + (_SHORT if size < 6 else 0.0)
        sheet += 0.0 if self.office else _NO_OFFICE
        sheet += _CONTENTS * self.contents + _FEW_LABELS[min(len(self.roles), 3)]
        text = self.between if self.contents * 3 < size else 0.0
        between = _BETWEEN + text + _BETWEEN_BUDGET * self.budgets + _BETWEEN_LABEL * len(self.labels)
        if not self.budgets and (self.start == 0 or end == len(self.cues)):
            # A sheet whose other half was cut off with the rest of the document.
            edge = _END_EDGE if self.start else _START_EDGE
            between = min(between, edge + _EDGE_LABEL * len(self.labels))
        return (sheet, True) if sheet < between else (between, False)

    def _add(self, cue: Cue) -> None:
        self.budgets += cue.counts
        self.contents += cue.contents
        self.office = self.office or bool(cue.office) or cue.phone
        if cue.divider:
            self.divided += 1.0
        elif not cue.contents:
            self.between += _BETWEEN_LINE
        for label in cue.labels.labels if cue.labels else ():
            roles = all_labels()[label] & _SKELETON
            if label in self.seen:
                self.repeats += _REPEAT if roles else _REPEAT_MINOR * (len(label) >= 5)
            elif roles:
                self.labels.add(label)
                self.roles |= roles
            self.seen.add(label)


def _cut_costs(cues: Sequence[Cue]) -> list[float]:
    """The cost of a cut before each line; infinite where no cue at all speaks for one."""
    heads = _heads(cues)
    starts = set(heads.values())
    inside = {k for budget, start in heads.items() for k in range(start + 1, budget + 1)}
    costs = [_INFINITE] * len(cues)
    for k in range(1, len(cues)):
        cue, previous = cues[k], cues[k - 1]
        begins = cue.labels is not None or k in starts or cue.divider or previous.divider or cue.office
        broken = cue.page_break or cue.gap or cue.lead
        if not (begins or broken):
            continue
        cost = _CUT
        cost -= _BREAK if cue.page_break else 0.0
        cost -= _BLANKS if cue.gap >= 3 else 0.0
        cost += _JOINED if not cue.gap and not cue.page_break else 0.0
        if cue.lead:
            cost -= _LEAD if cue.gap else _LEAD_JOINED
        cost -= _PAGE if previous.page_number or previous.ends_in_number else 0.0
        if cue.labels is not None and not cue.labels.at_end:
            cost -= _LABEL
        cost -= _TITLE if k in starts else 0.0
        cost = max(cost, _FLOOR)
        if not cue.page_break:
            cost += _INSIDE_HEAD if k in inside else 0.0
            cost += (
                _INSIDE_OFFICE if (cue.office or cue.phone) and (previous.office or previous.phone) else 0.0
            )
        if (
            cue.prose is False
            and not previous.prose
            and len(previous.key) > 24
            and not cue.gap
            and not cue.lead
        ):
            cost += _INSIDE_SENTENCE
        costs[k] = cost
    return costs


def _heads(cues: Sequence[Cue]) -> dict[int, int]:
    """For each budget line, the first line of the title block above it."""
    return {k: title_start(cues, k) for k, cue in enumerate(cues) if cue.counts}
