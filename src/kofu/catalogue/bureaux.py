"""The bureau that an office belongs to, as a facet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kofu.text.fold import fold
from kofu.yaml_file import load_plain

OTHER = "other"


@dataclass(frozen=True)
class Bureau:
    """A bureau; `code` stands in addresses."""

    code: str
    ja: str
    en: str


@cache
def bureaux() -> dict[str, Bureau]:
    """The bureaux by code, `other` last."""
    found = {b["code"]: Bureau(b["code"], b["ja"], b["en"]) for b in _data()}
    return {**found, OTHER: Bureau(OTHER, "その他", "other")}


def bureau_of(office: str) -> str:
    """The code of the bureau that the office as printed begins with or names; `other` when it names none."""
    name = fold(office)
    found = [(name.find(key), -len(key), code) for key, code in _keys() if key in name]
    return min(found)[2] if found else OTHER


@cache
def _keys() -> list[tuple[str, str]]:
    return [(fold(name), b["code"]) for b in _data() for name in (b["ja"], *b["also"])]


@cache
def _data() -> list[dict[str, str]]:
    return list(load_plain(Path(__file__).with_name("bureaux.yaml")))
