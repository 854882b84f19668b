"""The record of a simulation as tidy tables: one row for each thing that was counted, the same as CSV.

Sums are whole yen. An empty field is what is not stated or, under `…_high`, what has no upper end.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from kofu.text.printing import print_number

Record = Mapping[str, Any]
Value = str | int | None

BOM = "\ufeff"
_TAKEN_WRONG = re.compile(r"[=+\-@\t\r]|\d+/\d+$")
"""A formula, or a fraction that would become a day of the year."""


@dataclass(frozen=True)
class Table:
    """`name` is that of its file; a row has a value for each column."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    def select(self, **wanted: Value) -> Table:
        """The rows whose columns have these values, without those columns."""
        places = {self.columns.index(column): value for column, value in wanted.items()}
        kept = [i for i in range(len(self.columns)) if i not in places]
        rows = (row for row in self.rows if all(row[i] == value for i, value in places.items()))
        return Table(
            self.name,
            tuple(self.columns[i] for i in kept),
            tuple(tuple(row[i] for i in kept) for row in rows),
        )

    def drop(self, *columns: str) -> Table:
        """The table without some columns."""
        kept = [i for i, column in enumerate(self.columns) if column not in columns]
        rows = tuple(tuple(row[i] for i in kept) for row in self.rows)
        return Table(self.name, tuple(self.columns[i] for i in kept), rows)


def budget_of_rows(record: Record, programme: Record) -> int | None:
    """What of a budget falls to the rows of a population: the part of a sample, all of it where they are no sample."""
    money = next((v["money"] for v in programme["variants"] if v["money"]), None)
    found: int | None = money["budget"] if money else programme["budget"]
    return found if money or record["population"]["represents"] is None else None


def tables(record: Record) -> dict[str, Table]:
    """Every table of a record by its name; one without rows has its columns all the same."""
    return {
        name: Table(name, ("programme", "variant", *columns), tuple(_filled(record, columns, rows)))
        for name, (columns, rows) in _TABLES.items()
    }


def write_csv(record: Record, folder: Path) -> list[Path]:
    """Write every table of a record to `folder`, which is made when it is not there; returns the files.

    Raises:
        OSError: when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in tables(record).items():
        hidden = folder / f".{name}.csv"
        hidden.write_text(csv_text(table), encoding="utf-8", newline="")
        written.append(hidden.replace(folder / f"{name}.csv"))
    return written


def csv_text(table: Table) -> str:
    """A table as CSV (RFC 4180) that begins with a byte order mark, so that Excel reads it as UTF-8.

    Text that a spreadsheet would take for a formula, or a fraction for a date, begins with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_guarded(value) for value in row] for row in table.rows)
    return BOM + out.getvalue()


def _guarded(value: Value) -> Value:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and _TAKEN_WRONG.match(value) else value


def _filled(record: Record, columns: tuple[str, ...], rows: _Rows) -> Iterator[tuple[Value, ...]]:
    for programme in record["programmes"]:
        for place, variant in enumerate(record["variants"]):
            for row in rows(record, programme, place):
                yield (programme["id"], variant["name"], *(row.get(column) for column in columns))


_Row = dict[str, Any]
_Rows = Callable[[Record, Record, int], Iterable[_Row]]


def _ends(name: str, found: Record | None) -> _Row:
    """The ends of a range, and of an estimate its value."""
    return {f"{name}_{end}": value for end, value in (found or {}).items()}


def _totals(record: Record, programme: Record, place: int) -> Iterator[_Row]:
    found = programme["variants"][place]
    nation, target = found.get("nation") or {}, found.get("per_target") or {}
    yield {
        **{name: found[name] for name in ("fits", "may_fit", "applicants")},
        "title": programme["title"]["ja"],
        "fiscal_year": programme["fiscal_year"],
        **_ends("amount", found["amount"]),
        **_ends("demand", found["demand"]),
        **{f"target_{name}": value for name, value in target.items()},
        "nation_weight": nation.get("weight"),
        **_ends("nation_fits", nation.get("fits")),
        **_ends("nation_applicants", nation.get("applicants")),
        **_ends("nation_demand", nation.get("demand")),
    }


def _benefits(record: Record, programme: Record, place: int) -> Iterator[_Row]:
    for found in programme["variants"][place]["benefits"]:
        same = ("instrument", "payer", "recipient", "fits", "may_fit", "applicants")
        yield {
            "benefit": found["key"],
            **{name: found[name] for name in same},
            **_ends("amount", found["amount"]),
            **_ends("demand", found["demand"]),
        }


def _shares(record: Record, programme: Record, place: int) -> Iterator[_Row]:
    for found in programme["variants"][place]["benefits"]:
        for payer, share in found["shares"].items():
            yield {"benefit": found["key"], "payer": payer, **share}


def _groups(record: Record, programme: Record, place: int) -> Iterator[_Row]:
    for dimension, groups in programme["variants"][place]["groups"].items():
        for group in groups:
            yield {"dimension": dimension, "group": group["name"], **group}


def _distribution(record: Record, programme: Record, place: int) -> Iterator[_Row]:
    for found in programme["variants"][place]["benefits"]:
        spread = found["distribution"] or {"quantiles": ()}
        for quantile in spread["quantiles"]:
            same = {"benefit": found["key"], "count": spread["count"], "sum": spread["sum"]}
            yield {**same, "p": print_number(Fraction(quantile["p"])), "yen": quantile["yen"]}


def _budget(record: Record, programme: Record, place: int) -> Iterator[_Row]:
    if money := programme["variants"][place]["money"]:
        yield money


def _credit(record: Record, programme: Record, place: int) -> Iterator[_Row]:
    if credit := programme["variants"][place]["credit"]:
        yield from credit["years"]


def _changes(record: Record, programme: Record, place: int) -> Iterator[_Row]:
    """Against the first variant; without a dimension it is the whole programme."""
    if change := programme["variants"][place]["change"]:
        yield {**change, **_ends("demand", change["demand"])}
        for dimension, groups in change["groups"].items():
            for group in groups:
                yield {"dimension": dimension, "group": group["name"], **group}


def _sweep(record: Record, programme: Record, place: int) -> Iterator[_Row]:
    sweep = record["sweep"] or {"cells": ()}
    for cell in sweep["cells"]:
        if cell["variant"] == place:
            found, y = programme["variants"][place], sweep["y"]
            yield {
                "x": sweep["x"]["name"],
                "x_value": sweep["x"]["values"][cell["x"]],
                "y": y and y["name"],
                "y_value": y and y["values"][cell["y"]],
                **{name: found[name] for name in ("fits", "may_fit", "applicants")},
                **_ends("demand", found["demand"]),
                "committed": (found["money"] or {}).get("committed"),
            }


_AMOUNTS = ("amount_low", "amount_high", "demand_low", "demand_high")
_ESTIMATE = tuple(
    f"nation_{what}_{end}" for what in ("fits", "applicants", "demand") for end in ("value", "low", "high")
)
_MONEY = tuple("order budget demand adopted committed unmet unmet_yen left runs_out of_budget".split())
_CREDIT = tuple("outstanding exposure defaults recovered interest_subsidy cost".split())
_TARGET = tuple("target_metric target_value target_unit target_yen".split())
_MOVED = tuple("winners losers gains losses".split())
_PLACE = ("dimension", "group")

_TABLES: dict[str, tuple[tuple[str, ...], _Rows]] = {
    "totals": (
        (
            "title",
            "fiscal_year",
            "fits",
            "may_fit",
            "applicants",
            *_AMOUNTS,
            *_TARGET,
            "nation_weight",
            *_ESTIMATE,
        ),
        _totals,
    ),
    "benefits": (
        ("benefit", "instrument", "payer", "recipient", "fits", "may_fit", "applicants", *_AMOUNTS),
        _benefits,
    ),
    "shares": (("benefit", "payer", "low", "high"), _shares),
    "groups": ((*_PLACE, "rows", "fits", "may_fit", "low", "high"), _groups),
    "payers": (
        ("tier", "payer", "payee", "instrument", "low", "high"),
        lambda record, programme, place: programme["variants"][place]["payers"],
    ),
    "years": (
        ("fiscal_year", "yen"),
        lambda record, programme, place: programme["variants"][place]["years"],
    ),
    "distribution": (("benefit", "count", "sum", "p", "yen"), _distribution),
    "budget": (_MONEY, _budget),
    "credit": (("fiscal_year", *_CREDIT), _credit),
    "changes": ((*_PLACE, *_MOVED, "demand_low", "demand_high"), _changes),
    "sweep": (
        (
            "x",
            "x_value",
            "y",
            "y_value",
            "fits",
            "may_fit",
            "applicants",
            "demand_low",
            "demand_high",
            "committed",
        ),
        _sweep,
    ),
}
