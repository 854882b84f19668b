"""The relaxed problem in HiGHS: real-valued splits, and each offer used wholly, partly or not at all.

Its floats decide nothing: they suggest which offers to try and which prices to bound with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from kofu.errors import KofuError
from kofu.quoting.combination.split import Terms


@dataclass(frozen=True, slots=True)
class Relaxed:
    """Duals per item (yen per yen) and per exclusive group (yen), and how much each offer is used (0 to 1)."""

    items: list[float]
    groups: list[float]
    used: list[float]


class Relaxation:
    """One linear programme, solved again and again with offers switched on and off."""

    def __init__(self, costs: list[int], offers: list[Terms], groups: Sequence[frozenset[int]]) -> None:
        self._highspy = _import()
        self.costs, self.offers, self.groups = costs, offers, groups
        self.unit = max([1, *costs])
        self._solver = self._highspy.Highs()
        for option, value in (("output_flag", False), ("threads", 1), ("presolve", "off")):
            self._solver.setOptionValue(option, value)
        self._solver.passModel(self._model())

    def solve(self, on: frozenset[int], off: frozenset[int]) -> Relaxed | None:
        """The relaxed optimum with these offers used and those not; None if the solver finds none."""
        count = len(self.offers)
        lower = [1.0 if o in on else 0.0 for o in range(count)]
        upper = [0.0 if o in off else 1.0 for o in range(count)]
        self._solver.changeColsBounds(count, list(range(count)), lower, upper)
        self._solver.run()
        if self._solver.getModelStatus() != self._highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._solver.getSolution()
        dual, first = solution.row_dual, len(self.costs)
        groups = dual[first : first + len(self.groups)]
        return Relaxed(
            [-d for d in dual[:first]], [-d * self.unit for d in groups], list(solution.col_value[:count])
        )

    def _model(self) -> Any:
        """Columns: use of each offer, then each payment of an offer for an item, in units of the largest cost."""
        model, infinity = self._highspy.HighsLp(), self._highspy.kHighsInf
        pays = [(o, i) for o, offer in enumerate(self.offers) for i in offer.items]
        count = len(self.offers)
        rows: list[tuple[float, list[tuple[int, float]]]] = []  # Σ coefficient × column ≤ bound
        by_item: list[list[tuple[int, float]]] = [[] for _ in self.costs]
        by_offer: list[list[tuple[int, float]]] = [[] for _ in self.offers]
        for n, (o, i) in enumerate(pays):
            by_item[i].append((count + n, 1.0))
            by_offer[o].append((count + n, 1.0))
        rows += [(c / self.unit, row) for c, row in zip(self.costs, by_item, strict=True)]
        rows += [(1.0, [(o, 1.0) for o in sorted(group)]) for group in self.groups]
        for o, offer in enumerate(self.offers):
            usable = max(offer.minimum, offer.cap * offer.down / offer.up) / self.unit
            rows.append((0.0, [(o, -usable), *by_offer[o]]))
            if offer.minimum:
                rows.append((0.0, [(o, offer.minimum / self.unit), *((x, -1.0) for x, _ in by_offer[o])]))
        for n, (o, i) in enumerate(pays):
            if (
                self._conditional(o)
                and self.costs[i] < self.offers[o].cap * self.offers[o].down / self.offers[o].up
            ):
                rows.append((0.0, [(o, -self.costs[i] / self.unit), (count + n, 1.0)]))
        model.num_col_, model.num_row_ = count + len(pays), len(rows)
        model.col_cost_ = [0.0] * count + [-self._slope(self.offers[o]) for o, _ in pays]
        model.col_lower_ = [0.0] * model.num_col_
        model.col_upper_ = [1.0] * count + [infinity] * len(pays)
        model.row_lower_, model.row_upper_ = [-infinity] * len(rows), [bound for bound, _ in rows]
        starts = [0]
        for _, row in rows:
            starts.append(starts[-1] + len(row))
        model.a_matrix_.format_ = self._highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = starts
        model.a_matrix_.index_ = [column for _, row in rows for column, _ in row]
        model.a_matrix_.value_ = [value for _, row in rows for _, value in row]
        return model

    def _conditional(self, offer: int) -> bool:
        return bool(self.offers[offer].minimum) or any(offer in group for group in self.groups)

    @staticmethod
    def _slope(offer: Terms) -> float:
        """Grant per yen; less than the rate where the minimum cost already passes the cap."""
        rate = offer.up / offer.down
        return min(rate, offer.cap / offer.minimum) if offer.minimum else rate


def _import() -> Any:
    try:
        return import_module("highspy")
    except ImportError as error:
        raise KofuError(
            "組み合わせの計算には highspy が要ります。`pip install highspy` のあと、もう一度実行してください。",
            "Combining programmes needs highspy; run `pip install highspy` and try again.",
        ) from error
