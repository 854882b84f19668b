"""Conditions over known columns, made smaller: what a decision table says in many rows is often said in one.

Here nothing is unknown and the range of every column is known, so `a in {1, 2} or a in {3}` is one membership, and a
membership of all codes that occur is no condition at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kofu.rules.columns.form import Column, Form, Forms, Integer, Logic, Member, Truth
from kofu.rules.columns.ranges import Ranges
from kofu.rules.exact import COMPARE

_MOST = 60
"""Terms; longer conditions are left as they are, for each is held against each."""
Term = tuple[Form, ...]
"""Conditions that must all hold."""


class Joining:
    """Joins conditions. `ranges` are those of the columns as they are."""

    def __init__(self, forms: Forms, ranges: Ranges) -> None:
        self._forms, self._ranges = forms, ranges

    def logic(self, op: Literal["and", "or"], items: Sequence[Form]) -> Form:
        """and, or."""
        made = self._forms.logic(op, items)
        if not isinstance(made, Logic) or made.op != op or len(made.items) > _MOST:
            return made
        if op == "and":
            return self._forms.logic("and", self._narrowed(made.items))
        terms = [item.items if isinstance(item, Logic) else (item,) for item in made.items]
        while (merged := self._merged(terms)) is not None:
            terms = merged
        return self._forms.logic("or", [self._forms.logic("and", term) for term in terms])

    def negation(self, item: Form) -> Form:
        """The opposite; of a membership the membership of the other codes."""
        if isinstance(item, Member) and isinstance(item.item, Column) and isinstance(item.mask, Integer):
            return self.member(item.item, self._all(item.item) & ~item.mask.value)
        return self._forms.not_(item)

    def member(self, item: Form, mask: int) -> Form:
        """Whether the code `item` is in `mask`."""
        if isinstance(item, Column):
            every = self._all(item)
            mask &= every
            if mask in (0, every):
                return self._forms.truth(mask != 0)
        return self._forms.member(item, [code for code in range(mask.bit_length()) if mask >> code & 1])

    def compare(self, op: Literal["==", "!=", "<", "<=", ">", ">="], left: Form, right: Form) -> Form:
        """A comparison of integers, decided where their ranges decide."""
        (a, b), (c, d) = self._ranges.of(left), self._ranges.of(right)
        ends = {COMPARE[op](x, y) for x in (a, b) for y in (c, d)}
        apart = b < c or d < a
        if op in ("==", "!="):
            return self._forms.truth(op == "!=") if apart else self._forms.compare(op, left, right)
        return self._forms.truth(bool(ends.pop())) if len(ends) == 1 else self._forms.compare(op, left, right)

    def _all(self, column: Column) -> int:
        """The codes that occur."""
        low, high = self._ranges.of(column)
        return (1 << high + 1) - (1 << low)

    def _narrowed(self, items: Sequence[Form]) -> list[Form]:
        """Memberships of one item become their intersection, where the first stood."""
        masks: dict[Form, int] = {}
        for item in items:
            if isinstance(item, Member) and isinstance(item.mask, Integer):
                masks[item.item] = masks.get(item.item, item.mask.value) & item.mask.value
        found: dict[Form, None] = {}
        for item in items:
            known = isinstance(item, Member) and item.item in masks
            found[self.member(item.item, masks[item.item]) if known else item] = None  # type: ignore[union-attr]
        return list(found)

    def _merged(self, terms: Sequence[Term]) -> list[Term] | None:
        """The terms with two of them made one; None where no two can be."""
        for i, one in enumerate(terms):
            for j in range(i + 1, len(terms)):
                both = self._both(one, terms[j])
                if both is not None:
                    return [*terms[:i], both, *terms[i + 1 : j], *terms[j + 1 :]]
        return None

    def _both(self, one: Term, other: Term) -> Term | None:
        """One term for either of two: they differ in one membership of the same item, or one implies the other."""
        first = [item for item in one if item not in other]
        second = [item for item in other if item not in one]
        if not first or not second:
            return one if not first else other
        if len(first) > 1 or len(second) > 1:
            return None
        match first[0], second[0]:
            case Member(item, Integer(mask)), Member(same, Integer(more)) if item is same:
                wider = self.member(item, mask | more)
                kept = tuple(wider if part is first[0] else part for part in one)
                return tuple(part for part in kept if not isinstance(part, Truth)) or (wider,)
        return None
