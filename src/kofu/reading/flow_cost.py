"""How unusual a graph is: the usage that decides between graphs that are all possible.

Money goes down the tiers; 定額 stands on the first hop and a fraction on the last; 委託 has no rate and passes on no
subsidies; what a prefecture pays out holds the state's share; boxes and labels keep the order of the document.
A cost near 0 is the rule, 1 a known exception, above 2 a misreading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from kofu.programme.vocabulary import Instrument
from kofu.reading.flow_items import Box
from kofu.reading.flow_labels import WITHOUT_RATE, Label
from kofu.reading.flow_order import BoxOrder

UNLABELLED = 2.4
"""An arrow for which no label is left."""
UNLABELLED_IN_LINE = 1.0
"""The same between neighbours in one line, where one label may stand for the whole way."""
LABEL_LEFT = 2.6
"""A label for which no arrow is left."""
SERVICE_ONLY = 1.4
"""An arrow that a service explains instead of money."""
BRANCH, BRANCH_OF_COMPONENT = 1.0, 0.4
"""A further arrow from the state: unusual, unless keys of components stand in a diagram with one 国."""
OUT_OF_TURN = 0.6
"""A label that is not the one printed before its box, where boxes and labels take turns."""
TURN_FROM_STATE = 0.5
"""Where label and box take turns, a further arrow from the state skips the box printed between."""
AGAINST_TURN = 1.0
"""Where box and label take turns, money that runs back to a box printed before."""
AGAINST_ARROW = 2.5
"""A printed → that is not followed."""
TO_INTERMEDIARY = 0.4
"""A body that by its name passes money on is paid by one that does not."""
_CROWDED, _SAME_TWICE = 0.9, 2.2
_INTERMEDIARY = re.compile(
    r"(?:連合会|中央会|協会|協議会|振興会|機構|事務局|民間団体)等?(?:[（(][^（()）]*[)）])?等?$"
)
_PUBLIC = ("県", "自治体", "公共団体", "市町村", "市区町村", "指定都市", "東京都", "北海道")


def shape(
    state: Box, nodes: Sequence[Box], parents: Sequence[int], order: BoxOrder, branch: float = BRANCH
) -> float:
    """The cost of a tree: `parents[i]` pays node i, −1 is the state; `branch` for every further arrow from it."""
    cost = 0.0
    row_of_state_begins = not any(n.lines[0] == state.lines[0] and n.at < state.at for n in nodes)
    for i, payer in enumerate(parents):
        first, second = (state if payer < 0 else nodes[payer]), nodes[i]
        if second.paid_by not in (None, first.at):
            cost += AGAINST_ARROW
        if payer < 0:
            continue
        cost += 1.3 * max(0, first.tier - second.tier) + (0.7 if first.tier >= 4 else 0.0)
        if first.lines[0] == second.lines[0]:
            after_state = row_of_state_begins and first.lines[0] == state.lines[0]
            cost += order.box_cost(first.at < second.at, after_state)
        elif state.lines[0] == second.lines[0] and state.at < second.at and row_of_state_begins:
            cost += order.beside_state_cost
        if is_intermediary(second) and not (is_intermediary(first) or is_public(first)):
            cost += TO_INTERMEDIARY
        if is_public(first) and "民間団体" in second.name:
            cost += 0.4
        if is_public(second) and not is_public(first) and first.tier > 1:
            cost += 0.1 if second.name.endswith("等") else 0.6
    for i, (one, other) in enumerate(pairwise(nodes)):
        if one.lines[0] == other.lines[0] and parents[i] != i + 1 and parents[i + 1] != i:
            cost += 0.6  # neighbours in one line are usually joined by an arrow
    cost += branch * (sum(payer < 0 for payer in parents) - 1)
    cost += 0.5 * sum(max(0, parents.count(i) - 1) for i in range(len(nodes)))
    return cost + 0.8 * max(0, max(depth(parents, i) for i in range(len(nodes))) - 3)


def depth(parents: Sequence[int], node: int) -> int:
    """How many hops from the state."""
    hops = 1
    while parents[node] >= 0:
        node, hops = parents[node], hops + 1
    return hops


def fit(payer: Box, payee: Box, last: bool, label: Label) -> float:
    """The cost of a label on an arrow; `last` when the payee pays nobody."""
    cost = 0.3 if label.implied else 0.0
    fixed = any(rate.value is None for rate in label.rates)
    fractions = [rate.value for rate in label.rates if rate.value is not None]
    cost += (
        _fit_from_state(payee, last, label, fixed, fractions)
        if payer.is_state
        else _fit_further(payer, last, label, fixed, bool(fractions))
    )
    if fractions and set(label.instruments) <= WITHOUT_RATE:
        cost += 2.0
    if label.fund and last:
        cost += 1.0
    if Instrument.INTEREST_SUBSIDY in label.instruments and not last:
        cost += 1.2
    if Instrument.BENEFIT in label.instruments and not last:
        cost += 0.8
    return cost


def _fit_from_state(payee: Box, last: bool, label: Label, fixed: bool, fractions: Sequence[object]) -> float:
    cost = 3.0 if label.indirect else 0.0
    whole = all(value == 1 for value in fractions)
    if fractions and not whole and not last and not is_public(payee):
        cost += 1.2
    if fractions and not whole and last and payee.tier == 1:
        cost += 0.5
    if not last and len(label.instruments) > 1 and Instrument.COMMISSION in label.instruments:
        cost += 0.4
    if not last and fixed and payee.tier >= 4:
        cost += 1.0
    if Instrument.GRANT_IN_AID in label.instruments and payee.tier >= 3 and not is_public(payee):
        cost += 0.5
    if Instrument.JOINT_STUDY in label.instruments:
        cost += 0.8
    if {Instrument.LOAN, Instrument.GUARANTEE} & set(label.instruments):
        cost += 0.5
    return cost


def _fit_further(payer: Box, last: bool, label: Label, fixed: bool, shared: bool) -> float:
    cost = 2.5 if label.fund else 0.0
    if fixed and not shared:
        cost += 0.6 if last else 0.1
    if shared and not fixed and not last:
        cost += 0.6
    if set(label.instruments) <= {Instrument.GRANT_IN_AID, Instrument.CONTRIBUTION} and not is_public(payer):
        cost += 1.0
    if payer.tier >= 3 and label.instruments == (Instrument.COMMISSION,):
        cost += 0.8
    return cost


def beside(first: Label, second: Label) -> float:
    """The cost of two labels on one arrow; labels of different components are two arrows drawn side by side."""
    if first.keys and second.keys and first.keys != second.keys:
        return 0.1
    return _CROWDED + _SAME_TWICE * len(set(first.instruments) & set(second.instruments))


def passing_on(
    through: Sequence[Box], incoming: Sequence[Label], outgoing: Sequence[Label], evident: bool = False
) -> float:
    """The cost of boxes that receive money this way and pass it on that way; `evident` where print shows the way."""
    before = [rate.value for label in incoming for rate in label.rates if rate.value is not None]
    after = [rate.value for label in outgoing for rate in label.rates if rate.value is not None]
    cost = 0.0
    if before and after and any(map(is_public, through)):
        # The whole rate holds the state's share, unless the state bears all of what the other only passes on.
        cost += (0.3 if max(before) == 1 else 1.0 if evident else 2.0) if max(before) > max(after) else 0.0
    elif before and after:
        cost += 1.2 if max(before) < max(after) else 0.0
    if before and any(label.instruments == (Instrument.SUBSIDY,) and not label.rates for label in outgoing):
        cost += 0.6
    commissioned = any(label.instruments == (Instrument.COMMISSION,) for label in incoming)
    if commissioned and any(Instrument.SUBSIDY in label.instruments for label in outgoing):
        cost += 1.2
    return cost


def is_intermediary(box: Box) -> bool:
    """Whether its name tells that it stands between the state and members or firms."""
    return bool(_INTERMEDIARY.search(box.name))


def is_public(box: Box) -> bool:
    """Whether it is a local government, which adds its own share."""
    return _names_public(box.name)


@cache
def _names_public(name: str) -> bool:
    return any(word in name for word in _PUBLIC)
