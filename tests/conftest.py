"""What many tests stand on: the catalogue, its database, a made-up catalogue, the folder beside the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kofu.catalogue.folder import PACKAGE_DATA
from kofu.catalogue.load import load
from kofu.catalogue.store import Store, open_store
from kofu.programme.model import Programme

HERE = Path(__file__).parent
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def data() -> Path:
    """The made-up files."""
    return HERE / "data"


@pytest.fixture(scope="session")
def catalogue() -> list[Programme]:
    return load(PACKAGE_DATA)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def store(cache: Path) -> Store:
    return open_store(PACKAGE_DATA, cache)


@pytest.fixture
def made_up(tmp_path: Path, data: Path) -> Path:
    """A folder with a made-up catalogue of two programmes, to be changed at will."""
    return Path(shutil.copytree(data / "catalogue", tmp_path / "catalogue"))


def _beside(name: str) -> Path:
    folder = HERE.parents[1] / "shared" / name
    if not folder.is_dir():
        pytest.skip(f"../shared/{name} is not beside this project: the source documents are never part of it")
    return folder


@pytest.fixture(scope="session")
def sources() -> Path:
    """The folder of the two source documents."""
    return _beside("sources")


@pytest.fixture(scope="session")
def gold() -> Path:
    """The folder of the gold records and their grader."""
    return _beside("gold")


@pytest.fixture(scope="session")
def environment(cache: Path) -> dict[str, str]:
    """The environment of a `kofu` process: a cache of its own, Japanese, nothing of the caller's terminal."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "KOFU_CACHE": str(cache), "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="session")
def kofu(environment: dict[str, str], store: Store) -> Run:
    """Run the command in a process of its own, as a user does; `env` adds to its environment."""

    def run(*arguments: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).with_name("kofu"), *map(str, arguments)],
            env=environment | (env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    return run
