"""Every engine gives the same counts to the yen: with unknown, negative and extreme numbers, however split up."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from kofu.catalogue.store import Store
from kofu.errors import KofuError
from kofu.population.assumptions.premises import premises
from kofu.population.counting.engines import Setup
from kofu.population.counting.frame import Frame
from kofu.population.counting.measures import Measures, measures
from kofu.population.counting.tally import Counts, Tally
from kofu.population.counting.work import Work
from kofu.population.dataset import DRAW, DRAWN, NUMBER, DataColumn, Dataset, Part, open_dataset
from kofu.rules.check import default_rules
from kofu.rules.columns import form as f
from kofu.rules.exact import COMPARE
from kofu.rules.vocabulary import vocabulary

ROWS, PARTS = 1_000_000, 4
FACTS = ("申請者の種別", "業種", "資本金", "従業員数", "都道府県", "補助対象経費", "借入希望額")
BALANCE = DataColumn("損益", "number", -(10**13), 10**13)
LOSSES = DataColumn("赤字の年", "truth")
PROGRAMMES = {
    "many benefits": "meti-fy2024s-seisansei-kakumei",
    "the state and a prefecture": "meti-fy2024s-nariwai-noto",
    "plants and machines": "meti-fy2024s-shoene-toshi",
    "credit": "meti-fy2016s2-shikinguri",
}


def make(folder: Path, rows: int, parts: int) -> Dataset:
    """Rows in which some numbers are missing and some stand at the ends of their ranges."""
    connection = duckdb.connect()
    columns = [DataColumn(NUMBER, "number", 0, rows - 1), DataColumn(DRAW, "number", 0, DRAWN - 1)]
    columns += [_fact(name) for name in FACTS] + [BALANCE, LOSSES]
    made = ", ".join(f"{_sql(place, column, rows)} AS {column.name}" for place, column in enumerate(columns))
    written = []
    for number in range(parts):
        start, end = (rows * place // parts for place in (number, number + 1))
        path = folder / f"{number}.parquet"
        connection.execute(
            f"COPY (SELECT {made} FROM range({start}, {end}) AS t(i)) TO '{path}' (FORMAT parquet)"
        )
        written.append(Part(path.name, end - start, path.stat().st_size))
    source = f"read_parquet('{folder}/*.parquet')"
    missing = ", ".join(f"count(*) - count({c.name})" for c in columns)
    nulls = connection.execute(f"SELECT {missing} FROM {source}").fetchall()[0]
    described = tuple(DataColumn(**{**vars(c), "nulls": n}) for c, n in zip(columns, nulls, strict=True))
    dataset = Dataset(folder, "みほん", "企業", described, tuple(written), None, {})
    dataset.save()
    return open_dataset(folder)


def _fact(name: str) -> DataColumn:
    spec = vocabulary()[name].spec
    if spec.type.kind == "choice":
        return DataColumn(name, "choice", 0, len(spec.choices) - 1, choices=spec.choices)
    return DataColumn(name, "number", int(spec.low / spec.step), int(spec.high / spec.step), step=spec.step)


def _sql(place: int, column: DataColumn, rows: int) -> str:
    if column.name == NUMBER:
        return "i::BIGINT"
    drawn = f"hash(i * 64 + {place})"
    if column.name == DRAW:
        return f"({drawn} % {DRAWN})::INTEGER"
    if column.kind == "truth":
        return f"CASE WHEN {drawn} % 10 > 0 THEN {drawn} % 3 = 0 END"
    kind = "TINYINT" if column.kind == "choice" else "BIGINT"
    low, high = column.low, column.high
    width = f"{high - low + 1}::HUGEINT"
    if column.kind == "number":  # even in the logarithm, for most rules decide among small numbers
        width = f"(({width} >> ({drawn} // 64 % {(high - low).bit_length()})::INTEGER) + 1)"
    value = f"least({high}, {low} + hash(i * 64 + {place} + 32) % {width})"
    ends = f"WHEN 4 THEN {low} WHEN 5 THEN {high} WHEN 6 THEN {high}"
    return f"CASE {drawn} % 40 WHEN 0 THEN NULL WHEN 1 THEN NULL {ends} ELSE {value} END::{kind}"


def questions(dataset: Dataset, store: Store) -> dict[str, list[Tally]]:
    """Tallies as a simulation asks them, and some made for the ends of integers."""
    frame = Frame(dataset, premises(), 7)
    groups = tuple(group.form for group in frame.groups(("都道府県", "業種", "規模")))
    found = {}
    for what, identifier in PROGRAMMES.items():
        rules = default_rules(store.programme(identifier))
        asked = [measures(frame, frame.normaliser(), rule, Fraction(1, 5)) for rule in rules]
        together = tuple(dict.fromkeys(form for m in asked for form in _values(m)))
        applies = frame.forms.logic("or", [m.applies for m in asked])
        found[what] = [Tally(groups, together[:20]), Tally(groups[:1], together[:4], applies)]
    return {**found, "integers": [_integers(frame, groups)]}


def _values(m: Measures) -> tuple[f.Form, ...]:
    shares = [form for pair in m.shares.values() for form in pair]
    return tuple(dict.fromkeys([*m.fits, *m.amount, m.applies, *m.asked, *shares]))


def _integers(frame: Frame, groups: tuple[f.Form, ...]) -> Tally:
    """Negative and wide numbers, which engines round, cut and overflow each in its own way."""
    forms = frame.forms
    nothing = forms.integer(0)

    def known(column: DataColumn, otherwise: f.Form) -> f.Form:
        return forms.stated(
            forms.keep(f.Column(column.name, column.kind, column.low, column.high)), otherwise
        )

    balance = known(BALANCE, nothing)
    losses = known(LOSSES, forms.truth(False))
    cost = known(dataset_column(frame, "補助対象経費"), nothing)
    wide = forms.floor(forms.times(cost, 10**9 + 7), 10**9)
    values = (
        balance,
        forms.floor(forms.times(balance, 2), 3),
        forms.floor(forms.times(balance, 6667), 10_000),
        forms.extreme("max", [balance, nothing]),
        forms.extreme("min", [balance, cost]),
        forms.binary("-", balance, cost),
        wide,
        forms.case([(losses, balance), (forms.compare("<", balance, cost), wide)], cost),
        losses,
        forms.not_(forms.logic("or", [losses, forms.compare(">=", balance, nothing)])),
        frame.drawn(Fraction(1, 3), "三分の一"),
        forms.truth(True),
        nothing,
    )
    return Tally(groups, values)


def dataset_column(frame: Frame, name: str) -> DataColumn:
    return frame.dataset.by_name[name]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return make(tmp_path_factory.mktemp("people"), ROWS, PARTS)


@pytest.fixture(scope="module")
def expected(people: Dataset, store: Store) -> dict[str, list[Counts]]:
    """What DuckDB counts in one process, which is checked against Python below."""
    with Work(people, Setup()) as work:
        return {what: work.counts(tallies) for what, tallies in questions(people, store).items()}


@pytest.fixture(scope="module", params=["duckdb, two processes", "polars", "spark"])
def other(request: pytest.FixtureRequest, people: Dataset) -> Iterator[Work]:
    match request.param:
        case "polars":
            pytest.importorskip("polars", reason="Polars is not installed")
            setup = Setup("polars")
        case "spark":
            pytest.importorskip("pyspark", reason="Spark is not installed")
            if not shutil.which("java"):
                pytest.skip("Spark needs Java")
            setup = Setup("spark", master="local[2]", memory=2 * 2**30)
        case _:
            setup = Setup(workers=2)
    with Work(people, setup) as work:
        yield work


@pytest.mark.parametrize("what", [*PROGRAMMES, "integers"])
def test_a_million_rows_count_alike(
    what: str, people: Dataset, store: Store, expected: Mapping[str, list[Counts]], other: Work
) -> None:
    tallies = questions(people, store)[what]
    assert other.counts(tallies) == expected[what]
    for counts, tally in zip(expected[what], tallies, strict=True):
        assert any(values[0] for group in counts for values in group.values())
        if tally.where is None:
            assert all(sum(values[0] for values in group.values()) == ROWS for group in counts)


def test_the_same_as_row_by_row_in_python(tmp_path: Path, store: Store) -> None:
    """By a reader of forms that shares nothing with the engines but the forms."""
    few = make(tmp_path, 2_000, 3)
    read = duckdb.sql(f"SELECT * FROM read_parquet('{tmp_path}/*.parquet')")
    rows = [dict(zip(read.columns, row, strict=True)) for row in read.fetchall()]
    for what, tallies in questions(few, store).items():
        with Work(few, Setup()) as work:
            assert work.counts(tallies) == [by_hand(tally, rows) for tally in tallies], what


def by_hand(tally: Tally, rows: list[dict[str, int | None]]) -> Counts:
    """The counts, one row at a time."""
    order = f.walk(tally.forms)
    found: Counts = [{} for _ in tally.groups]
    for row in rows:
        value: dict[f.Form, int | None] = {}
        for form in order:
            value[form] = _value(form, value, row)
        if tally.where is not None and not value[tally.where]:
            continue
        for group, counts in zip(tally.groups, found, strict=True):
            code = value[group]
            assert code is not None
            known = counts.setdefault(code, [0] * (1 + len(tally.values)))
            known[0] += 1
            for place, form in enumerate(tally.values, 1):
                known[place] += int(value[form])  # type: ignore[arg-type]
    return found


def _value(form: f.Form, value: Mapping[f.Form, int | None], row: Mapping[str, int | None]) -> int | None:
    match form:
        case f.Integer() | f.Truth():
            return form.value
        case f.Column():
            return row[form.name]
        case f.Stated():
            stated = row[form.column.name]
            return value[form.body] if stated is None else stated
        case f.Logic():
            return (all if form.op == "and" else any)(value[item] for item in form.items)
        case f.Not():
            return not value[form.item]
        case f.Case():
            for condition, result in form.branches:
                if value[condition]:
                    return value[result]
            return value[form.otherwise]
    parts = [value[child] for child in f.children(form)]
    if None in parts:
        return None  # below a `Stated` of the same column, and thus never read
    left, right = parts
    match form:
        case f.Binary():
            return f.COMPUTE[form.op](left, right)  # type: ignore[arg-type]
        case f.Floor():
            return left // right  # type: ignore[operator]
        case f.Extreme():
            return (min if form.op == "min" else max)(left, right)  # type: ignore[type-var]
        case f.Compare():
            return COMPARE[form.op](left, right)  # type: ignore[return-value,arg-type]
        case f.Member():
            return right >> left & 1  # type: ignore[operator]
    raise TypeError(form)


# --- what goes wrong is told in one sentence

ENGINES: Mapping[str, Callable[[], Setup]] = {
    "duckdb": Setup,
    "polars": lambda: Setup("polars"),
    "spark": lambda: Setup("spark", master="local[1]"),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_part_cut_short_after_it_was_opened(engine: str, tmp_path: Path) -> None:
    if engine != "duckdb":
        pytest.importorskip({"polars": "polars", "spark": "pyspark"}[engine])
    if engine == "spark" and not shutil.which("java"):
        pytest.skip("Spark needs Java")
    few = make(tmp_path, 1_000, 1)
    path = Path(few.path(few.parts[0]))
    path.write_bytes(path.read_bytes()[:-100])
    frame = Frame(few, {}, 1)
    tally = Tally((frame.groups(("業種",))[0].form,), (frame.forms.truth(True),))
    with pytest.raises(KofuError) as caught, Work(few, ENGINES[engine]()) as work:
        work.counts([tally])
    assert len(str(caught.value).splitlines()) == 1
    assert str(tmp_path) in str(caught.value)


def test_a_master_that_does_not_answer(people: Dataset) -> None:
    pytest.importorskip("pyspark", reason="Spark is not installed")
    if not shutil.which("java"):
        pytest.skip("Spark needs Java")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets this port meanwhile
        master = f"spark://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(KofuError, match=r"does not answer|応答がありません") as caught:
            Setup("spark", master=master).open()
    assert master in str(caught.value)


def test_without_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="Spark is not installed")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(KofuError, match="Java 17"):
        Setup("spark").open()


@pytest.mark.parametrize(("engine", "module"), [("polars", "polars"), ("spark", "pyspark")])
def test_an_engine_that_is_not_installed(engine: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, module, None)
    for name in [
        n for n in sys.modules if n.startswith((f"kofu.population.counting.engines.{engine}", f"{module}."))
    ]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(KofuError, match=rf"kofu\[{engine}\]"):
        Setup(engine).open()
