"""Which programmes fit a firm: all at once, sorted, with amounts, reasons for a no and the next question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from kofu.errors import KofuError
from kofu.programme.model import Programme
from kofu.programme.vocabulary import Instrument
from kofu.quoting.book import Book
from kofu.quoting.fit import met
from kofu.quoting.quote import Condition, Quote
from kofu.rules.bounds import Bounds, reader
from kofu.rules.exact import evaluate
from kofu.rules.tree import Value
from kofu.rules.vocabulary import vocabulary

_NOTHING = Bounds(Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Match:
    """How one programme stands to a firm."""

    programme: Programme
    quotes: tuple[Quote, ...]

    def __repr__(self) -> str:
        return f"<Match {self.programme.id}: {self.fits}, {self.total}>"

    @cached_property
    def fits(self) -> bool | None:
        """Yes where a benefit is certain, no where none is possible, else None: it depends."""
        verdicts = [quote.eligible for quote in self.quotes]
        return True if True in verdicts else None if None in verdicts else False

    @cached_property
    def open_quotes(self) -> tuple[Quote, ...]:
        """The benefits that fit, or else those that may."""
        fits = self.fits
        return () if fits is False else tuple(q for q in self.quotes if q.eligible is fits)

    @cached_property
    def total(self) -> Bounds:
        """The most that one of its benefits gives, in yen."""
        found = [quote.total for quote in self.open_quotes]
        if not found:
            return _NOTHING
        return Bounds(max(b.low for b in found), max(b.high for b in found), any(b.open_end for b in found))

    @cached_property
    def reasons(self) -> tuple[Condition, ...]:
        """Of the benefit that comes nearest, the conditions that fail."""
        if self.fits is not False or not self.quotes:
            return ()
        failing = (
            [node for node in quote.rule.conditions if evaluate(node, quote.facts) is False]
            for quote in self.quotes
        )
        return tuple(Condition(node, False) for node in min(failing, key=len))

    @cached_property
    def nearness(self) -> tuple[int, int]:
        """(selecting conditions met, conditions open) of the benefit that fits best of those that fit or may."""
        found = [(met(q.rule, q.facts), reader(q.rule).open_conditions(q.facts)) for q in self.open_quotes]
        return min(found, key=lambda each: (-each[0], each[1]), default=(0, 0))


@dataclass(frozen=True)
class Matches:
    """The programmes of a book against one firm, the surest and nearest first."""

    facts: Mapping[str, Value]
    found: tuple[Match, ...]

    def of(self, fits: bool | None) -> tuple[Match, ...]:
        """Those that fit (True), depend (None) or do not fit (False)."""
        return tuple(match for match in self.found if match.fits is fits)


def match_all(book: Book, facts: Mapping[str, Value]) -> Matches:
    """Every programme of the book that can be computed, for one firm.

    Raises:
        KofuError: when a fact was given whose answer is another one for each programme.
    """
    for name in facts:
        entry = vocabulary().get(name)
        if entry is not None and entry.per_programme:
            raise KofuError(
                f"「{name}」の答えは事業ごとに違います。kofu quote で事業を選んで答えてください",
                f"{name!r} has another answer for each programme; give it to kofu quote",
            )
    found = [Match(p, book.quotes(p.id, facts)) for p in book.programmes.values() if p.benefits]
    return Matches(facts, tuple(sorted(found, key=_order)))


def _order(match: Match) -> tuple[int, int, bool, int, bool, Fraction, str]:
    """Sure before possible before refused; the most selecting conditions met; what one applies for before what one
    is commissioned to do; the fewest open conditions; what is bounded, then the larger amount."""
    rank = {True: 0, None: 1, False: 2}[match.fits]
    commissioned = all(quote.rule.instrument is Instrument.COMMISSION for quote in match.open_quotes)
    fitting, still_open = match.nearness
    total = match.total
    high = Fraction(0) if total.open_end else total.high
    return rank, -fitting, commissioned, still_open, total.open_end, -high, match.programme.id
