"""Tables that only the site has: the facts of one programme in one table, and the documents."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from kofu.catalogue.dictionary import TABLES, Column, Row, Table
from kofu.catalogue.documents import Document, documents
from kofu.catalogue.export import BOM
from kofu.programme.model import Programme

_OF_FACTS = tuple(table for table in TABLES if table.name != "programmes")
_OWN = ("programme", "number", "at")


def _fact_columns() -> tuple[Column, ...]:
    """The columns of every kind of fact, each once; where two have one name, it means the one or the other."""
    named: dict[str, list[Column]] = {}
    for column in (column for table in _OF_FACTS for column in table.columns):
        named.setdefault(column.name, []).append(column)
    found = {
        name: Column(
            name,
            columns[0].kind,
            "、".join(dict.fromkeys(column.ja for column in columns)),
            " or ".join(dict.fromkeys(column.en for column in columns)),
        )
        for name, columns in named.items()
    }
    first = [
        Column(
            "fact", "string", "事実の種類（表の名前、title、aliases）", "kind of fact: the table's name", True
        ),
        *(found.pop(name) for name in ("programme", "number")),
    ]
    return (*first, *(c for name, c in found.items() if name != "at"), found["at"])


def _fact_rows(programme: Programme) -> Iterator[Row]:
    def named(fact: str, names: list[tuple[str, tuple[int, ...]]]) -> Iterator[Row]:
        for number, (name, at) in enumerate(names, 1):
            lines = " ".join(map(str, at))
            yield {"fact": fact, "programme": programme.id, "number": number, "name": name, "at": lines}

    yield from named("title", [(programme.title.ja, programme.title.at)])
    yield from named("aliases", [(alias.name, alias.at) for alias in programme.aliases])
    for table in _OF_FACTS:
        for row in table.rows(programme):
            yield {"fact": table.name, **row}


FACTS = Table(
    "facts", "1事業の事実", "Facts of one programme", ("fact", "number"), _fact_columns(), _fact_rows
)

DOCUMENT_COLUMNS = {
    "name": ("資料の名前", "document name"),
    "prefix": ("事業 id の頭", "prefix of the ids of its programmes"),
    "ja": ("題名", "title in Japanese"),
    "en": ("英語の題名", "title in English"),
    "ministry_ja": ("府省", "ministry in Japanese"),
    "ministry_en": ("府省（英語）", "ministry in English"),
    "fiscal_year": ("年度（西暦）", "fiscal year"),
    "round": ("補正の回", "round of the budget"),
    "published": ("公表の時期。空欄は記載なし", "when published; empty: not stated"),
    "lines": ("行数", "number of lines"),
    "sheets": ("事業シートの数", "number of sheets"),
    "sha256": ("テキストの SHA-256", "SHA-256 of the text"),
}


def document_row(document: Document) -> Row:
    """A source document by the names of its columns."""
    return {name: getattr(document, name) for name in DOCUMENT_COLUMNS}


def document_rows() -> list[Row]:
    """The source documents."""
    return [document_row(document) for document in documents().values()]


def table_rows() -> list[Row]:
    """The tables that can be downloaded."""
    return [{"table": t.name, "ja": t.ja, "en": t.en, "csv": f"/tables/{t.name}.csv"} for t in TABLES]


def column_rows() -> list[Row]:
    """The data dictionary: every column of every table, with the codes it may hold."""
    return [
        {
            "table": table.name,
            "column": column.name,
            "type": column.kind,
            "required": column.required,
            "ja": column.ja,
            "en": column.en,
            "codes": " ".join(term.value for term in column.terms or ()),
        }
        for table in (*TABLES, FACTS)
        for column in table.columns
    ]


def rows_csv(rows: list[Row], bom: bool) -> str:
    """Rows of the same columns as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return (BOM if bom else "") + out.getvalue()
