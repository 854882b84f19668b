"""One small made-up sheet for each cause of misreading that other ministries and years have shown."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from kofu.drafts import doubts, to_records
from kofu.reading.reader import read_file

CAUSES = YAML(typ="safe").load((Path(__file__).parent / "data" / "causes.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause["why"])
def test_each_cause_is_read(cause: dict[str, Any]) -> None:
    drafts = read_file(cause["text"].encode(), "資料").drafts
    assert [draft.title.ja for draft in drafts] == [sheet["title"] for sheet in cause["sheets"]]
    for draft, sheet in zip(drafts, cause["sheets"], strict=True):
        assert {amount.kind.value: amount.yen for amount in draft.amounts} == sheet["amounts"]
        assert [office.name for office in draft.offices] == sheet.get(
            "offices", [o.name for o in draft.offices]
        )
        assert list(draft.lines) == sheet.get("lines", list(draft.lines))
        assert draft.fiscal_year == sheet.get("year", draft.fiscal_year)
        assert cause.get("doubt", "") in "\n".join(["", *(reason for _, reason in doubts(draft))])


SHEET = [
    "事業の内容 事業スキーム（対象者、対象行為、補助率等）",
    "空き店舗の灯り事業",
    "令和６年度補正予算額 12億円",
    "中小企業庁商業課",
    "事業目的",
    "空き店舗に灯りをともす取組を支援する。",
    "成果目標",
    "100店に灯りをともす。",
]


@pytest.mark.parametrize(
    "budget",
    [
        "６年度補正予算額　12億円",
        "６年度 補正予算（案）額 1,200百万円",
        "【６年度補正予算額】12億円",
        "６年度補正予算額\n12億円",
        "予算額（６年度補正）：12億円",
        "R6補正 12億円",
        "令和６補正予算 12億円",
        "令和6(2024)年度補正予算額 12億円",
    ],
)
def test_a_budget_line_without_its_era_or_year_word_still_opens_its_sheet(budget: str) -> None:
    pages = [
        [line.replace("空き店舗", name) for line in (*SHEET[:2], budget, *SHEET[3:])]
        for name in ("広場", "水路")
    ]
    drafts = read_file("\n".join([*pages[0], "", *pages[1]]).encode(), "資料").drafts
    assert [draft.title.ja for draft in drafts] == ["広場の灯り事業", "水路の灯り事業"]
    for draft in drafts:
        assert (draft.fiscal_year, draft.round) == (2024, "補正")
        assert [amount.yen for amount in draft.amounts] == [1_200_000_000]


def test_lines_that_were_passed_over_are_told_in_the_record_beside_them() -> None:
    before = ["灯りの工事 1か所当たり30万円", "灯りの点検", "", "", ""]
    reading = read_file("\n".join([*before, *SHEET]).encode(), "資料")
    (record,) = to_records(reading.drafts)
    assert record["lines"] == [6, 13]
    assert any("1～2行目" in doubt["reason"] for doubt in record["doubts"])
    assert any("1～2行目" in doubt for doubt in reading.doubts)


def test_an_ordinary_document_raises_no_doubt_about_its_boundaries() -> None:
    cover = ["令和６年度補正予算の概要", "経済産業省", "", "", ""]
    pages = [[line.replace("空き店舗", name) for line in SHEET] for name in ("広場", "水路", "倉庫")]
    lines = [*cover, *(line for page in pages for line in (*page, "", "", ""))]
    reading = read_file("\n".join(lines).encode(), "資料")
    assert len(reading.drafts) == 3
    assert not [reason for draft in reading.drafts for reason in draft.doubts if "境界" in reason]
