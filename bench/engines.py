"""Populations: whole runs over Parquet parts, beside SQL that a good user of DuckDB writes (`bench.plain`).

KOFU_BENCH_ROWS: the firms of a row of the table (10,000,000 if not given); the largest runs take ten times as many.
Every answer is compared with the reference: a difference stops the benchmark.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from bench.clock import Row, inside_ms, paired_ms
from bench.plain import ENERGY, SUSTAINING, SUSTAINING_ASSUMES, plain_sql
from kofu.catalogue.store import open_store
from kofu.population.asked import ask
from kofu.population.assumptions.premises import with_overrides
from kofu.population.counting.engines import Setup
from kofu.population.counting.engines.duckdb import source_of
from kofu.population.counting.frame import Frame
from kofu.population.counting.tally import Counts, Tally, read_counts
from kofu.population.counting.work import Work
from kofu.population.dataset import Dataset, open_dataset
from kofu.population.made.making import make_contracts, make_firms
from kofu.population.question import GROUPS, Question
from kofu.population.simulate import simulate
from kofu.population.variants import gathered
from kofu.rules.columns.form import Integer, Truth

ROWS = int(os.environ.get("KOFU_BENCH_ROWS", "10000000"))
_RUNS = 3


def measure() -> Iterator[Row]:
    """Every measurement; data lies in a folder that goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="kofu-bench-") as folder:
        yield from _making(Path(folder) / "made")
        firms = make_firms(Path(folder) / "firms", ROWS)
        yield from _one(firms)
        yield from _all(Path(folder) / "some", firms)
        yield from _variants(firms)
        shutil.rmtree(firms.folder)
        yield from _contracts(Path(folder) / "contracts")
        yield from _curve(Path(folder))


def _making(folder: Path) -> Iterator[Row]:
    def ours() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        make_firms(folder, ROWS)

    def theirs() -> None:
        """As many rows of as many even draws."""
        folder.mkdir(exist_ok=True)
        draws = ", ".join(f"floor(random() * 1000000)::BIGINT AS c{i}" for i in range(9))
        duckdb.connect().execute(
            f"COPY (SELECT i, {draws} FROM range({ROWS}) AS t(i)) TO '{folder}/even.parquet' (FORMAT parquet)"
        )

    mine, other = paired_ms(ours, theirs, 1)
    shutil.rmtree(folder)
    rate = ROWS * 1000 // round(mine)
    yield Row(
        f"population: make {ROWS:,} firms ({rate:,} rows/s)", mine, "even draws in DuckDB", other, ">= 1M/s"
    )


def _question(programmes: Sequence[str], **more: Any) -> Question:
    store = open_store()
    found = store.programmes(programmes) if programmes else (p for p in store.programmes() if p.benefits)
    return Question(tuple(found), order=None, details=False, **more)


def _one(firms: Dataset) -> Iterator[Row]:
    question = _question(["meti-fy2016s2-jizokuka"], premises=with_overrides(SUSTAINING_ASSUMES))
    ours, theirs = partial(simulate, question, firms), partial(_run, SUSTAINING, firms)
    record = ours()
    groups = record["programmes"][0]["variants"][0]["groups"]
    for place, name in enumerate(GROUPS):
        found = sorted((g["rows"], g["fits"], g["low"]) for g in groups[name])
        _agree(found, sorted(tuple(map(int, row[3:])) for row in theirs() if row[place] is not None))
    mine, other = paired_ms(ours, theirs, _RUNS)
    yield Row(f"population: one programme, {firms.rows:,} firms", mine, "SQL by hand", other, "<= 1.25 x")


def _all(folder: Path, firms: Dataset) -> Iterator[Row]:
    """Beside plain SQL for a tenth of the rows, which takes minutes for all; the whole alone."""
    some = make_firms(folder, max(ROWS // 10, 10_000))
    question = _question([])
    frame = Frame(some, question.premises, question.seed)
    groups = tuple(group.form for group in frame.groups(GROUPS))
    tallies = []
    for asked in ask(frame, question):
        values = [form for form in dict.fromkeys(asked.forms) if not isinstance(form, Integer | Truth)]
        if values:
            tallies.append(Tally(groups, tuple(values)))
    plainly = partial(_plain, tallies, some)
    with Work(some, Setup()) as work:
        _agree(work.counts(tallies), plainly())
    mine, other = paired_ms(partial(simulate, question, some), plainly, 1)
    what = f"population: {len(question.programmes)} programmes"
    yield Row(f"{what}, {some.rows:,} firms", mine, "SQL written out", other, "<= 1.43 x")
    mine, other = paired_ms(partial(simulate, question, firms), None, 1)
    yield Row(f"{what}, {firms.rows:,} firms", mine, "", None, "")
    yield _megabytes("all programmes", firms, [], "<= 4096")


def _megabytes(what: str, dataset: Dataset, programmes: Sequence[str], target: str) -> Row:
    """The most memory of a fresh process that works these programmes out, beside one that only starts."""
    code = "from bench.engines import megabytes; print(megabytes({!r}, {!r}))"
    mine, other = (inside_ms(code.format(str(dataset.folder), names), 1) for names in (programmes, None))
    return Row(f"  {what}, peak MB", mine, "imports alone", other, target)


def megabytes(folder: str, programmes: Sequence[str] | None) -> int:
    """The most memory of this process after it worked `programmes` out ([]: all; None: none)."""
    if programmes is not None:
        dataset = open_dataset(Path(folder))
        simulate(replace(_question(programmes), by=("都道府県",)), dataset)
    status = Path("/proc/self/status").read_text()  # ru_maxrss would count the process that started this one
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1024


def _variants(firms: Dataset) -> Iterator[Row]:
    name = "meti-fy2016s2-jizokuka"
    rates = [f"{100 - i}/100" for i in range(20)]
    many, one = (_question([name], variants=gathered([], [("補助率", some)])) for some in (rates, rates[:1]))
    mine, other = paired_ms(partial(simulate, many, firms), partial(simulate, one, firms), _RUNS)
    yield Row(f"population: 20 variants, {firms.rows:,} firms", mine, "one variant", other, "<= 6 x")


def _contracts(folder: Path) -> Iterator[Row]:
    contracts = make_contracts(folder, 10 * ROWS)
    question = _question(["meti-fy2024s-denki-gas"], by=("都道府県",))
    ours, theirs = partial(simulate, question, contracts), partial(_run, ENERGY, contracts)
    whole, rows = ours()["programmes"][0]["variants"][0], theirs()
    found = {b["key"]: b["amount"]["low"] for b in whole["benefits"]}
    _agree(found["電気料金の値引き"], sum(int(row[2]) for row in rows))
    _agree(found["都市ガス料金の値引き"], sum(int(row[3]) for row in rows))
    _agree([b["applicants"] for b in whole["benefits"][:2]], [sum(row[i] for row in rows) for i in (4, 5)])
    _agree(whole["applicants"], sum(row[6] for row in rows))
    mine, other = paired_ms(ours, theirs, 1)
    yield Row(f"population: {contracts.rows:,} contract-months", mine, "SQL by hand", other, "<= 1.25 x")
    yield _megabytes("contract-months", contracts, ["meti-fy2024s-denki-gas"], "<= 500")


def _curve(folder: Path) -> Iterator[Row]:
    """How time grows with rows: one process beside two, and at the end Spark beside DuckDB."""
    question = _question(["meti-fy2016s2-jizokuka"])
    rows = min(100_000, ROWS)
    while rows <= 10 * ROWS:
        firms = make_firms(folder / f"{rows}", rows)
        one, two = (partial(simulate, question, firms, Setup(workers=count)) for count in (1, 2))
        _agree(one()["programmes"], two()["programmes"])
        mine, other = paired_ms(two, one, 1)
        yield Row(f"population: {rows:,} firms, 2 processes", mine, "one process", other, "")
        if rows * 10 > 10 * ROWS:
            yield from _spark(firms, question)
        shutil.rmtree(firms.folder)
        rows *= 10


def _spark(firms: Dataset, question: Question) -> Iterator[Row]:
    if importlib.util.find_spec("pyspark") is None or not shutil.which("java"):
        print("population on Spark: skipped, pyspark or Java is not installed")
        return
    spark = Setup("spark", master="local[2]", memory=4 * 2**30)
    tallies = _tallies(firms, question)
    with Work(firms, spark) as ours, Work(firms, Setup()) as theirs:
        _agree(ours.counts(tallies), theirs.counts(tallies))
        mine, other = paired_ms(partial(ours.counts, tallies), partial(theirs.counts, tallies), 1)
    yield Row(f"population: {firms.rows:,} firms, Spark local[2]", mine, "DuckDB", other, "<= 2.2 x")


def _tallies(firms: Dataset, question: Question) -> list[Tally]:
    frame = Frame(firms, question.premises, question.seed)
    groups = tuple(group.form for group in frame.groups(GROUPS))
    values = [form for asked in ask(frame, question) for form in asked.forms]
    return [Tally(groups, tuple(f for f in dict.fromkeys(values) if not isinstance(f, Integer | Truth)))]


def _plain(tallies: Sequence[Tally], firms: Dataset) -> list[Counts]:
    return [read_counts(tally, _run(plain_sql(tally, "{source}"), firms)) for tally in tallies]


def _run(statement: str, dataset: Dataset) -> list[tuple[Any, ...]]:
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    source = source_of([dataset.path(part) for part in dataset.parts])
    return connection.execute(statement.replace("{source}", source)).fetchall()


def _agree(ours: object, theirs: object) -> None:
    if ours != theirs:
        raise AssertionError("the population and the reference differ")


if __name__ == "__main__":
    from bench.__main__ import show

    show(measure())
