"""Whatever stands in an address, the answer is a page or one clear sentence, never a failure."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from kofu.catalogue.store import Store
from kofu.errors import KofuError
from kofu.site.app import create_app
from kofu.site.serve import serve

Client = TestClient[Litestar]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("q=" + "x" * 10_000, "10000"),
        ("year=1999", "year"),
        ("field=xyz", "field"),
        ("instrument=subsidy&instrument=zzz", "instrument"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=１", "page"),
        ("page=999", "page"),
        ("page=99999999999999999999", "page"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("lang=fr", "lang"),
        ("bom=yes", "bom"),
        ("&".join(f"a{i}=1" for i in range(500)), "?"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/programmes.json", "/programmes.csv"])
def test_a_value_that_cannot_be_is_named(client: Client, path: str, query: str, named: str) -> None:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 400
    if path == "/":
        assert answer.headers["content-type"].startswith("text/html")
        assert named in answer.text
    else:
        error = answer.json()["error"]
        assert error["status"] == 400
        assert named in error["ja"]
        assert named in error["en"]


def test_the_allowed_values_are_listed(client: Client) -> None:
    error = client.get("/programmes.json?year=1999").json()["error"]
    assert "2016" in error["en"]
    assert "2024" in error["en"]


@pytest.mark.parametrize(
    "words",
    [
        "'; DROP TABLE programme; --",
        '" OR 1=1',
        "a\0b",
        "*",
        "NEAR(a b)",
        "title:x",
        "((((",
        "^省",
        "%",
        "\ud800x",
    ],
)
def test_queries_are_words_and_nothing_else(client: Client, words: str) -> None:
    encoded = quote(words.encode("utf-8", "surrogatepass"))
    assert client.get(f"/?q={encoded}").status_code == 200
    assert client.get(f"/programmes.json?q={encoded}").json()["total"] < 114


def test_markup_in_a_query_stays_text(client: Client) -> None:
    html = client.get("/", params={"q": "<script>alert(1)</script>"}).text
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    "path", ["/nope", "/programmes/nope", "/documents/nope", "/documents/nope.txt", "/schema/x", "/a/b/c"]
)
def test_a_missing_page_says_so_in_both_languages(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "ページが見つかりません" in answer.text
    assert 'lang="en"' in answer.text


@pytest.mark.parametrize(
    "path",
    ["/programmes/nope.json", "/programmes/nope.csv", "/documents/nope.json", "/tables/nope.csv", "/x.json"],
)
def test_missing_data_says_so_as_json(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]["status"]) == (404, 404)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_can_be_written(client: Client, method: str) -> None:
    answer = getattr(client, method)("/")
    assert answer.status_code == 405
    assert "GET" in answer.text


def test_a_line_behind_the_end_is_refused(client: Client) -> None:
    assert client.get("/documents/meti-fy2024-supplementary?line=999999").status_code == 400


_NAMES = st.sampled_from(["q", "year", "band", "field", "page", "limit", "lang", "bom", "line", "x"])
_PATHS = st.sampled_from(
    [
        "/",
        "/programmes.json",
        "/programmes.csv",
        "/lineage",
        "/documents/meti-fy2024-supplementary",
        "/programmes/a.b",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=_PATHS, pairs=st.lists(st.tuples(_NAMES, st.binary(max_size=60)), max_size=4))
def test_no_address_breaks_the_server(client: Client, path: str, pairs: list[tuple[str, bytes]]) -> None:
    query = "&".join(f"{name}={quote(value)}" for name, value in pairs)
    assert client.get(f"{path}?{query}", follow_redirects=False).status_code in (200, 400, 404)


def test_a_source_that_is_another_text_is_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "meti-fy2024-supplementary.txt").write_text("another text", encoding="utf-8")
    with pytest.raises(KofuError, match=r"meti-fy2024-supplementary\.txt"):
        create_app(store, tmp_path)


@pytest.mark.parametrize("port", [0, 65536, -1])
def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(KofuError, match=str(port)):
        serve(port=port)
