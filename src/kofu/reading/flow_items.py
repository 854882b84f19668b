"""From tokens to what a diagram consists of: boxes, labels of arrows, keys of components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
from kofu.reading.flow_strip import BETWEEN, GAP, JOINED, NEWLINE, Strip
from kofu.reading.flow_tokens import Token, split


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
                items.labels.append(make_label(strip, [token]))
        elif token.kind in (Kind.INSTRUMENT, Kind.RATE):
            used = label_tokens(strip, tokens, i)
            label = make_label(strip, used)
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
    _follow_arrows(items, tokens)
    _hang_keys(items)
    if any(box.name == "国" for box in items.boxes):
        items.boxes = [box for box in items.boxes if not box.is_state or box.name.startswith("国")]
    return items


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
    return Box(printed, token.tier, token.start, token.end, lines, token.open, glued)


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
