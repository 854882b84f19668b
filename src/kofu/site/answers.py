"""Answers: headers that keep readers safe and caches right, and errors in words."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from urllib.parse import parse_qs

from litestar.exceptions import HTTPException
from litestar.serialization import encode_json
from litestar.types import Receive, Scope, Send

from kofu.errors import KofuError
from kofu.site.params import MAX_BODY, Asked
from kofu.site.render import page
from kofu.site.shelf import BusyError, NotFoundError, Shelf
from kofu.site.words import say_in

HTML = "text/html; charset=utf-8"
JSON = "application/json"
CSV = "text/csv; charset=utf-8"
API = "/api/"
_log = logging.getLogger(__name__)
Headers = list[tuple[bytes, bytes]]

# Our own script and nothing else: none inside a page, no frame, nothing from elsewhere.
SAFE = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
_SAFE: Headers = [(name.encode(), value.encode()) for name, value in SAFE.items()]


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer, as it goes out. Litestar sends it as it is, without making a response of its own."""

    status: int
    headers: Headers
    body: bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def reply(
    body: bytes, media_type: str, etag: str, cache: str = "no-cache", filename: str | None = None
) -> Reply:
    """A good answer. `etag` names what it is made from."""
    headers = [
        *_SAFE,
        (b"content-type", media_type.encode()),
        (b"etag", etag.encode()),
        (b"cache-control", cache.encode()),
    ]
    if media_type is not HTML:
        headers.append((b"access-control-allow-origin", b"*"))
    if filename:
        headers.append((b"content-disposition", f'inline; filename="{filename}"'.encode()))
    return Reply(200, headers, body)


def computed(body: bytes) -> Reply:
    """The answer to a question that came in a body; nobody keeps it."""
    kept = (b"cache-control", b"no-store")
    free = (b"access-control-allow-origin", b"*")
    return Reply(200, [*_SAFE, (b"content-type", JSON.encode()), kept, free], body)


def moved(to: str) -> Reply:
    """The thing is at another address."""
    return Reply(301, [*_SAFE, (b"location", to.encode())], b"")


def for_request(found: Reply, scope: Scope) -> Reply:
    """The answer as this request wants it: 304 to whoever has it already, no body to HEAD."""
    status, headers, body = found.status, found.headers, found.body
    if status == 200:
        tags = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
        etag = dict(headers).get(b"etag") if tags else None
        if etag and etag in (tag.strip().removeprefix(b"W/") for tag in tags.split(b",")):
            return Reply(304, [h for h in headers if h[0] != b"content-type"], b"")
    length = (b"content-length", str(len(body)).encode())
    return Reply(status, [*headers, length], b"" if scope.get("method") == "HEAD" else body)


def error_reply(scope: Scope, error: Exception, shelf: Shelf) -> Reply:
    """Any error as a page, or as JSON where data was asked for."""
    status, key, words = _in_words(scope, error)
    if scope["path"].endswith((".json", ".csv")) or scope["path"].startswith(API):
        body, media_type = encode_json({"error": {"status": status, **words}}), JSON
    else:
        chosen = parse_qs(scope["query_string"].decode("latin-1")[-200:]).get("lang", ["ja"])[-1]
        asked = Asked(lang="en" if chosen == "en" else "ja")
        back = _programme_of(scope["path"], shelf)
        html = page("error.html", shelf, asked, "/", status=status, key=key, message=words, back=back)
        body, media_type = html.encode(), HTML
    headers = [*_SAFE, (b"content-type", media_type.encode())]
    if status == 405:
        headers.append((b"allow", _allowed(scope["path"]).encode()))
    if status == 503:
        headers.append((b"retry-after", b"5"))
    return Reply(status, headers, body)


def _allowed(path: str) -> str:
    """What can be done at an address that there is."""
    if path.startswith(f"{API}simulate/"):
        return "GET, HEAD, DELETE"
    if path == "/simulate/jobs" or path.endswith("/cancel"):
        return "POST"
    return "GET, HEAD, POST" if path.startswith(API) else "GET, HEAD"


def _programme_of(path: str, shelf: Shelf) -> str | None:
    """The address of the programme whose page was asked for, where there is one."""
    parts = path.split("/")
    known = len(parts) > 2 and parts[1] == "programmes" and parts[2] in shelf.ids
    return f"/programmes/{parts[2]}" if known else None


def _in_words(scope: Scope, error: Exception) -> tuple[int, str, dict[str, str]]:
    def both(key: str, **values: object) -> dict[str, str]:
        return {lang: say_in(lang)(key, **values) for lang in ("ja", "en")}

    status = error.status_code if isinstance(error, HTTPException) else 500
    if isinstance(error, BusyError):
        return 503, "e503", {"ja": error.ja, "en": error.en}
    if isinstance(error, KofuError):
        missing = isinstance(error, NotFoundError)
        return 404 if missing else 400, "e404" if missing else "e400", {"ja": error.ja, "en": error.en}
    if status == 404:
        return 404, "e404", both("e404_path", path=scope["path"][:80])
    if status == 405:
        return 405, "e405", both("e405_do", allowed=_allowed(scope["path"]))
    if status == 413:
        return 413, "e400", both("e413_do", most=MAX_BODY // 1024)
    if status < 500:
        return status, "e400", both("e400_address")
    _log.error("%s %s", scope.get("method"), scope["path"], exc_info=error)
    return 500, "e500", both("e500_do")
