"""The calculator on a programme's page, without a script, and the curve behind its picture."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from kofu.catalogue.store import Store
from kofu.programme.model import Programme
from kofu.quoting.book import ASSUMED, Book
from kofu.quoting.curve import Curve, Point, curve
from kofu.quoting.form import form_of
from kofu.rules.bounds import estimate
from kofu.rules.rule import Rule
from kofu.site.curve_svg import curve_svg, ticks
from kofu.site.words import say_in

Client = TestClient[Litestar]
JIZOKUKA = "/programmes/meti-fy2016s2-jizokuka"


@pytest.fixture(scope="session")
def book(catalogue: list[Programme]) -> Book:
    return Book(catalogue)


def answer(html: str) -> str:
    """The words of the part that tells the result."""
    return re.sub(r"<[^>]+>", " ", html.split('id="answer"')[1].split('id="details"')[0])


def test_a_fresh_page_asks_and_computes_nothing(client: Client) -> None:
    html = client.get(JIZOKUKA).text
    assert "補助の対象となる経費はいくらですか。" in html
    assert 'class="verdict' not in html
    assert 'class="curve"' not in html


def test_answers_in_the_address_give_the_amount_its_steps_and_its_lines(client: Client) -> None:
    html = client.get(JIZOKUKA, params={"補助対象経費": "６０万円"}).text
    assert "要確認" in answer(html)
    assert "40万円" in answer(html), "600,000 × 2/3"
    assert 'value="６０万円"' in html, "as it was typed"
    assert re.search(
        r'<li>補助対象経費 60万円 × 補助率 2/3（<a href="/documents/[^"]+#L\d+">\d+行</a>）', html
    )
    assert html.count("<svg") >= 2


def test_the_other_way_of_writing_gives_the_same(client: Client) -> None:
    written = [
        client.get(JIZOKUKA, params={"補助対象経費": t}).text for t in ("60万円", "600,000", "６０００００")
    ]
    assert len({answer(html) for html in written}) == 1


def test_a_refusal_names_its_reasons_and_no_amount(client: Client) -> None:
    html = client.get(JIZOKUKA, params={"補助対象経費": "60万円", "販路開拓に取り組む": "いいえ"}).text
    assert "対象外" in answer(html)
    assert "万円" not in answer(html)
    details = html.split('id="details"')[1].split("</section>")[0]
    assert "対象外になる理由" in details
    assert "販路開拓に取り組む" in details


def test_a_wrong_answer_is_told_beside_its_field_and_nothing_is_computed(client: Client) -> None:
    html = client.get(JIZOKUKA, params={"補助対象経費": "abc", "従業員数": "-1"}).text
    errors = re.findall(r'<p class="error" id="(e\d+)" data-update>([^<]+)</p>', html)
    assert len(errors) == 2
    for identifier, _ in errors:
        assert re.search(rf'aria-describedby="[^"]*\b{identifier}\b[^"]*" aria-invalid="true"', html)
    assert 'value="abc"' in html, "what was typed stays"
    assert 'class="sum"' not in html


def test_the_fragment_is_the_calculator_of_the_page(client: Client) -> None:
    asked = {"補助対象経費": "60万円"}
    part = client.get(f"{JIZOKUKA}/quote", params=asked).text
    assert "<html" not in part
    whole = client.get(JIZOKUKA, params=asked).text
    assert answer(part) == answer(whole)


def test_several_benefits_are_chosen_first(client: Client) -> None:
    page = "/programmes/meti-fy2024s-nariwai-noto"
    html = client.get(page).text
    assert "どの支援を試算しますか" in html
    assert "<form" not in html
    links = re.findall(r'href="(/programmes/[^"]*benefit=[^"]*)"', html)
    assert len(links) >= 2
    for link in links:
        assert 'class="verdict' in client.get(link.split("#")[0].replace("&amp;", "&")).text
    assert client.get(page, params={"benefit": "ない枠"}).status_code == 404


def test_what_cannot_be_computed_says_why_with_its_lines(client: Client, catalogue: list[Programme]) -> None:
    programme = next(p for p in catalogue if not p.benefits)
    html = client.get(f"/programmes/{programme.id}").text
    assert "試算できません" in html
    assert programme.not_computable[0].ja in html.replace("&#39;", "'")
    assert f"#L{programme.not_computable[0].at[0]}" in html


def test_english_asks_in_english(client: Client) -> None:
    html = client.get(JIZOKUKA, params={"補助対象経費": "60万円", "lang": "en"}).text
    assert "Calculate" in html
    assert "¥400,000" in answer(html)
    assert "Depends" in answer(html)


def test_markup_in_an_answer_stays_text(client: Client) -> None:
    html = client.get(JIZOKUKA, params={"補助対象経費": '"><script>alert(1)</script>'}).text
    assert "<script>" not in html


def test_every_benefit_has_its_calculator_on_a_small_page(client: Client, store: Store, book: Book) -> None:
    for rule in book.rules:
        path = f"/programmes/{rule.programme}"
        fragment = client.get(f"{path}/quote", params={"benefit": rule.key, "補助対象経費": "123万4567円"})
        assert fragment.status_code == 200, rule.key
        assert len(fragment.content) < 60_000, rule.key
        ET.fromstring(f"<r>{''.join(re.findall(r'<svg.*?</svg>', fragment.text, re.S))}</r>")


def test_the_form_asks_what_the_rule_reads_and_nothing_else(book: Book) -> None:
    for rule in book.rules:
        form = form_of(rule, {"無関係": "1"}, "ja")
        names = [field.name for field in form.fields]
        opened = {setting.name for setting in rule.settings if setting.is_open}
        assert set(names) == {fact.name for fact in rule.facts} | opened
        assert len(set(names)) == len(names)
        assert form.answered == []


# --- the curve


def between(found: Curve, x: int) -> tuple[Fraction, Fraction]:
    """What the straight lines of the picture say at `x`."""
    points = sorted(found.points, key=lambda point: point.x)
    left = max((p for p in points if p.x <= x), key=lambda p: p.x)
    right = min((p for p in points if p.x >= x), key=lambda p: p.x)
    if left.x == right.x:
        return Fraction(left.low), Fraction(left.high)
    share = Fraction(x - left.x, right.x - left.x)
    return left.low + share * (right.low - left.low), left.high + share * (right.high - left.high)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_curve_is_the_rule_everywhere(book: Book, data: st.DataObject) -> None:
    rule: Rule = data.draw(st.sampled_from(book.rules))
    found = curve(rule, ASSUMED)
    if found is None:
        return
    marks = [point.x for point in found.points]
    near = st.sampled_from(marks).flatmap(lambda x: st.integers(x - 2, x + 2))
    x = data.draw(st.integers(0, marks[-1]) | near.filter(lambda x: 0 <= x <= marks[-1]))
    amount = estimate(rule, {**ASSUMED, found.over: x}).amount
    ends = (amount.low, amount.high) if amount else (Fraction(0), Fraction(0))
    for drawn, exact in zip(between(found, x), ends, strict=True):
        assert abs(drawn - exact) <= 2, (
            f"{rule.programme} {rule.key} at {x}: roundings are all that may differ"
        )


def test_a_cap_stands_where_it_is_first_reached(book: Book) -> None:
    rule = next(r for r in book.rules_of("meti-fy2016s2-jizokuka") if r.key == "持続化補助金")
    plain = ("賃上げを行う", "雇用対策に取り組む", "海外展開に取り組む", "買物弱者対策に取り組む")
    others = dict.fromkeys(
        (*plain, "熊本地震の対策に取り組む", "複数の事業者が連携した共同事業である"), False
    )
    found = curve(rule, {**ASSUMED, **others, "補助対象経費": 600_000})
    assert found is not None
    assert found.marks == (Point(750_000, 500_000, 500_000, "cap"),), "500,000 ÷ 2/3"
    assert found.here == Point(600_000, 400_000, 400_000)


def test_the_picture_tells_its_points_in_words() -> None:
    points = (Point(0, 0, 0), Point(999_999, 0, 0), Point(1_000_000, 500_000, 500_000, "floor"))
    whole = (*points, Point(2_000_000, 1_000_000, 1_000_000, "cap"), Point(3_000_000, 1_000_000, 1_000_000))
    svg = ET.fromstring(str(curve_svg(Curve("補助対象経費", whole, None), say_in("ja"))))
    assert svg.get("role") == "img"
    told = " ".join(element.text or "" for element in svg.iter() if element.tag.endswith("desc"))
    assert "100万円" in told
    assert "200万円" in told
    line = next(e.get("d", "") for e in svg.iter() if e.get("class") == "line")
    steps = [tuple(map(int, pair.split())) for pair in line[1:].split("L")]
    assert abs(steps[1][0] - steps[2][0]) <= 1, "the cliff is upright"
    assert steps[1][1] - steps[2][1] > 50


@given(st.integers(1, 10**14))
def test_ticks_are_few_round_and_inside(high: int) -> None:
    found = ticks(high)
    assert found[0] == 0
    assert 1 <= len(found) - 1 <= 4
    assert found[-1] <= high
    assert set(str(found[1]).rstrip("0")) <= set("125")


def test_an_unknown_benefit_leads_back_to_its_programme(client: Client) -> None:
    page = client.get(JIZOKUKA, params={"benefit": "ない支援"})
    assert page.status_code == 404
    assert f'href="{JIZOKUKA}"' in page.text


def test_what_cannot_be_computed_is_named_apart_from_what_can(
    client: Client, catalogue: list[Programme]
) -> None:
    both = next(p for p in catalogue if p.not_computable and p.benefits)
    assert "次のものは試算できません" in client.get(f"/programmes/{both.id}").text
    neither = next(p for p in catalogue if p.not_computable and not p.benefits)
    assert "次のものは試算できません" not in client.get(f"/programmes/{neither.id}").text


def test_a_wrong_answer_is_told_once(client: Client) -> None:
    html = client.get(JIZOKUKA, params={"補助対象経費": "abc"}).text
    assert html.count("補助対象経費=abc") == 1


def test_a_rate_of_interest_has_a_rate_as_its_example(book: Book) -> None:
    asked = {
        f.name: f.example for rule in book.rules for f in form_of(rule, {}, "ja").fields if f.unit == "割合"
    }
    assert asked["年利率"] == asked["商工中金の基準金利"] == "1.3%"
    assert asked["信用保証協会の保証割合"] == "80%"


def test_every_example_of_a_share_can_be_answered(book: Book) -> None:
    for rule in book.rules:
        for field in form_of(rule, {}, "ja").fields:
            if field.unit == "割合":
                assert form_of(rule, {field.name: field.example}, "ja").errors == ()
