"""The site over the package's catalogue, and the real thing: a server process and a browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from kofu.catalogue.store import Store, open_store
from kofu.site.app import create_app

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return open_store(cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def client(store: Store) -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(store), raise_server_exceptions=False) as client:
        yield client


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`kofu serve` in a process of its own."""

    def __init__(self, cache: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {**os.environ, "PORT": str(self.port), "KOFU_CACHE": str(cache)}
        self.process = self.start()
        self.wait()

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "kofu.cli", "serve"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait(self) -> None:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{self.address}/favicon.svg", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        self.process.kill()
        pytest.fail(f"the server did not start: {self.process.communicate()}")

    def stop(self) -> tuple[str, str, int]:
        """Ctrl-C, as a person would."""
        self.process.send_signal(signal.SIGINT)
        try:
            out, err = self.process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return out, err, self.process.returncode


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("serve"))
    yield running
    if running.process.poll() is None:
        running.stop()
