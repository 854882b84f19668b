"""A compiled benefit: what one part of a programme gives to whom, as trees, at one date."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from kofu.programme.vocabulary import Instrument
from kofu.rules.tree import Case, Fact, Named, Node, Number, Setting, Type, walk
from kofu.rules.units import YEN

AMOUNT = "支援額"
"""What an expression calls the rounded amount."""


@dataclass(frozen=True)
class Repayment:
    """How a loan is repaid: trees for the term and the grace (months) and the yearly rates by stretch."""

    term: Node
    grace: Node | None
    rates: tuple[tuple[int | None, Node], ...]
    """(for how many years, yearly rate); None: for the rest."""


@dataclass(frozen=True)
class Rule:
    """One benefit of a programme, ready to be read.

    `conditions` must all hold; each is a reason when it does not. `amount` is rounded yen for one who is
    eligible; `total` is what anyone gets: `amount`, or 0 when not eligible.
    """

    programme: str
    key: str
    components: tuple[str, ...]
    """The numbered parts it belongs to; empty where the sheet numbers none."""
    payer: str | None
    recipient: str
    instrument: Instrument
    conditions: tuple[Node, ...]
    eligible: Node
    amount: Node
    rounding: str
    shares: dict[str, Node]
    """Payer → whole yen; they add up to `amount`."""
    outputs: dict[str, Node]
    combines: bool
    repayment: Repayment | None
    excludes: tuple[str, ...]
    excludes_at: tuple[int, ...]

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the definition as applied: the trees with the parameters at the date and under the overlay."""
        parts = (self.programme, self.key, self.instrument.value, *self.shares, *self.outputs, *self.roots)
        return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()

    @cached_property
    def total(self) -> Node:
        """The amount, 0 for one who is not eligible, unknown where that is unknown."""
        yen = Type("number", YEN)
        return Case(((self.eligible, self.amount),), Number(Fraction(0), yen), yen)

    @cached_property
    def roots(self) -> tuple[Node, ...]:
        """Every tree of the rule."""
        return (self.eligible, self.amount, *self.shares.values(), *self.outputs.values())

    @property
    def lent(self) -> tuple[Node, ...]:
        """The trees of the repayment of a loan."""
        terms = self.repayment
        if terms is None:
            return ()
        return (terms.term, *([terms.grace] if terms.grace else []), *(rate for _, rate in terms.rates))

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts it reads, in the order in which it reads them, each once."""
        found = {node.name: node for node in walk(*self.roots) if isinstance(node, Fact)}
        return tuple(found.values())

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The parameters it reads, each once."""
        found = {(n.name, n.at, n.text): n for n in walk(*self.roots) if isinstance(n, Setting)}
        return tuple(found.values())

    @cached_property
    def named(self) -> tuple[Named, ...]:
        """The derived facts and definitions it reads, each once."""
        return tuple({n.name: n for n in walk(*self.roots) if isinstance(n, Named)}.values())
