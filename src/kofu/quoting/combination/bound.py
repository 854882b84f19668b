"""A bound on the total grant that holds whatever the solver's floats were: prices in exact integers.

Give each yen of item i a price p_i ≥ 0 and each exclusive group a price m_k ≥ 0, any at all. Then no
combination grants more than

    Σ cost_i · p_i  +  Σ m_k  +  Σ_o max(0, best grant of o alone − the prices of what it uses)

where an offer that must be used has no "max(0, …)" and one that must not be counts nothing. The solver's
duals are only a good guess at prices; the sum is then taken in integers over one denominator.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import lcm

from kofu.quoting.combination.split import Terms

Steps = list[tuple[int, int]]
"""(yen, price in 1/scale yen) of an offer's items, cheapest first."""

_FINE = 1 << 40
_NEAR = 1e-7  # a dual this close to a rate, or to nothing, is taken to be it
_LONG_PERIOD = 12


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of items and of exclusive groups, in units of 1/scale yen."""

    scale: int
    items: tuple[int, ...]
    groups: tuple[int, ...]


@dataclass(slots=True)
class Priced:
    """What prices prove about a node: all in 1/scale yen but `bound`, in whole yen."""

    prices: Prices
    base: int
    gains: list[int]
    on: frozenset[int]
    off: frozenset[int]

    def part(self, offer: int) -> int:
        """What an offer adds to the bound."""
        gain = self.gains[offer]
        return 0 if offer in self.off else gain if offer in self.on else max(0, gain)

    @property
    def total(self) -> int:
        """The bound before it is floored."""
        return self.base + sum(map(self.part, range(len(self.gains))))

    @property
    def bound(self) -> int:
        """No combination of the node grants more, in yen."""
        return self.total // self.prices.scale

    def unheld(self, offer: int, pricing: Pricing) -> int:
        """What an offer adds, before the prices of its exclusive groups."""
        pairs = zip(self.prices.groups, pricing.groups, strict=True)
        return self.part(offer) + sum(price for price, group in pairs if offer in group)

    def switched(self, offer: int, on: bool) -> int:
        """The bound when an open offer is decided, in yen."""
        gain = self.gains[offer]
        return (self.total + (min(gain, 0) if on else -max(gain, 0))) // self.prices.scale


class Pricing:
    """Turns duals into exact prices and prices into bounds, for one problem."""

    def __init__(self, costs: list[int], offers: list[Terms], groups: Sequence[frozenset[int]]) -> None:
        self.costs, self.offers, self.groups = costs, offers, groups
        self.scale = lcm(1, *(offer.down for offer in offers)) * _FINE
        self.levels = sorted({0, *(o.up * self.scale // o.down for o in offers)})

    def prices(self, items: Iterable[float], groups: Iterable[float]) -> Prices:
        """Exact prices from a solver's duals (grant yen per cost yen; grant yen per group)."""
        return Prices(
            self.scale,
            tuple(self._snapped(dual) for dual in items),
            tuple(max(0, round(dual)) * self.scale for dual in groups),
        )

    def _snapped(self, dual: float) -> int:
        exact = max(0, round(dual * self.scale))
        nearest = min(self.levels, key=lambda level: abs(level - exact))
        return nearest if abs(nearest - exact) < _NEAR * self.scale else exact

    def priced(self, prices: Prices, on: frozenset[int], off: frozenset[int]) -> Priced:
        """The bound for a node: `on` must be used, `off` must not."""
        order = sorted(range(len(self.costs)), key=prices.items.__getitem__)
        gains = [0 if n in off else self._gain(n, order, prices) for n in range(len(self.offers))]
        return Priced(prices, self._base(prices), gains, on, off)

    def _gain(self, n: int, order: list[int], prices: Prices) -> int:
        held = sum(price for price, group in zip(prices.groups, self.groups, strict=True) if n in group)
        return best_gain(self.offers[n], self._steps(n, order, prices), self.scale) - held

    def _steps(self, n: int, order: list[int], prices: Prices) -> Steps:
        own = self.offers[n].items
        return [(self.costs[i], prices.items[i]) for i in order if i in own]

    def margin(self, n: int, prices: Prices) -> tuple[int, int]:
        """(most gain, price at the margin) of an offer when parts of a yen count, in 1/scale yen.

        A yen of an item dearer than the margin costs the offer the difference at least.
        """
        offer = self.offers[n]
        steps = self._steps(n, sorted(range(len(self.costs)), key=prices.items.__getitem__), prices)
        worthwhile, most = _worthwhile(offer, steps, self.scale), offer.cost(offer.cap)
        if offer.minimum <= worthwhile < most:
            return _relaxed_gain(offer, steps, self.scale), offer.up * self.scale // offer.down
        last = min(max(worthwhile, offer.minimum), most)
        reached = [price for k, (_, price) in enumerate(steps) if sum(yen for yen, _ in steps[:k]) < last]
        return _relaxed_gain(offer, steps, self.scale), max(reached, default=0)

    def choices(self, n: int, prices: Prices, budget: int) -> list[tuple[int, int]]:
        """(loss in 1/scale yen, grant) of the grants of an offer that lose at most `budget` at these prices.

        Empty for an offer whose rate is the price of an item: any grant may be as good as another.
        """
        offer = self.offers[n]
        order = sorted(range(len(self.costs)), key=prices.items.__getitem__)
        steps = self._steps(n, order, prices)
        if offer.up > _LONG_PERIOD or any(price * offer.down == offer.up * self.scale for _, price in steps):
            return []
        near = gains_near(offer, steps, self.scale)
        best = max(gain for gain, _ in near)
        return sorted((best - gain, grant) for gain, grant in near if best - gain <= budget)

    def _base(self, prices: Prices) -> int:
        """What the items and groups are worth at these prices, in 1/scale yen."""
        worth = sum(cost * price for cost, price in zip(self.costs, prices.items, strict=True))
        return worth + sum(prices.groups)


def best_gain(offer: Terms, steps: Steps, scale: int) -> int:
    """The most of grant − price over all ways to use the offer alone, in 1/scale yen."""
    if offer.up > _LONG_PERIOD:
        return _relaxed_gain(offer, steps, scale)
    return max(gain for gain, _ in gains_near(offer, steps, scale))


def gains_near(offer: Terms, steps: Steps, scale: int) -> list[tuple[int, int]]:
    """(gain in 1/scale yen, grant in yen) of the grants among which the best one is.

    Up to the cost where the price passes the rate, a period more (down yen of cost, up yen of grant) never
    loses; after it, never gains: so only the grants within one period of that cost can be best.
    """
    least = offer.grant(offer.minimum)
    turn = min(max(_worthwhile(offer, steps, scale) * offer.up // offer.down, least), offer.cap)
    near = range(max(turn - offer.up, least), min(turn + offer.up, offer.cap) + 1)
    return [(grant * scale - _price(steps, offer.cost(grant)), grant) for grant in near]


def _worthwhile(offer: Terms, steps: Steps, scale: int) -> int:
    """The yen of its items whose price is below the offer's rate."""
    return sum(yen for yen, price in steps if price * offer.down < offer.up * scale)


def _relaxed_gain(offer: Terms, steps: Steps, scale: int) -> int:
    """The same or a little more: without flooring the grant."""
    cost = max(_worthwhile(offer, steps, scale), offer.minimum)
    if cost >= offer.cost(offer.cap):
        return offer.cap * scale - _price(steps, max(offer.cap * offer.down // offer.up, offer.minimum))
    return -(-cost * offer.up * scale // offer.down) - _price(steps, cost)


def _price(steps: Steps, cost: int) -> int:
    """The price of the cheapest `cost` yen, in 1/scale yen."""
    total = 0
    for yen, price in steps:
        if cost <= yen:
            return total + cost * price
        total += yen * price
        cost -= yen
    return total
