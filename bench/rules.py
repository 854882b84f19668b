"""Rules, one case at a time: compiling, exact, steps, text, match, bounds and ranking, each beside its reference.

A thousand cases are timed at once, so that milliseconds of a row are microseconds of a case. Everything runs in one
thread; what is taken is the time of the processor, so that other work on the machine counts less.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count

from bench.clock import Row, Work, paired_ms
from bench.firms import firm, half
from bench.usual import KINDS, PLACES, SERVICES, usual
from kofu.catalogue.store import open_store
from kofu.programme.model import Programme
from kofu.quoting.book import Book
from kofu.quoting.cases import case_files, read_cases
from kofu.quoting.match import match_all
from kofu.quoting.record import matches_record
from kofu.rules.bounds import estimate
from kofu.rules.case import read_case
from kofu.rules.check import default_rules
from kofu.rules.columns.plan import plan
from kofu.rules.columns.python import compile_roots
from kofu.rules.exact import Facts, evaluate
from kofu.rules.ranking import rank_all
from kofu.rules.rule import Rule
from kofu.rules.sentences import sentences
from kofu.rules.steps import trace

_SEED, _CASES, _FIRMS, _RUNS = 20241129, 1000, 20, 9


def measure() -> Iterator[Row]:
    """Every measurement of rules that are read for one case."""
    programmes = [programme for programme in open_store().programmes() if programme.benefits]
    yield from _compiling(programmes)
    yield from _usual_rule()
    book = Book(programmes)
    yield from _catalogue(random.Random(_SEED).choices(list(_hand_worked(book)), k=_CASES))
    yield from _firms(book)


def _compiling(programmes: Sequence[Programme]) -> Iterator[Row]:
    read, compiled, planned, again = [], [], [], []
    tables = (f"firms{number}" for number in count())  # each time another plan
    for programme in programmes:
        text = programme.model_dump_json()
        read.append(_ms(partial(Programme.model_validate_json, text)))
        compiled.append(_ms(partial(default_rules, programme)))
        rules = default_rules(programme)
        planned.append(_ms(lambda rules=rules: plan(rules, next(tables))))  # type: ignore[misc]
        again.append(_ms(partial(plan, rules, "firms")))
    yield _worst("compile one programme", compiled, "reading it from JSON", read, "<= 5")
    yield _worst("plan one programme for columns", planned, "compile", compiled, "<= 5")
    yield _worst("the same again, kept by hash", again, "first time", planned, "")


def _ms(work: Work) -> float:
    """The median of three, so that what is read once in a process (laws, vocabulary) is not in it."""
    return paired_ms(work, None, 3, time.process_time)[0]


def _worst(what: str, ours: list[float], reference: str, theirs: list[float], target: str) -> Row:
    median = statistics.median
    return Row(f"{what} (most {max(ours):.2f})", median(ours), reference, median(theirs), target)


def by_hand(facts: Facts) -> int:
    """What bench/usual.py computes, as a plain function."""
    cost, staff, trade = facts["補助対象経費"], facts["従業員数"], facts["業種"]
    if facts["種別"] not in _KINDS or facts["都道府県"] not in _PLACES or cost < 100_000 or trade in _CLOSED:
        return 0
    share = cost * 2 // 3 if staff <= (5 if trade in _SERVICES else 20) else cost // 2
    return min(share, 10_000_000 if facts["賃上げ"] else 5_000_000)


_KINDS, _PLACES = (
    {f"{name}{code}" for code in some} for name, some in (("種別", KINDS), ("都道府県", PLACES))
)
_SERVICES, _CLOSED = ({f"業種{code}" for code in some} for some in (SERVICES, (23, 24)))


def _usual_rule() -> Iterator[Row]:
    """A subsidy of the usual shape, for applicants of whom about half are eligible."""
    pick, node = random.Random(_SEED), usual()["支援額"]
    cases: list[Facts] = [
        {
            "補助対象経費": pick.randrange(30_000_000),
            "従業員数": pick.randrange(60),
            "業種": f"業種{pick.randrange(25)}",
            "都道府県": f"都道府県{pick.choice(PLACES)}",
            "種別": f"種別{pick.choice((*KINDS, 3))}",
            "賃上げ": pick.random() < 0.5,
        }
        for _ in range(_CASES)
    ]
    compiled = compile_roots([node])
    if any(not by_hand(f) == evaluate(node, f) == compiled(f)[0] for f in cases):
        raise AssertionError("the usual rule: the readers and the plain function differ")
    plain = _over(by_hand, cases)
    yield _row("exact: usual rule x 1,000, walked", _over(partial(evaluate, node), cases), plain, "<= 60")
    yield _row("exact: usual rule x 1,000, compiled", _over(compiled, cases), plain, "<= 3")


def _over(read: Callable[[Facts], object], cases: Sequence[Facts]) -> Work:
    return lambda: [read(facts) for facts in cases]


def _row(what: str, ours: Work, theirs: Work, target: str, reference: str = "plain function") -> Row:
    mine, other = paired_ms(ours, theirs, _RUNS, time.process_time)
    return Row(what, mine, reference, other, target)


Case = tuple[Rule, Facts]


def _hand_worked(book: Book) -> Iterator[Case]:
    """The cases beside each programme; those of another date than the programme's own are left out."""
    for path, programme in case_files(book.programmes):
        rules = {rule.key: rule for rule in book.rules_of(programme.id)}
        found, _, _ = read_cases(path)
        for case in found.cases if found else ():
            if case.date is None and case.benefit in rules:
                rule = rules[case.benefit]
                yield rule, read_case(case.facts, [rule])


def _catalogue(cases: Sequence[Case]) -> Iterator[Row]:
    """The catalogue's rules on their hand-worked cases."""
    compiled = {id(rule): compile_roots([rule.total]) for rule, _ in cases}

    def walked() -> None:
        for rule, facts in cases:
            evaluate(rule.total, facts)

    def quick() -> None:
        for rule, facts in cases:
            compiled[id(rule)](facts)

    def traced() -> None:
        for rule, facts in cases:
            trace(rule.total, facts)

    def told() -> None:
        for rule, facts in cases:
            _text(rule, facts)

    yield _row("exact: catalogue x 1,000, compiled", quick, walked, "<= 3", "walked")
    yield _row("steps: catalogue x 1,000", traced, walked, "<= 1.8 x", "walked")
    yield _row("steps and text: catalogue x 1,000", told, walked, "<= 150", "walked")
    slowest = max(cases, key=lambda case: paired_ms(partial(_text, *case), None, 3, time.process_time)[0])
    rule, facts = slowest
    yield _row(
        "steps and text: the slowest case x 1,000",
        lambda: [_text(rule, facts) for _ in range(_CASES)],
        lambda: [evaluate(rule.total, facts) for _ in range(_CASES)],
        "<= 150",
        "walked",
    )


def _text(rule: Rule, facts: Facts) -> None:
    sentences((*[trace(node, facts) for node in rule.conditions], trace(rule.amount, facts)), "ja")


def _firms(book: Book) -> Iterator[Row]:
    """One firm against every programme: each time another firm, the same on both sides."""
    stated, partly, rules = [*map(firm, range(_FIRMS))], [*map(half, range(_FIRMS))], book.rules

    def walk(facts: Facts) -> None:
        for rule in rules:
            evaluate(rule.total, facts)

    def bounds(facts: Facts) -> None:
        for rule in rules:
            estimate(rule, facts)

    def match(facts: Facts) -> None:
        matches_record(match_all(book, facts))

    size, plain = f"{len(rules)} rules", "loop of exact walks"
    yield _each(f"match with reasons in words: {size}", match, stated, plain, walk, stated, "<= 12")
    yield _each("the same, half of the facts missing", match, partly, plain, walk, stated, "")
    yield _each(f"bounds, half of the facts missing: {size}", bounds, partly, plain, walk, stated, "<= 25")
    yield _each(
        "what to ask next, half missing", partial(rank_all, rules), partly, "bounds", bounds, partly, ""
    )


def _each(
    what: str,
    ours: Callable[[Facts], object],
    some: Sequence[Facts],
    reference: str,
    theirs: Callable[[Facts], object],
    others: Sequence[Facts],
    target: str,
) -> Row:
    first, second = iter([some[0], *some]), iter([others[0], *others])
    mine, other = paired_ms(
        lambda: ours(next(first)), lambda: theirs(next(second)), len(some), time.process_time
    )
    return Row(what, mine, reference, other, target)


if __name__ == "__main__":
    from bench.__main__ import show

    show(measure())
