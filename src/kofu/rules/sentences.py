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
from kofu.text.printing import lines_text

_SIGNS = {"+": "＋", "-": "−", "*": "×", "/": "÷"}
_COMPARED = {
    "==": ("{} は {}", "{} is {}"),
    "!=": ("{} は {} でない", "{} is not {}"),
    "<": ("{} は {} 未満", "{} is below {}"),
    "<=": ("{} は {} 以下", "{} is at most {}"),
    ">": ("{} は {} 超", "{} is above {}"),
    ">=": ("{} は {} 以上", "{} is at least {}"),
}
_ROUNDED = {"down": ("切捨て", "down"), "up": ("切上げ", "up"), "half_up": ("四捨五入", "to the nearest")}
_ANSWERS = {True: ("はい", "yes"), False: ("いいえ", "no"), None: ("不明", "not known")}
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
    return writer.told


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
        for item in inputs:
            self.tell(item)
        line = None if value is None else _WRITE[type(node)](self, step)
        if line is not None:
            self.told.append(line)

    def shown(self, step: Step) -> str:
        """A step where it is used: its name, its value and where that stands."""
        node = step.node
        match node:
            case tree.Setting():
                return f"{node.name} {self.setting(node, step.value)}"
            case tree.Fact() | tree.Named():
                return f"{node.name} {self.value(step.value, node.type)}{self.law(node)}"
            case tree.Case() if node.table and step.inputs:
                return self.shown(step.inputs[-1])
            case tree.Choice():
                return node.text if self.english else f"「{node.text}」"
            case _:
                return self.value(step.value, node.type)

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
        """A value exactly; a sum of yen with every digit."""
        if value is None or isinstance(value, bool):
            return _ANSWERS[value][self.english]
        if isinstance(value, str):
            return value
        return _yen(value, self.english) if kind.unit == YEN else _number(value, kind, self.lang)

    def answered(self, step: Step) -> Line:
        """A condition and whether it holds."""
        return Line(f"{self.condition(step)}: {_ANSWERS[step.value][self.english]}", _at(*step.inputs))  # type: ignore[index]

    def condition(self, step: Step) -> str:
        """A condition in words."""
        node: Any = step.node
        match node:
            case tree.Comparison():
                left, right = map(self.shown, step.inputs)
                return _COMPARED[node.op][self.english].format(left, right)
            case tree.Member():
                return self.member(step, node)
            case tree.Not():
                inner = self.condition(step.inputs[0])
                return f"not: {inner}" if self.english else f"「{inner}」ではない"
            case tree.Logic():
                joint = {"and": ("、かつ ", " and "), "or": ("、または ", " or ")}[node.op][self.english]
                return joint.join(map(self.condition, step.inputs))
            case tree.Fact() | tree.Named():
                return node.name + self.law(node)
            case _:
                return self.shown(step)

    def member(self, step: Step, node: tree.Member) -> str:
        names = node.choices[:_MOST_CHOICES]
        rest = len(node.choices) - len(names)
        item = self.shown(step.inputs[0])
        if self.english:
            return f"{item} is one of {', '.join(names)}" + (f" and {rest} more" if rest else "")
        return f"{item} は {'・'.join(names)}" + (f" ほか{rest}区分" if rest else "") + " のどれか"

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
            text = f"{' と '.join(items)} の{'小さい' if least else '大きい'}方は {result}"
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
        return Line(f"{shown} を使う", _at(taken))

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
    return tuple(dict.fromkeys(found))


# What parameters look like is asked again and again.
_number = lru_cache(4096)(show_number)
_lines = lru_cache(4096)(lines_text)


@lru_cache(4096)
def _yen(value: int | Fraction, english: bool) -> str:
    """Every digit, and what is less than a yen as a fraction: 666,666と2/3円."""
    whole, rest = divmod(value, 1)
    unit, joint = (" yen", " ") if english else ("円", "と")
    return f"{int(whole):,}" + (f"{joint}{rest}" if rest else "") + unit
