"""What the pages stand on: the open catalogue, the texts this installation holds, and small caches of both.

The catalogue never changes while it is open, so whatever is made from it once may be kept.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TypeVar, cast

from kofu.catalogue.bureaux import bureau_of
from kofu.catalogue.documents import Document, SourceLines, documents, open_sources
from kofu.catalogue.search import Query, facet_counts
from kofu.catalogue.store import FacetKind, Store, UnknownProgrammeError, appropriation
from kofu.errors import KofuError
from kofu.programme.model import Lineage, Programme
from kofu.quoting.book import Book
from kofu.site.words import say_in

T = TypeVar("T")
_KEPT = 4096


class NotFoundError(KofuError):
    """There is nothing at this address."""

    @classmethod
    def of(cls, key: str, **values: object) -> NotFoundError:
        """The error with the words under `key`."""
        return cls(say_in("ja")(key, **values), say_in("en")(key, **values))


class BusyError(KofuError):
    """There is too much to do already; the same may be asked again later."""

    @classmethod
    def of(cls, key: str, **values: object) -> BusyError:
        """The error with the words under `key`."""
        return cls(say_in("ja")(key, **values), say_in("en")(key, **values))


@dataclass(frozen=True)
class Pair:
    """Two programmes that are tied: `later` continues `earlier`."""

    later: Programme
    earlier: Programme
    tie: Lineage


@dataclass(frozen=True)
class Card:
    """A programme with what a list of programmes shows of it."""

    programme: Programme
    yen: int | None
    bureaux: list[str]


class Shelf:
    """The catalogue as pages need it. `sources`: the folder that holds the documents' texts, or some of them."""

    def __init__(self, store: Store, sources: Path | None = None) -> None:
        self.store = store
        self.stamp = store.path.stem.rpartition("-")[2]
        self._texts = open_sources(sources) if sources else {}
        self._kept: OrderedDict[Hashable, object] = OrderedDict()

    def keep(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` returns, made once for `key`; the least used is forgotten when there are too many."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return cast("T", self._kept[key])
        made = make()
        self._kept[key] = made
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return made

    def programme(self, identifier: str) -> Programme:
        """The programme with this id.

        Raises:
            NotFoundError: when there is none.
        """
        try:
            return self.keep(("programme", identifier), lambda: self.store.programme(identifier))
        except UnknownProgrammeError as error:
            raise self._unknown(identifier[:80]) from error

    def _unknown(self, name: str) -> NotFoundError:
        if near := self._near(name):
            return NotFoundError.of("e404_near", name=name, near="、".join(near))
        return NotFoundError.of("e404_programme", name=name)

    def _near(self, name: str) -> list[str]:
        """Ids that are spelt alike, wholly or in their last part, or that hold the name, as their titles may."""
        ends = {identifier.split("-", 2)[-1]: identifier for identifier in self.ids}
        alike = get_close_matches(name, self.ids, 3, 0.6)
        short = [ends[end] for end in get_close_matches(name, ends, 3, 0.6)]
        inside = [i for i in self.ids if name and (name in i or name in self.programme(i).title.ja)]
        return list(dict.fromkeys([*alike, *short, *inside]))[:3]

    def card(self, identifier: str) -> Card:
        """The programme as a list shows it."""

        def make() -> Card:
            programme = self.programme(identifier)
            names = dict.fromkeys(bureau_of(office.name) for office in programme.offices)
            return Card(programme, appropriation(programme), list(names))

        return self.keep(("card", identifier), make)

    def document(self, name: str) -> Document:
        """The document with this name.

        Raises:
            NotFoundError: when the catalogue has none.
        """
        if name not in documents():
            raise NotFoundError.of("e404_document", name=name[:80])
        return documents()[name]

    def text(self, name: str) -> SourceLines | None:
        """The text of a document, where this installation holds it."""
        return self._texts.get(name)

    def counts(self, query: Query) -> dict[FacetKind, list[tuple[str, int]]]:
        """The facets of a query with their counts."""
        key = ("counts", query.words, tuple((k, tuple(v)) for k, v in query.facets.items()))
        return self.keep(key, lambda: facet_counts(self.store, query))

    @cached_property
    def book(self) -> Book:
        """The rules of all programmes at their own dates; each is compiled once, when it is first asked for."""
        return Book(map(self.programme, self.ids))

    @cached_property
    def ids(self) -> list[str]:
        """Every id, in catalogue order."""
        return [row[0] for row in self.store.connection.execute("SELECT id FROM programme ORDER BY number")]

    @cached_property
    def sheets(self) -> dict[str, list[Programme]]:
        """The programmes of each document, in the document's order."""
        found: dict[str, list[Programme]] = {name: [] for name in documents()}
        for programme in map(self.programme, self.ids):
            found.setdefault(programme.document, []).append(programme)
        return {name: sorted(programmes, key=lambda p: p.lines) for name, programmes in found.items()}

    def sheet_at(self, document: str, line: int) -> Programme | None:
        """The programme whose sheet holds this line."""
        programmes = self.sheets[document]
        place = bisect_right([p.lines[0] for p in programmes], line) - 1
        return programmes[place] if place >= 0 and line <= programmes[place].lines[1] else None

    @cached_property
    def pairs(self) -> list[Pair]:
        """Every tie of the catalogue, in catalogue order of the later programme."""
        known = set(self.ids)
        return [
            Pair(programme, self.programme(tie.of), tie)
            for programme in map(self.programme, self.ids)
            for tie in programme.lineage
            if tie.of in known
        ]

    def ties(self, identifier: str) -> list[Pair]:
        """The ties of one programme, to earlier ones and to later ones."""
        return [pair for pair in self.pairs if identifier in (pair.later.id, pair.earlier.id)]
