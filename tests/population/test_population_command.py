"""`kofu population make` and `show` as people use them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.command.population import memory_bytes
from kofu.errors import KofuError
from kofu.population.dataset import open_dataset

Run = Callable[..., "subprocess.CompletedProcess[str]"]
KOFU = Path(sys.executable).with_name("kofu")
JAPANESE = re.compile(r"[ぁ-ヿ]")


@pytest.fixture(scope="module")
def run(environment: dict[str, str]) -> Run:
    def run_it(*arguments: object, lang: str = "ja") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [KOFU, "population", *map(str, arguments)],
            env={**environment, "KOFU_LANG": lang},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    return run_it


def test_what_is_made_is_shown_with_its_sources(run: Run, tmp_path: Path) -> None:
    done = run("make", 1000, "--out", tmp_path / "p", "--seed", 3, "--memory", "1GB")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1,000行" in done.stdout
    shown = run("show", tmp_path / "p").stdout
    for part in (
        "1,000行",
        "3,375,255",
        "seed: 3",
        "従業員数: 0人",
        "出所: 中小企業庁",
        "2023-12-13",
        "仮定: ",
    ):
        assert part in shown
    english = run("show", tmp_path / "p", lang="en").stdout
    assert "source: SME Agency" in english
    assert not JAPANESE.search(english.split("Sources and assumptions")[1])
    record = json.loads(run("show", tmp_path / "p", "--json").stdout)
    assert record["made"]["seed"] == 3
    assert record["hash"] == open_dataset(tmp_path / "p").hash


def test_contracts_have_a_row_for_each_month(run: Run, tmp_path: Path) -> None:
    done = run("make", 100, "--kind", "contracts", "--out", tmp_path / "c", "--json")
    assert [part["rows"] for part in json.loads(done.stdout)["parts"]] == [300]
    assert "kWh" in run("show", tmp_path / "c").stdout


def test_a_slip_is_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    for arguments, told in (
        (("make", 10, "--out", tmp_path / "full"), "空ではありません"),
        (("make", 0, "--out", tmp_path / "p"), "N は 1 から"),
        (("make", 10), "--out を指定してください"),
        (("make", 10, "--out", tmp_path / "p", "--memory", "たくさん"), "2GB のように"),
        (("show", tmp_path), "母集団のフォルダーではない"),
    ):
        done = run(*arguments)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), arguments
        assert told in done.stderr
    assert not (tmp_path / "p").exists()


def test_an_interrupted_call_is_gone_on_with(environment: dict[str, str], run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    call = ["make", "3000000", "--out", str(folder)]
    begun = subprocess.Popen([KOFU, "population", *call], env=environment, stderr=subprocess.PIPE)
    for _ in range(600):
        if list(folder.glob("*.parquet")):
            break
        time.sleep(0.05)
    begun.send_signal(signal.SIGINT)
    assert b"Traceback" not in begun.communicate(timeout=60)[1]
    assert begun.returncode == 130
    assert not (folder / "population.json").exists()
    assert list(folder.glob("part-*"))
    assert run(*call).returncode == 0
    assert open_dataset(folder).rows == 3_000_000


@given(st.integers(1, 2000), st.sampled_from(["", "K", "M", "G", "T"]), st.sampled_from(["", "B", "iB", "b"]))
def test_memory_is_read_as_people_write_it(number: int, unit: str, end: str) -> None:
    power = ["", "K", "M", "G", "T"].index(unit)
    if unit or end != "iB":
        assert memory_bytes(f"{number}{unit}{end}") == number * 1024**power
    assert memory_bytes("1.5GB") == 1536 * 2**20


@pytest.mark.parametrize("text", ["", "GB", "0", "-1GB", "1,5GB", "1XB", "1e9"])
def test_memory_that_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(KofuError):
        memory_bytes(text)
