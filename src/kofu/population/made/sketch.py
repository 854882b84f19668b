"""A SELECT that makes rows up, built step by step: each step is a subquery that adds columns to the one before.

The number of a row is scattered once (kofu.population.made.mixing); each further draw of the row is the fifth power, mod
the prime P, of a line through that. Polynomials of so low a degree over so large a field fall evenly, also together
(Weil's bound on sums over a polynomial), and they need a third of the time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kofu.population.made.alias import Choice
from kofu.population.made.mixing import P, draw_sql


@dataclass(frozen=True)
class Sketch:
    """The rows of `sql`; every draw follows from `seed`, its name and a number of the row."""

    seed: int
    folded: bool
    """Whether numbers reach P and more, so that the draws must tell apart rows that are P from each other."""
    sql: str

    @classmethod
    def numbered(cls, seed: int, start: int, stop: int) -> Sketch:
        """Rows with the column `n`: start … stop − 1."""
        return cls(seed, stop > P, f"SELECT range AS n FROM range({start}, {stop})")

    def add(self, expressions: Mapping[str, str]) -> Sketch:
        """Columns worked out from those that are there."""
        new = ", ".join(f'{sql} AS "{name}"' for name, sql in expressions.items())
        return replace(self, sql=f"SELECT *, {new} FROM ({self.sql})")

    def scatter(self, number: str, name: str) -> Sketch:
        """An even draw from 0 … P − 1 under `name` for each value of the column `number`."""
        return self.add({name: draw_sql(self.seed, name, number)})

    def draw(self, names: Sequence[str], scattered: str, number: str) -> Sketch:
        """The columns `draw NAME`: further draws from 0 … P − 1. `scattered`: the draw of the column `number`."""
        lines, powers = [], []
        for name in names:
            factor, added, fold = _constants(self.seed, name)
            folded = f" + {number} // {P} * {fold}" if self.folded else ""
            x = f'"draw {name}"'
            lines.append(f'("{scattered}" * {factor} + {added}{folded}) % {P} AS {x}')
            powers.append(f"({x} * {x} % {P}) * ({x} * {x} % {P}) % {P} * {x} % {P} AS {x}")
        line = f"SELECT *, {', '.join(lines)} FROM ({self.sql})"
        return replace(self, sql=f"SELECT * REPLACE ({', '.join(powers)}) FROM ({line})")

    def pick(self, picks: Sequence[tuple[Choice, str]], scattered: str, number: str = "n") -> Sketch:
        """For each choice a column of its name, drawn from the group that an expression numbers."""
        drawn = self.draw([choice.name for choice, _ in picks], scattered, number)
        spread = drawn.add({f"at {c.name}": f'"draw {c.name}" * {c.size}' for c, _ in picks})
        placed = spread.add(
            {f"place {c.name}": f'"at {c.name}" // {P} + {c.size} * ({group})' for c, group in picks}
            | {f"rest {c.name}": f'"at {c.name}" % {P}' for c, _ in picks}
        )
        chosen = ", ".join(f'{_chosen(choice)} AS "{choice.name}"' for choice, _ in picks)
        joins = "".join(f' JOIN "{c.name}" ON "{c.name}".place = s."place {c.name}"' for c, _ in picks)
        return replace(self, sql=f"SELECT s.*, {chosen} FROM ({placed.sql}) AS s{joins}")

    def join(self, table: str, place: str) -> Sketch:
        """The columns of the row of `table` whose `place` the column `place` holds."""
        joined = f'({self.sql}) AS s JOIN "{table}" AS t ON t.place = s."{place}"'
        return replace(self, sql=f"SELECT s.*, t.* EXCLUDE (place) FROM {joined}")

    def columns(self, wanted: Mapping[str, tuple[str, str]]) -> str:
        """The SELECT of the columns to keep: name → (type, expression)."""
        kept = ", ".join(f'CAST({sql} AS {kind}) AS "{name}"' for name, (kind, sql) in wanted.items())
        return f"SELECT {kept} FROM ({self.sql})"


def _chosen(choice: Choice) -> str:
    """`Choice.value` in SQL."""
    table, rest = f'"{choice.name}"', f's."rest {choice.name}"'
    cut, low, other = f"{table}.cut", f"{table}.low", f"{table}.other"
    if all(c.span == c.other_span == 1 for c in choice.columns):
        return f"CASE WHEN {rest} < {cut} THEN {low} ELSE {other} END"
    return (
        f"CASE WHEN {rest} < {cut} THEN {low} + {rest} * {table}.span // {cut} "
        f"ELSE {other} + ({rest} - {cut}) * {table}.other_span // ({P} - {cut}) END"
    )


def _constants(seed: int, name: str) -> tuple[int, int, int]:
    """Three numbers from 1 to P − 1."""
    digest = hashlib.sha256(f"{seed}\n{name}\n".encode()).digest()
    first, second, third = (1 + int.from_bytes(digest[i : i + 8], "big") % (P - 1) for i in (0, 8, 16))
    return first, second, third
