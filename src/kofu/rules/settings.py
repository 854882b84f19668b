"""Parameters at a date: a written parameter becomes a setting, or a case for each row of its table."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from kofu.errors import KofuError
from kofu.programme.benefits import INELIGIBLE, NONE, Parameter, Row
from kofu.rules.tree import (
    CHOICE,
    TRUTH,
    Case,
    Choice,
    Comparison,
    Logic,
    Member,
    Node,
    Not,
    Number,
    Setting,
    Type,
)
from kofu.rules.units import RATIO, parse_unit
from kofu.text.measure import AT_MOST, Measure, parse_measure

UNBOUNDED = Fraction(10**13)
"""What a number that is not a ratio may reach where 等 leaves other values possible: 10兆, beyond any sheet."""

Overlay = Mapping[str, tuple[Measure, ...]]
"""What-if: parameter (a row of a table: 名前[1]) → other values."""


@dataclass(frozen=True)
class Settled:
    """A parameter as a tree, and the condition under which it has a value at all (None: always)."""

    node: Node
    given: Node | None = None


def settle(
    name: str,
    parameter: Parameter,
    date: datetime.date,
    overlay: Overlay,
    lookup: Callable[[str], Node],
    law: str | None = None,
) -> Settled:
    """The parameter at `date`; `lookup` gives the node of a name that a table's `when` mentions.

    Raises:
        KofuError: when it has no value at the date, a unit that changes, a gap or a cell that cannot be read.
    """
    changed = overlay.get(name)
    _one_form(name, parameter)
    if parameter.rows:
        return _table(name, parameter, overlay, lookup, law)
    if changed:
        setting = _setting(name, changed, parameter.at, law)
        _may_replace(setting, _printed(name, parameter, law))
        return Settled(setting)
    if parameter.range:
        return Settled(_between(name, parameter, law))
    values = _dated(name, parameter, date) if parameter.series else parameter.value
    return Settled(_written(name, values, parameter.at, law))


def _one_form(name: str, parameter: Parameter) -> None:
    """A parameter is one of the four things that it can be."""
    forms = ("value", "range", "series", "rows")
    used = [form for form in forms if getattr(parameter, form)]
    if len(used) > 1:
        both, both_en = " と ".join(used), " and ".join(used)
        raise KofuError(
            f"パラメーター「{name}」に {both} があります。どれか1つにしてください",
            f"parameter {name!r} has {both_en}; keep one of them",
        )
    if used:
        return
    empty = next((form for form in forms if form in parameter.model_fields_set), None)
    if empty is not None:
        raise KofuError(
            f"パラメーター「{name}」の {empty} が空です。値を書いてください",
            f"parameter {name!r} has an empty {empty}; write its values",
        )
    raise KofuError(
        f"パラメーター「{name}」に value、range、series、rows のどれかを書いてください",
        f"parameter {name!r} needs value, range, series or rows",
    )


def _printed(name: str, parameter: Parameter, law: str | None) -> Setting:
    """Everything that the sheet prints for a parameter, at whatever date."""
    dated = [parse_measure(text) for text in parameter.series.values() if text != NONE]
    return _setting(name, (*parameter.value, *parameter.range, *dated), (), law)


def _dated(name: str, parameter: Parameter, date: datetime.date) -> tuple[Measure, ...]:
    starts = sorted(parameter.series)
    current = [start for start in starts if start <= date]
    text = parameter.series[current[-1]] if current else NONE
    if text == NONE:
        ends = [s for s in starts if parameter.series[s] == NONE]
        span = f"{starts[0]}〜{ends[-1] if ends else ''}"
        raise KofuError(
            f"「{name}」は{date}には定められていません（{span}）。その間の日付を --date で指定してください",
            f"{name!r} has no value on {date} (it runs {span}); give a date within it with --date",
        )
    return (parse_measure(text),)


def _setting(name: str, values: tuple[Measure, ...], at: tuple[int, ...], law: str | None) -> Setting:
    ends, units = [], set()
    for measure in values:
        factor, unit = parse_unit(measure.unit)
        units.add(unit)
        ends.append(_ends(measure, measure.value * factor, unit == RATIO))
    if len(units) != 1:
        raise KofuError(f"「{name}」の値の単位がそろっていません", f"the values of {name!r} differ in unit")
    exact = all(low == high for low, high in ends)
    options = tuple(sorted({low for low, _ in ends})) if exact and len(values) > 1 else ()
    text = "、".join(measure.text for measure in values)
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return Setting(name, low, high, options, Type("number", units.pop()), text, at, law)


def _written(name: str, values: tuple[Measure, ...], at: tuple[int, ...], law: str | None) -> Setting:
    """A parameter as the sheet has it: a share of a whole is at most the whole."""
    for measure in values:
        factor, unit = parse_unit(measure.unit)
        if unit == RATIO and measure.value * factor > 1 and "倍" not in measure.text:
            raise KofuError(
                f"「{name}」の割合 {measure.text} が1を超えています。倍数なら「1.5倍」のように書いてください",
                f"the ratio {measure.text} of {name!r} is above 1; write a multiple as 1.5倍",
            )
    return _setting(name, values, at, law)


def _between(name: str, parameter: Parameter, law: str | None) -> Setting:
    """A range as printed: 5,000万円〜1億円."""
    if len(parameter.range) != 2:
        raise KofuError(
            f"「{name}」の range は [下限, 上限] です", f"range of {name!r} is [smallest, largest]"
        )
    ends = _written(name, parameter.range, parameter.at, law)
    low, high = (m.value * parse_unit(m.unit)[0] for m in parameter.range)
    if low > high:
        raise KofuError(
            f"「{name}」の range が逆です。[{parameter.range[1]}, {parameter.range[0]}] にしてください",
            f"range of {name!r} is reversed; write [{parameter.range[1]}, {parameter.range[0]}]",
        )
    return replace(ends, options=(), text="〜".join(m.text for m in parameter.range))


def _ends(measure: Measure, value: Fraction, ratio: bool) -> tuple[Fraction, Fraction]:
    """What a qualifier leaves possible: 以内 anything up to the value; 等, 程度, 相当 other values too."""
    if not measure.qualifier:
        return value, value
    if measure.qualifier in AT_MOST:
        return Fraction(0), value
    return Fraction(0), max(Fraction(1), value) if ratio else UNBOUNDED


def _may_replace(new: Setting, old: Setting) -> None:
    """What may be supposed in place of a printed value: the same unit, no share above the whole."""
    _same_unit(new, old)
    if new.type.unit == RATIO and old.high <= 1 < new.high:
        raise KofuError(
            f"{old.name}={new.text}: 割合は1（100%）以下にしてください（シート: {old.text}）",
            f"{old.name}={new.text}: a ratio is at most 1 (100%); the sheet says {old.text}",
        )


def _same_unit(new: Setting, old: Setting) -> None:
    if new.type != old.type:
        raise KofuError(
            f"「{old.name}」の単位は{old.type}です（{new.text} は{new.type}）",
            f"{old.name!r} is in {old.type}, {new.text} in {new.type}",
        )


def _table(
    name: str, table: Parameter, overlay: Overlay, lookup: Callable[[str], Node], law: str | None
) -> Settled:
    """A decision table as a case: a branch for each row, the last row as the rest where rows leave no gap."""
    conditions = row_conditions(name, table, lookup)
    values: list[Setting] = []
    for number, row in enumerate(table.rows, 1):
        at = () if law else row.at
        written = _written(name, row.value, at, law)
        changed = overlay.get(f"{name}[{number}]")
        values.append(_setting(name, changed, at, law) if changed else written)
        _same_unit(values[-1], _setting(name, table.rows[0].value, (), law))
        _may_replace(values[-1], written)
    branches = list(zip(conditions, values, strict=True))
    kind, given = values[0].type, None
    rest: Node
    if table.otherwise == INELIGIBLE:
        given = conditions[0] if len(conditions) == 1 else Logic("or", tuple(conditions))
        rest = Number(Fraction(0), kind)
    elif table.otherwise is not None:
        rest = _written(name, (parse_measure(table.otherwise),), table.at, law)
        _same_unit(rest, values[0])
    else:
        rest = branches.pop()[1]
    node: Node = Case(tuple(branches), rest, kind, name) if branches else rest
    return Settled(node, given)


def row_conditions(name: str, table: Parameter, lookup: Callable[[str], Node]) -> list[Node]:
    """What must hold for each row of a decision table."""
    return [_row_condition(name, row, lookup) for row in table.rows]


def _row_condition(name: str, row: Row, lookup: Callable[[str], Node]) -> Node:
    parts = [_cell(lookup(fact), cells) for fact, cells in row.when.items()]
    if not parts:
        raise KofuError(f"表「{name}」の行に when がありません", f"a row of table {name!r} lacks when")
    return parts[0] if len(parts) == 1 else Logic("and", tuple(parts))


_RANGE = re.compile(r"(?P<number>.+?)(?P<sign>以上|以下|未満|超|を超え)")
_SIGNS: dict[str, str] = {"以上": ">=", "以下": "<=", "未満": "<", "超": ">", "を超え": ">"}


def _cell(node: Node, cells: tuple[str, ...]) -> Node:
    """What a cell of a table asks of its fact: はい, a choice, several, or a range of numbers."""
    if node.type == TRUTH:
        answers = {"はい": node, "いいえ": Not(node)}
        if len(cells) == 1 and cells[0] in answers:
            return answers[cells[0]]
        raise KofuError(
            f"{cells[0]} は「はい」か「いいえ」にしてください", f"{cells[0]} must be はい or いいえ"
        )
    if node.type == CHOICE:
        if len(cells) == 1:
            return Comparison("==", node, Choice(cells[0]))
        return Member(node, cells)
    found = list(_RANGE.finditer(cells[0]))
    if len(cells) != 1 or not found or found[-1].end() != len(cells[0]):
        raise KofuError(
            f"「{cells[0]}」は範囲として読めません（例: 5人以下、10人以上20人以下、10億円未満）",
            f"cannot read {cells[0]!r} as a range (e.g. 5人以下, 10人以上20人以下)",
        )
    parts = tuple(_bound(node, match) for match in found)
    return parts[0] if len(parts) == 1 else Logic("and", parts)


def _bound(node: Node, match: re.Match[str]) -> Node:
    limit = _setting(match[0], (parse_measure(match["number"]),), (), None)
    if limit.type != node.type:
        raise KofuError(
            f"「{match[0]}」の単位が{node.type}ではありません", f"{match[0]!r} is not in {node.type}"
        )
    sign = _SIGNS[match["sign"]]
    return Comparison(sign, node, limit)  # type: ignore[arg-type]


def overlay_names(parameters: Mapping[str, Parameter]) -> Iterator[str]:
    """What an overlay may name."""
    for name, parameter in parameters.items():
        if parameter.rows:
            yield from (f"{name}[{number}]" for number in range(1, len(parameter.rows) + 1))
        else:
            yield name
