"""Which lines are a title: the block above (or below) the budget line, as far as it reads as one name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kofu.reading.cues import NAME_ENDS, Cue, name_before_budget

_UNFINISHED = ("を", "の", "に", "た", "び", "・", "る", "と", "は", "が", "へ", "や", "「", "（", "(", "、")
_MOST_LINES = 4
_LINE_WIDTH = 24
_HEAD = 2  # lines that may stand above a budget line which opens its sheet: a row of headings, offices
_FOOT = 6  # lines at the end of a sheet among which its title may stand
_FULL_NAME = re.compile(
    r".{4}(?:事業費?|補助金|交付金|委託費|対策費|基金|プログラム|プロジェクト|支援|推進|強化|促進|整備)(?:[(][^()]*[)])?$"
)
_BEFORE_PAGE_NUMBER = re.compile(r"^(.*[^\x00-\x7f])[ \t\u3000]+\d{1,3}$")
LABELLED_VALUE = re.compile(r"^[^\W\d_a-zA-Z]{2,8}:.")
_FIGURES = re.compile(r"\d[兆億万千百]*円|\d(?:%|[/~-]\d)|\d[.,]\d+\S*\d[.,]\d")


def may_be_title(cue: Cue) -> bool:
    """Whether a line can be part of a title, seen by itself."""
    return not (
        cue.labels
        or cue.budget
        or cue.phone
        or cue.office
        or cue.page_number
        or cue.only_sum
        or cue.contents
        or cue.divider
        or cue.key.endswith(("。", "、", "ます"))
        or cue.key.startswith(("・", "※", "●", "○", "→"))
        or _FIGURES.search(cue.key)
        or len(cue.key) < 2
    )


def find_title(cues: Sequence[Cue], position: str, labels: Mapping[str, str]) -> list[int]:
    """The lines of the sheet's title; `position` (above or below the budget line) is the layout's habit.

    A label 施策名 wins; then the habit, where a line stands there; then the other side of the budget line.
    """
    for k, cue in enumerate(cues):
        if cue.labels and labels.get(cue.labels.labels[0]) == "title":
            if cue.labels.rest:
                return [k, *_down(cues, k + 1, joined_to=k)]
            return _down(cues, k + 1)
    budgets = [k for k, cue in enumerate(cues) if cue.budget]
    if not budgets:
        return []
    for k in budgets:
        if (name := name_before_budget(cues[k].text)) != cues[k].text:
            joined = (
                k > 0 and not cues[k].gap and may_be_title(cues[k - 1]) and continues(cues[k - 1].text, name)
            )
            return [k - 1, k] if joined else [k]
    above = [_up(cues, k) for k in budgets]
    below = [_down(cues, k + 1) for k in budgets if k + 1 < len(cues) and not cues[k + 1].page_break]
    # Offices may stand between the title and the budget line.
    above += [_up(cues, _past_offices(cues, k, -1)) for k in budgets]
    below += [_down(cues, _past_offices(cues, k, 1) + 1) for k in budgets]
    order = (below, above) if position == "below" else (above, below)
    for blocks in order:
        for place, block in enumerate(blocks):
            sure = blocks is order[0] and place < len(budgets)
            if block and (sure or NAME_ENDS.search(cues[block[-1]].key)):
                return block
    return _above_first_label(cues) or _at_foot(cues, budgets[0])


def _above_first_label(cues: Sequence[Cue]) -> list[int]:
    """The name at the head of a sheet whose budget line stands further down: all that is above its headings."""
    first = next((k for k, cue in enumerate(cues) if cue.labels), 0)
    block = _up(cues, first)
    return block if block and block[0] == 0 and NAME_ENDS.search(cues[block[-1]].key) else []


def _at_foot(cues: Sequence[Cue], budget: int) -> list[int]:
    """The name that ends a sheet which opens with its budget line."""
    if budget > _HEAD:
        return []
    for end in range(len(cues), max(len(cues) - _FOOT, budget + 1), -1):
        last = cues[end - 1]
        if may_be_title(last) and not last.prose and _FULL_NAME.search(last.key):
            start = end - 1
            while start > budget + 1 and may_be_title(cues[start - 1]) and not cues[start].gap:
                if end - start == _MOST_LINES or not continues(cues[start - 1].text, cues[start].text):
                    break
                start -= 1
            return list(range(start, end))
    return []


def _past_offices(cues: Sequence[Cue], budget: int, step: int) -> int:
    """The last line of offices and numbers beside a budget line, going down (1), or the first, going up (-1)."""
    place = budget
    while 0 <= place + step < len(cues) and (cues[place + step].office or cues[place + step].phone):
        place += step
    return place


def _up(cues: Sequence[Cue], end: int) -> list[int]:
    return list(range(title_start(cues, end), end))


def title_start(cues: Sequence[Cue], budget: int) -> int:
    """Index of the first line of the title that ends just above the budget line; `budget` when there is none."""
    start = budget
    while start > 0 and budget - start < _MOST_LINES and may_be_title(cues[start - 1]):
        upper, lower = cues[start - 1], cues[start]
        if lower.page_break or (start == budget and (lower.gap > 1 or _is_caption(upper))):
            break
        if start < budget and (lower.gap or lower.lead or not continues(upper.text, lower.text)):
            break
        start -= 1
    return start


def _is_caption(cue: Cue) -> bool:
    """Whether a line ends in a page number and what stands before it is no name: it ends the page before."""
    caption = _BEFORE_PAGE_NUMBER.match(cue.text) if cue.ends_in_number else None
    return caption is not None and not NAME_ENDS.search(caption[1])


def _down(cues: Sequence[Cue], start: int, joined_to: int | None = None) -> list[int]:
    """The title that begins at `start` and goes down, or carries on from the line `joined_to`."""
    block: list[int] = []
    for k in range(start, min(start + _MOST_LINES, len(cues))):
        if not may_be_title(cues[k]) or cues[k].page_break:
            break
        if not block and joined_to is None and LABELLED_VALUE.match(cues[k].key):
            break  # 実施期間：… below the budget line
        upper = block[-1] if block else joined_to
        if upper is not None and (cues[k].gap or not continues(cues[upper].text, cues[k].text)):
            break
        block.append(k)
    return block


def continues(upper: str, lower: str) -> bool:
    """Whether `lower` carries on the name that `upper` begins: a parenthesis, an open word or a full line."""
    key = upper.strip()
    opened = sum(map(key.count, "（(「『【")) - sum(map(key.count, "）)」』】"))
    return (
        lower.lstrip().startswith(("（", "(", "〔", "～", "〜", "－"))
        or opened > 0
        or key.endswith(_UNFINISHED)
        or (len(key) >= _LINE_WIDTH and not NAME_ENDS.search(key))
    )
