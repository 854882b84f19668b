"""Bounds: what a rule honestly answers while facts are missing and parameters stand open.

Yes, no or depends, and closed intervals. They contain the exact value of every completion of the case, always;
they are the narrowest such intervals for the usual forms: sums, products, min and max in which a missing fact
stands once, conditions that compare a fact with what is known, and a difference that only rises or only falls
with a fact that stands in it twice (補助対象経費 - 支援額) or with the amount (支援額 - 国の分). Loose, though sound,
is what else reads one missing fact in two places; `kofu.rules.refining` looks at such places again.

A rule is compiled once into closures (`kofu.rules.narrowing`) and kept for as long as the rule lives.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeGuard, TypeVar

from kofu.errors import KofuError
from kofu.rules import intervals, narrowing, tree
from kofu.rules.narrowing import Impossible, Interval, Known, Open, Part, Rational, hull, whole
from kofu.rules.rule import Rule
from kofu.rules.settings import UNBOUNDED
from kofu.rules.tree import Node, Value
from kofu.rules.units import RATIO

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bounds:
    """`low` ≤ value ≤ `high`, in base units; both ends count."""

    low: Fraction
    high: Fraction
    open_end: bool = field(default=False, compare=False)
    """Whether nothing bounds the value but how large a missing number can be meant at all, or 等 in the sheet:
    then `high` is no figure to show."""

    @property
    def is_point(self) -> bool:
        """Whether the value is known."""
        return self.low == self.high

    def __str__(self) -> str:
        if self.is_point:
            return str(self.low)
        return f"{self.low}–" if self.open_end else f"{self.low}–{self.high}"

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | Fraction) and self.low <= value <= self.high


Answer = Bounds | bool | frozenset[str] | None
"""Of a number its Bounds; of a truth True, False, or None where it depends; of a choice those left."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a rule answers to a case that is known in part.

    `amount`, `shares` and `outputs` hold for one who is eligible (the facts that this needs are taken to be so)
    and are empty for one who is not; `total` is what anyone gets: it reaches down to 0 while eligibility depends.
    """

    eligible: bool | None
    amount: Bounds | None
    total: Bounds
    shares: dict[str, Bounds]
    outputs: dict[str, Answer]


def bounds(node: Node, facts: Mapping[str, Value]) -> Answer:
    """What `node` can be worth for `facts` (name → value in base units; what is missing is absent)."""
    compiler = Compiler()
    part = compiler.part(node)
    return _answer(part.look(compiler.known(facts)))


def estimate(rule: Rule, facts: Mapping[str, Value]) -> Estimate:
    """What `rule` answers for `facts` (name → value in base units; what is missing is absent)."""
    return reader(rule).estimate(facts)


def once_per_rule(build: Callable[[Rule], T]) -> Callable[[Rule], T]:
    """`build`, once in the life of each rule object (what it builds must not hold the rule)."""
    built: dict[int, T] = {}

    def get(rule: Rule) -> T:
        found = built.get(id(rule))
        if found is None:
            found = built[id(rule)] = build(rule)
            weakref.finalize(rule, built.pop, id(rule), None)
        return found

    return get


class Reader:
    """A rule as closures; `part` gives that of one of its nodes."""

    def __init__(self, rule: Rule) -> None:
        self._compiler = compiler = Compiler()
        self.part = compiler.part
        compiler.pin(rule.amount)
        self._eligible = compiler.part(rule.eligible)
        self._amount = compiler.part(rule.amount)
        self._shares = {name: compiler.part(node) for name, node in rule.shares.items()}
        self._outputs = {name: compiler.part(node) for name, node in rule.outputs.items()}
        read = narrowing.reads_of([self._amount, *self._shares.values(), *self._outputs.values()])
        # What a condition asks matters to the amount where they read the same facts.
        items = rule.eligible.items if _is_and(rule.eligible) else (rule.eligible,)
        self._conditions = [compiler.part(item) for item in items]
        self._tell = [part for part in self._conditions if part.reads & read]

    def estimate(self, facts: Mapping[str, Value], figures: bool = True) -> Estimate:
        """See `kofu.rules.bounds.estimate`; without `figures` no shares and outputs."""
        eligible, amount, case = self.read(facts)
        if amount is None:
            return _REFUSED
        wide = self._compiler.widened(case)

        def answer(part: Part) -> Any:
            value = part.look(case)
            return _answer(value, isinstance(value, tuple) and _grows(part, value, wide))

        gets = _bounds(amount, _grows(self._amount, amount, wide))
        reaches_nothing = eligible or amount[0] <= 0 <= amount[1]
        return Estimate(
            eligible,
            gets,
            gets if reaches_nothing else _bounds(hull(amount, (0, 0)), gets.open_end),
            {name: answer(part) for name, part in self._shares.items()} if figures else {},
            {name: answer(part) for name, part in self._outputs.items()} if figures else {},
        )

    def outlook(self, facts: Mapping[str, Value]) -> tuple[bool | None, Interval, int]:
        """(eligible, what anyone gets, how many conditions depend): for those who ask many times."""
        eligible, amount, _ = self.read(facts)
        if amount is None:
            return False, (0, 0), 0
        if eligible:
            return True, amount, 0
        return None, hull(amount, (0, 0)), self.open_conditions(facts)

    def open_conditions(self, facts: Mapping[str, Value]) -> int:
        """How many of the conditions depend on what is not known."""
        case = self.known(facts)
        return sum(part.look(case) is None for part in self._conditions)

    def read(self, facts: Mapping[str, Value]) -> tuple[bool | None, Interval | None, Known]:
        """(eligible, the amount for one who is or None, the case of one who is)."""
        case = self._compiler.known(facts)
        try:
            eligible = self._eligible.look(case)
            if eligible is None:
                for condition in self._tell:
                    case = condition.fit(case, True)
            if eligible is not False:
                return eligible, self._amount.look(case), case
        except Impossible:
            pass  # no completion is eligible
        return False, None, case

    def known(self, facts: Mapping[str, Value]) -> Known:
        """The case of these facts, whoever is eligible."""
        return self._compiler.known(facts)


def _is_and(node: Node) -> TypeGuard[tree.Logic]:
    return isinstance(node, tree.Logic) and node.op == "and"


reader = once_per_rule(Reader)
"""The rule made ready, once in its life."""


class Compiler:
    """Trees that share their slots, and the cases to look at them in."""

    def __init__(self) -> None:
        self._start: list[Open] = []
        self._leaves: dict[tuple[Any, ...], Part] = {}
        self._steps: dict[int, Rational | None] = {}
        self._pins: dict[int, Callable[[Known], Interval]] = {}
        self._names: list[tuple[str, int, bool]] = []
        self._tops: list[tuple[int, Rational]] = []
        self._parts: dict[int, tuple[Node, Part]] = {}

    def known(self, facts: Mapping[str, Value]) -> Known:
        """The case of these facts and answers; what they do not name can be anything in its range."""
        values = self._start.copy()
        for name, slot, numeric in self._names:
            value: Any = facts.get(name)
            if value is None:
                continue
            if numeric:
                if type(value) is not tuple:
                    value = value if type(value) is int else whole(value)
                    value = (value, value)
                values[slot] = value
            else:
                values[slot] = frozenset((value,)) if isinstance(value, str) else value
        return values

    def widened(self, case: Known) -> Known | None:
        """The case if missing numbers could be twice as large as they can be meant; None where none of them is."""
        wide: Known | None = None
        for slot, top in self._tops:
            low, high = case[slot]
            if high == top and low < high:
                wide = wide or case.copy()
                wide[slot] = (low, 2 * top)
        return wide

    def pin(self, node: Node) -> None:
        """Let what reads `node` more than once be read at its ends; before anything that reads it is compiled."""
        inside, slot = self.part(node), len(self._start)
        self._start.append(None)
        self._steps[slot] = whole(node.step) if isinstance(node, tree.Rounded) else None
        self._pins[slot] = inside.look
        self._parts[id(node)] = (node, narrowing.pinned(slot, inside))

    def part(self, node: Node) -> Part:
        """`node` compiled, once however often it is read; it is kept, so that its id stays its own."""
        found = self._parts.get(id(node))
        if found is None:
            found = self._parts[id(node)] = (node, self._compile(node))
        return found[1]

    def _compile(self, node: Node) -> Part:
        match node:
            case tree.Fact():
                return self._leaf((node.name,), node, lambda: _range(node.spec))
            case tree.Setting():
                span = (whole(node.low), whole(node.high))
                if not node.is_open:
                    return narrowing.constant("number", span)
                return self._leaf((node.name, *span, node.options), node, lambda: span)
            case tree.Comparison():
                return self._comparison(node)
            case tree.Number():
                return narrowing.constant("number", (whole(node.value), whole(node.value)))
            case tree.Choice():
                return narrowing.constant("choice", frozenset((node.text,)))
            case tree.Named():
                stated = self._slot(node, None)
                return narrowing.named(node.type.kind, stated, self.part(node.body))
            case tree.Case():
                parts = [(self.part(condition), self.part(value)) for condition, value in node.branches]
                return narrowing.branches(node.type.kind, parts, self.part(node.otherwise))
            case tree.Member():
                return narrowing.member(self.part(node.item), frozenset(node.choices))
            case tree.Not():
                return narrowing.negation(self.part(node.item))
            case tree.Rounded():
                return intervals.rounded(node.direction, node.step, self.part(node.item))
            case tree.Extreme():
                return intervals.extreme(node.op, [self.part(item) for item in node.items])
            case tree.Logic():
                return narrowing.logic(node.op == "or", [self.part(item) for item in node.items])
            case tree.Arithmetic():
                return self._arithmetic(node)

    def _arithmetic(self, node: tree.Arithmetic) -> Part:
        def part(one: Node, other: Node) -> Part:
            parts = self.part(one), self.part(other)
            return intervals.arithmetic(node.op, *parts, _zero(node), self._steps, self._pins)

        left, right = node.left, node.right
        if node.op != "-" or not isinstance(left, tree.Rounded) or not isinstance(right, tree.Rounded):
            return part(left, right)
        if (left.direction, left.step) != (right.direction, right.step):
            return part(left, right)
        return intervals.steadied(part(left, right), part(left.item, right.item), whole(left.step))

    def _comparison(self, node: tree.Comparison) -> Part:
        left, right, kind = self.part(node.left), self.part(node.right), node.left.type.kind
        if kind == "number":
            return intervals.number_comparison(node.op, left, right, (_step(node.left), _step(node.right)))
        return narrowing.equality(node.op == "==", left, right, kind)

    def _leaf(self, key: tuple[Any, ...], node: tree.Fact | tree.Setting, start: Callable[[], Open]) -> Part:
        if key not in self._leaves:
            slot = self._slot(node, start())
            step = _step(node)
            if node.type.kind == "number":
                self._steps[slot] = step
                if _has_no_end(node):
                    self._tops.append((slot, self._start[slot][1]))
            self._leaves[key] = narrowing.leaf(node.type.kind, slot, step)
        return self._leaves[key]

    def _slot(self, node: tree.Fact | tree.Setting | tree.Named, start: Open) -> int:
        self._names.append((node.name, len(self._start), node.type.kind == "number"))
        self._start.append(start)
        return len(self._start) - 1


def _range(spec: tree.FactSpec) -> Open:
    if spec.type.kind == "number":
        return (narrowing.up(spec.low, spec.step), narrowing.down(spec.high, spec.step))
    return frozenset(spec.choices) if spec.type.kind == "choice" else None


def _has_no_end(node: tree.Fact | tree.Setting) -> bool:
    """Whether the largest value is only what can be meant at all: not of a share of 1, nor of 以内 and a list."""
    return node.type.unit != RATIO if isinstance(node, tree.Fact) else node.high == UNBOUNDED


def _grows(part: Part, value: Interval, wide: Known | None) -> bool:
    """Whether the value would reach further in the wider case."""
    if wide is None or value[0] == value[1]:
        return False
    try:
        return bool(part.look(wide)[1] > value[1])
    except Impossible:
        return False


def _step(node: Node) -> Rational | None:
    """The grid of a number fact; an open parameter has none."""
    if isinstance(node, tree.Fact) and node.type.kind == "number":
        return whole(node.spec.step)
    return None


def _zero(node: tree.Arithmetic) -> Any:
    name = getattr(node.right, "name", None) or "式"
    return lambda: KofuError(
        f"割る数（{name}）が0になりうるため、幅を出せません。{name}の値を与えてください。",
        f"What is divided by ({name}) may be 0, so there are no bounds; give {name} a value.",
    )


def _bounds(interval: Interval, open_end: bool = False) -> Bounds:
    return Bounds(Fraction(interval[0]), Fraction(interval[1]), open_end)


def _answer(value: Open, open_end: bool = False) -> Answer:
    if isinstance(value, tuple):
        return _bounds(value, open_end)
    kept: Answer = value
    return kept


_REFUSED = Estimate(False, None, _bounds((0, 0)), {}, {})
