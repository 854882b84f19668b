"""A quote and a match as plain JSON: what the command, the API and Python give alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kofu.quoting.match import Match, Matches
from kofu.quoting.quote import Condition, Quote
from kofu.quoting.requirement import requirement
from kofu.rules.bounds import Answer, Bounds
from kofu.rules.sentences import Line
from kofu.rules.settings import UNBOUNDED
from kofu.rules.steps import encode, to_json
from kofu.rules.tree import Setting, Type, Value
from kofu.rules.units import name_of
from kofu.rules.vocabulary import vocabulary

VERDICTS = {True: ("対象", "yes"), False: ("対象外", "no"), None: ("要確認", "depends")}
"""What eligibility is called, in each language."""


def verdict(eligible: bool | None, lang: str) -> str:
    """対象, 対象外 or 要確認."""
    return VERDICTS[eligible][lang == "en"]


def quote_record(quote: Quote, lang: str = "ja", steps: bool = True) -> dict[str, Any]:
    """One quote; money in whole yen, other numbers exact, every parameter and condition with its lines.

    `high` is None where nothing bounds the amount; `results` hold for one who is eligible, which `if_eligible` says
    is not known yet.
    """
    rule = quote.rule
    found: dict[str, Any] = {
        "programme": rule.programme,
        "benefit": rule.key,
        "components": list(rule.components),
        "payer": rule.payer,
        "recipient": rule.recipient,
        "instrument": rule.instrument.value,
        "definition": rule.hash,
        "eligible": quote.eligible,
        "verdict": verdict(quote.eligible, lang),
        "amount": quote.amount,
        "low": int(quote.total.low),
        "high": high_of(quote.total),
        "if_eligible": quote.eligible is None,
        "results": {name: result_record(value, _type(quote, name)) for name, value in quote.results.items()},
        "conditions": [condition_record(condition, quote.facts, lang) for condition in quote.conditions],
        "parameters": [parameter_record(setting) for setting in rule.settings if setting.at],
        "missing": [question_record(question.name, rule.settings, lang) for question in quote.questions],
        "facts": {name: encode(value) for name, value in quote.facts.items()},
    }
    if steps:
        found["steps"] = to_json(quote.steps)
        found["explanation"] = [line_record(line) for line in quote.explanation(lang)]
    return found


def high_of(found: Bounds) -> int | None:
    """The most, in whole yen; None where nothing bounds it but how large a missing number can be meant at all."""
    return None if found.open_end else int(found.high)


def _type(quote: Quote, name: str) -> Type:
    return {**quote.rule.shares, **quote.rule.outputs}[name].type


def result_record(value: Answer, kind: Type) -> dict[str, Any]:
    """A further figure: a number with its ends and unit, a truth value, or the choices left."""
    if isinstance(value, Bounds):
        low, high = encode(value.low), None if value.open_end else encode(value.high)
        return {
            "value": low if value.is_point else None,
            "low": low,
            "high": high,
            "unit": name_of(kind.unit),
        }
    if isinstance(value, frozenset):
        return {"value": next(iter(value)) if len(value) == 1 else None, "choices": sorted(value)}
    return {"value": value}


def condition_record(condition: Condition, facts: Mapping[str, Value], lang: str) -> dict[str, Any]:
    """A condition in words and whether it holds."""
    return {"text": requirement(condition.node, facts, lang), "holds": condition.holds}


def parameter_record(setting: Setting) -> dict[str, Any]:
    """A parameter as printed, with its lines; `open` where the sheet leaves its value open."""
    return {
        "name": setting.name,
        "text": setting.text,
        "low": encode(setting.low),
        "high": None if setting.high == UNBOUNDED else encode(setting.high),
        "unit": name_of(setting.type.unit),
        "open": setting.is_open,
        "at": list(setting.at),
    }


def question_record(name: str, settings: tuple[Setting, ...], lang: str) -> dict[str, Any]:
    """What is asked for a missing fact or open parameter, and what may be answered."""
    entry = vocabulary().get(name)
    if entry is None:
        printed = next((s.text for s in settings if s.name == name), "")
        ja, en = f"適用される{name}は？（シート: {printed}）", f"Which {name} applies? (sheet: {printed})"
        return {"name": name, "question": en if lang == "en" else ja, "known_by": "事務局"}
    spec = entry.spec
    found: dict[str, Any] = {
        "name": name,
        "question": entry.question(lang),
        "help": entry.help(lang),
        "known_by": entry.known_by,
        "type": spec.type.kind,
    }
    if spec.choices:
        found["choices"] = {choice: entry.shown(choice, lang) for choice in spec.choices}
    if spec.type.kind == "number":
        found["unit"] = spec.unit or name_of(spec.type.unit)
    return found


def line_record(line: Line) -> dict[str, Any]:
    """A line of an explanation."""
    return {"text": line.text, "at": list(line.at)}


def match_record(match: Match, lang: str = "ja") -> dict[str, Any]:
    """How one programme stands to a firm."""
    title = match.programme.title
    return {
        "programme": match.programme.id,
        "title": title.ja if lang == "ja" else title.en or title.ja,
        "fits": match.fits,
        "verdict": verdict(match.fits, lang),
        "low": int(match.total.low),
        "high": high_of(match.total),
        "benefits": [quote.rule.key for quote in match.open_quotes],
        "definitions": {quote.rule.key: quote.rule.hash for quote in match.open_quotes},
        "reasons": [condition_record(reason, match.quotes[0].facts, lang) for reason in match.reasons],
    }


def matches_record(matches: Matches, lang: str = "ja") -> dict[str, Any]:
    """All programmes against one firm."""
    return {
        "facts": {name: encode(value) for name, value in matches.facts.items()},
        "programmes": [match_record(match, lang) for match in matches.found],
    }
