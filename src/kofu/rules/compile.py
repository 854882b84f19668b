"""From a programme to its rules at a date: every expression parsed, every name settled."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from kofu.errors import KofuError
from kofu.programme.benefits import Benefit, Parameter
from kofu.programme.model import Programme
from kofu.rules.parse import parse, parse_rounding
from kofu.rules.rule import AMOUNT, Repayment, Rule
from kofu.rules.scope import Scope, common_scope
from kofu.rules.settings import Overlay, overlay_names
from kofu.rules.tree import TRUTH, Arithmetic, Logic, Named, Node, Not, Number, Rounded, Type
from kofu.rules.units import RATIO, YEN, parse_unit
from kofu.rules.vocabulary import normal

Place = tuple[str | int, ...]
_MONEY = Type("number", YEN)
REST = "残り"
"""The share that takes what the others leave."""


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a rule, and at which place of the file."""

    place: Place
    error: KofuError


def compile_rules(
    programme: Programme, date: datetime.date, overlay: Overlay | None = None
) -> tuple[Rule, ...]:
    """The rules of a programme at `date`, with the parameters of `overlay` in place of its own.

    Raises:
        KofuError: when a rule is wrong, a parameter has no value at the date, or the overlay names none.
    """
    overlay = overlay or {}
    _known_overlay(programme, overlay)
    rules, flaws = try_compile(programme, date, overlay)
    if flaws:
        raise flaws[0].error
    return rules


def try_compile(
    programme: Programme, date: datetime.date, overlay: Overlay
) -> tuple[tuple[Rule, ...], list[Flaw]]:
    """The rules that compile, and everything that keeps the others from it, each with its place."""
    shared = shared_scope(programme, date, overlay)
    rules: dict[str, Rule] = {}
    flaws: list[Flaw] = []
    for kind, names in (("parameters", programme.parameters), ("definitions", programme.definitions)):
        for name in names:
            _guard(flaws, (kind, name), lambda name=name: shared.lookup(normal(name)))  # type: ignore[misc]
    for i, benefit in enumerate(programme.benefits):
        rule = _Compiler(programme, benefit, ("benefits", i), shared, rules, flaws).rule()
        if rule is not None:
            rules[benefit.key] = rule
    return tuple(rules.values()), flaws


def shared_scope(programme: Programme, date: datetime.date, overlay: Overlay) -> Scope:
    """The names that all benefits of a programme share."""
    return Scope(date, overlay, programme.parameters, programme.definitions, common_scope(date))


def _guard(flaws: list[Flaw], place: Place, make: Callable[[], Node]) -> Node | None:
    try:
        return make()
    except KofuError as error:
        if all(flaw.error is not error for flaw in flaws):
            flaws.append(Flaw(place, error))
        return None


class _Compiler:
    """One benefit."""

    def __init__(
        self,
        programme: Programme,
        benefit: Benefit,
        place: Place,
        shared: Scope,
        earlier: Mapping[str, Rule],
        flaws: list[Flaw],
    ) -> None:
        self.programme, self.benefit, self.place, self.flaws = programme, benefit, place, flaws
        self.earlier = earlier
        self.scope = Scope(shared.date, shared.overlay, benefit.parameters, {}, shared)

    def rule(self) -> Rule | None:
        before, b = len(self.flaws), self.benefit
        for name in b.parameters:
            self._try(("parameters", name), lambda name=name: self.scope.lookup(normal(name)))  # type: ignore[misc]
        self.scope.conditions.clear()
        eligible = self._parsed(("eligible",), b.eligible, TRUTH)
        raw = self._parsed(("amount",), b.amount, _MONEY)
        amount = raw and self._try(("rounding",), lambda: self._rounded_amount(raw))
        # Where the amount is wrong, that is told once: what else reads it is parsed with 0 in its place.
        self.scope.bind(AMOUNT, Named(AMOUNT, amount or Number(Fraction(0), _MONEY)))
        shares = self._shares(amount)
        outputs = {name: self._output(name, text) for name, text in b.outputs.items()}
        repayment = self._repayment()
        conditions = self._conditions(eligible)
        if len(self.flaws) > before or eligible is None or amount is None:
            return None
        return Rule(
            programme=self.programme.id,
            key=b.key,
            components=component_keys(b.component),
            payer=b.payer,
            recipient=b.recipient,
            instrument=b.instrument,
            conditions=conditions,
            eligible=conditions[0] if len(conditions) == 1 else Logic("and", conditions),
            amount=amount,
            rounding=b.rounding,
            shares={name: node for name, node in shares.items() if node is not None},
            outputs={name: node for name, node in outputs.items() if node is not None},
            combines=b.combines,
            repayment=repayment,
            excludes=tuple(b.excludes),
            excludes_at=b.excludes_at,
        )

    def _try(self, place: Place, make: Callable[[], Node]) -> Node | None:
        return _guard(self.flaws, (*self.place, *place), make)

    def _parsed(self, place: Place, text: str, kind: Type | None) -> Node | None:
        def make() -> Node:
            node = parse(text, self.scope.lookup)
            if isinstance(node, Number) and kind is not None and node.value == 0:
                node = Number(node.value, kind)
            if kind is not None and node.type != kind:
                raise KofuError(
                    f"{kind}になるはずですが、{node.type}になっています", f"must give {kind}, not {node.type}"
                )
            return node

        return self._try(place, make)

    def _rounded_amount(self, raw: Node) -> Node:
        direction, step = parse_rounding(self.benefit.rounding)
        return Rounded(direction, Fraction(step), raw, _MONEY)

    def _conditions(self, eligible: Node | None) -> tuple[Node, ...]:
        """What must hold, each apart: the parts of `eligible`, of tables, and that an earlier one does not."""
        found = list(_parts(eligible)) if eligible is not None else []
        found += [node for node in self.scope.conditions.values() if node not in found]
        if self.benefit.after is not None:
            first = self.earlier.get(self.benefit.after)
            every = self.programme.benefits
            before = [benefit.key for benefit in every[: every.index(self.benefit)]]
            if first is None and self.benefit.after in before:
                pass  # that one is wrong itself, which is told there
            elif first is None:
                error = KofuError(
                    f"after の「{self.benefit.after}」がこれより前にありません",
                    f"after names {self.benefit.after!r}, which does not stand before this benefit",
                )
                self.flaws.append(Flaw((*self.place, "after"), error))
            else:
                found.append(Not(Named(f"{first.key}に当たる", first.eligible)))
        return tuple(found)

    def _shares(self, amount: Node | None) -> dict[str, Node | None]:
        """Each payer's part, rounded down; the one that takes the rest makes them add up."""
        texts = self.benefit.shares
        parts = {payer: self._share(payer, text) for payer, text in texts.items() if text.strip() != REST}
        if len(parts) < len(texts) - 1:
            error = KofuError("残り は1つだけです", "only one payer can take 残り, the rest")
            self.flaws.append(Flaw((*self.place, "shares"), error))
        rest = amount
        for part in parts.values():
            rest = Arithmetic("-", rest, part, _MONEY) if rest and part else None
        return {payer: parts.get(payer, rest) for payer in texts}

    def _share(self, payer: str, text: str) -> Node | None:
        node = self._parsed(("shares", payer), text, _MONEY)
        return Rounded("down", Fraction(1), node, _MONEY) if node else None

    def _output(self, name: str, text: str) -> Node | None:
        """Yen are whole; other numbers stay exact."""
        node = self._parsed(("outputs", name), text, None)
        return Rounded("down", Fraction(1), node, _MONEY) if node and node.type == _MONEY else node

    def _repayment(self) -> Repayment | None:
        text = self.benefit.repayment
        if text is None:
            return None
        months = Type("number", parse_unit("か月")[1])
        term = self._parsed(("repayment", "term"), text.term, months)
        grace = self._parsed(("repayment", "grace"), text.grace, months) if text.grace else None
        rates = [
            (
                stretch.years,
                self._parsed(("repayment", "rates", i, "rate"), stretch.rate, Type("number", RATIO)),
            )
            for i, stretch in enumerate(text.rates)
        ]
        if term is None or any(rate is None for _, rate in rates):
            return None
        return Repayment(term, grace, tuple((years, rate) for years, rate in rates if rate is not None))


def component_keys(component: str | list[str] | None) -> tuple[str, ...]:
    """A component, several or none, as keys."""
    return (component,) if isinstance(component, str) else tuple(component or ())


def _parts(node: Node) -> Iterator[Node]:
    if isinstance(node, Logic) and node.op == "and":
        for item in node.items:
            yield from _parts(item)
    else:
        yield node


def _known_overlay(programme: Programme, overlay: Overlay) -> None:
    every = [programme.parameters, *(benefit.parameters for benefit in programme.benefits)]
    known = {normal(name) for parameters in every for name in overlay_names(parameters)}
    for name in overlay:
        if name not in known:
            tables = {normal(n): p for parameters in every for n, p in parameters.items() if p.rows}
            if name in tables:
                rows = list(_rows(name, tables[name]))
                raise KofuError(
                    f"「{name}」は表です。変える行を指定してください: {'、'.join(rows)}",
                    f"{name!r} is a table; name the row to change: {', '.join(rows)}",
                )
            written = {n: p for parameters in every for n, p in parameters.items()}
            listed = [f"{n}[1]〜[{len(p.rows)}]" if p.rows else n for n, p in sorted(written.items())]
            raise KofuError(
                f"「{name}」というパラメーターはありません（あるもの: {'、'.join(listed) or 'なし'}）",
                f"there is no parameter {name!r} (there are: {', '.join(listed) or 'none'})",
            )


def _rows(name: str, table: Parameter) -> Iterator[str]:
    """Each row of a table as it is named, its value, and what must hold for it."""
    for number, row in enumerate(table.rows, 1):
        cells = "、".join(f"{fact}: {'・'.join(allowed)}" for fact, allowed in row.when.items())
        yield f"{name}[{number}]={'・'.join(map(str, row.value))}（{cells}）"
