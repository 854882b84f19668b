"""Polars: a second engine in this process. It wraps 64 bits without a word, so the ranges choose every type."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path

from kofu.errors import KofuError
from kofu.population.counting.tally import Counts, Tally
from kofu.rules.columns.form import Form, is_truth
from kofu.rules.columns.ranges import NARROW, Ranges

try:
    import polars as pl

    from kofu.rules.columns.polars import work_out
except ModuleNotFoundError as _error:
    raise KofuError(
        "Polars が入っていません。pip install 'kofu[polars]' で入れてください",
        "Polars is not installed; run pip install 'kofu[polars]'",
    ) from _error


class PolarsEngine:
    """Reads the parts lazily; Polars takes all cores."""

    def tally(self, files: Sequence[str], rows: int, tally: Tally) -> Counts:
        """The counts over the files.

        Raises:
            KofuError: a file cannot be read, or a rule exceeds the integers of Polars.
        """
        try:
            return _read(_cells(pl.scan_parquet(list(files)), rows, tally).collect(engine="streaming"), tally)
        except (pl.exceptions.PolarsError, OSError) as error:
            place, first = Path(files[0]).parent, str(error).strip().splitlines()[0]
            raise KofuError(
                f"{place}: 母集団のファイルが読めません（{first}）。母集団を作り直してください",
                f"{place}: a file of the population cannot be read ({first}); make the population again",
            ) from error

    def close(self) -> None:
        """It holds nothing."""


def _cells(frame: pl.LazyFrame, rows: int, tally: Tally) -> pl.LazyFrame:
    """A row for each combination of the groups: its `cell`, how many, and every value."""
    ranges = Ranges()
    needed = tally.columns or frame.collect_schema().names()[:1]
    results = {f"g{i}": form for i, form in enumerate(tally.groups)}
    results |= {f"v{i}": form for i, form in enumerate(tally.values)}
    if tally.where is not None:
        results["kept"] = tally.where
    worked = work_out(frame.select(needed), results, certain=tally.columns)
    if tally.where is not None:
        worked = worked.filter("kept")
    values = [_added(f"v{i}", form, ranges, rows) for i, form in enumerate(tally.values)]
    return worked.group_by(_cell(_sizes(tally)).alias("cell")).agg(
        pl.len().cast(pl.Int64).alias("n"), *values
    )


def _sizes(tally: Tally) -> list[int]:
    """How many codes each group has."""
    ranges = Ranges()
    return [ranges.of(form)[1] + 1 for form in tally.groups]


def _cell(sizes: Sequence[int]) -> pl.Expr:
    """The codes of all groups in one integer, which is grouped by much faster than several."""
    assert len(sizes) == 1 or prod(sizes) <= NARROW
    cell = pl.col("g0")
    for place, size in enumerate(sizes[1:], start=1):
        cell = cell * size + pl.col(f"g{place}")
    return cell


def _added(name: str, form: Form, ranges: Ranges, rows: int) -> pl.Expr:
    if is_truth(form):
        return pl.col(name).sum().cast(pl.Int64)
    fits = max(map(abs, ranges.of(form))) * rows <= NARROW
    return (pl.col(name) if fits else pl.col(name).cast(pl.Int128)).sum()


def _read(cells: pl.DataFrame, tally: Tally) -> Counts:
    """The cells added up for each group."""
    sizes = _sizes(tally)
    found: Counts = []
    for place, size in enumerate(sizes):
        code = (pl.col("cell") // prod(sizes[place + 1 :]) % size).alias("code")
        added = cells.group_by(code).agg(pl.exclude("cell").sum())
        found.append({code: values for code, *values in added.iter_rows()})
    return found
