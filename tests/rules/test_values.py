"""Answers as people type them, and as data frames and YAML hold them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.rules.case import read_case
from kofu.rules.exact import evaluate
from kofu.rules.scope import common_scope, law
from kofu.rules.tree import Type
from kofu.rules.units import YEN, parse_unit
from kofu.rules.values import read_value, show_number
from kofu.rules.vocabulary import vocabulary

GIVEN = [
    ("補助対象経費", "600万円", 6_000_000),
    ("補助対象経費", "６００万円", 6_000_000),
    ("補助対象経費", "1,234,567円", 1_234_567),
    ("補助対象経費", "1億2,000万円", 120_000_000),
    ("補助対象経費", 5000, 5000),
    ("補助対象経費", "5000", 5000),
    ("補助対象経費", 5000.0, 5000),
    ("補助対象経費", Decimal("5000"), 5000),
    ("補助対象経費", "￥600,000", 600_000),
    ("補助対象経費", "¥600,000", 600_000),
    ("補助対象経費", "600,000円", 600_000),
    ("補助対象経費", "0", 0),
    ("従業員数", "５人", 5),
    ("従業員数", "5名", 5),
    ("年利率", "1.3%", Fraction(13, 1000)),
    ("年利率", "１．３％", Fraction(13, 1000)),
    ("希望する返済期間", "3年", 36),
    ("希望する返済期間", 3, 36),
    ("希望する据置期間", "6か月", 6),
    ("希望する返済期間", "18ヶ月", 18),
    ("賃上げを行う", "はい", True),
    ("賃上げを行う", "いいえ", False),
    ("賃上げを行う", True, True),
    ("賃上げを行う", "no", False),
    ("申請者の種別", "会社", "会社"),
    ("申請者の種別", "company", "会社"),
    ("申請者の種別", "ＮＰＯ法人", "NPO法人"),
]


@pytest.mark.parametrize(("name", "raw", "value"), GIVEN)
def test_an_answer_is_read(name: str, raw: object, value: object) -> None:
    assert read_case({name: raw}) == {name: value}


REFUSED = [
    ("補助対象経費", "たくさん", "数として読めません"),
    ("補助対象経費", "-1円", "0円から"),
    ("補助対象経費", -1, "0円から"),
    ("補助対象経費", "たくさん", "（例: 600万円）"),
    ("従業員数", "たくさん", "（例: 5人）"),
    ("年利率", "たくさん", "（例: 1.3%）"),
    ("補助対象経費", "1e30", "10兆円まで"),
    ("補助対象経費", 1e30, "10兆円まで"),
    ("補助対象経費", 600000.5, "1円刻みの整数で"),
    ("補助対象経費", 10**30, "10兆円まで"),
    ("補助対象経費", float("inf"), "数ではありません"),
    ("補助対象経費", 0.5, "1円刻みの整数で"),
    ("年利率", 0.013, "小数は文字で"),
    ("希望する据置期間", "6.5か月", "1か月刻み"),
    ("補助対象経費", "0.5円", "1円刻み"),
    ("補助対象経費", "5人", "単位は円"),
    ("補助対象経費", "50%", "単位は円"),
    ("補助対象経費", True, "数で答えて"),
    ("従業員数", "5円", "単位は人"),
    ("従業員数", "2.5人", "刻み"),
    ("年利率", "130%", "20%"),
    ("賃上げを行う", "たぶん", "はい か いいえ"),
    ("賃上げを行う", 3, "はい か いいえ"),
    ("申請者の種別", "会杜", "会社"),
    ("業種", "卸", "近いもの: 卸売業"),
    ("業種", "おろし", "kofu facts 業種"),
    ("補助対象経比", "5円", "補助対象経費"),
    ("NoSuchFact", "5円", "という事実はありません"),
]


@pytest.mark.parametrize(("name", "raw", "words"), REFUSED)
def test_an_answer_that_cannot_be_is_refused_in_one_sentence(name: str, raw: object, words: str) -> None:
    with pytest.raises(KofuError) as caught:
        read_case({name: raw})
    for text in (caught.value.ja, caught.value.en):
        assert name in text
        assert "\n" not in text
    assert words in caught.value.ja


class NAType:
    """What pandas calls its pd.NA."""


@pytest.mark.parametrize(
    "raw", [None, "", "不明", "わからない", "null", "?", "NaN", float("nan"), Decimal("NaN"), NAType()]
)
def test_what_is_not_known_is_left_out(raw: object) -> None:
    assert read_case({"補助対象経費": raw, "従業員数": 3}) == {"従業員数": 3}


def test_choices_are_offered_in_the_language_of_the_call() -> None:
    with pytest.raises(KofuError) as caught:
        read_case({"業種": "卸"})
    assert "wholesale" in caught.value.en
    assert "卸売業" not in caught.value.en
    with pytest.raises(KofuError) as caught:
        read_case({"業種": "xyzzy"})
    assert "近いもの" not in caught.value.ja
    assert "near" not in caught.value.en
    assert "agriculture" in caught.value.en


def test_a_trace_speaks_the_language_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    error = KofuError("だめです", "it is wrong")
    monkeypatch.delenv("KOFU_LANG", raising=False)
    assert str(error) == "だめです"
    monkeypatch.setenv("KOFU_LANG", "en")
    assert str(error) == "it is wrong"


CONTRADICTIONS = [
    ({"小規模事業者である": "はい", "従業員数": 500, "業種": "製造業"}, {"小規模事業者である", "従業員数"}),
    ({"小規模事業者である": "はい", "従業員数": 20, "業種": "小売業"}, {"小規模事業者である", "従業員数", "業種"}),
    ({"小規模事業者である": "はい", "大企業である": "はい"}, {"小規模事業者である", "大企業である"}),
    ({"中小企業者である": "いいえ", "小規模事業者である": "はい"}, {"小規模事業者である", "中小企業者である"}),
    ({"自治体である": "はい", "申請者の種別": "会社", "従業員数": 3}, {"自治体である", "申請者の種別"}),
    (
        {"大企業である": "いいえ", "中小企業者である": "いいえ", "申請者の種別": "会社"},
        {"大企業である", "中小企業者である", "申請者の種別"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "named"), CONTRADICTIONS)
def test_statements_that_contradict_each_other_are_refused_and_no_others_named(
    facts: dict[str, object], named: set[str]
) -> None:
    with pytest.raises(KofuError) as caught:
        read_case(facts)
    for text in (caught.value.ja, caught.value.en):
        assert {name for name in facts if f"{name}=" in text} == named
    for name in named:
        read_case({n: v for n, v in facts.items() if n != name})


@given(
    st.fixed_dictionaries(
        {
            "申請者の種別": st.sampled_from(vocabulary()["申請者の種別"].spec.choices),
            "業種": st.sampled_from(vocabulary()["業種"].spec.choices),
            "従業員数": st.sampled_from([0, 5, 6, 20, 21, 50, 51, 100, 101, 300, 301, 10_000]),
            "資本金": st.sampled_from([0, 5 * 10**7, 5 * 10**7 + 1, 10**8, 3 * 10**8, 3 * 10**8 + 1]),
            "対象者に当たると確認済み": st.booleans(),
        }
    ),
    st.sets(st.sampled_from(["申請者の種別", "業種", "従業員数", "資本金", "対象者に当たると確認済み"])),
)
def test_what_a_real_firm_says_of_itself_is_never_refused(firm: dict[str, object], unsaid: set[str]) -> None:
    """Whatever the law derives from a firm's facts may be stated beside any part of these facts."""
    scope = common_scope(datetime.date(2025, 1, 1))
    derived = {name: evaluate(scope.lookup(name), firm) for name in law().facts}  # type: ignore[arg-type]
    said = {name: value for name, value in firm.items() if name not in unsaid} | derived
    assert read_case(said) == said


@given(st.integers(0, 10**13))
def test_yen_that_are_shown_are_read_back(yen: int) -> None:
    text = show_number(yen, Type("number", YEN), "ja")
    assert read_value(vocabulary()["補助対象経費"].spec, text) == yen


@given(st.fractions(0, Fraction(1, 5), max_denominator=1000))
def test_a_rate_of_interest_is_exact(rate: Fraction) -> None:
    exact = Fraction(rate.numerator * 100_000 // rate.denominator, 100_000)
    assert read_value(vocabulary()["年利率"].spec, show_number(exact, Type("number"), "ja")) == exact


@pytest.mark.parametrize(
    ("text", "factor", "unit"),
    [
        ("円", 1, (("円", 1),)),
        ("%", Fraction(1, 100), ()),
        ("円/kWh", 1, (("kWh", -1), ("円", 1))),
        ("年", 12, (("か月", 1),)),
        ("円/人・年", Fraction(1, 12), (("か月", -1), ("人", -1), ("円", 1))),
    ],
)
def test_units(text: str, factor: Fraction, unit: object) -> None:
    assert parse_unit(text) == (factor, unit)


def test_every_fact_is_explained_in_both_languages() -> None:
    for entry in vocabulary().values():
        assert entry.ja.endswith(("。", "か。", "）。", "？"))
        assert entry.en.rstrip(")")[-1] in "?.", entry.name
        assert set(entry.choices_en) == set(entry.spec.choices)
        assert all(entry.choices_en.values())
