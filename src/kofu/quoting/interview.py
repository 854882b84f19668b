"""聞き取り: one question at a time, only what still matters, with the way back; no screen in here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType

from kofu.quoting.book import ASSUMED, Book
from kofu.quoting.match import Matches, match_all
from kofu.rules.ranking import rank_all
from kofu.rules.tree import Value
from kofu.rules.values import is_unknown, read_value
from kofu.rules.vocabulary import FactEntry, vocabulary

_AT_ONCE = 8
"""Questions that are named, the next and those after it."""


@cache
def known_by() -> Mapping[str, str]:
    """Who knows each fact of the vocabulary."""
    return MappingProxyType({name: entry.known_by for name, entry in vocabulary().items()})


def questions(book: Book, facts: Mapping[str, Value], skipped: Collection[str] = ()) -> list[FactEntry]:
    """What to ask a firm next, the most telling first.

    What means something else in each programme (補助率 that a sheet leaves open, 委託先に選ばれた) is not asked
    here: `kofu quote` asks it, programme by programme.
    """
    entries = {name: entry for name, entry in vocabulary().items() if not entry.per_programme}
    ranked = rank_all(book.rules, facts, known_by(), limit=None)
    names = (question.name for question in ranked)
    return [entries[name] for name in names if name in entries and name not in skipped][:_AT_ONCE]


class Interview:
    """The state of one interview; `answers` holds what was said, in order."""

    def __init__(self, book: Book, given: Mapping[str, Value] = MappingProxyType({})) -> None:
        self.book = book
        self.answers: dict[str, Value] = {k: v for k, v in given.items() if ASSUMED.get(k) != v}
        self._asked: list[str] = []
        self._skipped: dict[str, None] = {}

    @property
    def facts(self) -> dict[str, Value]:
        """What is known, with what is assumed of every firm."""
        return {**ASSUMED, **self.answers}

    @property
    def count(self) -> int:
        """How many questions were answered or passed over."""
        return len(self._asked)

    def matches(self) -> Matches:
        """How all programmes stand now."""
        return match_all(self.book, self.facts)

    def question(self) -> FactEntry | None:
        """The next question; None when no answer could change anything."""
        return next(iter(questions(self.book, self.facts, self._skipped)), None)

    def answer(self, entry: FactEntry, raw: str) -> Value | None:
        """Take an answer as people write it; None: it is not known.

        Raises:
            KofuError: when the fact cannot have this answer; nothing changes then.
        """
        value = None if is_unknown(raw) else read_value(entry.spec, raw)
        if value is None:
            self._skipped[entry.name] = None
        else:
            self.answers[entry.name] = value
        self._asked.append(entry.name)
        return value

    def back(self) -> FactEntry | None:
        """Take the last answer back; its question, or None where nothing was asked yet."""
        if not self._asked:
            return None
        name = self._asked.pop()
        self.answers.pop(name, None)
        self._skipped.pop(name, None)
        return vocabulary()[name]
