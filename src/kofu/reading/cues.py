"""What each printed line tells about the cut into sheets and about its own role, seen by itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from kofu.reading.document import Line, SourceText
from kofu.reading.layout import LabelLine, budget_patterns, key_of, labels_of
from kofu.reading.offices import office_rank, split_contact

_YEN = re.compile(r"\d[\d,.]*(?:[(][\d,.－―‐–ー-]*[)])?(?:兆|億|百万|千万|千|万)+円?|\d[\d,]{3,}円")
_ONLY_SUM = re.compile(r"^[約計総額:]*(?:\d[\d,.]*(?:兆|億|百万|千万|千|万)+)+円(?:[(][^()]*[)])?$")
_PHONE = re.compile(r"(?<!\d)[((]?0\d{1,4}[-‐−–ー―(][\d]{1,4}[-‐−–ー―)]\d{3,4}(?!\d)")
_PAGE_NUMBER = re.compile(r"^[-‐−–(]?\d{1,3}[-‐−–)]?$")
_PAGE_NUMBER_AT_END = re.compile(r"\s(\d{1,3})$")
_LEADERS = re.compile(r"[・…‥.･]{2,}-?\(?\d{1,3}\)?$")
_DIVIDER = re.compile(r"^(?:[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]|第[一二三四五六七八九十\d]+[章部])[..．、\s]")
_COVER = re.compile(
    r"^[【<「]*(?:令和|平成|R|H|20)\S{0,10}(?:予算|補正)\S{0,12}(?:概要|ポイント|について|一覧|資料[)]?|集)[】>」]*$"
)
_PAGES_IN_A_ROW, _LINES_OF_A_PAGE = 3, 4
_OPENING = re.compile(r"^[【\[(<※○・◆■]*")
_OPENING_AT_END = re.compile(r"[【\[(<※]+$")
NAME_ENDS = re.compile(
    r"(?:事業費?|補助金?|支援|交付金|拠出金|出資金|負担金|委託費|対策費?|整備費?|施設費|推進|強化|促進|対応|拡大|等|投資|基金"
    r"|給付金|プログラム|プロジェクト|制度|経費|開発|研究|創出|活用|構築|[)）】>＞])$"
)
_NO_SUM = re.compile(r"[【(<\[]事項要求[】)>\]]")
_PROSE_BEFORE_SUM = re.compile(r"[はがもへ]|で(?!の)|に(?!係|よ)|を(?!含|除)|から|まで|より|について")
_PROSE_AFTER_SUM = re.compile(r"(?:の内数)?(?:[をがはもと、]|で(?!実施)|に|の(?!内数|うち))")
_SENTENCE = re.compile(r"(?:。|ます|する|した|である|こと)[)）」]?$|^[・※•○●✓]")


@dataclass(slots=True)
class Cue:
    """A printed (non-blank) line: `key` is its folded text, `gap` the blank lines before it, `lead` whether it
    starts with one ASCII space, `budget` 0 … 1 how surely it is a budget line, `counts` whether it is the first of
    the budget lines that stand together, `page_end` whether it is one of page numbers that rise through the document."""

    line: Line
    text: str
    key: str
    gap: int
    page_break: bool
    lead: bool
    labels: LabelLine | None
    budget: float
    counts: bool
    phone: bool
    office: int
    page_number: bool
    only_sum: bool
    ends_in_number: bool
    page_end: bool
    contents: bool
    divider: bool
    prose: bool


@lru_cache(maxsize=2)
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
    _even_gaps(cues)
    _find_bare_contents(cues)
    _find_page_ends(cues)
    _weigh_budgets(cues)
    return cues


def name_before_budget(text: str) -> str:
    """A title that stands on one line with its budget, or the text as it is when it holds none."""
    start = _inline_budget(key_of(text))
    if not start:
        return text
    taken = 0
    for position, char in enumerate(text):
        if taken >= start:
            return text[:position].rstrip()
        taken += len(key_of(char))
    return text


def _find_bare_contents(cues: list[Cue]) -> None:
    """A table of contents without leaders: lines that end in page numbers, which rise from line to line."""
    run: list[tuple[int, int]] = []
    for index, cue in enumerate([*cues, None]):
        ends = _PAGE_NUMBER_AT_END.search(cue.text) if cue and not cue.contents and not cue.budget else None
        page = int(ends[1]) if ends else -1
        if run and ends and index - run[-1][0] <= 3 and page >= run[-1][1]:
            run.append((index, page))
            continue
        if ends is None and cue is not None and run and index - run[-1][0] <= 2:
            continue
        if len(run) >= 3:
            for place, _ in run:
                cues[place].contents = True
        run = [(index, page)] if ends else []


def _find_page_ends(cues: list[Cue]) -> None:
    """Numbers alone on their lines that count up one by one through the document: the longest such row."""
    last: dict[int, list[int]] = {}
    for index, cue in enumerate(cues):
        if cue.page_number:
            number = int(re.sub(r"\D", "", cue.key))
            longer = [*last.get(number - 1, []), index]
            if len(longer) > len(last.get(number, [])):
                last[number] = longer
    row = max(last.values(), key=len, default=[])
    if len(row) >= _PAGES_IN_A_ROW and all(b - a > _LINES_OF_A_PAGE for a, b in pairwise(row)):
        for index in row:
            cues[index].page_end = True


def _even_gaps(cues: list[Cue]) -> None:
    """Where hardly a line follows another directly, the print is double-spaced: take every second line out."""
    if len(cues) > 20 and sum(not cue.gap for cue in cues) < 0.05 * len(cues):
        for cue in cues:
            cue.gap = max(cue.gap - 1, 0) // 2


def _cue(line: Line, text: str, gap: int, page_break: bool) -> Cue:
    main = split_contact(text)[0]
    key = key_of(main)
    labels = labels_of(key) or _label_in_first_column(main)
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
        budget=_budget(key) or float(bool(_inline_budget(key))) if has_digit or _NO_SUM.search(key) else 0.0,
        counts=False,
        phone=has_digit and bool(_PHONE.search(key)),
        office=0 if labels else office_rank(_PHONE.sub("", key).rstrip("/")),
        page_number=bool(_PAGE_NUMBER.match(key)),
        page_end=False,
        only_sum=has_digit and bool(_ONLY_SUM.match(key)),
        ends_in_number=has_digit and bool(_PAGE_NUMBER_AT_END.search(text)),
        contents=has_digit and bool(_LEADERS.search(key)),
        divider=bool(_DIVIDER.match(text)) or (has_digit and bool(_COVER.match(key))),
        prose=bool(_SENTENCE.search(key)),
    )


def _label_in_first_column(text: str) -> LabelLine | None:
    """The label on the left of a line whose right-hand column is other text."""
    columns = re.split(r"[ \t\u3000]{3,}", text, maxsplit=1)
    found = labels_of(key_of(columns[0])) if len(columns) > 1 else None
    return found if found and not found.rest else None


def _budget(key: str) -> float:
    """1 for a budget line with its sum, 0.5 for one whose sum may stand on the next line, 0 otherwise."""
    start = len(_OPENING.match(key).group())  # type: ignore[union-attr]
    for pattern in budget_patterns():
        match = pattern.match(key, start)
        if not match:
            continue
        rest = key[match.end() :]
        amount = _YEN.search(rest)
        if amount and _reads_as_prose(rest, amount):
            return 0.0
        if amount and amount.start() <= 16 and "。" not in rest:
            return 1.0
        if not rest.strip("】]):：") or rest[:1] in "(（":
            return 0.5
    return 0.0


def _reads_as_prose(text: str, amount: re.Match[str]) -> bool:
    """Whether a sum stands in a sentence (予算では…億円を措置し) and not on a budget line."""
    return bool(
        _PROSE_BEFORE_SUM.search(text[: amount.start()]) or _PROSE_AFTER_SUM.match(text, amount.end())
    )


def _inline_budget(key: str) -> int:
    """Where in a line's key its budget begins, behind a title on the same line; 0 where there is none."""
    if (no_sum := _NO_SUM.search(key)) and no_sum.end() == len(key):
        return no_sum.start()
    if not any(word in key for word in ("年度", "補正", "国庫債務", "政府保証")):
        return 0
    for pattern in budget_patterns():
        match = pattern.search(key, 4)
        if match and NAME_ENDS.search(_OPENING_AT_END.sub("", key[: match.start()])):
            amount = _YEN.search(key, match.end())
            if amount and amount.start() - match.end() <= 16 and "。" not in key:
                return len(_OPENING_AT_END.sub("", key[: match.start()]))
    return 0


def _weigh_budgets(cues: list[Cue]) -> None:
    """A budget label without a sum is a budget line only beside a line that is one; of neighbours one counts."""
    for index, cue in enumerate(cues):
        if cue.budget == 0.5:
            beside = [other for other in cues[max(index - 1, 0) : index + 3] if other is not cue]
            sums = [other for other in beside if other.only_sum]
            cue.budget = 0.9 if sums else 0.0
            for other in sums[:1]:
                other.budget = 0.1
    last = -10
    for index, cue in enumerate(cues):
        if cue.budget:
            cue.counts = index - last > 3
            last = index
