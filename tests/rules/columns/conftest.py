"""A PostgreSQL server and a Spark session of our own, where the machine has them."""

from __future__ import annotations

import csv
import io
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Rows = list[tuple[Any, ...]]
_VALUES: dict[str, Any] = {"": None, "t": True, "f": False}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], Rows]]:
    """Runs one SELECT on a PostgreSQL server that lives as long as the tests."""
    # Debian keeps the server's programs off the path.
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    found = shutil.which("pg_ctl") or next(map(str, reversed(debian)), None)
    if not found:
        pytest.skip("PostgreSQL's pg_ctl is not on this machine")
    programs = Path(found).resolve().parent
    user = _server_user()
    with tempfile.TemporaryDirectory(prefix="kofu-pg-") as folder:
        if user:
            shutil.chown(folder, user)

        def run(program: str, *arguments: str, text: str | None = None) -> str:
            command = [str(programs / program), *arguments]
            done = subprocess.run(
                command,
                input=text,
                capture_output=True,
                text=True,
                user=user,
                cwd=folder,
                timeout=60,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            return done.stdout

        data = f"{folder}/data"
        run("initdb", "-D", data, "--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield lambda text: _rows(
                run(
                    "psql",
                    "-h",
                    folder,
                    "-d",
                    "postgres",
                    "--csv",
                    "-t",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-f",
                    "-",
                    text=text,
                )
            )
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root: its own user then, who must exist."""
    if os.getuid():
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("PostgreSQL does not run as root and there is no user postgres")


def _rows(printed: str) -> Rows:
    return [
        tuple(_VALUES[v] if v in _VALUES else int(v) for v in row) for row in csv.reader(io.StringIO(printed))
    ]


@pytest.fixture(scope="session")
def spark() -> Iterator[Callable[[str], Rows]]:
    """Runs one SELECT on a Spark session of one thread."""
    sql = pytest.importorskip("pyspark.sql", reason="Spark is not installed")
    if not shutil.which("java"):
        pytest.skip("Spark needs Java")
    builder = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "1").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield lambda text: [tuple(row) for row in session.sql(text).collect()]
    session.stop()
