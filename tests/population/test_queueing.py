"""Who gets the money when it is short: the few passes of a simulation against a plain sort of all applicants."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import pytest

from kofu.errors import KofuError
from kofu.population import queueing, queues
from kofu.population.assumptions.arrival import default_call, read_call
from kofu.population.assumptions.premises import premises
from kofu.population.dataset import DRAWN, NUMBER, Dataset
from kofu.population.question import Question
from kofu.population.simulate import simulate
from kofu.population.variants import Variant, gathered
from kofu.programme.model import Programme

Pick = Callable[..., tuple[Programme, ...]]
NAME = "fy2016s2-jizokuka"
TAKE_UP = Fraction(1, 2)


@dataclass(frozen=True)
class Person:
    """An applicant."""

    number: int
    draw: int
    staff: int
    yen: int


@pytest.fixture(scope="module")
def people(picked: Pick, firms: Dataset, by_hand: Callable[..., Any]) -> list[Person]:
    """All who apply."""
    [programme] = picked([NAME])
    question = Question((programme,), take_up=TAKE_UP)
    hand = by_hand(firms, premises())
    rules = question.rules_of(programme, question.variants.every[0])
    found: dict[int, Person] = {}
    for rule in rules:
        for row, case, answer in zip(hand.rows, hand.cases, hand.answers(rule), strict=True):
            if answer.fits and hand.applies(row, programme.id, TAKE_UP):
                draw = hand.draw(row, f"順番:{programme.id}")
                # Where several caps are possible the lowest is asked for at least: the first of the rows.
                yen = answer.amount if answer.amount is not None else _least(rule, case)
                assert row[NUMBER] not in found
                if yen == 0:
                    continue  # nobody applies for nothing
                found[row[NUMBER]] = Person(row[NUMBER], draw, row["従業員数"], yen)
    return list(found.values())


def _least(rule: Any, case: Any) -> int:
    from kofu.rules.bounds import estimate

    return int(estimate(rule, case).total.low)


def asked(picked: Pick, firms: Dataset, budget: int | None, **how: Any) -> dict[str, Any]:
    """What the record says of the money."""
    [programme] = picked([NAME])
    amounts = tuple(
        a if a.kind is not queueing.AmountKind.APPROPRIATION else a.model_copy(update={"yen": budget})
        for a in programme.amounts
    )
    changed = programme.model_copy(update={"amounts": amounts})
    question = Question((changed,), take_up=TAKE_UP, **how)
    found = simulate(question, replace(firms, represents=None))
    told = found["programmes"][0]["variants"][0]["money"]
    assert isinstance(told, dict)
    return told


def served(people: list[Person], key: Callable[[Person], Any], budget: int) -> tuple[int, int, Person | None]:
    """(adopted, committed, the first who is turned away)."""
    adopted = committed = 0
    for person in sorted(people, key=key):
        if committed + person.yen > budget:
            return adopted, committed, person
        adopted, committed = adopted + 1, committed + person.yen
    return adopted, committed, None


KEYS: dict[str, Callable[[Person], Any]] = {
    "arrival": lambda p: (p.draw, p.number),
    "lottery": lambda p: (p.draw, p.number),
    "score": lambda p: (-p.staff, p.draw // 2048, p.number),
}


@pytest.mark.parametrize("order", KEYS)
@pytest.mark.parametrize(
    "part", [Fraction(0), Fraction(1, 10**6), Fraction(1, 3), Fraction(9, 10), Fraction(1)]
)
def test_served_in_order(
    order: str, part: Fraction, people: list[Person], picked: Pick, firms: Dataset
) -> None:
    demand = sum(person.yen for person in people)
    budget = int(demand * part)
    score = {"score": "従業員数"} if order == "score" else {}
    told = asked(picked, firms, budget, order=order, **score)
    adopted, committed, first = served(people, KEYS[order], budget)
    assert told["demand"] == demand
    assert (told["adopted"], told["committed"]) == (adopted, committed)
    assert (told["unmet"], told["unmet_yen"]) == (len(people) - adopted, demand - committed)
    assert told["left"] == budget - committed
    if first is None or order != "arrival":
        assert told["runs_out"] is None
    else:
        [programme] = picked([NAME])
        day = default_call(programme.fiscal_year).day_of(first.draw, DRAWN)
        assert told["runs_out"] == day.isoformat()


def test_narrower_and_narrower(
    people: list[Person], picked: Pick, firms: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same answer when nearly nobody may be looked at one by one, so that buckets shrink to single keys."""
    monkeypatch.setattr(queues, "_FETCHED", 0)
    monkeypatch.setattr(queues, "_STEP", 3)
    budget = sum(person.yen for person in people) // 3
    for order, score in (("arrival", None), ("score", "従業員数")):
        told = asked(picked, firms, budget, order=order, score=score)
        adopted, committed, _ = served(people, KEYS[order], budget)
        assert (told["adopted"], told["committed"]) == (adopted, committed), order


@pytest.mark.parametrize("fetched", [0, 60, 20_000])
def test_variants_share_the_passes(
    fetched: int, picked: Pick, firms: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some of them short of money and some not, with buckets of different sizes: each as it is alone."""
    monkeypatch.setattr(queues, "_FETCHED", fetched)
    monkeypatch.setattr(queues, "_STEP", 4)
    programmes = picked([NAME])
    rates = ("1/1000", "1/100", "1/20", "1/3", "1")
    stated = [Variant(rate, {"補助率": rate}, {}) for rate in rates]
    for order in ("arrival", "proportional"):
        question = Question(programmes, gathered(stated, []), order=order)  # type: ignore[arg-type]
        together = simulate(question, firms)["programmes"][0]["variants"]
        assert {told["money"]["unmet_yen"] > 0 for told in together} == {True, False}
        for place, variant in enumerate(stated, 1):
            alone = simulate(replace(question, variants=gathered([variant], [])), firms)
            assert alone["programmes"][0]["variants"][1]["money"] == together[place]["money"]


def test_in_proportion(people: list[Person], picked: Pick, firms: Dataset) -> None:
    demand = sum(person.yen for person in people)
    budget = demand * 3 // 7 + 1
    told = asked(picked, firms, budget, order="proportional")
    committed = sum(person.yen * budget // demand for person in people)
    assert (told["adopted"], told["unmet"]) == (len(people), 0)
    assert (told["committed"], told["unmet_yen"]) == (committed, demand - committed)
    assert Fraction(told["of_budget"]) == Fraction(budget, demand)


def test_a_later_call_runs_out_later(picked: Pick, firms: Dataset) -> None:
    first, last = datetime.date(2030, 5, 1), datetime.date(2030, 5, 31)
    told = asked(picked, firms, 50_000_000, call=read_call(f"{first}..{last}"))
    assert first <= datetime.date.fromisoformat(told["runs_out"]) <= last


@pytest.mark.parametrize("budget", [None, 10**15])
def test_nobody_is_turned_away(budget: int | None, picked: Pick, firms: Dataset) -> None:
    for order in ("arrival", "proportional"):
        told = asked(picked, firms, budget, order=order)
        assert (told["unmet"], told["unmet_yen"], told["runs_out"]) == (0, 0, None)
        assert told["committed"] == told["demand"]


def test_a_sample_has_its_part_of_the_budget(picked: Pick, firms: Dataset) -> None:
    [programme] = picked([NAME])
    whole = queueing.budget_of(programme)
    assert whole is not None
    for represents, part in ((None, whole), (firms.rows, whole), (4 * firms.rows, whole // 4)):
        assert queueing.budget_of_rows(programme, replace(firms, represents=represents)) == part


@pytest.mark.parametrize(
    "score",
    [None, "従業員の数", "従業員数 >", "中小企業者である", "業種", "売上高の増加額 + 従業員数", ""],
)
def test_a_score_that_is_none(score: str | None, picked: Pick, firms: Dataset) -> None:
    """It is told also where the money would suffice for all."""
    with pytest.raises(KofuError) as caught:
        asked(picked, firms, 10**15, order="score", score=score)
    assert "\n" not in caught.value.ja
    assert "--score" in caught.value.ja
    assert "--score" in caught.value.en
