"""Numbers as Japanese documents print them, read exactly.

Full-width and half-width digits, grouping commas, stray spaces, decimals, the units 兆 億 万 千 百 and 割,
kanji numerals, 半数; never a float.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

NARROW = str.maketrans("０１２３４５６７８９．，／％", "0123456789.,/%")
"""Full-width digits and the signs inside numbers → ASCII, one character for one, so offsets hold."""

_GAP = "[ \u3000]?"
_DIGITS = rf"(?:\d{{1,3}}(?:{_GAP},{_GAP}\d{{3}})+(?![\d])|\d+)(?:{_GAP}\.\d+)?"
_BELOW_MAN = rf"{_DIGITS}(?:{_GAP}千(?:\d百)?|{_GAP}百)?"
_SCALED = (
    rf"(?:{_BELOW_MAN}{_GAP}兆{_GAP})(?:{_BELOW_MAN}{_GAP}億{_GAP})?(?:{_BELOW_MAN}{_GAP}万)?"
    rf"|(?:{_BELOW_MAN}{_GAP}億{_GAP})(?:{_BELOW_MAN}{_GAP}万)?"
    rf"|{_BELOW_MAN}{_GAP}万(?:\d千(?!\d))?"
)
# 3億5000: a tail without a unit counts only where it touches the unit and fits below it.
_ARABIC = rf"(?:(?:{_SCALED})(?:(?<=[兆億万])\d{{1,4}}(?![\d,.]))?|{_BELOW_MAN})"
_TENTHS = r"[1-9](?:\.\d)?割(?:[1-9]分(?!の))?(?![合りれるっ当])"
_KANJI_TENTHS = r"[一二三四五六七八九]割(?:[一二三四五六七八九]分(?!の))?(?![合りれるっ当])"
_KANJI = r"[〇一二三四五六七八九十百千](?:[〇一二三四五六七八九十百千万億兆])+"
_PARTS = r"(?:\d+|[二三四五六七八九十百]+)分の(?:\d+|[一二三四五六七八九十]+)"
_NUMBER = re.compile(
    # Letters before a digit make it part of a name or a unit (CO2, m3); 1.5 is not read again from its 5.
    rf"(?P<parts>(?<!\d){_PARTS})|(?P<tenths>(?<![\d.]){_TENTHS}|{_KANJI_TENTHS})|(?P<half>半数)"
    rf"|(?<![A-Za-zＡ-Ｚａ-ｚ\d])(?P<arabic>{_ARABIC})|(?P<kanji>{_KANJI})"
)
_HINT = re.compile(r"[\d０-９〇一二三四五六七八九十半]")
_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[〇一二三四五六七八九十百千万億兆]")
_KANJI_DIGIT = {kanji: value for value, kanji in enumerate("〇一二三四五六七八九")}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10**4, "億": 10**8, "兆": 10**12}


@dataclass(frozen=True)
class Number:
    """A number found in a text: its exact value and where it stands (`text[start:end]`)."""

    value: Fraction
    start: int
    end: int


def find_numbers(text: str) -> list[Number]:
    """Every number in `text`, left to right; 3割 is 3/10, 半数 1/2, 3分の2 is 2/3.

    A kanji numeral counts only where a digit stands beside a unit (三千四百億, 二十) or 〇 is in it, so that
    words such as 一部 or 百貨店 are not numbers.
    """
    if not _HINT.search(text):
        return []
    narrow = text.translate(NARROW)
    found = []
    for match in _NUMBER.finditer(narrow):
        printed = match.group().rstrip(" \u3000")
        value = _value(match.lastgroup or "", printed)
        if value is not None:
            found.append(Number(value, match.start(), match.start() + len(printed)))
    return found


def _value(kind: str, printed: str) -> Fraction | None:
    if kind == "half":
        return Fraction(1, 2)
    if kind == "parts":
        denominator, _, numerator = printed.partition("分の")
        below = _sum(denominator)
        return _sum(numerator) / below if below else None
    if kind == "tenths":
        tenths, _, hundredths = printed.partition("割")
        return _sum(tenths) / 10 + (_sum(hundredths[0]) / 100 if hundredths else 0)
    if kind == "kanji":
        return _kanji(printed)
    return _sum(printed)


def _kanji(printed: str) -> Fraction | None:
    digits = [c for c in printed if c in _KANJI_DIGIT]
    if len(digits) == len(printed):
        return Fraction("".join(str(_KANJI_DIGIT[c]) for c in printed)) if "〇" in digits else None
    return _sum(printed) if digits else None


def _sum(printed: str) -> Fraction:
    """The value of digits and units, left to right; 十百千 multiply inside a unit of 万, 億 or 兆."""
    total = section = Fraction(0)
    pending: Fraction | None = None
    for token in _TOKEN.findall(printed.replace(" ", "").replace("\u3000", "")):
        if token in _BIG:
            total += (section + (pending or 0)) * _BIG[token]
            section, pending = Fraction(0), None
        elif token in _SMALL:
            section += (1 if pending is None else pending) * _SMALL[token]
            pending = None
        else:
            digit = _KANJI_DIGIT.get(token)
            pending = Fraction(token.replace(",", "")) if digit is None else Fraction(digit)
    return total + section + (pending or 0)
