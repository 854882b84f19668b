"""The figures of a report, each in a method: what it shows and in which rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import chain
from typing import Any

from kofu.errors import KofuError
from kofu.population.report import charts
from kofu.population.report.charts import ALONG, TONES, Cell, Mark, Series, Split, Spot
from kofu.population.report.drawing import Drawing, Figure, all_ends, point_of, told_of
from kofu.population.report.tables import Record, Table
from kofu.population.report.wording import Ends, Scale, Voice
from kofu.text.measure import Measure, parse_measure


def figures(record: Record, whole: Record, programme: int, say: Voice) -> list[Figure]:
    """Every figure of a programme (by its place). `record` has the named variants only, `whole` a sweep's as well."""
    drawing = _Programme(record, record["programmes"][programme], say)
    sweep = _Programme(whole, whole["programmes"][programme], say)
    return list(
        chain(
            drawing.demand(),
            sweep.sweep(),
            drawing.benefits(),
            drawing.changes(),
            drawing.groups(),
            drawing.distribution(),
            drawing.years(),
            drawing.payers(),
            drawing.shares(),
            drawing.credit(),
        )
    )


class _Programme(Drawing):
    """The figures of one programme."""

    def demand(self) -> Iterator[Figure]:
        if len(self.names) == 1 and self.budget is None:
            return
        ends = [variant["demand"] for variant in self.variants]
        scale = self.say.scale([self.budget, *all_ends(ends)])
        rows = [
            self.bar(name, end, scale, i % TONES)
            for i, (name, end) in enumerate(zip(self.names, ends, strict=True))
        ]
        mark = self.limit(scale)
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
                first, rest = self.most(dimension, found, ("winners", "losers"))
                rows = [self.split(row) for row in first]
                told = told_of(title, self.say.unit, [(row.label, " / ".join(row.shown)) for row in rows])
                heads = (self.say("losers_side"), self.say("winners_side"))
                svg = charts.diverging_bars(told, rows, heads)
                table = table.drop("demand_low", "demand_high")
                notes = self.rest(rest, lambda row: " / ".join(self.split(row).shown))
                yield self.figure(title, self.say.unit, notes, svg, table, dimension)

    def groups(self) -> Iterator[Figure]:
        for dimension, found in self.variants[0]["groups"].items():
            first, rest = self.most(dimension, found, ("low",))
            scale = self.say.scale(all_ends(first))
            bars = [self.bar(row["name"], row, scale) for row in first]
            title = self.say("chart_groups", dimension=self.say.dimension(dimension), name=self.names[0])
            table = self.tables["groups"].select(dimension=dimension)
            notes = self.rest(rest, partial(self.say.span, show=scale.text))
            yield self.bars(title, bars, scale, table, None, notes, dimension)

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
                means = f"（{self.say.instrument(row['instrument'])}）" if row["instrument"] else ""
                heads[key] = f"{row['tier']}. {names}{means}"
                found.append((key, i, row))
        yield from self.grouped(self.say("chart_payers"), heads, found, self.tables["payers"])

    def benefits(self) -> Iterator[Figure]:
        """Only where there are several; of one all is said already."""
        of = {
            b["key"]: f"{b['key']}（{self.say.instrument(b['instrument'])}）"
            for b in self.variants[0]["benefits"]
        }
        found = [(b["key"], i, b["demand"]) for i, v in enumerate(self.variants) for b in v["benefits"]]
        if len(of) > 1:
            yield from self.grouped(self.say("chart_benefits"), of, found, self.tables["benefits"])

    def shares(self) -> Iterator[Figure]:
        """Only where a benefit is paid by several."""
        found = [
            ((b["key"], payer), i, share)
            for i, v in enumerate(self.variants)
            for b in v["benefits"]
            if len(b["shares"]) > 1
            for payer, share in b["shares"].items()
        ]
        heads = {key: f"{key[0]}: {self.say.actor(key[1])}" for key, _, _ in found}
        yield from self.grouped(self.say("chart_shares"), heads, found, self.tables["shares"])

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
                        self.spot(place[row["fiscal_year"]], str(row["fiscal_year"]), point_of(row[column]))
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
        scale = self.say.scale([*all_ends(cells.values()), *([] if sweep["y"] else [self.budget])])
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
        mark = self.limit(scale)
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
        told = told_of(title, scale.unit, [(cell.exact, "") for cell in drawn.values()])
        svg = charts.heat_map(told, (x["name"], x["values"]), (y["name"], y["values"]), drawn)
        notes = (self.say("over_budget"),) if any(cell.over for cell in drawn.values()) else ()
        return self.figure(title, scale.unit, notes, svg, table, "")

    def limit(self, scale: Scale) -> Mark | None:
        if self.budget is None:
            return None
        return Mark(self.budget, f"{self.say(self.budget_name)} {scale.text(self.budget)}")

    def split(self, row: Mapping[str, Any]) -> Split:
        sides = (
            f"−{row['losers']:,}" if row["losers"] else "0",
            f"{self.say.plus}{row['winners']:,}" if row["winners"] else "0",
        )
        words = f"{self.say('losers')} {row['losers']:,}, {self.say('winners')} {row['winners']:,}"
        return Split(row["name"], row["losers"], row["winners"], sides, f"{row['name']}: {words}")

    def quantile(self, point: Mapping[str, Any]) -> Spot:
        return self.spot(_along(point["p"]), self.percent(point), point_of(point["yen"]))

    def percent(self, point: Mapping[str, Any]) -> str:
        return self.say.percent(point["p"])

    def cell_lines(self, ends: Ends, scale: Scale) -> tuple[str, ...]:
        low, high = ends["low"] or 0, ends["high"]
        if low == high:
            return (scale.number(low),)
        most = self.say("no_limit") if high is None else scale.number(high)
        return (scale.number(low), self.say("range", low="", high=most).strip())


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
