"""The lexica of words that decide, kept as versioned YAML beside the reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML


@cache
def lexicon_data(name: str) -> Mapping[str, Any]:
    """The data of `lexicon/<name>.yaml`."""
    path = files("kofu.reading").joinpath("lexicon").joinpath(f"{name}.yaml")
    data: Mapping[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return data


@cache
def pattern(name: str, key: str) -> re.Pattern[str]:
    """A pattern of a lexicon, compiled: one expression, or a list of alternatives."""
    value = lexicon_data(name)[key]
    return re.compile(value if isinstance(value, str) else "|".join(value))


def any_of(words: Iterable[str]) -> str:
    """An expression for any of these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def words_of(name: str, key: str) -> re.Pattern[str]:
    """An expression for any word of a list of a lexicon, compiled."""
    return re.compile(any_of(lexicon_data(name)[key]))
