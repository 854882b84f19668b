"""The pieces of a limit: labels and their places in a line, sums of the right unit, the words of a condition."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from kofu.programme.vocabulary import LimitKind
from kofu.reading.document import Line
from kofu.reading.quantities import Measured, find_quantities
from kofu.reading.words import lexicon_data, pattern
from kofu.text.quantity import Quantity

YEN = frozenset({"円"})
SIGNS = " \u3000・•※○◆■▼→：:、，,（(）)【】＜＞~〜～"
KEY = re.compile(r"^[・•※○■◆▪→ \u3000]*(?:[（(][０-９\d]{1,2}[）)]|[①-⑳]|[０-９\d]{1,2}[．.](?![０-９\d]))")
_TIMES = frozenset({"月", "日", "年", "時間"})
_PARTICLES = re.compile(
    r"^(?:[をがはにのも]|更に|さらに|最大|以内|以上|以下)"
    r"|(?:[をがはにの]|(?<!ま)で|については?|最大|約|補助率[：:、]?[\d/／]+(?:以内)?)$"
)
# A clause that says what is done, not when: 費用を支える.
_CLAUSE = re.compile(r"を[^、]*[うくすつぬむるたい]$")
_WORD = re.compile(r"[一-龥々ァ-ヺA-Za-z]{2}")


@dataclass(frozen=True)
class Found:
    """A limit as it was found: its kind, its number at a place in `line`, and what is unsure about it."""

    kind: LimitKind
    measured: Measured
    line: Line
    condition: str = ""
    doubt: str = ""
    other_line: int | None = None

    @property
    def at(self) -> tuple[int, ...]:
        """The lines it stands in, in order."""
        return tuple(sorted({self.line.number, self.other_line or self.line.number}))


@dataclass(frozen=True)
class Label:
    """Words that make the sums behind them limits of a kind, and the units these can have."""

    kind: LimitKind
    pattern: re.Pattern[str]
    units: frozenset[str]
    doubt: str


@cache
def _labels() -> tuple[Label, ...]:
    return tuple(
        Label(
            LimitKind.read(entry["kind"]),
            re.compile(entry["label"]),
            frozenset(entry["units"]),
            entry.get("doubt", ""),
        )
        for entry in lexicon_data("limit_words")["labels"]
    )


@dataclass(frozen=True)
class Place:
    """A label at `text[start:end]`. `per` is what its sums are counted per (月額, １施設当たり); `bare` says
    that no other word makes them a limit."""

    start: int
    end: int
    label: Label
    per: str = ""
    bare: bool = False


@lru_cache(maxsize=4096)
def label_places(text: str) -> list[Place]:
    """Labels in a line, none inside another; one that only says per what goes to the label beside it."""
    if not pattern("limit_words", "hint").search(text):
        return []
    found: list[Place] = []
    for label in _labels():
        for match in label.pattern.finditer(text):
            if not any(place.start < match.end() and match.start() < place.end for place in found):
                found.append(_place(match, label))
    places: list[Place] = []
    for place in sorted(found, key=lambda place: place.start):
        before = places[-1] if places else None
        near = before and _touch(text, before, place)
        if before and near and place.bare:
            bases = (before.per, place.per)
            places[-1] = replace(before, per="・".join(base for base in bases if base))
        elif before and near and before.bare:
            places[-1] = replace(place, per=before.per)
        else:
            places.append(place)
    return places


def _place(match: re.Match[str], label: Label) -> Place:
    per = pattern("limit_words", "per").fullmatch(match.group())
    base = next((group for group in per.groups() if group), "") if per else ""
    base = "10a" if base in ("a", "ａ", "アール") else base
    return Place(match.start(), match.end(), label, base, bare=bool(per))


def _touch(text: str, first: Place, second: Place) -> bool:
    between = text[first.end : second.start]
    return len(between) <= 12 and not re.search("[、。円]", between)


def with_base(kind: LimitKind, one: Measured, per: str, beside: str) -> Measured:
    """The sum per month, per person …: a time always belongs to the sum, another base to a unit price."""
    if re.search(r"年間(?:約|最大)?[ \u3000]*$", beside):
        per = f"{per}・年" if per and kind is LimitKind.UNIT else "年"
    if not per or one.quantity.unit != "円" or not (kind is LimitKind.UNIT or per in _TIMES):
        return one
    return replace(one, quantity=Quantity(one.quantity.value, f"円/{per}"))


def of_units(text: str, units: frozenset[str]) -> list[Measured]:
    """The quantities in these units; 円 also per something (円/者); those of other things left out."""
    before, behind = pattern("limit_words", "never_before"), pattern("limit_words", "never_behind")
    return [
        one
        for one in find_quantities(text)
        if one.quantity.unit.partition("/")[0] in units
        and not before.search(text[: one.start])
        and not behind.match(text[one.end :])
    ]


def condition_of(front: str, behind: str, beside: str = "", *, time: bool = False) -> str:
    """The words that say when a number holds: in front of its label, beside it, in the parenthesis behind."""
    note = re.match(r"[ \u3000]?[（(]([^（）()]*)[）)]", behind)
    front = re.split(r"[%％][^、。]{0,4}、", KEY.sub("", front))[-1]
    parts = [phrase_of(front), phrase_of(beside)]
    parts += [note[1]] if note and not re.search(r"円|上限", note[1]) else []
    after = re.sub(r"^(?:以内|以上|以下)", "", re.split("[、。]", behind)[0]).strip(" \u3000：:）)")
    if time and not any(parts) and not after.startswith(("（", "(")) and 1 < len(after) <= 40:
        parts = [after]
    return "、".join(dict.fromkeys(part for part in parts if part))


def phrase_of(printed: str) -> str:
    """A phrase without the signs and particles around it; "" where it says nothing."""
    sentence = re.sub(r"^(?:なお|また|ただし)、", "", printed.rpartition("。")[2])
    phrase = re.sub(r"[（()）：:]+", "、", sentence).strip(SIGNS)
    while (shorter := _PARTICLES.sub("", phrase).strip(SIGNS)) != phrase:
        phrase = shorter
    says = 1 < len(phrase) <= 40 and _WORD.search(phrase) and not _CLAUSE.search(phrase)
    return phrase if says else ""
