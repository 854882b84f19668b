"""What of the money's way a sheet says and no arrow holds: named in a doubt, so that nothing is lost in silence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from kofu.programme.model import Flow
from kofu.reading.document import Sheet
from kofu.reading.flow_lexicon import fold
from kofu.reading.flow_phrases import instruments_in, is_label, rates_in
from kofu.reading.flow_scheme import Scheme
from kofu.text.rates import Rate

_INSTRUMENT = re.compile(
    r"補助|委託|請負|交付金|出資|拠出|融資|利子補給|補給金|信用保証|損失補償|給付金|助成|定額|国\s*[→⇒]"
)
_RATED = re.compile(
    r"(?:補助|助成|交付|負担)(?:金|率|割合)?[^。]{0,6}(?:\d/\d|定額|%)|\d/\d\S{0,6}(?:補助|助成|交付)"
)
_SHORT = 20
_ROLES = ("scheme", "conditions")


def unsaid(sheet: Sheet, flows: Sequence[Flow], scheme: Scheme) -> list[str]:
    """Doubts about instruments and rates that stand on the sheet and on no arrow."""
    if not flows:
        words = dict.fromkeys(word for line in sheet.lines for word in _INSTRUMENT.findall(fold(line.text)))
        if any(form.indirect for form in scheme.forms):
            return ["間接補助事業とありますが、資金の流れ図の経由先が読み取れません"]
        return [f"資金の流れ図の矢印が読み取れません（記載: {'、'.join(list(words)[:4])}）"] if words else []
    return [*_rates_left(sheet, flows), *_instruments_left(sheet, flows)]


def _rates_left(sheet: Sheet, flows: Sequence[Flow]) -> list[str]:
    said = {rate.value for flow in flows for rate in flow.rates}
    stated = {line.number for role in _ROLES for line in sheet.regions.get(role, ())}
    left: dict[str, None] = {}
    for line in sheet.lines:
        text = fold(line.text)
        if line.number in stated or _RATED.search(text):
            left.update(
                {str(rate): None for rate in rates_in(text) if _counts(rate) and rate.value not in said}
            )
    return (
        [f"資金の流れ図のどの矢印にも付いていない補助率があります（{'、'.join(list(left)[:4])}）"]
        if left
        else []
    )


def _instruments_left(sheet: Sheet, flows: Sequence[Flow]) -> list[str]:
    """Instruments that stand as labels do, alone on a line, and are no arrow's."""
    said = {flow.instrument for flow in flows}
    left = dict.fromkeys(
        instrument.ja
        for line in sheet.lines
        if 0 < len(text := line.text) <= _SHORT and is_label(text)
        for instrument in instruments_in(text)
        if instrument not in said
    )
    return [f"資金の流れ図のどの矢印にも付いていない手段があります（{'、'.join(left)}）"] if left else []


def _counts(rate: Rate) -> bool:
    """Whether a rate may be one of support: the whole and a few per cent (of interest) are not worth a doubt."""
    return rate.value is None or Fraction(1, 10) <= rate.value < 1
