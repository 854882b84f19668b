"""What a sheet says of the money's way in words: written arrows, sentences, pairs of label and value; and that
nothing of it is lost in silence. All sheets are made up."""

from __future__ import annotations

import pytest

from kofu.reading.document import Line, Sheet, SourceText
from kofu.reading.flow import FlowReading, find_flows
from kofu.text.codepoints import repair

Fact = tuple[str, str, str, tuple[str, ...]]


def read(text: str) -> FlowReading:
    lines = tuple(Line(n, repair(raw)) for n, raw in enumerate(text.split("\n"), start=1))
    return find_flows(Sheet(SourceText("made-up", "", "utf-8", lines), lines, "made-up"))


def facts(reading: FlowReading) -> list[Fact]:
    return [(f.payer, f.payee, f.instrument.ja, tuple(map(str, f.rates))) for f in reading.flows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "国→民間団体（定額）\n民間団体→診療所（3/4）\n民間団体→薬局（1/2）",
            [
                ("国", "民間団体", "補助", ("定額",)),
                ("民間団体", "診療所", "補助", ("3/4",)),
                ("民間団体", "薬局", "補助", ("1/2",)),
            ],
        ),
        (
            "（国）→（補助）→（公益法人）→（補助（1/3以内））→（船舶の所有者）",
            [("国", "公益法人", "補助", ()), ("公益法人", "船舶の所有者", "補助", ("1/3以内",))],
        ),
        ("・国 ⇒ 都道府県（交付金）", [("国", "都道府県", "交付金", ())]),
        ("申請→採択→交付決定", []),
        ("民間団体→診療所（3/4）", []),
    ],
)
def test_arrows_that_are_written_out(text: str, expected: list[Fact]) -> None:
    assert facts(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "国が民間団体等に補助（定額）し、民間団体等が漁業者に対して、網の入\nれ替えにかかる費用を補助（2/3）する。",
            [("国", "民間団体等", "補助", ("定額",)), ("民間団体等", "漁業者", "補助", ("2/3",))],
        ),
        ("３ 実施主体\n国が民間企業に委託して調査を行う。", [("国", "民間企業", "委託", ())]),
        ("国は都道府県に交付金を交付する。", [("国", "都道府県", "交付金", ())]),
        ("国が市町村に定額補助し、地域の足を守る。", [("国", "市町村", "補助", ("定額",))]),
        ("都道府県が市町村に補助（1/2）する。", []),
        ("我が国は地域の企業に期待している。", []),
        ("国が市町村に対して行う指導に基づき、企業に委託する。", []),
        ("外国が企業に補助する例もある。", []),
    ],
)
def test_sentences_are_read_where_nothing_is_drawn_and_always_flagged(
    text: str, expected: list[Fact]
) -> None:
    reading = read(text)
    assert facts(reading) == expected
    assert all(flow.doubt for flow in reading.flows)


def test_a_diagram_goes_before_sentences() -> None:
    reading = read("国が民間団体等に補助（1/2）する。\n\n国\n都道府県\n委託")
    assert facts(reading) == [("国", "都道府県", "委託", ())]


def test_form_of_the_programme_gives_the_rates_that_the_diagram_lacks() -> None:
    text = (
        "■事業形態 間接補助事業（定額、補助率1/2）\n■補助・委託対象 民間事業者・団体\n■実施期間 令和6年度\n\n"
    )
    reading = read(text + "補助金 補助金\n国 公益法人 民間企業")
    assert facts(reading) == [
        ("国", "公益法人", "補助", ("定額",)),
        ("公益法人", "民間企業", "補助", ("1/2",)),
    ]
    assert all(flow.doubt for flow in reading.flows)


def test_form_and_recipient_make_an_arrow_where_nothing_is_drawn() -> None:
    reading = read("■事業形態 委託事業\n■委託対象 大学等\n■実施期間 令和6年度")
    assert facts(reading) == [("国", "大学等", "委託", ())]
    assert reading.flows[0].doubt
    assert reading.flows[0].at == (1, 2)


def test_one_form_reaches_each_recipient_that_is_listed() -> None:
    reading = read("■事業形態 直接補助事業（1/2）\n■補助対象 地方公共団体、民間企業")
    assert facts(reading) == [("国", "地方公共団体", "補助", ("1/2",)), ("国", "民間企業", "補助", ("1/2",))]
    assert all(flow.doubt for flow in reading.flows)


def test_an_intermediary_that_is_not_named_is_not_invented() -> None:
    reading = read("■事業形態\n間接補助事業（1/2）\n■補助対象\n工場の所有者")
    assert reading.flows == []
    assert any("間接補助事業" in doubt for doubt in reading.doubts)


def test_the_share_of_the_state_is_the_rate_of_its_arrow() -> None:
    reading = read("【実施主体】 市町村\n【補助割合】 国：1/2、市町村：1/4、事業者：1/4")
    assert facts(reading) == [("国", "市町村", "補助", ("1/2",))]
    assert reading.flows[0].doubt


def test_a_footnote_completes_the_rate_that_refers_to_it() -> None:
    reading = read("国 医療機関等\n補助（1/2※）\n\n※離島は3/4")
    assert facts(reading) == [("国", "医療機関等", "補助", ("1/2", "3/4"))]
    assert reading.flows[0].doubt


@pytest.mark.parametrize(
    "text",
    [
        "工場の改修に要する費用の一部を補助する。",
        "補助率：1/2",
        "【委託】調査",
        "国（定額）→ 民間団体等",
        "国 民間団体等\n補助（定額）\n\n中小企業の補助率は2/3とする。",
    ],
)
def test_what_ends_on_no_arrow_is_named_in_a_doubt(text: str) -> None:
    assert read(text).doubts


def test_an_arrow_that_holds_all_that_is_said_leaves_no_doubt() -> None:
    assert read("国 民間団体等\n補助（1/2）\n\n補助率は1/2とする。").doubts == []
