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

from kofu.reading.cues import Cue, read_cues
from kofu.reading.document import Line, Sheet, SourceText
from kofu.reading.layout import all_labels, choose_layout
from kofu.reading.regions import find_regions
from kofu.reading.titles import title_start

SMALL_MARGIN = 2.0
"""A boundary whose second-best place costs less than this more is doubtful."""

_LONGEST = 260
_MOST_BUDGETS = 3
_SKELETON = frozenset({"frame", "point", "purpose", "targets", "scheme", "outline", "policy"})
_CUT, _BREAK, _BLANKS, _JOINED = 4.0, 5.0, 4.0, 1.0
_LEAD, _LEAD_JOINED, _PAGE, _LABEL, _TITLE, _FLOOR = 1.0, 4.0, 1.5, 1.5, 2.0, -1.0
_INSIDE_HEAD, _INSIDE_SENTENCE, _INSIDE_OFFICE = 4.0, 2.5, 3.0
_START_EDGE, _END_EDGE, _EDGE_LABEL = 0.5, 2.0, 2.0
_NO_BUDGET, _MORE_BUDGETS, _REPEAT, _DIVIDED, _SHORT, _NO_OFFICE = 9.0, 10.0, 5.0, 3.0, 4.0, 1.0
_FEW_LABELS = (7.0, 3.0, 1.0, 0.0)
_BETWEEN, _BETWEEN_BUDGET, _BETWEEN_LABEL, _BETWEEN_LINE = 1.0, 9.0, 4.0, 0.3
_INFINITE = float("inf")


@dataclass(frozen=True)
class _Part:
    """Printed lines first … last-1; `margin` is what the next best place of its first boundary costs more."""

    first: int
    last: int
    is_sheet: bool
    margin: float


def cut_sheets(source: SourceText) -> tuple[Sheet, ...]:
    """The sheets of a document in order, each with its layout, regions and doubts about its cut."""
    cues = read_cues(source)
    parts = [part for part in _best_parts(cues)]
    habit = _habit(cues, parts)
    sheets = []
    for index, part in enumerate(parts):
        if not part.is_sheet:
            continue
        after = parts[index + 1].margin if index + 1 < len(parts) else _INFINITE
        sheets.append(_sheet(source, cues[part.first : part.last], habit, part.margin, after))
    return tuple(sheets)


def _sheet(source: SourceText, cues: Sequence[Cue], habit: str | None, before: float, after: float) -> Sheet:
    layout = choose_layout(_labels(cues), habit)
    regions = find_regions(cues, layout)
    first, last = cues[0].line.number, cues[-1].line.number
    doubts = []
    if before < SMALL_MARGIN:
        doubts.append(f"境界が不確かです: このシートが{first}行目から始まるかどうか")
    if after < SMALL_MARGIN:
        doubts.append(f"境界が不確かです: このシートが{last}行目で終わるかどうか")
    lines: tuple[Line, ...] = source.lines[first - 1 : last]
    return Sheet(source, lines, layout, regions, tuple(doubts))


def _habit(cues: Sequence[Cue], parts: Sequence[_Part]) -> str | None:
    """The layout that fits all sheets of the document taken together."""
    sheets = [choose_layout(_labels(cues[p.first : p.last])) for p in parts if p.is_sheet]
    return max(sheets, key=sheets.count) if sheets else None


def _labels(cues: Sequence[Cue]) -> list[str]:
    found = dict.fromkeys(label for cue in cues if cue.labels for label in cue.labels.labels)
    return list(found)


def _best_parts(cues: Sequence[Cue]) -> list[_Part]:
    if not cues:
        return []
    costs = _cut_costs(cues)
    spots = [k for k in range(len(cues)) if k == 0 or costs[k] < _INFINITE] + [len(cues)]
    forward: list[tuple[float, int, bool]] = [(0.0, 0, False)] + [(_INFINITE, 0, False)] * (len(spots) - 1)
    reach: list[dict[int, tuple[float, bool]]] = [{} for _ in spots]
    for index, start in enumerate(spots[:-1]):
        base = forward[index][0]
        walk = _Walk(cues, start)
        for ahead in range(index + 1, len(spots)):
            cost, is_sheet = walk.extend(spots[ahead])
            if walk.hopeless:
                break
            if spots[ahead] < len(cues):
                cost += costs[spots[ahead]]
            reach[index][ahead] = (cost, is_sheet)
            if base + cost < forward[ahead][0]:
                forward[ahead] = (base + cost, index, is_sheet)
    path = [len(spots) - 1]
    while path[-1]:
        path.append(forward[path[-1]][1])
    path.reverse()
    return [
        _Part(spots[a], spots[b], reach[a][b][1], _margin(reach, path, place))
        for place, (a, b) in enumerate(zip(path, path[1:], strict=False))
    ]


def _margin(reach: Sequence[dict[int, tuple[float, bool]]], path: Sequence[int], place: int) -> float:
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


class _Walk:
    """The cost of the part that begins at one line, as it grows line by line."""

    def __init__(self, cues: Sequence[Cue], start: int) -> None:
        self.cues, self.start, self.end = cues, start, start
        self.budgets = self.between = self.divided = 0.0
        self.repeats = 0
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
        sheet = (_NO_BUDGET if self.budgets < 0.5 else _MORE_BUDGETS * max(0.0, self.budgets - 1.0))
        sheet += _REPEAT * self.repeats + _DIVIDED * self.divided + (_SHORT if size < 6 else 0.0)
        sheet += 0.0 if self.office else _NO_OFFICE
        sheet += 0.5 * self.contents + _FEW_LABELS[min(len(self.roles), 3)]
        text = self.between if self.contents * 3 < size else 0.0
        between = _BETWEEN + text + _BETWEEN_BUDGET * self.budgets + _BETWEEN_LABEL * len(self.labels)
        if not self.budgets and (self.start == 0 or end == len(self.cues)):
            # A sheet whose other half was cut off with the rest of the document.
            edge = _END_EDGE if self.start else _START_EDGE
            between = min(between, edge + _EDGE_LABEL * len(self.labels))
        return (sheet, True) if sheet < between else (between, False)

    def _add(self, cue: Cue) -> None:
        self.budgets += bool(cue.budget and cue.counts)
        self.contents += cue.contents
        self.office = self.office or bool(cue.office) or cue.phone
        if cue.divider:
            self.divided += 1.0
        elif not cue.contents:
            self.between += _BETWEEN_LINE
        for label in cue.labels.labels if cue.labels else ():
            roles = all_labels()[label] & _SKELETON
            if roles and label in self.labels:
                self.repeats += 1
            elif roles:
                self.labels.add(label)
                self.roles |= roles


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
            cost += _INSIDE_OFFICE if (cue.office or cue.phone) and (previous.office or previous.phone) else 0.0
        if cue.prose is False and not previous.prose and len(previous.key) > 24 and not cue.gap and not cue.lead:
            cost += _INSIDE_SENTENCE
        costs[k] = cost
    return costs


def _heads(cues: Sequence[Cue]) -> dict[int, int]:
    """For each budget line, the first line of the title block above it."""
    return {k: title_start(cues, k) for k, cue in enumerate(cues) if cue.budget and cue.counts}
