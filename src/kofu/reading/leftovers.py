"""Offices left over from another sheet: a text box that was copied with the slide and never taken out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from kofu.reading.contacts import ContactBlock
from kofu.reading.layout import key_of
from kofu.reading.offices import find_bureau

Blocks = tuple[ContactBlock, ...]


def without_leftovers(sheets: Sequence[Blocks]) -> list[tuple[Blocks, tuple[str, ...]]]:
    """For each sheet the blocks that are its own, and doubts about what was left out or may be wrong.

    The same block on several sheets, each time beside a separate block of another office and never the same
    one, was copied along. On such a sheet only the block printed last is surely its own.
    """
    copied = _copied(sheets)
    result = []
    for blocks in sheets:
        own = tuple(block for block in blocks if block.identity not in copied) or blocks
        if own != blocks:
            own = own[-1:]
        doubts = tuple(
            f"別のシートの残りと思われる担当課を除きました: {'、'.join(office.name for office in block.offices)}"
            for block in blocks
            if block not in own
        )
        if len({_bureau(block) for block in own}) > 1 and _apart(own):
            doubts += (
                "離れた箇所に別々の担当課が印字されています。別のシートの残りが混ざっていないか確かめてください",
            )
        result.append((own, doubts))
    return result


def _apart(blocks: Blocks) -> bool:
    """Whether other text stands between two blocks."""
    return any(b.lines[0] - a.lines[-1] > 2 for a, b in pairwise(blocks))


def _bureau(block: ContactBlock) -> str:
    """The bureau named first in a block."""
    found = find_bureau(key_of("".join(office.name for office in block.offices)))
    return found.group() if found else ""


def _copied(sheets: Sequence[Blocks]) -> set[frozenset[str]]:
    companions: dict[frozenset[str], list[frozenset[str]]] = {}
    for blocks in sheets:
        for block in blocks:
            others = frozenset().union(*(other.identity for other in blocks if other is not block))
            companions.setdefault(block.identity, []).append(others)
    return {
        identity
        for identity, beside in companions.items()
        if len(beside) > 1 and all(beside) and len(set(beside)) == len(beside)
    }
