"""The exchange record: one JSON object a programme, facts only, with plain numbers.

The fields and their order are the published ones of `docs/record.md`; spans, tags and summaries are in the
full JSON of a programme (`Programme.model_dump`). A JSON number cannot hold every exact fraction: `value` is
an integer where the quantity is whole, else the nearest number to ten decimals (1/3 → 0.3333333333).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from kofu.programme.model import SheetFacts
from kofu.text.quantity import Quantity


def to_record(identifier: str, facts: SheetFacts) -> dict[str, Any]:
    """The record of one programme or draft under the project's own `identifier`."""
    return {
        "id": identifier,
        "document": facts.document,
        "lines": list(facts.lines),
        "title": facts.title.ja,
        "fiscal_year": facts.fiscal_year,
        "round": facts.round,
        "amounts": [{"kind": a.kind.value, "yen": a.yen} for a in facts.amounts],
        "offices": [office.name for office in facts.offices],
        "phones": [phone.number for phone in facts.phones],
        "components": [{"key": c.key, "title": c.title} for c in facts.components],
        "flows": [
            {
                "component": flow.component,
                "from": flow.payer,
                "to": flow.payee,
                "instrument": flow.instrument.ja,
                "rates": [str(rate) for rate in flow.rates],
                "via_fund": flow.fund,
            }
            for flow in facts.flows
        ],
        "limits": [
            {
                "component": limit.component,
                "kind": limit.kind.value,
                "value": number(limit.value.value),
                "unit": limit.value.unit,
                "condition": limit.condition,
            }
            for limit in facts.limits
        ],
        "recipients": [recipient.name for recipient in facts.recipients],
        "targets": [
            {
                "metric": target.metric,
                "comparator": target.comparator.value,
                **_measure(target.value),
                "by": target.by,
            }
            for target in facts.targets
        ],
    }


def number(value: Fraction) -> int | float:
    """An exact value as a JSON number. Yen are always whole, so money stays an integer."""
    return int(value) if value.denominator == 1 else round(float(value), 10)


def _measure(quantity: Quantity | None) -> dict[str, Any]:
    if quantity is None:
        return {"value": None, "unit": ""}
    return {"value": number(quantity.value), "unit": quantity.unit}
