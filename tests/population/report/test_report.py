"""The report of a simulation: its numbers are those of the record, it needs nothing else, nothing in it is code."""

from __future__ import annotations

import base64
import csv
import io
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from kofu.population.report.report import render_report
from kofu.population.report.tables import tables, write_csv

NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
BUDGET = 3_000_000_000


def a_variant(place: int, low: int, high: int | None) -> dict[str, Any]:
    """What a variant of the made-up programme comes to."""
    unmet = max(0, low - BUDGET)
    prefectures = ["北海道", "青森県", "東京都", *(f"{i}県" for i in range(20))]
    moved = [
        {"name": name, "winners": 30 - i, "losers": i, "gains": 3_000 * (30 - i), "losses": 100 * i}
        for i, name in enumerate(prefectures)
    ]
    return {
        "benefits": [
            {
                "key": "通常枠",
                "instrument": "subsidy",
                "payer": None,
                "recipient": "小規模事業者",
                "fits": 1234,
                "may_fit": 1300,
                "amount": {"low": 5 * low, "high": None},
                "applicants": 247,
                "demand": {"low": low, "high": high},
                "shares": {"国": {"low": low // 2, "high": None}},
                "distribution": {
                    "count": 247,
                    "sum": low,
                    "quantiles": [{"p": "1/10", "yen": 123_456}, {"p": "9/10", "yen": 987_654}],
                },
            }
        ],
        "fits": 1234,
        "may_fit": 1300,
        "applicants": 247,
        "amount": {"low": 5 * low, "high": None},
        "demand": {"low": low, "high": high},
        "payers": [
            {
                "tier": 1,
                "payer": "国",
                "payee": "事務局",
                "instrument": "commission",
                "low": low,
                "high": high,
            }
        ],
        "groups": {
            "都道府県": [
                {"name": name, "rows": 100, "fits": 10, "may_fit": 11, "low": 7_654_321 * i, "high": None}
                for i, name in enumerate(prefectures)
            ]
        },
        "years": [{"fiscal_year": 2025, "yen": low - 1}, {"fiscal_year": 2026, "yen": 1}],
        "money": {
            "order": "arrival",
            "budget": BUDGET,
            "demand": low,
            "adopted": 200,
            "committed": low - unmet,
            "unmet": 47 if unmet else 0,
            "unmet_yen": unmet,
            "left": BUDGET - low + unmet,
            "runs_out": "2025-09-12" if unmet else None,
            "of_budget": "1/2",
            "open": False,
        },
        "credit": {
            "years": [
                {
                    "fiscal_year": year,
                    "outstanding": 10**9,
                    "exposure": 876_543_210 // (year - 2024),
                    "defaults": 1,
                    "recovered": 1,
                    "interest_subsidy": 1,
                    "cost": 4_321_000,
                }
                for year in (2025, 2026)
            ],
            "assumptions": [{"ja": "年2%が事故になると仮定", "en": "2 % a year default, assumed"}],
        },
        "nation": {
            "weight": "33.75",
            "fits": {"value": 41_647, "low": 40_000, "high": 43_000},
            "applicants": {"value": 8_336, "low": 8_000, "high": 8_700},
            "demand": {"value": 33 * low, "low": 32 * low, "high": 34 * low},
        },
        "change": {
            "demand": {"low": low - 2_512_345_678, "high": None},
            "winners": 1_111,
            "losers": 22,
            "gains": 3_333_333,
            "losses": 44_444,
            "groups": {"都道府県": moved},
        }
        if place
        else None,
        "per_target": {"metric": "売上の増えた割合", "value": "80", "unit": "%", "yen": 456_789},
    }


def a_record(sweep: int = 0, title: str = "見本の事業", **changes: Any) -> dict[str, Any]:
    """A simulation made up by hand: a baseline, a variant, and a sweep over one or two parameters if asked."""
    names = ["現行", "補助率 3/4"]
    variants = [
        {"name": name, "hash": f"{i}a" * 32, "parameters": {"補助率": rate}}
        for i, (name, rate) in enumerate(zip(names, ("2/3", "3/4"), strict=True))
    ]
    found = [a_variant(0, 2_512_345_678, 2_600_000_000), a_variant(1, 4_123_456_789, None)]
    cells, rows = [], ["50万円", "100万円"][: max(1, sweep)]
    for y, cap in enumerate(rows if sweep else []):
        for x, rate in enumerate(("1/3", "1/2", "1")):
            cells.append({"x": x, "y": y if sweep == 2 else None, "variant": len(variants)})
            variants.append({"name": f"{rate} {cap}", "hash": "c" * 64, "parameters": {"補助率": rate}})
            found.append(
                a_variant(2, 1_111_000_000 * (x + 1) + 10**8 * y, 1_111_000_000 * (x + 1) + 10**8 * y)
            )
    return {
        "version": "0.1.0",
        "date": "2025-01-01",
        "engine": "duckdb",
        "seed": 7,
        "population": {
            "title": "作り物の企業",
            "unit": "企業",
            "rows": 100_000,
            "represents": 3_375_255,
            "hash": "9f" * 32,
            "made": {"generator": "nation"},
        },
        "assumptions": [{"ja": "公募は60日間とした。", "en": "Calls are open for 60 days."}],
        "premises": [
            {
                "fact": "販路開拓に取り組む",
                "ja": "はい",
                "en": "yes",
                "basis": "仮定",
                "why_ja": "申請者は取り組むと置く",
                "why_en": "taken of applicants",
            }
        ],
        "take_up": "1/5",
        "order": "arrival",
        "variants": variants,
        "programmes": [
            {
                "id": "meti-sample",
                "title": {"ja": title, "en": None},
                "fiscal_year": 2024,
                "budget": BUDGET,
                "variants": found,
            }
        ],
        "sweep": {
            "x": {"name": "補助率", "values": ["1/3", "1/2", "1"]},
            "y": {"name": "補助上限額", "values": rows} if sweep == 2 else None,
            "cells": cells,
        }
        if sweep
        else None,
    } | changes


class Page(HTMLParser):
    """What is on a page: tags, attributes, the words outside `<style>`, the cells of each table, its downloads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.cell: list[str] | None = None
        self.hidden = False
        self.feed(text)
        self.close()
        self.text = " ".join(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.hidden = tag == "style"
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.cell = []
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False
        if tag in ("td", "th"):
            self.cell = None

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data.strip())
            if self.cell is not None:
                self.tables[-1][-1][-1] += data

    def values(self, name: str) -> list[str]:
        return [value or "" for key, value in self.attributes if key == name]

    def row(self, name: str) -> list[str]:
        """The first row of any table that begins with `name`."""
        return next(row for table in self.tables for row in table if row and row[0] == name)

    @property
    def downloads(self) -> list[list[dict[str, str]]]:
        """The CSV behind each link."""
        found = []
        for address in self.values("href"):
            head, code = address.split(",", 1)
            assert head == "data:text/csv;charset=utf-8;base64"
            text = base64.b64decode(code).decode("utf-8")
            assert text.startswith("\ufeff")
            found.append(list(csv.DictReader(io.StringIO(text[1:], newline=""))))
        return found


def test_key_figures_are_those_of_the_record() -> None:
    page = Page(render_report(a_record()))
    assert page.row("申請の額（需要）")[1] == "25.1億円 〜 26億円"
    assert page.row("申請の額（需要）")[2] == "41.2億円 〜 上限なし基準との差 ＋16.1億円 〜 上限なし"
    assert page.row("予算が尽きる日")[1:] == ["尽きない", "2025年9月12日"]
    assert page.row("届かない額")[1:] == ["0円", "11.2億円"]
    assert page.row("対象となる数（企業）")[1:] == ["1,234 〜 1,300"] * 2
    assert page.row("予算に対する需要")[1:] == ["83.7 %", "137.4 %"]
    assert page.row("得をする数（企業）")[1:] == ["—", "1,111"]
    assert page.row("増える額")[1:] == ["—", "333.3万円"]
    assert page.row("目標1単位の費用（売上の増えた割合 80%）")[1] == "45.7万円"
    assert page.row("全国では 対象")[1] == "41,64795 % 区間 40,000 〜 43,000"
    assert page.row("補助率")[1:] == ["2/3", "3/4"]
    assert "2,512,345,678円 〜 2,600,000,000円" in page.values("title")


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("sweep", [0, 1, 2])
def test_each_chart_has_words_a_table_and_a_csv_with_its_numbers(lang: str, sweep: int) -> None:
    page = Page(render_report(a_record(sweep), lang))
    charts = page.tags.count("svg")
    assert charts == (9 if sweep else 8)
    assert page.tags.count("details") == page.tags.count("figcaption") == len(page.downloads) == charts
    assert page.values("role").count("img") == charts
    assert len([label for label in page.values("aria-label") if len(label) > 20]) >= charts
    for download in page.downloads:
        assert download  # a row at least: the numbers behind the picture


def test_the_table_beside_a_chart_is_its_csv_to_the_yen() -> None:
    page = Page(render_report(a_record()))
    demand = page.downloads[0]
    assert [(row["variant"], row["demand_low"], row["demand_high"]) for row in demand] == [
        ("現行", "2512345678", "2600000000"),
        ("補助率 3/4", "4123456789", ""),
    ]
    (table,) = [
        t for t in page.tables if "2,512,345,678" in [cell for row in t for cell in row] and len(t) == 3
    ][:1]
    assert table[2][-2:] == ["4,123,456,789", "上限なし"]


def test_several_benefits_and_payers_are_told_apart() -> None:
    record = a_record()
    for variant in record["programmes"][0]["variants"]:
        (benefit,) = variant["benefits"]
        shares = {"国": {"low": 11_111_111, "high": 11_111_111}, "県": {"low": 2_222_222, "high": None}}
        variant["benefits"].append({**benefit, "key": "特別枠", "instrument": "loan", "shares": shares})
    page = Page(render_report(record))
    assert "特別枠（融資）" in page.words
    borne = next(
        rows
        for rows in page.downloads
        if rows and tuple(rows[0]) == ("variant", "benefit", "payer", "low", "high")
    )
    assert ("現行", "特別枠", "県", "2222222", "") in {tuple(row.values()) for row in borne}
    assert "特別枠: 県" in page.words


def test_the_budget_beside_a_sample_is_its_part_and_the_sentence_speaks_of_the_nation() -> None:
    record = a_record()
    programme = record["programmes"][0]
    programme["budget"] = 101_250_000_000  # 33.75 times that of the rows
    for variant in programme["variants"]:
        kept = {"adopted": 6_750, "committed": 101_250_000_000, "unmet": 1_586, "unmet_yen": 38_000_000_000}
        variant["nation"]["money"] = kept
    page = Page(render_report(record))
    assert page.row("予算（母集団の分）")[1:] == ["30億円", "30億円"]
    assert "予算（母集団の分） 30億円" in page.words  # the line in the chart
    told = "全国に引き伸ばすと、需要は 1,392億円 〜 上限なし。予算 1,013億円は 2025年9月12日に尽き、380億円（1,586 件）に届きません。"
    assert told in page.words


def test_what_is_not_drawn_is_summed_and_stands_in_the_table() -> None:
    """12 of 23 prefectures are drawn; the others lose 0 + … and win what is left."""
    page = Page(render_report(a_record()))
    first = sum(30 - i for i in range(12)), sum(range(12))
    total = sum(30 - i for i in range(23)), sum(range(23))
    assert f"ほか 11 の合計は −{total[1] - first[1]} / ＋{total[0] - first[0]}。" in page.text
    changed = next(rows for rows in page.downloads if rows and "winners" in rows[0])
    assert len(changed) == 23


def test_a_sweep_is_one_picture_and_no_heap_of_variants() -> None:
    page = Page(render_report(a_record(2)))
    assert page.row("パラメータ") == ["パラメータ", "現行", "補助率 3/4"]
    swept = next(rows for rows in page.downloads if rows and "x_value" in rows[0])
    assert [(r["x_value"], r["y_value"], r["demand_low"]) for r in swept][-1] == (
        "1",
        "100万円",
        "3433000000",
    )
    assert {"11.1", "12.1", "22.2", "23.2", "33.3", "34.3"} <= set(page.words)  # the cells, in 億円


def test_the_page_needs_nothing_else() -> None:
    text = render_report(a_record(2))
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    assert all(address.startswith("data:text/csv") for address in page.values("href"))
    assert not page.values("src")
    assert "://" not in text
    assert "@import" not in text
    assert "url(" not in text


def test_titles_and_names_are_words_and_never_code() -> None:
    record = a_record(2, NASTY)
    record["variants"][1]["name"] = record["variants"][1]["parameters"]["補助率"] = NASTY
    record["population"] |= {"title": NASTY, "unit": NASTY, "made": {NASTY: NASTY}}
    record["sweep"]["x"]["name"] = record["sweep"]["y"]["values"][0] = NASTY
    record["premises"][0] |= {"fact": NASTY, "ja": NASTY, "why_ja": NASTY, "basis": NASTY}
    for variant in record["programmes"][0]["variants"]:
        variant["benefits"][0]["key"] = variant["payers"][0]["payee"] = NASTY
        variant["groups"][NASTY] = [{**variant["groups"]["都道府県"][0], "name": NASTY}]
    page = Page(render_report(record))
    assert not {"script", "img"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert page.text.count(NASTY) > 20


def test_what_the_numbers_rest_on_is_told() -> None:
    page = Page(render_report(a_record()))
    told = page.text
    for words in (
        "申請者は取り組むと置く",
        "仮定",
        "1/5（20 %）",
        "先着順",
        "年2%が事故になると仮定",
        "33.75",
    ):
        assert words in told
    assert "9f" * 32 in told  # the population
    assert "0a" * 32 in told  # the baseline
    english = Page(render_report(a_record(), "en")).text
    assert "2 % a year default, assumed" in english
    assert "taken of applicants" in english
    assert "Hokkaido" in english


def test_what_is_not_stated_is_said_so() -> None:
    record = a_record(date=None, order=None, premises=[])
    programme = record["programmes"][0]
    programme["budget"] = None
    for variant in programme["variants"]:
        variant |= {"money": None, "credit": None, "nation": None, "change": None, "per_target": None}
        variant |= {"payers": [], "years": [], "groups": {}}
        variant["benefits"][0]["distribution"] = None
    page = Page(render_report(record))
    assert "予算 記載なし" in page.text
    assert page.row("申請の額（需要）")[2] == "41.2億円 〜 上限なし"
    assert page.tags.count("svg") == 1


def test_every_table_reads_back_from_its_file(tmp_path: Path) -> None:
    record = a_record(2)
    record["programmes"][0]["variants"][0]["benefits"][0]["key"] = '=HYPERLINK("x"),\n枠'
    expected = tables(record)
    files = write_csv(record, tmp_path / "out")
    assert [file.name for file in files] == [f"{name}.csv" for name in expected]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(f.name for f in files)
    for file, table in zip(files, expected.values(), strict=True):
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
        with file.open(encoding="utf-8-sig", newline="") as lines:
            head, *rows = csv.reader(lines)
        assert tuple(head) == table.columns
        assert table.rows
        for row, values in zip(rows, table.rows, strict=True):
            # what a spreadsheet would work out or turn into a date has an apostrophe in front
            assert [cell.removeprefix("'") for cell in row] == ["" if v is None else str(v) for v in values]
            assert not any(cell.startswith(("=", "+", "@")) for cell in row)
    assert '\'=HYPERLINK("x"),\n枠' in {row[2] for row in csv.reader((tmp_path / "out/benefits.csv").open())}
    assert "'1/2" in (tmp_path / "out/sweep.csv").read_text(encoding="utf-8")


@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium here: apt-get install chromium")
@pytest.mark.parametrize(
    ("width", "lang", "sweep", "scheme"), [(390, "ja", 2, "light"), (1280, "en", 1, "dark")]
)
def test_words_of_charts_neither_touch_nor_leave_the_picture(
    width: int, lang: str, sweep: int, scheme: str, tmp_path: Path
) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    from axe_core_python.sync_playwright import Axe

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=arguments)
        file = tmp_path / "report.html"
        file.write_text(render_report(a_record(sweep), lang), encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        assert asked == [file.as_uri()]
        assert page.evaluate(_CLASHES) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        broken = Axe().run(page)["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in broken] == []
        browser.close()


_CLASHES = """() => [...document.querySelectorAll("svg.chart")].flatMap(svg => {
  const room = svg.viewBox.baseVal, found = []
  const boxes = [...svg.querySelectorAll("text")].map(t => [t.textContent, t.getBBox()])
  boxes.forEach(([words, a], i) => {
    // a letter's slant may stand a unit out of its box; that is not cut
    if (a.x < -1.5 || a.y < -1.5 || a.x + a.width > room.width + 1.5 || a.y + a.height > room.height + 1.5)
      found.push(`cut: ${words}`)
    for (const [other, b] of boxes.slice(i + 1)) {
      const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
      const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
      if (across > 1 && down > 3) found.push(`touch: ${words} | ${other}`)
    }
  })
  return found
})"""
