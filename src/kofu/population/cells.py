"""Cells of any type as the integers of a population: what they are worth in SQL, and the sentence where they are wrong.

Whole numbers are read in SQL. Everything else is text that `kofu.rules.values.read_value` reads, each distinct
text once; so a cell means here what it means in every other file of facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Any

from kofu.errors import KofuError
from kofu.population.dataset import DataColumn
from kofu.rules.tree import FactSpec, Value
from kofu.rules.units import parse_unit
from kofu.rules.values import is_unknown, read_value

_DIGIT = "[0-9０-９]"
_PLAIN = (
    "[ 　]*"
    f"(?:(?:{_DIGIT}{{1,15}}|{_DIGIT}{{1,3}}(?:[,，]{_DIGIT}{{3}}){{1,4}})"
    f"|(?:{_DIGIT}{{1,12}}|{_DIGIT}{{1,3}}(?:[,，]{_DIGIT}{{3}}){{1,3}})万)"
    "(?:UNIT)?[ 　]*"
)
"""Whole numbers as most tables have them: 12, １２, 1,200, 1,200円, 500万円."""
_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"}  # fmt: skip
_FLOATS = {"FLOAT", "DOUBLE"}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_MOST = 2**20  # texts remembered of one column
_NUMBERS = {"TINYINT": 2**7, "SMALLINT": 2**15, "INTEGER": 2**31, "BIGINT": 2**63}


@dataclass
class Fact:
    """A fact that the files have as a column, and the texts of it that are read so far."""

    spec: FactSpec
    known: dict[str, int | bool | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the fact and of its column."""
        return self.spec.name

    @property
    def kind(self) -> str:
        """number, truth or choice."""
        return self.spec.type.kind

    @cached_property
    def ends(self) -> tuple[int, int]:
        """The smallest and the largest integer that it can be."""
        if self.kind == "number":
            return int(self.spec.low / self.spec.step), int(self.spec.high / self.spec.step)
        return 0, max(1, len(self.spec.choices) - 1)

    @property
    def sql_type(self) -> str:
        """The smallest type that holds it."""
        if self.kind == "truth":
            return "BOOLEAN"
        return next(name for name, end in _NUMBERS.items() if max(map(abs, self.ends)) < end)

    def column(self, low: int, high: int, nulls: int) -> DataColumn:
        """As a population describes it, with what is in the data."""
        step = self.spec.step if self.kind == "number" else Fraction(1)
        return DataColumn(self.name, self.spec.type.kind, low, high, nulls, step, self.spec.choices)

    def code(self, value: Value) -> int | bool:
        """A value as its integer."""
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._places[value]
        return int(value / self.spec.step)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {choice: place for place, choice in enumerate(self.spec.choices)}

    def learn(self, texts: Iterable[str]) -> dict[str, int | bool | None]:
        """The integers of texts, None for what says that nothing is known; what cannot be read is left out."""
        found: dict[str, int | bool | None] = {}
        for text in texts:
            if text in self.known:
                found[text] = self.known[text]
                continue
            try:
                found[text] = None if is_unknown(text) else self.code(read_value(self.spec, text))
            except KofuError:
                continue
        if len(self.known) + len(found) < _MOST:
            self.known |= found
        return found

    def refusal(self, cell: Any) -> KofuError:
        """Why a cell is refused."""
        if isinstance(cell, float) and cell != cell:
            return KofuError(
                f"{self.name}=NaN: 数ではありません。分からないところは空（NULL）にしてください",
                f"{self.name}=NaN: is no number; leave it empty (NULL) where it is not known",
            )
        if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
            cell = int(cell)
        try:
            read_value(self.spec, cell if isinstance(cell, int | float) else str(cell))
        except KofuError as error:
            return error
        return KofuError(
            f"{self.name}={cell}: 読めません。直してください",
            f"{self.name}={cell}: cannot be read; correct it",
        )


@dataclass(frozen=True)
class Cells:
    """A column of one file as a fact: `code` and `said_unknown` are SQL over its row and, where texts are read, `texts`."""

    fact: Fact
    column: str
    """Quoted."""
    sql_type: str
    texts: str
    """The table of the texts read, with the columns text and code."""

    @property
    def text(self) -> str | None:
        """SQL for the text that Python reads; NULL where SQL reads the cell, or it is empty. None: never."""
        if self._is_whole:
            return None
        if self.sql_type in _FLOATS:
            whole = f"CASE WHEN {self._float_fits} THEN CAST({self.column} AS BIGINT) END"
            return f"CAST({whole} AS VARCHAR)"
        text = f"CAST({self.column} AS VARCHAR)"
        return f"CASE WHEN NOT {self._plain} THEN {text} END" if self.fact.kind == "number" else text

    @property
    def code(self) -> str:
        """SQL for the integer; NULL where it is unknown or cannot be read."""
        if self._is_truth:
            return self.column
        if self.fact.kind != "number":
            return f"CAST({self.texts}.code AS {self.fact.sql_type})"
        if not self._is_whole:
            plain = self._number(self._plain_number)
            return f"CASE WHEN {self._plain} THEN {plain} ELSE CAST({self.texts}.code AS {self.fact.sql_type}) END"
        if self.sql_type in _FLOATS:
            return f"CASE WHEN {self._float_fits} THEN {self._number(f'CAST({self.column} AS BIGINT)')} END"
        if decimal := _DECIMAL.fullmatch(self.sql_type):
            scale = 10 ** int(decimal[2])
            low, high = self._ends(1)
            unscaled = f"CAST(CAST({self.column} AS DECIMAL(38,{decimal[2]})) * {scale} AS HUGEINT)"
            inside = f"{self.column} BETWEEN {low} AND {high}"
            return f"CASE WHEN {inside} THEN {self._number(unscaled, scale)} END"
        return self._number(self.column)

    @property
    def is_wrong(self) -> str:
        """SQL for whether the cell says something that cannot be read."""
        unread = "" if self._is_whole else f" AND {self.texts}.text IS NULL"
        return f"({self.column} IS NOT NULL AND ({self.code}) IS NULL{unread})"

    @property
    def _is_truth(self) -> bool:
        return self.fact.kind == "truth" and self.sql_type == "BOOLEAN"

    @property
    def _is_whole(self) -> bool:
        """Whether SQL reads every cell."""
        if self._is_truth:
            return True
        decimal = _DECIMAL.fullmatch(self.sql_type)
        fits = decimal is not None and int(decimal[1]) + int(decimal[2]) <= 36
        return self.fact.kind == "number" and (self.sql_type in _INTEGERS | _FLOATS or fits)

    @property
    def _plain(self) -> str:
        if self.sql_type != "VARCHAR":
            return f"({self.column} IS NULL)"
        unit = re.escape(self.fact.spec.unit)
        return f"coalesce(regexp_full_match({self.column}, '{_PLAIN.replace('UNIT', unit)}'), true)"

    @property
    def _plain_number(self) -> str:
        """SQL for the number of a cell that is plain."""
        if self.sql_type != "VARCHAR":
            return "CAST(NULL AS BIGINT)"
        left_out = ",， 　万" + self.fact.spec.unit
        digits = f"translate({self.column}, '０１２３４５６７８９{left_out}', '0123456789')"
        return (
            f"(TRY_CAST({digits} AS BIGINT) * CASE WHEN contains({self.column}, '万') THEN 10000 ELSE 1 END)"
        )

    @property
    def _float_fits(self) -> str:
        return f"(abs({self.column}) < {2**53} AND {self.column} = trunc({self.column}))"

    def _ends(self, scale: int) -> tuple[int, int]:
        """The least and the most that a plain number × `scale` can be, in the fact's own unit."""
        factor, _ = parse_unit(self.fact.spec.unit)
        return ceil(self.fact.spec.low / factor * scale), floor(self.fact.spec.high / factor * scale)

    def _number(self, number: str, scale: int = 1) -> str:
        """SQL for the integer of a whole number / `scale` in the fact's own unit; NULL outside its range or steps."""
        factor, _ = parse_unit(self.fact.spec.unit)
        steps = factor / self.fact.spec.step / scale
        low, high = self._ends(scale)
        inside, code = f"{number} BETWEEN {low} AND {high}", number
        fits = max(abs(low), abs(high)) * steps.numerator < 2**63
        wide = f"CAST({number} AS {'BIGINT' if fits else 'HUGEINT'})"
        if steps.denominator > 1:
            whole = f"{wide} * {steps.numerator}"
            inside += f" AND ({whole}) % {steps.denominator} = 0"
            code = f"({whole}) // {steps.denominator}"
        elif steps.numerator > 1:
            code = f"{wide} * {steps.numerator}"
        return f"CASE WHEN {inside} THEN CAST({code} AS {self.fact.sql_type}) END"
