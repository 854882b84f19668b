"""Folding: the form in which two printed texts are compared or searched. Never stored, never shown."""

from __future__ import annotations

import re
import unicodedata

from kofu.text.codepoints import repair

_HYPHENS = re.compile(r"(?<=\d)[‐‑‒–—―−ー](?=\d)")
_WAVE = re.compile(r"(?<=\d)[〜~](?=\d)")
# Between digits a sign carries the number: 1.5 is not 15, 2/3 is not 23, 9/10~7/10 is a range.
_GROUPING = re.compile(r"(?<=\d),(?=\d{3})")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[./~:-](?=\d)")
_KEPT = "%"


def fold(text: str) -> str:
    """`text` without differences of width, case, space and punctuation; digits and what binds them stay.

    >>> fold("（１） ＩＴ導入補助金　Ａ類型") == fold("(1)IT導入補助金・a類型")
    True
    """
    plain = unicodedata.normalize("NFKC", repair(text).text).casefold()
    plain = "".join(unicodedata.normalize("NFKC", plain).split())
    plain = _GROUPING.sub("", _WAVE.sub("~", _HYPHENS.sub("-", plain)))
    binding = {match.start() for match in _BETWEEN_DIGITS.finditer(plain)}
    kept = (
        c
        for i, c in enumerate(plain)
        if c in _KEPT or i in binding or unicodedata.category(c)[0] not in "PSZC"
    )
    return unicodedata.normalize("NFKC", "".join(kept))
