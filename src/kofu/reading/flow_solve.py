"""Which diagrams a sheet holds: its pieces are cut into one diagram for each 国 and every diagram is solved.

Both happen in one exact search, and the search keeps the next best answers: an answer is only as sure as the
distance to its rival.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kofu.reading.flow_cost import BRANCH, BRANCH_OF_COMPONENT
from kofu.reading.flow_graph import HOPELESS, WINDOW, Candidate, Graph, Graphs
from kofu.reading.flow_items import Box, Items
from kofu.reading.flow_labels import Label
from kofu.reading.flow_order import BoxOrder
from kofu.reading.flow_strip import BETWEEN, GAP, JOINED, NEWLINE, SPACE, WALL

_CUT = {JOINED: 6.0, SPACE: 3.0, NEWLINE: 1.2, GAP: 0.3, BETWEEN: 0.1, WALL: 0.0}
_ANSWERS = 6
_OF_COMPONENT = re.compile(r"\(([\d①-⑳、・]{1,6})の事業\)")
"""（１の事業） beside a label: the arrow is for one component."""
_LENT = 0.5
_HEADLESS = 0.2
"""What it costs that a diagram begins before its 国, where the sheet's first begins with it."""


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
    reader = Segments(items, pieces, order)
    ways: dict[int, list[Answer]] = {0: [Answer(0.0, ())]}
    for k, here in enumerate(states):
        ends = [len(pieces)] if k + 1 == len(states) else range(here + 1, states[k + 1] + 1)
        following: dict[int, list[Answer]] = {}
        for end in ends:
            cut = 0.0 if end == len(pieces) else _CUT[reader.break_before(end)]
            if end < len(pieces) and end != states[k + 1]:
                cut += order.cut_inside_cost + (_HEADLESS if states[0] == 0 else 0.0)
            if cut > 4:
                continue
            for start, answers in ways.items():
                for graph in reader.graphs(start, here, end):
                    following.setdefault(end, []).extend(
                        Answer(a.cost + graph.cost + cut, (*a.graphs, graph)) for a in answers
                    )
        ways = {end: _distinct(answers) for end, answers in following.items()}
    answers = _distinct([answer for answers in ways.values() for answer in answers])
    return _distinct([*answers, *(lent for answer in answers[:2] for lent in _lend(reader, answer))])


def _lend(reader: Segments, answer: Answer) -> list[Answer]:
    """Readings in which a label belongs to another diagram of the sheet than the one it is printed in.

    A dump prints what lies on top last, so a label can stand far from its arrow.
    """
    found = []
    current = answer
    for _ in range(2):
        better = min(_lendings(reader, current), key=lambda a: a.cost, default=current)
        if better.cost >= current.cost - 0.3:
            break
        current = better
        found.append(current)
    return found


def _lendings(reader: Segments, answer: Answer) -> list[Answer]:
    """What comes of moving a label from one diagram to another, or of exchanging two."""
    found = []
    solved = [graph for graph in answer.graphs if graph.arrows]
    for taker in solved:
        for giver in solved:
            worth = taker.cost + giver.cost - _LENT - 0.3
            if giver is taker or worth < 0.7:
                continue
            for label in giver.labels:
                backs: list[Label | None] = [None, *taker.labels]
                for back in backs:
                    mine = [*(other for other in taker.labels if other is not back), label]
                    rest = [
                        *(other for other in giver.labels if other is not label),
                        *([back] if back else []),
                    ]
                    less = reader.again(giver, rest, worth)
                    more = reader.again(taker, mine, worth) if less else None
                    if more and less:
                        cost = answer.cost - taker.cost - giver.cost + more.cost + less.cost
                        new = tuple(more if g is taker else less if g is giver else g for g in answer.graphs)
                        found.append(Answer(cost + _LENT * (2 if back else 1), new))
    return found


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


def _branch(items: Items) -> float:
    """What a further arrow from the state costs: one 国 that pays for several components has several."""
    keys = {key.text for key in items.keys if not key.heading and not key.text.isdecimal()}
    states = sum(box.is_state for box in items.boxes)
    if len(set(_OF_COMPONENT.findall(items.strip.text))) > 1 and states == 1:
        return BRANCH_OF_COMPONENT
    hung = {key for label in items.labels for key in label.keys}
    if hung and len(items.boxes) - states <= len(hung) < len(items.labels):
        return BRANCH  # too few boxes for a branch each: the keys part one hop of a chain
    return BRANCH_OF_COMPONENT if states == 1 and len(keys) > 1 else BRANCH


class Segments:
    """Solves stretches of pieces around one 国, each once."""

    def __init__(self, items: Items, pieces: Sequence[Box | Label], order: BoxOrder) -> None:
        self.items, self.pieces, self.search = items, pieces, Graphs(order, _branch(items))
        self.known: dict[tuple[int, int], list[Graph]] = {}
        self.solved_again: dict[tuple[int, tuple[int, ...], float], Graph | None] = {}

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
            boxes = [
                (p, self._left_out(p, source, labels)) for p in here if isinstance(p, Box) and p is not source
            ]
            unexplained = sum(1.2 for label in labels if not label.service) + sum(0.4 * c for _, c in boxes)
            nothing = min(2.6 + unexplained, HOPELESS)
            found = self.search.around(source, boxes, labels, nothing) if boxes and labels else []
            if len(boxes) > sum(not label.service for label in labels) > 0:
                limit = min([nothing, *(graph.cost + WINDOW for graph in found[:1])])
                for merged, price in self._parallel(boxes):
                    parallel = self.search.around(source, merged, labels, limit - price)
                    found += [replace(g, cost=g.cost + price) for g in parallel]
            found.append(Graph(nothing, (), tuple(here)))
            self.known[start, end] = sorted(found, key=lambda g: g.cost)[:_ANSWERS]
        return self.known[start, end]

    def again(self, graph: Graph, labels: Sequence[Label], limit: float) -> Graph | None:
        """A diagram solved anew with other labels, if that can be done within `limit`."""
        key = (graph.arrows[0].payer.at, tuple(sorted(label.at for label in labels)), round(limit, 1))
        if key not in self.solved_again:
            boxes = {id(arrow.payee): (arrow.payee, 4.0) for arrow in graph.arrows}
            boxes |= {id(box): (box, 1.8) for box in graph.unused if isinstance(box, Box)}
            ordered = sorted(labels, key=lambda label: label.at)
            found = (
                self.search.around(graph.arrows[0].payer, list(boxes.values()), ordered, limit)
                if ordered
                else []
            )
            self.solved_again[key] = found[0] if found else None
        return self.solved_again[key]

    def _left_out(self, box: Box, state: Box, labels: Sequence[Label]) -> float:
        """What it costs to leave a box out: much beside 国, little when it stands apart or is drawn twice."""
        if self._drawn_before(box):
            return 0.3
        if box.lines[0] == state.lines[0] or box.lines[-1] == state.lines[0]:
            cost = 3.6
        else:
            around: list[Box | Label] = [state, *labels]
            near = min(self._distance(box, other) for other in around)
            cost = 2.4 if near <= NEWLINE else 1.8 if near <= GAP else 0.6
        return cost * (0.75 if box.open else 1.0)

    def _drawn_before(self, box: Box) -> bool:
        """Whether the same long name stands in the diagram before: it is drawn twice."""
        name = box.name.split("（")[0].split("(")[0]
        return len(name) > 6 and any(
            other.at < box.at
            and other.name.split("（")[0].split("(")[0] == name
            and not any(other.end <= p.at < box.at and p.is_state for p in self.items.boxes)
            for other in self.items.boxes
        )

    def _distance(self, one: Box, other: Box | Label) -> int:
        first, second = (one, other) if one.at < other.at else (other, one)
        return self.items.break_between(first.end, second.at)

    def _parallel(self, boxes: Sequence[Candidate]) -> list[tuple[list[Candidate], float]]:
        """The boxes with two of a kind read as one place in the diagram with two names in it, and its price."""
        found = []
        for i, (first, cost) in enumerate(boxes):
            for j in range(i + 1, len(boxes)):
                second, other = boxes[j]
                row = {first.lines[0], first.lines[-1]} & {second.lines[0], second.lines[-1]}
                if first.name == second.name or abs(first.tier - second.tier) > 1 or row:
                    continue
                adjacent = self.items.break_between(first.end, second.at) <= GAP and not any(
                    first.end <= piece.at < second.at for piece in self.pieces
                )
                both = replace(
                    first,
                    name=f"{first.name}＋{second.name}",
                    end=second.end,
                    lines=first.lines + second.lines,
                    members=(first, second),
                )
                others = [pair for k, pair in enumerate(boxes) if k not in (i, j)]
                found.append(([*others, (both, cost + other)], 1.0 if adjacent else 1.5))
        return found if len(boxes) <= 4 else [pair for pair in found if pair[1] == 1.0]
