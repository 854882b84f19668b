"""The site in a real headless Chromium, served by a real process: keyboard, screen reader rules, widths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import CHROMIUM, Server

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

pytestmark = pytest.mark.skipif(
    not Path(CHROMIUM).exists(), reason="no Chromium here: apt-get install chromium fonts-noto-cjk"
)

NOTO = "/programmes/meti-fy2024s-nariwai-noto"
JIZOKUKA = "/programmes/meti-fy2016s2-jizokuka"
KINDS = {
    "calculator": f"{JIZOKUKA}?補助対象経費=６０万円",
    "calculator with errors": f"{JIZOKUKA}?補助対象経費=abc&従業員数=-1",
    "calculator, not eligible": f"{JIZOKUKA}?販路開拓に取り組む=いいえ",
    "nothing computable": "/programmes/meti-fy2024s-supply-denshi",
    "simulator": "/simulate",
    "simulator, moved": "/simulate?param.補助率=1/2&param.補助上限額[1]=40万円",
    "simulator with errors": "/simulate?param.補助率=3/2",
    "interview start": "/match",
    "interview question": "/match?go=1",
    "interview further": "/match?go=1&申請者の種別=会社&業種=製造業&従業員数=12",
    "interview error": "/match?go=1&従業員数=abc",
    "interview lists": "/match?go=1&申請者の種別=会社&業種=製造業&従業員数=12&list=1",
    "home": "/",
    "search": "/?q=能登&field=recovery",
    "second page": "/?page=2",
    "nothing found": "/?q=ぬるぽがっ",
    "programme": NOTO,
    "programme with many flows": "/programmes/meti-fy2016s2-chiiki-mirai",
    "lineage": "/lineage",
    "documents": "/documents",
    "document": "/documents/meti-fy2024-supplementary?line=3589",
    "data": "/data",
    "schema": "/schema",
    "missing": "/nope",
    "bad": "/?page=0",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running
        running.close()


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture(params=[390, 1280], ids=["390 px", "1280 px"])
def page(
    request: pytest.FixtureRequest, browser: Browser, server: Server, complaints: list[str]
) -> Iterator[Page]:
    context = browser.new_context(
        base_url=server.address, viewport={"width": request.param, "height": 900}, locale="ja-JP"
    )
    found = context.new_page()
    found.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    found.on("pageerror", lambda error: complaints.append(str(error)))
    yield found
    context.close()


@pytest.mark.parametrize(
    ("lang", "kind"),
    [("ja", k) for k in KINDS]
    + [
        ("en", k)
        for k in ("home", "programme", "schema", "calculator", "simulator, moved", "interview further")
    ],
)
def test_axe_finds_nothing_and_the_page_never_scrolls_sideways(page: Page, lang: str, kind: str) -> None:
    path = KINDS[kind]
    page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    violations = [f"{v['id']}: {[n['html'] for n in v['nodes']][:3]}" for v in found["violations"]]
    assert violations == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_nothing_is_said_on_the_console_and_nothing_comes_from_elsewhere(
    page: Page, server: Server, complaints: list[str]
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    kinds = ("home", "programme", "lineage", "schema", "calculator", "simulator, moved", "interview further")
    for kind in kinds:
        page.goto(KINDS[kind])
    assert complaints == []
    assert all(url.startswith(server.address) for url in asked)


def _tab_to(page: Page, selector: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"{selector} cannot be reached with the keyboard")


def test_searching_and_opening_a_programme_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/")
    _tab_to(page, "#q")
    page.keyboard.type("能登")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    assert page.locator("h2#results").inner_text().startswith("事業")
    _tab_to(page, ".cards a[href*='nariwai-noto']", 200)
    focus = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert focus == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{NOTO}")
    assert page.locator("h1").inner_text().startswith("なりわい再建支援事業")
    assert page.locator("svg.flow").first.is_visible()


def test_the_skip_link_comes_first_and_leads_past_the_menu(page: Page) -> None:
    page.goto(NOTO)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_choosing_a_facet_and_taking_it_back(page: Page) -> None:
    page.goto("/")
    everything = page.locator("h2#results").inner_text()
    box = page.locator("input[name=field][value=nuclear]")
    if not box.is_visible():
        page.locator(".panel > summary").click()
    box.check()
    page.locator("button.quiet").click()
    page.wait_for_url("**field=nuclear*")
    assert page.locator("h2#results").inner_text() != everything
    page.locator(".active a.chip").click()
    assert page.locator("h2#results").inner_text() == everything


def test_filters_are_folded_on_a_phone_and_open_on_a_wide_screen(page: Page) -> None:
    page.goto("/")
    wide = (page.viewport_size or {})["width"] > 1000
    assert page.locator("input[name=year]").first.is_visible() is wide


def test_a_tag_leads_to_its_programmes_and_english_stays(page: Page) -> None:
    page.goto(NOTO)
    page.locator("a.switch").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").inner_text().startswith("Rebuilding Livelihoods")
    page.locator(".glance a.chip", has_text="disaster recovery").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert "disaster recovery" in page.locator(".active").inner_text()
    page.locator("a.switch").click()
    assert page.locator("html").get_attribute("lang") == "ja"
    assert "災害復旧・復興" in page.locator(".active").inner_text()


def test_the_picture_of_a_flow_is_readable_in_its_place(page: Page) -> None:
    page.goto(KINDS["programme with many flows"])
    for box in page.locator("svg.flow").all():
        size = box.bounding_box()
        assert size is not None
        assert size["width"] >= 320, "text in it keeps its size"


def _answer(page: Page) -> str:
    return page.locator("#answer").inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["with our script", "without script"])
def test_a_firm_works_out_its_subsidy_with_the_keyboard(
    browser: Browser, server: Server, script: bool
) -> None:
    context = browser.new_context(base_url=server.address, java_script_enabled=script, locale="ja-JP")
    page = context.new_page()
    page.goto(JIZOKUKA)
    page.get_by_label("補助の対象となる経費はいくらですか。").fill("６００，０００")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text("40万円")  # 600,000 × 2/3
    assert "要確認" in _answer(page)
    page.get_by_label("補助の対象となる経費はいくらですか。").fill("abc")
    page.keyboard.press("Enter")
    page.wait_for_selector("input[aria-invalid]")
    assert "補助対象経費=abc" in page.locator(".field:has(input[aria-invalid]) .error").inner_text()
    assert "40万円" not in _answer(page)
    context.close()


def test_typing_updates_the_amount_and_the_address_without_losing_the_place(page: Page) -> None:
    page.goto(JIZOKUKA)
    cost = page.get_by_label("補助の対象となる経費はいくらですか。")
    cost.focus()
    page.keyboard.type("30万円")
    expect(page.locator("#answer")).to_contain_text("20万円")
    cost.fill("")
    page.keyboard.type("45万円", delay=30)
    expect(page.locator("#answer")).to_contain_text("30万円")
    assert page.evaluate("document.activeElement.value") == "45万円"
    assert page.locator("svg.curve circle.here").count() == 1
    shown = _answer(page)
    page.goto(page.url)
    assert _answer(page) == shown, "the address gives the same result again"


def test_an_outdated_answer_never_replaces_a_newer_one(page: Page) -> None:
    slow: list[str] = []

    def hold(route: Route) -> None:
        if not slow:
            slow.append(route.request.url)
            page.wait_for_timeout(700)
        route.continue_()

    page.goto(JIZOKUKA)
    page.route("**/quote?*", hold)
    cost = page.get_by_label("補助の対象となる経費はいくらですか。")
    cost.fill("30万円")
    page.wait_for_timeout(350)
    cost.fill("45万円")
    expect(page.locator("#answer")).to_contain_text("30万円")
    page.wait_for_timeout(800)
    assert "30万円" in _answer(page), "450,000 × 2/3, not 300,000 × 2/3"


def test_the_interview_goes_on_back_and_skips_without_script(browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.address, java_script_enabled=False, locale="ja-JP")
    page = context.new_page()
    page.goto("/match")
    page.get_by_label("中小企業", exact=True).check()
    page.get_by_role("button", name="質問を始める").click()
    first = page.locator(".question .field > label, .question legend").inner_text()
    page.get_by_role("button", name="わからない・とばす").click()
    second = page.locator(".question .field > label, .question legend").inner_text()
    assert second != first
    page.get_by_role("link", name="前の質問へ戻る").click()
    assert page.locator(".question .field > label, .question legend").inner_text() == first
    assert "field=sme" in page.url
    assert context.cookies() == []
    context.close()


@pytest.mark.skipif(not os.environ.get("KOFU_SCREENSHOTS"), reason="set KOFU_SCREENSHOTS to a folder")
def test_screenshots(page: Page) -> None:
    folder = Path(os.environ["KOFU_SCREENSHOTS"])
    for kind, path in KINDS.items():
        page.goto(path)
        width = (page.viewport_size or {})["width"]
        page.screenshot(
            path=folder / f"{kind.replace(',', '').replace(' ', '-')}-{width}.png", full_page=True
        )


def test_the_answer_never_covers_the_field_one_is_in(page: Page) -> None:
    for height in (900, 460):  # with and without the keyboard of a phone
        page.set_viewport_size({"width": (page.viewport_size or {})["width"], "height": height})
        page.goto(KINDS["calculator"])
        for field in page.locator("form[data-fragment] input[type=text]").all():
            field.focus()
            below = "e => e.getBoundingClientRect().bottom"
            answer = page.locator("#answer").bounding_box()
            assert answer is not None
            beside = page.evaluate("matchMedia('(min-width: 64rem)').matches")
            assert beside or field.evaluate(below) <= answer["y"]


def test_a_table_of_values_with_their_lines_is_whole_on_a_phone(page: Page) -> None:
    page.goto(KINDS["calculator"])
    assert page.locator("table.fold").count() >= 3
    cut = "e => e.closest('.scroll').scrollWidth > e.closest('.scroll').clientWidth"
    assert not any(table.evaluate(cut) for table in page.locator("table.fold").all())


def test_dragging_a_slider_changes_the_figures_and_the_address(page: Page, complaints: list[str]) -> None:
    page.goto("/simulate")
    before = _answer(page)
    slider = page.get_by_role("slider", name="補助率（つまみ）")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#answer")).to_contain_text("試す案")
    assert page.get_by_label("補助率", exact=True).input_value() == "2/5"
    assert slider.get_attribute("aria-valuetext") == "2/5"
    assert _answer(page).startswith(before.split("\n")[0]), "the sheet's own figures stay"
    moved = _answer(page)
    page.goto(page.url)
    assert _answer(page) == moved, "the address gives the same answer again"
    page.get_by_label("補助率", exact=True).fill("3/2")
    expect(page.locator("#answer .wrong")).to_contain_text("3/2")
    expect(page.locator("#details")).to_be_empty()
    page.get_by_label("補助率", exact=True).fill("")
    expect(page.locator("#answer")).not_to_contain_text("試す案")
    assert _answer(page) == before
    assert complaints == []


def test_what_was_unfolded_stays_unfolded_while_one_moves(page: Page) -> None:
    page.goto("/simulate")
    page.locator("details#premises > summary").click()
    page.get_by_label("補助率", exact=True).fill("1/2")
    expect(page.locator("#answer")).to_contain_text("試す案")
    assert page.locator("details#premises").get_attribute("open") is not None


@pytest.mark.parametrize("script", [True, False], ids=["with our script", "without script"])
def test_an_exact_run_is_started_watched_and_read(browser: Browser, server: Server, script: bool) -> None:
    context = browser.new_context(base_url=server.address, java_script_enabled=script, locale="ja-JP")
    page = context.new_page()
    page.goto("/simulate")
    page.get_by_label("補助率", exact=True).fill("1/2")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text("試す案")
    rows = "300001" if script else "300002"
    page.locator("#population").fill(rows)
    page.get_by_role("button", name="全件の計算を始める").click()
    page.wait_for_url("**/simulate/jobs/*")
    expect(page.locator("h2").first).to_have_text("終わりました", timeout=60_000)
    expect(page.locator(".result")).to_contain_text("試す案")
    assert f"{int(rows):,}" in page.locator("main").inner_text()
    violations = Axe().run(page)["violations"] if script else []
    assert [v["id"] for v in violations] == []
    context.close()


@pytest.mark.parametrize("script", [True, False], ids=["with our script", "without script"])
def test_an_exact_run_is_cancelled_and_offered_again(browser: Browser, server: Server, script: bool) -> None:
    context = browser.new_context(base_url=server.address, java_script_enabled=script, locale="ja-JP")
    page = context.new_page()
    page.goto("/simulate")
    page.locator("#population").fill("9000001" if script else "9000002")
    page.get_by_role("button", name="全件の計算を始める").click()
    page.wait_for_url("**/simulate/jobs/*")
    expect(page.locator("progress")).to_be_visible()
    if script:
        assert [v["id"] for v in Axe().run(page)["violations"]] == []
    page.get_by_role("button", name="中止する").click()
    expect(page.locator("h2").first).to_have_text("中止しました")
    expect(page.get_by_role("button", name="もう一度始める")).to_be_visible()
    context.close()


def test_the_report_of_a_simulation_is_shown_with_its_style(page: Page, complaints: list[str]) -> None:
    page.goto("/simulate/report?programme=meti-fy2016s2-jizokuka&param.補助率=1/2")
    assert page.locator("svg.chart").count() >= 2
    assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none"
    assert [c for c in complaints if "favicon" not in c and "404" not in c] == []
