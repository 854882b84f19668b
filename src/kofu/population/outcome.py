"""From added totals to what a record says of a programme under a variant. Everything here is exact."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import isqrt
from typing import Any

from kofu.population.asked import Asked, Change
from kofu.population.assumptions.years import pay_years
from kofu.population.counting.measures import Measures
from kofu.population.counting.sheet import Sheet
from kofu.population.dataset import Dataset
from kofu.population.money.distribution import Distribution
from kofu.population.money.estimate import Estimate, estimate_count, estimate_total
from kofu.population.money.tiers import CREDIT, STATE, Yen, add_yen, by_payer, hops
from kofu.population.question import Question
from kofu.population.queueing import Money
from kofu.programme.model import Programme
from kofu.rules.columns.bounding import Pair
from kofu.rules.rule import Rule

_UNIT = 1000
"""Yen in which squares of amounts are counted."""
Bins = Mapping[int, tuple[int, int]]
Record = Mapping[str, Any]


def benefit_record(sheet: Sheet, rule: Rule, m: Measures, spread: Distribution | None) -> dict[str, Any]:
    """One benefit. `spread`: the distribution of what its applicants ask."""
    return {
        "key": rule.key,
        "instrument": rule.instrument.value,
        "payer": rule.payer,
        "recipient": rule.recipient,
        "fits": sheet.total(m.fits[0]),
        "may_fit": sheet.total(m.fits[1]),
        "amount": ends(yen(sheet, m.amount, m.bounded)),
        "applicants": sheet.total(m.applies),
        "demand": ends(yen(sheet, m.asked, m.bounded)),
        "shares": {payer: ends(yen(sheet, pair, m.bounded)) for payer, pair in m.shares.items()},
        "distribution": None if spread is None else spread.record(),
    }


def yen(sheet: Sheet, pair: Pair, bounded: bool) -> Yen:
    """The least and the most of a sum; no most where nothing bounds it."""
    low, high = sheet.total(pair[0]), sheet.total(pair[1])
    return low, high if bounded or high == low else None


def ends(found: Yen) -> dict[str, int | None]:
    """As a record has it."""
    return {"low": found[0], "high": found[1]}


def programme_totals(benefits: list[dict[str, Any]], asked: Asked, sheet: Sheet) -> dict[str, Any]:
    """The sums over the benefits of a programme; who applies for two is one applicant."""
    summed = {
        name: ends(add_yen((b[name]["low"], b[name]["high"]) for b in benefits))
        for name in ("amount", "demand")
    }
    return {
        "fits": sheet.total(asked.fits[0]),
        "may_fit": sheet.total(asked.fits[1]),
        "applicants": sheet.total(asked.applies),
        **summed,
    }


def groups_record(sheet: Sheet, asked: Asked) -> dict[str, list[dict[str, Any]]]:
    """What is asked by each group; groups that no row is in are left out."""
    parts: dict[str, dict[str, dict[str, int | None]]] = {}
    for group, counts in sheet.rows().items():
        parts[group] = {name: {"rows": rows, "low": 0, "high": 0} for name, rows in counts.items()}
    counted = {"fits": sheet.by_group(asked.fits[0]), "may_fit": sheet.by_group(asked.fits[1])}
    for group, cells in parts.items():
        for name, cell in cells.items():
            cell |= {column: totals[group][name] for column, totals in counted.items()}
    for _, m in asked.benefits:
        lows, highs = (sheet.by_group(form) for form in m.asked)
        for group, cells in parts.items():
            for name, cell in cells.items():
                low, high, most = lows[group][name], highs[group][name], cell["high"]
                open_ended = high != low and not m.bounded
                cell["low"] = (cell["low"] or 0) + low
                cell["high"] = None if most is None or open_ended else most + high
    return {
        group: [{"name": name, **cells} for name, cells in names.items()] for group, names in parts.items()
    }


def payers_record(asked: Asked, benefits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The money asked, by tier, payer and payee."""
    ways = []
    for (rule, m), record in zip(asked.benefits, benefits, strict=True):
        if m.asked[1] is m.asked[0] and not record["demand"]["low"]:
            continue
        shares = {payer: (found["low"], found["high"]) for payer, found in record["shares"].items()}
        ways.append(
            (hops(asked.programme, rule), (record["demand"]["low"], record["demand"]["high"]), shares)
        )
    return [
        {
            "tier": passed.tier,
            "payer": passed.payer,
            "payee": passed.payee,
            "instrument": passed.instrument and passed.instrument.value,
            **ends(passed.yen),
        }
        for passed in by_payer(ways)
    ]


def years_record(
    question: Question, asked: Asked, benefits: list[dict[str, Any]], money: Money | None
) -> Any:
    """What the state pays in which fiscal year, of what is committed; split over benefits by what they ask."""
    benefits = [
        {} if rule.instrument in CREDIT else b for (rule, _), b in zip(asked.benefits, benefits, strict=True)
    ]
    demand = sum(_state(b) for b in benefits)
    committed = demand if money is None else money.adoption.committed
    found: dict[int, int] = {}
    left, asked_left = committed, demand
    for (rule, _), benefit in zip(asked.benefits, benefits, strict=True):
        own = _state(benefit)
        if not own:
            continue
        part = left * own // asked_left  # the last takes what is left, so no yen is lost
        left, asked_left = left - part, asked_left - own
        for year, paid in pay_years(
            part, asked.programme.fiscal_year, rule.instrument, question.timing
        ).items():
            found[year] = found.get(year, 0) + paid
    return [{"fiscal_year": year, "yen": found[year]} for year in sorted(found)]


def _state(benefit: Record) -> int:
    """What the state's budget bears of a benefit, at the least."""
    if not benefit:
        return 0
    shares = benefit["shares"]
    return int(shares["国"]["low"] if "国" in shares else benefit["demand"]["low"])


def is_open(asked: Asked, benefits: list[dict[str, Any]], money: Money) -> bool:
    """Whether the budget suffices for the least that is asked of it and perhaps not for the most."""
    ends = [
        (b["shares"].get(STATE) or b["demand"])["high"]
        for (rule, _), b in zip(asked.benefits, benefits, strict=True)
        if rule.instrument not in CREDIT
    ]
    most = None if None in ends else sum(ends)
    adoption = money.adoption
    if adoption.budget is None or adoption.unmet_yen:
        return False
    return most is None or most > adoption.budget


def nation_record(
    dataset: Dataset,
    totals: Mapping[str, Any],
    bins: list[Bins] | None,
    money: Money | None,
    years: list[dict[str, int]],
) -> dict[str, Any] | None:
    """The same for the nation of which the rows are a sample: estimates with 95 % intervals, and what the whole
    budget does, scaled up."""
    rows, represents = dataset.rows, dataset.represents
    if represents is None:
        return None
    weight = Fraction(represents, rows)
    found: dict[str, Any] = {"weight": str(weight)}
    for name in ("fits", "applicants"):
        found[name] = _estimate(estimate_count(rows, represents, totals[name]))
    if bins is not None:
        # A row may ask for several benefits: the root of its square is at most the sum of their roots (Minkowski).
        squares = sum(isqrt(_squares(own)) + 1 for own in bins if own) ** 2
        total = sum(yen for own in bins for _, yen in own.values())
        low, high = totals["demand"]["low"], totals["demand"]["high"]
        known = high is not None and (low or not high)  # nothing at the least says nothing of the nation
        found["demand"] = (
            _estimate(estimate_total(rows, represents, total, squares, _UNIT)) if known else None
        )
    if money is not None:
        kept = ("adopted", "committed", "unmet", "unmet_yen")
        found["money"] = {name: scaled(getattr(money.adoption, name), weight) for name in kept}
    found["years"] = [{**year, "yen": scaled(year["yen"], weight)} for year in years]
    return found


def scaled(count: int, weight: Fraction) -> int:
    """Rounded half up."""
    return (2 * count * weight.numerator + weight.denominator) // (2 * weight.denominator)


def _squares(bins: Bins) -> int:
    """The sum of squares in units of 1,000 yen; within a bin amounts differ by less than 1 %."""
    return sum(yen * yen // (count * _UNIT * _UNIT) for count, yen in bins.values() if count)


def _estimate(found: Estimate | None) -> dict[str, int | None] | None:
    return None if found is None else found.record()


def is_mixed(sheet: Sheet, change: Change | None) -> bool:
    """Whether some rows win and others lose, so that the demands alone do not tell how much."""
    return change is not None and bool(sheet.total(change.wins) and sheet.total(change.loses))


def change_record(sheet: Sheet, change: Change | None, before: Record, after: Record) -> Record | None:
    """Against the baseline: who wins and who loses, and how much, in all and by group."""
    if change is None:
        return None
    columns = {"winners": change.wins, "losers": change.loses, "before": change.before, "after": change.after}
    if is_mixed(sheet, change):
        columns["gains"] = change.gains
    cells: dict[str, dict[str, dict[str, int]]] = {}
    for name, form in columns.items():
        for group, totals in sheet.by_group(form).items():
            for place, total in totals.items():
                cells.setdefault(group, {}).setdefault(place, {})[name] = total
    return {
        "demand": _difference(before["demand"], after["demand"]),
        **_changed({name: sheet.total(form) for name, form in columns.items()}),
        "groups": {
            group: [{"name": name, **_changed(cell)} for name, cell in names.items()]
            for group, names in cells.items()
        },
    }


def _changed(cell: Mapping[str, int]) -> dict[str, int]:
    """Gains less losses is what the demand grows by; where nobody loses or nobody wins, that is all of it."""
    grown = cell["after"] - cell["before"]
    gains = cell.get("gains", max(grown, 0))
    return {"winners": cell["winners"], "losers": cell["losers"], "gains": gains, "losses": gains - grown}


def _difference(before: Record, after: Record) -> dict[str, int | None]:
    """At the least and at the most, the smaller first: what is unknown is the same before and after."""
    low, high = (
        None if after[end] is None or before[end] is None else after[end] - before[end]
        for end in ("low", "high")
    )
    if low is not None and high is not None:
        low, high = min(low, high), max(low, high)
    return {"low": low, "high": high}


def per_target_record(programme: Programme, dataset: Dataset, committed: int) -> dict[str, Any] | None:
    """What one unit of the programme's first target with a number costs the nation, rounded up to the yen."""
    if dataset.represents is None:
        return None  # rows of one's own are not those that the target counts
    committed = scaled(committed, Fraction(dataset.represents, dataset.rows))
    for target in programme.targets:
        if target.value is None or target.value.value <= 0 or target.value.unit in ("円", "%"):
            continue
        count = target.value.value
        return {
            "metric": target.metric,
            "value": str(count),
            "unit": target.value.unit,
            "yen": -(-committed * count.denominator // count.numerator),
        }
    return None
