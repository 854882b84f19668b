"""うちの会社で使える制度: one question at a time, everything in the address."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl

import pytest
from litestar import Litestar
from litestar.testing import TestClient

Client = TestClient[Litestar]
COMPANY = {"go": "1", "申請者の種別": "会社", "業種": "製造業", "従業員数": "12"}


def counts(html: str) -> list[int]:
    return [int(n) for n in re.findall(r"<strong>(\d+)</strong>件", html.split('class="tally"')[1])]


def hidden(html: str) -> list[tuple[str, str]]:
    """What the question's form carries along."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html)
    return [(unescape(name), unescape(value)) for name, value in found]


def asked(html: str) -> tuple[str, list[str]] | None:
    """(fact, what may be chosen) of the question on the page."""
    form = re.search(r'<form action="/match".*?</form>', html, re.S)
    if form is None:
        return None
    name = re.search(r'<(?:select|input)[^>]* name="([^"]+)"[^>]* (?:required|aria-describedby)', form[0])
    name = name or re.search(r'<input type="radio" name="([^"]+)"', form[0])
    assert name
    choices = re.findall(r'(?:option|radio" name="[^"]+") value="([^"]+)"', form[0])
    return unescape(name[1]), [unescape(choice) for choice in choices]


def test_it_begins_with_the_fields_of_interest(client: Client) -> None:
    html = client.get("/match").text
    assert html.count('name="field"') > 5
    assert "tally" not in html
    assert 'href="/match"' in client.get("/").text, "the header leads here"


def test_each_question_is_asked_once_until_nothing_would_tell_more(client: Client) -> None:
    pairs, seen = [("go", "1"), ("field", "nuclear")], []
    for _ in range(80):
        answer = client.get("/match", params=pairs)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        question = asked(answer.text)
        if question is None:
            break
        name, choices = question
        assert name not in seen
        seen.append(name)
        pairs = [*hidden(answer.text), (name, choices[0] if choices else "1")]
    assert question is None
    assert seen
    assert "これ以上、結果を変える質問はありません" in answer.text


def test_skipping_goes_on_and_is_remembered(client: Client) -> None:
    first = client.get("/match", params={"go": "1"}).text
    name = (asked(first) or ("", []))[0]
    second = client.get("/match", params=[*hidden(first), ("skip", name)]).text
    then = asked(second)
    assert then
    assert then[0] != name
    assert (name, "") in hidden(second)
    assert "わからない" in second.split('id="answers"')[1]


def test_one_can_go_back_and_change_an_answer(client: Client) -> None:
    html = client.get("/match", params=COMPANY).text
    back = unescape(re.search(r'<a href="([^"]+)">前の質問へ戻る', html)[1])  # type: ignore[index]
    again = client.get(back).text
    assert (asked(again) or ("", []))[0] == "従業員数"
    assert dict(hidden(again))["業種"] == "製造業"
    assert "従業員数" not in dict(hidden(again))
    change = [unescape(link) for link in re.findall(r'<a href="([^"]+)">変える', html)]
    assert [dict(parse_qsl(link))["ask"] for link in change] == ["申請者の種別", "業種", "従業員数"]
    changed = client.get(change[0]).text
    assert (asked(changed) or ("", []))[0] == "申請者の種別"
    assert ("従業員数", "12") in hidden(changed)


def test_a_wrong_answer_is_asked_again_with_what_is_wrong(client: Client) -> None:
    html = client.get("/match", params={**COMPANY, "従業員数": "十二人と少し"}).text
    assert (asked(html) or ("", []))[0] == "従業員数"
    assert "従業員数=十二人と少し" in html
    assert 'aria-invalid="true"' in html


def test_page_lists_and_data_agree(client: Client) -> None:
    html = client.get("/match", params={**COMPANY, "list": "1"}).text
    data = client.get("/match.json", params=COMPANY).json()
    api = client.post("/api/match", json={"facts": {k: v for k, v in COMPANY.items() if k != "go"}}).json()
    assert counts(html)[:3] == list(data["counts"].values()) == list(api["counts"].values())
    assert [m["programme"] for m in data["programmes"]] == [m["programme"] for m in api["programmes"]]
    listed = re.findall(r'<li><a href="/programmes/([a-z0-9-]+)\?', html)
    assert listed == [m["programme"] for m in data["programmes"]]
    refused = html.split('id="no"')[1]
    assert refused.count('class="why"') == data["counts"]["no"] > 0
    assert len(html.encode()) < 100_000


def test_a_programme_in_the_list_opens_its_calculator_with_the_answers(client: Client) -> None:
    html = client.get("/match", params={**COMPANY, "list": "1"}).text.split('id="no"')[0]
    links = [unescape(link) for link in re.findall(r'<li><a href="(/programmes/[^"#]+)#calculator"', html)]
    for link in links[:: len(links) // 8]:
        page = client.get(link)
        assert page.status_code == 200
        assert 'class="verdict' in page.text or "試算できません" in page.text


def test_fields_narrow_and_english_stays(client: Client) -> None:
    every = client.get("/match.json").json()["counts"]
    some = client.get("/match.json", params={"field": "nuclear"}).json()["counts"]
    assert 0 < sum(some.values()) < sum(every.values())
    html = client.get("/match", params={"go": "1", "lang": "en"}).text
    assert "Next question" in html
    assert ("lang", "en") in hidden(html)


@pytest.mark.parametrize("query", ["field=x", "lang=fr"])
def test_what_cannot_be_is_refused(client: Client, query: str) -> None:
    assert client.get(f"/match?{query}").status_code == 400


def test_other_fields_of_an_address_are_ignored(client: Client) -> None:
    plain = client.get("/match.json", params={"go": "1"}).json()
    assert client.get("/match.json?go=1&utm_source=x&ask=y&skip=z").json() == plain


def test_wrong_answers_to_the_data_are_an_error(client: Client) -> None:
    answer = client.get("/match.json", params={"従業員数": "abc"})
    assert answer.status_code == 400
    assert "従業員数" in answer.json()["error"]["ja"]


def test_the_lists_name_the_benefit_and_what_is_open_and_fold_the_rest(client: Client) -> None:
    asked = {"go": "1", "list": "1", "申請者の種別": "会社"}
    html = client.get("/match", params=asked).text
    found = client.get("/match.json", params=asked).json()
    open_ones = [p for p in found["programmes"] if p["fits"] is None]
    assert len(open_ones) > 20
    assert f"残りの{len(open_ones) - 20}件を見る" in html
    section = html.partition('id="depends"')[2].partition("</section>")[0]
    assert section.count("まだ分からないこと") > 15
    for programme in open_ones:
        assert programme["benefits"][0] in section
