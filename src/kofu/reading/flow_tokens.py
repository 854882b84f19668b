"""Ungluing: a strip of characters is split into boxes, labels and noise by an exact search over the lexicon.

The cheapest split of the whole strip wins, so 国民間企業等 becomes 国 + 民間企業等: every word costs little, an
open name (one that only ends like a name) more, a character that belongs to nothing most.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kofu.programme.vocabulary import Instrument
from kofu.reading.flow_lexicon import Kind, Lexicon, lexicon
from kofu.reading.flow_strip import GAP, JOINED, NEWLINE, SPACE, WALL, Strip

_RATE = re.compile(r"(?:最大)?(?:\d{1,2}/\d{1,2}|\d{1,3}(?:\.\d+)?%)(?:以内|以下|未満|等|程度|相当)?|定額等?")
_COMPONENT = re.compile(r"\d-\(\d{1,2}\)|\(\d{1,2}\)|[①-⑳]|\d")
_ARROW = re.compile(r"[→⇒➡⇨←⇐↓↑➔]")
_MARK = re.compile(
    r"[()、・/:※\"「」【】\[\]+＊*~<>＜＞○●■◆▶▼◎]|又は|または|及び|および|or|等|※\d|事業費の|うち"
)
_SIGNS = (
    (Kind.RATE, _RATE, set("0123456789最定"), 0.6, SPACE),
    (Kind.COMPONENT, _COMPONENT, set("0123456789(①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"), 0.7, SPACE),
    (Kind.ARROW, _ARROW, set("→⇒➡⇨←⇐↓↑➔"), 0.2, NEWLINE),
    (Kind.MARK, _MARK, set('()、・/:※"「」【】[]+＊*~<>＜＞○●■◆▶▼◎又ま及およo等事う'), 0.25, NEWLINE),
)
"""Kind, form, the characters it begins with, cost, and the strongest break it may run over."""
_NO_REMARK = r"\((?!基金|定額|補助|委託|交付|助成|出資|拠出|[\d※])"
_PAREN = re.compile(_NO_REMARK + r"[^()0-9]{2,22}\)")
_SHORT = re.compile(_NO_REMARK + r"[A-Za-z0-9・ー一-龥]{2,10}\)")
_LETTER = re.compile(r"[一-龥々ァ-ヶー]")
_INNER = 1.6
_NAME_CHARACTERS = re.compile(r"[一-龥々ぁ-んァ-ヶー・A-Za-z0-9&※()-]+")
_NO_NAME = re.compile(
    r"補助|委託|出資|拠出|交付|助成|定額|等.|国$|\d+%|[①-⑳]|^[()ー・のはがをに等]|年度|[一-龥]国\)|事業等"
    r"|の流れ|イメージ|スキーム|体制|の声$"
)
_PARENTHESIS = re.compile(r"[()]")
_PLACE = re.compile(r"[^県府市町村国]{2,4}[県府市町村]$")
_CLAUSE = re.compile(r"[をにがはでし]")
_CROSSING = {JOINED: 0.0, SPACE: 0.4, NEWLINE: 0.15, GAP: 0.5}
_OPEN_CROSSING = {SPACE: 3.0, NEWLINE: 0.6, GAP: 2.5}
_LONGEST = 42


@dataclass(frozen=True)
class Token:
    """A piece of a diagram: `text[start:end]` of the strip. `open` when only the grammar vouches for it."""

    kind: Kind
    start: int
    end: int
    cost: float
    tier: int = 0
    instrument: Instrument | None = None
    open: bool = False


def split(strip: Strip) -> tuple[Token, ...]:
    """The cheapest split of the strip into tokens; it covers every character once."""
    size = len(strip.text)
    best: list[float] = [0.0] + [float("inf")] * size
    back: list[Token | None] = [None] * (size + 1)
    words, ends = lexicon(), _head_ends(strip)
    inner = _inner_places(strip, words, ends)
    for at in range(size):
        for token in _tokens_at(strip, at, words, ends):
            cost = best[at] + token.cost + (_INNER if token.kind is Kind.ACTOR and at in inner else 0.0)
            if cost < best[token.end] - 1e-9:
                best[token.end], back[token.end] = cost, token
    tokens: list[Token] = []
    at = size
    while at > 0:
        last = back[at]
        assert last is not None  # a NOISE token leads from every place to the next
        tokens.append(last)
        at = last.start
    return _sober(strip, tokens[::-1])


def _inner_places(strip: Strip, words: Lexicon, ends: list[tuple[int, int]]) -> set[int]:
    """Places in the middle of a word: there, 事業者 is more likely the tail of a longer name than a box."""
    stops = {end for end, _ in ends}
    stops |= {
        at + len(entry.printed) for at in range(len(strip.text)) for entry in words.starting(strip.text, at)
    }
    return {
        at
        for at in range(1, len(strip.text))
        if strip.breaks[at] == JOINED
        and at not in stops
        and _LETTER.match(strip.text, at - 1)
        and strip.text[at - 1] != "等"
    }


def _tokens_at(strip: Strip, at: int, words: Lexicon, ends: list[tuple[int, int]]) -> Iterator[Token]:
    yield Token(Kind.NOISE, at, at + 1, 0.9 if strip.text[at].isdigit() else 1.3)
    for kind, pattern, first, cost, furthest in _SIGNS:
        match = pattern.match(strip.text, at) if strip.text[at] in first else None
        if match and kind is Kind.RATE and not _one_rate(strip, at, match.end()):
            match = pattern.match(strip.text, at, _print_ends(strip, at))  # 1/2 3/4 side by side
        if not match or strip.strongest(at, match.end()) > furthest:
            continue
        if furthest == NEWLINE or _whole_number(strip, at, match.end()):
            yield Token(kind, at, match.end(), cost)
    yield from _words_at(strip, at, words)
    form = words.legal_form_at(strip.text, at)
    if form and strip.strongest(at, at + len(form)) < WALL:
        yield from _incorporated(strip, at, at + len(form), words, ends)
    if at == 0 or strip.breaks[at] >= NEWLINE:
        yield from _line_of_others(strip, at)
    if strip.open_before(at) or (at and strip.text[at - 1] in ")等、国"):
        near = ends[bisect_left(ends, (at + 2, 0)) : bisect_left(ends, (at + _LONGEST + 1, 0))]
        for end, tier in near:
            yield from _open_name(strip, at, end, tier, near)


def _words_at(strip: Strip, at: int, words: Lexicon) -> Iterator[Token]:
    """Words of the lexicon, names also with what may stand before them and belongs to them."""
    for entry in words.starting(strip.text, at):
        end = at + len(entry.printed)
        cost = 1.0 + _crossing(strip, at, end)
        if entry.kind is Kind.ACTOR:
            yield from _named(strip, at, end, cost, entry.tier, open_name=False)
        elif entry.kind is Kind.STATE:
            yield from (replace(t, kind=Kind.STATE) for t in _named(strip, at, end, cost, 0, open_name=False))
        elif cost < WALL:
            inside = (
                entry.kind is Kind.SERVICE
                and not strip.open_after(end)
                and strip.text[end] not in "()、・/補委交出定※"
            )
            yield Token(entry.kind, at, end, cost + (2.5 if inside else 0.0), entry.tier, entry.instrument)
    for prefix in words.prefixes:
        if strip.text.startswith(prefix, at) and at + len(prefix) < len(strip.text):
            for entry in words.starting(strip.text, at + len(prefix)):
                if entry.kind is Kind.ACTOR:
                    end = at + len(prefix) + len(entry.printed)
                    cost = 1.5 + _crossing(strip, at, end)
                    yield from _named(strip, at, end, cost, entry.tier, open_name=False)


def _line_of_others(strip: Strip, at: int) -> Iterator[Token]:
    """A short line that ends in 等 may be a box whatever it names: 製材所等."""
    end = next((i for i in range(at + 1, len(strip.text)) if strip.breaks[i] > JOINED), len(strip.text))
    name = strip.text[at : end - 1]
    plain = _NAME_CHARACTERS.fullmatch(name) and not _NO_NAME.search(name) and not _CLAUSE.search(name)
    if strip.text[end - 1] == "等" and 2 <= len(name) <= 12 and plain:
        yield Token(Kind.ACTOR, at, end, 3.4 + 0.25 * len(name), 3, open=True)


def _incorporated(
    strip: Strip, at: int, body: int, words: Lexicon, ends: list[tuple[int, int]]
) -> Iterator[Token]:
    """A legal form and the name after it: listed, or up to a head noun; or the legal form alone in its box."""
    if body < len(strip.text):
        for entry in words.starting(strip.text, body):
            if entry.kind is Kind.ACTOR:
                end = body + len(entry.printed)
                yield from _named(
                    strip, at, end, 1.0 + _crossing(strip, at, end), entry.tier, open_name=False
                )
    for end, tier in ends:
        name = strip.text[body:end]
        if not body + 2 <= end <= body + _LONGEST or _NO_NAME.search(name) or _PARENTHESIS.search(name):
            continue
        if _NAME_CHARACTERS.fullmatch(name) and not _runs_on(strip, body, end, ends):
            cost = 1.6 + 0.05 * len(name) + _crossing(strip, at, end)
            yield from _named(strip, at, end, cost, min(tier, 2), open_name=True)
    if strip.text[at] != "(" and strip.open_before(at):
        yield from _named(strip, at, body, 2.5 + _crossing(strip, at, body), 1, open_name=True)


def _runs_on(strip: Strip, at: int, end: int, ends: list[tuple[int, int]]) -> bool:
    """Whether print breaks off where a name is already complete: two boxes, not one."""
    return any(
        at + 1 < stop < end
        and (strip.breaks[stop] > JOINED or (strip.text[stop] == "等" and strip.open_after(stop + 1)))
        for stop, _ in ends
    )


def _swallows(strip: Strip, at: int, end: int, words: Lexicon) -> bool:
    """Whether print breaks off inside and a listed name is what follows."""
    return any(
        strip.breaks[i] >= GAP
        and any(i + len(e.printed) == end and e.kind is Kind.ACTOR for e in words.starting(strip.text, i))
        for i in range(at + 1, end)
    )


def _holds_state(name: str, words: Lexicon) -> bool:
    """Whether 国 stands before a listed name, or inside right behind one: boxes glued together."""
    if name[0] == "国" and any(e.tier and len(e.printed) > 1 for e in words.starting(name, 1)):
        return True
    return any(
        name[at] == "国"
        and any(i + len(e.printed) == at for i in range(at) for e in words.starting(name, i) if e.tier)
        for at in range(1, len(name) - 1)
    )


def _open_name(strip: Strip, at: int, end: int, tier: int, ends: list[tuple[int, int]]) -> Iterator[Token]:
    """A name that only its last word betrays: print must begin where it begins and end where it ends."""
    words, name = lexicon(), strip.text[at:end]
    if not _NAME_CHARACTERS.fullmatch(name) or _NO_NAME.search(name):
        return
    if name[-1] in "県府市町村" and not name.endswith("市町村") and not _PLACE.match(name):
        return
    if name.count("(") != name.count(")") or (name[0] == "国" and strip.breaks[at + 1] > JOINED):
        return
    if _runs_on(strip, at, end, ends) or _swallows(strip, at, end, words) or _holds_state(name, words):
        return
    crossed = sum(_OPEN_CROSSING.get(step, 99.0) for step in strip.breaks[at + 1 : end] if step)
    cost = (
        2.3
        + 0.18 * len(name)
        + crossed
        + (1.5 if _CLAUSE.search(name) else 0)
        + (0 if strip.open_before(at) else 0.8)
    )
    for token in _named(strip, at, end, cost, tier, open_name=True):
        after = token.end
        if (
            strip.open_after(after)
            or strip.text[after] in "国、"
            or strip.text.startswith("(※", after)
            or words.legal_form_at(strip.text, after) is not None
        ):
            yield token


def _named(strip: Strip, at: int, end: int, cost: float, tier: int, open_name: bool) -> Iterator[Token]:
    """The actor as it stands, and with the parenthesis and the 等 that may follow it."""
    if cost >= WALL:
        return
    for stop, extra in _tails(strip, end):
        total = cost + extra
        if total < WALL:
            yield Token(Kind.ACTOR, at, stop, total, tier, open=open_name)


def _tails(strip: Strip, end: int) -> Iterator[tuple[int, float]]:
    """Where a name may end after its last word: there, after 等, after a parenthesis, after both in either order."""
    yield end, 0.0
    after_others = _others(strip, end)
    if after_others:
        yield after_others
        yield from _parenthesis(strip, *after_others)
    for stop, cost in _parenthesis(strip, end, 0.0):
        yield stop, cost
        others = _others(strip, stop)
        if others:
            yield others[0], others[1] + cost


def _others(strip: Strip, end: int) -> tuple[int, float] | None:
    if strip.text.startswith("等", end) and strip.text[end - 1] != "等":
        return end + 1, 0.05 + 0.3 * _CROSSING.get(strip.breaks[end], 99.0)
    return None


def _parenthesis(strip: Strip, end: int, cost: float) -> Iterator[tuple[int, float]]:
    if strip.text.startswith("(", end):
        for pattern, extra in ((_SHORT, 0.1), (_PAREN, 0.7)):
            match = pattern.match(strip.text, end)
            if match:
                yield match.end(), cost + extra + _crossing(strip, end - 1, match.end())


def _head_ends(strip: Strip) -> list[tuple[int, int]]:
    """Where a head noun ends, with or without 等, and the tier it suggests."""
    heads = lexicon().heads
    found: list[tuple[int, int]] = []
    for at, character in enumerate(strip.text):
        for head, tier in heads.get(character, ()):
            if strip.text.endswith(head, 0, at + 1):
                found.append((at + 1, tier))
                break
    return found


def _crossing(strip: Strip, start: int, end: int) -> float:
    """What it costs that print breaks off inside a name."""
    return sum(_CROSSING.get(step, float(WALL)) for step in strip.breaks[start + 1 : end] if step)


def _one_rate(strip: Strip, start: int, end: int) -> bool:
    return strip.strongest(start, end) <= SPACE and _whole_number(strip, start, end)


def _print_ends(strip: Strip, at: int) -> int:
    """Where print next breaks off after `at`."""
    end = at + 1
    while not strip.open_after(end):
        end += 1
    return end


def _whole_number(strip: Strip, start: int, end: int) -> bool:
    """Whether a number is not cut out of a longer one."""
    text = strip.text
    before = (
        start > 0
        and strip.breaks[start] == JOINED
        and text[start].isdigit()
        and (text[start - 1].isdigit() or text[start - 1] in "./")
    )
    after = (
        end < len(text)
        and strip.breaks[end] == JOINED
        and text[end - 1].isdigit()
        and (text[end].isdigit() or text[end] in "./%兆億万千円年月日人社件箇")
    )
    return not before and not after


def _sober(strip: Strip, tokens: list[Token]) -> tuple[Token, ...]:
    """Words inside a longer stretch that belongs to nothing are part of that stretch: 各国政府, 補助対象."""

    def glued(a: Token, b: Token) -> bool:
        return b.start == a.end and strip.breaks[b.start] == JOINED

    sobered = list(tokens)
    for direction in (range(len(sobered)), range(len(sobered) - 1, -1, -1)):
        step = -1 if direction.step > 0 else 1
        for i in direction:
            j = i + step
            if not 0 <= j < len(sobered) or sobered[j].kind is not Kind.NOISE:
                continue
            first, second = (sobered[j], sobered[i]) if j < i else (sobered[i], sobered[j])
            token = sobered[i]
            if (
                token.kind in _CONTAGIOUS
                and glued(first, second)
                and not strip.text[sobered[j].start].isdigit()
            ):
                last = token.kind is Kind.ACTOR and j < i and strip.open_after(token.end) and not token.open
                sobered[i] = Token(
                    Kind.GLUED if last else Kind.NOISE, token.start, token.end, token.cost, token.tier
                )
    return tuple(sobered)


_CONTAGIOUS = {Kind.STATE, Kind.ACTOR, Kind.INSTRUMENT, Kind.FUND, Kind.SERVICE}
