"""A table of any make as plain columns, and plain columns as a table of the same make.

pandas, Polars, PyArrow and DuckDB are recognised by what they are called and never imported: whoever hands over
a frame of theirs has them already.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import repeat
from pathlib import Path
from typing import Any

from kofu.errors import KofuError
from kofu.rules.values import is_unknown

Columns = dict[str, list[Any]]


def is_table(value: object) -> bool:
    """Whether something is a table of many cases: a frame, or a list of mappings."""
    return _make(value) is not None


def _make(value: object) -> str | None:
    kind = type(value)
    maker = kind.__module__.lstrip("_").split(".", 1)[0]
    if (maker, kind.__name__) in (
        ("pandas", "DataFrame"),
        ("polars", "DataFrame"),
        ("polars", "LazyFrame"),
        ("pyarrow", "Table"),
        ("duckdb", "DuckDBPyRelation"),
    ):
        return maker
    return "rows" if isinstance(value, list | tuple) else None


def columns_of(table: Any) -> Columns:
    """The columns of a table as lists of plain values; what is null, NaN or NA becomes None.

    Raises:
        KofuError: when it is no table that is known here.
    """
    _distinct(table)
    match _make(table):
        case "pandas":
            series = (table.iloc[:, place] for place in range(len(table.columns)))
            names = map(str, table.columns)
            return {name: list(map(_plain, one.tolist())) for name, one in zip(names, series, strict=True)}
        case "polars":
            frame = table.collect() if hasattr(table, "collect") else table
            return {name: list(map(_plain, frame[name].to_list())) for name in frame.columns}
        case "pyarrow":
            return {name: list(map(_plain, table[name].to_pylist())) for name in table.column_names}
        case "duckdb":
            rows = table.fetchall()
            return {name: [_plain(row[i]) for row in rows] for i, name in enumerate(table.columns)}
        case "rows":
            return _of_rows(table)
    raise KofuError(
        f"{type(table).__name__} は表として読めません。pandas・Polars・PyArrow・DuckDB の表か、辞書のリストを渡してください",
        f"a {type(table).__name__} is no table; pass one of pandas, Polars, PyArrow or DuckDB, or a list of dicts",
    )


def _distinct(table: Any) -> None:
    """Every column has a name of its own."""
    make = _make(table)
    names: Sequence[Any] = ()
    if make in ("pandas", "duckdb"):
        names = list(table.columns)
    elif make == "pyarrow":
        names = table.column_names
    seen = set()
    for name in map(str, names):
        if name in seen:
            raise KofuError(
                f"「{name}」という列が2つあります。1つにしてください",
                f"the column {name!r} stands twice; keep one",
            )
        seen.add(name)


def count_of(table: Any, columns: Columns) -> int:
    """How many rows: a frame may have some without having a column."""
    if _make(table) in ("rows", "pandas"):
        return len(table)
    if _make(table) == "pyarrow":
        return int(table.num_rows)
    return max(map(len, columns.values()), default=0)


def _of_rows(rows: Sequence[Any]) -> Columns:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            raise KofuError(
                f"{number}行目が「名前: 値」の辞書ではありません",
                f"row {number} is no mapping of names to values",
            )
    names = dict.fromkeys(str(name) for row in rows for name in row)
    return {name: [_plain(row.get(name)) for row in rows] for name in names}


def _plain(value: Any) -> Any:
    """A cell as a plain Python value; None where it holds nothing."""
    if is_unknown(value) and not isinstance(value, str):
        return None
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value
    if isinstance(value, Decimal):
        return Fraction(value) if value.is_finite() else float(value)
    return _plain(value.item()) if hasattr(value, "item") else value


def like(table: Any, columns: Mapping[str, list[Any]]) -> Any:
    """A table of the same make as `table` that holds `columns`."""
    make = _make(table)
    if make == "pandas":
        return type(table)(columns, index=table.index)
    if make == "polars":
        return sys.modules["polars"].DataFrame(columns)
    if make == "pyarrow":
        return sys.modules["pyarrow"].table(columns)
    if make == "duckdb":
        import duckdb

        kept = dict(zip(table.columns, map(str, table.types), strict=True))
        types = {name: kept.get(name) or _sql_type(values) for name, values in columns.items()}
        connection = duckdb.connect()
        load(connection, "matches", columns, types)
        return connection.table("matches")
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _sql_type(values: Sequence[Any]) -> str:
    truths = any(isinstance(value, bool) for value in values)
    return "BOOLEAN" if truths or all(value is None for value in values) else "BIGINT"


def load(connection: Any, name: str, columns: Mapping[str, Sequence[Any]], types: Mapping[str, str]) -> None:
    """Make a DuckDB table of plain columns. It goes through a file: row by row would take a hundred times as long."""
    quoted = {column: '"' + column.replace('"', '""') + '"' for column in columns}
    declared = ", ".join(f"{quoted[column]} {types[column]}" for column in columns)
    connection.execute(f"CREATE TABLE {name} ({declared})")
    with tempfile.TemporaryDirectory(prefix="kofu-") as folder:
        path = Path(folder) / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            # The first column keeps a row of nothing but nulls from being an empty line.
            csv.writer(file).writerows(zip(repeat(0), *columns.values(), strict=False))
        texts = ", ".join(f"'{i}': 'VARCHAR'" for i in range(len(columns) + 1))
        casts = ", ".join(f'CAST("{i}" AS {types[column]})' for i, column in enumerate(columns, 1))
        connection.execute(
            f"INSERT INTO {name} SELECT {casts} FROM read_csv('{path}', header=false, columns={{{texts}}}, "
            "delim=',', quote='\"', nullstr='', auto_detect=false)"
        )
