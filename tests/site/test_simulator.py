"""The simulator's page and its answers on the sample."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from kofu.catalogue.store import Store
from kofu.site.app import create_app
from kofu.site.jobs import WAITING, Jobs
from kofu.site.simulate_asked import read_share

Client = TestClient[Litestar]
JIZOKUKA = "meti-fy2016s2-jizokuka"
PAGE = f"/simulate?programme={JIZOKUKA}"


@pytest.fixture(scope="module")
def client(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KOFU_CACHE", str(tmp_path_factory.mktemp("simulator")))
        with TestClient(create_app(store), raise_server_exceptions=False) as client:
            yield client


def answer_of(client: Client, **asked: str) -> dict[str, Any]:
    got = client.get("/api/simulate", params={"programme": JIZOKUKA, **asked})
    assert got.status_code == 200, got.text
    found: dict[str, Any] = got.json()
    return found


def test_a_lower_rate_costs_less_and_takes_from_those_below_the_cap(client: Client) -> None:
    record = answer_of(client, **{"param.補助率": "1/3", "take_up": "1/5"})
    before, after = record["programmes"][0]["variants"]
    assert after["demand"]["high"] < before["demand"]["low"]
    assert after["fits"] == before["fits"]
    assert (after["change"]["winners"], after["change"]["gains"]) == (0, 0)
    assert 0 < after["change"]["losers"] <= after["applicants"]
    assert record["population"]["rows"] == 100_000
    assert record["variants"][1]["parameters"] == {"補助率": "1/3"}


def test_the_page_shows_what_the_data_say_scaled_to_the_nation(client: Client) -> None:
    record = answer_of(client, take_up="1/5")
    applicants = record["programmes"][0]["variants"][0]["applicants"]
    shown = client.get(f"{PAGE}&take_up=1/5").text
    weight = record["population"]["represents"] / record["population"]["rows"]
    near = {f"{n:,}" for n in (int(applicants * weight), int(applicants * weight) + 1)}
    assert any(f'<td class="num">{text}' in shown for text in near)
    for premise in record["premises"]:
        assert premise["why_ja"] in shown


def test_without_a_parameter_only_the_sheet_is_worked_out(client: Client) -> None:
    page = client.get("/simulate")
    assert page.status_code == 200
    assert "試す案</b>" not in page.text
    assert "現行</b>" in page.text
    assert 'placeholder="2/3"' in page.text


def test_every_programme_of_the_list_can_be_shown_in_both_languages(client: Client) -> None:
    listed = re.findall(r'<option value="(meti-[^"]+)"', client.get("/simulate").text)
    assert len(listed) > 50
    for identifier in listed[::6]:
        for lang in ("ja", "en"):
            page = client.get(f"/simulate?programme={identifier}&lang={lang}")
            assert page.status_code == 200, identifier
            assert 'class="wrong"' not in page.text, identifier


@pytest.mark.parametrize("order", ["arrival", "score", "lottery", "proportional"])
def test_in_every_order_the_budget_is_kept(client: Client, order: str) -> None:
    record = answer_of(client, take_up="1/5", order=order)
    money = record["programmes"][0]["variants"][0]["money"]
    assert 0 < money["committed"] <= money["budget"] < money["demand"]
    assert (money["runs_out"] is not None) == (order == "arrival")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("param.補助率=3/2", "3/2"),
        ("param.補助率=半分", "半分"),
        ("param.補助率=50万円", "補助率"),
        ("param.ない=1/2", "ない"),
        ("take_up=0", "take_up"),
        ("take_up=101%25", "take_up"),
        ("order=x", "order"),
        ("seed=-1", "seed"),
        ("assume.ない=はい", "ない"),
        ("param.補助率=1/2&param.補助率=1/3", "補助率"),
    ],
)
def test_what_cannot_be_is_said_beside_the_form_and_by_the_data(
    client: Client, address: str, told: str
) -> None:
    page = client.get(f"{PAGE}&{address}")
    assert page.status_code == 200
    [sentence] = re.findall(r'<p class="wrong">(.*?)</p>', page.text)
    assert told in sentence
    data = client.get(f"/api/simulate?programme={JIZOKUKA}&{address}")
    assert data.status_code == 400
    assert told in data.json()["error"]["ja"]


def test_the_data_refuse_a_name_that_means_nothing_and_the_page_does_not(client: Client) -> None:
    assert client.get(f"{PAGE}&utm_source=x").status_code == 200
    refused = client.get(f"/api/simulate?programme={JIZOKUKA}&takeup=1/5")
    assert refused.status_code == 400
    assert "takeup" in refused.json()["error"]["en"]
    assert client.get("/api/simulate").status_code == 400
    assert client.get("/api/simulate?programme=nope").status_code == 404
    assert client.get("/simulate?programme=nope").status_code == 404


def test_what_is_typed_is_never_taken_for_html(client: Client) -> None:
    page = client.get("/simulate", params={"param.補助率": '"><script>x</script>', "take_up": "<b>"})
    assert "<script>x" not in page.text
    assert "<b>" not in page.text.replace('<b class="tag">', "")


def test_a_moved_parameter_is_answered_within_a_second(client: Client) -> None:
    client.get(PAGE)  # the sample is made, the rules are compiled
    fastest = 10.0
    for rate in ("1/4", "2/5", "9/20"):
        begun = time.monotonic()
        client.get("/simulate/answer", params={"programme": JIZOKUKA, "param.補助率": rate})
        fastest = min(fastest, time.monotonic() - begun)
    assert fastest < 1


def test_report_and_tables_are_of_the_same_question(client: Client) -> None:
    asked = {"programme": JIZOKUKA, "param.補助率": "1/3", "take_up": "1/5"}
    record = answer_of(client, **{"param.補助率": "1/3", "take_up": "1/5"})
    table = client.get("/simulate/tables/totals.csv", params=asked)
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    demands = [str(v["demand"]["low"]) for v in record["programmes"][0]["variants"]]
    assert [row["demand_low"] for row in rows] == demands
    report = client.get("/simulate/report", params=asked)
    assert report.text.startswith("<!doctype html>")
    assert "'unsafe-inline'" not in report.headers["content-security-policy"]
    assert "style-src 'sha256-" in report.headers["content-security-policy"]
    assert client.get("/simulate/tables/nope.csv", params=asked).status_code == 404


def test_answers_are_as_the_description_says(client: Client) -> None:
    described = client.get("/schema/openapi.json").json()
    path = described["paths"]["/api/simulate"]
    job = described["paths"]["/api/simulate/{job}"]
    body = {"programmes": [JIZOKUKA], "population": 500, "order": None, "assume": {"賃上げを行う": True}}
    started = client.post("/api/simulate", json=body)
    told = client.get(started.json()["url"]).json()
    gone = client.delete(started.json()["url"]).json()
    content = "application/json"
    for schema, value in [
        (path["get"]["responses"]["200"]["content"][content]["schema"], answer_of(client)),
        (path["post"]["requestBody"]["content"][content]["schema"], body),
        (path["post"]["responses"]["202"]["content"][content]["schema"], started.json()),
        (job["get"]["responses"]["200"]["content"][content]["schema"], told),
        (job["delete"]["responses"]["200"]["content"][content]["schema"], gone),
    ]:
        whole = {**schema, "components": {"schemas": described["components"]["schemas"]}}
        jsonschema.Draft202012Validator.check_schema(whole)
        jsonschema.Draft202012Validator(whole).validate(value)


def test_too_many_exact_runs_at_once_are_put_off(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOFU_CACHE", str(tmp_path))
    monkeypatch.setattr(Jobs, "attend", lambda self: None)
    with TestClient(create_app(store), raise_server_exceptions=False) as client:
        asked = [{"programmes": [JIZOKUKA], "seed": seed} for seed in range(1, WAITING + 2)]
        answers = [client.post("/api/simulate", json=body) for body in asked]
        assert [answer.status_code for answer in answers] == [202] * WAITING + [503]
        assert int(answers[-1].headers["retry-after"]) > 0
        assert str(WAITING) in answers[-1].json()["error"]["ja"]
        page = client.post("/simulate/jobs", data={"programme": JIZOKUKA, "seed": "99"})
        assert page.status_code == 503
        assert "<h1>" in page.text


@pytest.mark.parametrize("rows", ["0", "-5", "10000001", "たくさん", "1e9", "9" * 40])
def test_a_number_of_firms_that_cannot_be_is_said_on_a_page(client: Client, rows: str) -> None:
    page = client.post("/simulate/jobs", data={"programme": JIZOKUKA, "population": rows})
    assert page.status_code == 400
    assert "population" in page.text


@pytest.mark.parametrize(
    ("text", "tenths_of_percent"),
    [("1/5", 200), ("20%", 200), ("２０％", 200), ("0.5 %", 5), ("1", 1000), ("100%", 1000)],
)
def test_a_share_is_read_as_people_write_it(text: str, tenths_of_percent: int) -> None:
    assert read_share(text) * 1000 == tenths_of_percent


@pytest.mark.parametrize("text", ["", "x", "5円", "1/0", "1/2以内", "-1/2", "1e9999", "∞", "9" * 5000])
def test_what_is_no_share_is_none(text: str) -> None:
    assert not 0 < read_share(text) <= 1
