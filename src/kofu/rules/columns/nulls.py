"""Which unknown columns may, and which must, leave a form unknown: so that a check is printed only where needed."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from operator import and_, or_

from kofu.rules.columns.form import Case, Column, Form, Logic, Stated, children

Columns = frozenset[str]
_NONE: Columns = frozenset()


class Nulls:
    """Memory of what was worked out for each form. `certain`: columns in which nothing is unknown."""

    def __init__(self, certain: Collection[str] = ()) -> None:
        self._certain = certain
        self._may: dict[Form, Columns] = {}
        self._must: dict[Form, Columns] = {}

    def may(self, form: Form) -> Columns:
        """Where the form is unknown, at least one of these columns is."""
        if form not in self._may:
            match form:
                case Column():
                    self._may[form] = _NONE if form.name in self._certain else frozenset((form.name,))
                case Stated():
                    self._may[form] = self.may(form.body)
                case _:
                    self._may[form] = reduce(or_, map(self.may, children(form)), _NONE)
        return self._may[form]

    def must(self, form: Form) -> Columns:
        """Where any of these columns is unknown, the form is."""
        if form not in self._must:
            match form:
                case Column():
                    self._must[form] = frozenset((form.name,))
                case Stated():
                    self._must[form] = _NONE
                case Logic():
                    self._must[form] = reduce(and_, map(self.must, form.items))
                case Case():
                    result = self.must(form.otherwise)
                    for condition, value in reversed(form.branches):
                        result = self.must(condition) | (self.must(value) & result)
                    self._must[form] = result
                case _:
                    self._must[form] = reduce(or_, map(self.must, children(form)), _NONE)
        return self._must[form]

    def guards(self, form: Case) -> list[bool]:
        """For each branch, whether an unknown condition must be caught there: what follows would not be unknown."""
        needed: list[bool] = []
        rest = self.must(form.otherwise)
        for condition, value in reversed(form.branches):
            needed.append(not self.may(condition) <= rest)
            rest = self.must(condition) | (self.must(value) & rest)
        return needed[::-1]

    def is_seen_in_columns(self, form: Form) -> bool:
        """Whether a form is unknown exactly where one of the columns that `may` names is."""
        return self.may(form) <= self.must(form)
