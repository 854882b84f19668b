"""How PostgreSQL writes the integer form. OFFSET 0 keeps it from writing a shared part out at every use."""

from kofu.rules.columns.sql import Dialect

POSTGRES = Dialect(
    name="PostgreSQL",
    quote='"',
    narrow="BIGINT",
    wide="NUMERIC(38,0)",
    widest=10**38 - 1,
    divide="({a} / {d})",
    divide_wide="DIV({a}, {d})",
    bit="((({mask}) >> CAST({code} AS INTEGER)) & CAST(1 AS BIGINT) = CAST(1 AS BIGINT))",
    fence=" OFFSET 0",
)
