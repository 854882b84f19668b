"""What is exported opens in other people's programs and says the same in every format."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest
from frictionless import Package, validate

from kofu.catalogue.dictionary import TABLES, Table
from kofu.catalogue.export import export_to, to_csv, to_json, writing
from kofu.errors import KofuError
from kofu.programme.model import Programme

EACH_TABLE = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


def read_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_json_is_the_array_of_records(catalogue: list[Programme], tmp_path: Path) -> None:
    assert export_to("json", catalogue, tmp_path / "new" / "all.json", "programmes", False) is None
    records = json.loads((tmp_path / "new" / "all.json").read_text("utf-8"))
    assert [r["id"] for r in records] == [p.id for p in catalogue]


def test_the_schema_describes_every_programme(catalogue: list[Programme]) -> None:
    schema = json.loads(export_to("schema", catalogue, None, "", False) or "")
    checker = jsonschema.Draft202012Validator(schema)
    checker.check_schema(schema)
    for programme in catalogue:
        checker.validate(programme.model_dump(mode="json", by_alias=True))
    broken = catalogue[0].model_dump(mode="json", by_alias=True)
    broken["amounts"][0]["yen"] = 1.5
    assert not checker.is_valid(broken)


def test_the_dictionary_names_every_column(catalogue: list[Programme]) -> None:
    text = export_to("dictionary", catalogue, None, "", False) or ""
    for table in TABLES:
        section = text.split(f"## {table.name}\n")[1].split("\n## ")[0]
        assert all(f"| {c.name} |" in section and c.ja in section and c.en in section for c in table.columns)


@EACH_TABLE
def test_csv_holds_a_row_for_each_fact(catalogue: list[Programme], table: Table) -> None:
    head, *rows = read_csv(to_csv(table, catalogue))
    assert head == [c.name for c in table.columns]
    facts: dict[str, list[Any]] = {"programmes": list(catalogue), "parameters": _values(catalogue)}
    expected = facts.get(table.name) or [f for p in catalogue for f in getattr(p, table.name)]
    assert len(rows) == len(expected) > 0
    keys = [head.index(name) for name in table.key]
    assert len({tuple(row[i] for i in keys) for row in rows}) == len(rows)


def _values(catalogue: list[Programme]) -> list[Any]:
    """Every value of every parameter: the rows of a table, the days of a series, or the value itself."""
    every = [q for p in catalogue for q in (p.parameters, *(b.parameters for b in p.benefits))]
    return [value for q in every for p in q.values() for value in p.rows or list(p.series) or [p]]


def test_csv_begins_with_a_bom_only_when_asked(catalogue: list[Programme], tmp_path: Path) -> None:
    for bom in (True, False):
        export_to("csv", catalogue, tmp_path / "a.csv", "amounts", bom)
        data = (tmp_path / "a.csv").read_bytes()
        assert data.startswith(b"\xef\xbb\xbf") == bom
        assert data.count(b"\r\n") == data.count(b"\n") > 100


@EACH_TABLE
def test_parquet_holds_the_values_of_the_csv(
    catalogue: list[Programme], tmp_path: Path, table: Table
) -> None:
    path = tmp_path / "it's.parquet"
    export_to("parquet", catalogue, path, table.name, False)
    head, *rows = read_csv(to_csv(table, catalogue))
    with duckdb.connect() as connection:
        relation = connection.read_parquet(str(path))
        types = dict(zip(relation.columns, map(str, relation.types), strict=True))
        found = relation.fetchall()
    assert list(types) == head
    assert [["" if v is None else str(v) for v in row] for row in found] == [
        [str(float(v)) if v and types[n] == "DOUBLE" else v for n, v in zip(head, row, strict=True)]
        for row in rows
    ]
    for money in {"yen", "appropriation"} & set(types):
        assert types[money] == "BIGINT"
    if "exact" in types:
        assert types["exact"] == "VARCHAR"


@pytest.mark.parametrize("bom", [False, True])
def test_the_data_package_is_valid(catalogue: list[Programme], tmp_path: Path, bom: bool) -> None:
    folder = tmp_path / "package"
    export_to("package", catalogue, folder, "", bom)
    package = Package(str(folder / "datapackage.json"))
    assert [r.name for r in package.resources] == [t.name for t in TABLES]
    assert sum(bool(r.schema.foreign_keys) for r in package.resources) == len(TABLES) - 1
    report = validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message"])
    assert json.loads((folder / "records.json").read_text("utf-8")) == json.loads(to_json(catalogue))


def test_a_row_of_no_programme_makes_the_package_invalid(catalogue: list[Programme], tmp_path: Path) -> None:
    folder = tmp_path / "package"
    export_to("package", catalogue, folder, "", False)
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        assert resource.pop("hash").startswith("sha256:")
        assert resource.pop("bytes") == (folder / resource["path"]).stat().st_size
    (folder / "datapackage.json").write_text(json.dumps(package), "utf-8")
    assert validate(str(folder / "datapackage.json")).valid
    amounts = (folder / "amounts.csv").read_text("utf-8")
    (folder / "amounts.csv").write_text(amounts.replace(catalogue[0].id, "nobody"), "utf-8")
    report = validate(str(folder / "datapackage.json"))
    assert {kind for (kind,) in report.flatten(["type"])} == {"foreign-key"}


def test_an_existing_folder_is_never_written_over(catalogue: list[Programme], tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "mine.txt").write_text("x", "utf-8")
    with pytest.raises(KofuError, match="すでにあります"):
        export_to("package", catalogue, tmp_path / "package", "", False)
    assert [p.name for p in tmp_path.rglob("*")] == ["package", "mine.txt"]


@pytest.mark.parametrize("kind", ["json", "csv", "parquet", "schema", "dictionary", "package"])
def test_a_place_that_cannot_be_written_is_one_sentence(
    catalogue: list[Programme], tmp_path: Path, kind: str
) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    places = [tmp_path / "file" / "out", tmp_path / ("x" * 300), tmp_path / "folder"]
    for target in places:
        with pytest.raises(KofuError) as error:
            export_to(kind, catalogue[:1], target, "programmes", False)
        assert "\n" not in error.value.ja + error.value.en
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["file", "folder", "inside"]
    assert (tmp_path / "file").read_text("utf-8") == "mine"


def test_a_device_is_not_replaced_and_a_link_is_followed(catalogue: list[Programme], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(KofuError, match="通常のファイル"):
        export_to("json", catalogue[:1], tmp_path / "pipe", "", False)
    assert (tmp_path / "pipe").is_fifo()
    (tmp_path / "link").symlink_to(tmp_path / "real.json")
    export_to("json", catalogue[:1], tmp_path / "link", "", False)
    assert (tmp_path / "link").is_symlink()
    assert len(json.loads((tmp_path / "real.json").read_text("utf-8"))) == 1


@pytest.mark.parametrize("kind", ["package", "parquet"])
def test_what_cannot_be_printed_needs_an_output(catalogue: list[Programme], kind: str) -> None:
    with pytest.raises(KofuError, match="--output"):
        export_to(kind, catalogue, None, "programmes", False)


def test_an_unknown_table_is_one_sentence(catalogue: list[Programme]) -> None:
    with pytest.raises(KofuError, match="programmes, amounts"):
        export_to("csv", catalogue, None, "money", False)


def test_a_failure_while_writing_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_text("before", "utf-8")

    def fail_halfway() -> None:
        with writing(target) as staging:
            staging.write_text("half", "utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert target.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [target]


SLOWLY = """
import sys, time
from pathlib import Path
from kofu.catalogue.export import writing
with writing(Path(sys.argv[1])) as staging:
    with staging.open("w") as file:
        file.write("half")
        file.flush()
        print("writing", flush=True)
        time.sleep(60)
"""


def test_a_killed_export_leaves_no_half_file(tmp_path: Path, environment: dict[str, str]) -> None:
    target = tmp_path / "a.json"
    target.write_text("before", "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", SLOWLY, str(target)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert target.read_text("utf-8") == "before"


@pytest.mark.parametrize("after", [0.25, 0.4, 0.6])
def test_a_package_is_whole_or_absent_whenever_killed(
    tmp_path: Path, environment: dict[str, str], after: float, store: object
) -> None:
    target = tmp_path / "package"
    command = [sys.executable, "-m", "kofu.cli", "export", "--format", "package", "--output", str(target)]
    process = subprocess.Popen(command, env=environment)
    time.sleep(after)
    process.kill()
    process.wait(10)
    names = {"datapackage.json", "records.json", *(f"{t.name}.csv" for t in TABLES)}
    assert not target.exists() or {p.name for p in target.iterdir()} == names
