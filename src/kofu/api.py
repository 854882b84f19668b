"""Python: `kofu.catalogue()["id"].quote(...)` and `kofu.match(...)`, for scripts and notebooks."""

from __future__ import annotations

import datetime
import difflib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, overload

from kofu.catalogue.folder import PACKAGE_DATA
from kofu.catalogue.store import open_store
from kofu.errors import KofuError
from kofu.programme.model import Programme
from kofu.quoting.book import Book, read_day, read_firm, read_overlay
from kofu.quoting.frames import match_table
from kofu.quoting.html import amount_text, matches_table, quotes_table
from kofu.quoting.match import Match, match_all
from kofu.quoting.quote import Quote
from kofu.quoting.record import quote_record, verdict
from kofu.quoting.tables import is_table
from kofu.rules.tree import Value


def _lang() -> str:
    return "en" if os.environ.get("KOFU_LANG") == "en" else "ja"


class UnknownIdError(KofuError, KeyError):
    """No programme of the catalogue has this id."""


class Quotes(Sequence[Quote]):
    """What one case gets from each benefit of a programme; a notebook shows it as a table."""

    def __init__(self, programme: Programme, quotes: Sequence[Quote]) -> None:
        self.programme = programme
        self._quotes = tuple(quotes)

    @overload
    def __getitem__(self, place: int) -> Quote: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Quote]: ...
    def __getitem__(self, place: int | slice) -> Quote | Sequence[Quote]:
        return self._quotes[place]

    def __len__(self) -> int:
        return len(self._quotes)

    @property
    def fitting(self) -> Quotes:
        """Those that are not refused."""
        return Quotes(self.programme, [quote for quote in self if quote.eligible is not False])

    @property
    def why_not(self) -> tuple[str, ...]:
        """Why the sheet lets nothing be computed, for the parts where that is so."""
        return tuple(entry.say(_lang()) for entry in map(_Unsaid.of, self.programme.not_computable))

    def explain(self, lang: str = "") -> str:
        """Every benefit step by step in words, with the lines of the sheet; `lang`: ja or en."""
        lang = lang or _lang()
        texts = []
        for quote in self.fitting or self:
            head = f"{quote.rule.key}: {verdict(quote.eligible, lang)} {amount_text(quote.total, lang)}"
            texts.append("\n".join([head, *(f"  {line.text}" for line in quote.explanation(lang))]))
        return "\n\n".join([*texts, *self.why_not])

    def records(self, lang: str = "") -> list[dict[str, Any]]:
        """As plain JSON, the form that the command and the API give too."""
        return [quote_record(quote, lang or _lang()) for quote in self]

    def __repr__(self) -> str:
        lang = _lang()
        lines = [f"{q.rule.key}: {verdict(q.eligible, lang)} {amount_text(q.total, lang)}" for q in self]
        return "\n".join([f"<Quotes {self.programme.id}>", *lines, *self.why_not])

    def _repr_html_(self) -> str:
        notes = "".join(f"<p>{escape(text)}</p>" for text in self.why_not)
        return f"<b>{escape(_title(self.programme))}</b>{quotes_table(self, _lang()) if self._quotes else ''}{notes}"


@dataclass(frozen=True)
class _Unsaid:
    component: str | None
    ja: str
    en: str

    @classmethod
    def of(cls, entry: Any) -> _Unsaid:
        return cls(entry.component, entry.ja, entry.en)

    def say(self, lang: str) -> str:
        return (f"{self.component} " if self.component else "") + (self.en if lang == "en" else self.ja)


@dataclass(frozen=True)
class Entry:
    """One programme of the catalogue."""

    programme: Programme

    @property
    def id(self) -> str:
        """Its id."""
        return self.programme.id

    def quote(
        self,
        facts: Mapping[str, Any] | None = None,
        *,
        date: datetime.date | str | None = None,
        params: Mapping[str, Any] | None = None,
        benefit: str | None = None,
        **answers: Any,
    ) -> Quotes:
        """What a case gets: `quote(補助対象経費="600万円", 従業員数=5)`.

        `facts` and `answers` are facts by name: text with its unit, or a plain number in the fact's own unit;
        what is left out, or None, is unknown. `date`: whose figures count (a day, or text: 2025-02-01). `params`: figures to suppose instead
        of the sheet's. `benefit`: only the one with this key.

        Raises:
            KofuError: an unknown fact, a wrong answer, a day without figures, no such benefit.
        """
        book = Book([self.programme], read_day(date), read_overlay(_mapping("params", params)))
        rules = book.rules_of(self.id)
        if benefit is not None and benefit not in [rule.key for rule in rules]:
            keys = "、".join(rule.key for rule in rules)
            raise KofuError(
                f"「{benefit}」という支援はありません（あるもの: {keys}）",
                f"there is no benefit {benefit!r} (there are: {keys})",
            )
        case = read_firm({**_mapping("facts", facts), **answers}, rules)
        quotes = book.quotes(self.id, case)
        return Quotes(self.programme, [quote for quote in quotes if benefit in (None, quote.rule.key)])

    def __repr__(self) -> str:
        return f"<{self.id} {_title(self.programme)}>"

    def _repr_html_(self) -> str:
        return f"<b>{escape(_title(self.programme))}</b> <code>{self.id}</code>"


class Catalogue(Mapping[str, Entry]):
    """The programmes by id."""

    def __init__(self, programmes: Sequence[Programme]) -> None:
        self._entries = {programme.id: Entry(programme) for programme in programmes}

    def __getitem__(self, identifier: str) -> Entry:
        entry = self._entries.get(identifier)
        if entry is None:
            near = difflib.get_close_matches(str(identifier), self._entries, 3, 0.6)
            raise UnknownIdError(
                f"「{identifier}」という事業はありません"
                + (f"。近いもの: {'、'.join(near)}" if near else ""),
                f"there is no programme {identifier!r}" + (f"; near: {', '.join(near)}" if near else ""),
            )
        return entry

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @cached_property
    def book(self) -> Book:
        """Their rules, each programme at its own date."""
        return Book([entry.programme for entry in self.values()])

    def __repr__(self) -> str:
        return f"<Catalogue: {len(self)}>"


class Matches(Sequence[Match]):
    """All programmes against one firm, the surest and largest first; a notebook shows those that may fit."""

    def __init__(self, facts: Mapping[str, Value], found: Sequence[Match]) -> None:
        self.facts = facts
        self._found = tuple(found)

    @overload
    def __getitem__(self, place: int) -> Match: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Match]: ...
    def __getitem__(self, place: int | slice) -> Match | Sequence[Match]:
        return self._found[place]

    def __len__(self) -> int:
        return len(self._found)

    def of(self, fits: bool | None) -> tuple[Match, ...]:
        """Those that fit (True), depend (None) or do not fit (False)."""
        return tuple(match for match in self if match.fits is fits)

    def __repr__(self) -> str:
        counts = ", ".join(f"{verdict(fits, _lang())} {len(self.of(fits))}" for fits in (True, None, False))
        return f"<Matches: {counts}>"

    def _repr_html_(self) -> str:
        return matches_table([match for match in self if match.fits is not False], _lang())


_opened: dict[tuple[Path, str], Catalogue] = {}


def catalogue(folder: str | Path | None = None) -> Catalogue:
    """The catalogue in `folder`; without one that of KOFU_CATALOGUE, else the one that kofu brings.

    Raises:
        KofuError: when the folder holds no catalogue, or one with errors.
    """
    path = Path(folder or os.environ.get("KOFU_CATALOGUE") or PACKAGE_DATA)
    store = open_store(path)
    key = path.resolve(), store.path.name  # the name holds the hash of the files
    if key not in _opened:
        _opened[key] = Catalogue(list(store.programmes()))
    return _opened[key]


def match(
    cases: Any,
    *,
    programmes: Collection[str] | None = None,
    keep: Collection[str] = (),
    date: datetime.date | str | None = None,
    params: Mapping[str, Any] | None = None,
) -> Any:
    """One firm, or a table of firms, against all programmes (or those with the ids of `programmes`).

    A mapping of facts gives `Matches`. A frame of pandas, Polars, PyArrow or DuckDB, or a list of mappings, gives
    one of the same kind with a row for each firm: the columns of `keep`, then `id.eligible`, `id.low` and
    `id.high` (yen) for each programme. What is null or has no column is unknown: then `eligible` is null where it
    depends, and `low` and `high` are the honest range; `high` is null where nothing bounds it yet.

    Raises:
        KofuError: an unknown programme or fact, or a wrong answer; of a table it names column and row.
    """
    entries = catalogue()
    book = entries.book
    if date is not None or params:
        overlay = read_overlay(_mapping("params", params))
        book = Book([e.programme for e in entries.values()], read_day(date), overlay)
    if programmes is not None:
        book = book.part([entries[identifier].programme for identifier in _names("programmes", programmes)])
    if is_table(cases):
        return match_table(book, cases, _names("keep", keep))
    if not isinstance(cases, Mapping):
        kind = type(cases).__name__
        raise KofuError(
            f"{kind} は会社の事実として読めません。「名前: 値」の辞書か表を渡してください",
            f"a {kind} holds no facts; pass a mapping of names to values, or a table",
        )
    found = match_all(book, read_firm(cases, book.rules))
    return Matches(found.facts, found.found)


def _names(argument: str, names: Any) -> list[str]:
    """One name or several."""
    if isinstance(names, str):
        return [names]
    if isinstance(names, Collection) and all(isinstance(name, str) for name in names):
        return list(names)
    raise KofuError(
        f"{argument} には名前か、名前のリストを渡してください（{names!r}）",
        f"{argument} must be a name or a list of names, not {names!r}",
    )


def _mapping(argument: str, values: Any) -> Mapping[str, Any]:
    if values is None or isinstance(values, Mapping):
        return values or {}
    raise KofuError(
        f"{argument} には「名前: 値」の辞書を渡してください（{type(values).__name__} ではなく）",
        f"{argument} must be a mapping of names to values, not a {type(values).__name__}",
    )


def _title(programme: Programme) -> str:
    title = programme.title
    return title.ja if _lang() == "ja" else title.en or title.ja
