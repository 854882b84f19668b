"""Years in Japanese documents: 和暦 and Gregorian, calendar years and fiscal years (April to March)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kofu.errors import KofuError

_FIRST = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019}
_LETTER = {"S": "昭和", "H": "平成", "R": "令和"}
_NARROW = str.maketrans("０１２３４５６７８９ＨＲＳＦＹ", "0123456789HRSFY")
_GAP = "[ \u3000]?"
_NAMES = "|".join(_GAP.join(name) for name in _FIRST)
_YEAR = re.compile(
    rf"(?P<era>{_NAMES}){_GAP}(?P<n>元|\d{{1,2}})(?!\d)(?:{_GAP}(?:[(（]\d{{4}}(?:年度?)?[)）])?{_GAP}(?P<u1>年度|年))?"
    # H2 is hydrogen: a letter and one digit need a word behind them.
    rf"|(?<![A-Za-z\d])(?P<letter>[HRS])(?P<m>\d{{2}}(?![\d.A-Za-z])|\d(?={_GAP}(?:年|補正|当初)))(?:{_GAP}(?P<u2>年度|年))?"
    rf"|(?<![A-Za-z])FY{_GAP}(?P<fy>\d{{4}})(?!\d)"
    rf"|(?<![\d,.])(?P<ad>\d{{4}}){_GAP}(?P<u3>年度|年)(?!間)"
)


@dataclass(frozen=True)
class Year:
    """A year at `text[start:end]` in the Gregorian count; `fiscal` where 年度 (or FY) is printed."""

    year: int
    fiscal: bool
    start: int
    end: int


def gregorian(era: str, year: int) -> int:
    """平成28 → 2016. A year past the end of its era is counted on, as documents printed before its end do.

    Raises:
        KofuError: for an unknown era or a year before 1.
    """
    if era not in _FIRST or year < 1:
        raise KofuError(
            f"「{era}{year}年」は和暦として読めません", f"{era}{year}年 is no year of a Japanese era"
        )
    return _FIRST[era] + year - 1


def wareki(year: int) -> str:
    """2016 → 平成28, 2019 → 令和元 (the era at the end of that year).

    Raises:
        KofuError: before 1868.
    """
    for era, first in reversed(_FIRST.items()):
        if year >= first:
            return f"{era}{'元' if year == first else year - first + 1}"
    raise KofuError(
        f"{year}年には和暦がありません（1868年から）", f"{year} is before the eras kofu knows (1868)"
    )


def find_years(text: str) -> list[Year]:
    """Every year in `text`, left to right; 平成28(2016)年度 is one year."""
    found = []
    for match in _YEAR.finditer(text.translate(_NARROW)):
        if match["era"]:
            era = re.sub(r"[ \u3000]", "", match["era"])
            year = gregorian(era, 1 if match["n"] == "元" else max(int(match["n"]), 1))
        elif match["letter"]:
            year = gregorian(_LETTER[match["letter"]], max(int(match["m"]), 1))
        else:
            year = int(match["fy"] or match["ad"])
        unit = match["u1"] or match["u2"] or match["u3"]
        found.append(Year(year, unit == "年度" or bool(match["fy"]), match.start(), match.end()))
    return found


def find_fiscal_years(text: str) -> list[Year]:
    """The fiscal years in `text`: those with 年度 or FY."""
    return [year for year in find_years(text) if year.fiscal]
