"""What a sheet states of its scheme beside the diagram, as label and value: ■事業形態, 【補助率】, 実施主体：….

Such lines are never boxes. They tell the form (直接補助事業, 間接補助事業, 委託事業), who receives, and the
state's share; where a diagram leaves these open they fill in, always flagged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kofu.programme.vocabulary import Instrument
from kofu.reading.document import Sheet
from kofu.reading.flow_lexicon import fold
from kofu.reading.flow_phrases import instruments_in, is_actor, rates_in
from kofu.text.rates import Rate

_PAIR = re.compile(
    r"^(?P<mark>[■□●◆【]\s*)?(?P<label>事業形態|補助・委託対象|補助対象者?|委託対象|交付対象|補助対象事業者"
    r"|(?:事業)?実施主体|実施期間|補助率|補助割合|負担割合)\s*(?P<end>[】::])?\s*(?P<value>.*)$"
)
_ANY_LABEL = re.compile("形態|対象|主体|期間|率|割合")
_SHARE = re.compile(r"国\s*:?\s*(\d{1,2}/\d{1,2})")
_SPLIT = re.compile(r"[、・]")
_NEXT = re.compile(r"^[■□●◆【]|^\d+[.．]|^お?問")


@dataclass(frozen=True)
class Form:
    """One form of 事業形態: its instrument, its rates, and whether the money passes through another body."""

    instrument: Instrument
    rates: tuple[Rate, ...]
    indirect: bool
    line: int
    printed: str


@dataclass(frozen=True)
class Scheme:
    """The pairs of a sheet. `share` is the state's rate of the cost, `rate` the one 補助率; `lines` are those the pairs stand in."""

    forms: tuple[Form, ...] = ()
    payees: tuple[tuple[str, int], ...] = ()
    bodies: tuple[tuple[str, int], ...] = ()
    share: tuple[Rate, int] | None = None
    rate: tuple[Rate, int] | None = None
    lines: frozenset[int] = frozenset()


def find_scheme(sheet: Sheet) -> Scheme:
    """The pairs of label and value on a sheet; a marked label may have its value on the next line."""
    forms: list[Form] = []
    payees: list[tuple[str, int]] = []
    bodies: list[tuple[str, int]] = []
    shares: dict[Rate, int] = {}
    rates: dict[Rate, int] = {}
    lines: set[int] = set()
    printed = [(line.number, fold(line.text)) for line in sheet.lines]
    for i, (number, text) in enumerate(printed):
        share = _SHARE.search(text) if "国" in text else None
        if share and re.search(r"[県村体区]\s*:?\s*\d{1,2}/\d", text):
            shares.setdefault(rates_in(share[1])[0], number)
        pair = _PAIR.match(text) if _ANY_LABEL.search(text) else None
        if not pair or not (pair["mark"] or pair["end"]):
            continue
        value, at = pair["value"].strip(), number
        lines.add(number)
        if not value and pair["mark"] and i + 1 < len(printed) and not _NEXT.match(printed[i + 1][1]):
            at, value = printed[i + 1]
            lines.add(at)
        if pair["label"] == "事業形態":
            forms += _forms(value, at)
        elif pair["label"].endswith("実施主体"):
            bodies += _actors(value, at)
        elif pair["label"] == "補助率" and not share and len(rates_in(value)) == 1:
            rates.setdefault(rates_in(value)[0], at)
        elif "対象" in pair["label"]:
            payees += _actors(value, at)
    return Scheme(tuple(forms), tuple(payees), tuple(bodies), _only(shares), _only(rates), frozenset(lines))


def _only(found: dict[Rate, int]) -> tuple[Rate, int] | None:
    return next(iter(found.items())) if len(found) == 1 else None


def _forms(value: str, line: int) -> list[Form]:
    found = []
    for part in re.findall(r"[^、・()]+(?:\([^()]*\))?", value):
        instruments = instruments_in(part)
        if instruments:
            rates = tuple(rate for rate in rates_in(part))
            found.append(Form(instruments[0], rates, "間接" in part, line, part.strip()))
    return found


def _actors(value: str, line: int) -> list[tuple[str, int]]:
    plain = re.sub(r"\([^()]*\)", "", value)
    whole = [plain] if "、" not in plain else plain.split("、")
    return [(name.strip(), line) for name in whole if is_actor(name.strip().split("・")[-1])]
