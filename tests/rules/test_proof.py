"""Proof: what holds is proved, what does not is refuted by a case that the exact reader and a person can check."""

from __future__ import annotations

import datetime
import sys
from dataclasses import fields
from fractions import Fraction
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.rules.parse import parse
from kofu.rules.proof import Prover, Verdict, breaks, law_statements, prove_all
from kofu.rules.proof_case import counter_example
from kofu.rules.rule import Rule
from kofu.rules.scope import common_scope
from kofu.rules.statements import KINDS, LARGER, Statement, of_law, of_pairs, of_rule, of_table
from kofu.rules.tree import (
    TRUTH,
    Arithmetic,
    Case,
    Comparison,
    Fact,
    FactSpec,
    Node,
    Number,
    Rounded,
    Setting,
    Type,
    Value,
)
from kofu.rules.units import YEN
from kofu.text.measure import parse_measure

pytest.importorskip("z3", reason="pip install 'kofu[proof]'")

MONEY, RATIO, PEOPLE = Type("number", YEN), Type("number"), Type("number", (("人", 1),))


def fact(name: str, kind: Type, high: int = 10**12) -> Fact:
    return Fact(FactSpec(name, kind, "", Fraction(0), Fraction(high), Fraction(1)), name)


def setting(name: str, kind: Type, low: Any, high: Any = None, options: tuple[Any, ...] = ()) -> Setting:
    ends = Fraction(low), Fraction(low if high is None else high)
    return Setting(name, *ends, tuple(map(Fraction, options)), kind, name)


NAMES: dict[str, Node] = {
    node.name: node
    for node in (
        fact("費用", MONEY),
        fact("従業員数", PEOPLE, 1000),
        Fact(FactSpec("対象である", TRUTH, ""), "対象である"),
        Fact(FactSpec("区分", Type("choice"), "", choices=("甲", "乙", "丙")), "区分"),
        setting("半分", RATIO, "1/2"),
        setting("補助率", RATIO, "2/3"),
        setting("率以内", RATIO, 0, "3/4"),
        setting("超える率", RATIO, 0, "3/2"),
        setting("率の選択", RATIO, "1/2", "2/3", ("1/2", "2/3")),
        setting("補助上限額", MONEY, 500_500),
        setting("控除額", MONEY, 1000),
        setting("境", MONEY, 100_000),
        setting("定額", MONEY, 30_000),
        setting("五人", PEOPLE, 5),
        setting("基準利率", RATIO, "1/100"),
        setting("引下げ幅", RATIO, "2/100"),
    )
}


def rule(amount: str, eligible: str = "対象である", key: str = "枠", **more: Any) -> Rule:
    """A rule from its expressions, rounded as the compiler does."""
    raw, condition = read(amount), read(eligible)
    rounded = Rounded("down", Fraction(1), raw, MONEY)
    shares: dict[str, Node] = {}
    rest: Node = rounded
    for payer, text in more.pop("shares", {}).items():
        shares[payer] = rest if text == "残り" else Rounded("down", Fraction(1), read(text), MONEY)
        rest = Arithmetic("-", rest, shares[payer], MONEY)
    outputs = {name: read(text) for name, text in more.pop("outputs", {}).items()}
    empty: dict[str, Any] = {f.name: None for f in fields(Rule) if f.init}
    own = {"programme": "試し", "key": key, "components": (), "eligible": condition, "amount": rounded}
    return Rule(**(empty | own | {"shares": shares, "outputs": outputs, "combines": False} | more))


def read(text: str) -> Node:
    return parse(text, NAMES.__getitem__)


def of(kind: str, made: Rule) -> list[Verdict]:
    prover = Prover()
    return [prover.prove(s) for s in of_rule(made) if s.kind == kind]


USUAL = rule(
    "min(費用 * 補助率, 補助上限額)",
    shares={"国": "費用 * 半分 if 費用 <= 境 else 控除額", "県": "残り"},
    outputs={"率": "補助率"},
)


@pytest.mark.parametrize(
    "kind", ["possible", "nonnegative", "cost", "cap", "share", "sum", "monotone", "figure"]
)
def test_a_usual_rule_keeps_to_everything(kind: str) -> None:
    verdicts = of(kind, USUAL)
    assert verdicts
    assert {verdict.outcome for verdict in verdicts} == {"proved"}


BROKEN = {
    "nonnegative": rule("費用 * 補助率 - 控除額"),
    "cost": rule("切上げ(費用 * 補助率, 千円)"),  # 1 yen of cost gives 1,000
    "cap": rule("切上げ(min(費用 * 補助率, 補助上限額), 千円)"),  # 500,500 becomes 501,000
    "share": rule("費用 * 半分", shares={"国": "費用 * 補助率", "県": "残り"}),
    "sum": rule("費用", shares={"国": "費用 * 半分", "県": "費用 * 半分"}),  # an odd yen is lost
    "monotone": rule("費用 * 補助率 if 費用 <= 境 else 定額"),  # falls at the border
    "figure": rule("費用", outputs={"年利率": "基準利率 - 引下げ幅"}),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_breaks_a_statement_is_shown_by_a_case(kind: str) -> None:
    refuted = [verdict for verdict in of(kind, BROKEN[kind]) if verdict.outcome == "refuted"]
    assert refuted
    for verdict in refuted:
        assert verdict.facts is not None
        assert breaks(verdict.statement, verdict.facts)
        assert verdict.facts["対象である"] is True
        shown = counter_example(verdict)
        assert shown is not None
        assert len(shown["cases"]) == (2 if kind == "monotone" else 1)


def test_a_cap_that_is_shown_but_not_kept_to_is_found() -> None:
    (verdict,) = of("cap", rule("費用 * 補助率", outputs={"上限": "補助上限額"}))
    assert verdict.outcome == "refuted"
    assert verdict.facts is not None
    cost = verdict.facts["費用"]
    assert isinstance(cost, int)
    assert cost * 2 // 3 > 500_500


def test_a_lost_yen_is_an_odd_cost() -> None:
    (verdict,) = of("sum", BROKEN["sum"])
    assert verdict.facts is not None
    assert int(verdict.facts["費用"]) % 2 == 1


def test_more_cost_that_gives_less_is_two_cases() -> None:
    (verdict,) = of("monotone", BROKEN["monotone"])
    shown = counter_example(verdict)
    assert shown is not None
    first, second = shown["cases"]
    less, more = (read_yen(case["facts"]["費用"]) for case in (first, second))
    assert 45_000 < less <= 100_000 < more  # 45,000 × 2/3 = 30,000
    assert read_yen(first["expect"]["支援額"]) == less * 2 // 3 > 30_000
    assert second["expect"]["支援額"] == "3万円"


def read_yen(text: str) -> int:
    measure = parse_measure(text)
    assert measure.unit == "円"
    return int(measure.value)


def test_a_floor_of_the_cost_does_not_make_a_rule_fall() -> None:
    # What is below the floor is not eligible: nothing is compared with it.
    (verdict,) = of("monotone", rule("費用 * 補助率", "費用 >= 境"))
    assert verdict.outcome == "proved"


@pytest.mark.parametrize("rate", ["率以内", "率の選択", "率以内 * 率の選択"])
def test_an_open_rate_is_proved_for_every_value(rate: str) -> None:
    made = rule(f"min(費用 * {rate}, 補助上限額)")
    assert [v.outcome for kind in ("cost", "cap", "monotone") for v in of(kind, made)] == ["proved"] * 3


def test_an_open_rate_above_one_is_refuted_with_the_rate() -> None:
    (verdict,) = of("cost", rule("費用 * 超える率"))
    assert verdict.outcome == "refuted"
    assert verdict.facts is not None
    assert 1 < verdict.facts["超える率"] <= Fraction(3, 2)  # type: ignore[operator]


def test_a_table_whose_rows_are_open_is_refuted_with_the_row_and_its_value() -> None:
    usual = setting("表の率", RATIO, "1/2", "2/3", ("1/2", "2/3"))
    high = setting("表の率", RATIO, 1, "3/2", (1, "3/2"))
    table = Case(((read("区分 == 「甲」"), usual),), high, RATIO, "表の率")
    (verdict,) = of(
        "cost", rule_with(Rounded("down", Fraction(1), Arithmetic("*", NAMES["費用"], table, MONEY), MONEY))
    )
    assert verdict.outcome == "refuted"
    assert verdict.facts is not None
    assert verdict.facts["表の率"] == Fraction(3, 2)
    assert verdict.facts["区分"] != "甲"


def test_a_condition_on_money_is_no_cost() -> None:
    capital = fact("資本金", MONEY)
    names = {**NAMES, "資本金": capital}
    tree = parse("費用 * 補助率 if 資本金 > 境 else 費用", names.__getitem__)
    kinds = [(s.kind, s.detail) for s in of_rule(rule_with(tree)) if s.kind == "monotone"]
    assert kinds == [("monotone", "費用")]


def rule_with(amount: Node) -> Rule:
    made = rule("費用")
    return Rule(**{f.name: getattr(made, f.name) for f in fields(Rule) if f.init} | {"amount": amount})


def test_what_no_one_can_have_is_told() -> None:
    (verdict,) = of("possible", rule("費用", "従業員数 < 五人 and 従業員数 > 五人"))
    assert verdict.outcome == "refuted"
    assert counter_example(verdict) is None


AMOUNTS = st.recursive(
    st.sampled_from(["費用", "補助上限額", "控除額", "定額"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-"), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
        st.builds(
            "({} * {})".format, inner, st.sampled_from(["半分", "補助率", "率以内", "率の選択", "超える率"])
        ),
        st.builds("({} if 費用 <= {} else {})".format, inner, st.sampled_from(["境", "定額"]), inner),
        st.builds("切捨て({}, 千円)".format, inner),
        st.builds("四捨五入({}, 百円)".format, inner),
    ),
    max_leaves=5,
)
YEN_TRIED = st.one_of(
    st.integers(0, 10**12), st.sampled_from([0, 1, 29_999, 30_000, 30_001, 100_000, 100_001])
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    AMOUNTS,
    st.lists(st.tuples(YEN_TRIED, YEN_TRIED, st.fractions(0, 1)), min_size=20, max_size=20),
)
def test_nothing_breaks_what_is_proved(amount: str, tried: list[tuple[int, int, Fraction]]) -> None:
    made = rule(amount, shares={"国": "費用 * 半分", "県": "残り"})
    for verdict in prove_all(of_rule(made), 0.5):
        if verdict.outcome == "refuted":
            assert verdict.facts is not None
            assert breaks(verdict.statement, verdict.facts)
        elif verdict.outcome == "proved" and verdict.statement.kind != "possible":
            for cost, other, part in tried:
                facts: dict[str, Value] = {"対象である": True, "費用": cost, "費用" + LARGER: other}
                facts |= {"率以内": part * Fraction(3, 4), "超える率": part * Fraction(3, 2)}
                facts["率の選択"] = Fraction(1, 2) if part < Fraction(1, 2) else Fraction(2, 3)
                assert not breaks(verdict.statement, facts)


def pair(one: str, other: str, **more: Any) -> list[Verdict]:
    rules = (rule("費用", one, "小"), rule("費用", other, "大", **more))
    return list(prove_all(of_pairs(rules)))


def test_benefits_overlap_at_exactly_one_value() -> None:
    (verdict,) = pair("従業員数 <= 五人", "従業員数 >= 五人")
    assert verdict.outcome == "refuted"
    assert verdict.facts == {"従業員数": 5}
    shown = counter_example(verdict)
    assert shown is not None
    assert [case["benefit"] for case in shown["cases"]] == ["小", "大"]


def test_benefits_that_only_touch_do_not_overlap() -> None:
    assert [v.outcome for v in pair("従業員数 <= 五人", "従業員数 > 五人")] == ["proved"]
    assert pair("従業員数 <= 五人", "従業員数 >= 五人", combines=True) == []


TABLES: list[tuple[list[str], str, str]] = [
    (["従業員数 <= 五人", "従業員数 > 五人"], "proved", "proved"),
    (["従業員数 <= 五人", "従業員数 >= 五人"], "refuted", "proved"),
    (["従業員数 < 五人", "従業員数 > 五人"], "proved", "refuted"),
    (["区分 == 「甲」", "区分 in [「乙」, 「丙」]"], "proved", "proved"),
    (["区分 in [「甲」, 「乙」]", "区分 == 「乙」"], "refuted", "refuted"),
]


@pytest.mark.parametrize(("rows", "apart", "whole"), TABLES)
def test_rows_of_a_table(rows: list[str], apart: str, whole: str) -> None:
    found = list(prove_all(of_table("試し", "表", [read(row) for row in rows], single=True, closed=True)))
    assert [(v.statement.kind, v.outcome) for v in found] == [("rows", apart), ("gap", whole)]


def test_the_classes_of_law_cover_and_part_the_firms() -> None:
    verdicts = list(prove_all(law_statements(datetime.date(2025, 1, 1))))
    assert [v.statement.detail for v in verdicts if v.statement.kind == "classes"][
        -1
    ] == "小規模事業者は中小企業者である"
    assert {v.outcome for v in verdicts} == {"proved"}


def test_classes_of_law_that_were_mixed_up_are_found() -> None:
    scope = common_scope(datetime.date(2025, 1, 1))
    sme, small = scope.lookup("中小企業者である"), scope.lookup("小規模事業者である")
    names = {
        "小規模事業者である": sme,
        "中小企業者である": small,
        "大企業である": scope.lookup("大企業である"),
    }
    firm = parse("申請者の種別 in [「会社」, 「個人事業主」]", scope.lookup)
    outcomes = {v.statement.detail: v.outcome for v in prove_all(of_law(names, firm))}
    assert outcomes == {
        "中小企業者と大企業で会社・個人事業主を尽くす": "refuted",
        "中小企業者と大企業は重ならない": "proved",
        "小規模事業者は中小企業者である": "refuted",
    }


def test_what_takes_too_long_is_unknown_not_proved() -> None:
    # No three whole numbers, but no solver finds that in a moment.
    x, y, z = (fact(name, RATIO, 10**9) for name in "xyz")

    def cube(item: Node) -> Node:
        positive = Arithmetic("+", item, Number(Fraction(1), RATIO), RATIO)
        return Arithmetic("*", positive, Arithmetic("*", positive, positive, RATIO), RATIO)

    claim = Comparison("!=", Arithmetic("+", cube(x), cube(y), RATIO), cube(z))
    verdict = Prover(0.2).prove(Statement("figure", "試し", "枠", "", claim))
    assert verdict.outcome == "unknown"
    assert verdict.facts is None


def test_every_kind_has_a_test_that_breaks_it() -> None:
    assert set(KINDS) == {*BROKEN, "possible", "overlap", "rows", "gap", "classes"}


def test_without_z3_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(KofuError, match=r"pip install 'kofu\[proof\]'"):
        Prover()


def test_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    from kofu.command import proof as proof_calls

    done = CliRunner().invoke(proof_calls.proof_commands, ["prove", "meti-fy2016s2-jizokuka"])
    assert done.exit_code == 0, done.output
    assert "支援額は費用以下" in done.output
    broken = of("cost", BROKEN["cost"])
    monkeypatch.setattr(proof_calls, "_verdicts", lambda *_: iter(broken))
    told = CliRunner().invoke(proof_calls.proof_commands, ["prove"])
    assert told.exit_code == 1
    assert "benefit: 枠" in told.output
    assert "支援額: 1,000円" in told.output.replace('"', "")
