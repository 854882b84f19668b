"""Exact values printed for people: yen and quantities in Japanese and in English, nothing rounded."""

from __future__ import annotations

from fractions import Fraction

from kofu.text.quantity import Quantity
from kofu.text.rates import Rate

_JA = ((10**12, "兆"), (10**8, "億"), (10**4, "万"))
_EN = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))

# How a qualifier is said in English, around the fraction.
_QUALIFIED = {
    "": "{}",
    "以内": "at most {}",
    "以下": "at most {}",
    "最大": "at most {}",
    "未満": "under {}",
    "等": "{} among others",
    "程度": "about {}",
    "相当": "equal to {}",
}


def print_rate(rate: Rate, lang: str = "ja") -> str:
    """A rate with its qualifier: 3/4以内, at most 3/4; 定額, fixed sum."""
    if lang == "ja":
        return str(rate)
    fraction = "fixed sum" if rate.value is None else str(rate).replace(rate.qualifier, "").strip()
    return _QUALIFIED.get(rate.qualifier, "{}").format(fraction)


def print_yen(yen: int, lang: str = "ja") -> str:
    """Whole yen as people write them: 150億円, 7.9億円, 1兆324億円; ¥15 billion.

    >>> print_yen(790_000_000), print_yen(1_032_400_000_000), print_yen(12_345)
    ('7.9億円', '1兆324億円', '12,345円')
    """
    if yen < 0:
        return "−" + print_yen(-yen, lang)
    if lang == "en":
        for scale, word in _EN:
            if yen >= scale and yen % (scale // 100) == 0:
                return f"¥{print_number(Fraction(yen, scale))} {word}"
        return f"¥{yen:,}"
    if yen >= 10**12 and yen % 10**12 and yen % 10**6 == 0:  # 1兆1,000円 would be read as two numbers
        return f"{yen // 10**12}兆{print_yen(yen % 10**12)}"
    for scale, word in _JA:
        if yen >= scale and yen % (scale // 100) == 0:  # at most two decimals, as sheets print
            return f"{print_number(Fraction(yen, scale))}{word}円"
    return f"{yen:,}円"


def print_number(value: Fraction) -> str:
    """An exact number: 1,480,000, 2.5, 1/3 (a fraction where no finite decimal says it)."""
    if value.denominator == 1:
        return f"{value.numerator:,}"
    places, denominator = 0, value.denominator
    while denominator % 10 == 0 or denominator % 2 == 0 or denominator % 5 == 0:
        places += 1
        denominator = Fraction(denominator, 10).numerator
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    whole = abs(value) * 10**places
    digits = f"{int(whole):0{places + 1}d}"
    return f"{'-' if value < 0 else ''}{int(digits[:-places]):,}.{digits[-places:]}"


def print_quantity(quantity: Quantity, lang: str = "ja") -> str:
    """A quantity with its unit; whole yen in the words for large sums."""
    if quantity.unit == "円" and quantity.value.denominator == 1:
        return print_yen(int(quantity.value), lang)
    return print_number(quantity.value) + quantity.unit


def lines_text(lines: tuple[int, ...]) -> str:
    """Line numbers in reading order, neighbours joined: 12、14–16."""
    runs: list[list[int]] = []
    for number in lines:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
