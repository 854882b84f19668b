"""How amounts are distributed: counted in bins of three significant digits, so that the counts of parts add up.

An exact quantile needs every amount at once; bins need one pass, any number of machines and a few thousand
counters, and give each quantile to within 1 %, or exactly where many ask for the same sum (a cap).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kofu.rules.columns.form import Form, Forms

SHOWN = tuple(Fraction(n, 100) for n in (10, 25, 50, 75, 90, 99))
"""The quantiles of a record."""
_EXACT = 1000
"""Amounts below have a bin each."""
_LEADS = 900
"""Bins for each further number of digits: its first three digits, 100 … 999."""


@dataclass(frozen=True)
class Distribution:
    """The amounts of some applicants, in yen. `quantiles`: (p, yen)."""

    count: int
    sum: int
    quantiles: tuple[tuple[Fraction, int], ...]

    @property
    def mean(self) -> int | None:
        """Rounded down to the yen; None of nobody."""
        return self.sum // self.count if self.count else None

    def record(self) -> dict[str, Any]:
        """As the record of a simulation has it."""
        quantiles = [{"p": str(p), "yen": yen} for p, yen in self.quantiles]
        return {"count": self.count, "sum": self.sum, "mean": self.mean, "quantiles": quantiles}


def bin_of(yen: int) -> int:
    """The bin of an amount ≥ 0: itself below 1,000, then one for each three leading digits.

    Raises:
        ValueError: for a negative amount, which nobody is paid.
    """
    if yen < 0:
        raise ValueError(f"{yen} yen is in no bin")
    digits = len(str(yen))
    return yen if yen < _EXACT else _offset(digits) + yen // 10 ** (digits - 3)


def edges(number: int) -> tuple[int, int]:
    """(smallest, largest) amount of a bin, in yen."""
    if number < _EXACT:
        return number, number
    further, lead = divmod(number - _EXACT, _LEADS)
    width = 10 ** (further + 1)
    low = (lead + 100) * width
    return low, low + width - 1


def bin_form(forms: Forms, amount: Form, high: int) -> Form:
    """`bin_of` as a form over `amount`, which lies between 0 and `high` yen.

    The number of digits is found by halving: three comparisons tell eight lengths apart.
    """
    return _halved(forms, amount, 3, max(3, len(str(high))))


def _halved(forms: Forms, amount: Form, shortest: int, longest: int) -> Form:
    """The bin of an amount that has between `shortest` (or fewer, if that is 3) and `longest` digits."""
    if shortest == longest:
        if longest == 3:
            return amount
        lead = forms.floor(amount, 10 ** (longest - 3))
        return forms.binary("+", lead, forms.integer(_offset(longest)))
    middle = (shortest + longest) // 2
    shorter = forms.compare("<", amount, forms.integer(10**middle))
    below = _halved(forms, amount, shortest, middle)
    return forms.case([(shorter, below)], _halved(forms, amount, middle + 1, longest))


def _offset(digits: int) -> int:
    """What is added to the three leading digits of an amount with so many digits."""
    return _EXACT + (digits - 4) * _LEADS - 100


def distribution(bins: Mapping[int, tuple[int, int]], ps: Sequence[Fraction] = SHOWN) -> Distribution:
    """What the bins say. `bins`: bin → (how many, the sum of their yen)."""
    count = sum(n for n, _ in bins.values())
    return Distribution(count, sum(yen for _, yen in bins.values()), tuple(quantiles(bins, ps)))


def quantiles(bins: Mapping[int, tuple[int, int]], ps: Sequence[Fraction]) -> list[tuple[Fraction, int]]:
    """(p, yen) for each p: the smallest amount that at least the part p of all amounts does not exceed.

    That is the inverse of the empirical distribution: definition 1 of Hyndman & Fan, "Sample Quantiles in
    Statistical Packages", The American Statistician 50 (1996). Of the bin in which the quantile lies the mean is
    given, rounded down: exact where all amounts of the bin are equal (as at a cap, or below 1,000 yen), else less
    than 1 % away. Nothing for no amounts.

    Raises:
        ValueError: for a p outside 0 … 1.
    """
    if not all(0 <= p <= 1 for p in ps):
        raise ValueError("a quantile lies between 0 and 1")
    filled = sorted((number, *counted) for number, counted in bins.items() if counted[0])
    total = sum(count for _, count, _ in filled)
    if not total:
        return []
    found = {}
    passed, place = 0, 0
    for p in sorted(set(ps)):
        # The first amount has rank 1, also for p = 0.
        rank = max(1, -(-p.numerator * total // p.denominator))
        while passed + filled[place][1] < rank:
            passed += filled[place][1]
            place += 1
        _, count, yen = filled[place]
        found[p] = yen // count
    return [(p, found[p]) for p in ps]
