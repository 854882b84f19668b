"""An expression is parsed into a tree that the exact and the steps reader read alike."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.programme.benefits import Definition, Parameter
from kofu.rules.exact import evaluate
from kofu.rules.parse import parse
from kofu.rules.scope import Scope, common_scope
from kofu.rules.sentences import sentences
from kofu.rules.steps import to_json, trace
from kofu.rules.tree import Node, Value

DAY = datetime.date(2025, 1, 1)


def scope(day: datetime.date = DAY, **parameters: dict[str, object]) -> Scope:
    made = {name: Parameter.model_validate({"at": [1], **data}) for name, data in parameters.items()}
    definitions = {"小さい": Definition.model_validate({"value": "従業員数 <= 20 * 一人", "at": [1]})}
    made["一人"] = Parameter.model_validate({"at": [1], "value": "1人"})
    return Scope(day, {}, made, definitions, common_scope(day))


RATE, CAP = {"value": "2/3"}, {"value": "50万円"}


def tree(text: str, **parameters: dict[str, object]) -> Node:
    return parse(text, scope(**({"補助率": RATE, "上限": CAP} | parameters)).lookup)


# expression, facts, value (None: not known); worked by hand
WORKED: list[tuple[str, dict[str, Value], object]] = [
    ("補助対象経費 * 補助率", {"補助対象経費": 100}, Fraction(200, 3)),
    ("min(補助対象経費 * 補助率, 上限)", {"補助対象経費": 750_000}, 500_000),
    ("min(補助対象経費 * 補助率, 上限)", {"補助対象経費": 749_999}, Fraction(1_499_998, 3)),
    ("min(補助対象経費 * 補助率, 上限)", {}, None),
    ("切捨て(補助対象経費 * 補助率, 円)", {"補助対象経費": 100}, 66),
    ("切上げ(補助対象経費 * 補助率, 円)", {"補助対象経費": 100}, 67),
    ("四捨五入(補助対象経費 / 2, 円)", {"補助対象経費": 5}, 3),
    ("切捨て(補助対象経費, 千円)", {"補助対象経費": 1_999}, 1_000),
    ("切捨て(0 - 補助対象経費 / 3, 円)", {"補助対象経費": 1}, -1),
    ("0 - 補助対象経費", {"補助対象経費": 7}, -7),
    ("補助対象経費 if 賃上げを行う else 0", {"賃上げを行う": True, "補助対象経費": 5}, 5),
    ("補助対象経費 if 賃上げを行う else 0", {"賃上げを行う": False}, 0),
    ("補助対象経費 if 賃上げを行う else 0", {"補助対象経費": 5}, None),
    ("賃上げを行う and 委託先に選ばれた", {"賃上げを行う": False}, False),
    ("賃上げを行う and 委託先に選ばれた", {"委託先に選ばれた": False}, False),
    ("賃上げを行う and 委託先に選ばれた", {"賃上げを行う": True}, None),
    ("賃上げを行う or 委託先に選ばれた", {"委託先に選ばれた": True}, True),
    ("not 賃上げを行う", {}, None),
    ("申請者の種別 in [「会社」, 「組合」]", {"申請者の種別": "組合"}, True),
    ("申請者の種別 not in [「会社」, 「組合」]", {"申請者の種別": "組合"}, False),
    ("申請者の種別 != 「会社」", {"申請者の種別": "組合"}, True),
    ("0 < 従業員数 <= 一人 * 5", {"従業員数": 5}, True),
    ("0 < 従業員数 <= 一人 * 5", {"従業員数": 6}, False),
    ("小さい", {"従業員数": 21}, False),
    ("小さい", {"小さい": True, "従業員数": 21}, True),  # what a case states goes before what is derived
    ("借入希望額 * 年利率 * 希望する返済期間 / 一年", {"借入希望額": 10_000_000, "年利率": Fraction(1, 100), "希望する返済期間": 36}, 300_000),
]  # fmt: skip


@pytest.mark.parametrize(("text", "facts", "value"), WORKED, ids=[f"{w[0]} {w[1]}" for w in WORKED])
def test_what_an_expression_is_worth(text: str, facts: dict[str, Value], value: object) -> None:
    node = tree(text, 一年={"value": "1年"})
    assert evaluate(node, facts) == value
    step = trace(node, facts)
    assert step.value == value
    root = to_json(step)["root"]
    assert root["value"] == (str(value) if isinstance(value, Fraction) else value)


@given(st.integers(0, 10**13), st.integers(1, 1000), st.integers(0, 999), st.integers(0, 10**9))
def test_money_is_exact_however_odd_the_rate(cost: int, over: int, more: int, cap: int) -> None:
    under = over + more
    over, under = sorted((over, under))  # a share of the whole is at most the whole
    node = tree(
        "切捨て(min(補助対象経費 * 補助率, 上限), 円)",
        補助率={"value": f"{over}/{under}"},
        上限={"value": f"{cap}円"},
    )
    assert evaluate(node, {"補助対象経費": cost}) == min(cost * over // under, cap)


@pytest.mark.parametrize(
    ("kind", "capital", "staff", "industry", "small_medium", "small"),
    [  # 中小企業基本法2条1項・5項, 小規模企業振興基本法2条1項: at each limit and one above
        ("会社", 300_000_000, 301, "製造業", True, False),
        ("会社", 300_000_001, 300, "製造業", True, False),
        ("会社", 300_000_001, 301, "製造業", False, False),
        ("会社", 100_000_000, 101, "卸売業", True, False),
        ("会社", 100_000_001, 101, "卸売業", False, False),
        ("会社", 50_000_000, 51, "小売業", True, False),
        ("会社", 50_000_001, 51, "小売業", False, False),
        ("会社", 50_000_001, 50, "飲食サービス業", True, False),
        ("会社", 50_000_001, 100, "宿泊業", True, False),
        ("会社", 50_000_001, 101, "宿泊業", False, False),
        ("会社", 10_000_000, 20, "建設業", True, True),
        ("会社", 10_000_000, 21, "建設業", True, False),
        ("会社", 10_000_000, 5, "小売業", True, True),
        ("会社", 10_000_000, 6, "その他のサービス業", True, False),
        ("個人事業主", 999_000_000_000, 300, "旅行業", True, False),
        ("個人事業主", 0, 301, "旅行業", False, False),
        ("組合", 0, 1, "製造業", False, False),
    ],
)
def test_the_classes_of_the_law(
    kind: str, capital: int, staff: int, industry: str, small_medium: bool, small: bool
) -> None:
    facts: dict[str, Value] = {"申請者の種別": kind, "資本金": capital, "従業員数": staff, "業種": industry}
    assert evaluate(tree("中小企業者である"), facts) is small_medium
    assert evaluate(tree("小規模事業者である"), facts) is small
    assert evaluate(tree("大企業である"), facts) is (kind != "組合" and not small_medium)


def test_a_dated_parameter_has_the_value_of_its_day() -> None:
    series = {"series": {"2025-01-01": "2.5円/kWh", "2025-03-01": "1.3円/kWh", "2025-04-01": "なし"}}

    def price(day: datetime.date) -> Value | None:
        return evaluate(parse("単価", scope(day, 単価=series).lookup), {})

    assert price(datetime.date(2025, 2, 28)) == Fraction(5, 2)
    assert price(datetime.date(2025, 3, 1)) == Fraction(13, 10)
    for outside in (datetime.date(2024, 12, 31), datetime.date(2025, 4, 1)):
        with pytest.raises(KofuError, match="2025-01-01〜2025-04-01"):
            price(outside)


OPEN = [
    ({"value": "3/4以内"}, 0, Fraction(3, 4), ()),
    ({"value": "1/2等"}, 0, 1, ()),
    ({"value": ["1/2", "2/3"]}, Fraction(1, 2), Fraction(2, 3), (Fraction(1, 2), Fraction(2, 3))),
    ({"value": ["1/2以内", "定額"]}, 0, 1, ()),
    ({"range": ["1/3", "2/3"]}, Fraction(1, 3), Fraction(2, 3), ()),
]


@pytest.mark.parametrize(("written", "low", "high", "options"), OPEN)
def test_what_the_sheet_leaves_open_stays_open(
    written: dict[str, object], low: Fraction, high: Fraction, options: tuple[Fraction, ...]
) -> None:
    setting = scope(率=written).lookup("率")
    assert (setting.low, setting.high, setting.options, setting.is_open) == (low, high, options, True)  # type: ignore[union-attr]
    assert evaluate(setting, {}) is None
    assert evaluate(setting, {"率": Fraction(1, 2)}) == Fraction(1, 2)


def test_the_steps_are_told_in_both_languages() -> None:
    node = tree("切捨て(min(補助対象経費 * 補助率, 上限), 円)")
    step = trace(node, {"補助対象経費": 100_000})
    japanese = [line.text for line in sentences((step,), "ja")]
    assert japanese[0] == "補助対象経費 10万円 × 補助率 2/3（1行） ＝ 66,666と2/3円"
    assert "小さい方は 66,666と2/3円" in japanese[1]
    assert japanese[2] == "66,666と2/3円 → 円未満切捨て → 66,666円"
    english = [line.text for line in sentences((step,), "en")]
    assert english[0].startswith("eligible cost ¥100,000 × 補助率 2/3 (line 1)")
    assert len(english) == len(japanese)
    assert sentences((step,), "ja")[1].at == (1,)
