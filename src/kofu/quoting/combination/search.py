"""Branch and bound over the sets of offers: floats suggest, integers decide.

A node says which offers are used (their minimum cost must be reached) and which are not. HiGHS solves the
node's relaxation; its duals, made exact, bound the node; its rounded choice is split exactly and may become
the best. A node is dropped only on an exact bound, or because exact splitting says its minimums do not fit.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from kofu.quoting.combination.bound import Priced, Pricing
from kofu.quoting.combination.parts import fine_bound, finest_bound
from kofu.quoting.combination.relaxation import Relaxation
from kofu.quoting.combination.split import Split, Terms, best_split, with_minimums
from kofu.quoting.combination.trade import traded

Offers = frozenset[int]
_MOST_UNCERTAIN = 3  # leaves whose gap stays open, before gaps of that size are left alone
_LAST_YEN = 40  # a bound this close is worth sharpening


@dataclass(frozen=True, slots=True)
class Node:
    """Offers that must be used, offers that must not; the rest is open."""

    on: Offers
    off: Offers


@dataclass(slots=True)
class Best:
    """The best split found, its grant in yen, and what no other can exceed."""

    split: Split
    grant: int
    bound: int


class Search:
    """All that several searches on one problem share."""

    def __init__(self, costs: list[int], offers: list[Terms], conflicts: list[Offers]) -> None:
        self.costs, self.offers, self.conflicts = costs, offers, conflicts
        every = range(len(offers))
        self.dead = frozenset(o for o in every if not offers[o].cap)
        # An offer without conditions never does harm: nothing to decide.
        self.open = frozenset(o for o in every if offers[o].minimum or conflicts[o]) - self.dead
        self.groups = exclusive_groups(conflicts)
        self.pricing = Pricing(costs, offers, self.groups)
        self.relaxation = Relaxation(costs, offers, self.groups)
        self.whole: Priced | None = None
        self.splits: dict[Offers, Split | None] = {}
        self._fits: dict[Offers, bool] = {}

    def split(self, chosen: Offers) -> Split | None:
        """The best split over exactly these offers (kept, as several nodes ask)."""
        if chosen not in self.splits:
            self.splits[chosen] = best_split(self.costs, self.offers, chosen)
        return self.splits[chosen]

    def fits(self, chosen: Offers) -> bool:
        """Whether the minimum costs of these offers fit into the items together; exact."""
        bound = frozenset(o for o in chosen if self.offers[o].minimum)
        if bound not in self._fits:
            self._fits[bound] = with_minimums(self.costs, self.offers, bound) is not None
        return self._fits[bound]

    def best(self, roots: Iterable[Node], most_nodes: int) -> Best:
        """The best combination within any of the roots."""
        run = _Run(self)
        for root in roots:
            run.push(root, self._bound(root))
        return run.finish(most_nodes)

    def _bound(self, root: Node) -> int:
        """What the prices of the whole problem, once known, prove about a root that goes without an offer."""
        if self.whole is None:
            return sum(offer.cap for offer in self.offers)
        return min([self.whole.bound, *(self.whole.switched(o, False) for o in root.off)])


class _Run:
    """One search: the open nodes, best bound first, and the best so far."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.best = Best(Split(search.offers, list(search.costs), {}), 0, 0)
        self.queue: list[tuple[int, int, Node]] = []
        self.order = count()
        self.uncertain = 0

    def push(self, node: Node, bound: int) -> None:
        """Keep a node to look at, unless its bound or its minimum costs rule it out."""
        search = self.search
        excluded = frozenset[int]().union(*(search.conflicts[o] for o in node.on))
        if bound <= self.best.grant or excluded & node.on or node.on & node.off or not search.fits(node.on):
            return
        heapq.heappush(self.queue, (-bound, next(self.order), Node(node.on, node.off | excluded)))

    def finish(self, most_nodes: int) -> Best:
        """Look at nodes until none can be better, or until there were too many."""
        for _ in range(most_nodes):
            if not self.queue or -self.queue[0][0] <= self._enough():
                break
            bound, _, node = heapq.heappop(self.queue)
            self._look(node, -bound)
        remaining = -self.queue[0][0] if self.queue else 0
        self.best.bound = max(self.best.bound, self.best.grant, remaining)
        return self.best

    def _enough(self) -> int:
        """The bound at which a node is dropped: what is found or, after some leaves left a gap, conceded."""
        return max(self.best.grant, self.best.bound if self.uncertain >= _MOST_UNCERTAIN else 0)

    def _look(self, node: Node, bound: int) -> None:
        search = self.search
        always = frozenset(range(len(search.offers))) - search.open - search.dead - node.off
        relaxed = search.relaxation.solve(node.on | always, node.off | search.dead)
        used = relaxed.used if relaxed else [0.5] * len(search.offers)
        free = search.open - node.on - node.off
        if relaxed is None:
            self._try(node, always, used)
            self._branch(node, free, used, bound, None)
            return
        prices = search.pricing.prices(relaxed.items, relaxed.groups)
        priced = search.pricing.priced(prices, node.on, node.off | search.dead)
        if not node.on and not node.off:
            search.whole = priced
        bound = min(bound, priced.bound)
        if 0 < bound - self.best.grant <= _LAST_YEN:
            bound = min(bound, fine_bound(search.pricing, priced))
        if bound <= self.best.grant:
            return
        self._try(node, always, used)
        if bound <= self.best.grant:
            return
        if free:
            node = self._decided(node, free, priced)
            free = search.open - node.on - node.off
            if not free:
                self.push(node, bound)
                return
        self._branch(node, free, used, bound, priced)

    def _decided(self, node: Node, free: Offers, priced: Priced) -> Node:
        """The node with every offer decided whose other choice the prices rule out."""
        off = {o for o in free if priced.switched(o, True) <= self.best.grant}
        on = {o for o in free if priced.switched(o, False) <= self.best.grant}
        return Node(node.on | on, node.off | off)

    def _branch(self, node: Node, free: Offers, used: list[float], bound: int, priced: Priced | None) -> None:
        """Two nodes for one open offer; with none open, what the node leaves uncertain stays in the bound."""
        if not free:
            self._leaf(node, bound, priced)
            return
        unsure = min(free, key=lambda o: (abs(used[o] - 0.5), -abs(priced.gains[o]) if priced else 0, o))
        for is_on, child in (
            (True, Node(node.on | {unsure}, node.off)),
            (False, Node(node.on, node.off | {unsure})),
        ):
            self.push(child, min(bound, priced.switched(unsure, is_on)) if priced else bound)

    def _leaf(self, node: Node, bound: int, priced: Priced | None) -> None:
        search = self.search
        excluded = frozenset[int]().union(*(search.conflicts[o] for o in node.on))
        if excluded & node.on or node.on & node.off or not search.fits(node.on):
            return
        always = frozenset(range(len(search.offers))) - search.open - search.dead - node.off
        chosen = node.on | always
        self.keep(chosen)
        if priced and self.best.grant < bound:
            self._take(chosen, traded(search.pricing, priced, chosen, bound))
        if priced and self.best.grant < bound:
            bound = finest_bound(search.pricing, priced, bound)
        if bound > self.best.grant:
            self.uncertain += 1
            self.best.bound = max(self.best.bound, bound)

    def _try(self, node: Node, always: Offers, used: list[float]) -> None:
        """Split the choice that the relaxation leans to, made to fit exactly."""
        search = self.search
        chosen = node.on | always
        for o in sorted(search.open - node.on - node.off, key=lambda o: (-used[o], o)):
            if used[o] > 0.4 and not search.conflicts[o] & chosen and search.fits(chosen | {o}):
                chosen |= {o}
        self.keep(chosen)

    def keep(self, chosen: Offers) -> None:
        """Split these offers; they are the best from now on if they bring more."""
        self._take(chosen, self.search.split(chosen))

    def _take(self, chosen: Offers, split: Split | None) -> None:
        grant = sum(split.grants().values()) if split else 0
        if split and grant > self.best.grant:
            self.search.splits[chosen] = split
            self.best.split, self.best.grant = split, grant


def exclusive_groups(conflicts: list[Offers]) -> list[Offers]:
    """Groups of offers of which one only may be used, covering every exclusive pair."""
    open_pairs = {(o, other) for o, others in enumerate(conflicts) for other in others if o < other}
    groups = []
    while open_pairs:
        group = set(min(open_pairs))
        for o in range(len(conflicts)):
            if o not in group and group <= conflicts[o]:
                group.add(o)
        open_pairs -= {(a, b) for a in group for b in group}
        groups.append(frozenset(group))
    return groups
