"""The draws: the same in SQL as in Python, even, and none twice."""

from __future__ import annotations

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from kofu.population.made.mixing import P, draw, draw_sql


@given(st.integers(), st.text(max_size=5), st.lists(st.integers(0, 2**61), min_size=1, max_size=5))
def test_sql_draws_what_python_draws(seed: int, name: str, numbers: list[int]) -> None:
    query = f"SELECT {draw_sql(seed, name, 'n')} FROM (SELECT unnest($1::BIGINT[]) AS n)"
    found = [row[0] for row in duckdb.execute(query, [numbers]).fetchall()]
    assert found == [draw(seed, name, number) for number in numbers]
    assert all(0 <= value < P for value in found)


def test_no_two_rows_draw_the_same_and_two_names_draw_apart() -> None:
    """Chi-square of 100 × 100 cells has 9,999 degrees of freedom: mean 9,999, deviation 141; 5 deviations allowed."""
    side, rows = 100, 1_000_000
    cells = ", ".join(f"{draw_sql(1, name, 'range')} // ({P} // {side} + 1) AS {name}" for name in ("a", "b"))
    query = (
        f"WITH cells AS (SELECT {cells} FROM range({rows})), counts AS (SELECT count(*) AS n FROM cells GROUP BY a, b) "
        f"SELECT sum((n - {rows // side**2}) * (n - {rows // side**2})) / {rows // side**2} FROM counts"
    )
    ((square,),) = duckdb.execute(query).fetchall()
    assert abs(square - 9999) < 5 * 141
    ((distinct,),) = duckdb.execute(
        f"SELECT count(DISTINCT {draw_sql(1, 'a', 'range')}) FROM range({rows})"
    ).fetchall()
    assert distinct == rows
