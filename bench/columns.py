"""Columns: rules over a million firms, beside the same integer form in NumPy and beside SQL written by hand.

REF: every rule in NumPy, in chunks of 16k rows, one thread. The two are timed in turn. Every sum is compared:
a difference stops the benchmark.
"""

from __future__ import annotations

import importlib.util
import re
import statistics
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from bench.clock import Row, Work, inside_ms, paired_ms
from bench.usual import BY_HAND, family, usual
from kofu.catalogue.store import open_store
from kofu.rules.check import default_rules
from kofu.rules.columns.batches import batches
from kofu.rules.columns.duckdb import BEFORE, DUCKDB
from kofu.rules.columns.families import families, select_family
from kofu.rules.columns.form import (
    COMPUTE,
    Binary,
    Case,
    Column,
    Compare,
    Extreme,
    Floor,
    Form,
    Integer,
    Logic,
    Member,
    Not,
    Truth,
    walk,
)
from kofu.rules.columns.normal import Normaliser
from kofu.rules.columns.plan import plan
from kofu.rules.columns.select import select
from kofu.rules.exact import COMPARE
from kofu.rules.rule import Rule

_CHUNK = 16_384
_FIRMS = 1_000_000
Sums = dict[str, int]


def measure() -> Iterator[Row]:
    """Every measurement of the columns reader; those beside NumPy only where it is installed."""
    rules = _rules()
    yield from _planning(rules)
    normaliser = Normaliser()
    one = {name: normaliser.normalise(node)[0] for name, node in usual().items()}
    for firms, runs in ((_FIRMS, 7), (10 * _FIRMS, 3)):
        yield from _by_hand(one, firms, runs)
    try:
        import numpy  # noqa: F401
    except ImportError:
        print("columns beside REF: skipped, NumPy is not installed")
        return
    yield from _all_rules(_totals(rules))
    alike = {f"r{i}": normaliser.normalise(node)[0] for i, node in enumerate(family(113))}
    yield from _family(alike)
    yield from _openfisca({"支援額": one["支援額"]})


def _rules() -> list[Rule]:
    return [rule for programme in open_store().programmes() for rule in default_rules(programme)]


def _totals(rules: list[Rule]) -> dict[str, Form]:
    normaliser = Normaliser()
    return {f"r{i}": normaliser.normalise(rule.total)[0] for i, rule in enumerate(rules)}


def megabytes(firms: str, with_rules: bool) -> int:
    """The most memory of this process after it read the file of firms and, `with_rules`, worked out every rule."""
    totals = _totals(_rules())
    connection = _connect()
    connection.execute(f"CREATE VIEW firms AS SELECT * FROM '{firms}'")
    if with_rules:
        _sums(connection, _batches(totals))
    else:
        connection.execute("SELECT max(COLUMNS(*)) FROM firms").fetchall()
    status = Path("/proc/self/status").read_text()  # ru_maxrss would count the process that started this one
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1024


def _memory(connection: duckdb.DuckDBPyConnection) -> Row:
    """From a file: in memory the firms alone, with every fact that the rules read, are larger."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/firms.parquet"
        connection.execute(f"COPY firms TO '{path}'")
        code = "from bench.columns import megabytes; print(megabytes({!r}, {}))"
        ours, theirs = (inside_ms(code.format(path, which), 1) for which in (True, False))
    return Row("columns: all rules from Parquet, peak MB", ours, "reading the file", theirs, "<= 500")


def _openfisca(forms: Mapping[str, Form]) -> Iterator[Row]:
    if importlib.util.find_spec("openfisca_core") is None:
        print("columns beside openfisca-core: skipped, it is not installed")
        return
    from bench.openfisca import measure

    connection = _table(forms, _FIRMS, 0.0)
    text = select(DUCKDB, forms, "firms")
    arrays = connection.execute("SELECT * FROM firms").fetchnumpy()
    exact = connection.execute(text).fetchnumpy()["支援額"]
    yield from measure(arrays, exact, partial(_sums, connection, [(text, list(forms))]))


def _planning(rules: list[Any]) -> Iterator[Row]:
    by_programme: dict[str, list[Any]] = {}
    for rule in rules:
        by_programme.setdefault(rule.programme, []).append(rule)
    taken = []
    for some in by_programme.values():
        start = time.perf_counter()
        plan(some, "nothing")
        taken.append((time.perf_counter() - start) * 1000)
    median, most = statistics.median(taken), max(taken)
    yield Row(f"columns: plan one programme (most {most:.1f})", median, "", None, "<= 5")


def _by_hand(forms: Mapping[str, Form], firms: int, runs: int) -> Iterator[Row]:
    text = select(DUCKDB, forms, "firms")
    for gaps, what in ((0.0, "no gaps"), (0.05, "5 % unknown")):
        connection = _table(forms, firms, gaps)
        ours, theirs = (
            partial(_sums, connection, [(text, list(forms))]),
            partial(_sums, connection, [(BY_HAND, list(forms))]),
        )
        _agree(ours(), theirs())
        mine, other = paired_ms(ours, theirs, runs)
        yield Row(f"columns: one rule, {firms:,} firms, {what}", mine, "SQL by hand", other, "<= 1.25 x")


def _all_rules(forms: Mapping[str, Form]) -> Iterator[Row]:
    connection = _table(forms, _FIRMS, 0.0)
    statements = _batches(forms, _certain(connection))

    def ours() -> Sums:
        _certain(connection)
        return _sums(connection, statements)

    what = f"columns: all {len(forms)} rules, 10^6 firms"
    yield from _beside_reference(what, connection, ours, forms, "<= 0.56 x")
    yield _memory(connection)


def _certain(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The columns without gaps, counted as `Plan.survey` does: what is known of them need not be checked again."""
    counted = connection.execute("SELECT count(*), count(COLUMNS(*)) FROM firms")
    names = [name for name, *_ in counted.description][1:]
    rows, *known = counted.fetchall()[0]
    return [name for name, count in zip(names, known, strict=True) if count == rows]


def _batches(forms: Mapping[str, Form], certain: Collection[str] = ()) -> list[tuple[str, list[str]]]:
    """As `plan` has them."""
    return [
        (select(DUCKDB, part, "firms", certain=certain), list(part))
        for part in batches([{name: form} for name, form in forms.items()])
    ]


def _family(forms: Mapping[str, Form]) -> Iterator[Row]:
    connection = _table(forms, _FIRMS, 0.0)
    certain = _certain(connection)
    texts = [select_family(DUCKDB, some, "firms", certain=certain) for some in families(forms)]

    def ours() -> Sums:
        _certain(connection)
        found: Sums = {}
        for text in texts:
            rows = connection.execute(f"SELECT rule, sum(value) FROM ({text}) GROUP BY rule").fetchall()
            found.update({name: int(total) for name, total in rows})
        return found

    what = f"columns: {len(forms)} rules, {len(texts)} shapes, 10^6 firms"
    yield from _beside_reference(what, connection, ours, forms, "<= 0.25 x")


def _beside_reference(
    what: str, connection: Any, ours: Work, forms: Mapping[str, Form], target: str
) -> Iterator[Row]:
    """By the clock, where two threads stand against one, and by the work of the processors."""
    arrays = connection.execute("SELECT * FROM firms").fetchnumpy()
    theirs = partial(_reference, arrays, forms)
    _agree(ours(), theirs())
    mine, other = paired_ms(ours, theirs, 3)
    yield Row(what, mine, "NumPy, one thread", other, target)
    mine, other = paired_ms(ours, theirs, 3, time.process_time)
    yield Row("  the same, time of the processors", mine, "NumPy, one thread", other, "")


def _agree(ours: Any, theirs: Any) -> None:
    wrong = [name for name in theirs if ours[name] != theirs[name]]
    if wrong:
        raise AssertionError(f"columns and the reference differ: {wrong}")


def _sums(connection: duckdb.DuckDBPyConnection, statements: list[tuple[str, list[str]]]) -> Sums:
    found: Sums = {}
    for text, names in statements:
        wanted = ", ".join(f'sum("{name}")' for name in names)
        row = connection.execute(f"SELECT {wanted} FROM ({text})").fetchall()[0]
        found.update(zip(names, map(int, row), strict=True))
    return found


def _table(forms: Mapping[str, Form], firms: int, gaps: float) -> duckdb.DuckDBPyConnection:
    """A table of firms with everything that the forms read, made the same each time."""
    connection = _connect()
    connection.execute("SELECT setseed(0.5)")
    columns = {form.name: form for form in walk(forms.values()) if isinstance(form, Column)}
    made = ", ".join(f"{_random(form, gaps)} AS {DUCKDB.name_of(name)}" for name, form in columns.items())
    connection.execute(f"CREATE TABLE firms AS SELECT {made} FROM range({firms})")
    return connection


def _connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for statement in (*BEFORE, "SET enable_progress_bar = false"):
        connection.execute(statement)
    return connection


def _random(column: Column, gaps: float) -> str:
    width = min(column.high, 30_000_000) - column.low + 1
    value = (
        "random() < 0.5"
        if column.kind == "truth"
        else f"CAST(floor({column.low} + random() * {width}) AS BIGINT)"
    )
    return f"CASE WHEN random() >= {gaps} THEN {value} END" if gaps else value


def _reference(arrays: Mapping[str, Any], forms: Mapping[str, Form]) -> Sums:
    """REF: each rule for itself, 16k rows at a time."""
    import numpy

    firms = len(next(iter(arrays.values())))
    found = dict.fromkeys(forms, 0)
    orders = {name: walk([form]) for name, form in forms.items()}
    for start in range(0, firms, _CHUNK):
        chunk = {name: array[start : start + _CHUNK] for name, array in arrays.items()}
        count = min(_CHUNK, firms - start)
        for name, order in orders.items():
            values: dict[Form, Any] = {}
            for form in order:
                values[form] = _numpy(form, values, chunk, numpy)
            found[name] += int(numpy.sum(numpy.broadcast_to(values[order[-1]], count)))
    return found


def _numpy(form: Form, values: Mapping[Form, Any], chunk: Mapping[str, Any], numpy: Any) -> Any:
    match form:
        case Integer():
            return numpy.int64(form.value)
        case Truth():
            return numpy.bool_(form.value)
        case Column():
            return chunk[form.name]
        case Binary():
            return COMPUTE[form.op](values[form.left], values[form.right])
        case Floor():
            return values[form.item] // values[form.divisor]
        case Extreme():
            pick = numpy.minimum if form.op == "min" else numpy.maximum
            return pick(values[form.left], values[form.right])
        case Compare():
            return COMPARE[form.op](values[form.left], values[form.right])
        case Member():
            return (values[form.mask] >> values[form.item]) & 1 == 1
        case Logic():
            join = numpy.logical_and if form.op == "and" else numpy.logical_or
            return join.reduce([values[item] for item in form.items])
        case Not():
            return ~values[form.item]
        case Case():
            result = values[form.otherwise]
            for condition, value in reversed(form.branches):
                result = numpy.where(values[condition], values[value], result)
            return result
        case _:
            raise TypeError(f"not in these rules: {form}")


if __name__ == "__main__":
    from bench.__main__ import show

    show(measure())
