"""The combination of programmes: held to brute force on small projects, to its own rules on large ones."""

from __future__ import annotations

import itertools
import sys
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.quoting.combination.problem import Item, Offer, Problem
from kofu.quoting.combination.sentences import certificate, second, sentence
from kofu.quoting.combination.solve import check, solve

HALF, TWO_THIRDS, ONE = Fraction(1, 2), Fraction(2, 3), Fraction(1)
RATES = [ONE, HALF, TWO_THIRDS, Fraction(1, 3), Fraction(3, 4), Fraction(29, 100), Fraction(6667, 10000)]

pytest.importorskip("highspy")


def project(*yen: int) -> tuple[Item, ...]:
    return tuple(Item("abcdefghijkl"[n], cost) for n, cost in enumerate(yen))


def offer(name: str, rate: Fraction, items: str, cap: int | None = None, minimum: int | None = None) -> Offer:
    return Offer(name, rate, frozenset(items), cap, minimum)


def pairs(*names: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair.split()) for pair in names)


@st.composite
def problems(draw: st.DrawFn, items: int, offers: int, costs: st.SearchStrategy[int]) -> Problem:
    drawn = project(*draw(st.lists(costs, max_size=items)))
    names = [item.name for item in drawn]
    limits = st.one_of(st.none(), costs)
    made = tuple(
        Offer(
            f"P{n}",
            draw(st.sampled_from(RATES)),
            draw(st.frozensets(st.sampled_from(names))) if names else frozenset(),
            draw(limits),
            draw(limits),
        )
        for n in range(draw(st.integers(0, offers)))
    )
    every = [frozenset(pair) for pair in itertools.combinations([o.name for o in made], 2)]
    exclusive = draw(st.frozensets(st.sampled_from(every), max_size=4)) if every else frozenset()
    return Problem(drawn, made, exclusive)


def by_enumeration(problem: Problem) -> dict[frozenset[str], int]:
    """The best total of every set of programmes, over every split of every yen."""
    reached = {(0,) * len(problem.offers)}
    for item in problem.items:
        payers = [n for n, o in enumerate(problem.offers) if item.name in o.items]
        splits = itertools.product(range(item.yen + 1), repeat=len(payers))
        ways = [dict(zip(payers, way, strict=True)) for way in splits if sum(way) <= item.yen]
        reached = {tuple(cost + way.get(n, 0) for n, cost in enumerate(t)) for t in reached for way in ways}
    best: dict[frozenset[str], int] = {}
    for totals in reached:
        grants = {o.name: o.grant(cost) for o, cost in zip(problem.offers, totals, strict=True)}
        used = frozenset(name for name, grant in grants.items() if grant)
        if not any(pair <= used for pair in problem.exclusive):
            best[used] = max(best.get(used, 0), sum(grants.values()))
    return best


@settings(max_examples=150, deadline=None)
@given(problems(3, 4, st.integers(0, 6)))
def test_it_is_the_best_of_all_splits_or_says_how_far(problem: Problem) -> None:
    answer, every = solve(problem), by_enumeration(problem)
    optimum = max(every.values())
    assert answer.total <= optimum <= answer.best.bound
    others = [total for used, total in every.items() if not set(answer.best.offers) <= used]
    runner_up = answer.runner_up
    if runner_up:
        assert runner_up.total <= max(others) <= runner_up.bound
    else:
        assert max(others, default=0) == 0


@settings(max_examples=60, deadline=None)
@given(problems(12, 12, st.one_of(st.integers(0, 100), st.integers(0, 10**8), st.integers(0, 10**16))))
def test_no_rule_is_broken_by_one_yen(problem: Problem) -> None:
    answer = solve(problem, most_nodes=40)
    for combination in (answer.best, answer.runner_up):
        if combination:
            check(problem, combination)
            assert combination.gap_yen >= 0
            assert all(share.grant > 0 for share in combination.shares)
    assert not answer.runner_up or answer.dropped
    assert [reason.offer for reason in answer.reasons] == [o.name for o in problem.offers]
    for reason in answer.reasons:
        assert all(
            "{" not in sentence(reason, lang) and reason.offer in sentence(reason, lang)
            for lang in ("ja", "en")
        )


def test_the_check_sees_each_kind_of_fault() -> None:
    from kofu.quoting.combination.answer import Combination, Share

    problem = Problem(project(100, 50), (offer("A", HALF, "a", 40, 60), offer("B", ONE, "ab")), pairs("A B"))
    faults = [
        (Share("B", (("a", 101),), 101),),  # more than the item costs
        (Share("A", (("b", 50),), 25),),  # an item it may not pay for
        (Share("A", (("a", 100),), 50),),  # above the cap
        (Share("A", (("a", 59),), 29),),  # below the minimum
        (Share("A", (("a", 60),), 30), Share("B", (("b", 50),), 50)),  # exclude each other
    ]
    for shares in faults:
        with pytest.raises(AssertionError):
            check(problem, Combination(shares, 1000))
    check(problem, Combination((Share("A", (("a", 80),), 40),), 1000))


@pytest.mark.parametrize(("cost", "grant"), [(59, 0), (60, 30), (61, 30), (80, 40), (81, 40), (10**6, 40)])
def test_cap_and_minimum_at_their_boundaries(cost: int, grant: int) -> None:
    answer = solve(Problem(project(cost), (offer("A", HALF, "a", 40, 60),)))
    assert (answer.total, answer.gap_yen) == (grant, 0)
    assert answer.runner_up is None


def test_no_yen_is_funded_twice_and_the_cap_hands_the_rest_on() -> None:
    problem = Problem(project(100), (offer("A", TWO_THIRDS, "a", 40), offer("B", HALF, "a")))
    answer = solve(problem)
    # A's 40 yen need 60 yen of cost; B takes half of the other 40.
    assert {(s.offer, s.cost, s.grant) for s in answer.best.shares} == {("A", 60, 40), ("B", 40, 20)}
    assert [r.kind for r in answer.reasons] == ["cap_reached", "rest_paid_elsewhere"]
    assert answer.runner_up is not None
    assert (answer.runner_up.offers, answer.runner_up.total) == (("B",), 50)
    assert (answer.dropped, answer.added) == (("A",), ())


def test_a_minimum_can_be_worth_a_worse_rate_elsewhere() -> None:
    items = project(100, 30)
    offers = (offer("high", ONE, "ab", 60), offer("wide", HALF, "ab", None, 80))
    # 60 + (130 − 60) would leave "wide" 10 yen short of its minimum: "high" gives those up (50 + 40 = 90).
    answer = solve(Problem(items, offers))
    assert (answer.total, answer.gap_yen) == (90, 0)


def test_exclusive_programmes_are_not_combined_and_say_so() -> None:
    offers = (offer("A", HALF, "a"), offer("B", HALF, "b"), offer("C", ONE, "b", 10))
    free = solve(Problem(project(100, 60), offers))
    bound = solve(Problem(project(100, 60), offers, pairs("A B", "B C")))
    assert (free.total, bound.total, bound.gap_yen) == (50 + 25 + 10, 60, 0)
    assert bound.best.offers == ("A", "C")
    reason = bound.reasons[1]
    assert (reason.kind, reason.others) == ("exclusive", ("A", "C"))
    assert bound.runner_up is not None
    assert (bound.runner_up.total, bound.dropped) == (50, ("C",))


def test_every_reason_of_an_unused_programme() -> None:
    offers = (
        offer("best", TWO_THIRDS, "ab"),
        offer("lower", HALF, "ab"),
        offer("same", TWO_THIRDS, "b"),
        offer("high floor", ONE, "b", 1, 61),
        offer("late", HALF, "ab", None, 150),
        offer("nothing", HALF, "", 100),
    )
    answer = solve(Problem(project(90, 60), offers))
    assert (answer.total, answer.best.offers, answer.gap_yen) == (100, ("best",), 0)
    said = [(r.kind, r.others, r.yen) for r in answer.reasons]
    assert said == [
        ("all_costs_used", (), None),
        ("better_rate_elsewhere", ("best",), None),
        ("costs_used_elsewhere", ("best",), None),
        ("minimum_out_of_reach", (), 1),
        ("minimum_not_reached", ("best",), 150),
        ("brings_nothing", (), None),
    ]
    assert (
        sentence(answer.reasons[3], "en")
        == "All costs that high floor may pay for are 1 yen below its minimum."
    )
    assert "下限に 1円足りません" in sentence(answer.reasons[3], "ja")


def test_the_sentences_about_proof_and_runner_up() -> None:
    answer = solve(Problem(project(100), (offer("A", TWO_THIRDS, "a", 40), offer("B", HALF, "a"))))
    assert certificate(answer, "en") == "Proved: no combination grants more."
    assert second(answer, "en") == "The runner-up goes without A: 10 yen less."
    assert "10円少ない" in second(answer, "ja")


@pytest.mark.parametrize("costs", [(), (0,), (0, 0)])
def test_nothing_to_fund(costs: tuple[int, ...]) -> None:
    offers = (offer("A", HALF, "a"),) if costs else ()
    answer = solve(Problem(project(*costs), offers))
    assert (answer.total, answer.best.shares, answer.gap_yen, answer.runner_up) == (0, (), 0, None)


def test_huge_yen_stay_exact() -> None:
    cost = 10**24 + 1
    answer = solve(
        Problem(project(cost, cost), (offer("A", TWO_THIRDS, "a"), offer("B", HALF, "ab", None, cost)))
    )
    assert (answer.total, answer.gap_yen) == (cost * 2 // 3 + cost // 2, 0)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: Problem(project(-1), ()), "item a"),
        (lambda: Problem((Item("a", 1.5),), ()), "item a"),  # type: ignore[arg-type]
        (lambda: Problem((Item("a", True),), ()), "item a"),
        (lambda: Problem((Item("a", 1), Item("a", 2)), ()), "twice"),
        (lambda: Problem(project(1), (offer("A", Fraction(3, 2), "a"),)), "rate 3/2 of programme A"),
        (lambda: Problem(project(1), (offer("A", Fraction(0), "a"),)), "rate 0"),
        (lambda: Problem(project(1), (offer("A", 0.5, "a"),)), "rate 0.5"),  # type: ignore[arg-type]
        (lambda: Problem(project(1), (offer("A", HALF, "a", -1),)), "cap of programme A"),
        (lambda: Problem(project(1), (offer("A", HALF, "a", None, -1),)), "minimum cost of programme A"),
        (lambda: Problem(project(1), (offer("A", HALF, "z"),)), "item z"),
        (lambda: Problem(project(1), (offer("A", HALF, "a"),), pairs("A B")), "names B"),
        (lambda: Problem(project(1), (offer("A", HALF, "a"),), pairs("A")), "two"),
    ],
)
def test_a_wrong_problem_is_named(make: object, named: str) -> None:
    with pytest.raises(KofuError) as raised:
        make()  # type: ignore[operator]
    assert named in raised.value.en
    assert raised.value.ja.endswith("。")


def test_without_highspy_the_user_learns_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    with pytest.raises(KofuError) as raised:
        solve(Problem(project(1), (offer("A", HALF, "a"),)))
    assert "pip install highspy" in raised.value.en
