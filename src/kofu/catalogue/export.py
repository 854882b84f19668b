"""Export: the catalogue as JSON records, CSV, Parquet or a data package, with schema and data dictionary."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kofu.catalogue.dictionary import TABLES, Column, Table
from kofu.errors import KofuError
from kofu.programme.model import Programme
from kofu.programme.record import to_record
from kofu.version import __version__

BOM = "\ufeff"


def to_json(programmes: Iterable[Programme]) -> str:
    """The exchange records of `docs/record.md`, as a JSON array."""
    records = [to_record(programme.id, programme) for programme in programmes]
    return json.dumps(records, ensure_ascii=False, indent=1) + "\n"


def to_csv(table: Table, programmes: Iterable[Programme], bom: bool = False) -> str:
    """One table as CSV (RFC 4180, UTF-8); `bom` for spreadsheet programs that guess the encoding."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    for row in rows(table, programmes):
        writer.writerow(["" if value is None else value for value in row])
    return (BOM if bom else "") + out.getvalue()


def rows(table: Table, programmes: Iterable[Programme]) -> Iterator[list[Any]]:
    """The rows of a table, values in the order of its columns."""
    for programme in programmes:
        for row in table.rows(programme):
            yield [row.get(column.name) for column in table.columns]


def write_parquet(table: Table, programmes: Iterable[Programme], path: Path) -> None:
    """One table as a Parquet file; yen and line numbers are 64-bit integers, exact fractions are text."""
    import duckdb  # heavy; only Parquet needs it

    declared = ", ".join(
        f'"{c.name}" {_DUCKDB[c.kind]} {"NOT NULL" if c.required else ""}' for c in table.columns
    )
    with duckdb.connect() as connection:
        connection.execute(f'CREATE TABLE "{table.name}" ({declared})')
        marks = ", ".join("?" * len(table.columns))
        if data := list(rows(table, programmes)):
            connection.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', data)
        target = str(path).replace("'", "''")
        connection.execute(f"COPY \"{table.name}\" TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def write_package(programmes: Sequence[Programme], folder: Path, bom: bool = False) -> None:
    """A Frictionless data package: a CSV for each table, the records as JSON, and `datapackage.json`.

    Written beside `folder` first and moved into place whole.

    Raises:
        KofuError: when `folder` exists already or cannot be written.
    """
    with writing(folder) as staging:
        if folder.exists():
            raise KofuError(
                f"{folder}: すでにあります。別の名前を指定してください",
                f"{folder}: exists already; choose another name",
            )
        staging.mkdir()
        resources = []
        for table in TABLES:
            data = to_csv(table, programmes, bom).encode("utf-8")
            (staging / f"{table.name}.csv").write_bytes(data)
            resources.append(_resource(table, data, bom))
        (staging / "records.json").write_text(to_json(programmes), encoding="utf-8")
        package = {
            "profile": "tabular-data-package",
            "name": "kofu-catalogue",
            "title": "kofu: funding programmes of METI supplementary budgets, FY2016 and FY2024",
            "version": __version__,
            "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}],
            "resources": resources,
        }
        text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
        (staging / "datapackage.json").write_text(text, encoding="utf-8")


@contextmanager
def writing(target: Path) -> Iterator[Path]:
    """A path beside `target` to write a file or folder at; it becomes `target` only if all went well.

    Raises:
        KofuError: when `target` cannot be written, or is a device or pipe, which a new file would replace.
    """
    staging = None
    try:
        target = target.resolve()  # what a symbolic link leads to is written, and the link stays
        if target.exists() and not (target.is_file() or target.is_dir()):
            raise KofuError(
                f"{target}: 通常のファイルではありません。画面に出すには出力先を指定しないでください",
                f"{target}: is no ordinary file; name no output to print",
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=".kofu-"))
        yield staging / target.name
        (staging / target.name).replace(target)
    except OSError as error:
        raise KofuError(
            f"{target}: 書き込めません（{error.strerror}）。別の場所を指定してください",
            f"{target}: cannot be written ({error.strerror}); name another place",
        ) from error
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)


def export_to(
    kind: str, programmes: Sequence[Programme], output: Path | None, table: str, bom: bool
) -> str | None:
    """Export in one of the formats of `kofu export`; the text where it is to be printed, else None.

    Raises:
        KofuError: when the table is unknown, or the format needs a file and none is named.
    """
    if bom and kind not in ("csv", "package"):
        raise KofuError("--bom は csv と package だけで使えます", "--bom is for csv and package only")
    match kind:
        case "package" | "parquet" if output is None:
            raise KofuError(f"--format {kind} には --output が必要です", f"--format {kind} needs --output")
        case "package":
            write_package(programmes, output or Path(), bom)
            return None
        case "parquet":
            with writing(output or Path()) as staging:
                write_parquet(table_named(table), programmes, staging)
            return None
        case "csv":
            text = to_csv(table_named(table), programmes, bom)
        case "schema":
            text = json.dumps(Programme.model_json_schema(), ensure_ascii=False, indent=1) + "\n"
        case "dictionary":
            text = data_dictionary()
        case _:
            text = to_json(programmes)
    if output is None:
        return text
    with writing(output) as staging, staging.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
    return None


def table_named(name: str) -> Table:
    """The table of that name.

    Raises:
        KofuError: when there is none; the sentence lists the tables.
    """
    for table in TABLES:
        if table.name == name:
            return table
    known = ", ".join(table.name for table in TABLES)
    raise KofuError(
        f"表「{name}」はありません。使えるのは {known} です",
        f"there is no table {name!r}; use one of {known}",
    )


_DUCKDB = {"string": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN", "number": "DOUBLE"}
_FRICTIONLESS: dict[str, str] = {kind: kind for kind in _DUCKDB}


def _resource(table: Table, data: bytes, bom: bool) -> dict[str, Any]:
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        "title": table.en,
        "description": table.ja,
        "encoding": "utf-8-sig" if bom else "utf-8",
        "format": "csv",
        "mediatype": "text/csv",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
            "missingValues": [""],
            **_foreign(table),
        },
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.terms is not None:
        constraints["enum"] = [term.value for term in column.terms]
    field = {
        "name": column.name,
        "type": _FRICTIONLESS[column.kind],
        "title": column.ja,
        "description": column.en,
    }
    return {**field, "constraints": constraints} if constraints else field


def _foreign(table: Table) -> dict[str, Any]:
    if table.name == "programmes":
        return {}
    reference = {"resource": "programmes", "fields": "programme"}
    return {"foreignKeys": [{"fields": "programme", "reference": reference}]}


def data_dictionary() -> str:
    """The data dictionary as Markdown: every table and column in both languages."""
    lines = [
        "# Data dictionary",
        "",
        "Made by `kofu export --format dictionary` from `kofu.catalogue.dictionary`.",
        "",
    ]
    for table in TABLES:
        lines += [
            f"## {table.name}",
            "",
            f"{table.ja} — {table.en}. Key: {', '.join(table.key)}.",
            "",
            "| column | type | 意味 | meaning |",
            "| --- | --- | --- | --- |",
        ]
        for c in table.columns:
            kind = c.kind + ("" if c.required else ", may be empty")
            terms = "" if c.terms is None else " (" + ", ".join(f"`{t.value}` {t.ja}" for t in c.terms) + ")"
            lines.append(f"| {c.name} | {kind} | {c.ja} | {c.en}{terms} |")
        lines.append("")
    return "\n".join(lines)
