"""The made-up firms: which kinds there are and how many of each, and the SELECT that makes them.

A kind of firm is an industry, a size class and a legal form. Sizes must come out as the law derives them from
employees and capital, so the limits are read from the law, and what is assumed of employees and capital is cut there.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from kofu.population.dataset import DRAW, NUMBER
from kofu.population.made.alias import Band, Choice, choice, clipped, places, table_sql
from kofu.population.made.nation import Block, blocks
from kofu.population.made.sketch import Sketch
from kofu.rules.exact import evaluate
from kofu.rules.scope import common_scope
from kofu.rules.vocabulary import vocabulary

SMALL, MEDIUM, LARGE = "小規模", "中規模", "大企業"
_CLASSES = (SMALL, MEDIUM, LARGE)
_LAW_DATE = datetime.date(2025, 1, 1)
_MAN = 10_000
"""万円: the unit of sums in nation.yaml."""
_NO_LIMIT = 10**9
COLUMNS = (
    NUMBER,
    DRAW,
    "申請者の種別",
    "業種",
    "資本金",
    "従業員数",
    "都道府県",
    "補助対象経費",
    "投資額",
    "借入希望額",
)


@dataclass(frozen=True)
class Limits:
    """Of the law, for one industry: persons, persons, 万円."""

    small: int
    employees: int
    capital: int


@dataclass(frozen=True)
class Stratum:
    """Firms of one kind. `beyond`: medium-sized only by their capital, the employees being above the limit."""

    weight: Fraction
    industry: str
    size: str
    kind: str
    beyond: bool
    limits: Limits

    @property
    def employees(self) -> tuple[str, int, int]:
        """The size class whose distribution it follows, and the lowest and highest that the law allows."""
        limits = self.limits
        if self.size == SMALL:
            return SMALL, 0, limits.small
        if self.size == MEDIUM and not self.beyond:
            return MEDIUM, limits.small + 1, limits.employees
        return self.size, limits.employees + 1, _NO_LIMIT

    @property
    def capital(self) -> tuple[str, int, int]:
        """The same of the capital in 万円; a sole proprietor has none."""
        if self.kind == "個人事業主":
            return "", 0, 0
        if self.size == LARGE:
            return LARGE, self.limits.capital + 1, _NO_LIMIT
        return self.size, 0, self.limits.capital if self.beyond else _NO_LIMIT


class Firms:
    """How the rows are made. `represents`: so many firms there are in the nation."""

    title, unit, columns, per_row = "日本の企業（作り物）", "企業", COLUMNS, 1

    def __init__(self) -> None:
        self.blocks = blocks("firms")
        totals = self.blocks["totals"].rows
        self.represents: int = totals["中小企業者"] + totals["大企業"]
        self.counts = {
            SMALL: totals["小規模事業者"],
            MEDIUM: totals["中小企業者"] - totals["小規模事業者"],
            LARGE: totals["大企業"],
        }

    @cached_property
    def strata(self) -> tuple[Stratum, ...]:
        """Every kind of firm; the weights add up to `represents`."""
        found = []
        for industry, by_size in self._by_industry().items():
            limits = limits_of(industry)
            for size, weight in by_size.items():
                for kind, beyond, share in self._forms(size):
                    if weight * share:
                        found.append(Stratum(weight * share, industry, size, kind, beyond, limits))
        return tuple(found)

    def _by_industry(self) -> dict[str, dict[str, Fraction]]:
        """Industry of the law → size class → how many, scaled to the totals and split where the law splits."""
        published, large = self.blocks["industries"].rows, self.blocks["large_industries"].rows
        rough = {
            SMALL: {name: small for name, (_, small) in published.items()},
            MEDIUM: {name: all_sizes - small for name, (all_sizes, small) in published.items()},
            LARGE: dict(large),
        }
        found: dict[str, dict[str, Fraction]] = {}
        divisions = self.blocks["divisions"].rows
        for size, by_division in rough.items():
            whole = sum(by_division.values())
            for division, number in by_division.items():
                for industry, percent in divisions.get(division, {division: 100}).items():
                    scaled = Fraction(number * self.counts[size] * percent, whole * 100)
                    found.setdefault(industry, {})[size] = scaled
        return found

    def _forms(self, size: str) -> list[tuple[str, bool, Fraction]]:
        """(legal form, beyond the limit of employees, share) within a size class."""
        if size == LARGE:
            return [("会社", False, Fraction(1))]
        alone = self.blocks["sole_proprietors"].percent(size)
        beyond = self.blocks["beyond"].percent("基準を超える") if size == MEDIUM else Fraction(0)
        return [("個人事業主", False, alone), ("会社", False, 1 - alone - beyond), ("会社", True, beyond)]

    def _prefectures(self) -> list[list[Band]]:
        """Of all but the large, and of the large."""
        rows = self.blocks["prefectures"].rows
        choices = vocabulary()["都道府県"].spec.choices
        named = self.blocks["large_prefectures"]
        rest = 1 - sum(named.percent(name) for name in named.rows)
        others = sum(number for name, number in rows.items() if name not in named.rows)
        large = {
            name: named.percent(name) if name in named.rows else rest * number / others
            for name, number in rows.items()
        }
        return [
            places({choices.index(name): Fraction(weight) for name, weight in weights.items()})
            for weights in (rows, large)
        ]

    @cached_property
    def choices(self) -> dict[str, Choice]:
        """What is drawn, by name; the groups are those that `_table` numbers."""
        block = self.blocks
        return {
            "種類": choice("種類", [places({i: s.weight for i, s in enumerate(self.strata)})]),
            "都道府県": choice("都道府県", self._prefectures()),
            "従業員": choice("従業員", [_cut(block["employees"], key) for key in self._employees]),
            "資本": choice("資本", [_cut(block["capital"], key) for key in self._capitals]),
            "経費": choice("経費", [block["costs"].bands(size) for size in _CLASSES]),
            "上乗せ": choice("上乗せ", [block["investment"].bands()]),
            "借入": choice("借入", [block["loans"].bands()]),
        }

    @cached_property
    def _employees(self) -> list[tuple[str, int, int]]:
        return sorted({s.employees for s in self.strata})

    @cached_property
    def _capitals(self) -> list[tuple[str, int, int]]:
        return sorted({s.capital for s in self.strata})

    def tables(self) -> list[str]:
        """The statements that make the small tables which the SELECT joins."""
        facts = vocabulary()
        kinds, industries = facts["申請者の種別"].spec.choices, facts["業種"].spec.choices
        rows = [
            (
                place,
                kinds.index(s.kind),
                industries.index(s.industry),
                _CLASSES.index(s.size),
                self._employees.index(s.employees),
                self._capitals.index(s.capital),
            )
            for place, s in enumerate(self.strata)
        ]
        names = ("place", "kind", "industry", "class", "employees", "capital")
        return [table_sql("kinds", names, rows), *(drawn.table_sql() for drawn in self.choices.values())]

    def select(self, seed: int, start: int, stop: int) -> str:
        """The rows `start` … `stop` − 1."""
        drawn = self.choices
        rows = Sketch.numbered(seed, start, stop).scatter("n", DRAW)
        rows = rows.pick([(drawn["種類"], "0")], DRAW).join("kinds", "種類")
        rows = rows.pick(
            [
                (drawn["都道府県"], f"CASE WHEN class = {_CLASSES.index(LARGE)} THEN 1 ELSE 0 END"),
                (drawn["従業員"], "employees"),
                (drawn["資本"], "capital"),
                (drawn["経費"], "class"),
                (drawn["上乗せ"], "0"),
                (drawn["借入"], "0"),
            ],
            DRAW,
        )
        rows = rows.add({"投資": '"経費" + "経費" * "上乗せ" // 100'})
        return rows.columns(
            {
                NUMBER: ("BIGINT", "n"),
                DRAW: ("INTEGER", f'"{DRAW}"'),
                "申請者の種別": ("TINYINT", "kind"),
                "業種": ("TINYINT", "industry"),
                "資本金": ("BIGINT", f'"資本" * {_MAN}'),
                "従業員数": ("INTEGER", '"従業員"'),
                "都道府県": ("TINYINT", '"都道府県"'),
                "補助対象経費": ("BIGINT", f'"経費" * {_MAN}'),
                "投資額": ("BIGINT", f'"投資" * {_MAN}'),
                "借入希望額": ("BIGINT", f'"投資" * "借入" // 100 * {_MAN}'),
            }
        )


def _cut(block: Block, key: tuple[str, int, int]) -> list[Band]:
    """What is assumed of a size class, cut at the limits of the law."""
    name, low, high = key
    return clipped(block.bands(name), low, high) if name else places({0: Fraction(1)})


def limits_of(industry: str) -> Limits:
    """The limits of the law for an industry."""
    scope = common_scope(_LAW_DATE)

    def limit(name: str) -> int:
        found = evaluate(scope.lookup(name), {"業種": industry})
        assert isinstance(found, int | Fraction)
        return int(found)

    return Limits(
        limit("小規模企業の従業員基準"), limit("中小企業の従業員基準"), limit("中小企業の資本金基準") // _MAN
    )
