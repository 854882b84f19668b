"""A source document as the reader sees it: numbered lines, raw and repaired, and the sheets cut out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from kofu.text.codepoints import Repaired


@dataclass(frozen=True)
class Line:
    """One line: its number from 1 (lines end at \\n only), the raw text, and the repaired text beside it."""

    number: int
    repaired: Repaired

    @property
    def raw(self) -> str:
        """The line as it stands in the file."""
        return self.repaired.raw

    @cached_property
    def text(self) -> str:
        """The line in ordinary code points, without surrounding white space."""
        return self.repaired.text.strip()


@dataclass(frozen=True, eq=False)
class SourceText:
    """A whole document: its name (the file's stem), SHA-256 of the bytes, encoding it was read in, lines.

    Compared by identity: it is itself and no other.
    """

    name: str
    sha256: str
    encoding: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Sheet:
    """The part of a document that describes one programme.

    `regions` gives, for each role that the layout knows (purpose, outline, targets, scheme, conditions, title,
    budget, office …), the lines that belong to it; a title and a budget on one line are both there. `doubts`
    are reasons that concern the cut itself (an uncertain boundary, for instance).
    """

    source: SourceText
    lines: tuple[Line, ...]
    layout: str
    regions: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()

    @property
    def first(self) -> int:
        """Number of its first line."""
        return self.lines[0].number

    @property
    def last(self) -> int:
        """Number of its last line."""
        return self.lines[-1].number


def printed_blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """The runs of lines with no blank line between them."""
    blocks: list[list[Line]] = [[]]
    for line in lines:
        if line.text:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]
