"""What the report says: its words in one language, sums rounded to a unit that suits them, ranges, names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from kofu.population.report.tables import Value
from kofu.programme.printing import print_actor, print_term
from kofu.programme.vocabulary import Instrument
from kofu.quoting.requirement import fact_name
from kofu.rules.vocabulary import vocabulary
from kofu.text.printing import print_number
from kofu.yaml_file import load_plain

Ends = Mapping[str, int | None]
_SCALES = {
    "ja": ((10**8, "億円"), (10**4, "万円"), (1, "円")),
    "en": ((10**9, "billion"), (10**6, "million"), (1, "")),
}
_PLAIN = ("fiscal_year", "tier")
"""Columns of whole numbers that are no quantity: without commas."""


@dataclass(frozen=True)
class Scale:
    """A unit of yen; in it a sum has at most one decimal, rounded half up."""

    factor: int
    word: str
    lang: str

    @property
    def unit(self) -> str:
        """As it stands beside a chart: 億円, ¥ billion."""
        return self.word if self.lang == "ja" else f"¥ {self.word}".strip()

    def number(self, yen: int) -> str:
        """A sum without its unit; what is too small to be seen in it is not said to be 0.

        >>> Scale(10**8, "億円", "ja").number(3_512_345_678), Scale(10**8, "億円", "ja").number(4_000_000)
        ('35.1', '<0.1')
        """
        if yen < 0:
            return "−" + self.number(-yen)
        if self.factor == 1:
            return f"{yen:,}"
        tenths = (20 * yen + self.factor) // (2 * self.factor)
        if tenths >= 10_000:
            return f"{(2 * yen + self.factor) // (2 * self.factor):,}"
        if yen and not tenths:
            return "<0.1"
        return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else f"{tenths // 10}"

    def text(self, yen: int) -> str:
        """A sum with its unit: 35.1億円, ¥3.5 billion."""
        number = self.number(yen)
        if self.lang == "ja":
            return number + (self.word if yen else "円")
        return f"¥{number} {self.word if yen else ''}".strip()


@cache
def _words() -> dict[str, Any]:
    found: dict[str, Any] = load_plain(Path(__file__).with_name("report.yaml"))
    return found


class Voice:
    """One language's voice; templates call it `say`."""

    def __init__(self, lang: str, unit: str) -> None:
        """`unit` is what one row of the population is."""
        self.lang = lang
        self.unit = self._in("units", unit)

    def __call__(self, key: str, **values: object) -> str:
        """The words under `key`, with `values` filled in."""
        return str(_words()[key][self.lang]).format(**{"unit": self.unit, **values})

    def _in(self, part: str, name: str) -> str:
        words = _words()[part].get(name)
        return str(words[self.lang]) if words else name

    @property
    def plus(self) -> str:
        """The sign in front of what is more."""
        return "＋" if self.lang == "ja" else "+"

    def pick(self, ja: str, en: str | None) -> str:
        """The text in this language; Japanese where there is no English."""
        return ja if self.lang == "ja" or not en else en

    def scale(self, sums: Iterable[int | None]) -> Scale:
        """The unit in which the largest of some sums has two digits before its point."""
        top = max((abs(yen) for yen in sums if yen is not None), default=0)
        factor, word = next(((f, w) for f, w in _SCALES[self.lang] if top >= 10 * f), _SCALES[self.lang][-1])
        return Scale(factor, word, self.lang)

    def exact(self, yen: int) -> str:
        """To the yen: 3,512,345,678円."""
        return f"{yen:,}円" if self.lang == "ja" else f"¥{yen:,}"

    def span(self, ends: Ends, show: Callable[[int], str]) -> str:
        """A range, or one value where both ends are the same; no upper end is said."""
        low, high = ends["low"], ends["high"]
        if low is None and high is None:
            return self("not_stated")
        least = self("no_least") if low is None else show(low)
        most = self("no_limit") if high is None else show(high)
        return least if low == high else self("range", low=least, high=most)

    def day(self, iso: str) -> str:
        """A day: 2025年9月12日; as it is written in English tables, 2025-09-12."""
        year, month, day = map(int, iso.split("-"))
        return f"{year}年{month}月{day}日" if self.lang == "ja" else iso

    def percent(self, share: str | Fraction) -> str:
        """A share: 20 %, with one decimal where it needs one."""
        tenths = int(Fraction(share) * 1000 + Fraction(1, 2))
        return f"{print_number(Fraction(tenths, 10))} %"

    def times(self, weight: str) -> str:
        """A factor with at most two decimals; one that is rounded says so."""
        hundredths = Fraction((Fraction(weight) * 100 + Fraction(1, 2)).__floor__(), 100)
        number = print_number(hundredths)
        return number if hundredths == Fraction(weight) else self("about", n=number)

    def dimension(self, name: str) -> str:
        """What firms are grouped by."""
        if name in _words()["dimensions"]:
            return self._in("dimensions", name)
        found = fact_name(name, self.lang)
        return found if self.lang == "ja" else found[:1].lower() + found[1:]

    def fact(self, name: str) -> str:
        """What a fact is called."""
        return fact_name(name, self.lang)

    def group(self, dimension: str, name: str) -> str:
        """A group: a choice of the fact, where it is one."""
        entry = vocabulary().get(dimension)
        known = self.lang == "en" and entry is not None and name in entry.choices_en
        return entry.shown(name, self.lang) if known and entry else name

    def column(self, name: str) -> str:
        """The heading of a table's column."""
        return self._in("columns", name)

    def cell(self, column: str, value: Value) -> str:
        """A table's value, to the yen."""
        if value is None:
            return self("no_limit") if column.endswith("high") else self("not_stated")
        if isinstance(value, int):
            return str(value) if column in _PLAIN else f"{value:,}"
        if column == "instrument":
            return self.instrument(value)
        return self.actor(value) if column in ("payer", "payee") else value

    def instrument(self, code: str | None) -> str:
        """補助, subsidy."""
        if code is None:
            return self("not_stated")
        known = {term.value: term for term in Instrument}
        return print_term(known[code], self.lang) if code in known else code

    def actor(self, name: str | None) -> str:
        """Who pays or is paid."""
        return self("not_stated") if name is None else print_actor(name, self.lang)
