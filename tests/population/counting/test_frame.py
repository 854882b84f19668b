"""Draws, groups and premises over a population."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from kofu.errors import KofuError
from kofu.population.assumptions.premises import premises, with_overrides
from kofu.population.counting.engines import Setup
from kofu.population.counting.frame import UNKNOWN, Frame
from kofu.population.counting.tally import Tally
from kofu.population.counting.work import Work
from kofu.population.dataset import DRAW, DRAWN, DataColumn, Dataset
from kofu.rules.columns.form import Form
from kofu.rules.parse import parse
from kofu.rules.scope import common_scope

LAW_DATE = datetime.date(2025, 1, 1)


def values(dataset: Dataset, form: Form) -> list[int]:
    """Of every row in the order of their numbers, which only a test may ask for."""
    from kofu.population.dataset import NUMBER
    from kofu.rules.columns.form import Column

    number = Column(NUMBER, "number", 0, dataset.rows - 1)
    with Work(dataset, Setup()) as work:
        [[found]] = work.counts([Tally((number,), (form,))])
    return [found[i][1] for i in range(dataset.rows)]


@pytest.mark.parametrize("seed", [0, 1, 2**40])
def test_draws_as_by_hand(seed: int, firms: Dataset, by_hand: Callable[..., Any]) -> None:
    frame, hand = Frame(firms, {}, seed), by_hand(firms, {}, seed)
    for name in ("応募:x", "順番:x"):
        told = values(firms, frame.draw(name))
        assert told == [hand.draw(row, name) for row in hand.rows]
        assert all(0 <= draw < DRAWN for draw in told)
        assert len(set(told)) > firms.rows * 99 // 100
    assert values(firms, frame.draw("応募:x")) != told


def test_a_share_is_about_that_share_of_the_rows(firms: Dataset) -> None:
    """Within five standard deviations; two draws are apart from each other."""
    frame = Frame(firms, {}, 1)
    n = firms.rows
    one, two = (values(firms, frame.drawn(Fraction(1, 4), name)) for name in ("一", "二"))
    assert abs(sum(one) - n / 4) < 5 * (n * 3 / 16) ** 0.5
    both = sum(a * b for a, b in zip(one, two, strict=True))
    assert abs(both - n / 16) < 5 * (n * 15 / 256) ** 0.5
    assert sum(values(firms, frame.drawn(Fraction(1), "一"))) == n


def test_without_draws_it_says_so(firms: Dataset) -> None:
    bare = without(firms, DRAW)
    assert Frame(bare, {}, 1).drawn(Fraction(1), "x") is not None
    with pytest.raises(KofuError, match=DRAW):
        Frame(bare, {}, 1).draw("x")


def without(dataset: Dataset, name: str) -> Dataset:
    return replace(dataset, columns=tuple(c for c in dataset.columns if c.name != name))


def test_premises_are_what_they_say(firms: Dataset, by_hand: Callable[..., Any]) -> None:
    """Of every kind: a share, a share within a condition, a value, a choice that follows from columns."""
    told = with_overrides({"年利率": "1.5%"})
    frame, hand = Frame(firms, told, 4), by_hand(firms, told, 4)
    scope = common_scope(LAW_DATE)
    compared = set()
    for name, premise in told.items():
        node = scope.lookup(name)
        kind = ("share" if premise.share is not None else "value", premise.where is not None, node.type.kind)
        if node.type.kind == "choice" or kind in compared:
            continue
        (low, high), denominator = frame.pair(node)
        if low is high:
            exact = [case.get(name) for case in hand.cases]
            assert [Fraction(v, denominator) for v in values(firms, low)] == exact, name
            compared.add(kind)
    assert {("share", True, "truth"), ("share", False, "truth"), ("value", False, "truth")} <= compared
    assert ("value", False, "number") in compared


def test_a_column_goes_before_a_premise(firms: Dataset) -> None:
    told = with_overrides({"従業員数": "7人"})
    frame = Frame(firms, told, 1)
    node = parse("従業員数", common_scope(LAW_DATE).lookup)
    (low, high), _ = frame.pair(node)
    assert low is high
    assert len(set(values(firms, low))) > 10
    lacking = Frame(without(firms, "従業員数"), told, 1)
    assert set(values(firms, lacking.pair(node)[0][0])) == {7}
    assert "従業員数" in lacking.used
    assert "従業員数" not in frame.used


def test_sizes_are_those_of_the_law(firms: Dataset, by_hand: Callable[..., Any]) -> None:
    [size] = Frame(firms, {}, 1).groups(["規模"])
    hand = by_hand(firms, {})
    assert [size.names[code] for code in values(firms, size.form)] == [hand.size(row) for row in hand.rows]
    assert len({hand.size(row) for row in hand.rows}) >= 3


def test_sizes_where_the_law_cannot_tell(firms: Dataset) -> None:
    """Without capital and employees every company may be anything; nobody is put where he may not belong."""
    bare = without(without(firms, "従業員数"), "資本金")
    groups = Frame(bare, {}, 1).groups(["規模"])
    for size in groups:
        assert {size.names[code] for code in values(firms, size.form)} <= {UNKNOWN, "会社・個人以外", "小規模", "中小（小規模を除く）"}  # fmt: skip
        assert UNKNOWN in {size.names[code] for code in values(firms, size.form)}


def test_a_group_that_no_row_can_be_in_is_left_out(firms: Dataset) -> None:
    assert [g.name for g in Frame(without(firms, "業種"), {}, 1).groups(["業種", "都道府県"])] == ["都道府県"]


def test_choices_of_another_version_are_refused(firms: Dataset) -> None:
    columns = tuple(replace(c, choices=c.choices[::-1]) if c.name == "業種" else c for c in firms.columns)
    with pytest.raises(KofuError, match="業種"):
        Frame(replace(firms, columns=columns), {}, 1)


def test_what_rows_may_leave_open(firms: Dataset) -> None:
    frame = Frame(
        replace(firms, columns=(*firms.columns, DataColumn("年齢", "number", 0, 9, 5))), premises(), 1
    )
    assert [frame.lacks(name) for name in ("従業員数", "年齢", "ない列", "応募する立場")] == [
        False,
        True,
        True,
        False,
    ]
