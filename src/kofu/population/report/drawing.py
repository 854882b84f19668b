"""What every figure of a report has: a chart, the numbers it shows as a table and as CSV, notes on its signs."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from kofu.population.report import charts
from kofu.population.report.charts import TONES, Bar, Mark, Series, Spot
from kofu.population.report.tables import Record, Table, budget_of_rows, csv_text, tables
from kofu.population.report.wording import Ends, Scale, Voice

_TOP = 12
"""So many groups are drawn; what the others come to is said below."""
_ROWS = 300
"""So many rows of a table stand on the page; the CSV beside it has all."""
_TOLD = 24
"""So many of its numbers are read out with a chart."""

Group = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """A chart with its numbers. `file` and `csv` (a `data:` address) are those of the download."""

    title: str
    unit: str
    notes: tuple[str, ...]
    svg: Markup
    broad: bool
    """Whether the drawing may be wider than a phone, and then scrolls by itself."""
    heads: tuple[str, ...]
    rows: tuple[tuple[tuple[str, bool], ...], ...]
    """Texts, and whether each is a number."""
    total_rows: int
    file: str
    csv: str


class Drawing:
    """Draws the figures of one programme."""

    def __init__(self, record: Record, programme: Record, say: Voice) -> None:
        self.record, self.programme, self.say = record, programme, say
        self.names = [variant["name"] for variant in record["variants"]]
        self.variants: Sequence[Mapping[str, Any]] = programme["variants"]
        self.budget = budget_of_rows(record, programme)
        part = record["population"]["represents"] is not None
        self.budget_name = "budget_of_rows" if part else "budget"
        self.tables = {
            name: table.drop("programme")
            for name, table in tables({**record, "programmes": [programme]}).items()
        }

    def grouped(
        self, title: str, heads: Mapping[Any, str], found: Sequence[tuple[Any, int, Ends]], table: Table
    ) -> Iterator[Figure]:
        """Bars in groups: under each heading one for each variant."""
        if not found:
            return
        scale = self.say.scale(all_ends(ends for _, _, ends in found))
        alone = len(self.names) == 1
        rows = [
            self.bar(head if alone else self.names[i], ends, scale, i % TONES, "" if alone else head, head)
            for key, head in heads.items()
            for at, i, ends in found
            if at == key and i < TONES
        ]
        yield self.bars(title, rows, scale, table)

    def bars(
        self,
        title: str,
        rows: Sequence[Bar],
        scale: Scale,
        table: Table,
        mark: Mark | None = None,
        notes: tuple[str, ...] = (),
        part: str = "",
    ) -> Figure:
        """A figure of bars; `part` is the dimension of its groups, if they are any."""
        told = told_of(title, scale.unit, [(f"{row.heading} {row.label}".strip(), row.shown) for row in rows])
        told += f" {mark.label}" if mark else ""
        notes += self.notes((row.low, row.high) for row in rows)
        return self.figure(title, scale.unit, notes, charts.bars(told, rows, scale.number, mark), table, part)

    def lines(
        self,
        title: str,
        series: Sequence[Series],
        stops: Sequence[tuple[int, str]],
        scale: Scale,
        table: Table,
        notes: tuple[str, ...] = (),
        mark: Mark | None = None,
    ) -> Figure:
        """A figure of lines over `stops`."""
        spots = [spot for one in series for spot in one.spots]
        told = told_of(title, scale.unit, [(spot.exact, "") for spot in spots])
        svg = charts.lines(told, series, stops, scale.number, mark)
        notes += self.notes((spot.low, spot.high) for spot in spots)
        return self.figure(title, scale.unit, notes, svg, table, "")

    def figure(
        self, title: str, unit: str, notes: tuple[str, ...], svg: Markup, table: Table, part: str
    ) -> Figure:
        """What every chart has beside it."""
        cells = tuple(
            tuple(
                (self.shown(column, value, part), isinstance(value, int))
                for column, value in zip(table.columns, row, strict=True)
            )
            for row in table.rows[:_ROWS]
        )
        heads = tuple(self.say.column(column) for column in table.columns)
        code = base64.b64encode(csv_text(table).encode()).decode()
        return Figure(
            title,
            self.say("unit", unit=unit),
            notes,
            svg,
            table.name == "sweep",
            heads,
            cells,
            len(table.rows),
            f"{table.name}.csv",
            f"data:text/csv;charset=utf-8;base64,{code}",
        )

    def shown(self, column: str, value: str | int | None, dimension: str) -> str:
        """A value of a table."""
        if column == "group" and isinstance(value, str):
            return self.say.group(dimension, value)
        return self.say.cell(column, value)

    def notes(self, ends: Iterable[tuple[int, int | None]]) -> tuple[str, ...]:
        """What the signs mean that a chart uses."""
        found = list(ends)
        wide = any(high is not None and high != low for low, high in found)
        open_end = any(high is None for _, high in found)
        return tuple(self.say(key) for key, used in (("maybe", wide), ("open_end", open_end)) if used)

    def bar(
        self, label: str, ends: Ends, scale: Scale, tone: int = 0, heading: str = "", of: str = ""
    ) -> Bar:
        """A bar; `of` is what it belongs to, for who points at it."""
        shown = self.say.span(ends, scale.number)
        exact = f"{' '.join(dict.fromkeys(filter(None, (of, label))))}: {self.sum(ends)}"
        return Bar(label, ends["low"] or 0, ends["high"], shown, exact, tone, heading)

    def spot(self, along: int, label: str, ends: Ends) -> Spot:
        """A point that says its sum to the yen."""
        return Spot(along, ends["low"] or 0, ends["high"], f"{label}: {self.sum(ends)}")

    def sum(self, ends: Ends) -> str:
        """A range to the yen."""
        return self.say.span(ends, self.say.exact)

    def most(
        self, dimension: str, groups: Sequence[Group], by: tuple[str, ...]
    ) -> tuple[list[Group], list[Group]]:
        """The largest groups, named in this language, and the others."""
        ranked = sorted(groups, key=lambda group: -sum(group[name] for name in by))
        first: list[Group] = [
            {**group, "name": self.say.group(dimension, group["name"])} for group in ranked[:_TOP]
        ]
        return first, ranked[_TOP:]

    def rest(self, others: Sequence[Group], show: Callable[[Group], str]) -> tuple[str, ...]:
        """What the groups that are not drawn come to; as a bar they would dwarf those that are."""
        if not others:
            return ()
        total = {key: _sum([group[key] for group in others]) for key in others[0] if key != "name"}
        name = self.say("rest", n=len(others))
        return (self.say("rest_total", name=name, total=show({"name": name, **total})),)


def all_ends(ends: Iterable[Ends]) -> list[int | None]:
    """Both ends of each range."""
    return [end for pair in ends for end in (pair["low"], pair["high"])]


def point_of(yen: int) -> Ends:
    """A sum that is known, as a range."""
    return {"low": yen, "high": yen}


def told_of(title: str, unit: str, rows: Sequence[tuple[str, str]]) -> str:
    """A chart in words, for who does not see it; a long one is in the table beside it."""
    said = "; ".join(f"{label} {shown}".strip() for label, shown in rows[:_TOLD])
    return f"{title} ({unit}). {said}" + (" …" if len(rows) > _TOLD else "")


def _sum(values: Sequence[int | None]) -> int | None:
    """None, an end that is open, leaves the sum open."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
