"""The graphs that could be the diagram around one 国, each with a cost: how far it is from what is usual.

Known truths are hard (the state only pays; every box is paid once or not at all), usage is soft: money goes down
the tiers, 定額 stands on the first hop and a fraction on the last, 委託 has no rate, there is a label for each arrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from kofu.programme.vocabulary import Instrument
from kofu.reading.flow_items import WITHOUT_RATE, Box, Label
from kofu.reading.flow_order import BoxOrder
from kofu.text.rates import Rate

WINDOW = 0.8
"""Graphs this much dearer than the best are still kept as rivals."""

_UNLABELLED, _LABEL_LEFT, _SAME_TWICE, _CROWDED = 2.4, 2.6, 2.2, 0.9
_LARGEST = 4
_PATIENCE = (1.2, 2.4, 3.6, 4.8)


@dataclass(frozen=True)
class Arrow:
    """Money from one box to another under a label; `label` None where no label is left for it."""

    payer: Box
    payee: Box
    label: Label | None


@dataclass(frozen=True)
class Graph:
    """A candidate: its arrows, its cost, what of the diagram it leaves unexplained."""

    cost: float
    arrows: tuple[Arrow, ...]
    unused: tuple[Box | Label, ...] = ()

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


def graphs(state: Box, boxes: Sequence[tuple[Box, float]], labels: Sequence[Label], order: BoxOrder, limit: float) -> list[Graph]:
    """The cheapest graphs over one state box, candidate payees (with the cost of leaving each out) and labels.

    None costs more than `limit`.
    """
    for patience in _PATIENCE:
        found = _within(state, boxes, labels, order, min(limit, patience))
        if found or patience >= limit:
            return found
    return []


def _within(
    state: Box, boxes: Sequence[tuple[Box, float]], labels: Sequence[Label], order: BoxOrder, limit: float
) -> list[Graph]:
    kept = sorted(boxes, key=lambda pair: -pair[1])[: _LARGEST + 2]
    lost = sum(cost for box, cost in boxes if all(box is not b for b, _ in kept))
    found: list[Graph] = []
    best = limit - WINDOW
    money = sum(not label.service for label in labels)
    for chosen, left_out in _subsets(kept):
        least = left_out + lost + min(_CROWDED * max(0, money - len(chosen)), _LABEL_LEFT * money)
        if least > best + WINDOW or len(chosen) > _LARGEST:
            continue
        nodes = sorted((b for b, _ in chosen), key=lambda b: b.at)
        unused = tuple(b for b, _ in kept if all(b is not n for n in nodes))
        for tree_cost, parents in _trees(state, nodes, order):
            base = tree_cost + left_out + lost
            if base + least - left_out - lost > best + WINDOW:
                break  # the trees come cheapest first
            for cost, assignment in _assign(state, nodes, parents, labels, order, best + WINDOW - base):
                total = base + cost
                best = min(best, total)
                arrows, idle = _arrows(state, nodes, parents, labels, assignment)
                found.append(Graph(total, arrows, unused + idle))
    return _cheapest(found, best)


def _cheapest(found: Iterable[Graph], best: float) -> list[Graph]:
    kept: list[Graph] = []
    said: set[frozenset[tuple[str, str, str, str]]] = set()
    for graph in sorted(found, key=lambda g: g.cost):
        if graph.cost > best + WINDOW or len(kept) == 5:
            break
        if graph.facts not in said:
            said.add(graph.facts)
            kept.append(graph)
    return kept


def _subsets(boxes: Sequence[tuple[Box, float]]) -> Iterator[tuple[Sequence[tuple[Box, float]], float]]:
    for size in range(len(boxes), 0, -1):
        for chosen in combinations(boxes, size):
            yield chosen, sum(cost for box, cost in boxes if all(box is not b for b, _ in chosen))


def _trees(state: Box, nodes: Sequence[Box], order: BoxOrder) -> list[tuple[float, tuple[int, ...]]]:
    """Every way to give each box one payer (−1 is the state), cheapest first."""
    found: list[tuple[float, tuple[int, ...]]] = []

    def grow(i: int, parents: tuple[int, ...]) -> None:
        if i == len(nodes):
            if all(_reaches_state(parents, j) for j in range(i)):
                found.append((_shape_cost(state, nodes, parents, order), parents))
            return
        for payer in range(-1, len(nodes)):
            if payer != i and (payer < 0 or nodes[payer].tier <= nodes[i].tier + 1):
                grow(i + 1, (*parents, payer))

    grow(0, ())
    return sorted(found)


def _reaches_state(parents: Sequence[int], node: int) -> bool:
    for _ in parents:
        node = parents[node]
        if node < 0:
            return True
    return False


def _depth(parents: Sequence[int], node: int) -> int:
    depth = 1
    while parents[node] >= 0:
        node, depth = parents[node], depth + 1
    return depth


def _shape_cost(state: Box, nodes: Sequence[Box], parents: Sequence[int], order: BoxOrder) -> float:
    cost = 0.0
    for i, payer in enumerate(parents):
        if payer < 0:
            continue
        first, second = nodes[payer], nodes[i]
        cost += 1.3 * max(0, first.tier - second.tier) + (0.7 if first.tier >= 4 else 0.0)
        if first.lines[0] == second.lines[0]:
            cost += order.box_cost(payer_first=first.at < second.at)
        elif state.lines[0] == second.lines[0] and state.at < second.at and not _left_of(state, nodes):
            cost += order.beside_state_cost
        if _is_public(first) and "民間団体" in second.name:
            cost += 0.4
        if _is_public(second) and not _is_public(first) and first.tier > 1:
            cost += 0.6
    for i, one in enumerate(nodes):
        for j in range(i + 1, len(nodes)):
            if one.lines[0] == nodes[j].lines[0] and parents[i] != j and parents[j] != i:
                cost += 0.6  # two boxes in one line are usually joined by an arrow
    from_state = sum(1 for payer in parents if payer < 0)
    cost += 1.0 * (from_state - 1)
    cost += 0.5 * sum(max(0, parents.count(i) - 1) for i in range(len(nodes)))
    cost += 0.8 * max(0, max(_depth(parents, i) for i in range(len(nodes))) - 3)
    return cost


def _left_of(state: Box, nodes: Sequence[Box]) -> bool:
    return any(node.lines[0] == state.lines[0] and node.at < state.at for node in nodes)


def _assign(
    state: Box, nodes: Sequence[Box], parents: Sequence[int], labels: Sequence[Label], order: BoxOrder, limit: float
) -> list[tuple[float, tuple[int, ...]]]:
    """Ways to put each label on an arrow (named by its payee; −1 is left over), within `limit`."""
    leaves = [all(payer != i for payer in parents) for i in range(len(nodes))]
    depth = [_depth(parents, i) for i in range(len(nodes))]
    single = [
        [_fit(state if parents[i] < 0 else nodes[parents[i]], nodes[i], leaves[i], depth[i], label) for i in range(len(nodes))]
        for label in labels
    ]
    found: list[tuple[float, tuple[int, ...]]] = []
    count = len(nodes)
    rest = [0.0] * (len(labels) + 1)
    for j in range(len(labels) - 1, -1, -1):
        rest[j] = rest[j + 1] + min(0.0 if labels[j].service else _LABEL_LEFT, *single[j])

    def put(j: int, cost: float, chosen: tuple[int, ...], bare: int) -> None:
        """Place label j; `bare` counts the arrows without a label so far."""
        if cost + rest[j] + _UNLABELLED * max(0, bare - (len(labels) - j)) > limit:
            return
        if j == len(labels):
            total = cost + _UNLABELLED * bare + _passing_on(nodes, parents, labels, chosen)
            if total <= limit:
                found.append((total, chosen))
            return
        put(j + 1, cost + (0.0 if labels[j].service else _LABEL_LEFT), (*chosen, -1), bare)
        for i in range(count):
            extra = single[j][i]
            for earlier, at in enumerate(chosen):
                if at == i:
                    extra += _beside(labels[earlier], labels[j])
                elif at >= 0 and depth[at] != depth[i] and not labels[earlier].service and not labels[j].service:
                    extra += order.label_cost(labels[earlier], labels[j], payer_first=depth[at] < depth[i])
            put(j + 1, cost + extra, (*chosen, i), bare - (i not in chosen))

    put(0, 0.0, (), count)
    return found


def _beside(first: Label, second: Label) -> float:
    """What it costs that two labels stand on one arrow."""
    if first.service or second.service:
        return 0.2
    if first.keys and second.keys and first.keys != second.keys:
        return 0.1
    return _CROWDED + _SAME_TWICE * len(set(first.instruments) & set(second.instruments))


def _passing_on(nodes: Sequence[Box], parents: Sequence[int], labels: Sequence[Label], chosen: Sequence[int]) -> float:
    """What it costs that a box passes on money that way after having received it this way."""
    cost = 0.0
    for i, payer in enumerate(parents):
        if payer < 0:
            continue
        money = [labels[j] for j, at in enumerate(chosen) if at == i and not labels[j].service]
        incoming = [labels[j] for j, at in enumerate(chosen) if at == payer and not labels[j].service]
        cost += _whole_and_share(nodes[payer], incoming, money)
        shared = any(rate.value is not None for label in incoming for rate in label.rates)
        if shared and any(Instrument.SUBSIDY in label.instruments and not label.rates for label in money):
            cost += 0.6
        if any(label.instruments == (Instrument.COMMISSION,) for label in incoming) and any(
            Instrument.SUBSIDY in label.instruments for label in money
        ):
            cost += 1.2
    return cost


def _whole_and_share(payer: Box, incoming: Sequence[Label], outgoing: Sequence[Label]) -> float:
    """What a prefecture pays out holds the state's share, so it is the larger rate; elsewhere the reverse."""
    before = [rate.value for label in incoming for rate in label.rates if rate.value is not None]
    after = [rate.value for label in outgoing for rate in label.rates if rate.value is not None]
    if not before or not after:
        return 0.0
    if _is_public(payer):
        return 2.0 if max(before) > max(after) else 0.0
    return 1.2 if max(before) < max(after) else 0.0


def _is_public(box: Box) -> bool:
    return any(word in box.name for word in ("県", "自治体", "公共団体", "市町村", "市区町村", "指定都市", "東京都", "北海道"))


def _fit(payer: Box, payee: Box, last: bool, depth: int, label: Label) -> float:
    """How unusual a label is on an arrow."""
    if label.service:
        return 1.2 if payer.is_state else 0.5
    cost = 0.0
    fixed = any(rate.value is None for rate in label.rates)
    fractions = [rate.value for rate in label.rates if rate.value is not None]
    whole = all(value == 1 for value in fractions)
    if payer.is_state:
        if fractions and not last and not whole and not _is_public(payee):
            cost += 1.2
        if fractions and last and payee.tier == 1 and not whole:
            cost += 0.5
        if label.indirect:
            cost += 3.0
    else:
        if fixed and not fractions:
            cost += 0.6 if last else 0.1
        if fractions and not fixed and not last:
            cost += 0.6
        if label.fund:
            cost += 2.5
        if label.instruments and set(label.instruments) <= {Instrument.GRANT_IN_AID, Instrument.CONTRIBUTION}:
            cost += 1.0
        if payer.tier >= 3 and label.instruments == (Instrument.COMMISSION,):
            cost += 0.8
    if fractions and label.instruments and set(label.instruments) <= WITHOUT_RATE:
        cost += 2.0
    if label.fund and last:
        cost += 1.0
    if label.implied:
        cost += 0.3
    if Instrument.JOINT_STUDY in label.instruments and payer.is_state:
        cost += 0.8
    if Instrument.INTEREST_SUBSIDY in label.instruments and not last:
        cost += 1.2
    if Instrument.BENEFIT in label.instruments and not last:
        cost += 0.8
    if payee.tier >= 4 and payer.is_state and fixed and not last:
        cost += 1.0
    return cost


def _arrows(
    state: Box, nodes: Sequence[Box], parents: Sequence[int], labels: Sequence[Label], chosen: Sequence[int]
) -> tuple[tuple[Arrow, ...], tuple[Label, ...]]:
    arrows: list[tuple[int, Arrow]] = []
    for i, payee in enumerate(nodes):
        payer = state if parents[i] < 0 else nodes[parents[i]]
        here = [labels[j] for j, at in enumerate(chosen) if at == i]
        for label in here or [None]:
            arrows.append((_depth(parents, i), Arrow(payer, payee, label)))
    idle = tuple(label for j, label in enumerate(labels) if chosen[j] < 0 and not label.service)
    return tuple(arrow for _, arrow in sorted(arrows, key=lambda pair: pair[0])), idle
