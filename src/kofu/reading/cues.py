"""What each printed line tells about the cut into sheets and about its own role, seen by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kofu.reading.document import Line, SourceText
from kofu.reading.layout import LabelLine, budget_patterns, key_of, labels_of
from kofu.reading.offices import office_rank

_YEN = re.compile(r"\d[\d,.]*(?:兆|億|百万|千万|千|万)+円?|\d[\d,]{3,}円")
_PHONE = re.compile(r"(?<!\d)[((]?0\d{1,4}[-‐−–ー―(][\d]{1,4}[-‐−–ー―)]\d{3,4}(?!\d)")
_PAGE_NUMBER = re.compile(r"^[-‐−–(]?\d{1,3}[-‐−–)]?$")
_PAGE_NUMBER_AT_END = re.compile(r"\s(\d{1,3})$")
LEADERS = re.compile(r"[・…‥.･]{2,}-?\(?\d{1,3}\)?$")
_DIVIDER = re.compile(r"^(?:[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]|第[一二三四五六七八九十\d]+[章部])[..．、\s]")
_OPENING = re.compile(r"^[【\[(<※○・◆■]*")
_SENTENCE = re.compile(r"(?:。|ます|する|した|である|こと)[)）」]?$|^[・※•○●✓]")


@dataclass(slots=True)
class Cue:
    """A printed (non-blank) line: `key` is its folded text, `gap` the blank lines before it, `lead` whether it
    starts with one ASCII space, `budget` 0 … 1 how surely it is a budget line."""

    line: Line
    text: str
    key: str
    gap: int
    page_break: bool
    lead: bool
    labels: LabelLine | None
    budget: float
    phone: bool
    office: int
    page_number: bool
    ends_in_number: bool
    contents: bool
    divider: bool
    prose: bool


def read_cues(source: SourceText) -> list[Cue]:
    """The cues of every printed line of a document, in order."""
    cues: list[Cue] = []
    gap, page_break = 0, False
    for line in source.lines:
        text = line.text
        page_break |= "\f" in line.raw
        if not text:
            gap += 1
            continue
        cues.append(_cue(line, text, gap, page_break))
        gap, page_break = 0, False
    _weigh_split_budgets(cues)
    return cues


def _cue(line: Line, text: str, gap: int, page_break: bool) -> Cue:
    key = key_of(text)
    labels = labels_of(key)
    raw = line.raw
    has_digit = any(char.isdigit() for char in key)
    return Cue(
        line=line,
        text=text,
        key=key,
        gap=gap,
        page_break=page_break,
        lead=raw[0] == " " and raw[1:2] not in (" ", "") and bool(raw[1:2].strip()),
        labels=labels,
        budget=_budget(key) if has_digit else 0.0,
        phone=has_digit and bool(_PHONE.search(key)),
        office=0 if labels else office_rank(_PHONE.sub("", key).rstrip("/")),
        page_number=bool(_PAGE_NUMBER.match(key)),
        ends_in_number=has_digit and bool(_PAGE_NUMBER_AT_END.search(text)),
        contents=has_digit and bool(LEADERS.search(key)),
        divider=bool(_DIVIDER.match(text)),
        prose=bool(_SENTENCE.search(key)),
    )


def _budget(key: str) -> float:
    """1 for a budget line with its sum, 0.5 for one whose sum may stand on the next line, 0 otherwise."""
    start = len(_OPENING.match(key).group())  # type: ignore[union-attr]
    for pattern in budget_patterns():
        match = pattern.match(key, start)
        if not match:
            continue
        rest = key[match.end() :]
        amount = _YEN.search(rest)
        if amount and amount.start() <= 16 and "。" not in rest:
            return 1.0
        if not rest.strip("】]):：") or rest[:1] in "(（":
            return 0.5
    return 0.0


def _weigh_split_budgets(cues: list[Cue]) -> None:
    """A budget label without a sum counts only when a line beside it is a sum."""
    for index, cue in enumerate(cues):
        if cue.budget == 0.5:
            beside = [other for other in cues[max(index - 1, 0) : index + 3] if other is not cue]
            near = any(_YEN.match(_OPENING.sub("", other.key)) for other in beside)
            cue.budget = 0.9 if near else 0.0
