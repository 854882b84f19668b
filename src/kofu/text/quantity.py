"""A quantity is an exact number with its unit, written as people write it: 15億円, 2.5円/kWh, 80%, 2倍."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from kofu.errors import KofuError
from kofu.text.numbers import NARROW, find_numbers

_FRACTION = re.compile(r"\s*(\d+)/(\d+)\s*$")


@dataclass(frozen=True)
class Quantity:
    """`value` in `unit`; `unit` is as printed (円, %, 者, トン/年) and empty for a bare number or a share."""

    value: Fraction
    unit: str


def parse_quantity(text: str) -> Quantity:
    """Read a whole text as one quantity; a bare fraction (1/4) is a share of the whole.

    Raises:
        KofuError: when the text is not one number followed by a unit.
    """
    share = _FRACTION.match(text.translate(NARROW))
    if share and int(share[2]):
        return Quantity(Fraction(int(share[1]), int(share[2])), "")
    found = find_numbers(text)
    if not found or text[: found[0].start].strip():
        raise KofuError(
            f"「{text}」は数と単位として読めません（例: 50億円、2.5円/kWh、80%）",
            f"cannot read {text!r} as one number with its unit (e.g. 50億円, 2.5円/kWh, 80%)",
        )
    unit = text[found[0].end :].strip()
    # A second number may only belong to the unit itself: 5万円/10a.
    if re.match(r"[/／]\s*\d", unit) or (
        len(found) > 1 and not re.search(r"[/／]\s*$", text[: found[1].start])
    ):
        raise KofuError(
            f"「{text}」には数が2つ以上あります（例: 50億円、2.5円/kWh、80%）",
            f"{text!r} holds more than one number (e.g. 50億円, 2.5円/kWh, 80%)",
        )
    return Quantity(found[0].value, unit)
