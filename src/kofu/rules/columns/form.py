"""The integer form: what a rule is once every number in it is a whole number.

A form is an integer or a truth value; unknown stays unknown as in the tree. Forms are made by `Forms`, which
folds constants and makes each form once, so that equal forms are one object and are worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Literal, get_args

from kofu.rules.exact import COMPARE

Order = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True, eq=False)
class Integer:
    """A constant."""

    value: int


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """A constant truth value."""

    value: bool


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """What a case states under `name`: an integer between `low` and `high` (0 and 0 for a truth value)."""

    name: str
    kind: Literal["number", "truth", "choice"]
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A constant that differs from rule to rule of one family: column `place` of its table of rows."""

    place: int
    low: int
    high: int


@dataclass(frozen=True, slots=True, eq=False)
class Binary:
    """left op right."""

    op: Literal["+", "-", "*"]
    left: Form
    right: Form


@dataclass(frozen=True, slots=True, eq=False)
class Floor:
    """The largest integer ≤ item / divisor; the divisor is a positive constant."""

    item: Form
    divisor: Form


@dataclass(frozen=True, slots=True, eq=False)
class Extreme:
    """The smaller or the larger of two."""

    op: Literal["min", "max"]
    left: Form
    right: Form


@dataclass(frozen=True, slots=True, eq=False)
class Compare:
    """left op right: of integers, or of truth values by == and !=."""

    op: Order
    left: Form
    right: Form


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """Whether bit `item` of the constant `mask` is set."""

    item: Form
    mask: Form


@dataclass(frozen=True, slots=True, eq=False)
class Logic:
    """Kleene's and, or of two items or more."""

    op: Literal["and", "or"]
    items: tuple[Form, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Not:
    """The opposite."""

    item: Form


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """The value of the first branch whose condition holds; unknown from an unknown condition on."""

    branches: tuple[tuple[Form, Form], ...]
    otherwise: Form


@dataclass(frozen=True, slots=True, eq=False)
class Stated:
    """What the case states, or the body where it states nothing."""

    column: Column
    body: Form


Form = (
    Integer
    | Truth
    | Column
    | Parameter
    | Binary
    | Floor
    | Extreme
    | Compare
    | Member
    | Logic
    | Not
    | Case
    | Stated
)

_OPPOSITE: dict[str, Order] = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
COMPUTE: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def is_truth(form: Form) -> bool:
    """Whether a form is a truth value, not an integer."""
    match form:
        case Truth() | Compare() | Member() | Logic() | Not():
            return True
        case Column():
            return form.kind == "truth"
        case Case():
            return is_truth(form.otherwise)
        case Stated():
            return is_truth(form.column)
        case _:
            return False


def children(form: Form) -> tuple[Form, ...]:
    """The forms directly below, in the order in which they are read."""
    match form:
        case Binary() | Extreme() | Compare():
            return (form.left, form.right)
        case Floor():
            return (form.item, form.divisor)
        case Member():
            return (form.item, form.mask)
        case Logic():
            return form.items
        case Not():
            return (form.item,)
        case Case():
            return (*(part for branch in form.branches for part in branch), form.otherwise)
        case Stated():
            return (form.column, form.body)
        case _:
            return ()


def walk(roots: Iterable[Form]) -> list[Form]:
    """Every form below the roots once, each after what it is made of."""
    seen: set[int] = set()
    found: list[Form] = []

    def visit(form: Form) -> None:
        if id(form) not in seen:
            seen.add(id(form))
            for child in children(form):
                visit(child)
            found.append(form)

    for root in roots:
        visit(root)
    return found


class Forms:
    """Makes forms: folded where parts are constants, and one object for equal forms."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], Form] = {}

    def keep(self, form: Form) -> Form:
        """The one object that stands for every form equal to this one."""
        return self._made.setdefault(_key(form), form)

    def integer(self, value: int) -> Form:
        """A constant."""
        return self.keep(Integer(value))

    def truth(self, value: bool) -> Form:
        """A constant truth value."""
        return self.keep(Truth(value))

    def binary(self, op: Literal["+", "-", "*"], left: Form, right: Form) -> Form:
        """left op right. Nothing is folded that would hide an unknown part: 0 × unknown is unknown."""
        if isinstance(left, Integer) and isinstance(right, Integer):
            return self.integer(COMPUTE[op](left.value, right.value))
        neutral = 1 if op == "*" else 0
        if isinstance(right, Integer) and right.value == neutral:
            return left
        if isinstance(left, Integer) and left.value == neutral and op != "-":
            return right
        return self.keep(Binary(op, left, right))

    def times(self, form: Form, factor: int) -> Form:
        """`form` multiplied by a constant; a choice between constants is a choice between the products."""
        if isinstance(form, Case) and all(isinstance(value, Integer) for value in _values(form)):
            branches = tuple((condition, self.times(value, factor)) for condition, value in form.branches)
            return self.case(branches, self.times(form.otherwise, factor))
        return self.binary("*", form, self.integer(factor))

    def floor(self, item: Form, divisor: int) -> Form:
        """The largest integer ≤ item / divisor (which is positive)."""
        if isinstance(item, Integer):
            return self.integer(item.value // divisor)
        return item if divisor == 1 else self.keep(Floor(item, self.integer(divisor)))

    def extreme(self, op: Literal["min", "max"], items: Iterable[Form]) -> Form:
        """The smallest or largest of some, constants met first (so that a constant is always on the left)."""
        distinct = list(dict.fromkeys(items))
        constants = [item.value for item in distinct if isinstance(item, Integer)]
        others: list[Form] = [item for item in distinct if not isinstance(item, Integer)]
        if constants:
            others.insert(0, self.integer((min if op == "min" else max)(constants)))
        result = others[0]
        for item in others[1:]:
            result = self.keep(Extreme(op, result, item))
        return result

    def compare(self, op: Order, left: Form, right: Form) -> Form:
        """left op right."""
        if isinstance(left, Integer | Truth) and isinstance(right, Integer | Truth):
            return self.truth(COMPARE[op](left.value, right.value))
        for this, other in ((left, right), (right, left)):
            if isinstance(this, Truth):
                return other if this.value == (op == "==") else self.not_(other)
        return self.keep(Compare(op, left, right))

    def member(self, item: Form, codes: Iterable[int]) -> Form:
        """Whether `item` is one of some codes from 0."""
        mask = sum(1 << code for code in set(codes))
        if isinstance(item, Integer):
            return self.truth(bool(mask >> item.value & 1))
        return self.keep(Member(item, self.integer(mask)))

    def logic(self, op: Literal["and", "or"], items: Iterable[Form]) -> Form:
        """Kleene's and, or; parts of the same kind become one."""
        flat: dict[Form, None] = {}
        for item in items:
            parts = item.items if isinstance(item, Logic) and item.op == op else (item,)
            flat.update(dict.fromkeys(parts))
        decides = op == "or"
        if any(isinstance(item, Truth) and item.value is decides for item in flat):
            return self.truth(decides)
        rest = tuple(item for item in flat if not isinstance(item, Truth))
        if len(rest) < 2:
            return rest[0] if rest else self.truth(not decides)
        return self.keep(Logic(op, rest))

    def not_(self, item: Form) -> Form:
        """The opposite."""
        match item:
            case Truth():
                return self.truth(not item.value)
            case Not():
                return item.item
            case Compare():
                return self.keep(Compare(_OPPOSITE[item.op], item.left, item.right))
            case _:
                return self.keep(Not(item))

    def case(self, branches: Iterable[tuple[Form, Form]], otherwise: Form) -> Form:
        """The value of the first branch whose condition holds; a choice inside `otherwise` becomes one of it."""
        kept: list[tuple[Form, Form]] = []
        for condition, value in branches:
            if isinstance(condition, Truth):
                if condition.value:
                    otherwise = value
                    break
                continue
            kept.append((condition, value))
        if isinstance(otherwise, Case):
            kept += otherwise.branches
            otherwise = otherwise.otherwise
        return self.keep(Case(tuple(kept), otherwise)) if kept else otherwise

    def stated(self, column: Form, body: Form) -> Form:
        """What the case states in `column`, else `body`."""
        assert isinstance(column, Column)
        return self.keep(Stated(column, body))


def _values(form: Case) -> tuple[Form, ...]:
    return (*(value for _, value in form.branches), form.otherwise)


_FIELDS: dict[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind)) for kind in get_args(Form)
}


def _key(form: Form) -> tuple[object, ...]:
    """What makes two forms equal: their kind, their own data, and the very objects below them."""
    kind = type(form)
    return (kind, *[_identity(getattr(form, name)) for name in _FIELDS[kind]])


def _identity(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(_identity, value))
    return id(value) if type(value) in _FIELDS else value
