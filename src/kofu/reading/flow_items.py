"""From tokens to what a diagram consists of: boxes, labels of arrows, keys of components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from kofu.programme.vocabulary import Instrument
from kofu.reading.flow_lexicon import Kind
from kofu.reading.flow_strip import BETWEEN, GAP, JOINED, NEWLINE, SPACE, WALL, Strip
from kofu.reading.flow_tokens import Token, split
from kofu.text.rates import QUALIFIERS, Rate, parse_rate

WITHOUT_RATE = {
    Instrument.COMMISSION,
    Instrument.GRANT_IN_AID,
    Instrument.CONTRIBUTION,
    Instrument.JOINT_STUDY,
}
"""Instruments that carry no rate of support when they stand beside one that does."""


@dataclass(frozen=True)
class Box:
    """An actor in the diagram. `at` is its place in the strip, `lines` those its name stands in.

    `open` when only grammar vouches for the name, `glued` when it ends a line of other words; `members` are the
    boxes drawn side by side that one arrow reaches; `paid_by` is the place of the box that a printed → comes from.
    """

    name: str
    tier: int
    at: int
    end: int
    lines: tuple[int, ...]
    open: bool = False
    glued: bool = False
    paid_by: int | None = None
    members: tuple[Box, ...] = ()

    @property
    def is_state(self) -> bool:
        """Whether it is the state, which only pays."""
        return self.tier == 0


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


@dataclass(frozen=True)
class Key:
    """The printed key of a component; `heading` when words follow it on its line."""

    text: str
    at: int
    end: int
    line: int
    heading: bool


@dataclass
class Items:
    """The pieces of a sheet's diagrams in printed order, and the strip they stand in."""

    strip: Strip
    boxes: list[Box] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    funds: list[int] = field(default_factory=list)
    tags: list[Label] = field(default_factory=list)
    noise: list[int] = field(default_factory=list)

    def pieces(self) -> list[Box | Label]:
        """Boxes and labels in printed order."""
        return sorted([*self.boxes, *self.labels], key=lambda piece: piece.at)

    def break_between(self, end: int, start: int) -> int:
        """The strongest break between two pieces."""
        inside = max(self.strip.breaks[end : start + 1], default=JOINED)
        return max(inside, BETWEEN) if any(end <= at < start for at in self.noise) else inside


def find_items(strip: Strip) -> Items:
    """Boxes, labels and keys of a strip."""
    items = Items(strip)
    tokens = split(strip)
    glued: list[Box] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.kind in (Kind.STATE, Kind.ACTOR):
            if _is_box(strip, tokens, i):
                last = _end_of_list(strip, tokens, i)
                items.boxes.append(_box(strip, replace(token, end=tokens[last].end)))
                i = last
        elif token.kind is Kind.SERVICE:
            if not (i and tokens[i - 1].kind is Kind.ACTOR and strip.breaks[token.start] == JOINED):
                items.labels.append(_label(strip, [token]))
        elif token.kind in (Kind.INSTRUMENT, Kind.RATE):
            used = _label_tokens(strip, tokens, i)
            label = _label(strip, used)
            if _is_tag(strip, tokens, i) or _is_condition(strip, tokens, i, label):
                items.tags.append(label)
            elif not label.implied or _may_stand_alone(strip, tokens, i, used):
                items.labels.append(label)
            i += len(used)
            continue
        elif token.kind is Kind.FUND:
            if strip.open_before(token.start) and strip.open_after(token.end):
                items.labels.append(_label(strip, [token]))
            else:
                items.funds.append(token.start)
        elif token.kind is Kind.GLUED:
            glued.append(_box(strip, token, glued=True))
            items.noise.append(token.start)
        elif token.kind is Kind.NOISE:
            items.noise.append(token.start)
        elif token.kind is Kind.COMPONENT:
            _add_key(strip, tokens, i, items)
            items.noise.append(token.start)
        i += 1
    if all(box.is_state for box in items.boxes) and len({box.name for box in glued}) == 1:
        items.boxes.append(glued[0])
    _follow_arrows(items, tokens)
    _hang_keys(items)
    if any(box.name == "国" for box in items.boxes):
        items.boxes = [box for box in items.boxes if not box.is_state or box.name.startswith("国")]
    return items


def _follow_arrows(items: Items, tokens: Sequence[Token]) -> None:
    """Arrows that are printed as characters say who pays: 国 → 都道府県 → 市町村."""
    signs = [(token.start, _text(items.strip, token)) for token in tokens if token.kind is Kind.ARROW]
    places = sorted(range(len(items.boxes)), key=lambda i: items.boxes[i].at)
    for i, j in pairwise(places):
        first, second = items.boxes[i], items.boxes[j]
        between = [sign for at, sign in signs if first.end <= at < second.at]
        if not between or items.break_between(first.end, second.at) > GAP:
            continue
        if between[0] in "←⇐" and not first.is_state:
            items.boxes[i] = replace(first, paid_by=second.at)
        elif between[0] not in "←⇐↑" and not second.is_state:
            items.boxes[j] = replace(second, paid_by=first.at)


def _hang_keys(items: Items) -> None:
    """Bare keys right before or right after a label name the components of its arrow: ①補助, （１）（２）委託."""
    bare = [key for key in items.keys if not key.heading]
    for j, label in enumerate(items.labels):
        mine: list[str] = []
        at = label.at
        for key in reversed([key for key in bare if key.at < at]):
            if items.break_between(key.end, at) > NEWLINE or any(
                p.at in range(key.end, at) for p in items.pieces()
            ):
                break
            mine.insert(0, key.text)
            at = key.at
        items.labels[j] = replace(label, keys=tuple(mine))


def _box(strip: Strip, token: Token, glued: bool = False) -> Box:
    printed = strip.printed[token.start : token.end]
    lines = tuple(sorted(set(strip.lines[token.start : token.end])))
    return Box(printed, token.tier, token.start, token.end, lines, token.open, glued)


def _is_box(strip: Strip, tokens: Sequence[Token], i: int) -> bool:
    """A name in a remark or a list of conditions is no box: （石川県）, 中小企業等：3/4, A社、B社."""
    token = tokens[i]
    before = _text(strip, tokens[i - 1]) if i and strip.breaks[token.start] == JOINED else ""
    after = ""
    if i + 1 < len(tokens) and strip.breaks[token.end] == JOINED:
        after = _text(strip, tokens[i + 1])
        if token.kind is Kind.STATE and after in ("、", "・"):
            return False
        if tokens[i + 1].kind is Kind.SERVICE and strip.open_after(tokens[i + 1].end):
            return False
        if tokens[i + 1].kind is Kind.RATE and token.kind is Kind.ACTOR and before not in ("", "・"):
            return False
    return after not in (":", "補助金", "助成金") and before not in ("(", "<", ":", "「", "※")


def _end_of_list(strip: Strip, tokens: Sequence[Token], i: int) -> int:
    """Index of the last name of a list in one box: 地方公共団体、電気通信事業者."""
    while (
        i + 2 < len(tokens)
        and tokens[i].kind is tokens[i + 2].kind is Kind.ACTOR
        and _text(strip, tokens[i + 1]) in ("、", "・")
        and strip.breaks[tokens[i + 1].start] == JOINED
        and strip.breaks[tokens[i + 2].start] in (JOINED, NEWLINE)
    ):
        i += 2
    return i


def _text(strip: Strip, token: Token) -> str:
    return strip.text[token.start : token.end]


def _label_tokens(strip: Strip, tokens: Sequence[Token], start: int) -> list[Token]:
    """The tokens from `start` that make one label: 委託・補助（1/2、1/3）, 補助 / (基金), 1/2,2/3補助."""
    used = [tokens[start]]
    stated = tokens[start].kind is Kind.INSTRUMENT
    rated = tokens[start].kind is Kind.RATE
    last_joint = ""
    depth = 0
    for token in tokens[start + 1 :]:
        strength = strip.breaks[token.start]
        text = _text(strip, token)
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
            rated = True
        elif token.kind is Kind.MARK:
            if text not in _INSIDE or (strength == GAP and text not in "(・"):
                break
        elif token.kind is Kind.NOISE:
            if not _leads_to_rate(strip, tokens, token):
                break
        elif token.kind is Kind.COMPONENT:
            if not _leads_to_rate(strip, tokens, token, same_line=False):
                break
        elif token.kind is not Kind.FUND:
            break
        last_joint = text
        used.append(token)
    while used[-1].kind in (Kind.MARK, Kind.NOISE, Kind.COMPONENT) and _text(strip, used[-1]) not in (
        ")",
        "等",
    ):
        used.pop()
    return used


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


def _is_tag(strip: Strip, tokens: Sequence[Token], i: int) -> bool:
    """An instrument in a parenthesis behind words is a remark on a heading: （１）…の開発（委託、補助）, …【補助】."""
    if i < 1 or strip.breaks[tokens[i].start] > JOINED:
        return False
    if tokens[i - 1].kind is Kind.ACTOR and _text(strip, tokens[i]) in ("補助金", "助成金"):
        return True  # the name of a programme: 中小企業等グループ補助金
    if i < 2 or _text(strip, tokens[i - 1]) not in "(【<":
        return False
    return strip.breaks[tokens[i - 1].start] == JOINED and tokens[i - 2].kind in (
        Kind.NOISE,
        Kind.ACTOR,
        Kind.MARK,
    )


def _is_condition(strip: Strip, tokens: Sequence[Token], i: int, label: Label) -> bool:
    """補助率 that opens a list of conditions (補助率：1/2), or that carries no rate at all."""
    if not label.printed.startswith("補助率"):
        return False
    return not label.rates or strip.text.startswith(":", tokens[i].end)


def _may_stand_alone(strip: Strip, tokens: Sequence[Token], i: int, used: Sequence[Token]) -> bool:
    """Whether rates without an instrument are a label of their own: alone on their line, near a box."""
    first, last = used[0].start, used[-1].end
    if i and tokens[i - 1].kind is Kind.NOISE and strip.breaks[first] <= GAP:
        return False
    begins = strip.open_before(first) or (strip.text[first - 1] == "(" and strip.open_before(first - 1))
    return begins and strip.open_after(last)


def _label(strip: Strip, used: Sequence[Token]) -> Label:
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
            rate = _rate(_text(strip, token), "等" if others else "")
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


def _add_key(strip: Strip, tokens: Sequence[Token], i: int, items: Items) -> None:
    token = tokens[i]
    text = _text(strip, token)
    line = strip.lines[token.start]
    follows = i + 1 < len(tokens) and tokens[i + 1].kind is Kind.NOISE and strip.lines[token.end] == line
    bare = text.isdigit() and not (strip.open_before(token.start) and strip.open_after(token.end))
    if not bare:
        items.keys.append(Key(strip.printed[token.start : token.end], token.start, token.end, line, follows))


def with_funds(items: Items) -> Items:
    """A word fund that stands beside no label belongs to the first label that can lead into a fund."""
    if items.funds and not any(label.fund for label in items.labels):
        at = items.funds[0]
        money = [label for label in items.labels if not label.service]
        nearest = min(money, key=lambda label: abs(label.at - at), default=None)
        items.labels = [replace(label, fund=label is nearest or label.fund) for label in items.labels]
    return items
