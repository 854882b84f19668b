"""Numbers, yen and quantities: exact, in every style that budgets print."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.text.numbers import find_numbers
from kofu.text.quantity import parse_quantity
from kofu.text.yen import find_yen

WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
SCALES = {
    "円": 1,
    "千円": 10**3,
    "万円": 10**4,
    "百万円": 10**6,
    "千万円": 10**7,
    "億円": 10**8,
    "兆円": 10**12,
}
KANJI = "〇一二三四五六七八九"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1 ,915 と 9,916 億", [1915, 991600000000]),
        ("８.３億", [830000000]),
        ("1兆324億", [1032400000000]),
        ("4.8千万", [48000000]),
        ("3千5百万", [35000000]),
        ("2万5000", [25000]),
        ("2万5千", [25000]),
        ("10,20,30", [10, 20, 30]),
        ("1,2345", [1, 2345]),
        ("３割５分", [Fraction(7, 20)]),
        ("６割程度、約九割", [Fraction(3, 5), Fraction(9, 10)]),
        ("半数を超える", [Fraction(1, 2)]),
        ("三千四百億", [340000000000]),
        ("一万二千", [12000]),
        ("二〇二四", [2024]),
        ("二分の一、３分の２", [Fraction(1, 2), Fraction(2, 3)]),
    ],
)
def test_reads_printed_numbers(text: str, values: list[Fraction]) -> None:
    assert [number.value for number in find_numbers(text)] == values


@pytest.mark.parametrize(
    "text", ["一部の百貨店", "CO2とNF3", "万全を期す", "十分な支援", "唯一", "（単位：百万円）"]
)
def test_words_are_not_numbers(text: str) -> None:
    assert find_numbers(text) == []


def test_a_share_of_something_is_no_tenth() -> None:
    assert [n.value for n in find_numbers("3割合意、割合80%")] == [3, 80]


@st.composite
def printed_yen(draw: st.DrawFn) -> tuple[int, str]:
    """A sum of yen and one of the ways to print it."""
    style = draw(st.sampled_from(["plain", "comma", "decimal", "mixed", "kanji"]))
    if style == "kanji":
        digit, unit = draw(st.integers(1, 9)), draw(st.sampled_from("十百千"))
        scale = draw(st.sampled_from(["", "万", "億"]))
        size = digit * {"十": 10, "百": 100, "千": 1000}[unit] * {"": 1, "万": 10**4, "億": 10**8}[scale]
        return size, f"{KANJI[digit]}{unit}{scale}円"
    if style == "mixed":
        oku, man = draw(st.integers(1, 9999)), draw(st.integers(1, 9999))
        return oku * 10**8 + man * 10**4, f"{oku:,}億{man:,}万円"
    unit = draw(st.sampled_from(sorted(SCALES)))
    count = draw(st.integers(0, 999_999))
    if style == "decimal" and SCALES[unit] >= 10:
        tenth = draw(st.integers(0, 9))
        yen, text = count * SCALES[unit] + tenth * SCALES[unit] // 10, f"{count:,}.{tenth}{unit}"
    else:
        yen, text = count * SCALES[unit], f"{count:,}{unit}" if style == "comma" else f"{count}{unit}"
    if draw(st.booleans()):
        text = text.translate(WIDE)
    if draw(st.booleans()):
        text = text.replace("億", " 億").replace("百万", " 百万")
    return yen, text


@given(
    printed_yen(),
    st.sampled_from(["", "令和６年度補正予算額 ", "総額約", "（国）"]),
    st.sampled_from(["", "を支援", "（新規）"]),
)
def test_any_printed_sum_reads_back_and_its_span_reads_the_same(
    printed: tuple[int, str], before: str, after: str
) -> None:
    yen, text = printed
    (found,) = find_yen(before + text + after)
    span = (before + text + after)[found.start : found.end]
    assert found.yen == yen
    assert span == text
    assert [again.yen for again in find_yen(span)] == [yen]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("総額約1,500億円", [(150000000000, "総額約")]),
        ("最大 50万円以内", [(500000, "最大以内")]),
        ("5,000万円〜１億円", [(50000000, ""), (100000000, "〜")]),
        ("中小企業3億円、国民7,200万円", [(300000000, ""), (72000000, "")]),
    ],
)
def test_keeps_the_words_beside_a_sum(text: str, expected: list[tuple[int, str]]) -> None:
    assert [(yen.yen, yen.qualifier) for yen in find_yen(text)] == expected


@pytest.mark.parametrize("text", ["2.5円/kWh", "0.7円", "第2円滑化", "600兆", "円高"])
def test_prices_and_fractions_of_a_yen_are_no_sums(text: str) -> None:
    assert find_yen(text) == []


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("150億円", 15000000000, "円"),
        ("2.5円/kWh", Fraction(5, 2), "円/kWh"),
        ("40万t-CO2", 400000, "t-CO2"),
        ("５％", 5, "％"),
        ("5万円/10a", 50000, "円/10a"),
        ("1/4", Fraction(1, 4), ""),
    ],
)
def test_parses_a_quantity(text: str, value: Fraction, unit: str) -> None:
    quantity = parse_quantity(text)
    assert (quantity.value, quantity.unit) == (value, unit)


@pytest.mark.parametrize("text", ["", "円", "約5億円", "3億円と5億円", "1/0"])
def test_refuses_what_is_not_one_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="数"):
        parse_quantity(text)
