"""The last yen: offers that give up a yen of grant so that the cost it frees brings more elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from kofu.quoting.combination.bound import Priced, Pricing
from kofu.quoting.combination.split import Split, best_split

_MOST_TRIES = 60


def traded(pricing: Pricing, priced: Priced, chosen: frozenset[int], target: int) -> Split | None:
    """The best split found over these offers; it stops at `target` yen of grant, which none exceeds."""
    found, best = None, -1
    for goals in _goals(pricing, priced, chosen, target):
        split = best_split(pricing.costs, pricing.offers, chosen, goals)
        total = sum(split.grants().values()) if split else -1
        if total > best:
            found, best = split, total
        if best >= target:
            break
    return found


def _goals(pricing: Pricing, priced: Priced, chosen: frozenset[int], target: int) -> Iterator[dict[int, int]]:
    """Grants to aim at, the cheapest losses first.

    At the bound's prices, what a combination falls short of the bound is the sum of what its offers lose:
    so to reach the target, all of them together may lose what is between it and the bound, and no more.
    """
    budget = max(0, priced.total - target * pricing.scale)
    partial: list[tuple[int, dict[int, int]]] = [(0, {})]
    for o in sorted(chosen):
        choices = pricing.choices(o, priced.prices, budget)
        if choices:
            longer = [
                (lost + loss, {**goals, o: grant})
                for lost, goals in partial
                for loss, grant in choices
                if lost + loss <= budget
            ]
            partial = sorted(longer, key=lambda entry: entry[0])[:_MOST_TRIES]
    yield from (goals for _, goals in partial)
