"""Every rule of the catalogue gives the same in columns, compiled and exact: at its own boundaries, with gaps."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from kofu.programme.model import Programme
from kofu.rules.check import default_rules
from kofu.rules.columns.duckdb import BEFORE, DUCKDB
from kofu.rules.columns.normal import setting_step
from kofu.rules.columns.plan import ELIGIBLE, Plan, plan
from kofu.rules.columns.python import compile_roots
from kofu.rules.exact import evaluate
from kofu.rules.rule import AMOUNT, Rule
from kofu.rules.tree import Fact, Node, Number, Setting, Value, walk

Row = dict[str, Value]


@pytest.fixture(scope="module")
def rules(catalogue: list[Programme]) -> list[Rule]:
    return [rule for programme in catalogue for rule in default_rules(programme)]


def _rows(rules: list[Rule], count: int, chance: random.Random, gaps: float) -> list[Row]:
    """Cases whose numbers stand at the rules' own constants, one step beside them, and at the declared ends."""
    nodes = list(walk(*(root for rule in rules for root in rule.roots)))
    facts = {node.name: node for node in nodes if isinstance(node, Fact)}
    settings = {node.name: node for node in nodes if isinstance(node, Setting) and node.is_open}
    constants = [node.value for node in nodes if isinstance(node, Number)]
    constants += [value for node in nodes if isinstance(node, Setting) for value in (node.low, node.high)]
    return [
        {
            name: _of(fact, constants, chance)
            for name, fact in (settings | facts).items()
            if chance.random() >= gaps
        }
        for _ in range(count)
    ]


def _of(node: Fact | Setting, constants: list[Fraction], chance: random.Random) -> Value:
    if isinstance(node, Fact) and node.type.kind == "truth":
        return chance.random() < 0.7
    if isinstance(node, Fact) and node.type.kind == "choice":
        return chance.choice(node.spec.choices)
    low, high, step = _bounds(node)
    value = chance.choice([*(c for c in constants if low <= c <= high), low, high])
    value = chance.choice([value, value * 3, value * 3 / 2, Fraction(chance.randint(0, 10**8))])
    value += chance.choice([-1, 0, 1]) * step
    return min(max(value // step * step, low), high)


def _bounds(node: Fact | Setting) -> tuple[Fraction, Fraction, Fraction]:
    if isinstance(node, Setting):
        return node.low, node.high, setting_step(node)
    return node.spec.low, node.spec.high, node.spec.step


def _table(connection: duckdb.DuckDBPyConnection, made: Plan, rows: list[Row]) -> None:
    types = {"truth": "BOOLEAN"}
    columns = ", ".join(f"{DUCKDB.name_of(i.name)} {types.get(i.kind, 'BIGINT')}" for i in made.inputs)
    connection.execute(f"CREATE OR REPLACE TABLE firms (place BIGINT, {columns})")
    data = [
        [place, *(None if i.name not in row else _held(i, row[i.name]) for i in made.inputs)]
        for place, row in enumerate(rows)
    ]
    connection.executemany(f"INSERT INTO firms VALUES ({', '.join('?' * (len(made.inputs) + 1))})", data)


def _held(column: Any, value: Value) -> int | bool:
    if isinstance(value, bool):
        return value
    return column.choices.index(value) if isinstance(value, str) else int(value / column.step)


def _found(connection: duckdb.DuckDBPyConnection, made: Plan) -> Iterator[tuple[str, str, str, list[Any]]]:
    results = {result.column: result for result in made.results}
    for statement in made.statements:
        found = connection.execute(f"SELECT * EXCLUDE (place) FROM ({statement}) ORDER BY place")
        names = [name for name, *_ in found.description or ()]
        for name, values in zip(names, zip(*found.fetchall(), strict=True), strict=True):
            result = results.pop(name)
            exact = [
                v if v is None or isinstance(v, bool) else Fraction(v, result.denominator) for v in values
            ]
            yield result.programme, result.key, result.what, exact
    assert not results


def _nodes(rule: Rule) -> dict[str, Node]:
    outputs = {name: node for name, node in rule.outputs.items() if node.type.kind != "choice"}
    return {ELIGIBLE: rule.eligible, AMOUNT: rule.total, **rule.shares, **outputs}


@pytest.mark.parametrize("gaps", [0.0, 0.1, 0.5])
def test_all_rules_in_duckdb_and_compiled(rules: list[Rule], gaps: float) -> None:
    rows = _rows(rules, 40, random.Random(f"columns {gaps}"), gaps)
    connection = duckdb.connect()
    for statement in BEFORE:
        connection.execute(statement)
    made = plan(rules, "firms", keep=["place"])
    _table(connection, made, rows)
    made = plan(
        rules,
        "firms",
        keep=["place"],
        certain=made.surveyed(connection.execute(made.survey).fetchone() or ()),
    )
    columns = {(p, key, what): values for p, key, what, values in _found(connection, made)}
    for rule in rules:
        nodes = _nodes(rule)
        run = compile_roots(list(nodes.values()))
        exact = {what: [evaluate(node, row) for row in rows] for what, node in nodes.items()}
        assert dict(zip(nodes, zip(*map(run, rows), strict=True), strict=True)) == {
            what: tuple(values) for what, values in exact.items()
        }, rule.key
        assert {what: columns[rule.programme, rule.key, what] for what in nodes} == exact, rule.key
