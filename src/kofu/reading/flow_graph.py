"""The graphs that could be the diagram around one 国, cheapest first: an exact search within a limit.

Known truths are hard here: the state only pays, a box has one payer, every box is reached from the state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from kofu.programme.vocabulary import Instrument
from kofu.reading import flow_cost as cost_of
from kofu.reading.flow_items import Box
from kofu.reading.flow_labels import WITHOUT_RATE, Label
from kofu.reading.flow_order import BoxOrder
from kofu.text.rates import Rate

WINDOW = 0.8
"""Graphs this much dearer than the best are still kept as rivals."""
RIVAL = 0.35
"""A rival this near to the best graph is always looked for."""
HOPELESS = 3.2
"""A graph dearer than this explains nothing."""

Candidate = tuple[Box, float]
"""A box and what it costs to leave it out of the diagram."""

_MOST_BOXES = 4
_PATIENCE = (1.2, 2.4, HOPELESS)


@dataclass(frozen=True)
class Arrow:
    """Money from one box to another under a label; `label` None where no label is left for it."""

    payer: Box
    payee: Box
    label: Label | None


@dataclass(frozen=True)
class Graph:
    """A candidate: its arrows (from the state first), its cost, what of the diagram it leaves unexplained."""

    cost: float
    arrows: tuple[Arrow, ...]
    unused: tuple[Box | Label, ...] = ()

    @property
    def labels(self) -> tuple[Label, ...]:
        """Every label of the diagram, on an arrow or idle."""
        return tuple(a.label for a in self.arrows if a.label) + tuple(
            u for u in self.unused if isinstance(u, Label)
        )

    @property
    def facts(self) -> frozenset[tuple[str, str, str, str]]:
        """What it says, for telling rivals from twins."""
        return frozenset(
            (a.payer.name, a.payee.name, i.ja, "、".join(map(str, rates_of(a.label, i))))
            for a in self.arrows
            if a.label
            for i in a.label.instruments
        )


def rates_of(label: Label, instrument: Instrument) -> tuple[Rate, ...]:
    """The rates that hold for one instrument of a label: beside 補助, the rate is not that of 委託."""
    if len(label.instruments) > 1 and instrument in WITHOUT_RATE:
        return ()
    return label.rates


class Graphs:
    """Finds graphs; keeps what several stretches of one sheet have in common."""

    def __init__(self, order: BoxOrder, branch: float = cost_of.BRANCH) -> None:
        self.order, self.branch = order, branch
        self._known_trees: dict[tuple[int, ...], list[tuple[float, tuple[int, ...]]]] = {}

    def around(
        self, state: Box, boxes: Sequence[Candidate], labels: Sequence[Label], limit: float = HOPELESS
    ) -> list[Graph]:
        """The cheapest graphs over a state box, candidate payees and labels; none costs more than `limit`."""
        money = [label for label in labels if not label.service]
        services = [label for label in labels if label.service]
        for patience in _PATIENCE:
            found = self._within(state, boxes, money, services, min(limit, patience))
            if found and patience < min(limit, found[0].cost + RIVAL):
                return self._within(state, boxes, money, services, min(limit, found[0].cost + RIVAL))
            if found or patience >= limit:
                return found
        return []

    def _within(
        self,
        state: Box,
        boxes: Sequence[Candidate],
        money: Sequence[Label],
        services: Sequence[Label],
        limit: float,
    ) -> list[Graph]:
        kept = sorted(boxes, key=lambda pair: -pair[1])[: _MOST_BOXES + 1]
        lost = sum(cost for box, cost in boxes if all(box is not b for b, _ in kept))
        found: list[Graph] = []
        for nodes, unused, left_out in _choices(kept):
            spare = limit - lost - left_out
            if spare < 0 or len(nodes) > _MOST_BOXES:
                continue
            placing = _Placing(state, nodes, money, len(services), self.order)
            for tree_cost, parents in self._trees(state, nodes):
                if tree_cost + placing.least > spare:
                    break  # the trees come cheapest first
                for cost, chosen in placing.on(parents, spare - tree_cost):
                    total = cost + tree_cost + left_out + lost
                    limit = min(limit, total + WINDOW)
                    spare = limit - lost - left_out
                    arrows, idle = _arrows(state, nodes, parents, money, services, chosen)
                    found.append(Graph(total, arrows, unused + idle))
        return _cheapest(found)

    def _trees(self, state: Box, nodes: Sequence[Box]) -> list[tuple[float, tuple[int, ...]]]:
        """Every way to give each box one payer (−1 is the state), cheapest first."""
        key = (id(state), *map(id, nodes))
        if key not in self._known_trees:
            self._known_trees[key] = sorted(
                (cost_of.shape(state, nodes, parents, self.order, self.branch), parents)
                for parents in _payers(nodes)
            )
        return self._known_trees[key]


def _choices(boxes: Sequence[Candidate]) -> Iterator[tuple[tuple[Box, ...], tuple[Box, ...], float]]:
    for size in range(len(boxes), 0, -1):
        for chosen in combinations(range(len(boxes)), size):
            nodes = sorted((boxes[i][0] for i in chosen), key=lambda box: box.at)
            left = [boxes[i] for i in range(len(boxes)) if i not in chosen]
            yield tuple(nodes), tuple(box for box, _ in left), sum(cost for _, cost in left)


def _payers(nodes: Sequence[Box]) -> Iterator[tuple[int, ...]]:
    def grow(parents: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        i = len(parents)
        if i == len(nodes):
            yield parents
            return
        for payer in range(-1, len(nodes)):
            if (
                payer != i
                and (payer < 0 or nodes[payer].tier <= nodes[i].tier + 1)
                and not _circles(parents, i, payer)
            ):
                yield from grow((*parents, payer))

    return grow(())


def _circles(parents: Sequence[int], node: int, payer: int) -> bool:
    """Whether money would run in a circle if `payer` paid `node`."""
    while 0 <= payer < len(parents):
        payer = parents[payer]
    return payer == node


class _Placing:
    """Puts labels on the arrows of trees over the same boxes."""

    def __init__(
        self, state: Box, nodes: Sequence[Box], money: Sequence[Label], services: int, order: BoxOrder
    ) -> None:
        self.state, self.nodes, self.money, self.services = state, nodes, money, services
        pairs = [(a, b) for a in range(len(money)) for b in range(a + 1, len(money))]
        self.beside = {pair: cost_of.beside(money[pair[0]], money[pair[1]]) for pair in pairs}
        self.in_order = {pair: order.label_cost(money[pair[0]], money[pair[1]], True) for pair in pairs}
        self.reversed = {pair: order.label_cost(money[pair[0]], money[pair[1]], False) for pair in pairs}
        self.turns = _take_turns(state, nodes, money)
        self.turns_after = _take_turns_after(state, nodes, money)
        self.drawn = len(money) == len(nodes) and all(node.paid_by is not None for node in nodes)
        self._fits: dict[tuple[int, int, bool, int], float] = {}
        self.extra = min([cost_of.LABEL_LEFT, *self.beside.values()])
        self.least = self.extra * max(0, len(money) - len(nodes)) + self._naked(
            max(0, len(nodes) - len(money))
        )

    def on(self, parents: Sequence[int], limit: float) -> list[tuple[float, tuple[int, ...]]]:
        """Ways to put each label on an arrow (named by its payee; −1 is left over), within `limit`."""
        nodes, money, count = self.nodes, self.money, len(self.nodes)
        last = [i not in parents for i in range(count)]
        hops = [cost_of.depth(parents, i) for i in range(count)]
        single = [[self._fit(parents[i], i, last[i], j) for i in range(count)] for j in range(len(money))]
        if self.turns:
            single = [
                [cost + cost_of.OUT_OF_TURN * (i != j) for i, cost in enumerate(row)]
                for j, row in enumerate(single)
            ]
        rest = [0.0] * (len(money) + 1)
        for j in range(len(money) - 1, -1, -1):
            rest[j] = rest[j + 1] + min(cost_of.LABEL_LEFT, *single[j])
        found: list[tuple[float, tuple[int, ...]]] = []
        size, naked = len(money), [self._naked(bare) for bare in range(count + 1)]
        spare_ends = [i for i, payer in enumerate(parents) if payer >= 0 and _neighbours(nodes, payer, i)]
        saved = cost_of.UNLABELLED - cost_of.UNLABELLED_IN_LINE
        naked = [max(0.0, cost - saved * len(spare_ends)) for cost in naked]

        def put(j: int, cost: float, chosen: tuple[int, ...], bare: int) -> None:
            """Place label j; `bare` counts the arrows without a label so far."""
            left = size - j
            spare = bare - left
            if cost + rest[j] + (naked[spare] if spare > 0 else -spare * self.extra) > limit:
                return
            if left == 0:
                in_line = sum(i not in chosen for i in spare_ends)
                total = cost + self._naked(bare) - saved * min(in_line, max(0, bare - self.services))
                total += self._passing_on(parents, chosen)
                if total <= limit:
                    found.append((total, chosen))
                return
            put(j + 1, cost + cost_of.LABEL_LEFT, (*chosen, -1), bare)
            room = limit - cost - rest[j + 1]
            for i in range(count):
                more = single[j][i]
                if more > room:
                    continue
                for earlier, at in enumerate(chosen):
                    if at == i:
                        more += self.beside[earlier, j]
                    elif at >= 0 and hops[at] != hops[i]:
                        more += (self.in_order if hops[at] < hops[i] else self.reversed)[earlier, j]
                        more += cost_of.AGAINST_ARROW if self.drawn and hops[at] > hops[i] else 0.0
                put(j + 1, cost + more, (*chosen, i), bare - (i not in chosen))

        put(0, self._out_of_turn(parents), (), count)
        return sorted(found)

    def _fit(self, payer: int, payee: int, last: bool, label: int) -> float:
        """The cost of one label on one arrow; trees over the same boxes share most of their arrows."""
        key = (payer, payee, last, label)
        if key not in self._fits:
            box = self.state if payer < 0 else self.nodes[payer]
            self._fits[key] = cost_of.fit(box, self.nodes[payee], last, self.money[label])
        return self._fits[key]

    def _out_of_turn(self, parents: Sequence[int]) -> float:
        """What it costs that money does not run the way that boxes and labels in turns suggest."""
        backwards = sum(payer > i for i, payer in enumerate(parents))
        if self.turns:
            return cost_of.OUT_OF_TURN * backwards + cost_of.TURN_FROM_STATE * (parents.count(-1) - 1)
        return cost_of.AGAINST_TURN * backwards if self.turns_after else 0.0

    def _naked(self, bare: int) -> float:
        """What arrows without a label cost: services explain as many as there are."""
        served = min(bare, self.services)
        return cost_of.SERVICE_ONLY * served + cost_of.UNLABELLED * (bare - served)

    def _passing_on(self, parents: Sequence[int], chosen: Sequence[int]) -> float:
        cost = 0.0
        carried = [[self.money[j] for j, at in enumerate(chosen) if at == i] for i in range(len(self.nodes))]
        for i, payer in enumerate(parents):
            passed: tuple[Box, ...] = ()
            while payer >= 0:
                passed = (*passed, self.nodes[payer])
                rated = any(label.rates for label in carried[payer])
                if rated or len(passed) == 1:
                    cost += cost_of.passing_on(passed, carried[payer], carried[i], self.turns or self.drawn)
                if rated:
                    break
                payer = parents[payer]
        return cost


def _neighbours(nodes: Sequence[Box], payer: int, payee: int) -> bool:
    """Whether two boxes stand next to each other in one line."""
    return payee == payer + 1 and nodes[payer].lines[0] == nodes[payee].lines[0]


def _take_turns(state: Box, nodes: Sequence[Box], money: Sequence[Label]) -> bool:
    """Whether print goes 国, label, box, label, box."""
    turns = [place for label, box in zip(money, nodes, strict=False) for place in (label.at, box.at)]
    return len(money) == len(nodes) and [state.at, *turns] == sorted([state.at, *turns])


def _take_turns_after(state: Box, nodes: Sequence[Box], money: Sequence[Label]) -> bool:
    """Whether print goes 国, box, label, box, label, each on lines of its own, and no rates tell the hops apart."""
    if any(label.rates for label in money):
        return False
    turns = [place for label, box in zip(money, nodes, strict=False) for place in (box, label)]
    printed = [state, *turns]
    return len(money) == len(nodes) > 1 and all(a.lines[-1] < b.lines[0] for a, b in pairwise(printed))


def _arrows(
    state: Box,
    nodes: Sequence[Box],
    parents: Sequence[int],
    money: Sequence[Label],
    services: Sequence[Label],
    chosen: Sequence[int],
) -> tuple[tuple[Arrow, ...], tuple[Label, ...]]:
    arrows: list[Arrow] = []
    spare = list(services)
    for i in sorted(range(len(nodes)), key=lambda i: cost_of.depth(parents, i)):
        payer = state if parents[i] < 0 else nodes[parents[i]]
        here: list[Label | None] = [money[j] for j, at in enumerate(chosen) if at == i]
        if not here:
            here = [spare.pop(0) if spare and parents[i] >= 0 else None]
        arrows += [Arrow(payer, nodes[i], label) for label in here]
    return tuple(arrows), tuple(label for j, label in enumerate(money) if chosen[j] < 0)


def _cheapest(found: Iterable[Graph]) -> list[Graph]:
    kept: list[Graph] = []
    said: set[frozenset[tuple[str, str, str, str]]] = set()
    for graph in sorted(found, key=lambda g: g.cost):
        if len(kept) == 5 or (kept and graph.cost > kept[0].cost + WINDOW):
            break
        if graph.facts not in said:
            said.add(graph.facts)
            kept.append(graph)
    return kept
