"""Titles, amounts and offices in the shapes in which budget lines are printed."""

import pytest

from kofu.programme.vocabulary import AmountKind
from kofu.reading.decode import read_document
from kofu.reading.headline import joined_title, read_headline
from kofu.reading.layout import key_of, labels_of, unspaced
from kofu.reading.reader import read_file
from kofu.reading.segments import cut_sheets

BODY = """
事業の内容 事業スキーム（対象者、対象行為、補助率等）
事業目的
町工場の技能を映像で残し、若い人に伝える。
成果目標
令和９年度までに、100の技能を残す。
事業概要
撮影と公開に要する費用を補助する。
"""


def headline(head: str):
    (sheet,) = cut_sheets(read_document((head + BODY).encode()))
    return read_headline(sheet)


@pytest.mark.parametrize(
    ("budget", "amounts"),
    [
        ("令和６年度補正予算額８.３億円", {"予算額": 830_000_000}),
        ("令和６年度補正予算額 1兆324億円", {"予算額": 1_032_400_000_000}),
        ("令和６年度補正予算要求額14億円", {"予算額": 1_400_000_000}),
        ("平成28年度補正案額 8.0 億円", {"予算額": 800_000_000}),
        ("平成28年度第2次補正予算案額 1001.3億円", {"予算額": 100_130_000_000}),
        ("平 成28年度 第 2 次 補 正 予 算 案 額 1 ,915百万円", {"予算額": 1_915_000_000}),
        (
            "令和６年度補正予算額 9,916 億円（一部GX 1,576 億円）",
            {"予算額": 991_600_000_000, "内数": 157_600_000_000},
        ),
        (
            "平成28年度第2次補正予算案額 642.0億円＜うち財務省計上326.0億円＞",
            {"予算額": 64_200_000_000, "他省計上": 32_600_000_000},
        ),
        (
            "国庫債務負担行為含め総額 42億円※令和6年度補正予算額：7.9億円",
            {"国庫債務負担行為等を含む総額": 4_200_000_000, "予算額": 790_000_000},
        ),
        (
            "政府保証付借入含め1,597億円 ※令和６年度補正予算額 922億円",
            {"政府保証付借入を含む総額": 159_700_000_000, "予算額": 92_200_000_000},
        ),
        (
            "令和６年度補正予算額等 総額約1,500億円(国庫債務負担行為等を含む)",
            {"国庫債務負担行為等を含む総額": 150_000_000_000},
        ),
        ("令和５年度補正予算額 14億円の内数", {"内数": 1_400_000_000}),
        ("令和4年度予算案額 19.0億円（19.8億円）", {"予算額": 1_900_000_000}),
        ("令和６年度補正予算額 16億円（新規）", {"予算額": 1_600_000_000}),
        ("【令和７年度予算概算決定額 1,915（1,700）百万円】", {"予算額": 1_915_000_000}),
        ("【令和７年度予算概算要求額 250（－）百万円】", {"予算額": 250_000_000}),
        ("令和７年度当初予算案 297億円（245億円）※（）内は前年度当初予算額", {"予算額": 29_700_000_000}),
        ("令和６年度補正予算額\n12億円", {"予算額": 1_200_000_000}),
        ("予算額：令和６年度補正予算 20.0億円", {"予算額": 2_000_000_000}),
        ("R6補正：12億円", {"予算額": 1_200_000_000}),
        ("2025年度予算額 300百万円", {"予算額": 300_000_000}),
    ],
)
def test_amounts_are_typed(budget: str, amounts: dict[str, int]) -> None:
    found = headline(f"町工場の技能映像化事業\n{budget}\n製造産業局素形材産業室\n")
    assert {amount.kind.ja: amount.yen for amount in found.amounts} == amounts
    assert found.title is not None
    assert found.title.ja == "町工場の技能映像化事業"
    assert [office.name for office in found.offices] == ["製造産業局素形材産業室"]


@pytest.mark.parametrize(
    ("budget", "year", "name"),
    [
        ("平成28年度第２次補正予算案額 1億円", 2016, "第2次補正"),
        ("令和元年度補正予算額 1億円", 2019, "補正"),
        ("令和７年度当初予算案 1億円", 2025, "当初"),
        ("令和７年度予算概算要求額 1億円", 2025, "概算要求"),
        ("令和７年度予算概算決定額 1億円", 2025, "当初"),
        ("R6補正予算額 1億円", 2024, "補正"),
        ("2025年度予算額 1億円", 2025, "当初"),
    ],
)
def test_year_and_round(budget: str, year: int, name: str) -> None:
    found = headline(f"町工場の技能映像化事業\n{budget}\n製造産業局素形材産業室\n")
    assert (found.fiscal_year, found.round) == (year, name)


@pytest.mark.parametrize(
    ("printed", "offices"),
    [
        ("中小企業庁\n経営支援課 03-3501-1763\n商業課 03-3501-1929", ["中小企業庁 経営支援課", "中小企業庁 商業課"]),
        ("製造産業局\n産業機械課\nロボット政策室", ["製造産業局 産業機械課 ロボット政策室"]),
        ("通商政策局\n\n（１）貿易振興課、欧州課\n\n（２）総務課", ["通商政策局 貿易振興課、欧州課", "通商政策局 総務課"]),
        ("（１）製造産業局自動車課\n（２）資源エネルギー庁資源・燃料部\n燃料流通政策室", ["製造産業局自動車課", "資源エネルギー庁資源・燃料部 燃料流通政策室"]),
        ("電力・ガス取引監視等委員会事務局総務\n課", ["電力・ガス取引監視等委員会事務局総務課"]),
        ("資源エネルギー庁 電力・ガス事業部\n電力産業・市場室 ガス市場整備室", ["資源エネルギー庁 電力・ガス事業部 電力産業・市場室", "資源エネルギー庁 電力・ガス事業部 ガス市場整備室"]),
        ("大臣官房福島復興推進グループ\nなりわい再建支援室\n／雇用創出推進室", ["大臣官房福島復興推進グループ なりわい再建支援室／雇用創出推進室"]),
        ("中小企業庁\n総務課、\n経営支援課", ["中小企業庁 総務課、経営支援課"]),
    ],
)  # fmt: skip
def test_offices_are_joined_as_they_belong(printed: str, offices: list[str]) -> None:
    found = headline(f"町工場の技能映像化事業\n令和６年度補正予算額 1億円\n{printed}\n")
    assert [office.name for office in found.offices] == offices


def test_an_office_behind_the_amount_is_found_with_the_section_below() -> None:
    found = headline(
        "町工場の技能映像化事業\n令和６年度補正予算額 51億円 中小企業庁経営支援部\n\n小規模企業振興課\n"
    )
    assert [(office.name, office.at) for office in found.offices] == [
        ("中小企業庁経営支援部 小規模企業振興課", (2, 4))
    ]


def test_a_bureau_without_its_section_is_doubted() -> None:
    (office,) = headline(
        "町工場の技能映像化事業\n令和６年度補正予算額 1億円\n商務・サービスグループ\n"
    ).offices
    assert office.doubt


def test_a_title_that_shares_the_line_with_its_budget() -> None:
    found = headline("町工場の技能映像化事業 令和６年度補正予算額 8億円\n製造産業局素形材産業室\n")
    assert found.title is not None
    assert found.title.ja == "町工場の技能映像化事業"
    assert [(amount.kind, amount.yen) for amount in found.amounts] == [
        (AmountKind.APPROPRIATION, 800_000_000)
    ]


def test_titles_are_joined_over_lines_and_layout_spaces_go() -> None:
    assert joined_title(["再生 医療の", "（製造 設備）"]) == "再生医療の（製造設備）"
    assert joined_title(["Global Startup", "EXPO の開催"]) == "Global Startup EXPO の開催"


def test_what_a_sheet_does_not_say_is_not_stated() -> None:
    (draft,) = read_file(("町工場の技能映像化事業\n" + BODY + "中小企業庁 商業課\n").encode(), "無し").drafts
    assert draft.amounts == []
    assert any("予算額" in doubt for doubt in draft.doubts)
    assert any("年度" in doubt for doubt in draft.doubts)


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("事 業 の 内 容", ["事業の内容"]),
        ("事業イメージ事業の内容", ["事業イメージ", "事業の内容"]),
        ("事業の内容 事業スキーム（対象者、対象行為、補助率等）", ["事業の内容", key_of("事業スキーム（対象者、対象行為、補助率等）")]),
        ("＜対策のポイント＞", ["対策のポイント"]),
        ("１．事業目的", ["事業目的"]),
        ("③ 施策の概要", ["施策の概要"]),
        ("■補助対象 地方公共団体", ["補助対象"]),
    ],
)  # fmt: skip
def test_labels_are_known_in_every_dress(line: str, labels: list[str]) -> None:
    found = labels_of(key_of(line))
    assert found is not None
    assert list(found.labels) == labels


@pytest.mark.parametrize(
    "line", ["事業目的に沿って費用を補助する。", "この事業概要は次のとおり", "国 民間企業等"]
)
def test_a_label_inside_a_sentence_is_no_label(line: str) -> None:
    assert labels_of(key_of(line)) is None


def test_only_letter_spaced_lines_are_closed_up() -> None:
    assert unspaced("製 造 産 業 局  産 業 機 械 課") == "製造産業局 産業機械課"
    assert unspaced("国 民間企業等 補助") == "国 民間企業等 補助"
