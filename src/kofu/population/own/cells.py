"""Cells of any type as the integers of a population: what they are worth in SQL, and the sentence where they are wrong.

Whole numbers are read in SQL. Everything else is text that `kofu.rules.values.read_value` reads, each distinct
text once; so a cell means here what it means in every other file of facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
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

_PLAIN = "_*(?:D+|DD?D?(?:,DDD)+)万?(?:U)?_*"
_NARROW, _WIDE = {"_": " ", "D": "[0-9]"}, {"_": "[ \u3000]", "D": "[0-9０-９]", ",": "[,，]"}
_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"}  # fmt: skip
_FLOATS = {"FLOAT": 2**24, "DOUBLE": 2**53}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_LONG = 60  # letters of a wrong cell that are shown
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

    def value(self, code: int | bool) -> Value:
        """What an integer stands for."""
        if isinstance(code, bool):
            return code
        return self.spec.choices[code] if self.kind == "choice" else code * self.spec.step

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
            read_value(self.spec, cell if isinstance(cell, int | float) else _shown(str(cell)))
        except KofuError as error:
            return error
        return KofuError(
            f"{self.name}={cell}: この列の型では正確に表せません。整数か文字の列にしてください",
            f"{self.name}={cell}: the type of the column does not hold it exactly; make it integers or text",
        )


@dataclass(frozen=True)
class Cells:
    """A column of one file as a fact: SQL in three steps, so that DuckDB works out each part once.

    `number` and `said` are over the row as it stands; `code` and `is_unread` are over the columns p and s that
    they make, beside the table t of the texts that Python reads. Each name ends in `place`.
    """

    fact: Fact
    column: str
    """Quoted."""
    sql_type: str
    place: int

    @property
    def number(self) -> str:
        """SQL for a plain number × `scale`; NULL where the cell is none. Of a truth value the value itself."""
        if self._is_truth:
            return self.column
        if self.fact.kind != "number":
            return self._truncated if self.sql_type in _FLOATS else "CAST(NULL AS BIGINT)"
        if self.sql_type in _FLOATS:
            return self._truncated
        if self._is_decimal:
            low, high = self._ends(1)
            exact = f"CAST({self.column} AS DECIMAL(38,{len(str(self.scale)) - 1})) * {self.scale}"
            return f"CASE WHEN {self.column} BETWEEN {low} AND {high} THEN CAST({exact} AS HUGEINT) END"
        if self.sql_type in _INTEGERS:
            return self.column
        return self._of_text if self.sql_type == "VARCHAR" else "CAST(NULL AS BIGINT)"

    @property
    def scale(self) -> int:
        """The number of which `number` is a multiple."""
        decimal = _DECIMAL.fullmatch(self.sql_type) if self._is_decimal else None
        return 10 ** int(decimal[2]) if decimal else 1

    @property
    def said(self) -> str:
        """SQL for the text that Python reads where there is no plain number; else for whether there is anything."""
        if not self.has_texts:
            return f"({self.column} IS NOT NULL)"
        if self.sql_type in _FLOATS:
            return f"coalesce(CAST({self._truncated} AS VARCHAR), CAST({self.column} AS VARCHAR))"
        return f"CAST({self.column} AS VARCHAR)"

    @property
    def has_texts(self) -> bool:
        """Whether Python reads some of the cells."""
        if self.fact.kind == "number":
            return not (self.sql_type in _INTEGERS | _FLOATS.keys() or self._is_decimal)
        return not self._is_truth

    @property
    def text(self) -> str:
        """SQL for the text that Python reads; NULL where SQL reads the cell."""
        return (
            f"CASE WHEN p{self.place} IS NULL THEN s{self.place} END" if self._has_both else f"s{self.place}"
        )

    @property
    def code(self) -> str:
        """SQL for the integer; NULL where it is unknown or cannot be read."""
        place, kind = self.place, self.fact.sql_type
        if not self.has_texts:
            return f"p{place}" if self._is_truth else self._steps(f"p{place}")
        read = f"CAST(t{place}.code AS {kind})"
        return (
            f"CASE WHEN p{place} IS NULL THEN {read} ELSE {self._steps(f'p{place}')} END"
            if self._has_both
            else read
        )

    @property
    def is_unread(self) -> str:
        """SQL for whether the cell says something, and no text that Python has read."""
        place = self.place
        return f"(s{place} IS NOT NULL AND t{place}.text IS NULL)" if self.has_texts else f"s{place}"

    @property
    def _has_both(self) -> bool:
        """Whether some cells are plain numbers and others texts."""
        return self.fact.kind == "number" and self.sql_type == "VARCHAR"

    @property
    def _is_truth(self) -> bool:
        return self.fact.kind == "truth" and self.sql_type == "BOOLEAN"

    @property
    def _is_decimal(self) -> bool:
        decimal = _DECIMAL.fullmatch(self.sql_type)
        return decimal is not None and len(str(self._ends(1)[1])) + 2 * int(decimal[2]) <= 38

    @property
    def _truncated(self) -> str:
        """SQL for a float that is a whole number, where the type tells each whole number from the next."""
        fits = f"abs({self.column}) < {_FLOATS[self.sql_type]} AND {self.column} = trunc({self.column})"
        return f"CASE WHEN {fits} THEN CAST({self.column} AS BIGINT) END"

    @property
    def _of_text(self) -> str:
        """SQL for whole numbers as most tables have them: 12, １２, 1,200, 1,200円, 500万円."""
        unit = self.fact.spec.unit
        narrow = f"replace(replace({self.column}, ',', ''), '万', '')"
        narrow = f"replace({narrow}, '{unit}', '')" if unit else narrow
        translated = f"translate({self.column}, '０１２３４５６７８９,， \u3000万{unit}', '0123456789')"
        number = (
            f"CASE WHEN regexp_full_match({self.column}, '{_pattern(_NARROW, unit)}') THEN TRY_CAST({narrow} AS BIGINT) "
            f"WHEN regexp_full_match({self.column}, '{_pattern(_WIDE, unit)}') THEN TRY_CAST({translated} AS BIGINT) END"
        )
        return f"CAST({number} AS HUGEINT) * CASE WHEN contains({self.column}, '万') THEN 10000 ELSE 1 END"

    def _ends(self, scale: int) -> tuple[int, int]:
        """The least and the most that a plain number × `scale` can be, in the fact's own unit."""
        factor, _ = parse_unit(self.fact.spec.unit)
        return ceil(self.fact.spec.low / factor * scale), floor(self.fact.spec.high / factor * scale)

    def _steps(self, number: str) -> str:
        """SQL for the integer of `number` / `scale` in the fact's own unit; NULL outside its range or its steps."""
        spec, (factor, _) = self.fact.spec, parse_unit(self.fact.spec.unit)
        low, high = self._ends(self.scale)
        steps = factor / spec.step / self.scale
        inside, code = f"{number} BETWEEN {low} AND {high}", number
        fits = max(abs(low), abs(high)) * steps.numerator < 2**63
        product = f"CAST({number} AS {'BIGINT' if fits else 'HUGEINT'}) * {steps.numerator}"
        if steps.denominator > 1:
            inside += f" AND ({product}) % {steps.denominator} = 0"
            code = f"({product}) // {steps.denominator}"
        elif steps.numerator > 1:
            code = product
        return f"CASE WHEN {inside} THEN CAST({code} AS {self.fact.sql_type}) END"


def _pattern(letters: Mapping[str, str], unit: str) -> str:
    """The pattern of a plain number, with what its letters stand for."""
    return "".join(letters.get(letter, letter) for letter in _PLAIN).replace("U", re.escape(unit))


def _shown(text: str) -> str:
    """A text that cannot be read, as it fits into a sentence."""
    line = text.replace("\r", "").replace("\n", "⏎")
    return line if len(line) <= _LONG else f"{line[:_LONG]}…"
