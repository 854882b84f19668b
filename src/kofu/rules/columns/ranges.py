"""Between which integers every form lies, worked out from the declared ranges of the columns.

It proves that 64 bits hold every intermediate number, or says which forms need the wide type.
"""

from __future__ import annotations

from collections.abc import Mapping

from kofu.rules.columns.form import (
    COMPUTE,
    Binary,
    Case,
    Column,
    Extreme,
    Floor,
    Form,
    Integer,
    Parameter,
    Stated,
    children,
    is_truth,
    walk,
)

NARROW = 2**63 - 1
"""The largest integer of the narrow type, whose smallest is −NARROW − 1 (which we leave unused)."""

WIDE = 2**127 - 1
"""The largest integer of the wide type; a rule that may exceed it is refused."""

Range = tuple[int, int]


class Ranges:
    """Ranges of forms. `columns` overrides the declared range of a column, in the column's own integers."""

    def __init__(self, columns: Mapping[str, Range] | None = None) -> None:
        self._columns = columns or {}
        self._done: dict[Form, Range] = {}
        self._wide: dict[Form, bool] = {}

    def of(self, form: Form) -> Range:
        """(low, high) of an integer form; (0, 1) of a truth value."""
        if form not in self._done:
            self._done[form] = (0, 1) if is_truth(form) else self._of(form)
        return self._done[form]

    def _of(self, form: Form) -> Range:
        match form:
            case Integer():
                return form.value, form.value
            case Column():
                return self._columns.get(form.name, (form.low, form.high))
            case Parameter():
                return form.low, form.high
            case Binary():
                corners = [COMPUTE[form.op](a, b) for a in self.of(form.left) for b in self.of(form.right)]
                return min(corners), max(corners)
            case Floor():
                corners = [a // b for a in self.of(form.item) for b in self.of(form.divisor)]
                return min(corners), max(corners)
            case Extreme():
                (a, b), (c, d) = self.of(form.left), self.of(form.right)
                pick = min if form.op == "min" else max
                return pick(a, c), pick(b, d)
            case Case():
                values = [value for _, value in form.branches] + [form.otherwise]
                return self._around(values)
            case Stated():
                return self._around([form.column, form.body])
            case _:
                raise TypeError(f"not an integer: {form}")

    def _around(self, forms: list[Form]) -> Range:
        ranges = [self.of(form) for form in forms]
        return min(low for low, _ in ranges), max(high for _, high in ranges)

    def shift(self, form: Floor) -> int:
        """How many whole divisors make the numerator non-negative; 0 where it already is.

        Engines cut towards zero, so ⌊a / d⌋ of a negative a is printed as (a + shift × d) ÷ d − shift.
        """
        low, divisor = self.of(form.item)[0], self.of(form.divisor)[0]
        return -(low // divisor) if low < 0 else 0

    def peak(self, form: Form) -> int:
        """The largest size of any integer met in working out `form` from the forms directly below it."""
        ends = [self.of(form), *(self.of(child) for child in children(form) if not is_truth(child))]
        if isinstance(form, Floor) and (shift := self.shift(form)):
            low, high = self.of(form.item)
            added = shift * self.of(form.divisor)[1]
            ends.append((low + added, high + added))
            ends.append((0, added))
        return max(max(abs(low), abs(high)) for low, high in ends)

    def largest(self, roots: list[Form]) -> int:
        """The largest size of any integer met in working out the roots."""
        return max((self.peak(form) for form in walk(roots)), default=0)

    def needs_wide(self, form: Form) -> bool:
        """Whether the parts of `form` must be wide for it to be worked out."""
        if form not in self._wide:
            self._wide[form] = self.peak(form) > NARROW
        return self._wide[form]

    def is_wide(self, form: Form) -> bool:
        """Whether the value of `form` may need more than 64 bits; it is narrow in every engine where not."""
        if is_truth(form):
            return False
        low, high = self.of(form)
        return max(abs(low), abs(high)) > NARROW

    def comes_wide(self, form: Form) -> bool:
        """Whether what an engine works out for `form` is of the wide type, before it is brought back."""
        if is_truth(form):
            return False
        return self.needs_wide(form) or any(self.is_wide(child) for child in children(form))
