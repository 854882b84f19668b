"""Lines that name the office in charge: a bureau of the lexicon, or sections of one."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from kofu.reading.layout import key_of
from kofu.reading.words import lexicon_data

# A name has no verbs and no particles; の and と occur in names and are left out on purpose.
_PROSE = re.compile(r"[。をはがにで]|する|した|され|れる|事業を|以下")
_COLUMN = re.compile(r"[ \t\u3000]{3,}")
_PHONE_FIRST = re.compile(r"[（(]?[0０][\d０-９]{1,3}[-－−‐（(]")
_INSTRUMENT = re.compile(r"補助|委託|交付|出資|拠出|融資|助成")
_COMPONENT = re.compile(r"^(?:[(]\d{1,2}(?:の事業)?[)][、,･・]?)+")
_LISTED = re.compile(r"[、,/]")
_OFFICER = re.compile(r"(?:参事官|企画官|統括官|審議官)(?:[(][^()]*[)])?$")
_SPACED = r"[ \u3000]*"


@cache
def _lexicon() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    data = lexicon_data("bureaux")
    endings = "|".join(map(re.escape, data["endings"]))
    labels = "|".join(_SPACED.join(map(re.escape, label)) for label in sorted(data["labels"], key=len)[::-1])
    ministries = data["bureaux"].values()
    names = sorted({key_of(name) for group in ministries for name in group}, key=len, reverse=True)
    return (
        re.compile("|".join(map(re.escape, names))),
        re.compile(rf"(?:{endings})(?:[(][^()]*[)])?$"),
        re.compile(
            rf"^[\s※○・■]*(?:(?P<open>[(（\[［【<＜])\s*(?:{labels})\s*(?:(?P<shut>[)）\]］】>＞])\s*[:：]?|[:：])"
            rf"|(?:{labels})\s*[:：])\s*"
        ),
    )


def without_contact_label(text: str) -> str:
    """A line of contact without the label in front (問い合わせ先：, （連絡先）, （担当：…））; other lines as they are."""
    label = _lexicon()[2].match(text)
    if label is None:
        return text
    rest = text[label.end() :].rstrip()
    unclosed = label["open"] and not label["shut"]
    return rest[:-1] if unclosed and rest[-1:] in (")", "）", "]", "］", "】", ">", "＞") else rest


def bureau_at(key: str, start: int = 0) -> re.Match[str] | None:
    """A bureau of the lexicon that begins exactly at `start` of a line's key."""
    return _lexicon()[0].match(key, start)


def find_bureau(text: str) -> re.Match[str] | None:
    """The first bureau of the lexicon in a text."""
    return _lexicon()[0].search(text)


def office_rank(key: str) -> int:
    """2: the line starts with a bureau and reads as a name; 1: it only ends like a section; 0: neither."""
    plain = _COMPONENT.sub("", without_contact_label(key))
    if not plain or len(plain) > 60 or _PROSE.search(plain):
        return 0
    if bureau := bureau_at(plain.lstrip("/(、")):
        rest = plain[bureau.end() :]
        return 0 if _INSTRUMENT.search(rest) and not ends_as_section(rest) else 2
    return (
        1
        if len(plain) >= 2 and all(_lexicon()[1].search(part) for part in re.split("[、/,]", plain) if part)
        else 0
    )


def split_contact(text: str) -> tuple[str, str]:
    """A line whose right-hand column is an office or a number: (what stands before it, that column).

    Columns stand three spaces or more apart, as in `pdftotext -layout`; the second part is "" for other lines.
    """
    for gap in _COLUMN.finditer(text):
        right = text[gap.end() :]
        if gap.start() and (_PHONE_FIRST.match(right) or office_rank(key_of(right)) == 2):
            return text[: gap.start()], right
    return text, ""


def split_office_behind(text: str) -> tuple[str, str]:
    """A name with a parenthesis behind it that holds nothing but offices (…事業（総務省）): (name, offices).

    The second part is "" where there is none.
    """
    plain = text.rstrip()
    depth, start = 0, len(plain)
    while start and (depth or start == len(plain)):
        start -= 1
        depth += (plain[start] in "）)") - (plain[start] in "（(")
        if not depth:
            break
    inner, name = plain[start + 1 : -1], plain[:start].rstrip()
    only_offices = name and inner and plain[-1] in "）)" and _are_offices(key_of(inner))
    return (name, inner) if only_offices else (text, "")


def _are_offices(key: str) -> bool:
    # ・ stands inside some names (消費・安全局) and between others.
    return all(
        _is_office(piece) or all(map(_is_office, piece.split("・"))) for piece in _LISTED.split(key) if piece
    )


def _is_office(key: str) -> bool:
    bureau = bureau_length(key)
    ends = bureau == len(key) or ends_as_section(key) or bool(_OFFICER.search(key))
    return bureau > 0 and ends and office_rank(key) == 2


def ends_as_section(key: str) -> bool:
    """Whether a name ends like a section: 課, 室, 官付 …"""
    return bool(_lexicon()[1].search(key))


def bureau_length(text: str) -> int:
    """How many characters at the start of a text name bureaux, one after another, spaces between them counted."""
    narrow = unicodedata.normalize("NFKC", text)
    text = narrow if len(narrow) == len(text) else text
    position = 0
    while match := bureau_at(text, position):
        position = match.end()
        while text[position : position + 1] == " ":
            position += 1
    return position
