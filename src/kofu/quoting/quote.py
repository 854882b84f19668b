"""試算: what one case gets from a programme: an exact amount or an honest range, why, and what to answer next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from kofu.rules.bounds import Answer, Bounds, Estimate, estimate, reader
from kofu.rules.exact import evaluate
from kofu.rules.ranking import Question, rank
from kofu.rules.refining import refined
from kofu.rules.rule import Rule
from kofu.rules.sentences import Line, sentences
from kofu.rules.steps import Step, trace
from kofu.rules.tree import Node, Value


@dataclass(frozen=True)
class Condition:
    """One thing that must hold for a benefit, and whether it does (None: it depends)."""

    node: Node
    holds: bool | None


@dataclass(frozen=True)
class Quote:
    """What a case gets from one benefit. Everything is worked out from `rule` and `facts` when asked for."""

    rule: Rule
    facts: Mapping[str, Value]
    estimate: Estimate
    """Whether and how much; the shares and the further figures are `results`."""

    def __repr__(self) -> str:
        return f"<Quote {self.rule.programme} {self.rule.key}: {self.eligible}, {self.total}>"

    @property
    def eligible(self) -> bool | None:
        """Yes, no, or None: it depends on what is not known."""
        return self.estimate.eligible

    @property
    def total(self) -> Bounds:
        """What the case gets, in yen: 0 when not eligible, a range while something is open."""
        return self.estimate.total

    @property
    def amount(self) -> int | None:
        """The amount in yen where it is certain, else None."""
        return int(self.total.low) if self.total.is_point else None

    @cached_property
    def results(self) -> dict[str, Answer]:
        """The shares of the payers, then the further figures, of one who is eligible.

        A share is no less than nothing and no more than the amount (`kofu prove` shows it for every case); bounds
        look at the parts of one missing cost apart, so that their own ends may lie beyond that.
        """
        whole = estimate(self.rule, self.facts)
        found = refined(self.rule, self.facts, whole)
        if whole.amount is not None:
            most = whole.amount.high
            for name in whole.shares:
                part = found[name]
                assert isinstance(part, Bounds)
                found[name] = Bounds(max(part.low, Fraction(0)), min(part.high, most), part.open_end)
        return found

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Each condition of the benefit: those that fail are the reasons for a no."""
        found = []
        for node in self.rule.conditions:
            holds = evaluate(node, self.facts)
            found.append(Condition(node, holds if isinstance(holds, bool) else None))
        return tuple(found)

    @property
    def reasons(self) -> tuple[Condition, ...]:
        """The conditions that fail."""
        return tuple(c for c in self.conditions if c.holds is False)

    @cached_property
    def questions(self) -> list[Question]:
        """What is missing, the answer that narrows the result most first."""
        return rank(self.rule, self.facts)

    @cached_property
    def condition_steps(self) -> tuple[Step, ...]:
        """How each condition was decided."""
        return tuple(trace(node, self.facts) for node in self.rule.conditions)

    @cached_property
    def steps(self) -> Step:
        """How the amount comes about for one who is eligible."""
        return trace(self.rule.amount, self.facts)

    def explanation(self, lang: str) -> list[Line]:
        """The conditions and, where it is not refused, the amount, step by step in words."""
        amount = () if self.eligible is False else (self.steps,)
        return sentences((*self.condition_steps, *amount), lang)


def quote_rule(rule: Rule, facts: Mapping[str, Value]) -> Quote:
    """What `facts` get from `rule`."""
    return Quote(rule, facts, reader(rule).estimate(facts, figures=False))
