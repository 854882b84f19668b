"""The values of a programme as pydantic types: how each is read from YAML or JSON, and how it is written."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from kofu.errors import KofuError
from kofu.programme.vocabulary import (
    AmountKind,
    Comparator,
    Field,
    Instrument,
    LimitKind,
    LineageRelation,
    RecipientClass,
    Term,
)
from kofu.text.quantity import Quantity, parse_quantity
from kofu.text.rates import Rate, parse_rate

# Six digits are more lines than any document has, and keep a slip of the finger from filling the memory.
_LINE_RANGE = re.compile(r"\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?$")
_EXACT = re.compile(r"-?\d{1,40}(/0*[1-9]\d{0,39})?$", re.ASCII)


def _lines(value: Any) -> Any:
    """12, "12-14" or a list of those → a tuple of line numbers in reading order."""
    if isinstance(value, tuple):
        return value
    numbers: list[int] = []
    for item in value if isinstance(value, list) else [value] if value is not None else []:
        if isinstance(item, int) and not isinstance(item, bool):
            numbers.append(item)
            continue
        match = _LINE_RANGE.match(str(item))
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if last < first:
            raise KofuError(
                f"「{item}」は行番号として読めません（例: 112、112-114）",
                f"{item!r} is no line number (e.g. 112 or 112-114)",
            )
        numbers.extend(range(first, last + 1))
    if not numbers or min(numbers) < 1:
        raise KofuError(
            "行番号を1つ以上書いてください（1から数えます）", "give one line number or more, counted from 1"
        )
    return tuple(numbers)


def _quantity(value: Any) -> Any:
    if isinstance(value, Quantity):
        return value
    if isinstance(value, dict):
        return _quantity_of_json(value)
    if not isinstance(value, str):
        raise KofuError(
            f"{value} は「50億円」「80%」のように単位を付け、割合は「3/4」のように書いてください",
            f"write {value} with its unit, like 50億円 or 80%, and a share as a fraction, like 3/4",
        )
    return parse_quantity(value)


def _quantity_of_json(value: dict[str, Any]) -> Quantity:
    number, unit = str(value.get("value")), value.get("unit")
    if set(value) != {"value", "unit"} or not isinstance(unit, str) or not _EXACT.match(number):
        raise KofuError(
            "数は「50億円」「80%」のように単位を付けて1つの値で書いてください",
            "write the number and its unit as one value, like 50億円 or 80%",
        )
    return Quantity(Fraction(number), unit)


def _yen(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise KofuError(
            f"{value} は「150億円」のように書いてください（小数の数値は使えません）",
            f"write {value} like 150億円 (a floating-point number cannot be money)",
        )
    quantity = parse_quantity(value)
    if quantity.unit != "円" or quantity.value.denominator != 1:
        raise KofuError(
            f"「{value}」は円の整数として読めません（例: 150億円、7.9億円）",
            f"{value!r} is no whole sum of yen (e.g. 150億円, 7.9億円)",
        )
    return int(quantity.value)


def _rate(value: Any) -> Any:
    if isinstance(value, Rate):
        return value
    if not isinstance(value, str):
        raise KofuError(
            f"補助率 {value} は分数で書いてください（例: 1/2、3/4以内、定額）",
            f"write the rate {value} as a fraction (e.g. 1/2, 3/4以内, 定額)",
        )
    return parse_rate(value)


def _term(kind: type[Term]) -> Any:
    return BeforeValidator(lambda value: value if isinstance(value, kind) else kind.read(str(value)))


def _schema_of(kind: type[Term]) -> Any:
    return WithJsonSchema({"type": "string", "enum": [member.value for member in kind]})


def _code(member: Term) -> Any:
    return member.value


Lines = Annotated[tuple[int, ...], BeforeValidator(_lines)]
OptionalLines = Annotated[tuple[int, ...], BeforeValidator(lambda value: _lines(value) if value else ())]
LineRange = Annotated[tuple[int, int], BeforeValidator(lambda value: (_lines(value)[0], _lines(value)[-1]))]
Yen = Annotated[int, BeforeValidator(_yen)]
ExactQuantity = Annotated[
    Quantity,
    BeforeValidator(_quantity),
    PlainSerializer(lambda q: {"value": str(q.value), "unit": q.unit}),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {
                "value": {"type": "string", "description": "an exact integer or fraction: 80, 5/2"},
                "unit": {"type": "string"},
            },
            "required": ["value", "unit"],
        }
    ),
]
ExactRate = Annotated[
    Rate,
    BeforeValidator(_rate),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["3/4以内"]}),
]
_serial = PlainSerializer(_code)
AmountKindTerm = Annotated[AmountKind, _term(AmountKind), _serial, _schema_of(AmountKind)]
InstrumentTerm = Annotated[Instrument, _term(Instrument), _serial, _schema_of(Instrument)]
LimitKindTerm = Annotated[LimitKind, _term(LimitKind), _serial, _schema_of(LimitKind)]
ComparatorTerm = Annotated[Comparator, _term(Comparator), _serial, _schema_of(Comparator)]
FieldTerm = Annotated[Field, _term(Field), _serial, _schema_of(Field)]
RecipientTerm = Annotated[RecipientClass, _term(RecipientClass), _serial, _schema_of(RecipientClass)]
RelationTerm = Annotated[LineageRelation, _term(LineageRelation), _serial, _schema_of(LineageRelation)]
