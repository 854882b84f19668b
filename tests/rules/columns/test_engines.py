"""Every engine gives what the exact reader gives: on random rules, and on the rows on which engines differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.rules import tree
from kofu.rules.columns.duckdb import BEFORE, DUCKDB
from kofu.rules.columns.form import Form
from kofu.rules.columns.normal import Normaliser
from kofu.rules.columns.postgres import POSTGRES
from kofu.rules.columns.python import compile_roots
from kofu.rules.columns.select import select
from kofu.rules.columns.spark import SPARK
from kofu.rules.exact import evaluate
from kofu.rules.tree import CHOICE, TRUTH, FactSpec, Node, Type, Value
from kofu.rules.units import RATIO

NUMBER = Type("number", RATIO)
WIDE = 10**15
TRADES = ("製造業", "卸売業", "小売業", "宿泊業", "農業・林業")
KINDS = ("会社", "小売業", "製造業")

Row = Mapping[str, Value | None]


def fact(name: str, low: int, high: int, step: Fraction = Fraction(1)) -> tree.Fact:
    return tree.Fact(FactSpec(name, NUMBER, "", Fraction(low), Fraction(high), step), name)


COST = fact('補助対象 経費"`の額', 0, WIDE)
BALANCE = fact("損益", -WIDE, WIDE)
STAFF = fact("従業員数", 0, 10_000)
SHARE = fact("割合", 0, 1, Fraction(1, 1000))
TRADE = tree.Fact(FactSpec("業種", CHOICE, "", choices=TRADES), "業種")
KIND = tree.Fact(FactSpec("種別", CHOICE, "", choices=KINDS), "種別")
RAISES = tree.Fact(FactSpec("賃上げ", TRUTH, ""), "賃上げ")
CHECKED = tree.Fact(FactSpec("確認済み", TRUTH, ""), "確認済み")
RATE = tree.Setting("補助率", Fraction(0), Fraction(3, 4), (), NUMBER, "3/4以内")
SETTLED = tree.Setting("単価", Fraction(5, 2), Fraction(5, 2), (), NUMBER, "2.5円")


def number(value: Fraction | int) -> tree.Number:
    return tree.Number(Fraction(value), NUMBER)


# --- random rules

RATES = st.sampled_from(
    [Fraction(2, 3), Fraction(1, 2), Fraction(29, 100), Fraction(6667, 10_000), Fraction(-3, 7)]
)
NUMBERS = st.one_of(
    st.sampled_from([COST, COST, BALANCE, STAFF, SHARE, RATE, SETTLED]),
    st.integers(-3, 3).map(number),
    st.sampled_from([10_000_000, 999, WIDE]).map(number),
    RATES.map(number),
)
CHOICES = st.one_of(
    st.sampled_from([TRADE, KIND]), st.sampled_from([*TRADES, "知らない区分"]).map(tree.Choice)
)
TRUTHS = st.sampled_from([RAISES, CHECKED])


def _case(
    values: st.SearchStrategy[Node], truths: st.SearchStrategy[Node], type_: Type
) -> st.SearchStrategy[Node]:
    branches = st.lists(st.tuples(truths, values), min_size=1, max_size=3).map(tuple)
    return st.builds(lambda b, o: tree.Case(b, o, type_), branches, values)


def _numbers(depth: int) -> st.SearchStrategy[Node]:
    if not depth:
        return NUMBERS
    below = st.deferred(lambda: _numbers(depth - 1))
    rates = RATES.map(number)
    return st.one_of(
        NUMBERS,
        st.builds(lambda op, a, b: tree.Arithmetic(op, a, b, NUMBER), st.sampled_from("+-"), below, below),
        st.builds(lambda a, b: tree.Arithmetic("*", a, b, NUMBER), below, st.one_of(rates, NUMBERS)),
        st.builds(lambda a, b: tree.Arithmetic("/", a, b, NUMBER), below, rates),
        st.builds(
            lambda op, i: tree.Extreme(op, tuple(i), NUMBER),
            st.sampled_from(["min", "max"]),
            st.lists(below, min_size=2, max_size=3),
        ),
        _case(below, st.deferred(lambda: _truths(depth - 1)), NUMBER),
        st.builds(
            lambda d, s, i: tree.Rounded(d, s, i, NUMBER),
            st.sampled_from(["down", "up", "half_up"]),
            st.sampled_from([Fraction(1), Fraction(1000), Fraction(1, 10)]),
            below,
        ),
        st.builds(tree.Named, st.just("定めた額"), below),
    )


def _choices(depth: int) -> st.SearchStrategy[Node]:
    if not depth:
        return CHOICES
    below = st.deferred(lambda: _choices(depth - 1))
    return st.one_of(CHOICES, _case(below, st.deferred(lambda: _truths(depth - 1)), CHOICE))


def _truths(depth: int) -> st.SearchStrategy[Node]:
    if not depth:
        return TRUTHS
    below = st.deferred(lambda: _truths(depth - 1))
    numbers = st.deferred(lambda: _numbers(depth - 1))
    choices = st.deferred(lambda: _choices(depth - 1))
    orders = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    equal = st.sampled_from(["==", "!="])
    return st.one_of(
        TRUTHS,
        st.builds(tree.Comparison, orders, numbers, numbers),
        st.builds(tree.Comparison, equal, choices, choices),
        st.builds(tree.Comparison, equal, below, below),
        st.builds(tree.Member, choices, st.lists(st.sampled_from(TRADES), max_size=4).map(tuple)),
        st.builds(
            lambda op, i: tree.Logic(op, tuple(i)),
            st.sampled_from(["and", "or"]),
            st.lists(below, min_size=2, max_size=4),
        ),
        st.builds(tree.Not, below),
        _case(below, below, TRUTH),
    )


def _whole(low: int, high: int) -> st.SearchStrategy[int]:
    edges = st.sampled_from(
        [low, low + 1, high - 1, high, *[v for v in (0, 1, 2, 14_999_999, 15_000_001) if v < high]]
    )
    return st.one_of(
        edges,
        st.integers(low, high),
        st.integers(0, 300).map(lambda k: min(k * 3 - 1, high)).filter(lambda v: v >= low),
    )


ROW = st.fixed_dictionaries(
    {
        COST.name: st.none() | _whole(0, WIDE),
        BALANCE.name: st.none() | _whole(-WIDE, WIDE),
        STAFF.name: st.none() | _whole(0, 10_000),
        SHARE.name: st.none() | _whole(0, 1000).map(lambda k: Fraction(k, 1000)),
        RATE.name: st.none() | st.sampled_from([Fraction(0), Fraction(2, 3), Fraction(1, 2), Fraction(3, 4)]),
        TRADE.name: st.none() | st.sampled_from(TRADES),
        KIND.name: st.none() | st.sampled_from(KINDS),
        RAISES.name: st.none() | st.booleans(),
        CHECKED.name: st.none() | st.booleans(),
    }
)
ROOTS = st.tuples(_numbers(3), _truths(3))
ROWS = st.lists(ROW, min_size=1, max_size=12)


# --- engines: (roots, rows) → the values of the roots for each row


def coded(normaliser: Normaliser, row: Row) -> dict[str, int | bool | None]:
    """A row as the columns hold it."""
    read = {*normaliser.steps, *normaliser.choices, RAISES.name, CHECKED.name}
    return {n: None if v is None or n not in read else normaliser.code(n, v) for n, v in row.items()}


def by_sql(dialect: Any, run: Callable[[str], list[tuple[Any, ...]]]) -> Callable[..., list[tuple[Any, ...]]]:
    def engine(roots: Sequence[Node], rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        normaliser = Normaliser()
        forms = [normaliser.normalise(root) for root in roots]
        data = [coded(normaliser, row) for row in rows]
        names = list(rows[0])
        kinds = {RAISES.name: "BOOLEAN", CHECKED.name: "BOOLEAN"}
        lines = " UNION ALL ".join(
            f"SELECT {i} AS place, "
            + ", ".join(
                f"CAST({'NULL' if row[n] is None else row[n]} AS {kinds.get(n, 'BIGINT')}) AS {dialect.name_of(n)}"
                for n in names
            )
            for i, row in enumerate(data)
        )
        results: dict[str, Form] = {f"r{i}": form for i, (form, _) in enumerate(forms)}
        text = select(dialect, results, f"({lines}) AS source", keep=["place"])
        found = sorted(run(text), key=lambda row: row[0])
        return [tuple(map(_value, row[1:], (d for _, d in forms))) for row in found]

    return engine


def _value(found: Any, denominator: int) -> Any:
    return found if found is None or isinstance(found, bool) else Fraction(int(found), denominator)


@pytest.fixture(scope="module")
def duck() -> Callable[..., list[tuple[Any, ...]]]:
    connection = duckdb.connect()
    for statement in BEFORE:
        connection.execute(statement)
    return by_sql(DUCKDB, lambda text: connection.execute(text).fetchall())


def compiled(roots: Sequence[Node], rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    rule = compile_roots(roots)
    return [rule(row) for row in rows]  # type: ignore[arg-type]


def expected(roots: Sequence[Node], rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return [tuple(evaluate(root, row) for root in roots) for row in rows]  # type: ignore[arg-type]


def by_polars(roots: Sequence[Node], rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    polars = pytest.importorskip("polars", reason="Polars is not installed")
    from kofu.rules.columns.polars import work_out

    normaliser = Normaliser()
    forms = [normaliser.normalise(root) for root in roots]
    kinds = {RAISES.name: polars.Boolean, CHECKED.name: polars.Boolean}
    schema = {name: kinds.get(name, polars.Int64) for name in rows[0]}
    frame = polars.LazyFrame([coded(normaliser, row) for row in rows], schema=schema)
    found = work_out(frame, {f"r{i}": form for i, (form, _) in enumerate(forms)}).collect()
    names = [f"r{i}" for i in range(len(forms))]
    return [tuple(map(_value, row, (d for _, d in forms))) for row in found.select(names).iter_rows()]


def answer(engine: Any, roots: Sequence[Node], rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """What an engine says; rules too large for its integers are refused, and not the subject here."""
    try:
        return engine(roots, rows)
    except KofuError:
        assume(False)
        raise


MANY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
SOME = settings(MANY, max_examples=60)
FEW = settings(MANY, max_examples=25)


@MANY
@given(ROOTS, ROWS)
def test_compiled_python_is_the_exact_reader(roots: tuple[Node, ...], rows: list[Row]) -> None:
    assert compiled(roots, rows) == expected(roots, rows)


@SOME
@given(ROOTS, ROWS)
def test_duckdb_is_the_exact_reader(duck: Any, roots: tuple[Node, ...], rows: list[Row]) -> None:
    assert answer(duck, roots, rows) == expected(roots, rows)


@SOME
@given(ROOTS, ROWS)
def test_polars_is_the_exact_reader(roots: tuple[Node, ...], rows: list[Row]) -> None:
    assert answer(by_polars, roots, rows) == expected(roots, rows)


@FEW
@given(ROOTS, ROWS)
def test_postgres_is_the_exact_reader(postgres: Any, roots: tuple[Node, ...], rows: list[Row]) -> None:
    assert answer(by_sql(POSTGRES, postgres), roots, rows) == expected(roots, rows)


@FEW
@given(ROOTS, ROWS)
def test_spark_is_the_exact_reader(spark: Any, roots: tuple[Node, ...], rows: list[Row]) -> None:
    assert answer(by_sql(SPARK, spark), roots, rows) == expected(roots, rows)


# --- the rows on which engines differ


def times(left: Node, right: Node) -> Node:
    return tree.Arithmetic("*", left, right, NUMBER)


def down(item: Node) -> Node:
    return tree.Rounded("down", Fraction(1), item, NUMBER)


SMALL = tree.Logic("or", (tree.Member(TRADE, TRADES[1:4]), tree.Comparison("<=", STAFF, number(20))))
USUAL = down(
    tree.Extreme(
        "min",
        (
            times(COST, tree.Case(((SMALL, number(Fraction(2, 3))),), number(Fraction(1, 2)), NUMBER)),
            tree.Case(((RAISES, number(10_000_000)),), number(5_000_000), NUMBER),
        ),
        NUMBER,
    )
)
"""2/3 for small firms, 1/2 for others, at most 10 million yen with a raise of wages, else 5 million."""
AWKWARD = tuple(
    down(times(COST, number(Fraction(n, d)))) for n, d in ((7, 10), (29, 100), (100, 110), (6667, 10_000))
)
LOSS = tuple(
    tree.Rounded(direction, Fraction(1000), times(BALANCE, number(Fraction(2, 3))), NUMBER)
    for direction in ("down", "up", "half_up")
)
HUGE = down(times(times(STAFF, BALANCE), number(Fraction(6667, 10_000))))
DIRECTED = (USUAL, *AWKWARD, *LOSS, HUGE, SMALL)

_FULL: Row = {
    COST.name: 15_000_000,
    BALANCE.name: 1,
    STAFF.name: 21,
    SHARE.name: Fraction(1),
    RATE.name: Fraction(1, 2),
    TRADE.name: "卸売業",
    KIND.name: "会社",
    RAISES.name: True,
    CHECKED.name: True,
}
_COSTS = [
    0,
    1,
    2,
    3,
    50,
    89,
    90,
    100,
    14_999_999,
    15_000_000,
    15_000_001,
    1_666_000_009_997,
    WIDE - 1,
    WIDE,
]
_BALANCES = [sign * (k * d - 1) for sign in (1, -1) for k in (0, 1, 7, 10**11) for d in (2, 3, 3000)] + [
    -WIDE,
    WIDE,
]
EDGES: list[Row] = (
    [{**_FULL, COST.name: cost, TRADE.name: trade} for cost in _COSTS for trade in TRADES]
    + [{**_FULL, BALANCE.name: balance} for balance in _BALANCES]
    + [{**_FULL, STAFF.name: 10_000, BALANCE.name: balance} for balance in (-WIDE, 1 - WIDE, WIDE - 1)]
    + [{**_FULL, STAFF.name: staff, name: None} for staff in (20, 21) for name in _FULL]
    + [{**_FULL, COST.name: 3, name: None} for name in _FULL]
    + [dict.fromkeys(_FULL)]
)


def test_edges_in_python_and_duckdb(duck: Any) -> None:
    assert compiled(DIRECTED, EDGES) == duck(DIRECTED, EDGES) == expected(DIRECTED, EDGES)


def test_edges_in_polars() -> None:
    assert by_polars(DIRECTED, EDGES) == expected(DIRECTED, EDGES)


def test_edges_in_postgres(postgres: Any) -> None:
    assert by_sql(POSTGRES, postgres)(DIRECTED, EDGES) == expected(DIRECTED, EDGES)


def test_edges_in_spark(spark: Any) -> None:
    assert by_sql(SPARK, spark)(DIRECTED, EDGES) == expected(DIRECTED, EDGES)
