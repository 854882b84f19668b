"""Shares of cost printed outside the arrows: 補助率：1/3以内, 3/4（国1/2、県1/4）, 保証割合100％."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from kofu.programme.model import Component, Limit
from kofu.programme.vocabulary import LimitKind
from kofu.reading.context import class_above, component_of
from kofu.reading.document import Line
from kofu.reading.quantities import find_quantities
from kofu.reading.words import pattern
from kofu.text.quantity import Quantity
from kofu.text.rates import FoundRate, Rate, find_rates

_FRONT = re.compile(r"[^（()）、，,\d０-９/／〜～]*$")
_SIGNS = " \u3000・•※○◆■:：【】〈〉＜＞"
_NUMBER = re.compile(r"^[（(]?[０-９\d①-⑳]{1,2}[）)．.]?$")


def find_shares(lines: Sequence[Line], components: Sequence[Component]) -> list[Limit]:
    """The rates that a label, or the names of their payers, make shares of the cost.

    A rate in a parenthesis behind 補助 or 補助率 is a label of an arrow and no share.
    """
    found: list[Limit] = []
    for index, line in enumerate(lines):
        rates = [one for one in find_rates(line.text) if one.rate.value is not None]
        if not rates:
            found += [_share(line, one, lines, components, "") for one in _percentages(line.text)]
            continue
        above = lines[index - 1].text if index else ""
        if _is_split(line.text, rates):
            found += [_share(line, one, lines, components, "") for one in rates]
        elif _is_labelled(line.text, above, rates[0]):
            doubt = "図の矢印の補助率かもしれません"
            found += [_share(line, one, lines, components, doubt) for one in rates]
    return found


def _percentages(text: str) -> list[FoundRate]:
    """Percentages that a label makes shares, where no rate of a subsidy is printed: 保証割合：80％."""
    return [
        FoundRate(
            Rate(one.quantity.value / 100, "", text[one.start : one.end].replace("％", "%")),
            one.start,
            one.end,
        )
        for one in find_quantities(text)
        if one.quantity.unit == "%" and pattern("limit_words", "share_of_risk").search(text[: one.start])
    ]


def _is_split(text: str, rates: Sequence[FoundRate]) -> bool:
    """Whether at least two rates have a payer or a class of recipients in front: （国1/2、県1/4）."""
    names = pattern("limit_words", "payers").pattern
    return sum(bool(re.search(rf"(?:{names})[ \u3000:：]?$", text[: one.start])) for one in rates) > 1


def _is_labelled(text: str, above: str, first: FoundRate) -> bool:
    label = pattern("limit_words", "share_label")
    if label.search(text[: first.start]):
        return not re.search(r"[（(]補助率[^（()）]*$|率[（(]$", text[: first.start])
    alone = not re.search(r"[一-龥]{3}", text)
    return alone and bool(re.search(rf"(?:{label.pattern})(?:は|：|:)?$", above))


def _share(
    line: Line, one: FoundRate, lines: Sequence[Line], components: Sequence[Component], doubt: str
) -> Limit:
    front = _FRONT.search(line.text[: one.start])
    words = front.group().strip(_SIGNS) if front else ""
    words = pattern("limit_words", "share_label").sub("", _NUMBER.sub("", words)).strip(_SIGNS)
    words = _NUMBER.sub("", words)
    words = re.sub(r"^(?:又は|または)$|[はが]$", "", words)
    parts = [class_above(line, lines), words, one.rate.qualifier]
    component, where = component_of(line, lines, components)
    value = one.rate.value or Fraction(0)
    percent = "%" in one.rate.text
    return Limit(
        component=component,
        kind=LimitKind.SHARE,
        value=Quantity(value * 100, "%") if percent else Quantity(value, ""),
        condition="、".join(part for part in parts if part) or None,
        at=(line.number,),
        text=line.text[one.start : one.end],
        doubt="。".join(reason for reason in (doubt, where) if reason) or None,
    )
