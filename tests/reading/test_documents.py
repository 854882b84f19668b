"""Whole documents that we made up in the styles of several ministries and years: every headline fact is found."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from kofu.reading.decode import read_document
from kofu.reading.reader import Reading, read_file
from kofu.reading.segments import cut_sheets

DOCUMENTS = sorted((Path(__file__).parent / "data" / "documents").glob("*.txt"))


def expected(path: Path) -> list[dict[str, Any]]:
    return YAML(typ="safe").load(path.with_suffix(".yaml").read_text(encoding="utf-8"))


def headlines(reading: Reading) -> list[dict[str, Any]]:
    return [
        {
            "title": draft.title.ja,
            "year": draft.fiscal_year,
            "round": draft.round,
            "amounts": {amount.kind.value: amount.yen for amount in draft.amounts},
            "offices": [office.name for office in draft.offices],
            "phones": [phone.number for phone in draft.phones],
        }
        for draft in reading.drafts
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_headlines_are_read(path: Path) -> None:
    wanted = [{key: fact for key, fact in sheet.items() if key != "layout"} for sheet in expected(path)]
    assert headlines(read_file(path)) == wanted


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_the_layout_is_chosen_by_evidence(path: Path) -> None:
    for sheet, wanted in zip(cut_sheets(read_document(path)), expected(path), strict=True):
        assert sheet.layout == wanted.get("layout", sheet.layout)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_facts_stand_in_the_lines_they_name(path: Path) -> None:
    reading = read_file(path)
    lines = {line.number: "".join(line.text.split()) for line in reading.source.lines}

    def printed(at: tuple[int, ...]) -> str:
        return "".join(lines[number] for number in at)

    for draft in reading.drafts:
        first, last = draft.lines
        assert "".join(draft.title.ja.split()) in printed(draft.title.at)
        for fact in (*draft.amounts, *draft.offices, *draft.phones):
            assert all(first <= number <= last for number in fact.at)
        for amount in draft.amounts:
            assert amount.text is not None
            assert "".join(amount.text.split()) in printed(amount.at)
        for office in draft.offices:
            assert all(piece in printed(office.at) for piece in office.name.split())


def test_sheets_follow_each_other_and_leave_cover_and_contents_out() -> None:
    path = DOCUMENTS[0].with_name("meti-r2-third.txt")
    reading = read_file(path)
    spans = [draft.lines for draft in reading.drafts]
    assert all(a[1] < b[0] for a, b in pairwise(spans))
    contents = next(n for n, line in enumerate(reading.source.lines, 1) if "・・・" in line.text)
    assert spans[0][0] > contents


def test_a_document_without_a_sheet_is_refused() -> None:
    from kofu.reading import ReadError

    with pytest.raises(ReadError, match="事業シートが見つかりません"):
        read_file("きょうは良い天気でした。\nあすも晴れるでしょう。\n".encode(), "日記")


def test_one_sheet_in_a_hundred_words_stands_alone() -> None:
    text = "朝市の保冷設備整備事業\n令和８年度補正予算額 3億円\n中小企業庁商業課\n事業目的\n朝市の設備を整える。\n成果目標\n20か所に整える。\n"
    (draft,) = read_file(text.encode(), "一枚").drafts
    assert (draft.title.ja, draft.fiscal_year, draft.amounts[0].yen) == (
        "朝市の保冷設備整備事業",
        2026,
        300_000_000,
    )
