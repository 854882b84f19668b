"""The programme: what a sheet says, as data; every fact with the lines it stands in.

The same classes hold a draft of the reader and a curated record of the catalogue. In YAML, terms are written
in Japanese, quantities and yen as the sheets print them (150億円), rates as fractions (3/4以内). What a sheet
does not say is an empty list or None, never a guess.
"""

from __future__ import annotations

from pydantic import ConfigDict
from pydantic import Field as Meta

from kofu.programme.benefits import Benefit, Definition, NotComputable, Parameter
from kofu.programme.fact import Fact, Model
from kofu.programme.values import (
    AmountKindTerm,
    ComparatorTerm,
    ExactQuantity,
    ExactRate,
    FieldTerm,
    InstrumentTerm,
    LimitKindTerm,
    LineRange,
    Lines,
    RecipientTerm,
    RelationTerm,
    Yen,
)
from kofu.programme.vocabulary import Comparator, Instrument

_EXACT_IN_JSON = 2**53
"""Below this every reader of JSON, spreadsheets included, holds an integer exactly."""


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
    lines: LineRange
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
    parameters: dict[str, Parameter] = {}
    definitions: dict[str, Definition] = {}
    benefits: list[Benefit] = []
    not_computable: list[NotComputable] = []
    lineage: list[Lineage] = []
    notes: str | None = None

    @property
    def instruments(self) -> list[Instrument]:
        """The instruments of its flows, each once, in the order of the sheet."""
        return list(dict.fromkeys(flow.instrument for flow in self.flows))


class Draft(SheetFacts):
    """What the reader made of one sheet by itself; `doubts` are reasons that concern the sheet as a whole."""

    doubts: list[str] = []
