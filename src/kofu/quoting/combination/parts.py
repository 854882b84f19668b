"""The last yen of a bound: independent parts of the problem grant whole yen each, so each part is floored."""

from __future__ import annotations

from collections.abc import Callable, Collection

from kofu.quoting.combination.bound import Priced, Pricing


def fine_bound(pricing: Pricing, priced: Priced) -> int:
    """The bound, floored part by part, in yen.

    Items without a price bind nobody, so offers that share only such items are independent.
    """
    return _by_parts(pricing, priced, lambda n: pricing.offers[n].items)


def finest_bound(pricing: Pricing, priced: Priced, bound: int) -> int:
    """For a node with every offer decided: one yen less than `bound` where reaching it is impossible.

    Suppose `bound` is reached. Then all offers together may lose no more than what is between it and the
    priced total, so none takes a yen that is dearer to it than that: with fewer links there are more parts.
    """
    margins = [pricing.margin(n, priced.prices) for n in range(len(pricing.offers))]
    spare = priced.total - bound * pricing.scale
    for n, (most, _) in enumerate(margins):
        if n not in priced.off:
            spare += most - priced.unheld(n, pricing)
    prices = priced.prices.items

    def reachable(n: int) -> list[int]:
        return [i for i in pricing.offers[n].items if prices[i] - margins[n][1] <= spare]

    return min(bound, max(bound - 1, _by_parts(pricing, priced, reachable)))


def _by_parts(pricing: Pricing, priced: Priced, items_of: Callable[[int], Collection[int]]) -> int:
    prices = priced.prices
    links = [
        (i, price * cost) for i, (price, cost) in enumerate(zip(prices.items, pricing.costs, strict=True))
    ]
    links += [(~k, price) for k, price in enumerate(prices.groups)]
    worth = {link: value for link, value in links if value}
    parts: list[tuple[set[int], int]] = []  # items and groups of a part, what its offers gain
    for n in range(len(pricing.offers)):
        if n in priced.off:
            continue
        joined = {i for i in items_of(n) if i in worth}
        joined |= {~k for k, group in enumerate(pricing.groups) if n in group and ~k in worth}
        total, apart = priced.part(n), []
        for part in parts:
            if part[0] & joined:
                joined |= part[0]
                total += part[1]
            else:
                apart.append(part)
        parts = [*apart, (joined, total)]
    return sum((total + sum(worth[link] for link in links)) // prices.scale for links, total in parts)
