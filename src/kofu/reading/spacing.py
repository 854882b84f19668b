"""Letter-spaced print (９ ０ ％ 以 上) closed up, so that a number is not read in pieces."""

from __future__ import annotations

import re
from dataclasses import replace

from kofu.reading.document import Line, Sheet
from kofu.text.codepoints import Repaired

_SPACED = re.compile(r"(?<!\S)(?:\S[ \u3000]){4,}\S(?!\S)")


def close_up(sheet: Sheet) -> Sheet:
    """The sheet with its letter-spaced runs (five characters or more) closed; line numbers and raw text stay."""
    if not any(_SPACED.search(line.text) for line in sheet.lines):
        return sheet
    lines = {line.number: _closed(line) for line in sheet.lines}
    regions = {role: tuple(lines[one.number] for one in region) for role, region in sheet.regions.items()}
    return replace(sheet, lines=tuple(lines.values()), regions=regions)


def _closed(line: Line) -> Line:
    text = line.repaired.text
    spaces = {place for run in _SPACED.finditer(text) for place in range(run.start() + 1, run.end(), 2)}
    if not spaces:
        return line
    kept = [place for place in range(len(text)) if place not in spaces]
    offsets = (*(line.repaired.offsets[place] for place in kept), line.repaired.offsets[-1])
    return Line(line.number, Repaired(line.raw, "".join(text[place] for place in kept), offsets))
