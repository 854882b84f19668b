"""Deadlines: by when a target is to be reached, as printed: 2030年度まで, 事業終了後5年以内, 短期的."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kofu.reading.words import lexicon_data
from kofu.text.dates import find_years

_YEAR_END = re.compile(
    r"(?:代の早期|代前半|代後半|代)?(?:\d{1,2}月)?(?:末|中|頃|ごろ)?(?:[（(]\d{4}年度?[）)])?(?:時点|まで|に)?"
)
_BASELINE = re.compile(
    r"(?:比|より|に比べ|から|と比|[）)]の|問題|[〜～~]|第?\d?次?補正|当初予算|予算|に?[\d.,]+\D{1,3}となって)"
)
_VAGUE = re.compile(r"短期|中期|中長期|長期|最終的")
_UNTIL = re.compile(r"[）)]まで")
# How long the programme itself runs: 令和８年度までの３年間の事業であり.
_TERM = re.compile(r"(?:末)?までの[\d０-９]{1,2}(?:か年|カ年|ヵ年|年)間?の(?:事業|計画|プロジェクト)")
_OWN = re.compile(r"[ \u3000]*[（(［\[【][^（(）)［\[］\]\d０-９]{0,6}")
_OPENED = re.compile(r"[（(［\[【][^）)］\]】]*$")


@dataclass(frozen=True)
class Deadline:
    """An expression of time at `text[start:end]` that can be a deadline; `text` is what is printed, without に."""

    text: str
    start: int
    end: int


def find_deadlines(text: str) -> list[Deadline]:
    """Every expression of time that can be a deadline, left to right; baselines (2020年度比) are none."""
    found: list[Deadline] = []
    for year in find_years(text):
        tail = _YEAR_END.match(text, year.end)
        end = tail.end() if tail else year.end
        until = "まで" if _UNTIL.match(text, end) else ""  # （平成31年度）までに
        again = found and year.start < found[-1].end  # 平成32年（2020年）まで is one
        if again or _TERM.match(text, year.end) or _BASELINE.match(text, end) or year.end - year.start <= 3:
            continue
        found.append(Deadline(text[year.start : end].removesuffix("に") + until, year.start, end))
    for rank, expression in enumerate(lexicon_data("target_words")["deadline"]):
        for match in re.finditer(expression, text):
            inside = any(d.start <= match.start() < d.end for d in found)
            touching = any(abs(d.start - match.end()) < 3 for d in found)
            if not inside and (rank < 3 or not touching):
                found.append(Deadline(match.group(), match.start(), match.end()))
    return sorted(found, key=lambda d: d.start)


def deadline_of(text: str, start: int, end: int, deadlines: Sequence[Deadline]) -> Deadline | None:
    """The deadline of the number at `text[start:end]`: the nearest in front, or one in a parenthesis behind.

    短期的 and its kin count only where nothing more exact is printed.
    """
    for deadline in deadlines:  # 48万ha［令和12年度まで］: nothing is nearer
        if deadline.start >= end and _OWN.fullmatch(text, end, deadline.start):
            return deadline
    before = [d for d in deadlines if d.end <= start and not _describes(text, d, start)]
    exact = [d for d in before if not _VAGUE.match(d.text)]
    if exact:
        return exact[-1]
    for deadline in deadlines:
        if deadline.start >= end and _OPENED.search(text[end : deadline.start]):
            return deadline
    return before[-1] if before else None


def _describes(text: str, deadline: Deadline, number: int) -> bool:
    """Whether it stands in a parenthesis that is closed in front of the number and says more than the time:
    such a time describes a word."""
    opened = max(text.rfind("（", 0, deadline.start), text.rfind("(", 0, deadline.start))
    closed = re.compile(r"[）)]").search(text, deadline.end)
    if opened < 0 or closed is None or closed.start() > number:
        return False
    shut = re.search(r"[）)]", text[opened : deadline.start])
    return not shut and closed.start() - opened - 1 > 2 * (deadline.end - deadline.start)
