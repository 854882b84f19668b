"""Walker's alias method in integers: an even draw becomes an outcome with exactly the weight it was given.

Every group of outcomes becomes `size` columns of equal mass, each shared by at most two outcomes
(A. J. Walker 1977, M. D. Vose 1991). A draw u from 0 … P − 1 falls into column u × size ÷ P; what is left over
decides between the two and then how far into the outcome's band it lies, so that one draw gives a number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from kofu.population.made.mixing import P


class Band(NamedTuple):
    """`weight`: of this outcome among those of its group; it is an integer of low … high, all equally likely."""

    weight: Fraction
    low: int
    high: int


class Column(NamedTuple):
    """Below `cut` (of P) the draw is low + something below `span`, else other + something below `other_span`."""

    cut: int
    low: int
    span: int
    other: int
    other_span: int


@dataclass(frozen=True)
class Choice:
    """What is drawn under a name: for each group (0, 1, …) `size` columns, one group after the other."""

    name: str
    size: int
    columns: tuple[Column, ...]

    def value(self, draw: int, group: int = 0) -> int:
        """The outcome of a draw from 0 … P − 1."""
        place, rest = divmod(draw * self.size, P)
        cut, low, span, other, other_span = self.columns[group * self.size + place]
        if rest < cut:
            return low + rest * span // cut
        return other + (rest - cut) * other_span // (P - cut)

    def table_sql(self) -> str:
        """DuckDB's statement for the table that a SELECT joins to draw."""
        rows = [(place, *column) for place, column in enumerate(self.columns)]
        return table_sql(self.name, ("place", *Column._fields), rows)


def table_sql(name: str, columns: Sequence[str], rows: Sequence[Sequence[int]]) -> str:
    """DuckDB's statement for a table of 64-bit integers."""
    typed = ", ".join(f'"{column}" BIGINT' for column in columns)
    return f'CREATE TABLE "{name}" ({typed}); INSERT INTO "{name}" VALUES {", ".join(map(str, rows))}'


def walker(weights: Sequence[int]) -> list[tuple[int, int, int]]:
    """(cut, here, other) for each of as many columns as there are weights, each of the mass of all weights:
    `cut` of it goes to the outcome `here`, the rest to `other`."""
    total, size = sum(weights), len(weights)
    mass = [weight * size for weight in weights]
    short = [i for i, m in enumerate(mass) if m < total]
    full = [i for i, m in enumerate(mass) if m >= total]
    columns = []
    while short:
        here, other = short.pop(), full[-1]
        columns.append((mass[here], here, other))
        mass[other] -= total - mass[here]
        if mass[other] < total:
            short.append(full.pop())
    return columns + [(total, i, i) for i in full]


def choice(name: str, groups: Sequence[Sequence[Band]]) -> Choice:
    """A choice with these outcomes for the groups 0, 1, …"""
    size = max(map(len, groups))
    return Choice(name, size, tuple(column for bands in groups for column in _columns(bands, size)))


def _columns(bands: Sequence[Band], size: int) -> list[Column]:
    common = math.lcm(*(band.weight.denominator for band in bands))
    weights = [int(band.weight * common) for band in bands]
    padded = [*weights, *[0] * (size - len(bands))]
    total = sum(weights)
    found = []
    for cut, here, other in walker(padded):
        # A column that an outcome without weight opens is all of the other's.
        first, second = (bands[i if i < len(bands) else other] for i in (here, other))
        share = -(-cut * P // total)
        found.append(Column(share, *_spread(first), *_spread(second)))
    return found


def _spread(band: Band) -> tuple[int, int]:
    return band.low, band.high - band.low + 1


def clipped(bands: Sequence[Band], low: int, high: int) -> list[Band]:
    """The part of the bands within low … high; a band that is cut keeps its density."""
    found = []
    for weight, first, last in bands:
        start, end = max(first, low), min(last, high)
        if start <= end and weight:
            found.append(Band(weight * (end - start + 1) / (last - first + 1), start, end))
    return found


def places(weights: Mapping[int, Fraction]) -> list[Band]:
    """Outcomes that are single integers."""
    return [Band(weight, value, value) for value, weight in weights.items() if weight]
