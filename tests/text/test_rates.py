"""Rates keep their printed form; dates, pages and shares of a target never become rates."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.text.rates import QUALIFIERS, find_rates, parse_rate


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("補助（2/3、１／２等）", ["2/3", "1/2等"]),
        ("（22.5％、定額補助等）", ["22.5%", "定額"]),
        ("3/4以内（国1/2以内、県1/4以内）", ["3/4以内", "1/2以内", "1/4以内"]),
        ("9/10～7/10", ["9/10", "7/10"]),
        ("補助(定額:10/10)、交付", ["定額", "10/10"]),
        ("３分の２補助、二分の一以内", ["2/3", "1/2以内"]),
        ("費用を最大1/2補助する", ["最大1/2"]),
        ("（大企業:1/4、中小企業⅓）", ["1/4", "1/3"]),
        ("補助率：22.5％以内", ["22.5%以内"]),
        ("補助率 17/20", ["17/20"]),
    ],
)
def test_finds_rates_as_printed(text: str, rates: list[str]) -> None:
    assert [str(found.rate) for found in find_rates(text)] == rates


@pytest.mark.parametrize(
    "text",
    ["4/1から", "24/7対応", "2016/4/1", "12/25まで", "3/4時点", "3/4(金)", "1/2ページ", "割合を80％以上",
     "交付決定額", "予定額", "定額減税", "03/04"],
)  # fmt: skip
def test_what_is_not_a_rate(text: str) -> None:
    assert find_rates(text) == []


@given(
    st.integers(1, 12),
    st.integers(2, 12),
    st.sampled_from(["", *QUALIFIERS[:-1]]),
    st.sampled_from(["補助（", "国", "補助率："]),
)
def test_a_found_rate_is_exact_unreduced_and_reads_back(n: int, d: int, qualifier: str, before: str) -> None:
    text = f"{before}{n}/{d}{qualifier}、"
    found = find_rates(text)
    if n > d:
        assert found == []
        return
    assert [str(one.rate) for one in found] == [f"{n}/{d}{qualifier}"]
    assert found[0].rate.value == Fraction(n, d)
    assert parse_rate(text[found[0].start : found[0].end]) == found[0].rate


@pytest.mark.parametrize("text", ["", "2/0", "多め", "2/3くらい", "定率"])
def test_refuses_other_texts(text: str) -> None:
    with pytest.raises(ValueError, match="補助率"):
        parse_rate(text)
