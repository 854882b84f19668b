"""The programme: what a sheet says, as data; every fact with the lines it stands in.

The same classes hold a draft of the reader and a curated record of the catalogue. In YAML, terms are written
in Japanese, quantities and yen as the sheets print them (150億円), rates as fractions (3/4以内). What a sheet
does not say is an empty list or None, never a guess.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema
from pydantic import Field as Meta

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
_EXACT_IN_JSON = 2**53
"""Below this every reader of JSON, spreadsheets included, holds an integer exactly."""


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
            f"{value} は「50億円」「80%」のように単位を付けて書いてください",
            f"write {value} with its unit, like 50億円 or 80%",
        )
    return _parsed_quantity(value)


def _quantity_of_json(value: dict[str, Any]) -> Quantity:
    number, unit = str(value.get("value")), value.get("unit")
    if set(value) != {"value", "unit"} or not isinstance(unit, str) or not _EXACT.match(number):
        raise KofuError(
            "数は「50億円」「80%」のように単位を付けて1つの値で書いてください",
            "write the number and its unit as one value, like 50億円 or 80%",
        )
    return Quantity(Fraction(number), unit)


def _parsed_quantity(text: str) -> Quantity:
    try:
        return parse_quantity(text)
    except ValueError as error:
        raise KofuError(
            str(error), f"cannot read {text!r} as one number with its unit (e.g. 50億円, 2.5円/kWh, 80%)"
        ) from error


def _yen(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise KofuError(
            f"{value} は「150億円」のように書いてください（小数の数値は使えません）",
            f"write {value} like 150億円 (a floating-point number cannot be money)",
        )
    quantity = _parsed_quantity(value)
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
    try:
        return parse_rate(value)
    except ValueError as error:
        raise KofuError(
            str(error), f"cannot read {value!r} as a rate (e.g. 2/3, 3/4以内, 1/2等, 50%, 定額)"
        ) from error


def _term(kind: type[Term]) -> Any:
    return BeforeValidator(lambda value: value if isinstance(value, kind) else kind.read(str(value)))


def _schema_of(kind: type[Term]) -> Any:
    return WithJsonSchema({"type": "string", "enum": [member.value for member in kind]})


def _code(member: Term) -> Any:
    return member.value


Lines = Annotated[tuple[int, ...], BeforeValidator(_lines)]
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


class Model(BaseModel):
    """Frozen, and strict about keys: an unknown key is an error that names it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, coerce_numbers_to_str=True
    )


class Fact(Model):
    """Anything a sheet says. `at`: the lines it stands in, in reading order, from 1, in its document."""

    at: Lines
    text: str | None = Meta(
        None, description="the characters printed there, where they differ from the value"
    )
    derived: str | None = Meta(None, description="how the value follows from what is printed, e.g. 1/2 ÷ 3/4")
    doubt: str | None = Meta(None, description="why a reader is not sure; never set in the catalogue")


class Title(Fact):
    """The sheet's title in ordinary code points, joined over line breaks, without the budget line."""

    ja: str = Meta(min_length=1)
    en: str | None = None


class Alias(Fact):
    """Another name of the programme that the document prints (its table of contents, a nickname)."""

    name: str


class Amount(Fact):
    """A sum of whole yen and what it is."""

    kind: AmountKindTerm
    yen: Yen = Meta(ge=0, lt=_EXACT_IN_JSON)


class Office(Fact):
    """The office in charge, as printed."""

    name: str


class Phone(Fact):
    """A telephone number as 03-1234-5678."""

    number: str = Meta(pattern=r"^0\d{1,4}-\d{1,4}-\d{3,4}$")


class Component(Fact):
    """A numbered part with its own scheme or money; `key` as printed: （１）, ②, 3-(4)."""

    key: str
    title: str


class Flow(Fact):
    """One arrow of money: payer → payee by an instrument, at rates; `fund` on the arrow labelled 基金."""

    component: str | list[str] | None = None
    payer: str = Meta(alias="from")
    payee: str = Meta(alias="to")
    instrument: InstrumentTerm
    rates: list[ExactRate] = []
    fund: bool = False

    model_config = ConfigDict(populate_by_name=True)


class Limit(Fact):
    """A number that governs what a recipient gets."""

    component: str | None = None
    kind: LimitKindTerm
    value: ExactQuantity
    condition: str | None = None


class Recipient(Fact):
    """A final recipient, as printed."""

    name: str


class Target(Fact):
    """成果目標: a metric in our own words and the number it must reach; `value` None for words only."""

    metric: str
    comparator: ComparatorTerm = Comparator.EQUAL
    value: ExactQuantity | None = None
    by: str | None = None


class SheetFacts(Model):
    """What one sheet says: the part of a record that a reader can find."""

    document: str
    lines: Annotated[tuple[int, int], BeforeValidator(lambda v: (_lines(v)[0], _lines(v)[-1]))]
    fiscal_year: int | None = None
    round: str | None = None
    title: Title
    aliases: list[Alias] = []
    amounts: list[Amount] = []
    offices: list[Office] = []
    phones: list[Phone] = []
    components: list[Component] = []
    flows: list[Flow] = []
    limits: list[Limit] = []
    recipients: list[Recipient] = []
    targets: list[Target] = []


class Summary(Model):
    """One sentence in our own words."""

    ja: str
    en: str


class Lineage(Model):
    """A tie to an earlier programme, with its evidence: lines here (`at`) and there (`of_at`)."""

    relation: RelationTerm
    of: str
    evidence: str
    at: Lines
    of_at: Lines


class Programme(SheetFacts):
    """A curated programme of the catalogue."""

    id: str = Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$")
    fiscal_year: int
    round: str
    summary: Summary
    fields: list[FieldTerm] = Meta(min_length=1)
    recipient_classes: list[RecipientTerm] = Meta(min_length=1)
    lineage: list[Lineage] = []
    notes: str | None = None

    @property
    def instruments(self) -> list[Instrument]:
        """The instruments of its flows, each once, in the order of the sheet."""
        return list(dict.fromkeys(flow.instrument for flow in self.flows))


class Draft(SheetFacts):
    """What the reader made of one sheet by itself; `doubts` are reasons that concern the sheet as a whole."""

    doubts: list[str] = []
