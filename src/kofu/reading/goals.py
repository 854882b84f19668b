"""Where a sheet states what it promises, beyond the region that its layout knows: other headings, a wrapped line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kofu.programme.model import Target
from kofu.reading.document import Line, Sheet
from kofu.reading.passages import opens, sentences
from kofu.reading.quantities import find_quantities
from kofu.reading.spacing import close_up
from kofu.reading.words import pattern
from kofu.text.codepoints import Repaired

_TEXT = ("rest", "purpose", "outline", "image", "conditions", "scheme", "point", "policy")
_SPACES = re.compile("[ \u3000]")
_NEXT_HEADING = re.compile(
    r"^(?:[０-９\d]{1,2}[．. ]|[（(][０-９\d]{1,2}[）)]|[①-⑳■□【＜<]|[^。、]{2,14}[：:])"
)
_ENDED = re.compile(r"[。）)］\]]$")
_KANA = re.compile(r"[ぁ-ん]")
_FULL = 20  # letters of a line that can run on
_LONGEST = 6  # lines below a heading


def region_of_targets(sheet: Sheet) -> list[Line]:
    """The lines of the region of targets, with the line in front on which a sentence of it began."""
    region = list(sheet.regions.get("targets", ()))
    roles = _roles(sheet)
    by_number = {line.number: line for line in sheet.lines}
    begun = []
    for line in region:
        before = by_number.get(line.number - 1)
        if before is None or roles.get(before.number, "rest") not in _TEXT or opens(line.text):
            continue
        if len(before.text) >= _FULL and _KANA.search(before.text) and not _ENDED.search(before.text):
            begun.append(before)
    return sorted(region + begun, key=lambda line: line.number)


def headed_lines(sheet: Sheet) -> list[tuple[str, list[Line]]]:
    """What stands under headings like 効果 or 目標： outside the region of targets: (heading, lines)."""
    roles = _roles(sheet)
    found = []
    for index, line in enumerate(sheet.lines):
        heading = pattern("target_words", "heading").match(line.text)
        if not heading or roles.get(line.number, "rest") not in (*_TEXT, "label"):
            continue
        block = [_cut(line, heading.end())] if line.text[heading.end() :] else []
        for below in sheet.lines[index + 1 : index + 1 + _LONGEST]:
            ended = roles.get(below.number, "rest") not in _TEXT or _NEXT_HEADING.match(below.text)
            if ended or (block and not below.text):
                break
            block += [below] if below.text else []
        if block:
            found.append((heading["name"], block))
    return found


def is_announced(sheet: Sheet) -> bool:
    """Whether a heading 成果目標 (or its like) is printed, wherever its text may stand."""
    words = pattern("target_words", "announced")
    return any(words.fullmatch(_SPACES.sub("", line.text)) for line in sheet.lines)


def leftover_targets(sheet: Sheet, targets: Sequence[Target]) -> list[str]:
    """Reasons for doubt: what a sheet announces as targets and `targets` do not hold. None where all is read."""
    sheet = close_up(sheet)
    if not targets and is_announced(sheet):
        return ["成果目標の見出しがありますが、目標が読み取れません"]
    taken = {number for target in targets for number in target.at}
    blocks = [region_of_targets(sheet), *(lines for _, lines in headed_lines(sheet))]
    return [
        f"目標の見出しの下の「{printed}」（{number}行）を目標として読めません"
        for number, printed in _promised(blocks)
        if number not in taken
    ]


def _promised(blocks: Sequence[Sequence[Line]]) -> Iterator[tuple[int, str]]:
    """The first number of each sentence that can be a target at all: its line and how it is printed."""
    for block in blocks:
        for passage in sentences(block):
            for one in find_quantities(passage.text):
                if not one.time and not one.guessed:
                    yield passage.numbers[one.start], passage.text[one.start : one.end]
                    break


def _roles(sheet: Sheet) -> Mapping[int, str]:
    return {line.number: role for role, lines in sheet.regions.items() for line in lines}


def _cut(line: Line, start: int) -> Line:
    """The line from `start` of its text on."""
    text = line.repaired.text
    place = text.index(line.text) + start
    return replace(line, repaired=Repaired(line.raw, text[place:], line.repaired.offsets[place:]))
