"""The tree that every reader reads: frozen nodes of a small closed language.

A node is a number (with its unit), a truth value or a choice; `type` says which. What is unknown stays
unknown: `and` and `or` decide where one part decides (Kleene's logic), everything else is strict.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from kofu.rules.units import RATIO, Unit, name_of

Value = int | Fraction | bool | str
"""What a fact or a node is worth: a number in base units, a truth value, a choice."""


@dataclass(frozen=True, slots=True)
class Type:
    """What a node is: a number of a unit, a truth value or a choice."""

    kind: Literal["number", "truth", "choice"]
    unit: Unit = RATIO

    def __str__(self) -> str:
        return {"truth": "はい・いいえ", "choice": "区分"}.get(self.kind) or name_of(self.unit)


TRUTH = Type("truth")
CHOICE = Type("choice")


@dataclass(frozen=True, slots=True)
class FactSpec:
    """What may be known about a case. Numbers: `low` ≤ value ≤ `high` in base units, a multiple of `step`."""

    name: str
    type: Type
    unit: str
    """The unit as the vocabulary writes it (年, %), for questions and answers."""
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    step: Fraction = Fraction(1)
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number written in the expression; 0 takes the unit of what it meets."""

    value: Fraction
    type: Type


@dataclass(frozen=True, slots=True)
class Choice:
    """「低圧」: one of the choices of a fact."""

    text: str
    type: Type = CHOICE


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the case, by name."""

    spec: FactSpec = field(hash=False)
    name: str

    @property
    def type(self) -> Type:
        """Of the fact."""
        return self.spec.type


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter at one date. Open when the sheet does not settle it: 3/4以内, 1/2等, [1/2, 2/3].

    `low` ≤ value ≤ `high`, one of `options` where the sheet lists them; an open one is answered like a fact.
    """

    name: str
    low: Fraction
    high: Fraction
    options: tuple[Fraction, ...]
    type: Type
    text: str
    """As printed: 3/4以内."""
    at: tuple[int, ...] = ()
    law: str | None = None
    value: int | Fraction | None = field(init=False, repr=False, compare=False)
    """None while it is open; whole numbers as such, for readers compute with them much faster."""

    def __post_init__(self) -> None:
        low = self.low
        settled = low.numerator if low.denominator == 1 else low
        object.__setattr__(self, "value", settled if low == self.high else None)

    @property
    def is_open(self) -> bool:
        """Whether the sheet leaves the value open."""
        return self.value is None


@dataclass(frozen=True, slots=True)
class Named:
    """A derived fact or a definition: worked out by `body`, unless the case states it."""

    name: str
    body: Node
    at: tuple[int, ...] = ()
    law: str | None = None

    @property
    def type(self) -> Type:
        """Of the body."""
        return self.body.type


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """left op right; what `/` divides by has no fact in it."""

    op: Literal["+", "-", "*", "/"]
    left: Node
    right: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Extreme:
    """The smallest or the largest of two items or more."""

    op: Literal["min", "max"]
    items: tuple[Node, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two numbers of one unit, or two choices or truth values by == and !=."""

    op: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Node
    right: Node
    type: Type = TRUTH


@dataclass(frozen=True, slots=True)
class Member:
    """Whether a choice is one of these."""

    item: Node
    choices: tuple[str, ...]
    type: Type = TRUTH


@dataclass(frozen=True, slots=True)
class Logic:
    """and, or of two items or more."""

    op: Literal["and", "or"]
    items: tuple[Node, ...]
    type: Type = TRUTH


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    item: Node
    type: Type = TRUTH


@dataclass(frozen=True, slots=True)
class Case:
    """The value of the first branch whose condition holds, else `otherwise`; of a decision table, `table`."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node
    type: Type
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Rounded:
    """`item` to a multiple of `step` (in base units): down (towards −∞), up, or half up."""

    direction: Literal["down", "up", "half_up"]
    step: Fraction
    item: Node
    type: Type


Node = (
    Number
    | Choice
    | Fact
    | Setting
    | Named
    | Arithmetic
    | Extreme
    | Comparison
    | Member
    | Logic
    | Not
    | Case
    | Rounded
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in the order in which they are read."""
    match node:
        case Arithmetic() | Comparison():
            return (node.left, node.right)
        case Extreme() | Logic():
            return node.items
        case Member() | Not() | Rounded():
            return (node.item,)
        case Named():
            return (node.body,)
        case Case():
            return (*(part for branch in node.branches for part in branch), node.otherwise)
        case _:
            return ()


def walk(*roots: Node) -> Iterator[Node]:
    """Every node below the roots, each object once, parents before children."""
    seen: set[int] = set()
    stack = list(reversed(roots))
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        stack += reversed(children(node))
