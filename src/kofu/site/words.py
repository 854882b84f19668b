"""What pages say: words, labels of vocabulary and facets, and values printed in one language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kofu.catalogue.facets import labels
from kofu.catalogue.store import FacetKind
from kofu.programme.printing import print_actor, print_goal, print_term
from kofu.programme.vocabulary import Comparator, Term
from kofu.text.dates import wareki
from kofu.text.printing import print_quantity, print_rate, print_yen
from kofu.text.quantity import Quantity
from kofu.text.rates import Rate
from kofu.yaml_file import load_plain

LANGUAGES = ("ja", "en")
_ROUNDS = {"補正": "supplementary budget", "第2次補正": "second supplementary budget"}


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = load_plain(Path(__file__).with_name("words.yaml"))
    return found


class Say:
    """One language's voice. Templates call it `say`."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.other = "en" if lang == "ja" else "ja"

    def __call__(self, key: str, **values: object) -> str:
        """The words under `key`, with `values` filled in."""
        text = str(_words()[key][self.lang])
        return text.format(**values) if values else text

    def yen(self, yen: int | None) -> str:
        """A sum of yen as people write it; None is "not stated"."""
        return self("not_stated") if yen is None else print_yen(yen, self.lang)

    def quantity(self, quantity: Quantity) -> str:
        """A quantity with its unit."""
        if quantity.unit == "" and quantity.value.denominator != 1:
            return f"{quantity.value.numerator}/{quantity.value.denominator}"
        return print_quantity(quantity, self.lang)

    def rate(self, rate: Rate) -> str:
        """A rate with its qualifier: 3/4以内, at most 3/4."""
        return print_rate(rate, self.lang)

    def rates(self, rates: list[Rate]) -> str:
        """Rates side by side; nothing where none is printed."""
        return ("・" if self.lang == "ja" else ", ").join(map(self.rate, rates))

    def term(self, term: Term) -> str:
        """The label of a member of the vocabulary."""
        return print_term(term, self.lang)

    def actor(self, name: str) -> str:
        """A payer or payee; names stay as printed, only 国 has an English word."""
        shown = print_actor(name, self.lang)
        return shown[:1].upper() + shown[1:]

    def target(self, comparator: Comparator, value: Quantity | None) -> str:
        """A target's number: 80%以上, at least 80%."""
        return self("words_only") if value is None else print_goal(comparator, value, self.lang)

    def fiscal_year(self, year: int) -> str:
        """令和6年度（2024年度） or FY2024."""
        return f"{wareki(year)}年度（{year}年度）" if self.lang == "ja" else f"FY{year}"

    def budget(self, year: int, budget_round: str) -> str:
        """The budget a sheet belongs to: 令和6年度補正, FY2024 supplementary budget."""
        if self.lang == "ja":
            return f"{wareki(year)}年度{budget_round}"
        return f"FY{year} {_ROUNDS.get(budget_round, budget_round)}"

    def facet(self, kind: FacetKind, value: str) -> str:
        """The label of a facet's value."""
        return self.pick(*labels(kind)[value])

    def pick(self, ja: str, en: str | None) -> str:
        """The text in this language; Japanese where there is no English."""
        return ja if self.lang == "ja" or not en else en


@cache
def say_in(lang: str) -> Say:
    """The voice of a language."""
    return Say(lang)


def is_japanese(text: str) -> bool:
    """Whether a text of ours is written in Japanese (notes may be in either language)."""
    kana = sum(1 for c in text if "\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff")
    return kana * 4 > len(text)
