"""Each sum on a budget line is typed by its own words; without words it is unknown."""

from __future__ import annotations

import pytest

from kofu.programme.vocabulary import AmountKind
from kofu.text.amounts import find_amounts

OKU = 10**8


@pytest.mark.parametrize(
    ("line", "amounts"),
    [
        ("平成29年度補正予算案額 8.0億円", [("appropriation", 8 * OKU)]),
        ("令和５年度補正予算額７.５億円 産業局 素材課", [("appropriation", 750_000_000)]),
        (
            "国庫債務負担行為含め総額 55億円※令和5年度補正予算額：6.5億円",
            [("total_with_commitments", 55 * OKU), ("appropriation", 650_000_000)],
        ),
        (
            "令和５年度補正予算額 1,200億円 （国庫債務負担含め新規公募分として総額2,500億円）",
            [("appropriation", 1200 * OKU), ("total_with_commitments", 2500 * OKU)],
        ),
        ("補正予算額等 総額約8億円(国庫債務負担行為等を含む)", [("total_with_commitments", 8 * OKU)]),
        ("補正予算額 7,000 億円（一部GX 1,000 億円）", [("appropriation", 7000 * OKU), ("part", 1000 * OKU)]),
        (
            "補正予算案額 500.0億円＜うち内閣府計上200.0億円＞",
            [("appropriation", 500 * OKU), ("other_ministry_share", 200 * OKU)],
        ),
        (
            "政府保証付借入含め1,200億円 ※令和５年度補正予算額 700億円",
            [("guaranteed_borrowing_included_total", 1200 * OKU), ("appropriation", 700 * OKU)],
        ),
        ("政府保証付借入（500億円）", [("part", 500 * OKU)]),
        ("令和５年度補正予算額 40億円の内数", [("part", 40 * OKU)]),
        ("補正予算要求額14億円", [("request", 14 * OKU)]),
        ("令和７年度当初予算額 3億円（前年度 2億円）", [("initial", 3 * OKU), ("previous_year", 2 * OKU)]),
        ("令和７年度予算概算決定額 2,700(2,200)百万円", [("initial", 27 * OKU), ("previous_year", 22 * OKU)]),
        ("補助上限額 5億円、投資下限額は1億円", [("cap", 5 * OKU), ("floor", OKU)]),
        ("補正予算額＋当初予算額 計 9億円", [("unknown", 9 * OKU)]),
        ("12億円", [("unknown", 12 * OKU)]),
        ("総額 30億円", [("unknown", 30 * OKU)]),
    ],
)  # fmt: skip
def test_types_each_sum(line: str, amounts: list[tuple[str, int]]) -> None:
    assert [(amount.kind, amount.yen) for amount in find_amounts(line)] == amounts


def test_the_kinds_of_a_record_are_those_of_the_model() -> None:
    asides = {"initial", "request", "previous_year", "floor", "cap", "unknown"}
    line = "補正予算額1円 うち3円 他省計上4円 国庫債務負担含め5円 政府保証付借入含め6円 上限7円 要求9円"
    kinds = {amount.kind for amount in find_amounts(line)}
    assert {AmountKind(kind) for kind in kinds - asides} == set(AmountKind)
