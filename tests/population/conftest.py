"""A made-up population, and what a simulation says of it worked out by hand: row by row, rule by rule, exactly."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import duckdb
import pytest

from kofu.population.assumptions.premises import Premise
from kofu.population.dataset import DRAW, NUMBER, Dataset
from kofu.population.made.making import make_firms
from kofu.programme.model import Programme
from kofu.quoting.book import ASSUMED
from kofu.rules.exact import evaluate
from kofu.rules.rule import Rule
from kofu.rules.scope import common_scope
from kofu.rules.tree import Node, Value

PRIME = 2**31 - 1
LAW = common_scope(datetime.date(2025, 1, 1))


@dataclass(frozen=True)
class Answer:
    """What one row gets of one benefit; None is what cannot be known."""

    fits: bool | None
    amount: int | None
    shares: Mapping[str, int | None]


@dataclass
class ByHand:
    """One population under premises and a seed. `rows`: column → value in base units, unknown ones absent."""

    dataset: Dataset
    premises: Mapping[str, Premise]
    seed: int = 1
    _told: dict[int, list[Answer]] = field(default_factory=dict)
    _kept: list[Rule] = field(default_factory=list)

    @cached_property
    def rows(self) -> list[dict[str, Value]]:
        files = [self.dataset.path(part) for part in self.dataset.parts]
        read = duckdb.sql(f"SELECT * FROM read_parquet({files!r}) ORDER BY {NUMBER}")
        columns = [self.dataset.by_name[name] for name in read.columns]
        found = []
        for cells in read.fetchall():
            row: dict[str, Value] = {}
            for column, cell in zip(columns, cells, strict=True):
                if cell is None:
                    continue
                if column.kind == "number":
                    cell = cell * column.step
                row[column.name] = column.choices[cell] if column.kind == "choice" else cell
            found.append(row)
        return found

    def draw(self, row: Mapping[str, Value], name: str) -> int:
        """(抽選 × a + b) mod p, a and b from the seed and the name."""
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).digest()
        a = int.from_bytes(digest[:8], "big") % (PRIME - 1) + 1
        b = int.from_bytes(digest[8:16], "big")
        return int((int(row[DRAW]) * a + b) % PRIME)  # type: ignore[arg-type]

    @cached_property
    def cases(self) -> list[dict[str, Value]]:
        """The facts of each row: its columns, what is assumed of everybody, the premises."""
        found = []
        for row in self.rows:
            case: dict[str, Value] = {**ASSUMED, **row}
            for name, premise in self.premises.items():
                value = self._assumed(premise, row)
                if name not in row and value is not None:
                    case[name] = value
            found.append(case)
        return found

    def _assumed(self, premise: Premise, row: Mapping[str, Value]) -> Value | None:
        if premise.share is None:
            assert premise.value is not None
            return evaluate(premise.value, row)
        drawn = self.draw(row, f"前提:{premise.fact}") < premise.share * PRIME // 1
        holds = True if premise.where is None else evaluate(premise.where, row)
        return None if holds is None else bool(holds) and drawn

    def applies(self, row: Mapping[str, Value], programme: str, take_up: Fraction) -> bool:
        return take_up == 1 or self.draw(row, f"応募:{programme}") < take_up * PRIME // 1

    def answers(self, rule: Rule) -> list[Answer]:
        """Of every row."""
        if id(rule) not in self._told:
            self._kept.append(rule)
            self._told[id(rule)] = [_answer(rule, case) for case in self.cases]
        return self._told[id(rule)]

    def size(self, row: Mapping[str, Value]) -> str:
        """The class by the law."""
        for name, fact in (
            ("小規模", "小規模事業者である"),
            ("中小（小規模を除く）", "中小企業者である"),
            ("大企業", "大企業である"),
        ):
            if (holds := evaluate(LAW.lookup(fact), row)) is not False:
                return name if holds else "不明"
        return "会社・個人以外"


def _answer(rule: Rule, case: Mapping[str, Value]) -> Answer:
    fits = evaluate(rule.eligible, case)
    shares = {payer: _yen(node, case) for payer, node in rule.shares.items()} if fits else {}
    return Answer(fits, _yen(rule.total, case), shares)  # type: ignore[arg-type]


def _yen(node: Node, case: Mapping[str, Value]) -> int | None:
    value = evaluate(node, case)
    assert value is None or Fraction(value).denominator == 1
    return None if value is None else int(value)


@pytest.fixture(scope="session")
def firms(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """2,000 made-up firms in three parts."""
    return make_firms(tmp_path_factory.mktemp("firms") / "p", 2_000, 5, part_rows=700)


@pytest.fixture(scope="session")
def by_hand() -> Callable[..., ByHand]:
    return ByHand


@pytest.fixture(scope="session")
def picked(catalogue: list[Programme]) -> Callable[..., tuple[Programme, ...]]:
    """Programmes by the ends of their ids."""

    def pick(names: Iterable[str]) -> tuple[Programme, ...]:
        every = {programme.id: programme for programme in catalogue}
        return tuple(every[f"meti-{name}"] for name in names)

    return pick


@pytest.fixture(scope="session")
def a_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A new folder of that name, not made yet."""
    return lambda name: tmp_path_factory.mktemp("made") / name
