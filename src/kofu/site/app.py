"""The application: which address is answered by which page or table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from litestar import HttpMethod, Litestar, Request, Response, route
from litestar.handlers import HTTPRouteHandler

from kofu.catalogue.store import Store
from kofu.site import data, pages
from kofu.site.answers import CSV, HTML, JSON, Answer, error_response, respond, to_json
from kofu.site.params import Asked, address, parse
from kofu.site.render import code_stamp, static
from kofu.site.shelf import Shelf

Page = Callable[..., Any]
AnyRequest = Request[Any, Any, Any]
_FOR_EVER = "public, max-age=31536000, immutable"

# One address each.
PLAIN: dict[str, Page] = {
    "/": pages.home,
    "/programmes.json": data.programmes_json,
    "/programmes.csv": data.programmes_csv,
    "/records.json": data.records_json,
    "/lineage": pages.lineage,
    "/lineage.json": data.lineage_json,
    "/lineage.csv": data.lineage_csv,
    "/documents": pages.document_list,
    "/documents.json": data.documents_json,
    "/documents.csv": data.documents_csv,
    "/data": pages.data,
    "/schema": pages.schema,
    "/schema/programme.json": data.schema_programme,
    "/schema/openapi.json": data.schema_openapi,
}
# One address for each thing, by the ending of its name.
NAMED: dict[str, dict[str, Page]] = {
    "/programmes": {"": pages.programme, "json": data.programme_json, "csv": data.programme_csv},
    "/documents": {"": pages.document, "json": data.document_json, "csv": data.document_csv},
    "/tables": {"csv": data.table_csv},
}
STATIC = {"/style.css": "text/css", "/favicon.svg": "image/svg+xml"}


def create_app(store: Store, sources: Path | None = None) -> Litestar:
    """The site over an open catalogue. `sources`: a folder that may hold the texts of its documents.

    Raises:
        KofuError: when a text there is not the one that the catalogue's lines refer to.
    """
    shelf = Shelf(store, sources)
    held = "".join("1" if shelf.text(name) else "0" for name in shelf.sheets)
    etag = f'"{shelf.stamp}-{code_stamp()}-{held}"'
    handlers = [
        *(_plain(shelf, path, page, etag) for path, page in PLAIN.items()),
        *(_named(shelf, path, endings, etag) for path, endings in NAMED.items()),
        *(_static(path, media_type) for path, media_type in STATIC.items()),
        _programmes(),
    ]
    return Litestar(
        route_handlers=handlers,
        openapi_config=None,
        exception_handlers={Exception: lambda request, error: error_response(request, error, shelf)},
        logging_config=None,
    )


def _route(path: str) -> Any:
    return route(path, http_method=[HttpMethod.GET, HttpMethod.HEAD], sync_to_thread=False)


def _plain(shelf: Shelf, path: str, page: Page, etag: str) -> HTTPRouteHandler:
    name = path.rpartition("/")[2]

    def handle(request: AnyRequest) -> Response[bytes]:
        return respond(request, _answer(page(shelf, _asked(request)), name), etag)

    return _handler(path, handle)


def _named(shelf: Shelf, path: str, endings: dict[str, Page], etag: str) -> HTTPRouteHandler:
    def handle(request: AnyRequest, name: str) -> Response[bytes]:
        stem, _, ending = name.rpartition(".")
        if not stem or ending not in endings:
            stem, ending = name, ""
        found = endings[ending](shelf, _asked(request), stem)
        return respond(request, _answer(found, name), etag)

    return _handler(path + "/{name:str}", handle)


def _static(path: str, media_type: str) -> HTTPRouteHandler:
    answer = Answer(media_type, static(path[1:]))

    def handle(request: AnyRequest) -> Response[bytes]:
        return respond(request, answer, f'"{code_stamp()}"', _FOR_EVER)

    return _handler(path, handle)


def _programmes() -> HTTPRouteHandler:
    def handle(request: AnyRequest) -> Response[bytes]:
        asked = _asked(request)
        return Response(b"", status_code=301, headers={"Location": address("/", asked.pairs(), asked.lang)})

    return _handler("/programmes", handle)


def _handler(path: str, handle: Callable[..., Response[bytes]]) -> HTTPRouteHandler:
    made: HTTPRouteHandler = _route(path)(handle)
    return made


def _asked(request: AnyRequest) -> Asked:
    return parse(request.scope["query_string"])


def _answer(found: Any, name: str) -> Answer:
    """HTML and CSV come as text, and only CSV from an address that says so; anything else is JSON."""
    if not isinstance(found, str):
        return Answer(JSON, to_json(found))
    if name.endswith(".csv"):
        return Answer(CSV, found.encode(), name)
    return Answer(HTML, found.encode())
