"""The rules of many programmes, compiled once for a date and an overlay of parameters."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from kofu.programme.model import Programme
from kofu.quoting.quote import Quote, quote_rule
from kofu.rules.case import read_case
from kofu.rules.check import default_date
from kofu.rules.compile import compile_rules
from kofu.rules.rule import Rule
from kofu.rules.settings import Overlay
from kofu.rules.tree import Value
from kofu.text.measure import Measure, parse_measure

STANDING = "応募する立場"
ASSUMED: Mapping[str, Value] = {STANDING: "事業を行う者", "名指しの機関": "どれでもない"}
"""Taken as known unless the case says otherwise: who asks is neither the secretariat of a programme nor a body
that a sheet names."""


class Book:
    """Rules by programme; each programme is compiled when it is first asked for.

    Without a date, each programme is read on the new year within its own fiscal year.
    """

    def __init__(
        self,
        programmes: Iterable[Programme],
        date: datetime.date | None = None,
        overlay: Overlay | None = None,
    ) -> None:
        self.programmes = {programme.id: programme for programme in programmes}
        self.date, self.overlay = date, overlay or {}
        self._rules: dict[str, tuple[Rule, ...]] = {}

    def rules_of(self, identifier: str) -> tuple[Rule, ...]:
        """The rules of one programme.

        Raises:
            KeyError: when the programme is not in the book.
            KofuError: when a parameter has no value at the date, or the overlay fits none.
        """
        if identifier not in self._rules:
            programme = self.programmes[identifier]
            date = self.date or default_date(programme)
            self._rules[identifier] = compile_rules(programme, date, self.overlay)
        return self._rules[identifier]

    def part(self, programmes: Iterable[Programme]) -> Book:
        """A book of some of its programmes, which shares their compiled rules."""
        found = Book(programmes, self.date, self.overlay)
        for identifier in found.programmes:
            found._rules[identifier] = self.rules_of(identifier)
        return found

    @property
    def rules(self) -> list[Rule]:
        """The rules of all programmes, in their order."""
        return [rule for identifier in self.programmes for rule in self.rules_of(identifier)]

    def quotes(self, identifier: str, facts: Mapping[str, Value]) -> tuple[Quote, ...]:
        """What a case gets from each benefit of a programme."""
        return tuple(quote_rule(rule, facts) for rule in self.rules_of(identifier))


def read_overlay(parameters: Mapping[str, Any]) -> dict[str, tuple[Measure, ...]]:
    """What-if parameters as written (補助率 → 1/2) → an overlay.

    Raises:
        KofuError: when a value cannot be read.
    """
    return {
        name: tuple(map(parse_measure, map(str, raw if isinstance(raw, list | tuple) else [raw])))
        for name, raw in parameters.items()
    }


def read_firm(answers: Mapping[str, Any], rules: Iterable[Rule] = ()) -> dict[str, Value]:
    """The facts of a case with what is assumed of every case.

    Raises:
        KofuError: an unknown fact or a wrong answer.
    """
    return {**ASSUMED, **read_case(answers, rules)}
