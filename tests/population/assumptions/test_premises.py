"""What a simulation assumes: well-formed, enough for ordinary firms, without contradictions, open to change."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.population.assumptions.premises import (
    COLUMNS,
    Premise,
    left_out,
    premise_record,
    premises,
    read_premises,
    with_overrides,
)
from kofu.programme.model import Programme
from kofu.programme.vocabulary import Instrument
from kofu.quoting.book import ASSUMED
from kofu.rules.check import default_rules
from kofu.rules.columns.form import Column
from kofu.rules.columns.form import walk as walk_form
from kofu.rules.columns.normal import Normaliser
from kofu.rules.exact import evaluate
from kofu.rules.rule import Rule
from kofu.rules.tree import Fact, FactSpec, Node, Value, walk
from kofu.rules.vocabulary import normal, vocabulary

Row = dict[str, Value]

# --- the file

SMALL = {
    "groups": {"計画": {"why_ja": "行うとした。", "why_en": "Taken as done."}},
    "words": {"大きい会社の従業員": "2000人", "北の県": "都道府県 in [「北海道」, 「青森県」]"},
    "premises": {"賃上げを行う": {"value": "はい", "group": "計画"}},
    "left_out": {"額": {"why_ja": "分からない。", "why_en": "Not known.", "facts": ["電気使用量"]}},
}


def small(name: str, **entry: str) -> dict[str, object]:
    """The small file with one more entry."""
    data = copy.deepcopy(SMALL)
    data["premises"][name] = {"group": "計画", **entry}  # type: ignore[index]
    return data


def read_small(name: str, **entry: str) -> Premise:
    return read_premises(small(name, **entry))[0][normal(name)]


@pytest.mark.parametrize(
    ("name", "entry", "part"),
    [
        ("空を飛ぶ", {"value": "はい"}, "事実はありません"),
        ("年利率", {"value": "3人"}, "単位"),
        ("年利率", {"value": "21%"}, "20%"),
        ("年利率", {"share": "5%"}, "はい・いいえ"),
        ("油種", {"share": "5%"}, "はい・いいえ"),
        ("油種", {"value": "石炭"}, "選択肢"),
        ("油種", {"value": "「石炭」 if 北の県 else 「灯油」"}, "石炭"),
        ("油種", {"value": "北の県"}, "ではありません"),
        ("販路開拓に取り組む", {"value": "たぶん"}, "はい か いいえ"),
        ("販路開拓に取り組む", {"share": "0%"}, "0%より大きく"),
        ("販路開拓に取り組む", {"share": "101%"}, "100%以下"),
        ("販路開拓に取り組む", {"share": "たくさん"}, "5%"),
        ("販路開拓に取り組む", {"share": "5%", "where": "賃上げを行う"}, "母集団の列"),
        ("販路開拓に取り組む", {"share": "5%", "where": "従業員数"}, "ではありません"),
        ("販路開拓に取り組む", {"value": "はい", "where": "北の県"}, "value と group"),
        ("販路開拓に取り組む", {"value": "はい", "group": "夢"}, "夢"),
        ("借入残高", {"value": "投資額 + 借入希望額"}, "範囲"),
        ("借入残高", {"value": "借入残高"}, "そのもの"),
        ("資本金", {"value": "投資額"}, "母集団の列"),
        ("応募する立場", {"value": "事業を行う者"}, "いつも置く前提"),
        ("電気使用量", {"value": "3kWh"}, "2回"),
    ],
)
def test_a_wrong_entry_is_named_with_what_is_wrong(name: str, entry: dict[str, str], part: str) -> None:
    with pytest.raises(KofuError) as caught:
        read_premises(small(name, **entry))
    assert caught.value.ja.startswith(f"premises.yaml: {name}: ")
    assert part in caught.value.ja
    assert caught.value.en.startswith(f"premises.yaml: {name}: ")


def test_a_word_must_not_hide_a_fact_and_a_group_must_be_used() -> None:
    for section, name in (("words", "大企業である"), ("groups", "夢")):
        data = copy.deepcopy(SMALL)
        data[section][name] = "2000人" if section == "words" else {"why_ja": "", "why_en": ""}  # type: ignore[index]
        with pytest.raises(KofuError, match=name):
            read_premises(data)


def test_a_share_is_limited_to_rows_and_shown_with_its_condition() -> None:
    premise = read_small("石川県の6市町で被災した", share="5%", where="都道府県 == 「石川県」")
    assert premise.share == Fraction(1, 20)
    assert premise.value is None
    assert premise.where is not None
    assert evaluate(premise.where, {"都道府県": "石川県"}) is True
    assert evaluate(premise.where, {"都道府県": "東京都"}) is False
    assert premise.text == "5%（都道府県 == 「石川県」）"


def test_a_word_stands_for_a_number_with_its_unit_and_is_explained() -> None:
    premise = read_small("中堅企業に当たると確認済み", value="従業員数 <= 大きい会社の従業員")
    assert premise.value is not None
    assert [evaluate(premise.value, {"従業員数": n}) for n in (2000, 2001)] == [True, False]
    assert "大きい会社の従業員＝2000人" in premise_record(premise)["why_ja"]


def test_values_are_read_as_answers_are() -> None:
    for name, text, value in (("希望する返済期間", "7年", 84), ("年利率", "2%", Fraction(1, 50))):
        premise = read_small(name, value=text)
        assert premise.value is not None
        assert evaluate(premise.value, {}) == value
    record = premise_record(read_small("油種", value="灯油"))
    assert record == {
        "fact": "油種", "ja": "灯油", "en": vocabulary()["油種"].choices_en["灯油"], "basis": "仮定",
        "why_ja": "行うとした。", "why_en": "Taken as done.",
    }  # fmt: skip


# --- what somebody else assumes


def test_an_override_replaces_one_premise_and_leaves_the_rest() -> None:
    changed = with_overrides({"賃上げを行う": "はい", "海外展開に取り組む": "？", "年利率": "1.5%"})
    assert changed["賃上げを行う"].share is None
    assert changed["賃上げを行う"].text == "はい"
    assert evaluate(changed["年利率"].value, {}) == Fraction(3, 200)  # type: ignore[arg-type]
    assert "海外展開に取り組む" not in changed
    same = premises().keys() - {"賃上げを行う", "海外展開に取り組む", "年利率"}
    assert {name: changed[name] for name in same} == {name: premises()[name] for name in same}
    assert changed.keys() == premises().keys() - {"海外展開に取り組む"}


def test_an_overridden_share_keeps_the_rows_of_the_file() -> None:
    name = "石川県の6市町で被災した"
    changed = with_overrides({name: "３０％"})[name]
    assert changed.share == Fraction(3, 10)
    assert changed.where == premises()[name].where
    assert "石川県" in changed.text
    assert with_overrides({name: "はい"})[name].where is None


def test_a_column_that_ones_own_data_lack_may_be_assumed() -> None:
    found = with_overrides({"投資額": "補助対象経費", "従業員数": "5人"})
    assert evaluate(found["投資額"].value, {"補助対象経費": 7}) == 7  # type: ignore[arg-type]
    assert evaluate(found["従業員数"].value, {}) == 5  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "raw", "part"),
    [
        ("賃上げを行なう", "はい", "賃上げを行う"),
        ("賃上げを行う", "多分", "はい か いいえ"),
        ("賃上げを行う", "120%", "100%以下"),
        ("従業員数", "30%", "はい・いいえ"),
        ("油種", "30%", "はい・いいえ"),
        ("油種", "石炭", "選択肢"),
        ("希望する返済期間", "99年", "50年"),
        ("借入残高", "電気使用量", "電気使用量"),
        ("借入残高", "投資額 +", "式を読めません"),
    ],
)
def test_a_wrong_override_is_refused_in_a_sentence(name: str, raw: str, part: str) -> None:
    with pytest.raises(KofuError) as caught:
        with_overrides({name: raw})
    assert part in caught.value.ja


# --- the premises against the firms

FIRMS = st.fixed_dictionaries(
    {
        normal("申請者の種別"): st.sampled_from(["会社", "個人事業主"]),
        **{
            name: st.sampled_from(vocabulary()[name].spec.choices)
            for name in map(normal, ("業種", "都道府県"))
        },
        **{
            name: st.integers(0, int(vocabulary()[name].spec.high)) | st.sampled_from([0, 5, 20, 2000])
            for name in COLUMNS - set(map(normal, ("申請者の種別", "業種", "都道府県")))
        },
    }
)


def is_answer(spec: FactSpec, value: Value | None) -> bool:
    if spec.type.kind == "number":
        number = Fraction(value)  # type: ignore[arg-type]
        return spec.low <= number <= spec.high and number % spec.step == 0
    return value in spec.choices if spec.choices else isinstance(value, bool)


@given(FIRMS)
def test_of_every_firm_a_premise_says_something_that_its_fact_can_be(firm: Row) -> None:
    for premise in premises().values():
        if premise.value is None:
            assert premise.where is None or isinstance(evaluate(premise.where, firm), bool)
        else:
            value = evaluate(premise.value, firm)
            spec = vocabulary()[premise.fact].spec
            assert is_answer(spec, value)


def test_every_premise_has_an_integer_form_over_columns_of_the_population() -> None:
    for premise in premises().values():
        for node in (premise.value, premise.where):
            if node is not None:
                form, _ = Normaliser().normalise(node)
                assert {part.name for part in walk_form([form]) if isinstance(part, Column)} <= COLUMNS


# --- the premises against the rules of the catalogue


@pytest.fixture(scope="module")
def rules(catalogue: list[Programme]) -> list[Rule]:
    return [rule for programme in catalogue for rule in default_rules(programme)]


def facts_of(*roots: Node) -> set[str]:
    return {node.spec.name for node in walk(*roots) if isinstance(node, Fact)}


def missing(*roots: Node) -> set[str]:
    """The facts read that neither a population has nor anything assumes."""
    return facts_of(*roots) - COLUMNS - ASSUMED.keys() - premises().keys()


def fits(rule: Rule, row: Row) -> Value | None:
    """Whether a firm is eligible as far as the premises with a value decide; drawn ones are unknown."""
    return evaluate(rule.eligible, {**assumed(row), **row})


def assumed(row: Row) -> Row:
    found: Row = dict(ASSUMED)
    for premise in premises().values():
        value = None if premise.value is None else evaluate(premise.value, row)
        if value is not None:
            found[premise.fact] = value
    return found


def is_for_firms(rule: Rule) -> bool:
    return any(fits(rule, {normal("申請者の種別"): kind}) is not False for kind in ("会社", "個人事業主"))


def test_only_facts_left_out_with_a_reason_are_unknown(rules: list[Rule]) -> None:
    unknown = {f"{rule.programme} {rule.key}": missing(*rule.roots, *rule.lent) for rule in rules}
    assert [key for key, facts in unknown.items() if facts - left_out().keys()] == []
    assert set().union(*unknown.values()) == left_out().keys()


def test_which_firms_fit_is_open_only_where_the_state_chooses_its_contractor(rules: list[Rule]) -> None:
    firms = [rule for rule in rules if is_for_firms(rule)]
    contracts = [rule for rule in firms if rule.instrument is Instrument.COMMISSION]
    assert [rule for rule in firms if missing(rule.eligible)] == contracts
    assert set().union(*(missing(rule.eligible) for rule in contracts)) == {"委託先に選ばれた"}


def test_every_premise_is_read_by_a_rule(rules: list[Rule]) -> None:
    assert premises().keys() <= set().union(*(facts_of(*rule.roots, *rule.lent) for rule in rules))


def test_no_benefit_for_firms_is_shut_by_premises_that_contradict_each_other(rules: list[Rule]) -> None:
    decided = [rule for rule in rules if is_for_firms(rule) and not missing(rule.eligible)]
    assert len(decided) > len(rules) / 4
    firms = [(row, assumed(row)) for row in _firms()]
    assert [f"{rule.programme} {rule.key}" for rule in decided if not _someone_fits(rule, firms)] == []


def _firms() -> Iterator[Row]:
    """Small, medium and large firms of all industries, in places hit by disasters and elsewhere."""
    sizes = (("個人事業主", 0, 2), ("会社", 3_000_000, 3), ("会社", 100_000_000, 60), ("会社", 10**10, 1500))
    places = ("東京都", "石川県", "熊本県", "福島県")
    for (kind, capital, people), place, industry in itertools.product(
        sizes, places, vocabulary()["業種"].spec.choices
    ):
        for investment in (10**6, 2 * 10**9):
            values = (kind, industry, capital, people, place, investment, investment, 7_000_000)
            names = "申請者の種別 業種 資本金 従業員数 都道府県 補助対象経費 投資額 借入希望額"
            yield dict(zip(map(normal, names.split()), values, strict=True))


def _someone_fits(rule: Rule, firms: list[tuple[Row, Row]]) -> bool:
    drawn = [premises()[name] for name in facts_of(rule.eligible) & premises().keys()]
    drawn = [premise for premise in drawn if premise.share is not None]
    for row, known in firms:
        draws = [(False, True) if _may_hold(premise, row) else (False,) for premise in drawn]
        for values in itertools.product(*draws):
            outcome: Mapping[str, Value] = dict(zip((p.fact for p in drawn), values, strict=True))
            if evaluate(rule.eligible, {**known, **row, **outcome}) is True:
                return True
    return False


def _may_hold(premise: Premise, row: Row) -> bool:
    return premise.where is None or evaluate(premise.where, row) is True


def test_all_premises_can_be_left_out_and_some_given() -> None:
    found = with_overrides({"*": "?", "賃上げを行う": "30%"})
    assert set(found) == {"賃上げを行う"}
    with pytest.raises(KofuError) as caught:
        with_overrides({"*": "はい"})
    assert "*" in caught.value.ja
