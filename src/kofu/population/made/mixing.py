"""Random-looking integers from a seed, a name and the number of a row: the same on every machine, in any order.

In the field of the prime P = 2³¹ − 1 the fifth power is a permutation, since 5 has no factor in common with P − 1.
Two rounds of it, each after a line whose constants come from the seed and the name, scatter the numbers of the
rows: of P rows in succession no two draw the same. No product reaches 2⁶³, so each engine works it out in 64 bits.
"""

from __future__ import annotations

import hashlib

P = 2**31 - 1


def draw_sql(seed: int, name: str, number: str) -> str:
    """SQL for an integer in 0 … P − 1; `number` is SQL for the number of the row (BIGINT, 0 … 2⁶¹)."""
    a, b, c, d, e = _constants(seed, name)
    first = _fifth_sql(f"((({number}) % {P} * {a} + ({number}) // {P} * {c} + {b}) % {P})")
    return _fifth_sql(f"(({first} * {d} + {e}) % {P})")


def draw(seed: int, name: str, number: int) -> int:
    """What `draw_sql` gives, for one row."""
    a, b, c, d, e = _constants(seed, name)
    first = pow(number % P * a + number // P * c + b, 5, P)
    return pow(first * d + e, 5, P)


def _fifth_sql(x: str) -> str:
    square = f"({x} * {x} % {P})"
    return f"({square} * {square} % {P} * {x} % {P})"


def _constants(seed: int, name: str) -> tuple[int, ...]:
    """Five numbers from 1 to P − 1."""
    digest = hashlib.sha256(f"{seed}\n{name}".encode()).digest()
    return tuple(1 + int.from_bytes(digest[i : i + 6], "big") % (P - 1) for i in range(0, 30, 6))
