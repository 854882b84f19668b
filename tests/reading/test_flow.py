"""Made-up diagrams in the styles of the documents are read as a reader of the slide would read them; and what
holds for every diagram: boxes come apart, the state only pays, no answer changes in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from kofu.programme.model import Flow
from kofu.programme.vocabulary import Instrument
from kofu.reading.document import Line, Sheet, SourceText
from kofu.reading.flow import FlowReading, find_flows, learn_order
from kofu.reading.flow_lexicon import Kind, fold, lexicon
from kofu.reading.flow_strip import cut_strip
from kofu.reading.flow_tokens import split
from kofu.text.codepoints import repair

DATA = Path(__file__).parent / "data" / "flow"
STYLES: dict[str, list[dict[str, Any]]] = {
    path.stem: YAML(typ="safe").load(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.yaml"))
}
CASES = [(style, case) for style, cases in STYLES.items() for case in cases]


def sheet_of(text: str) -> Sheet:
    lines = tuple(Line(n, repair(raw)) for n, raw in enumerate(text.split("\n"), start=1))
    return Sheet(SourceText("made-up", "", "utf-8", lines), lines, "made-up")


def read(style: str, text: str) -> FlowReading:
    return find_flows(sheet_of(text), learn_order([sheet_of(case["text"]) for case in STYLES[style]]))


def said(flow: Flow) -> dict[str, Any]:
    fact: dict[str, Any] = {"from": flow.payer, "to": flow.payee, "instrument": flow.instrument.ja}
    if flow.rates:
        fact["rates"] = [str(rate) for rate in flow.rates]
    if flow.fund:
        fact["fund"] = True
    if flow.component:
        fact["component"] = flow.component
    return fact


@pytest.mark.parametrize(("style", "case"), CASES, ids=[f"{style}: {case['name']}" for style, case in CASES])
def test_a_diagram_is_read_as_drawn(style: str, case: dict[str, Any]) -> None:
    flows = read(style, case["text"]).flows
    assert [said(flow) for flow in flows] == case["flows"]
    assert any(flow.doubt for flow in flows) or not case.get("doubtful")


def test_the_order_of_boxes_is_learnt_from_the_document() -> None:
    orders = {
        style: learn_order([sheet_of(case["text"]) for case in cases]) for style, cases in STYLES.items()
    }
    assert orders["state-first"].state_first.share > 0.8
    assert orders["state-last"].state_first.share < 0.2


def test_every_fact_stands_in_the_lines_it_names() -> None:
    for style, case in CASES:
        lines = case["text"].split("\n")
        for flow in read(style, case["text"]).flows:
            printed = "".join(fold(repair("".join(lines[n - 1] for n in flow.at)).text).split())
            for piece in (flow.payer, flow.payee, *map(str, flow.rates)):
                assert set(fold(piece)) <= set(printed), (case["name"], piece, flow.at)


def test_two_graphs_that_fit_equally_are_not_chosen_between_in_silence() -> None:
    text = "国\n\n県\n\n自治体\n\n補助\n\n補助\n"
    assert all(flow.doubt for flow in read("state-last", text).flows)


def test_a_diagram_without_the_state_gives_no_flows() -> None:
    assert read("state-first", "民間団体等 民間企業等\n補助（1/2）\n").flows == []


def test_recipients_are_the_last_boxes() -> None:
    case = next(case for case in STYLES["state-last"] if case["name"].startswith("chain"))
    reading = read("state-last", case["text"])
    assert [(recipient.name, recipient.at) for recipient in reading.recipients] == [("民間企業等", (4,))]


NAMES = [
    "民間企業等",
    "民間団体等",
    "中小企業等",
    "大学等",
    "市町村",
    "地方公共団体等",
    "県",
    "農業協同組合等",
    "医療機関等",
]
LABELS = ["補助\n（定額）", "補助\n（1/2）", "委託", "交付金", "補助（2/3以内）", "出資", "利子補給"]


def boxes(text: str) -> list[str]:
    strip = cut_strip(sheet_of(text))
    return [strip.printed[t.start : t.end] for t in split(strip) if t.kind in (Kind.STATE, Kind.ACTOR)]


@pytest.mark.parametrize(
    ("glued", "expected"),
    [
        ("民間企業等国", ["民間企業等", "国"]),
        ("国民間企業等", ["国", "民間企業等"]),
        ("国⺠間団体等", ["国", "民間団体等"]),
        ("補助 民間企業等 民間企業等国", ["民間企業等", "民間企業等", "国"]),
        ("国\n独立行政法人みなと\n振興機構\n（MSK）", ["国", "独立行政法人みなと振興機構（MSK）"]),
        ("一般財団法人やまびこ協会国", ["一般財団法人やまびこ協会", "国"]),
        ("小売事業者 等", ["小売事業者等"]),
        ("各国政府", []),
    ],
)
def test_glued_boxes_come_apart(glued: str, expected: list[str]) -> None:
    assert [name.replace("各国政府", "") for name in boxes(glued) if name != "各国政府"] == expected


@given(st.lists(st.sampled_from([*NAMES, "国"]), min_size=1, max_size=6, unique=True))
def test_listed_names_come_apart_in_any_order_without_a_space(names: list[str]) -> None:
    assert boxes("".join(names)) == names


diagrams = st.lists(st.sampled_from([*NAMES, *LABELS, "国", "（１）", "公募"]), min_size=1, max_size=9)


@given(diagrams)
@settings(deadline=None)
def test_the_state_only_pays_and_boxes_stand_in_their_lines(pieces: list[str]) -> None:
    text = "\n\n".join(pieces)
    lines = text.split("\n")
    for flow in find_flows(sheet_of(text)).flows:
        assert flow.payee != "国"
        assert {flow.payer, flow.payee} <= {lines[n - 1] for n in flow.at}
        assert flow.instrument is not Instrument.COMMISSION or not flow.rates


@given(diagrams)
@settings(deadline=None)
def test_money_starts_at_the_state(pieces: list[str]) -> None:
    reached = {"国"}
    for flow in find_flows(sheet_of("\n\n".join(pieces))).flows:
        assert flow.payer in reached or flow.doubt
        reached.add(flow.payee)


INDEPENDENT = [(style, case) for style, case in CASES if "blocks" not in case]


@pytest.mark.parametrize(("style", "case"), INDEPENDENT, ids=[case["name"] for _, case in INDEPENDENT])
@given(data=st.data())
@settings(deadline=None, max_examples=25)
def test_dumping_the_blocks_in_another_order_changes_nothing_in_silence(
    style: str, case: dict[str, Any], data: st.DataObject
) -> None:
    blocks = case["text"].strip("\n").split("\n\n")
    shuffled = read(style, "\n\n".join(data.draw(st.permutations(blocks))))
    expected = [{**fact, "component": None} for fact in case["flows"]]
    for flow in shuffled.flows:
        assert flow.doubt or shuffled.doubts or {**said(flow), "component": None} in expected


def test_an_empty_document_teaches_nothing() -> None:
    assert learn_order([]).state_first.share == 0.5


def test_no_word_of_the_lexicon_is_listed_twice() -> None:
    words = [entry.printed for group in lexicon().words.values() for entry in group]
    assert sorted(word for word in set(words) if words.count(word) > 1) == []


def test_an_empty_sheet_has_no_flows_and_no_doubts() -> None:
    reading = find_flows(sheet_of(""))
    assert (reading.flows, reading.recipients, reading.doubts) == ([], [], [])
