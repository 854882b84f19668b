"""Limits that their form makes: from … to …, an investment of at least …, and tables whose rows the dump flattened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kofu.programme.vocabulary import LimitKind
from kofu.reading.document import Line
from kofu.reading.limit_parts import KEY, SIGNS, YEN, Found, condition_of, label_places, of_units, phrase_of
from kofu.reading.quantities import Measured
from kofu.reading.words import pattern

_BETWEEN = re.compile(r"[ \u3000]*以上[、 \u3000]?(?:かつ|で)?")
_AT_MOST = re.compile(r"[ \u3000]*(?:以下|以内|未満|まで)")
_TO = re.compile(r"[ \u3000]*(?P<above>超)?[ \u3000]*[〜～~][ \u3000]*")
_AT_LEAST = re.compile(r"[ \u3000]*(?:以上|超)")
_LONGEST = 8  # rows of a table


def find_ranges(line: Line) -> Iterator[Found]:
    """補助額 100万円～6,000万円, 50万円以上2,000万円以下 and 投資額20億円以上 on a line."""
    text = line.text
    if "円" not in text:
        return
    sums = of_units(text, YEN)
    for low, high in pairwise(sums):
        front, between, behind = text[: low.start], text[low.end : high.start], text[high.end :]
        if _BETWEEN.fullmatch(between) and _AT_MOST.match(behind):
            if not _is_aim(behind):
                named = pattern("limit_words", "range_of").search(front)
                doubt = "" if named else "何の幅か、語からは分かりません"
                yield from _both(line, low, high, condition_of(front, ""), doubt)
        elif (to := _TO.fullmatch(between)) and pattern("limit_words", "grant_label").search(front):
            condition = phrase_of(pattern("limit_words", "grant_label").sub("", front))
            # 6,000万円超～: the class begins above the sum; it is no floor that anybody can reach
            yield from list(_both(line, low, high, condition, ""))[bool(to["above"]) :]
    for one in sums:
        invested = pattern("limit_words", "invested").search(text[: one.start])
        if invested and _AT_LEAST.match(text, one.end) and not _is_aim(text[one.end :]):
            yield Found(LimitKind.FLOOR, one, line, phrase_of(invested.group()))


def _both(line: Line, low: Measured, high: Measured, condition: str, doubt: str) -> Iterator[Found]:
    yield Found(LimitKind.FLOOR, low, line, condition, doubt)
    yield Found(LimitKind.CAP, high, line, condition, doubt)


def _is_aim(behind: str) -> bool:
    """Whether what follows says that a number is hoped for, or was reached, and not asked."""
    return bool(pattern("limit_words", "aimed").search(re.split("[。、]", behind)[0]))


def find_rows(lines: Sequence[Line], index: int) -> Iterator[Found]:
    """類型 補助上限額（規模） 補助率 above rows like 成長枠 20人以下 2,000万円 21～50人 4,000万円."""
    head = lines[index]
    caps = [place for place in label_places(head.text) if place.label.kind is LimitKind.CAP]
    if not caps or not _is_head(head.text):
        return
    for line in lines[index + 1 : index + 1 + _LONGEST]:
        sums = of_units(line.text, YEN)
        if not sums or "。" in line.text or label_places(line.text):
            return
        row, end = "", 0
        for one in sums:
            words = KEY.sub("", line.text[end : one.start])
            row = row or words.split(" ")[0]
            condition = phrase_of(words) or words.strip(SIGNS) or row.strip(SIGNS)
            yield Found(LimitKind.CAP, one, line, condition, "表の列の見出しから読みました", head.number)
            end = one.end


def _is_head(text: str) -> bool:
    """Whether a line holds the heads of several columns, and nothing else."""
    return len(re.split("[ \u3000]+", text)) > 1 and not re.search(r"[。、]|\d", text)
