"""Who pays whom on a sheet: boxes, arrows and rates of its diagrams as flows, each with its lines and doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kofu.programme.model import Flow, Recipient
from kofu.reading.document import Sheet
from kofu.reading.flow_graph import Arrow, rates_of
from kofu.reading.flow_items import Box, find_items, with_funds
from kofu.reading.flow_order import UNKNOWN, BoxOrder, learn_order
from kofu.reading.flow_solve import Answer, solve
from kofu.reading.flow_strip import cut_strip

__all__ = ["BoxOrder", "FlowReading", "find_flows", "learn_order"]

_MARGIN = 0.5
"""A rival this near to the best answer is named instead of being passed over."""


@dataclass(frozen=True)
class FlowReading:
    """The flows of one sheet, its final recipients, and doubts that concern the diagram as a whole."""

    flows: list[Flow]
    recipients: list[Recipient]
    doubts: list[str]


def find_flows(sheet: Sheet, order: BoxOrder = UNKNOWN) -> FlowReading:
    """The arrows of public money on a sheet. What cannot be decided is flagged or left out, never guessed."""
    items = with_funds(find_items(cut_strip(sheet)))
    answers = solve(items, order)
    if not answers or not answers[0].graphs:
        return FlowReading([], [], [])
    best, rivals = answers[0], answers[1:]
    flows: list[Flow] = []
    for arrow in _arrows(best):
        flows += [flow for flow in _flows(arrow, best, rivals) if flow not in flows]
    return FlowReading(flows, _recipients(best), [])


def _arrows(answer: Answer) -> list[Arrow]:
    return [
        Arrow(payer, payee, arrow.label)
        for graph in answer.graphs
        for arrow in graph.arrows
        for payer in arrow.payer.members or (arrow.payer,)
        for payee in arrow.payee.members or (arrow.payee,)
        if arrow.label and not arrow.label.service
    ]


def _flows(arrow: Arrow, best: Answer, rivals: Sequence[Answer]) -> list[Flow]:
    label = arrow.label
    assert label is not None
    found = []
    for instrument in label.instruments:
        rates = rates_of(label, instrument)
        fact = (arrow.payer.name, arrow.payee.name, instrument.ja, "、".join(map(str, rates)))
        doubt = None
        for rival in rivals:
            if rival.cost - best.cost < _MARGIN and fact not in rival.facts:
                doubt = "rival: " + "; ".join(f"{a}→{b} {i} {r}" for a, b, i, r in sorted(rival.facts - best.facts))
                break
        lines = dict.fromkeys((*arrow.payer.lines, *arrow.payee.lines, *label.lines))
        found.append(
            Flow(
                payer=arrow.payer.name,
                payee=arrow.payee.name,
                instrument=instrument,
                rates=list(rates),
                fund=label.fund,
                at=tuple(sorted(lines)),
                doubt=doubt,
            )
        )
    return found


def _recipients(answer: Answer) -> list[Recipient]:
    arrows = _arrows(answer)
    paying = {id(arrow.payer) for arrow in arrows}
    last: dict[str, Box] = {}
    for arrow in arrows:
        if id(arrow.payee) not in paying:
            last.setdefault(arrow.payee.name, arrow.payee)
    return [Recipient(name=name, at=box.lines) for name, box in last.items()]
