"""Whether what the rows state agrees with what the law derives from it (小規模事業者である, and 300 employees).

Rows that no condition of the law tells apart are one class; each class is tried once.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from math import ceil
from typing import Any

from kofu.errors import KofuError
from kofu.population.dataset import NUMBER
from kofu.population.own.cells import Fact
from kofu.rules.agreement import must_agree, read_by
from kofu.rules.scope import common_scope, law
from kofu.rules.tree import Value
from kofu.rules.witness import candidates


class Agreement:
    """Holds the facts that are columns against each other; classes that agree are remembered."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        derived = tuple(sorted(fact.name for fact in facts if fact.name in law().facts))
        scope = common_scope(datetime.date.max)
        points = candidates(*(node for name in derived if (node := scope.lookup(name)) is not None))
        names = {*derived, *read_by(derived)} if derived else set()
        self._facts = [fact for fact in facts if fact.name in names]
        self._kinds: list[list[Value]] = [points.get(fact.name, [False, True]) for fact in self._facts]
        self._agree: set[tuple[Any, ...]] = set()

    def first(self, cursor: Any, path: str) -> tuple[int, KofuError] | None:
        """The number of the first row of a part that contradicts itself, and how."""
        if not self._facts:
            return None
        kinds = ", ".join(map(_kind_sql, self._facts, self._kinds))
        rows = cursor.execute(
            f"SELECT min(\"{NUMBER}\"), {kinds} FROM '{path}' GROUP BY ALL ORDER BY 1"
        ).fetchall()
        for number, *places in rows:
            key = tuple(places)
            if key in self._agree:
                continue
            values = zip(self._facts, self._kinds, places, strict=True)
            case = {fact.name: kinds[place] for fact, kinds, place in values if place is not None}
            try:
                must_agree(case)
            except KofuError:
                return number, self._error(cursor, path, number)
            self._agree.add(key)
        return None

    def _error(self, cursor: Any, path: str, number: int) -> KofuError:
        """The contradiction in the words of the row itself."""
        columns = ", ".join(f'"{fact.name}"' for fact in self._facts)
        row = cursor.execute(f"SELECT {columns} FROM '{path}' WHERE \"{NUMBER}\" = {number}").fetchone()
        case = {f.name: f.value(code) for f, code in zip(self._facts, row, strict=True) if code is not None}
        try:
            must_agree(case)
        except KofuError as error:
            return error
        raise AssertionError(f"row {number} agrees, though its class does not")


def _kind_sql(fact: Fact, kinds: Sequence[Value]) -> str:
    """SQL for the place in `kinds` of the value that stands for a cell: of a number the last that is not above it."""
    column = f'"{fact.name}"'
    if fact.kind == "number":
        ends = [ceil(value / fact.spec.step) for value in kinds[1:] if not isinstance(value, str)]
        return f"CASE WHEN {column} IS NOT NULL THEN 0{''.join(f' + ({column} >= {end})::INT' for end in ends)} END"
    if fact.kind == "truth":
        return f"CASE WHEN {column} THEN {kinds.index(True)} WHEN NOT {column} THEN {kinds.index(False)} END"
    places = [kinds.index(choice) if choice in kinds else len(kinds) - 1 for choice in fact.spec.choices]
    return f"{places}[{column} + 1]"
