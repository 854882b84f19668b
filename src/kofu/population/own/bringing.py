"""A population that users bring: Parquet or CSV files whose columns are facts by their names.

The files are read once, in parts that go to Parquet as integers, so memory does not grow with them. Nothing stands
in the folder until all of it is whole: the parts are made beside it and moved there at the end.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from kofu.errors import KofuError
from kofu.population.dataset import DRAW, DRAWN, NUMBER, DataColumn, Dataset, Part
from kofu.population.own.cells import Fact
from kofu.population.own.encoding import Encoder, pieces
from kofu.population.own.sources import Source, find, read_source, scan
from kofu.rules.case import read_case, spec_of
from kofu.rules.vocabulary import normal

PART_ROWS = 1_000_000
_IDS = {NUMBER, "id"}
_WORKERS = 4  # parts at once; each holds its rows in memory

Tick = Callable[[int, int], None]
"""Called with the rows that are done and the rows there are."""


def bring(
    files: Sequence[Path],
    folder: Path,
    *,
    ignore: Collection[str] = (),
    represents: int | None = None,
    seed: int = 1,
    unit: str = "企業",
    part_rows: int = PART_ROWS,
    memory: str | None = None,
    tick: Tick | None = None,
) -> Dataset:
    """The population in `files` (names, folders, patterns), written to `folder`, which must not be there or be empty.

    A column is a fact by its name; plain numbers are in the unit of the fact, texts as everywhere (500万円, はい).
    Empty cells are unknown. A column 番号 or id names the rows and must not repeat. `ignore`: columns that are no
    facts. `represents`: how many there are in the nation. `memory`: the most that DuckDB may take (4GB).

    Raises:
        KofuError: a file that cannot be read, a column that is no fact, a cell its fact cannot have (with file,
            row and column), no rows, ids that repeat, a folder that is not empty, a disk that is full.
    """
    import duckdb

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise KofuError(
            f"{folder}: 空のフォルダーではありません。別の場所を指定してください",
            f"{folder}: is not an empty folder; name another place",
        )
    work: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        work.chmod(0o755)
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.execute(f"SET temp_directory = '{str(work / 'spill').replace(chr(39), chr(39) * 2)}'")
            if memory:
                connection.execute("SET memory_limit = ?", [memory])
            dataset = _brought(connection, find(files), work, ignore, seed, part_rows, tick)
        dataset = replace(dataset, unit=unit, represents=represents)
        dataset.save()
        if folder.exists():
            folder.rmdir()
        work.replace(folder)
        return replace(dataset, folder=folder)
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise _stopped(folder, error) from error
    except RuntimeError as error:
        if "interrupted" in str(error):  # what DuckDB makes of Ctrl-C in the thread that called it
            raise KeyboardInterrupt from error
        raise
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)


def _stopped(folder: Path, error: Exception) -> KofuError:
    what = str(error).split("\n", 1)[0]
    if "memory" in what.lower():
        return KofuError(
            f"{folder}: メモリーが足りません（{what}）。上限を増やしてください",
            f"{folder}: out of memory ({what}); raise the limit",
        )
    return KofuError(
        f"{folder}: 書けませんでした（{what}）。ディスクの空きと権限を確かめてください。何も残していません",
        f"{folder}: could not be written ({what}); check space and rights of the disk; nothing is left behind",
    )


def _brought(
    connection: Any,
    paths: Sequence[Path],
    work: Path,
    ignore: Collection[str],
    seed: int,
    part_rows: int,
    tick: Tick | None,
) -> Dataset:
    sources = [read_source(connection, path, work) for path in paths]
    ignored = {normal(name).strip() for name in ignore}
    facts = _facts(sources, ignored)
    if not any(source.rows for source in sources):
        raise KofuError(
            f"{paths[0]}: 行がありません。1行以上あるファイルを指定してください",
            f"{paths[0]}: holds no row; bring a file with one row at least",
        )
    _distinct_ids(connection, sources, ignored)
    encoder = Encoder(connection, facts, work, seed)
    parts, columns, sums = _encoded(encoder, sources, part_rows, tick)
    for path in work.glob("texts-*"):
        path.unlink()
    made = {
        "files": [
            {"name": source.path.name, "rows": source.rows, "sha256": digest}
            for source, digest in zip(sources, sums, strict=True)
        ],
        "ignored": sorted(ignored),
        "seed": seed,
    }
    title = paths[0].name + (f" ほか{len(paths) - 1}ファイル" if len(paths) > 1 else "")
    rows = sum(part.rows for part in parts)
    own = DataColumn(NUMBER, "number", 0, rows - 1), DataColumn(DRAW, "number", 0, DRAWN - 1)
    facts_found = map(_together, zip(*columns, strict=True))
    return Dataset(work, title, "", (*own, *facts_found), parts, None, made)


def _encoded(
    encoder: Encoder, sources: Sequence[Source], part_rows: int, tick: Tick | None
) -> tuple[tuple[Part, ...], list[tuple[DataColumn, ...]], list[str]]:
    """The parts, what is in the columns of each, and the SHA-256 of each file."""
    rows, done = sum(source.rows for source in sources), 0
    parts, columns = [], []
    with ThreadPoolExecutor(min(_WORKERS, os.cpu_count() or 1) + 1) as pool:
        sums = [pool.submit(_sha256, source.path, encoder) for source in sources]
        futures = [pool.submit(encoder.part, n, some) for n, some in enumerate(pieces(sources, part_rows))]
        try:
            for future in futures:
                part, found = future.result()
                parts.append(part)
                columns.append(found)
                done += part.rows
                if tick is not None:
                    tick(done, rows)
            return tuple(parts), columns, [future.result() for future in sums]
        except BaseException:
            encoder.stop()
            pool.shutdown(cancel_futures=True)
            raise


def _together(columns: Sequence[DataColumn]) -> DataColumn:
    """One column of all parts."""
    lows, highs = ([end for end in ends if end is not None] for ends in ([c.low for c in columns], [c.high for c in columns]))  # fmt: skip
    nulls = sum(column.nulls for column in columns)
    return replace(columns[0], low=min(lows, default=0), high=max(highs, default=0), nulls=nulls)


def _sha256(path: Path, encoder: Encoder) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while not encoder.stopped and (block := file.read(2**20)):
            digest.update(block)
    return digest.hexdigest()


def _facts(sources: Sequence[Source], ignored: Collection[str]) -> list[Fact]:
    """The facts that are columns, the same of each file."""
    for name in sorted(ignored):
        if not any(name in source.names for source in sources):
            raise KofuError(
                f"{sources[0].path}: 無視する「{name}」という列がありません。名前を確かめてください",
                f"{sources[0].path}: has no column {name!r} to ignore; check the name",
            )
    first, names = sources[0], _fact_names(sources[0], ignored)
    for other in sources[1:]:
        found = _fact_names(other, ignored)
        for name in [*names, *found]:
            if name not in names or name not in found:
                lacks, has = (first, other) if name not in names else (other, first)
                raise KofuError(
                    f"{lacks.path}: 「{name}」という列がありません（{has.path} にはあります）。列をそろえるか、--ignore {name} で除いてください",
                    f"{lacks.path}: lacks the column {name!r} that {has.path} has; make them match, or --ignore {name}",
                )
    if not names:
        raise KofuError(
            f"{first.path}: 事実の列がありません。見出しに事実の名前を書いてください（kofu facts で一覧）",
            f"{first.path}: has no column that is a fact; head the columns by facts (kofu facts lists them)",
        )
    return [Fact(spec) for name in names if (spec := spec_of(name)) is not None]


def _fact_names(source: Source, ignored: Collection[str]) -> list[str]:
    names = [name for name in source.names if name not in ignored and name.lower() not in _IDS]
    for name in names:
        try:
            read_case({name: None})
        except KofuError as error:
            raise KofuError(
                f"{source.path}: 列「{name}」: {error.ja}。事実でない列は --ignore {name} で除いてください",
                f"{source.path}: column {name!r}: {error.en}; leave out a column that is no fact with --ignore {name}",
            ) from error
    return names


def _distinct_ids(connection: Any, sources: Sequence[Source], ignored: Collection[str]) -> None:
    """Refuses an id that stands twice."""
    found: list[tuple[int, str, str]] = []
    for number, source in enumerate(sources):
        ids = [i for i, name in enumerate(source.names) if name.lower() in _IDS and name not in ignored]
        if len(ids) > 1:
            one, two = (source.names[i] for i in ids[:2])
            raise KofuError(
                f"{source.path}: 「{one}」と「{two}」はどちらも番号の列です。--ignore {two} で1つにしてください",
                f"{source.path}: {one!r} and {two!r} both number the rows; keep one with --ignore {two}",
            )
        found += [(number, '"' + source.columns[i].replace('"', '""') + '"', source.types[i]) for i in ids]
    if not found:
        return
    as_text = len({kind for _, _, kind in found}) > 1
    rows = " UNION ALL ".join(
        f"SELECT {f'CAST({column} AS VARCHAR)' if as_text else column} AS id, {number} AS file, "
        f"file_row_number AS n FROM {scan(sources[number].parquet)} WHERE {column} IS NOT NULL"
        for number, column, _ in found
    )
    twice = connection.execute(f"SELECT id FROM ({rows}) GROUP BY id HAVING count(*) > 1 LIMIT 1").fetchone()
    if twice is None:
        return
    (a, row, identifier), (b, other, _) = connection.execute(
        f"WITH rows AS ({rows}), first AS (SELECT id FROM rows GROUP BY id HAVING count(*) > 1 "
        "ORDER BY min((file, n)) LIMIT 1) SELECT file, n, id FROM rows SEMI JOIN first USING (id) "
        "ORDER BY file, n LIMIT 2"
    ).fetchall()
    (ja, en), (ja2, en2) = sources[a].place(row + 1), sources[b].place(other + 1)
    raise KofuError(
        f"番号 {identifier} が2回あります（{ja} と {ja2}）。1つにしてください",
        f"the id {identifier} stands twice ({en} and {en2}); keep one",
    )
