"""Flows that a sheet writes out: 国→民間団体（定額）, and sentences such as 国が都道府県に補助（1/2）する.

Both say who pays whom without a picture. A written arrow is as good as a drawn one; a sentence is read only where
no diagram is, and is always flagged.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kofu.programme.vocabulary import Instrument
from kofu.reading.document import Line, Sheet, printed_blocks
from kofu.reading.flow_lexicon import fold
from kofu.reading.flow_phrases import instruments_in, is_actor, is_label, is_state, rates_in
from kofu.text.rates import Rate

_SIGN = re.compile(r"\s*[→⇒➡⇨➔]\s*")
_ANY_SIGN = re.compile(r"[→⇒➡⇨➔]")
_LEAD = re.compile(r"^[・○●■◆◇※\s]*(\(\d{1,2}\)(?=\S)|[①-⑳])?\s*")
_NAMED = re.compile(r"(?P<name>[^()]{1,30}?)(?:\((?P<label>[^()]+)\))?$")
_ACTOR = r"[一-龥々ァ-ヶーA-Za-z・]{1,24}"
_SENTENCE = re.compile(
    rf"(?P<payer>{_ACTOR})(?:\([^()]{{1,16}}\))?(?:が|は|より|から)、?"
    rf"(?P<payee>{_ACTOR})(?:\([^()]{{1,16}}\))?(?:に対して|に対し|に|へ)、?"
    r"(?P<between>[^。がは]{0,60}?)(?P<label>(?:定額)?(?:補助金|交付金|助成金|補助|委託|交付|助成|出資|拠出))"
    r"(?:率)?(?:\((?P<rates>[^()]*)\))?(?=し|する|を|。|、|$|\))"
)
_LEADING = re.compile(r"^.*(?:及び|又は|並びに|また|この|その|ため)")


@dataclass(frozen=True)
class Stated:
    """Money from one actor to another as the text says it, the lines it stands in, and why it may be doubted."""

    payer: str
    payee: str
    instruments: tuple[Instrument, ...]
    rates: tuple[Rate, ...]
    lines: tuple[int, ...]
    printed: str
    doubt: str | None = None
    key: str | None = None


def written_arrows(sheet: Sheet) -> list[Stated]:
    """Arrows of lines that hold boxes, signs and labels together; only what the state's money reaches."""
    found: list[Stated] = []
    for line in sheet.lines:
        found += _arrows_of(line)
    return _from_state(found)


def _arrows_of(line: Line) -> list[Stated]:
    if not _ANY_SIGN.search(line.text):
        return []
    text = fold(line.text)
    lead = _LEAD.match(text)
    key = lead[1] if lead else None
    parts = [part.strip() for part in _SIGN.split(text[lead.end() :] if lead else text)]
    names: list[str] = []
    labels: dict[int, str] = {}
    for part in parts:
        inner = part[1:-1] if part.startswith("(") and part.endswith(")") and part.count("(") == 1 else part
        if is_label(inner) and names:
            labels[len(names)] = inner
            continue
        named = _NAMED.match(inner)
        if not named or not (is_state(named["name"]) or is_actor(named["name"])):
            return []
        names.append(named["name"].strip())
        if named["label"] and is_label(named["label"]):
            labels[len(names) - 1] = named["label"]
    if len(names) < 2 or set(labels) != set(range(1, len(names))):
        return []
    return [
        Stated(
            payer,
            payee,
            instruments_in(labels[i]) or (Instrument.SUBSIDY,),
            rates_in(labels[i]),
            (line.number,),
            labels[i],
            None if instruments_in(labels[i]) else "手段が印刷されておらず、補助と読みました",
            key,
        )
        for i, (payer, payee) in enumerate(pairwise(names), start=1)
    ]


def sentences(sheet: Sheet) -> list[Stated]:
    """What sentences of the sheet say of who pays whom, from the state on; each is flagged."""
    found: list[Stated] = []
    for block in printed_blocks(sheet.lines):
        text = "".join(fold(line.text) for line in block)
        owner = [line.number for line in block for _ in line.text]
        for match in _SENTENCE.finditer(text):
            payer, payee = _subject(match, owner), match["payee"]
            if not (is_state(payer) or is_actor(payer)) or is_state(payee) or not is_actor(payee):
                continue
            if match["between"].startswith("行う") or "に基づ" in match["between"]:
                continue
            phrase = match["label"] + (f"({match['rates']})" if match["rates"] else "")
            found.append(
                Stated(
                    payer,
                    payee,
                    instruments_in(match["label"])[:1],
                    rates_in(phrase),
                    tuple(sorted(set(owner[match.start() : match.end()]))),
                    phrase,
                    "図ではなく文章から読みました",
                )
            )
    return _from_state(found)


def _subject(match: re.Match[str], owner: Sequence[int]) -> str:
    """The payer of a sentence without the words that lead to it, or without the line before."""
    name = _LEADING.sub("", match["payer"])
    if is_state(name) or is_actor(name):
        return name
    last = owner[match.end("payer") - 1]
    return "".join(
        c for c, line in zip(match["payer"], owner[match.start("payer") :], strict=False) if line == last
    )


def _from_state(stated: Sequence[Stated]) -> list[Stated]:
    """The arrows that money of the state reaches, in printed order, each once."""
    reached: set[str] = set()
    kept: list[Stated] = []
    for _ in stated:
        for arrow in stated:
            if arrow not in kept and (is_state(arrow.payer) or arrow.payer in reached):
                kept.append(arrow)
                reached.add(arrow.payee)
    return [arrow for arrow in stated if arrow in kept]
