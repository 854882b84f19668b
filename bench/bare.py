"""A bare ASGI app that makes the same bodies as the site and does nothing else: the reference for bench/pages.py."""

from __future__ import annotations

import json
from typing import Any

from litestar.serialization import encode_json

from kofu.catalogue.store import open_store
from kofu.site import data, pages
from kofu.site.params import parse
from kofu.site.shelf import Shelf

PROGRAMME = "meti-fy2024s-nariwai-noto"

_shelf = Shelf(open_store())
_programme = json.loads(data.programme_json(_shelf, parse(b""), PROGRAMME))


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The page of a programme, the home page, and a programme as JSON, encoded anew for each request."""
    path, asked = scope["path"], parse(scope["query_string"])
    kind = b"text/html; charset=utf-8"
    if path.endswith(".json"):
        body, kind = encode_json(_programme), b"application/json"
    elif path == "/":
        body = pages.home(_shelf, asked).encode()
    else:
        body = pages.programme(_shelf, asked, PROGRAMME).encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
