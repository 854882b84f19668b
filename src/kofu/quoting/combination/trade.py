"""The last yen: offers that give up a yen of grant so that the cost it frees brings two elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from kofu.quoting.combination.split import Split, hand_on

_MOST_GIVEN_UP = 2  # yen of grant that one offer gives up in a try
_MOST_TRIES = 150


def traded(split: Split, target: int) -> Split:
    """A split over the same offers that grants more, up to `target` yen, or the same one if no trade helps."""
    best = sum(split.grants().values())
    tries = 0
    while best < target:
        for losses in _losses(split):
            tries += 1
            if tries > _MOST_TRIES:
                return split
            other = split.copy()
            for o, yen in losses:
                kept = other.offers[o].cost(other.offers[o].grant(other.total(o)) - yen)
                other.give_back(o, other.total(o) - kept)
            hand_on(other)
            total = sum(other.grants().values())
            if total > best:
                split, best = other, total
                break
        else:
            return split
    return split


def _losses(split: Split) -> Iterator[tuple[tuple[int, int], ...]]:
    """What to give up: one offer's yen, then two offers' together."""
    grants = split.grants()
    single = [
        (o, yen)
        for yen in range(1, _MOST_GIVEN_UP + 1)
        for o, grant in grants.items()
        if grant > yen and split.offers[o].cost(grant - yen) < split.total(o)
    ]
    yield from ((loss,) for loss in single)
    yield from ((one, other) for one, other in combinations(single, 2) if one[0] != other[0])
