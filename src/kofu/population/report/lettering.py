"""How wide words are in a drawing, in whole units, and where they are broken into lines."""

from __future__ import annotations

import unicodedata

FONT = 12
"""The size of the letters of a drawing, in its units."""
LINE = 17

_PARTS = 20
"""An em in the parts that letters are measured in; Latin letters are taken as a little wider than they are."""
_FULL, _BROAD, _NARROW = 20, 16, 12
_NO_START = "・、。）)」』ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ％,."
_NO_END = "（(「『"


def wide(text: str) -> int:
    """The width of a text in units of the drawing, rounded up.

    >>> wide("北海道"), wide("12")
    (36, 15)
    """
    return -(-sum(map(_parts, text)) * FONT // _PARTS)


def _parts(letter: str) -> int:
    if unicodedata.east_asian_width(letter) in "WFA":
        return _FULL
    return _BROAD if letter.isupper() or letter in "mwMW%@" else _NARROW


def wrap(text: str, room: int) -> list[str]:
    """Lines that are at most `room` units wide; Latin words stay whole where they fit. Nothing is left out.

    >>> wrap("電気・ガス・熱供給・水道業", 90)
    ['電気・ガス・熱', '供給・水道業']
    """
    lines, line = [], ""
    for piece in _pieces(text, room):
        if line.strip() and wide((line + piece).rstrip()) > room:
            lines.append(line.strip())
            line = ""
        line += piece
    return [*lines, line.strip()] if line.strip() else lines


def _pieces(text: str, room: int) -> list[str]:
    """What is not torn apart: a Latin word, a letter with the punctuation that clings to it."""
    pieces: list[str] = []
    for letter in " ".join(text.split()):
        before = pieces[-1] if pieces else " "
        word = letter.isascii() and letter != " " and before[-1].isascii() and before[-1] != " "
        clings = letter in _NO_START or before[-1] in _NO_END or word
        if clings and before != " " and wide(before + letter) <= room:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces
