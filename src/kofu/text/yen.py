"""Sums of yen in running text, as whole yen."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kofu.text.numbers import NARROW, Number, find_numbers

_BEFORE = re.compile(r"(?:(?:総額|合計|計|最大|最高|上限|下限|約|およそ|概ね|[~〜～])[ \u3000:：]*)+$")
_AFTER = re.compile(r"[ \u3000]*(以上|以内|以下|未満|超|程度|前後|規模|弱|強)")
# 円滑 begins with 円; 円/kWh is a price, not a sum.
_UNIT = re.compile(r"[ \u3000]?円(?!滑|[ \u3000]?[/／])")
# Digits, a comma or a point in front: the number was torn by letter-spacing, or another one stands beside it.
_TORN = re.compile(r"(?<![\d,.])(?:\d[\d,.]*|[,.])(?:[ \u3000]+[\d,.]+)*[ \u3000]*$")
_ITEM = re.compile(r"(?:^[ \u3000]*\d{1,2}[.,][ \u3000]+|[A-Za-zＡ-Ｚａ-ｚ※注]\d{1,2}[ \u3000]+)$")
_LONE_LETTER = re.compile(r"(?<!\S)[\u3041-\u9fff](?!\S)")
_LETTER_SPACED = 2


@dataclass(frozen=True)
class Yen:
    """Whole yen at `text[start:end]`; `qualifier` holds the words beside it (約, 総額, 最大, 以上 …) or "".

    A 〜 in front means that the sum is the upper end of a range.
    """

    yen: int
    start: int
    end: int
    qualifier: str


def find_yen(text: str) -> list[Yen]:
    """Every sum of whole yen in `text`; a sum with a fraction of a yen is not one."""
    if "円" not in text:
        return []
    found = []
    for number in find_numbers(text):
        unit = _UNIT.match(text, number.end)
        whole = _mended(text, number) if unit else None
        if unit is None or whole is None or whole.value.denominator != 1:
            continue
        number = whole
        before = _BEFORE.search(text[: number.start])
        after = _AFTER.match(text, unit.end())
        qualifier = re.sub(r"[\s:：]", "", before.group() if before else "") + (after[1] if after else "")
        found.append(Yen(int(number.value), number.start, unit.end(), qualifier))
    return found


def find_torn(text: str) -> list[int]:
    """Where sums of yen begin that `find_yen` leaves out, since digits stand loose in front of them."""
    numbers = [number for number in find_numbers(text) if _UNIT.match(text, number.end)]
    return [number.start for number in numbers if _mended(text, number) is None]


def _mended(text: str, number: Number) -> Number | None:
    """A number with the digits that letter-spacing tore off in front of it (1 2.5, 4 .5).

    None where what stands in front may be part of it and may not: it is read only if all of it makes one number
    and the line is letter-spaced elsewhere too.
    """
    narrow = text.translate(NARROW)
    before = narrow[: number.start]
    torn = _TORN.search(before)
    if torn is None or _ITEM.search(before):
        return number
    spaced = len(_LONE_LETTER.findall(text)) >= _LETTER_SPACED
    joined = re.sub(r"[ \u3000]", "", narrow[torn.start() : number.end])
    whole = find_numbers(joined)
    if (
        not spaced
        or re.search(r"[ \u3000]{2}", torn.group())
        or len(whole) != 1
        or whole[0].end != len(joined)
    ):
        return None
    return Number(whole[0].value, torn.start(), number.end) if whole[0].start == 0 else None
