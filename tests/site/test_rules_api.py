"""The rules as an interface: what it answers, in which form, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from kofu.programme.model import Programme
from kofu.quoting.cases import case_files, read_cases
from kofu.rules.tree import Type
from kofu.rules.units import YEN
from kofu.rules.values import read_plain

Client = TestClient[Litestar]
JIZOKUKA = "meti-fy2016s2-jizokuka"
BENEFIT = "持続化補助金"
SMALL = {
    "申請者の種別": "会社",
    "業種": "製造業",
    "従業員数": "５人",
    "商工会等と作る経営計画に基づく": "はい",
    "販路開拓に取り組む": True,
}
"""A small manufacturer with a plan made with its chamber of commerce."""
PLAIN = {
    "賃上げを行う": "いいえ",
    "雇用対策に取り組む": "いいえ",
    "海外展開に取り組む": "いいえ",
    "買物弱者対策に取り組む": "いいえ",
    "熊本地震の対策に取り組む": "いいえ",
    "複数の事業者が連携した共同事業である": "いいえ",
}
"""Nothing that raises the cap."""


def post(client: Client, name: str, body: object) -> Any:
    answer = client.post(f"/api/{name}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def quote(client: Client, facts: dict[str, Any], **more: Any) -> Any:
    body = {"programme": JIZOKUKA, "benefit": BENEFIT, "facts": facts, **more}
    return post(client, "quote", body)["quotes"][0]


def test_a_full_case_gets_its_amount_to_the_yen(client: Client) -> None:
    found = quote(client, {**SMALL, **PLAIN, "補助対象経費": "60万1円"})
    assert found["eligible"] is True
    assert found["amount"] == found["low"] == found["high"] == 400_000, "600,001 × 2/3 = 400,000.67"
    capped = quote(client, {**SMALL, **PLAIN, "補助対象経費": 10_000_000})
    assert capped["amount"] == 500_000


def test_a_case_in_part_gets_an_honest_range_and_what_to_answer_next(client: Client) -> None:
    found = quote(client, {"補助対象経費": "60万円"})
    assert (found["eligible"], found["amount"]) == (None, None)
    assert (found["low"], found["high"]) == (0, 400_000)
    assert "従業員数" in {question["name"] for question in found["missing"]}


def test_who_is_refused_is_told_why(client: Client) -> None:
    found = quote(client, {**SMALL, "販路開拓に取り組む": "いいえ"})
    assert (found["eligible"], found["amount"]) == (False, 0)
    assert any(c["holds"] is False and "販路開拓" in c["text"] for c in found["conditions"])


def test_every_answer_names_its_definition_and_lines(client: Client, catalogue: list[Programme]) -> None:
    for programme in catalogue:
        found = post(client, "quote", {"programme": programme.id})
        assert len(found["quotes"]) == len(programme.benefits)
        first, last = programme.lines
        assert found["lines"] == [first, last]
        for each in found["quotes"]:
            assert len(each["definition"]) == 64
            lines = [line for parameter in each["parameters"] for line in parameter["at"]]
            assert all(first <= line <= last for line in lines)
        assert len(found["not_computable"]) == len(programme.not_computable)
        assert found["quotes"] or found["not_computable"]


def test_a_what_if_changes_the_amount_and_the_definition(client: Client) -> None:
    case = {**SMALL, **PLAIN, "補助対象経費": "60万円"}
    usual, other = quote(client, case), quote(client, case, params={"補助率": "1/2"})
    assert (usual["amount"], other["amount"]) == (400_000, 300_000)
    assert usual["definition"] != other["definition"]
    assert quote(client, case)["definition"] == usual["definition"], "nothing is left behind"


def test_an_address_asks_the_same_as_a_body(client: Client) -> None:
    answers = {"補助対象経費": "６０万円", "従業員数": "5"}
    fields = {"programme": JIZOKUKA, "param.補助率": "1/2", "lang": "en", **answers}
    body = {"programme": JIZOKUKA, "params": {"補助率": "1/2"}, "lang": "en", "facts": answers}
    assert client.get("/api/quote", params=fields).json() == post(client, "quote", body)
    match = client.get("/api/match", params={"field": "sme", **answers}).json()
    assert match == post(client, "match", {"fields": ["sme"], "facts": answers})


def test_the_hand_worked_cases_come_out(client: Client, catalogue: list[Programme]) -> None:
    ran = 0
    programmes = {programme.id: programme for programme in catalogue[::9]}
    for path, programme in case_files(programmes):
        cases, _, _ = read_cases(path)
        for case in cases.cases if cases else ():
            raw = case.expect.get("支援額")
            if raw is None:
                continue
            date = {"date": case.date.isoformat()} if case.date else {}
            facts = {name: _plain(value) for name, value in case.facts.items()}
            body = {"programme": programme.id, "benefit": case.benefit, "facts": facts, **date}
            found = post(client, "quote", body)["quotes"][0]
            ends = raw if isinstance(raw, list) else [raw, raw]
            expected = [int(read_plain("支援額", Type("number", YEN), end)) for end in ends]
            # Who asks is taken for a firm: that may narrow a range, never change a sum.
            if "応募する立場" in facts or not isinstance(raw, list):
                assert [found["low"], found["high"]] == expected, f"{path.name}: {case.name}"
                ran += 1
    assert ran > 20


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | bool | None) else str(value)


def test_match_sorts_counts_and_says_why_not(client: Client) -> None:
    found = post(client, "match", {"facts": SMALL})
    verdicts = [each["fits"] for each in found["programmes"]]
    order = {True: 0, None: 1, False: 2}
    assert verdicts == sorted(verdicts, key=lambda v: order[v])
    assert sum(found["counts"].values()) == len(verdicts) > 100
    assert found["counts"]["no"] == verdicts.count(False) > 0
    assert all(each["reasons"] for each in found["programmes"] if each["fits"] is False)


def test_ask_gives_questions_with_what_may_be_answered(client: Client) -> None:
    found = post(client, "ask", {"facts": {}})
    assert found["questions"]
    for question in found["questions"]:
        assert question["question"]
        assert question["type"] != "choice" or len(question["choices"]) > 1
        assert question["type"] != "number" or question["unit"]
    first = found["questions"][0]
    answer = {"truth": "はい", "number": "1"}.get(first["type"]) or next(iter(first["choices"]))
    then = post(client, "ask", {"facts": {first["name"]: answer}})
    assert first["name"] not in {question["name"] for question in then["questions"]}
    in_english = post(client, "ask", {"facts": {}, "lang": "en"})["questions"][0]
    assert in_english["question"].isascii()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("quote", {"programme": JIZOKUKA, "facts": {"補助対象経費": "60万円"}}),
        ("quote", {"programme": "meti-fy2024s-supply-denshi"}),
        ("match", {"facts": SMALL}),
        ("ask", {"facts": {}}),
    ],
)
def test_requests_and_answers_are_as_described(client: Client, name: str, body: dict[str, Any]) -> None:
    described = client.get("/schema/openapi.json").json()
    operation = described["paths"][f"/api/{name}"]["post"]
    for schema, value in [
        (operation["requestBody"]["content"]["application/json"]["schema"], body),
        (operation["responses"]["200"]["content"]["application/json"]["schema"], post(client, name, body)),
    ]:
        whole = {**schema, "components": {"schemas": described["components"]["schemas"]}}
        jsonschema.Draft202012Validator.check_schema(whole)
        jsonschema.Draft202012Validator(whole).validate(value)


@pytest.mark.parametrize(
    ("name", "body", "status", "named"),
    [
        ("quote", {}, 400, "programme"),
        ("quote", {"programme": "meti-fy2016s2-jizokka"}, 404, JIZOKUKA),
        ("quote", {"programme": 5}, 400, "programme"),
        ("quote", {"programme": JIZOKUKA, "benefit": "x"}, 404, BENEFIT),
        ("quote", {"programme": JIZOKUKA, "date": "昨日"}, 400, "昨日"),
        ("quote", {"programme": JIZOKUKA, "colour": 1}, 400, "colour"),
        ("quote", {"programme": JIZOKUKA, "facts": {"補助対象経費": "-1円"}}, 400, "補助対象経費"),
        ("quote", {"programme": JIZOKUKA, "facts": {"補助対象経費": 1e30}}, 400, "補助対象経費"),
        ("quote", {"programme": JIZOKUKA, "facts": {"補助対象経費": 0.7}}, 400, "補助対象経費"),
        ("quote", {"programme": JIZOKUKA, "facts": {"補助対象経費": True}}, 400, "補助対象経費"),
        ("quote", {"programme": JIZOKUKA, "facts": {"補助対象経費": [1]}}, 400, "補助対象経費"),
        ("quote", {"programme": JIZOKUKA, "facts": {"補助対象経費": "9" * 201}}, 400, "補助対象経費"),
        ("quote", {"programme": JIZOKUKA, "facts": {"補助対照経費": "1円"}}, 400, "補助対象経費"),
        ("quote", {"programme": JIZOKUKA, "facts": {"従業員数": "5円"}}, 400, "従業員数"),
        ("quote", {"programme": JIZOKUKA, "facts": [1]}, 400, "facts"),
        ("quote", {"programme": JIZOKUKA, "params": {"補助率": "?!"}}, 400, ""),
        ("quote", {"programme": JIZOKUKA, "params": {"補正率": "1/2"}}, 400, "補助率"),
        ("match", {"facts": {f"事実{n}": 1 for n in range(201)}}, 400, "facts"),
        ("match", {"fields": ["x"]}, 400, "field"),
        ("match", {"fields": "sme"}, 400, "fields"),
        ("ask", {"lang": "fr"}, 400, "lang"),
        ("ask", [], 400, "JSON"),
    ],
)
def test_what_cannot_be_is_one_sentence_in_both_languages(
    client: Client, name: str, body: object, status: int, named: str
) -> None:
    answer = client.post(f"/api/{name}", json=body)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["status"] == status
    for lang in ("ja", "en"):
        assert named in error[lang]
        assert "\n" not in error[lang]
        assert len(error[lang]) < 600


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"facts": NaN}', b"[" * 5000, b'{"facts": 1e999}'])
def test_a_body_that_is_no_json_is_refused(client: Client, body: bytes) -> None:
    assert client.post("/api/quote", content=body).status_code == 400


def test_a_body_beyond_the_limit_is_refused(client: Client) -> None:
    large = client.post("/api/match", content=b'{"facts": {}}' + b" " * 65_536)
    assert large.status_code == 413
    assert "64KB" in large.json()["error"]["ja"]


def test_other_methods_are_refused(client: Client) -> None:
    answer = client.put("/api/quote", json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
_FACTS = st.dictionaries(
    st.sampled_from(["補助対象経費", "業種", "従業員数", "補助率", "x"]), _JSON, max_size=4
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["quote", "match", "ask"]),
    body=st.fixed_dictionaries(
        {},
        optional={
            "programme": st.just(JIZOKUKA) | _JSON,
            "facts": _FACTS | _JSON,
            "params": _FACTS,
            "date": _JSON,
            "fields": _JSON,
        },
    ),
)
def test_no_body_breaks_the_server(client: Client, name: str, body: dict[str, Any]) -> None:
    answer = client.post(f"/api/{name}", content=json.dumps(body).encode("utf-8", "surrogatepass"))
    assert answer.status_code in (200, 400, 404), answer.text


@pytest.mark.parametrize(
    ("programme", "near"),
    [
        ("meti-fy2016s2-jizoku", "meti-fy2016s2-jizokuka"),
        ("jizokka", "meti-fy2016s2-jizokuka"),
        ("なりわい再建", "meti-fy2024s-nariwai-noto"),
    ],
)
def test_an_unknown_programme_is_told_the_nearest(client: Client, programme: str, near: str) -> None:
    answered = client.get("/api/quote", params={"programme": programme})
    assert answered.status_code == 404
    assert near in answered.json()["error"]["ja"]
    assert client.post("/api/quote", json={"programme": programme}).status_code == 404


def test_a_name_with_two_values_in_an_address_is_refused(client: Client) -> None:
    asked = "/api/quote?programme=meti-fy2016s2-jizokuka&補助対象経費=60万円"
    assert client.get(f"{asked}&補助対象経費=60万円").status_code == 200, "the same twice contradicts nothing"
    for other in ("&補助対象経費=70万円", "&programme=meti-fy2024s-nariwai-noto"):
        refused = client.get(asked + other)
        assert refused.status_code == 400
        assert "値が2つあります" in refused.json()["error"]["ja"]
