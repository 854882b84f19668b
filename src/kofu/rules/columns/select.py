"""One SELECT that works out forms over a table, in stages: columns, shared parts, results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
) -> str:
    """SQL text that gives `results` by name, beside the columns to `keep`, for every row of `source`.

    `source`: a table or a subquery, as written after FROM, with the columns of the forms under their own names.
    `ranges`: overrides of declared ranges, see `Ranges`. `parameters`: further columns of `source`, unchanged.
    """
    roots = list(results.values())
    staged = stages(roots)
    columns = [form for form in walk(roots) if isinstance(form, Column)]
    names: dict[Form, str] = {form: f"c{i}" for i, form in enumerate(columns)}
    printer = Printer(dialect, Ranges(ranges), Nulls(), names)
    read = [
        f"CAST({dialect.name_of(form.name)} AS {_type(dialect, form)}) AS {names[form]}" for form in columns
    ]
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


def _type(dialect: Dialect, column: Column) -> str:
    return "BOOLEAN" if column.kind == "truth" else dialect.narrow
