"""Rates of support: an exact fraction with its qualifier, as printed (2/3, 3/4以内, 1/2等, 定額)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from kofu.errors import KofuError

QUALIFIERS = ("以内", "以下", "未満", "等", "程度", "相当", "最大")
"""What may stand behind a rate, and 最大, which stands in front."""

_NARROW = str.maketrans("０１２３４５６７８９／％．", "0123456789/%.")
_VULGAR = {c: unicodedata.normalize("NFKC", c).replace("⁄", "/") for c in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅛⅜⅝⅞"}
_KANJI = {kanji: str(value) for value, kanji in enumerate("一二三四五六七八九十", start=1)}
_GAP = "[ \u3000]?"
_AFTER = "|".join(QUALIFIERS[:-1])
_FORM = (
    rf"(?P<most>最大{_GAP})?(?:(?P<fixed>定額)"
    rf"|(?P<num>\d{{1,3}}){_GAP}/{_GAP}(?P<den>\d{{1,4}})"
    rf"|(?P<den2>\d{{1,3}}|[二三四五六七八九十])分の(?P<num2>\d{{1,3}}|[一二三四五六七八九十])"
    rf"|(?P<vulgar>[{''.join(_VULGAR)}])"
    rf"|(?P<percent>\d{{1,3}}(?:\.\d+)?){_GAP}%)"
    rf"(?:{_GAP}(?P<qualifier>{_AFTER}))?"
)
_WHOLE = re.compile(rf"{_FORM}$")
# 決定額, 予定額 and the like are no rates, nor is 定額減税; 2016/4/1 is a date; 1/2ページ is a page.
_IN_TEXT = re.compile(
    rf"(?<![\d/.A-Za-z])(?<![認決算査予設特推確判改裁制限策否一](?=定額)){_FORM}"
    r"(?![\d/%A-Za-z]|減税|料金|制|[ \u3000]?(?:ページ|頁|枚|時点|[(（][月火水木金土日][)）]))"
)
_MONEY_WORD = re.compile(r"(?:補助|助成|負担|委託|交付|出資|率|割合|費用の|経費の|事業費の)[^。]{0,6}$")
_PERCENT_WORD = re.compile(r"(?:補助|助成|負担|交付)(?:率|割合)?[ \u3000]*[(（:：はを]?[ \u3000]*$")
# What may stand beside rates on a line that holds nothing else.
_FILL = re.compile(
    r"[\s(（)）\[\]【】＜＞<>「」,，、・:：;；~～〜\-+＋※国県市民間等]|又は|または|及び|or|うち|以内|補助率|補助金?|委託|交付金?|助成"
)


@dataclass(frozen=True)
class Rate:
    """A rate as printed. `value` is None for 定額 (a fixed sum); `qualifier` is "" when none is printed.

    `str(rate)` is the canonical printed form: fractions stay unreduced (10/10), percentages stay percentages.
    """

    value: Fraction | None
    qualifier: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class FoundRate:
    """A rate at `text[start:end]`."""

    rate: Rate
    start: int
    end: int


def parse_rate(text: str) -> Rate:
    """Read a whole text as one rate.

    Raises:
        KofuError: when it is not a fraction, a percentage or 定額 with a known qualifier.
    """
    match = _WHOLE.match(text.strip().translate(_NARROW))
    rate = _rate(match) if match else None
    if rate is None:
        raise KofuError(
            f"補助率「{text}」を読めません（例: 2/3、3/4以内、1/2等、50%、定額）",
            f"cannot read {text!r} as a rate (e.g. 2/3, 3/4以内, 1/2等, 50%, 定額)",
        )
    return rate


def find_rates(text: str) -> list[FoundRate]:
    """The rates in running text, left to right, unreduced as printed.

    A fraction above one (4/1, 24/7) is a date or a phrase. A percentage is a rate only where the words beside
    it speak of a subsidy, or where the text holds nothing but rates: shares of a target are percentages too.
    """
    narrow = text.translate(_NARROW)
    found = []
    for match in _IN_TEXT.finditer(narrow):
        rate = _rate(match)
        if rate is None or (rate.value is not None and rate.value > 1):
            continue
        if match["den"] and not _is_share(match, narrow):
            continue
        if match["percent"] and not _PERCENT_WORD.search(narrow[: match.start()]) and not _only_rates(narrow):
            continue
        found.append(FoundRate(rate, match.start(), match.end()))
    return found


def _rate(match: re.Match[str]) -> Rate | None:
    """The rate in a match of _FORM; None for a denominator of zero."""
    if match["fixed"]:
        value, printed = None, "定額"
    elif match["percent"]:
        value, printed = Fraction(match["percent"]) / 100, f"{match['percent']}%"
    else:
        if match["vulgar"]:
            numerator, denominator = _VULGAR[match["vulgar"]].split("/")
        else:
            numerator, denominator = (match["num"] or match["num2"]), (match["den"] or match["den2"])
        numerator, denominator = _KANJI.get(numerator, numerator), _KANJI.get(denominator, denominator)
        if int(denominator) == 0:
            return None
        value, printed = Fraction(int(numerator), int(denominator)), f"{numerator}/{denominator}"
    most, qualifier = "最大" if match["most"] else "", match["qualifier"] or ""
    return Rate(value, qualifier or most, f"{most}{printed}{qualifier}")


def _is_share(match: re.Match[str], text: str) -> bool:
    """Whether n/d is a share and not a day (3/31): a denominator above 12 needs a word of money beside."""
    small = 2 <= int(match["den"]) <= 12 or int(match["den"]) in (16, 100, 1000)
    return (small and not match["num"].startswith("0")) or bool(_MONEY_WORD.search(text[: match.start()]))


def _only_rates(text: str) -> bool:
    return not _FILL.sub("", _IN_TEXT.sub("", text))
