"""The best combination of programmes for one project, its runner-up and the reasons."""

from __future__ import annotations

from kofu.quoting.combination.answer import Answer, Combination, Share
from kofu.quoting.combination.problem import Problem
from kofu.quoting.combination.reasons import reasons
from kofu.quoting.combination.search import Best, Node, Search
from kofu.quoting.combination.split import Split, terms_of

MOST_NODES = 600
"""Nodes looked at before the answer is given with the gap that is left; a count, so that runs agree."""


def solve(problem: Problem, most_nodes: int = MOST_NODES) -> Answer:
    """The combination with the largest total grant in whole yen, certified to within `gap_yen`.

    Raises KofuError if highspy is not installed.
    """
    search = _search(problem)
    best = search.best([Node(frozenset(), frozenset())], most_nodes)
    split = _needed(search, best)
    found = _combination(problem, split, best.bound)
    # "Without at least one of them": without the first; with the first but not the second; and so on.
    ranked = sorted(split.paid)
    roots = [Node(frozenset(ranked[:n]), frozenset({o})) for n, o in enumerate(ranked)]
    second = search.best(roots, most_nodes)
    runner_up = _combination(problem, _needed(search, second), second.bound) if second.grant else None
    return Answer(found, runner_up, tuple(reasons(problem, found)))


def _search(problem: Problem) -> Search:
    costs, offers = terms_of(problem)
    place = {offer.name: n for n, offer in enumerate(problem.offers)}
    conflicts: list[set[int]] = [set() for _ in offers]
    for pair in problem.exclusive:
        one, other = sorted(place[name] for name in pair)
        conflicts[one].add(other)
        conflicts[other].add(one)
    return Search(costs, offers, [frozenset(others) for others in conflicts])


def _needed(search: Search, best: Best) -> Split:
    """The best split, without the programmes that it can miss at no loss."""
    split = best.split.used()
    grants = split.grants()
    for o in sorted(grants, key=lambda o: (grants[o], o)):
        if (
            sum(split.offers[other].cap - grant for other, grant in split.grants().items() if other != o)
            < grants[o]
        ):
            continue  # the others' caps leave no room for what it brings
        fewer = search.split(frozenset(split.paid) - {o})
        if fewer and sum(fewer.grants().values()) >= best.grant:
            split = fewer.used()
    return split


def _combination(problem: Problem, split: Split, bound: int) -> Combination:
    """The split by name, checked once more against the problem itself."""
    shares = []
    for o, paid in split.paid.items():
        offer = problem.offers[o]
        named = tuple((problem.items[i].name, yen) for i, yen in sorted(paid.items()))
        shares.append(Share(offer.name, named, offer.grant(sum(paid.values()))))
    combination = Combination(tuple(sorted(shares, key=lambda share: (-share.grant, share.offer))), bound)
    check(problem, combination)
    return combination


def check(problem: Problem, combination: Combination) -> None:
    """Hold a combination to every rule of its problem; an AssertionError would be a fault of this package."""
    offers = {offer.name: offer for offer in problem.offers}
    left = {item.name: item.yen for item in problem.items}
    for share in combination.shares:
        offer = offers[share.offer]
        for item, yen in share.paid:
            left[item] -= yen
            if yen <= 0 or item not in offer.items or left[item] < 0:
                raise AssertionError(f"{share.offer} pays {yen} yen of {item}")
        if share.grant != offer.grant(share.cost):
            raise AssertionError(f"{share.offer} grants {share.grant} yen for {share.cost}")
    used = frozenset(combination.offers)
    if any(pair <= used for pair in problem.exclusive) or combination.gap_yen < 0:
        raise AssertionError(f"{sorted(used)} exclude each other, or exceed the bound {combination.bound}")
