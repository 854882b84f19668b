"""Serving the site with granian: what `kofu serve` does."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from kofu.catalogue.folder import PACKAGE_DATA
from kofu.catalogue.store import open_store
from kofu.errors import KofuError

_print = partial(print, flush=True)


def application(folder: Path, sources: Path | None) -> Any:
    """The application over the catalogue in `folder`; runs in the worker process."""
    from kofu.site.app import create_app

    return create_app(open_store(folder), sources)


def _load(folder: Path, sources: Path | None, *_target: object, **_options: object) -> Any:
    """What granian calls in the worker; it adds arguments of its own."""
    return application(folder, sources)


def serve(
    folder: Path = PACKAGE_DATA,
    host: str = "127.0.0.1",
    port: int = 8000,
    sources: Path | None = None,
    say: Callable[[str], None] = _print,
) -> None:
    """Serve the catalogue in `folder` until Ctrl-C; `say` gets the address when all is ready to start.

    Raises:
        KofuError: when the port cannot be had, the catalogue is broken, or a source is another text.
    """
    from granian.constants import Interfaces
    from granian.server import Server

    from kofu.site.sample import SAMPLE, population

    _check_port(host, port)
    application(folder, sources)  # builds the database once, and fails here with one sentence if it must
    with suppress(KofuError):  # then the simulator says so when it is asked
        population(SAMPLE)
    shown = f"[{host}]" if ":" in host else host
    say(f"http://{shown}:{port}")
    server = Server(
        "kofu.site.serve:application",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=1,
        log_enabled=False,
        websockets=False,
    )
    server.serve(target_loader=partial(_load, folder, sources))


def _check_port(host: str, port: int) -> None:
    if not 0 < port < 65536:
        raise KofuError(
            f"ポート{port}は使えません。1から65535までの番号にしてください",
            f"port {port} cannot be used; choose one from 1 to 65535",
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _port_error(host, port, error) from error


def _port_error(host: str, port: int, error: OSError) -> KofuError:
    if error.errno == errno.EADDRINUSE:
        return KofuError(
            f"ポート{port}は使用中です。それを止めるか、別のポートにしてください（例: {port + 1}）",
            f"port {port} is in use; stop the other program or choose another port (such as {port + 1})",
        )
    return KofuError(
        f"{host}:{port} で待ち受けられません（{error.strerror}）。host と port を確かめてください",
        f"cannot listen on {host}:{port} ({error.strerror}); check host and port",
    )
