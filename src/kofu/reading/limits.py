"""Numbers that govern what a recipient gets: caps, floors, unit prices, loan limits, terms, shares of cost.

A number is a limit only through the words beside it: a label in front (補助上限額：15億円), a word behind
(5億円上限), or its own unit (2.5円/kWh). A label holds for the sums that follow it on its line and on the
lines that go on with sums. Numbers without such words are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from kofu.programme.model import Component, Limit
from kofu.programme.vocabulary import LimitKind
from kofu.reading.context import class_above, component_of
from kofu.reading.document import Line, Sheet
from kofu.reading.quantities import Measured, find_quantities
from kofu.reading.shares import find_shares
from kofu.reading.words import lexicon_data, pattern
from kofu.text.fold import fold
from kofu.text.quantity import Quantity

_SKIPPED = ("title", "budget", "targets", "office", "phone", "label", "page_number", "divider")
_KEY = re.compile(r"^[・•※○■◆▪→ \u3000]*((?:[（(][０-９\d]{1,2}[）)])|[①-⑳])")
_CARRIER = re.compile(r"^[^\d０-９。、]{0,8}[ \u3000]?[\d０-９]")
_NOTE = re.compile(r"^[（(][^（）()]*[）)]?$")
_OPEN_RANGE = re.compile(r"[~〜～][ \u3000]*$")
_SIGNS = " \u3000・•※○→：:、，,（(）)＜＞~〜～"
_PARTICLES = re.compile(
    r"^(?:[をがはにのも]|更に|さらに|最大)|(?:[をがはにので]|については?|について|最大|約|補助率[：:]?[\d/／]+(?:以内)?)$"
)
_WORD = re.compile(r"[一-龥々ァ-ヺA-Za-z]{2}")
_YEN = frozenset({"円"})
_YEARS = re.compile(r"(年|か月|カ月|ヶ月|ヵ月)間?$")
_TABLE_HEAD = re.compile(r"[ \u3000]+")


@dataclass(frozen=True)
class _Found:
    """A limit as it was found: its kind, number, the lines, and what is unsure about it."""

    kind: LimitKind
    measured: Measured
    line: Line
    lines: tuple[int, ...]
    condition: str = ""
    doubt: str = ""


@dataclass(frozen=True)
class _Label:
    kind: LimitKind
    pattern: re.Pattern[str]
    units: frozenset[str]
    doubt: str


@cache
def _labels() -> tuple[_Label, ...]:
    return tuple(
        _Label(
            LimitKind.read(entry["kind"]),
            re.compile(entry["label"]),
            frozenset(entry["units"]),
            entry.get("doubt", ""),
        )
        for entry in lexicon_data("limit_words")["labels"]
    )


def find_limits(sheet: Sheet, components: Sequence[Component]) -> list[Limit]:
    """The limits of a sheet in the order of print; a number that is only repeated elsewhere counts once."""
    roles = {line.number: role for role, lines in sheet.regions.items() for line in lines}
    lines = [line for line in sheet.lines if line.text and roles.get(line.number, "rest") not in _SKIPPED]
    found: list[_Found] = []
    for index, line in enumerate(lines):
        found += _labelled(lines, index)
        found += _marked(line)
        found += _up_to(lines, index)
        found += _unit_prices(lines, index)
        found += _rate_cuts(line)
    unique = _once(sorted(found, key=lambda one: (one.line.number, one.measured.start)), roles)
    limits = [_limit(one, lines, components) for one in unique]
    return sorted(limits + find_shares(lines, components), key=lambda limit: limit.at[-1])


def _labelled(lines: Sequence[Line], index: int) -> Iterator[_Found]:
    """Numbers behind a label, on its line and on the lines that carry on."""
    line = lines[index]
    text = line.text
    places = _label_places(text)
    for place, (start, end, label) in enumerate(places):
        stop = places[place + 1][0] if place + 1 < len(places) else len(text)
        here = [one for one in _of_units(text, label.units) if end <= one.start < stop]
        kind = _refined(label.kind, text, start)
        left = max((one.end for one in find_quantities(text[:start])), default=0) if place else 0
        for number, one in enumerate(here):
            beside = text[here[number - 1].end if number else end : one.start]
            ranged = _OPEN_RANGE.search(beside) or _OPEN_RANGE.match(text[one.end :])
            doubt = label.doubt or ("幅で印刷されています" if ranged else "")
            condition = _condition(text[left:start], text[one.end :], beside, time=one.time)
            yield _Found(kind, one, line, (line.number,), condition, doubt)
        if place + 1 == len(places) and "。" not in text[end:]:
            bare = not here and len(text) - end <= 6 and not re.search(r"\d", text[end:])
            if bare or here:
                yield from _carried(lines, index, kind, label, bare=bare)


@lru_cache(maxsize=4096)
def _label_places(text: str) -> list[tuple[int, int, _Label]]:
    """Labels in a line, none inside another."""
    places: list[tuple[int, int, _Label]] = []
    if not pattern("limit_words", "hint").search(text):
        return places
    for label in _labels():
        for match in label.pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end, _ in places):
                places.append((match.start(), match.end(), label))
    return sorted(places, key=lambda place: place[0])


def _carried(
    lines: Sequence[Line], index: int, kind: LimitKind, label: _Label, *, bare: bool
) -> Iterator[_Found]:
    """Sums on the lines behind a label: 100万円, 200万円（条件）, 公庫国民 3千万円, the end of a range."""
    head = lines[index]
    for step in range(index + 1, min(index + 8, len(lines))):
        line, before = lines[step], lines[step - 1]
        if _NOTE.match(line.text):
            continue
        values = _of_units(line.text, label.units)
        first = bare and step == index + 1
        goes_on = first or _CARRIER.match(line.text)
        if not values or not goes_on or _label_places(line.text) or _KEY.match(line.text):
            return
        one = values[0]
        ranged = bool(_OPEN_RANGE.search(before.text))
        note = lines[step + 1].text if step + 1 < len(lines) else ""
        front = line.text[: one.start]
        condition = _condition(line.text, 0, one, front) or (
            note.strip("（()）") if _NOTE.match(note) else ""
        )
        numbers = (head.number, line.number) if ranged or first else (line.number,)
        doubt = (
            "幅で印刷されています" if ranged else "見出しは前の行です" if front.strip() and not first else ""
        )
        yield _Found(kind, one, line, numbers, condition, doubt or label.doubt)


def _marked(line: Line) -> Iterator[_Found]:
    """5億円上限, 1億円まで, 最大10年間, 最大2年据置: the mark stands at the number itself."""
    text = line.text
    labelled = _label_places(text)
    ends = {match.start() + 1 for match in pattern("limit_words", "sum_then_cap").finditer(text)}
    for one in _of_units(text, _YEN) if ends else ():
        if one.end in ends and not any(start < one.start for start, _, _ in labelled):
            yield _Found(
                LimitKind.CAP, one, line, (line.number,), _condition(text[: one.start], text[one.end :])
            )
    for match in pattern("limit_words", "most_years").finditer(text):
        grace = bool(pattern("limit_words", "grace_behind").search(text[match.end() : match.end() + 4]))
        kind = LimitKind.GRACE if grace else LimitKind.PERIOD
        for one in find_quantities(match.group()):
            shifted = replace(one, start=match.start() + one.start, end=match.start() + one.end)
            yield _Found(kind, shifted, line, (line.number,), "最大")


def _up_to(lines: Sequence[Line], index: int) -> Iterator[_Found]:
    """A類型５億円、B類型 / １億円まで: まで holds for the sum at the end of the line above, too."""
    if index + 1 >= len(lines):
        return
    line, after = lines[index], lines[index + 1]
    sums = _of_units(line.text, _YEN) if "円" in line.text and re.search(r"円まで", after.text) else []
    if not sums or _label_places(line.text):
        return
    first = next(iter(_of_units(after.text, _YEN)), None)
    between = line.text[sums[-1].end :] + (after.text[: first.start] if first else "")
    if first and after.text.startswith("まで", first.end) and len(between) <= 12 and between.startswith("、"):
        one = sums[-1]
        yield _Found(
            LimitKind.CAP,
            one,
            line,
            (line.number,),
            _condition(line.text[: one.start], line.text[one.end :]),
            "次の行の「まで」から読みました",
        )


def _unit_prices(lines: Sequence[Line], index: int) -> Iterator[_Found]:
    """Prices per unit (2.5円/kWh); in a table the heads of the columns are their conditions."""
    line = lines[index]
    if not re.search(r"円[/／](?!年)", line.text) or _label_places(line.text):
        return
    prices = [one for one in find_quantities(line.text) if re.match(r"円[/／](?!年)\D", one.quantity.unit)]
    heads = _columns(lines, index, len(prices))
    row = line.text[: prices[0].start].strip(" \u3000：:")
    for column, price in enumerate(prices):
        condition = "、".join(part for part in (row, heads[column] if heads else "") if part)
        yield _Found(LimitKind.UNIT, price, line, (line.number,), condition)


def _columns(lines: Sequence[Line], index: int, count: int) -> list[str]:
    """The heads of a table's columns: the nearest line above with as many words and no price."""
    for line in reversed(lines[max(0, index - 6) : index]):
        words = _TABLE_HEAD.split(line.text)
        if count > 1 and len(words) == count and "円" not in line.text:
            return words
    return []


def _rate_cuts(line: Line) -> Iterator[_Found]:
    """利率を0.2%引き下げ, 基準金利（災害）ー0.9％: percentages by which interest falls."""
    text = line.text
    if not pattern("limit_words", "interest").search(text):
        return
    for one in find_quantities(text):
        if one.quantity.unit != "%" or text[one.end :].startswith("の限度額"):
            continue
        behind = text[one.end : one.end + 8]
        minus = re.search(r"[ー−‐－-][ \u3000]?$", text[: one.start])
        if minus or pattern("limit_words", "cut").search(behind):
            yield _Found(
                LimitKind.RATE_CUT, one, line, (line.number,), _condition(text[: one.start], text[one.end :])
            )


def _of_units(text: str, units: frozenset[str]) -> list[Measured]:
    """The quantities in these units; 円 also per something (円/者); those of other things left out."""
    before, behind = pattern("limit_words", "never_before"), pattern("limit_words", "never_behind")
    return [
        one
        for one in find_quantities(text)
        if one.quantity.unit.partition("/")[0] in units
        and not before.search(text[: one.start])
        and not behind.match(text[one.end :])
    ]


def _refined(kind: LimitKind, text: str, start: int) -> LimitKind:
    """A plain 限度額 beside words of lending is a loan limit."""
    lending = re.search(r"公庫|商中|貸付|融資|金利|利率", text)
    return LimitKind.LOAN_LIMIT if kind is LimitKind.CAP and lending else kind


def _condition(front: str, behind: str, beside: str = "", *, time: bool = False) -> str:
    """The words that say when a number holds: in front of its label, beside it, in the parenthesis behind."""
    note = re.match(r"[ \u3000]?[（(]([^（）()]*)[）)]", behind)
    parts = [_phrase(_KEY.sub("", front)), _phrase(beside)]
    parts += [note[1]] if note and not _label_places(note[1]) else []
    after = behind.strip(" \u3000：:、")
    if time and not any(parts) and 1 < len(after) <= 40:
        parts = [after]
    return "、".join(dict.fromkeys(part for part in parts if part))


def _phrase(printed: str) -> str:
    """A phrase without the signs and particles around it; "" where it says nothing."""
    phrase = re.sub(r"[（()）：:]+", "、", printed).strip(_SIGNS)
    while (shorter := _PARTICLES.sub("", phrase).strip(_SIGNS)) != phrase:
        phrase = shorter
    return phrase if 1 < len(phrase) <= 40 and _WORD.search(phrase) else ""


def _once(found: Sequence[_Found], roles: dict[int, str]) -> list[_Found]:
    """Without repetitions: one number of one kind in another part of the sheet is the same one."""
    kept: list[_Found] = []
    for one in found:
        role = roles.get(one.line.number, "rest")
        same_place = [k for k in kept if k.line is one.line and k.measured.start == one.measured.start]
        repeated = any(
            (k.kind, k.measured.quantity) == (one.kind, one.measured.quantity)
            and (one.kind is LimitKind.GRACE or (roles.get(k.line.number, "rest") != role and _alike(k, one)))
            for k in kept
        )
        if not same_place and not repeated:
            kept.append(one)
    return kept


def _alike(one: _Found, other: _Found) -> bool:
    return not one.condition or not other.condition or fold(one.condition) == fold(other.condition)


def _limit(one: _Found, lines: Sequence[Line], components: Sequence[Component]) -> Limit:
    component, doubt = component_of(one.line, lines, components)
    heading = class_above(one.line, lines)
    condition = "、".join(part for part in (heading, one.condition) if part)
    return Limit(
        component=component,
        kind=one.kind,
        value=_plain(one.measured.quantity),
        condition=condition or None,
        at=one.lines,
        text=one.line.text[one.measured.start : one.measured.end],
        derived=one.measured.derived,
        doubt="。".join(reason for reason in (one.doubt, doubt) if reason) or None,
    )


def _plain(quantity: Quantity) -> Quantity:
    """A duration without 間: 3年間 is 3年."""
    return Quantity(quantity.value, _YEARS.sub(r"\1", quantity.unit))
