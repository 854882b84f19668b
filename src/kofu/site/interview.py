"""うちの会社で使える制度: one question at a time, the answers in the address, the programmes that fit so far."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kofu.catalogue.facets import labels
from kofu.errors import KofuError
from kofu.quoting.book import Book, read_firm
from kofu.quoting.form import Field, fact_field
from kofu.quoting.interview import questions
from kofu.quoting.match import Match, Matches, match_all
from kofu.quoting.record import matches_record, question_record
from kofu.quoting.requirement import fact_name, requirements
from kofu.rules.case import read_case
from kofu.rules.tree import Fact, Value, walk
from kofu.rules.values import show_value
from kofu.rules.vocabulary import normal, vocabulary
from kofu.site.calculator import show_range
from kofu.site.params import Asked, Pairs, address
from kofu.site.render import page
from kofu.site.rules_api import book_of, counts
from kofu.site.shelf import Shelf
from kofu.site.words import Say, say_in

PATH = "/match"
_CONFIRMED = 3
"""Of what is still open this many are named in a list."""
LISTED = 20
"""A longer list is folded after this many."""
BEST = 5
"""How many programmes are shown beside a question."""


@dataclass(frozen=True)
class Interview:
    """One state of the interview: everything comes from the address."""

    fields: tuple[str, ...]
    given: tuple[tuple[str, str], ...]
    """(fact, answer as typed) in the order of answering; an empty answer: not known."""
    facts: dict[str, Value]
    wrong: Field | None
    """The question whose answer cannot be read."""
    asked_again: str | None
    started: bool
    all: bool
    book: Book
    say: Say

    @cached_property
    def found(self) -> Matches:
        """Every programme against what is known."""
        return match_all(self.book, self.facts)

    @property
    def counts(self) -> dict[str, int]:
        """How many fit, depend, do not."""
        return counts(self.found)

    @cached_property
    def question(self) -> Field | None:
        """What is asked now; None when nothing that is left would tell more."""
        if self.wrong:
            return self.wrong
        lang = self.say.lang
        if self.asked_again:
            return fact_field(self.asked_again, lang, dict(self.given).get(self.asked_again, ""))
        name = self.next_name
        return fact_field(name, lang) if name else None

    @cached_property
    def next_name(self) -> str | None:
        """The most telling fact that was neither answered nor left open."""
        done = {name for name, _ in self.given}
        return next((entry.name for entry in questions(self.book, self.facts, done)), None)

    def base(self, leave: str | None = None) -> Pairs:
        """The fields of an address of this interview, without the answer to `leave`."""
        chosen = [("field", field) for field in self.fields]
        return [*chosen, ("go", "1"), *(pair for pair in self.given if pair[0] != leave)]

    @property
    def hidden(self) -> Pairs:
        """What the form carries along."""
        return self.base(self.question.name if self.question else None)

    @property
    def back_href(self) -> str | None:
        """One question back: the last one is asked again."""
        if not self.given:
            return address(PATH, [("field", field) for field in self.fields], self.say.lang)
        name = self.given[-1][0]
        return address(PATH, [*self.base(name), ("ask", name)], self.say.lang)

    @property
    def list_href(self) -> str:
        """The lists of everything."""
        return address(PATH, [*self.base(), ("list", "1")], self.say.lang)

    @property
    def on_href(self) -> str:
        """From the lists back to the questions."""
        return address(PATH, self.base(), self.say.lang)

    @property
    def answers(self) -> list[tuple[str, str, str]]:
        """(what was asked, the answer in words, where to change it)."""
        shown = []
        for name, _ in self.given:
            entry, value = vocabulary()[name], self.facts.get(name)
            if value is None:
                words = self.say("dont_know")
            elif isinstance(value, str):
                words = entry.shown(value, self.say.lang)
            else:
                words = show_value(value, entry.spec.type, self.say.lang)
            shown.append(
                (
                    fact_name(name, self.say.lang),
                    words,
                    address(PATH, [*self.base(), ("ask", name)], self.say.lang),
                )
            )
        return shown

    def best(self) -> tuple[Match, ...]:
        """The surest and largest so far."""
        return tuple(match for match in self.found.found if match.fits is not False)[:BEST]

    def href(self, match: Match) -> str:
        """The calculator of a programme with the answers given."""
        benefit = [("benefit", quote.rule.key) for quote in match.open_quotes[:1]]
        answered = [pair for pair in self.given if pair[1]]
        path = f"/programmes/{match.programme.id}"
        return address(path, [*benefit, *answered], self.say.lang, "calculator")

    def benefits(self, match: Match) -> str:
        """The benefits of a programme that fit or may, the first by name."""
        first, *more = [quote.rule.key for quote in match.open_quotes]
        return f"{first} {self.say('and_more', n=len(more))}" if more else first

    def to_confirm(self, match: Match) -> list[str]:
        """What the conditions of its first benefit still hang on, in short."""
        quote = match.open_quotes[0]
        undecided = (condition.node for condition in quote.conditions if condition.holds is None)
        read = (part.name for node in undecided for part in walk(node) if isinstance(part, Fact))
        names = dict.fromkeys(name for name in read if name not in quote.facts)
        return [fact_name(name, self.say.lang) for name in names][:_CONFIRMED]

    def amount(self, match: Match) -> str:
        """What a programme gives, as far as it is known."""
        total, say = match.total, self.say
        if total.open_end:
            return say("amount_later")
        if match.fits is None:
            return say("amount_most", high=say.yen(int(total.high)))
        return show_range(total, say)

    def reasons(self, match: Match) -> list[str]:
        """Why a programme does not fit."""
        return requirements((reason.node for reason in match.reasons), self.facts, self.say.lang)


def interview_of(shelf: Shelf, asked: Asked) -> Interview:
    """The interview at an address; fields that are no facts are ignored.

    Raises:
        KofuError: an unknown policy field.
    """
    fields = asked.query.facets.get("field", [])
    book = book_of(shelf, fields)
    controls = {name: value for name, value in asked.answers if name in ("go", "skip", "ask", "list")}
    typed = {normal(name): value for name, value in asked.answers if normal(name) in vocabulary()}
    if (skipped := normal(controls.get("skip", ""))) in vocabulary():
        typed[skipped] = ""
    facts: dict[str, Value] = {}
    wrong = None
    for name, text in list(typed.items()):
        try:
            facts |= read_case({name: text})
        except KofuError as error:
            wrong = fact_field(name, asked.lang, text, error)
            del typed[name]
    again = normal(controls.get("ask", ""))
    return Interview(
        tuple(fields),
        tuple(typed.items()),
        read_firm({}) | facts,
        wrong,
        again if again in vocabulary() else None,
        bool(typed or wrong or controls.get("go")),
        bool(controls.get("list")),
        book,
        say_in(asked.lang),
    )


def match_page(shelf: Shelf, asked: Asked) -> str:
    """The question, or the lists."""
    found = interview_of(shelf, asked)
    pairs = found.base() if found.started else [("field", field) for field in found.fields]
    pairs = [*pairs, *([("list", "1")] if found.all else [])]
    twin = {"type": "application/json", "name": "JSON", "href": address(f"{PATH}.json", pairs, asked.lang)}
    return page(
        "match.html",
        shelf,
        asked,
        PATH,
        pairs,
        i=found,
        most=LISTED,
        policy_fields=[(code, found.say.facet("field", code)) for code in labels("field")],
        verdicts=[("yes", True, "fits"), ("open", None, "depends"), ("no", False, "no")],
        twins=[twin],
    )


def match_json(shelf: Shelf, asked: Asked) -> dict[str, Any]:
    """The same as data: counts, the next question, every programme.

    Raises:
        KofuError: an answer that cannot be read.
    """
    found = interview_of(shelf, asked)
    if found.wrong and found.wrong.error:
        raise found.wrong.error
    name = found.next_name
    return {
        "counts": found.counts,
        "next": question_record(name, (), asked.lang) if name else None,
        **matches_record(found.found, asked.lang),
    }
