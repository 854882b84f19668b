"""Search and facets over the store: which programmes, how many, and what else they could be narrowed by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from kofu.catalogue.store import FACETS, FacetKind, Store
from kofu.catalogue.tokens import plain, query_phrase
from kofu.catalogue.yaml_file import load_plain
from kofu.errors import KofuError

MAX_QUERY = 200
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
    where, values = _where(query, match)
    join = "" if match is None else "JOIN entry ON entry.rowid = p.number"
    order = "p.number" if match is None else f"bm25(entry, {_WEIGHTS}), p.number"
    rows = store.connection.execute(
        f"SELECT p.id FROM programme p {join} {where} ORDER BY {order} LIMIT ? OFFSET ?",
        (*values, limit, offset),
    ).fetchall()
    total = len(rows) + offset
    if len(rows) == limit or (offset and not rows):
        counted = store.connection.execute(f"SELECT count(*) FROM programme p {join} {where}", values)
        total = counted.fetchone()[0]
    return Hits([row[0] for row in rows], total)


def facet_counts(store: Store, query: Query) -> dict[FacetKind, list[tuple[str, int]]]:
    """For each facet, its values with how many programmes would be shown if it were chosen, most first.

    A facet's own choice does not narrow its own counts, so that one can widen it.
    """
    match = fts_query(query.words)
    counts: dict[FacetKind, list[tuple[str, int]]] = {}
    for kind in FACETS:
        if match == "":
            counts[kind] = []
            continue
        others = Query(query.words, {k: v for k, v in query.facets.items() if k != kind})
        where, values = _where(others, match)
        join = "" if match is None else "JOIN entry ON entry.rowid = p.number"
        rows = store.connection.execute(
            f"SELECT f.value, count(*) AS n FROM programme p {join} JOIN facet f "
            f"ON f.programme = p.number AND f.kind = ? {where} GROUP BY f.value ORDER BY n DESC, f.value",
            (kind, *values),
        )
        counts[kind] = [(value, n) for value, n in rows]
    return counts


def fts_query(words: str) -> str | None:
    """The FTS5 query for what a person typed: None for nothing typed, "" when nothing can be found by it.

    Words are separated by spaces and all must be found; a word stands for its synonyms too.
    """
    if len(words) > MAX_QUERY:
        raise KofuError(
            f"検索語が長すぎます（{len(words)}字）。{MAX_QUERY}字以内にしてください",
            f"the query is too long ({len(words)} characters); use at most {MAX_QUERY}",
        )
    terms = words.replace("\u3000", " ").replace('"', " ").split()
    if not terms:
        return None
    parts = []
    for term in terms:
        phrases = [phrase for spelling in _spellings(term) if (phrase := query_phrase(spelling))]
        if phrases:
            parts.append("(" + " OR ".join(phrases) + ")")
    return " AND ".join(parts)


def _where(query: Query, match: str | None) -> tuple[str, list[str]]:
    clauses, values = [], []
    if match is not None:
        clauses.append("entry MATCH ?")
        values.append(match)
    for kind, chosen in query.facets.items():
        if chosen:
            marks = ", ".join("?" * len(chosen))
            clauses.append(f"p.number IN (SELECT programme FROM facet WHERE kind = ? AND value IN ({marks}))")
            values += [kind, *chosen]
    return ("WHERE " + " AND ".join(clauses) if clauses else ""), values


def _spellings(term: str) -> list[str]:
    return [term, *_synonyms().get(plain(term), [])]


@cache
def _synonyms() -> dict[str, list[str]]:
    groups: list[list[str]] = load_plain(Path(__file__).with_name("synonyms.yaml"))
    return {plain(word): [other for other in group if other != word] for group in groups for word in group}
