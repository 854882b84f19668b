"""The offices in charge and their telephone numbers, from the lines that name them.

A bureau printed on a line of its own governs the sections below it; numbered labels of components in front of a
section are dropped; what the print broke over lines is joined again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kofu.reading.document import Line
from kofu.reading.layout import key_of, unspaced
from kofu.reading.offices import bureau_length, ends_as_section, without_contact_label
from kofu.text.phones import find_phones

_COMPONENT = re.compile(r"(?:[（(]\s*[0-9０-９]{1,2}\s*(?:の事業)?\s*[)）][、,，･・]?\s*)+|[①-⑳]\s*")
_LABEL = re.compile(
    r"^[\s※○・\[［【<＜]*(?:お問い?合わ?せ先?|担当(?:課室?|部局)?|所管)[\s\]］】>＞:：]*|(?:電話|TEL|Tel|tel|直通|代表|内線[\d\-]*)[\s:：]*"
)
_BUDGET_ITEM = re.compile(r"^[\s]*[<＜〈【\[［][^<>＜＞〈〉【】\[\]［］]*[>＞〉】\]］]")
_EMPTY_PARENTHESIS = re.compile(r"[（(\[［][\s、,：:]*[)）\]］]")
_FAR = 6
_SPACES = re.compile(r"[\s\u3000]+")
_TOP_LEVEL = re.compile(r"(?:省|庁|局)$")


@dataclass
class ContactOffice:
    """An office as printed, joined over lines; `at` are its lines in reading order."""

    name: str
    at: list[int]


@dataclass
class ContactPhone:
    """A telephone number with the line it stands in and the characters there."""

    number: str
    at: int
    text: str


@dataclass
class ContactBlock:
    """Offices and numbers that were printed together."""

    offices: list[ContactOffice] = field(default_factory=list)
    phones: list[ContactPhone] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    @property
    def identity(self) -> frozenset[str]:
        """What makes two blocks the same: the names and numbers in them."""
        names = {key_of(office.name) for office in self.offices}
        return frozenset(names | {phone.number for phone in self.phones})


def read_contacts(printed: Iterable[Line], texts: Mapping[int, str]) -> list[ContactBlock]:
    """The blocks of offices and numbers among the printed lines of a sheet.

    `texts` gives for each contact line, by its number, the part that counts; another line ends a block.
    """
    blocks: list[list[tuple[int, str]]] = []
    open_ = False
    for line in printed:
        if line.number in texts:
            if not open_ or line.number - blocks[-1][-1][0] > _FAR or _opens_box(blocks[-1][-1], line):
                blocks.append([])
            blocks[-1].append((line.number, texts[line.number]))
        open_ = line.number in texts
    return [block for block in map(_read_block, blocks) if block.offices or block.phones]


def _opens_box(last: tuple[int, str], line: Line) -> bool:
    """Whether another text box begins: behind a number and a blank line, with a bureau of its own."""
    number, text = last
    return line.number - number > 1 and bool(find_phones(text)) and bureau_length(line.text) > 0


def _read_block(lines: Sequence[tuple[int, str]]) -> ContactBlock:
    reader = _BlockReader()
    block = ContactBlock(lines=[number for number, _ in lines])
    for number, text in lines:
        phones = find_phones(text)
        for phone in phones:
            if phone.note != "FAX":
                block.phones.append(ContactPhone(phone.number, number, text[phone.start : phone.end]))
        for phone in reversed(phones):
            text = _without(text, phone.start, phone.end)
        reader.read(number, _tidy(text, bool(phones)), bool(phones))
    reader.flush()
    block.offices = reader.offices
    return block


def _without(text: str, start: int, end: int) -> str:
    """The text without a number, and without the parenthesis that held nothing else."""
    if text[end : end + 1] in ("）", ")"):
        opened = text[start] in "（(" or text[:start].rstrip()[-1:] in ("（", "(")
        end += opened
        start -= (
            0 if text[start] in "（(" or not opened else len(text[:start]) - len(text[:start].rstrip()) + 1
        )
    return text[:start] + text[end:]


def _tidy(text: str, had_phones: bool) -> str:
    text = _LABEL.sub(" ", without_contact_label(unspaced(text)))
    text = _BUDGET_ITEM.sub("", text)  # ＜…補助金＞ in front of the office that holds it
    text = re.sub(r"[（(]?\s*0\d{1,3}[-－]\d{1,4}[-－]\d*\s*[)）]?", " ", text)  # a number cut short
    text = _EMPTY_PARENTHESIS.sub("", text)
    text = _SPACES.sub(" ", text).strip()
    return text.rstrip(" 、,／/") if had_phones or not text.strip(" 、,／/") else text


class _BlockReader:
    """Joins names over lines: a bureau governs what follows until the next one."""

    def __init__(self) -> None:
        self.offices: list[ContactOffice] = []
        self.head: ContactOffice | None = None
        self.head_used = True
        self.open = False  # the last office may be continued by a section on the next line

    def read(self, number: int, text: str, has_phone: bool) -> None:
        if text:
            glued = bool(self.offices) and self.offices[-1].name.endswith(("、", ","))
            for labelled, segment in _segments(text):
                self._segment(number, segment, labelled, glued and not labelled)
                glued = False
        if has_phone:
            self.open = False

    def flush(self) -> None:
        """A bureau that no section followed is an office by itself."""
        if self.head is not None and not self.head_used:
            self.offices.append(self.head)
        self.head_used = True
        for office in self.offices:
            office.name = office.name.strip(" 、,")

    def _segment(self, number: int, segment: str, labelled: bool, glued: bool) -> None:
        if (glued or segment[:1] in "／/") and self.offices:
            self._append(number, segment, "")
            return
        bureau = bureau_length(segment)
        if bureau == len(segment):
            self._bureau(number, segment)
        elif bureau:
            self._bureau_with_section(number, segment, bureau)
        else:
            self._section(number, segment, labelled)

    def _bureau(self, number: int, segment: str) -> None:
        if self.head is not None and not self.head_used and not _TOP_LEVEL.search(segment):
            self.head = ContactOffice(f"{self.head.name} {segment}", [*self.head.at, number])
            return
        if self.head is not None and not self.head_used:
            self.offices.append(self.head)
        self.head, self.head_used, self.open = ContactOffice(segment, [number]), False, False

    def _bureau_with_section(self, number: int, segment: str, bureau: int) -> None:
        first = key_of(segment[:bureau])
        under = self.head if not self.head_used and not _TOP_LEVEL.search(first) else None
        if under is None and self.head is not None and not self.head_used:
            self.offices.append(self.head)
        prefix = f"{under.name} " if under else ""
        at = list(under.at) if under else []
        names = _siblings(segment[bureau:].strip())
        if len(names) > 1:
            self.offices += [
                ContactOffice(f"{prefix}{segment[:bureau].strip()} {name}", [*at, number]) for name in names
            ]
        else:
            self.offices.append(ContactOffice(prefix + segment, [*at, number]))
        if under is None:
            self.head = ContactOffice(segment[:bureau].strip(), [number])
        self.head_used, self.open = True, True

    def _section(self, number: int, segment: str, labelled: bool) -> None:
        names = _siblings(segment)
        if self.open and not labelled and self.offices and len(names) == 1:
            last = self.offices[-1]
            whole = ends_as_section(key_of(last.name))
            self._append(number, segment, " " if whole and len(segment) > 1 else "")
            return
        for name in names:
            head = self.head
            self.offices.append(
                ContactOffice(f"{head.name} {name}", [*head.at, number])
                if head
                else ContactOffice(name, [number])
            )
        self.head_used, self.open = True, True

    def _append(self, number: int, segment: str, between: str) -> None:
        last = self.offices[-1]
        last.name += between + segment
        if last.at[-1] != number:
            last.at.append(number)
        self.open = True


def _segments(text: str) -> list[tuple[bool, str]]:
    """A line split at the labels of components: (whether a label stood in front, the name)."""
    found: list[tuple[bool, str]] = []
    start, labelled = 0, False
    for match in _COMPONENT.finditer(text):
        if piece := text[start : match.start()].strip():
            found.append((labelled, piece))
        start, labelled = match.end(), True
    if piece := text[start:].strip():
        found.append((labelled, piece))
    return found


def _siblings(text: str) -> list[str]:
    """Sections of one rank that only a space parts (市場室 整備室); 課 and a 室 of it stay together."""
    parts = text.split(" ")
    if (
        len(parts) > 1
        and all(ends_as_section(part) for part in parts)
        and len({part[-1] for part in parts}) == 1
    ):
        return parts
    return [text]
