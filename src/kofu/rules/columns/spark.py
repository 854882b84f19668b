"""How Spark SQL writes the integer form (ANSI mode, the default from Spark 4 on).

`div` of decimals wraps to 64 bits without a word and `/` keeps six digits after the point, so a wide division
first takes the remainder away; 32 digits are left before the point.
"""

from kofu.rules.columns.sql import Dialect

SPARK = Dialect(
    name="Spark",
    quote="`",
    narrow="BIGINT",
    wide="DECIMAL(38,0)",
    widest=10**31,
    divide="({a} div {d})",
    divide_wide="CAST(({a} - {a} % {d}) / {d} AS DECIMAL(38,0))",
    bit="((shiftright({mask}, CAST({code} AS INT)) & CAST(1 AS BIGINT)) = CAST(1 AS BIGINT))",
)
