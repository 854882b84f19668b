"""The best split of the costs over a fixed set of offers, in whole yen.

The totals that offers can draw from shared items form a polymatroid: a total, once reached, never has to fall
for another to rise. So, minimum costs first, the highest rate takes all it can use, then the next: this is
optimal up to the fractions of a yen that flooring drops, and a last round hands those on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kofu.quoting.combination.problem import Problem


@dataclass(frozen=True, slots=True)
class Terms:
    """One offer in integers: grant = floor(min(cost × up / down, cap)) for cost ≥ minimum; 0 else."""

    up: int
    down: int
    cap: int
    minimum: int
    items: tuple[int, ...]
    rank: int = 0
    """0 for the highest rate of the problem, 1 for the next."""

    def grant(self, cost: int) -> int:
        """Whole yen for `cost` yen."""
        return min(cost * self.up // self.down, self.cap) if cost >= self.minimum else 0

    def cost(self, grant: int) -> int:
        """The least cost in yen that brings `grant` yen (1 or more, up to the cap)."""
        return max(self.minimum, -(-grant * self.down // self.up))


def terms_of(problem: Problem) -> tuple[list[int], list[Terms]]:
    """The items' yen and the offers in integers, caps lowered to what the items let an offer reach."""
    place = {item.name: n for n, item in enumerate(problem.items)}
    costs = [item.yen for item in problem.items]
    rates = sorted({offer.rate for offer in problem.offers}, reverse=True)
    offers = []
    for offer in problem.offers:
        items = tuple(sorted(place[name] for name in offer.items))
        cap = offer.grant(sum(costs[i] for i in items))
        up, down = offer.rate.as_integer_ratio()
        offers.append(Terms(up, down, cap, offer.minimum or 0, items, rates.index(offer.rate)))
    return costs, offers


@dataclass(slots=True)
class Split:
    """Who pays which yen: `paid[o][i]` yen of item i by offer o, `left[i]` by nobody."""

    offers: list[Terms]
    left: list[int]
    paid: dict[int, dict[int, int]]

    def total(self, offer: int) -> int:
        """The cost assigned to an offer, in yen."""
        return sum(self.paid[offer].values())

    def grants(self) -> dict[int, int]:
        """Each offer's grant in yen."""
        return {o: self.offers[o].grant(self.total(o)) for o in self.paid}

    def used(self) -> Split:
        """The same without the offers that grant nothing."""
        used = {o: dict(self.paid[o]) for o, grant in self.grants().items() if grant}
        left = list(self.left)
        for o in self.paid.keys() - used.keys():
            for item, yen in self.paid[o].items():
                left[item] += yen
        return Split(self.offers, left, used)

    def draw(self, offer: int, wanted: int) -> int:
        """Give the offer up to `wanted` more yen, the totals of all others unchanged; the yen it got."""
        got = 0
        while got < wanted and (path := self._path(offer)):
            # path: offer, item, offer, item …: each offer takes the item after it and gives up the one before.
            takers, items = path[::2], path[1::2]
            passed = zip(takers[1:], items, strict=False)
            yen = min([wanted - got, self.left[items[-1]], *(self.paid[o][i] for o, i in passed)])
            for n, (taker, item) in enumerate(zip(takers, items, strict=True)):
                self.paid[taker][item] = self.paid[taker].get(item, 0) + yen
                if n:
                    self._lose(taker, items[n - 1], yen)
            self.left[items[-1]] -= yen
            got += yen
        return got

    def give_back(self, offer: int, yen: int) -> None:
        """Take `yen` from the offer; nobody pays them."""
        for item in list(self.paid[offer]):
            taken = min(yen, self.paid[offer][item])
            self._lose(offer, item, taken)
            self.left[item] += taken
            yen -= taken

    def _lose(self, offer: int, item: int, yen: int) -> None:
        self.paid[offer][item] -= yen
        if not self.paid[offer][item]:
            del self.paid[offer][item]

    def _path(self, start: int) -> list[int]:
        """The shortest chain of hand-overs from the offer to an item with yen left; empty if none."""
        taker: dict[int, int] = {}  # who would take the item
        given: dict[int, int] = {}  # the item that an offer would give up
        queue = [start]
        for o in queue:
            for item in self.offers[o].items:
                if item in taker:
                    continue
                taker[item] = o
                if self.left[item]:
                    path = [o, item]
                    while path[0] != start:
                        path = [taker[given[path[0]]], given[path[0]], *path]
                    return path
                for other, paid in self.paid.items():
                    if item in paid and other != start and other not in given:
                        given[other] = item
                        queue.append(other)
        return []


def with_minimums(costs: list[int], offers: list[Terms], chosen: frozenset[int]) -> Split | None:
    """Every chosen offer at its minimum cost; None where the items cannot reach them all at once."""
    split = Split(offers, list(costs), {o: {} for o in sorted(chosen)})
    for o in split.paid:
        if split.draw(o, offers[o].minimum) < offers[o].minimum:
            return None
    return split


def best_split(
    costs: list[int], offers: list[Terms], chosen: frozenset[int], goals: Mapping[int, int] | None = None
) -> Split | None:
    """The best split when each chosen offer must reach its minimum cost; None if they cannot.

    `goals` are grants that some offers are to reach and, but for the last leftovers, not to pass; the rest
    then takes whole periods of its rate, as less brings the fraction of a yen that flooring drops.
    """
    split = with_minimums(costs, offers, chosen)
    if split is None:
        return None
    for o, goal in (goals or {}).items():
        split.draw(o, offers[o].cost(goal) - split.total(o))
    for o in _ranked(split):
        if goals is None:
            split.draw(o, offers[o].cost(offers[o].cap) - split.total(o))
        elif o not in goals:
            split.draw(o, offers[o].cost(offers[o].cap) - split.total(o))
            split.give_back(o, min(split.total(o) % offers[o].down, split.total(o) - offers[o].minimum))
    if goals:
        hand_on(split, frozenset(goals))
    hand_on(split)
    return split


def _ranked(split: Split) -> list[int]:
    """The split's offers, highest rate first."""
    return sorted(split.paid, key=lambda o: (split.offers[o].rank, o))


def hand_on(split: Split, spared: frozenset[int] = frozenset()) -> None:
    """Free the yen of cost that bring nothing, and let offers not `spared` gain whole yen of grant with them.

    Who needs the fewest yen for one more yen of grant comes first.
    """
    grants = split.grants()
    for o in grants:
        split.give_back(o, split.total(o) - split.offers[o].cost(grants[o]))
    open_offers = [o for o in _ranked(split) if grants[o] < split.offers[o].cap and o not in spared]
    while open_offers:
        needs = {o: split.offers[o].cost(grants[o] + 1) - split.total(o) for o in open_offers}
        o = min(open_offers, key=needs.__getitem__)
        got = split.draw(o, needs[o]) if needs[o] <= sum(split.left) else 0
        if got == needs[o]:
            grants[o] = split.offers[o].grant(split.total(o))
        else:
            split.give_back(o, got)
        if got < needs[o] or grants[o] == split.offers[o].cap:
            open_offers.remove(o)
