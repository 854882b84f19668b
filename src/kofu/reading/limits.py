"""Numbers that govern what a recipient gets: caps, floors, unit prices, loan limits, terms, shares of cost.

A number is a limit only through the words beside it: a label in front (補助上限額：15億円), a word behind
(5億円上限), or its own unit (2.5円/kWh). A label holds for the sums that follow it on its line and on the
lines that go on with sums. Numbers without such words are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kofu.programme.model import Component, Limit
from kofu.programme.vocabulary import LimitKind
from kofu.reading.context import class_above, component_of
from kofu.reading.document import Line, Sheet
from kofu.reading.limit_parts import (
    KEY,
    SIGNS,
    YEN,
    Found,
    Label,
    Place,
    condition_of,
    label_places,
    of_units,
    phrase_of,
    with_base,
)
from kofu.reading.limit_tables import find_ranges, find_rows
from kofu.reading.quantities import Measured, find_quantities
from kofu.reading.shares import find_shares
from kofu.reading.spacing import close_up
from kofu.reading.words import pattern
from kofu.text.fold import fold
from kofu.text.quantity import Quantity

_SKIPPED = ("title", "budget", "targets", "office", "phone", "label", "page_number", "divider")
_CARRIER = re.compile(r"^[^\d０-９。、]{0,8}[ \u3000]?[\d０-９]")
_NOTE = re.compile(r"^[（(][^（）()]*[）)]?$")
_OPEN_RANGE = re.compile(r"[~〜～][ \u3000]*$")
_UNIT_PRICE = re.compile(r"円[/／](?!年)")
_PER = re.compile(r"当たり|あたり|当り|につき|ごと")
_KANA = re.compile("[ぁ-ん]")
_SPACES = re.compile(r"[ \u3000]+")
_YEARS = re.compile(r"(年|か月|カ月|ヶ月|ヵ月)間?$")
_INLINE_KEY = re.compile(r"[（(][０-９\d]{1,2}[）)]")


def find_limits(sheet: Sheet, components: Sequence[Component]) -> list[Limit]:
    """The limits of a sheet in the order of print; a number that is only repeated elsewhere counts once."""
    sheet = close_up(sheet)
    roles = {line.number: role for role, lines in sheet.regions.items() for line in lines}
    lines = _lines(sheet)
    # Ranges and tables first: what they say of a number holds against the labels.
    found = [one for line in lines for one in find_ranges(line)]
    found += [one for index in range(len(lines)) for one in find_rows(lines, index)]
    for index, line in enumerate(lines):
        found += _labelled(lines, index)
        found += _marked(line)
        found += _up_to(lines, index)
        found += _unit_prices(lines, index)
        found += _rate_cuts(line)
    unique = _once(sorted(found, key=lambda one: (one.line.number, one.measured.start)), roles)
    limits = [_limit(one, lines, components) for one in unique]
    return sorted(limits + find_shares(lines, components), key=lambda limit: limit.at[-1])


def _labelled(lines: Sequence[Line], index: int) -> Iterator[Found]:
    """Numbers behind a label, on its line and on the lines that carry on."""
    line = lines[index]
    text = line.text
    places = [one for one in label_places(text) if not one.bare or _is_granted(lines, index, one)]
    done = 0
    for number, place in enumerate(places):
        label, end = place.label, place.end
        stop = places[number + 1].start if number + 1 < len(places) else len(text)
        here = [one for one in of_units(text, label.units) if end <= one.start < stop]
        kind = _refined(label.kind, text, place.start, end)
        front = _behind_key(text[done : end if place.bare and not place.per else place.start])
        for one in here:
            beside = text[max(done, end) : one.start]
            ranged = _OPEN_RANGE.search(beside) or _OPEN_RANGE.match(text[one.end :])
            condition = condition_of(front, text[one.end :], beside, time=one.time)
            doubt = label.doubt or ("幅で印刷されています" if ranged else "")
            yield Found(kind, with_base(kind, one, place.per, beside), line, condition, doubt)
            done = one.end
        if number + 1 == len(places) and "。" not in text[end:]:
            behind_a_sum = text[: place.start].rstrip(" \u3000をが").endswith("円")
            rest = pattern("limit_words", "base_begun").sub("", text[end:])
            bare = not (here or behind_a_sum or re.search(r"\d", rest)) and len(rest) <= 6
            if bare or here:
                yield from _carried(lines, index, kind, label, bare=bare)


def _is_granted(lines: Sequence[Line], index: int, place: Place) -> bool:
    """Whether the sentence of a bare 月額 or １人当たり speaks of what is granted: その電気代 is no limit."""
    return bool(pattern("limit_words", "granted").search(_sentence(lines, index, place.start)))


def _sentence(lines: Sequence[Line], index: int, place: int) -> str:
    """The sentence around a place in a line, with what of it stands on the lines before and after."""
    text = lines[index].text
    start = text.rfind("。", 0, place) + 1
    sentence = text[start:]
    if "。" not in sentence and index + 1 < len(lines):
        sentence += lines[index + 1].text
    before = lines[index - 1].text if index and not start else ""
    return before.rpartition("。")[2] + sentence.split("。")[0]


def _carried(
    lines: Sequence[Line], index: int, kind: LimitKind, label: Label, *, bare: bool
) -> Iterator[Found]:
    """Sums on the lines behind a label: 100万円, 200万円（条件）, 公庫国民 3千万円, the end of a range."""
    head = lines[index].number
    for step in range(index + 1, min(index + 8, len(lines))):
        line, before = lines[step], lines[step - 1]
        if _NOTE.match(line.text):
            continue
        first = bare and step == index + 1
        values = of_units(line.text, label.units)
        goes_on = first or _CARRIER.match(line.text)
        if not values or not goes_on or KEY.match(line.text):
            return
        one = values[0]
        labels = [place for place in label_places(line.text) if not first or place.start < one.start]
        if labels or pattern("limit_words", "invested").search(line.text[: one.start]):
            return
        ranged = bool(_OPEN_RANGE.search(before.text))
        front = line.text[: one.start]
        condition = condition_of("", line.text[one.end :], front, time=one.time)
        note = lines[step + 1].text if step + 1 < len(lines) else ""
        if not condition and _NOTE.match(note):
            condition = note.strip("（()）")
        doubt = label.doubt or ("幅で印刷されています" if ranged else "" if first else "見出しは前の行です")
        yield Found(kind, one, line, condition, doubt, head)


def _marked(line: Line) -> Iterator[Found]:
    """5億円上限, 1億円まで, 最大10年間, 最大2年据置: the mark stands at the number itself."""
    text = line.text
    ends = {match.start() + 1 for match in pattern("limit_words", "sum_then_cap").finditer(text)}
    for one in of_units(text, YEN) if ends else ():
        labelled = any(place.start < one.start for place in label_places(text))
        if one.end in ends and not labelled:
            yield Found(LimitKind.CAP, one, line, condition_of(text[: one.start], text[one.end :]))
    for one in of_units(text, YEN) if _at_most(text) else ():
        if re.search(r"最大で?約?[ \u3000]?$", text[: one.start]):
            condition = condition_of("", text[one.end :])
            yield Found(LimitKind.CAP, one, line, condition, "「最大」から読みました")
    for match in pattern("limit_words", "most_years").finditer(text):
        grace = pattern("limit_words", "grace_behind").match(text, match.end())
        for one in find_quantities(match.group()):
            shifted = replace(one, start=match.start() + one.start, end=match.start() + one.end)
            yield Found(LimitKind.GRACE if grace else LimitKind.PERIOD, shifted, line, "最大")


def _at_most(text: str) -> bool:
    """Whether 最大 speaks of what is paid out and no label does."""
    paid = "最大" in text and pattern("limit_words", "paid").search(text)
    return bool(paid) and not label_places(text)


def _up_to(lines: Sequence[Line], index: int) -> Iterator[Found]:
    """A類型５億円、B類型 / １億円まで: まで holds for the sum at the end of the line above, too."""
    line, after = lines[index], lines[index + 1].text if index + 1 < len(lines) else ""
    if "円" not in line.text or "円まで" not in after or label_places(line.text):
        return
    sums, following = of_units(line.text, YEN), of_units(after, YEN)
    if not sums or not following or not after.startswith("まで", following[0].end):
        return
    one = sums[-1]
    between = line.text[one.end :] + after[: following[0].start]
    if between.startswith("、") and len(between) <= 12:
        condition = condition_of(line.text[: one.start], "")
        number = lines[index + 1].number
        yield Found(LimitKind.CAP, one, line, condition, "次の行の「まで」から読みました", number)


def _unit_prices(lines: Sequence[Line], index: int) -> Iterator[Found]:
    """Prices per unit (2.5円/kWh); in a table the heads of the columns are their conditions."""
    line = lines[index]
    if not _UNIT_PRICE.search(line.text):
        return
    prices = [one for one in find_quantities(line.text) if _UNIT_PRICE.match(one.quantity.unit)]
    heads = _columns(lines, index, len(prices))
    signs = SIGNS.replace("）", "").replace(")", "")
    row = line.text[: prices[0].start].rpartition("。")[2].strip(signs) if prices else ""
    end = 0
    for column, price in enumerate(prices):
        sentence = _sentence(lines, index, price.start)
        prose = len(_KANA.findall(sentence)) > 6 and not pattern("limit_words", "granted").search(sentence)
        if prose and pattern("target_words", "background").match(line.text, price.end):
            continue
        own = row if heads or not column else phrase_of(line.text[end : price.start])
        condition = "、".join(part for part in (own, heads[column] if heads else "") if part)
        yield Found(LimitKind.UNIT, price, line, condition, "助成の単価を表す語がありません" if prose else "")
        end = price.end


def _columns(lines: Sequence[Line], index: int, count: int) -> list[str]:
    """The heads of a table's columns: the nearest line above with as many words and no price."""
    for line in reversed(lines[max(0, index - 6) : index]):
        words = _SPACES.split(line.text)
        if count > 1 and len(words) == count and "円" not in line.text:
            return words
    return []


def _rate_cuts(line: Line) -> Iterator[Found]:
    """利率を0.2%引き下げ, 基準金利（災害）ー0.9％: percentages by which interest falls."""
    text = line.text
    if not pattern("limit_words", "interest").search(text):
        return
    for one in find_quantities(text):
        if one.quantity.unit != "%" or text[one.end :].startswith("の限度額"):
            continue
        minus = re.search(r"[ー−‐－▲△-][ \u3000]?$", text[: one.start])
        subsidy = pattern("limit_words", "interest_subsidy").search(text[: one.start])
        if minus or subsidy or pattern("limit_words", "cut").search(text[one.end : one.end + 8]):
            front = text[: subsidy.start() if subsidy else one.start].rstrip("ー−‐－▲△- ")
            yield Found(LimitKind.RATE_CUT, one, line, condition_of(front, ""))


def _refined(kind: LimitKind, text: str, start: int, end: int) -> LimitKind:
    """A plain 限度額 beside words of lending is a loan limit; 補助上限額 says itself what it is."""
    plain = kind is LimitKind.CAP and text[start:end] in ("限度額", "上限額", "上限")
    return LimitKind.LOAN_LIMIT if plain and pattern("limit_words", "lending").search(text) else kind


def _behind_key(front: str) -> str:
    """What follows the last part's number in a line: （(1)定額（上限… is about 定額."""
    return _INLINE_KEY.split(front)[-1]


def _once(found: Sequence[Found], roles: dict[int, str]) -> list[Found]:
    """Without repetitions: one number of one kind in another part of the sheet is the same one."""
    kept: list[Found] = []
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


def _same_condition(one: Found, other: Found) -> bool:
    return not one.condition or not other.condition or fold(one.condition) == fold(other.condition)


def _limit(one: Found, lines: Sequence[Line], components: Sequence[Component]) -> Limit:
    component, doubt = component_of(one.line, lines, components, one.measured.start)
    parts = (class_above(one.line, lines), one.condition)
    return Limit(
        component=component,
        kind=one.kind,
        value=_bare_value(one.measured),
        condition="、".join(part for part in parts if part) or None,
        at=one.at,
        text=one.line.text[one.measured.start : one.measured.end],
        derived=one.measured.derived,
        doubt="。".join(reason for reason in (one.doubt, doubt) if reason) or None,
    )


def leftover_limits(sheet: Sheet, limits: Sequence[Limit]) -> list[str]:
    """Reasons for doubt: numbers beside a word of a limit that are in none of `limits`. None where all is read."""
    sheet = close_up(sheet)
    taken = {number for limit in limits for number in limit.at}
    values = {_counted(limit.value) for limit in limits}
    reasons = []
    for line in _lines(sheet):
        for one in _governing(line.text, near=line.number in taken):
            if _counted(_bare_value(one)) not in values:
                printed = line.text[one.start : one.end]
                reasons.append(
                    f"上限・限度・単価などの語のそばの「{printed}」（{line.number}行）を読めません"
                )
                break
    return reasons


def _governing(text: str, *, near: bool) -> Iterator[Measured]:
    """Numbers in a line with a word of a limit; only those that the word touches where `near`."""
    words = list(pattern("limit_words", "announced").finditer(text))
    for one in find_quantities(text) if words else ():
        if not pattern("limit_words", "governs").match(one.quantity.unit):
            continue
        base = _PER.match(text, one.end)  # １時間当たり
        if base or pattern("limit_words", "never_before").search(text[: one.start]):
            continue
        if not near or any(
            word.end() <= one.start <= word.end() + 8
            and not re.search("[、。円]", text[word.end() : one.start])
            for word in words
        ):
            yield one


def _counted(quantity: Quantity) -> Quantity:
    """A sum without what it is paid per."""
    return Quantity(quantity.value, quantity.unit.partition("/")[0])


def _bare_value(one: Measured) -> Quantity:
    """Its quantity as a limit holds it: 3年間 is 3年."""
    return Quantity(one.quantity.value, _YEARS.sub(r"\1", one.quantity.unit))


def _lines(sheet: Sheet) -> list[Line]:
    """The lines in which limits can stand."""
    roles = {line.number: role for role, lines in sheet.regions.items() for line in lines}
    return [line for line in sheet.lines if line.text and roles.get(line.number, "rest") not in _SKIPPED]
