"""Units of measure as exponents of base units, so that 円/kWh × kWh = 円 and 円 + 人 is an error."""

from __future__ import annotations

import re
from fractions import Fraction

Unit = tuple[tuple[str, int], ...]
"""Sorted (base unit, exponent) pairs; () is a plain ratio."""

RATIO: Unit = ()
YEN: Unit = (("円", 1),)

# A unit that is a multiple of another. Months and years are one thing, days another: no month has a fixed
# number of them.
_MULTIPLES = {
    "%": (Fraction(1, 100), ""),
    "％": (Fraction(1, 100), ""),
    "倍": (Fraction(1), ""),
    "割合": (Fraction(1), ""),
    "年": (Fraction(12), "か月"),
    "年間": (Fraction(12), "か月"),
    "月": (Fraction(1), "か月"),
    "ヶ月": (Fraction(1), "か月"),
    "カ月": (Fraction(1), "か月"),
    "m3": (Fraction(1), "㎥"),
    "m³": (Fraction(1), "㎥"),
    "名": (Fraction(1), "人"),
}


def parse_unit(text: str) -> tuple[Fraction, Unit]:
    """(how many base units, the unit) of a printed unit: "%" → (1/100, ()), "円/kWh" → (1, 円·kWh⁻¹)."""
    factor, exponents = Fraction(1), dict[str, int]()
    for place, part in enumerate(re.split("[/／]", text)):
        for name in re.split("[・*]", part.strip()):
            times, base = _MULTIPLES.get(name, (Fraction(1), name))
            sign = -1 if place else 1
            factor *= times**sign
            if base:
                exponents[base] = exponents.get(base, 0) + sign
    return factor, _unit(exponents)


def multiply(left: Unit, right: Unit, sign: int = 1) -> Unit:
    """The unit of a product; of a quotient with `sign` −1."""
    exponents = dict(left)
    for base, exponent in right:
        exponents[base] = exponents.get(base, 0) + sign * exponent
    return _unit(exponents)


def name_of(unit: Unit) -> str:
    """As people write it: 円/kWh; 割合 for a plain ratio."""
    above = "・".join(base + _power(n) for base, n in unit if n > 0)
    below = "・".join(base + _power(-n) for base, n in unit if n < 0)
    return (above or ("1" if below else "割合")) + (f"/{below}" if below else "")


def _power(exponent: int) -> str:
    return "" if exponent == 1 else f"^{exponent}"


def _unit(exponents: dict[str, int]) -> Unit:
    return tuple(sorted((base, n) for base, n in exponents.items() if n))
