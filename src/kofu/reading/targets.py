"""成果目標: the numbers a programme promises to reach, each with its metric, comparison and deadline.

A number of the region of targets is a target when its sentence promises something; years, durations, ordinals,
what is so today and asides in parentheses are not. What is uncertain carries its doubt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kofu.programme.model import Target
from kofu.programme.vocabulary import Comparator
from kofu.reading.document import Line, Sheet
from kofu.reading.passages import Passage, sentences
from kofu.reading.quantities import Measured, find_quantities
from kofu.reading.words import lexicon_data, pattern
from kofu.text.dates import find_years
from kofu.text.quantity import Quantity

_OTHER_ROLES = ("rest", "purpose", "outline", "policy")
_CLOSE = re.compile(r"[（(][^（(）)]*[）)]")
_YEAR_END = re.compile(r"(?:代の早期|代前半|代後半|代)?(?:\d{1,2}月)?(?:末|中|頃|ごろ)?(?:[（(]\d{4}年度?[）)])?(時点|まで|に)?")
_BASELINE = re.compile(r"(?:比|から|と比|[）)]の|の\D{0,8}(?:見通し|計画)|における)")
_TRAILING = re.compile(r"(?:[をがはでにのとも、，,:：・（(「 \u3000]|以内|間で|について(?:は|、)?|において(?:は|、)?)+$")
_LEADING = re.compile(r"^(?:以上|以下|程度|まで|度|末|時点|[をがはでにのとも、，。）)」 \u3000]|する|した|して|し)+")
_MARK = re.compile(r"^(?:[・●○✓•※▪■◆◇▶→]|[（(][０-９\d]{1,2}[）)]|[①-⑳])[ \u3000]*")
_ONLY_YEAR = re.compile(r"^[（(][^）)]{3,14}年度?(?:まで)?[）)]。?$")
_LONGEST_METRIC = 60


@dataclass(frozen=True)
class _Deadline:
    text: str
    start: int
    end: int


def find_targets(sheet: Sheet) -> list[Target]:
    """The targets of a sheet in order; one without a value where they are words only, none where none are printed."""
    region = sheet.regions.get("targets", ())
    found, words = _read(region, inside=True)
    if not found:
        elsewhere = [line for role in _OTHER_ROLES for line in sheet.regions.get(role, ())]
        found, _ = _read(sorted(elsewhere, key=lambda line: line.number), inside=False)
    return found or words[:1]


def _read(lines: tuple[Line, ...] | list[Line], *, inside: bool) -> tuple[list[Target], list[Target]]:
    """Targets with a number, and sentences that promise in words only."""
    found: list[Target] = []
    words: list[Target] = []
    promised = False
    for passage in sentences(lines):
        text = passage.text
        if found and _ONLY_YEAR.match(text) and found[-1].by is None:
            found[-1] = found[-1].model_copy(update={"by": text.strip("（()）。")})
            continue
        strong = bool(pattern("target_words", "strong_goal").search(text))
        goal = strong or bool(inside and pattern("target_words", "goal").search(text))
        # A parenthesis behind a sentence that promised goes on promising.
        continued = inside and promised and text[:1] in "（("
        promised = goal or continued
        if not (goal or continued or (inside and text.endswith("。"))):
            continue
        targets = _numbers(passage, sure=goal or continued, inside=inside)
        found += targets
        if not targets and inside and (goal or text.endswith("。")):
            words.append(_words_only(passage, sure=goal))
    return found, words


def _numbers(passage: Passage, *, sure: bool, inside: bool) -> list[Target]:
    text = passage.text
    quantities = find_quantities(text)
    deadlines = _deadlines(text)
    found = []
    previous = 0
    for index, measured in enumerate(quantities):
        behind = _behind(text, measured.end)
        if measured.time or _is_background(text, measured, behind):
            continue
        comparator = _comparator(text, measured, behind)
        quantity = _with_unit(text, measured)
        if quantity is None or (measured.guessed and comparator is Comparator.EQUAL and quantity.value != 0):
            continue
        deadline = _deadline(text, measured, deadlines)
        start = max([previous] + [d.end for d in deadlines if d.end <= measured.start])
        metric = _metric(text, start, measured, previous)
        stop = quantities[index + 1].start if index + 1 < len(quantities) else len(text)
        metric = metric or _metric_behind(text[measured.end : stop])
        doubts = [] if sure else ["目標を表す語がない文の数です"]
        if not inside:
            doubts.append("成果目標の欄の外にあります")
        if measured.guessed:
            doubts.append("単位が印刷されていません")
        if not metric:
            doubts.append("何の数かを読み取れません")
        places = passage.at(min(start, measured.start), measured.end)
        if deadline:
            places = tuple(dict.fromkeys(passage.at(deadline.start, deadline.end) + places))
        found.append(
            Target(
                metric=metric or "（読み取れません）",
                comparator=comparator,
                value=quantity,
                by=deadline.text if deadline else None,
                at=places,
                text=text[measured.start : measured.end],
                derived=measured.derived,
                doubt="。".join(doubts) or None,
            )
        )
        previous = measured.end
    return found


def _behind(text: str, end: int) -> str:
    """What follows a number, its own parenthesis or the one it stands in skipped."""
    rest = text[end:]
    if own := _CLOSE.match(rest):
        rest = rest[own.end() :]
    return rest


def _is_background(text: str, measured: Measured, behind: str) -> bool:
    """Whether the number tells how things are, or only describes a word."""
    if pattern("target_words", "background").match(behind):
        return True
    opened = max(text.rfind("（", 0, measured.start), text.rfind("(", 0, measured.start))
    closed = max(text.rfind("）", 0, measured.start), text.rfind(")", 0, measured.start))
    if opened <= closed:
        return False
    close = re.search(r"[）)]", text[measured.end :])
    after = text[measured.end + close.end() :] if close else ""
    return bool(pattern("target_words", "aside").match(after))


def _comparator(text: str, measured: Measured, behind: str) -> Comparator:
    behind = behind.lstrip(" \u3000）)")
    if re.match(r"(?:程度|規模)?", behind):
        behind = re.sub(r"^(?:程度|規模|の?水準)", "", behind)
    if pattern("target_words", "at_least").match(behind) or (measured.derived or "").startswith("過半"):
        return Comparator.AT_LEAST
    if pattern("target_words", "at_most").match(behind):
        return Comparator.AT_MOST
    before = text[max(0, measured.start - 8) : measured.start]
    return Comparator.AT_LEAST if pattern("target_words", "at_least_before").search(before) else Comparator.EQUAL


def _with_unit(text: str, measured: Measured) -> Quantity | None:
    """The quantity, per year where 年間 stands in front; 件数を0 counts 件; None for a number of nothing."""
    quantity = measured.quantity
    before = text[: measured.start]
    if not quantity.unit:
        counted = re.search(r"(件|者|社|人|箇所|施設)数(?:を|が|は)(?:年間)?$", before)
        return Quantity(quantity.value, counted[1]) if counted else quantity
    if quantity.unit in ("%", "倍") or "/" in quantity.unit:
        return quantity
    if re.search(r"年間(?:約|概ね|[^\d、。]{1,6})?$", before) and not re.search(r"\d年間\S{0,6}$", before):
        return Quantity(quantity.value, f"{quantity.unit}/年")
    if re.search(r"(?:各月|毎月|通年)$", before):
        return Quantity(quantity.value, f"{quantity.unit}/月")
    return quantity


def _deadlines(text: str) -> list[_Deadline]:
    """Every expression of time that can be a deadline, left to right."""
    found = []
    for year in find_years(text):
        tail = _YEAR_END.match(text, year.end)
        end = tail.end() if tail else year.end
        printed = text[year.start : end].removesuffix("に")
        if not _BASELINE.match(text, end) and year.end - year.start > 3:
            found.append(_Deadline(printed, year.start, end))
    for rank, expression in enumerate(lexicon_data("target_words")["deadline"]):
        for match in re.finditer(expression, text):
            inside = any(d.start <= match.start() < d.end for d in found)
            if not inside and (rank < 3 or not _covered(match, found)):
                found.append(_Deadline(match.group(), match.start(), match.end()))
    return sorted(found, key=lambda d: d.start)


def _covered(match: re.Match[str], found: list[_Deadline]) -> bool:
    return any(abs(d.start - match.end()) < 3 for d in found)


def _deadline(text: str, measured: Measured, deadlines: list[_Deadline]) -> _Deadline | None:
    """The nearest one in front, or the one in a parenthesis behind."""
    vague = [d for d in deadlines if d.end <= measured.start and re.match(r"短期|中期|中長期|長期|最終的", d.text)]
    exact = [d for d in deadlines if d.end <= measured.start and d not in vague]
    if exact:
        return exact[-1]
    behind = [d for d in deadlines if d.start >= measured.end and re.search(r"[（(][^）)]*$", text[measured.end : d.start])]
    if behind:
        return behind[0]
    return vague[-1] if vague else None


def _metric(text: str, start: int, measured: Measured, previous: int) -> str:
    """The words in front of the number that say what is counted."""
    printed = text[start : measured.start]
    if len(_clean(printed)) < 2 and start > previous:
        printed = text[previous : measured.start]
    cleaned = _clean(printed)
    if len(cleaned) > _LONGEST_METRIC:
        tail = cleaned[-_LONGEST_METRIC:]
        comma = tail.find("、")
        cleaned = tail[comma + 1 :] if 0 <= comma < _LONGEST_METRIC - 8 else tail
    return cleaned


def _clean(printed: str) -> str:
    words = pattern("target_words", "approximate")
    cleaned = _LEADING.sub("", _MARK.sub("", printed.strip()))
    while True:
        shorter = _TRAILING.sub("", cleaned)
        shorter = re.sub(rf"(?:{words.pattern})$", "", shorter)
        if shorter == cleaned:
            return cleaned
        cleaned = shorter


def _metric_behind(printed: str) -> str:
    """The words behind a number that has none in front: 4件程度のセミナー開催."""
    cleaned = _LEADING.sub("", printed)
    return re.split(r"[をがはに、。（(]", cleaned)[0][:_LONGEST_METRIC]


def _words_only(passage: Passage, *, sure: bool) -> Target:
    text = _MARK.sub("", passage.text.strip()).rstrip("。")
    return Target(
        metric=text[-2 * _LONGEST_METRIC :],
        value=None,
        at=passage.at(0, len(passage.text)),
        text=passage.text,
        doubt=None if sure else "目標を表す語がない文です",
    )


