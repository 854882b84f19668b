"""The rules as an interface: quote, match and ask, from a JSON body or from the fields of an address."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from litestar.exceptions import SerializationException
from litestar.serialization import decode_json

from kofu.catalogue.facets import read_facets
from kofu.programme.benefits import NotComputable
from kofu.programme.model import Programme
from kofu.quoting.book import Book, read_firm, read_overlay
from kofu.quoting.interview import questions
from kofu.quoting.match import Matches, match_all
from kofu.quoting.quote import Quote, quote_rule
from kofu.quoting.record import matches_record, question_record, quote_record
from kofu.rules.check import default_date
from kofu.rules.compile import component_keys
from kofu.rules.rule import Rule
from kofu.rules.vocabulary import normal
from kofu.site.params import Asked, BadRequestError
from kofu.site.shelf import NotFoundError, Shelf

Json = dict[str, Any]
_MAX_FACTS = 200
_MAX_ANSWER = 200
_PARAM = "param."
_QUESTIONS = 8
_KEYS = {
    "quote": {"programme", "benefit", "facts", "date", "params", "lang"},
    "match": {"facts", "fields", "lang"},
    "ask": {"facts", "fields", "lang"},
}


def read_body(name: str, body: bytes) -> Json:
    """The body of a request to `/api/{name}`, checked as far as its shape goes.

    Raises:
        KofuError: when it is no JSON object, holds an unknown key, or facts that are no plain answers.
    """
    try:
        found = decode_json(body)
    except (SerializationException, ValueError, RecursionError) as error:
        raise BadRequestError.of("e400_json") from error
    if not isinstance(found, dict):
        raise BadRequestError.of("e400_json")
    _known(name, found)
    for key in ("facts", "params"):
        if not isinstance(found.setdefault(key, {}), dict) or len(found[key]) > _MAX_FACTS:
            raise BadRequestError.of("e400_object", field=key, most=_MAX_FACTS)
    _check_answers({**found["facts"], **found["params"]})
    return found


def read_address(name: str, asked: Asked) -> Json:
    """The same from the fields of an address: `param.補助率=1/2` is a parameter, every unknown name a fact."""
    found: Json = {"lang": asked.lang, "facts": {}, "params": {}}
    own = _KEYS[name] - {"facts", "params", "lang", "fields"}
    _check_once(asked)
    for key, value in asked.answers:
        if key in own:
            found[key] = value
        elif key.startswith(_PARAM):
            found["params"][key.removeprefix(_PARAM)] = value
        else:
            found["facts"][key] = value
    found["fields"] = asked.query.facets.get("field", [])
    _check_answers({**found["facts"], **found["params"]})
    return found


def _check_once(asked: Asked) -> None:
    """One name has one value; the same said twice is no contradiction."""
    found: dict[str, str] = {}
    for written, value in asked.answers:
        name = normal(written).strip()
        if found.setdefault(name, value) != value:
            raise BadRequestError.of("e400_twice", field=_cut(name), one=_cut(found[name]), other=_cut(value))


def _known(name: str, body: Json) -> None:
    for key in body:
        if key not in _KEYS[name]:
            allowed = ", ".join(sorted(_KEYS[name]))
            raise BadRequestError.of("e400_key", field=str(key)[:40], allowed=allowed)
    for key in ("programme", "benefit", "date"):
        if not isinstance(body.get(key, ""), str | None):
            raise BadRequestError.of("e400_text", field=key)
    if body.get("lang", "ja") not in ("ja", "en"):
        raise BadRequestError.of("e400_choice", field="lang", value=_cut(body["lang"]), allowed="ja, en")


def _check_answers(answers: Mapping[str, Any]) -> None:
    for name, value in answers.items():
        plain = value is None or isinstance(value, str | int | float | bool)
        if not plain or len(str(name)) > _MAX_ANSWER or len(_text(value)) > _MAX_ANSWER:
            raise BadRequestError.of("e400_answer", field=_cut(name), most=_MAX_ANSWER)


def _text(value: Any) -> str:
    """As text; a whole number too long to be printed is long enough to be refused."""
    try:
        return str(value)
    except ValueError:
        return " " * (_MAX_ANSWER + 1)


def _cut(value: object) -> str:
    return _text(value)[:40]


def quote(shelf: Shelf, asked: Json) -> Json:
    """What a case gets from one programme, or from one benefit of it.

    Raises:
        NotFoundError: when there is no such programme or benefit.
        KofuError: a wrong fact, parameter or date.
    """
    lang = asked.get("lang", "ja")
    if not asked.get("programme"):
        raise BadRequestError.of("e400_missing", field="programme")
    programme = shelf.programme(asked["programme"])
    date = _date(asked.get("date"))
    overlay = read_overlay(asked["params"])
    book = Book([programme], date, overlay) if date or overlay else shelf.book
    rules = book.rules_of(programme.id)
    facts = read_firm(asked["facts"], rules)
    chosen = [rule_named(rules, asked["benefit"])] if asked.get("benefit") else rules
    return {
        "programme": programme.id,
        "title": {"ja": programme.title.ja, "en": programme.title.en},
        "document": programme.document,
        "lines": list(programme.lines),
        "date": (date or default_date(programme)).isoformat(),
        "quotes": [quote_record(quote_rule(rule, facts), lang) for rule in chosen],
        "not_computable": [_reason(each) for each in programme.not_computable],
    }


def rule_named(rules: Iterable[Rule], key: str) -> Rule:
    """The rule of a benefit.

    Raises:
        NotFoundError: when no benefit has this key.
    """
    named = {normal(rule.key): rule for rule in rules}
    if normal(key) not in named:
        listed = "、".join(rule.key for rule in named.values()) or "—"
        raise NotFoundError.of("e404_benefit", name=_cut(key), listed=listed)
    return named[normal(key)]


def _date(text: str | None) -> datetime.date | None:
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise BadRequestError.of("e400_date", value=_cut(text)) from error


def _reason(each: NotComputable) -> Json:
    return {
        "components": list(component_keys(each.component)),
        "ja": each.ja,
        "en": each.en,
        "at": list(each.at),
    }


def match(shelf: Shelf, asked: Json) -> Json:
    """Every programme that can be computed, for one firm: the surest and largest first.

    Raises:
        KofuError: a wrong fact or policy field.
    """
    book = book_of(shelf, asked.get("fields"))
    facts = read_firm(asked["facts"], book.rules)
    found = match_all(book, facts)
    record = matches_record(found, asked.get("lang", "ja"))
    for entry in record["programmes"]:
        programme = book.programmes[entry["programme"]]
        entry |= {"document": programme.document, "lines": list(programme.lines)}
    return {"counts": counts(found), **record}


def ask(shelf: Shelf, asked: Json) -> Json:
    """What to answer next, the most telling first, and how many programmes fit, depend or do not.

    Raises:
        KofuError: a wrong fact or policy field.
    """
    book = book_of(shelf, asked.get("fields"))
    rules = book.rules
    facts = read_firm(asked["facts"], rules)
    lang = asked.get("lang", "ja")
    found = match_all(book, facts)
    return {
        "counts": counts(found),
        "questions": [question_record(entry.name, (), lang) for entry in questions(book, facts)[:_QUESTIONS]],
        "definitions": {f"{q.rule.programme}/{q.rule.key}": q.rule.hash for q in _quotes(found)},
    }


def _quotes(found: Matches) -> list[Quote]:
    """The benefits that are still possible."""
    return [quote for each in found.found if each.fits is not False for quote in each.open_quotes]


def book_of(shelf: Shelf, fields: Any = None) -> Book:
    """The rules of all programmes, or of those in these policy fields.

    Raises:
        KofuError: an unknown field.
    """
    if not fields:
        return shelf.book
    if not isinstance(fields, list) or not all(isinstance(field, str) for field in fields):
        raise BadRequestError.of("e400_fields")
    chosen = frozenset(read_facets({"field": fields}).get("field", []))

    def inside(programme: Programme) -> bool:
        return any(term.value in chosen for term in programme.fields)

    return shelf.book.part(filter(inside, shelf.book.programmes.values()))


def counts(found: Matches) -> dict[str, int]:
    """How many programmes fit, depend and do not fit."""
    names = {"fits": True, "depends": None, "no": False}
    return {name: len(found.of(verdict)) for name, verdict in names.items()}
