"""The usual rule in openfisca-core, as its users write it: float (32 bits there) and int (32 bits too).

Needs `pip install openfisca-core`; it is no part of the development environment. Besides the time it prints in how many
rows OpenFisca's answer differs from the exact one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench.clock import Row, Work, paired_ms
from bench.usual import KINDS, PLACES, SERVICES

_READ = {"cost": "補助対象経費", "staff": "従業員数", "trade": "業種", "place": "都道府県", "kind": "種別"}
_PERIOD = "2024-12"


def measure(arrays: Mapping[str, Any], exact: Any, ours: Work) -> Iterator[Row]:
    """`arrays`: the firms by fact; `exact`: the amount of each; `ours`: works all of them out and sums them."""
    for number in (float, int):
        answer = _answers(arrays, number)
        wrong = int((answer().astype("int64") != exact).sum())
        name = f"openfisca-core, {number.__name__}"
        print(f"  {name}: {wrong:,} of {len(exact):,} rows wrong; ours: none")
        mine, other = paired_ms(ours, answer, 7)
        yield Row(f"columns: one rule, {len(exact):,} firms, no gaps", mine, name, other, "<= 0.67 x")


def _answers(arrays: Mapping[str, Any], number: type) -> Any:
    """What gives the amounts; the facts are already in the simulation, and nothing is kept between calls."""
    import numpy
    from openfisca_core import periods
    from openfisca_core.simulation_builder import SimulationBuilder

    system = _system(number)
    firms = len(next(iter(arrays.values())))
    simulation = SimulationBuilder().build_default_simulation(system, firms)
    for name, fact in {**_READ, "raises": "賃上げ"}.items():
        simulation.set_input(name, _PERIOD, arrays[fact])
    amount = simulation.get_holder("amount")

    def answer() -> Any:
        amount.delete_arrays(periods.period(_PERIOD))
        found = simulation.calculate("amount", _PERIOD)
        numpy.sum(found, dtype=numpy.int64)
        return found

    return answer


def _system(number: type) -> Any:
    import numpy
    from openfisca_core.entities import Entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    firm = Entity("firm", "firms", "A firm", "")
    system = TaxBenefitSystem([firm])

    def formula(firm: Any, period: Any) -> Any:
        cost, staff, trade, place, kind = (firm(name, period) for name in _READ)
        small = staff <= numpy.where(numpy.isin(trade, SERVICES), 5, 20)
        fits = numpy.isin(kind, KINDS) & numpy.isin(place, PLACES) & (cost >= 100_000)
        if number is int:
            share = numpy.where(small, cost * 2 // 3, cost // 2)
        else:
            share = numpy.floor(cost * numpy.where(small, 2 / 3, 1 / 2))
        cap = numpy.where(firm("raises", period), 10_000_000, 5_000_000)
        return numpy.where(fits & ~numpy.isin(trade, (23, 24)), numpy.minimum(share, cap), 0)

    kinds = dict.fromkeys(_READ, int) | {"cost": number, "raises": bool, "amount": number}
    for name, kind in kinds.items():
        parts = {"value_type": kind, "entity": firm, "definition_period": DateUnit.MONTH, "label": name}
        if name == "amount":
            parts["formula"] = formula
        system.add_variable(type(name, (Variable,), parts))
    return system
