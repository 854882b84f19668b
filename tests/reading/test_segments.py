"""Where sheets begin and end: inferred from several cues, with a margin that becomes a doubt."""

import pytest

from kofu.reading.decode import read_document
from kofu.reading.reader import read_file
from kofu.reading.segments import cut_sheets


def sheet(name: str, head: str = "top") -> list[str]:
    title = [
        f"{name}の整備を支える事業",
        "平成29年度補正予算案額 4.0億円",
        "中小企業庁 商業課",
        "03-3501-1929",
    ]
    body = [
        "事業の内容",
        "条件（対象者、対象行為、補助率等）",
        "国 民間企業等",
        "補助",
        "事業イメージ",
        "事業目的・概要",
        f"{name}を整える費用の一部を支援します。",
        "成果目標",
        f"平成32年度までに、{name}を20か所に増やします。",
    ]
    order = {"top": [*title, *body], "middle": [*body[:5], *title, *body[5:]], "end": [*body, *title]}
    return order[head]


def starts(lines: list[str]) -> list[str]:
    return [cut.lines[0].text for cut in cut_sheets(read_document("\n".join(lines).encode()))]


@pytest.mark.parametrize("head", ["top", "middle", "end"])
@pytest.mark.parametrize("between", [["\f"], ["", "", ""], ["12", ""], [" "]])
def test_sheets_are_cut_whatever_mark_the_page_break_left(head: str, between: list[str]) -> None:
    pages = [sheet(name, head) for name in ("広場", "水路", "倉庫")]
    mark = between[0]
    if mark == "\f":
        lines = pages[0] + [p for page in pages[1:] for p in (mark + page[0], *page[1:])]
    elif mark == " ":
        lines = pages[0] + [p for page in pages[1:] for p in (" " + page[0], *page[1:])]
    else:
        lines = pages[0] + [p for page in pages[1:] for p in (*between, *page)]
    assert starts(lines) == [page[0] for page in pages]


def test_text_above_a_title_can_belong_to_the_sheet() -> None:
    first, second = sheet("広場"), sheet("水路", "end")
    stray = ["県が計画を認定し、費用の一部を補助します。", "", "水路の管理者が申請します。", ""]
    cuts = cut_sheets(read_document("\n".join([*first, " " + stray[0], *stray[1:], *second]).encode()))
    assert [cut.lines[0].text for cut in cuts] == [first[0], stray[0]]


def test_dividers_covers_and_page_numbers_are_not_sheets() -> None:
    lines = [
        "平成29年度補正予算案の概要",
        "（ＰＲ資料）",
        "Ⅰ．まちの基盤",
        "○広場の整備を支える事業 ・・・・・・・・・・・・・・・１",
        "Ⅱ．水の基盤",
        "○水路の整備を支える事業 ・・・・・・・・・・・・・・・２",
        "",
        "Ⅰ．まちの基盤",
        *[" " + line if n == 0 else line for n, line in enumerate(sheet("広場"))],
        "1",
        "",
        "",
        "",
        "Ⅱ．水の基盤",
        *[" " + line if n == 0 else line for n, line in enumerate(sheet("水路"))],
        "2",
    ]
    assert starts(lines) == ["広場の整備を支える事業", "水路の整備を支える事業"]
    reading = read_file("\n".join(lines).encode(), "資料")
    assert reading.doubts == ()


def test_an_entry_of_the_contents_without_a_sheet_is_told() -> None:
    contents = ["○広場の整備を支える事業 ・・・・・１", "○倉庫の整備を支える事業 ・・・・・２", "", "", ""]
    reading = read_file("\n".join([*contents, *sheet("広場")]).encode(), "資料")
    assert any("倉庫の整備を支える事業" in doubt for doubt in reading.doubts)
    assert any("2件" in doubt and "1件" in doubt for doubt in reading.doubts)


def test_another_name_in_the_contents_is_an_alias() -> None:
    contents = [
        "○ひろばの整備を支える補助事業 ・・・・・１",
        "○水路の整備を支える事業 ・・・・・２",
        "",
        "",
        "",
    ]
    lines = [*contents, *sheet("広場"), "", "", "", *sheet("水路")]
    first, second = read_file("\n".join(lines).encode(), "資料").drafts
    assert [(alias.name, alias.at) for alias in first.aliases] == [("ひろばの整備を支える補助事業", (1,))]
    assert second.aliases == []


def test_an_office_that_was_copied_along_is_left_out_and_told() -> None:
    copied = ["", "貿易経済協力局 貿易保険課", "03-3501-6979", ""]
    lines = []
    for name, section in (("広場", "商業課"), ("水路", "取引課"), ("倉庫", "財務課")):
        page = [line.replace("商業課", section) for line in sheet(name)]
        lines += [*page[:2], *copied, *page[4:7], *page[2:4], *page[7:], "", "", ""]
    drafts = read_file("\n".join(lines).encode(), "資料").drafts
    assert [[office.name for office in draft.offices] for draft in drafts] == [
        ["中小企業庁 商業課"],
        ["中小企業庁 取引課"],
        ["中小企業庁 財務課"],
    ]
    assert all(any("貿易保険課" in doubt for doubt in draft.doubts) for draft in drafts)


def test_a_total_below_its_appropriation_is_told() -> None:
    budget = "国庫債務負担行為含め総額 3.0億円 ※平成29年度補正予算額 4.0億円"
    lines = [budget if "予算案額" in line else line for line in sheet("広場")]
    (draft,) = read_file("\n".join(lines).encode(), "資料").drafts
    assert any("より小さく" in doubt for doubt in draft.doubts)


def test_a_weak_boundary_is_a_doubt() -> None:
    first, second = sheet("広場", "end"), sheet("水路", "end")
    loose = ["整備の例", "", "工事の様子", ""]
    cuts = cut_sheets(read_document("\n".join([*first, "", *loose, *second]).encode()))
    assert len(cuts) == 2
    assert all(any("境界が不確か" in doubt for doubt in cut.doubts) for cut in cuts)
