"""Years in 和暦 and Gregorian; telephone numbers in every way of setting them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.text.dates import find_fiscal_years, find_years, gregorian, wareki
from kofu.text.phones import find_phones


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("平成28年度第2次補正", [2016]),
        ("令和６年度補正", [2024]),
        ("令和元年度", [2019]),
        ("平 成 28 年度", [2016]),
        ("平成28(2016)年度", [2016]),
        ("FY2024、2025年度", [2024, 2025]),
        ("令和7年1月から", []),
        ("3000年間", []),
    ],
)
def test_fiscal_years(text: str, years: list[int]) -> None:
    assert [year.year for year in find_fiscal_years(text)] == years


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("平成32年（2020年）まで", [2020, 2020]),
        ("H28、R6補正", [2016, 2024]),
        ("水素H2とS3", []),
        ("5,000年", []),
        ("昭和64年", [1989]),
    ],
)
def test_years(text: str, years: list[int]) -> None:
    assert [year.year for year in find_years(text)] == years


@given(st.integers(1868, 2100))
def test_wareki_goes_there_and_back(year: int) -> None:
    printed = f"{wareki(year)}年度"
    assert [found.year for found in find_fiscal_years(printed)] == [year]


def test_unknown_eras_are_refused() -> None:
    with pytest.raises(ValueError, match="和暦"):
        gregorian("天保", 3)
    with pytest.raises(ValueError, match="和暦"):
        wareki(1800)


@pytest.mark.parametrize(
    ("text", "number", "note"),
    [
        ("０３－１２３４－５６７８", "03-1234-5678", ""),
        ("電話 03(1234)5678（内線：4061）", "03-1234-5678", "内線4061"),
        ("（048）600-0123", "048-600-0123", ""),
        ("03 1234 5678", "03-1234-5678", ""),
        ("03ー1234ー5678（代表）", "03-1234-5678", "代表"),
        ("03‐1234―5678", "03-1234-5678", ""),
        ("+81-3-1234-5678", "03-1234-5678", ""),
        ("0312345678", "03-1234-5678", ""),
        ("0570-012-345", "0570-012-345", ""),
        ("ＦＡＸ：03-1234-5678", "03-1234-5678", "FAX"),
    ],
)
def test_phones(text: str, number: str, note: str) -> None:
    assert [(phone.number, phone.note) for phone in find_phones(text)] == [(number, note)]


@pytest.mark.parametrize("text", ["2016-12-2016", "03-123-45678", "0.5-1.0億円", "令和06-03-31", "0312-3456"])
def test_other_digits_are_no_phones(text: str) -> None:
    assert find_phones(text) == []


@given(
    st.sampled_from(["03", "045", "0120", "0467"]),
    st.integers(0, 10**7),
    st.sampled_from("-－‐−ー― "),
    st.booleans(),
)
def test_any_number_reads_back(area: str, rest: int, hyphen: str, wide: bool) -> None:
    digits = f"{rest:08}"[: 10 - len(area)]
    printed = f"{area}-{digits[:-4]}-{digits[-4:]}"
    text = printed.replace("-", hyphen)
    if wide:
        text = text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    (found,) = find_phones(f"課長 {text} 補佐")
    assert found.number == printed
