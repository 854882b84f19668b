"""The SQL that a good user of DuckDB writes without kofu: by hand for two programmes, written out plainly for all.

By hand: straight from the sheets, of one row's few numbers, then GROUPING SETS. Plainly: each benefit as one nested
expression with IN lists, LEAST and COALESCE, a statement for each programme, in the same exact integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kofu.population.counting.tally import Tally
from kofu.rules.columns.form import (
    Binary,
    Case,
    Column,
    Compare,
    Extreme,
    Floor,
    Form,
    Integer,
    Logic,
    Member,
    Not,
    Stated,
    Truth,
    is_truth,
)
from kofu.rules.columns.ranges import NARROW, Ranges

_SETS = "GROUP BY GROUPING SETS ((place), (trade), (size)) ORDER BY ALL"
_SERVICES = "(7, 13, 14, 15, 17, 19, 20, 21, 22)"

SUSTAINING = (
    """
SELECT place, trade, size, count(*), count(*) FILTER (WHERE fits), coalesce(sum(yen) FILTER (WHERE fits), 0)
FROM (SELECT "都道府県" AS place, "業種" AS trade,
    CASE WHEN NOT own THEN 3 WHEN "従業員数" <= few THEN 0
      WHEN ("申請者の種別" = 0 AND "資本金" <= capital) OR "従業員数" <= staff THEN 1 ELSE 2 END AS size,
    own AND "従業員数" <= few AS fits,
    least("補助対象経費" * 2 // 3, 500000) AS yen
  FROM (SELECT *, "申請者の種別" IN (0, 1) AS own,
      CASE WHEN "業種" IN (9, 10, 16) OR "業種" IN {services} THEN 5 ELSE 20 END AS few,
      CASE WHEN "業種" = 9 THEN 100 WHEN "業種" IN (10, 16) THEN 50 WHEN "業種" IN {services} THEN 100
        ELSE 300 END AS staff,
      CASE WHEN "業種" = 9 THEN 100000000 WHEN "業種" IN (10, 16) OR "業種" IN {services} THEN 50000000
        ELSE 300000000 END AS capital
    FROM {source}))
""".replace("{services}", _SERVICES)
    + _SETS
)
"""小規模事業者持続化補助金 for firms of which nobody asks for a higher cap."""
SUSTAINING_ASSUMES = dict.fromkeys(
    "賃上げを行う 雇用対策に取り組む 海外展開に取り組む 買物弱者対策に取り組む 熊本地震の対策に取り組む "
    "複数の事業者が連携した共同事業である".split(),
    "いいえ",
)

ENERGY = """
SELECT place, count(*), sum(electricity), sum(gas), count(*) FILTER (WHERE electricity > 0),
  count(*) FILTER (WHERE gas > 0), count(*) FILTER (WHERE electricity > 0 OR gas > 0)
FROM (SELECT "都道府県" AS place,
    "電気使用量" * CASE WHEN "電気やガスの使用月" > 2 OR "電気の契約の種類" > 1 THEN 0
      WHEN "電気の契約の種類" = 0 THEN CASE WHEN "電気やガスの使用月" < 2 THEN 25 ELSE 13 END
      WHEN "電気やガスの使用月" < 2 THEN 13 ELSE 7 END // 10 AS electricity,
    "都市ガス使用量" * CASE WHEN "電気やガスの使用月" < 2 THEN 10 WHEN "電気やガスの使用月" = 2 THEN 5
      ELSE 0 END AS gas
  FROM {source})
GROUP BY place ORDER BY ALL
"""
"""電気・ガス料金の値引き, of contracts and months."""


def plain_sql(tally: Tally, source: str) -> str:
    """A tally as one statement over the rows, each value written out in full."""
    ranges = Ranges()
    inner = [f"{_text(form, ranges)} AS g{i}" for i, form in enumerate(tally.groups)]
    inner += [f"{_text(form, ranges)} AS v{i}" for i, form in enumerate(tally.values)]
    counted = [
        f"count(*) FILTER (WHERE v{i})" if is_truth(form) else f"coalesce(sum(v{i}), 0)"
        for i, form in enumerate(tally.values)
    ]
    keys = [f"g{i}" for i in range(len(tally.groups))]
    place = "CASE " + " ".join(f"WHEN grouping({key}) = 0 THEN {i}" for i, key in enumerate(keys)) + " END"
    sets = ", ".join(f"({key})" for key in keys)
    code = f"coalesce({', '.join(keys)})"
    return (
        f"SELECT {', '.join([place, code, 'count(*)', *counted])} "
        f"FROM (SELECT {', '.join(inner)} FROM {source}) GROUP BY GROUPING SETS ({sets})"
    )


def _text(form: Form, ranges: Ranges) -> str:
    match form:
        case Integer():
            return f"{form.value}::{'BIGINT' if abs(form.value) <= NARROW else 'HUGEINT'}"
        case Truth():
            return str(form.value)
        case Column():
            return f'"{form.name}"'
        case Binary():
            left, right = _all((form.left, form.right), ranges)
            return f"({_wide(left, form, ranges)} {form.op} {right})"
        case Floor():
            item, divisor = _all((form.item, form.divisor), ranges)
            assert ranges.of(form.item)[0] >= 0, "// cuts towards zero"
            return f"({_wide(item, form, ranges)} // {divisor})"
        case Extreme():
            name = "least" if form.op == "min" else "greatest"
            return f"{name}({', '.join(_all((form.left, form.right), ranges))})"
        case Compare():
            left, right = _all((form.left, form.right), ranges)
            return f"({left} {form.op} {right})"
        case Member():
            assert isinstance(form.mask, Integer)
            codes = [code for code in range(form.mask.value.bit_length()) if form.mask.value >> code & 1]
            return f"({_text(form.item, ranges)} IN ({', '.join(map(str, codes or [-1]))}))"
        case Logic():
            return "(" + f" {form.op} ".join(_all(form.items, ranges)) + ")"
        case Not():
            return f"(NOT {_text(form.item, ranges)})"
        case Case():
            branches = [
                f"WHEN {_text(condition, ranges)} THEN {_text(value, ranges)}"
                for condition, value in form.branches
            ]
            return f"(CASE {' '.join(branches)} ELSE {_text(form.otherwise, ranges)} END)"
        case Stated():
            return f"coalesce({', '.join(_all((form.column, form.body), ranges))})"
    raise TypeError(form)


def _all(forms: Iterable[Form], ranges: Ranges) -> Sequence[str]:
    return [_text(form, ranges) for form in forms]


def _wide(text: str, form: Form, ranges: Ranges) -> str:
    """Of 64 bits, or more where they do not hold the result."""
    return f"{text}::{'HUGEINT' if ranges.needs_wide(form) else 'BIGINT'}"
