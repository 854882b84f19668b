"""Trees as terms of Z3: numbers are exact reals over integer variables, choices integers, truths Booleans."""

from __future__ import annotations

import importlib
from fractions import Fraction
from functools import reduce
from typing import Any

from kofu.errors import KofuError
from kofu.rules import tree
from kofu.rules.narrowing import down, up
from kofu.rules.tree import Node, Value


def solver_library() -> Any:
    """The package z3.

    Raises:
        KofuError: when it is not installed, saying how to install it.
    """
    try:
        return importlib.import_module("z3")
    except ImportError as error:
        raise KofuError(
            "証明には Z3 が要ります。pip install 'kofu[proof]' で入れてください",
            "Proofs need Z3; install it with pip install 'kofu[proof]'",
        ) from error


class Terms:
    """Each node as a term, once; `ranges` says what its facts and open parameters may be.

    Every number is a real term; a fact is its step times an integer variable, so that a sum of yen is whole.
    A parameter that is open in two places of a different range has a variable for each. A product of two unknowns is a
    variable of which `lemmas` say the little that proofs need, in linear terms, and `products` everything. Both leave
    more cases than there are, never fewer: what is proved holds, what is found has to be checked.
    """

    def __init__(self) -> None:
        self.z3 = solver_library()
        self.ranges: list[Any] = []
        self.lemmas: list[Any] = []
        self.products: list[Any] = []
        self._choices: dict[str, int] = {}
        self._leaves: dict[tuple[Any, ...], tuple[tree.Fact | tree.Setting, Any]] = {}
        self._multiplied: dict[tuple[int, int], tuple[Any, Any, Any]] = {}
        self._ends: dict[int, tuple[Fraction, Fraction]] = {}
        self._made: dict[int, tuple[Node, Any]] = {}

    def term(self, node: Node) -> Any:
        """`node` as a term."""
        found = self._made.get(id(node))
        if found is None:
            found = self._made[id(node)] = (node, self._make(node))
        return found[1]

    def values(self, model: Any, *roots: Node) -> dict[str, list[Value]]:
        """What a model gives the facts and open parameters below the roots; several where a name has several ranges."""
        below = {node.name for node in tree.walk(*roots) if isinstance(node, tree.Fact | tree.Setting)}
        found: dict[str, list[Value]] = {}
        names = {code: text for text, code in self._choices.items()}
        for node, variable in self._leaves.values():
            if node.name not in below:
                continue
            value = model.eval(variable, model_completion=True)
            known = found.setdefault(node.name, [])
            read = self._read(node, value, names)
            if read is not None and read not in known:
                known.append(read)
        return found

    def _read(self, node: tree.Fact | tree.Setting, value: Any, names: dict[int, str]) -> Value | None:
        z3 = self.z3
        if node.type.kind == "truth":
            return bool(z3.is_true(value))
        if node.type.kind == "choice":
            return names[value.as_long()]
        if isinstance(node, tree.Fact):
            return _plain(value.as_long() * node.spec.step)
        if node.options:
            return _plain(node.options[value.as_long()])
        return _plain(value.as_fraction()) if z3.is_rational_value(value) else None

    def _make(self, node: Node) -> Any:
        z3 = self.z3
        match node:
            case tree.Number():
                return self._constant(node.value)
            case tree.Choice():
                return z3.IntVal(self._code(node.text))
            case tree.Fact():
                return self._fact(node)
            case tree.Setting():
                return self._setting(node)
            case tree.Named():
                return self.term(node.body)
            case tree.Arithmetic():
                return self._arithmetic(node.op, self.term(node.left), self.term(node.right))
            case tree.Extreme():
                return reduce(self._least if node.op == "min" else self._most, map(self.term, node.items))
            case tree.Comparison():
                return self._compare(node.op, self.term(node.left), self.term(node.right))
            case tree.Member():
                item = self.term(node.item)
                return z3.Or(*(item == self._code(choice) for choice in node.choices))
            case tree.Logic():
                return (z3.And if node.op == "and" else z3.Or)(*map(self.term, node.items))
            case tree.Not():
                return z3.Not(self.term(node.item))
            case tree.Case():
                rest = self.term(node.otherwise)
                for condition, value in reversed(node.branches):
                    rest = z3.If(self.term(condition), self.term(value), rest)
                return rest
            case tree.Rounded():
                return self._rounded(node.direction, node.step, self.term(node.item))

    def _constant(self, value: int | Fraction) -> Any:
        return self.z3.Q(value.numerator, value.denominator)

    def _code(self, choice: str) -> int:
        return self._choices.setdefault(choice, len(self._choices))

    def _fact(self, node: tree.Fact) -> Any:
        """A truth, one of its choices, or step × an integer within the range."""
        z3, spec = self.z3, node.spec
        if node.type.kind == "truth":
            return self._leaf((node.name,), node, z3.Bool(node.name))
        variable = self._leaf((node.name,), node, z3.Int(node.name))
        if node.type.kind == "choice":
            self.ranges.append(z3.Or(*(variable == self._code(choice) for choice in spec.choices)))
            return variable
        low, high = (
            Fraction(end) / spec.step for end in (up(spec.low, spec.step), down(spec.high, spec.step))
        )
        self.ranges.append(z3.And(variable >= int(low), variable <= int(high)))
        return self._constant(spec.step) * z3.ToReal(variable)

    def _setting(self, node: tree.Setting) -> Any:
        """A constant; an open one is one of its options, or any number between its ends."""
        z3 = self.z3
        if not node.is_open:
            return self._constant(node.low)
        key = (node.name, node.low, node.high, node.options)
        name = f"{node.name} {node.low}..{node.high}"
        if not node.options:
            variable = self._leaf(key, node, z3.Real(name))
            self._ends[variable.get_id()] = (node.low, node.high)
            self.ranges.append(
                z3.And(variable >= self._constant(node.low), variable <= self._constant(node.high))
            )
            return variable
        chosen = self._leaf(key, node, z3.Int(f"{name} {node.options}"))
        self.ranges.append(z3.And(chosen >= 0, chosen < len(node.options)))
        *first, last = map(self._constant, node.options)
        return reduce(lambda rest, i: z3.If(chosen == i, first[i], rest), reversed(range(len(first))), last)

    def _leaf(self, key: tuple[Any, ...], node: tree.Fact | tree.Setting, variable: Any) -> Any:
        return self._leaves.setdefault(key, (node, variable))[1]

    def _arithmetic(self, op: str, left: Any, right: Any) -> Any:
        if op == "+":
            return left + right
        if op == "-":
            return left - right
        if op == "/":
            return self._times(self._inverse(right), left)
        return self._times(left, right) if self._is_choice_of_constants(left) else self._times(right, left)

    def _times(self, factor: Any, other: Any) -> Any:
        """The product; a choice of constants is multiplied out, since Z3 decides linear terms only."""
        z3 = self.z3
        if z3.is_app_of(factor, z3.Z3_OP_ITE) and self._is_choice_of_constants(factor):
            condition, first, second = factor.children()
            return z3.If(condition, self._times(first, other), self._times(second, other))
        if z3.is_rational_value(factor) or z3.is_rational_value(other):
            return factor * other
        return self._product(*sorted((factor, other), key=lambda term: term.get_id()))

    def _product(self, factor: Any, other: Any) -> Any:
        """A variable for what is not linear, once for the same two."""
        key = (factor.get_id(), other.get_id())
        if key in self._multiplied:
            return self._multiplied[key][2]
        found = self.z3.Real(f"product {len(self._multiplied)}")
        self.products.append(found == factor * other)
        self._lemmas(factor, other, found)
        self._multiplied[key] = (factor, other, found)
        return found

    def _lemmas(self, factor: Any, other: Any, found: Any) -> None:
        """Two products of one factor are ordered like what it multiplies; a factor lies between its ends."""
        z3 = self.z3
        self.lemmas.append(z3.Implies(z3.And(factor >= 0, other >= 0), found >= 0))
        for shared, mine in ((factor, other), (other, factor)):
            for one, another, earlier in self._multiplied.values():
                for same, its in ((one, another), (another, one)):
                    if same.eq(shared):
                        self.lemmas.append(z3.Implies(z3.And(shared >= 0, mine <= its), found <= earlier))
                        self.lemmas.append(z3.Implies(z3.And(shared >= 0, its <= mine), earlier <= found))
            if (ends := self._ends.get(shared.get_id())) is not None:
                low, high = (self._constant(end) * mine for end in ends)
                self.lemmas.append(z3.Implies(mine >= 0, z3.And(low <= found, found <= high)))

    def _inverse(self, divisor: Any) -> Any:
        z3 = self.z3
        if z3.is_app_of(divisor, z3.Z3_OP_ITE):
            condition, first, second = divisor.children()
            return z3.If(condition, self._inverse(first), self._inverse(second))
        return self._constant(1 / divisor.as_fraction()) if z3.is_rational_value(divisor) else 1 / divisor

    def _is_choice_of_constants(self, term: Any) -> bool:
        if self.z3.is_app_of(term, self.z3.Z3_OP_ITE):
            return all(map(self._is_choice_of_constants, term.children()[1:]))
        return bool(self.z3.is_rational_value(term))

    def _least(self, left: Any, right: Any) -> Any:
        return self.z3.If(left <= right, left, right)

    def _most(self, left: Any, right: Any) -> Any:
        return self.z3.If(left >= right, left, right)

    def _compare(self, op: str, left: Any, right: Any) -> Any:
        match op:
            case "==":
                return left == right
            case "!=":
                return left != right
            case "<":
                return left < right
            case "<=":
                return left <= right
            case ">":
                return left > right
            case _:
                return left >= right

    def _rounded(self, direction: str, step: Fraction, item: Any) -> Any:
        """ToInt is the integer below, so up is the opposite of the opposite rounded down."""
        z3, count = self.z3, self._constant(1 / Fraction(step)) * item
        if direction == "up":
            whole = -z3.ToInt(-count)
        else:
            whole = z3.ToInt(count if direction == "down" else count + self._constant(Fraction(1, 2)))
        return self._constant(step) * z3.ToReal(whole)


def _plain(value: int | Fraction) -> Value:
    return int(value) if value.denominator == 1 else value
