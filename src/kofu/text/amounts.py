"""Typed amounts: what each sum of yen on a budget line is. There is no such thing as "the amount".

A sum is typed by the words beside it: those between the sum before it and itself, and those of a parenthesis
that follows and holds no other sum. Where no words decide, its kind is `unknown`, never a guess.
"""

from __future__ import annotations

import re
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
    ("previous_year", r"前年度|昨年度|前回"),
    ("request", r"要求"),
    ("appropriation", r"補正.{0,6}(?:予算|案)|予備費"),
    ("initial", r"当初|年度.{0,2}(?:概算決定|予算)"),
    ("appropriation", r"予算(?:案)?額"),
)
_RULES = tuple((kind, re.compile(words)) for kind, words in _WORDS)
_SPACE = re.compile(r"[ \u3000]")
_TRAILING = re.compile(r"[ \u3000]*(?:[(（＜<【\[]([^)）＞>】\]]*)[)）＞>】\]]|(の内数))")
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
# 2,700(2,200)百万円: this year's sum and, in the parenthesis, last year's, both in the unit behind.
_PAIR = re.compile(rf"({_NUMBER})[ \u3000]*[(（]({_NUMBER})[)）][ \u3000]*([百千万億兆]*円)")


@dataclass(frozen=True)
class TypedAmount:
    """Whole yen at `text[start:end]` and what they are: a code of AmountKind, or `initial`, `request`,
    `previous_year`, `floor`, `cap`, `unknown`."""

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
    for value, start, end, kind in sorted(sums, key=lambda one: one[1]):
        label = text[done:start] + _behind(text, end)
        found.append(TypedAmount(kind or _kind(label), value, start, end))
        done = max(done, end)
    return found


def _kind(label: str) -> str:
    plain = _SPACE.sub("", label)
    if "補正" in plain and "当初" in plain:  # a sum of two budgets
        return "unknown"
    return next((kind for kind, words in _RULES if words.search(plain)), "unknown")


def _behind(text: str, end: int) -> str:
    """The words of the parenthesis behind a sum, unless they belong to a sum inside it."""
    match = _TRAILING.match(text, end)
    if match is None or (match[1] and find_yen(match[1])):
        return ""
    return match.group()
