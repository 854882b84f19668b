"""Responses: headers that keep readers safe and caches right, and errors in words."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.serialization import encode_json

from kofu.errors import KofuError
from kofu.site.params import Asked
from kofu.site.render import page
from kofu.site.shelf import NotFoundError, Shelf
from kofu.site.words import say_in

HTML = "text/html"
JSON = "application/json"
CSV = "text/csv"
_log = logging.getLogger(__name__)
Headers = dict[str, str]

# No script, no frame, nothing from elsewhere.
SAFE: Headers = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Answer(NamedTuple):
    """What a handler found: bytes of a media type."""

    media_type: str
    body: bytes
    filename: str | None = None


def respond(
    request: Request[Any, Any, Any], answer: Answer, etag: str, cache: str = "no-cache"
) -> Response[bytes]:
    """A good answer. `etag` names what it is made from; whoever has it already gets 304."""
    headers = {**SAFE, "ETag": etag, "Cache-Control": cache}
    if answer.media_type is not HTML:
        headers["Access-Control-Allow-Origin"] = "*"
    if answer.filename:
        headers["Content-Disposition"] = f'inline; filename="{answer.filename}"'
    known = request.headers.get("if-none-match")
    if known is not None and etag in (tag.strip().removeprefix("W/") for tag in known.split(",")):
        return Response(b"", status_code=304, headers=headers, media_type=answer.media_type)
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(answer.body))
        return Response(b"", headers=headers, media_type=answer.media_type)
    return Response(answer.body, headers=headers, media_type=answer.media_type)


def to_json(value: Any) -> bytes:
    """JSON in UTF-8, letters as they are."""
    return encode_json(value)


def error_response(request: Request[Any, Any, Any], error: Exception, shelf: Shelf) -> Response[bytes]:
    """Any error as a page, or as JSON where data was asked for."""
    status, key, words = _in_words(request, error)
    if request.url.path.rpartition("/")[2].endswith((".json", ".csv")):
        body = to_json({"error": {"status": status, **words}})
        return Response(body, status_code=status, headers=SAFE, media_type=JSON)
    lang = "en" if request.query_params.get("lang") == "en" else "ja"
    html = page("error.html", shelf, Asked(lang=lang), "/", status=status, key=key, message=words)
    return Response(html.encode(), status_code=status, headers=SAFE, media_type=HTML)


def _in_words(request: Request[Any, Any, Any], error: Exception) -> tuple[int, str, dict[str, str]]:
    def both(key: str, **values: object) -> dict[str, str]:
        return {lang: say_in(lang)(key, **values) for lang in ("ja", "en")}

    if isinstance(error, NotFoundError):
        return 404, "e404", {"ja": error.ja, "en": error.en}
    if isinstance(error, KofuError):
        return 400, "e400", {"ja": error.ja, "en": error.en}
    if isinstance(error, HTTPException) and error.status_code == 404:
        return 404, "e404", both("e404_path", path=request.url.path[:80])
    if isinstance(error, HTTPException) and error.status_code == 405:
        return 405, "e405", both("e405_do")
    if isinstance(error, HTTPException) and error.status_code < 500:
        return error.status_code, "e400", both("e400_address")
    _log.error("%s %s", request.method, request.url.path, exc_info=error)
    return 500, "e500", both("e500_do")
