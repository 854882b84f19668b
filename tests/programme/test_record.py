"""The exchange record is the published one, field by field."""

from __future__ import annotations

import importlib.util
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from kofu.catalogue.export import to_json
from kofu.programme.model import Programme
from kofu.programme.record import number, to_record

KEYS = """id document lines title fiscal_year round amounts offices phones components flows limits recipients
    targets""".split()
NESTED = {
    "amounts": "kind yen",
    "components": "key title",
    "flows": "component from to instrument rates via_fund",
    "limits": "component kind value unit condition",
    "targets": "metric comparator value unit by",
}


@pytest.fixture(scope="session")
def records(catalogue: list[Programme]) -> list[dict[str, Any]]:
    return list(json.loads(to_json(catalogue)))


def test_a_record_has_exactly_the_published_keys(records: list[dict[str, Any]]) -> None:
    for record in records:
        assert list(record) == KEYS
        for name, keys in NESTED.items():
            assert all(list(entry) == keys.split() for entry in record[name])


def test_the_keys_are_those_of_the_gold_readme(gold: Path) -> None:
    published: set[str] = set()
    for row in re.findall(r"^\| (`.+?) \| (.*) \|$", (gold / "README.md").read_text("utf-8"), re.MULTILINE):
        names = re.findall(r"`(\w+)`", row[0])
        published.update(names)
        if braces := re.match(r"`\{(.+?)\}`", row[1]):
            assert NESTED[names[0]].split() == braces[1].split(", ")
    assert published == set(KEYS)


def test_the_catalogue_is_graded_right_in_every_row(records: list[dict[str, Any]], gold: Path) -> None:
    spec = importlib.util.spec_from_file_location("grade", gold / "grade.py")
    assert spec is not None
    assert spec.loader is not None
    grader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(grader)
    right = json.loads((gold / "programmes.json").read_text("utf-8"))
    table = grader.grade(right, records)
    assert {field: (wrong, missing) for field, (_, wrong, missing) in table.items()} == dict.fromkeys(
        table, (0, 0)
    )
    assert len(table) == 10


def test_money_in_a_record_is_a_whole_number(records: list[dict[str, Any]]) -> None:
    for record in records:
        assert all(type(amount["yen"]) is int for amount in record["amounts"])
        assert all(type(limit["value"]) is int for limit in record["limits"] if limit["unit"] == "円")


def test_what_is_not_stated_is_empty_or_null(
    catalogue: list[Programme], records: list[dict[str, Any]]
) -> None:
    for programme, record in zip(catalogue, records, strict=True):
        assert record == json.loads(json.dumps(to_record(programme.id, programme)))
        for target, entry in zip(programme.targets, record["targets"], strict=True):
            assert (target.value is None) == (entry["value"] is None)
            assert (target.value is None) <= (entry["unit"] == "")


def test_a_fraction_is_given_to_ten_decimals() -> None:
    assert number(Fraction(1, 3)) == 0.3333333333
    assert number(Fraction(6, 3)) == 2
    assert type(number(Fraction(6, 3))) is int
