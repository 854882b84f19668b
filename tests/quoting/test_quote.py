"""A quote: the exact amount or the honest range, why, and offers for a combination, on rules worked by hand."""

from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.api import Catalogue, Quotes
from kofu.catalogue.store import open_store
from kofu.errors import KofuError
from kofu.programme.model import Programme
from kofu.quoting.book import Book, read_firm, read_overlay
from kofu.quoting.combination.problem import Offer
from kofu.quoting.combine import Project, combine, read_project, wanted_of
from kofu.quoting.offer import offer_of
from kofu.quoting.quote import Quote
from kofu.rules.rule import Rule

MIDORI, AKARI = "meti-fy2024s-midori", "meti-fy2016s2-akari"
SMALL = {"申請者の種別": "会社", "業種": "製造業", "従業員数": "10人"}


@pytest.fixture(scope="module")
def small_catalogue(data: Path, cache: Path) -> Catalogue:
    return Catalogue(list(open_store(data / "catalogue", cache).programmes()))


def quote(programme: Programme, key: str, answers: dict[str, Any], **params: str) -> Quote:
    book = Book([programme], overlay=read_overlay(params))
    quotes = book.quotes(programme.id, read_firm(answers, book.rules))
    return next(q for q in quotes if q.rule.key == key)


@pytest.mark.parametrize(
    ("cost", "amount"),
    [
        ("0円", 0),
        ("10円", 3),  # 10 ÷ 3 = 3.33
        ("1500万円", 5_000_000),  # exactly the cap
        ("1500万2円", 5_000_000),
        ("1499万9999円", 4_999_999),  # 14,999,999 ÷ 3 = 4,999,999.67
        ("１，５００万円", 5_000_000),
    ],
)
def test_what_is_known_gives_one_amount(lent: Programme, cost: str, amount: int) -> None:
    found = quote(lent, "設備の入替え", {**SMALL, "賃上げを行う": "いいえ", "補助対象経費": cost})
    assert (found.eligible, found.amount, found.questions) == (True, amount, [])


def test_what_the_sheet_leaves_open_stays_a_range(lent: Programme) -> None:
    case = {**SMALL, "賃上げを行う": "はい", "補助対象経費": "600万円"}
    found = quote(lent, "設備の入替え", case)
    assert (found.amount, found.total.low, found.total.high) == (None, 0, 3_000_000)  # 1/2以内
    assert [q.name for q in found.questions] == ["補助率"]
    assert quote(lent, "設備の入替え", {**case, "補助率": "0.4"}).amount == 2_400_000
    with pytest.raises(KofuError, match="1/2以内"):
        quote(lent, "設備の入替え", {**case, "補助率": "2/3"})


def test_what_is_not_known_is_never_taken_for_zero_or_no(lent: Programme) -> None:
    found = quote(lent, "設備の入替え", {})
    assert found.eligible is None
    assert (found.total.low, found.total.high) == (0, 5_000_000)
    assert "補助対象経費" in [q.name for q in found.questions]


def test_a_refusal_names_the_condition_that_fails(lent: Programme) -> None:
    found = quote(lent, "事務局への補助", {"補助対象経費": "1億円"})
    assert (found.eligible, found.amount) == (False, 0)
    assert len(found.reasons) == 1


def test_other_figures_change_the_amount_and_the_hash(lent: Programme) -> None:
    case = {**SMALL, "賃上げを行う": "いいえ", "補助対象経費": "600万円"}
    before = quote(lent, "設備の入替え", case)
    after = quote(lent, "設備の入替え", case, **{"補助率[2]": "1/4"})
    assert (before.amount, after.amount) == (2_000_000, 1_500_000)
    assert before.rule.hash != after.rule.hash


# --- from Python


def test_python_quotes_with_names_as_keywords(small_catalogue: Catalogue) -> None:
    found = small_catalogue[MIDORI].quote(SMALL, 補助対象経費=6_000_000, 賃上げを行う=False)
    assert isinstance(found, Quotes)
    assert [q.amount for q in found.fitting] == [2_000_000, None]
    assert "200万円" in found.explain("ja")
    assert "200万円" in repr(found)
    html = found._repr_html_()
    assert "<td>対象</td><td>200万円</td>" in html
    assert "500万円 <small>(10)</small>" in html
    assert found.records()[1]["amount"] == 2_000_000
    assert small_catalogue[MIDORI].quote(benefit="低利の融資")[0].rule.key == "低利の融資"


def test_python_refuses_what_it_does_not_know(small_catalogue: Catalogue) -> None:
    with pytest.raises(KeyError, match=MIDORI):
        small_catalogue["meti-fy2024s-midoli"]
    assert "nothing" not in small_catalogue
    for wrong in (
        {"補助対称経費": 1},
        {"補助対象経費": 0.5},
        {"補助対象経費": float("inf")},
        {"従業員数": "5円"},
    ):
        with pytest.raises(KofuError, match=next(iter(wrong))):
            small_catalogue[AKARI].quote(wrong)
    with pytest.raises(KofuError, match="街路灯の交換"):
        small_catalogue[AKARI].quote(benefit="別の支援")


def test_the_catalogue_can_be_called_before_and_after_its_package_was_imported(
    data: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOFU_CACHE", str(cache))
    import kofu
    import kofu.catalogue.store

    assert set(kofu.catalogue(data / "catalogue")) == {MIDORI, AKARI}


def test_a_day_outside_a_series_is_refused(catalogue: list[Programme]) -> None:
    dated = [p for p in catalogue for b in p.benefits if any(x.series for x in b.parameters.values())]
    for programme in dated:
        with pytest.raises(KofuError, match="1999-01-01"):
            Book([programme], datetime.date(1999, 1, 1)).rules_of(programme.id)


# --- as an offer


@given(st.integers(0, 10**8))
def test_an_offer_grants_what_the_rule_grants(lent: Programme, cost: int) -> None:
    case = {**SMALL, "賃上げを行う": "いいえ"}
    book = Book([lent])
    rule = book.rules[1]
    offer = offer_of(rule, read_firm(case, [rule]), frozenset("a"), "a", 10**8)
    assert (offer.rate, offer.cap, offer.minimum) == (Fraction(1, 3), 5_000_000, None)
    assert offer.grant(cost) == quote(lent, rule.key, {**case, "補助対象経費": str(cost)}).amount


def _offer(programme: Programme, **changes: str) -> Offer:
    """The offer of 街路灯の交換 with other expressions."""
    benefit = programme.benefits[0].model_copy(update=changes)
    rule: Rule = Book([programme.model_copy(update={"benefits": [benefit]})]).rules[0]
    return offer_of(rule, read_firm({"申請者の種別": "組合"}, [rule]), frozenset("a"), "a", 10**7)


def test_a_condition_on_the_cost_becomes_a_minimum(lamps: Programme) -> None:
    assert _offer(lamps, eligible="補助対象経費 > 0").minimum == 1
    assert _offer(lamps, amount="min(補助対象経費, 補助対象経費 / 4)").rate == Fraction(1, 4)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"amount": "補助対象経費 * 補助率 if 補助対象経費 > 0 else 補助対象経費"}, "の形ではない"),
        ({"amount": "max(補助対象経費 * 補助率, 補助対象経費 / 2)"}, "の形ではない"),
        ({"amount": "補助対象経費 * 補助率 + 補助対象経費"}, "の形ではない"),
        ({"amount": "補助対象経費 * 補助率", "rounding": "千円未満切捨て"}, "の形ではない"),
        ({"eligible": "補助対象経費 <= 借入希望額"}, "下限だけではありません"),
        ({"amount": "min(補助対象経費, 借入希望額)"}, "1つに定まりません"),
        ({"eligible": "申請者の種別 == 「会社」"}, "対象外"),
        ({"eligible": "賃上げを行う"}, "まだ分からない事実があります: 賃上げを行う"),
    ],
)
def test_a_rule_of_another_form_is_refused_with_the_reason(
    lamps: Programme, changes: dict[str, str], says: str
) -> None:
    with pytest.raises(KofuError, match=says):
        _offer(lamps, **changes)


# --- together


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "items.yaml"
    path.write_text(text, "utf-8")
    return path


def test_two_programmes_share_the_costs_of_one_project(tmp_path: Path, small_book: Book) -> None:
    pytest.importorskip("highspy")
    text = "items: {街路灯: 900万円, 看板: 300万円}\nfacts: {申請者の種別: 組合, 賃上げを行う: いいえ, 対象者に当たると確認済み: はい}\n"
    project = read_project(
        _file(tmp_path, text + f"programmes: {{{AKARI}: [街路灯], {MIDORI}/設備の入替え: }}\n")
    )
    plan = combine(small_book, project, {})
    # 900万円 × 2/3 ＝ 600万円 and 300万円 × 1/3 ＝ 100万円; without the lamps' own subsidy 1200万円 × 1/3.
    assert {share.offer: share.grant for share in plan.answer.best.shares} == {
        "街路灯の交換": 6_000_000,
        "設備の入替え": 1_000_000,
    }
    assert (plan.answer.total, plan.answer.gap_yen) == (7_000_000, 0)
    apart = Project(project.items, project.wanted, project.facts, ((AKARI, MIDORI),))
    assert combine(small_book, apart, {}).answer.total == 6_000_000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("items: {}\n", "費目と金額"),
        ("programmes: [a]\n", "費目と金額"),
        ("items: {a: 5人}\n", "単位は円"),
        ("items: {a: -5}\n", "0円から"),
        ("items: {a: 1e30}\n", "a="),
        ("items: {a: 1円}\nprogrammes: {x: 5}\n", "費目の並び"),
        ("items: {a: 1円}\nprogrammes: {x: {itmes: [a]}}\n", "itmes"),
        ("items: {a: 1円}\nexclusive: [x]\n", "組の並び"),
        ("item: {a: 1円}\n", "「item」という項目"),
        ("items: {a: [\n", "YAML として読めません"),
    ],
)
def test_a_broken_project_is_refused_in_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(KofuError, match=says):
        read_project(_file(tmp_path, text))


def test_combining_with_nothing_is_refused(tmp_path: Path, small_book: Book) -> None:
    project = read_project(_file(tmp_path, "items: {a: 1円}\n"))
    with pytest.raises(KofuError, match="組み合わせられる支援がありません"):
        combine(small_book, project, {})
    named = Project(project.items, (wanted_of(f"{MIDORI}/低利の融資"),))
    with pytest.raises(KofuError, match="融資は費用への補助ではない"):
        combine(small_book, named, {})
    with pytest.raises(KofuError, match="設備の入替え"):
        combine(small_book, Project(project.items, (wanted_of(f"{MIDORI}/別の支援"),)), {})
