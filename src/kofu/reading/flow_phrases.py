"""Words of diagrams inside ordinary text: what is a name of an actor, which instruments and rates a phrase holds."""

from __future__ import annotations

import re
from functools import cache

from kofu.programme.vocabulary import Instrument
from kofu.reading.flow_lexicon import Kind, fold, lexicon
from kofu.text.rates import Rate, parse_rate

_RATE = re.compile(r"(?<![\d/])(?:\d{1,2}/\d{1,2}(?![\d/])|\d{1,3}%)(?:以内|以下|相当|等|程度)?|定額等?")
_BETWEEN = re.compile(r"直接|間接|費|率|事業|(?:又|また)は|および|及び|[、・/:\s()]")
_NOT_IN_NAME = re.compile(r"[をにがはへ。、:/%0-9]|する|した|行う|による|ため")


def rates_in(text: str) -> tuple[Rate, ...]:
    """The rates of a phrase in printed order, each once."""
    return tuple(dict.fromkeys(parse_rate(match.group()) for match in _RATE.finditer(fold(text))))


def instruments_in(text: str) -> tuple[Instrument, ...]:
    """The instruments of a phrase in printed order, each once."""
    return tuple(
        dict.fromkeys(meaning for match in _words().finditer(fold(text)) if (meaning := _meaning(match)))
    )


def is_label(text: str) -> bool:
    """Whether a phrase is nothing but what stands on an arrow: instruments, rates and what joins them."""
    rest = _words().sub("", _RATE.sub("", fold(text)))
    return bool(rates_in(text) or instruments_in(text)) and not _BETWEEN.sub("", rest)


def is_state(name: str) -> bool:
    """Whether a name is one of the state's."""
    return any(
        entry.printed == fold(name) and entry.kind is Kind.STATE
        for entry in lexicon().starting(fold(name), 0)
    )


def is_actor(name: str) -> bool:
    """Whether a name is listed, or ends in a listed name or a head noun of names."""
    plain = fold(name).removesuffix("等")
    if not plain or _NOT_IN_NAME.search(plain):
        return False
    heads = lexicon().heads.get(plain[-1], ())
    return plain.endswith(tuple(head for head, _ in heads if len(head) > 1)) or plain.endswith(_listed())


@cache
def _listed() -> tuple[str, ...]:
    words = [entry for group in lexicon().words.values() for entry in group]
    return tuple({e.printed.removesuffix("等") for e in words if e.kind is Kind.ACTOR and len(e.printed) > 1})


@cache
def _words() -> re.Pattern[str]:
    words = [e.printed for group in lexicon().words.values() for e in group if e.kind is Kind.INSTRUMENT]
    return re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))


def _meaning(match: re.Match[str]) -> Instrument | None:
    found = lexicon().starting(match.group(), 0)
    return next((entry.instrument for entry in found if entry.printed == match.group()), None)
