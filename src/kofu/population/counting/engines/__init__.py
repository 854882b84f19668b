"""What works a population out. An engine counts and adds up over Parquet files (`Tally`), and knows nothing else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kofu.errors import KofuError
from kofu.population.counting.tally import Counts, Tally

ENGINES = ("duckdb", "spark", "polars")


class Engine(Protocol):
    """One engine, open for one process."""

    def tally(self, files: Sequence[str], rows: int, tally: Tally) -> Counts:
        """The counts over the files, which have `rows` rows together."""

    def close(self) -> None:
        """Give back what it holds."""


@dataclass(frozen=True)
class Setup:
    """How an engine is opened. `memory`: bytes that a process may take; `master`: where Spark runs."""

    engine: str = "duckdb"
    workers: int = 1
    memory: int | None = None
    master: str = "local[*]"

    def __post_init__(self) -> None:
        if self.engine == "spark" and self.workers > 1:
            raise KofuError(
                "--workers は Spark では使えません。Spark が自分で分けます（--master local[2] など）",
                "--workers does not go with Spark, which spreads the work itself (--master local[2])",
            )

    def unit_rows(self, rows: int) -> int:
        """How many of so many rows are worked out at a time: enough that starting is little of it, few enough that
        a run can be interrupted and gone on with."""
        if self.engine == "spark":
            return max(64_000_000, rows // 32)
        return 1_000_000 if self.engine == "polars" else 5_000_000

    def open(self) -> Engine:
        """The engine, for one of `workers` processes.

        Raises:
            KofuError: it is not installed, or cannot be reached.
        """
        share = None if self.memory is None else self.memory // self.workers
        match self.engine:
            case "duckdb":
                from kofu.population.counting.engines.duckdb import DuckDBEngine

                return DuckDBEngine(max(1, (os.cpu_count() or 1) // self.workers), share)
            case "polars":
                from kofu.population.counting.engines.polars import PolarsEngine

                return PolarsEngine()
            case "spark":
                from kofu.population.counting.engines.spark import SparkEngine

                return SparkEngine(self.master, share)
        raise KofuError(
            f"「{self.engine}」というエンジンはありません（{'、'.join(ENGINES)} のどれか）",
            f"there is no engine {self.engine!r}; choose one of {', '.join(ENGINES)}",
        )
