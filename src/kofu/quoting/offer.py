"""From a rule to an offer: what a benefit pays for any cost, as floor(min(rate × cost, cap)) from a minimum on.

The numbers are read off the tree, where its form allows that, and then held against the exact reader at the
places where a wrong one would show. Whatever has another form is refused, with the reason: nothing is fitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from kofu.errors import KofuError
from kofu.quoting.combination.problem import Offer
from kofu.rules.exact import evaluate
from kofu.rules.rule import Rule
from kofu.rules.tree import (
    Arithmetic,
    Case,
    Comparison,
    Extreme,
    Fact,
    Named,
    Node,
    Rounded,
    Setting,
    Value,
    walk,
)
from kofu.rules.units import YEN

Facts = Mapping[str, Value]


class IneligibleError(KofuError):
    """The case certainly does not get this benefit."""


@dataclass(frozen=True)
class _Line:
    """min(rate × cost, cap); cap None: no limit."""

    rate: Fraction
    cap: Fraction | None

    def times(self, factor: Fraction) -> _Line:
        return _Line(self.rate * factor, None if self.cap is None else self.cap * factor)

    def smaller(self, other: _Line) -> _Line:
        caps = [cap for cap in (self.cap, other.cap) if cap is not None]
        return _Line(min(self.rate, other.rate), min(caps) if caps else None)


_NO_LIMIT = Fraction(10**30)
"""The rate of a constant: it limits by its cap alone."""


def cost_fact(rule: Rule, facts: Facts) -> Fact:
    """The fact that the amount grows with: the one sum of yen that it reads.

    Raises:
        KofuError: when it reads none, or several that the case does not state.
    """
    found = {n.name: n for n in walk(rule.amount) if isinstance(n, Fact) and n.type.unit == YEN}
    if len(found) > 1:
        found = {name: fact for name, fact in found.items() if name not in facts}
    if len(found) != 1:
        names = "、".join(found) or "なし"
        raise _refused(
            rule,
            f"支援額を決める費用が1つに定まりません（{names}）",
            f"no single cost decides its amount ({', '.join(found) or 'none'})",
        )
    return next(iter(found.values()))


def offer_of(rule: Rule, facts: Facts, items: frozenset[str], name: str, most: int) -> Offer:
    """The offer of a benefit to a case, for costs up to `most` yen.

    Raises:
        KofuError: when the case is not eligible or not known well enough, or the amount has another form.
    """
    cost = cost_fact(rule, facts)
    known = {key: value for key, value in facts.items() if key != cost.name}
    minimum = _minimum(rule, known, cost.name)
    line = _line(rule, rule.amount, known, cost.name)
    if not 0 < line.rate <= 1:
        raise _refused(rule, "支援額が費用に比例しません", "its amount is not a share of the cost")
    cap = None if line.cap is None else int(line.cap)  # the amount is rounded down, and so is its cap
    offer = Offer(name, line.rate, items, cap, minimum or None)
    for yen in _places(offer, most):
        if evaluate(rule.total, {**known, cost.name: yen}) != offer.grant(yen):
            raise _other_form(rule)
    return offer


def _minimum(rule: Rule, facts: Facts, cost: str) -> int:
    """The least cost that is eligible; every other condition must hold."""
    least = 0
    for node in rule.conditions:
        if not _reads(node, cost):
            _hold(rule, node, facts)
        elif (limit := _least(rule, node, facts, cost)) is None:
            raise _refused(
                rule,
                "費用についての条件が下限だけではありません",
                "its condition on the cost is more than a minimum",
            )
        else:
            least = max(least, limit)
    return least


def _hold(rule: Rule, node: Node, facts: Facts) -> None:
    holds = evaluate(node, facts)
    if holds is None:
        raise _missing(rule, node, facts)
    if holds is False:
        raise IneligibleError(
            f"{_name(rule, 'ja')}: 対象外です（kofu quote で理由が分かります）",
            f"{_name(rule, 'en')}: not eligible (kofu quote says why)",
        )


def _least(rule: Rule, node: Node, facts: Facts, cost: str) -> int | None:
    """The minimum that 費用 >= 下限 or 費用 > 下限 sets; None for anything else."""
    if not isinstance(node, Comparison):
        return None
    op, left, right = node.op, node.left, node.right
    if op in ("<=", "<"):
        op, left, right = (">=" if op == "<=" else ">"), right, left
    if op not in (">=", ">") or not isinstance(left, Fact) or left.name != cost or _reads(right, cost):
        return None
    limit = Fraction(_constant(rule, right, facts))
    return limit.__ceil__() if op == ">=" else limit.__floor__() + 1


def _line(rule: Rule, node: Node, facts: Facts, cost: str) -> _Line:
    """The node as min(rate × cost, cap)."""
    if not _reads(node, cost):
        return _Line(_NO_LIMIT, Fraction(_constant(rule, node, facts)))
    match node:
        case Fact():
            return _Line(Fraction(1), None)
        case Named():
            return _line(rule, node.body, facts, cost)
        case Rounded() if node.direction == "down" and node.step == 1:
            return _line(rule, node.item, facts, cost)
        case Arithmetic() if node.op in ("*", "/"):
            return _scaled(rule, node, facts, cost)
        case Extreme() if node.op == "min":
            first, *others = (_line(rule, item, facts, cost) for item in node.items)
            for other in others:
                first = first.smaller(other)
            return first
        case Case():
            return _line(rule, _taken(rule, node, facts, cost), facts, cost)
    raise _other_form(rule)


def _scaled(rule: Rule, node: Arithmetic, facts: Facts, cost: str) -> _Line:
    grows, fixed = node.left, node.right
    if node.op == "*" and _reads(fixed, cost):
        grows, fixed = fixed, grows
    if _reads(fixed, cost):
        raise _other_form(rule)
    factor = Fraction(_constant(rule, fixed, facts))
    if factor <= 0:
        raise _refused(rule, "支援額が費用に比例しません", "its amount is not a share of the cost")
    return _line(rule, grows, facts, cost).times(factor if node.op == "*" else 1 / factor)


def _taken(rule: Rule, node: Case, facts: Facts, cost: str) -> Node:
    """The branch that applies, whatever the cost is."""
    for condition, value in node.branches:
        if _reads(condition, cost):
            raise _other_form(rule)
        holds = evaluate(condition, facts)
        if holds is None:
            raise _missing(rule, condition, facts)
        if holds:
            return value
    return node.otherwise


def _constant(rule: Rule, node: Node, facts: Facts) -> int | Fraction:
    value = evaluate(node, facts)
    if value is None:
        raise _missing(rule, node, facts)
    assert isinstance(value, int | Fraction)
    return value


def _reads(node: Node, cost: str) -> bool:
    return any(isinstance(part, Fact) and part.name == cost for part in walk(node))


def _places(offer: Offer, most: int) -> list[int]:
    """Costs at which a wrong rate, cap or minimum would show."""
    places = {0, 1, 2, 3, most, most // 2, most // 3, most * 2 // 3 + 1}
    turns = [offer.minimum or 0]
    if offer.cap is not None:
        turns.append(int(offer.cap / offer.rate))
    for turn in turns:
        places |= {turn + away for away in range(-3, 4)}
    return sorted(place for place in places if 0 <= place <= max(most, *turns) + 3)


def _missing(rule: Rule, node: Node, facts: Facts) -> KofuError:
    open_names = [
        part.name
        for part in walk(node)
        if (isinstance(part, Fact) or (isinstance(part, Setting) and part.is_open)) and part.name not in facts
    ]
    names = list(dict.fromkeys(open_names))
    return _refused(
        rule, f"まだ分からない事実があります: {'、'.join(names)}", f"still to be answered: {', '.join(names)}"
    )


def _other_form(rule: Rule) -> KofuError:
    return _refused(
        rule,
        "支援額が「費用×補助率、上限まで」の形ではないので、組み合わせを計算できません",
        "its amount is not a rate of the cost up to a cap, so it cannot be combined",
    )


def _refused(rule: Rule, ja: str, en: str) -> KofuError:
    return KofuError(f"{_name(rule, 'ja')}: {ja}", f"{_name(rule, 'en')}: {en}")


def _name(rule: Rule, lang: str) -> str:
    return f"{rule.programme} {rule.key!r}" if lang == "en" else f"{rule.programme}「{rule.key}」"
