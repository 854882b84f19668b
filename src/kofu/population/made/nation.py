"""What is known and assumed of the nation (nation.yaml): the numbers from which populations are made up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal

from kofu.cache import load_cached
from kofu.errors import KofuError
from kofu.population.made.alias import Band

Kind = Literal["firms", "contracts"]
_FILE = Path(__file__).with_name("nation.yaml")
_KEYS = {"ja", "en", "source", "assumption", "unit", "rows", "bands"}


@dataclass(frozen=True)
class Block:
    """Some numbers, what they are, and where they come from: a publication, an assumption with its reason, or both."""

    name: str
    titles: Mapping[str, str]
    source: Mapping[str, str] | None
    """ja, en and the date of the publication."""
    assumption: Mapping[str, str] | None
    rows: Mapping[str, Any]
    _bands: Any

    def title(self, lang: str) -> str:
        """What the numbers are."""
        return self.titles[lang]

    def basis(self, lang: str) -> list[tuple[str, str]]:
        """("source" or "assumption", its sentence)."""
        found = []
        if self.source:
            found.append(("source", f"{self.source[lang]}, {self.source['date']}"))
        if self.assumption:
            found.append(("assumption", self.assumption[lang]))
        return found

    def percent(self, name: str) -> Fraction:
        """A row in percent, as a ratio."""
        return Fraction(self.rows[name], 100)

    def bands(self, name: str | None = None) -> list[Band]:
        """The distribution (of a class)."""
        rows = self._bands if name is None else self._bands[name]
        return [Band(Fraction(weight), low, high) for low, high, weight in rows]


@cache
def blocks(kind: Kind) -> Mapping[str, Block]:
    """The numbers behind the firms or the contracts.

    Raises:
        KofuError: when a block names neither a source nor an assumption.
    """
    return {name: _block(name, data) for name, data in load_cached(_FILE)[kind].items()}


def nation_hash() -> str:
    """SHA-256 of nation.yaml: other numbers make another population."""
    return hashlib.sha256(_FILE.read_bytes()).hexdigest()


def _block(name: str, data: Mapping[str, Any]) -> Block:
    if unknown := set(data) - _KEYS:
        raise _wrong(name, f"知らない項目 {min(unknown)} があります", f"has the unknown key {min(unknown)}")
    source, assumption = data.get("source"), data.get("assumption")
    if not source and not assumption:
        raise _wrong(name, "source も assumption もありません", "has neither a source nor an assumption")
    for low, high, weight in _triples(data.get("bands") or []):
        if not 0 <= low <= high or weight <= 0:
            raise _wrong(name, f"帯 {low}〜{high} が使えません", f"has a band {low}-{high} that cannot be")
    titles = {"ja": data["ja"], "en": data["en"]}
    return Block(name, titles, source, assumption, data.get("rows") or {}, data.get("bands"))


def _triples(
    bands: Sequence[Sequence[int]] | Mapping[str, Sequence[Sequence[int]]],
) -> Iterable[Sequence[int]]:
    lists = bands.values() if isinstance(bands, Mapping) else [bands]
    return (row for rows in lists for row in rows)


def _wrong(name: str, ja: str, en: str) -> KofuError:
    return KofuError(f"nation.yaml: {name}: {ja}", f"nation.yaml: {name}: {en}")
