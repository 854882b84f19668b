"""The key figures of a programme: one row for each, one value for each variant; and a sentence for each variant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kofu.population.report.tables import Record
from kofu.population.report.wording import Ends, Voice

Variant = Mapping[str, Any]


@dataclass(frozen=True)
class Value:
    """What stands in a cell, to the yen when one points at it, and what is added in small letters."""

    text: str
    exact: str = ""
    below: str = ""


@dataclass(frozen=True)
class Row:
    """A key figure: its name and its value in each variant; None where it has none."""

    name: str
    values: tuple[Value | None, ...]
    strong: bool = False


def key_figures(programme: Record, say: Voice) -> list[Row]:
    """The rows of which any variant knows something."""
    found: Sequence[Variant] = programme["variants"]
    rows = [Row(name, tuple(values), strong) for name, values, strong in _rows(programme, found, say)]
    return [row for row in rows if any(row.values)]


def leads(record: Record, programme: Record, say: Voice) -> list[tuple[str, str]]:
    """Each variant with a sentence: what it costs and whether the money lasts; in the nation, if that was estimated."""
    names = [variant["name"] for variant in record["variants"]]
    found = [_scaled_up(programme, variant) for variant in programme["variants"]]
    budgets = ((money or {}).get("budget") for _, money in found)
    scale = say.scale([*budgets, *(demand["low"] for demand, _ in found)])
    before = say("scaled_up") if any((v["nation"] or {}).get("money") for v in programme["variants"]) else ""
    return [
        (name, before + _lead(demand, money, say, scale.text))
        for name, (demand, money) in zip(names, found, strict=True)
    ]


def _scaled_up(programme: Record, variant: Variant) -> tuple[Ends, Mapping[str, Any] | None]:
    """Demand and money: those of the nation against the whole budget, or those of the rows."""
    nation, demand = variant["nation"] or {}, variant["demand"]
    if not nation.get("money"):
        return demand, variant["money"]
    weight = Fraction(nation["weight"])
    whole = {end: None if yen is None else int(yen * weight) for end, yen in demand.items()}
    return whole, {**variant["money"], **nation["money"], "budget": programme["budget"]}


def _lead(demand: Ends, money: Mapping[str, Any] | None, say: Voice, text: Callable[[int], str]) -> str:
    asked = say.span(demand, text)
    if not money or money["budget"] is None:
        return say("lead_open", demand=asked)
    budget = text(money["budget"])
    if not money["unmet_yen"]:
        within = demand["high"] is not None and demand["high"] <= money["budget"]
        return say("lead_within" if within else "lead_certain", demand=asked, budget=budget)
    key = "lead_day" if money["runs_out"] else "lead_short"
    day = money["runs_out"] and say.day(money["runs_out"])
    unmet = {"unmet": f"{money['unmet']:,}", "unmet_yen": text(money["unmet_yen"])}
    return say(key, demand=asked, budget=budget, day=day, **unmet)


def _rows(
    programme: Record, found: Sequence[Variant], say: Voice
) -> Iterator[tuple[str, list[Value | None], bool]]:
    money = [variant["money"] or {} for variant in found]
    change = [variant["change"] or {} for variant in found]
    nation = [variant["nation"] or {} for variant in found]

    yield say("demand"), _demand(found, say), True
    part = any(nation)
    yield say("budget_of_rows" if part else "budget"), _sums([m.get("budget") for m in money], say), False
    hangs = [bool(one.get("open")) for one in money]
    yield say("of_budget"), _or_open(hangs, [_share(one, say) for one in money], say), False
    yield say("committed"), _or_open(hangs, _sums([one.get("committed") for one in money], say), say), False
    yield say("left"), _or_open(hangs, _sums([one.get("left") for one in money], say), say), False
    yield say("runs_out"), [_day(one, say) for one in money], True
    yield say("unmet_yen"), _or_open(hangs, _sums([one.get("unmet_yen") for one in money], say), say), False
    yield say("fits"), [_fits(variant, say) for variant in found], False
    for name in ("applicants",):
        yield say(name), [_count(variant[name]) for variant in found], False
    for name in ("adopted", "unmet"):
        yield say(name), _or_open(hangs, [_count(one.get(name)) for one in money], say), False
    yield say("amount"), _spans([variant["amount"] for variant in found], say), False
    for name in ("winners", "losers"):
        yield say(name), [_count(one.get(name)) for one in change], False
    for name in ("gains", "losses"):
        yield say(name), _sums([one.get(name) for one in change], say), False
    yield from _per_target(found, say)
    for name in ("fits", "applicants"):
        yield say(f"nation_{name}"), [_estimate(one.get(name), say, "{:,}".format) for one in nation], False
    scale = say.scale((one.get("demand") or {}).get("value") for one in nation)
    for name, key in (("nation_committed", "committed"), ("nation_unmet", "unmet_yen")):
        yield say(name), _sums([(one.get("money") or {}).get(key) for one in nation], say), False
    yield say("nation_demand"), [_estimate(one.get("demand"), say, scale.text) for one in nation], False


def _demand(found: Sequence[Variant], say: Voice) -> list[Value | None]:
    spans = _spans([variant["demand"] for variant in found], say)
    changes = [(variant["change"] or {}).get("demand") for variant in found]
    scale = say.scale(end for change in changes if change for end in change.values())

    def signed(yen: int) -> str:
        return (say.plus if yen > 0 else "±" if yen == 0 else "") + scale.text(yen)

    return [
        span and Value(span.text, span.exact, _against(change, say, signed))
        for span, change in zip(spans, changes, strict=True)
    ]


def _against(change: Ends | None, say: Voice, show: Callable[[int], str]) -> str:
    if not change:
        return ""
    if change["low"] is None and change["high"] is None:
        return say("against_open")
    return say("against", sum=say.span(change, show))


def _spans(ends: Sequence[Ends], say: Voice) -> list[Value | None]:
    scale = say.scale(end for pair in ends for end in (pair["low"], pair["high"]))
    return [Value(say.span(pair, scale.text), say.span(pair, say.exact)) for pair in ends]


def _sums(sums: Sequence[int | None], say: Voice) -> list[Value | None]:
    scale = say.scale(sums)
    return [None if yen is None else Value(scale.text(yen), say.exact(yen)) for yen in sums]


def _count(number: int | None) -> Value | None:
    return None if number is None else Value(f"{number:,}")


def _fits(variant: Variant, say: Voice) -> Value:
    return Value(say.span({"low": variant["fits"], "high": variant["may_fit"]}, "{:,}".format))


def _share(money: Mapping[str, Any], say: Voice) -> Value | None:
    """What was applied for, as a share of the budget."""
    return Value(say.percent(Fraction(money["demand"], money["budget"]))) if money.get("budget") else None


def _or_open(hangs: Sequence[bool], values: Sequence[Value | None], say: Voice) -> list[Value | None]:
    """What a budget does, or that it hangs on what is not known."""
    return [Value(say("open")) if open_ else value for open_, value in zip(hangs, values, strict=True)]


def _day(money: Mapping[str, Any], say: Voice) -> Value | None:
    if not money:
        return None
    if money["runs_out"]:
        return Value(say.day(money["runs_out"]))
    return Value(say("no_day" if money["unmet_yen"] else "open_day" if money["open"] else "never"))


def _per_target(found: Sequence[Variant], say: Voice) -> Iterator[tuple[str, list[Value | None], bool]]:
    """A row for each target that the variants name; most name one."""
    targets = [variant["per_target"] for variant in found]
    kinds = {(t["metric"], t["value"], t["unit"]): None for t in targets if t}
    for metric, value, unit in kinds:
        of = [t["yen"] if t and t["metric"] == metric and t["value"] == value else None for t in targets]
        yield say("per_target", metric=metric, value=value, unit=unit), _sums(of, say), False


def _estimate(found: Ends | None, say: Voice, show: Callable[[int], str]) -> Value | None:
    if not found or found["value"] is None:
        return None
    between = say.span({"low": found["low"], "high": found["high"]}, show)
    return Value(show(found["value"]), "", say("interval", range=between))
