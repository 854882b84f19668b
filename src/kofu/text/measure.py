"""A number as a rule is given it: a rate or a quantity with its qualifier (2/3, 3/4以内, 定額, 100万円以下, 2.5円/kWh)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from kofu.errors import KofuError
from kofu.text.quantity import parse_quantity
from kofu.text.rates import QUALIFIERS, parse_rate

AT_MOST = ("以内", "以下", "未満", "最大")
"""Qualifiers that make a number a ceiling; the others (等, 程度, 相当) only say that it may differ."""

_BEHIND = re.compile(rf"^(?P<most>最大)?\s*(?P<body>.*?)\s*(?P<behind>{'|'.join(QUALIFIERS[:-1])})?$")


@dataclass(frozen=True)
class Measure:
    """`value` in `unit`; `qualifier` is "" when none is printed. 定額 is the whole cost: 1, without a unit."""

    value: Fraction
    unit: str
    qualifier: str
    text: str

    def __str__(self) -> str:
        return self.text


def parse_measure(text: str) -> Measure:
    """Read a whole text as one rate or one quantity.

    Raises:
        KofuError: when it is neither.
    """
    try:
        rate = parse_rate(text)
    except KofuError:
        pass
    else:
        value = Fraction(1) if rate.value is None else rate.value
        return Measure(value, "", rate.qualifier, rate.text)
    match = _BEHIND.match(text.strip())
    assert match is not None  # every part is optional
    try:
        quantity = parse_quantity(match["body"])
    except KofuError as error:
        raise KofuError(
            f"「{text}」は値として読めません（例: 2/3、3/4以内、定額、100万円、2.5円/kWh、0.9%、3年）",
            f"cannot read {text!r} as a value (e.g. 2/3, 3/4以内, 定額, 100万円, 2.5円/kWh, 0.9%, 3年)",
        ) from error
    return Measure(quantity.value, quantity.unit, match["behind"] or match["most"] or "", text.strip())
