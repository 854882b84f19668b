"""Which arrows are drawn together: one picture for each set of components that share a scheme."""

from __future__ import annotations

from dataclasses import dataclass

from kofu.programme.model import Flow, SheetFacts


@dataclass(frozen=True)
class FlowGroup:
    """Arrows that make one scheme; `keys` are its components, none where it holds for the whole programme."""

    keys: tuple[str, ...]
    flows: tuple[Flow, ...]


def keys_of(flow: Flow) -> tuple[str, ...]:
    """The component keys of an arrow."""
    if flow.component is None:
        return ()
    return (flow.component,) if isinstance(flow.component, str) else tuple(flow.component)


def flow_groups(facts: SheetFacts) -> list[FlowGroup]:
    """The schemes of a sheet, in its order. An arrow that several share stands in each of theirs."""
    shared = [flow for flow in facts.flows if not keys_of(flow)]
    drawn: dict[tuple[int, ...], list[str]] = {}
    for key in dict.fromkeys(key for flow in facts.flows for key in keys_of(flow)):
        own = [flow for flow in facts.flows if key in keys_of(flow)]
        members = tuple(i for i, f in enumerate(facts.flows) if f in own or f in _joined(own, shared))
        drawn.setdefault(members, []).append(key)
    taken = {i for members in drawn for i in members}
    groups = [FlowGroup(tuple(keys), tuple(facts.flows[i] for i in m)) for m, keys in drawn.items()]
    rest = tuple(flow for i, flow in enumerate(facts.flows) if i not in taken)
    return ([FlowGroup((), rest)] if rest else []) + groups


def _joined(own: list[Flow], shared: list[Flow]) -> list[Flow]:
    """The shared arrows that lead to, or go on from, a component's own."""
    names = {name for flow in own for name in (flow.payer, flow.payee) if name != "国"}
    found: list[Flow] = []
    while more := [f for f in shared if f not in found and ({f.payer, f.payee} - {"国"}) & names]:
        found += more
        names |= {name for flow in more for name in (flow.payer, flow.payee) if name != "国"}
    return found
