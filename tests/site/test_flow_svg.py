"""The picture of a funding flow: every box and arrow there, none on top of another."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.catalogue.store import Store
from kofu.programme.model import Flow, Programme
from kofu.programme.vocabulary import Instrument
from kofu.site.flow_groups import flow_groups
from kofu.site.flow_layout import BESIDE, FONT, WIDTH, Box, Picture, lay_out
from kofu.site.flow_svg import flow_svg, label_of
from kofu.site.text_wrap import width, wrap
from kofu.site.words import say_in

JA = say_in("ja")


def flow(payer: str, payee: str, component: str | None = None, **more: object) -> Flow:
    values = {"from": payer, "to": payee, "instrument": "補助", "component": component, "at": [1], **more}
    return Flow.model_validate(values)


def picture(*flows: Flow) -> Picture:
    return lay_out(
        flows,
        {n: n for f in flows for n in (f.payer, f.payee)},
        {i: label_of(f, JA) for i, f in enumerate(flows)},
    )


def apart(a: Box, b: Box) -> bool:
    across = a.x + a.width <= b.x or b.x + b.width <= a.x
    return across or a.y + a.height <= b.y or b.y + b.height <= a.y


def test_a_chain_stands_one_below_another() -> None:
    boxes = picture(flow("国", "基金設置法人"), flow("基金設置法人", "中小企業等")).boxes
    assert [box.name for box in sorted(boxes, key=lambda b: b.y)] == ["国", "基金設置法人", "中小企業等"]


def test_an_arrow_past_a_row_runs_through_no_box() -> None:
    drawn = picture(flow("国", "公庫"), flow("公庫", "銀行"), flow("公庫", "企業"), flow("銀行", "企業"))
    bank = next(box for box in drawn.boxes if box.name == "銀行")
    for arrow in drawn.arrows:
        (x, top), (_, bottom) = arrow.points[0], arrow.points[-1]
        if top < bank.y and bottom > bank.y + bank.height:
            assert not bank.x <= x <= bank.x + bank.width


def test_a_second_tier_of_one_name_is_a_box_of_its_own() -> None:
    drawn = picture(flow("国", "民間企業等"), flow("民間企業等", "民間企業等"))
    assert [box.name for box in drawn.boxes] == ["国", "民間企業等", "民間企業等"]
    assert len({box.y for box in drawn.boxes}) == 3


def test_a_ring_is_drawn_without_end() -> None:
    assert len(picture(flow("国", "A社"), flow("A社", "B社"), flow("B社", "A社")).arrows) == 3


def test_two_instruments_between_the_same_two_are_two_arrows() -> None:
    drawn = picture(flow("国", "NEDO"), flow("国", "NEDO", instrument="委託"))
    assert len({arrow.points[0][0] for arrow in drawn.arrows}) == 2


names = st.sampled_from(["国", "県", "団体", "企業", "大学", "銀行", "とても長い名前の独立行政法人等の団体"])


@given(st.lists(st.tuples(names, names), min_size=1, max_size=8))
def test_boxes_never_overlap_and_arrows_go_down(pairs: list[tuple[str, str]]) -> None:
    drawn = picture(*(flow(payer, payee) for payer, payee in pairs))
    for i, box in enumerate(drawn.boxes):
        assert box.x >= 0
        assert box.x + box.width <= drawn.width
        assert all(apart(box, other) for other in drawn.boxes[i + 1 :])
    for arrow in drawn.arrows:
        assert arrow.points[0][1] < arrow.points[-1][1]
    assert sum(arrow.head for arrow in drawn.arrows) == len(pairs)


def test_every_programme_is_drawn_whole(store: Store) -> None:
    narrow = 0
    for programme in store.programmes():
        groups = flow_groups(programme)
        assert {id(f) for group in groups for f in group.flows} == {id(f) for f in programme.flows}, (
            programme.id
        )
        for number, group in enumerate(groups):
            svg = flow_svg(group.flows, JA, "図", f"f{number}")
            root = ET.fromstring(svg)
            words = "".join(root.itertext())
            for f in group.flows:
                assert f.payee in words
            narrow += int(root.attrib["width"]) <= WIDTH + 2
    assert narrow > 100


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_words_on_an_arrow_end_before_the_next_arrow(store: Store, lang: str) -> None:
    say = say_in(lang)
    for programme in store.programmes():
        for group in flow_groups(programme):
            labels = {i: label_of(f, say) for i, f in enumerate(group.flows)}
            arrows = lay_out(group.flows, {}, labels).arrows
            for arrow in arrows:
                x, y = arrow.points[0]
                end = x + BESIDE + 0.95 * FONT * max((width(line) for line in arrow.label), default=0)
                beside = [other.points[0][0] for other in arrows if other.points[0][1] == y]
                assert all(end <= other for other in beside if other > x), (programme.id, arrow.label)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_picture_says_in_words_what_it_shows(lang: str) -> None:
    say = say_in(lang)
    svg = flow_svg([flow("国", "県", rates=["2/3"], fund=True)], say, "図", "f1")
    root = ET.fromstring(svg)
    desc = next(e for e in root.iter() if e.tag.endswith("desc")).text or ""
    assert root.attrib["role"] == "img"
    assert say.term(Instrument.SUBSIDY) in desc
    assert "2/3" in desc
    assert say("flow_fund") in "".join(root.itertext())


def test_markup_in_names_stays_text() -> None:
    assert "<b>" not in flow_svg([flow("国", "<b>&")], JA, "図", "f1")


def test_shared_arrows_join_the_components_they_lead_to() -> None:
    flows = [flow("国", "団体"), flow("団体", "企業", "①"), flow("団体", "大学", "②"), flow("国", "県")]
    sheet = Programme.model_construct(flows=flows)
    groups = flow_groups(sheet)
    assert [(group.keys, [f.payee for f in group.flows]) for group in groups] == [
        ((), ["県"]),
        (("①",), ["団体", "企業"]),
        (("②",), ["団体", "大学"]),
    ]


@given(st.text("省エネ補助金（独）・ABC、 ", min_size=1, max_size=60), st.integers(4, 20))
def test_wrapping_loses_nothing_and_stays_in_its_room(text: str, room: int) -> None:
    lines = wrap(text, room)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_the_fund_is_told_to_who_does_not_see_the_picture() -> None:
    flows = [
        Flow(payer="国", payee="みどり機構", instrument=Instrument.SUBSIDY, fund=True, at=(1,)),
        Flow(payer="みどり機構", payee="民間企業等", instrument=Instrument.COMMISSION, at=(2,)),
    ]
    assert "国からみどり機構へ補助 基金。 みどり機構から民間企業等へ委託。<" in flow_svg(
        flows, say_in("ja"), "", "f1"
    )
