"""Typed amounts: what each sum of yen on a budget line is. There is no such thing as "the amount".

A sum is typed by the words beside it: those between the sum before it and itself, and those of a parenthesis
that follows and holds no other sum. Where no words decide, its kind is `unknown`, never a guess. What is printed
as coming from elsewhere (このほか, 別途, 既存の) is `elsewhere`, up to the end of that note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kofu.text.numbers import NARROW
from kofu.text.yen import find_yen

# In order: the first kind whose words stand beside the sum. The codes are those of AmountKind and a few more
# that the reader needs in order to leave a sum alone.
_WORDS: tuple[tuple[str, str], ...] = (
    ("other_ministry_share", r"(?:省|庁|府|局)\s*計上"),
    ("guaranteed_borrowing_included_total", r"政府保証.{0,6}(?:含め|含む|込み|併せ)"),
    ("total_with_commitments", r"国庫債務負担.{0,6}(?:含め|含む|込み|併せ)"),
    ("floor", r"下限|最低"),
    ("cap", r"上限|限度"),
    ("part", r"うち|内数|一部|内訳|政府保証付?借入"),
    ("previous_year", r"(?<!対)(?:前年度|昨年度|前回)(?!.{0,6}比)"),
    ("request", r"要求"),
    ("appropriation", r"補正.{0,6}(?:予算|案)|予備費"),
    ("initial", r"当初|年度.{0,2}(?:概算決定|予算)"),
    ("appropriation", r"予算(?:案)?額"),
)
_RULES = tuple((kind, re.compile(words)) for kind, words in _WORDS)
_SPACE = re.compile(r"[ \u3000]")
_PART_OF = re.compile(r"[ \u3000]*の内数")
_OPENING, _CLOSING = "(（＜<【[", ")）＞>】]"
_CLOSED = re.compile(r"[(（][^()（）]*[)）]")
_ELSEWHERE = re.compile(r"このほか|この他|上記のほか|別途|既存")
_NUMBER = r"(?<![\d,.])(?<![\d,.][ \u3000])\d[\d,]*(?:[ \u3000]?,[ \u3000]?\d{3})*(?:[ \u3000]?\.\d+)?"
# 2,700(2,200)百万円: this year's sum and, in the parenthesis, last year's, both in the unit behind.
_PAIR = re.compile(rf"({_NUMBER})[ \u3000]*[(（]({_NUMBER})[)）][ \u3000]*([百千万億兆]*円)")


@dataclass(frozen=True)
class TypedAmount:
    """Whole yen at `text[start:end]` and what they are: a code of AmountKind, or `initial`, `request`,
    `previous_year`, `elsewhere`, `floor`, `cap`, `unknown`."""

    kind: str
    yen: int
    start: int
    end: int


def find_amounts(text: str) -> list[TypedAmount]:
    """Every sum of yen on a budget line with its kind.

    >>> [(a.kind, a.yen) for a in find_amounts("補正予算額 7.9億円（うち国土省計上 1億円）")]
    [('appropriation', 790000000), ('other_ministry_share', 100000000)]
    """
    sums = [(yen.yen, yen.start, yen.end, "") for yen in find_yen(text)]
    for pair in _PAIR.finditer(text.translate(NARROW)):
        for group, kind in ((1, ""), (2, "previous_year")):
            for yen in find_yen(pair[group] + pair[3]):
                sums.append((yen.yen, pair.start(group), pair.end(), kind))
    found: list[TypedAmount] = []
    done = 0
    notes = list(_notes(text))
    for value, start, end, kind in sorted(sums, key=lambda one: one[1]):
        behind = _behind(text, end)
        if any(first <= start < last for first, last in notes):
            kind = "elsewhere"
        found.append(TypedAmount(kind or _kind(text[done:start], behind), value, start, end))
        done = max(done, end + len(behind))
    return found


def _notes(text: str) -> Iterator[tuple[int, int]]:
    """The notes on money from elsewhere: to the end of the parenthesis, of the sentence, or to the next ※."""
    for match in _ELSEWHERE.finditer(text):
        depth, end = 0, match.end()
        while end < len(text) and text[end] not in "。※":
            depth += (text[end] in _OPENING) - (text[end] in _CLOSING)
            if depth < 0:
                break
            end += 1
        yield match.start(), end


def _kind(before: str, behind: str) -> str:
    # うち speaks of the sums behind it: in a parenthesis that is closed it says nothing of the sum beside it.
    before = _CLOSED.sub(lambda closed: closed.group().replace("うち", ""), before)
    plain = _SPACE.sub("", before + behind.replace("うち", ""))
    if "補正" in plain and "当初" in plain:  # a sum of two budgets
        return "unknown"
    return next((kind for kind, words in _RULES if words.search(plain)), "unknown")


def _behind(text: str, end: int) -> str:
    """の内数, or the parenthesis behind a sum with those inside it, unless it holds a sum of its own."""
    if part := _PART_OF.match(text, end):
        return part.group()
    start = end
    while text[start : start + 1] in (" ", "\u3000"):
        start += 1
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] in _OPENING) - (text[place] in _CLOSING)
        if depth == 0:
            inner = text[start + 1 : place]
            return "" if not inner or find_yen(inner) else text[end : place + 1]
    return ""
