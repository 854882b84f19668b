"""`kofu read`: drafts as a table on the terminal, as JSON records, and as YAML files to be corrected by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from kofu.catalogue.fmt import format_text
from kofu.programme.fact import Fact, Model
from kofu.programme.model import Draft
from kofu.programme.record import to_record
from kofu.programme.vocabulary import Term
from kofu.text.printing import print_quantity, print_yen
from kofu.text.quantity import Quantity
from kofu.text.rates import Rate


def draft_id(draft: Draft) -> str:
    """A working id: the document and the first line. The lasting id is given when the draft is curated."""
    return f"{draft.document}-l{draft.lines[0]}"


def doubts(draft: Draft) -> Iterator[tuple[str, str]]:
    """Every doubt of a draft: (place, reason)."""
    for reason in draft.doubts:
        yield "", reason
    for name in type(draft).model_fields:
        value = getattr(draft, name)
        for i, fact in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(fact, Fact) and fact.doubt:
                yield (f"{name}[{i}]" if isinstance(value, list) else name), fact.doubt


def to_records(drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """The exchange records of the drafts, each with its doubts beside the published fields."""
    return [
        {**to_record(draft_id(d), d), "doubts": [{"field": field, "reason": why} for field, why in doubts(d)]}
        for d in drafts
    ]


def to_yaml(draft: Draft) -> str:
    """The draft as a catalogue file: `doubt` where the reader was not sure, English and tags still missing."""
    data = {"id": draft_id(draft), **_plain(draft)}
    lines = [
        "# 読取りの下書き。doubt を確かめて消し、title.en・summary・fields・recipient_classes を書き足す。"
    ]
    return format_text("\n".join(lines) + "\n" + _dump(data))


def _plain(model: Model) -> dict[str, Any]:
    """A model in the terms an official writes; what is empty is left out."""
    found = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if value is None or value is False or value == []:
            continue
        found[field.alias or name] = print_yen(value) if name == "yen" else _value(name, value)
    return found


def _value(name: str, value: Any) -> Any:
    if isinstance(value, Model):
        return _plain(value)
    if isinstance(value, Term):
        return value.ja
    if isinstance(value, Quantity):
        return print_quantity(value)
    if isinstance(value, Rate):
        return str(value)
    if name == "lines":
        return f"{value[0]}-{value[1]}"
    if isinstance(value, list | tuple):
        return [_value("", item) for item in value]
    return value


def _dump(data: dict[str, Any]) -> str:
    from io import StringIO

    out = StringIO()
    YAML(typ="safe").dump(data, out)
    return out.getvalue()


def write_drafts(drafts: Sequence[Draft], folder: Path) -> None:
    """One YAML file for each draft; a file that is there already is replaced."""
    from kofu.catalogue.export import writing

    for draft in drafts:
        with writing(folder / f"{draft_id(draft)}.yaml") as staging:
            staging.write_text(to_yaml(draft), encoding="utf-8")
