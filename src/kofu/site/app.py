"""The application: which address is answered by which page or table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from litestar import HttpMethod, Litestar, Request, Response, route
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.serialization import encode_json
from litestar.types import Scope

from kofu.catalogue.store import Store
from kofu.site import data, interview, pages, rules_api
from kofu.site.answers import (
    API,
    CSV,
    HTML,
    JSON,
    Reply,
    computed,
    error_reply,
    for_request,
    moved,
    reply,
)
from kofu.site.params import MAX_BODY, address, parse
from kofu.site.render import code_stamp, static
from kofu.site.shelf import Shelf
from kofu.site.simulate_api import simulate_handlers

Page = Callable[..., Any]
_FOR_EVER = "public, max-age=31536000, immutable"

# One address each.
PLAIN: dict[str, Page] = {
    "/": pages.home,
    "/programmes.json": data.programmes_json,
    "/programmes.csv": data.programmes_csv,
    "/records.json": data.records_json,
    "/match": interview.match_page,
    "/match.json": interview.match_json,
    "/lineage": pages.lineage,
    "/lineage.json": data.lineage_json,
    "/lineage.csv": data.lineage_csv,
    "/documents": pages.document_list,
    "/documents.json": data.documents_json,
    "/documents.csv": data.documents_csv,
    "/data": pages.data,
    "/data.json": data.data_json,
    "/data.csv": data.data_csv,
    "/schema": pages.schema,
    "/schema.json": data.schema_json,
    "/schema.csv": data.schema_csv,
    "/schema/programme.json": data.schema_programme,
    "/schema/openapi.json": data.schema_openapi,
}
# One address for each thing, by the ending of its name.
NAMED: dict[str, dict[str, Page]] = {
    "/programmes": {"": pages.programme, "json": data.programme_json, "csv": data.programme_csv},
    "/documents": {"": pages.document, "json": data.document_json, "csv": data.document_csv},
    "/tables": {"csv": data.table_csv},
}
RULES: dict[str, Callable[[Shelf, rules_api.Json], rules_api.Json]] = {
    "quote": rules_api.quote,
    "match": rules_api.match,
    "ask": rules_api.ask,
}
STATIC = {
    "/style.css": "text/css; charset=utf-8",
    "/favicon.svg": "image/svg+xml",
    "/calculator.js": "text/javascript; charset=utf-8",
    "/simulator.js": "text/javascript; charset=utf-8",
    "/simulator.css": "text/css; charset=utf-8",
    "/charts.css": "text/css; charset=utf-8",
}


def create_app(store: Store, sources: Path | None = None) -> Litestar:
    """The site over an open catalogue. `sources`: a folder that may hold the texts of its documents.

    Raises:
        KofuError: when a text there is not the one that the catalogue's lines refer to.
    """
    shelf = Shelf(store, sources)
    held = "".join("1" if shelf.text(name) else "0" for name in shelf.sheets)
    etag = f'"{shelf.stamp}-{code_stamp()}-{held}"'
    handlers = [
        *(_handler(shelf, path, _plain(shelf, path, page, etag)) for path, page in PLAIN.items()),
        *(_handler(shelf, path + "/{name:str}", _named(shelf, e, etag)) for path, e in NAMED.items()),
        *(_handler(shelf, path, _static(path, media_type)) for path, media_type in STATIC.items()),
        *(_handler(shelf, f"{API}{name}", _asked(shelf, name, etag)) for name in RULES),
        *(_posted(shelf, name) for name in RULES),
        _handler(shelf, "/programmes/{name:str}/quote", _fragment(shelf, etag)),
        _handler(shelf, "/programmes", _to_search),
        *simulate_handlers(shelf),
    ]

    def failed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        made = error_reply(request.scope, error, shelf)
        headers = {name.decode(): value.decode() for name, value in made.headers}
        return Response(made.body, status_code=made.status, headers=headers)

    return Litestar(
        route_handlers=handlers,
        openapi_config=None,
        exception_handlers={Exception: failed},
        logging_config=None,
    )


def _handler(shelf: Shelf, path: str, answer: Callable[[Scope], Reply]) -> HTTPRouteHandler:
    def handle(scope: Scope) -> Reply:
        try:
            return for_request(answer(scope), scope)
        except Exception as error:
            return for_request(error_reply(scope, error, shelf), scope)

    methods = [HttpMethod.GET, HttpMethod.HEAD]
    made: HTTPRouteHandler = route(path, http_method=methods, sync_to_thread=False)(handle)
    return made


def _plain(shelf: Shelf, path: str, page: Page, etag: str) -> Callable[[Scope], Reply]:
    name = path.rpartition("/")[2]
    return lambda scope: _reply(page(shelf, parse(scope["query_string"])), name, etag)


def _named(shelf: Shelf, endings: dict[str, Page], etag: str) -> Callable[[Scope], Reply]:
    def answer(scope: Scope) -> Reply:
        name = scope["path_params"]["name"]
        stem, _, ending = name.rpartition(".")
        if not stem or ending not in endings:
            stem, ending = name, ""
        if ending not in endings:
            raise NotFoundException
        return _reply(endings[ending](shelf, parse(scope["query_string"]), stem), name, etag)

    return answer


def _fragment(shelf: Shelf, etag: str) -> Callable[[Scope], Reply]:
    def answer(scope: Scope) -> Reply:
        asked = parse(scope["query_string"])
        return _reply(pages.calculator(shelf, asked, scope["path_params"]["name"]), "", etag)

    return answer


def _asked(shelf: Shelf, name: str, etag: str) -> Callable[[Scope], Reply]:
    def answer(scope: Scope) -> Reply:
        asked = rules_api.read_address(name, parse(scope["query_string"]))
        return _reply(RULES[name](shelf, asked), name, etag)

    return answer


def _posted(shelf: Shelf, name: str) -> HTTPRouteHandler:
    async def handle(request: Request[Any, Any, Any]) -> Reply:
        try:
            asked = rules_api.read_body(name, await request.body())
            found = computed(encode_json(RULES[name](shelf, asked)))
        except Exception as error:
            found = error_reply(request.scope, error, shelf)
        return for_request(found, request.scope)

    handler: HTTPRouteHandler = route(
        f"{API}{name}", http_method=HttpMethod.POST, request_max_body_size=MAX_BODY
    )(handle)
    return handler


def _static(path: str, media_type: str) -> Callable[[Scope], Reply]:
    made = reply(static(path[1:]), media_type, f'"{code_stamp()}"', _FOR_EVER)
    return lambda scope: made


def _to_search(scope: Scope) -> Reply:
    asked = parse(scope["query_string"])
    return moved(address("/", asked.pairs(), asked.lang))


def _reply(found: Any, name: str, etag: str) -> Reply:
    """HTML and CSV come as text, and only CSV from an address that says so; anything else is JSON."""
    if isinstance(found, bytes):
        return reply(found, JSON, etag)
    if not isinstance(found, str):
        return reply(encode_json(found), JSON, etag)
    if name.endswith(".csv"):
        return reply(found.encode(), CSV, etag, filename=name)
    return reply(found.encode(), HTML, etag)
