"""Why each programme pays what it pays, read off the best combination."""

from __future__ import annotations

from collections.abc import Iterator

from kofu.quoting.combination.answer import Combination, Reason, Share
from kofu.quoting.combination.problem import Offer, Problem


def reasons(problem: Problem, best: Combination) -> Iterator[Reason]:
    """One reason for each programme, in the problem's order."""
    shares = {share.offer: share for share in best.shares}
    left = {item.name: item.yen for item in problem.items}
    payers: dict[str, list[str]] = {item.name: [] for item in problem.items}
    for share in best.shares:
        for item, yen in share.paid:
            left[item] -= yen
            payers[item].append(share.offer)
    for offer in problem.offers:
        others = tuple(sorted({name for item in offer.items for name in payers[item] if name != offer.name}))
        free = sum(left[item] for item in offer.items)
        if offer.name in shares:
            yield _used(offer, shares[offer.name], others)
        else:
            yield _unused(problem, offer, frozenset(shares), others, free)


def _used(offer: Offer, share: Share, others: tuple[str, ...]) -> Reason:
    if offer.cap is not None and share.grant == offer.cap:
        return Reason("cap_reached", offer.name, yen=offer.cap)
    if others:
        return Reason("rest_paid_elsewhere", offer.name, others)
    return Reason("all_costs_used", offer.name)


def _unused(
    problem: Problem, offer: Offer, used: frozenset[str], others: tuple[str, ...], free: int
) -> Reason:
    rivals = sorted(name for pair in problem.exclusive if offer.name in pair for name in pair & used)
    if rivals:
        return Reason("exclusive", offer.name, tuple(rivals))
    eligible = sum(item.yen for item in problem.items if item.name in offer.items)
    minimum = offer.minimum or 0
    if eligible < minimum:
        return Reason("minimum_out_of_reach", offer.name, yen=minimum - eligible)
    if offer.grant(eligible) == 0:
        return Reason("brings_nothing", offer.name)
    if free < minimum:
        return Reason("minimum_not_reached", offer.name, others, minimum - free)
    rates = {o.name: o.rate for o in problem.offers}
    if others and all(rates[name] > offer.rate for name in others):
        return Reason("better_rate_elsewhere", offer.name, others)
    return Reason("costs_used_elsewhere", offer.name, others)
