"""From a sample to the nation: estimates with a 95 % confidence interval, in whole numbers throughout.

The rows are independent draws from the model of the nation, so the interval is about what the model expects of as
many as it represents. No finite population correction: with as many rows as the nation has firms, they would still
be one draw of the model, not the firms themselves.

Sources: W. G. Cochran, "Sampling Techniques", 3rd ed. (1977), chapter 2 (totals and their standard errors);
E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927) (counts).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

_Z = 196, 100
"""The 97.5 % point of the normal distribution, as a fraction."""


@dataclass(frozen=True)
class Estimate:
    """`value`, rounded half up, and the ends of its interval, rounded outwards; `high` None: nothing bounds it."""

    value: int
    low: int
    high: int | None

    def record(self) -> dict[str, int | None]:
        """As the record of a simulation has it."""
        return {"value": self.value, "low": self.low, "high": self.high}


def estimate_total(n: int, represents: int, total: int, squares: int, unit: int = 1) -> Estimate | None:
    """The nation's total of what adds up to `total` ≥ 0 over `n` rows that stand for `represents`.

    value ± 1.96 standard errors, not below 0; standard error: represents × √(variance ÷ n), the variance with
    divisor n − 1. `squares`: the sum of ⌊x ÷ unit⌋² over the rows, so that squares of large sums stay small. What
    that loses is less than 2 × unit × total, and all of it is added: the interval is never too narrow for it, and
    hardly wider where sums differ by much more than a unit (0.2 % for amounts of 500 units, if one row in ten has
    one). `high` is None where the rows cannot tell: a single row, or nothing in any of them. None for no rows.

    Raises:
        ValueError: when no rows have these sums.
    """
    if n == 0:
        return None
    _check(n, represents, total)
    value, low, high = _scaled(total, represents, n)
    if n == 1 or total == 0:
        return Estimate(value, 0, None)
    # n² (n − 1) × the variance of a mean, in yen².
    spread = n * (squares * unit**2 + 2 * (unit - 1) * total) - total**2
    if spread < 0:
        raise ValueError(f"{n} rows that add up to {total} cannot have {squares} as the sum of their squares")
    half = _root_up((_Z[0] * represents) ** 2 * spread, _Z[1] ** 2 * n**2 * (n - 1))
    return Estimate(value, max(0, low - half), high + half)


def estimate_count(n: int, represents: int, count: int) -> Estimate | None:
    """How many of `represents` are such as `count` of the `n` rows are. None for no rows.

    Wilson's interval, because rare things are counted here: of none among 100,000 rows it says that there may
    still be 4 in 100,000, where the standard error would say that there are certainly none.

    Raises:
        ValueError: when `count` is not between 0 and `n`.
    """
    if n == 0:
        return None
    _check(n, represents, count)
    if count > n:
        raise ValueError(f"{count} of {n} rows")
    value, *_ = _scaled(count, represents, n)
    a, b = _Z[0] ** 2, _Z[1] ** 2
    # (2k + z² ± z √(z² + 4 k (n − k) ÷ n)) ÷ (2 (n + z²)), all times b × represents.
    middle = (2 * count * b + a) * represents
    half = _root_up((a * n + 4 * b * count * (n - count)) * a * represents**2, n)
    below = 2 * (n * b + a)
    return Estimate(value, (middle - half) // below, -(-(middle + half) // below))


def _check(n: int, represents: int, total: int) -> None:
    if n < 0 or represents < 0 or total < 0:
        raise ValueError(f"{n} rows that stand for {represents} and add up to {total}")


def _scaled(total: int, represents: int, n: int) -> tuple[int, int, int]:
    """total × represents ÷ n: rounded half up, down and up."""
    product = total * represents
    return (2 * product + n) // (2 * n), product // n, -(-product // n)


def _root_up(numerator: int, denominator: int) -> int:
    """The smallest integer whose square is ≥ numerator ÷ denominator."""
    whole = -(-numerator // denominator)
    root = isqrt(whole)
    return root if root * root == whole else root + 1
