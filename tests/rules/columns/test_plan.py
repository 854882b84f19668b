"""What a plan refuses and proves, and the rules of one shape worked out together."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from kofu.errors import KofuError
from kofu.programme.vocabulary import Instrument
from kofu.rules import tree
from kofu.rules.columns.duckdb import DUCKDB
from kofu.rules.columns.families import families, select_family
from kofu.rules.columns.form import Column, Floor, Form, walk
from kofu.rules.columns.normal import Normaliser, normalise
from kofu.rules.columns.plan import Plan, plan
from kofu.rules.columns.ranges import Ranges
from kofu.rules.columns.select import select
from kofu.rules.rule import Rule
from kofu.rules.tree import TRUTH, FactSpec, Node, Type
from kofu.rules.units import RATIO, YEN

MONEY, PLAIN = Type("number", YEN), Type("number", RATIO)
COST = tree.Fact(FactSpec("費用", MONEY, "円", Fraction(0), Fraction(10**13)), "費用")
SMALL = tree.Fact(FactSpec("小規模", TRUTH, ""), "小規模")
OPEN = tree.Setting("補助率", Fraction(0), Fraction(3, 4), (), PLAIN, "3/4以内")


def number(value: Fraction | int) -> tree.Number:
    return tree.Number(Fraction(value), PLAIN)


def part(node: Node, rate: Node) -> Node:
    return tree.Rounded("down", Fraction(1), tree.Arithmetic("*", node, rate, MONEY), MONEY)


def capped(rate: Fraction, cap: int, node: Node = COST) -> Node:
    return tree.Extreme("min", (part(node, number(rate)), number(cap)), MONEY)


def rule(amount: Node, eligible: Node = SMALL) -> Rule:
    """A rule in which only who gets what matters."""
    rest: dict[str, Any] = {field.name: () for field in fields(Rule)}
    named = {
        "programme": "made-up",
        "key": "枠",
        "instrument": Instrument.SUBSIDY,
        "shares": {},
        "outputs": {},
    }
    return Rule(**(rest | named | {"eligible": eligible, "amount": amount}))


def run(made: Plan, rows: str, columns: str) -> list[tuple[Any, ...]]:
    """The only statement, over `rows` as a table `firms` of `columns`."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE firms AS SELECT * FROM (VALUES {rows}) AS firms({columns})")
    return connection.execute(made.statements[0]).fetchall()


def survey(made: Plan, rows: str, columns: str) -> frozenset[str]:
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE firms AS SELECT * FROM (VALUES {rows}) AS firms({columns})")
    return made.surveyed(connection.execute(made.survey).fetchone() or ())


# --- what must hold of the table

TWO_THIRDS = rule(capped(Fraction(2, 3), 500_000))


def test_columns_without_gaps_are_found_and_change_no_answer() -> None:
    made = plan([TWO_THIRDS], "firms")
    rows = "(750001, TRUE), (100, NULL), (2, FALSE)"
    certain = survey(made, rows, "費用, 小規模")
    assert certain == {"費用"}
    expected = [(True, 500_000), (None, None), (False, 0)]
    assert run(made, rows, "費用, 小規模") == expected
    assert run(plan([TWO_THIRDS], "firms", certain=certain), rows, "費用, 小規模") == expected


@pytest.mark.parametrize("value", [-1, 10**13 + 1])
def test_a_value_outside_the_declared_range_is_refused(value: int) -> None:
    made = plan([TWO_THIRDS], "firms")
    with pytest.raises(KofuError, match="費用") as refused:
        survey(made, f"({value}::BIGINT, TRUE), (5, NULL)", "費用, 小規模")
    assert str(value) in refused.value.en


def test_the_empty_table_is_no_error() -> None:
    made = plan([TWO_THIRDS], "(SELECT * FROM firms WHERE FALSE)")
    assert survey(made, "(1, TRUE)", "費用, 小規模") == {"費用", "小規模"}


def test_a_column_that_is_missing_is_unknown_and_never_zero() -> None:
    made = plan([TWO_THIRDS], "firms", missing={"小規模"})
    assert [column.name for column in made.inputs] == ["費用"]
    assert run(made, "(300)", "費用") == [(None, None)]


# --- what the caller settles


def test_an_open_parameter_is_a_column_or_a_value() -> None:
    subsidy = rule(part(COST, OPEN))
    assert run(
        plan([subsidy], "firms", settings={"補助率": Fraction(2, 3)}), "(10, TRUE)", "費用, 小規模"
    ) == [(True, 6)]
    made = plan([subsidy], "firms")
    rate = next(column for column in made.inputs if column.name == "補助率")
    half = int(Fraction(1, 2) / rate.step)
    assert run(made, f"(11, TRUE, {half}), (11, TRUE, NULL)", "費用, 小規模, 補助率") == [
        (True, 5),
        (True, None),
    ]


def test_a_derived_fact_counts_as_stated_where_it_is() -> None:
    small = tree.Named("小規模事業者である", tree.Comparison("<=", COST, number(100)))
    made = plan([rule(COST, small)], "firms", given={"小規模事業者である"})
    rows = "(50, NULL), (50, FALSE), (500, TRUE), (NULL, TRUE)"
    assert [row[0] for row in run(made, rows, "費用, 小規模事業者である")] == [True, False, True, True]


def test_a_divisor_left_open_is_refused_until_it_is_settled() -> None:
    node = tree.Rounded("down", Fraction(1), tree.Arithmetic("/", COST, OPEN, MONEY), MONEY)
    with pytest.raises(KofuError, match="割る数"):
        normalise(node)
    form, denominator = normalise(node, settings={"補助率": Fraction(2, 3)})
    assert isinstance(form, Floor)
    assert denominator == 1


def test_plans_are_kept_by_the_hash_of_their_rules() -> None:
    first = plan([TWO_THIRDS], "firms")
    assert plan([rule(capped(Fraction(2, 3), 500_000))], "firms") is first
    changed = plan([rule(capped(Fraction(1, 2), 500_000))], "firms")
    assert changed.statements != first.statements


# --- 64 bits


def test_ranges_prove_64_bits_and_choose_the_wide_type_only_where_they_do_not() -> None:
    form, _ = normalise(capped(Fraction(2, 3), 500_000))
    assert Ranges().largest([form]) == 2 * 10**13
    assert "HUGEINT" not in select(DUCKDB, {"x": form}, "firms")
    wide = {"費用": (0, 2**62)}
    assert Ranges(wide).largest([form]) == 2**63
    assert "HUGEINT" in select(DUCKDB, {"x": form}, "firms", ranges=wide)


def test_what_no_type_holds_is_refused() -> None:
    form, _ = normalise(capped(Fraction(2, 3), 500_000))
    with pytest.raises(KofuError, match="収まりません"):
        select(DUCKDB, {"x": form}, "firms", ranges={"費用": (0, 2**127)})


def test_a_rate_leaves_one_multiplication_and_one_division() -> None:
    form, _ = normalise(part(COST, number(Fraction(2, 3))))
    assert [type(part_).__name__ for part_ in walk([form])] == [
        "Column",
        "Integer",
        "Binary",
        "Integer",
        "Floor",
    ]


# --- families


def test_rules_of_one_shape_are_one_expression_over_parameter_rows() -> None:
    normaliser = Normaliser()
    settled = {f"規則{n}": (Fraction(n, n + 1), 1000 * n) for n in range(2, 20)}
    results: dict[str, Form] = {
        name: normaliser.normalise(rule(capped(rate, cap)).total)[0] for name, (rate, cap) in settled.items()
    }
    results["別の形"] = normaliser.normalise(COST)[0]
    found = families(results)
    assert [len(family.rows) for family in found] == [len(settled), 1]
    assert isinstance(found[1].form, Column)
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE firms AS SELECT 7 * k * k + k % 3 AS 費用, k % 5 > 0 AS 小規模 FROM range(60) t(k)"
    )
    text = select_family(DUCKDB, found[0], "firms", keep=["費用", "小規模"])
    rows = connection.execute(text).fetchall()
    assert len(rows) == 60 * len(settled)
    for cost, small, name, value in rows:
        rate, cap = settled[name]
        assert value == (min(int(cost * rate), cap) if small else 0)
