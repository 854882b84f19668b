"""The figures of a report: each a chart, and beside it the numbers it shows as a table and as CSV."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Any

from markupsafe import Markup

from kofu.errors import KofuError
from kofu.population import charts
from kofu.population.charts import ALONG, TONES, Bar, Cell, Mark, Series, Split, Spot
from kofu.population.tables import Record, Table, csv_text, tables
from kofu.population.wording import Ends, Scale, Voice
from kofu.text.measure import Measure, parse_measure

_TOP = 12
"""So many groups are drawn; the others are drawn as one."""
_ROWS = 300
"""So many rows of a table stand on the page; the CSV beside it has all."""
_TOLD = 24


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


def figures(record: Record, whole: Record, programme: int, say: Voice) -> list[Figure]:
    """Every figure of a programme (by its place). `record` has the named variants only, `whole` a sweep's as well."""
    drawing = _Drawing(record, record["programmes"][programme], say)
    sweep = _Drawing(whole, whole["programmes"][programme], say)
    return list(
        chain(
            drawing.demand(),
            sweep.sweep(),
            drawing.changes(),
            drawing.groups(),
            drawing.distribution(),
            drawing.years(),
            drawing.payers(),
            drawing.credit(),
        )
    )


class _Drawing:
    """The figures of one programme."""

    def __init__(self, record: Record, programme: Record, say: Voice) -> None:
        self.record, self.programme, self.say = record, programme, say
        self.names = [variant["name"] for variant in record["variants"]]
        self.variants: Sequence[Mapping[str, Any]] = programme["variants"]
        self.budget: int | None = programme["budget"]
        self.tables = {
            name: table.drop("programme")
            for name, table in tables({**record, "programmes": [programme]}).items()
        }

    def demand(self) -> Iterator[Figure]:
        if len(self.names) == 1 and self.budget is None:
            return
        ends = [variant["demand"] for variant in self.variants]
        scale = self.say.scale([self.budget, *_all(ends)])
        rows = [
            self.bar(name, end, scale, i % TONES)
            for i, (name, end) in enumerate(zip(self.names, ends, strict=True))
        ]
        mark = (
            None
            if self.budget is None
            else Mark(self.budget, f"{self.say('budget')} {scale.text(self.budget)}")
        )
        title = self.say("chart_demand_alone" if mark is None else "chart_demand")
        columns = [c for c in self.tables["totals"].columns if c not in _OF_DEMAND]
        table = self.tables["totals"].drop(*columns)
        yield self.bars(title, rows, scale, table, mark)

    def changes(self) -> Iterator[Figure]:
        for place, variant in enumerate(self.variants[:TONES]):
            groups: Mapping[str, Any] = (variant["change"] or {"groups": {}})["groups"]
            for dimension, found in groups.items():
                name = self.names[place]
                title = self.say("chart_change", dimension=self.say.dimension(dimension), name=name)
                table = self.tables["changes"].select(variant=name, dimension=dimension)
                rows = [self.split(row) for row in self.most(dimension, found, ("winners", "losers"))]
                told = _told(title, self.say.unit, [(row.label, " / ".join(row.shown)) for row in rows])
                heads = (self.say("losers_side"), self.say("winners_side"))
                svg = charts.diverging_bars(told, rows, heads)
                table = table.drop("demand_low", "demand_high")
                yield self.figure(title, self.say.unit, (), svg, table, dimension)

    def groups(self) -> Iterator[Figure]:
        for dimension, found in self.variants[0]["groups"].items():
            rows = self.most(dimension, found, ("low",))
            scale = self.say.scale(_all(rows))
            bars = [self.bar(row["name"], row, scale) for row in rows]
            title = self.say("chart_groups", dimension=self.say.dimension(dimension), name=self.names[0])
            yield self.bars(
                title, bars, scale, self.tables["groups"].select(dimension=dimension), None, dimension
            )

    def distribution(self) -> Iterator[Figure]:
        for place, benefit in enumerate(self.variants[0]["benefits"]):
            found = [variant["benefits"][place]["distribution"] for variant in self.variants[:TONES]]
            points = [list((one or {"quantiles": ()})["quantiles"]) for one in found]
            if not any(points):
                continue
            scale = self.say.scale(point["yen"] for point in chain(*points))
            series = [
                Series(name, tuple(self.quantile(point) for point in one), i)
                for i, (name, one) in enumerate(zip(self.names, points, strict=False))
                if one
            ]
            stops = {_along(p["p"]): self.percent(p) for p in chain(*points)}
            title = self.say("chart_distribution", benefit=benefit["key"])
            table = self.tables["distribution"].select(benefit=benefit["key"])
            yield self.lines(title, series, sorted(stops.items()), scale, table, (self.say("percent_axis"),))

    def years(self) -> Iterator[Figure]:
        found = [
            (year["fiscal_year"], i, {"low": year["yen"], "high": year["yen"]})
            for i, variant in enumerate(self.variants)
            for year in variant["years"]
        ]
        heads = {year: self.say("fiscal_year", year=year) for year, _, _ in sorted(found, key=lambda f: f[0])}
        yield from self.grouped(self.say("chart_years"), heads, found, self.tables["years"])

    def payers(self) -> Iterator[Figure]:
        found, heads = [], {}
        for i, variant in enumerate(self.variants):
            for row in variant["payers"]:
                key = (row["tier"], row["payer"], row["payee"], row["instrument"])
                names = f"{self.say.actor(row['payer'])} → {self.say.actor(row['payee'])}"
                heads[key] = f"{row['tier']}. {names}（{self.say.instrument(row['instrument'])}）"
                found.append((key, i, row))
        yield from self.grouped(self.say("chart_payers"), heads, found, self.tables["payers"])

    def credit(self) -> Iterator[Figure]:
        for key, column in (("chart_exposure", "exposure"), ("chart_credit_cost", "cost")):
            found = [(i, v["credit"]["years"]) for i, v in enumerate(self.variants[:TONES]) if v["credit"]]
            years = sorted({year["fiscal_year"] for _, rows in found for year in rows})
            if not years:
                return
            place = {year: ALONG * i // max(1, len(years) - 1) for i, year in enumerate(years)}
            scale = self.say.scale(row[column] for _, rows in found for row in rows)
            series = [
                Series(
                    self.names[i],
                    tuple(
                        self.spot(place[row["fiscal_year"]], str(row["fiscal_year"]), _point(row[column]))
                        for row in rows
                    ),
                    i,
                )
                for i, rows in found
            ]
            stops = [(along, str(year)) for year, along in place.items()]
            yield self.lines(self.say(key), series, stops, scale, self.tables["credit"])

    def sweep(self) -> Iterator[Figure]:
        sweep = self.record["sweep"]
        if not sweep:
            return
        cells = {(c["x"], c["y"] or 0): self.variants[c["variant"]]["demand"] for c in sweep["cells"]}
        scale = self.say.scale([*_all(cells.values()), *([] if sweep["y"] else [self.budget])])
        table = self.tables["sweep"].drop("variant", "x", "y", *([] if sweep["y"] else ["y_value"]))
        draw = self.sweep_map if sweep["y"] else self.sweep_line
        yield draw(sweep, cells, scale, table)

    def sweep_line(
        self, sweep: Record, cells: Mapping[tuple[int, int], Ends], scale: Scale, table: Table
    ) -> Figure:
        x, values = sweep["x"]["name"], sweep["x"]["values"]
        places = _places(values)
        spots = tuple(
            self.spot(places[i], f"{x} {values[i]}", cells[i, 0])
            for i in sorted(range(len(values)), key=lambda i: places[i])
            if (i, 0) in cells
        )
        stops = sorted(zip(places, values, strict=True))
        mark = (
            None
            if self.budget is None
            else Mark(self.budget, f"{self.say('budget')} {scale.text(self.budget)}")
        )
        title = self.say("chart_sweep", x=x)
        return self.lines(title, [Series(x, spots, 1)], stops, scale, table, (), mark)

    def sweep_map(
        self, sweep: Record, cells: Mapping[tuple[int, int], Ends], scale: Scale, table: Table
    ) -> Figure:
        x, y = sweep["x"], sweep["y"]
        drawn = {
            place: Cell(
                ends["low"] or 0,
                self.cell_lines(ends, scale),
                f"{x['name']} {x['values'][place[0]]}, {y['name']} {y['values'][place[1]]}: {self.sum(ends)}",
                self.budget is not None and (ends["low"] or 0) > self.budget,
            )
            for place, ends in cells.items()
        }
        title = self.say("chart_heat", x=x["name"], y=y["name"])
        told = _told(title, scale.unit, [(cell.exact, "") for cell in drawn.values()])
        svg = charts.heat_map(told, (x["name"], x["values"]), (y["name"], y["values"]), drawn)
        notes = (self.say("over_budget"),) if any(cell.over for cell in drawn.values()) else ()
        return self.figure(title, scale.unit, notes, svg, table, "")

    def grouped(
        self, title: str, heads: Mapping[Any, str], found: Sequence[tuple[Any, int, Ends]], table: Table
    ) -> Iterator[Figure]:
        """Bars in groups: under each heading one for each variant."""
        if not found:
            return
        scale = self.say.scale(_all(ends for _, _, ends in found))
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
        part: str = "",
    ) -> Figure:
        told = _told(title, scale.unit, [(f"{row.heading} {row.label}".strip(), row.shown) for row in rows])
        told += f" {mark.label}" if mark else ""
        notes = self.notes((row.low, row.high) for row in rows)
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
        spots = [spot for one in series for spot in one.spots]
        told = _told(title, scale.unit, [(spot.exact, "") for spot in spots])
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
        shown = self.say.span(ends, scale.number)
        exact = f"{' '.join(dict.fromkeys(filter(None, (of, label))))}: {self.sum(ends)}"
        return Bar(label, ends["low"] or 0, ends["high"], shown, exact, tone, heading)

    def split(self, row: Mapping[str, Any]) -> Split:
        sides = (f"−{row['losers']:,}", f"＋{row['winners']:,}")
        words = f"{self.say('losers')} {row['losers']:,}, {self.say('winners')} {row['winners']:,}"
        return Split(row["name"], row["losers"], row["winners"], sides, f"{row['name']}: {words}")

    def spot(self, along: int, label: str, ends: Ends) -> Spot:
        return Spot(along, ends["low"] or 0, ends["high"], f"{label}: {self.sum(ends)}")

    def quantile(self, point: Mapping[str, Any]) -> Spot:
        return self.spot(_along(point["p"]), self.percent(point), _point(point["yen"]))

    def percent(self, point: Mapping[str, Any]) -> str:
        return self.say.percent(point["p"])

    def sum(self, ends: Ends) -> str:
        return self.say.span(ends, self.say.exact)

    def cell_lines(self, ends: Ends, scale: Scale) -> tuple[str, ...]:
        low, high = ends["low"] or 0, ends["high"]
        if low == high:
            return (scale.number(low),)
        return (scale.number(low), f"〜 {self.say('no_limit') if high is None else scale.number(high)}")

    def most(
        self, dimension: str, groups: Sequence[Mapping[str, Any]], by: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        """The largest groups, named in this language, and the others as one."""
        ranked = sorted(groups, key=lambda group: -sum(group[name] for name in by))
        first, others = ranked[:_TOP], ranked[_TOP:]
        rows = [{**group, "name": self.say.group(dimension, group["name"])} for group in first]
        if others:
            keys = [key for key in others[0] if key != "name"]
            rest = {key: _sum([group[key] for group in others]) for key in keys}
            rows.append({"name": self.say("rest", n=len(others)), **rest})
        return rows


_OF_DEMAND = (
    "variant",
    "fits",
    "may_fit",
    "applicants",
    "demand_low",
    "demand_high",
    "amount_low",
    "amount_high",
)


def _all(ends: Iterable[Ends]) -> list[int | None]:
    return [end for pair in ends for end in (pair["low"], pair["high"])]


def _sum(values: Sequence[int | None]) -> int | None:
    """None, an end that is open, leaves the sum open."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _point(yen: int) -> Ends:
    return {"low": yen, "high": yen}


def _along(share: str) -> int:
    return int(Fraction(share) * ALONG)


def _places(values: Sequence[str]) -> list[int]:
    """How far along the values of a parameter stand: by their size, or evenly where they have no common unit."""
    count = max(1, len(values) - 1)
    even = [ALONG * i // count for i in range(len(values))]
    try:
        found: list[Measure] = [parse_measure(value) for value in values]
    except KofuError:
        return even
    low, high = min(m.value for m in found), max(m.value for m in found)
    if len({m.unit for m in found}) > 1 or low == high:
        return even
    return [int((m.value - low) / (high - low) * ALONG) for m in found]


def _told(title: str, unit: str, rows: Sequence[tuple[str, str]]) -> str:
    """A chart in words, for who does not see it; a long one is in the table beside it."""
    said = "; ".join(f"{label} {shown}".strip() for label, shown in rows[:_TOLD])
    return f"{title} ({unit}). {said}" + (" …" if len(rows) > _TOLD else "")
