"""From the tree to the integer form: every number is an integer times a constant fraction.

The fractions are moved outwards: a rate of 2/3 multiplies the fraction, not the integer, until a comparison, a
sum or a rounding needs whole numbers; there the parts are brought to their greatest common fraction. So one
floor division is left at each rounding, and the integers stay as small as they can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from kofu.errors import KofuError
from kofu.rules import tree
from kofu.rules.columns.form import Case, Column, Form, Forms, Integer
from kofu.rules.tree import FactSpec, Node, Setting, Value

Scaled = tuple[Form, Fraction]
"""A number: integer form × fraction. A truth value or a choice: its form × 1."""

_FINEST = 12600  # a ratio that the sheet leaves open is answered in 1/12600: halves to tenths, and percents
_ONE = Fraction(1)


def setting_step(setting: Setting) -> Fraction:
    """The step in which the column of an open parameter counts: its value is an integer × this.

    Money and other units count by 1 or by what the printed bounds and options need; a plain ratio also by
    1/12600, so that any usual rate can be stated.
    """
    printed = lcm(*(value.denominator for value in (setting.low, setting.high, *setting.options)))
    return Fraction(1, printed if setting.type.unit else lcm(printed, _FINEST))


class Normaliser:
    """Brings trees to integer forms that share their common parts.

    `given`: derived facts of which the caller has a column; a case that states none there has the body.
    `settings`: values for open parameters; an open parameter without one is a column of its name.
    `forms`: to share forms with other normalisers, whose open parameters of the same name count differently.
    """

    def __init__(
        self,
        given: frozenset[str] = frozenset(),
        settings: Mapping[str, Fraction] | None = None,
        forms: Forms | None = None,
    ) -> None:
        self.forms = forms or Forms()
        self.steps: dict[str, Fraction] = {}
        """Of each number column read so far: one unit of the integer, in base units."""
        self.choices: dict[str, tuple[str, ...]] = {}
        """Of each choice column read so far: what the codes 0, 1, … mean."""
        self._given = given
        self._settings = settings or {}
        self._done: dict[int, tuple[Node, Scaled]] = {}

    def normalise(self, node: Node) -> tuple[Form, int]:
        """(integer form, constant positive denominator); of a truth value or a choice the denominator is 1."""
        form, scale = self.scaled(node)
        if scale == 1:
            return form, 1
        return self.forms.times(form, scale.numerator), scale.denominator

    def scaled(self, node: Node) -> Scaled:
        """The form of a node; the same object is brought to its form once."""
        done = self._done.get(id(node))
        if done is None:
            # The node is kept too, lest another be made at the same address.
            done = self._done[id(node)] = (node, _FORM[type(node)](self, node))
        return done[1]

    def code(self, name: str, value: Value) -> int | bool:
        """What the column `name` (already read) holds for a value in base units; KofuError if it cannot hold it."""
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            if value in self.choices[name]:
                return self.choices[name].index(value)
        elif (count := value / self.steps[name]).denominator == 1:
            return count.numerator
        raise KofuError(
            f"「{name}」の値 {value} は列に入りません。決められた区分か、刻みの倍数を与えてください。",
            f"The column “{name}” cannot hold {value}; give one of its choices or a multiple of its step.",
        )

    # --- what a case states

    def _fact(self, node: tree.Fact) -> Scaled:
        return self._column(node.spec)

    def _column(self, spec: FactSpec) -> Scaled:
        if spec.type.kind == "choice":
            self.choices[spec.name] = spec.choices
            return self.forms.keep(Column(spec.name, "choice", 0, len(spec.choices) - 1)), _ONE
        if spec.type.kind == "truth":
            return self.forms.keep(Column(spec.name, "truth")), _ONE
        return self._number_column(spec.name, spec.step, spec.low, spec.high)

    def _number_column(self, name: str, step: Fraction, low: Fraction, high: Fraction) -> Scaled:
        if self.steps.setdefault(name, step) != step:
            raise KofuError(
                f"「{name}」の刻みが規則によって {self.steps[name]} と {step} で異なります。規則を分けて計算してください。",
                f"“{name}” counts by {self.steps[name]} in one rule and by {step} in another; compute the rules apart.",
            )
        bounds = (low / step).__floor__(), (high / step).__ceil__()
        return self.forms.keep(Column(name, "number", *bounds)), step

    def _setting(self, node: Setting) -> Scaled:
        value = self._settings.get(node.name) if node.is_open else node.low
        if value is None:
            return self._number_column(node.name, setting_step(node), node.low, node.high)
        return self._constant(value)

    def _named(self, node: tree.Named) -> Scaled:
        if node.name not in self._given:
            return self.scaled(node.body)
        if node.type.kind == "choice":
            domain = _domain(node.body)
            self.choices[node.name] = domain
            column = self.forms.keep(Column(node.name, "choice", 0, len(domain) - 1))
            return self.forms.stated(column, self.coded(node.body, domain)), _ONE
        body, scale = self.scaled(node.body)
        if node.type.kind == "truth":
            return self.forms.stated(self.forms.keep(Column(node.name, "truth")), body), _ONE
        from kofu.rules.columns.ranges import Ranges

        low, high = Ranges().of(body)
        column, _ = self._number_column(node.name, abs(scale), *sorted((low * scale, high * scale)))
        return self.forms.stated(column, self.forms.times(body, -1 if scale < 0 else 1)), abs(scale)

    # --- numbers

    def _number(self, node: tree.Number) -> Scaled:
        return self._constant(node.value)

    def _constant(self, value: Fraction) -> Scaled:
        return self.forms.integer(value.numerator), Fraction(1, value.denominator)

    def _arithmetic(self, node: tree.Arithmetic) -> Scaled:
        left, right = self.scaled(node.left), self.scaled(node.right)
        if node.op == "*":
            return self._product(left, right)
        if node.op == "/":
            return self._product(left, self._reciprocal(right))
        (a, b), scale = self._aligned([left, right])
        return self.forms.binary(node.op, a, b), scale

    def _product(self, left: Scaled, right: Scaled) -> Scaled:
        for (this, scale), (other, other_scale) in ((left, right), (right, left)):
            if isinstance(this, Integer) and this.value:
                return other, other_scale * scale * this.value
        return self.forms.binary("*", left[0], right[0]), left[1] * right[1]

    def _reciprocal(self, divisor: Scaled) -> Scaled:
        """1 / divisor, of a constant or of a choice between constants."""
        form, scale = divisor
        if isinstance(form, Integer) and form.value:
            return self._constant(1 / (form.value * scale))
        if isinstance(form, Case):
            values = [value for _, value in form.branches] + [form.otherwise]
            parts = [self._reciprocal((value, scale)) for value in values]
            aligned, common = self._aligned(parts)
            conditions = [condition for condition, _ in form.branches]
            return self.forms.case(zip(conditions, aligned[:-1], strict=True), aligned[-1]), common
        raise KofuError(
            "割る数が0か、値の決まっていないパラメータです。列の計算では、その値を settings で与えてください。",
            "The divisor is 0 or a parameter left open; give its value in settings to compute in columns.",
        )

    def _aligned(self, parts: list[Scaled]) -> tuple[list[Form], Fraction]:
        """The parts as integers times one common fraction, the greatest that divides all."""
        common = _common(
            [scale * form.value if isinstance(form, Integer) else scale for form, scale in parts]
        )
        return [self._in_units_of(part, common) for part in parts], common

    def _in_units_of(self, part: Scaled, unit: Fraction) -> Form:
        form, scale = part
        if isinstance(form, Integer):
            return self.forms.integer((form.value * scale / unit).numerator)
        return form if scale == unit else self.forms.times(form, (scale / unit).numerator)

    def _extreme(self, node: tree.Extreme) -> Scaled:
        aligned, scale = self._aligned([self.scaled(item) for item in node.items])
        return self.forms.extreme(node.op, aligned), scale

    def _rounded(self, node: tree.Rounded) -> Scaled:
        form, scale = self.scaled(node.item)
        count = scale / node.step  # how many steps one unit of the form is
        above, below = count.numerator, count.denominator
        numerator = self.forms.times(form, above)
        if node.direction == "up":
            numerator = self.forms.binary("+", numerator, self.forms.integer(below - 1))
        elif node.direction == "half_up":
            numerator = self.forms.binary("+", self.forms.times(form, 2 * above), self.forms.integer(below))
            below *= 2
        return self.forms.floor(numerator, below), node.step

    # --- truth values

    def _comparison(self, node: tree.Comparison) -> Scaled:
        kind = node.left.type.kind
        if kind == "choice":
            return self._same_choice(node), _ONE
        if kind == "truth":
            return self.forms.compare(node.op, self.scaled(node.left)[0], self.scaled(node.right)[0]), _ONE
        (left, right), _ = self._aligned([self.scaled(node.left), self.scaled(node.right)])
        return self.forms.compare(node.op, left, right), _ONE

    def _logic(self, node: tree.Logic) -> Scaled:
        return self.forms.logic(node.op, [self.scaled(item)[0] for item in node.items]), _ONE

    def _opposite(self, node: tree.Not) -> Scaled:
        return self.forms.not_(self.scaled(node.item)[0]), _ONE

    # --- choices: codes in a domain, the choices that may occur in order of appearance

    def _choice(self, node: tree.Choice) -> Scaled:
        return self.forms.integer(0), _ONE  # alone in its own domain

    def _membership(self, node: tree.Member) -> Scaled:
        return self._member(node.item, node.choices), _ONE

    def _member(self, item: Node, choices: tuple[str, ...]) -> Form:
        domain = _domain(item)
        codes = [code for code, choice in enumerate(domain) if choice in choices]
        return self.forms.member(self.coded(item, domain), codes)

    def _same_choice(self, node: tree.Comparison) -> Form:
        for this, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(this, tree.Choice):
                same = self._member(other, (this.text,))
                return same if node.op == "==" else self.forms.not_(same)
        domain = tuple(dict.fromkeys(_domain(node.left) + _domain(node.right)))
        codes = (self.coded(node.left, domain), self.coded(node.right, domain))
        return self.forms.compare(node.op, *codes)

    def coded(self, node: Node, domain: tuple[str, ...]) -> Form:
        """A choice as its place in `domain`."""
        match node:
            case tree.Choice():
                return self.forms.integer(domain.index(node.text))
            case tree.Case():
                branches = [(self.scaled(c)[0], self.coded(v, domain)) for c, v in node.branches]
                return self.forms.case(branches, self.coded(node.otherwise, domain))
            case tree.Named() if node.name not in self._given:
                return self.coded(node.body, domain)
        own, form = _domain(node), self.scaled(node)[0]
        if domain[: len(own)] == own:
            return form
        places = [self.forms.integer(domain.index(choice)) for choice in own]
        branches = [(self.forms.member(form, [i]), place) for i, place in enumerate(places[:-1])]
        return self.forms.case(branches, places[-1])

    def _case(self, node: tree.Case) -> Scaled:
        if node.type.kind == "choice":
            return self.coded(node, _domain(node)), _ONE
        conditions = [self.scaled(condition)[0] for condition, _ in node.branches]
        parts = [self.scaled(value) for _, value in node.branches] + [self.scaled(node.otherwise)]
        if node.type.kind == "truth":
            values, scale = [form for form, _ in parts], _ONE
        else:
            values, scale = self._aligned(parts)
        return self.forms.case(zip(conditions, values[:-1], strict=True), values[-1]), scale


def normalise(
    node: Node, given: frozenset[str] = frozenset(), settings: Mapping[str, Fraction] | None = None
) -> tuple[Form, int]:
    """(integer form, constant positive denominator) of one tree; see `Normaliser`."""
    return Normaliser(given, settings).normalise(node)


def _common(fractions: list[Fraction]) -> Fraction:
    """The greatest fraction of which all are integer multiples; 1 where all are 0."""
    above = gcd(*(fraction.numerator for fraction in fractions))
    return Fraction(above or 1, lcm(*(fraction.denominator for fraction in fractions)))


def _domain(node: Node) -> tuple[str, ...]:
    """The choices that a node may be, in order of appearance."""
    match node:
        case tree.Choice():
            return (node.text,)
        case tree.Fact():
            return node.spec.choices
        case tree.Named():
            return _domain(node.body)
        case tree.Case():
            values = [value for _, value in node.branches] + [node.otherwise]
            return tuple(dict.fromkeys(choice for value in values for choice in _domain(value)))
        case _:
            raise TypeError(f"not a choice: {node}")


_FORM: dict[type, Callable[[Normaliser, Any], Scaled]] = {
    tree.Number: Normaliser._number,
    tree.Choice: Normaliser._choice,
    tree.Fact: Normaliser._fact,
    tree.Setting: Normaliser._setting,
    tree.Named: Normaliser._named,
    tree.Arithmetic: Normaliser._arithmetic,
    tree.Extreme: Normaliser._extreme,
    tree.Comparison: Normaliser._comparison,
    tree.Member: Normaliser._membership,
    tree.Logic: Normaliser._logic,
    tree.Not: Normaliser._opposite,
    tree.Case: Normaliser._case,
    tree.Rounded: Normaliser._rounded,
}
