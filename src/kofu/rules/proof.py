"""The proof reader: holds a statement for every case there can be, or shows a case in which it does not.

First the interval reader is asked, which is fast and often enough; then Z3. A case that Z3 finds counts only when the
exact reader agrees with it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice, product
from typing import Literal

from kofu.errors import KofuError
from kofu.programme.benefits import Parameter
from kofu.programme.model import Programme
from kofu.rules.bounds import bounds
from kofu.rules.check import dates
from kofu.rules.compile import compile_rules, shared_scope
from kofu.rules.exact import evaluate
from kofu.rules.parse import parse
from kofu.rules.proof_terms import Terms
from kofu.rules.scope import Scope, common_scope, law
from kofu.rules.settings import row_conditions
from kofu.rules.statements import LAW, Statement, of_law, of_pairs, of_rule, of_table
from kofu.rules.tree import Case, Node, Setting, Value, children
from kofu.rules.vocabulary import normal

Outcome = Literal["proved", "refuted", "unknown", "not applicable"]
SECONDS = 5.0
"""How long Z3 may think about one statement, each of the two times it is asked, before it counts as unknown."""
_TRIES = 64
"""How many readings of a model are tried where one name has several variables."""


@dataclass(frozen=True)
class Verdict:
    """What became of a statement."""

    statement: Statement
    outcome: Outcome
    by: str = ""
    """What settled it: 区間 (intervals), Z3, 例 (an example); or why nothing did."""
    facts: Mapping[str, Value] | None = None
    """The counter-example, confirmed by the exact reader."""


class Prover:
    """Proves statements that share their trees; `seconds` is the limit for each."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._milliseconds = int(seconds * 1000)
        self._terms = Terms()

    def prove(self, statement: Statement) -> Verdict:
        """The verdict on one statement."""
        if statement.claim is None:
            return Verdict(statement, "not applicable")
        if statement.kind == "possible":
            return self._possible(statement, statement.claim)
        if _by_intervals(statement.claim):
            return Verdict(statement, "proved", "区間")
        return self._solve(statement, statement.claim)

    def _possible(self, statement: Statement, claim: Node) -> Verdict:
        """Some case breaks the claim."""
        found = self._solve(statement, claim)
        turned: dict[Outcome, Outcome] = {"proved": "refuted", "refuted": "proved"}
        return Verdict(statement, turned.get(found.outcome, found.outcome), found.by)

    def _solve(self, statement: Statement, claim: Node) -> Verdict:
        """Linear terms first; where these find a case that is none, products in full."""
        z3, terms = self._terms.z3, self._terms
        roots = [claim] if statement.given is None else [statement.given, claim]
        *given, kept = map(terms.term, roots)
        solver = z3.Solver()
        solver.set("timeout", self._milliseconds)
        solver.add(*terms.ranges, *terms.lemmas, *given, z3.Not(kept))
        for more in ([], terms.products):
            solver.add(*more)
            answer = solver.check()
            if answer == z3.unsat:
                return Verdict(statement, "proved", "Z3")
            if answer == z3.sat:
                facts = _confirmed(statement, terms.values(solver.model(), *roots))
                if facts is not None:
                    return Verdict(statement, "refuted", "Z3", facts)
        return Verdict(statement, "unknown", "時間切れ" if answer == z3.unknown else "反例を確かめられない")


def _by_intervals(claim: Node) -> bool:
    try:
        return bounds(claim, {}) is True
    except KofuError:
        return False


def _confirmed(statement: Statement, values: dict[str, list[Value]]) -> dict[str, Value] | None:
    """The model as a case that breaks the statement; None when it is none."""
    for combination in islice(product(*values.values()), _TRIES):
        facts = dict(zip(values, combination, strict=True))
        if breaks(statement, facts):
            return facts
    return None


def breaks(statement: Statement, facts: Mapping[str, Value]) -> bool:
    """Whether the exact reader finds that `facts`, which the sheet allows, break the statement."""
    given, claim = statement.given, statement.claim
    if claim is None or evaluate(claim, facts) is not False:
        return False
    if given is not None and evaluate(given, facts) is not True:
        return False
    return all(_allows(node, facts) for root in (given, claim) if root for node in reached(root, facts))


def reached(node: Node, facts: Mapping[str, Value]) -> Iterator[Setting]:
    """The parameters that matter to a case: of a table only those of the row that applies."""
    if isinstance(node, Case):
        for condition, value in node.branches:
            yield from reached(condition, facts)
            if evaluate(condition, facts):
                yield from reached(value, facts)
                return
        yield from reached(node.otherwise, facts)
    elif isinstance(node, Setting):
        yield node
    for part in () if isinstance(node, Case) else children(node):
        yield from reached(part, facts)


def _allows(setting: Setting, facts: Mapping[str, Value]) -> bool:
    """Whether the case gives an open parameter a value that the sheet leaves open."""
    if not setting.is_open:
        return True
    value = facts[setting.name]
    if setting.options:
        return value in setting.options
    return setting.low <= value <= setting.high  # type: ignore[operator]


def statements(programme: Programme) -> Iterator[Statement]:
    """Everything that is to be proved of a programme, at every date from which other values hold."""
    seen: set[str] = set()
    for date in dates(programme):
        rules = compile_rules(programme, date)
        fresh = [rule for rule in rules if rule.hash not in seen]
        seen |= {rule.hash for rule in rules}
        for rule in fresh:
            yield from of_rule(rule)
        if fresh:
            yield from of_pairs(rules)
            yield from _tables(programme, date)


def _tables(programme: Programme, date: datetime.date) -> Iterator[Statement]:
    shared = shared_scope(programme, date, {})
    scopes = [("", programme.parameters, shared)]
    scopes += [(b.key, b.parameters, Scope(date, {}, b.parameters, {}, shared)) for b in programme.benefits]
    for key, parameters, scope in scopes:
        for name, table in parameters.items():
            if table.rows:
                yield from _table(programme.id, f"{key}.{name}" if key else name, name, table, scope)


def _table(programme: str, shown: str, name: str, table: Parameter, scope: Scope) -> Iterator[Statement]:
    rows = row_conditions(normal(name), table, scope.lookup)
    yield from of_table(programme, shown, rows, table.hit == "唯一", table.otherwise is None)


def law_statements(date: datetime.date) -> Iterator[Statement]:
    """What is to be proved of the classes that laws define, and of their tables."""
    scope = common_scope(date)
    names = {name: scope.lookup(name) for name in ("小規模事業者である", "中小企業者である", "大企業である")}
    yield from of_law(names, parse("申請者の種別 in [「会社」, 「個人事業主」]", scope.lookup))
    for name, table in law().parameters.items():
        if table.rows:
            yield from _table(LAW, name, name, table, scope)


def prove_all(found: Iterable[Statement], seconds: float = SECONDS) -> Iterator[Verdict]:
    """Each verdict as it comes; the statements of one programme share their terms."""
    for _, group in groupby(found, lambda statement: statement.programme):
        prover = Prover(seconds)
        yield from map(prover.prove, group)
