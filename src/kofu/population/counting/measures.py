"""What is asked of every row about one benefit, as forms: does it fit, how much, who applies, who pays."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from kofu.population.counting.frame import Frame
from kofu.rules.columns.bounding import Pair
from kofu.rules.columns.form import Column, Form, walk
from kofu.rules.columns.normal import Normaliser
from kofu.rules.columns.ranges import Ranges
from kofu.rules.rule import Rule
from kofu.rules.settings import UNBOUNDED
from kofu.rules.vocabulary import vocabulary


@dataclass(frozen=True)
class Measures:
    """The forms of one benefit; yen are whole. The first of a pair is certain or least, the second possible or most."""

    fits: Pair
    amount: Pair
    """Yen for a row, 0 where it does not fit."""
    applies: Form
    """Fits for certain, may get more than nothing, and is among those who take it up."""
    asked: Pair
    """Yen asked by those who apply."""
    shares: dict[str, Pair]
    """Payer → yen of `asked`."""
    bounded: bool
    """Whether the most is bounded by more than what a missing number can be at all."""


def measures(frame: Frame, normaliser: Normaliser, rule: Rule, take_up: Fraction) -> Measures:
    """What is asked about `rule`, of which the share `take_up` of those who fit applies."""
    forms = frame.forms
    fits, _ = frame.pair(rule.eligible, normaliser)
    amount, denominator = frame.pair(rule.total, normaliser)
    assert denominator == 1, "an amount is rounded to whole yen"
    nothing = forms.integer(0)
    drawn = frame.drawn(take_up, f"応募:{rule.programme}")
    applies = forms.logic("and", [fits[0], drawn, forms.compare(">", amount[1], nothing)])

    def of_applicants(pair: Pair) -> Pair:
        low = forms.case([(applies, pair[0])], nothing)
        return low, low if pair[0] is pair[1] else forms.case([(applies, pair[1])], nothing)

    everyone = fits[0] is fits[1] and take_up == 1  # of whom those that do not fit have an amount of 0
    asked = amount if everyone else of_applicants(amount)
    shares = {}
    for payer, node in rule.shares.items():
        share, denominator = frame.pair(node, normaliser)
        assert denominator == 1, "a share is rounded to whole yen"
        shares[payer] = of_applicants(share)
    return Measures(fits, amount, applies, asked, shares, _bounded(frame, normaliser, rule))


def _bounded(frame: Frame, normaliser: Normaliser, rule: Rule) -> bool:
    """Whether the most stays where it is when numbers that the population lacks may be twice as large."""
    form, _ = normaliser.normalise(rule.amount)
    high = frame.bounding.pair(form)[1]
    open_ended = {
        column.name: (column.low, 2 * column.high)
        for column in walk([form])
        if isinstance(column, Column) and _is_open_ended(column) and frame.lacks(column.name)
    }
    if not open_ended:
        return True
    wider = frame.bounding.widened(open_ended).pair(form)[1]
    ranges = Ranges()
    return ranges.of(high)[1] == ranges.of(wider)[1]


def _is_open_ended(column: Column) -> bool:
    """A number that only the range of its fact bounds; an open parameter has the bounds that the sheet prints."""
    return column.kind == "number" and (column.name in vocabulary() or column.high >= UNBOUNDED)
