"""Money by payer and tier: the hops by which it goes from the state to who finally receives it, as the sheet draws them.

A rule names its last payer and its recipient; the arrows of the sheet say how the money comes to that payer. The
amount passes each hop unchanged, except where a rule's shares say that a payer on the way adds a part of its own.
Of a loan or a guarantee the amount is known only on the last hop: what the state puts behind it is another sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from kofu.programme.model import Flow, Programme
from kofu.programme.vocabulary import Instrument
from kofu.rules.rule import Rule

STATE = "国"
BESIDE = "／"
"""Between payers of one tier where the sheet does not say which of them pays how much."""
CREDIT = {
    Instrument.LOAN,
    Instrument.GUARANTEE,
    Instrument.CREDIT_INSURANCE,
    Instrument.LOSS_COMPENSATION,
}
"""Money that is lent or stood for, not paid out."""

Yen = tuple[int | None, int | None]
"""The least and the most; None: not stated, or without a bound."""


@dataclass(frozen=True)
class Hop:
    """One step of the money. None is what the sheet does not state.

    `tier` counts from 1, paid by the state; None where the sheet draws no whole way from the state. `shares` are
    the payers whose shares pass here; None: all of the amount. `known`: whether the sum that passes is known.
    """

    tier: int | None
    payer: str | None
    payee: str
    instrument: Instrument | None
    shares: tuple[str, ...] | None = None
    known: bool = True


def hops(programme: Programme, rule: Rule) -> tuple[Hop, ...]:
    """The way of the money from the state to the rule's recipient; only the last hop where it is not drawn whole.

    Only arrows of the rule's components count, and those that name none. The shortest way is taken. Where several
    are equally short, each tier names every payer in it (`A／B`), and no instrument where there is more than one;
    where a rule leaves open who pays and the ways differ in length, there is no whole way.
    """
    flows = [flow for flow in programme.flows if _concerns(flow, rule)]
    payers = _last_payers(flows, rule)
    tiers = _tiers(flows, payers)
    if not tiers:
        return (Hop(None, BESIDE.join(payers) or None, rule.recipient, rule.instrument),)
    found, above = [], set[str]()
    for tier, (up, down) in enumerate(pairwise(tiers), 1):
        means = {flow.instrument for flow in flows if flow.payer in up and flow.payee in down}
        above |= set(up)
        shares = tuple(payer for payer in rule.shares if payer in above) if rule.shares else None
        instrument = means.pop() if len(means) == 1 else None
        known = rule.instrument not in CREDIT
        found.append(Hop(tier, BESIDE.join(up), BESIDE.join(down), instrument, shares, known))
    return (*found, Hop(len(tiers), BESIDE.join(payers), rule.recipient, rule.instrument))


def _concerns(flow: Flow, rule: Rule) -> bool:
    """Whether an arrow belongs to the rule's components; one without a component belongs to all."""
    keys = [flow.component] if isinstance(flow.component, str) else flow.component
    return not keys or not rule.components or not set(keys).isdisjoint(rule.components)


def _last_payers(flows: Iterable[Flow], rule: Rule) -> list[str]:
    """Who may pay the recipient: the rule's payer, or everyone with such an arrow where the rule names none."""
    if rule.payer is not None:
        return [rule.payer]
    found = [f.payer for f in flows if f.payee == rule.recipient and f.instrument is rule.instrument]
    return list(dict.fromkeys(found))


def _tiers(flows: Iterable[Flow], payers: list[str]) -> list[list[str]]:
    """Who passes the money on, from the state down to all of `payers`, by the shortest way; empty for no such way."""
    arrows = dict.fromkeys((flow.payer, flow.payee) for flow in flows)
    levels, seen = [payers], set(payers)
    while levels[-1] and STATE not in levels[-1]:
        level = [up for up, down in arrows if down in levels[-1] and up not in seen]
        levels.append(list(dict.fromkeys(level)))
        seen |= set(level)  # so that a circle of arrows ends
    tiers = [[STATE]]
    for level in reversed(levels[:-1]):
        tiers.append([down for down in level if any((up, down) in arrows for up in tiers[-1])])
    return tiers if tiers[-1] == payers else []


def passing(hop: Hop, amount: Yen, shares: Mapping[str, Yen]) -> Yen:
    """What passes a hop, when the rule's amount and shares are these."""
    if not hop.known:
        return None, None
    return amount if hop.shares is None else add_yen(shares[payer] for payer in hop.shares)


def add_yen(sums: Iterable[Yen]) -> Yen:
    """The least and the most of a total; not stated where a part of it is not."""
    pairs = list(sums)
    low, high = ([pair[end] for pair in pairs] for end in (0, 1))
    return _total(low), _total(high)


def _total(parts: Iterable[int | None]) -> int | None:
    known = list(parts)
    stated = [part for part in known if part is not None]
    return sum(stated) if len(stated) == len(known) else None


@dataclass(frozen=True)
class Passed:
    """What passes from a payer to a payee in all, in a tier: `yen` as the least and the most."""

    tier: int | None
    payer: str | None
    payee: str
    instrument: Instrument | None
    yen: Yen


def by_payer(rules: Iterable[tuple[tuple[Hop, ...], Yen, Mapping[str, Yen]]]) -> tuple[Passed, ...]:
    """The money of several rules by tier, payer, payee and instrument; tiers not stated come last.

    Each rule is its hops, its amount and its shares. The same money passes every tier: add up within one only.
    """
    found: dict[tuple[int | None, str | None, str, Instrument | None], list[Yen]] = {}
    for way, amount, shares in rules:
        for hop in way:
            key = (hop.tier, hop.payer, hop.payee, hop.instrument)
            found.setdefault(key, []).append(passing(hop, amount, shares))
    return tuple(_in_order(Passed(*key, add_yen(sums)) for key, sums in found.items()))


def _in_order(passed: Iterable[Passed]) -> Iterator[Passed]:
    yield from sorted(passed, key=lambda one: (one.tier is None, one.tier or 0))
