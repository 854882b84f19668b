"""The JSON and CSV twins say what the pages say."""

from __future__ import annotations

import csv
import io
import json
import re

import jsonschema
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from kofu.catalogue.store import Store

Client = TestClient[Litestar]
NOTO = "/programmes/meti-fy2024s-nariwai-noto"
SEARCH = {"q": "能登", "instrument": "subsidy"}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_three_forms_of_a_search_agree(client: Client) -> None:
    page = client.get("/", params=SEARCH).text
    found = client.get("/programmes.json", params=SEARCH).json()
    table = rows(client.get("/programmes.csv", params=SEARCH).text)
    on_page = re.findall(r'<h3><a href="/programmes/([a-z0-9-]+)"', page)
    assert on_page == [item["id"] for item in found["programmes"]] == [row["programme"] for row in table]
    assert f"事業 {found['total']}件" in page
    assert found["facets"]["year"]["2024"] >= 1


def test_following_next_gives_every_programme_once(client: Client, store: Store) -> None:
    address, seen = "/programmes.json?limit=50", []
    while address:
        answer = client.get(address).json()
        seen += [item["id"] for item in answer["programmes"]]
        address = answer["next"]
    assert seen == [row[0] for row in store.connection.execute("SELECT id FROM programme ORDER BY number")]


def test_every_programme_fits_the_published_schema(client: Client, store: Store) -> None:
    schema = client.get("/schema/programme.json").json()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for (identifier,) in store.connection.execute("SELECT id FROM programme"):
        validator.validate(client.get(f"/programmes/{identifier}.json").json()["programme"])


def test_json_and_csv_of_a_programme_hold_the_same_facts_with_their_lines(client: Client) -> None:
    programme = client.get(f"{NOTO}.json").json()["programme"]
    table = rows(client.get(f"{NOTO}.csv").text)
    kinds = ("amounts", "offices", "phones", "components", "flows", "limits", "recipients", "targets")
    for kind in kinds:
        facts = [row for row in table if row["fact"] == kind]
        assert [row["at"] for row in facts] == [" ".join(map(str, f["at"])) for f in programme[kind]], kind
    assert [r["yen"] for r in table if r["fact"] == "amounts"] == [
        str(a["yen"]) for a in programme["amounts"]
    ]
    assert programme["amounts"][0]["yen"] == 15_000_000_000
    assert isinstance(programme["amounts"][0]["yen"], int)


def test_the_bom_stands_only_where_it_is_asked_for(client: Client) -> None:
    plain = client.get("/programmes.csv").content
    marked = client.get("/programmes.csv", params={"bom": "1"}).content
    assert not plain.startswith(b"\xef\xbb\xbf")
    assert marked == b"\xef\xbb\xbf" + plain


def test_each_page_names_twins_that_answer(client: Client) -> None:
    for path in ("/?q=能登", NOTO, "/lineage", "/documents", "/documents/meti-fy2024-supplementary"):
        html = client.get(path).text
        links = re.findall(r'<link rel="alternate" type="([^"]+)" href="([^"]+)"', html)
        assert {kind for kind, _ in links} == {"application/json", "text/csv"}, path
        for kind, link in links:
            answer = client.get(link.replace("&amp;", "&"))
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith(kind)


@pytest.mark.parametrize("table", ["programmes", "flows", "lineage", "targets"])
def test_whole_tables_can_be_had(client: Client, table: str) -> None:
    assert len(rows(client.get(f"/tables/{table}.csv").text)) > 10


def test_the_openapi_description_tells_the_truth(client: Client) -> None:
    described = client.get("/schema/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    for path, item in described["paths"].items():
        operation = item["get"]
        if any(p["in"] == "path" and "example" not in p for p in operation["parameters"]):
            continue  # a job: tests/site/test_simulator.py
        for parameter in operation["parameters"]:
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", parameter["example"])
        query = {}
        for parameter in operation["parameters"]:
            schema = parameter["schema"].get("items", parameter["schema"])
            if "enum" in schema:
                query[parameter["name"]] = schema["enum"][-1]
            if parameter["in"] == "query" and "example" in parameter:
                query[parameter["name"]] = parameter["example"]
        answer = client.get(path, params=query)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].split(";")[0] in operation["responses"]["200"]["content"]


def test_records_are_the_exchange_records(client: Client, store: Store) -> None:
    records = json.loads(client.get("/records.json").text)
    assert len(records) == store.connection.execute("SELECT count(*) FROM programme").fetchone()[0]
    assert set(records[0]) >= {"id", "document", "lines", "title", "amounts", "flows", "targets"}
