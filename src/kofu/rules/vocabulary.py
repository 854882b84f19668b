"""The one vocabulary of facts: what may be known about a case, how it is asked, who knows it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from kofu.cache import load_cached
from kofu.errors import KofuError
from kofu.rules.tree import CHOICE, TRUTH, FactSpec, Type
from kofu.rules.units import parse_unit
from kofu.text.quantity import parse_quantity

_FOLDER = Path(__file__).parent
_KEYS = {"type", "choices", "range", "step", "ja", "en", "help_ja", "help_en", "known_by", "per", "name_en"}
PER_PROGRAMME = "事業"
"""`per: 事業`: the answer is about one programme, and another one for the next."""
KNOWN_BY = ("自社", "事務局", "行政", "金融機関", "専門家")


@dataclass(frozen=True)
class FactEntry:
    """A fact with everything a person is told about it."""

    spec: FactSpec
    ja: str
    en: str
    help_ja: str | None
    help_en: str | None
    known_by: str
    choices_en: dict[str, str]
    per_programme: bool
    """Whether the answer is another one for each programme (chosen as its contractor, confirmed by its office)."""
    name_en: str | None = None
    """What it is called within an English sentence."""

    @property
    def name(self) -> str:
        """Its name in rules and data."""
        return self.spec.name

    def question(self, lang: str) -> str:
        """What is asked."""
        return self.en if lang == "en" else self.ja

    def help(self, lang: str) -> str | None:
        """What a layman may need to answer it."""
        return self.help_en if lang == "en" else self.help_ja

    def shown(self, choice: str, lang: str) -> str:
        """A choice in `lang`."""
        return self.choices_en[choice] if lang == "en" else choice


def normal(name: str) -> str:
    """A name as the parser reads it (Python's identifiers are compared in NFKC)."""
    return unicodedata.normalize("NFKC", name)


@cache
def vocabulary() -> dict[str, FactEntry]:
    """Every fact by its name, in the order of the file.

    Raises:
        KofuError: when the file is wrong, naming the fact.
    """
    found: dict[str, FactEntry] = {}
    for path in sorted(_FOLDER.glob("facts*.yaml")):
        for name, data in load_cached(path).items():
            if normal(name) in found:
                raise _wrong(name, "2回あります", "stands twice")
            found[normal(name)] = _entry(name, data)
    return found


def _entry(name: str, data: Any) -> FactEntry:
    if not normal(name).isidentifier():
        raise _wrong(name, "名前に使えない文字があります", "is no name: letters, digits and _ only")
    if unknown := set(data) - _KEYS:
        raise _wrong(name, f"知らない項目 {min(unknown)} があります", f"has the unknown key {min(unknown)}")
    for key in ("type", "ja", "en", "known_by"):
        if not data.get(key):
            raise _wrong(name, f"{key} がありません", f"lacks {key}")
    if data["known_by"] not in KNOWN_BY:
        raise _wrong(name, f"known_by は {'、'.join(KNOWN_BY)} のどれかです", "has an unknown known_by")
    return FactEntry(
        _spec(normal(name), data),
        data["ja"],
        data["en"],
        data.get("help_ja"),
        data.get("help_en"),
        data["known_by"],
        dict(data.get("choices") or {}),
        data.get("per") == PER_PROGRAMME,
        data.get("name_en"),
    )


def _spec(name: str, data: Any) -> FactSpec:
    kind = data["type"]
    if kind == "区分":
        choices = tuple(data.get("choices") or ())
        if len(choices) < 2:
            raise _wrong(name, "choices に2つ以上の選択肢が要ります", "needs two choices or more")
        return FactSpec(name, CHOICE, "", choices=choices)
    if kind == "真偽":
        return FactSpec(name, TRUTH, "")
    factor, unit = parse_unit(kind)
    if len(data.get("range") or ()) != 2:
        raise _wrong(name, "range に [下限, 上限] が要ります", "needs range: [low, high]")
    low, high = (_number(name, text, unit) for text in data["range"])
    step = _number(name, data["step"], unit) if "step" in data else factor
    if not low < high or step <= 0:
        raise _wrong(name, "range か step が逆か0です", "has an empty range or a step of zero")
    return FactSpec(name, Type("number", unit), "" if kind == "割合" else kind, low, high, step)


def _number(name: str, text: Any, unit: object) -> Fraction:
    quantity = parse_quantity(str(text))
    factor, found = parse_unit(quantity.unit)
    if found != unit:
        raise _wrong(name, f"{text} の単位が type と違います", f"{text} has another unit than type")
    return quantity.value * factor


def _wrong(name: str, ja: str, en: str) -> KofuError:
    return KofuError(f"facts.yaml: {name}: {ja}", f"facts.yaml: {name}: {en}")
