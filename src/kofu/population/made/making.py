"""Making a population up: firms, or contracts of electricity and city gas, as a folder of Parquet parts.

Every value follows from the seed, the row's number and nation.yaml: the same whatever the threads and the parts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kofu.errors import KofuError
from kofu.population.dataset import Dataset
from kofu.population.made.contracts import Contracts
from kofu.population.made.firms import Firms
from kofu.population.made.nation import Kind, nation_hash
from kofu.population.made.parts import Job, finish, survey, write_parts

PART_ROWS = 1_000_000
_VERSION = 1
"""Of the generator: another version may make other rows from the same seed."""
_MOST = 10**12
"""Rows: numbers beyond are past what the draws tell apart and any disk holds."""


@dataclass(frozen=True)
class Making:
    """How the parts are written. `memory`: bytes for all threads (None: DuckDB's own limit); `threads`: None for
    as many as processors; `tick`: called with the rows that are done; `stop`: asked several times a second."""

    part_rows: int = PART_ROWS
    memory: int | None = None
    threads: int | None = None
    tick: Callable[[int], None] | None = None
    stop: Callable[[], bool] | None = None


def make_firms(
    folder: Path,
    rows: int,
    seed: int = 1,
    *,
    part_rows: int = PART_ROWS,
    memory: int | None = None,
    threads: int | None = None,
    tick: Callable[[int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Dataset:
    """`rows` made-up firms in `folder`; an interrupted call is gone on with by the same call.

    `memory`: bytes for all threads (None: DuckDB's own limit); `threads`: None for as many as processors; `tick` is
    called with the rows that are done; `stop` is asked several times a second and ends the call when true.

    Raises:
        KofuError: `rows` is no number of rows, the folder holds something else, the disk is full, or stopped.
    """
    return _make("firms", folder, rows, seed, Making(part_rows, memory, threads, tick, stop))


def make_contracts(
    folder: Path,
    contracts: int,
    seed: int = 1,
    *,
    part_rows: int = PART_ROWS,
    memory: int | None = None,
    threads: int | None = None,
    tick: Callable[[int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Dataset:
    """As `make_firms`: three rows, January to March 2025, for each of so many made-up contracts."""
    return _make("contracts", folder, contracts, seed, Making(part_rows, memory, threads, tick, stop))


def rows_of(kind: Kind, number: int) -> int:
    """How many rows so many firms or contracts have."""
    return number * _maker(kind).per_row


def _maker(kind: Kind) -> Firms | Contracts:
    return Firms() if kind == "firms" else Contracts()


def _make(kind: Kind, folder: Path, number: int, seed: int, how: Making) -> Dataset:
    maker = _maker(kind)
    if not 1 <= number <= _MOST:
        raise KofuError(
            f"作る数 {number} が使えません。1 から {_MOST} までの整数にしてください",
            f"cannot make {number}; give a whole number from 1 to {_MOST}",
        )
    made = {
        "generator": "kofu",
        "generator_version": _VERSION,
        "kind": kind,
        "number": number,
        "seed": seed,
        "nation": nation_hash(),
    }
    job = Job(
        folder, number * maker.per_row, how.part_rows, maker.tables(), partial(maker.select, seed), made
    )
    write_parts(job, how.memory, how.threads, how.tick, how.stop)
    columns, parts = survey(job, maker.columns)
    dataset = Dataset(folder, maker.title, maker.unit, columns, parts, maker.represents, made)
    dataset.save()
    finish(job)
    return dataset
