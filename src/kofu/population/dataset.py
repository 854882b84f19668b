"""A population as a folder: Parquet parts of integers, and `population.json`, which says what they mean.

Made-up populations and those that users bring end as the same thing, so everything after reads only this. A
number is its integer × step of the fact, a choice its place among the choices, a truth value a boolean. The JSON
is written last: a folder without it is not complete and is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from kofu.errors import KofuError

NUMBER = "番号"
"""The column that numbers the rows from 0."""
DRAW = "抽選"
"""The column of an integer drawn evenly from 0 … DRAWN − 1, from which every other draw is derived."""
DRAWN = 2**31 - 1
MANIFEST = "population.json"
_VERSION = 1


@dataclass(frozen=True)
class DataColumn:
    """A column of the parts. `low`, `high`: the smallest and largest integer in it; `nulls`: rows without one."""

    name: str
    kind: Literal["number", "truth", "choice"]
    low: int = 0
    high: int = 1
    nulls: int = 0
    step: Fraction = Fraction(1)
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A Parquet file of the folder."""

    file: str
    rows: int
    size: int
    """In bytes, so that a cut file is seen before it is read."""


@dataclass(frozen=True)
class Dataset:
    """A population. `represents`: how many there are in the nation of which the rows are a sample, if known."""

    folder: Path
    title: str
    unit: str
    """What one row is: 企業, 契約・月."""
    columns: tuple[DataColumn, ...]
    parts: tuple[Part, ...]
    represents: int | None
    made: Mapping[str, Any]
    """How it came to be: the generator with its seed, or the files that were read."""
    base: str | None = None
    """Where the parts lie if not in the folder: an address that only a cluster reads (s3a://…, hdfs://…)."""

    @property
    def rows(self) -> int:
        """Of all parts."""
        return sum(part.rows for part in self.parts)

    @cached_property
    def by_name(self) -> dict[str, DataColumn]:
        """The columns by their names."""
        return {column.name: column for column in self.columns}

    def path(self, part: Part) -> str:
        """Where a part lies."""
        return str(self.folder / part.file) if self.base is None else f"{self.base.rstrip('/')}/{part.file}"

    @cached_property
    def hash(self) -> str:
        """SHA-256 of what the population is: how it was made, its columns, its rows."""
        record = self.record()
        record.pop("base")
        record["parts"] = [[part.rows, part.size] for part in self.parts]
        return hashlib.sha256(json.dumps(record, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def record(self) -> dict[str, Any]:
        """As `population.json` has it."""
        return {
            "version": _VERSION,
            "title": self.title,
            "unit": self.unit,
            "represents": self.represents,
            "base": self.base,
            "made": dict(self.made),
            "columns": [{**vars(c), "step": str(c.step), "choices": list(c.choices)} for c in self.columns],
            "parts": [vars(part) for part in self.parts],
        }

    def save(self) -> None:
        """Writes `population.json`; call it when every part is whole."""
        hidden = self.folder / f".{MANIFEST}"
        hidden.write_text(json.dumps(self.record(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        hidden.replace(self.folder / MANIFEST)


def is_dataset(path: Path) -> bool:
    """Whether a path is the folder of a population."""
    return path.is_dir() and (path / MANIFEST).exists()


def open_dataset(folder: Path) -> Dataset:
    """The population in a folder.

    Raises:
        KofuError: when it is not complete: no `population.json`, or a part that is missing or cut.
    """
    manifest = folder / MANIFEST
    try:
        data = json.loads(manifest.read_text(encoding="utf-8"))
        dataset = _read(folder, data)
    except FileNotFoundError as error:
        raise KofuError(
            f"{folder}: 母集団のフォルダーではないか、作りかけです（{MANIFEST} がありません）。作り直してください",
            f"{folder}: is no population, or an unfinished one (no {MANIFEST}); make it again",
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise KofuError(
            f"{manifest}: 読めません。母集団を作り直してください",
            f"{manifest}: cannot be read; make the population again",
        ) from error
    for part in () if dataset.base else dataset.parts:
        path = folder / part.file
        found = path.stat().st_size if path.exists() else None
        if found != part.size:
            ja = "ありません" if found is None else f"大きさが違います（{part.size} バイトのはずが {found}）"
            en = "is missing" if found is None else f"has {found} bytes instead of {part.size}"
            raise KofuError(
                f"{path}: {ja}。母集団を作り直してください", f"{path}: {en}; make the population again"
            )
    return dataset


def _read(folder: Path, data: Mapping[str, Any]) -> Dataset:
    if data["version"] != _VERSION:
        raise ValueError("another version")
    columns = tuple(
        DataColumn(**{**c, "step": Fraction(c["step"]), "choices": tuple(c["choices"])})
        for c in data["columns"]
    )
    parts = tuple(Part(**part) for part in data["parts"])
    return Dataset(
        folder,
        data["title"],
        data["unit"],
        columns,
        parts,
        data["represents"],
        dict(data["made"]),
        data.get("base"),
    )
