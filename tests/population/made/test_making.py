"""Made-up populations: the same from the same seed, calibrated to the published numbers, whole or not there."""

from __future__ import annotations

import datetime
import math
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.population.dataset import DRAWN, MANIFEST, Dataset, open_dataset
from kofu.population.made.alias import Band, choice, clipped, walker
from kofu.population.made.contracts import Contracts
from kofu.population.made.firms import Firms
from kofu.population.made.making import make_contracts, make_firms
from kofu.population.made.mixing import P
from kofu.population.made.nation import blocks
from kofu.population.made.sketch import Sketch
from kofu.rules.columns.duckdb import DUCKDB
from kofu.rules.columns.normal import Normaliser
from kofu.rules.columns.select import select
from kofu.rules.scope import common_scope
from kofu.rules.vocabulary import vocabulary

_ROWS = 120_000
_CONTRACTS = 30_000
_SIZES = ("小規模事業者である", "中小企業者である", "大企業である")


@pytest.fixture(scope="module")
def firms(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return make_firms(tmp_path_factory.mktemp("population") / "firms", _ROWS)


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return make_contracts(tmp_path_factory.mktemp("population") / "contracts", _CONTRACTS)


def rows(dataset: Dataset, what: str = "*", rest: str = "") -> list[tuple[object, ...]]:
    return duckdb.sql(f"SELECT {what} FROM '{dataset.folder}/*.parquet' {rest}").fetchall()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def agrees(count: int, share: Fraction, total: int) -> bool:
    """Whether a count is within four standard deviations of what drawing `total` rows of this share gives."""
    return abs(count - total * share) <= 4 * math.sqrt(total * share * (1 - share))


# --- the same from the same seed


def test_the_number_of_threads_changes_no_byte(tmp_path: Path) -> None:
    for threads in (1, 3):
        make_firms(tmp_path / str(threads), 5000, seed=7, part_rows=1000, threads=threads)
    assert contents(tmp_path / "1") == contents(tmp_path / "3")


@pytest.mark.parametrize("make", [make_firms, make_contracts])
def test_the_size_of_the_parts_changes_no_row(make: object, tmp_path: Path) -> None:
    one = make(tmp_path / "one", 2000, seed=7)  # type: ignore[operator]
    many = make(tmp_path / "many", 2000, seed=7, part_rows=333)  # type: ignore[operator]
    assert len(one.parts) == 1
    assert len(many.parts) > 6
    assert rows(one, rest="ORDER BY 番号") == rows(many, rest="ORDER BY 番号")
    assert one.columns == many.columns


def test_the_rows_of_a_small_population_begin_a_large_one(firms: Dataset, tmp_path: Path) -> None:
    small = make_firms(tmp_path / "small", 500)
    assert rows(small) == rows(firms, rest="WHERE 番号 < 500 ORDER BY 番号")


def test_another_seed_makes_other_firms(firms: Dataset, tmp_path: Path) -> None:
    other = make_firms(tmp_path / "other", 1000, seed=2)
    same = set(rows(other, "* EXCLUDE (番号)")) & set(rows(firms, "* EXCLUDE (番号)", "WHERE 番号 < 1000"))
    assert len(same) < 10
    assert other.hash != make_firms(tmp_path / "first", 1000, seed=1).hash


def test_rows_far_apart_by_the_prime_are_not_the_same(tmp_path: Path) -> None:
    maker = Firms()
    connection = duckdb.connect()
    for statement in maker.tables():
        connection.execute(statement)
    first, later = (connection.execute(maker.select(1, start, start + 1000)).fetchall() for start in (0, P))
    assert [row[0] for row in later] == list(range(P, P + 1000))
    assert len({row[1:] for row in first} & {row[1:] for row in later}) < 10


# --- calibrated


def test_size_classes_by_the_law_are_as_many_as_published(firms: Dataset) -> None:
    normaliser, scope = Normaliser(), common_scope(datetime.date(2025, 1, 1))
    forms = {name: normaliser.normalise(scope.lookup(name))[0] for name in _SIZES}
    statement = select(DUCKDB, forms, f"(FROM '{firms.folder}/*.parquet')", ())
    counts = ", ".join(f'count(*) FILTER ("{name}")' for name in _SIZES)
    small, medium, large = duckdb.sql(f"SELECT {counts} FROM ({statement})").fetchall()[0]
    # 中小企業庁: 小規模 2,853,356; 中小 3,364,891; 大企業 10,364 (June 2021)
    assert agrees(small, Fraction(2_853_356, 3_375_255), _ROWS)
    assert agrees(medium, Fraction(3_364_891, 3_375_255), _ROWS)
    assert agrees(large, Fraction(10_364, 3_375_255), _ROWS)
    assert medium + large == _ROWS
    assert firms.represents == 3_375_255


def test_weights_of_the_kinds_are_exactly_the_published_totals() -> None:
    strata = Firms().strata
    by_size = {
        size: sum(s.weight for s in strata if s.size == size) for size in ("小規模", "中規模", "大企業")
    }
    assert by_size == {"小規模": 2_853_356, "中規模": 3_364_891 - 2_853_356, "大企業": 10_364}


def test_published_table_of_industries_adds_up() -> None:
    published = blocks("firms")["industries"].rows.values()
    assert sum(sme for sme, _ in published) == 3_578_176
    assert sum(small for _, small in published) == 3_048_390
    assert all(small <= sme for sme, small in published)


def test_industries_keep_the_published_mix(firms: Dataset) -> None:
    choices = vocabulary()["業種"].spec.choices
    found = dict(rows(firms, "業種, count(*)", "GROUP BY 業種"))
    expected: dict[str, Fraction] = {}
    for stratum in Firms().strata:
        expected[stratum.industry] = expected.get(stratum.industry, Fraction(0)) + stratum.weight
    assert {choices[code] for code in found} <= set(expected)  # type: ignore[index]
    for industry, number in expected.items():
        assert agrees(found.get(choices.index(industry), 0), number / 3_375_255, _ROWS), industry  # type: ignore[arg-type]


def test_prefectures_are_shared_as_assumed(firms: Dataset) -> None:
    assumed = blocks("firms")["prefectures"].rows
    choices = vocabulary()["都道府県"].spec.choices
    assert tuple(assumed) == choices
    small = "WHERE 従業員数 <= 5 GROUP BY 都道府県"  # none of them large
    found = dict(rows(firms, "都道府県, count(*)", small))
    total = sum(found.values())  # type: ignore[arg-type]
    for name, thousands in assumed.items():
        assert agrees(found[choices.index(name)], Fraction(thousands, sum(assumed.values())), total), name  # type: ignore[arg-type]


def test_a_firm_is_possible(firms: Dataset) -> None:
    wrong = (
        "WHERE 投資額 < 補助対象経費 OR 借入希望額 > 投資額 OR 補助対象経費 % 10000 <> 0 OR 投資額 % 10000 <> 0 "
        "OR 借入希望額 % 10000 <> 0 OR (申請者の種別 = 1) <> (資本金 = 0)"
    )
    assert rows(firms, "*", wrong) == []


def test_contracts_are_as_many_as_assumed(contracts: Dataset) -> None:
    kinds = vocabulary()["電気の契約の種類"].spec.choices
    gas = "max(都市ガス使用量) > 0"
    found = rows(contracts, f"any_value(電気の契約の種類), {gas}, count(*)", "GROUP BY 番号 // 3")
    assert all(months == 3 for *_, months in found)
    assert contracts.represents == 3 * 80_800_000
    low = sum(kinds[kind] == "低圧" for kind, *_ in found)  # type: ignore[index]
    assert agrees(low, Fraction(80_000_000, 80_800_000), _CONTRACTS)
    assert agrees(sum(bool(has) for _, has, _ in found), Fraction(27_000_000, 80_800_000), _CONTRACTS)


def test_a_contract_stays_what_it_is_from_month_to_month(contracts: Dataset) -> None:
    differing = (
        "HAVING count(DISTINCT (都道府県, 電気の契約の種類)) > 1 OR count(DISTINCT 電気やガスの使用月) < 3"
    )
    assert rows(contracts, "番号 // 3", f"GROUP BY 番号 // 3 {differing}") == []
    assert sum(weight for key, weight in Contracts().strata.items() if key[2]) == 27_000_000


@pytest.mark.parametrize("kind", ["firms", "contracts"])
def test_columns_hold_what_the_manifest_and_the_vocabulary_say(
    kind: str, request: pytest.FixtureRequest
) -> None:
    dataset = open_dataset(request.getfixturevalue(kind).folder)
    assert dataset.rows == (_ROWS if kind == "firms" else 3 * _CONTRACTS)
    for column in dataset.columns:
        low, high, known = rows(
            dataset, f'min("{column.name}"), max("{column.name}"), count("{column.name}")'
        )[0]
        assert (low, high, dataset.rows - known) == (column.low, column.high, column.nulls)  # type: ignore[operator]
        if entry := vocabulary().get(column.name):
            spec = entry.spec
            assert (column.choices, column.step) == (spec.choices, spec.step)
            end = len(spec.choices) - 1 if spec.choices else spec.high / spec.step
            assert 0 <= column.low <= column.high <= end
    numbers = rows(dataset, "min(番号), max(番号), count(DISTINCT 番号), max(抽選)")[0]
    assert numbers[:3] == (0, dataset.rows - 1, dataset.rows)
    assert 0.99 * DRAWN < numbers[3] < DRAWN  # type: ignore[operator]


def test_every_number_names_its_source_or_is_called_an_assumption() -> None:
    for block in (*blocks("firms").values(), *blocks("contracts").values()):
        for lang in ("ja", "en"):
            assert block.title(lang)
            assert block.basis(lang)
        assert not block.source or datetime.date.fromisoformat(block.source["date"])


# --- the draws


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any))
def test_alias_columns_give_each_outcome_exactly_its_weight(weights: list[int]) -> None:
    mass = dict.fromkeys(range(len(weights)), 0)
    for cut, here, other in walker(weights):
        assert 0 <= cut <= sum(weights)
        mass[here] += cut
        mass[other] += sum(weights) - cut
    assert list(mass.values()) == [weight * len(weights) for weight in weights]


_bands = st.lists(
    st.tuples(st.integers(1, 50), st.integers(0, 10**7), st.integers(0, 10**7)).map(
        lambda t: Band(Fraction(t[0]), t[1], t[1] + t[2])
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_bands, min_size=1, max_size=3), st.lists(st.integers(0, P - 1), min_size=1, max_size=20))
def test_duckdb_picks_what_the_choice_says(groups: list[list[Band]], draws: list[int]) -> None:
    drawn = choice("額", groups)
    connection = duckdb.connect()
    connection.execute(drawn.table_sql())
    for group, bands in enumerate(groups):
        found = {drawn.value(draw, group) for draw in (*draws, 0, P - 1)}
        assert all(any(band.low <= value <= band.high for band in bands) for value in found)
    sketch = Sketch(
        1, False, f"SELECT unnest({draws}::BIGINT[]) AS n, unnest({draws}::BIGINT[]) % {len(groups)} AS g"
    )
    picked = sketch.pick([(drawn, "g")], "n")
    found_rows = connection.execute(f'SELECT n, g, "draw 額", "額" FROM ({picked.sql})').fetchall()
    assert len(found_rows) == len(draws)
    assert all(value == drawn.value(draw, group) for _, group, draw, value in found_rows)


def test_a_cut_band_keeps_its_density() -> None:
    bands = [Band(Fraction(10), 0, 9), Band(Fraction(6), 10, 11)]
    assert clipped(bands, 5, 10) == [Band(Fraction(5), 5, 9), Band(Fraction(3), 10, 10)]


# --- whole or not there


def test_a_stopped_generation_is_gone_on_with(tmp_path: Path) -> None:
    asked: Iterator[bool] = iter([False, False])
    begun, done = tmp_path / "begun", []
    with pytest.raises(KofuError, match="続きから"):
        make_firms(begun, 20_000, part_rows=1000, threads=1, tick=done.append, stop=lambda: next(asked, True))
    assert 0 < sum(done) < 20_000
    with pytest.raises(KofuError, match="作りかけ"):
        open_dataset(begun)
    (begun / ".part-000019.parquet").write_bytes(b"half")
    before = {p: p.stat().st_mtime_ns for p in begun.glob("part-*")}
    again: list[int] = []
    make_firms(begun, 20_000, part_rows=1000, tick=again.append)
    make_firms(tmp_path / "whole", 20_000, part_rows=1000)
    assert contents(begun) == contents(tmp_path / "whole")
    assert sum(again) == 20_000
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_an_interrupted_part_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_firms(tmp_path / "firms", 5000, part_rows=1000, tick=interrupt)
    left = {path.name for path in (tmp_path / "firms").iterdir()}
    assert MANIFEST not in left
    assert not [name for name in left if name.startswith(".part")]
    assert not [thread for thread in threading.enumerate() if "ThreadPool" in thread.name]


def test_a_folder_with_something_else_in_it_is_left_alone(firms: Dataset, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(KofuError, match="空ではありません"):
        make_firms(tmp_path, 10)
    assert contents(tmp_path) == {"notes.txt": b"mine"}
    with pytest.raises(KofuError, match="空ではありません"):
        make_firms(firms.folder, _ROWS)


def test_an_unfinished_generation_of_another_seed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KofuError, match="続きから"):
        make_firms(tmp_path / "p", 3000, part_rows=1000, threads=1, stop=lambda: True)
    with pytest.raises(KofuError, match="空ではありません"):
        make_firms(tmp_path / "p", 3000, seed=2, part_rows=1000)


def test_a_damaged_part_is_found(tmp_path: Path) -> None:
    with pytest.raises(KofuError, match="続きから"):
        make_firms(tmp_path / "p", 3000, part_rows=1000, threads=1, stop=lambda: True)
    part = next((tmp_path / "p").glob("part-*"))
    part.write_bytes(part.read_bytes()[:-100])
    with pytest.raises(KofuError, match=part.name):
        make_firms(tmp_path / "p", 3000, part_rows=1000)
    assert not (tmp_path / "p" / MANIFEST).exists()


@pytest.mark.parametrize("number", [0, -1, 10**13])
def test_an_impossible_number_is_refused(number: int, tmp_path: Path) -> None:
    with pytest.raises(KofuError, match=str(number)):
        make_firms(tmp_path / "p", number)
    assert not (tmp_path / "p").exists()
