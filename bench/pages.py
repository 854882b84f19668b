"""Pages and JSON through the whole application, beside a bare ASGI app that makes the same body and nothing more."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bench.clock import Row
from kofu.catalogue.store import Store
from kofu.site import data, pages
from kofu.site.answers import to_json
from kofu.site.app import create_app
from kofu.site.params import Asked
from kofu.site.shelf import Shelf

App = Callable[..., Awaitable[Any]]
_ID = "meti-fy2024s-seisansei-kakumei"


async def measure(store: Store) -> list[Row]:
    """Requests served in process: a programme as JSON, its page, and the home page."""
    shelf, asked = Shelf(store, None), Asked(lang="ja")
    site: App = create_app(store)
    cases: list[tuple[str, str, Callable[[], bytes], str]] = [
        (
            f"/programmes/{_ID}.json",
            "JSON",
            lambda: to_json(data.programme_json(shelf, asked, _ID)),
            "<= 2.86",
        ),
        (f"/programmes/{_ID}", "page", lambda: pages.programme(shelf, asked, _ID).encode(), "<= 1.25"),
        ("/", "home page", lambda: pages.home(shelf, asked).encode(), "<= 1.25"),
    ]
    rows = []
    for path, what, body, target in cases:
        assert await _get(site, path) == await _get(_bare(body), path), path
        ours, theirs = await _paired(site, _bare(body), path, 60)
        rows.append(Row(f"{what}, in process", ours, "bare ASGI, same body", theirs, target))
    return rows


def _bare(body: Callable[[], bytes]) -> App:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        made = body()
        headers = [(b"content-type", b"text/html"), (b"content-length", str(len(made)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": made})

    return app


async def _paired(ours: App, theirs: App, path: str, runs: int) -> tuple[float, float]:
    taken: tuple[list[float], list[float]] = ([], [])
    for i in range(runs + 5):
        for kept, app in zip(taken, (ours, theirs), strict=True):
            start = time.perf_counter()
            await _get(app, path)
            if i >= 5:
                kept.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken[0]), statistics.median(taken[1])


async def _get(app: App, path: str) -> bytes:
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"",
        "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "extensions": {},
    }  # fmt: skip
    body = bytearray()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        body.extend(message.get("body", b""))

    await app(scope, receive, send)
    return bytes(body)
