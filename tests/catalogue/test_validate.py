"""An error in a catalogue file is named by file, line, field and one sentence in each language."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kofu.catalogue.check import check_files
from kofu.catalogue.folder import PACKAGE_DATA, files
from kofu.catalogue.load import BrokenCatalogueError, load
from kofu.programme.model import Programme
from kofu.yaml_file import Problem, read_yaml

MIDORI = "meti-fy2024s-midori.yaml"
AKARI = "meti-fy2016s2-akari.yaml"


def test_the_catalogue_holds_both_documents(catalogue: list[Programme]) -> None:
    by_year = [p.fiscal_year for p in catalogue]
    assert (by_year.count(2016), by_year.count(2024), len(by_year)) == (42, 72, 114)
    assert len({p.id for p in catalogue}) == 114


def test_the_catalogue_has_no_error() -> None:
    assert check_files(files(PACKAGE_DATA)) == []


def test_every_fact_of_the_catalogue_is_proved(sources: Path) -> None:
    assert check_files(files(PACKAGE_DATA), sources) == []


def change(folder: Path, old: str, new: str, name: str = MIDORI) -> int:
    """Replace `old`, which must stand there once, and give the line of `new`."""
    path = folder / name
    text = path.read_text("utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_made_up_catalogue_is_valid(made_up: Path) -> None:
    assert check_files(files(made_up)) == []
    assert [p.id for p in load(made_up)] == ["meti-fy2024s-midori", "meti-fy2016s2-akari"]


# what an official may type, the field that must be named, words of the sentence in Japanese and in English
SLIPS = [
    ("yen: 12億円", "yen: 1.5", "amounts[0].yen", "小数", "floating-point"),
    ("yen: 12億円", "yen: たくさん", "amounts[0].yen", "たくさん", "number with its unit"),
    ("yen: 12億円", "yen: 12億", "amounts[0].yen", "円の整数", "whole sum of yen"),
    ("yen: 12億円", "yen: 99999999999999999", "amounts[0].yen", "大きすぎます", "too large"),
    ("rates: [1/2以内, 1/3]", "rates: [1/2以内, 0.3]", "flows[1].rates[1]", "分数", "fraction"),
    ("rates: [1/2以内, 1/3]", "rates: 1/2以内", "flows[1].rates", "並び", "list"),
    ("rates: [定額]", "rates: [ていがく]", "flows[0].rates[0]", "読めません", "cannot read 'ていがく' as a rate"),
    ("value: 15%", "value: 15", "targets[0].value", "単位を付け", "with its unit"),
    ("value: 15%", "value: 0.15", "targets[0].value", "単位を付け", "with its unit"),
    ("value: 15%", "value: {value: 15}", "targets[0].value", "1つの値", "one value"),
    ("at: [17-20]", "at: [17-x]", "flows[0].at", "17-x", "17-x"),
    ("at: [17-20]", "at: [20-17]", "flows[0].at", "20-17", "20-17"),
    ("at: [17-20]", "at: []", "flows[0].at", "1つ以上", "one line number or more"),
    ("at: [17-20]", "at: [0]", "flows[0].at", "1から", "from 1"),
    ("at: [17-20]", "at: [17-99]", "flows[0].at", "28行はシート（1-27）の外", "line 28 is outside"),
    ("lines: 1-27", "lines: 1-9999", "lines", "1-4409", "1-4409"),
    ("lines: 1-27", "lines: x", "lines", "行番号", "line number"),
    ("fiscal_year: 2024", "fiscal_year: 令和6", "fiscal_year", "整数", "whole number"),
    ("fiscal_year: 2024", "fiscal_year: 2023", "fiscal_year", "資料の年度", "year and round"),
    ("document: meti-fy2024-supplementary", "document: nowhere", "document", "documents.yaml", "no such"),
    ("id: meti-fy2024s-midori", "id: Midori", "id", "Midori", "form of this field"),
    ("id: meti-fy2024s-midori", "id: meti-fy2024s-aoi", "id", MIDORI, MIDORI),
    ("number: 03-1234-5678", "number: 03 1234 5678", "phones[0].number", "書き方", "form of this field"),
    ("kind: 予算額", "kind: 予算がく", "amounts[0].kind", "予算額、", "use one of"),
    ("kind: 国庫債務負担行為等を含む総額", "kind: 予算額", "amounts", "1つだけ", "only one"),
    ("yen: 30億円", "yen: 3億円", "amounts", "小さく", "smaller"),
    ("instrument: 融資", "instrument: 贈与", "flows[3].instrument", "贈与", "use one of"),
    ("fields: [中小企業, 省エネ・GX]", "fields: []", "fields", "1つ以上", "one or more"),
    ("fields: [中小企業, 省エネ・GX]", "fields: [中小企業, 農業]", "fields[1]", "農業", "農業"),
    ("    title: 設備型", "    titel: 設備型", "components[0].titel", "title の書き誤り", "did you mean title?"),
    ("    title: 設備型", "    zzzz: 設備型", "components[0].zzzz", "削って", "remove it"),
    ("    from: 日本緑金融公庫", "    frm: 日本緑金融公庫", "flows[3].frm", "from の書き誤り", "mean from?"),
    ("    to: 日本緑金融公庫", "    to: 国", "flows[2].to", "国は支払うだけ", "only pays"),
    ("  - name: 中小企業等", "  - name: 大企業", "recipients[0].name", "届く流れがありません", "no flow"),
    ("    from: 民間団体等", "    from: 協会", "flows[1].from", "届く流れがありません", "no flow"),
    ("    value: 500万円", "    value: 500万円\n    doubt: 本当か", "limits[0].doubt", "notes", "notes"),
    ("    value: 500万円", "    value: 500万円\n    value: 6円", "value", "2回", "twice"),
    ("  ja: 緑の商店街支援事業（緑の商店街補助金）", "  ja: ''", "title.ja", "文字", "text"),
    ("    of: meti-fy2016s2-akari", "    of: meti-fy2016s2-nai", "lineage[0].of", "前の年度", "earlier year"),
    ("    of: meti-fy2016s2-akari", "    of: meti-fy2024s-midori", "lineage[0].of", "前の年度", "earlier year"),
    ("of_at: [60, 130-131]", "of_at: [60, 151]", "lineage[0].of_at", "151行は meti-fy2016s2-akari", "line 151"),
    ("of_at: [60, 130-131]", "of_at: [61]", "lineage[0].of_at", "61行", "line 61"),
    ("at: [7, 17-20]", "at: [7, 28]", "lineage[0].at", "28行は meti-fy2024s-midori", "line 28"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "field", "ja", "en"), SLIPS, ids=[f"{s[2]}={s[1]}" for s in SLIPS])
def test_a_slip_is_named(made_up: Path, old: str, new: str, field: str, ja: str, en: str) -> None:
    line = change(made_up, old, new)
    problems = check_files(files(made_up))
    named = [p for p in problems if p.field == field]
    assert named, problems
    where = line + new.count("\n")
    assert (named[0].file, named[0].line) == (MIDORI, where if field not in ("amounts",) else named[0].line)
    assert ja in named[0].ja
    assert en in named[0].en
    assert all("\n" not in p.say(lang) for p in problems for lang in ("ja", "en"))


def test_one_slip_is_one_problem(made_up: Path) -> None:
    change(made_up, "    value: 500万円", "    value: 500万円\n    vlaue: 1円")
    assert len(check_files(files(made_up))) == 1


def test_a_component_may_be_one_key_a_list_or_nothing(made_up: Path) -> None:
    change(made_up, "  - component: （１）\n    from: 国", "  - component: [（１）, （３）]\n    from: 国")
    [problem] = check_files(files(made_up))
    assert (problem.field, "（３）" in problem.ja) == ("flows[0].component", True)
    path = made_up / MIDORI
    path.write_text(path.read_text("utf-8").replace("[（１）, （３）]", "{a: b}"), "utf-8")
    [problem] = check_files(files(made_up))
    assert problem.field == "flows[0].component"


def test_a_missing_key_is_named_at_what_lacks_it(made_up: Path) -> None:
    change(made_up, "    instrument: 融資\n", "")
    [problem] = check_files(files(made_up))
    text = (made_up / MIDORI).read_text("utf-8").split("\n")
    assert problem.field == "flows[3].instrument"
    assert "（２）" in text[problem.line - 1]  # the first line of that flow
    assert "必要" in problem.ja


@pytest.mark.parametrize(
    ("content", "line", "ja"),
    [
        (b"", 1, "id: "),
        (b"# nothing\n", 1, "id: "),
        (b"- id: a\n- id: b\n", 1, "id: "),
        (b"just words\n", 1, "id: "),
        (b"id: a\ntitle: [1, 2\nlines: 3\n", 3, "YAML"),
        (b"id: a\n title: b\n", 2, "YAML"),
        (b"id: a\n\ttitle: b\n", 2, "YAML"),
        (b'id: a\nround: "x\n', 3, "YAML"),
        (b"id: a\n---\nid: b\n", 2, "YAML"),
        ("id: 緑\n".encode("cp932"), 1, "UTF-8"),
        (b"\xff\xfei\x00d\x00", 1, "UTF-8"),
        (b"id: a\nround: b\x00c\n", 2, "U+0000"),
        ("id: a\nround: b\u2028c\n".encode(), 2, "U+2028"),
        (b"id: &a b\nround: *a\n", 1, "参照"),
        (b"id: a\nfields: &f [*f]\n", 2, "参照"),
        (b"id: " + b"[" * 5000, 1, "入れ子"),
    ],
)
def test_a_broken_file_is_named_with_its_line(made_up: Path, content: bytes, line: int, ja: str) -> None:
    (made_up / MIDORI).write_bytes(content)
    [problem] = check_files(files(made_up))
    assert (problem.file, problem.line) == (MIDORI, line)
    assert ja in problem.ja
    assert "\n" not in problem.ja + problem.en


@pytest.mark.parametrize(
    "scalar", [".inf", ".nan", "!!float abc", "!!int x", "9" * 5000, "1e999", "0o17", "? a", "~", "!!bool x"]
)
def test_odd_scalars_are_refused_and_never_break(made_up: Path, scalar: str) -> None:
    change(made_up, "yen: 12億円", f"yen: {scalar}")
    problems = check_files(files(made_up))
    assert problems
    assert all(p.file == MIDORI for p in problems)


@pytest.mark.parametrize("written", ["01", "1.10", "2030.0", "+5", "0x1F", "1e3", "1_000"])
def test_a_name_that_looks_like_a_number_stays_as_written(made_up: Path, written: str) -> None:
    change(made_up, "by: 令和８年度まで", f"by: {written}")
    assert load(made_up)[0].targets[0].by == written


def test_a_folder_with_the_name_of_a_file_is_named(made_up: Path) -> None:
    (made_up / "meti-fy2024s-x.yaml").mkdir()
    [problem] = check_files(files(made_up))
    assert (problem.file, "読めません" in problem.ja) == ("meti-fy2024s-x.yaml", True)


def test_overlapping_sheets_and_double_ids_are_named(made_up: Path) -> None:
    text = (made_up / MIDORI).read_text("utf-8")
    (made_up / "meti-fy2024s-copy.yaml").write_text(text.replace("-midori\n", "-copy\n"), "utf-8")
    [problem] = check_files(files(made_up))
    assert (problem.file, problem.field) == (MIDORI, "lines")
    assert "meti-fy2024s-copy" in problem.ja
    (made_up / "meti-fy2024s-copy.yaml").write_text(text, "utf-8")
    fields = [p.field for p in check_files(files(made_up))]
    assert fields.count("id") == 2  # its name differs, and the id is taken


def test_one_file_is_checked_with_those_beside_it(made_up: Path) -> None:
    assert check_files([made_up / MIDORI]) == []
    (made_up / AKARI).write_text("id: [", "utf-8")
    [problem] = check_files([made_up / MIDORI])  # its lineage leads nowhere now; the other file is not asked
    assert (problem.file, problem.field) == (MIDORI, "lineage[0].of")


def test_a_windows_file_reads_the_same(made_up: Path) -> None:
    path = made_up / MIDORI
    before = load(made_up)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(made_up) == before


def test_a_broken_catalogue_is_not_loaded(made_up: Path) -> None:
    line = change(made_up, "yen: 12億円", "yen: 1.5")
    with pytest.raises(BrokenCatalogueError, match=rf"1件.*{MIDORI}:{line}: amounts"):
        load(made_up)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_cut_anywhere_a_file_is_reported_or_still_valid(tmp_path: Path, data: st.DataObject) -> None:
    text = (Path(__file__).parents[1] / "data" / "catalogue" / MIDORI).read_bytes()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    path = tmp_path / MIDORI
    path.write_bytes(text[:start] + data.draw(st.binary(max_size=3)) + text[end:])
    problems = check_files([path])
    assert all(isinstance(p, Problem) and p.file == MIDORI and p.line >= 1 for p in problems)
    assert read_yaml(path).path == path
