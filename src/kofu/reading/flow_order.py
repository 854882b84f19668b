"""In which order a document dumps the boxes of a diagram: learnt from its own sheets, never fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kofu.reading.document import Sheet
from kofu.reading.flow_items import Box, Items, find_items
from kofu.reading.flow_labels import Label
from kofu.reading.flow_strip import cut_strip


@dataclass(frozen=True)
class Evidence:
    """Places that speak for and against; `share` is the estimate with one place of each kind added."""

    pro: int = 0
    contra: int = 0

    @property
    def share(self) -> float:
        """Between 0 and 1; 1/2 when nothing is known."""
        return (self.pro + 1) / (self.pro + self.contra + 2)


LEFT_TO_RIGHT = Evidence(5)
"""Usage counts for as much: tiers that contradict it leave a doubt, and a few sheets can outweigh it."""


@dataclass(frozen=True)
class BoxOrder:
    """What a document's forced sheets say about its dumps.

    `state_first`: in a line of boxes 国 stands first. `boxes_payer_first`: of two other boxes in one line the
    payer stands first; `after_state`: the same in a line that begins with 国, which reads from left to right
    whatever the document's other lines do. `labels_payer_first`: of two labels that of the first hop stands first.
    """

    state_first: Evidence = Evidence()
    boxes_payer_first: Evidence = Evidence()
    after_state: Evidence = LEFT_TO_RIGHT
    labels_payer_first: Evidence = Evidence()

    def box_cost(self, payer_first: bool, after_state: bool = False) -> float:
        """What it costs a graph that two boxes of one line pay in this order."""
        known = self.after_state if after_state else self.boxes_payer_first
        share = known.share if known != Evidence() else self.state_first.share
        return 1.4 * ((1 - share) if payer_first else share)

    @property
    def beside_state_cost(self) -> float:
        """What it costs that the box right of 国, in a line that begins with it, is not paid by 国."""
        return max(0.0, 1.2 * (max(self.state_first.share, self.after_state.share) - 0.5))

    @property
    def cut_inside_cost(self) -> float:
        """What it costs that a diagram begins before its 国, where 国 is dumped first."""
        return max(0.0, 0.6 * (self.state_first.share - 0.5))

    def label_cost(self, first: Label, second: Label, payer_first: bool) -> float:
        """The same for two labels in printed order; in one line they read from left to right."""
        if first.lines[-1] == second.lines[0]:
            return 0.0 if payer_first else 0.7
        share = self.labels_payer_first.share
        return 0.5 * ((1 - share) if payer_first else share)


UNKNOWN = BoxOrder()


def learn_order(sheets: Sequence[Sheet]) -> BoxOrder:
    """The order of boxes in a document, from those of its sheets where only one answer is possible."""
    seen = [find_items(cut_strip(sheet)) for sheet in sheets]
    rows = [row for items in seen for row in _rows(items)]
    state = [row[0].is_state for row in rows if row[0].is_state != row[-1].is_state]
    labels = [first for items in seen for first in _hops(items)]
    after = _pairs([row for row in rows if row[0].is_state])
    return BoxOrder(
        _count(state),
        _count(_pairs([row for row in rows if not row[0].is_state])),
        Evidence(LEFT_TO_RIGHT.pro + sum(after), len(after) - sum(after)),
        _count(labels),
    )


def _pairs(rows: Sequence[Sequence[Box]]) -> list[bool]:
    """For neighbours beside 国 whose tiers tell who pays: whether the payer stands first."""
    return [
        first.tier < second.tier
        for row in rows
        for first, second in pairwise(box for box in row if not box.is_state)
        if first.tier != second.tier
    ]


def _count(answers: Sequence[bool]) -> Evidence:
    return Evidence(sum(answers), len(answers) - sum(answers))


def _rows(items: Items) -> list[list[Box]]:
    """Lines that hold 国 once and another box."""
    rows: dict[int, list[Box]] = {}
    for box in items.boxes:
        rows.setdefault(box.lines[0] if box.is_state else box.lines[-1], []).append(box)
    return [row for row in rows.values() if len(row) > 1 and sum(box.is_state for box in row) == 1]


def _hops(items: Items) -> list[bool]:
    """For a sheet of one 国 and two labels, 定額 and a fraction: whether the first hop's label comes first."""
    money = [label for label in items.labels if not label.service]
    if len(money) != 2 or sum(box.is_state for box in items.boxes) != 1:
        return []
    fixed = [bool(label.rates) and all(rate.value is None for rate in label.rates) for label in money]
    shared = [any(rate.value is not None for rate in label.rates) for label in money]
    if fixed[0] and shared[1]:
        return [True]
    return [False] if fixed[1] and shared[0] else []
