"""The JSON and CSV twins of the pages."""

from __future__ import annotations

from typing import Any

from litestar.serialization import encode_json

from kofu.catalogue.export import table_named, to_csv
from kofu.catalogue.search import search
from kofu.errors import KofuError
from kofu.programme.record import to_record
from kofu.site.api import described_parameters, endpoints, openapi, programme_schema
from kofu.site.params import PAGE_SIZE, Asked, address, check_page
from kofu.site.shelf import NotFoundError, Pair, Shelf
from kofu.site.tables import FACTS, column_rows, document_row, document_rows, rows_csv, table_rows

Json = dict[str, Any]


def programmes_json(shelf: Shelf, asked: Asked) -> Json:
    """A page of programmes with the total, the facets and the way to the next page."""
    limit = asked.limit or PAGE_SIZE
    hits = search(shelf.store, asked.query, limit, (asked.page - 1) * limit)
    pages = check_page(asked.page, hits.total, limit)
    following = None
    if asked.page < pages:
        sized = [("limit", str(limit))] if asked.limit else []
        following = address("/programmes.json", [*asked.pairs(), *sized, ("page", str(asked.page + 1))])
    return {
        "total": hits.total,
        "page": asked.page,
        "pages": pages,
        "next": following,
        "programmes": [_item(shelf, identifier) for identifier in hits.ids],
        "facets": {kind: dict(values) for kind, values in shelf.counts(asked.query).items()},
    }


def programmes_csv(shelf: Shelf, asked: Asked) -> str:
    """All programmes that fit, or the page that `limit` asks for."""
    limit = asked.limit or max(len(shelf.ids), 1)
    hits = search(shelf.store, asked.query, limit, (asked.page - 1) * limit)
    check_page(asked.page, hits.total, limit)
    return to_csv(table_named("programmes"), map(shelf.programme, hits.ids), asked.bom)


def programme_json(shelf: Shelf, asked: Asked, identifier: str) -> bytes:
    """One programme with the lines of each fact, its addresses and its ties in both directions; as JSON."""

    def make() -> bytes:
        it = shelf.programme(identifier)
        return encode_json(
            {
                "programme": it.model_dump(mode="json", by_alias=True),
                "lineage": [_tie(pair) for pair in shelf.ties(identifier)],
                "links": _links(identifier),
            }
        )

    return shelf.keep(("json", identifier), make)


def programme_csv(shelf: Shelf, asked: Asked, identifier: str) -> str:
    """The facts of one programme, one row each."""
    return to_csv(FACTS, [shelf.programme(identifier)], asked.bom)


def table_csv(shelf: Shelf, asked: Asked, name: str) -> str:
    """One table of the export over the whole catalogue.

    Raises:
        NotFoundError: when there is no such table.
    """
    try:
        table = table_named(name)
    except KofuError as error:
        raise NotFoundError(error.ja, error.en) from error
    return to_csv(table, map(shelf.programme, shelf.ids), asked.bom)


def records_json(shelf: Shelf, asked: Asked) -> list[Json]:
    """The exchange record of every programme."""
    return shelf.keep(("records",), lambda: [to_record(i, shelf.programme(i)) for i in shelf.ids])


def lineage_json(shelf: Shelf, asked: Asked) -> Json:
    """All ties."""
    return {"lineage": [_tie(pair) for pair in shelf.pairs]}


def lineage_csv(shelf: Shelf, asked: Asked) -> str:
    """All ties."""
    return table_csv(shelf, asked, "lineage")


def documents_json(shelf: Shelf, asked: Asked) -> Json:
    """The source documents."""
    return {"documents": document_rows()}


def documents_csv(shelf: Shelf, asked: Asked) -> str:
    """The source documents."""
    return rows_csv(document_rows(), asked.bom)


def document_json(shelf: Shelf, asked: Asked, name: str) -> Json:
    """One document and its sheets in order; `text_held` says whether this installation can show its lines."""
    row = document_row(shelf.document(name))
    sheets = [_item(shelf, it.id) for it in shelf.sheets[name]]
    return {"document": row, "text_held": shelf.text(name) is not None, "sheets": sheets}


def document_csv(shelf: Shelf, asked: Asked, name: str) -> str:
    """The programmes of one document, in the order of its sheets."""
    shelf.document(name)
    return to_csv(table_named("programmes"), shelf.sheets[name], asked.bom)


def data_json(shelf: Shelf, asked: Asked) -> Json:
    """The tables that can be downloaded."""
    return {"tables": table_rows(), "records": "/records.json", "documents": "/documents.csv"}


def data_csv(shelf: Shelf, asked: Asked) -> str:
    """The tables that can be downloaded."""
    return rows_csv(table_rows(), asked.bom)


def schema_json(shelf: Shelf, asked: Asked) -> Json:
    """The addresses, their parameters, and the data dictionary."""
    return {"endpoints": endpoints(), "parameters": described_parameters(), "columns": column_rows()}


def schema_csv(shelf: Shelf, asked: Asked) -> str:
    """The data dictionary."""
    return rows_csv(column_rows(), asked.bom)


def schema_programme(shelf: Shelf, asked: Asked) -> Json:
    """The JSON Schema of a programme."""
    return programme_schema()


def schema_openapi(shelf: Shelf, asked: Asked) -> Json:
    """The OpenAPI description."""
    return shelf.keep(("openapi",), lambda: openapi(shelf))


def _item(shelf: Shelf, identifier: str) -> Json:
    """One programme in a list of programmes."""

    def make() -> Json:
        card = shelf.card(identifier)
        it = card.programme
        return {
            "id": it.id,
            "title": {"ja": it.title.ja, "en": it.title.en},
            "summary": {"ja": it.summary.ja, "en": it.summary.en},
            "fiscal_year": it.fiscal_year,
            "round": it.round,
            "appropriation": card.yen,
            "bureaux": card.bureaux,
            "offices": [office.name for office in it.offices],
            "instruments": [term.value for term in it.instruments],
            "fields": [term.value for term in it.fields],
            "recipient_classes": [term.value for term in it.recipient_classes],
            "document": it.document,
            "lines": list(it.lines),
            "links": _links(identifier),
        }

    return shelf.keep(("item", identifier), make)


def _tie(pair: Pair) -> Json:
    return {"programme": pair.later.id, **pair.tie.model_dump(mode="json")}


def _links(identifier: str) -> dict[str, str]:
    path = f"/programmes/{identifier}"
    return {"page": path, "json": f"{path}.json", "csv": f"{path}.csv"}
