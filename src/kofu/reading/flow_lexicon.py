"""The closed lexicon of funding diagrams: who stands in the boxes, what stands on the arrows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache

from kofu.programme.vocabulary import Instrument
from kofu.reading.words import lexicon_data

_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_FOLD = _WIDE | str.maketrans("　〜～⁄､，｡･｢｣", " ~~/、、。・「」") | {0xFF0C: "、", ord(","): "、"}


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The text in one width, of the same length, so positions in it are positions in the text."""
    return text.translate(_FOLD)


class Kind(Enum):
    """What a piece of a diagram is."""

    STATE = "state"
    ACTOR = "actor"
    INSTRUMENT = "instrument"
    SERVICE = "service"
    FUND = "fund"
    RATE = "rate"
    COMPONENT = "component"
    ARROW = "arrow"
    MARK = "mark"
    GLUED = "glued"
    NOISE = "noise"


@dataclass(frozen=True)
class Entry:
    """A word of the lexicon, folded. `tier` orders actors along the way of the money (0 is the state)."""

    kind: Kind
    printed: str
    tier: int = 0
    instrument: Instrument | None = None


@dataclass(frozen=True)
class Lexicon:
    """Words by their first character, longest first; legal forms; head nouns with the tier they suggest."""

    words: dict[str, tuple[Entry, ...]]
    legal_forms: tuple[str, ...]
    prefixes: tuple[str, ...]
    heads: dict[str, tuple[tuple[str, int], ...]]

    def starting(self, text: str, at: int) -> list[Entry]:
        """The words that stand in `text` from `at` on, longest first."""
        return [entry for entry in self.words.get(text[at], ()) if text.startswith(entry.printed, at)]

    def legal_form_at(self, text: str, at: int) -> str | None:
        """The longest legal form that stands in `text` at `at`."""
        if not text.startswith(self.legal_forms, at):
            return None
        return next(form for form in self.legal_forms if text.startswith(form, at))


@cache
def closed_line() -> re.Pattern[str]:
    """A line that consists of words of the lexicon, rates and marks only, and of an instrument or 国 at least."""
    words = [entry for group in lexicon().words.values() for entry in group]
    label = "|".join(re.escape(e.printed) for e in words if e.kind in (Kind.INSTRUMENT, Kind.STATE))
    every = "|".join(re.escape(e.printed) for e in sorted(words, key=lambda e: -len(e.printed)))
    return re.compile(rf"(?=.*(?:{label}))(?:{every}|[→⇒\s()、・/%0-9.]|定額|以内|以下|等)+")


def ends_in_name(content: str) -> bool:
    """Whether a line of other words ends in a listed name with 等: a box may be glued to it."""
    return content.endswith(_names_with_others())


@cache
def _names_with_others() -> tuple[str, ...]:
    words = [entry for group in lexicon().words.values() for entry in group]
    return tuple(e.printed for e in words if e.kind is Kind.ACTOR and e.printed.endswith("等"))


@cache
def lexicon() -> Lexicon:
    """The lexicon that comes with the reader."""
    actors, instruments = lexicon_data("actors"), lexicon_data("instruments")
    entries = [Entry(Kind.STATE, fold(name)) for name in actors["state"]]
    for group in actors["names"]:
        entries += [Entry(Kind.ACTOR, fold(name), group["tier"]) for name in group["printed"]]
    for group in instruments["instruments"]:
        meaning = Instrument.read(group["instrument"])
        entries += [Entry(Kind.INSTRUMENT, fold(name), instrument=meaning) for name in group["printed"]]
    entries += [Entry(Kind.SERVICE, fold(name)) for name in instruments["services"]]
    entries += [Entry(Kind.FUND, fold(name)) for name in instruments["funds"]]
    words: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda e: -len(e.printed)):
        words.setdefault(entry.printed[0], []).append(entry)
    heads: dict[str, list[tuple[str, int]]] = {}
    for tier, names in actors["heads"].items():
        for name in names:
            heads.setdefault(fold(name)[-1], []).append((fold(name), tier))
    return Lexicon(
        {first: tuple(group) for first, group in words.items()},
        tuple(sorted((fold(form) for form in actors["legal_forms"]), key=len, reverse=True)),
        tuple(fold(prefix) for prefix in actors["prefixes"]),
        {last: tuple(sorted(group, key=lambda h: -len(h[0]))) for last, group in heads.items()},
    )
