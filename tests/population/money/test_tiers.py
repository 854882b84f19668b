"""The way of the money through the payers of a sheet: made-up sheets, and what must hold of every one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from kofu.population.money.tiers import BESIDE, Hop, Passed, by_payer, hops, passing
from kofu.programme.model import Programme
from kofu.programme.vocabulary import Instrument
from kofu.rules.check import default_rules
from kofu.rules.rule import Rule
from kofu.yaml_file import load_plain

STATE, AGENCY, OFFICE, FIRM = "国", "機構", "事務局", "商店街振興組合"
Ways = list[tuple[Programme, Rule, tuple[Hop, ...]]]
SUBSIDY, COMMISSION = Instrument.SUBSIDY, Instrument.COMMISSION


@pytest.fixture
def sheet(data: Path) -> dict[str, Any]:
    """A made-up programme with one benefit for FIRM, to be given arrows."""
    found: dict[str, Any] = load_plain(data / "catalogue" / "meti-fy2016s2-akari.yaml")
    return found


def way(sheet: Mapping[str, Any], arrows: str, payer: str | None, **benefit: Any) -> list[tuple[object, ...]]:
    """The hops of the one rule, with arrows like `国>機構:交付金@①`."""
    flows = []
    for arrow in arrows.split():
        ends, _, component = arrow.partition("@")
        ends, _, instrument = ends.partition(":")
        source, target = ends.split(">")
        flow = {"from": source, "to": target, "instrument": instrument or "補助", "at": [1]}
        flows.append(flow | ({"component": component.split("+")} if component else {}))
    components = [{"key": key, "title": key, "at": [1]} for key in "①②"]
    rule = {**sheet["benefits"][0], **benefit, "payer": payer}
    programme = Programme.model_validate(
        {**sheet, "flows": flows, "components": components, "benefits": [rule]}
    )
    found = hops(programme, default_rules(programme)[0])
    assert found[-1].payee == FIRM
    return [(hop.tier, hop.payer, hop.payee, hop.instrument) for hop in found]


def test_a_chain_is_followed_up_to_the_state(sheet: dict[str, Any]) -> None:
    assert way(sheet, f"国>機構:交付金 機構>事務局 事務局>{FIRM}", OFFICE) == [
        (1, STATE, AGENCY, Instrument.GRANT_IN_AID),
        (2, AGENCY, OFFICE, SUBSIDY),
        (3, OFFICE, FIRM, SUBSIDY),
    ]


def test_the_state_may_pay_itself(sheet: dict[str, Any]) -> None:
    assert way(sheet, f"国>{FIRM} 国>機構", STATE) == [(1, STATE, FIRM, SUBSIDY)]


def test_the_payer_may_be_called_like_the_recipient(sheet: dict[str, Any]) -> None:
    # 民間企業等 → 民間企業等 is an office that pays firms, and no circle.
    assert way(sheet, f"国>{FIRM} {FIRM}>{FIRM}", FIRM) == [
        (1, STATE, FIRM, SUBSIDY),
        (2, FIRM, FIRM, SUBSIDY),
    ]


def test_arrows_of_other_components_do_not_count(sheet: dict[str, Any]) -> None:
    arrows = f"国>事務局:委託@① 国>機構@② 機構>事務局@② 事務局>{FIRM}@①+②"
    assert way(sheet, arrows, OFFICE, component="①") == [
        (1, STATE, OFFICE, COMMISSION),
        (2, OFFICE, FIRM, SUBSIDY),
    ]
    assert way(sheet, arrows, OFFICE, component="②")[0] == (1, STATE, AGENCY, SUBSIDY)


def test_a_chain_that_does_not_begin_at_the_state_has_no_tiers(sheet: dict[str, Any]) -> None:
    assert way(sheet, f"機構>事務局 事務局>{FIRM}", OFFICE) == [(None, OFFICE, FIRM, SUBSIDY)]
    assert way(sheet, "", None) == [(None, None, FIRM, SUBSIDY)]


def test_a_circle_of_arrows_ends(sheet: dict[str, Any]) -> None:
    assert way(sheet, f"機構>事務局 事務局>機構 事務局>{FIRM}", OFFICE) == [(None, OFFICE, FIRM, SUBSIDY)]
    assert way(sheet, f"国>機構 機構>事務局 事務局>機構 事務局>{FIRM}", OFFICE)[0] == (
        1,
        STATE,
        AGENCY,
        SUBSIDY,
    )


def test_payers_beside_each_other_are_all_named(sheet: dict[str, Any]) -> None:
    both = f"事務局{BESIDE}連合会"
    assert way(sheet, f"国>事務局 国>連合会 事務局>{FIRM} 連合会>{FIRM}", None) == [
        (1, STATE, both, SUBSIDY),
        (2, both, FIRM, SUBSIDY),
    ]


def test_an_instrument_that_the_sheet_leaves_open_is_not_chosen(sheet: dict[str, Any]) -> None:
    assert way(sheet, f"国>事務局 国>事務局:委託 事務局>{FIRM}", OFFICE)[0] == (1, STATE, OFFICE, None)


def test_possible_payers_at_different_distances_leave_the_tier_open(sheet: dict[str, Any]) -> None:
    arrows = f"国>機構 機構>事務局 機構>{FIRM} 事務局>{FIRM}"
    assert way(sheet, arrows, None) == [(None, f"機構{BESIDE}事務局", FIRM, SUBSIDY)]
    assert len(way(sheet, arrows, OFFICE)) == 3


def test_many_ways_are_no_burden(sheet: dict[str, Any]) -> None:
    layers = [[STATE], *([f"甲{n}", f"乙{n}"] for n in range(30)), [OFFICE]]
    arrows = [f"{up}>{down}" for above, below in pairwise(layers) for up in above for down in below]
    found = way(sheet, " ".join([*arrows, f"{OFFICE}>{FIRM}"]), OFFICE)
    assert [hop[0] for hop in found] == list(range(1, 33))
    assert found[1][1] == f"甲0{BESIDE}乙0"


def test_the_hop_from_the_state_carries_its_own_share() -> None:
    national = Hop(1, STATE, "県", SUBSIDY, (STATE,))
    last = Hop(2, "県", FIRM, SUBSIDY)
    shares = {STATE: (60, 66), "県": (30, None)}
    assert passing(national, (90, None), shares) == (60, 66)
    assert passing(last, (90, None), shares) == (90, None)
    assert by_payer([((national, last), (90, None), shares), ((last,), (10, 20), {})]) == (
        Passed(1, STATE, "県", SUBSIDY, (60, 66)),
        Passed(2, "県", FIRM, SUBSIDY, (100, None)),
    )


def test_a_tier_that_is_not_stated_comes_last() -> None:
    found = by_payer(
        [
            ((Hop(None, None, FIRM, SUBSIDY),), (1, 1), {}),
            ((Hop(2, OFFICE, FIRM, SUBSIDY),), (2, 2), {}),
        ]
    )
    assert [one.tier for one in found] == [2, None]


@pytest.fixture(scope="module")
def every(catalogue: list[Programme]) -> Ways:
    return [(p, rule, hops(p, rule)) for p in catalogue for rule in default_rules(p)]


def test_what_holds_of_every_sheet(every: Ways) -> None:
    for programme, rule, found in every:
        arrows = {(flow.payer, flow.payee) for flow in programme.flows}
        last = found[-1]
        assert (last.payee, last.instrument, last.shares, last.known) == (
            rule.recipient,
            rule.instrument,
            None,
            True,
        )
        assert rule.payer in (None, last.payer)
        if last.tier is None:
            assert found == (last,)
            continue
        assert [hop.tier for hop in found] == list(range(1, len(found) + 1))
        assert [hop.payer for hop in found if hop.payer == STATE] == [STATE] == [found[0].payer]
        assert all(one.payee == other.payer for one, other in pairwise(found))
        for hop in found:
            assert hop.payer is not None
            drawn = [(a, b) for a in hop.payer.split(BESIDE) for b in hop.payee.split(BESIDE)]
            assert arrows & set(drawn)


def test_a_way_is_open_only_where_the_rule_names_no_payer(every: Ways) -> None:
    # The loans of JFC and of the banks that it pays: who lends, and so the number of hops, is open.
    open_ways = [rule for _, rule, found in every if found[0].tier is None]
    assert {(rule.payer, rule.instrument) for rule in open_ways} == {(None, Instrument.LOAN)}


def test_a_prefecture_adds_its_part_after_the_state(every: Ways) -> None:
    shared = [(rule, found) for _, rule, found in every if rule.shares]
    assert shared
    for _, found in shared:
        assert [hop.shares for hop in found] == [(STATE,), None]


def test_what_the_state_puts_behind_credit_is_another_sum(every: Ways) -> None:
    credit = [found for _, rule, found in every if rule.instrument is Instrument.GUARANTEE]
    assert credit
    for found in credit:
        assert [passing(hop, (5, 5), {}) for hop in found] == [(None, None)] * (len(found) - 1) + [(5, 5)]
