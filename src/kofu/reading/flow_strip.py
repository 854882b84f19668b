"""The lines of a sheet that may belong to a diagram, joined into one strip of characters.

A box name runs over lines, a line holds several boxes: so the strip drops line ends and spaces but remembers
at each place how strong the break there was, and from which line each character came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kofu.reading.document import Sheet, printed_blocks
from kofu.reading.flow_lexicon import closed_line, ends_in_name, fold
from kofu.reading.flow_scheme import find_scheme
from kofu.reading.flow_written import written_arrows

JOINED, SPACE, NEWLINE, GAP, BETWEEN, WALL = 0, 1, 2, 3, 4, 9
"""Strength of a break: none, a space, the next line, a blank line, words or a whole line of no diagram between."""

_PROSE = re.compile(
    r"。|ます|した[、。]|する|して|した(?!請)|ため|により|による|において|における|こと|である|とともに|ながら"
    r"|られ|ており|ついて|に向け|に対し|に資する|ように|とする|など[、をの]|[をはがも].{0,12}[、をにで]|いる|れる|なる$"
)
_LONG = 20
_UNFINISHED = re.compile(r"[をにがはのとでも、]$")
_PAPERWORK = re.compile(
    r"予算|億円|百万円|\d{2,4}[-ー―－]\d{3,4}[-ー―－]\d{3,4}"
    r"|(課|室|(?<!事務)局|部|官付|事務局総務)(\s*[、/].*)?$|[^業等\s]グループ|^[^国]*(補正|要求)額|庁(長官官房)?$"
    r"|国が?\s*\d+/\d|県が?\s*\d+/\d"
)
_HEADING = re.compile(
    r"^(事業)?の?(内容|概要|目的|イメージ|スキーム|詳細|効果)|^事業(目的|概要|スキーム|イメージ)|^条件\(|^成果(目標|イメージ)"
    r"|^対象(者|要件|経費|施設|事業|期間|貸付)$|^\d+\.\s*(対象|補助率)|(事業形態|補助対象|委託先|実施期間|実施主体)|上限|下限|事業費補助金$|事業費?$"
    r"|^[^国]*(イメージ|スキーム|の流れ)[^国]*$"
)


@dataclass(frozen=True)
class Strip:
    """`text` is folded, `printed` as printed, both without spaces; `breaks[i]` stands before character i."""

    text: str
    printed: str
    lines: tuple[int, ...]
    breaks: tuple[int, ...]

    def strongest(self, start: int, end: int) -> int:
        """The strongest break inside `text[start:end]`."""
        return max(self.breaks[start + 1 : end], default=JOINED)

    def open_before(self, at: int) -> bool:
        """Whether a box may begin at `at` because print begins there or breaks off."""
        return at == 0 or self.breaks[at] > JOINED

    def open_after(self, end: int) -> bool:
        """Whether a box may end before `end` for the same reason."""
        return end >= len(self.text) or self.breaks[end] > JOINED


def cut_strip(sheet: Sheet) -> Strip:
    """The lines of the sheet that are not evidently prose, headings or paperwork, as one strip."""
    text: list[str] = []
    lines: list[int] = []
    breaks: list[int] = []
    printed: list[str] = []
    paperwork = {line.number for role in _PAPER_ROLES for line in sheet.regions.get(role, ())}
    stated = find_scheme(sheet).lines | {arrow.lines[0] for arrow in written_arrows(sheet)}
    paperwork |= {
        line.number for role in _TEXT_ROLES for line in sheet.regions.get(role, ()) if len(line.text) >= _LONG
    }
    last = 0
    wall = False
    for block in printed_blocks(sheet.lines):
        prose = [_is_prose(fold(line.text)) for line in block]
        running = len(block) > 1 and 2 * sum(prose) > len(block)
        for line, is_prose in zip(block, prose, strict=True):
            content = fold(line.text)
            closed = (
                bool(closed_line().fullmatch(content))
                or content in _BOXES
                or (len(block) == 1 and ends_in_name(content))
            )
            if line.number in stated or (
                not closed and (running or is_prose or line.number in paperwork or _is_frame(content))
            ):
                wall = True
                continue
            strength = WALL if wall or not last else (NEWLINE if line.number == last + 1 else GAP)
            last, wall = line.number, False
            for wide, narrow in zip(line.text, content, strict=True):
                if narrow.isspace():
                    strength = max(strength, SPACE)
                    continue
                text.append(narrow)
                printed.append(wide)
                lines.append(line.number)
                breaks.append(strength)
                strength = JOINED
    return Strip("".join(text), "".join(printed), tuple(lines), tuple(breaks))


_BOXES = ("事務局", "補助金事務局", "事業者等", "事業者")
"""Lines that are no office, though they may end like one."""
_PAPER_ROLES = ("title", "budget", "office", "phone", "contact")
"""Roles of lines that hold no diagram, unless a line consists of nothing but words of diagrams."""
_TEXT_ROLES = ("purpose", "targets", "outline", "point", "policy")
"""Roles of running text. A box may have strayed there, but not a long one."""


def _is_prose(content: str) -> bool:
    return len(content) >= 12 and bool(
        _PROSE.search(content) or (len(content) >= _LONG and _UNFINISHED.search(content))
    )


def _is_frame(content: str) -> bool:
    return bool(_PAPERWORK.search(content) or _HEADING.search(content))
