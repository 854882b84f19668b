"""What it costs to cut a document before a line, and to take a run of lines as one sheet.

The costs are weights of evidence, set by hand on made-up and known documents. Only their differences count: 4 is
about one strong sign (a form feed, three blank lines), 1 a weak one.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from kofu.reading.cues import Cue
from kofu.reading.layout import all_labels
from kofu.reading.titles import title_start

SKELETON = frozenset({"frame", "point", "purpose", "targets", "scheme", "outline", "policy"})
"""Roles whose labels a sheet prints once."""

_LONGEST = 260  # printed lines of a sheet
_MOST_SURPLUS = 28.0  # labels and budgets printed again: dearer than a cut and a poor part beyond it

_CLEAR_GAP = 3  # blank lines
_CUT = 4.0  # any cut, before evidence for it
_BREAK = 5.0  # off: a form feed
_BLANKS = 4.0  # off: three blank lines or more
_LEAD, _LEAD_JOINED = 1.0, 4.0  # off: one leading space, behind a blank line or none
_PAGE, _PAGE_END = 1.5, 4.0  # off: a number before that may be of a page; one of a row of page numbers
_LABEL, _TITLE, _DIVIDER = 1.5, 2.0, 1.5  # off: a label, the first line of a title or a divider begins here
_JOINED = 1.0  # on: no blank line before
_FLOOR = -1.0  # all breaks of the print together are worth no more than this
_INSIDE_FOOT = 6.0  # on: the cut would part a caption and the page number below it from the page they end
_INSIDE_HEAD, _INSIDE_OFFICE, _INSIDE_SENTENCE = 4.0, 3.0, 2.5  # on: the cut would part what belongs together

_NO_BUDGET, _MORE_BUDGETS = 9.0, 16.0  # a sheet without a budget line; each budget line beyond one
_WHOLE_SKELETON = 4.0  # off: no budget line, but the labels of a whole sheet
_REPEAT, _REPEAT_MINOR = 5.0, 2.0  # a label printed again: of the skeleton, of another role
_FEW_LABELS = (7.0, 3.0, 1.0, 0.0)  # by number of skeleton roles
_DIVIDED, _DIVIDER_LAST = 3.0, 6.0  # a divider inside; as one of the last three lines: it opens what follows
_SHORT, _NO_OFFICE, _CONTENTS = 4.0, 1.0, 1.5

_BETWEEN, _BETWEEN_BUDGET, _BETWEEN_LABEL, _BETWEEN_LINE = 1.0, 9.0, 4.0, 0.3  # cover, contents, divider
_START_EDGE, _END_EDGE, _EDGE_LABEL = 0.5, 2.0, 2.0  # the rest of a sheet that was cut off with the document


class Walk:
    """The cost of the part that begins at one line, as it grows line by line."""

    def __init__(self, cues: Sequence[Cue], plain: Sequence[bool], start: int) -> None:
        """`plain`: the lines that only make the part longer, see `is_plain`."""
        self.cues, self.plain, self.start, self.end = cues, plain, start, start
        self.budgets = self.dividers = 0
        self.last_divider = -1
        self.between = 0.0
        self.repeats = 0.0
        self.seen: set[str] = set()
        self.contents = 0
        self.office = False
        self.labels: set[str] = set()
        self.roles: set[str] = set()

    @property
    def hopeless(self) -> bool:
        """Whether no part that begins here can be longer."""
        surplus = self.repeats + _MORE_BUDGETS * max(self.budgets - 1, 0)
        return surplus > _MOST_SURPLUS or (self.end - self.start > _LONGEST and not self.contents)

    def extend(self, end: int) -> tuple[float, bool]:
        """Cost when the part ends before line `end`, and whether it is cheaper as a sheet than as a between."""
        for place in range(self.end, end):
            if self.plain[place]:
                self.between += _BETWEEN_LINE
                continue
            self._add(self.cues[place])
            if self.cues[place].divider:
                self.last_divider = place
        self.end = end
        size = end - self.start
        if self.budgets:
            sheet = _MORE_BUDGETS * (self.budgets - 1)
        else:
            sheet = _NO_BUDGET - (_WHOLE_SKELETON if len(self.roles) >= 3 else 0.0)
        last = self.last_divider >= max(end - 3, self.start + 1)
        sheet += (
            self.repeats
            + _DIVIDED * self.dividers
            + _DIVIDER_LAST * last
            + (_SHORT if size - self.dividers < 6 else 0.0)
        )
        sheet += 0.0 if self.office else _NO_OFFICE
        sheet += _CONTENTS * self.contents + _FEW_LABELS[min(len(self.roles), 3)]
        text = self.between if self.contents * 3 < size else 0.0
        between = _BETWEEN + text + _BETWEEN_BUDGET * self.budgets + _BETWEEN_LABEL * len(self.labels)
        if not self.budgets and (self.start == 0 or end == len(self.cues)):
            # A sheet whose other half was cut off with the rest of the document.
            edge = _END_EDGE if self.start else _START_EDGE
            between = min(between, edge + _EDGE_LABEL * len(self.labels) + self.repeats)
        return (sheet, True) if sheet < between else (between, False)

    def _add(self, cue: Cue) -> None:
        self.budgets += cue.counts
        self.contents += cue.contents
        self.office = self.office or bool(cue.office) or cue.phone
        if cue.divider:
            self.dividers += 1
        elif not cue.contents:
            self.between += _BETWEEN_LINE
        for label in cue.labels.labels if cue.labels else ():
            roles = all_labels()[label] & SKELETON
            if label in self.seen:
                self.repeats += _REPEAT if roles else _REPEAT_MINOR * (len(label) >= 5)
            elif roles:
                self.labels.add(label)
                self.roles |= roles
            self.seen.add(label)


def is_plain(cue: Cue) -> bool:
    """Whether a line tells nothing about where a sheet begins or ends."""
    return not (cue.counts or cue.contents or cue.office or cue.phone or cue.divider or cue.labels)


def cut_costs(cues: Sequence[Cue]) -> list[float]:
    """The cost of a cut before each line; infinite where no cue at all speaks for one."""
    heads = _heads(cues)
    starts = set(heads.values())
    inside = {k for budget, start in heads.items() for k in range(start + 1, budget + 1)}
    costs = [inf] * len(cues)
    for k in range(1, len(cues)):
        cue, previous = cues[k], cues[k - 1]
        begins = cue.labels or k in starts or cue.divider or previous.divider or cue.office
        if begins or cue.page_break or previous.page_end or cue.gap or cue.lead:
            costs[k] = max(_break_cost(cue, previous, k in starts), _FLOOR) + _tear_cost(
                cue, previous, k in inside
            )
            costs[k] += _INSIDE_FOOT if not cue.page_break and _ends_page(cues, k) else 0.0
    return costs


def _ends_page(cues: Sequence[Cue], k: int) -> bool:
    """Whether a line and the page number below it end a page: a caption, and a budget line opens the next."""
    return k + 2 < len(cues) and is_plain(cues[k]) and cues[k + 1].page_number and cues[k + 2].counts


def breaks(cue: Cue, previous: Cue) -> bool:
    """Whether the print itself breaks clearly before a line: a form feed, a page number, three blank lines."""
    return cue.page_break or previous.page_end or cue.gap >= _CLEAR_GAP


def _break_cost(cue: Cue, previous: Cue, title: bool) -> float:
    """The cost of a cut less what the print and the words say for it."""
    cost = _CUT
    if cue.page_break:
        cost -= _BREAK
    elif previous.page_end:
        cost -= _PAGE_END
    elif not cue.gap:
        cost += _JOINED
    if cue.gap >= _CLEAR_GAP:
        cost -= _BLANKS
    if cue.lead:
        cost -= _LEAD if cue.gap else _LEAD_JOINED
    if not previous.page_end and (previous.page_number or previous.ends_in_number):
        cost -= _PAGE
    if cue.labels and not cue.labels.at_end:
        cost -= _LABEL
    if cue.divider:
        cost -= _DIVIDER
    return cost - (_TITLE if title else 0.0)


def _tear_cost(cue: Cue, previous: Cue, in_head: bool) -> float:
    """What it costs more because the cut would part a headline, a block of offices or a sentence."""
    cost = 0.0
    if not cue.page_break and in_head:
        cost += _INSIDE_HEAD
    if not cue.page_break and (cue.office or cue.phone) and (previous.office or previous.phone):
        cost += _INSIDE_OFFICE
    in_sentence = not cue.prose and not previous.prose and len(previous.key) > 24
    if in_sentence and not cue.gap and not cue.lead:
        cost += _INSIDE_SENTENCE
    return cost


def _heads(cues: Sequence[Cue]) -> dict[int, int]:
    """For each budget line, the first line of the title block above it."""
    return {k: title_start(cues, k) for k, cue in enumerate(cues) if cue.counts}
