"""The files that a user brings: which they are, what their columns are called, and CSV as Parquet of its texts.

A file is known by what it holds, not by its name: Parquet by its marks at both ends, anything else must be CSV
(comma or tab) in UTF-8, UTF-16 with its mark or CP932, as Japanese spreadsheets write it.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kofu.errors import KofuError
from kofu.rules.vocabulary import normal

_SUFFIXES = (".parquet", ".pq", ".csv", ".tsv")
_MARK = b"PAR1"
_BLOCK = 2**22
_LONGEST_HEAD = 2**20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Source:
    """A file with its columns. DuckDB reads `parquet`, which is the file itself, or the texts of a CSV file."""

    path: Path
    names: tuple[str, ...]
    """As facts are called: in NFKC, without spaces around."""
    columns: tuple[str, ...]
    """What DuckDB calls the same columns."""
    types: tuple[str, ...]
    parquet: Path
    rows: int = 0
    encoding: str | None = None
    """Of a CSV file."""

    def place(self, row: int) -> tuple[str, str]:
        """Where a row (from 1) stands, in Japanese and English: a line of a CSV file, a row of a Parquet file."""
        if self.encoding is None:
            return f"{self.path}の{row}行目", f"{self.path}, row {row}"
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter="\t" if "\t" in file.readline() else ",")
            file.seek(0)
            lines = (reader.line_num for cells in reader if cells or len(self.names) == 1)
            line = next((line for number, line in enumerate(lines) if number == row), row + 1)
        return f"{self.path}:{line}", f"{self.path}:{line}"


def find(files: Sequence[Path]) -> list[Path]:
    """The files meant by names of files, of folders (every Parquet and CSV file below) and by patterns such as *.csv.

    Raises:
        KofuError: where nothing is there.
    """
    found: dict[Path, None] = {}
    for given in files:
        if given.is_dir():
            below = sorted(path for path in given.rglob("*") if _is_table(path.relative_to(given)))
            some = [path for path in below if path.is_file()]
            for path in some:
                _no_values(path, path.relative_to(given))
        elif given.exists():
            some = [given]
        else:
            root = Path(given.anchor)
            some = sorted(root.glob(str(given.relative_to(root))))
        if not some:
            ja, en = ("Parquet か CSV がありません", "holds no Parquet or CSV file") if given.is_dir() else ("ファイルがありません", "no such file")  # fmt: skip
            raise _wrong(given, f"{ja}。場所と名前を確かめてください", f"{en}; check the path")
        found |= dict.fromkeys(some)
    if not found:
        raise KofuError("母集団のファイルを1つ以上指定してください", "name one file of a population at least")
    return list(found)


def _no_values(path: Path, below: Path) -> None:
    """Refuses a table that is cut up by the values of a column, which stand in the names of its folders only."""
    if named := next((part for part in below.parts[:-1] if "=" in part), None):
        column = named.split("=", 1)[0]
        raise _wrong(
            path,
            f"列「{column}」の値がフォルダー名だけにあります。その列もファイルに書いてください",
            f"the column {column!r} stands in the names of folders only; write it into the files",
        )


def _is_table(path: Path) -> bool:
    """Whether a file in a folder is data: what Spark writes beside it starts with _ or a dot."""
    return path.suffix.lower() in _SUFFIXES and not any(part[0] in "._" for part in path.parts)


def read_source(connection: Any, path: Path, work: Path) -> Source:
    """The columns of a file and its rows; of a CSV file the texts go as Parquet to `work`.

    Raises:
        KofuError: a file that cannot be read, or that is cut or neither Parquet nor CSV; a column without a name.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
            file.seek(max(0, path.stat().st_size - 4))
            end = file.read()
    except OSError as error:
        raise _wrong(path, f"読めません（{error.strerror}）", f"cannot be read ({error.strerror})") from error
    if not start:
        raise _wrong(
            path,
            "空のファイルです。見出しと行のあるファイルを指定してください",
            "is empty; bring a file with a heading and rows",
        )
    if start[:4] == _MARK or path.suffix.lower() in (".parquet", ".pq"):
        if start[:4] != _MARK or end != _MARK:
            raise broken(path)
        return _parquet(connection, Source(path, (), (), (), path))
    return _csv(connection, path, start, work)


def broken(path: Path) -> KofuError:
    """What to say of a Parquet file that is cut or damaged."""
    return _wrong(
        path,
        "Parquet として読めません。途中で切れているか壊れています。もう一度書き出してください",
        "cannot be read as Parquet: it is cut or damaged; write it again",
    )


def _parquet(connection: Any, source: Source) -> Source:
    import duckdb

    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {scan(source.parquet, 'false')}").fetchall()
        (rows,) = connection.execute(
            f"SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata({quoted(source.parquet)})"
        ).fetchone()
    except duckdb.Error as error:
        raise broken(source.path) from error
    columns = tuple(str(row[0]) for row in described)
    return _named(
        replace(source, columns=columns, types=tuple(str(r[1]) for r in described), rows=rows), columns
    )


def _named(source: Source, headings: Sequence[str]) -> Source:
    names = tuple(normal(heading).strip() for heading in headings)
    for place, name in enumerate(names):
        if not name:
            raise _wrong(
                source.path,
                f"{place + 1}列目に見出しがありません。名前を付けるか列を消してください",
                f"column {place + 1} has no heading; name or remove it",
            )
        if name in names[:place]:
            raise _wrong(
                source.path,
                f"「{name}」という列が2つあります。1つにしてください",
                f"the column {name!r} stands twice; keep one",
            )
    return replace(source, names=names)


def _csv(connection: Any, path: Path, start: bytes, work: Path) -> Source:
    if (b"\0" in start and start[:2] not in _UTF16) or start[:4] == b"PK\3\4":
        raise _wrong(
            path,
            "Parquet でも CSV でもありません。どちらかで保存し直してください",
            "is neither Parquet nor CSV; save it as one of them",
        )
    encoding = "utf-16" if start[:2] in _UTF16 else _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            line = file.readline(_LONGEST_HEAD).rstrip("\r\n")
    except UnicodeError as error:
        raise _not_text(path) from error
    delimiter = "\t" if "\t" in line else ","
    try:
        (headings,) = csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, strict=True)
    except (csv.Error, ValueError) as error:
        raise _wrong(
            path,
            "見出しの行を CSV として読めません。引用符を確かめ、1行目に見出しを書いてください",
            "the heading cannot be read as CSV; check the quotes and write it in the first line",
        ) from error
    source = Source(
        path,
        (),
        tuple(f"c{i}" for i in range(len(headings))),
        ("VARCHAR",) * len(headings),
        work,
        encoding=encoding,
    )
    source = _named(source, headings)
    return _staged(connection, source, delimiter, work)


def _staged(connection: Any, source: Source, delimiter: str, work: Path) -> Source:
    import duckdb

    number = sum(1 for _ in work.glob("texts-*"))
    target, plain = work / f"texts-{number}.parquet", source.path
    if source.encoding not in ("utf-8", "utf-8-sig"):
        plain = work / "utf-8.csv"
        _rewrite(source, plain)
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in source.columns)
    read = f"read_csv({quoted(plain)}, header=true, auto_detect=false, columns={{{columns}}}, delim='{delimiter}', quote='\"', escape='\"')"
    try:
        connection.execute(f"COPY (FROM {read}) TO '{_sql(target)}' (FORMAT parquet, COMPRESSION snappy)")
    except duckdb.InvalidInputException as error:
        raise _ragged(source.path, str(error)) from error
    if plain != source.path:
        plain.unlink()
    return replace(_parquet(connection, replace(source, parquet=target)), names=source.names)


def _rewrite(source: Source, target: Path) -> None:
    """The same file in UTF-8, block by block."""
    try:
        with source.path.open(encoding=source.encoding, newline="") as old, target.open("w", encoding="utf-8", newline="") as new:  # fmt: skip
            while block := old.read(_BLOCK):
                new.write(block)
    except UnicodeError as error:
        raise _not_text(source.path) from error


def _ragged(path: Path, message: str) -> KofuError:
    """A line that is no line of the table, from what DuckDB says of it."""
    line = re.search(r"CSV Error on Line: (\d+)", message)
    count = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    place = f"{path}:{line[1]}" if line else str(path)
    if count:
        return KofuError(
            f"{place}: 見出しは{count[1]}列、この行は{count[2]}列です。列をそろえてください",
            f"{place}: the heading has {count[1]} columns, this line {count[2]}; make them match",
        )
    if "quote" in message:
        return KofuError(
            f"{place}: 引用符が閉じていません。引用符を確かめてください",
            f"{place}: a quote is not closed; check the quotes",
        )
    what = message.removeprefix("Invalid Input Error: ").split("\n", 1)[0]
    return KofuError(
        f"{place}: CSV として読めません（{what}）。この行を直してください",
        f"{place}: not valid CSV ({what}); correct this line",
    )


def _encoding(path: Path) -> str:
    if all(_decodes(path, "utf-8")):
        return "utf-8-sig"
    if all(_decodes(path, "cp932")):
        return "cp932"
    raise _not_text(path)


def _decodes(path: Path, encoding: str) -> Iterator[bool]:
    """Whether the blocks of a file are text, up to the first that is not."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
                yield True
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        yield False


def _not_text(path: Path) -> KofuError:
    return _wrong(
        path,
        "文字コードが UTF-8 でも Shift_JIS（CP932）でもありません。どちらかの CSV か Parquet で保存し直してください",
        "neither UTF-8 nor Shift_JIS (CP932) text; save it as CSV in one of them, or as Parquet",
    )


def scan(path: Path, numbered: str = "true") -> str:
    """SQL that reads a Parquet file, and nothing from the names of its folders."""
    return f"read_parquet({quoted(path)}, file_row_number={numbered}, hive_partitioning=false, binary_as_string=true)"


def quoted(path: Path) -> str:
    """A path as DuckDB takes it where it could be a pattern."""
    return "'" + re.sub(r"([*?\[])", r"[\1]", str(path)).replace("'", "''") + "'"


def _sql(path: Path) -> str:
    return str(path).replace("'", "''")


def _wrong(path: Path, ja: str, en: str) -> KofuError:
    return KofuError(f"{path}: {ja}", f"{path}: {en}")
