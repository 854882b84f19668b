"""Rules of one shape, that differ only in constants, worked out together: a table of parameter rows.

The constants that differ become columns of that table, which is joined with every firm: the engine reads one
expression instead of a hundred.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from kofu.rules.columns.form import (
    Column,
    Form,
    Integer,
    Logic,
    Parameter,
    Truth,
    children,
    is_truth,
    walk,
)
from kofu.rules.columns.nulls import Nulls
from kofu.rules.columns.ranges import Ranges
from kofu.rules.columns.select import declared, select
from kofu.rules.columns.sql import Dialect

_LARGEST = 2**62  # a parameter must be a narrow integer; a larger one makes its rule a family of its own


@dataclass(frozen=True)
class Family:
    """`form`: the common form, with parameters; `rows`: for each rule its name and its parameters."""

    form: Form
    rows: Mapping[str, tuple[int, ...]]


def families(results: Mapping[str, Form]) -> list[Family]:
    """Groups forms by shape. Every form is in exactly one family; a form without a like is alone in its own."""
    shapes: dict[Form, int] = {}
    known: dict[tuple[object, ...], int] = {}
    groups: dict[int, dict[str, Form]] = {}
    for name, form in results.items():
        groups.setdefault(_shape(form, shapes, known), {})[name] = form
    return [_family(group) for group in groups.values()]


def select_family(
    dialect: Dialect,
    family: Family,
    source: str,
    keep: Sequence[str] = (),
    certain: Collection[str] = (),
) -> str:
    """SQL that gives, for every row of `source` and every rule, `rule` (its name), `value` and what to `keep`.

    What depends on the firm alone is worked out once for each firm, before its row meets the parameters.
    """
    nulls, ranges = Nulls(certain), Ranges(declared(f for f in walk([family.form]) if isinstance(f, Column)))
    before: dict[Form, Column] = {}
    form = _without_firm_parts(family.form, before, ranges, {})
    firms = select(
        dialect, {column.name: part for part, column in before.items()}, source, keep, certain=certain
    )
    width = len(next(iter(family.rows.values())))
    columns = [f"p{i}" for i in range(width)]
    rows = ", ".join(
        "(" + ", ".join([_quoted(name), *map(dialect.constant, row)]) + ")"
        for name, row in family.rows.items()
    )
    joined = f"({firms}) AS f CROSS JOIN (VALUES {rows}) AS p({', '.join(['rule', *columns])})"
    sure = [column.name for part, column in before.items() if not nulls.may(part)]
    return select(dialect, {"value": form}, joined, [*keep, "rule"], parameters=columns, certain=sure)


def _without_firm_parts(
    form: Form, before: dict[Form, Column], ranges: Ranges, done: dict[Form, Form]
) -> Form:
    """The form with every largest part that has no parameter as a column, which `before` names."""
    if isinstance(form, Integer | Truth | Parameter):
        return form
    if form not in done:
        parts = children(form)
        if not any(isinstance(part, Parameter) for part in walk([form])):
            if form not in before:
                low, high = (0, 0) if is_truth(form) else ranges.of(form)
                kind: Literal["truth", "number"] = "truth" if is_truth(form) else "number"
                before[form] = Column(f"f{len(before)}", kind, low, high)
            done[form] = before[form]
        elif isinstance(form, Logic) and len(joined := _firm_items(form)) > 1:
            rest = tuple(item for item in form.items if item not in joined)
            items = (Logic(form.op, joined), *rest)
            done[form] = Logic(form.op, tuple(_without_firm_parts(i, before, ranges, done) for i in items))
        else:
            below = iter([_without_firm_parts(part, before, ranges, done) for part in parts])
            done[form] = _with_parts(form, below)
    return done[form]


def _firm_items(form: Logic) -> tuple[Form, ...]:
    return tuple(i for i in form.items if not any(isinstance(part, Parameter) for part in walk([i])))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _shape(form: Form, shapes: dict[Form, int], known: dict[tuple[object, ...], int]) -> int:
    """A number that two forms share when they differ only in constants."""
    if form not in shapes:
        if isinstance(form, Integer) and abs(form.value) < _LARGEST:
            key: tuple[object, ...] = ("constant",)
        else:
            below = tuple(_shape(child, shapes, known) for child in children(form))
            key = (type(form), *_plain_fields(form), *below)
        shapes[form] = known.setdefault(key, len(known))
    return shapes[form]


def _plain_fields(form: Form) -> Iterator[object]:
    """What a form says beside the forms below it, and how these are arranged."""
    for field in fields(form):
        value = getattr(form, field.name)
        if isinstance(value, tuple):
            yield len(value)
        elif not isinstance(value, Form):
            yield value


def _family(group: Mapping[str, Form]) -> Family:
    columns: dict[tuple[int, ...], Parameter] = {}
    done: dict[tuple[int, ...], Form] = {}
    forms = tuple(group.values())
    common = _unite(forms, columns, done)
    rows = zip(*columns, strict=True) if columns else (() for _ in forms)
    return Family(common, dict(zip(group, rows, strict=True)))


def _unite(
    forms: tuple[Form, ...], columns: dict[tuple[int, ...], Parameter], done: dict[tuple[int, ...], Form]
) -> Form:
    """The form that all are when its parameters have the values of each."""
    if all(form is forms[0] for form in forms):
        return forms[0]
    places = tuple(map(id, forms))
    if places not in done:
        if all(isinstance(form, Integer) for form in forms):
            values = tuple(form.value for form in forms if isinstance(form, Integer))
            done[places] = columns.setdefault(values, Parameter(len(columns), min(values), max(values)))
        else:
            below = iter([_unite(part, columns, done) for part in zip(*map(children, forms), strict=True)])
            done[places] = _with_parts(forms[0], below)
    return done[places]


def _with_parts(form: Form, below: Iterator[Form]) -> Form:
    """The form with other forms below it, in order."""
    changes: dict[str, Any] = {f.name: _rebuilt(getattr(form, f.name), below) for f in fields(form)}
    return replace(form, **changes)


def _rebuilt(value: object, below: Iterator[Form]) -> object:
    """A field of a form with the forms in it replaced, in order."""
    if isinstance(value, tuple):
        return tuple(_rebuilt(part, below) for part in value)
    return next(below) if isinstance(value, Form) else value
