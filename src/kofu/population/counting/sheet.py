"""A sheet of questions about every row: each form is counted or added up once, over all rows and by each group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kofu.population.counting.frame import Group
from kofu.population.counting.tally import Counts, Tally
from kofu.rules.columns.batches import neighbours
from kofu.rules.columns.form import Binary, Form, Forms, Integer, Truth

_VALUES = 120
"""So many are worked out in one statement: fewer repeat what variants share, more are slower to plan."""


class Sheet:
    """Gathers forms, says in which tallies they are worked out, and answers from their counts.

    What depends on the first answers may be asked after them, in a further round.
    """

    def __init__(self, forms: Forms, groups: Sequence[Group], rows: int) -> None:
        self._groups = list(groups)
        self._codes: list[Form] = [group.form for group in groups] or [forms.integer(0)]
        self._rows = rows
        self._asked: list[dict[str, Form]] = []
        self._places: dict[Form, tuple[int, int]] = {}
        self._counts: list[Counts] = []

    def ask(self, together: Iterable[Form]) -> None:
        """Forms that are worked out in one statement. What is asked twice is worked out once."""
        parts = dict.fromkeys(part for form in together for part in _summands(form))
        fresh = [form for form in parts if not _is_constant(form) and form not in self._places]
        if fresh:
            for form in fresh:
                self._places[form] = (-1, -1)
            self._asked.append({f"{len(self._asked)}.{i}": form for i, form in enumerate(fresh)})

    def tallies(self) -> list[Tally]:
        """What must be counted next: what was asked since the last answers."""
        batches: list[list[Form]] = []
        for asked in neighbours(self._asked):
            if not batches or len(batches[-1]) + len(asked) > _VALUES:
                batches.append([])
            batches[-1] += asked.values()
        for i, values in enumerate(batches, len(self._counts)):
            self._places.update({form: (i, place) for place, form in enumerate(values)})
        if not batches and not self._counts:
            batches.append([])  # then the rows of each group are all that is counted
        return [Tally(tuple(self._codes), tuple(values)) for values in batches]

    def answered(self, counts: Sequence[Counts]) -> None:
        """Takes the counts of `tallies`."""
        self._counts += counts
        self._asked.clear()

    def total(self, form: Form) -> int:
        """How many rows a truth value holds for, or the sum of an integer."""
        return sum(map(self._total, _summands(form)))

    def _total(self, form: Form) -> int:
        if _is_constant(form):
            return _constant(form, self._rows)
        tally, place = self._places[form]
        return sum(values[1 + place] for values in self._counts[tally][0].values())

    def by_group(self, form: Form) -> dict[str, dict[str, int]]:
        """The same by each group: group → name → total. Names that no row has are left out."""
        found: dict[str, dict[str, int]] = {
            group: dict.fromkeys(names, 0) for group, names in self.rows().items()
        }
        for part in _summands(form):
            tally, place = self._places.get(part, (0, -1))
            for group, counts in zip(self._groups, self._counts[tally], strict=False):
                for code, values in counts.items():
                    total = _constant(part, values[0]) if place < 0 else values[1 + place]
                    found[group.name][group.names[code]] += total
        return found

    def rows(self) -> dict[str, dict[str, int]]:
        """How many rows each group has."""
        return {
            group.name: {group.names[code]: values[0] for code, values in sorted(self._counts[0][i].items())}
            for i, group in enumerate(self._groups)
        }


def _summands(form: Form) -> tuple[Form, ...]:
    """What a sum over rows is the sum of."""
    if isinstance(form, Binary) and form.op == "+":
        return _summands(form.left) + _summands(form.right)
    return (form,)


def _is_constant(form: Form) -> bool:
    return isinstance(form, Integer | Truth)


def _constant(form: Form, rows: int) -> int:
    assert isinstance(form, Integer | Truth)
    return int(form.value) * rows


def is_nothing(form: Form) -> bool:
    """Whether a form is 0 or false in every row."""
    return _is_constant(form) and not (form.value if isinstance(form, Integer | Truth) else True)
