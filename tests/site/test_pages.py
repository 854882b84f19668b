"""What a person sees, page by page, without a browser."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from kofu.catalogue.documents import SourceLines
from kofu.catalogue.store import Store
from kofu.errors import KofuError
from kofu.site import pages
from kofu.site.app import create_app
from kofu.site.params import Asked
from kofu.site.shelf import Shelf

Client = TestClient[Litestar]
NOTO = "/programmes/meti-fy2024s-nariwai-noto"
PAGES = [
    "/",
    NOTO,
    "/lineage",
    "/documents",
    "/documents/meti-fy2024-supplementary",
    "/data",
    "/schema",
    "/nope",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_page_has_one_heading_a_main_and_its_language(client: Client, path: str, lang: str) -> None:
    html = client.get(path, params={"lang": lang}).text
    assert f'<html lang="{lang}">' in html
    assert html.count("<h1") == 1
    assert html.count("<main") == 1
    assert "<script" not in html
    assert ' style="' not in html


@pytest.mark.parametrize("path", PAGES[:-1])
def test_links_inside_the_site_keep_english_and_none_is_dead(client: Client, path: str) -> None:
    html = client.get(path, params={"lang": "en"}).text
    links = {link.replace("&amp;", "&") for link in re.findall(r'<a [^>]*?href="(/[^"#]*)', html)}
    pages = [link for link in links if not re.search(r"\.(json|csv)(\?|$)", link)]
    switch = [link for link in pages if "lang=en" not in link]
    assert len(switch) == 1, f"only the switch leaves English: {switch}"
    for link in sorted(links)[:60]:
        assert client.get(link).status_code == 200, link


def test_every_programme_has_a_light_page_in_both_languages(client: Client, store: Store) -> None:
    ids = [row[0] for row in store.connection.execute("SELECT id FROM programme")]
    assert len(ids) >= 100
    for identifier in ids:
        for lang in ("ja", "en"):
            answer = client.get(f"/programmes/{identifier}", params={"lang": lang})
            assert answer.status_code == 200, identifier
            assert len(answer.content) < 100_000, identifier
    assert len(client.get("/").content) < 100_000


def test_a_programme_page_shows_facts_with_their_lines(client: Client) -> None:
    html = client.get(NOTO).text
    assert "150億円" in html
    assert "15,000,000,000円" in html
    assert 'href="/documents/meti-fy2024-supplementary?line=3589#L3589">3589行</a>' in html
    assert "3/4以内" in html
    assert "記載なし" in html, "the sheet prints no phone"


def test_english_says_what_has_an_english_word_and_marks_the_rest_as_japanese(client: Client) -> None:
    html = client.get(NOTO, params={"lang": "en"}).text
    assert "Rebuilding Livelihoods" in html
    assert "¥15 billion" in html
    assert "at most 3/4, fixed sum" in html
    assert '<span lang="ja">中小企業等</span>' in html


def test_the_phone_can_be_dialled(client: Client) -> None:
    html = client.get("/programmes/meti-fy2016s2-nexi").text
    assert '<a href="tel:+81-3-3501-6979">03-3501-6979</a>' in html


def test_words_and_facets_narrow_and_can_be_taken_back(client: Client) -> None:
    everything = client.get("/").text
    html = client.get("/", params={"q": "能登", "field": "recovery"}).text
    assert "なりわい再建支援事業（令和６年能登半島地震等）" in html
    assert html.count("<article>") < everything.count("<article>")
    assert 'href="/?field=recovery"' in html, "the words can be removed"
    assert 'href="/?q=%E8%83%BD%E7%99%BB"' in html, "the facet can be removed"
    assert 'value="能登"' in html
    assert re.search(r'value="recovery" checked', html)


def test_pages_of_results_hold_every_programme_once(client: Client, store: Store) -> None:
    seen: list[str] = []
    for page in range(1, 7):
        seen += re.findall(
            r'<h3><a href="/programmes/([a-z0-9-]+)"', client.get("/", params={"page": page}).text
        )
    ids = [row[0] for row in store.connection.execute("SELECT id FROM programme ORDER BY number")]
    assert seen == ids


def test_no_result_says_what_to_do(client: Client) -> None:
    html = client.get("/", params={"q": "ぬるぽがっ"}).text
    assert "条件に合う事業はありません" in html
    assert "言葉を短く" in html


def test_lineage_is_shown_on_both_ends(client: Client) -> None:
    ties = client.get("/lineage.json").json()["lineage"]
    assert ties
    page = client.get("/lineage").text
    for tie in ties:
        assert f"/programmes/{tie['programme']}" in page
        assert f'href="/programmes/{tie["of"]}"' in client.get(f"/programmes/{tie['programme']}").text
        assert f'href="/programmes/{tie["programme"]}"' in client.get(f"/programmes/{tie['of']}").text


def test_a_document_without_its_text_says_how_to_supply_it(client: Client) -> None:
    html = client.get("/documents/meti-fy2024-supplementary", params={"line": 3589}).text
    assert "meti-fy2024-supplementary.txt" in html
    assert "--sources" in html
    assert html.count("/programmes/meti-fy2024s-") >= 72


def test_headers_keep_readers_safe(client: Client) -> None:
    for path in ("/", "/nope", "/?page=0", "/programmes.json"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert client.get(path).headers["x-content-type-options"] == "nosniff"


def test_who_has_the_page_already_gets_304_and_head_has_no_body(client: Client) -> None:
    whole = client.get(NOTO)
    again = client.get(NOTO, headers={"if-none-match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(NOTO)
    assert head.content == b""
    assert head.headers["content-length"] == str(len(whole.content))
    assert client.get("/nope", headers={"if-none-match": whole.headers["etag"]}).status_code == 404


def test_where_the_text_is_held_each_fact_can_be_read_in_its_lines(store: Store) -> None:
    shelf = Shelf(store)
    document = shelf.document("meti-fy2024-supplementary")
    made_up = tuple(f"{number}番目の行 <b>" for number in range(1, document.lines + 1))
    shelf._texts[document.name] = SourceLines(document, made_up)
    html = pages.programme(shelf, Asked(), NOTO.rpartition("/")[2])
    assert "<summary>3589行</summary>" in html
    assert '<li value="3589">3589番目の行 &lt;b&gt;</li>' in html
    assert len(html.encode()) < 100_000
    text = pages.document(shelf, Asked(line=3589), document.name)
    assert '<li value="3589" id="L3589" class="hit">3589番目の行' in text
    assert "なりわい再建支援事業" in text
    assert '<li value="3562"' in text
    assert '<li value="3560"' not in text, "only the sheet that holds the line"


def test_with_the_documents_each_fact_shows_its_lines(store: Store, sources: Path) -> None:
    text = (sources / "meti-fy2024-supplementary.txt").read_text("utf-8").split("\n")
    with TestClient(create_app(store, sources)) as client:
        html = client.get(NOTO).text
        around = client.get("/documents/meti-fy2024-supplementary", params={"line": 3589}).text
    for number in (3589, 3606):
        assert f'<li value="{number}">{escape(text[number - 1])}</li>' in html
        assert escape(text[number - 1]) in around


def test_a_folder_without_the_documents_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(KofuError, match=r"meti-fy2024-supplementary\.txt"):
        create_app(store, tmp_path)
