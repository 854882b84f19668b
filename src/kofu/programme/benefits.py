"""Who gets what, as the catalogue writes it: parameters, definitions and benefits, expressions still as text.

The meaning of an expression is not known here; `kofu.rules` parses and checks it.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic import Field as Meta

from kofu.errors import KofuError
from kofu.programme.fact import Fact, Model
from kofu.programme.values import InstrumentTerm, OptionalLines
from kofu.text.measure import Measure, parse_measure

NONE = "なし"
"""In a series: from this date on the parameter is no longer in force."""
INELIGIBLE = "対象外"
"""In a decision table: what no row covers is not eligible."""


def _measure(value: Any) -> Any:
    if isinstance(value, Measure):
        return value
    if not isinstance(value, str):
        raise KofuError(
            f"{value} は「2/3」「100万円」「3年」のように単位を付けて書いてください",
            f"write {value} with its unit, like 2/3, 100万円 or 3年",
        )
    return parse_measure(value)


def _measures(value: Any) -> Any:
    return tuple(map(_measure, value)) if isinstance(value, list | tuple) else (_measure(value),)


def _cells(value: Any) -> Any:
    cell = value if isinstance(value, list | tuple) else [value]
    names = {True: "はい", False: "いいえ"}
    return tuple(names[c] if isinstance(c, bool) else str(c) for c in cell)


def _one_or_many(values: tuple[Any, ...]) -> Any:
    return str(values[0]) if len(values) == 1 else [str(value) for value in values]


_TEXTS = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
Values = Annotated[tuple[Measure, ...], BeforeValidator(_measures), PlainSerializer(_one_or_many), _TEXTS]
Cells = Annotated[tuple[str, ...], BeforeValidator(_cells), PlainSerializer(_one_or_many), _TEXTS]


class Row(Fact):
    """One row of a decision table: what must hold (fact → allowed cells), its value, its lines."""

    when: dict[str, Cells]
    value: Values


class Parameter(Model):
    """A number of a rule: one value, a choice the sheet leaves open, a dated series, or a decision table."""

    at: OptionalLines = ()
    text: str | None = Meta(None, description="the characters printed there, where they differ")
    derived: str | None = Meta(None, description="how the value follows from what is printed")
    value: Values = ()
    range: Values = Meta((), description="[smallest, largest]: any value between, as printed with 〜")
    series: dict[datetime.date, str] = Meta({}, description="from each date on this value; なし ends it")
    hit: Literal["唯一", "先頭"] = Meta(
        "唯一", description="唯一: at most one row applies; 先頭: the first that applies"
    )
    rows: list[Row] = []
    otherwise: str | None = Meta(None, description="the value where no row applies; 対象外: not eligible")


class Definition(Fact):
    """A term that the sheet defines, as an expression."""

    value: str


class Stretch(Model):
    """A stretch of a loan's life with its yearly rate; `years` None: the rest."""

    years: int | None = Meta(None, ge=1, le=100)
    rate: str


class RepaymentText(Model):
    """How a loan is repaid: expressions for its term, its grace and its rates."""

    term: str
    grace: str | None = None
    rates: list[Stretch] = Meta(min_length=1)


class Benefit(Model):
    """What one part of a programme gives to whom."""

    key: str = Meta(min_length=1)
    component: str | list[str] | None = None
    payer: str | None = None
    recipient: str
    instrument: InstrumentTerm
    parameters: dict[str, Parameter] = {}
    eligible: str
    amount: str
    rounding: str
    shares: dict[str, str] = {}
    outputs: dict[str, str] = {}
    after: str | None = None
    combines: bool = False
    excludes: list[str] = []
    excludes_at: OptionalLines = ()
    repayment: RepaymentText | None = None


class NotComputable(Fact):
    """Why the sheet lets nothing be computed, for one component or for all."""

    component: str | list[str] | None = None
    ja: str
    en: str
