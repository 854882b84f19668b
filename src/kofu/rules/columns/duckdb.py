"""How DuckDB writes the integer form. It raises where 64 bits overflow, and `//` cuts towards zero."""

from kofu.rules.columns.sql import Dialect

DUCKDB = Dialect(
    name="DuckDB",
    quote='"',
    narrow="BIGINT",
    wide="HUGEINT",
    widest=2**127 - 1,
    divide="({a} // {d})",
    divide_wide="({a} // {d})",
    bit="((({mask}) >> ({code})) & CAST(1 AS BIGINT) = CAST(1 AS BIGINT))",
)

BEFORE = ("SET disabled_optimizers = 'in_clause'",)
"""Run once on a connection: that optimizer needs seconds for a statement with a hundred rules."""
