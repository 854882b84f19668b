"""Whether what is stated of a case can hold together: a derived fact stated outright, and what else is stated.

A law's fact is held against every case that the other statements leave possible; a definition of a programme, which
may compare facts with each other, against what is stated of its own facts.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, lru_cache

from kofu.errors import KofuError
from kofu.rules.exact import evaluate
from kofu.rules.rule import Rule
from kofu.rules.scope import common_scope, law
from kofu.rules.tree import TRUTH, Choice, Fact, Member, Named, Not, Setting, Value, walk
from kofu.rules.values import show_value
from kofu.rules.vocabulary import vocabulary
from kofu.rules.witness import candidates

_TODAY = datetime.date.max
"""The laws as last amended."""


def must_agree(case: Mapping[str, Value], rules: Iterable[Rule] = ()) -> None:
    """Refuse a case whose statements cannot all hold.

    Raises:
        KofuError: names the fewest statements that contradict each other.
    """
    stated = {name: case[name] for name in case if name in law().facts}
    if stated:
        known = {name: case[name] for name in read_by(tuple(sorted(stated))) if name in case}
        if not _possible(stated, known):
            raise _contradiction(_core(stated | known))
    for rule in rules:
        for node in rule.named:
            if node.name in case and node.name not in law().facts and node.type == TRUTH:
                _agrees(node, case)


def must_agree_in_rows(columns: Mapping[str, Sequence[Value | None]]) -> Iterator[tuple[int, KofuError]]:
    """(row, what contradicts) of a table with what the law derives among its columns; rows alike are read once."""
    derived = tuple(sorted(name for name in columns if name in law().facts))
    names = [*derived, *(name for name in read_by(derived) if name in columns)]
    points = candidates(*map(_node, derived))
    alike: dict[str, dict[Value | None, Value | None]] = {}
    for name in names:
        alike[name] = {value: _nearest(points.get(name, []), value) for value in set(columns[name])}
    seen = set()
    for number, row in enumerate(zip(*(columns[name] for name in names), strict=True), 1):
        key = tuple(alike[name][value] for name, value in zip(names, row, strict=True))
        if key not in seen:
            seen.add(key)
            try:
                must_agree({name: value for name, value in zip(names, row, strict=True) if value is not None})
            except KofuError as error:
                yield number, error


def _nearest(points: Sequence[Value], value: Value | None) -> Value | None:
    """The value that every condition of the law takes as it takes `value`."""
    if not isinstance(value, int | Fraction) or isinstance(value, bool) or not points:
        return value
    return points[bisect_right(points, value) - 1]


@cache
def read_by(derived: tuple[str, ...]) -> tuple[str, ...]:
    """The facts that these facts of a law follow from."""
    found = {node.name: None for node in walk(*map(_node, derived)) if isinstance(node, Fact)}
    return tuple(found)


@cache
def _node(name: str) -> Named:
    found = common_scope(_TODAY).lookup(name)
    assert isinstance(found, Named)
    return found


def _possible(stated: Mapping[str, Value], known: Mapping[str, Value]) -> bool:
    """Whether some case has the facts of `known` and what the law derives from it is as stated."""
    return _tried(tuple(sorted(stated.items())), tuple(sorted(known.items())))


@lru_cache(4096)
def _tried(stated: tuple[tuple[str, Value], ...], known: tuple[tuple[str, Value], ...]) -> bool:
    """Tries what is not known value by value, one of each kind that the law tells apart."""
    wanted = [_node(name).body if holds else Not(_node(name).body) for name, holds in stated]
    names = [name for name in read_by(tuple(name for name, _ in stated)) if name not in dict(known)]

    def search(case: dict[str, Value], depth: int) -> bool:
        verdicts = {evaluate(condition, case) for condition in wanted}
        if False in verdicts or None not in verdicts:
            return False not in verdicts
        return any(search({**case, names[depth]: value}, depth + 1) for value in _kinds(names[depth]))

    return search(dict(known), 0)


@cache
def _kinds(name: str) -> tuple[Value, ...]:
    """Of each kind of values of a fact that the law tells apart, one."""
    nodes = list(walk(*map(_node, law().facts)))
    limits = {n.low for n in nodes if isinstance(n, Setting)}

    def kind(value: Value) -> tuple[object, ...]:
        if isinstance(value, bool):
            return (value,)
        if isinstance(value, str):
            texts = [n.choices for n in nodes if isinstance(n, Member)]
            return tuple(
                value in choices for choices in (*texts, *((c.text,) for c in nodes if isinstance(c, Choice)))
            )
        return tuple((value > limit) - (value < limit) for limit in limits)

    points = candidates(*map(_node, law().facts))[name]
    return tuple({kind(value): value for value in points}.values())


def _core(statements: dict[str, Value]) -> dict[str, Value]:
    """As few of the statements as still contradict each other."""
    for name in list(statements):
        fewer = {n: v for n, v in statements.items() if n != name}
        stated = {n: v for n, v in fewer.items() if n in law().facts}
        known = {n: fewer[n] for n in read_by(tuple(sorted(stated))) if n in fewer}
        if stated and not _possible(stated, known):
            statements = fewer
    return statements


def _agrees(node: Named, case: Mapping[str, Value]) -> None:
    others = {name: value for name, value in case.items() if name != node.name}
    found = evaluate(node.body, others)
    if found is None or found == case[node.name]:
        return
    read = [n.name for n in walk(node.body) if hasattr(n, "name") and n.name in others]
    raise _contradiction({name: case[name] for name in dict.fromkeys([node.name, *read])})


def _contradiction(statements: Mapping[str, Value]) -> KofuError:
    (ja, *others), (en, *others_en) = (
        [_shown(*item, lang) for item in statements.items()] for lang in ("ja", "en")
    )
    return KofuError(
        f"{ja} は {'、'.join(others)} と両立しません。どちらかを直してください",
        f"{en} contradicts {', '.join(others_en)}; correct one of them",
    )


def _shown(name: str, value: Value, lang: str) -> str:
    entry = vocabulary().get(name)
    if entry is None:
        return f"{name}={show_value(value, TRUTH, lang) if isinstance(value, bool) else value}"
    if entry.spec.choices:
        return f"{name}={entry.shown(str(value), lang)}"
    return f"{name}={show_value(value, entry.spec.type, lang)}"
