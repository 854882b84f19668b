"""The rules of many programmes, compiled once for a date and an overlay of parameters."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from kofu.errors import KofuError
from kofu.programme.model import Programme
from kofu.quoting.quote import Quote, quote_rule
from kofu.rules.case import read_case
from kofu.rules.check import default_date
from kofu.rules.compile import compile_rules
from kofu.rules.rule import Rule
from kofu.rules.settings import Overlay
from kofu.rules.tree import Value
from kofu.rules.vocabulary import normal
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
        KofuError: when a value cannot be read, or is negative.
    """
    return {
        normal(str(name)).strip(): tuple(
            _supposed(name, str(value)) for value in (raw if isinstance(raw, list | tuple) else [raw])
        )
        for name, raw in parameters.items()
    }


def _supposed(name: str, text: str) -> Measure:
    """One supposed value: text as a sheet prints it; a sign in front is refused for what it is."""
    if normal(text).strip()[:1] in ("-", "−", "▲", "△"):
        raise KofuError(
            f"{name}={text}: マイナスの値は置けません。0以上にしてください",
            f"{name}={text}: cannot be negative; give 0 or more",
        )
    try:
        return parse_measure(text)
    except KofuError as error:
        raise KofuError(f"{name}: {error.ja}", f"{name}: {error.en}") from error


def read_day(raw: Any, name: str = "date") -> datetime.date | None:
    """A day as written (2025-02-01, 2025/2/1) or as Python has it; None: none is asked for.

    Raises:
        KofuError: when it is no day; the sentence says `name`, what the caller calls it.
    """
    if raw is None or (isinstance(raw, datetime.date) and not isinstance(raw, datetime.datetime)):
        return raw
    if isinstance(raw, datetime.datetime):
        return raw.date()
    try:
        if not isinstance(raw, str):
            raise ValueError
        year, month, day = map(int, normal(raw).strip().replace("/", "-").split("-"))
        return datetime.date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise KofuError(
            f"{name} {raw}: 日付として読めません（例: 2025-02-01）",
            f"{name} {raw}: is no date (e.g. 2025-02-01)",
        ) from error


def read_firm(answers: Mapping[str, Any], rules: Iterable[Rule] = ()) -> dict[str, Value]:
    """The facts of a case with what is assumed of every case.

    Raises:
        KofuError: an unknown fact or a wrong answer.
    """
    return {**ASSUMED, **read_case(answers, rules)}
