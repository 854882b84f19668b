"""What a condition asks for, in words: 申請者の種別が「都道府県」であること（答え: 会社）."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kofu.rules import tree
from kofu.rules.scope import law
from kofu.rules.sentences import statement
from kofu.rules.steps import trace
from kofu.rules.tree import Fact, Node, Value, walk
from kofu.rules.values import show_value
from kofu.rules.vocabulary import vocabulary

_MOST = 4
"""Of a longer list of choices this many are named, and the number of the rest."""
_MOST_ROWS = 2
"""More combinations than this are told by the facts that they combine."""
_JOINTS = {"and": ("、かつ", "; and "), "or": ("、または", "; or ")}


def requirements(nodes: Iterable[Node], facts: Mapping[str, Value], lang: str) -> list[str]:
    """What must hold, condition by condition, each said once."""
    return list(dict.fromkeys(requirement(node, facts, lang) for node in nodes))


def requirement(node: Node, facts: Mapping[str, Value], lang: str) -> str:
    """What must hold, and what was answered instead; nothing about what is not known."""
    english = lang == "en"
    match node:
        case Fact():
            return fact_text(node, True, lang)
        case tree.Not(item=Fact() as fact):
            return fact_text(fact, False, lang)
        case tree.Comparison(op="==" | "!=", left=Fact() as fact, right=tree.Choice() as choice):
            return _one_of(fact, (choice.text,), facts, lang, node.op == "==")
        case tree.Member(item=Fact() as fact):
            return _one_of(fact, node.choices, facts, lang)
        case tree.Not(item=tree.Member(item=Fact() as fact) as member):
            return _one_of(fact, member.choices, facts, lang, False)
        case tree.Logic():
            items = _merged(node)
            if node.op == "or" and _are_rows(items):
                return _combination(items, facts, lang)
            if len(items) == 1:
                return requirement(items[0], facts, lang)
            return _JOINTS[node.op][english].join(dict.fromkeys(_part(item, facts, lang) for item in items))
        case tree.Not():
            inner = requirement(node.item, facts, lang)
            return f"Not: {inner}" if english else f"「{inner}」に当たらないこと"
        case tree.Comparison():
            text = statement(trace(node, facts), lang)
            if english:
                return text[:1].upper() + text[1:].replace(" not known", "")
            return text.replace(" 不明", "").removesuffix("である") + "であること"
        case tree.Named() if english and node.name in law().facts:
            meaning = law().facts[node.name].en.rstrip(".")
            return f"{meaning} ({node.law})" if node.law else meaning
        case tree.Named() if english:
            return requirement(node.body, facts, lang)
        case _:
            return statement(trace(node, facts), lang)


def _part(node: Node, facts: Mapping[str, Value], lang: str) -> str:
    """A part of a longer condition, in brackets where it has parts itself."""
    text = requirement(node, facts, lang)
    if not isinstance(node, tree.Logic) or len(_merged(node)) == 1:
        return text
    return f"({text})" if lang == "en" else f"（{text}）"


def fact_name(name: str, lang: str) -> str:
    """What a fact is called: its name, or in English, where it has none, its question."""
    entry = vocabulary().get(name)
    if lang == "ja" or entry is None:
        return name
    return entry.name_en[:1].upper() + entry.name_en[1:] if entry.name_en else entry.en


def fact_text(fact: Fact, holds: bool, lang: str) -> str:
    """A yes-or-no fact as a condition."""
    if lang == "en" and vocabulary()[fact.name].name_en:
        return ("" if holds else "Not: ") + fact_name(fact.name, lang)
    if lang == "en":
        return f"{fact_name(fact.name, lang)} → {'yes' if holds else 'no'}"
    return fact.name if holds else f"「{fact.name}」に当たらないこと"


def _merged(node: tree.Logic) -> list[Node]:
    """The parts of `and` or `or`, each once; of `or` those about one choice as one."""
    found: list[Node] = []
    for item in _parts(node, node.op):
        before = next((i for i, old in enumerate(found) if _choices_of(item) and _same_fact(item, old)), None)
        if node.op == "or" and before is not None:
            old = found[before]
            found[before] = tree.Member(
                _fact_of(item), tuple(dict.fromkeys((*_choices_of(old), *_choices_of(item))))
            )
        elif item not in found:
            found.append(item)
    return found


def _parts(node: tree.Logic, op: str) -> Iterator[Node]:
    """The parts of a chain of one joint, however it is bracketed."""
    for item in node.items:
        if isinstance(item, tree.Logic) and item.op == op:
            yield from _parts(item, op)
        else:
            yield item


def _choices_of(node: Node) -> tuple[str, ...]:
    """The choices of one fact that a condition allows; nothing where it is no such condition."""
    match node:
        case tree.Comparison(op="==", left=Fact(), right=tree.Choice() as choice):
            return (choice.text,)
        case tree.Member(item=Fact()):
            return node.choices
        case _:
            return ()


def _fact_of(node: Node) -> Fact:
    return next(part for part in walk(node) if isinstance(part, Fact))


def _same_fact(one: Node, other: Node) -> bool:
    return bool(_choices_of(other)) and _fact_of(one).name == _fact_of(other).name


def _are_rows(items: list[Node]) -> bool:
    """Whether these are the rows of a table: many combinations of the same facts."""
    read = {frozenset(_facts_in(item)) for item in items}
    return len(items) > _MOST_ROWS and len(read) == 1 and len(next(iter(read))) > 1


def _facts_in(node: Node) -> list[str]:
    return [part.name for part in walk(node) if isinstance(part, Fact)]


def _combination(rows: list[Node], facts: Mapping[str, Value], lang: str) -> str:
    """Rows of a table by the facts that they combine."""
    names = list(dict.fromkeys(_facts_in(rows[0])))
    given = [_shown(name, facts[name], lang) for name in names if name in facts]
    if lang == "en":
        listed = ", ".join(fact_name(name, lang) for name in names)
        return f"{listed}: a combination that the sheet lists" + _answer(", ".join(given), lang)
    listed = "と".join(names)
    return f"{listed}の組み合わせが、シートの表にあること" + _answer("、".join(given), lang)


def _shown(name: str, value: Value, lang: str) -> str:
    entry = vocabulary()[name]
    text = show_value(value, entry.spec.type, lang)
    return entry.shown(text, lang) if entry.spec.choices else text


def _answer(given: str, lang: str) -> str:
    if not given:
        return ""
    return f" (your answer: {given})" if lang == "en" else f"（答え: {given}）"


def _one_of(
    fact: Fact, choices: tuple[str, ...], facts: Mapping[str, Value], lang: str, holds: bool = True
) -> str:
    """That a choice is one of these, or none of them."""
    entry, answer = vocabulary()[fact.name], facts.get(fact.name)
    named = choices if len(choices) <= _MOST + 1 else choices[:_MOST]
    names = [entry.shown(choice, lang) for choice in named]
    rest = len(choices) - len(names)
    given = _answer("" if answer is None else _shown(fact.name, answer, lang), lang)
    if lang == "en":
        *most, last = [*names, *([f"{rest} more"] if rest else [])]
        between = " / " if any("," in name for name in names) else ", "
        listed = f"{between.join(most)} or {last}" if most else last
        is_ = " is" if entry.name_en else " →"
        return f"{fact_name(fact.name, lang)}{is_}{'' if holds else ' not'} {listed}{given}"
    listed = "".join(f"「{name}」" for name in names) + (f"ほか{rest}区分" if rest else "")
    if len(choices) == 1:
        return f"{fact.name}が{listed}で{'ある' if holds else 'ない'}こと{given}"
    return f"{fact.name}が{listed}の{'どれかである' if holds else 'どれでもない'}こと{given}"
