"""The explanation in words, rendered from the steps and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kofu.rules import tree
from kofu.rules.steps import Step
from kofu.rules.tree import Node, Type, Value
from kofu.rules.units import YEN
from kofu.rules.values import show_number, show_value
from kofu.text.printing import lines_text

_SIGNS = {"+": "＋", "-": "−", "*": "×", "/": "÷"}
_COMPARED = {
    "==": ("と同じ", "equals"),
    "!=": ("と違う", "differs from"),
    "<": ("未満", "is below"),
    "<=": ("以下", "is at most"),
    ">": ("超", "is above"),
    ">=": ("以上", "is at least"),
}
_ROUNDED = {"down": ("切捨て", "down"), "up": ("切上げ", "up"), "half_up": ("四捨五入", "to the nearest")}


@dataclass(frozen=True)
class Line:
    """One step in words; `at`: the lines of the sheet behind its numbers."""

    text: str
    at: tuple[int, ...]


def sentences(step: Step, lang: str) -> list[Line]:
    """What was done, in the order in which it was done; every number with its name and its lines."""
    return list(_Writer(lang).of(step))


class _Writer:
    def __init__(self, lang: str) -> None:
        self.lang, self.english = lang, lang == "en"
        self.done: set[int] = set()

    def of(self, step: Step) -> Iterator[Line]:
        """The lines of the steps behind, then that of the step itself."""
        key = id(step.node)
        if key in self.done or isinstance(step.node, _SILENT):
            return
        self.done.add(key)
        for item in step.inputs:
            yield from self.of(item)
        line = _WRITE[type(step.node)](self, step)
        if line is not None:
            text, inputs = line
            yield Line(text, tuple(dict.fromkeys(n for item in inputs for n in _lines(item))))

    def shown(self, step: Step) -> str:
        """A step where it is used: its name and its value."""
        node, value = step.node, self.value(step.value, step.node.type)
        match node:
            case tree.Fact() | tree.Setting() | tree.Named():
                if isinstance(node, tree.Setting) and step.value is not None and node.text == "定額":
                    value = "定額" if not self.english else "fixed sum (the cost itself)"
                return f"{node.name} {value}{self.behind(step)}"
            case tree.Case() if node.table:
                return f"{node.table} {value}{self.behind(step.inputs[-1])}"
            case _:
                return value

    def behind(self, step: Step) -> str:
        """Where a number stands: （112行）, or the law it is of."""
        node = step.node
        if law := getattr(node, "law", None):
            return f"（{law}）" if not self.english else f" ({law})"
        at = getattr(node, "at", ())
        if not at:
            return ""
        return f" (line {lines_text(at)})" if self.english else f"（{lines_text(at)}行）"

    def value(self, value: Value | None, kind: Type) -> str:
        """A value exactly; a sum of yen with every digit."""
        if value is None:
            return "not known" if self.english else "不明"
        if kind.unit == YEN and not isinstance(value, bool | str):
            return _yen(Fraction(value), self.lang)
        return show_value(value, kind, self.lang)

    def arithmetic(self, step: Step) -> _Written:
        left, right = map(self.shown, step.inputs)
        node: Any = step.node
        result = self.value(step.value, node.type)
        return f"{left} {_SIGNS[node.op]} {right} ＝ {result}", step.inputs

    def extreme(self, step: Step) -> _Written:
        items = [self.shown(item) for item in step.inputs]
        least = step.node.op == "min"  # type: ignore[union-attr]
        result = self.value(step.value, step.node.type)
        if self.english:
            return (
                f"the {'smallest' if least else 'largest'} of {' and '.join(items)} is {result}",
                step.inputs,
            )
        return f"{' と '.join(items)} の{'小さい' if least else '大きい'}方は {result}", step.inputs

    def comparison(self, step: Step) -> _Written:
        left, right = map(self.shown, step.inputs)
        ja, en = _COMPARED[step.node.op]  # type: ignore[union-attr]
        answer = self.value(step.value, step.node.type)
        if self.english:
            return f"{left} {en} {right}: {answer}", step.inputs
        joint = "" if ja.startswith("と") else "が "
        right = f"「{right}」" if isinstance(step.inputs[1].node, tree.Choice) else right
        return f"{left} {joint}{right}{ja}: {answer}", step.inputs

    def member(self, step: Step) -> _Written:
        node: Any = step.node
        item, answer = self.shown(step.inputs[0]), self.value(step.value, node.type)
        if self.english:
            return f"{item} is one of {', '.join(node.choices)}: {answer}", step.inputs
        return f"{item} が {'・'.join(node.choices)} のどれか: {answer}", step.inputs

    def named(self, step: Step) -> _Written | None:
        if not step.inputs:
            return None
        colon = ": " if not self.english else " = "
        shown = f"{step.node.name}{self.behind(step)}"  # type: ignore[union-attr]
        return f"{shown}{colon}{self.value(step.value, step.node.type)}", (step,)

    def case(self, step: Step) -> _Written | None:
        *conditions, taken = step.inputs
        if step.value is None or not conditions:
            return None
        shown = self.shown(taken)
        if getattr(step.node, "table", None):
            name = step.node.table  # type: ignore[union-attr]
            return (
                f"{name}: {shown} を使う" if not self.english else f"{name}: {shown} applies"
            ), step.inputs
        if self.english:
            return f"so {shown} applies", (taken,)
        return f"よって {shown} を使う", (taken,)

    def rounded(self, step: Step) -> _Written | None:
        (item,) = step.inputs
        if item.value == step.value or step.value is None:
            return None
        node: Any = step.node
        ja, en = _ROUNDED[node.direction]
        unit = show_number(node.step, node.type, self.lang)
        before, after = self.value(item.value, node.type), self.value(step.value, node.type)
        if self.english:
            return f"{before}, rounded {en} to {unit}: {after}", ()
        return f"{before} を{unit}未満{ja}で {after}", ()


_Written = tuple[str, tuple[Step, ...]]
_SILENT = (tree.Number, tree.Choice, tree.Fact, tree.Setting)
_WRITE: dict[type[Any], Callable[[_Writer, Step], _Written | None]] = {
    tree.Arithmetic: _Writer.arithmetic,
    tree.Extreme: _Writer.extreme,
    tree.Comparison: _Writer.comparison,
    tree.Member: _Writer.member,
    tree.Logic: lambda writer, step: None,
    tree.Not: lambda writer, step: None,
    tree.Named: _Writer.named,
    tree.Case: _Writer.case,
    tree.Rounded: _Writer.rounded,
}


def _lines(step: Step) -> tuple[int, ...]:
    node: Node = step.node
    if isinstance(node, tree.Setting):
        return node.at
    if isinstance(node, tree.Case) and node.table and step.inputs:
        return _lines(step.inputs[-1])
    return ()


def _yen(value: Fraction, lang: str) -> str:
    """Every digit, and what is less than a yen as a fraction: 666,666と2/3円."""
    whole, rest = divmod(value, 1)
    unit, joint = (" yen", " ") if lang == "en" else ("円", "と")
    return f"{int(whole):,}" + (f"{joint}{rest}" if rest else "") + unit
