"""The calculator of a programme as its page shows it: the form, the result, the steps, the curve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup, escape

from kofu.programme.model import Programme
from kofu.quoting.book import ASSUMED, STANDING
from kofu.quoting.curve import Curve, curve
from kofu.quoting.figures import Figure, figures
from kofu.quoting.form import Field, Form, form_of
from kofu.quoting.quote import Quote, quote_rule
from kofu.quoting.record import high_of
from kofu.quoting.requirement import fact_name, requirement
from kofu.rules.bounds import Answer, Bounds, estimate
from kofu.rules.rule import Rule
from kofu.rules.sentences import Line, sentences
from kofu.rules.steps import Step
from kofu.rules.tree import Fact, Node, Type, walk
from kofu.rules.units import YEN
from kofu.rules.values import show_number
from kofu.rules.vocabulary import normal
from kofu.site.curve_svg import curve_svg
from kofu.site.params import Asked, Pairs, address
from kofu.site.rules_api import rule_named
from kofu.site.shelf import Shelf
from kofu.site.words import Say, say_in

_HANDS_ON = "執行団体"
_VERDICTS = {True: "verdict_yes", False: "verdict_no", None: "verdict_open"}
_PRINTED = re.compile(r"(（)(\d[\d,、–]*)行）|( \()lines? (\d[\d, –]*)\)")


@dataclass(frozen=True)
class Calculator:
    """One programme's calculator under one address."""

    programme: Programme
    groups: tuple[tuple[Rule, ...], tuple[Rule, ...]]
    """Benefits for those who carry out a project, and those for who hands the money on."""
    rule: Rule | None
    """The chosen benefit; the only one where a firm has no choice."""
    form: Form | None
    used: bool
    """Whether anything was chosen or answered; else the form stands empty and nothing is worked out."""
    say: Say

    @cached_property
    def quote(self) -> Quote | None:
        """The result, where everything that was answered can be read."""
        if not self.used or self.form is None or self.form.errors:
            return None
        return quote_rule(self.form.rule, self.form.facts)

    @property
    def verdict(self) -> str:
        """対象, 対象外, 要確認 in the words of the page."""
        return self.say(_VERDICTS[self.quote.eligible]) if self.quote else ""

    @property
    def amount(self) -> str:
        """What is got, or what one gets who turns out to be eligible."""
        assert self.quote is not None
        found = self.quote.estimate.amount
        return show_range(found if found is not None else self.quote.total, self.say)

    @property
    def is_open(self) -> bool:
        """Whether the amount is a range."""
        found = self.quote.estimate.amount if self.quote else None
        return found is not None and not found.is_point

    @property
    def results(self) -> list[tuple[str, str]]:
        """Shares and further figures, in words."""
        if self.quote is None:
            return []
        types = {**self.quote.rule.shares, **self.quote.rule.outputs}
        return [
            (name, show_answer(value, types[name].type, self.say))
            for name, value in self.quote.results.items()
        ]

    @property
    def conditions(self) -> list[tuple[str, bool | None]]:
        """Each condition in words and whether it holds."""
        if self.quote is None:
            return []
        told = [
            (requirement(c.node, self.quote.facts, self.say.lang), c.holds)
            for c in self.quote.conditions
            if not (c.holds and _is_standing(c.node))
        ]
        return list(dict.fromkeys(told))

    @property
    def steps(self) -> list[Line]:
        """How the amount comes about, as far as it is known."""
        if self.quote is None or self.quote.eligible is False:
            return []
        return sentences(tuple(_known(self.quote.steps)), self.say.lang)

    @property
    def missing(self) -> list[tuple[int, str]]:
        """(number of the field, what it asks) of what is still worth answering, best first."""
        if self.quote is None or self.form is None:
            return []
        places = {field.name: place for place, field in enumerate(self.form.fields, 1)}
        names = [question.name for question in self.quote.questions]
        return [(places[name], fact_name(name, self.say.lang)) for name in names if name in places]

    def name_of(self, field: Field) -> str:
        """What a field is called where its question stands elsewhere."""
        return fact_name(field.name, self.say.lang)

    @property
    def settings(self) -> list[Figure]:
        """The parameters that stand in the sheet, each once; of a table the rows that may apply."""
        return figures(self.quote, self.say.lang) if self.quote else []

    @cached_property
    def curve(self) -> Curve | None:
        """The amount over the main sum of money, unless the case is refused."""
        if self.quote is None:
            return None
        found = curve(self.quote.rule, self.quote.facts)
        return found if found and any(point.high for point in found.points) else None

    @property
    def over(self) -> str:
        """What the curve runs over, in words."""
        assert self.curve is not None
        return fact_name(self.curve.over, self.say.lang)

    @property
    def picture(self) -> Markup:
        """The curve, drawn."""
        assert self.curve is not None
        return curve_svg(self.curve, self.say)

    def sum(self, low: int, high: int) -> str:
        """A sum or a range of sums."""
        return show_yen(low, high, self.say)

    def benefit_href(self, rule: Rule) -> str:
        """The address of another benefit with the answers given so far, for one who may have it."""
        kept = [pair for pair in (self.form.answered if self.form else []) if pair[0] != STANDING]
        path = f"/programmes/{self.programme.id}"
        return address(path, [("benefit", rule.key), *kept], self.say.lang, "calculator")

    @property
    def pairs(self) -> Pairs:
        """The fields of the address that gives this result again."""
        if not self.used or self.rule is None:
            return []
        return [("benefit", self.rule.key), *(self.form.answered if self.form else [])]

    @property
    def api_href(self) -> str:
        """The same result as data."""
        return address("/api/quote", [("programme", self.programme.id), *self.pairs], self.say.lang)

    def linked(self, text: str) -> Markup:
        """A sentence with its line numbers as links to the sheet."""

        def link(found: re.Match[str]) -> str:
            lines = found[2] or found[4]
            first = int(re.split(r"\D", lines)[0])
            href = address(
                f"/documents/{self.programme.document}", [("line", str(first))], self.say.lang, f"L{first}"
            )
            shown = self.say("lines" if re.search(r"\D", lines) else "line", lines=lines)
            ends = "（）" if found[1] else (" (", ")")
            return f'{ends[0]}<a href="{escape(href)}">{shown}</a>{ends[1]}'

        return Markup(_PRINTED.sub(link, str(escape(text))))


def calculator_of(shelf: Shelf, asked: Asked, identifier: str) -> Calculator:
    """The calculator of a programme for an address.

    Raises:
        NotFoundError: no such programme, or no such benefit.
    """
    programme = shelf.programme(identifier)
    rules = shelf.book.rules_of(identifier)
    say = say_in(asked.lang)
    chosen = asked.last("benefit")
    refused = [estimate(rule, ASSUMED).eligible is False for rule in rules]
    groups = tuple(
        tuple(rule for rule, no in zip(rules, refused, strict=True) if no is side) for side in (False, True)
    )
    usual = groups[0] or groups[1]
    rule = rule_named(rules, chosen) if chosen and rules else usual[0] if len(usual) == 1 else None
    standing = {STANDING: _HANDS_ON} if rule in groups[1] else {}
    form = form_of(rule, standing | dict(asked.answers), asked.lang) if rule else None
    names = {field.name for field in form.fields} if form else set()
    used = bool(chosen) or any(value and normal(name) in names for name, value in asked.answers)
    return Calculator(programme, (groups[0], groups[1]), rule, form, used, say)


def _is_standing(node: Node) -> bool:
    """Whether a condition asks only what is settled by the choice of the benefit."""
    return {part.name for part in walk(node) if isinstance(part, Fact)} == {STANDING}


def _known(step: Step) -> Iterator[Step]:
    """The largest parts of a computation that are known."""
    if step.value is not None:
        yield step
        return
    for part in step.inputs:
        yield from _known(part)


def show_range(bounds: Bounds, say: Say) -> str:
    """Yen from low to high."""
    return show_yen(int(bounds.low), high_of(bounds), say)


def show_yen(low: int, high: int | None, say: Say) -> str:
    """A sum of yen, a range, or that it has no stated end."""
    if low == high:
        return say.yen(low)
    if high is None:
        return say("sum_from", low=say.yen(low))
    return say("sum_range", low=say.yen(low), high=say.yen(high))


def show_answer(value: Answer, kind: Type, say: Say) -> str:
    """A further figure in words, a range where it is open."""
    if isinstance(value, Bounds):
        if kind.unit == YEN:
            return show_range(value, say)
        ends = [show_number(end, kind, say.lang) for end in dict.fromkeys((value.low, value.high))]
        return ends[0] if len(ends) == 1 else say("sum_range", low=ends[0], high=ends[1])
    if isinstance(value, frozenset):
        return ("・" if say.lang == "ja" else ", ").join(sorted(value))
    return say({True: "yes", False: "no", None: "not_known"}[value])
