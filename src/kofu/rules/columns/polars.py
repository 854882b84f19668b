"""How Polars works out the integer form: expressions, in stages. Polars wraps 64 bits without a word.

So nothing is left to it: the ranges choose Int64 or Int128 for each part. Its `//` of integers is the floor.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import polars as pl

from kofu.errors import KofuError
from kofu.rules.columns.form import (
    COMPUTE,
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
from kofu.rules.columns.ranges import NARROW, Range, Ranges
from kofu.rules.columns.stages import stages
from kofu.rules.exact import COMPARE

_WIDEST = 2**127 - 1


def work_out(
    frame: pl.LazyFrame,
    results: Mapping[str, Form],
    ranges: Mapping[str, Range] | None = None,
    certain: Collection[str] = (),
) -> pl.LazyFrame:
    """`frame`, which has the columns of the forms under their names, with `results` added by name.

    `certain`: columns in which nothing is unknown, so that no check for it is made.
    """
    own = frame.collect_schema().names()
    nulls = Nulls(certain)
    staged = stages(list(results.values()), nulls)
    expressions = _Expressions(
        Ranges(ranges), nulls, {form: f"·{name}" for form, name in staged.name.items()}
    )
    for level in staged.levels:
        frame = frame.with_columns(expressions.body(form).alias(f"·{staged.name[form]}") for form in level)
        expressions.ready.update(level)
    return frame.select(*own, *(expressions.of(form).alias(name) for name, form in results.items()))


class _Expressions:
    def __init__(self, ranges: Ranges, nulls: Nulls, names: Mapping[Form, str]) -> None:
        self._ranges = ranges
        self._nulls = nulls
        self._names = names
        self.ready: set[Form] = set()
        """Named forms that are columns by now."""

    def of(self, form: Form) -> pl.Expr:
        return pl.col(self._names[form]) if form in self.ready else self.body(form)

    def body(self, form: Form) -> pl.Expr:
        if self._ranges.peak(form) > _WIDEST:
            raise KofuError(
                "この規則は、宣言された範囲では Polars の整数に収まりません。事実の範囲を狭めてください。",
                "In the declared ranges this rule exceeds the integers of Polars; narrow the range of its facts.",
            )
        made = self._made(form)
        if self._ranges.comes_wide(form) and not self._ranges.is_wide(form):
            return made.cast(pl.Int64)
        return made

    def _made(self, form: Form) -> pl.Expr:
        match form:
            case Integer():
                return pl.lit(form.value, dtype=pl.Int64 if abs(form.value) <= NARROW else pl.Int128)
            case Truth():
                return pl.lit(form.value)
            case Column():
                return pl.col(form.name).cast(pl.Boolean if form.kind == "truth" else pl.Int64)
            case Binary():
                left, right = self._part(form, form.left), self._part(form, form.right)
                return COMPUTE[form.op](left, right)  # type: ignore[arg-type,return-value]
            case Floor():
                return self._part(form, form.item) // self._part(form, form.divisor)
            case Extreme():
                return self._extreme(form)
            case Compare():
                return COMPARE[form.op](self.of(form.left), self.of(form.right))  # type: ignore[return-value]
            case Member():
                return self._member(form)
            case Logic():
                result, *rest = map(self.of, form.items)
                for item in rest:
                    result = result & item if form.op == "and" else result | item
                return result
            case Not():
                return ~self.of(form.item)
            case Case():
                return self._case(form)
            case Stated():
                return pl.coalesce(self.of(form.column), self.of(form.body))
            case Parameter():
                raise TypeError("families are worked out in SQL")

    def _part(self, form: Form, part: Form) -> pl.Expr:
        made = self.of(part)
        return made.cast(pl.Int128) if self._ranges.needs_wide(form) else made

    def _extreme(self, form: Extreme) -> pl.Expr:
        """Polars passes over a null: the choice stands only behind a check of the columns that may be it."""
        left, right = self.of(form.left), self.of(form.right)
        if self._nulls.is_seen_in_columns(form):
            pick = pl.min_horizontal if form.op == "min" else pl.max_horizontal
            if not self._nulls.may(form):
                return pick(left, right)
            known = pl.all_horizontal(pl.col(name).is_not_null() for name in sorted(self._nulls.may(form)))
            return pl.when(known).then(pick(left, right))
        first = left <= right if form.op == "min" else left >= right
        return pl.when(first).then(left).when(~first).then(right)

    def _member(self, form: Member) -> pl.Expr:
        assert isinstance(form.mask, Integer)
        _, high = self._ranges.of(form.item)
        held = pl.Series([bool(form.mask.value >> code & 1) for code in range(high + 1)], dtype=pl.Boolean)
        return pl.lit(held).gather(self.of(form.item))

    def _case(self, form: Case) -> pl.Expr:
        chain: Any = pl
        for (condition, value), guard in zip(form.branches, self._nulls.guards(form), strict=True):
            holds = self.of(condition)
            chain = chain.when(holds).then(self.of(value))
            if guard:
                chain = chain.when(holds.is_null()).then(None)
        made: pl.Expr = chain.otherwise(self.of(form.otherwise))
        return made
