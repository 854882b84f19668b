"""Facts printed for people, in Japanese or in English; the terminal and the pages say the same."""

from __future__ import annotations

from kofu.programme.vocabulary import Comparator, Term
from kofu.text.printing import print_quantity
from kofu.text.quantity import Quantity


def print_term(term: Term, lang: str) -> str:
    """The label of a member of the vocabulary."""
    return term.en if lang == "en" else term.ja


def print_actor(name: str, lang: str) -> str:
    """A payer or payee; names stay as printed, only 国 has an English word."""
    return "the state" if name == "国" and lang == "en" else name


def print_goal(comparator: Comparator, value: Quantity, lang: str) -> str:
    """A target's number: 80%以上, at least 80%."""
    number = print_quantity(value, lang)
    if comparator is Comparator.EQUAL:
        return number
    return f"{comparator.en} {number}" if lang == "en" else number + comparator.ja
