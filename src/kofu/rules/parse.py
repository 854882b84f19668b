"""From the text of an expression to the tree. Python's own parser finds the structure; only what the language
has is taken over, and units are checked while the tree is made."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Literal

from kofu.errors import KofuError
from kofu.rules.tree import (
    TRUTH,
    Arithmetic,
    Case,
    Choice,
    Comparison,
    Extreme,
    Fact,
    Logic,
    Member,
    Named,
    Node,
    Not,
    Number,
    Rounded,
    Setting,
    Type,
    walk,
)
from kofu.rules.units import RATIO, YEN, multiply

STEPS = {
    "円": 1,
    "十円": 10,
    "百円": 100,
    "千円": 1000,
    "万円": 10_000,
    "十万円": 100_000,
    "百万円": 1_000_000,
}
DIRECTIONS: dict[str, Literal["down", "up", "half_up"]] = {
    "切捨て": "down",
    "切上げ": "up",
    "四捨五入": "half_up",
}

_QUOTED = re.compile("'([^']*)'")
_CHOICE = re.compile("「([^「」'\\\\\n]*)」")
# Signs as they are printed on paper, and what an expression has for them.
_WIDE_SIGNS = {
    **dict(zip("×✕＊÷／＋－−（）［］，、＜＞≦≧≠＝．", ["*"] * 3 + ["/"] * 2 + ["+", "-", "-", *"()[],,<>", "<=", ">=", "!=", "==", "."], strict=True)),
}  # fmt: skip
_WIDE = re.compile(f"[{''.join(_WIDE_SIGNS)}]")
_TOO_LONG = 4000
_TOO_DEEP = re.compile(r"(?:[\[(]\s*){40}|(?:not\s+){40}|(?:-\s*){40}")
_SIGNS: dict[type[ast.AST], Literal["+", "-", "*", "/"]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_COMPARISONS: dict[type[ast.AST], Literal["==", "!=", "<", "<=", ">", ">="]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}

Lookup = Callable[[str], Node]


def parse(text: str, lookup: Lookup) -> Node:
    """The tree of an expression; `lookup` gives the node of a name.

    Raises:
        KofuError: what is wrong, quoting the part of the expression.
    """
    if len(text) > _TOO_LONG or _TOO_DEEP.search(text):
        raise KofuError(
            "式が長すぎるか、入れ子が深すぎます", "the expression is too long or nested too deeply"
        )
    if wide := _WIDE.search(_CHOICE.sub("", text)):
        sign = _WIDE_SIGNS[wide[0]]
        raise KofuError(
            f"{wide[0]} は {sign} と書きます（記号は半角）",
            f"write {sign} for {wide[0]} (signs are half-width)",
        )
    if "'" in text or '"' in text:
        raise KofuError("選択肢は「」で囲んでください", "write a choice in 「」, not in quotes")
    source = _CHOICE.sub(lambda match: f"'{match[1]}'", text.strip())
    try:
        found = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        place = getattr(error, "offset", None)
        near = _QUOTED.sub("「\\1」", source[max(0, (place or 1) - 1) :])[:12]
        raise KofuError(
            f"式を読めません（「{near}」のあたり）。括弧の対応と、記号が半角であることを確かめてください",
            f"cannot read the expression near {near!r}; check brackets, and that signs are half-width",
        ) from error
    return _Parser(source, lookup).node(found)


class _Parser:
    def __init__(self, source: str, lookup: Lookup) -> None:
        self.source, self.lookup = source, lookup

    def node(self, found: ast.expr) -> Node:
        match found:
            case ast.Name():
                return self.lookup(found.id)
            case ast.Constant(value=int() as value) if not isinstance(value, bool):
                return Number(Fraction(value), Type("number", RATIO))
            case ast.Constant(value=str() as value):
                return Choice(value)
            case ast.BinOp() if type(found.op) in _SIGNS:
                return self._arithmetic(found)
            case ast.UnaryOp(op=ast.USub()):
                zero = Number(Fraction(0), Type("number", RATIO))
                return self._sum("-", zero, self.node(found.operand), found)
            case ast.UnaryOp(op=ast.Not()):
                return Not(self._truth(found.operand))
            case ast.BoolOp():
                op: Literal["and", "or"] = "and" if isinstance(found.op, ast.And) else "or"
                return Logic(op, tuple(map(self._truth, found.values)))
            case ast.Compare():
                return self._compare(found)
            case ast.IfExp():
                return self._case(found)
            case ast.Call(func=ast.Name(id=name)) if not found.keywords:
                return self._call(name, found)
        raise self._wrong(found, "この書き方は式に使えません", "is not part of the language of expressions")

    def _arithmetic(self, found: ast.BinOp) -> Node:
        left, right = self.node(found.left), self.node(found.right)
        sign = _SIGNS[type(found.op)]
        if sign in ("+", "-"):
            return self._sum(sign, left, right, found)
        for part, item in ((found.left, left), (found.right, right)):
            self._number(item, part)
        if sign == "/":
            self._constant(right, found.right)
            if isinstance(right, Number) and right.value == 0:
                raise self._wrong(found.right, "0では割れません", "is a division by zero")
        unit = multiply(left.type.unit, right.type.unit, -1 if sign == "/" else 1)
        return Arithmetic(sign, left, right, Type("number", unit))

    def _sum(self, sign: Literal["+", "-", "*", "/"], left: Node, right: Node, found: ast.expr) -> Node:
        left, right = self._alike((left, right), found)
        return Arithmetic(sign, left, right, left.type)

    def _alike(self, items: Iterable[Node], found: ast.expr) -> tuple[Node, ...]:
        """Numbers of one unit; a written 0 takes the unit of the others."""
        items = tuple(items)
        for item in items:
            self._number(item, found)
        kinds = {i.type for i in items if not (isinstance(i, Number) and i.value == 0)}
        if len(kinds) > 1:
            self._money_is_a_parameter(items, kinds)
            names = "と".join(sorted(map(str, kinds)))
            raise self._wrong(
                found, f"単位が違います（{names}）", f"mixes units ({' and '.join(sorted(map(str, kinds)))})"
            )
        kind = kinds.pop() if kinds else Type("number", RATIO)
        return tuple(Number(i.value, kind) if isinstance(i, Number) and i.value == 0 else i for i in items)

    def _money_is_a_parameter(self, items: tuple[Node, ...], kinds: set[Type]) -> None:
        """A plain number where everything else has a unit is a figure of the sheet without its unit and lines."""
        plain = next((i for i in items if isinstance(i, Number) and i.value), None)
        units = [kind for kind in kinds if kind.unit != RATIO]
        if plain is None or len(units) != 1 or len(kinds) != 2:
            return
        what = "金額" if units[0].unit == YEN else str(units[0])
        raise KofuError(
            f"{plain.value}: {what}はパラメーターにしてください（式に書けるのは単位のない数だけです）",
            f"{plain.value}: make it a parameter in {units[0]}; only numbers without a unit stand in an expression",
        )

    def _compare(self, found: ast.Compare) -> Node:
        parts = [found.left, *found.comparators]
        items = [self._pair(op, parts[i], parts[i + 1], found) for i, op in enumerate(found.ops)]
        return items[0] if len(items) == 1 else Logic("and", tuple(items))

    def _pair(self, op: ast.cmpop, first: ast.expr, second: ast.expr, found: ast.expr) -> Node:
        left = self.node(first)
        if isinstance(op, ast.In | ast.NotIn):
            member = self._member(left, first, second)
            return Not(member) if isinstance(op, ast.NotIn) else member
        sign = _COMPARISONS.get(type(op))
        if sign is None:
            raise self._wrong(found, "この比較は使えません", "is no comparison of the language")
        right = self.node(second)
        if left.type.kind == right.type.kind and left.type.kind != "number":
            if sign not in ("==", "!="):
                raise self._wrong(found, "== か != で比べてください", "can only be compared by == and !=")
            for item, other in ((left, right), (right, left)):
                if isinstance(other, Choice):
                    self._known(item, other.text, found)
            return Comparison(sign, left, right)
        left, right = self._alike((left, right), found)
        return Comparison(sign, left, right)

    def _member(self, item: Node, first: ast.expr, second: ast.expr) -> Node:
        if item.type.kind != "choice":
            raise self._wrong(first, "区分の事実ではありません", "is no fact with choices")
        texts = [
            part.value
            for part in getattr(second, "elts", [])
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
        if not texts or len(texts) != len(getattr(second, "elts", [])):
            raise self._wrong(second, "[「…」, 「…」] と書いてください", "must be a list of choices")
        for text in texts:
            self._known(item, text, second)
        return Member(item, tuple(dict.fromkeys(texts)))

    def _known(self, item: Node, choice: str, found: ast.expr) -> None:
        known = choices_of(item)
        if choice not in known:
            near = difflib.get_close_matches(choice, known, 1)
            hint = f"。「{near[0]}」ではありませんか" if near else ""
            also = f"; did you mean {near[0]!r}?" if near else ""
            raise self._wrong(
                found, f"「{choice}」という選択肢はありません{hint}", f"has no choice {choice!r}{also}"
            )

    def _case(self, found: ast.IfExp) -> Node:
        condition = self._truth(found.test)
        values = (self.node(found.body), self.node(found.orelse))
        if values[0].type.kind == "number":
            values = self._alike(values, found)  # type: ignore[assignment]
        elif values[0].type != values[1].type:
            raise self._wrong(found, "if の両側の種類が違います", "has two kinds of value")
        return Case(((condition, values[0]),), values[1], values[0].type)

    def _call(self, name: str, found: ast.Call) -> Node:
        if name in ("min", "max"):
            if len(found.args) < 2:
                raise self._wrong(found, "2つ以上並べてください", "needs two items or more")
            items = self._alike(map(self.node, found.args), found)
            return Extreme(name, items, items[0].type)  # type: ignore[arg-type]
        if name in DIRECTIONS and len(found.args) == 2:
            return self._rounded(DIRECTIONS[name], found)
        raise self._wrong(
            found,
            "使える関数は min、max、切捨て、切上げ、四捨五入です",
            "is no function of the language (min, max, 切捨て, 切上げ, 四捨五入)",
        )

    def _rounded(self, direction: Literal["down", "up", "half_up"], found: ast.Call) -> Node:
        item, step = self.node(found.args[0]), found.args[1]
        self._number(item, found.args[0])
        if isinstance(step, ast.Name) and step.id in STEPS and item.type.unit == YEN:
            return Rounded(direction, Fraction(STEPS[step.id]), item, item.type)
        if isinstance(step, ast.Constant) and isinstance(step.value, int) and step.value > 0:
            return Rounded(direction, Fraction(step.value), item, item.type)
        raise self._wrong(
            step, "端数の単位は 円、百円、千円、万円 か数にしてください", "is no step of rounding"
        )

    def _truth(self, found: ast.expr) -> Node:
        item = self.node(found)
        if item.type != TRUTH:
            raise self._wrong(found, "条件（はい・いいえ）ではありません", "is no condition")
        return item

    def _number(self, item: Node, found: ast.expr) -> None:
        if item.type.kind != "number":
            raise self._wrong(found, "数ではありません", "is no number")

    def _constant(self, item: Node, found: ast.expr) -> None:
        if any(
            isinstance(n, Fact | Named | Case) or (isinstance(n, Setting) and n.low <= 0) for n in walk(item)
        ):
            raise self._wrong(
                found,
                "事実や0になりうる値では割れません。割るのは数とパラメーターだけです",
                "divides by something that is not fixed; divide by numbers and parameters only",
            )

    def _wrong(self, found: ast.AST, ja: str, en: str) -> KofuError:
        part = ast.get_source_segment(self.source, found) or self.source
        part = _QUOTED.sub("「\\1」", part)
        shown = part if len(part) <= 60 else part[:57] + "…"
        return KofuError(f"『{shown}』: {ja}" if "「" in shown else f"「{shown}」: {ja}", f"`{shown}` {en}")


def choices_of(node: Node) -> tuple[str, ...]:
    """What a choice node may be: the choices of its fact, or those a case may give."""
    match node:
        case Fact():
            return node.spec.choices
        case Choice():
            return (node.text,)
        case Named():
            return choices_of(node.body)
        case Case():
            parts = [*(value for _, value in node.branches), node.otherwise]
            return tuple(dict.fromkeys(choice for part in parts for choice in choices_of(part)))
        case _:
            return ()


def parse_rounding(text: str) -> tuple[Literal["down", "up", "half_up"], int]:
    """円未満切捨て → ("down", 1): the direction and the step in yen.

    Raises:
        KofuError: when it is not so written.
    """
    match = re.fullmatch(
        rf"({'|'.join(sorted(STEPS, key=len, reverse=True))})未満({'|'.join(DIRECTIONS)})", text
    )
    if match is None:
        raise KofuError(
            f"「{text}」は端数処理として読めません（例: 円未満切捨て、千円未満切捨て）",
            f"cannot read {text!r} as a rounding (e.g. 円未満切捨て)",
        )
    return DIRECTIONS[match[2]], STEPS[match[1]]
