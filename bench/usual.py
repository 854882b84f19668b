"""A made-up subsidy of the usual shape, with the SQL that a careful person would write for it by hand."""

from __future__ import annotations

from fractions import Fraction

from kofu.rules.tree import (
    CHOICE,
    TRUTH,
    Arithmetic,
    Case,
    Comparison,
    Extreme,
    Fact,
    FactSpec,
    Logic,
    Member,
    Node,
    Not,
    Number,
    Rounded,
    Type,
)
from kofu.rules.units import RATIO, YEN

_MONEY, _RATIO = Type("number", YEN), Type("number", RATIO)


def _amount(name: str, high: int) -> Fact:
    return Fact(FactSpec(name, _MONEY, "円", Fraction(0), Fraction(high)), name)


def _choice(name: str, count: int) -> Fact:
    return Fact(FactSpec(name, CHOICE, "", choices=tuple(f"{name}{i}" for i in range(count))), name)


COST, STAFF = _amount("補助対象経費", 10**13), _amount("従業員数", 10**6)
TRADE, PREFECTURE, KIND = _choice("業種", 25), _choice("都道府県", 47), _choice("種別", 16)
RAISES = Fact(FactSpec("賃上げ", TRUTH, ""), "賃上げ")

SERVICES = (7, 9, 10, 15, 16, 17, 18, 19, 20, 21, 22)
PLACES = (1, 2, 3, 4, 6, 15, 16, 17, 42)
KINDS = (0, 1, 2, 5)


def _number(value: Fraction | int) -> Number:
    return Number(Fraction(value), _RATIO)


def _one_of(fact: Fact, codes: tuple[int, ...]) -> Node:
    return Member(fact, tuple(fact.spec.choices[code] for code in codes))


def _if(condition: Node, value: Node, otherwise: Node, type_: Type = _MONEY) -> Node:
    return Case(((condition, value),), otherwise, type_)


def usual(
    rate: Fraction = Fraction(2, 3),
    other: Fraction = Fraction(1, 2),
    cap: int = 10**7,
    staff: int = 20,
    places: tuple[int, ...] = PLACES,
) -> dict[str, Node]:
    """The subsidy, and the state's half and the prefecture's rest of it."""
    small = Comparison("<=", STAFF, _if(_one_of(TRADE, SERVICES), _number(5), _number(staff)))
    eligible = Logic(
        "and",
        (
            _one_of(KIND, KINDS),
            _one_of(PREFECTURE, places),
            Comparison(">=", COST, _number(100_000)),
            Not(_one_of(TRADE, (23, 24))),
        ),
    )
    share = Arithmetic("*", COST, _if(small, _number(rate), _number(other), _RATIO), _MONEY)
    ceiling = _if(RAISES, _number(cap), _number(Fraction(cap, 2)))
    amount = Rounded("down", Fraction(1), Extreme("min", (share, ceiling), _MONEY), _MONEY)
    total = _if(eligible, amount, _number(0))
    half = Rounded("down", Fraction(1), Arithmetic("*", amount, _number(Fraction(1, 2)), _MONEY), _MONEY)
    state = _if(eligible, half, _number(0))
    return {"支援額": total, "国": state, "県": Arithmetic("-", total, state, _MONEY)}


def family(count: int) -> list[Node]:
    """So many subsidies of that shape, no two alike."""
    return [
        usual(
            Fraction(2 + i % 5, 3 + i % 5),
            Fraction(1 + i % 2, 7 + i % 4),
            10**6 * (i + 1),
            20 + i % 3,
            tuple(range(i % 20, i % 20 + 9, 2)),
        )["支援額"]
        for i in range(count)
    ]


def _mask(codes: tuple[int, ...]) -> str:
    return f"{sum(1 << code for code in codes)}::BIGINT"


BY_HAND = f"""
SELECT CASE WHEN e THEN s WHEN NOT e THEN 0::BIGINT END AS "支援額",
  CASE WHEN e THEN s // 2::BIGINT WHEN NOT e THEN 0::BIGINT END AS "国",
  CASE WHEN e THEN s - s // 2::BIGINT WHEN NOT e THEN 0::BIGINT END AS "県"
FROM (SELECT e, CASE WHEN a <= c THEN a WHEN a > c THEN c END AS s
FROM (SELECT e,
    CASE WHEN "従業員数" <= few THEN "補助対象経費" * 2::BIGINT // 3::BIGINT
      WHEN "従業員数" > few THEN "補助対象経費" // 2::BIGINT END AS a,
    CASE WHEN "賃上げ" THEN 10000000::BIGINT WHEN NOT "賃上げ" THEN 5000000::BIGINT END AS c
FROM (SELECT *,
    ({_mask(KINDS)} >> "種別") & 1 = 1 AND ({_mask(PLACES)} >> "都道府県") & 1 = 1
      AND "補助対象経費" >= 100000::BIGINT AND "業種" < 23 AS e,
    CASE WHEN ({_mask(SERVICES)} >> "業種") & 1 = 1 THEN 5::BIGINT
      WHEN "業種" IS NOT NULL THEN 20::BIGINT END AS few
FROM firms)))"""
