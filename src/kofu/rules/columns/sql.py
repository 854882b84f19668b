"""From the integer form to SQL text; each engine says in a `Dialect` what it writes differently.

Unknown stays unknown: a NULL slips through no LEAST and no ELSE. Every constant has its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kofu.errors import KofuError
from kofu.rules.columns.form import (
    Binary,
    Case,
    Column,
    Compare,
    Extreme,
    Floor,
    Form,
    Integer,
    Logic,
    Member,
    Not,
    Parameter,
    Stated,
    Truth,
)
from kofu.rules.columns.nulls import Nulls
from kofu.rules.columns.ranges import NARROW, Ranges

_MASK_BITS = 62


@dataclass(frozen=True)
class Dialect:
    """What one engine writes differently."""

    name: str
    quote: str
    """The character around a name."""
    narrow: str
    """The 64-bit integer type."""
    wide: str
    """The type for integers beyond 64 bits."""
    widest: int
    """The largest integer that `wide` computes with exactly."""
    divide: str
    """{a} by {d}, both narrow and not negative, cut to an integer."""
    divide_wide: str
    """The same of wide ones."""
    bit: str
    """Whether bit {code} of {mask} is set."""
    fence: str = ""
    """What keeps the engine from writing a subquery's expressions out again where they are used."""

    def name_of(self, name: str) -> str:
        """A quoted name."""
        return self.quote + name.replace(self.quote, self.quote * 2) + self.quote

    def constant(self, value: int) -> str:
        """A typed constant."""
        return f"CAST({value} AS {self.narrow if abs(value) <= NARROW else self.wide})"


class Printer:
    """Writes forms for one engine. `names`: what columns, parameters and named forms are called."""

    def __init__(self, dialect: Dialect, ranges: Ranges, nulls: Nulls, names: Mapping[Form, str]) -> None:
        self._dialect = dialect
        self._ranges = ranges
        self._nulls = nulls
        self._names = names

    def text(self, form: Form) -> str:
        """The form, by its name where it has one."""
        return self._names.get(form) or self.body(form)

    def body(self, form: Form) -> str:
        """The form written out, and brought back to 64 bits where it fits again."""
        if self._ranges.peak(form) > self._dialect.widest:
            raise KofuError(
                f"この規則は、宣言された範囲では {self._dialect.name} の整数に収まりません。事実の範囲を狭めてください。",
                f"In the declared ranges this rule exceeds the integers of {self._dialect.name}; narrow the range of its facts.",
            )
        written = self._written(form)
        if self._ranges.comes_wide(form) and not self._ranges.is_wide(form):
            return f"CAST({written} AS {self._dialect.narrow})"
        return written

    def _written(self, form: Form) -> str:
        match form:
            case Integer():
                return self._dialect.constant(form.value)
            case Truth():
                return "TRUE" if form.value else "FALSE"
            case Column():
                return self._dialect.name_of(form.name)
            case Parameter():
                return f"p{form.place}"
            case Binary():
                return self._remainder(form) or (
                    f"({self._widened(form, form.left)} {form.op} {self.text(form.right)})"
                )
            case Floor():
                return self._floor(form)
            case Extreme():
                return self._extreme(form)
            case Compare():
                return f"({self.text(form.left)} {form.op.replace('==', '=').replace('!=', '<>')} {self.text(form.right)})"
            case Member():
                return self._member(form)
            case Logic():
                return "(" + f" {form.op.upper()} ".join(map(self.text, form.items)) + ")"
            case Not():
                return f"(NOT {self.text(form.item)})"
            case Case():
                return self._case(form)
            case Stated():
                return f"COALESCE({self.text(form.column)}, {self.text(form.body)})"

    def _widened(self, form: Form, part: Form) -> str:
        """`part` of the wide type where working out `form` needs it."""
        if self._ranges.needs_wide(form) and not self._ranges.is_wide(part):
            return f"CAST({self.text(part)} AS {self._dialect.wide})"
        return self.text(part)

    def _remainder(self, form: Binary) -> str | None:
        """item − ⌊item / d⌋ × d of a narrow item ≥ 0 is what every engine's % gives, in one step."""
        match form:
            case Binary("-", item, Binary("*", Floor(divided, Integer(divisor)), Integer(factor))) if (
                item is divided and divisor == factor
            ):
                if self._ranges.of(item)[0] >= 0 and not self._ranges.needs_wide(form):
                    return f"({self.text(item)} % {self._dialect.constant(divisor)})"
        return None

    def _floor(self, form: Floor) -> str:
        item, divisor, shift = (
            self._widened(form, form.item),
            self.text(form.divisor),
            self._ranges.shift(form),
        )
        template = self._dialect.divide_wide if self._ranges.comes_wide(form) else self._dialect.divide
        if not shift:
            return template.format(a=item, d=divisor)
        raised = f"({item} + {self._shifted(form, shift)})"
        return f"({template.format(a=raised, d=divisor)} - {self._dialect.constant(shift)})"

    def _shifted(self, form: Floor, shift: int) -> str:
        if isinstance(form.divisor, Integer):
            return self._dialect.constant(shift * form.divisor.value)
        count = self._dialect.constant(shift)
        count = f"CAST({count} AS {self._dialect.wide})" if self._ranges.needs_wide(form) else count
        return f"{count} * {self.text(form.divisor)}"

    def _extreme(self, form: Extreme) -> str:
        """LEAST and GREATEST pass over a NULL: they stand only behind a check of the columns that may be it."""
        left, right = self.text(form.left), self.text(form.right)
        if self._nulls.is_seen_in_columns(form):
            chosen = f"{'LEAST' if form.op == 'min' else 'GREATEST'}({left}, {right})"
            if not self._nulls.may(form):
                return chosen
            return f"CASE WHEN {self._unknown(form)} THEN NULL ELSE {chosen} END"
        first = f"{left} {'<=' if form.op == 'min' else '>='} {right}"
        return f"CASE WHEN {first} THEN {left} WHEN NOT ({first}) THEN {right} END"

    def _member(self, form: Member) -> str:
        item = self.text(form.item)
        if isinstance(form.mask, Integer):
            codes = [code for code in range(form.mask.value.bit_length()) if form.mask.value >> code & 1]
            if len(codes) == 1:
                return f"({item} = {self._dialect.constant(codes[0])})"
            if not codes or codes[-1] > _MASK_BITS:
                listed = ", ".join(map(self._dialect.constant, codes or [-1]))
                return f"({item} IN ({listed}))"
        return self._dialect.bit.format(mask=self.text(form.mask), code=item)

    def _case(self, form: Case) -> str:
        parts = []
        guards = self._nulls.guards(form)
        for (condition, value), guard in zip(form.branches, guards, strict=True):
            parts.append(f"WHEN {self.text(condition)} THEN {self.text(value)}")
            if guard:
                parts.append(f"WHEN {self._unknown(condition)} THEN NULL")
        return f"CASE {' '.join(parts)} ELSE {self.text(form.otherwise)} END"

    def _unknown(self, form: Form) -> str:
        """Whether a form is unknown: by its columns where any of them decides."""
        if not self._nulls.is_seen_in_columns(form):
            return f"{self.text(form)} IS NULL"
        return " OR ".join(f"{self._column(name)} IS NULL" for name in sorted(self._nulls.may(form)))

    def _column(self, name: str) -> str:
        named = (text for form, text in self._names.items() if isinstance(form, Column) and form.name == name)
        return next(named, self._dialect.name_of(name))
