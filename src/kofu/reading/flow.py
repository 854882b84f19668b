"""Who pays whom on a sheet: boxes, arrows and rates of its diagrams as flows, each with its lines and doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kofu.programme.model import Flow, Recipient
from kofu.programme.vocabulary import Instrument
from kofu.reading.document import Sheet
from kofu.reading.flow_complete import complete
from kofu.reading.flow_graph import RIVAL, Arrow, Graph, rates_of
from kofu.reading.flow_items import Box, Items, find_items
from kofu.reading.flow_keys import keys_of
from kofu.reading.flow_labels import Label
from kofu.reading.flow_order import UNKNOWN, BoxOrder, learn_order
from kofu.reading.flow_scheme import find_scheme
from kofu.reading.flow_solve import Answer, solve
from kofu.reading.flow_strip import cut_strip
from kofu.reading.flow_unsaid import unsaid

__all__ = ["BoxOrder", "FlowReading", "find_flows", "learn_order"]

_UNUSUAL, _DOUBTFUL = 0.95, 1.8
"""A diagram this dear is flagged when a rival is in sight, or even without one."""
_IN_SIGHT = 0.8


@dataclass(frozen=True)
class FlowReading:
    """The flows of one sheet, its final recipients, and doubts that concern the diagram as a whole."""

    flows: list[Flow]
    recipients: list[Recipient]
    doubts: list[str]


def find_flows(sheet: Sheet, order: BoxOrder = UNKNOWN) -> FlowReading:
    """The arrows of public money on a sheet. What cannot be decided is flagged or left out, never guessed."""
    scheme = find_scheme(sheet)
    drawn, recipients, unread = _drawn(sheet, order)
    flows = complete(drawn, sheet, scheme)
    if len(flows) > len(drawn):
        paying = {flow.payer for flow in flows}
        last = {flow.payee: flow.at for flow in flows if flow.payee not in paying}
        recipients = [Recipient(name=name, at=at) for name, at in last.items()]
    return FlowReading(flows, recipients, unread + unsaid(sheet, flows, scheme))


def _drawn(sheet: Sheet, order: BoxOrder) -> tuple[list[Flow], list[Recipient], list[str]]:
    """The flows of the diagrams, their final recipients, and doubts."""
    items = find_items(cut_strip(sheet))
    answers = solve(items, order)
    if not answers or not answers[0].graphs:
        return [], [], []
    best, rivals = answers[0], [rival for rival in answers[1:] if rival.cost - answers[0].cost < RIVAL]
    lonely = len(answers) == 1 or answers[1].cost - best.cost > _IN_SIGHT
    graphs = _without_pictures(items, [graph for graph in best.graphs if graph.arrows], sheet)
    unread = _left_over(best)
    flows: list[Flow] = []
    for graph, keys in zip(graphs, keys_of(items, graphs), strict=True):
        concern = _badly_fits(graph, lonely) or (unread[0] if unread else None)
        into_fund = _into_fund(items, graphs)
        for arrow in _arrows(graph):
            fund = arrow in into_fund
            flows += [flow for flow in _flows(arrow, fund, keys, concern, best, rivals) if flow not in flows]
    return flows, _recipients(graphs), unread


def _without_pictures(items: Items, graphs: list[Graph], sheet: Sheet) -> list[Graph]:
    """Where a diagram under 条件 is drawn again as a picture elsewhere on the sheet, the picture is left out.

    Diagrams that each stand under the key of a component of their own are no pictures of each other.
    """
    if len(graphs) < 2 or len(set(keys_of(items, graphs)) - {()}) == len(graphs):
        return graphs
    stated = {line.number for line in sheet.regions.get("conditions", ())}
    under = [
        graph
        for graph in graphs
        if any(a.payer.is_state and a.payer.lines[0] in stated for a in graph.arrows)
    ]
    official = {
        arrow.payee.name
        for graph in under
        for arrow in graph.arrows
        if arrow.payer.is_state and arrow.payer.lines[0] in stated
    }
    return [
        graph
        for graph in graphs
        if graph in under
        or not any(arrow.payer.is_state and arrow.payee.name in official for arrow in graph.arrows)
    ]


def _into_fund(items: Items, graphs: Sequence[Graph]) -> list[Arrow]:
    """The arrow that a word like 基金を設置 beside no label means: from the state to a body that pays on."""
    if not items.funds or any(label.fund for label in items.labels):
        return []
    arrows = [arrow for graph in graphs for arrow in _arrows(graph)]
    paying = {id(arrow.payer) for arrow in arrows}
    found = [arrow for arrow in arrows if arrow.payer.is_state and id(arrow.payee) in paying]
    return found if len(found) == 1 else []


def _arrows(graph: Graph) -> list[Arrow]:
    return [
        Arrow(payer, payee, arrow.label)
        for arrow in graph.arrows
        for payer in arrow.payer.members or (arrow.payer,)
        for payee in arrow.payee.members or (arrow.payee,)
        if arrow.label and not arrow.label.service and not _borrows(payer, payee, arrow.label)
    ]


def _borrows(payer: Box, payee: Box, label: Label) -> bool:
    """Whether it is the loan of a bank to the box that it is drawn beside, which is no public money."""
    return (
        label.instruments == (Instrument.LOAN,)
        and payee.name.removesuffix("等").endswith(("金融機関", "銀行", "信用金庫"))
        and not payer.is_state
        and not any(word in payer.name for word in ("公庫", "金庫", "銀行", "県", "基金"))
    )


def _badly_fits(graph: Graph, lonely: bool) -> str | None:
    """Why a whole diagram is in doubt."""
    if any(arrow.label is None for arrow in graph.arrows):
        return "図の矢印の一部に手段の表示が見当たりません"
    if any(isinstance(piece, Label) for piece in graph.unused):
        return "図の手段の表示の一部がどの矢印のものか分かりません"
    if any(label.gathered for label in graph.labels) and any(not label.rates for label in graph.labels):
        return "補助率の一部がどの矢印のものか分かりません"
    if graph.cost >= (_DOUBTFUL if lonely else _UNUSUAL):
        return "図の組み立てが通例から外れています"
    return None


def _flows(
    arrow: Arrow,
    fund: bool,
    keys: tuple[str, ...],
    concern: str | None,
    best: Answer,
    rivals: Sequence[Answer],
) -> list[Flow]:
    label = arrow.label
    assert label is not None
    found = []
    for instrument in label.instruments:
        rates = rates_of(label, instrument)
        fact = (arrow.payer.name, arrow.payee.name, instrument.ja, "、".join(map(str, rates)))
        parts = label.keyed if rates and label.keyed else ((None, rates),)
        found += [
            Flow(
                component=_component((key,) if key else label.keys or keys),
                payer=arrow.payer.name,
                payee=arrow.payee.name,
                instrument=instrument,
                rates=list(part),
                fund=fund or label.fund,
                at=tuple(sorted({*arrow.payer.lines, *arrow.payee.lines, *label.lines})),
                text=label.printed if label.printed != instrument.ja else None,
                doubt=_doubt(arrow, label, fact, best, rivals) or concern,
            )
            for key, part in parts
        ]
    return found


def _component(keys: Sequence[str]) -> str | list[str] | None:
    return None if not keys else keys[0] if len(keys) == 1 else list(keys)


def _doubt(
    arrow: Arrow, label: Label, fact: tuple[str, str, str, str], best: Answer, rivals: Sequence[Answer]
) -> str | None:
    for rival in rivals:
        if fact not in rival.facts and not (arrow.payer.members or arrow.payee.members):
            other = "、".join(
                f"{payer}→{payee} {instrument}{f'（{rates}）' if rates else ''}"
                for payer, payee, instrument, rates in sorted(rival.facts - best.facts)
            )
            return f"別の読み方もあります: {other.replace('＋', 'と') or 'この矢印がない'}"
    if label.implied:
        return "手段が印刷されておらず、補助と読みました"
    if arrow.payee.unknown or arrow.payer.unknown:
        return "箱と読んだ語が語彙にありません"
    if arrow.payee.glued:
        return "受け手の名が図の外の語に続けて印刷されています"
    return None


def _left_over(answer: Answer) -> list[str]:
    """What the diagrams of the sheet leave unread."""
    skipped = [
        g
        for g in answer.graphs
        if not g.arrows and any(isinstance(p, Label) and not p.service for p in g.unused)
    ]
    return ["図として読めなかった箇所があります（国・手段の表示）"] if skipped else []


def _recipients(graphs: Sequence[Graph]) -> list[Recipient]:
    arrows = [arrow for graph in graphs for arrow in _arrows(graph)]
    paying = {id(arrow.payer) for arrow in arrows}
    last: dict[str, Box] = {}
    for arrow in arrows:
        if id(arrow.payee) not in paying:
            last.setdefault(arrow.payee.name, arrow.payee)
    return [Recipient(name=name, at=box.lines) for name, box in last.items()]
