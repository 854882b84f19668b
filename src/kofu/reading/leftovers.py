"""Offices left over from another sheet: a text box that was copied with the slide and never taken out."""

from __future__ import annotations

from collections.abc import Sequence

from kofu.reading.contacts import ContactBlock

Blocks = tuple[ContactBlock, ...]


def without_leftovers(sheets: Sequence[Blocks]) -> list[tuple[Blocks, tuple[str, ...]]]:
    """For each sheet the blocks that are its own, and a doubt for each block that was left out.

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
        result.append((own, doubts))
    return result


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
