"""What the text beside the diagrams adds to them: written arrows, rates of 事業形態, the state's share.

A diagram goes before its text: sentences and 事業形態 make arrows only where nothing is drawn, and all that they
add carries a doubt that says where it was read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kofu.programme.model import Flow
from kofu.programme.vocabulary import Instrument
from kofu.reading.document import Sheet
from kofu.reading.flow_lexicon import fold
from kofu.reading.flow_phrases import is_state, rates_in
from kofu.reading.flow_scheme import Scheme
from kofu.reading.flow_written import Stated, sentences, written_arrows
from kofu.text.rates import Rate

_FROM_FORM = "図ではなく事業形態と対象の欄から読みました"
_FROM_SHARE = "図ではなく実施主体と国の負担割合の欄から読みました"
_RATE_OF_FORM = "補助率は事業形態の欄から読みました"
_RATE_OF_PAIR = "補助率は図ではなく補助率の欄から読みました"
_RATE_OF_SHARE = "補助率は国の負担割合の欄から読みました"
_NOTE = re.compile(r"※\d?[^。%]{1,20}(?:は|:|の場合)、?(?:補助率)?(\d/\d(?:以内|等)?)(?:。|$|、上限)")
_PUBLIC = ("都道府県", "県", "市町村", "市区町村", "自治体", "公共団体", "指定都市")


def complete(drawn: Sequence[Flow], sheet: Sheet, scheme: Scheme) -> list[Flow]:
    """The flows of the diagrams, completed by what the sheet says in words."""
    flows = list(drawn)
    known = {(flow.payer, flow.payee, flow.instrument) for flow in flows}
    written = [flow for arrow in written_arrows(sheet) for flow in _flows(arrow)]
    flows += [flow for flow in written if (flow.payer, flow.payee, flow.instrument) not in known]
    if not flows:
        flows = [flow for arrow in sentences(sheet) for flow in _flows(arrow)]
    if not flows:
        flows = [flow for arrow in _of_scheme(scheme) for flow in _flows(arrow)]
    return _with_footnote(_with_share(_with_form(flows, scheme), scheme), sheet)


def _flows(arrow: Stated) -> list[Flow]:
    return [
        Flow(
            component=arrow.key,
            payer=arrow.payer,
            payee=arrow.payee,
            instrument=instrument,
            rates=list(arrow.rates),
            at=arrow.lines,
            text=arrow.printed if arrow.printed != instrument.ja else None,
            doubt=arrow.doubt,
        )
        for instrument in arrow.instruments
    ]


def _of_scheme(scheme: Scheme) -> list[Stated]:
    """Arrows where nothing but 事業形態 and 対象, or 実施主体 and the state's share, is stated."""
    direct = [form for form in scheme.forms if not form.indirect]
    payees = scheme.payees
    pairs = list(zip(direct * len(payees) if len(direct) == 1 else direct, payees, strict=False))
    if direct and len(direct) == len(scheme.forms) and len(pairs) == len(payees) >= len(direct):
        return [
            Stated("国", name, (form.instrument,), form.rates, (form.line, line), form.printed, _FROM_FORM)
            for form, (name, line) in pairs
        ]
    if scheme.share and len(scheme.bodies) == 1 and not scheme.forms:
        (rate, line), (name, at) = scheme.share, scheme.bodies[0]
        if name.endswith(_PUBLIC):
            return [Stated("国", name, (Instrument.SUBSIDY,), (rate,), (at, line), str(rate), _FROM_SHARE)]
    return []


def _with_form(flows: list[Flow], scheme: Scheme) -> list[Flow]:
    """Rates that stand in 事業形態 put on the arrows that have none: 定額 on the first hop, fractions on the last."""
    forms = [form for form in scheme.forms if form.rates]
    subsidies = [flow for flow in flows if flow.instrument is Instrument.SUBSIDY]
    if len(forms) != 1 or not subsidies or any(flow.rates for flow in flows):
        return flows
    paying = {flow.payer for flow in flows}
    chain = any(flow.payee in paying for flow in flows)
    if not chain and forms[0].indirect:
        return flows
    filled = []
    for flow in flows:
        last = flow.payee not in paying
        rates = [r for r in forms[0].rates if not chain or (r.value is not None) == last]
        if flow in subsidies and rates:
            flow = _filled(flow, rates, forms[0].line, _RATE_OF_FORM)
        filled.append(flow)
    return filled


def _with_share(flows: list[Flow], scheme: Scheme) -> list[Flow]:
    """The state's share put on its arrow to a local government, or the one rate on the one subsidy, that has none."""
    if scheme.rate and len(flows) == 1 and flows[0].instrument is Instrument.SUBSIDY and not flows[0].rates:
        return [_filled(flows[0], [scheme.rate[0]], scheme.rate[1], _RATE_OF_PAIR)]
    if not scheme.share:
        return flows
    rate, line = scheme.share
    return [
        _filled(flow, [rate], line, _RATE_OF_SHARE)
        if is_state(flow.payer)
        and flow.payee.removesuffix("等").endswith(_PUBLIC)
        and not flow.rates
        and flow.instrument in (Instrument.SUBSIDY, Instrument.GRANT_IN_AID)
        else flow
        for flow in flows
    ]


def _filled(flow: Flow, rates: list[Rate], line: int, doubt: str) -> Flow:
    return flow.model_copy(
        update={"rates": rates, "at": tuple(sorted({*flow.at, line})), "doubt": flow.doubt or doubt}
    )


def _with_footnote(flows: list[Flow], sheet: Sheet) -> list[Flow]:
    """The rate that a footnote gives, added to the one arrow that refers to it: （1/2※） … ※へき地は2/3."""
    marked = [flow for flow in flows if "※" in (flow.text or "") and flow.rates]
    notes = [(line.number, note) for line in sheet.lines if (note := _NOTE.match(fold(line.text)))]
    if len(marked) != 1 or len(notes) != 1:
        return flows
    (number, note), flow = notes[0], marked[0]
    more = [rate for rate in rates_in(note[1]) if rate not in flow.rates]
    noted = _filled(flow, [*flow.rates, *more], number, "補助率の一部は脚注から読みました") if more else flow
    return [noted if other is flow else other for other in flows]
