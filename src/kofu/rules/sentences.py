"""The explanation in words, rendered from the steps and from nothing else."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from kofu.rules import tree
from kofu.rules.steps import Step
from kofu.rules.tree import Type, Value
from kofu.rules.units import YEN
from kofu.rules.values import show_number
from kofu.rules.vocabulary import vocabulary
from kofu.text.printing import lines_text, print_yen

_SIGNS = {"+": "＋", "-": "−", "*": "×", "/": "÷"}
_COMPARED = {
    "==": ("{}が{}である", "{} is {}"),
    "!=": ("{}が{}以外", "{} is not {}"),
    "<": ("{}が{}未満", "{} is below {}"),
    "<=": ("{}が{}以下", "{} is at most {}"),
    ">": ("{}が{}超", "{} is above {}"),
    ">=": ("{}が{}以上", "{} is at least {}"),
}
_ROUNDED = {"down": ("切捨て", "down"), "up": ("切上げ", "up"), "half_up": ("四捨五入", "to the nearest")}
_ANSWERS = {True: ("はい", "yes"), False: ("いいえ", "no"), None: ("不明", "not known")}
_ROUND = 10_000
"""Yen: a multiple of it is written in 万円 and 億円."""
_MOST_CHOICES = 4
"""Of a long list of choices this many are shown."""


class Line(NamedTuple):
    """One step in words; `at`: the lines of the sheet behind its numbers."""

    text: str
    at: tuple[int, ...] = ()


def sentences(steps: tuple[Step, ...], lang: str) -> list[Line]:
    """What was done, in the order in which it was done; every number with its name and its lines."""
    writer = _Writer(lang)
    for step in steps:
        writer.tell(step)
    return list(dict.fromkeys(writer.told))  # two parameters may ask for the same


def statement(step: Step, lang: str) -> str:
    """A condition as a statement with the values it was decided on, without the answer."""
    return _Writer(lang).condition(step)


class _Writer:
    def __init__(self, lang: str) -> None:
        self.english = lang == "en"
        self.lang = lang
        self.done: set[int] = set()
        self.told: list[Line] = []

    def tell(self, step: Step) -> None:
        """The lines of the steps behind, then that of the step itself.

        One with none behind says nothing, nor does one that is not known yet.
        """
        node, value, inputs = step
        if not inputs or id(node) in self.done:
            return
        self.done.add(id(node))
        # One part that holds decides `or`, one that fails decides `and`: the parts before it do not matter.
        decided = isinstance(node, tree.Logic) and value is (node.op == "or")
        for item in inputs[-1:] if decided else inputs:
            if item[2]:
                self.tell(item)
        line = None if value is None else _WRITE[type(node)](self, step)
        if line is not None:
            self.told.append(line)

    def shown(self, step: Step) -> str:
        """A step where it is used: its name, its value and where that stands."""
        node = step.node
        match node:
            case tree.Setting():
                shown = self.setting(node, step.value)
                # A cell of a table (5人以下) has no name but its words.
                return shown if node.name.startswith(node.text) else f"{node.name} {shown}"
            case tree.Fact() | tree.Named():
                if isinstance(step.value, str):
                    return (
                        f"{node.name}（{step.value}）"
                        if not self.english
                        else (f"{self.name(node)} ({_english_choice(node.name, step.value)})")
                    )
                return f"{self.name(node)} {self.value(step.value, node.type)}{self.law(node)}"
            case tree.Case() if node.table and step.inputs:
                return self.shown(step.inputs[-1])
            case tree.Choice():
                return node.text if self.english else f"「{node.text}」"
            case _:
                return self.value(step.value, node.type)

    def name(self, node: tree.Fact | tree.Named) -> str:
        """What a fact or a named value is called: in English its English name, where it has one."""
        return _english_name(node.name) if self.english else node.name

    def setting(self, node: tree.Setting, value: Value | None) -> str:
        """The value of a parameter, and where it stands: 2/3（112行）, or the law it is of."""
        shown = self.value(value, node.type)
        if node.text == "定額":
            shown = "fixed sum, the cost itself" if self.english else "定額（費用の額）"
        return shown + self.law(node) + self.lines(node.at)

    def law(self, node: tree.Setting | tree.Named | tree.Fact) -> str:
        law = getattr(node, "law", None)
        return "" if law is None else f" ({law})" if self.english else f"（{law}）"

    def lines(self, at: tuple[int, ...]) -> str:
        if not at:
            return ""
        return f" (line {_lines(at)})" if self.english else f"（{_lines(at)}行）"

    def value(self, value: Value | None, kind: Type) -> str:
        """A value exactly; a sum of yen that is not round with every digit."""
        if value is None or isinstance(value, bool):
            return _ANSWERS[value][self.english]
        if isinstance(value, str):
            return value
        if kind.unit == YEN:
            return _yen(value, self.english)
        return _number(value.numerator, value.denominator, kind, self.lang)

    def answered(self, step: Step) -> Line:
        """A condition and whether it holds."""
        text = self.condition(step)
        return Line(f"{text[:1].upper()}{text[1:]}: {_ANSWERS[step.value][self.english]}", _at(*step.inputs))  # type: ignore[index]

    def condition(self, step: Step) -> str:
        """A condition in words."""
        node: Any = step.node
        match node:
            case tree.Comparison():
                left, right = map(self.shown, step.inputs)
                if self.english and isinstance(node.right, tree.Choice):
                    right = _english_choice(getattr(node.left, "name", ""), node.right.text)
                return _COMPARED[node.op][self.english].format(left, right)
            case tree.Member():
                return self.member(step, node)
            case tree.Not():
                inner = self.condition(step.inputs[0])
                return f"not so: {inner}" if self.english else f"「{inner}」ではない"
            case tree.Logic():
                joint = {"and": ("、かつ ", " and "), "or": ("、または ", " or ")}[node.op][self.english]
                return joint.join(map(self.condition, step.inputs))
            case tree.Fact() | tree.Named():
                return self.name(node) + self.law(node)
            case _:
                return self.shown(step)

    def member(self, step: Step, node: tree.Member) -> str:
        names = node.choices[:_MOST_CHOICES]
        rest = len(node.choices) - len(names)
        item = self.shown(step.inputs[0])
        if self.english:
            fact = getattr(node.item, "name", "")
            names = tuple(_english_choice(fact, name) for name in names)
            return f"{item} is one of {', '.join(names)}" + (f" and {rest} more" if rest else "")
        listed = "".join(f"「{name}」" for name in names)
        return f"{item}が{listed}" + (f"ほか{rest}区分" if rest else "") + "のどれかである"

    def arithmetic(self, step: Step) -> Line:
        left, right = map(self.shown, step.inputs)
        node: Any = step.node
        return Line(
            f"{left} {_SIGNS[node.op]} {right} ＝ {self.value(step.value, node.type)}", _at(*step.inputs)
        )

    def extreme(self, step: Step) -> Line:
        items = [self.shown(item) for item in step.inputs]
        least = step.node.op == "min"  # type: ignore[union-attr]
        result = self.value(step.value, step.node.type)
        if self.english:
            text = f"the {'smallest' if least else 'largest'} of {' and '.join(items)} is {result}"
        else:
            text = f"{'と'.join(items)}の{'小さい' if least else '大きい'}方は {result}"
        return Line(text, _at(*step.inputs))

    def named(self, step: Step) -> Line:
        node: Any = step.node
        return Line(f"{node.name}{self.law(node)}: {self.value(step.value, node.type)}", node.at)

    def case(self, step: Step) -> Line | None:
        if step.value is None:
            return None
        taken = step.inputs[-1]
        shown = self.shown(taken)
        if self.english:
            return Line(f"{shown} applies", _at(taken))
        return Line(f"{shown}を使う", _at(taken))

    def rounded(self, step: Step) -> Line | None:
        (item,) = step.inputs
        if item.value == step.value or step.value is None:
            return None
        node: Any = step.node
        ja, en = _ROUNDED[node.direction]
        before, after = self.value(item.value, node.type), self.value(step.value, node.type)
        if self.english:
            return Line(f"{before}, rounded {en} to {show_number(node.step, node.type, self.lang)}: {after}")
        unit = {1: "円", 100: "百円", 1000: "千円", 10_000: "万円"}.get(int(node.step), str(node.step))
        return Line(f"{before} → {unit}未満{ja} → {after}")


_WRITE: dict[type[Any], Callable[[_Writer, Step], Line | None]] = {
    tree.Arithmetic: _Writer.arithmetic,
    tree.Extreme: _Writer.extreme,
    tree.Comparison: _Writer.answered,
    tree.Member: _Writer.answered,
    tree.Logic: lambda writer, step: None,
    tree.Not: lambda writer, step: None,
    tree.Named: _Writer.named,
    tree.Case: _Writer.case,
    tree.Rounded: _Writer.rounded,
}


def _at(*steps: Step) -> tuple[int, ...]:
    """The lines behind the parameters among these steps."""
    found: list[int] = []
    for step in steps:
        node = step.node
        if isinstance(node, tree.Setting):
            found += node.at
        elif isinstance(node, tree.Case) and step.inputs:
            found += _at(step.inputs[-1])
    return tuple(dict.fromkeys(found)) if found else ()


# What parameters look like is asked again and again.
_lines = lru_cache(4096)(lines_text)


@lru_cache(4096)
def _number(numerator: int, denominator: int, kind: Type, lang: str) -> str:
    """`show_number` of a fraction, which itself is slow to look up."""
    return show_number(Fraction(numerator, denominator), kind, lang)


@lru_cache(4096)
def _english_name(name: str) -> str:
    entry = vocabulary().get(name)
    return (entry and entry.name_en) or name


def _english_choice(fact: str, choice: str) -> str:
    entry = vocabulary().get(fact)
    return entry.choices_en.get(choice, choice) if entry else choice


def _yen(value: int | Fraction, english: bool) -> str:
    """A round sum as people write it, else every digit, and what is less than a yen as a fraction: 666,666と2/3円."""
    return _printed_yen(value.numerator, value.denominator, english)


@lru_cache(4096)
def _printed_yen(numerator: int, denominator: int, english: bool) -> str:
    whole, rest = divmod(numerator, denominator)
    if not rest and whole % _ROUND == 0:
        return print_yen(whole, "en" if english else "ja")
    fraction = f"{rest}/{denominator}" if rest else ""
    if english:
        return f"¥{whole:,} {fraction}".rstrip()
    return f"{whole:,}" + (f"と{fraction}" if fraction else "") + "円"
