"""Spark: for a cluster. Its SQL is the same as the other engines'; each tally is one job over the files."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kofu.errors import KofuError
from kofu.population.counting.tally import Counts, Tally, read_counts, tally_sql
from kofu.rules.columns.spark import SPARK

try:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession
except ModuleNotFoundError as _error:
    raise KofuError(
        "Spark が入っていません。pip install 'kofu[spark]' で入れてください（Java 17 以上も必要です）",
        "Spark is not installed; run pip install 'kofu[spark]' (it also needs Java 17 or later)",
    ) from _error

SUM_TYPE = "DECIMAL(38,0)"
_ANSWER = 5.0
"""Seconds that a master may take to answer."""
_EXECUTORS = 60.0
"""Seconds until a cluster must have given the first executor."""
_PORT = re.compile(r"(?:spark|k8s)://(?:https?://)?(.+)")

_SETTINGS = {
    # The same answers everywhere: an overflow raises, no time zone of the machine is read.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    # A statement of many rules is wide; without these it would be interpreted row by row.
    "spark.sql.codegen.maxFields": "5000",
    "spark.driver.extraJavaOptions": "-XX:-DontCompileHugeMethods",
    "spark.executor.extraJavaOptions": "-XX:-DontCompileHugeMethods",
    # Only the cells of the groups are shuffled: few rows, whatever the population.
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


class SparkEngine:
    """A session of its own, or the one that `spark-submit` made. `memory`: bytes for the driver or an executor."""

    def __init__(self, master: str, memory: int | None) -> None:
        submitted = is_submitted()
        if not submitted:
            _must_have_java()
            _must_answer(master)
        with _telling(f"--master {master}"), _aside():
            self._session = _session(master, memory, submitted)
        if not submitted and not _is_local(master):
            self._must_have_executors(master)

    def tally(self, files: Sequence[str], rows: int, tally: Tally) -> Counts:
        """The counts over the files.

        Raises:
            KofuError: a file cannot be read, or Spark gives up.
        """
        with _telling(str(Path(files[0]).parent)):
            self._session.read.parquet(*files).createOrReplaceTempView("parts")
            found = self._session.sql(tally_sql(SPARK, tally, "parts", rows, SUM_TYPE)).collect()
        return read_counts(tally, found)

    def close(self) -> None:
        """Ends the session, and with it what it holds on the cluster."""
        self._session.stop()

    def _must_have_executors(self, master: str) -> None:
        """Raises after a while when the cluster gives nothing to compute with: Spark itself would wait for ever."""
        context: Any = self._session.sparkContext
        end = time.monotonic() + _EXECUTORS
        while context._jsc.sc().getExecutorMemoryStatus().size() < 2:  # the driver is one of them
            if time.monotonic() > end:
                self.close()
                raise KofuError(
                    f"--master {master}: 計算する場所（executor）が{_EXECUTORS:.0f}秒たっても得られません。"
                    "空きのあるワーカーがあるか、--memory が大きすぎないか確かめてください",
                    f"--master {master}: no executor after {_EXECUTORS:.0f} seconds; see that a worker is free "
                    "and --memory is not too large for it",
                )
            time.sleep(0.2)


def is_submitted() -> bool:
    """Whether `spark-submit` started this process: then it decides where Spark runs and with how much memory."""
    return "PYSPARK_GATEWAY_PORT" in os.environ


def _is_local(master: str) -> bool:
    return master.startswith("local")


def _session(master: str, memory: int | None, submitted: bool) -> SparkSession:
    builder: Any = SparkSession.builder
    builder = builder.appName("kofu")
    settings = dict(_SETTINGS)
    if submitted:
        settings = {name: value for name, value in settings.items() if name.startswith("spark.sql.")}
    else:
        builder = builder.master(master)
        # The driver reads and adds up itself where there is no cluster; where there is one it only collects.
        who = "driver" if _is_local(master) else "executor"
        if memory is not None:
            settings[f"spark.{who}.memory"] = f"{memory // 2**20}m"
    for name, value in settings.items():
        builder = builder.config(name, value)
    made: SparkSession = builder.getOrCreate()
    return made


def _must_have_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java") if home is None else shutil.which("java", path=str(Path(home) / "bin"))):
        raise KofuError(
            "Java が見つかりません。Spark には Java 17 以上が必要です。入れるか、JAVA_HOME を正してください",
            "no Java is found; Spark needs Java 17 or later: install it, or correct JAVA_HOME",
        )


def _must_answer(master: str) -> None:
    """Raises when no host of a master answers; Spark itself tries for minutes."""
    named = _PORT.fullmatch(master)
    if named is None:
        return
    for address in named[1].split(","):
        host, _, port = address.strip("/").rpartition(":")
        with contextlib.suppress(OSError, ValueError), socket.create_connection((host, int(port)), _ANSWER):
            return
    raise KofuError(
        f"--master {master}: 応答がありません。アドレスとポート、Spark のマスターが動いているかを確かめてください",
        f"--master {master}: does not answer; check the address, the port and that the master is running",
    )


@contextlib.contextmanager
def _telling(place: str) -> Iterator[None]:
    """What Spark says in pages of Java becomes one sentence."""
    try:
        yield
    except (PySparkException, Py4JError, OSError) as error:
        said = _first(error)
        raise KofuError(
            f"{place}: Spark が止まりました（{said}）", f"{place}: Spark stopped ({said})"
        ) from error


def _first(error: Exception) -> str:
    """The line that says what happened: the last cause, of which the others are only consequences."""
    text = str(error)
    causes = re.findall(r"^(?:Caused by)?: [\w.$]+: (.+)$", text, re.MULTILINE)
    return (causes[-1] if causes else text.strip().splitlines()[0]).strip()[:300]


@contextlib.contextmanager
def _aside() -> Iterator[None]:
    """What the Java process started within prints goes to a file, not between the lines of the command."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as log:
        kept = os.dup(2)
        try:
            os.dup2(log.fileno(), 2)
            yield
        except PySparkException as error:
            if error.getCondition() != "JAVA_GATEWAY_EXITED":
                raise
            log.seek(0)  # Java did not come up, so it alone knows why
            said = log.read().decode(errors="replace").split("\n")
            told = (line for line in said if "Exception" in line or "Error" in line)
            raise OSError(next(told, str(error))) from error
        finally:
            os.dup2(kept, 2)
            os.close(kept)
