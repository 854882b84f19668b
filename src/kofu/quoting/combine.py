"""組合せ: one project with its cost items, and the benefits that may pay for them, from a file to the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from kofu.errors import KofuError
from kofu.programme.vocabulary import Instrument
from kofu.quoting.book import ASSUMED, Book
from kofu.quoting.combination.answer import Answer
from kofu.quoting.combination.problem import Item, Offer, Problem
from kofu.quoting.combination.sentences import certificate, second, sentence
from kofu.quoting.combination.solve import solve
from kofu.quoting.offer import IneligibleError, cost_fact, offer_of
from kofu.rules.case import read_case
from kofu.rules.rule import Rule
from kofu.rules.tree import Type, Value
from kofu.rules.units import YEN
from kofu.rules.values import read_plain
from kofu.yaml_file import read_yaml

_KEYS = ("items", "programmes", "facts", "exclusive")
_GIVEN = (Instrument.SUBSIDY, Instrument.GRANT_IN_AID, Instrument.BENEFIT)
"""What pays for costs and is not paid back."""
_MOST = 10**13
"""Yen: beyond the largest cost that a fact can state."""


@dataclass(frozen=True)
class Wanted:
    """A programme that may pay (`benefit` None: any of its benefits), for these items (None: all)."""

    programme: str
    benefit: str | None = None
    items: frozenset[str] | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    """Of this programme alone: its open parameters."""


@dataclass(frozen=True)
class Project:
    """Cost items in yen, who may pay for them (none named: every programme that fits), facts, exclusions."""

    items: tuple[Item, ...]
    wanted: tuple[Wanted, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    exclusive: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Plan:
    """The answer, the rule behind each offer, and why other benefits could not take part."""

    answer: Answer
    rules: Mapping[str, Rule]
    left_out: tuple[KofuError, ...]


def read_project(path: Path) -> Project:
    """A project from YAML.

    items: 費目 → 円. programmes: id or id/支援 → items it may pay for, or a mapping with `items` and `set`.
    facts: as in a facts file. exclusive: pairs of ids.

    Raises:
        KofuError: a file that cannot be read or has another form; nothing is left out silently.
    """
    file = read_yaml(path)
    if file.problems:
        problem = file.problems[0]
        raise KofuError(problem.say("ja"), problem.say("en"))
    data, name = file.data, path.name
    for key in data:
        if key not in _KEYS:
            raise _wrong(name, f"「{key}」という項目はありません（{'、'.join(_KEYS)}）", f"unknown key {key!r} ({', '.join(_KEYS)})")  # fmt: skip
    costs = data.get("items")
    if not isinstance(costs, dict) or not costs:
        raise _wrong(name, "items に費目と金額を書いてください（例: 機械装置費: 800万円）", "write the cost items under items (e.g. 機械装置費: 800万円)")  # fmt: skip
    items = tuple(Item(label, _yen(label, raw)) for label, raw in costs.items())
    programmes = _mapping(name, "programmes", data.get("programmes"))
    wanted = tuple(_wanted(name, key, raw) for key, raw in programmes.items())
    pairs = data.get("exclusive") or []
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            raise _wrong(name, "exclusive は id 2つの組の並びにしてください", "exclusive must be a list of pairs of ids")  # fmt: skip
    return Project(items, wanted, _mapping(name, "facts", data.get("facts")), tuple(map(tuple, pairs)))


def _mapping(name: str, key: str, raw: Any) -> dict[str, Any]:
    if raw is None:
        return {}
    if isinstance(raw, list) and key == "programmes":
        return dict.fromkeys(map(str, raw))
    if not isinstance(raw, dict):
        raise _wrong(name, f"{key} は「名前: 値」の並びにしてください", f"{key} must be a mapping")
    return raw


def _wanted(name: str, key: str, raw: Any) -> Wanted:
    wanted = wanted_of(key)
    if raw is None:
        return wanted
    answers: Any = {}
    if isinstance(raw, dict):
        if extra := set(raw) - {"items", "set"}:
            raise _wrong(name, f"{key}: 「{min(extra)}」は書けません（items か set）", f"{key}: unknown key {min(extra)!r} (items, set)")  # fmt: skip
        answers, raw = raw.get("set") or {}, raw.get("items")
    if (raw is not None and not isinstance(raw, list)) or not isinstance(answers, dict):
        raise _wrong(
            name, f"{key}: 費目の並びにしてください（例: [機械装置費]）", f"{key}: write a list of items"
        )
    return Wanted(
        wanted.programme, wanted.benefit, None if raw is None else frozenset(map(str, raw)), answers
    )


def wanted_of(text: str) -> Wanted:
    """A programme by its id, or one benefit of it as id/支援."""
    programme, _, benefit = text.partition("/")
    return Wanted(programme.strip(), benefit.strip() or None)


def _yen(label: str, raw: Any) -> int:
    value = read_plain(label, Type("number", YEN), raw)
    if not isinstance(value, int) or not 0 <= value <= _MOST:
        raise KofuError(
            f"費目「{label}」の金額 {raw} は0円から10兆円までの整数の円にしてください",
            f"the cost of item {label!r}, {raw}, must be whole yen from 0 to 10 trillion",
        )
    return value


def combine(book: Book, project: Project, answers: Mapping[str, Any]) -> Plan:
    """The best combination for a project.

    Benefits that were named must take part or the call is refused; of those that were not named, all that
    certainly fit and have the form of an offer take part, and `left_out` says why the others do not.

    Raises:
        KofuError: no items with a cost, nobody to pay, a benefit that cannot take part, or highspy is missing.
    """
    most = sum(item.yen for item in project.items)
    everything = frozenset(item.name for item in project.items)
    stated = {**project.facts, **answers}
    offers: dict[str, tuple[Offer, Rule]] = {}
    left_out: list[KofuError] = []
    for wanted in project.wanted or tuple(Wanted(identifier) for identifier in book.programmes):
        rules = _rules(book, wanted)
        facts = {**ASSUMED, **read_case({**stated, **wanted.answers}, rules)}
        refused: list[KofuError] = []
        found = 0
        for rule in rules:
            name = rule.key if rule.key not in offers else f"{rule.key}（{rule.programme}）"
            try:
                facts_here = _without_cost(rule, facts)
                offer = offer_of(rule, facts_here, wanted.items or everything, name, most)
            except KofuError as error:
                refused.append(error)
                continue
            offers[name] = offer, rule
            found += 1
        left_out += [error for error in refused if not isinstance(error, IneligibleError)]
        if project.wanted and not found:
            raise _most_telling(refused)
    if not offers:
        raise _nobody()
    problem = Problem(project.items, tuple(o for o, _ in offers.values()), _exclusive(offers, project))
    return Plan(solve(problem), {name: rule for name, (_, rule) in offers.items()}, tuple(left_out))


def _without_cost(rule: Rule, facts: Mapping[str, Value]) -> dict[str, Value]:
    if rule.instrument not in _GIVEN:
        kind = rule.instrument
        raise IneligibleError(
            f"{rule.programme}「{rule.key}」: {kind.ja}は費用への補助ではないので、組み合わせません",
            f"{rule.programme} {rule.key!r}: a {kind.en} does not pay for costs, so it is not combined",
        )
    cost = cost_fact(rule, facts)
    return {name: value for name, value in facts.items() if name != cost.name}


def _rules(book: Book, wanted: Wanted) -> list[Rule]:
    rules = [r for r in book.rules_of(wanted.programme) if wanted.benefit in (None, r.key)]
    if not rules and wanted.benefit is not None:
        keys = "、".join(r.key for r in book.rules_of(wanted.programme))
        raise KofuError(
            f"{wanted.programme} に「{wanted.benefit}」という支援はありません（あるもの: {keys}）",
            f"{wanted.programme} has no benefit {wanted.benefit!r} (there are: {keys})",
        )
    return rules


def _exclusive(offers: Mapping[str, tuple[Offer, Rule]], project: Project) -> frozenset[frozenset[str]]:
    """Pairs of offers that a sheet, or the project's file, says cannot be had together."""
    by_programme: dict[str, list[str]] = {}
    for name, (_, rule) in offers.items():
        by_programme.setdefault(rule.programme, []).append(name)
    stated = [(rule.programme, other) for _, rule in offers.values() for other in rule.excludes]
    return frozenset(
        frozenset(pair)
        for one, other in (*stated, *project.exclusive)
        for pair in product(by_programme.get(one, ()), by_programme.get(other, ()))
        if one != other
    )


def plan_record(plan: Plan, lang: str) -> dict[str, Any]:
    """A plan as plain JSON."""
    answer = plan.answer

    def shares(combination: Any) -> list[dict[str, Any]]:
        return [
            {
                "programme": plan.rules[share.offer].programme,
                "benefit": plan.rules[share.offer].key,
                "definition": plan.rules[share.offer].hash,
                "grant": share.grant,
                "cost": share.cost,
                "items": dict(share.paid),
            }
            for share in combination.shares
        ]

    other = answer.runner_up
    return {
        "total": answer.total,
        "gap_yen": answer.gap_yen,
        "best": shares(answer.best),
        "runner_up": None if other is None else {"total": other.total, "shares": shares(other)},
        "reasons": [sentence(reason, lang) for reason in answer.reasons],
        "certificate": certificate(answer, lang),
        "second": second(answer, lang),
        "left_out": [error.say(lang) for error in plan.left_out],
    }


def _most_telling(refused: list[KofuError]) -> KofuError:
    """Why a programme cannot take part: of the benefit that comes nearest."""
    nearest = [error for error in refused if not isinstance(error, IneligibleError)]
    return next(iter(nearest or refused), _nobody())


def _nobody() -> KofuError:
    return KofuError(
        "組み合わせられる支援がありません。--programmes で事業を指定するか、事実を足してください",
        "there is nothing to combine; name programmes with --programmes or state more facts",
    )


def _wrong(name: str, ja: str, en: str) -> KofuError:
    return KofuError(f"{name}: {ja}", f"{name}: {en}")


def chosen(project: Project, programmes: Iterable[str]) -> Project:
    """The project with these programmes (id or id/支援) instead of all; what the file says of them stays."""
    named = [wanted_of(text) for text in programmes]
    if not named:
        return project
    of_file = {(w.programme, w.benefit): w for w in project.wanted}
    wanted = tuple(of_file.get((w.programme, w.benefit), w) for w in named)
    return Project(project.items, wanted, project.facts, project.exclusive)
