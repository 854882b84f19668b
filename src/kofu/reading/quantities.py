"""Numbers with their units in running text, ranges and words for numbers (半数, 倍増) included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache

from kofu.reading.words import any_of, lexicon_data
from kofu.text.dates import find_years
from kofu.text.numbers import Number, find_numbers
from kofu.text.quantity import Quantity

_GAP = "[ \u3000]?"
_RANGE = re.compile(rf"{_GAP}[~〜～−-]{_GAP}$")
_SCALE = re.compile(r"[千万億兆]+$")
_WORDS = {"倍増": (Fraction(2), "倍"), "半減": (Fraction(50), "%"), "半分": (Fraction(50), "%")}
# ゼロ is a number where something is counted, not in ネットゼロ or ゼロエミッション.
_ZERO = re.compile(r"(?<=[数率件])(?:を|が)?ゼロ(?=[にをと。]|$)")
_WORD = re.compile("|".join(_WORDS))


@dataclass(frozen=True)
class Measured:
    """A quantity at `text[start:end]`; `derived` is how it is printed where that is not the quantity itself.

    `time` marks durations, dates and ordinals; `guessed` a number without a unit of its own.
    """

    quantity: Quantity
    start: int
    end: int
    derived: str | None = None
    time: bool = False
    guessed: bool = False


@cache
def _units() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    data = lexicon_data("units")
    measures = any_of(data["measures"]).replace("%", "[%％]")
    per = rf"(?:[/／](?:(?:{any_of(data['per'])})(?![a-zA-Z0-9])(?:・(?:{any_of(data['per'])}))?|[A-Za-z][A-Za-z0-9]{{0,4}}))?"
    return (
        re.compile(rf"{_GAP}((?:{any_of(data['times'])})(?!度|後))|{_GAP}(年後|年度)"),
        re.compile(rf"{_GAP}((?:{measures})(?![a-zA-Z]){per})"),
        re.compile(rf"(?:{any_of(data['ordinals'])}){_GAP}$"),
        re.compile(rf"(?:{any_of(data['each'])})"),
    )


def find_quantities(text: str) -> list[Measured]:
    """Every quantity in `text`, left to right; years, ordinals and "per" counts are marked as times."""
    return list(_quantities(text))


@lru_cache(maxsize=4096)
def _quantities(text: str) -> tuple[Measured, ...]:
    years = [(year.start, year.end) for year in find_years(text)]
    numbers = [n for n in find_numbers(text) if not any(a <= n.start < b for a, b in years)]
    found = [_measure(text, number) for number in numbers]
    found = _ranges(text, found)
    for word in _WORD.finditer(text):
        value, unit = _WORDS[word.group()]
        quantity = Quantity(value, unit)
        found.append(Measured(quantity, word.start(), word.end(), derived=word.group()))
    for zero in _ZERO.finditer(text):
        quantity = Quantity(Fraction(0), "")
        found.append(Measured(quantity, zero.start(), zero.end(), derived="ゼロ", guessed=True))
    return tuple(sorted(found, key=lambda one: one.start))


def _measure(text: str, number: Number) -> Measured:
    times, measures, ordinals, each = _units()
    printed = text[number.start : number.end]
    if "割" in printed or printed == "半数":
        start = number.start - text[: number.start].endswith("過")
        share = Quantity(number.value * 100, "%")
        return Measured(share, start, number.end, derived=text[start : number.end])
    if ordinals.search(text[: number.start]):
        return Measured(Quantity(number.value, ""), number.start, number.end, time=True)
    if match := measures.match(text, number.end):
        unit = match[1].replace("％", "%")
        per = bool(each.match(text, match.end()))
        long = times.match(text, number.end)  # 時間 before 時, 人 before nothing: the longer unit is meant
        if not long or len(long[1] or long[2]) <= len(match[1]):
            return Measured(Quantity(number.value, unit), number.start, match.end(), time=per)
    if match := times.match(text, number.end):
        return Measured(Quantity(number.value, match[1] or match[2]), number.start, match.end(), time=True)
    counted = bool(re.match(r".{0,10}?(?:あたり|当たり)", text[number.end :]))
    return Measured(Quantity(number.value, ""), number.start, number.end, time=counted, guessed=True)


def _ranges(text: str, found: list[Measured]) -> list[Measured]:
    """In 600～1,200万t the first number takes the unit, and the scale, of the second."""
    result = list(found)
    for index in range(len(found) - 1):
        low, high = result[index], found[index + 1]
        if not low.guessed or high.guessed or not _RANGE.fullmatch(text[low.end : high.start]):
            continue
        number = text[high.start : high.end].removesuffix(high.quantity.unit)
        scale = _SCALE.search(number.rstrip())
        shared = scale is not None and not _SCALE.search(text[low.start : low.end])
        factor = find_numbers("1" + scale.group())[0].value if scale and shared else Fraction(1)
        derived = text[low.start : high.end]
        quantity = Quantity(low.quantity.value * factor, high.quantity.unit)
        result[index] = Measured(quantity, low.start, low.end, derived=derived, time=high.time)
    return result
