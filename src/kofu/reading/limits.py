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
from kofu.reading.spacing import close_up
from kofu.reading.words import lexicon_data, pattern
from kofu.text.fold import fold
from kofu.text.quantity import Quantity

_SKIPPED = ("title", "budget", "targets", "office", "phone", "label", "page_number", "divider")
_KEY = re.compile(r"^[・•※○■◆▪→ \u3000]*(?:[（(][０-９\d]{1,2}[）)]|[①-⑳])")
_CARRIER = re.compile(r"^[^\d０-９。、]{0,8}[ \u3000]?[\d０-９]")
_NOTE = re.compile(r"^[（(][^（）()]*[）)]?$")
_OPEN_RANGE = re.compile(r"[~〜～][ \u3000]*$")
_UNIT_PRICE = re.compile(r"円[/／](?!年)")
_SPACES = re.compile(r"[ \u3000]+")
_YEARS = re.compile(r"(年|か月|カ月|ヶ月|ヵ月)間?$")
_YEN = frozenset({"円"})
_SIGNS = " \u3000・•※○◆■▼→：:、，,（(）)【】＜＞~〜～"
_PARTICLES = re.compile(
    r"^(?:[をがはにのも]|更に|さらに|最大|以内|以上|以下)"
    r"|(?:[をがはにので]|については?|最大|約|補助率[：:、]?[\d/／]+(?:以内)?)$"
)
# A clause that says what is done, not when: 費用を支える.
_CLAUSE = re.compile(r"を[^、]*[うくすつぬむるたい]$")
_INLINE_KEY = re.compile(r"[（(][０-９\d]{1,2}[）)]")
_WORD = re.compile(r"[一-龥々ァ-ヺA-Za-z]{2}")


@dataclass(frozen=True)
class _Found:
    """A limit as it was found: its kind, its number at a place in `line`, and what is unsure about it."""

    kind: LimitKind
    measured: Measured
    line: Line
    condition: str = ""
    doubt: str = ""
    other_line: int | None = None

    @property
    def at(self) -> tuple[int, ...]:
        """The lines it stands in, in order."""
        return tuple(sorted({self.line.number, self.other_line or self.line.number}))


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
    sheet = close_up(sheet)
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
    done = 0
    for place, (start, end, label) in enumerate(places):
        stop = places[place + 1][0] if place + 1 < len(places) else len(text)
        here = [one for one in _of_units(text, label.units) if end <= one.start < stop]
        kind = _refined(label.kind, text, start, end)
        front = _behind_key(text[done:start])
        for one in here:
            beside = text[max(done, end) : one.start]
            ranged = _OPEN_RANGE.search(beside) or _OPEN_RANGE.match(text[one.end :])
            condition = _condition(front, text[one.end :], beside, time=one.time)
            yield _Found(
                kind, one, line, condition, label.doubt or ("幅で印刷されています" if ranged else "")
            )
            done = one.end
        if place + 1 == len(places) and "。" not in text[end:]:
            behind_a_sum = text[:start].rstrip(" \u3000をが").endswith("円")
            bare = not (here or behind_a_sum or re.search(r"\d", text[end:])) and len(text) - end <= 6
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
    head = lines[index].number
    for step in range(index + 1, min(index + 8, len(lines))):
        line, before = lines[step], lines[step - 1]
        if _NOTE.match(line.text):
            continue
        first = bare and step == index + 1
        values = _of_units(line.text, label.units)
        goes_on = first or _CARRIER.match(line.text)
        if not values or not goes_on or _label_places(line.text) or _KEY.match(line.text):
            return
        one = values[0]
        ranged = bool(_OPEN_RANGE.search(before.text))
        front = line.text[: one.start]
        condition = _condition("", line.text[one.end :], front, time=one.time)
        note = lines[step + 1].text if step + 1 < len(lines) else ""
        if not condition and _NOTE.match(note):
            condition = note.strip("（()）")
        doubt = label.doubt or ("幅で印刷されています" if ranged else "" if first else "見出しは前の行です")
        yield _Found(kind, one, line, condition, doubt, head)


def _marked(line: Line) -> Iterator[_Found]:
    """5億円上限, 1億円まで, 最大10年間, 最大2年据置: the mark stands at the number itself."""
    text = line.text
    ends = {match.start() + 1 for match in pattern("limit_words", "sum_then_cap").finditer(text)}
    for one in _of_units(text, _YEN) if ends else ():
        labelled = any(start < one.start for start, _, _ in _label_places(text))
        if one.end in ends and not labelled:
            yield _Found(LimitKind.CAP, one, line, _condition(text[: one.start], text[one.end :]))
    for one in _of_units(text, _YEN) if _at_most(text) else ():
        if re.search(r"最大で?約?[ \u3000]?$", text[: one.start]):
            condition = _condition("", text[one.end :])
            yield _Found(LimitKind.CAP, one, line, condition, "「最大」から読みました")
    for match in pattern("limit_words", "most_years").finditer(text):
        grace = pattern("limit_words", "grace_behind").match(text, match.end())
        for one in find_quantities(match.group()):
            shifted = replace(one, start=match.start() + one.start, end=match.start() + one.end)
            yield _Found(LimitKind.GRACE if grace else LimitKind.PERIOD, shifted, line, "最大")


def _at_most(text: str) -> bool:
    """Whether 最大 speaks of what is paid out and no label does."""
    paid = "最大" in text and pattern("limit_words", "paid").search(text)
    return bool(paid) and not _label_places(text)


def _up_to(lines: Sequence[Line], index: int) -> Iterator[_Found]:
    """A類型５億円、B類型 / １億円まで: まで holds for the sum at the end of the line above, too."""
    line, after = lines[index], lines[index + 1].text if index + 1 < len(lines) else ""
    if "円" not in line.text or "円まで" not in after or _label_places(line.text):
        return
    sums, following = _of_units(line.text, _YEN), _of_units(after, _YEN)
    if not sums or not following or not after.startswith("まで", following[0].end):
        return
    one = sums[-1]
    between = line.text[one.end :] + after[: following[0].start]
    if between.startswith("、") and len(between) <= 12:
        condition = _condition(line.text[: one.start], "")
        number = lines[index + 1].number
        yield _Found(LimitKind.CAP, one, line, condition, "次の行の「まで」から読みました", number)


def _unit_prices(lines: Sequence[Line], index: int) -> Iterator[_Found]:
    """Prices per unit (2.5円/kWh); in a table the heads of the columns are their conditions."""
    line = lines[index]
    if not _UNIT_PRICE.search(line.text):
        return
    prices = [one for one in find_quantities(line.text) if _UNIT_PRICE.match(one.quantity.unit)]
    heads = _columns(lines, index, len(prices))
    row = line.text[: prices[0].start].strip(_SIGNS.replace("）", "").replace(")", "")) if prices else ""
    for column, price in enumerate(prices):
        condition = "、".join(part for part in (row, heads[column] if heads else "") if part)
        yield _Found(LimitKind.UNIT, price, line, condition)


def _columns(lines: Sequence[Line], index: int, count: int) -> list[str]:
    """The heads of a table's columns: the nearest line above with as many words and no price."""
    for line in reversed(lines[max(0, index - 6) : index]):
        words = _SPACES.split(line.text)
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
        minus = re.search(r"[ー−‐－-][ \u3000]?$", text[: one.start])
        if minus or pattern("limit_words", "cut").search(text[one.end : one.end + 8]):
            yield _Found(LimitKind.RATE_CUT, one, line, _condition(text[: one.start].rstrip("ー−‐－- "), ""))


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


def _refined(kind: LimitKind, text: str, start: int, end: int) -> LimitKind:
    """A plain 限度額 beside words of lending is a loan limit; 補助上限額 says itself what it is."""
    plain = kind is LimitKind.CAP and text[start:end] in ("限度額", "上限額", "上限")
    return LimitKind.LOAN_LIMIT if plain and pattern("limit_words", "lending").search(text) else kind


def _condition(front: str, behind: str, beside: str = "", *, time: bool = False) -> str:
    """The words that say when a number holds: in front of its label, beside it, in the parenthesis behind."""
    note = re.match(r"[ \u3000]?[（(]([^（）()]*)[）)]", behind)
    parts = [_phrase(_KEY.sub("", front)), _phrase(beside)]
    parts += [note[1]] if note and not re.search(r"円|上限", note[1]) else []
    after = re.sub(r"^(?:以内|以上|以下)", "", re.split("[、。]", behind)[0]).strip(" \u3000：:）)")
    if time and not any(parts) and 1 < len(after) <= 40:
        parts = [after]
    return "、".join(dict.fromkeys(part for part in parts if part))


def _phrase(printed: str) -> str:
    """A phrase without the signs and particles around it; "" where it says nothing."""
    phrase = re.sub(r"[（()）：:]+", "、", printed).strip(_SIGNS)
    while (shorter := _PARTICLES.sub("", phrase).strip(_SIGNS)) != phrase:
        phrase = shorter
    says = 1 < len(phrase) <= 40 and _WORD.search(phrase) and not _CLAUSE.search(phrase)
    return phrase if says else ""


def _behind_key(front: str) -> str:
    """What follows the last part's number in a line: （(1)定額（上限… is about 定額."""
    return _INLINE_KEY.split(front)[-1]


def _once(found: Sequence[_Found], roles: dict[int, str]) -> list[_Found]:
    """Without repetitions: one number of one kind in another part of the sheet is the same one."""
    kept: list[_Found] = []
    for one in found:
        role = roles.get(one.line.number, "rest")
        for other in kept:
            if other.line is one.line and other.measured.start == one.measured.start:
                break
            alike = (other.kind, other.measured.quantity) == (one.kind, one.measured.quantity)
            apart = roles.get(other.line.number, "rest") != role and _same_condition(other, one)
            if alike and (apart or one.kind is LimitKind.GRACE):
                break
        else:
            kept.append(one)
    return kept


def _same_condition(one: _Found, other: _Found) -> bool:
    return not one.condition or not other.condition or fold(one.condition) == fold(other.condition)


def _limit(one: _Found, lines: Sequence[Line], components: Sequence[Component]) -> Limit:
    component, doubt = component_of(one.line, lines, components, one.measured.start)
    parts = (class_above(one.line, lines), one.condition)
    quantity = one.measured.quantity
    return Limit(
        component=component,
        kind=one.kind,
        value=Quantity(quantity.value, _YEARS.sub(r"\1", quantity.unit)),  # 3年間 is 3年
        condition="、".join(part for part in parts if part) or None,
        at=one.at,
        text=one.line.text[one.measured.start : one.measured.end],
        derived=one.measured.derived,
        doubt="。".join(reason for reason in (one.doubt, doubt) if reason) or None,
    )
