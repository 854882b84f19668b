"""Rows that a SELECT makes, written as Parquet parts: in parallel, never half, and gone on with after a break.

Every worker has a DuckDB of its own with one thread: which rows a part holds, and in which order, depends on nothing
else than its number. A part is written under a hidden name and renamed when it is whole; a hidden file says of which
population the folder is to become, until `population.json` takes its place.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kofu.errors import KofuError
from kofu.population.dataset import DRAW, NUMBER, DataColumn, Part
from kofu.rules.vocabulary import vocabulary

if TYPE_CHECKING:
    import duckdb

_PLAN = ".making.json"
_PART = "part-{:06d}.parquet"
_WAIT = 0.2
"""Seconds between two looks at whether to stop."""
_LEAST_MEMORY = 128 * 2**20
"""Bytes that a worker needs: one group of rows and the small tables."""


@dataclass(frozen=True)
class Job:
    """What is to be written. `select(start, stop)`: SQL for these rows; `tables`: run once on each connection."""

    folder: Path
    rows: int
    part_rows: int
    tables: Sequence[str]
    select: Callable[[int, int], str]
    made: dict[str, Any]

    @property
    def spans(self) -> list[tuple[Path, int, int]]:
        """Of every part: its file, its first row, the row after its last."""
        starts = range(0, self.rows, self.part_rows)
        return [
            (self.folder / _PART.format(i), start, min(start + self.part_rows, self.rows))
            for i, start in enumerate(starts)
        ]


def write_parts(
    job: Job,
    memory: int | None = None,
    threads: int | None = None,
    tick: Callable[[int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> None:
    """Writes every part that is not there yet.

    `memory`: bytes for all workers; `threads`: workers, as many as processors if not given; `tick` is called with
    the rows that are done, `stop` several times a second.

    Raises:
        KofuError: the folder holds something else, the disk is full, or `stop` said so.
    """
    with _telling(job.folder):
        _prepare(job)
    missing = []
    for path, start, end in job.spans:
        if not path.exists():
            missing.append((path, start, end))
        elif tick:
            tick(end - start)
    threads = max(1, min(threads or os.cpu_count() or 1, len(missing)))
    with _telling(job.folder), _workers(job, threads, memory) as write:
        _run(write, missing, threads, tick, stop)


def finish(job: Job) -> None:
    """Removes what only an unfinished generation needs."""
    (job.folder / _PLAN).unlink(missing_ok=True)


def _prepare(job: Job) -> None:
    """Makes the folder, or checks that it is this generation, begun before."""
    plan = json.dumps({**job.made, "part_rows": job.part_rows}, ensure_ascii=False, sort_keys=True)
    job.folder.mkdir(parents=True, exist_ok=True)
    marker = job.folder / _PLAN
    if marker.exists() and marker.read_text(encoding="utf-8") == plan:
        for hidden in job.folder.glob(f".{_PART.replace('{:06d}', '*')}"):
            hidden.unlink()
        return
    if any(job.folder.iterdir()):
        raise KofuError(
            f"{job.folder}: 空ではありません。空のフォルダーか、新しい名前を指定してください",
            f"{job.folder}: is not empty; name an empty folder or a new one",
        )
    marker.write_text(plan, encoding="utf-8")


@contextlib.contextmanager
def _workers(job: Job, threads: int, memory: int | None) -> Iterator[Callable[[Path, int, int], int]]:
    """A function that writes one part, to be called from many threads; leaving ends what still runs."""
    import duckdb

    local, connections, lock = threading.local(), [], threading.Lock()

    def connect() -> duckdb.DuckDBPyConnection:
        options: dict[str, Any] = {"threads": 1, "temp_directory": ""}
        if memory is not None:
            options["memory_limit"] = f"{max(memory // threads, _LEAST_MEMORY)}B"
        connection = duckdb.connect(config=options)
        # The SELECT is written in the order in which it is to run: rows stay in the order of their numbers.
        connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        connection.execute("SET enable_progress_bar = false")
        for statement in job.tables:
            connection.execute(statement)
        with lock:
            connections.append(connection)
        return connection

    def write(path: Path, start: int, end: int) -> int:
        if not hasattr(local, "connection"):
            local.connection = connect()
        hidden = path.with_name(f".{path.name}")
        target = str(hidden).replace("'", "''")
        try:
            select = job.select(start, end)
            local.connection.execute(
                f"COPY ({select}) TO '{target}' (FORMAT parquet, COMPRESSION snappy, PARQUET_VERSION v2)"
            )
            hidden.replace(path)
        finally:
            hidden.unlink(missing_ok=True)
        return end - start

    try:
        yield write
    finally:
        for connection in connections:
            connection.close()


def _run(
    write: Callable[[Path, int, int], int],
    missing: Sequence[tuple[Path, int, int]],
    threads: int,
    tick: Callable[[int], None] | None,
    stop: Callable[[], bool] | None,
) -> None:
    """Some parts at a time; the first that fails, or a wish to stop, keeps the rest from being begun."""
    rest = iter(missing)
    with ThreadPoolExecutor(threads) as pool:
        running: set[Future[int]] = set()
        while True:
            while len(running) < threads and (span := next(rest, None)):
                running.add(pool.submit(write, *span))
            if not running:
                return
            done, running = wait(running, _WAIT, FIRST_COMPLETED)
            for future in done:
                rows = future.result()
                if tick:
                    tick(rows)
            if stop and stop():
                raise KofuError(
                    "途中で止めました。同じ指定でもう一度実行すると続きから作ります",
                    "stopped; the same call again goes on from here",
                )


@contextlib.contextmanager
def _telling(folder: Path) -> Iterator[None]:
    """What the disk refuses, in a sentence."""
    import duckdb

    try:
        yield
    except (OSError, duckdb.Error) as error:
        full = getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error)
        if full:
            raise KofuError(
                f"{folder}: ディスクがいっぱいです。空きを作り、同じ指定でもう一度実行すると続きから作ります",
                f"{folder}: the disk is full; make room, and the same call again goes on from here",
            ) from error
        raise KofuError(
            f"{folder}: 書き込めません（{error}）", f"{folder}: cannot be written ({error})"
        ) from error


def survey(job: Job, names: Sequence[str]) -> tuple[tuple[DataColumn, ...], tuple[Part, ...]]:
    """The columns with their smallest and largest values, and the parts, as the Parquet files tell them.

    Raises:
        KofuError: a part is damaged or has other rows than it should.
    """
    import duckdb

    parts: list[Part] = []
    ranges: dict[str, tuple[int, int]] = {}
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        for path, start, end in job.spans:
            for name, low, high, whole in _statistics(connection, path, end - start):
                if not whole:
                    raise _damaged(path)
                before = ranges.get(name, (low, high))
                ranges[name] = min(before[0], low), max(before[1], high)
            parts.append(Part(path.name, end - start, path.stat().st_size))
    return tuple(_column(name, *ranges[name]) for name in names), tuple(parts)


def _statistics(
    connection: duckdb.DuckDBPyConnection, path: Path, rows: int
) -> list[tuple[str, int, int, bool]]:
    """Of each column its name, its smallest and largest value, and whether it has `rows` of them."""
    import duckdb

    try:
        return connection.execute(
            "SELECT path_in_schema, min(stats_min_value::BIGINT), max(stats_max_value::BIGINT), "
            "sum(row_group_num_rows) = ? AND sum(stats_null_count) = 0 FROM parquet_metadata(?) GROUP BY ALL",
            [rows, str(path)],
        ).fetchall()
    except duckdb.Error as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> KofuError:
    return KofuError(
        f"{path}: 壊れています。消して、同じ指定でもう一度実行してください",
        f"{path}: is damaged; delete it and run the same call again",
    )


def _column(name: str, low: int, high: int) -> DataColumn:
    if name in (NUMBER, DRAW):
        return DataColumn(name, "number", low, high)
    spec = vocabulary()[name].spec
    if spec.type.kind == "choice":
        return DataColumn(name, "choice", low, high, choices=spec.choices)
    return DataColumn(name, "number", low, high, step=spec.step)
