"""仮定: what no sheet says and a simulation over years needs, from `assumed.yaml`, and the user's own values for it.

Nothing here is a fact of a sheet: every value carries why it was taken, and is shown beside what rests on it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from kofu.cache import load_cached
from kofu.errors import KofuError
from kofu.programme.vocabulary import Instrument
from kofu.rules.units import parse_unit
from kofu.text.quantity import parse_quantity

_FILE = Path(__file__).with_name("assumed.yaml")


@dataclass(frozen=True)
class Timing:
    """`parts[n]` of committed money is paid n fiscal years after the budget's own; they add up to 1."""

    parts: tuple[Fraction, ...]
    why_ja: str
    why_en: str


@dataclass(frozen=True)
class Assumption:
    """One number on how loans go: a ratio, or months. `given`: the user's own value, not ours."""

    code: str
    ja: str
    en: str
    text: str
    """The value as written: 2%, 24か月."""
    low: Fraction
    high: Fraction
    why_ja: str
    why_en: str
    given: bool = False

    @property
    def value(self) -> Fraction:
        """As a ratio or in months."""
        return _measure(self.text)[0]

    @property
    def in_months(self) -> bool:
        """Whether it is a time; the others are ratios."""
        return bool(_measure(self.text)[1])

    def record(self) -> dict[str, str]:
        """One sentence in each language, for what rests on it."""
        if self.given:
            return {"ja": f"{self.ja} {self.text}（指定）", "en": f"{self.en} {_english(self.text)} (given)"}
        return {
            "ja": f"{self.ja} {self.text}（仮定）: {self.why_ja}",
            "en": f"{self.en} {_english(self.text)} (assumed): {self.why_en}",
        }


@cache
def timings() -> Mapping[Instrument, Timing]:
    """When money is paid, for every instrument.

    Raises:
        KofuError: when the file lacks an instrument, or parts of one do not add up to 1.
    """
    found: dict[Instrument, Timing] = {}
    for name, data in load_cached(_FILE)["timing"].items():
        parts = tuple(_measure(str(part))[0] for part in data["parts"])
        if sum(parts) != 1 or min(parts) < 0 or not parts[-1]:
            raise _wrong(
                name, "parts の合計が1でないか、負か、最後が0です", "has parts that are no shares of a whole"
            )
        found[Instrument.read(name)] = Timing(parts, data["why_ja"], data["why_en"])
    if missing := [term.ja for term in Instrument if term not in found]:
        raise _wrong(missing[0], "timing にありません", "is not under timing")
    return found


@cache
def _credit() -> Mapping[str, Assumption]:
    found = {}
    for name, data in load_cached(_FILE)["credit"].items():
        low, high = (_measure(str(text))[0] for text in data["range"])
        found[data["code"]] = Assumption(
            data["code"], name, data["en"], str(data["value"]), low, high, data["why_ja"], data["why_en"]
        )
    for one in found.values():
        if not one.low <= one.value <= one.high:
            raise _wrong(one.ja, "値が range の外です", "has a value outside its range")
    return found


def credit_assumptions(text: str = "") -> Mapping[str, Assumption]:
    """How loans go, by code, with the user's own values: `債務不履行率=3%,recovery_rate=1/4`.

    Raises:
        KofuError: for a name that is none, or a value in another unit or outside its range.
    """
    found = dict(_credit())
    names = {unicodedata.normalize("NFKC", a.ja): a for a in found.values()} | found
    for name, value in split_pairs(text):
        assumption = names.get(name)
        if assumption is None:
            listed = "、".join(f"{a.ja}（{a.code}）" for a in found.values())
            raise KofuError(
                f"「{name}」という信用の仮定はありません。次のどれかにしてください: {listed}",
                f"{name!r} is no assumption on credit; use one of: {', '.join(found)}",
            )
        found[assumption.code] = _changed(assumption, value)
    return found


def _changed(assumption: Assumption, text: str) -> Assumption:
    """The assumption with the user's value."""
    value, unit = measure(assumption.ja, text)
    # A plain 24 may be months, but 24か月 is no ratio.
    if unit not in ((), _measure(assumption.text)[1]) or not assumption.low <= value <= assumption.high:
        low, high = (_shown(end, assumption) for end in (assumption.low, assumption.high))
        raise KofuError(
            f"{assumption.ja}の「{text}」は使えません。{low}から{high}までの値にしてください",
            f"{text!r} cannot be the {assumption.en}; give a value from {_english(low)} to {_english(high)}",
        )
    if assumption.in_months and value.denominator != 1:
        raise KofuError(
            f"{assumption.ja}の「{text}」は整数の月数にしてください",
            f"the {assumption.en} must be whole months, not {text!r}",
        )
    written = _shown(value, assumption) if assumption.in_months else text
    return replace(assumption, text=written, given=True)


def _shown(value: Fraction, like: Assumption) -> str:
    """A value in the unit in which the assumption is written."""
    return f"{value}か月" if like.in_months else f"{value * 100}%"


def _english(text: str) -> str:
    return text.replace("か月", " months")


def split_pairs(text: str) -> list[tuple[str, str]]:
    """`a=1,b=2` in parts, full-width or not.

    Raises:
        KofuError: when a part is not NAME=VALUE, or a name stands twice.
    """
    text = unicodedata.normalize("NFKC", text).replace("、", ",")
    pairs = [tuple(map(str.strip, part.split("="))) for part in text.split(",") if part.strip()]
    for pair in pairs:
        if len(pair) != 2 or not all(pair):
            raise KofuError(
                f"「{'='.join(pair)}」を読めません。「名前=値」をコンマで区切って書いてください",
                f"cannot read {'='.join(pair)!r}; write NAME=VALUE, separated by commas",
            )
    names = [pair[0] for pair in pairs]
    for name in names:
        if names.count(name) > 1:
            raise KofuError(f"「{name}」が2回あります。1つにしてください", f"{name!r} stands twice; keep one")
    return [(name, value) for name, value in pairs]


def measure(name: str, text: str) -> tuple[Fraction, Any]:
    """A value in base units and its unit.

    Raises:
        KofuError: when `text`, given for `name`, is no number.
    """
    try:
        return _measure(text)
    except ValueError as error:
        raise KofuError(
            f"{name}の「{text}」を数として読めません（例: 1/4、25%）",
            f"cannot read {text!r} as a number for {name} (e.g. 1/4, 25%)",
        ) from error


def _measure(text: str) -> tuple[Fraction, Any]:
    quantity = parse_quantity(text)
    factor, unit = parse_unit(quantity.unit)
    return quantity.value * factor, unit


def _wrong(name: str, ja: str, en: str) -> KofuError:
    return KofuError(f"assumed.yaml: {name}: {ja}", f"assumed.yaml: {name}: {en}")
