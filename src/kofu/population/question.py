"""What a simulation is asked: programmes and their variants, and everything that is assumed, in one value."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction

from kofu.errors import KofuError
from kofu.population.assumptions.arrival import Call
from kofu.population.assumptions.assumed import Assumption, credit_assumptions
from kofu.population.assumptions.premises import Premise, premises
from kofu.population.assumptions.years import YearParts, pay_years
from kofu.population.dataset import Dataset
from kofu.population.money.budget import Order
from kofu.population.variants import Variant, Variants
from kofu.programme.benefits import Parameter
from kofu.programme.model import Programme
from kofu.programme.vocabulary import Instrument
from kofu.quoting.book import read_overlay
from kofu.rules.check import default_date
from kofu.rules.compile import compile_rules
from kofu.rules.rule import Rule
from kofu.rules.settings import Overlay, overlay_names
from kofu.rules.vocabulary import normal

GROUPS = ("都道府県", "業種", "規模")


@dataclass(frozen=True)
class Question:
    """`take_up`: the part of those who certainly fit that applies. `order`: who is served first when a budget does
    not suffice; None leaves budgets out. `by`: how totals are split. `details`: also distributions, budgets and
    credit, which need further passes."""

    programmes: tuple[Programme, ...]
    variants: Variants = field(default_factory=Variants)
    date: datetime.date | None = None
    take_up: Fraction = Fraction(1)
    order: Order | None = "arrival"
    score: str | None = None
    premises: Mapping[str, Premise] = field(default_factory=premises)
    by: tuple[str, ...] = GROUPS
    seed: int = 1
    call: Call | None = None
    timing: YearParts | None = None
    credit: Mapping[str, Assumption] = field(default_factory=credit_assumptions)
    details: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.take_up <= 1:
            raise KofuError(
                f"申請する割合 {self.take_up} は、0より大きく1以下にしてください",
                f"a take-up of {self.take_up} is no share; give more than 0 and at most 1",
            )
        if (self.order == "score") != (self.score is not None):
            raise KofuError(
                "--order score と --score は、一緒に指定してください（例: --order score --score 従業員数）",
                "give --order score and --score together (e.g. --order score --score 従業員数)",
            )
        if self.timing is not None:  # a year before the budget is told before anything is counted
            for programme in self.programmes:
                pay_years(0, programme.fiscal_year, Instrument.SUBSIDY, self.timing)
        self._variants_are_known()

    def _variants_are_known(self) -> None:
        """A parameter that no programme has is a slip of the pen, not a variant without effect."""
        every = [_parameters(programme) for programme in self.programmes]
        ids = [programme.id for programme in self.programmes]
        for variant in self.variants.every:
            for name in variant.parameters:
                if not any(normal(name).strip() in own for own in every):
                    if len(self.programmes) == 1:  # it tells which parameters and rows there are
                        with _under(variant, self.programmes[0]):
                            self._compiled(self.programmes[0], read_overlay({name: variant.parameters[name]}))
                    known = sorted({n for own in every for n in own})
                    raise KofuError(
                        f"案「{variant.name}」の「{name}」というパラメーターは、どの事業にもありません（あるもの: {'、'.join(known[:30])}）",
                        f"variant {variant.name!r}: no programme has a parameter {name!r} (there are: {', '.join(known[:30])})",
                    )
            if unknown := next((i for i in variant.programmes if i not in ids), None):
                raise KofuError(
                    f"案「{variant.name}」の事業「{unknown}」は、計算する事業の中にありません",
                    f"variant {variant.name!r}: programme {unknown!r} is not among those that are simulated",
                )

    def rules_of(self, programme: Programme, variant: Variant) -> tuple[Rule, ...]:
        """The rules of a programme under a variant.

        Raises:
            KofuError: the overlay breaks a unit or names no parameter.
        """
        with _under(variant, programme):
            return self._compiled(programme, variant.overlay(programme.id, _parameters(programme)))

    def _compiled(self, programme: Programme, overlay: Overlay) -> tuple[Rule, ...]:
        return compile_rules(programme, self.date or default_date(programme), overlay)

    def key(self, dataset: Dataset) -> str:
        """SHA-256 of the question: whatever has the same key has the same answer, on any engine."""
        parts = [
            dataset.hash,
            [
                [p.id, [r.hash for v in self.variants.every for r in self.rules_of(p, v)]]
                for p in self.programmes
            ],
            [str(self.take_up), self.order, self.score, self.by, self.seed, self.details],
            [[name, premise.text] for name, premise in sorted(self.premises.items())],
            [str(self.call), str(self.timing), [assumption.text for assumption in self.credit.values()]],
        ]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


@contextmanager
def _under(variant: Variant, programme: Programme) -> Iterator[None]:
    """What goes wrong within is told with the variant and the programme."""
    try:
        yield
    except KofuError as error:
        if not (variant.parameters or variant.programmes):
            raise
        raise KofuError(
            f"案「{variant.name}」、{programme.id}: {error.ja}",
            f"variant {variant.name!r}, {programme.id}: {error.en}",
        ) from error


def _parameters(programme: Programme) -> set[str]:
    """What an overlay may name."""
    every: list[Mapping[str, Parameter]] = [programme.parameters]
    every += [benefit.parameters for benefit in programme.benefits]
    return {normal(name) for parameters in every for name in overlay_names(parameters)}
