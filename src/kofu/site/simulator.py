"""The simulator as its page shows it: what can be moved, and the answer, scaled to the nation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from kofu.errors import KofuError
from kofu.population.report.drawing import Figure
from kofu.population.report.figures import figures
from kofu.population.report.key_figures import Row, Value, key_figures, leads
from kofu.population.report.tables import tables
from kofu.population.report.wording import Voice
from kofu.population.variants import CURRENT
from kofu.programme.benefits import Parameter
from kofu.programme.model import Programme
from kofu.quoting.book import ASSUMED
from kofu.quoting.requirement import fact_name
from kofu.rules.bounds import estimate
from kofu.rules.rule import Rule
from kofu.rules.vocabulary import normal
from kofu.site.params import Asked, Pairs, address
from kofu.site.shelf import Shelf
from kofu.site.simulate_asked import ORDERS, SCORES, TAKE_UP, TRIED, Asking, read_share
from kofu.site.words import Say, say_in
from kofu.text.measure import AT_MOST, Measure
from kofu.text.printing import print_number, print_quantity
from kofu.text.quantity import Quantity

DEFAULT = "meti-fy2016s2-jizokuka"
_RATES = "1/10 1/5 1/4 3/10 1/3 2/5 1/2 3/5 2/3 7/10 3/4 4/5 9/10 10/10".split()
_STEPS = range(1, 21)
"""Tenths of what the sheet says, for what is no rate above a tenth."""
_PLAIN = {"quantiles", "mean", "fiscal_year", "tier", "per_target", "nation"}
"""What does not grow with the population."""
Json = Mapping[str, Any]


# --- what can be moved


@dataclass(frozen=True)
class Setting:
    """A parameter on the form. `row`, `when`: which row of a table it is, and for whom; `stops`: values for a slider,
    `at`: where it stands."""

    name: str
    row: int | None
    text: str
    when: str
    value: str
    stops: tuple[str, ...]
    at: int


def settings(
    programme: Programme, rules: Sequence[Rule], tried: Mapping[str, str], lang: str
) -> list[Setting]:
    """The parameters that the amounts of these rules depend on; `tried` are the values that were typed."""
    used = {setting.name for rule in rules for setting in rule.settings}
    keys = {rule.key for rule in rules}
    found: dict[str, Parameter] = dict(programme.parameters)
    for benefit in programme.benefits:
        if benefit.key in keys:
            found |= benefit.parameters
    made: list[Setting] = []
    for name, parameter in found.items():
        if normal(name) not in used and name not in used:
            continue
        rows: list[tuple[int | None, tuple[Measure, ...], str]]
        rows = [(n, row.value, _when(row.when, lang)) for n, row in enumerate(parameter.rows, 1)]
        for row, measures, when in rows or [(None, parameter.value or parameter.range, "")]:
            key = name if row is None else f"{name}[{row}]"
            text = "〜".join(map(str, measures)) if parameter.range else "、".join(map(str, measures))
            typed = tried.get(normal(key), "")
            stops = _stops(measures[0]) if len(measures) == 1 else ()
            at = stops.index(typed) if typed in stops else stops.index(text) if text in stops else 0
            made.append(Setting(key, row, text, when, typed, stops, at))
    return made


def _when(cells: Mapping[str, tuple[str, ...]], lang: str) -> str:
    """For whom a row of a table is: what holds; of a yes or no, what is no is left out."""
    held = [
        fact_name(fact, lang) if values == ("はい",) else f"{fact_name(fact, lang)}: {'・'.join(values)}"
        for fact, values in cells.items()
        if values != ("いいえ",)
    ]
    return ("、" if lang == "ja" else "; ").join(held) or say_in(lang)("sim_neither")


def _stops(measure: Measure) -> tuple[str, ...]:
    """Values around that of the sheet, which is one of them; none where it is no plain number."""
    if not any(c.isdigit() for c in measure.text) or measure.qualifier not in ("", *AT_MOST):
        return ()
    found = {measure.value: measure.text}
    if measure.unit == "" and Fraction(1, 10) < measure.value <= 1:
        for text in _RATES:
            found.setdefault(Fraction(text), _qualified(text, measure))
    else:
        for tenths in _STEPS:
            value = measure.value * tenths / 10
            if measure.value.denominator > 1 or value.denominator == 1:
                found.setdefault(value, _qualified(_printed(value, measure.unit), measure))
    return tuple(text for _, text in sorted(found.items())) if len(found) > 1 else ()


def _printed(value: Fraction, unit: str) -> str:
    if unit:
        return print_quantity(Quantity(value, unit))
    return print_number(value * 100) + "%"


def _qualified(text: str, measure: Measure) -> str:
    if measure.qualifier == "最大":
        return f"最大{text}"
    return text + measure.qualifier


def for_firms(shelf: Shelf, identifier: str) -> list[Rule]:
    """The benefits of a programme that a firm may have itself."""

    def make() -> list[Rule]:
        rules = shelf.book.rules_of(identifier)
        return [rule for rule in rules if estimate(rule, ASSUMED).eligible is not False]

    return shelf.keep(("for firms", identifier), make)


def programmes(shelf: Shelf) -> list[tuple[int, str, list[Programme]]]:
    """(fiscal year, round, programmes) of those that have something for firms, in catalogue order."""

    def make() -> list[tuple[int, str, list[Programme]]]:
        found: dict[tuple[int, str], list[Programme]] = {}
        for identifier in shelf.ids:
            if shelf.programme(identifier).benefits and for_firms(shelf, identifier):
                programme = shelf.programme(identifier)
                found.setdefault((programme.fiscal_year, programme.round), []).append(programme)
        return [(year, name, some) for (year, name), some in sorted(found.items(), reverse=True)]

    return shelf.keep(("simulator programmes",), make)


@dataclass(frozen=True)
class Form:
    """The form of the page. `error`: why what was typed cannot be worked out."""

    programme: Programme
    settings: list[Setting]
    take_up: str
    order: str
    score: str
    error: KofuError | None = None
    orders: tuple[str, ...] = ORDERS
    scores: tuple[str, ...] = SCORES

    def bad(self, say: Say) -> str:
        """What is wrong, in the language of the page."""
        return self.error.say(say.lang) if self.error else ""


TAKE_UPS = ("0.1%", "0.2%", "0.5%", "1%", "2%", "5%", "10%", "20%", "50%", "100%")


def form_of(shelf: Shelf, asked: Asked, error: KofuError | None) -> Form:
    """The form with what was typed, right or wrong.

    Raises:
        NotFoundError: there is no such programme.
    """
    programme = shelf.programme(asked.last("programme") or DEFAULT)
    tried = {
        normal(name.removeprefix("param.")): value[:200]
        for name, value in asked.answers
        if name.startswith("param.")
    }
    rules = for_firms(shelf, programme.id) or list(shelf.book.rules_of(programme.id))
    order = asked.last("order") or "arrival"
    return Form(
        programme,
        settings(programme, rules, tried, asked.lang),
        (asked.last("take_up") or TAKE_UP)[:40],
        order if order in ORDERS else "arrival",
        asked.last("score") or SCORES[0],
        error,
    )


# --- the answer


def to_nation(record: Json, budgets: Mapping[str, int | None], say: Say) -> dict[str, Any]:
    """The record as if every firm of the nation were in it: counts and sums times the weight of a row, rounded."""
    weight = weight_of(record)
    names = {CURRENT: say("sim_current"), TRIED: say("sim_tried")}
    found = {**record, "programmes": [_scaled(p, weight) for p in record["programmes"]]}
    firms = record["population"]
    found["population"] = {**firms, "rows": firms["represents"] or firms["rows"], "represents": None}
    found["variants"] = [{**v, "name": names.get(v["name"], v["name"])} for v in record["variants"]]
    for programme in found["programmes"]:
        programme["budget"] = budgets[programme["id"]]
        for variant in programme["variants"]:
            variant["nation"] = None
            if variant["money"]:
                variant["money"]["budget"] = budgets[programme["id"]]
    return found


def weight_of(record: Json) -> Fraction:
    """How many firms of the nation a row stands for."""
    rows = record["population"]["rows"]
    return Fraction(record["population"]["represents"] or rows, rows)


def _scaled(value: Any, weight: Fraction) -> Any:
    if isinstance(value, dict):
        return {key: each if key in _PLAIN else _scaled(each, weight) for key, each in value.items()}
    if isinstance(value, list):
        return [_scaled(each, weight) for each in value]
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    whole = 2 * value * weight.numerator + weight.denominator
    return whole // (2 * weight.denominator)


@dataclass(frozen=True)
class Answer:
    """The answer of a simulation as a page shows it. `raw` is the record; `nation` the same for the whole nation."""

    asking: Asking
    raw: Json
    nation: Json
    say: Say
    sample: bool
    """Whether it was worked out on the sample, at once."""
    job: str | None = None

    @property
    def voice(self) -> Voice:
        """The words of the report."""
        return Voice(self.say.lang, self.raw["population"]["unit"])

    @property
    def names(self) -> list[str]:
        """The variants, the sheet's own first."""
        return [variant["name"] for variant in self.nation["variants"]]

    @cached_property
    def parts(self) -> list[Part]:
        """Each programme."""
        return [Part(self, place) for place in range(len(self.nation["programmes"]))]

    @property
    def changed(self) -> list[tuple[str, str]]:
        """(parameter, value) that the first variant tries."""
        return list(self.nation["variants"][1]["parameters"].items()) if len(self.names) > 1 else []

    @property
    def premises(self) -> list[tuple[str, str, str]]:
        """(fact, what is assumed, why)."""
        say = self.voice
        return [
            (say.fact(p["fact"]), say.pick(p["ja"], p["en"]), say.pick(p["why_ja"], p["why_en"]))
            for p in self.raw["premises"]
        ]

    @property
    def is_part(self) -> bool:
        """Whether the rows stand for more firms, or fewer, than they are."""
        return weight_of(self.raw) != 1

    @property
    def weight(self) -> str:
        """How many firms a row stands for."""
        return print_number(Fraction(int(100 * weight_of(self.raw)), 100))

    @property
    def tables(self) -> list[str]:
        """The names of the tables of numbers that have rows."""
        return [name for name, table in tables(self.raw).items() if table.rows]

    @property
    def base(self) -> str:
        """The address below which the report and the tables lie."""
        return f"/simulate/jobs/{self.job}" if self.job else "/simulate"

    @property
    def pairs(self) -> Pairs:
        """What goes behind `base` and the address of the data: a job needs nothing more."""
        return [] if self.job else self.asking.pairs

    @property
    def api_href(self) -> str:
        """The record as data."""
        path = f"/api/simulate/{self.job}" if self.job else "/api/simulate"
        return address(path, self.pairs, self.say.lang)

    def percent(self, share: str) -> str:
        """The take-up in percent."""
        return self.voice.percent(read_share(share))


@dataclass(frozen=True)
class Part:
    """One programme of an answer."""

    answer: Answer
    place: int

    @property
    def programme(self) -> Any:
        """Its record, scaled to the nation."""
        return self.answer.nation["programmes"][self.place]

    @property
    def title(self) -> tuple[str, str | None]:
        """In both languages."""
        return self.programme["title"]["ja"], self.programme["title"]["en"]

    @property
    def leads(self) -> list[tuple[str, str]]:
        """(variant, a sentence on what it costs and whether the money lasts)."""
        return leads(self.answer.nation, self.programme, self.answer.voice)

    @property
    def rows(self) -> list[Row]:
        """The key figures, one value for each variant; behind those who are served, which part they are."""
        voice, found = self.answer.voice, key_figures(self.programme, self.answer.voice)
        served = Row(self.answer.say("sim_coverage"), tuple(map(self._coverage, self.programme["variants"])))
        place = next((i for i, row in enumerate(found, 1) if row.name == voice("adopted")), None)
        return found if place is None else [*found[:place], served, *found[place:]]

    @cached_property
    def figures(self) -> list[Figure]:
        """The charts with their tables; the first compares the demand with the budget, where there is one."""
        return figures(self.answer.nation, self.answer.nation, self.place, self.answer.voice)

    def _coverage(self, variant: Json) -> Value | None:
        money, applicants = variant["money"], variant["applicants"]
        if not money or not applicants:
            return None
        if money["open"]:
            return Value(self.answer.voice("open"))
        return Value(self.answer.voice.percent(Fraction(min(money["adopted"], applicants), applicants)))

    @property
    def interval(self) -> list[tuple[str, str, list[str]]]:
        """(figure, unit, range of each variant) that 95 of 100 samples would give, for a sample."""
        voice, raw = self.answer.voice, self.answer.raw["programmes"][self.place]["variants"]
        estimates = [variant["nation"] for variant in raw]
        if not self.answer.is_part or not all(estimates):
            return []
        demands = [e["demand"] for e in estimates if e.get("demand")]
        scale = voice.scale(d["high"] for d in demands)
        found = [
            (voice(name), "", [voice.span(e[name], "{:,}".format) for e in estimates])
            for name in ("fits", "applicants")
        ]
        if len(demands) == len(estimates):
            found.append((voice("demand"), scale.unit, [voice.span(d, scale.number) for d in demands]))
        return found


def answer_of(
    shelf: Shelf, asking: Asking, record: Json, say: Say, sample: bool, job: str | None = None
) -> Answer:
    """The answer with the budgets of the catalogue."""
    budgets = {identifier: shelf.card(identifier).yen for identifier in asking.programmes}
    return Answer(asking, record, to_nation(record, budgets, say), say, sample, job)
