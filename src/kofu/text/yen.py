"""Sums of yen in running text, as whole yen."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kofu.text.numbers import find_numbers

_BEFORE = re.compile(r"(?:(?:総額|合計|計|最大|最高|上限|下限|約|およそ|概ね|[~〜～])[ \u3000:：]*)+$")
_AFTER = re.compile(r"[ \u3000]*(以上|以内|以下|未満|超|程度|前後|規模|弱|強)")
# 円滑 begins with 円; 円/kWh is a price, not a sum.
_UNIT = re.compile(r"[ \u3000]?円(?!滑|[ \u3000]?[/／])")


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
        if unit is None or number.value.denominator != 1:
            continue
        before = _BEFORE.search(text[: number.start])
        after = _AFTER.match(text, unit.end())
        qualifier = re.sub(r"[\s:：]", "", before.group() if before else "") + (after[1] if after else "")
        found.append(Yen(int(number.value), number.start, unit.end(), qualifier))
    return found
