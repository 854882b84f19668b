"""Labels of arrows: instruments, rates and the word fund that stand together are one label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from kofu.programme.vocabulary import Instrument
from kofu.reading.flow_lexicon import Kind
from kofu.reading.flow_strip import GAP, JOINED, NEWLINE, SPACE, WALL, Strip
from kofu.reading.flow_tokens import Token
from kofu.text.rates import QUALIFIERS, Rate, parse_rate

WITHOUT_RATE = {
    Instrument.COMMISSION,
    Instrument.GRANT_IN_AID,
    Instrument.CONTRIBUTION,
    Instrument.JOINT_STUDY,
}
"""Instruments that carry no rate of support when they stand beside one that does."""


@dataclass(frozen=True)
class Label:
    """What stands on an arrow: instruments, rates, the word fund. A service carries no money.

    `keys` are the components it is for; `keyed` gives the rates of each where they differ: (1) 10/10 (2) 2/3.
    `implied` when a rate or 基金 stands there without an instrument, `gathered` when rates of several blocks
    of print were taken together.
    """

    instruments: tuple[Instrument, ...]
    at: int
    end: int
    lines: tuple[int, ...]
    printed: str
    rates: tuple[Rate, ...] = ()
    keyed: tuple[tuple[str, tuple[Rate, ...]], ...] = ()
    fund: bool = False
    service: bool = False
    indirect: bool = False
    keys: tuple[str, ...] = ()
    implied: bool = False
    gathered: bool = False


def text_of(strip: Strip, token: Token) -> str:
    """The characters of a token, folded."""
    return strip.text[token.start : token.end]


def label_tokens(strip: Strip, tokens: Sequence[Token], start: int) -> list[Token]:
    """The tokens from `start` that make one label: 委託・補助（1/2、1/3）, 補助 / (基金), 1/2,2/3補助."""
    used = [tokens[start]]
    stated = tokens[start].kind is Kind.INSTRUMENT
    rated = tokens[start].kind is Kind.RATE
    last_joint = ""
    depth = 0
    for token in tokens[start + 1 :]:
        strength = strip.breaks[token.start]
        text = text_of(strip, token)
        depth += (token.kind is Kind.MARK) * ((text == "(") - (text == ")"))
        if strength >= WALL or (strength == GAP and token.kind is Kind.INSTRUMENT):
            break
        if token.kind is Kind.INSTRUMENT and (depth > 0 or text == "補助率") and stated:
            token = replace(token, kind=Kind.MARK)  # 補助（補助率1/2）, 補助（定額補助等）
        elif token.kind is Kind.INSTRUMENT:
            joined = last_joint in ("・", "、", "/", "又は", "及び", "または", "および")
            if (stated and not joined) or (not stated and strength > JOINED):
                break
            if stated and rated and depth <= 0 and not joined:
                break
            stated = True
        elif token.kind is Kind.RATE:
            if not stated and strength >= SPACE and used[-1].kind is Kind.RATE:
                break  # rates side by side without an instrument belong to different arrows
            if stated and rated and depth <= 0 and strength >= SPACE and text_of(strip, used[-1]) == ")":
                break  # 交付（定額） 1/2: what follows a closed label belongs to the next arrow
            rated = True
        elif token.kind is Kind.MARK:
            if text not in _INSIDE or (strength == GAP and text not in "(・"):
                break
            if text == "(" and not stated and strength == SPACE and text_of(strip, used[-1]) == ")":
                break  # （定額） （1/2）: the labels of two arrows
        elif token.kind is Kind.NOISE:
            if not _leads_to_rate(strip, tokens, token):
                break
        elif token.kind is Kind.COMPONENT:
            if not _leads_to_rate(strip, tokens, token, same_line=False):
                break
        elif token.kind is not Kind.FUND or _below_several(strip, tokens, tokens[start], token):
            break
        last_joint = text
        used.append(token)
    while used[-1].kind in (Kind.MARK, Kind.NOISE, Kind.COMPONENT) and text_of(strip, used[-1]) not in (
        ")",
        "等",
    ):
        used.pop()
    return used if rated or not stated else used + _by_class(strip, tokens[start + len(used) :])


def _by_class(strip: Strip, tokens: Sequence[Token]) -> list[Token]:
    """Lines right below a label that give the rate of each class: 中小企業：2/3."""
    found: list[Token] = []
    line: list[Token] = []
    for token, after in zip_longest(tokens, tokens[1:]):
        if not line and strip.breaks[token.start] != NEWLINE:
            break
        line.append(token)
        if after is not None and strip.breaks[after.start] < NEWLINE:
            continue
        colons = [i for i, t in enumerate(line) if text_of(strip, t) == ":"]
        named = colons and all(t.kind in (Kind.ACTOR, Kind.NOISE, Kind.MARK) for t in line[: colons[0]])
        rated = [t.kind for t in line if t.kind not in (Kind.NOISE, Kind.MARK, Kind.ACTOR)]
        if not named or not colons[0] or set(rated) != {Kind.RATE}:
            break
        found += line
        line = []
    return found


_INSIDE = {
    "(",
    ")",
    "、",
    "・",
    "/",
    ":",
    "~",
    "又は",
    "または",
    "or",
    "及び",
    "および",
    "補助率",
    "等",
    "※",
    "事業費の",
    "[",
    "]",
    "【",
    "】",
    "うち",
} | {f"※{n}" for n in range(10)}


def _leads_to_rate(strip: Strip, tokens: Sequence[Token], noise: Token, same_line: bool = True) -> bool:
    """Whether, after a few characters that belong to nothing, a rate follows on the line: 探鉱75％."""
    later = [t for t in tokens if noise.start <= t.start < noise.start + 8]
    for token in later:
        if token.kind is Kind.RATE and token.start > noise.start:
            return True
        crossed = token.start > noise.start and strip.breaks[token.start] >= (NEWLINE if same_line else GAP)
        if crossed or token.kind not in (Kind.NOISE, Kind.MARK, Kind.COMPONENT):
            return False
    return False


def _below_several(strip: Strip, tokens: Sequence[Token], first: Token, fund: Token) -> bool:
    """Whether the word fund stands below a line of several labels: it may be for any of them."""
    if strip.breaks[fund.start] >= GAP:
        return sum(token.kind is Kind.INSTRUMENT for token in tokens) > 1
    return strip.strongest(first.start, fund.start + 1) >= NEWLINE and any(
        token.kind is Kind.INSTRUMENT
        and token.start < first.start
        and strip.lines[token.start] == strip.lines[first.start]
        for token in tokens
    )


def is_tag(strip: Strip, tokens: Sequence[Token], i: int) -> bool:
    """An instrument in a parenthesis behind words is a remark on a heading: （１）…の開発（委託、補助）, …【補助】."""
    if i < 1 or strip.breaks[tokens[i].start] > JOINED:
        return False
    if tokens[i - 1].kind is Kind.ACTOR and text_of(strip, tokens[i]) in ("補助金", "助成金"):
        return True  # the name of a programme: 中小企業等グループ補助金
    if i < 2 or text_of(strip, tokens[i - 1]) not in "(【<":
        return False
    return strip.breaks[tokens[i - 1].start] == JOINED and tokens[i - 2].kind in (
        Kind.NOISE,
        Kind.ACTOR,
        Kind.MARK,
    )


def is_condition(strip: Strip, tokens: Sequence[Token], i: int, label: Label) -> bool:
    """補助率 that opens a list of conditions (補助率：1/2), or that carries no rate at all."""
    if not label.printed.startswith("補助率"):
        return False
    return not label.rates or ":" in strip.text[label.at : label.end]


def may_stand_alone(strip: Strip, tokens: Sequence[Token], i: int, used: Sequence[Token]) -> bool:
    """Whether rates without an instrument are a label of their own: alone on their line, near a box."""
    first, last = used[0].start, used[-1].end
    if i and tokens[i - 1].kind is Kind.NOISE and strip.breaks[first] <= GAP:
        return False
    begins = strip.open_before(first) or (strip.text[first - 1] == "(" and strip.open_before(first - 1))
    return begins and strip.open_after(last)


def make_label(strip: Strip, used: Sequence[Token]) -> Label:
    """The label that these tokens make."""
    instruments = tuple(dict.fromkeys(t.instrument for t in used if t.instrument))
    rates: list[Rate] = []
    keyed: dict[str, list[Rate]] = {}
    key = ""
    for token in used:
        if token.kind is Kind.COMPONENT:
            key = strip.printed[token.start : token.end]
        if token.kind is Kind.RATE:
            others = strip.text.startswith("補助等", token.end) or (
                strip.text.startswith("等", token.end) and strip.breaks[token.end] == SPACE
            )
            rate = _rate(text_of(strip, token), "等" if others else "")
            if rate not in rates:
                rates.append(rate)
            if rate not in keyed.setdefault(key, []):
                keyed[key].append(rate)
    start, end = used[0].start, used[-1].end
    printed = strip.printed[start:end]
    service = all(t.kind is Kind.SERVICE for t in used)
    return Label(
        instruments or (() if service else (Instrument.SUBSIDY,)),
        start,
        end,
        tuple(sorted({strip.lines[i] for t in used for i in range(t.start, t.end)})),
        printed,
        tuple(rates),
        tuple((k, tuple(r)) for k, r in keyed.items()) if len(keyed) > 1 and "" not in keyed else (),
        fund=any(t.kind is Kind.FUND for t in used),
        service=service,
        implied=not instruments and not service,
        gathered=_blocks_of_rates(strip, used) > 1,
        indirect="間接" in printed,
    )


def _blocks_of_rates(strip: Strip, used: Sequence[Token]) -> int:
    rates = [token for token in used if token.kind is Kind.RATE]
    apart = sum(strip.strongest(a.start, b.start + 1) >= GAP for a, b in pairwise(rates))
    return apart + bool(rates)


def _rate(text: str, after: str) -> Rate:
    return parse_rate(text + (after if not text.endswith(QUALIFIERS) else ""))
