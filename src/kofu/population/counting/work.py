"""The work of a run in units: some parts of the population and one tally. Each unit is worked out once.

With a folder, the counts of each unit are kept there, so that a run which was interrupted goes on where it was:
the folder belongs to one question (`key`), and another question starts anew.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kofu.errors import KofuError
from kofu.population.counting.engines import Engine, Setup
from kofu.population.counting.tally import Counts, Tally, added, tally_sql
from kofu.population.dataset import Dataset
from kofu.rules.columns.duckdb import DUCKDB

Tick = Callable[[int, int], None]
"""Told after each unit: how many are done, of how many."""


@dataclass(frozen=True)
class Unit:
    """Some parts, and what is counted in them."""

    files: tuple[str, ...]
    rows: int
    tally: Tally


class Work:
    """Works out tallies over a population. Use it as a context: it closes what it opened."""

    def __init__(self, dataset: Dataset, setup: Setup, folder: Path | None = None) -> None:
        self._dataset, self._setup, self._folder = dataset, setup, folder
        self._engine: Engine | None = None
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Work:
        return self

    def __exit__(self, *_: object) -> None:
        if self._engine is not None:
            self._engine.close()
        if self._pool is not None:
            for process in list((self._pool._processes or {}).values()):
                process.terminate()
            self._pool.shutdown(wait=True, cancel_futures=True)
        if self._folder is not None and not any(self._folder.glob("*.json")):
            shutil.rmtree(self._folder, ignore_errors=True)  # there is nothing to go on with

    def counts(self, tallies: Sequence[Tally], tick: Tick | None = None) -> list[Counts]:
        """The counts of each tally over the whole population."""
        shards = list(self._shards())
        units = [Unit(files, rows, tally) for tally in tallies for files, rows in shards]
        found: list[Counts | None] = [None] * len(units)
        done = 0
        names = self._names(tallies, shards) if self._folder else []
        for place, name in enumerate(names):
            if (kept := _load(self._folder_of(name))) is not None:
                found[place], done = kept, done + 1
        if tick:
            tick(done, len(units))
        for place, counts in self._worked([i for i, counts in enumerate(found) if counts is None], units):
            found[place], done = counts, done + 1
            if names:
                _save(self._folder_of(names[place]), counts)
            if tick:
                tick(done, len(units))
        count = len(shards)
        return [
            added(counts for counts in found[i * count : (i + 1) * count] if counts is not None)
            for i in range(len(tallies))
        ]

    def _shards(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """The parts in sets; at least one for each worker, where there are parts enough."""
        parts = [part for part in self._dataset.parts if part.rows]
        target = min(self._setup.unit_rows(self._dataset.rows), -(-self._dataset.rows // self._setup.workers))
        files: list[str] = []
        rows = 0
        for part in parts:
            files.append(self._dataset.path(part))
            rows += part.rows
            if rows >= target:
                yield tuple(files), rows
                files, rows = [], 0
        if files:
            yield tuple(files), rows

    def _worked(self, places: Sequence[int], units: Sequence[Unit]) -> Iterator[tuple[int, Counts]]:
        if self._setup.workers == 1:
            for place in places:
                if self._engine is None:
                    self._engine = self._setup.open()
                unit = units[place]
                yield place, self._engine.tally(unit.files, unit.rows, unit.tally)
            return
        try:
            yield from self._in_processes(places, units)
        except BrokenProcessPool as error:
            raise KofuError(
                "計算中のプロセスが止められました（メモリー不足かもしれません）。--workers を減らして、同じ指定でもう一度実行してください",
                "a worker process was ended (out of memory, perhaps); lower --workers and run the same call again",
            ) from error

    def _in_processes(self, places: Sequence[int], units: Sequence[Unit]) -> Iterator[tuple[int, Counts]]:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._setup.workers, context, _start, (self._setup,))
        waiting = iter(places)
        running: dict[Future[Counts], int] = {}
        while True:
            for place in islice(waiting, 2 * self._setup.workers - len(running)):
                running[self._pool.submit(_tally, units[place])] = place
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()

    def _names(self, tallies: Sequence[Tally], shards: Sequence[tuple[tuple[str, ...], int]]) -> list[str]:
        """What each unit is, the same in the next run: its files and the SQL of its tally."""
        found = []
        for tally in tallies:
            text = tally_sql(DUCKDB, tally, "parts", self._dataset.rows)
            for files, _ in shards:
                parts = [Path(file).name for file in files]
                found.append(hashlib.sha256("\n".join([text, *parts]).encode()).hexdigest()[:32])
        return found

    def _folder_of(self, name: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{name}.json"


def open_folder(folder: Path, key: str) -> Path:
    """The folder in which the units of one question are kept; what another question left there goes."""
    marker = folder / "question"
    try:
        if folder.exists() and (not marker.exists() or marker.read_text() != key):
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        marker.write_text(key)
    except OSError as error:
        raise _unkept(folder, error) from error
    return folder


def _load(path: Path) -> Counts | None:
    try:
        stored = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return [{int(code): values for code, values in group.items()} for group in stored]


def _save(path: Path, counts: Counts) -> None:
    hidden = path.with_suffix(".part")
    try:
        hidden.write_text(json.dumps(counts))
        hidden.replace(path)
    except OSError as error:
        raise _unkept(path.parent, error) from error


def _unkept(folder: Path, error: OSError) -> KofuError:
    return KofuError(
        f"{folder}: 途中の結果を書けません（{error.strerror}）。ディスクの空きと権限を確かめて、同じ指定でもう一度実行してください",
        f"{folder}: cannot keep what is done so far ({error.strerror}); check space and rights of the disk, then run the same call again",
    )


# --- in a worker's process

_setup: Setup | None = None
_open: Engine | None = None


def _start(setup: Setup) -> None:
    """The parent alone is interrupted; it ends its workers, which also end when it is killed."""
    global _setup
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _setup = setup


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _tally(unit: Unit) -> Counts:
    """The engine is opened by the first unit, so that what is wrong with it is told like everything else."""
    global _open
    assert _setup is not None
    _open = _open or _setup.open()
    return _open.tally(unit.files, unit.rows, unit.tally)
