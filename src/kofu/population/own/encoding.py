"""Rows of the files that a user brings, part by part, as Parquet of integers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kofu.errors import KofuError
from kofu.population.dataset import DRAW, NUMBER, DataColumn, Part
from kofu.population.made.mixing import draw_sql
from kofu.population.own.agreeing import Agreement
from kofu.population.own.cells import Cells, Fact
from kofu.population.own.sources import Source, broken, scan

_MOST_FILES = 64
"""Of which one part is put together."""


@dataclass(frozen=True)
class Piece:
    """Rows of a file that go to one part: from `start` until `end`; the first is row `number` of the population."""

    source: Source
    start: int
    end: int
    number: int

    def prepared(self, cells: Sequence[Cells]) -> str:
        """SQL for its rows with the plain numbers (p) and the texts (s) of the cells."""
        columns = "".join(f", {c.number} AS p{c.place}, {c.said} AS s{c.place}" for c in cells)
        selected = f"SELECT r.file_row_number AS n{columns} FROM {scan(self.source.parquet)} AS r"
        if (self.start, self.end) == (0, self.source.rows):
            return selected
        return f"{selected} WHERE r.file_row_number >= {self.start} AND r.file_row_number < {self.end}"

    def read(self, cells: Sequence[Cells]) -> str:
        """SQL for its rows with the integers (c) of the cells, and whether they are wrong (w)."""
        columns = "".join(f", {c.code} AS c{c.place}, {c.is_unread} AS u{c.place}" for c in cells)
        joins = "".join(f" LEFT JOIN t{c.place} ON t{c.place}.text = {c.text}" for c in cells if c.has_texts)
        wrong = "".join(f", (u{c.place} AND c{c.place} IS NULL) AS w{c.place}" for c in cells)
        return f"SELECT *{wrong} FROM (SELECT n{columns} FROM ({self.prepared(cells)}){joins})"


def pieces(sources: Sequence[Source], part_rows: int) -> Iterator[list[Piece]]:
    """The parts of `part_rows` rows, in the order of the files; fewer rows where they come from many files."""
    part: list[Piece] = []
    number, room = 0, part_rows
    for source in sources:
        start = 0
        while start < source.rows:
            end = min(source.rows, start + room)
            part.append(Piece(source, start, end, number))
            number, room, start = number + end - start, room - (end - start), end
            if not room or len(part) == _MOST_FILES:
                yield part
                part, room = [], part_rows
    if part:
        yield part


class Encoder:
    """Writes parts to a folder; several threads may, each with a cursor of the one connection."""

    def __init__(self, connection: Any, facts: Sequence[Fact], folder: Path, seed: int) -> None:
        self._connection, self._facts, self._folder = connection, facts, folder
        self._draw = draw_sql(seed, DRAW, "n")
        self._agreement = Agreement(facts)
        self._cursors: set[Any] = set()
        self.stopped = False

    def stop(self) -> None:
        """Gives up what is under way."""
        self.stopped = True
        for cursor in list(self._cursors):
            cursor.interrupt()

    def part(self, number: int, some: Sequence[Piece]) -> tuple[Part, tuple[DataColumn, ...]]:
        """Part `number` from pieces of files, and what is in its columns.

        Raises:
            KofuError: the first cell that its fact cannot have, or a file that turns out to be damaged.
        """
        import duckdb

        with self._connection.cursor() as cursor:
            self._cursors.add(cursor)
            try:
                if self.stopped:
                    raise duckdb.InterruptException("stopped")
                return self._part(cursor, number, some)
            except (duckdb.InterruptException, duckdb.OutOfMemoryException):
                raise
            except duckdb.Error:
                self._explain(cursor, some)
                raise
            finally:
                self._cursors.discard(cursor)

    def _part(self, cursor: Any, number: int, some: Sequence[Piece]) -> tuple[Part, tuple[DataColumn, ...]]:
        by_piece = [(piece, self._cells(piece.source)) for piece in some]
        for place, fact in enumerate(self._facts):
            self._learn(cursor, fact, [(piece, cells[place]) for piece, cells in by_piece])
        path = self._folder / f"part-{number:05d}.parquet"
        target = str(path).replace("'", "''")
        cursor.execute(f"COPY ({self._selected(by_piece)}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        if contradiction := self._agreement.first(cursor, target):
            row, why = contradiction
            piece = next(p for p in reversed(some) if p.number <= row)
            ja, en = piece.source.place(row - piece.number + piece.start + 1)
            raise KofuError(f"{ja}: {why.ja}", f"{en}: {why.en}")
        rows = sum(piece.end - piece.start for piece in some)
        return Part(path.name, rows, path.stat().st_size), self._columns(cursor, target)

    def _cells(self, source: Source) -> list[Cells]:
        """The cells of the facts in a file."""
        found = []
        for number, fact in enumerate(self._facts):
            place = source.names.index(fact.name)
            column = source.columns[place].replace('"', '""')
            found.append(Cells(fact, f'r."{column}"', source.types[place], number))
        return found

    def _learn(self, cursor: Any, fact: Fact, some: Sequence[tuple[Piece, Cells]]) -> None:
        """Makes the table of the texts that Python reads in this part."""
        queries = [
            f"SELECT {c.text} AS text FROM ({piece.prepared([c])})" for piece, c in some if c.has_texts
        ]
        if not queries:
            return
        union = " UNION ALL ".join(queries)
        found = cursor.execute(f"SELECT DISTINCT text FROM ({union}) WHERE text IS NOT NULL").fetchall()
        known = fact.learn(self._unless_stopped(found))
        codes = [None if code is None else int(code) for code in known.values()]
        cursor.execute(
            f"CREATE OR REPLACE TEMP TABLE t{some[0][1].place} AS "
            "SELECT unnest($1::VARCHAR[]) AS text, unnest($2::BIGINT[]) AS code",
            [list(known), codes],
        )

    def _unless_stopped(self, found: Iterable[tuple[str]]) -> Iterator[str]:
        """The texts, each of which takes Python some 0.1 ms."""
        import duckdb

        for (text,) in found:
            if self.stopped:
                raise duckdb.InterruptException("stopped")
            yield text

    def _selected(self, some: Sequence[tuple[Piece, Sequence[Cells]]]) -> str:
        """SQL for the integers of a part; it fails at a cell that cannot be read."""
        pieces = " UNION ALL ".join(
            f"SELECT * REPLACE (CAST(n + {piece.number - piece.start} AS BIGINT) AS n) FROM ({piece.read(cells)})"
            for piece, cells in some
        )
        codes = "".join(
            f", CASE WHEN w{i} THEN CAST(error('refused') AS {fact.sql_type}) ELSE c{i} END AS \"{fact.name}\""
            for i, fact in enumerate(self._facts)
        )
        return f'SELECT n AS "{NUMBER}", CAST({self._draw} AS INTEGER) AS "{DRAW}"{codes} FROM ({pieces})'

    def _columns(self, cursor: Any, path: str) -> tuple[DataColumn, ...]:
        """What a part holds, from the statistics of its row groups."""
        found: dict[str, tuple[Any, ...]] = {
            row[0]: row[1:]
            for row in cursor.execute(
                "SELECT path_in_schema, min(TRY_CAST(stats_min_value AS BIGINT)), "
                "max(TRY_CAST(stats_max_value AS BIGINT)), sum(stats_null_count)::BIGINT "
                f"FROM parquet_metadata('{path}') GROUP BY ALL"
            ).fetchall()
        }
        columns = []
        for fact in self._facts:
            low, high, nulls = found[fact.name]
            if fact.kind == "truth":
                low, high = 0, 1
            columns.append(fact.column(low, high, nulls))
        return tuple(columns)

    def _explain(self, cursor: Any, some: Sequence[Piece]) -> None:
        """Raises the error of the first wrong cell, or of a file that cannot be read; nothing where all is well."""
        import duckdb

        for piece in some:
            cells = self._cells(piece.source)
            try:
                first = [self._first(cursor, piece, cells, place) for place in range(len(cells))]
            except duckdb.Error as error:
                raise broken(piece.source.path) from error
            wrong = [
                (row, place, cell) for place, found in enumerate(first) if found for row, cell in [found]
            ]
            if wrong:
                row, place, cell = min(wrong, key=lambda item: item[:2])
                name, why = self._facts[place].name, self._facts[place].refusal(cell)
                ja, en = piece.source.place(row + 1)
                raise KofuError(f"{ja}: 列「{name}」: {why.ja}", f"{en}: column {name!r}: {why.en}")

    def _first(self, cursor: Any, piece: Piece, cells: Sequence[Cells], place: int) -> tuple[int, Any] | None:
        """The first wrong cell of a column, with its row in the file from 0."""
        one = cells[place]
        wrong = cursor.execute(f"SELECT min(n) FROM ({piece.read([one])}) WHERE w{place}").fetchone()
        if wrong is None or wrong[0] is None:
            return None
        row = (
            f"SELECT {one.column} FROM {scan(piece.source.parquet)} AS r WHERE r.file_row_number = {wrong[0]}"
        )
        return wrong[0], cursor.execute(row).fetchone()[0]
