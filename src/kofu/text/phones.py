"""Telephone numbers of offices, brought to the form 03-1234-5678."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_NARROW = str.maketrans("０１２３４５６７８９（）＋－‐‑‒–—―−ーｰ", "0123456789()+----------")
_SEP = r"[ \u3000]?-[ \u3000]?|[ \u3000]"
_PHONE = re.compile(
    r"(?<![\d-])(?:\+81[- ]?(?:\(0\))?(?P<abroad>\d{1,4})|\(?(?P<area>0\d{1,4})\)?)"
    rf"(?:{_SEP}|[ ]?\(|(?<=\)))(?P<exchange>\d{{1,4}})(?:{_SEP}|\))(?P<line>\d{{3,4}})(?![\d])"
    r"|(?<![\d-])(?P<whole>(?:03|06)\d{8}|(?:0120|0570)\d{6})(?!\d)"
)
_HINT = re.compile(r"[0０+＋]")
_NOTE = re.compile(r"[ \u3000]*[(（]?[ \u3000]*(代表|代|内線|直通)[ \u3000]*[:：]?[ \u3000]*(\d{0,6})")
_FAX = re.compile(r"(?:FAX|ファックス|ファクス)\W{0,3}$", re.IGNORECASE)


@dataclass(frozen=True)
class Phone:
    """A telephone number at `text[start:end]`, normalised; `note` is 代表, 直通, 内線1234, FAX or ""."""

    number: str
    start: int
    end: int
    note: str = ""


def find_phones(text: str) -> list[Phone]:
    """Every Japanese telephone number in `text`; only those whose count of digits can be one."""
    if not _HINT.search(text):
        return []
    narrow = text.translate(_NARROW)
    found = []
    for match in _PHONE.finditer(narrow):
        number = _number(match)
        if number is None:
            continue
        note = _NOTE.match(narrow, match.end())
        label = f"{note[1]}{note[2]}" if note else ""
        if _FAX.search(unicodedata.normalize("NFKC", text[max(0, match.start() - 8) : match.start()])):
            label = "FAX"
        found.append(Phone(number, match.start(), match.end(), label))
    return found


def _number(match: re.Match[str]) -> str | None:
    if whole := match["whole"]:
        cut = (2, 6) if whole[:2] in ("03", "06") else (4, 7)
        return f"{whole[: cut[0]]}-{whole[cut[0] : cut[1]]}-{whole[cut[1] :]}"
    area = match["area"] or "0" + match["abroad"].lstrip("0")
    digits = area + match["exchange"] + match["line"]
    # Mobile and IP numbers and 0800 have eleven digits, all others ten.
    length = 11 if re.match(r"0[5789]0|0800", digits) else 10
    return f"{area}-{match['exchange']}-{match['line']}" if len(digits) == length else None
