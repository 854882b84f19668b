"""Search and facets over the store: which programmes, how many, and what else they could be narrowed by."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from kofu.catalogue.store import FACETS, FacetKind, Store
from kofu.catalogue.tokens import plain, query_phrase
from kofu.errors import KofuError

MAX_QUERY = 200
# Up to so many hits are ranked by bm25. Beyond, a rank says little and costs much: titles come first, then the
# rest, both in the order of the catalogue.
RANKED = 1_000
_TERM = re.compile(r'["“”]([^"“”]+)["“”]|([^\s"“”]+)')
# bm25 weights of the columns title, names, summary, details: a word in the title counts most.
_WEIGHTS = "12.0, 4.0, 2.0, 1.0"


@dataclass(frozen=True)
class Query:
    """Words that must all be found (in any spelling), and values of facets: any of one kind, all kinds."""

    words: str = ""
    facets: Mapping[FacetKind, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Hits:
    """Ids, best first (catalogue order without words), cut to the page asked for; `total` counts all."""

    ids: list[str]
    total: int


def search(store: Store, query: Query, limit: int = 20, offset: int = 0) -> Hits:
    """The programmes that fit `query`.

    Raises:
        KofuError: when the query is too long.
    """
    match = fts_query(query.words)
    if match == "":
        return Hits([], 0)
    total = _count(store, query, match)
    if match is None or total <= RANKED:
        return Hits(_ids(store, query, match, limit, offset, ranked=match is not None), total)
    titled = "{title} : (" + match + ")"
    found = _ids(store, query, titled, offset + limit, 0)
    if len(found) < offset + limit:
        elsewhere = f"({match}) NOT ({titled})"
        found += _ids(store, query, elsewhere, offset + limit - len(found), 0)
    return Hits(found[offset:], total)


def _count(store: Store, query: Query, match: str | None) -> int:
    table, where, values = _selection(query, match)
    return int(store.connection.execute(f"SELECT count(*) FROM {table} {where}", values).fetchone()[0])


def _ids(
    store: Store, query: Query, match: str | None, limit: int, offset: int, ranked: bool = False
) -> list[str]:
    """A page of ids, ranked or in the order of the catalogue (which the index gives without sorting)."""
    table, where, values = _selection(query, match)
    order = f"bm25(entry, {_WEIGHTS}), entry.rowid" if ranked else f"{table}.rowid"
    numbers = f"SELECT {table}.rowid FROM {table} {where} ORDER BY {order} LIMIT ? OFFSET ?"
    rows = store.connection.execute(numbers, (*values, limit, offset)).fetchall()
    names = (store.connection.execute("SELECT id FROM programme WHERE number = ?", row) for row in rows)
    return [name.fetchone()[0] for name in names]


def facet_counts(store: Store, query: Query) -> dict[FacetKind, list[tuple[str, int]]]:
    """For each facet, its values with how many programmes would be shown if it were chosen, most first.

    A facet's own choice does not narrow its own counts, so that one can widen it.
    """
    match = fts_query(query.words)
    counts: dict[FacetKind, list[tuple[str, int]]] = {kind: [] for kind in FACETS}
    if match == "":
        return counts
    chosen = [kind for kind in FACETS if query.facets.get(kind)]
    free = [kind for kind in FACETS if kind not in chosen]
    for kinds in ([kind] for kind in chosen):
        _count_facets(store, kinds, _without(query, kinds[0]), match, counts)
    _count_facets(store, free, query, match, counts)
    return counts


def _count_facets(
    store: Store,
    kinds: Sequence[FacetKind],
    query: Query,
    match: str | None,
    counts: dict[FacetKind, list[tuple[str, int]]],
) -> None:
    table, where, values = _selection(query, match)
    marks = ", ".join("?" * len(kinds))
    rows = store.connection.execute(
        f"SELECT f.kind, f.value, count(*) AS n FROM {table} JOIN facet f "
        f"ON f.programme = {table}.rowid AND f.kind IN ({marks}) {where} "
        "GROUP BY f.kind, f.value ORDER BY n DESC, f.value",
        (*kinds, *values),
    )
    for kind, value, n in rows:
        counts[kind].append((value, n))


def _without(query: Query, kind: FacetKind) -> Query:
    return Query(query.words, {k: v for k, v in query.facets.items() if k != kind})


def fts_query(words: str) -> str | None:
    """The FTS5 query for what a person typed: None for nothing typed, "" when nothing can be found by it.

    Words are separated by spaces and all must be found; a word stands for its synonyms too. What stands
    between quotation marks is found as it stands.
    """
    if len(words) > MAX_QUERY:
        raise KofuError(
            f"検索語が長すぎます（{len(words)}字）。{MAX_QUERY}字以内にしてください",
            f"the query is too long ({len(words)} characters); use at most {MAX_QUERY}",
        )
    if not words.strip():
        return None
    parts = []
    for quoted, term in _TERM.findall(words):
        spellings = [quoted] if quoted else _spellings(term)
        phrases = [phrase for spelling in spellings if (phrase := query_phrase(spelling))]
        if phrases:
            parts.append("(" + " OR ".join(phrases) + ")")
    return " AND ".join(parts)


def _selection(query: Query, match: str | None) -> tuple[str, str, list[str]]:
    """The table whose rowids are the programmes' numbers, the WHERE clause, and its values."""
    table = "programme" if match is None else "entry"
    clauses, values = [], []
    if match is not None:
        clauses.append("entry MATCH ?")
        values.append(match)
    for kind, chosen in query.facets.items():
        if chosen:
            marks = ", ".join("?" * len(chosen))
            clauses.append(
                f"{table}.rowid IN (SELECT programme FROM facet WHERE kind = ? AND value IN ({marks}))"
            )
            values += [kind, *chosen]
    return table, ("WHERE " + " AND ".join(clauses) if clauses else ""), values


def _spellings(term: str) -> list[str]:
    return [term, *_synonyms().get(plain(term), [])]


@cache
def _synonyms() -> dict[str, list[str]]:
    from kofu.yaml_file import load_plain

    groups: list[list[str]] = load_plain(Path(__file__).with_name("synonyms.yaml"))
    return {plain(word): [other for other in group if other != word] for group in groups for word in group}
