"""Printed lines joined into running text that still knows the line of every character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kofu.reading.document import Line

_OPENS = re.compile(
    r"[・●○✓•※▪■◆◇▶→＜<【]|[（(][※注]?[０-９\d]{1,2}[）)]|[①-⑳]|[０-９\d]{1,2}[．.、](?![０-９\d])"
    r"|(?:短期|中期|中長期|長期|最終)的?に?[はも、（(]|また、|なお、"
)
_HEADING = re.compile(r"[（(][０-９\d]{1,2}[）)].*(?:事業|支援|補助金|給付金)(?:等|[（(].*[）)])?：?$")
_LATIN = re.compile(r"[A-Za-z]")
# A unit (100k / l) is not a word.
_LATIN_BEFORE = re.compile(r"(?<![A-Za-z\d])[A-Za-z]+$")


@dataclass(frozen=True)
class Passage:
    """Running text; `numbers[i]` is the number of the line that `text[i]` stands in."""

    text: str
    numbers: tuple[int, ...]

    def at(self, start: int, end: int) -> tuple[int, ...]:
        """The lines in which `text[start:end]` stands, in reading order."""
        return tuple(dict.fromkeys(self.numbers[start:end]))

    def cut(self, start: int, end: int) -> Passage:
        """The passage `text[start:end]`."""
        return Passage(self.text[start:end], self.numbers[start:end])


def opens(text: str) -> bool:
    """Whether a line begins a new thought: a bullet, a number, 短期的には."""
    return bool(_OPENS.match(text))


def join(lines: Iterable[Line]) -> Passage:
    """Lines joined as print does, without anything between them; Latin words keep a space."""
    text, numbers = "", []
    for line in lines:
        printed = line.text
        if _LATIN_BEFORE.search(text) and _LATIN.match(printed):
            printed = " " + printed
        text += printed
        numbers += [line.number] * len(printed)
    return Passage(text, tuple(numbers))


def paragraphs(lines: Sequence[Line]) -> Iterator[Passage]:
    """Paragraphs: a bullet, a number or a word that opens a new thought begins one."""
    block: list[Line] = []
    for line in lines:
        if block and _OPENS.match(line.text):
            yield join(block)
            block = []
        if line.text:
            block.append(line)
        if len(block) == 1 and _HEADING.match(line.text):
            yield join(block)
            block = []
    if block:
        yield join(block)


def sentences(lines: Sequence[Line]) -> Iterator[Passage]:
    """The sentences of the paragraphs, each with its 。 where there is one."""
    for paragraph in paragraphs(lines):
        start = 0
        for stop in re.finditer("。", paragraph.text):
            yield paragraph.cut(start, stop.end())
            start = stop.end()
        if paragraph.text[start:].strip():
            yield paragraph.cut(start, len(paragraph.text))
