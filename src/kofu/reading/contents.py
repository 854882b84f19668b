"""The table of contents of a document: its titles, matched to the sheets they announce."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kofu.reading.cues import read_cues
from kofu.reading.document import SourceText
from kofu.reading.headline import joined_title
from kofu.reading.titles import continues
from kofu.text.fold import fold

_BULLET = re.compile(r"^[\s○●・◇◆□■▪•*-]+|^[(（]?\d{1,3}[)）.．]\s*")
_LEADERS_AND_PAGE = re.compile(r"[\s・…‥.．･]+[\s\-(（]*[0-9０-９]{1,3}[\s)）\-]*$")
_PAGE = re.compile(r"(\d{1,3})\)?$")
_SAME = 0.45


@dataclass(frozen=True)
class Entry:
    """One title of the table of contents with its lines and the page number printed behind it."""

    title: str
    at: tuple[int, ...]
    page: int


def read_contents(source: SourceText) -> tuple[Entry, ...]:
    """The entries of the table of contents, those that number the pages of sheets; empty when there is none."""
    entries: list[Entry] = []
    carried: list[tuple[int, str]] = []
    for cue in read_cues(source):
        line, text = cue.line, cue.text
        found = _PAGE.search(cue.key)
        if not cue.contents or not found:
            carried = [(line.number, text)]
            continue
        name = _LEADERS_AND_PAGE.sub("", text)
        joined = carried and not cue.gap and not _BULLET.match(name) and continues(carried[0][1], name)
        parts = carried if joined else []
        title = joined_title([_BULLET.sub("", piece) for piece in (*(t for _, t in parts), name)])
        page = int(found[1])
        if title:
            entries.append(Entry(title, (*(n for n, _ in parts), line.number), page))
        carried = []
    return tuple(entries)


def match_contents(entries: Sequence[Entry], titles: Sequence[str]) -> list[Entry | None]:
    """For each sheet's title the entry that announces it, order kept: the alignment with the most in common.

    An entry whose title differs is matched only where it stands alone between two matched neighbours.
    """
    keys = [fold(entry.title) for entry in entries]
    wanted = [fold(title) for title in titles]
    grams = [_bigrams(key) for key in keys]
    matched: list[Entry | None] = [None] * len(titles)
    pairs = _align([_bigrams(key) for key in wanted], grams)
    for sheet, entry in pairs:
        matched[sheet] = entries[entry]
    bounds = [(-1, -1), *pairs, (len(titles), len(entries))]
    for (s0, e0), (s1, e1) in pairwise(bounds):
        if s1 - s0 == e1 - e0 == 2:
            matched[s0 + 1] = entries[e0 + 1]
    return matched


def _bigrams(key: str) -> frozenset[str]:
    return frozenset(key[i : i + 2] for i in range(len(key) - 1)) or frozenset({key})


def _align(sheets: Sequence[frozenset[str]], entries: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    """Pairs in order of both that have the most bigrams in common; only pairs that are alike enough."""
    width = len(entries) + 1
    best = [[0.0] * width for _ in range(len(sheets) + 1)]
    alike = [[len(a & b) / max(min(len(a), len(b)), 1) for b in entries] for a in sheets]
    for i in range(len(sheets) - 1, -1, -1):
        for j in range(len(entries) - 1, -1, -1):
            together = alike[i][j] + best[i + 1][j + 1] if alike[i][j] >= _SAME else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], together)
    pairs, i, j = [], 0, 0
    while i < len(sheets) and j < len(entries):
        if alike[i][j] >= _SAME and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs
