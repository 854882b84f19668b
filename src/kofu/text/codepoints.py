"""Repair of code points, with an offset map back to the raw text.

Dumps of slides hold Kangxi and CJK radicals in place of ideographs, private-use bullets, the symbol ␗ where a
glyph was lost, and half-width kana. `repair` gives the text in ordinary code points and remembers where each
character came from; the raw text itself is never changed. It repairs only what is broken: full-width digits,
ranges (〜) and circled numbers stay as printed, since a blanket NFKC would lose what they mean.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from kofu.text.radicals import RADICALS

BULLET = "•"
LOST_GLYPH = "␗"

_HALF_KANA = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF61, 0xFF9E)}
_MARKS = {"ﾞ": "\u3099", "ﾟ": "\u309a", "\u3099": "\u3099", "\u309a": "\u309a"}
_LONE_MARK = {"\u3099": "゛", "\u309a": "゜"}
_VERTICAL = str.maketrans(
    "︐︑︒︓︔︕︖︗︘︙︰︱︲︳︵︶︷︸︹︺︻︼︽︾︿﹀﹁﹂﹃﹄﹇﹈",
    "，、。：；！？〖〗…‥—–＿（）｛｝〔〕【】《》〈〉「」『』［］",
)
_INVISIBLE = {0xA0: " ", 0x200B: "", 0x2060: "", 0xFEFF: ""}
_PLAIN: dict[int, str | int] = {**RADICALS, **_HALF_KANA, **_VERTICAL, **_INVISIBLE}

_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_BROKEN = re.compile(
    rf"[\u2e80-\u2fdf｡-ﾟ\u3099\u309a{LOST_GLYPH}︐-︙︰-﹈\u00a0\u200b\u2060\ufeff{_PRIVATE}]"
)
_IS_PRIVATE = re.compile(rf"[{_PRIVATE}]")
_TOKEN = re.compile(r"[\u3041-\u30feｦ-ﾝ][ﾞﾟ\u3099\u309a]|.", re.DOTALL)
_KATAKANA = re.compile(r"[ァ-ヺーｦ-ﾝ]")


@dataclass(frozen=True)
class Repaired:
    """`text` in ordinary code points; `offsets[i]` is where `text[i]` starts in `raw`, plus one last entry
    for the end, so `raw[offsets[i]:offsets[j]]` is what `text[i:j]` was read from. Monotone."""

    raw: str
    text: str
    offsets: tuple[int, ...]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Where in `raw` the characters `text[start:end]` stand."""
        return self.offsets[start], self.offsets[end]


def repair(raw: str, before: str = "", after: str = "") -> Repaired:
    """The text in ordinary code points.

    `before` and `after` are the text around it where that is known: in a vertical run, one character a line,
    the lost glyph ␗ is a long vowel only if the lines above and below are katakana.
    """
    if not _BROKEN.search(raw):
        return Repaired(raw, raw, tuple(range(len(raw) + 1)))
    pieces: list[str] = []
    offsets: list[int] = []
    for token in _TOKEN.finditer(raw):
        left = raw[: token.start()] or before
        right = raw[token.end() :] or after
        piece = _piece(token.group(), left[-1:], right[:1])
        pieces.append(piece)
        offsets.extend([token.start()] * len(piece))
    return Repaired(raw, "".join(pieces), (*offsets, len(raw)))


def _piece(token: str, left: str, right: str) -> str:
    """What one character, or a kana with its voicing mark, is in ordinary code points."""
    if token == LOST_GLYPH:
        return "ー" if _KATAKANA.match(left) and _KATAKANA.match(right) else LOST_GLYPH
    if len(token) == 2:
        kana = token[0].translate(_PLAIN)
        voiced = unicodedata.normalize("NFC", kana + _MARKS[token[1]])
        return voiced if len(voiced) == 1 else kana + _LONE_MARK[_MARKS[token[1]]]
    if token in _MARKS:
        return _LONE_MARK[_MARKS[token]]
    return BULLET if _IS_PRIVATE.match(token) else token.translate(_PLAIN)
