"""From rules to the statements that work them out over a table, and what must hold of that table.

made = plan(rules, "firms")                 # kept: the same rules are planned once
row = connection.execute(made.survey).fetchone()
made = plan(rules, "firms", certain=made.surveyed(row))   # refuses values outside the declared ranges
for statement in made.statements: connection.execute(statement)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from kofu.errors import KofuError
from kofu.rules.columns.batches import batches
from kofu.rules.columns.duckdb import DUCKDB
from kofu.rules.columns.form import Column, Form, walk
from kofu.rules.columns.normal import Normaliser
from kofu.rules.columns.select import declared, select
from kofu.rules.columns.sql import Dialect
from kofu.rules.rule import AMOUNT, Rule
from kofu.rules.tree import Node, Type

ELIGIBLE = "判定"
_PLANS = 64  # of so many different questions the plan is kept


@dataclass(frozen=True)
class Result:
    """A column of a statement: what it is worth is its integer / `denominator`; a truth value as it is."""

    column: str
    programme: str
    key: str
    """Of the benefit."""
    what: str
    """判定, 支援額 (0 for one who is not eligible), or the name of a share or an output."""
    type: Type
    denominator: int


@dataclass(frozen=True)
class Input:
    """A column that the rules read: a number is its integer × `step`; a choice is its place in `choices`."""

    name: str
    kind: str
    low: int
    high: int
    step: Fraction
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What to run. Each statement gives the columns to keep and some of the results, for every row.

    `results` are in the order of the rules; which statement has a column is of no order.
    """

    statements: tuple[str, ...]
    results: tuple[Result, ...]
    inputs: tuple[Input, ...]
    survey: str
    """Gives one row to be read by `surveyed`; "" where the rules read nothing."""

    def surveyed(self, row: Sequence[Any]) -> frozenset[str]:
        """The columns in which nothing is unknown.

        Raises:
            KofuError: when a column holds what is outside its declared range, for which nothing is proved.
        """
        rows, *found = row
        certain = []
        for i, column in enumerate(self.inputs):
            known, low, high = found[3 * i : 3 * i + 3]
            if known and (int(low) < column.low or int(high) > column.high):
                raise _outside(column, int(low) if int(low) < column.low else int(high))
            if known == rows:
                certain.append(column.name)
        return frozenset(certain)


def plan(
    rules: Sequence[Rule],
    source: str,
    dialect: Dialect = DUCKDB,
    *,
    keep: Sequence[str] = (),
    totals_only: bool = False,
    given: Collection[str] = (),
    settings: Mapping[str, Fraction] | None = None,
    missing: Collection[str] = (),
    certain: Collection[str] = (),
) -> Plan:
    """The statements that work out `rules` for every row of `source` (a table, or a subquery in brackets).

    `keep`: columns passed on. `given`: derived facts of which `source` has a column, which counts where it is
    not NULL. `settings`: values for open parameters, else they are columns. `missing`: columns that `source`
    does not have, unknown in every row. `certain`: columns without NULL, as `Plan.surveyed` finds them.
    """
    question = (
        source,
        dialect,
        tuple(keep),
        totals_only,
        frozenset(given),
        tuple(sorted((settings or {}).items())),
        frozenset(missing),
        frozenset(certain),
    )
    return _plan(tuple(_Hashed(rule) for rule in rules), *question)


class _Hashed:
    """A rule that is equal to any other of the same hash."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def __hash__(self) -> int:
        return hash(self.rule.hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashed) and _identity(self.rule) == _identity(other.rule)


def _identity(rule: Rule) -> tuple[str, str, str]:
    return rule.programme, rule.key, rule.hash


@lru_cache(_PLANS)
def _plan(
    rules: tuple[_Hashed, ...],
    source: str,
    dialect: Dialect,
    keep: tuple[str, ...],
    totals_only: bool,
    given: frozenset[str],
    settings: tuple[tuple[str, Fraction], ...],
    missing: frozenset[str],
    certain: frozenset[str],
) -> Plan:
    normaliser = Normaliser(given, dict(settings))
    results: list[Result] = []
    forms: list[dict[str, Form]] = []
    for hashed in rules:
        rule, own = hashed.rule, {}
        for what, node in _parts(rule, totals_only):
            form, denominator = normaliser.normalise(node)
            name = f"r{len(results)}"
            results.append(Result(name, rule.programme, rule.key, what, node.type, denominator))
            own[name] = form
        forms.append(own)
    statements = tuple(
        select(dialect, batch, source, keep, missing=missing, certain=certain) for batch in batches(forms)
    )
    inputs = _inputs([form for own in forms for form in own.values()], normaliser, missing)
    return Plan(statements, tuple(results), inputs, _survey(dialect, inputs, source))


def _parts(rule: Rule, totals_only: bool) -> Iterator[tuple[str, Node]]:
    yield ELIGIBLE, rule.eligible
    yield AMOUNT, rule.total
    if not totals_only:
        yield from rule.shares.items()
        yield from ((name, node) for name, node in rule.outputs.items() if node.type.kind != "choice")


def _inputs(forms: list[Form], normaliser: Normaliser, missing: frozenset[str]) -> tuple[Input, ...]:
    columns = [form for form in walk(forms) if isinstance(form, Column) and form.name not in missing]
    ranges, kinds = declared(columns), {form.name: form.kind for form in columns}
    return tuple(
        Input(
            name,
            kinds[name],
            *((0, 1) if kinds[name] == "truth" else bounds),
            normaliser.steps.get(name, Fraction(1)),
            normaliser.choices.get(name, ()),
        )
        for name, bounds in ranges.items()
    )


def _survey(dialect: Dialect, inputs: tuple[Input, ...], source: str) -> str:
    if not inputs:
        return ""
    parts = ["count(*)"]
    for column in inputs:
        name = dialect.name_of(column.name)
        name = f"CASE WHEN {name} THEN 1 WHEN NOT {name} THEN 0 END" if column.kind == "truth" else name
        parts += [f"count({name})", f"min({name})", f"max({name})"]
    return f"SELECT {', '.join(parts)} FROM {source} AS s"


def _outside(column: Input, value: int) -> KofuError:
    low, high, found = (number * column.step for number in (column.low, column.high, value))
    return KofuError(
        f"列「{column.name}」に {found} があり、{low} から {high} までの範囲を外れます。その行を直してください。",
        f"The column “{column.name}” holds {found}, outside {low} to {high}; correct that row.",
    )
