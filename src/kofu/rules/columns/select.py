"""One SELECT that works out forms over a table, in stages: columns, shared parts, results."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from kofu.rules.columns.form import Column, Form, walk
from kofu.rules.columns.nulls import Nulls
from kofu.rules.columns.ranges import Range, Ranges
from kofu.rules.columns.sql import Dialect, Printer
from kofu.rules.columns.stages import stages


def select(
    dialect: Dialect,
    results: Mapping[str, Form],
    source: str,
    keep: Sequence[str] = (),
    ranges: Mapping[str, Range] | None = None,
    parameters: Sequence[str] = (),
    missing: Collection[str] = (),
    certain: Collection[str] = (),
) -> str:
    """SQL text that gives `results` by name, beside the columns to `keep`, for every row of `source`.

    `source`: a table or a subquery, as written after FROM, with the columns of the forms under their own names.
    `ranges`: overrides of declared ranges, see `Ranges`. `parameters`: further columns of `source`, unchanged.
    `missing`: columns that `source` does not have; they are unknown.
    `certain`: columns in which nothing is unknown, so that no check for it is written.
    """
    roots = list(results.values())
    nulls = Nulls(certain)
    staged = stages(roots, nulls)
    columns = [form for form in walk(roots) if isinstance(form, Column)]
    # Parameters left open by different rules may share a name, and then a column.
    aliases = {name: f"c{i}" for i, name in enumerate(dict.fromkeys(form.name for form in columns))}
    names: dict[Form, str] = {form: aliases[form.name] for form in columns}
    printer = Printer(dialect, Ranges({**declared(columns), **(ranges or {})}), nulls, names)
    types = {form.name: "BOOLEAN" if form.kind == "truth" else dialect.narrow for form in columns}
    read = [f"CAST({_read(dialect, name, missing)} AS {types[name]}) AS {a}" for name, a in aliases.items()]
    kept = {name: f"k{i}" for i, name in enumerate(keep)}
    read += [f"{dialect.name_of(name)} AS {alias}" for name, alias in kept.items()]
    inner = f"SELECT {', '.join([*read, *parameters]) or 'NULL AS nothing'} FROM {source}"
    for level in staged.levels:
        written = [f"{printer.body(form)} AS {staged.name[form]}" for form in level]
        inner = f"SELECT *, {', '.join(written)} FROM ({inner}{dialect.fence}) AS s"
        names |= {form: staged.name[form] for form in level}
    last = [f"{alias} AS {dialect.name_of(name)}" for name, alias in kept.items()]
    last += [f"{printer.text(form)} AS {dialect.name_of(name)}" for name, form in results.items()]
    return f"SELECT {', '.join(last)} FROM ({inner}{dialect.fence}) AS s"


def declared(columns: Iterable[Column]) -> dict[str, Range]:
    """The declared range of each column, over all forms that read it."""
    found: dict[str, Range] = {}
    for form in columns:
        low, high = found.get(form.name, (form.low, form.high))
        found[form.name] = min(low, form.low), max(high, form.high)
    return found


def _read(dialect: Dialect, name: str, missing: Collection[str]) -> str:
    return "NULL" if name in missing else dialect.name_of(name)
