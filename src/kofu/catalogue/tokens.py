"""Tokens for full-text search: pairs of letters for Japanese, whole words for the rest.

Japanese has no spaces, so each run of Japanese letters becomes its overlapping pairs, and its last letter
alone: 補助金 → 補助, 助金, 金. Every letter then starts exactly one token, which makes any substring of two
letters or more a phrase of pairs and any single letter a prefix. Latin words and numbers stay whole.
"""

from __future__ import annotations

import re
import unicodedata

from kofu.text.codepoints import repair

_RUN = re.compile(r"[a-z0-9]+|[^\W a-z0-9_]+")
_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


def plain(text: str) -> str:
    """Text in which width, case, radicals and the two kana are told apart no more; its length may differ."""
    folded = unicodedata.normalize("NFKC", repair(text).text).lower()
    return folded.translate(_HIRAGANA)


def index_tokens(text: str) -> str:
    """The tokens of a text to be indexed, separated by spaces."""
    return " ".join(token for run in _RUN.findall(plain(text)) for token in _tokens(run))


def query_phrase(term: str) -> str | None:
    """The FTS5 phrase that finds `term`, or None when nothing in it can be searched for."""
    runs = _RUN.findall(plain(term))
    if not runs:
        return None
    tokens = [token for run in runs[:-1] for token in _tokens(run)]
    last = _tokens(runs[-1])
    whole = last[:-1] if _is_japanese(runs[-1]) and len(last) > 1 else last
    # A single letter, or a word still being typed, is found by what begins with it.
    prefix = "" if _is_japanese(runs[-1]) and len(last) > 1 else " *"
    return '"' + " ".join(tokens + whole) + '"' + prefix


def _is_japanese(run: str) -> bool:
    return not run[0].isascii()


def _tokens(run: str) -> list[str]:
    if not _is_japanese(run):
        return [run]
    return [run[i : i + 2] for i in range(len(run))]
