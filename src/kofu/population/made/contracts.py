"""The made-up contracts of electricity and city gas: a row for each contract and month, January to March 2025.

What a contract is (kind, prefecture, with city gas or not, how much it uses) is drawn by the contract's number, what
differs from month to month by the row's.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

from kofu.errors import KofuError
from kofu.population.dataset import DRAW, NUMBER
from kofu.population.made.alias import Choice, choice, places, table_sql
from kofu.population.made.nation import blocks
from kofu.population.made.sketch import Sketch
from kofu.rules.vocabulary import vocabulary

_KIND, _MONTH, _PREFECTURE = "電気の契約の種類", "電気やガスの使用月", "都道府県"
_CONTRACT = "契約の抽選"
COLUMNS = (NUMBER, DRAW, _PREFECTURE, _KIND, _MONTH, "電気使用量", "都市ガス使用量")


class Contracts:
    """How the rows are made. `represents`: so many contract-months there are in the nation."""

    title, unit, columns = "電気・都市ガスの契約（作り物）", "契約・月", COLUMNS

    def __init__(self) -> None:
        self.blocks = blocks("contracts")
        self.kinds: list[str] = list(self.blocks["totals"].rows)
        self.months: dict[str, int] = dict(self.blocks["season"].rows)
        self.per_row = len(self.months)
        totals = self.blocks["totals"].rows.values()
        self.represents: int = sum(row["契約"] for row in totals) * self.per_row

    @cached_property
    def strata(self) -> dict[tuple[str, str, bool], Fraction]:
        """(kind, prefecture, with city gas) → how many contracts.

        Raises:
            KofuError: more contracts with city gas than there are in a prefecture.
        """
        people, network = self.blocks["prefectures"].rows, self.blocks["gas_network"].rows
        reach = {name: number * network.get(name, network["ほか"]) for name, number in people.items()}
        found = {}
        for kind, row in self.blocks["totals"].rows.items():
            for name, number in people.items():
                contracts = Fraction(row["契約"] * number, sum(people.values()))
                gas = Fraction(row["都市ガス"] * reach[name], sum(reach.values()))
                if gas > contracts:
                    raise KofuError(
                        f"nation.yaml: gas_network: {name}の都市ガスが契約の数を超えます",
                        f"nation.yaml: gas_network: more city gas than contracts in {name}",
                    )
                found[kind, name, True], found[kind, name, False] = gas, contracts - gas
        return found

    @cached_property
    def choices(self) -> dict[str, Choice]:
        """What is drawn, by name."""
        electricity, gas = (self.blocks[name] for name in ("electricity", "gas"))
        none = places({0: Fraction(1)})
        return {
            "種類": choice("種類", [places(dict(enumerate(self.strata.values())))]),
            "電気": choice("電気", [electricity.bands(kind) for kind in self.kinds]),
            "ガス": choice("ガス", [none, *(gas.bands(kind) for kind in self.kinds)]),
            "電気の月": choice("電気の月", [self.blocks["season"].bands()]),
            "ガスの月": choice("ガスの月", [self.blocks["season"].bands()]),
        }

    def tables(self) -> list[str]:
        """The statements that make the small tables which the SELECT joins."""
        facts = vocabulary()
        kinds, prefectures = (facts[name].spec.choices for name in (_KIND, _PREFECTURE))
        rows = [
            (
                place,
                kinds.index(kind),
                prefectures.index(name),
                self.kinds.index(kind),
                gas * (1 + self.kinds.index(kind)),
            )
            for place, (kind, name, gas) in enumerate(self.strata)
        ]
        names = ("place", "kind", "prefecture", "electricity", "gas")
        return [table_sql("kinds", names, rows), *(drawn.table_sql() for drawn in self.choices.values())]

    def select(self, seed: int, start: int, stop: int) -> str:
        """The rows `start` … `stop` − 1: of contract n the rows 3n, 3n + 1 and 3n + 2."""
        drawn, months = self.choices, vocabulary()[_MONTH].spec.choices
        rows = Sketch.numbered(seed, start, stop).scatter("n", DRAW)
        rows = rows.add({"contract": f"n // {self.per_row}", "month": f"n % {self.per_row}"})
        rows = rows.scatter("contract", _CONTRACT)
        rows = rows.pick([(drawn["種類"], "0")], _CONTRACT, "contract").join("kinds", "種類")
        of_contract = [(drawn["電気"], "electricity"), (drawn["ガス"], "gas")]
        rows = rows.pick(of_contract, _CONTRACT, "contract")
        rows = rows.pick([(drawn["電気の月"], "0"), (drawn["ガスの月"], "0")], DRAW)
        rows = rows.add(
            {
                "season": _by_month(list(self.months.values())),
                "code": _by_month([*map(months.index, self.months)]),
            }
        )
        return rows.columns(
            {
                NUMBER: ("BIGINT", "n"),
                DRAW: ("INTEGER", f'"{DRAW}"'),
                _PREFECTURE: ("TINYINT", "prefecture"),
                _KIND: ("TINYINT", "kind"),
                _MONTH: ("TINYINT", "code"),
                "電気使用量": ("INTEGER", '"電気" * season * "電気の月" // 10000'),
                "都市ガス使用量": ("INTEGER", '"ガス" * season * "ガスの月" // 10000'),
            }
        )


def _by_month(values: list[int]) -> str:
    whens = " ".join(f"WHEN {month} THEN {value}" for month, value in enumerate(values))
    return f"CASE month {whens} END"
