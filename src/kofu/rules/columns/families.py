"""Rules of one shape, that differ only in constants, worked out together: a table of parameter rows.

The constants that differ become columns of that table, which is joined with every firm: the engine reads one
expression instead of a hundred.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from kofu.rules.columns.form import Form, Integer, Parameter, children
from kofu.rules.columns.select import select
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


def select_family(dialect: Dialect, family: Family, source: str, keep: Sequence[str] = ()) -> str:
    """SQL that gives, for every row of `source` and every rule, `rule` (its name), `value` and what to `keep`."""
    width = len(next(iter(family.rows.values())))
    columns = [f"p{i}" for i in range(width)]
    rows = ", ".join(
        "(" + ", ".join([_quoted(name), *map(dialect.constant, row)]) + ")"
        for name, row in family.rows.items()
    )
    parameters = f"(VALUES {rows}) AS p({', '.join(['rule', *columns])})"
    joined = f"{source} CROSS JOIN {parameters}"
    return select(dialect, {"value": family.form}, joined, keep=[*keep, "rule"], parameters=columns)


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
            changes: dict[str, Any] = {f.name: _rebuilt(getattr(forms[0], f.name), below) for f in fields(forms[0])}
            done[places] = replace(forms[0], **changes)
    return done[places]


def _rebuilt(value: object, below: Iterator[Form]) -> object:
    """A field of a form with the forms in it replaced, in order."""
    if isinstance(value, tuple):
        return tuple(_rebuilt(part, below) for part in value)
    return next(below) if isinstance(value, Form) else value
