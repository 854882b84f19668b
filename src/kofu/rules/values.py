"""Facts as people write them, read into exact values and printed back."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from kofu.errors import KofuError
from kofu.rules.tree import FactSpec, Setting, Type, Value
from kofu.rules.units import YEN, name_of, parse_unit
from kofu.rules.vocabulary import normal, vocabulary
from kofu.text.printing import print_number, print_yen
from kofu.text.quantity import parse_quantity
from kofu.text.rates import parse_rate

_YES = {"はい", "true", "yes", "y", "1", "○", "有", "該当"}
_NO = {"いいえ", "false", "no", "n", "0", "×", "無", "非該当"}
_NEGATIVE = re.compile(r"[-−▲△]|マイナス")
_EXPONENT = re.compile(r"\d[eE][+-]?\d")
_POWER = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?[eE][+-]?\d{1,3}")
_EXAMPLES = {"円": "600万円", "割合": "1.3%", "か月": "6か月", "人": "5人"}
_UNKNOWN = {"", "不明", "未定", "わからない", "分からない", "null", "none", "unknown", "?", "nan", "na"}

_EMPTY = {"NAType", "NaTType"}


def is_unknown(raw: Any) -> bool:
    """Whether an answer says that nothing is known; the empty values of data frames do."""
    if isinstance(raw, str):
        return normal(raw).strip().lower() in _UNKNOWN
    if isinstance(raw, Decimal):
        return raw.is_nan()
    return raw is None or (isinstance(raw, float) and raw != raw) or type(raw).__name__ in _EMPTY


def read_value(spec: FactSpec, raw: Any) -> Value:
    """An answer to a fact: 600万円, ５人, 0.9%, はい, 卸売業; a bare number is in the fact's own unit.

    Raises:
        KofuError: a wrong type, unit or sign, a number outside the range, no such choice.
    """
    if spec.type.kind == "truth":
        return _truth(spec.name, raw)
    if spec.type.kind == "choice":
        return _choice(spec, raw)
    rough = _rough(spec, raw)
    value = _number(spec.name, spec.type, spec.unit, raw) if rough is None else rough
    if not spec.low <= value <= spec.high:
        (low, low_en), (high, high_en) = (_end(end, spec.type) for end in (spec.low, spec.high))
        raise KofuError(
            f"{spec.name}={raw}: {low}から{high}までの値にしてください",
            f"{spec.name}={raw}: must be from {low_en} to {high_en}",
        )
    if value % spec.step:
        step, step_en = _end(spec.step, spec.type)
        whole = "の整数" if spec.type.unit and spec.step == 1 else ""
        raise KofuError(
            f"{spec.name}={raw}: {step}刻み{whole}で答えてください",
            f"{spec.name}={raw}: give it in steps of {step_en}",
        )
    if rough is not None:
        _number(spec.name, spec.type, spec.unit, raw)  # in range, but not written so that it is exact
    return value


def _rough(spec: FactSpec, raw: Any) -> Fraction | None:
    """A float or a power of ten as far as it tells whether the range and the step allow it."""
    if isinstance(raw, float) and abs(raw) < float("inf"):
        written = Fraction(raw)
        if not spec.type.unit and written.denominator != 1:
            return None  # 0.013 is no binary number: how to write it is the better advice
    elif isinstance(raw, str) and _POWER.fullmatch(normal(raw).strip()):
        written = Fraction(normal(raw).strip())
    else:
        return None
    return written * parse_unit(spec.unit)[0]


def _end(value: Fraction, kind: Type) -> tuple[str, str]:
    """An end of a range or a step, in Japanese and English: of a ratio in per cent."""
    if not kind.unit:
        share = f"{print_number(value * 100)}%"
        return share, share
    return show_number(value, kind, "ja"), show_number(value, kind, "en")


def read_setting(setting: Setting, raw: Any) -> Fraction:
    """An answer to a parameter that the sheet leaves open: 1/2, 500万円.

    Raises:
        KofuError: a wrong unit, or a value that the sheet does not allow.
    """
    value = Fraction(_number(setting.name, setting.type, "", raw))
    allowed = value in setting.options if setting.options else setting.low <= value <= setting.high
    if not allowed:
        raise KofuError(
            f"{setting.name}={raw}: シートにあるのは {setting.text} です",
            f"{setting.name}={raw}: the sheet says {setting.text}",
        )
    return value


def read_plain(name: str, kind: Type, raw: Any) -> int | Fraction:
    """A number of a kind, without a range: 50万円, 2/3, 0.9%.

    Raises:
        KofuError: when it is no number of this unit.
    """
    return _number(name, kind, "", raw)


def _truth(name: str, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    text = normal(str(raw)).strip().lower()
    if text in _YES or text in _NO:
        return text in _YES
    raise KofuError(
        f"{name}={raw}: はい か いいえ で答えてください", f"{name}={raw}: answer はい (yes) or いいえ (no)"
    )


def _choice(spec: FactSpec, raw: Any) -> str:
    text = normal(str(raw)).strip()
    plain = {normal(choice): choice for choice in spec.choices}
    english = (
        {name.lower(): choice for choice, name in vocabulary()[spec.name].choices_en.items()}
        if (spec.name in vocabulary())
        else {}
    )
    if text in plain or text.lower() in english:
        return plain.get(text) or english[text.lower()]
    near = [plain[name] for name in _near(text, plain)] or [english[n] for n in _near(text.lower(), english)]
    names = vocabulary()[spec.name].choices_en if spec.name in vocabulary() else {}
    ja, en = "、".join(near or spec.choices[:4]), ", ".join(names.get(c, c) for c in near or spec.choices[:4])
    if near:
        raise KofuError(
            f"{spec.name}={raw}: この選択肢はありません。近いもの: {ja}",
            f"{spec.name}={raw}: no such choice; near: {en}",
        )
    count = len(spec.choices)
    raise KofuError(
        f"{spec.name}={raw}: この選択肢はありません。選べるのは{ja}など{count}個です（kofu facts {spec.name} --json で一覧）",
        f"{spec.name}={raw}: no such choice; there are {count}: {en} … (kofu facts {spec.name} --json lists them)",
    )


def _near(text: str, names: Iterable[str]) -> list[str]:
    """The names that are spelt alike, or hold the text."""
    names = list(names)
    inside = [name for name in names if text and text in name]
    return list(dict.fromkeys([*difflib.get_close_matches(text, names, 3, 0.5), *inside]))[:3]


def _number(name: str, kind: Type, unit: str, raw: Any) -> int | Fraction:
    value = _plain_number(name, kind, raw)
    if value is not None:
        factor, _ = parse_unit(unit)
        return _exact(value * factor)
    text = normal(str(raw)).strip().replace(" ", "")
    if negative := _NEGATIVE.match(text):
        return -_number(name, kind, unit, text[negative.end() :])
    if kind.unit == YEN and text.startswith("¥"):
        text = text[1:].removesuffix("円") + "円"
    if _EXPONENT.search(text):
        raise _unreadable(name, raw, kind)
    try:
        quantity = parse_quantity(text)
        parsed, printed = quantity.value, quantity.unit
    except KofuError:
        parsed, printed = _rate(name, raw, text, kind), ""
    if printed == "":
        printed = unit if kind.unit or "/" not in text else ""
    factor, found = parse_unit(printed)
    if found != kind.unit:
        shown = unit or name_of(kind.unit)
        raise KofuError(f"{name}={raw}: 単位は{shown}です", f"{name}={raw}: must be in {shown}")
    return _exact(parsed * factor)


def _plain_number(name: str, kind: Type, raw: Any) -> Fraction | None:
    """A number that came as one (from YAML, JSON or a data frame)."""
    if isinstance(raw, bool):
        raise KofuError(f"{name}={raw}: 数で答えてください", f"{name}={raw}: must be a number")
    if isinstance(raw, int | Fraction):
        return Fraction(raw)
    if isinstance(raw, Decimal) and raw.is_finite() and abs(raw.adjusted()) < 100:
        return Fraction(raw)
    if isinstance(raw, float):
        if raw != raw or raw in (float("inf"), float("-inf")):
            raise KofuError(f"{name}={raw}: 数ではありません", f"{name}={raw}: is no number")
        if raw.is_integer() and abs(raw) < 2**53:
            return Fraction(int(raw))
        example = _example(kind)
        raise KofuError(
            f"{name}={raw}: 小数は文字で書いてください（例: {example}）",
            f"{name}={raw}: write a decimal as text (e.g. {example})",
        )
    return None


def _rate(name: str, raw: Any, text: str, kind: Type) -> Fraction:
    try:
        rate = parse_rate(text)
    except KofuError:
        rate = None
    if rate is None or rate.qualifier:
        raise _unreadable(name, raw, kind)
    return Fraction(1) if rate.value is None else rate.value


def _unreadable(name: str, raw: Any, kind: Type) -> KofuError:
    example = _example(kind)
    return KofuError(
        f"{name}={raw}: 数として読めません（例: {example}）",
        f"{name}={raw}: cannot be read as a number (e.g. {example})",
    )


def _example(kind: Type) -> str:
    """A number of this unit, as people write it."""
    unit = name_of(kind.unit)
    return _EXAMPLES.get(unit, f"10{unit}")


def _exact(value: Fraction) -> int | Fraction:
    return int(value) if value.denominator == 1 else value


def show_number(value: int | Fraction, kind: Type, lang: str) -> str:
    """A number in its unit as people write it: 600万円, 2/3, 0.9%, 3年."""
    value = Fraction(value)
    name = name_of(kind.unit)
    if name == "円" and value.denominator == 1:
        return print_yen(int(value), lang)
    if name == "割合":
        return _share(value)
    if name == "か月":
        years, rest = divmod(value, 12)
        if lang == "en":
            count, unit = (print_number(value), "month") if rest else (str(years), "year")
            return f"{count} {unit}" if count == "1" else f"{count} {unit}s"
        return f"{years}年" if not rest else f"{print_number(value)}か月"
    return print_number(value) + name


def _share(value: Fraction) -> str:
    """1/2, 2/3 as fractions; 0.9 % and the like, which no one writes as a fraction, in per cent."""
    if value.denominator <= 12:
        return str(value)
    return f"{print_number(value * 100)}%"


def show_value(value: Value, kind: Type, lang: str) -> str:
    """A value of any kind, in words."""
    if isinstance(value, bool):
        return {True: ("はい", "yes"), False: ("いいえ", "no")}[value][lang == "en"]
    return value if isinstance(value, str) else show_number(value, kind, lang)


def show_facts(facts: Mapping[str, Value], lang: str, most: int | None = None) -> str:
    """名前＝値 for the first `most` facts."""
    items: Iterable[tuple[str, Value]] = list(facts.items())[:most]
    entries = vocabulary()
    return "、".join(
        f"{name}＝{show_value(value, entries[name].spec.type, lang) if name in entries else value}"
        for name, value in items
    )
