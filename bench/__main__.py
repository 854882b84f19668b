"""Runs every measurement and prints the table."""

from __future__ import annotations

import importlib
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from bench.clock import Row, Work, inside_ms, paired_ms, process
from bench.made_up import many
from kofu.catalogue.build import build
from kofu.catalogue.search import Query, search
from kofu.catalogue.store import Store, open_store

SOURCES = Path(__file__).parents[2] / "shared" / "sources"
QUERIES = (
    "省エネ",
    "補助",
    "中小企業 賃上げ",
    "なりわい",
    "JOGMEC",
    "電",
    "半導体",
    "グループ補助金",
    "石油",
    "zeh",
)
_IMPORTS = "from kofu.catalogue.store import open_store; from kofu.programme.model import Programme"
_LOAD = "programmes = list(open_store().programmes())"
_REFERENCE = """
import sqlite3, json
from kofu.catalogue.store import open_store
path = open_store().path
import time; start = time.perf_counter()
rows = sqlite3.connect(path).execute("SELECT json FROM programme").fetchall()
programmes = [json.loads(text) for (text,) in rows]
print((time.perf_counter() - start) * 1000)
"""


def _timed(before: str, timed: str) -> str:
    """A program that prints the milliseconds that `timed` takes, `before` not counted."""
    clock = "import time; start = time.perf_counter()"
    return "\n".join([before, clock, timed, "print((time.perf_counter() - start) * 1000)"])


def main() -> None:
    """Measure everything and print the table."""
    show(rows())


def show(rows: Iterable[Row]) -> None:
    """Print a table: what, ours, reference, ratio, target."""
    print(f"Python {sys.version.split()[0]}; medians in milliseconds; ratio: ours / reference\n")
    print(f"{'what':48} {'ours':>9} {'reference':>25} {'theirs':>9} {'ratio':>7}  target")
    for row in rows:
        theirs = "" if row.theirs is None else f"{row.theirs:9.2f}"
        ratio = "" if row.ratio is None else f"{row.ratio:7.2f}"
        print(
            f"{row.what:48} {row.ours:9.2f} {row.reference:>25} {theirs:>9} {ratio:>7}  {row.target}",
            flush=True,
        )


def rows() -> Iterator[Row]:
    """Every measurement, as it is taken."""
    bare = process("-c", "pass")
    yield _row("import kofu (new process)", process("-c", "import kofu"), "python -c pass", bare, "< 150", 11)
    yield _row(
        "kofu --help (new process)", process("-m", "kofu.cli", "--help"), "python -c pass", bare, "< 400", 11
    )
    store = open_store()
    plain = inside_ms(_REFERENCE, 11)
    cold = inside_ms(_timed(_IMPORTS, _LOAD), 11)
    yield Row("load 114 programmes (cold process)", cold, "json.loads of the same", plain, "< 150")
    whole = inside_ms(_timed("", f"{_IMPORTS}\n{_LOAD}"), 11)
    pydantic = inside_ms(_timed("", "import pydantic; pydantic.BaseModel"), 11)
    yield Row("the same with all imports", whole, "import pydantic", pydantic, "")
    yield from _reading()
    yield from _searching(store, "114", "< 2", 30)
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.sqlite"
        build(large, many(list(store.programmes()), 50_000))
        yield from _searching(Store(large), "50,000", "< 5", 5)
    yield from _pages()
    for name in ("rules", "columns", "combine", "proof", "engines"):
        yield from importlib.import_module(f"bench.{name}").measure()


def _row(what: str, ours: Work, reference: str, theirs: Work, target: str, runs: int) -> Row:
    mine, other = paired_ms(ours, theirs, runs)
    return Row(what, mine, reference, other, target)


def _reading() -> Iterator[Row]:
    from kofu.reading.reader import read_file

    files = sorted(SOURCES.glob("*.txt"))
    if not files:
        print("reading both documents: skipped, the documents are not beside this checkout")
        return

    def plain() -> None:
        for path in files:
            unicodedata.normalize("NFKC", path.read_text(encoding="utf-8")).splitlines()

    yield _row(
        "read both documents", lambda: [read_file(p) for p in files], "read and NFKC", plain, "< 2000", 3
    )


def _searching(store: Store, size: str, target: str, runs: int) -> Iterator[Row]:
    """The median query: each query's median, then the median over the queries."""
    pairs = [
        paired_ms(partial(search, store, Query(words)), partial(_scan, store, words), runs)
        for words in QUERIES
    ]
    ours, theirs = (sorted(pair[side] or 0.0 for pair in pairs)[len(pairs) // 2] for side in (0, 1))
    yield Row(f"search, {size} programmes (median query)", ours, "LIKE scan", theirs, target)


def _scan(store: Store, words: str) -> object:
    like = [f"%{word}%" for word in words.split()]
    where = " AND ".join("json LIKE ?" for _ in like)
    return store.connection.execute(f"SELECT id FROM programme WHERE {where} LIMIT 20", like).fetchall()


def _pages() -> Iterator[Row]:
    from bench.pages import measure

    yield from measure()


if __name__ == "__main__":
    main()
