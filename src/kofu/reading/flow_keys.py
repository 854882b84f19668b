"""Which component a diagram is for: the printed keys （１）, ①, （１）（３） that stand beside it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from kofu.reading.flow_graph import Graph
from kofu.reading.flow_items import Items, Key
from kofu.reading.flow_strip import NEWLINE


def keys_of(items: Items, graphs: Sequence[Graph]) -> list[tuple[str, ...]]:
    """The keys of each diagram; none where their places do not settle it.

    Keys and diagrams must come in turns (diagram, key, diagram, key or the reverse), or there must be one of each.
    """
    used = {key for graph in graphs for label in graph.labels for key in label.keys}
    groups = [group for group in _groups(items) if not used.intersection(key.text for key in group)]
    places = [_extent(graph) for graph in graphs]
    nothing: list[tuple[str, ...]] = [() for _ in graphs]
    if not groups or len(groups) != len(graphs):
        return nothing
    order = sorted(range(len(graphs)), key=lambda i: places[i])
    turns = sorted([(places[i][0], 0) for i in order] + [(group[0].at, 1) for group in groups])
    if any(first[1] == second[1] for first, second in pairwise(turns)):
        return nothing
    named = dict(zip(order, groups, strict=True))
    return [tuple(dict.fromkeys(key.text for key in named[i])) for i in range(len(graphs))]


def _extent(graph: Graph) -> tuple[int, int]:
    places = [piece.at for arrow in graph.arrows for piece in (arrow.payer, arrow.payee)]
    return min(places), max(places)


def _groups(items: Items) -> list[list[Key]]:
    """Bare keys that stand together: in one line, or one right below the other.

    A key that heads words is left aside: headings are dumped in an order of their own. So is a lone figure,
    which is as often a page number.
    """
    groups: list[list[Key]] = []
    for key in sorted(items.keys, key=lambda key: key.at):
        if key.heading or key.text.isdecimal():
            continue
        if groups and _touch(items, groups[-1][-1], key):
            groups[-1].append(key)
        else:
            groups.append([key])
    return groups


def _touch(items: Items, first: Key, second: Key) -> bool:
    between = any(first.end <= piece.at < second.at for piece in items.pieces())
    return not between and max(items.strip.breaks[first.end : second.at + 1], default=0) <= NEWLINE
