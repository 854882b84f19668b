"""What is known of a case: answers under their names, read into exact values."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from kofu.errors import KofuError
from kofu.rules.agreement import must_agree
from kofu.rules.rule import Rule
from kofu.rules.scope import law
from kofu.rules.tree import FactSpec, Named, Setting, Type, Value
from kofu.rules.values import is_unknown, read_setting, read_value
from kofu.rules.vocabulary import normal, vocabulary


def read_case(answers: Mapping[str, Any], rules: Iterable[Rule] = ()) -> dict[str, Value]:
    """Answers by name (facts, derived facts, and of `rules` their definitions and open parameters) → values.

    What is said to be unknown (不明, empty, null) is left out.

    Raises:
        KofuError: an unknown name (with the nearest), an answer that its fact cannot have, or a derived fact that
            the other answers refute.
    """
    rules = tuple(rules)
    open_settings, definitions = _own_names(rules)
    found: dict[str, Value] = {}
    for written, raw in answers.items():
        name = normal(str(written)).strip()
        settings = open_settings.get(name)
        spec = None if settings else _spec(name, definitions)
        if settings is None and spec is None:
            raise _unknown(name, [*open_settings, *definitions])
        if is_unknown(raw):
            continue
        found[name] = _setting(settings, raw) if settings else read_value(spec, raw)  # type: ignore[arg-type]
    must_agree(found, rules)
    return found


def spec_of(name: str) -> FactSpec | None:
    """What a fact or a derived fact of every programme may be; None for another name."""
    return _spec(name, {})


def _spec(name: str, definitions: Mapping[str, Type]) -> FactSpec | None:
    if name in vocabulary():
        return vocabulary()[name].spec
    if name in law().facts:
        return FactSpec(name, Type("truth"), "")
    if name in definitions:
        return FactSpec(name, definitions[name], "")
    return None


def _own_names(rules: Iterable[Rule]) -> tuple[dict[str, list[Setting]], dict[str, Type]]:
    settings: dict[str, list[Setting]] = {}
    definitions: dict[str, Type] = {}
    for rule in rules:
        for setting in rule.settings:
            if setting.is_open:
                settings.setdefault(setting.name, []).append(setting)
        definitions.update(
            {n.name: n.type for n in rule.named if isinstance(n, Named) and n.type.kind == "truth"}
        )
    return settings, definitions


def _setting(settings: list[Setting], raw: Any) -> Value:
    """The answer to open parameters of one name: one of them must allow it."""
    for setting in settings[:-1]:
        try:
            return read_setting(setting, raw)
        except KofuError:
            continue
    return read_setting(settings[-1], raw)


def _unknown(name: str, own: list[str]) -> KofuError:
    known = [*own, *vocabulary(), *law().facts]
    near = "、".join(difflib.get_close_matches(name, known, 3, 0.4) or [k for k in known if name in k][:3])
    return KofuError(
        f"「{name}」という事実はありません" + (f"。近いもの: {near}" if near else "（kofu facts で一覧）"),
        f"there is no fact {name!r}" + (f"; near: {near}" if near else " (kofu facts lists them)"),
    )
