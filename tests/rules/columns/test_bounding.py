"""Bounds of every row at once hold the exact value of every completion, and are exact where nothing is missing."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kofu.programme.model import Programme
from kofu.quoting.book import ASSUMED
from kofu.rules import bounds as by_classes
from kofu.rules import tree
from kofu.rules.check import default_rules
from kofu.rules.columns.bounding import Bounding
from kofu.rules.columns.duckdb import BEFORE, DUCKDB
from kofu.rules.columns.form import Column, Form, walk
from kofu.rules.columns.normal import Normaliser, setting_step
from kofu.rules.columns.select import select
from kofu.rules.exact import evaluate
from kofu.rules.rule import Rule
from kofu.rules.tree import CHOICE, TRUTH, Fact, FactSpec, Node, Number, Setting, Type, Value
from kofu.rules.units import RATIO

Case = dict[str, Value]
Source = Callable[[Normaliser, Column], Form | None]
KINDS = {"truth": "BOOLEAN"}
MANY = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def stated(normaliser: Normaliser, column: Column) -> Form:
    """Some rows have it."""
    return normaliser.forms.stated(column, column)


def bounded(
    connection: duckdb.DuckDBPyConnection,
    roots: Sequence[Node],
    cases: Sequence[Mapping[str, Value]],
    source: Source = stated,
    given_facts: frozenset[str] = frozenset(),
) -> list[list[tuple[Any, Any]]]:
    """Of each case, of each root: the least and the most, as DuckDB works them out."""
    normaliser = Normaliser(given_facts)
    found = [normaliser.normalise(root) for root in roots]
    bounding = Bounding(normaliser.forms, lambda column: source(normaliser, column))
    results: dict[str, Form] = {}
    for i, (form, _) in enumerate(found):
        results[f"l{i}"], results[f"h{i}"] = bounding.pair(form)
    columns = {form.name: form for form in walk(results.values()) if isinstance(form, Column)}
    heads = ["place BIGINT"] + [
        f"{DUCKDB.name_of(name)} {KINDS.get(column.kind, 'BIGINT')}" for name, column in columns.items()
    ]
    connection.execute(f"CREATE OR REPLACE TABLE cases ({', '.join(heads)})")
    data = [
        [i, *(normaliser.code(name, case[name]) if name in case else None for name in columns)]
        for i, case in enumerate(cases)
    ]
    connection.executemany(f"INSERT INTO cases VALUES ({', '.join('?' * len(heads))})", data)
    # A population says that nothing is unknown once bounds are taken: so does this.
    text = select(DUCKDB, results, "cases", keep=["place"], certain=list(columns))
    rows = connection.execute(f"SELECT * EXCLUDE (place) FROM ({text}) ORDER BY place").fetchall()
    denominators = [denominator for _, denominator in found]
    return [
        [(_read(row[2 * i], d), _read(row[2 * i + 1], d)) for i, d in enumerate(denominators)] for row in rows
    ]


def _read(value: Any, denominator: int) -> Any:
    assert value is not None, "a bound is never unknown"
    return value if isinstance(value, bool) else Fraction(int(value), denominator)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    for statement in BEFORE:
        made.execute(statement)
    return made


# --- every rule of the catalogue


@pytest.fixture(scope="module")
def rules(catalogue: list[Programme]) -> list[Rule]:
    return [rule for programme in catalogue for rule in default_rules(programme)]


def _leaves(rule: Rule) -> tuple[list[Fact | Setting], list[Fraction]]:
    nodes = list(tree.walk(*rule.roots))
    leaves = {n.name: n for n in nodes if isinstance(n, Fact) or (isinstance(n, Setting) and n.is_open)}
    constants = [n.value for n in nodes if isinstance(n, Number)]
    constants += [value for n in nodes if isinstance(n, Setting) for value in (n.low, n.high)]
    return list(leaves.values()), constants


def _value(node: Fact | Setting, constants: Sequence[Fraction], chance: random.Random) -> Value:
    """Mostly at the rule's own constants, or a step beside them; a firm rather than a secretariat."""
    if node.name in ASSUMED and chance.random() < 0.7:
        return ASSUMED[node.name]
    if isinstance(node, Fact) and node.type.kind == "truth":
        return chance.random() < 0.7
    if isinstance(node, Fact) and node.type.kind == "choice":
        return chance.choice(node.spec.choices)
    if isinstance(node, Setting):
        low, high, step = node.low, node.high, setting_step(node)
        if node.options:
            return chance.choice(node.options)
    else:
        low, high, step = node.spec.low, node.spec.high, node.spec.step
    value = chance.choice([*(c for c in constants if low <= c <= high), low, high])
    value = chance.choice([value, value * 3, Fraction(chance.randint(0, 10**8))])
    value += chance.choice([-1, 0, 1]) * step
    return min(max(value // step * step, low), high)


@pytest.mark.parametrize("gaps", [0.0, 0.15, 0.6])
def test_of_every_rule(gaps: float, rules: list[Rule], connection: duckdb.DuckDBPyConnection) -> None:
    chance = random.Random(f"bounds {gaps}")
    unsure = narrowed = 0
    for rule in rules if gaps == 0.15 else chance.sample(rules, 60):
        leaves, constants = _leaves(rule)
        whole = [{leaf.name: _value(leaf, constants, chance) for leaf in leaves} for _ in range(8)]
        cases = [{n: v for n, v in full.items() if chance.random() >= gaps} for full in whole]
        roots = [rule.eligible, rule.total]
        for full, case, pairs in zip(whole, cases, bounded(connection, roots, cases), strict=True):
            completions = [full]
            for _ in range(6):
                completions.append({leaf.name: _value(leaf, constants, chance) for leaf in leaves} | case)
            for node, (low, high) in zip(roots, pairs, strict=True):
                if evaluate(node, case) is not None:
                    assert low == high == evaluate(node, case), (rule.programme, rule.key, case)
                for one in completions:
                    assert low <= evaluate(node, one) <= high, (rule.programme, rule.key, case, one)
            found = by_classes.estimate(rule, case).total
            low, high = pairs[1]
            # What is sure here is sure there: the careful reader is never the wider of the two.
            assert low <= found.low, (rule.programme, rule.key, case)
            assert found.high <= high, (rule.programme, rule.key, case)
            unsure += low < high
            narrowed += (low, high) != (found.low, found.high)
    assert (unsure > 0) == (gaps > 0)
    assert narrowed <= unsure // 5, "the columns lose too much against the reader of one case"


def test_facts_that_no_row_has(rules: list[Rule], connection: duckdb.DuckDBPyConnection) -> None:
    """A column that is not there gives the bounds of one that is empty."""
    chance = random.Random("no column")
    for rule in chance.sample(rules, 40):
        leaves, constants = _leaves(rule)
        missing = {leaf.name for leaf in leaves if chance.random() < 0.4}
        cases = [
            {leaf.name: _value(leaf, constants, chance) for leaf in leaves if leaf.name not in missing}
            for _ in range(5)
        ]

        def lacking(normaliser: Normaliser, column: Column, missing: set[str] = missing) -> Form | None:
            return None if column.name in missing else column

        roots = [rule.eligible, rule.total]
        assert bounded(connection, roots, cases, lacking) == bounded(connection, roots, cases), rule.key


# --- random trees

NUMBER = Type("number", RATIO)
TRADES = ("製造業", "卸売業", "小売業")


def _fact(name: str, low: int, high: int, step: Fraction = Fraction(1)) -> Fact:
    return Fact(FactSpec(name, NUMBER, "", Fraction(low), Fraction(high), step), name)


COST, GAIN = _fact("費用", 0, 12), _fact("損益", -6, 6, Fraction(1, 2))
TRADE = Fact(FactSpec("業種", CHOICE, "", choices=TRADES), "業種")
RAISES, READY = (Fact(FactSpec(name, TRUTH, ""), name) for name in ("賃上げ", "準備"))
RANGE: dict[str, Sequence[Value]] = {
    COST.name: range(13),
    GAIN.name: [Fraction(n, 2) for n in range(-12, 13)],
    TRADE.name: TRADES,
    RAISES.name: (True, False),
    READY.name: (True, False),
}


def _number(value: Fraction | int) -> Number:
    return Number(Fraction(value), NUMBER)


def _numbers(depth: int) -> st.SearchStrategy[Node]:
    leaf = st.one_of(st.sampled_from([COST, COST, GAIN]), st.integers(-3, 8).map(_number))
    if not depth:
        return leaf
    below = st.deferred(lambda: _numbers(depth - 1))
    conditions = st.deferred(lambda: _truths(depth - 1))
    rate = st.sampled_from([Fraction(2, 3), Fraction(-1, 2), Fraction(0)]).map(_number)
    return st.one_of(
        leaf,
        st.builds(lambda op, a, b: tree.Arithmetic(op, a, b, NUMBER), st.sampled_from("+-*"), below, below),
        st.builds(lambda a, b: tree.Arithmetic("*", a, b, NUMBER), below, rate),
        st.builds(
            lambda op, a, b: tree.Extreme(op, (a, b), NUMBER), st.sampled_from(["min", "max"]), below, below
        ),
        st.builds(
            lambda b, o: tree.Case(tuple(b), o, NUMBER),
            st.lists(st.tuples(conditions, below), min_size=1, max_size=3),
            below,
        ),
        st.builds(
            lambda d, i: tree.Rounded(d, Fraction(2), i, NUMBER),
            st.sampled_from(["down", "up", "half_up"]),
            below,
        ),
    )


def _choices(depth: int) -> st.SearchStrategy[Node]:
    leaf = st.one_of(st.just(TRADE), st.sampled_from([*TRADES, "他"]).map(tree.Choice))
    if not depth:
        return leaf
    below = st.deferred(lambda: _choices(depth - 1))
    conditions = st.deferred(lambda: _truths(depth - 1))
    branches = st.lists(st.tuples(conditions, below), min_size=1, max_size=2)
    return st.one_of(leaf, st.builds(lambda b, o: tree.Case(tuple(b), o, CHOICE), branches, below))


def _truths(depth: int) -> st.SearchStrategy[Node]:
    leaf: st.SearchStrategy[Node] = st.sampled_from([RAISES, READY])
    if not depth:
        return leaf
    below = st.deferred(lambda: _truths(depth - 1))
    numbers, choices = (st.deferred(lambda make=make: make(depth - 1)) for make in (_numbers, _choices))
    equal = st.sampled_from(["==", "!="])
    return st.one_of(
        leaf,
        st.builds(tree.Comparison, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), numbers, numbers),
        st.builds(tree.Comparison, equal, choices, choices),
        st.builds(tree.Comparison, equal, below, below),
        st.builds(tree.Member, choices, st.lists(st.sampled_from(TRADES), max_size=2).map(tuple)),
        st.builds(
            lambda op, items: tree.Logic(op, tuple(items)),
            st.sampled_from(["and", "or"]),
            st.lists(below, min_size=2, max_size=3),
        ),
        st.builds(tree.Not, below),
        st.builds(
            lambda b, o: tree.Case(tuple(b), o, TRUTH),
            st.lists(st.tuples(below, below), min_size=1, max_size=2),
            below,
        ),
    )


FULL = st.fixed_dictionaries({name: st.sampled_from(list(values)) for name, values in RANGE.items()})
HIDDEN = st.sets(st.sampled_from(list(RANGE)))


@MANY
@given(
    st.tuples(_numbers(3), _truths(3)),
    st.lists(st.tuples(FULL, HIDDEN), min_size=1, max_size=6),
    st.randoms(),
)
def test_of_random_trees(
    connection: duckdb.DuckDBPyConnection,
    roots: tuple[Node, ...],
    rows: list[tuple[Case, set[str]]],
    chance: random.Random,
) -> None:
    cases = [{n: v for n, v in full.items() if n not in hidden} for full, hidden in rows]
    for (full, _), case, pairs in zip(rows, cases, bounded(connection, roots, cases), strict=True):
        completions = [full] + [
            {n: chance.choice(list(v)) for n, v in RANGE.items()} | case for _ in range(8)
        ]
        for node, (low, high) in zip(roots, pairs, strict=True):
            if len(case) == len(RANGE):
                assert low == high
            for one in completions:
                value = evaluate(node, one)
                assert low <= value <= high  # type: ignore[operator]


@MANY
@given(st.tuples(_numbers(3), _truths(3)), st.lists(FULL, min_size=1, max_size=6), HIDDEN, st.randoms())
def test_another_form_that_stands_for_a_column(
    connection: duckdb.DuckDBPyConnection,
    roots: tuple[Node, ...],
    rows: list[Case],
    missing: set[str],
    chance: random.Random,
) -> None:
    """A truth value that follows from others, and a number that follows from one that may itself be unknown."""
    ready = tree.Comparison(">=", COST, _number(5))
    gain = tree.Arithmetic("-", COST, _number(6), NUMBER)
    missing -= {READY.name, GAIN.name}

    def replaced(normaliser: Normaliser, column: Column) -> Form | None:
        if column.name == READY.name:
            return normaliser.normalise(ready)[0]
        if column.name == GAIN.name:  # counted in halves
            form, _ = normaliser.normalise(gain)
            return normaliser.forms.times(form, 2)
        return None if column.name in missing else column

    cases = [{n: v for n, v in row.items() if n not in missing} for row in rows]
    for row, case, pairs in zip(rows, cases, bounded(connection, roots, cases, replaced), strict=True):
        for _ in range(6):
            one = row | {n: chance.choice(list(RANGE[n])) for n in missing}
            one |= {READY.name: evaluate(ready, one), GAIN.name: evaluate(gain, one)}  # type: ignore[dict-item]
            for node, (low, high) in zip(roots, pairs, strict=True):
                assert low <= evaluate(node, one) <= high  # type: ignore[operator]
                assert missing or low == high, case


@MANY
@given(FULL, st.none() | st.booleans(), HIDDEN)
def test_a_derived_fact_that_some_rows_state(
    connection: duckdb.DuckDBPyConnection, full: Case, said: bool | None, hidden: set[str]
) -> None:
    """What a row states goes before what would follow; where it states nothing, what follows is bounded."""
    derived = tree.Named("小さい", tree.Comparison("<=", COST, _number(3)))
    root = tree.Case(((derived, _number(10)),), GAIN, NUMBER)
    case: Case = {n: v for n, v in full.items() if n not in hidden}
    if said is not None:
        case["小さい"] = said
    [[(low, high)]] = bounded(connection, [root], [case], given_facts=frozenset(["小さい"]))
    exact = evaluate(root, case | full)
    assert low <= exact <= high  # type: ignore[operator]
    if said or not hidden & {COST.name, GAIN.name}:
        assert low == high
    if said is False and GAIN.name in hidden:
        assert (low, high) == (-6, 6)
