"""Bounds for every row at once: a form whose columns may be unknown becomes two that are always known.

The tree reader of bounds (`kofu.rules.bounds`) splits one case by classes; here each form has a least and a most
(of a truth value: certain and possible), worked out from those of its parts. It is never too narrow, and exact in
every row in which nothing that matters is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Literal

from kofu.rules.columns.form import (
    Binary,
    Case,
    Column,
    Compare,
    Extreme,
    Floor,
    Form,
    Forms,
    Integer,
    Logic,
    Member,
    Not,
    Stated,
    Truth,
    is_truth,
)
from kofu.rules.columns.joining import Joining
from kofu.rules.columns.ranges import Ranges

Pair = tuple[Form, Form]
"""The least and the most; certain and possible. One and the same form where both are always equal."""


class Bounding:
    """Makes the pairs of forms.

    `source` answers what a column is: a column of the same name (known in every row), a `Stated` of it (unknown
    in some rows; its body is not read), any other form that stands for it, or None: unknown everywhere.
    """

    def __init__(
        self,
        forms: Forms,
        source: Callable[[Column], Form | None],
        ends: Mapping[str, tuple[int, int]] | None = None,
    ) -> None:
        self._forms = forms
        self._source = source
        self._given_ends = ends or {}
        self._ranges = Ranges()
        self._joining = Joining(forms, self._ranges)
        self._done: dict[Form, Pair] = {}

    def widened(self, ends: Mapping[str, tuple[int, int]]) -> Bounding:
        """The same, where columns may lie between other ends when they are unknown."""
        return Bounding(self._forms, self._source, ends)

    def pair(self, form: Form) -> Pair:
        """(least, most) of an integer, (certain, possible) of a truth value."""
        if form not in self._done:
            self._done[form] = self._truth(form) if is_truth(form) else self._number(form)
        return self._done[form]

    # --- integers

    def _number(self, form: Form) -> Pair:
        forms = self._forms
        match form:
            case Integer():
                return form, form
            case Column():
                return self._column(form)
            case Stated():
                return self._stated(form)
            case Binary():
                return self._binary(form)
            case Floor():
                assert isinstance(form.divisor, Integer)
                low, high = self.pair(form.item)
                return forms.floor(low, form.divisor.value), forms.floor(high, form.divisor.value)
            case Extreme():
                left, right = self.pair(form.left), self.pair(form.right)
                return self._extreme(form.op, left[0], right[0]), self._extreme(form.op, left[1], right[1])
            case Case():
                return self._case(form)
            case _:
                raise TypeError(f"not an integer: {form}")

    def _column(self, column: Column) -> Pair:
        found = self._source(column)
        if found is None:
            return self._ends(column)
        if isinstance(found, Stated):
            low, high = self._ends(column)
            return self._forms.stated(found.column, low), self._forms.stated(found.column, high)
        return (found, found) if _is_named(found, column.name) else self.pair(found)

    def _ends(self, column: Column) -> Pair:
        if column.kind == "truth":
            return self._forms.truth(False), self._forms.truth(True)
        low, high = self._given_ends.get(column.name, (column.low, column.high))
        return self._forms.integer(low), self._forms.integer(high)

    def _stated(self, form: Stated) -> Pair:
        body = self.pair(form.body)
        found = self._source(form.column)
        if found is None:
            return body
        if isinstance(found, Stated):
            return self._forms.stated(found.column, body[0]), self._forms.stated(found.column, body[1])
        return self._column(form.column)

    def _binary(self, form: Binary) -> Pair:
        forms, (a, b), (c, d) = self._forms, self.pair(form.left), self.pair(form.right)
        if form.op == "+":
            return forms.binary("+", a, c), forms.binary("+", b, d)
        if form.op == "-":
            return forms.binary("-", a, d), forms.binary("-", b, c)
        if any(x is y and isinstance(x, Integer) and not x.value for x, y in ((a, b), (c, d))):
            return (forms.integer(0),) * 2  # nothing is unknown here that the product could hide
        if self._never_negative(a) and self._never_negative(c):
            return forms.binary("*", a, c), forms.binary("*", b, d)
        corners = list(dict.fromkeys(forms.binary("*", x, y) for x, y in product((a, b), (c, d))))
        low = high = corners[0]
        for corner in corners[1:]:
            low, high = self._extreme("min", low, corner), self._extreme("max", high, corner)
        return low, high

    def _never_negative(self, form: Form) -> bool:
        return self._ranges.of(form)[0] >= 0

    def _extreme(self, op: Literal["min", "max"], left: Form, right: Form) -> Form:
        """The smaller or larger, without a comparison where the ranges already tell."""
        (a, b), (c, d) = self._ranges.of(left), self._ranges.of(right)
        if b <= c:
            return left if op == "min" else right
        if d <= a:
            return right if op == "min" else left
        return self._forms.extreme(op, (left, right))

    def _case(self, form: Case) -> Pair:
        forms = self._forms
        branches = [(self.pair(condition), self.pair(value)) for condition, value in form.branches]
        low, high = self.pair(form.otherwise)
        known = all(certain is possible for (certain, possible), _ in branches)
        if known:
            branches = self._merged(branches)
            covered = self._joining.logic("or", [condition for (condition, _), _ in branches])
            if isinstance(covered, Truth) and covered.value:
                _, (low, high) = branches.pop()
        for (certain, possible), (least, most) in reversed(branches):
            if known:
                low, high = forms.case([(certain, least)], low), forms.case([(certain, most)], high)
            else:
                both = self._extreme("min", least, low), self._extreme("max", most, high)
                low = forms.case([(certain, least), (possible, both[0])], low)
                high = forms.case([(certain, most), (possible, both[1])], high)
        return low, high

    def _merged(self, branches: Sequence[tuple[Pair, Pair]]) -> list[tuple[Pair, Pair]]:
        """Branches with known conditions; those that follow one another to the same value become one."""
        found: list[tuple[Pair, Pair]] = []
        for condition, value in branches:
            if found and found[-1][1] == value:
                either = self._joining.logic("or", [found[-1][0][0], condition[0]])
                found[-1] = (either, either), value
            else:
                found.append((condition, value))
        return found

    # --- truth values

    def _truth(self, form: Form) -> Pair:
        match form:
            case Truth():
                return form, form
            case Column():
                return self._column(form)
            case Stated():
                return self._stated(form)
            case Compare():
                return self._compare(form)
            case Member():
                return self._member(form.item, form.mask)
            case Logic():
                pairs = [self.pair(item) for item in form.items]
                certain = self._joining.logic(form.op, [pair[0] for pair in pairs])
                if all(pair[0] is pair[1] for pair in pairs):
                    return certain, certain
                return certain, self._joining.logic(form.op, [pair[1] for pair in pairs])
            case Not():
                certain, possible = self.pair(form.item)
                return self._joining.negation(possible), self._joining.negation(certain)
            case Case():
                return self._truth_case(form)
            case _:
                raise TypeError(f"not a truth value: {form}")

    def _compare(self, form: Compare) -> Pair:
        forms, (a, b), (c, d) = self._forms, self.pair(form.left), self.pair(form.right)
        if a is b and c is d:
            compare = forms.compare if is_truth(form.left) else self._joining.compare
            same = compare(form.op, a, c)
            return same, same
        if is_truth(form.left):
            alike = forms.logic("or", [_both(forms, a, c), _both(forms, forms.not_(b), forms.not_(d))])
            apart = forms.logic("or", [_both(forms, a, forms.not_(d)), _both(forms, forms.not_(b), c)])
            return (alike, forms.not_(apart)) if form.op == "==" else (apart, forms.not_(alike))
        match form.op:
            case "<" | "<=":
                return self._joining.compare(form.op, b, c), self._joining.compare(form.op, a, d)
            case ">" | ">=":
                return self._joining.compare(form.op, a, d), self._joining.compare(form.op, b, c)
        certain = forms.logic("and", [forms.compare("==", x, y) for x, y in ((a, c), (b, d), (a, b))])
        possible = forms.logic("and", [forms.compare("<=", a, d), forms.compare("<=", c, b)])
        return (certain, possible) if form.op == "==" else (forms.not_(possible), forms.not_(certain))

    def _member(self, item: Form, mask: Form) -> Pair:
        assert isinstance(mask, Integer)
        forms = self._forms
        codes = [code for code in range(mask.value.bit_length()) if mask.value >> code & 1]
        if isinstance(item, Case):
            return self._truth_case(
                Case(
                    tuple((condition, forms.member(value, codes)) for condition, value in item.branches),
                    forms.member(item.otherwise, codes),
                )
            )
        found = self._source(item) if isinstance(item, Column) else item
        if isinstance(item, Column) and isinstance(found, Stated):
            # A code that no choice has stands for unknown: it is in neither the mask nor its complement.
            beyond = item.high + 1
            others = [code for code in range(beyond) if code not in codes]
            stated = forms.stated(found.column, forms.integer(beyond))
            return forms.member(stated, codes), forms.not_(forms.member(stated, others))
        if isinstance(item, Column) and found is not None and not _is_named(found, item.name):
            return self._member(found, mask)
        low, high = self.pair(item)
        same = self._joining.member(low, mask.value)
        if low is high:
            return same, same
        known = forms.compare("==", low, high)
        return _both(forms, known, same), forms.logic("or", [forms.not_(known), same])

    def _truth_case(self, form: Case) -> Pair:
        forms = self._forms
        certain, possible = self.pair(form.otherwise)
        for condition, value in reversed(form.branches):
            (sure, may), (least, most) = self.pair(condition), self.pair(value)
            if sure is may and least is most and certain is possible:
                certain = possible = forms.case([(sure, least)], certain)
                continue
            surely = [forms.logic("and", [sure, least]), forms.logic("and", [forms.not_(may), certain])]
            if sure is not may:
                surely.append(forms.logic("and", [least, certain]))
            maybe = [forms.logic("and", [may, most]), forms.logic("and", [forms.not_(sure), possible])]
            certain, possible = forms.logic("or", surely), forms.logic("or", maybe)
        return certain, possible


def _both(forms: Forms, one: Form, other: Form) -> Form:
    return forms.logic("and", [one, other])


def _is_named(form: Form, name: str) -> bool:
    return isinstance(form, Column) and form.name == name
