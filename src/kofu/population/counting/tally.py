"""What an engine does: count and add up, by groups. The counts of any parts of a population add up to the whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kofu.rules.columns.form import Column, Form, is_truth, walk
from kofu.rules.columns.ranges import NARROW, Ranges
from kofu.rules.columns.select import select
from kofu.rules.columns.sql import Dialect

Counts = list[dict[int, list[int]]]
"""For each group: code → [rows, then of each value the count where it is true, or the sum]."""


@dataclass(frozen=True)
class Tally:
    """What is counted in the rows for which `where` holds.

    `groups`: integers ≥ 0; everything is counted by each of them in turn. `values`: a truth value is counted
    where it is true, an integer is added up. No form is ever unknown.
    """

    groups: tuple[Form, ...]
    values: tuple[Form, ...]
    where: Form | None = None

    @property
    def forms(self) -> list[Form]:
        """Everything that a row is asked."""
        return [*self.groups, *self.values, *([] if self.where is None else [self.where])]

    @property
    def columns(self) -> list[str]:
        """The columns of the population that it reads."""
        return sorted({form.name for form in walk(self.forms) if isinstance(form, Column)})


def added(counts: Iterable[Counts]) -> Counts:
    """The counts of several parts, added up."""
    total: Counts = []
    for part in counts:
        if not total:
            total = [{} for _ in part]
        for whole, some in zip(total, part, strict=True):
            for code, values in some.items():
                known = whole.get(code)
                whole[code] = (
                    list(values) if known is None else [a + b for a, b in zip(known, values, strict=True)]
                )
    return total


def tally_sql(dialect: Dialect, tally: Tally, source: str, rows: int, sum_type: str | None = None) -> str:
    """SQL that gives rows (place of the group, code, rows, values…).

    `rows`: how many `source` has at most, which proves that sums fit; where 64 bits may not hold one, its items
    are cast to `sum_type` (None: the engine widens sums by itself).
    """
    named = {f"g{i}": form for i, form in enumerate(tally.groups)}
    named |= {f"v{i}": form for i, form in enumerate(tally.values)}
    if tally.where is not None:
        named["kept"] = tally.where
    inner = select(dialect, named, source, certain=tally.columns)
    if tally.where is not None:
        inner = f"SELECT * FROM ({inner}) AS s WHERE kept"
    keys = [f"g{i}" for i in range(len(tally.groups))]
    ranges = Ranges()
    counts = [_counted(i, form, ranges, rows, sum_type) + f" AS v{i}" for i, form in enumerate(tally.values)]
    cells = f"SELECT {', '.join([*keys, 'count(*) AS n', *counts])} FROM ({inner}) AS s GROUP BY {', '.join(keys)}"
    if len(keys) == 1:
        return (
            f"SELECT 0, {', '.join([*keys, 'n', *(f'v{i}' for i in range(len(counts)))])} FROM ({cells}) AS s"
        )
    place = "CASE " + " ".join(f"WHEN {key} IS NOT NULL THEN {i}" for i, key in enumerate(keys)) + " END"
    sums = ", ".join(f"sum({name})" for name in ("n", *(f"v{i}" for i in range(len(counts)))))
    sets = ", ".join(f"({key})" for key in keys)
    return f"SELECT {place}, coalesce({', '.join(keys)}), {sums} FROM ({cells}) AS s GROUP BY GROUPING SETS ({sets})"


def _counted(place: int, form: Form, ranges: Ranges, rows: int, sum_type: str | None) -> str:
    if is_truth(form):
        return f"count(CASE WHEN v{place} THEN 1 END)"
    if sum_type is not None and max(map(abs, ranges.of(form))) * rows > NARROW:
        return f"sum(CAST(v{place} AS {sum_type}))"
    return f"sum(v{place})"


def read_counts(tally: Tally, rows: Iterable[Sequence[object]]) -> Counts:
    """The answer to `tally_sql`."""
    found: Counts = [{} for _ in tally.groups]
    for place, code, *values in rows:
        found[int(place)][int(code)] = [int(value) for value in values]  # type: ignore[call-overload]
    return found
