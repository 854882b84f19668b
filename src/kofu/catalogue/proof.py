"""Proof that each fact stands in the lines it names, for an installation that holds the documents.

What is proved: a name is made of pieces that stand in those lines (names are broken over lines and glued to
neighbours, so order between lines is free); a number stands there with its unit; a rate and the word
for the instrument stand there; a metric shares at least half of its letter pairs with them. A value that
says `derived` is arithmetic over numbers that stand there, or quotes words that do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from kofu.catalogue.arithmetic import work_out
from kofu.catalogue.documents import SourceLines
from kofu.catalogue.validate import facts
from kofu.programme import benefits, model
from kofu.programme.fact import Fact
from kofu.programme.model import Programme
from kofu.programme.vocabulary import Instrument
from kofu.text.fold import fold
from kofu.text.measure import Measure, parse_measure
from kofu.text.numbers import find_numbers
from kofu.text.phones import find_phones
from kofu.text.quantity import Quantity
from kofu.text.rates import Rate, find_rates
from kofu.text.yen import find_yen
from kofu.yaml_file import Place

Finding = tuple[Place, str, str]

# How sheets print the instruments, where that is not the term itself.
_PRINTED = {
    Instrument.SUBSIDY: ("補助", "助成"),
    Instrument.GRANT_IN_AID: ("交付",),
    Instrument.BENEFIT: ("給付",),
    Instrument.LOAN: ("融資", "貸付", "資金供給"),
    Instrument.GUARANTEE: ("保証",),
    Instrument.CREDIT_INSURANCE: ("保険",),
    Instrument.LOSS_COMPENSATION: ("損失補償", "補償"),
}


def prove(programme: Programme, source: SourceLines) -> Iterator[Finding]:
    """Every fact of the programme that cannot be found in the lines it names."""
    named = list(facts(programme))
    named += [(("aliases", i), alias) for i, alias in enumerate(programme.aliases)]
    named += list(_of_rules(programme))
    for place, fact in named:
        if max(fact.at) > len(source.lines):
            yield (*place, "at"), "資料にない行です", "beyond the document's last line"
            continue
        lines = [source.at(number) for number in fact.at]
        for field, missing in _missing(fact, lines):
            where = "、".join(map(str, fact.at))
            yield (
                (*place, field),
                f"「{missing}」が {where} 行に見つかりません",
                f"{missing!r} not found in lines {where}",
            )


def _of_rules(programme: Programme) -> Iterator[tuple[Place, Fact]]:
    """The numbers of the rules as facts with their lines."""
    yield from ((("definitions", name), d) for name, d in programme.definitions.items())
    yield from ((("not_computable", i), n) for i, n in enumerate(programme.not_computable))
    of_benefits = [(("benefits", i), b.parameters) for i, b in enumerate(programme.benefits)]
    for place, parameters in [((), programme.parameters), *of_benefits]:
        for name, parameter in parameters.items():
            where = (*place, "parameters", name)
            if parameter.at:
                values = (*parameter.value, *parameter.range, *map(parse_measure, _in_force(parameter)))
                yield (
                    where,
                    _Number(at=parameter.at, text=parameter.text, derived=parameter.derived, value=values),
                )
            for i, row in enumerate(parameter.rows):
                yield (
                    (*where, "rows", i),
                    _Number(**row.model_dump(exclude={"when", "value"}), value=row.value),
                )


class _Number(Fact):
    """A parameter's values, as a fact to be found."""

    value: tuple[Measure, ...]


def _in_force(parameter: benefits.Parameter) -> list[str]:
    return [text for text in parameter.series.values() if text != benefits.NONE]


def _missing(fact: Fact, lines: list[str]) -> Iterator[tuple[str, str]]:
    """(field, what is missing) for one fact."""
    if fact.text is not None and not _stands(fact.text, lines):
        yield "text", fact.text
    match fact:
        case model.Title():
            yield from _name("ja", fact.ja, lines)
        case model.Alias() | model.Office() | model.Recipient():
            yield from _name("name", fact.name, lines)
        case model.Component():
            yield from _name("key", fact.key, lines)
            yield from _name("title", fact.title, lines)
        case model.Phone():
            if fact.number not in {found.number for line in _views(lines) for found in find_phones(line)}:
                yield "number", fact.number
        case model.Amount():
            if fact.yen not in {found.yen for line in _views(lines) for found in find_yen(line)}:
                yield "yen", str(fact.yen)
        case model.Flow():
            yield from _name("from", fact.payer, lines)
            yield from _name("to", fact.payee, lines)
            yield from _instrument(fact.instrument, lines)
            for rate in fact.rates:
                if not (_rate_stands(rate, lines) or _derived(fact, rate.value, lines)):
                    yield "rates", str(rate)
        case model.Limit():
            yield from _value(fact, fact.value, lines)
        case _Number():
            for measure in fact.value:
                yield from _measure(fact, measure, lines)
        case model.Target():
            if fact.value is not None:
                yield from _value(fact, fact.value, lines)
            if not _akin(fact.metric, lines):
                yield "metric", fact.metric


def _views(lines: list[str]) -> Iterator[str]:
    """The lines one by one and joined as they are read."""
    yield from lines
    yield "".join(line.strip() for line in lines)


def _name(field: str, name: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    if not _stands(name, lines):
        yield field, name


def _stands(name: str, lines: list[str]) -> bool:
    """Whether `name` is made of pieces that each stand in a line; a single letter only at an end of one."""
    wanted, printed = fold(name), [fold(line) for line in lines]
    if any(wanted in line for line in printed):
        return True
    reached = {0}
    for start in range(len(wanted)):
        if start not in reached:
            continue
        for line in printed:
            size = 1
            while start + size <= len(wanted) and wanted[start : start + size] in line:
                if size > 1 or line.startswith(wanted[start]) or line.endswith(wanted[start]):
                    reached.add(start + size)
                size += 1
    return len(wanted) in reached


def _instrument(instrument: Instrument, lines: list[str]) -> Iterator[tuple[str, str]]:
    text = fold("".join(lines))
    if not any(word in text for word in _PRINTED.get(instrument, (instrument.ja,))):
        yield "instrument", instrument.ja


def _rate_stands(rate: Rate, lines: list[str]) -> bool:
    text = fold("".join(lines))
    if rate.value is None:  # 定額補助等 prints the qualifier apart from the word
        return "定額" in text and rate.qualifier in text
    if rate.text.endswith(("%", "％")) and _quantity_stands(Quantity(rate.value * 100, "%"), lines):
        return True
    found = [match.rate for line in _views(lines) for match in find_rates(line)]
    return any(rate.value == r.value and rate.qualifier in ("", r.qualifier) for r in found)


def _value(fact: Fact, quantity: Quantity, lines: list[str]) -> Iterator[tuple[str, str]]:
    """A number must stand there or be derived; a unit that is not derived with it must stand there too."""
    if not (_quantity_stands(quantity, lines) or _derived(fact, quantity.value, lines)):
        yield "value", f"{quantity.value}{quantity.unit}"
        return
    text = fold("".join(lines))
    parts = [fold(part) for part in re.split("[/／]", quantity.unit)]
    if fact.derived is None and not all(part in text for part in parts):
        yield "value", quantity.unit


def _measure(fact: Fact, measure: Measure, lines: list[str]) -> Iterator[tuple[str, str]]:
    """A parameter stands there as a rate, or as a number with its unit."""
    if measure.text.startswith("定額"):
        if "定額" not in fold("".join(lines)):
            yield "value", measure.text
        return
    rate = Rate(measure.value, measure.qualifier, measure.text) if not measure.unit else None
    if rate is not None and _rate_stands(rate, lines):
        return
    yield from _value(fact, Quantity(measure.value, measure.unit), lines)


def _quantity_stands(quantity: Quantity, lines: list[str]) -> bool:
    wanted = {quantity.value}
    if quantity.unit in ("%", "％"):
        wanted.add(quantity.value / 100)
    for line in _views(lines):
        values = _values(line)
        values |= {Fraction(y.yen) for y in find_yen(line)} if quantity.unit == "円" else set()
        if wanted & values:
            return True
    return False


def _derived(fact: Fact, value: Fraction | None, lines: list[str]) -> bool:
    """Whether `derived` is arithmetic over numbers in the lines that gives `value`, or words there."""
    if fact.derived is None:
        return False
    arithmetic = work_out(fact.derived)
    if arithmetic is None:
        return _stands(fact.derived, lines)
    found = set().union(*(_values(line) for line in _views(lines)))
    return arithmetic.total == value and all(operand in found for operand in arithmetic.operands)


def _values(line: str) -> set[Fraction]:
    """Every number and every rate printed in a line."""
    rates = {match.rate.value for match in find_rates(line)}
    return {n.value for n in find_numbers(line)} | {value for value in rates if value is not None}


def _akin(metric: str, lines: list[str]) -> bool:
    """Whether at least half of the letter pairs of `metric` stand in the lines."""
    text, wanted = fold("".join(lines)), fold(metric)
    pairs = [wanted[i : i + 2] for i in range(len(wanted) - 1)]
    return 2 * sum(pair in text for pair in pairs) >= len(pairs)
