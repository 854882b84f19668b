"""From tokens to what a diagram consists of: boxes, labels of arrows, keys of components."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from kofu.reading.flow_labels import (
    Label,
    is_condition,
    is_tag,
    label_tokens,
    make_label,
    may_stand_alone,
    text_of,
)
from kofu.reading.flow_lexicon import Kind
from kofu.reading.flow_strip import BETWEEN, GAP, JOINED, NEWLINE, SPACE, Strip
from kofu.reading.flow_tokens import Token, split

_NOUN = re.compile(r"(?=.*[一-龥ァ-ヶ])[一-龥々ァ-ヶーぁ-ん・]{2,9}(?<![をにがはでとのもやるた])")
_MEMBER = re.compile(r"会員|加盟|傘下|組合員|構成員")
_LAST_TIER = 4
"""Members of a body receive what it passes on, whatever kind they are."""


@dataclass(frozen=True)
class Box:
    """An actor in the diagram. `at` is its place in the strip, `lines` those its name stands in.

    `open` when only grammar vouches for the name, `glued` when it ends a line of other words, `unknown` when nothing but its
    place between boxes and labels does; `members` are the
    boxes drawn side by side that one arrow reaches; `paid_by` is the place of the box that a printed → comes from.
    """

    name: str
    tier: int
    at: int
    end: int
    lines: tuple[int, ...]
    open: bool = False
    glued: bool = False
    unknown: bool = False
    paid_by: int | None = None
    members: tuple[Box, ...] = ()

    @property
    def is_state(self) -> bool:
        """Whether it is the state, which only pays."""
        return self.tier == 0


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


@lru_cache(maxsize=256)
def find_items(strip: Strip) -> Items:
    """Boxes, labels and keys of a strip."""
    items = Items(strip)
    tokens = split(strip)
    glued: list[Box] = []
    parts: dict[int, list[Token]] = {}
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
                items.labels.append(make_label(strip, [token]))
        elif token.kind in (Kind.INSTRUMENT, Kind.RATE):
            used = label_tokens(strip, tokens, i)
            label = make_label(strip, used)
            parts[label.at] = used
            if is_tag(strip, tokens, i) or is_condition(strip, tokens, i, label):
                items.tags.append(label)
            elif not label.implied or may_stand_alone(strip, tokens, i, used):
                items.labels.append(label)
            i += len(used)
            continue
        elif token.kind is Kind.FUND:
            alone = strip.open_before(token.start) and strip.open_after(token.end)
            if alone and not text_of(strip, token).startswith(("基金を設", "基金設", "基金造")):
                items.labels.append(make_label(strip, [token]))
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
    _part_label(items, parts)
    _loosen_funds(items)
    _add_unknown(items, tokens)
    _join_rows(items)
    _follow_arrows(items, tokens)
    _hang_keys(items)
    if any(box.name == "国" for box in items.boxes):
        items.boxes = [box for box in items.boxes if not box.is_state or box.name.startswith("国")]
    return items


def _part_label(items: Items, parts: Mapping[int, Sequence[Token]]) -> None:
    """交付 定額、1/2 below 国 and two boxes in a line: the instrument of the first hop, the rates of the second."""
    boxes = [box for box in items.boxes if not box.is_state]
    money = [label for label in items.labels if not label.service]
    if len(money) != 1 or len(boxes) != 2 or len({box.lines for box in items.boxes}) > 1:
        return
    used = parts.get(money[0].at, ())
    if (
        len(used) < 2
        or used[0].kind is not Kind.INSTRUMENT
        or any(t.kind is Kind.INSTRUMENT for t in used[1:])
    ):
        return
    if used[1].kind is Kind.RATE and items.strip.breaks[used[1].start] == SPACE:
        at = items.labels.index(money[0])
        items.labels[at : at + 1] = [make_label(items.strip, used[:1]), make_label(items.strip, used[1:])]


def _join_rows(items: Items) -> None:
    """Rows of two boxes with the instrument above and its rates below, each row one hop: 補助 / 国 A / （定額）."""
    boxes = sorted(items.boxes, key=lambda box: box.at)
    rows = [
        (first, second)
        for first, second in pairwise(boxes)
        if first.lines == second.lines and not second.is_state
    ]
    if not rows or len(boxes) != 2 * len(rows) or not boxes[0].is_state:
        return
    labels: list[Label] = []
    for first, second in rows:
        above = [
            a for a in items.labels if a.lines[-1] == first.lines[0] - 1 and not a.rates and not a.implied
        ]
        below = [b for b in items.labels if b.lines[0] == second.lines[-1] + 1 and b.implied and b.rates]
        if len(above) != 1 or len(below) != 1:
            return
        labels.append(
            replace(above[0], rates=below[0].rates, lines=tuple(sorted({*above[0].lines, *below[0].lines})))
        )
    if len(labels) * 2 != len(items.labels):
        return
    items.labels = labels
    kept = {box.name: box for box in (boxes[0],)}
    for first, second in rows:
        payer = kept.setdefault(first.name, first)
        kept.setdefault(second.name, replace(second, paid_by=payer.at))
    items.boxes = list(kept.values())


def _add_unknown(items: Items, tokens: Sequence[Token]) -> None:
    """Where a label lacks its box, a short noun alone on the line right below a piece is the box, whoever it is."""
    money = [label for label in items.labels if not label.service and not label.implied]
    if len(money) <= sum(not box.is_state for box in items.boxes) or not any(b.is_state for b in items.boxes):
        return
    strip = items.strip
    lines: dict[int, list[Token]] = {}
    for token in tokens:
        lines.setdefault(strip.lines[token.start], []).append(token)
    pieces = {line for piece in items.pieces() for line in piece.lines}
    for number, here in lines.items():
        start, end = here[0].start, here[-1].end
        alone = end == len(strip.text) or number + 1 in pieces or strip.breaks[end] >= GAP
        if number - 1 not in pieces or not alone or any(token.kind is not Kind.NOISE for token in here):
            continue
        if _NOUN.fullmatch(strip.text, start, end) and strip.strongest(start, end) == JOINED:
            items.boxes.append(
                Box(strip.printed[start:end], 4, start, end, (number,), open=True, unknown=True)
            )
            items.noise = [at for at in items.noise if not start <= at < end]


def _loosen_funds(items: Items) -> None:
    """A lone 基金 beside as many labels as boxes is a remark, not the label of one more arrow."""
    lone = [label for label in items.labels if label.fund and label.implied and not label.rates]
    others = [label for label in items.labels if not label.service and label not in lone]
    if lone and len(others) >= sum(not box.is_state for box in items.boxes):
        items.labels = [label for label in items.labels if label not in lone]
        items.funds += [label.at for label in lone]


def _follow_arrows(items: Items, tokens: Sequence[Token]) -> None:
    """Arrows that are printed as characters say who pays: 国 → 都道府県 → 市町村."""
    signs = [(token.start, text_of(items.strip, token)) for token in tokens if token.kind is Kind.ARROW]
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
    tier = max(token.tier, _LAST_TIER) if _MEMBER.match(printed) else token.tier
    return Box(printed, tier, token.start, token.end, lines, token.open, glued)


def _is_box(strip: Strip, tokens: Sequence[Token], i: int) -> bool:
    """A name in a remark or a list of conditions is no box: （石川県）, 中小企業等：3/4, A社、B社."""
    token = tokens[i]
    before = text_of(strip, tokens[i - 1]) if i and strip.breaks[token.start] == JOINED else ""
    after = ""
    if i + 1 < len(tokens) and strip.breaks[token.end] == JOINED:
        after = text_of(strip, tokens[i + 1])
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
        and text_of(strip, tokens[i + 1]) in ("、", "・")
        and strip.breaks[tokens[i + 1].start] == JOINED
        and strip.breaks[tokens[i + 2].start] in (JOINED, NEWLINE)
    ):
        i += 2
    return i


def _add_key(strip: Strip, tokens: Sequence[Token], i: int, items: Items) -> None:
    token = tokens[i]
    text = text_of(strip, token)
    line = strip.lines[token.start]
    after = tokens[i + 1] if i + 1 < len(tokens) and strip.lines[token.end] == line else None
    follows = after is not None and (after.kind is Kind.NOISE or text_of(strip, after) == "補助率")
    bare = text.isdigit() and not (strip.open_before(token.start) and strip.open_after(token.end))
    if not bare:
        items.keys.append(Key(strip.printed[token.start : token.end], token.start, token.end, line, follows))
