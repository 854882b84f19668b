"""What a condition asks for, in words: 申請者の種別が「都道府県」であること（答え: 会社）."""

from __future__ import annotations

from collections.abc import Mapping

from kofu.rules import tree
from kofu.rules.sentences import statement
from kofu.rules.steps import trace
from kofu.rules.tree import Fact, Node, Value
from kofu.rules.values import show_value
from kofu.rules.vocabulary import vocabulary

_MOST = 4
"""Of a long list of choices this many are named."""
_JOINTS = {"and": ("、かつ", " and "), "or": ("、または", " or ")}


def requirement(node: Node, facts: Mapping[str, Value], lang: str) -> str:
    """What must hold, and what was answered instead; nothing about what is not known."""
    english = lang == "en"
    match node:
        case Fact():
            return fact_name(node.name, lang)
        case tree.Comparison(op="==", left=Fact() as fact, right=tree.Choice() as choice):
            return _one_of(fact, (choice.text,), facts, lang)
        case tree.Member(item=Fact() as fact):
            return _one_of(fact, node.choices, facts, lang)
        case tree.Logic():
            return _JOINTS[node.op][english].join(requirement(item, facts, lang) for item in node.items)
        case tree.Not():
            inner = requirement(node.item, facts, lang)
            return f"not: {inner}" if english else f"「{inner}」に当たらないこと"
        case _:
            text = statement(trace(node, facts), lang)
            return text.replace(" not known is ", " is ") if english else text.replace(" 不明 は", " は")


def fact_name(name: str, lang: str) -> str:
    """What a fact is called: its name, or in English, where it has none, its question."""
    entry = vocabulary().get(name)
    return name if lang == "ja" or entry is None else entry.en


def _one_of(fact: Fact, choices: tuple[str, ...], facts: Mapping[str, Value], lang: str) -> str:
    entry, answer = vocabulary()[fact.name], facts.get(fact.name)
    names = [entry.shown(choice, lang) for choice in choices[:_MOST]]
    rest = len(choices) - len(names)
    given = "" if answer is None else show_value(answer, fact.type, lang)
    if lang == "en":
        given = entry.shown(given, lang) if given else ""
        listed = ", ".join(names) + (f" or {rest} more" if rest else "")
        return f"{entry.en} → {listed}" + (f" (your answer: {given})" if given else "")
    listed = "".join(f"「{name}」" for name in names) + (f"ほか{rest}区分" if rest else "")
    which = "のどれかであること" if len(choices) > 1 else "であること"
    return f"{fact.name}が{listed}{which}" + (f"（答え: {given}）" if given else "")
