"""DuckDB: the default. Reads the parts in a stream, on all cores, within a limit of memory."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from kofu.errors import KofuError
from kofu.population.counting.tally import Counts, Tally, read_counts, tally_sql
from kofu.rules.columns.duckdb import BEFORE, DUCKDB

_OWN = 160 * 2**20
"""What Python and DuckDB's code take beside DuckDB's buffers."""
_LEAST = 32 * 2**20
_FILES = "·files·"
"""Stands for the files in a statement."""


class DuckDBEngine:
    """A connection of its own. `memory`: bytes for the whole process."""

    def __init__(self, threads: int, memory: int | None) -> None:
        self._written: tuple[Tally, str] | None = None
        self._connection = duckdb.connect(config={"threads": threads})
        for statement in (*BEFORE, "SET enable_progress_bar = false", "SET preserve_insertion_order = false"):
            self._connection.execute(statement)
        if memory is not None:
            if memory < _OWN + _LEAST:
                least = -(-(_OWN + _LEAST) // 2**20)
                raise KofuError(
                    f"--memory: 1つのプロセスに少なくとも {least}MB 必要です",
                    f"--memory: each process needs at least {least}MB",
                )
            self._connection.execute(f"SET memory_limit = '{(memory - _OWN) // 2**20}MiB'")

    def tally(self, files: Sequence[str], rows: int, tally: Tally) -> Counts:
        """The counts over the files.

        Raises:
            KofuError: a file cannot be read, or the memory does not suffice.
        """
        statement = self._statement(tally).replace(_FILES, source_of(files))
        try:
            found = self._connection.execute(statement).fetchall()
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise KofuError(
                f"母集団のファイルが読めません（{_first(error)}）。母集団を作り直してください",
                f"a file of the population cannot be read ({_first(error)}); make the population again",
            ) from error
        except (duckdb.InterruptException, RuntimeError) as error:
            if "interrupt" not in str(error).lower():
                raise
            raise KeyboardInterrupt from error  # DuckDB catches the signal in the middle of a query
        except duckdb.OutOfMemoryException as error:
            raise KofuError(
                "メモリーが足りません。--memory を増やすか、--workers を減らしてください",
                "out of memory; raise --memory or lower --workers",
            ) from error
        return read_counts(tally, found)

    def _statement(self, tally: Tally) -> str:
        """The SQL of a tally, written once for all the units that it is worked out in."""
        if self._written is None or self._written[0] is not tally:
            self._written = tally, tally_sql(DUCKDB, tally, _FILES, 0)  # DuckDB widens sums by itself
        return self._written[1]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def source_of(files: Sequence[str]) -> str:
    """The files as SQL reads them."""
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    return f"read_parquet([{listed}])"


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
