"""Breaking short Japanese and Latin texts into lines of even length, for drawings."""

from __future__ import annotations

import math
import unicodedata

_NO_START = "・、。）)」ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ／/%％"
_NO_END = "（(「『"


def width(text: str) -> float:
    """The width of a text in full-width letters."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.55 for c in text)


def wrap(text: str, room: float) -> list[str]:
    """Lines of at most about `room` full-width letters, as even as possible; Latin words stay whole."""
    room = max(room, 4)
    total = width(text)
    if total <= room:
        return [text] if text else []
    count = math.ceil(total / room)
    even = total / count + 0.5
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        limit = even if len(lines) < count - 1 else room
        limit += 1 if piece[0] in _NO_START else 0
        if line.strip() and width(line + piece) > limit:
            lines.append(line.strip())
            line = ""
        line += piece
    return [*lines, line.strip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        latin = char.isascii() and not char.isspace()
        before = pieces[-1][-1] if pieces else " "
        if before in _NO_END or (latin and before.isascii() and not before.isspace()):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces
