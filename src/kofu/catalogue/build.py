"""Building the embedded database from the programmes."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from kofu.catalogue.bands import band_of
from kofu.catalogue.bureaux import bureau_of
from kofu.catalogue.store import FacetKind, appropriation
from kofu.catalogue.tokens import index_tokens
from kofu.errors import KofuError
from kofu.programme.model import Programme

_SCHEMA = Path(__file__).with_name("schema.sql")


def facets_of(programme: Programme) -> Iterator[tuple[FacetKind, str]]:
    """Every (facet, value) a programme is found by; values are codes."""
    yield "year", str(programme.fiscal_year)
    for office in programme.offices:
        yield "bureau", bureau_of(office.name)
    for instrument in programme.instruments:
        yield "instrument", instrument.value
    for recipient in programme.recipient_classes:
        yield "recipient", recipient.value
    yield "band", band_of(appropriation(programme))
    for field in programme.fields:
        yield "field", field.value


def build(path: Path, programmes: Iterable[Programme]) -> None:
    """Write the database for `programmes` at `path`, whole or not at all.

    Raises:
        KofuError: when it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix="building-") as folder:
            building = Path(folder) / path.name
            _fill(building, programmes)
            building.replace(path)
    except (OSError, sqlite3.OperationalError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise KofuError(
            f"{path.parent}: 書き込めません（{why}）。KOFU_CACHE で別の場所を指定してください",
            f"{path.parent}: cannot be written ({why}); name another place with KOFU_CACHE",
        ) from error


def _fill(building: Path, programmes: Iterable[Programme]) -> None:
    with contextlib.closing(sqlite3.connect(building)) as connection, connection:
        connection.executescript(_SCHEMA.read_text(encoding="utf-8"))
        for number, programme in enumerate(programmes, 1):
            _insert(connection, number, programme)
        connection.execute("INSERT INTO entry (entry) VALUES ('optimize')")
        connection.execute("ANALYZE")


def _insert(connection: sqlite3.Connection, number: int, programme: Programme) -> None:
    connection.execute(
        "INSERT INTO programme VALUES (?, ?, ?, ?, ?)",
        (
            number,
            programme.id,
            programme.document,
            appropriation(programme),
            programme.model_dump_json(by_alias=True),
        ),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO facet VALUES (?, ?, ?)", [(k, v, number) for k, v in facets_of(programme)]
    )
    connection.execute(
        "INSERT INTO entry (rowid, title, names, summary, details) VALUES (?, ?, ?, ?, ?)",
        (number, *(index_tokens("\n".join(part)) for part in _texts(programme))),
    )


def _texts(programme: Programme) -> tuple[list[str], list[str], list[str], list[str]]:
    """What is searched, by weight: titles and nicknames; names; summaries; the rest."""
    titles = [programme.title.ja, programme.title.en or "", *(a.name for a in programme.aliases)]
    names = [o.name for o in programme.offices] + [c.title for c in programme.components]
    names += [n for f in programme.flows for n in (f.payer, f.payee)] + [r.name for r in programme.recipients]
    terms = [
        t
        for term in (*programme.fields, *programme.recipient_classes, *programme.instruments)
        for t in (term.ja, term.en)
    ]
    details = (
        terms + [t.metric for t in programme.targets] + [limit.condition or "" for limit in programme.limits]
    )
    return titles, names, [programme.summary.ja, programme.summary.en], [programme.id, *details]
