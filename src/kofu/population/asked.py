"""What is asked of every row about a programme under one variant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kofu.population.counting.frame import Frame
from kofu.population.counting.measures import Measures, measures
from kofu.population.money.tiers import CREDIT, STATE
from kofu.population.question import Question
from kofu.programme.model import Programme
from kofu.rules.columns.bounding import Pair
from kofu.rules.columns.form import Form
from kofu.rules.rule import Rule


@dataclass(frozen=True)
class Change:
    """Whether a row gets more than under the baseline, or less, and by how many yen more.

    `gains` must be added up only where some win and others lose; else the demands tell.
    """

    before: Form
    after: Form
    wins: Form
    loses: Form
    gains: Form


@dataclass(frozen=True)
class Asked:
    """The benefits of a programme under a variant; they exclude each other unless they combine, so sums add up.

    `fits`: some benefit, for certain and possibly. `whole`: the least yen that a row asks of the programme.
    `state`: the part of it that the state's budget bears; what is lent or guaranteed is not paid out of it.
    `queues`: whether a row asks for any of that.
    """

    programme: Programme
    variant: int
    fits: Pair
    benefits: tuple[tuple[Rule, Measures], ...]
    applies: Form
    queues: Form
    whole: Form
    state: Form
    change: Change | None
    """Against the baseline; None of the baseline."""

    @property
    def forms(self) -> list[Form]:
        """Everything that is counted or added up."""
        found = [
            *self.fits,
            self.applies,
            self.queues,
            self.state,
            self.whole,
            *((self.change.wins, self.change.loses) if self.change else ()),
        ]
        for _, m in self.benefits:
            found += [*m.fits, *m.amount, m.applies, *m.asked]
            found += [form for pair in m.shares.values() for form in pair]
        return found


def ask(frame: Frame, question: Question) -> list[Asked]:
    """Every programme that has rules, under every variant; the variants of one programme stand together."""
    found: list[Asked] = []
    for programme in question.programmes:
        base: Asked | None = None
        for place, variant in enumerate(question.variants.every):
            rules = question.rules_of(programme, variant)
            asked = _asked(frame, question, programme, place, rules, base)
            base = base or asked
            if rules:
                found.append(asked)
    return found


def _asked(
    frame: Frame,
    question: Question,
    programme: Programme,
    variant: int,
    rules: Sequence[Rule],
    base: Asked | None,
) -> Asked:
    forms, normaliser = frame.forms, frame.normaliser()
    benefits = [(rule, measures(frame, normaliser, rule, question.take_up)) for rule in rules]
    whole = state = forms.integer(0)
    paid = []
    for rule, m in benefits:
        whole = _sum(frame, whole, m.asked[0])
        if rule.instrument not in CREDIT:
            state = _sum(frame, state, m.shares[STATE][0] if STATE in m.shares else m.asked[0])
            paid.append(m.applies)
    fits = (
        forms.logic("or", [m.fits[0] for _, m in benefits]),
        forms.logic("or", [m.fits[1] for _, m in benefits]),
    )
    applies, queues = forms.logic("or", [m.applies for _, m in benefits]), forms.logic("or", paid)
    change = None if base is None else _change(frame, base, whole)
    return Asked(programme, variant, fits, tuple(benefits), applies, queues, whole, state, change)


def _sum(frame: Frame, one: Form, other: Form) -> Form:
    return frame.forms.binary("+", one, other)


def _change(frame: Frame, base: Asked, after: Form) -> Change:
    forms, before = frame.forms, base.whole
    gains = forms.extreme("max", [forms.binary("-", after, before), forms.integer(0)])
    return Change(before, after, forms.compare(">", after, before), forms.compare("<", after, before), gains)
