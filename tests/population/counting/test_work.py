"""The work in units: whatever the processes and the breaks, the counts are those of one go."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from kofu.errors import KofuError
from kofu.population.counting import work as working
from kofu.population.counting.engines import Setup
from kofu.population.counting.engines.duckdb import DuckDBEngine
from kofu.population.counting.tally import Counts, Tally
from kofu.population.counting.work import open_folder
from kofu.population.dataset import Dataset
from kofu.population.question import Question
from kofu.population.simulate import simulate
from kofu.programme.model import Programme

Pick = Callable[..., tuple[Programme, ...]]


@pytest.fixture(scope="module")
def question(picked: Pick) -> Question:
    return Question(picked(["fy2016s2-jizokuka", "fy2016s2-shikinguri"]), take_up=Fraction(1, 3))


@pytest.fixture
def in_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part of the population is a unit of its own."""
    monkeypatch.setattr(Setup, "unit_rows", lambda setup, rows: 1)


class Spy:
    """Counts the units that an engine is given, and stops after some."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.units, self.stop_after = 0, 10**9
        true = DuckDBEngine.tally

        def tally(engine: DuckDBEngine, files: Sequence[str], rows: int, tally: Tally) -> Counts:
            if self.units >= self.stop_after:
                raise KeyboardInterrupt
            self.units += 1
            return true(engine, files, rows, tally)

        monkeypatch.setattr(DuckDBEngine, "tally", tally)


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Spy:
    return Spy(monkeypatch)


def test_two_processes_are_one(question: Question, firms: Dataset) -> None:
    assert simulate(question, firms, Setup(workers=2)) == simulate(question, firms)


@pytest.mark.usefixtures("in_units")
def test_units_add_up_to_the_whole(question: Question, firms: Dataset, spy: Spy) -> None:
    told = simulate(question, firms)
    many = spy.units
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Setup, "unit_rows", lambda setup, rows: 10**9)
        assert simulate(question, firms) == told
    assert many == len(firms.parts) * (spy.units - many)


@pytest.mark.usefixtures("in_units")
def test_a_break_anywhere_is_gone_on_with(
    question: Question, firms: Dataset, spy: Spy, tmp_path: Path
) -> None:
    whole = simulate(question, firms)
    all_units, spy.units = spy.units, 0
    folder = tmp_path / "units"
    done = 0
    for more in (1, 2, all_units // 2):
        spy.stop_after = spy.units + more
        with pytest.raises(KeyboardInterrupt):
            simulate(question, firms, folder=folder)
        done += more
        assert len(list(folder.glob("*.json"))) == done
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*.json")}
    spy.stop_after, spy.units = 10**9, 0
    assert simulate(question, firms, folder=folder) == whole
    assert spy.units == all_units - done
    assert {path: path.stat().st_mtime_ns for path in before} == before


@pytest.mark.usefixtures("in_units")
def test_another_question_starts_anew(question: Question, firms: Dataset, spy: Spy, tmp_path: Path) -> None:
    folder = tmp_path / "units"
    simulate(question, firms, folder=folder)
    kept = set(folder.iterdir())
    other = replace(question, take_up=Fraction(1, 2))
    assert simulate(other, firms, folder=folder) == simulate(other, firms)
    assert kept - set(folder.iterdir())


def test_a_unit_cut_short_is_worked_out_again(
    question: Question, firms: Dataset, spy: Spy, tmp_path: Path
) -> None:
    folder = tmp_path / "units"
    whole = simulate(question, firms, folder=folder)
    one = next(folder.glob("*.json"))
    one.write_text(one.read_text()[:-5])
    spy.units = 0
    assert simulate(question, firms, folder=folder) == whole
    assert spy.units == 1


def test_ticks_come_to_an_end(question: Question, firms: Dataset) -> None:
    told: dict[str, list[tuple[int, int]]] = {}
    simulate(question, firms, tick=lambda step, done, of: told.setdefault(step, []).append((done, of)))
    for step in ("totals", "distributions"):
        assert [done for done, _ in told[step]] == list(range(told[step][-1][1] + 1))


# --- what goes wrong in a process of its own is told as ever


@pytest.mark.parametrize("workers", [1, 2])
def test_a_part_that_is_gone(workers: int, question: Question, firms: Dataset, tmp_path: Path) -> None:
    lost = replace(firms, folder=tmp_path)
    with pytest.raises(KofuError) as caught:
        simulate(question, lost, Setup(workers=workers))
    assert str(tmp_path) in caught.value.ja
    assert caught.value.en != caught.value.ja


@pytest.mark.parametrize("workers", [1, 2])
def test_too_little_memory(workers: int, question: Question, firms: Dataset) -> None:
    with pytest.raises(KofuError, match="--memory"):
        simulate(question, firms, Setup(workers=workers, memory=workers * 100 * 2**20))


def test_a_process_that_is_killed(
    question: Question, firms: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the kernel does when memory runs out."""
    monkeypatch.setattr(working, "_tally", _die)
    with pytest.raises(KofuError, match="--workers"):
        simulate(question, firms, Setup(workers=2))


def _die(unit: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_units_that_cannot_be_kept(question: Question, firms: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KofuError, match="途中の結果を書けません"):
        simulate(question, firms, folder=tmp_path / "file" / "units")


def test_what_another_question_left_goes(tmp_path: Path) -> None:
    folder = open_folder(tmp_path / "units", "a")
    (folder / "x.json").touch()
    assert (open_folder(folder, "a") / "x.json").exists()
    assert not (open_folder(folder, "b") / "x.json").exists()
