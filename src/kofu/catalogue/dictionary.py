"""The data dictionary: the tables of an export, their columns and where each value comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from kofu.programme.benefits import Parameter
from kofu.programme.fact import Fact
from kofu.programme.model import Programme
from kofu.programme.record import number
from kofu.programme.vocabulary import (
    AmountKind,
    Comparator,
    Instrument,
    LimitKind,
    LineageRelation,
    Term,
)
from kofu.text.quantity import Quantity

Kind = Literal["string", "integer", "number", "boolean"]
Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column: its name, type, meaning in both languages, and the closed terms it may hold."""

    name: str
    kind: Kind
    ja: str
    en: str
    required: bool = False
    terms: type[Term] | None = None


@dataclass(frozen=True)
class Table:
    """A table: `rows` gives the rows that one programme contributes."""

    name: str
    ja: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Callable[[Programme], Iterator[Row]]


_PROGRAMME = Column("programme", "string", "事業の id", "id of the programme", True)
_NUMBER = Column("number", "integer", "事業の中での順番（1から）", "place within the programme, from 1", True)
_LINES = Column(
    "at", "string", "出所: 資料の行番号（読む順）", "source lines in the document, in reading order", True
)
_COMPONENT = Column(
    "component", "string", "細事業の番号（複数は空白区切り）", "component keys, separated by spaces"
)
_EXACT = Column("exact", "string", "正確な値（整数または分数）", "exact value: integer or fraction")
_VALUE = Column("value", "number", "値（分数は小数10桁に丸め）", "value; fractions rounded to ten decimals")
_UNIT = Column("unit", "string", "単位（記載のまま）", "unit as printed")


def _at(fact: Fact) -> str:
    return " ".join(map(str, fact.at))


def _table(name: str, ja: str, en: str, attribute: str, row: Callable[[Any], Row], *columns: Column) -> Table:
    """A table with one row for each fact of a list attribute."""

    def rows(programme: Programme) -> Iterator[Row]:
        for i, fact in enumerate(getattr(programme, attribute), 1):
            yield {"programme": programme.id, "number": i, **row(fact)}

    return Table(name, ja, en, ("programme", "number"), (_PROGRAMME, _NUMBER, *columns), rows)


def _programme_row(programme: Programme) -> Iterator[Row]:
    yield {
        "programme": programme.id,
        "document": programme.document,
        "first_line": programme.lines[0],
        "last_line": programme.lines[1],
        "fiscal_year": programme.fiscal_year,
        "round": programme.round,
        "title": programme.title.ja,
        "title_en": programme.title.en,
        "summary": programme.summary.ja,
        "summary_en": programme.summary.en,
        "appropriation": next((a.yen for a in programme.amounts if a.kind is AmountKind.APPROPRIATION), None),
        "fields": " ".join(f.value for f in programme.fields),
        "instruments": " ".join(i.value for i in programme.instruments),
        "recipient_classes": " ".join(r.value for r in programme.recipient_classes),
    }


def _component(component: str | list[str] | None) -> str | None:
    return " ".join(component) if isinstance(component, list) else component


def _parameter_rows(programme: Programme) -> Iterator[Row]:
    """A row for each value of each parameter, tables row by row."""
    every = [(None, programme.parameters), *((b.key, b.parameters) for b in programme.benefits)]
    number = 0
    for benefit, parameters in every:
        for name, parameter in parameters.items():
            for when, value, at in _values(parameter):
                number += 1
                yield {
                    "programme": programme.id,
                    "number": number,
                    "benefit": benefit,
                    "name": name,
                    "when": when,
                    "value": value,
                    "at": " ".join(map(str, at)),
                }


def _values(parameter: Parameter) -> Iterator[tuple[str | None, str, tuple[int, ...]]]:
    """(condition, value as printed, lines)."""
    for row in parameter.rows:
        when = "、".join(f"{fact}＝{'・'.join(cells)}" for fact, cells in row.when.items())
        yield when, "、".join(map(str, row.value)), row.at
    for day, text in parameter.series.items():
        yield f"{day}から", text, parameter.at
    if parameter.value:
        yield None, "、".join(map(str, parameter.value)), parameter.at
    if parameter.range:
        yield None, "〜".join(map(str, parameter.range)), parameter.at


def _quantity(quantity: Quantity | None) -> Row:
    if quantity is None:
        return {"exact": None, "value": None, "unit": None}
    return {"exact": str(quantity.value), "value": number(quantity.value), "unit": quantity.unit}


def _text(name: str, ja: str, en: str, required: bool = True) -> Column:
    return Column(name, "string", ja, en, required)


TABLES: tuple[Table, ...] = (
    Table(
        "programmes",
        "事業",
        "Programmes",
        ("programme",),
        (
            _PROGRAMME,
            _text("document", "資料の名前", "name of the source document"),
            Column("first_line", "integer", "シートの最初の行", "first line of the sheet", True),
            Column("last_line", "integer", "シートの最後の行", "last line of the sheet", True),
            Column("fiscal_year", "integer", "年度（西暦）", "fiscal year", True),
            _text("round", "補正の回", "round of the budget"),
            _text("title", "事業名", "title"),
            _text("title_en", "事業名（英訳は kofu による）", "title in English, by kofu", False),
            _text("summary", "一文の要約（kofu による）", "summary in one sentence, by kofu"),
            _text("summary_en", "一文の要約（英語）", "summary in English"),
            Column("appropriation", "integer", "予算額（円）。空欄は記載なし", "yen; empty: not stated"),
            _text("fields", "政策分野（空白区切り）", "policy fields, separated by spaces"),
            _text("instruments", "手段（空白区切り）", "instruments, separated by spaces", False),
            _text("recipient_classes", "受け手の区分（空白区切り）", "classes of recipients, by spaces"),
        ),
        _programme_row,
    ),
    _table(
        "amounts",
        "金額",
        "Amounts",
        "amounts",
        lambda a: {"kind": a.kind.value, "yen": a.yen, "at": _at(a)},
        Column("kind", "string", "金額の種類", "kind of amount", True, AmountKind),
        Column("yen", "integer", "円", "yen", True),
        _LINES,
    ),
    _table(
        "offices",
        "担当",
        "Offices",
        "offices",
        lambda o: {"name": o.name, "at": _at(o)},
        _text("name", "担当課室（記載のまま）", "office in charge, as printed"),
        _LINES,
    ),
    _table(
        "phones",
        "電話番号",
        "Telephone numbers",
        "phones",
        lambda p: {"phone": p.number, "at": _at(p)},
        _text("phone", "電話番号（資料の時点）", "telephone number at the time of the document"),
        _LINES,
    ),
    _table(
        "components",
        "細事業",
        "Components",
        "components",
        lambda c: {"key": c.key, "title": c.title, "at": _at(c)},
        _text("key", "番号", "key as printed"),
        _text("title", "名前", "title"),
        _LINES,
    ),
    _table(
        "flows",
        "資金の流れ",
        "Funding flow",
        "flows",
        lambda f: {
            "component": _component(f.component),
            "payer": f.payer,
            "payee": f.payee,
            "instrument": f.instrument.value,
            "rates": " ".join(map(str, f.rates)) or None,
            "via_fund": f.fund,
            "at": _at(f),
        },
        _COMPONENT,
        _text("payer", "支払元", "payer"),
        _text("payee", "支払先", "payee"),
        Column("instrument", "string", "手段", "instrument", True, Instrument),
        _text("rates", "補助率（空白区切り）", "rates, separated by spaces", False),
        Column("via_fund", "boolean", "基金を通す", "through a fund", True),
        _LINES,
    ),
    _table(
        "limits",
        "上限・単価・期間など",
        "Caps, unit prices and periods",
        "limits",
        lambda x: {
            "component": x.component,
            "kind": x.kind.value,
            **_quantity(x.value),
            "condition": x.condition,
            "at": _at(x),
        },
        _COMPONENT,
        Column("kind", "string", "上限などの種類", "kind of limit", True, LimitKind),
        _EXACT,
        _VALUE,
        _UNIT,
        _text("condition", "条件", "condition", False),
        _LINES,
    ),
    _table(
        "recipients",
        "最終的な受け手",
        "Final recipients",
        "recipients",
        lambda r: {"name": r.name, "at": _at(r)},
        _text("name", "受け手（記載のまま）", "recipient as printed"),
        _LINES,
    ),
    _table(
        "targets",
        "成果目標",
        "Targets",
        "targets",
        lambda t: {
            "metric": t.metric,
            "comparator": t.comparator.value,
            **_quantity(t.value),
            "by": t.by,
            "at": _at(t),
        },
        _text("metric", "指標", "metric"),
        Column("comparator", "string", "比べ方", "comparison", True, Comparator),
        _EXACT,
        _VALUE,
        _UNIT,
        _text("by", "期限（記載のまま）", "deadline as printed", False),
        _LINES,
    ),
    _table(
        "lineage",
        "系譜",
        "Lineage",
        "lineage",
        lambda x: {
            "relation": x.relation.value,
            "of": x.of,
            "evidence": x.evidence,
            "at": " ".join(map(str, x.at)),
            "of_at": " ".join(map(str, x.of_at)),
        },
        Column("relation", "string", "関係", "relation", True, LineageRelation),
        _text("of", "前の事業の id", "id of the earlier programme"),
        _text("evidence", "根拠（kofu による）", "evidence, in our words"),
        _LINES,
        _text("of_at", "前の事業の資料の行番号", "lines in the earlier document"),
    ),
    _table(
        "benefits",
        "支援内容",
        "Benefits",
        "benefits",
        lambda b: {
            "component": _component(b.component),
            "key": b.key,
            "payer": b.payer,
            "recipient": b.recipient,
            "instrument": b.instrument.value,
            "eligible": b.eligible,
            "amount": b.amount,
            "rounding": b.rounding,
        },
        _COMPONENT,
        _text("key", "支援の名前", "name of the benefit"),
        _text("payer", "支払元", "payer", False),
        _text("recipient", "受け手", "recipient"),
        Column("instrument", "string", "手段", "instrument", True, Instrument),
        _text("eligible", "対象となる条件（式）", "who is eligible, as an expression"),
        _text("amount", "支援額（式）", "what is given, as an expression"),
        _text("rounding", "端数処理", "rounding"),
    ),
    Table(
        "parameters",
        "支援内容の数値",
        "Parameters of the benefits",
        ("programme", "number"),
        (
            _PROGRAMME,
            _NUMBER,
            _text("benefit", "支援の名前（空欄はすべてに共通）", "benefit; empty: of all", False),
            _text("name", "数値の名前", "name of the parameter"),
            _text("when", "表の行の条件", "condition of the row of a table", False),
            _text("value", "値（記載のまま。複数は「、」区切り）", "value as printed; several by 、"),
            _LINES,
        ),
        _parameter_rows,
    ),
    _table(
        "not_computable",
        "計算できない理由",
        "Why nothing can be computed",
        "not_computable",
        lambda n: {"component": _component(n.component), "ja": n.ja, "en": n.en, "at": _at(n)},
        _COMPONENT,
        _text("ja", "理由", "reason in Japanese"),
        _text("en", "理由（英語）", "reason"),
        _LINES,
    ),
)
