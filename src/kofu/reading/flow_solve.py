"""Which diagrams a sheet holds: its pieces are cut into one diagram for each 国 and every diagram is solved.

Both happen in one exact search, and the search keeps the next best answers: an answer is only as sure as the
distance to its rival.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kofu.reading.flow_graph import Graph, graphs
from kofu.reading.flow_items import Box, Items, Label
from kofu.reading.flow_order import BoxOrder
from kofu.reading.flow_strip import BETWEEN, GAP, JOINED, NEWLINE, SPACE, WALL

_CUT = {JOINED: 6.0, SPACE: 3.0, NEWLINE: 1.2, GAP: 0.3, BETWEEN: 0.1, WALL: 0.0}
_ANSWERS = 6


@dataclass(frozen=True)
class Answer:
    """One reading of the whole sheet: a graph for each 国 that is read, and its cost."""

    cost: float
    graphs: tuple[Graph, ...]

    @property
    def facts(self) -> frozenset[tuple[str, str, str, str]]:
        """What it says of who pays whom."""
        return frozenset().union(*(graph.facts for graph in self.graphs))


def solve(items: Items, order: BoxOrder) -> list[Answer]:
    """The best readings of a sheet, best first, no two of which say the same."""
    pieces = items.pieces()
    states = [i for i, piece in enumerate(pieces) if isinstance(piece, Box) and piece.is_state]
    if not states:
        return []
    reader = _Segments(items, pieces, order)
    ways: dict[int, list[Answer]] = {0: [Answer(0.0, ())]}
    for k, here in enumerate(states):
        ends = [len(pieces)] if k + 1 == len(states) else range(here + 1, states[k + 1] + 1)
        following: dict[int, list[Answer]] = {}
        for end in ends:
            cut = 0.0 if end == len(pieces) else _CUT[reader.break_before(end)]
            if end < len(pieces) and end != states[k + 1]:
                cut += order.cut_inside_cost
            if cut > 4:
                continue
            for start, answers in ways.items():
                for graph in reader.graphs(start, here, end):
                    following.setdefault(end, []).extend(
                        Answer(a.cost + graph.cost + cut, (*a.graphs, graph)) for a in answers
                    )
        ways = {end: _distinct(answers) for end, answers in following.items()}
    return _distinct([answer for answers in ways.values() for answer in answers])


def _distinct(answers: Sequence[Answer]) -> list[Answer]:
    kept: list[Answer] = []
    said = set()
    for answer in sorted(answers, key=lambda a: a.cost):
        if answer.facts not in said:
            said.add(answer.facts)
            kept.append(answer)
        if len(kept) == _ANSWERS:
            break
    return kept


class _Segments:
    """Solves stretches of pieces around one 国, each once."""

    def __init__(self, items: Items, pieces: Sequence[Box | Label], order: BoxOrder) -> None:
        self.items, self.pieces, self.order = items, pieces, order
        self.known: dict[tuple[int, int], list[Graph]] = {}

    def break_before(self, i: int) -> int:
        """The break between a piece and the one before it."""
        return self.items.break_between(self.pieces[i - 1].end, self.pieces[i].at)

    def graphs(self, start: int, state: int, end: int) -> list[Graph]:
        """The graphs of one stretch; the last resort is that there is no diagram here."""
        if (start, end) not in self.known:
            here = self.pieces[start:end]
            source = self.pieces[state]
            assert isinstance(source, Box)
            labels = [piece for piece in here if isinstance(piece, Label)]
            boxes = [(p, self._left_out(p, source, labels)) for p in here if isinstance(p, Box) and p is not source]
            unexplained = sum(1.2 for label in labels if not label.service) + sum(0.4 * c for _, c in boxes)
            nothing = min(2.6 + unexplained, 4.8)
            found = graphs(source, boxes, labels, self.order, nothing) if boxes and labels else []
            for merged in self._parallel(boxes):
                parallel = graphs(source, merged, labels, self.order, nothing - 1.0)
                found += [replace(g, cost=g.cost + 1.0) for g in parallel]
            found.append(Graph(nothing, (), tuple(here)))
            self.known[start, end] = sorted(found, key=lambda g: g.cost)[:_ANSWERS]
        return self.known[start, end]

    def _left_out(self, box: Box, state: Box, labels: Sequence[Label]) -> float:
        """What it costs to leave a box out: much beside 国, little when it stands apart from the diagram."""
        if box.lines[0] == state.lines[0] or box.lines[-1] == state.lines[0]:
            cost = 3.6
        else:
            near = min(self._distance(box, other) for other in (state, *labels))
            cost = 2.4 if near <= NEWLINE else 1.8 if near <= GAP else 0.6
        return cost * (0.75 if box.open else 1.0)

    def _distance(self, one: Box, other: Box | Label) -> int:
        first, second = (one, other) if one.at < other.at else (other, one)
        return self.items.break_between(first.end, second.at)

    def _parallel(self, boxes: Sequence[tuple[Box, float]]) -> list[list[tuple[Box, float]]]:
        """The boxes with two neighbours of one kind read as one place in the diagram with two names in it."""
        found = []
        for i, ((first, cost), (second, other)) in enumerate(zip(boxes, boxes[1:], strict=False)):
            if first.name == second.name or abs(first.tier - second.tier) > 1:
                continue
            if self.items.break_between(first.end, second.at) <= GAP and first.lines[-1] != second.lines[0]:
                both = replace(first, end=second.end, lines=first.lines + second.lines, members=(first, second),
                               name=f"{first.name}＋{second.name}")
                found.append([*boxes[:i], (both, cost + other), *boxes[i + 2 :]])
        return found
