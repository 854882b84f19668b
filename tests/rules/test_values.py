"""Answers as people type them, and as data frames and YAML hold them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.rules.case import read_case
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
    ("補助対象経費", "0", 0),
    ("従業員数", "５人", 5),
    ("従業員数", "5名", 5),
    ("年利率", "1.3%", Fraction(13, 1000)),
    ("年利率", "１．３％", Fraction(13, 1000)),
    ("希望する返済期間", "3年", 36),
    ("希望する返済期間", 3, 36),
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
    ("補助対象経費", "1e30", "数として読めません"),
    ("補助対象経費", 1e30, "小数は"),
    ("補助対象経費", 10**30, "10兆円まで"),
    ("補助対象経費", float("nan"), "数ではありません"),
    ("補助対象経費", float("inf"), "数ではありません"),
    ("補助対象経費", 0.5, "小数は"),
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
    ("業種", "おろし業", "卸売業"),
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


@pytest.mark.parametrize("raw", [None, "", "不明", "わからない", "null", "?"])
def test_what_is_not_known_is_left_out(raw: object) -> None:
    assert read_case({"補助対象経費": raw, "従業員数": 3}) == {"従業員数": 3}


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
