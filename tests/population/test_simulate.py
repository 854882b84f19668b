"""A simulation against the same worked out by hand: each row, each rule, in whole yen, without the columns."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from kofu.errors import KofuError
from kofu.population.assumptions.premises import premises, with_overrides
from kofu.population.dataset import Dataset
from kofu.population.made.making import make_firms
from kofu.population.money.distribution import bin_of
from kofu.population.money.tiers import CREDIT
from kofu.population.question import Question
from kofu.population.report.report import render_report
from kofu.population.report.tables import write_csv
from kofu.population.simulate import simulate
from kofu.population.variants import Variant, Variants, gathered
from kofu.programme.model import Programme
from kofu.rules import bounds
from kofu.rules.rule import Rule

Pick = Callable[..., tuple[Programme, ...]]
Record = dict[str, Any]

NAMES = (
    "fy2024s-seisansei-kakumei",  # many benefits
    "fy2024s-daikibo-seicho",  # a benefit paid to people
    "fy2024s-denki-gas",  # a discount for each unit
    "fy2024s-shoene-toshi",
    "fy2024s-nariwai-noto",  # the state and a prefecture; a disaster
    "fy2024s-nariwai-2020-rain",
    "fy2024s-group-fukushima",
    "fy2024s-nariwai-rishi-noto",  # interest
    "fy2024s-creator-shien",
    "fy2024s-quantum",  # benefits that combine
    "fy2024s-100oku-fund",  # equity
    "fy2016s2-shikinguri",  # loans and a guarantee
    "fy2016s2-shikinguri-kumamoto",
    "fy2016s2-chiiki-mirai",
    "fy2016s2-jizokuka",
    "fy2016s2-group-hojo",
)
OFTEN = with_overrides(
    {
        "グループの構成員である": "60%",
        "復興事業計画の構成員である": "60%",
        "なりわい再建支援事業のA類型を利用する": "2/3",
        "多重被災事業者の要件を満たす": "1/2",
        "熊本地震で直接被害を受けた": "50%",
    }
)
"""So that some of 2,000 firms fit where only few firms of a nation do."""
LENT = {instrument.value for instrument in CREDIT}
"""What is lent or guaranteed is not paid out of a budget."""
TAKE_UP = Fraction(1, 3)
HALF = Variant("半分", {"補助率": "1/2"}, {})


@pytest.fixture(scope="module")
def question(picked: Pick) -> Question:
    """What most tests here ask."""
    return Question(picked(NAMES), Variants(), take_up=TAKE_UP, premises=OFTEN, seed=3)


@pytest.fixture(scope="module")
def record(question: Question, firms: Dataset) -> Record:
    return simulate(question, firms)


@pytest.fixture(scope="module")
def hand(firms: Dataset, by_hand: Callable[..., Any]) -> Any:
    return by_hand(firms, OFTEN, 3)


def found_of(record: Record, name: str, variant: int = 0) -> Record:
    return next(p for p in record["programmes"] if p["id"].endswith(name))["variants"][variant]  # type: ignore[no-any-return]


# --- totals


@pytest.mark.parametrize("name", NAMES)
def test_benefits_as_by_hand(name: str, record: Record, question: Question, hand: Any) -> None:
    programme = next(p for p in question.programmes if p.id.endswith(name))
    told = {benefit["key"]: benefit for benefit in found_of(record, name)["benefits"]}
    rules = question.rules_of(programme, question.variants.every[0])
    assert list(told) == [rule.key for rule in rules]
    for rule in rules:
        compare(told[rule.key], rule, hand)


def compare(told: Record, rule: Rule, hand: Any) -> None:
    """Equal where every row is known; where some are not, bounds that hold all that can be."""
    answers = hand.answers(rule)
    certain = sum(answer.fits is True for answer in answers)
    possible = sum(answer.fits is not False for answer in answers)
    amounts = _bounds(rule, hand.cases, answers)
    assert certain <= told["fits"] <= told["may_fit"] <= possible
    if possible == certain:
        assert (told["fits"], told["may_fit"]) == (certain, possible)
    _holds(told["amount"], amounts)
    if told["fits"] != certain:
        return
    kept = [
        bool(answer.fits) and most > 0 and hand.applies(row, rule.programme, TAKE_UP)
        for row, answer, (_, most) in zip(hand.rows, answers, amounts, strict=True)
    ]
    applying = [answer for answer, applies in zip(answers, kept, strict=True) if applies]
    assert told["applicants"] == len(applying)
    _holds(told["demand"], [pair if applies else (0, 0) for applies, pair in zip(kept, amounts, strict=True)])
    for payer, share in told["shares"].items():
        if all(a.shares[payer] is not None for a in applying):
            whole = sum(a.shares[payer] for a in applying)
            assert share == {"low": whole, "high": whole}, payer
    spread = told["distribution"]
    if applying and all(a.amount is not None for a in applying):
        yen = sorted(a.amount for a in applying)
        assert (spread["count"], spread["sum"]) == (len(yen), sum(yen))
        for quantile in spread["quantiles"]:
            p = Fraction(quantile["p"])
            exact = yen[max(1, -(-p.numerator * len(yen) // p.denominator)) - 1]
            assert bin_of(exact) == bin_of(quantile["yen"]), p


def _bounds(rule: Rule, cases: list[Any], answers: list[Any]) -> list[tuple[int, int]]:
    """(least, most) for every row: by the reader of one case where something is unknown."""
    found = []
    for case, answer in zip(cases, answers, strict=True):
        if answer.amount is not None:
            found.append((answer.amount, answer.amount))
        else:
            total = bounds.estimate(rule, case).total
            found.append((int(total.low), int(total.high)))
    return found


def _holds(told: Mapping[str, int | None], rows: list[tuple[int, int]]) -> None:
    low, high = sum(pair[0] for pair in rows), sum(pair[1] for pair in rows)
    if low == high:
        assert told == {"low": low, "high": high}
    else:
        assert told["low"] is not None
        assert told["low"] <= low
        assert told["high"] is None or high <= told["high"]


def test_every_kind_of_benefit_is_met(record: Record) -> None:
    """What is compared above is not nothing."""
    met = {
        benefit["instrument"]
        for programme in record["programmes"]
        for benefit in programme["variants"][0]["benefits"]
        if benefit["applicants"] and benefit["demand"]["low"]
    }
    assert {"subsidy", "loan", "guarantee"} <= met
    shared = [b for b in found_of(record, "group-hojo")["benefits"] if b["shares"]]
    assert any(b["shares"]["県"]["low"] for b in shared)


def test_groups_as_by_hand_and_adding_up(record: Record, question: Question, hand: Any) -> None:
    name = "fy2016s2-shikinguri"
    rules = question.rules_of(
        next(p for p in question.programmes if p.id.endswith(name)), question.variants.every[0]
    )
    groups = found_of(record, name)["groups"]
    for group, of_row in (
        ("都道府県", lambda row: row["都道府県"]),
        ("業種", lambda row: row["業種"]),
        ("規模", hand.size),
    ):
        rows: dict[str, int] = {}
        fits: dict[str, int] = {}
        yen: dict[str, int] = {}
        for place, row in enumerate(hand.rows):
            key = of_row(row)
            rows[key] = rows.get(key, 0) + 1
            if any(hand.answers(rule)[place].fits for rule in rules):
                fits[key] = fits.get(key, 0) + 1
            for rule in rules:
                answer = hand.answers(rule)[place]
                if answer.fits and hand.applies(row, rule.programme, TAKE_UP):
                    yen[key] = yen.get(key, 0) + answer.amount
        told = {cell["name"]: cell for cell in groups[group]}
        assert {n: cell["rows"] for n, cell in told.items()} == rows
        assert {n: cell["fits"] for n, cell in told.items() if cell["fits"]} == fits
        assert {n: cell["low"] for n, cell in told.items() if cell["low"]} == {
            n: y for n, y in yen.items() if y
        }
        assert all(cell["low"] == cell["high"] for cell in told.values())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_added_up_adds_up(name: str, record: Record, firms: Dataset) -> None:
    found = found_of(record, name)
    for group, cells in found["groups"].items():
        assert sum(cell["rows"] for cell in cells) == firms.rows, group
        for key, whole in (
            ("fits", found["fits"]),
            ("may_fit", found["may_fit"]),
            ("low", found["demand"]["low"]),
        ):
            assert sum(cell[key] for cell in cells) == whole, (group, key)
    money = found["money"]
    state = sum(
        (benefit["shares"]["国"] if "国" in benefit["shares"] else benefit["demand"])["low"]
        for benefit in found["benefits"]
        if benefit["instrument"] not in LENT
    )
    committed = state if money is None else money["committed"]
    assert sum(year["yen"] for year in found["years"]) == committed
    if money:
        assert money["demand"] == state
        assert money["adopted"] + money["unmet"] <= found["applicants"]
        if not any(b["applicants"] for b in found["benefits"] if b["instrument"] in LENT):
            assert money["adopted"] + money["unmet"] == found["applicants"]
        assert money["committed"] + money["unmet_yen"] == money["demand"]
    for benefit in found["benefits"]:
        if benefit["shares"] and benefit["demand"]["low"] == benefit["demand"]["high"]:
            assert sum(share["low"] for share in benefit["shares"].values()) == benefit["demand"]["low"]
    last = [hop for hop in found["payers"] if hop["payee"] not in {h["payer"] for h in found["payers"]}]
    if all(b["demand"]["high"] == b["demand"]["low"] for b in found["benefits"]) and not any(
        b["shares"] for b in found["benefits"]
    ):
        assert sum(hop["low"] for hop in last) == found["demand"]["low"]


def test_a_prefecture_pays_its_part(record: Record) -> None:
    """The state's money passes the prefecture, which adds its own."""
    found = found_of(record, "group-hojo")
    shares = [b["shares"] for b in found["benefits"] if b["shares"]]
    state, prefecture = (sum(s[payer]["low"] for s in shares) for payer in ("国", "県"))
    assert prefecture > 0
    paid = {(hop["tier"], hop["payer"]): hop["low"] for hop in found["payers"] if hop["low"]}
    assert paid[1, "国"] == state
    assert paid[2, "県"] == state + prefecture


# --- variants


def test_winners_and_losers_as_by_hand(picked: Pick, firms: Dataset, by_hand: Callable[..., Any]) -> None:
    [programme] = picked(["fy2016s2-jizokuka"])
    variants = gathered([Variant("低い", {"補助率": "1/5"}, {}), Variant("高い", {"補助率": "9/10"}, {})], [])
    question = Question((programme,), variants, take_up=Fraction(1, 2))
    found = simulate(question, firms)["programmes"][0]["variants"]
    hand = by_hand(firms, premises())
    wholes = []
    for variant in variants.every:
        rules = question.rules_of(programme, variant)
        least = [[low for low, _ in _bounds(rule, hand.cases, hand.answers(rule))] for rule in rules]
        wholes.append(
            [
                sum(own[place] for own in least) * hand.applies(row, programme.id, question.take_up)
                for place, row in enumerate(hand.rows)
            ]
        )
    assert found[0]["change"] is None
    assert wholes[1] != wholes[2]
    for place in (1, 2):
        steps = [after - before for before, after in zip(wholes[0], wholes[place], strict=True)]
        change = found[place]["change"]
        told = {key: change[key] for key in ("winners", "losers", "gains", "losses")}
        assert told == {
            "winners": sum(step > 0 for step in steps),
            "losers": sum(step < 0 for step in steps),
            "gains": sum(step for step in steps if step > 0),
            "losses": -sum(step for step in steps if step < 0),
        }
        for cells in change["groups"].values():
            for key, whole in told.items():
                assert sum(cell[key] for cell in cells) == whole
    assert found[2]["change"]["winners"] > 0


def test_a_variant_alone_is_the_variant_among_others(picked: Pick, firms: Dataset) -> None:
    programmes = picked(["fy2016s2-jizokuka", "fy2016s2-robot-si"])
    swept = gathered([HALF], [("補助率", ("1/3", "1/2"))])
    together = simulate(Question(programmes, swept), firms)
    assert [cell["variant"] for cell in together["sweep"]["cells"]] == [2, 3]
    alone = simulate(Question(programmes, gathered([HALF], [])), firms)
    for many, one in zip(together["programmes"], alone["programmes"], strict=True):
        assert many["variants"][:2] == one["variants"]
        assert many["variants"][3] == one["variants"][1]  # 補助率=1/2, whatever it is called
        assert many["variants"][1] != many["variants"][2]


def test_a_variant_of_one_programme_leaves_others_alone(picked: Pick, firms: Dataset) -> None:
    programmes = picked(["fy2016s2-jizokuka", "fy2016s2-robot-si"])
    own = Variant("一つ", {}, {programmes[0].id: {"補助率": "1/2"}})
    first, second = simulate(Question(programmes, gathered([own], [])), firms)["programmes"]
    assert first["variants"][1]["demand"] != first["variants"][0]["demand"]
    assert second["variants"][1]["demand"] == second["variants"][0]["demand"]
    change = second["variants"][1]["change"]
    assert (change["winners"], change["losers"], change["gains"]) == (0, 0, 0)


# --- what is unknown


def test_columns_that_are_missing_leave_bounds(
    picked: Pick, firms: Dataset, by_hand: Callable[..., Any]
) -> None:
    """Employees and some capitals unknown: whatever they are, the totals lie within the bounds."""
    lacking = without(firms, {"従業員数"})
    programmes = picked(["fy2016s2-shikinguri", "fy2016s2-jizokuka"])
    question = Question(programmes, details=False)
    record = simulate(question, lacking)
    whole = by_hand(firms, premises())
    chance = random.Random(4)
    unsure = 0
    for _ in range(2):
        cases = [
            {**row, "従業員数": Fraction(chance.choice([0, 3, 5, 20, 21, 100, 301, 5000]))}
            for row in whole.rows
        ]
        completed = by_hand(firms, premises())
        completed.__dict__["rows"] = cases
        for programme, told in zip(programmes, record["programmes"], strict=True):
            for rule, benefit in zip(
                question.rules_of(programme, question.variants.every[0]),
                told["variants"][0]["benefits"],
                strict=True,
            ):
                answers = completed.answers(rule)
                certain = sum(a.fits is True for a in answers)
                possible = sum(a.fits is not False for a in answers)
                assert benefit["fits"] <= certain <= possible <= benefit["may_fit"]
                pairs = _bounds(rule, completed.cases, answers)
                assert benefit["amount"]["low"] <= sum(low for low, _ in pairs)
                high = benefit["amount"]["high"]
                assert high is None or sum(low for _, low in pairs) <= high
                unsure += benefit["fits"] < benefit["may_fit"]
    assert unsure
    groups = record["programmes"][0]["variants"][0]["groups"]
    assert "規模" not in groups, "nobody's size is known without employees, so there is nothing to split"
    assert set(groups) == {"都道府県", "業種"}


def without(dataset: Dataset, names: set[str]) -> Dataset:
    """The same rows, some columns not there: the parts still hold them, which nobody may notice."""
    found = replace(dataset, columns=tuple(column for column in dataset.columns if column.name not in names))
    found.__dict__.pop("by_name", None)
    return found


# --- the same question has the same answer


def test_again_in_other_parts_and_by_other_seeds(picked: Pick, firms: Dataset, tmp_path: Path) -> None:
    programmes = picked(["fy2016s2-jizokuka", "fy2024s-nariwai-noto"])
    question = Question(programmes, take_up=Fraction(1, 4))
    first = simulate(question, firms)
    assert simulate(question, firms) == first
    other = make_firms(tmp_path / "p", 2_000, 5, part_rows=333)
    parted = simulate(question, other)
    assert parted["programmes"] == first["programmes"]
    turned = replace(other, parts=other.parts[::-1])
    assert simulate(question, turned)["programmes"] == first["programmes"]


def test_another_seed_changes_draws_and_nothing_else(picked: Pick, firms: Dataset) -> None:
    plain = {name: premise for name, premise in premises().items() if premise.share is None}
    question = Question(picked(["fy2016s2-jizokuka"]), take_up=Fraction(1, 4), premises=plain)
    [one], [two] = (
        simulate(replace(question, seed=seed), firms)["programmes"][0]["variants"] for seed in (1, 2)
    )
    kept = ("fits", "may_fit", "amount")
    assert [one[key] for key in kept] == [two[key] for key in kept]
    assert one["fits"] > 0
    assert one["demand"] != two["demand"]
    for group, cells in one["groups"].items():
        told = [[(c["name"], c["rows"], c["fits"]) for c in some] for some in (cells, two["groups"][group])]
        assert told[0] == told[1]


def test_a_record_is_json(record: Record) -> None:
    assert json.loads(json.dumps(record)) == record


def test_the_premises_that_were_used_are_told(picked: Pick, firms: Dataset) -> None:
    told = simulate(Question(picked(["fy2016s2-jizokuka"])), firms)["premises"]
    assert told
    assert all(premise["why_ja"] for premise in told)
    names = {premise["fact"] for premise in told}
    assert "グループの構成員である" not in names
    without_any = simulate(Question(picked(["fy2016s2-jizokuka"]), premises={}), firms)
    assert without_any["premises"] == []
    found = without_any["programmes"][0]["variants"][0]
    assert found["fits"] < found["may_fit"]


# --- what is wrong is told


def test_no_rows(picked: Pick, firms: Dataset) -> None:
    with pytest.raises(KofuError, match=r"1行もありません|no rows"):
        simulate(Question(picked(["fy2016s2-jizokuka"])), replace(firms, parts=()))


@pytest.mark.parametrize("by", ["補助率", "従業員数", "ない"])
def test_a_group_that_is_none(by: str, picked: Pick, firms: Dataset) -> None:
    with pytest.raises(KofuError, match=by):
        simulate(Question(picked(["fy2016s2-jizokuka"]), by=(by,)), firms)


@pytest.mark.parametrize("share", [Fraction(0), Fraction(-1), Fraction(11, 10)])
def test_a_take_up_that_is_no_share(share: Fraction, picked: Pick) -> None:
    with pytest.raises(KofuError, match=str(share)):
        Question(picked(["fy2016s2-jizokuka"]), take_up=share)


def test_what_nothing_bounds_has_no_most_anywhere(picked: Pick, firms: Dataset, tmp_path: Path) -> None:
    """Without a column of costs, no total and no group of a benefit without a cap shows a most."""
    lacking = without(firms, {"補助対象経費"})
    record = simulate(Question(picked(["fy2016s2-robot-si", "fy2024s-juden-infra"])), lacking)
    for programme in record["programmes"]:
        found = programme["variants"][0]
        open_ended = [b for b in found["benefits"] if b["demand"]["high"] is None]
        assert open_ended
        assert found["demand"]["high"] is None
        assert found["amount"]["low"] is not None
        for cells in found["groups"].values():
            assert any(cell["high"] is None for cell in cells)
            assert all(cell["high"] is None or cell["high"] < 10**12 for cell in cells)
    assert "</html>" in render_report(record, "ja")
    write_csv(record, tmp_path)
    assert (tmp_path / "groups.csv").exists()
