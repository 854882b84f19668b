"""Files that users bring: what they say arrives as it stands, and what cannot be is refused in one sentence."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.population.dataset import DRAW, DRAWN, NUMBER, Dataset, is_dataset, open_dataset
from kofu.population.made.mixing import draw
from kofu.population.own.bringing import bring
from kofu.rules.case import read_case
from kofu.text.printing import print_yen


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def parquet(path: Path, select: str) -> Path:
    duckdb.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    return path


def decoded(dataset: Dataset) -> list[dict[str, Any]]:
    """The rows as values of facts; unknown cells left out."""
    facts = [column for column in dataset.columns if column.name not in (NUMBER, DRAW)]
    names = [column.name for column in facts]
    files = [dataset.path(part) for part in dataset.parts]
    selected = ", ".join(f'"{name}"' for name in names)
    rows = duckdb.execute(f'SELECT {selected} FROM read_parquet($1) ORDER BY "{NUMBER}"', [files]).fetchall()
    return [
        {
            column.name: column.choices[code]
            if column.kind == "choice"
            else code
            if column.kind == "truth"
            else code * column.step
            for column, code in zip(facts, row, strict=True)
            if code is not None
        }
        for row in rows
    ]


def refused(tmp_path: Path, *files: Path, **options: Any) -> KofuError:
    """The error of a call that must leave nothing behind."""
    before = set(tmp_path.rglob("*"))
    with pytest.raises(KofuError) as caught:
        bring(list(files), tmp_path / "population", **options)
    assert set(tmp_path.rglob("*")) == before
    assert "\n" not in caught.value.ja + caught.value.en
    return caught.value


TEXTS = {
    "資本金": ["500万円", "３００万円", "1,200,000", " 5億円 ", "１，０００", "007", "", "不明", "?"],
    "従業員数": [" 20人 ", "２０", "3,000人", "0", "NaN", "わからない"],
    "中小企業者である": ["はい", "いいえ", "TRUE", "false", "0", "1", "１", "Yes", "○", ""],
    "都道府県": ["東京都", "Tokyo", "osaka", " 北海道", "null", ""],
    "年利率": ["1.3%", "0.013", "１．３％", "0", "3割以下"],
    "希望する返済期間": ["7年", "18か月", "5", "1.5年", ""],
    "業種": ["卸売業", "NPO"],
}
GOOD = {name: [t for t in texts if t not in ("3割以下", "NPO")] for name, texts in TEXTS.items()}
MONEY = st.integers(0, 10**13)
CELLS = {
    "資本金": st.sampled_from(GOOD["資本金"])
    | MONEY.map(str)
    | MONEY.map(lambda n: f"{n:,}円")
    | MONEY.map(print_yen),
    "従業員数": st.sampled_from(GOOD["従業員数"]) | st.integers(0, 10**6).map(lambda n: f"{n}人"),
    "都道府県": st.sampled_from(GOOD["都道府県"]),
    "中小企業等である": st.sampled_from(GOOD["中小企業者である"]),
    "年利率": st.sampled_from(GOOD["年利率"]) | st.integers(0, 20000).map(lambda n: f"{Decimal(n) / 1000}%"),
    "希望する返済期間": st.sampled_from(GOOD["希望する返済期間"])
    | st.integers(0, 600).map(lambda n: f"{n}か月"),
}


@given(st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=12), st.integers(3, 9), st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cells_mean_what_they_mean_in_a_file_of_facts(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], part_rows: int, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("bring")
    text = io.StringIO()
    writer = csv.DictWriter(text, list(CELLS), lineterminator=data.draw(st.sampled_from(["\n", "\r\n"])))
    writer.writeheader()
    writer.writerows(rows)
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "cp932", "utf-16"]))
    from_csv = bring(
        [written(folder / "a.csv", text.getvalue(), encoding)], folder / "1", part_rows=part_rows
    )
    pl.DataFrame(rows).write_parquet(folder / "a.parquet")
    from_parquet = bring([folder / "a.parquet"], folder / "2", part_rows=part_rows)
    expected = [read_case(row) for row in rows]
    for dataset in (from_csv, from_parquet):
        assert decoded(dataset) == expected
        assert [part.rows for part in dataset.parts][:-1] == [part_rows] * (len(dataset.parts) - 1)
        for column in dataset.columns[2:]:  # after 番号 and 抽選
            known = [row[column.name] for row in expected if column.name in row]
            assert column.nulls == len(rows) - len(known)
            if column.kind == "number" and known:
                assert (column.low * column.step, column.high * column.step) == (min(known), max(known))


def test_the_folder_opens_and_numbers_and_draws_are_those_of_the_seed(tmp_path: Path) -> None:
    path = parquet(tmp_path / "firms.parquet", "SELECT range AS 従業員数 FROM range(2500)")
    ticks: list[tuple[int, int]] = []
    made = bring(
        [path], tmp_path / "population", seed=7, part_rows=1000, represents=9, tick=lambda *t: ticks.append(t)
    )
    dataset = open_dataset(tmp_path / "population")
    assert dataset == made
    assert (dataset.rows, dataset.represents, dataset.title) == (2500, 9, "firms.parquet")
    assert ticks == [(1000, 2500), (2000, 2500), (2500, 2500)]
    found = duckdb.execute(
        f'SELECT "{NUMBER}", "{DRAW}", 従業員数 FROM \'{dataset.folder}/*.parquet\' ORDER BY 1'
    ).fetchall()
    assert found == [(n, draw(7, DRAW, n), n) for n in range(2500)]
    assert all(0 <= d < DRAWN for _, d, _ in found)
    assert sorted(p.name for p in dataset.folder.iterdir()) == [
        *(p.file for p in dataset.parts),
        "population.json",
    ]


def test_plain_columns_of_every_type_are_read(tmp_path: Path) -> None:
    path = parquet(
        tmp_path / "a.parquet",
        "SELECT 5::UTINYINT AS 資本金, 20::DECIMAL(38,0) AS 従業員数, 300.00::DECIMAL(18,2) AS 投資額, "
        "7000000.0::DOUBLE AS 借入残高, 1.013::DECIMAL(38,30) AS 年利率, 1 AS 商工中金の基準金利, "
        "1.5::DECIMAL(3,1) AS 希望する返済期間, 1::TINYINT AS 中小企業者である, 0.0::FLOAT AS 大企業である, "
        "true AS 商店街組織である, 30::TINYINT AS 希望する据置期間 WHERE false "
        "UNION ALL SELECT 5, 20, 300, 7e6, 0.013, 0, 1.5, 1, 0, true, 12 "
        "UNION ALL SELECT " + ", ".join(["NULL"] * 11),
    )
    first, second = decoded(bring([path], tmp_path / "p"))
    assert first == {
        "資本金": 5, "従業員数": 20, "投資額": 300, "借入残高": 7_000_000, "年利率": Fraction(13, 1000),
        "商工中金の基準金利": 0, "希望する返済期間": 18, "中小企業者である": True, "大企業である": False,
        "商店街組織である": True, "希望する据置期間": 144,
    }  # fmt: skip
    assert second == {}


def test_many_files_folders_and_patterns_are_one_population(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "b").mkdir(parents=True)
    parquet(folder / "a.parquet", "SELECT 1 AS 従業員数, '東京都' AS 都道府県")
    parquet(folder / "b" / "none.parquet", "SELECT 1 AS 従業員数, '東京都' AS 都道府県 WHERE false")
    parquet(folder / "b" / "x[1].parquet", "SELECT '沖縄県' AS 都道府県, '2人' AS 従業員数")
    written(folder / "_SUCCESS", "")
    written(tmp_path / "c 1.csv", "従業員数,都道府県\n3,\n")
    dataset = bring([folder, tmp_path / "*.csv"], tmp_path / "p")
    assert [row["従業員数"] for row in decoded(dataset)] == [1, 2, 3]
    assert [row.get("都道府県") for row in decoded(dataset)] == ["東京都", "沖縄県", None]
    assert len(dataset.parts) == 1


def test_headings_in_wide_letters_and_ids_and_ignored_columns(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.tsv",
        "ID\t ＮＰＯ等である\t社名\n7\tはい\t甲\n8\t\t乙\n".replace("ＮＰＯ等である", "１件"),
    )
    error = refused(tmp_path, path, ignore=["社名"])
    assert "1件" in error.ja
    path = written(tmp_path / "a.tsv", "ID\t 従業員数 \t社名\n７\t１２\t甲\n8\t\t乙\n")
    dataset = bring([path], tmp_path / "p", ignore=["社名"])
    assert [column.name for column in dataset.columns] == [NUMBER, DRAW, "従業員数"]
    assert decoded(dataset) == [{"従業員数": 12}, {}]


CELL_ERRORS = [
    ("資本金", "'abc'", "abc", "資本金"),
    ("資本金", "'-5'", "-5", "資本金"),
    ("資本金", "-5", "-5", "資本金"),
    ("資本金", "10000000000001", "10000000000001", "10兆円"),
    ("資本金", "100000000000000000000000000::HUGEINT", "1e+26", "10兆円"),
    ("資本金", "0.5::DOUBLE", "0.5", "円"),
    ("資本金", "0.50::DECIMAL(9,2)", "0.50", "円"),
    ("資本金", "'nan'::DOUBLE", "NaN", "空"),
    ("資本金", "'inf'::DOUBLE", "inf", "数"),
    ("資本金", "16777217::FLOAT", "16777216", "型"),
    ("資本金", "99999999999999999999.00::DECIMAL(38,2)", "99999999999999999999", "10兆円"),
    ("資本金", "99999999999999999999::DECIMAL(38,0)", "99999999999999999999", "10兆円"),
    ("資本金", "true", "True", "数"),
    ("資本金", "DATE '2024-01-01'", "2024-01-01", "資本金"),
    ("資本金", "'1' || chr(10) || '2'", "1⏎2", "円"),
    ("資本金", "repeat('x', 9999)", "x" * 60 + "…:", "数"),
    ("資本金", "'5人'", "5人", "円"),
    ("中小企業者である", "2", "2", "はい"),
    ("中小企業者である", "'多分'", "多分", "はい"),
    ("都道府県", "'東京'", "東京", "東京都"),
    ("都道府県", "3", "3", "選択肢"),
    ("希望する返済期間", "1.05::DECIMAL(9,2)", "1.05", "か月"),
]


@pytest.mark.parametrize(("name", "sql", "shown", "help_"), CELL_ERRORS)
def test_a_wrong_cell_is_named_with_file_row_and_column(
    tmp_path: Path, name: str, sql: str, shown: str, help_: str
) -> None:
    select = f"SELECT CASE WHEN range = 3 THEN {sql} END AS {name} FROM range(6)"
    error = refused(tmp_path, parquet(tmp_path / "firms.parquet", select), part_rows=2)
    for part in ("firms.parquetの4行目", f"「{name}」", f"{name}={shown}", help_):
        assert part in error.ja
    assert "firms.parquet, row 4: column " in error.en


def test_of_several_wrong_cells_the_first_is_named(tmp_path: Path) -> None:
    select = "SELECT if(range >= 700, -range, 1) AS 資本金, if(range = 699, 'x', '1人') AS 従業員数 FROM range(2000)"
    error = refused(tmp_path, parquet(tmp_path / "a.parquet", select), part_rows=100)
    assert "700行目: 列「従業員数」: 従業員数=x" in error.ja


def test_a_wrong_cell_of_a_csv_is_named_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", '社名,資本金\n"甲\n乙",1\n\n丙,２百万円x\n', "cp932")
    error = refused(tmp_path, path, ignore=["社名"])
    assert error.ja.startswith(f"{path}:5: 列「資本金」: 資本金=２百万円x")


def test_a_column_that_is_no_fact_is_refused_with_the_nearest(tmp_path: Path) -> None:
    error = refused(tmp_path, written(tmp_path / "a.csv", "従業員,資本金\n1,2\n"))
    assert "従業員数" in error.ja
    assert "--ignore 従業員 " in error.ja
    assert "--ignore" in refused(tmp_path, written(tmp_path / "a.csv", f"{DRAW},資本金\n1,2\n")).en


TEXT_FILES = [
    ("a.csv", "資本金,資本金\n1,2\n", "2つ"),
    ("a.csv", "年利率,資本金,年利率 \n1,2,3\n", "年利率"),
    ("a.csv", "資本金,\n1,2\n", "2列目"),
    ("a.csv", "資本金,従業員数\n1,2\n3\n", ":3: 見出しは2列、この行は1列"),
    ("a.csv", "資本金,従業員数\n1,2\n3,4,5\n", ":3: 見出しは2列、この行は3列"),
    ("a.csv", '資本金,従業員数\n1,2\n3,"4\n', "引用符"),
    ("a.csv", '"資本金,従業員数\n1,2\n', "見出し"),
    ("a.csv", "資本金\n", "行がありません"),
    ("a.csv", "", "空のファイル"),
    ("a.csv", "\n\n", "見出し"),
    ("a.csv", "番号\n1\n", "事実の列"),
    ("a.csv", "番号,資本金\n7,1\n8,1\n7,1\n", "番号 7 が2回"),
    ("a.csv", "番号,id,資本金\n7,1,1\n", "どちらも"),
    ("a.parquet", "資本金\n1\n", "Parquet として"),
]


@pytest.mark.parametrize(("name", "text", "said"), TEXT_FILES)
def test_a_text_file_that_is_no_table_is_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = written(tmp_path / name, text)
    error = refused(tmp_path, path)
    assert said in error.ja
    assert str(path) in error.ja


def test_duplicate_ids_are_named_with_both_rows_in_whatever_files(tmp_path: Path) -> None:
    one = parquet(tmp_path / "a.parquet", "SELECT range AS 番号, 1 AS 従業員数 FROM range(10)")
    two = written(tmp_path / "b.csv", "番号,従業員数\n100,1\n4,1\n,1\n,1\n")
    error = refused(tmp_path, one, two)
    assert error.ja == f"番号 4 が2回あります（{one}の5行目 と {two}:3）。1つにしてください"
    assert bring([one], tmp_path / "p").rows == 10


def test_files_must_have_the_same_columns(tmp_path: Path) -> None:
    one = written(tmp_path / "a.csv", "資本金,従業員数\n1,2\n")
    two = written(tmp_path / "b.csv", "従業員数\n1\n")
    assert f"{two}: 「資本金」という列がありません（{one}" in refused(tmp_path, one, two).ja
    assert decoded(bring([one, two], tmp_path / "p", ignore=["資本金"])) == [{"従業員数": 2}, {"従業員数": 1}]
    assert "「あ」" in refused(tmp_path, one, ignore=["あ"]).ja


def test_rows_that_contradict_themselves_are_refused(tmp_path: Path) -> None:
    """小規模事業者 of manufacturing have at most 20 employees, by 中小企業基本法第2条第5項."""
    some = "SELECT '会社' AS 申請者の種別, '製造業' AS 業種, range AS 従業員数, true AS 小規模事業者である FROM range({})"
    path = parquet(tmp_path / "a.parquet", some.format(21))
    assert bring([path], tmp_path / "p", part_rows=7).rows == 21
    error = refused(tmp_path, parquet(path, some.format(100)), part_rows=15)
    assert error.ja.startswith(f"{path}の22行目: ")
    for said in ("小規模事業者である=はい", "従業員数=21人", "両立しません"):
        assert said in error.ja


def test_columns_in_the_names_of_folders_are_not_lost_silently(tmp_path: Path) -> None:
    (tmp_path / "d" / "都道府県=東京都").mkdir(parents=True)
    parquet(tmp_path / "d" / "都道府県=東京都" / "a.parquet", "SELECT 1 AS 従業員数")
    assert "列「都道府県」の値がフォルダー名だけ" in refused(tmp_path, tmp_path / "d").ja


_STOPPED = """
import os, signal, sys, threading
from pathlib import Path
from kofu.population.own.bringing import bring
tick = lambda done, rows: done == 2000 and os.kill(os.getpid(), signal.SIGINT)
try:
    bring([Path(sys.argv[1])], Path(sys.argv[2]), part_rows=2000, tick=tick)
except KeyboardInterrupt:
    print("stopped")
"""


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", "SELECT range || '.0人' AS 従業員数 FROM range(200000)")
    command = [sys.executable, "-c", _STOPPED, str(path), str(tmp_path / "p")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "stopped\n", done.stderr
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.99])
def test_a_cut_parquet_is_refused(tmp_path: Path, cut: float) -> None:
    path = parquet(tmp_path / "a.parquet", "SELECT range AS 従業員数 FROM range(9999)")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * cut)])
    assert "切れているか壊れて" in refused(tmp_path, path).ja


def test_a_parquet_damaged_in_the_middle_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", "SELECT hash(range) % 99999 AS 従業員数 FROM range(99999)")
    whole = bytearray(path.read_bytes())
    whole[4:4000] = b"\xff" * 3996
    path.write_bytes(whole)
    error = refused(tmp_path, path)
    assert "切れているか壊れて" in error.ja
    assert str(path) in error.ja


def test_what_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("資本金\n".encode() + b"\xff\xff\xa0\n")
    assert "文字コード" in refused(tmp_path, path).ja
    path.write_bytes(b"PK\x03\x04" + b"x" * 99)
    assert "Parquet でも CSV でも" in refused(tmp_path, path).ja
    path.unlink()
    assert "ファイルがありません" in refused(tmp_path, path).ja
    assert "ファイルがありません" in refused(tmp_path, tmp_path / "*.csv").ja
    (tmp_path / "empty").mkdir()
    assert "Parquet か CSV がありません" in refused(tmp_path, tmp_path / "empty").ja


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "資本金\n1\n")
    bring([path], tmp_path / "p")
    with pytest.raises(KofuError, match="空のフォルダー"):
        bring([path], tmp_path / "p")
    assert is_dataset(tmp_path / "p")


_LIMITED = """
import resource, signal, sys
from pathlib import Path
from kofu.errors import KofuError
from kofu.population.own.bringing import bring
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    bring([Path(sys.argv[1])], Path(sys.argv[2]))
except KofuError as error:
    print(error.ja)
"""


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    """The limit on the size of a file stands in for a disk that is full: writing fails in the same place."""
    path = parquet(tmp_path / "a.parquet", "SELECT hash(range) % 10000000 AS 資本金 FROM range(300000)")
    command = [sys.executable, "-c", _LIMITED, str(path), str(tmp_path / "p")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "ディスクの空き" in done.stdout, done.stderr
    assert done.stdout.count("\n") == 1
    assert list(tmp_path.iterdir()) == [path]


def test_more_texts_than_are_remembered_are_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kofu.population.own.cells._MOST", 10)
    path = parquet(tmp_path / "a.parquet", "SELECT range || '人' AS 従業員数 FROM range(500)")
    dataset = bring([path], tmp_path / "p", part_rows=50)
    assert decoded(dataset) == [{"従業員数": n} for n in range(500)]
