"""What is wrong with the rules of a programme: named passes, each with its own sentences.

`names` (unknown names, circles, units, types, roundings: found while compiling; a name of its own that stands for
something else already), `spans`, `shares` (who takes the rest), `unread` (parameters that no expression reads),
`tables` (rows that overlap, gaps), `order` (two benefits that both apply), `width` (integers beyond the widest type).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from itertools import combinations

from kofu.programme.benefits import NONE, Parameter
from kofu.programme.model import Programme
from kofu.rules.columns.normal import normalise
from kofu.rules.columns.ranges import WIDE, Ranges
from kofu.rules.compile import REST, Place, compile_rules, component_keys, shared_scope, try_compile
from kofu.rules.rule import AMOUNT, Rule
from kofu.rules.scope import Scope, law
from kofu.rules.settings import row_conditions
from kofu.rules.tree import Logic, Node, Not, Setting, Value, walk
from kofu.rules.values import show_facts
from kofu.rules.vocabulary import normal, vocabulary
from kofu.rules.witness import witness

Finding = tuple[Place, str, str]


def check_rules(programme: Programme) -> Iterator[Finding]:
    """Everything wrong with the rules of a programme, by place in its file."""
    yield from _computable(programme)
    yield from _spans(programme)
    yield from _names(programme)
    yield from _shares(programme)
    told: set[Finding] = set()
    for date in dates(programme):
        for finding in _at(programme, date):
            if finding not in told:
                told.add(finding)
                yield finding


def _at(programme: Programme, date: datetime.date) -> Iterator[Finding]:
    """What is wrong on one day."""
    rules, flaws = try_compile(programme, date, {})
    yield from ((flaw.place, flaw.error.ja, flaw.error.en) for flaw in flaws)
    if not flaws:
        yield from _unread(programme, rules, date)
        yield from _tables(programme, date)
        yield from _order(programme, rules)
        yield from _width(programme, rules)


def default_date(programme: Programme) -> datetime.date:
    """The day whose values count when none is asked for: the new year within the programme's fiscal year."""
    return datetime.date(programme.fiscal_year + 1, 1, 1)


def dates(programme: Programme) -> list[datetime.date]:
    """The days from which another value holds, or the default one where nothing is dated."""
    every = [programme.parameters, *(benefit.parameters for benefit in programme.benefits)]
    starts = {
        start
        for parameters in every
        for parameter in parameters.values()
        for start, text in parameter.series.items()
        if text != NONE
    }
    return sorted(starts) or [default_date(programme)]


def _computable(programme: Programme) -> Iterator[Finding]:
    """Every component has a benefit or a reason; keys are unique; components exist."""
    if not programme.benefits and not programme.not_computable:
        yield (
            ("benefits",),
            "benefits か、計算できない理由（not_computable）を書いてください",
            "write benefits, or why none can be computed (not_computable)",
        )
    components = {component.key for component in programme.components}
    for kind in ("benefits", "not_computable"):
        for i, entry in enumerate(getattr(programme, kind)):
            for key in component_keys(entry.component):
                if key not in components:
                    yield (
                        (kind, i, "component"),
                        f"細事業「{key}」がありません",
                        f"there is no component {key!r}",
                    )
    actors = {flow.payee for flow in programme.flows} | {r.name for r in programme.recipients}
    payers = {flow.payer for flow in programme.flows}
    keys = [benefit.key for benefit in programme.benefits]
    for i, benefit in enumerate(programme.benefits):
        if keys.index(benefit.key) != i:
            yield ("benefits", i, "key"), "同じ key が2つあります", "another benefit has this key"
        if actors and benefit.recipient not in actors:
            yield (
                ("benefits", i, "recipient"),
                "この受け手に届く流れがありません",
                "no flow reaches this recipient",
            )
        if benefit.payer is not None and benefit.payer not in payers:
            yield ("benefits", i, "payer"), "この支払元から出る流れがありません", "no flow leaves this payer"


def _parameters(programme: Programme) -> Iterator[tuple[Place, Mapping[str, Parameter]]]:
    yield ("parameters",), programme.parameters
    for i, benefit in enumerate(programme.benefits):
        yield ("benefits", i, "parameters"), benefit.parameters


def _names(programme: Programme) -> Iterator[Finding]:
    """A parameter, definition or output must not hide a fact, or what a law derives, behind its name."""
    own: list[tuple[Place, str]] = [(("definitions", name), name) for name in programme.definitions]
    own += [((*place, name), name) for place, parameters in _parameters(programme) for name in parameters]
    for i, benefit in enumerate(programme.benefits):
        own += [(("benefits", i, "outputs", name), name) for name in benefit.outputs]
    for place, name in own:
        key = normal(name)
        if key in vocabulary():
            what, what_en = "事実", "a fact"
        elif key in law().facts or key in law().parameters:
            what, what_en = "法令などから導かれる名前", "a name that a law defines"
        elif key == AMOUNT:
            what, what_en = "端数処理後の額", "the rounded amount"
        else:
            continue
        yield (
            place,
            f"「{name}」は{what}の名前です。別の名前にしてください",
            f"{name!r} is the name of {what_en}; choose another",
        )


def _shares(programme: Programme) -> Iterator[Finding]:
    """Shares that are each worked out and rounded apart need not add up: one of them takes the rest."""
    for i, benefit in enumerate(programme.benefits):
        if len(benefit.shares) > 1 and REST not in map(str.strip, benefit.shares.values()):
            yield (
                ("benefits", i, "shares"),
                f"合計が支援額になるように、1つを {REST} にしてください",
                f"let one of them be {REST} (the rest), so that they add up",
            )


def _unread(programme: Programme, rules: tuple[Rule, ...], date: datetime.date) -> Iterator[Finding]:
    """Parameters that stand in no expression."""
    shared = shared_scope(programme, date, {})
    read = _settings(*(shared.lookup(normal(name)) for name in programme.definitions))
    by_key = {rule.key: rule for rule in rules}
    for i, benefit in enumerate(programme.benefits):
        rule = by_key[benefit.key]
        own, names = _settings(*rule.roots, *rule.lent), {normal(name): name for name in benefit.parameters}
        read |= own - names.keys()
        yield from (_not_read(("benefits", i, "parameters", names[n])) for n in names if n not in own)
    for name in programme.parameters:
        if normal(name) not in read:
            yield _not_read(("parameters", name))


def _settings(*roots: Node) -> set[str]:
    return {node.name for node in walk(*roots) if isinstance(node, Setting)}


def _not_read(place: Place) -> Finding:
    return (
        place,
        "どの式でも使われていません。式に入れるか消してください",
        "is read by no expression; use or remove it",
    )


def _spans(programme: Programme) -> Iterator[Finding]:
    """Every parameter has its lines, within the sheet."""
    first, last = programme.lines
    for place, parameters in _parameters(programme):
        for name, parameter in parameters.items():
            if not parameter.at and not parameter.rows:
                yield (
                    (*place, name),
                    "出所の行（at）がありません。書き足してください",
                    "has no lines; add at: [line]",
                )
            rows = [(("rows", i, "at"), row.at) for i, row in enumerate(parameter.rows)]
            for inner, at in [(("at",), parameter.at), *rows]:
                line = next((line for line in at if not first <= line <= last), None)
                if line is not None:
                    yield (
                        (*place, name, *inner),
                        f"{line}行はシート（{first}-{last}）の外です",
                        f"line {line} is outside the sheet ({first}-{last})",
                    )


def _tables(programme: Programme, date: datetime.date) -> Iterator[Finding]:
    shared = shared_scope(programme, date, {})
    for place, parameters in _parameters(programme):
        scope = shared if len(place) == 1 else Scope(date, {}, parameters, {}, shared)
        for name, parameter in parameters.items():
            if parameter.rows:
                for inner, ja, en in _table(normal(name), parameter, scope):
                    yield (*place, name, *inner), ja, en


def _table(name: str, table: Parameter, scope: Scope) -> Iterator[Finding]:
    """Rows that overlap where at most one may apply, and cases that no row covers."""
    conditions = row_conditions(name, table, scope.lookup)
    for (i, one), (j, other) in combinations(enumerate(conditions), 2):
        if table.hit == "唯一" and (found := witness(Logic("and", (one, other)))) is not None:
            yield (
                ("rows", j),
                f"{i + 1}行目と{j + 1}行目が同時に当たります（{_shown(found)}）。条件を分けるか hit: 先頭 にしてください",
                f"rows {i + 1} and {j + 1} both apply ({_shown(found)}); part them or write hit: 先頭",
            )
    if table.otherwise is None:
        rest = Not(Logic("or", tuple(conditions))) if len(conditions) > 1 else Not(conditions[0])
        if (found := witness(rest)) is not None:
            yield (
                ("rows",),
                f"どの行にも当たらない場合があります（{_shown(found)}）。行を足すか otherwise: 対象外 と書いてください",
                f"no row covers {_shown(found)}; add a row or write otherwise: 対象外",
            )


def _order(programme: Programme, rules: tuple[Rule, ...]) -> Iterator[Finding]:
    """Two benefits of one component that both apply, without an order."""
    place = {benefit.key: i for i, benefit in enumerate(programme.benefits)}
    for one, other in combinations(rules, 2):
        together = set(one.components) & set(other.components) or one.components == other.components
        if not together or one.combines or other.combines:
            continue
        found = witness(Logic("and", (one.eligible, other.eligible)))
        if found is not None:
            yield (
                ("benefits", place[other.key], "eligible"),
                f"「{one.key}」と同時に当たります（{_shown(found)}）。after: {one.key} か combines: true を書いてください",
                f"applies together with {one.key!r} ({_shown(found)}); write after: {one.key} or combines: true",
            )


def _width(programme: Programme, rules: tuple[Rule, ...]) -> Iterator[Finding]:
    """Integers that the widest type of an engine would not hold, in the declared ranges of the facts."""
    place = {benefit.key: i for i, benefit in enumerate(programme.benefits)}
    for rule in rules:
        form, _ = normalise(rule.total)
        if Ranges().largest([form]) > WIDE:
            yield (
                ("benefits", place[rule.key], "amount"),
                "事実の範囲の中で128ビットの整数に収まらない額になります。事実の range か式を見直してください",
                "may exceed 128-bit integers within the ranges of its facts; look at their range or the expression",
            )


def _shown(facts: Mapping[str, Value]) -> str:
    return show_facts(facts, "ja", 4)


def default_rules(programme: Programme) -> tuple[Rule, ...]:
    """The rules at the programme's own date.

    Raises:
        KofuError: when a rule is wrong.
    """
    return compile_rules(programme, default_date(programme))
