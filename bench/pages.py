"""Pages and JSON over HTTP: the site on granian beside a bare ASGI app on granian, asked in turn."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.bare import PROGRAMME
from bench.clock import Row

_CONNECTIONS, _SECONDS, _ROUNDS = 8, 1.5, 3


def measure() -> list[Row]:
    """Milliseconds for a request, eight connections kept busy; the best of three rounds on each side."""
    rows = []
    with _server("-m", "kofu.cli", "serve", "--port") as ours, _server(*_BARE) as theirs:
        for what, path, target in (
            ("programme as JSON, over HTTP", f"/programmes/{PROGRAMME}.json", "<= 2.86 (0.35 x)"),
            ("page of a programme, over HTTP", f"/programmes/{PROGRAMME}", "<= 1.25 (0.8 x)"),
            ("home page, over HTTP", "/", "<= 1.25 (0.8 x)"),
        ):
            taken = [(_rate(ours, path), _rate(theirs, path)) for _ in range(_ROUNDS)]
            mine, other = (1000 / max(pair[side] for pair in taken) for side in (0, 1))
            rows.append(Row(what, mine, "bare ASGI app, same body", other, target))
    return rows


_BARE = ("-m", "granian", "--interface", "asginl", "--no-ws", "--no-log", "bench.bare:app", "--port")


@contextmanager
def _server(*arguments: str) -> Iterator[int]:
    """A server process on a free port, which is the last argument it gets."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, *arguments, str(port)], stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def _rate(port: int, path: str) -> float:
    """Requests answered in a second."""
    return asyncio.run(_ask(port, path)) / _SECONDS


async def _ask(port: int, path: str) -> int:
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    end = time.perf_counter() + _SECONDS

    async def one() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        count = 0
        while time.perf_counter() < end:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert head.startswith(b"http/1.1 200"), head
            size = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(size)
            count += 1
        writer.close()
        return count

    return sum(await asyncio.gather(*(one() for _ in range(_CONNECTIONS))))
