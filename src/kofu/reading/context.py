"""What stands around a line: the part of the programme, or the class of applicants, that it speaks of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kofu.programme.model import Component
from kofu.reading.document import Line
from kofu.text.fold import fold

_KEY = re.compile(
    r"^[・•※○■◆▪→ \u3000]*([（(][０-９\d]{1,2}[）)]|[①-⑳]|[０-９\d]{1,2}[．.](?![０-９\d]))?[ \u3000]*"
)
_CLASS = re.compile(r"^[＜<〈【]([^＞>〉】/／]{2,30})[＞>〉】]$")
_INLINE = re.compile(r"[（(][０-９\d]{1,2}[）)]")
_WINDOW = 6


def component_of(
    line: Line, lines: Sequence[Line], components: Sequence[Component], place: int = 0
) -> tuple[str | None, str]:
    """The key of the part that `line.text[place:]` belongs to, None where it cannot be told, and the doubt.

    A heading belongs to the line it stands on and to those below it. Two headings without anything between
    them were separated from their texts by the dump: below them nothing is certain.
    """
    if not components:
        return None, ""
    if inline := _INLINE.findall(line.text[:place]):
        printed = unicodedata.normalize("NFKC", inline[-1])
        for component in components:
            if printed == unicodedata.normalize("NFKC", component.key):
                return component.key, ""
    index = lines.index(line)
    for step, above in enumerate(reversed(lines[max(0, index - _WINDOW) : index + 1])):
        named = _named(above, components)
        if named is None:
            continue
        key, bare = named
        other = _named(lines[index - step - 1], components) if step and index > step else None
        if bare and other and other[1] and other[0] != key:
            break
        return key, "" if step < 2 else "どの事業の数か、行の並びから読みました"
    return None, "どの事業の数か読み取れません"


def _named(line: Line, components: Sequence[Component]) -> tuple[str, bool] | None:
    """The part whose heading a line is, by its number or its name, and whether it prints nothing else."""
    match = _KEY.match(line.text)
    rest = fold(line.text[match.end() :] if match else line.text)
    printed = unicodedata.normalize("NFKC", (match[1] if match else "") or "").rstrip(".")
    for component in components:
        name = fold(component.title)
        if name and rest.startswith(name[:10]):
            return component.key, len(rest) <= len(name) + 4
    for component in components:
        # Circled numbers also number cases; they name a part only with its name, or alone on the line.
        same = printed and printed == unicodedata.normalize("NFKC", component.key)
        if same and (printed.startswith("(") or not rest):
            return component.key, not rest
    return None


def class_above(line: Line, lines: Sequence[Line]) -> str:
    """＜A類型（石川県）＞ above a list says for whom its lines hold; not for the notes (※) below the list."""
    index = lines.index(line)
    if line.text.startswith("※"):
        return ""
    for above in reversed(lines[max(0, index - _WINDOW) : index]):
        if above.text.startswith("※"):
            return ""
        if match := _CLASS.match(above.text):
            return match[1]
    return ""
