"""A table of firms gives what each firm alone gets, whatever made the table; what is not known stays unknown."""

from __future__ import annotations

import datetime
import math
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kofu
from kofu.errors import KofuError
from kofu.quoting.book import Book, read_firm
from kofu.quoting.frames import match_table
from kofu.quoting.match import match_all

MIDORI, AKARI = "meti-fy2024s-midori", "meti-fy2016s2-akari"
FIRMS: list[dict[str, Any]] = [
    {"社名": "甲", "申請者の種別": "組合", "補助対象経費": 3_000_000, "賃上げを行う": False},
    {"社名": "乙", "申請者の種別": "会社", "補助対象経費": None, "賃上げを行う": None},
    {"社名": "丙", "申請者の種別": None, "補助対象経費": 10, "賃上げを行う": True},
]
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "申請者の種別": st.sampled_from([None, "組合", "会社", "大学"]),
    "業種": st.sampled_from([None, "製造業", "小売業"]),
    "従業員数": st.sampled_from([None, "", 0, 50, "５１人", 300, 301.0, math.nan]),
    "資本金": st.sampled_from([None, 0, "5,000万円", 300_000_000, 300_000_001]),
    "補助対象経費": st.sampled_from([None, 0, 1, 2, 3, 10_000_001, "1500万円", 10**13]),
    "賃上げを行う": st.sampled_from([None, True, False, "はい"]),
    "中小企業者である": st.sampled_from([None, True, False]),
}


def alone(book: Book, row: dict[str, Any]) -> dict[str, Any]:
    """What one firm gets, by the names of the table."""
    known = {k: v for k, v in row.items() if k != "社名" and v == v}
    found: dict[str, Any] = {}
    for m in match_all(book, read_firm(known, book.rules)).found:
        low, high = int(m.total.low), None if m.total.open_end else int(m.total.high)
        found |= {
            f"{m.programme.id}.eligible": m.fits,
            f"{m.programme.id}.low": low,
            f"{m.programme.id}.high": high,
        }
    return found


@settings(max_examples=40, deadline=None)
@given(st.lists(st.fixed_dictionaries({}, optional=CELLS), min_size=1, max_size=6))
def test_a_row_gets_what_the_firm_alone_gets(small_book: Book, rows: list[dict[str, Any]]) -> None:
    try:
        expected = [alone(small_book, row) for row in rows]
    except KofuError:  # what contradicts itself is refused alone and in a table
        with pytest.raises(KofuError):
            match_table(small_book, rows)
    else:
        assert match_table(small_book, rows) == expected


def test_what_is_missing_is_unknown_and_never_zero(small_book: Book) -> None:
    found = match_table(small_book, FIRMS, keep=["社名"])
    assert [row["社名"] for row in found] == ["甲", "乙", "丙"]
    assert [row[f"{AKARI}.eligible"] for row in found] == [True, False, None]
    assert [(row[f"{AKARI}.low"], row[f"{AKARI}.high"]) for row in found] == [
        (2_000_000, 2_000_000),
        (0, 0),
        (0, 6),
    ]
    assert found[1][f"{MIDORI}.high"] == 72_000_000


def rows_of(table: Any) -> list[dict[str, Any]]:
    """The rows of a result of any make."""
    if hasattr(table, "fetchall"):
        return [dict(zip(table.columns, row, strict=True)) for row in table.fetchall()]
    if hasattr(table, "to_pylist"):
        return table.to_pylist()
    return table.to_dicts() if hasattr(table, "to_dicts") else table.to_dict("records")


@pytest.mark.parametrize("make", ["pandas", "polars", "lazy", "pyarrow", "duckdb"])
def test_the_same_kind_of_table_comes_back(small_book: Book, make: str) -> None:
    columns = {name: [firm[name] for firm in FIRMS] for name in FIRMS[0]}
    if make == "duckdb":
        values = ", ".join(
            f"('{f['社名']}', {_sql(f['申請者の種別'])}, {_sql(f['補助対象経費'])}, {_sql(f['賃上げを行う'])})"
            for f in FIRMS
        )
        connection = duckdb.connect()
        connection.execute(
            f"CREATE TABLE t AS SELECT * FROM (VALUES {values}) t(社名, 申請者の種別, 補助対象経費, 賃上げを行う)"
        )
        table: Any = connection.table("t")
    elif make == "pandas":
        table = pytest.importorskip("pandas").DataFrame(columns, index=[7, 8, 9])
    elif make == "pyarrow":
        table = pytest.importorskip("pyarrow").table(columns)
    else:
        table = pytest.importorskip("polars").DataFrame(columns)
        table = table.lazy() if make == "lazy" else table
    found = match_table(small_book, table, keep=["社名"])
    assert type(found).__module__.split(".")[0] == type(table).__module__.split(".")[0]
    expected = match_table(small_book, FIRMS, keep=["社名"])
    got = [{k: None if v != v else v for k, v in row.items()} for row in rows_of(found)]
    assert got == expected
    if make == "pandas":
        assert list(found.index) == [7, 8, 9]


def _sql(value: Any) -> str:
    return "NULL" if value is None else f"'{value}'" if isinstance(value, str) else str(value).upper()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{}, {"従業員数": "5円"}], "列「従業員数」の2行目: 従業員数=5円: 単位は人です"),
        ([{"従業員数": -1}], "1行目.*0人から"),
        ([{"従業員数": math.inf}], "1行目.*数ではありません"),
        ([{"従業員数": 5.5}], "1行目.*1人刻み"),
        ([{"補助対象経費": 1e30}], "1行目"),
        ([{"補助対象経費": "たくさん"}], "1行目.*数として読めません"),
        ([{"補助対象経費": True}], "1行目.*数で答えて"),
        ([{"申請者の種別": "会杜"}], "1行目.*近いもの: 会社"),
        ([{"従業員": 5}], "列「従業員」.*近いもの: 従業員数.*keep"),
        ([{"従業員数": 5, "従業員数 ": 5}], "列が2つ"),
        ([{}, 5], "2行目が"),
        (
            [{}, {"小規模事業者である": True, "従業員数": 500}],
            "2行目: 小規模事業者である=はい は 従業員数=500人",
        ),
    ],
)
def test_a_wrong_cell_is_named_by_column_and_row(small_book: Book, rows: list[Any], says: str) -> None:
    with pytest.raises(KofuError, match=says):
        match_table(small_book, rows)


def test_a_table_without_rows_or_columns_gives_none(small_book: Book) -> None:
    assert match_table(small_book, []) == []
    assert match_table(small_book, [{}]) == [alone(small_book, {})]
    with pytest.raises(KofuError, match="「社名」という列"):
        match_table(small_book, [{}], keep=["社名"])


def test_frames_without_columns_or_with_two_of_one_name(small_book: Book) -> None:
    pandas = pytest.importorskip("pandas")
    found = match_table(small_book, pandas.DataFrame(index=[4, 5]))
    assert list(found.index) == [4, 5]
    assert found[f"{AKARI}.low"].tolist() == [0, 0]
    with pytest.raises(KofuError, match="「従業員数」という列が2つ"):
        match_table(small_book, pandas.DataFrame([[1, 2]], columns=["従業員数", "従業員数"]))
    assert kofu.match({"従業員数": pandas.NA, "資本金": pandas.NaT, "補助対象経費": math.nan}).facts == {
        "応募する立場": "事業を行う者",
        "名指しの機関": "どれでもない",
    }


def test_slips_of_python_are_named(monkeypatch: pytest.MonkeyPatch, data: Any, cache: Any) -> None:
    monkeypatch.setenv("KOFU_CATALOGUE", str(data / "catalogue"))
    monkeypatch.setenv("KOFU_CACHE", str(cache))
    akari = kofu.catalogue()[AKARI]
    days = ("2018-01-01", "2018/1/1", datetime.date(2018, 1, 1), datetime.datetime(2018, 1, 1, 9))
    assert len({akari.quote(date=day)[0].rule.hash for day in days}) == 1
    assert kofu.match([{}], programmes=AKARI, keep=[], date="2018-01-01")[0].keys() == {
        f"{AKARI}.{what}" for what in ("eligible", "low", "high")
    }
    for slip in (
        lambda: akari.quote(date=5),
        lambda: akari.quote(date="2018-13-01"),
        lambda: kofu.match({}, date=5),
        lambda: kofu.match({}, programmes=5),
        lambda: akari.quote(params=5),
        lambda: akari.quote(params={"補助率": 5}),
        lambda: akari.quote(params={"補助率": "-1/2"}),
    ):
        with pytest.raises(KofuError):
            slip()


def test_from_python_for_some_programmes_only(monkeypatch: pytest.MonkeyPatch, data: Any, cache: Any) -> None:
    monkeypatch.setenv("KOFU_CATALOGUE", str(data / "catalogue"))
    monkeypatch.setenv("KOFU_CACHE", str(cache))
    found = kofu.match(FIRMS, programmes=[AKARI], keep=["社名"])
    assert set(found[0]) == {"社名", *(f"{AKARI}.{what}" for what in ("eligible", "low", "high"))}
    firm = kofu.match({"申請者の種別": "組合", "補助対象経費": "300万円"})
    assert (firm[0].programme.id, firm[0].fits) == (AKARI, True)
    assert "200万円" in firm._repr_html_()
    with pytest.raises(KofuError, match="int"):
        kofu.match(5)
    with pytest.raises(KeyError):
        kofu.match({}, programmes=["x"])
