"""`kofu simulate` and `kofu what-if --population` as people use them: broken off, short of room, wrongly called."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from kofu.catalogue.store import Store
from kofu.population.made.making import make_firms

Run = Callable[..., "subprocess.CompletedProcess[str]"]
KOFU = Path(sys.executable).with_name("kofu")
ONE = "meti-fy2016s2-jizokuka"
TWO = "meti-fy2016s2-shikinguri"


@pytest.fixture(scope="module")
def firms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3,000 firms in three parts."""
    folder = tmp_path_factory.mktemp("firms") / "p"
    make_firms(folder, 3_000, 2, part_rows=1_000)
    return folder


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300,000 firms: enough to break in upon."""
    folder = tmp_path_factory.mktemp("many") / "p"
    make_firms(folder, 300_000, 2, part_rows=50_000)
    return folder


def told(done: subprocess.CompletedProcess[str], *parts: str, code: int = 2) -> None:
    """One sentence on standard error, nothing else."""
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    for part in parts:
        assert part in done.stderr


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- what a call gives


def test_results_appear_whole_and_again_the_same(kofu: Run, firms: Path, tmp_path: Path) -> None:
    call = ("simulate", "--population", firms, "--programmes", f"{ONE},{TWO}", "--take-up", "1/3")
    out = tmp_path / "out"
    done = kofu(*call, "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert {"simulation.json", "report.html", "totals.csv"} <= files(out)
    assert files(tmp_path) == {"out"}
    record = json.loads((out / "simulation.json").read_text(encoding="utf-8"))
    assert [p["id"] for p in record["programmes"]] == [ONE, TWO]
    assert record["take_up"] == "1/3"
    assert json.loads(kofu(*call, "--json").stdout) == record
    told(kofu(*call, "--out", out), str(out))
    assert json.loads(kofu(*call, "--workers", 2, "--json", "--seed", 1).stdout) == record
    other = json.loads(kofu(*call, "--seed", 2, "--json").stdout)
    assert other["population"]["hash"] == record["population"]["hash"]
    assert other["programmes"] != record["programmes"]


def test_a_number_of_firms_is_made_once(kofu: Run, cache: Path) -> None:
    call = ("simulate", "--population", "500", "--programmes", ONE, "--seed", 77, "--json")
    first = kofu(*call)
    made = next((cache / "populations").glob("firms-500-77-*/part-*.parquet"))
    written = made.stat().st_mtime_ns
    assert kofu(*call).stdout == first.stdout
    assert made.stat().st_mtime_ns == written
    made.write_bytes(made.read_bytes()[:-1])  # a cache that was damaged is made again
    assert kofu(*call).stdout == first.stdout


def test_english(kofu: Run, firms: Path) -> None:
    done = kofu("simulate", "--population", firms, "--programmes", ONE, "--lang", "en")
    assert done.returncode == 0
    assert "budget" in done.stdout


# --- broken off


@contextmanager
def begun(environment: dict[str, str], *arguments: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [KOFU, *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_units(process: subprocess.Popen[str], folder: Path, count: int) -> None:
    for _ in range(4000):
        if len(list(folder.glob("*.json"))) >= count:
            return
        assert process.poll() is None, "it was done before it could be broken off"
        time.sleep(0.01)
    raise AssertionError("no units")


@pytest.mark.usefixtures("store")
def test_killed_and_gone_on_with(kofu: Run, environment: dict[str, str], many: Path, tmp_path: Path) -> None:
    programmes = (
        f"{ONE},{TWO},meti-fy2016s2-chiiki-mirai,meti-fy2024s-shoene-toshi,meti-fy2024s-seisansei-kakumei"
    )
    call = ("simulate", "--population", many, "--programmes", programmes, "--take-up", "1/7")
    out, units = tmp_path / "out", tmp_path / ".out.unfinished"
    with begun(environment, *call, "--out", out) as process:
        wait_for_units(process, units, 2)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not out.exists()
    finished = {path: path.stat().st_mtime_ns for path in units.glob("*.json")}
    with begun(environment, *call, "--out", out) as process:
        wait_for_units(process, units, len(finished) + 2)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert said[0] == ""
    assert said[1].count("\n") == 1
    assert "続きから" in said[1]
    assert not out.exists()
    assert {path: path.stat().st_mtime_ns for path in finished} == finished  # nothing was done twice
    assert kofu(*call, "--out", out).returncode == 0
    assert files(tmp_path) == {"out"}
    unbroken = tmp_path / "unbroken"
    assert kofu(*call, "--out", unbroken).returncode == 0
    for name in files(unbroken):
        assert (out / name).read_bytes() == (unbroken / name).read_bytes(), name


@pytest.mark.usefixtures("store")
def test_workers_end_with_who_began_them(environment: dict[str, str], many: Path, tmp_path: Path) -> None:
    if not Path("/proc").is_dir():
        pytest.skip("looks at /proc")
    call = ("simulate", "--population", many, "--out", tmp_path / "out", "--workers", 2)
    with begun(environment, *call) as process:
        wait_for_units(process, tmp_path / ".out.unfinished", 1)
        children = _children(process.pid)
        assert len(children) >= 2
        process.send_signal(signal.SIGKILL)
        process.wait()
    for _ in range(500):
        if not any(Path(f"/proc/{child}").exists() for child in children):
            return
        time.sleep(0.02)
    raise AssertionError("processes are left behind")


def _children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(path.parent.name))
    return found


def test_the_limit_of_memory_is_kept(environment: dict[str, str], store: Store, tmp_path: Path) -> None:
    """400 MB for three million firms, made and worked out."""
    if not Path("/proc/self/status").exists():
        pytest.skip("looks at /proc")
    peak = 0
    call = ("simulate", "--population", "3000000", "--programmes", ONE, "--memory", "400MB", "--workers", "1")
    with begun({**environment, "KOFU_CACHE": str(tmp_path)}, *call) as process:
        while process.poll() is None:
            peak = max(peak, _peak(process.pid))
            time.sleep(0.01)
    assert process.returncode == 0
    assert 50 * 2**20 < peak < 400 * 2**20
    assert store is not None


def _peak(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


# --- short of room


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A file system of its own, of a size."""
    if os.name != "posix" or os.getuid():
        pytest.skip("only root may mount")
    mounted = []

    def mount(size: str) -> Path:
        place = tmp_path / f"small-{size}"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("nothing may be mounted here")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", place], check=True)


def test_a_full_disk_under_results(kofu: Run, firms: Path, small: Callable[[str], Path]) -> None:
    disk = small("400k")
    call = ("simulate", "--population", firms, "--programmes", f"{ONE},{TWO}", "--out", disk / "out")
    filler = disk / "filler"
    filler.write_bytes(bytes(150_000))  # room for the counts, not for the results
    told(kofu(*call), str(disk), "No space left")
    assert not (disk / "out").exists()
    filler.unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
    assert kofu(*call).returncode == 0
    assert files(disk) == {"out"}


def test_a_full_disk_under_units(kofu: Run, firms: Path, small: Callable[[str], Path]) -> None:
    disk = small("64k")
    with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while filler.write(bytes(4096)):
            pass
    told(kofu("simulate", "--population", firms, "--programmes", ONE, "--out", disk / "out"), "No space left")
    assert not (disk / "out").exists()


def test_a_full_disk_under_a_report(kofu: Run, firms: Path, small: Callable[[str], Path]) -> None:
    disk = small("16k")
    call = ("what-if", ONE, "--population", firms, "--param", "補助率=1/2", "--report", disk / "r.html")
    told(kofu(*call), "r.html", "No space left")
    assert files(disk) == set()


# --- wrongly called


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--take-up", "0"], "0"),
        (["--take-up", "120%"], "6/5"),
        (["--take-up", "半分"], "--take-up"),
        (["--take-up", "-1/2"], "--take-up"),
        (["--call", "2025-06-30..2025-04-01"], "2025-06-30"),
        (["--call", "いつか"], "いつか"),
        (["--timing", "2024=1/2"], "支払の時期"),
        (["--timing", "1990=1"], "1990"),
        (["--timing", "いつか"], "いつか"),
        (["--credit", "債務不履行=3%"], "債務不履行"),
        (["--credit", "default_rate=300%"], "300%"),
        (["--assume", "ない事実=はい"], "ない事実"),
        (["--assume", "従業員数=30%"], "従業員数"),
        (["--assume", "販路開拓に取り組む"], "--assume"),
        (["--assume", "販路開拓に取り組む=たぶん"], "たぶん"),
        (["--by", "従業員数"], "従業員数"),
        (["--by", "ない区分"], "ない区分"),
        (["--order", "score"], "--score"),
        (["--order", "score", "--score", "ない数"], "ない数"),
        (["--order", "score", "--score", "業種"], "業種"),
        (["--order", "昔から"], "--order"),
        (["--memory", "たくさん"], "たくさん"),
        (["--memory", "100MB"], "--memory"),
        (["--workers", "0"], "--workers"),
        (["--date", "2025-02-30"], "2025-02-30"),
        (["--engine", "sqlite"], "--engine"),
        (["--programmes", "meti-nai"], "meti-nai"),
    ],
)
def test_a_slip_is_one_sentence(
    kofu: Run, firms: Path, tmp_path: Path, arguments: list[str], part: str
) -> None:
    call = ["--programmes", ONE] if "--programmes" not in arguments else []
    told(kofu("simulate", "--population", firms, *call, *arguments, "--out", tmp_path / "out"), part)
    assert files(tmp_path) == set()


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_populations_that_are_none(kofu: Run, firms: Path, tmp_path: Path, lang: str) -> None:
    cut = shutil.copytree(firms, tmp_path / "cut")
    part = next(cut.glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-100])
    half = shutil.copytree(firms, tmp_path / "half")
    (half / "population.json").unlink()
    empty, twice, wrong = (tmp_path / f"{name}.csv" for name in ("empty", "twice", "wrong"))
    empty.write_text("従業員数,業種\n", encoding="utf-8")
    twice.write_text("id,従業員数\n1,5\n2,6\n1,7\n", encoding="utf-8")
    wrong.write_text("従業員数\n５人\nたくさん\n", encoding="utf-8")
    before = files(tmp_path)
    for named, said in (
        (cut, part.name),
        (empty, "empty.csv"),
        (twice, "twice.csv"),
        (wrong, "wrong.csv"),
        (tmp_path / "none.csv", "none.csv"),
        ("0", "0"),
        ("-5", "-5"),
        ("10^20", "10^20"),
    ):
        call = ("simulate", f"--population={named}", "--programmes", ONE, "--out", tmp_path / "out")
        told(kofu(*call, "--lang", lang), said)
    assert kofu("simulate", "--population", half, "--programmes", ONE).returncode == 2
    told(kofu("simulate", "--programmes", ONE, "--lang", lang), "--population")
    assert files(tmp_path) == before


def test_own_files_are_answered_by_bounds(kofu: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("業種,都道府県,補助対象経費\n小売業,石川県,90万円\n製造業,東京都,\n", encoding="utf-8")
    call = ("simulate", "--population", own, "--programmes", ONE, "--take-up", "1/2", "--json")
    record = json.loads(kofu(*call).stdout)
    found = record["programmes"][0]["variants"][0]
    assert record["population"]["rows"] == 2
    assert found["fits"] < found["may_fit"]


# --- what-if


def what_if(kofu: Run, firms: Path, *arguments: object) -> Any:
    done = kofu("what-if", ONE, "--population", firms, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_variants_from_files_parameters_and_sweeps(kofu: Run, firms: Path, tmp_path: Path) -> None:
    yaml, as_json = tmp_path / "v.yaml", tmp_path / "v.json"
    yaml.write_text("variants:\n  - {name: 案, parameters: {補助率: 1/2}}\nsweep: {補助率: [1/4, 3/4]}\n")
    as_json.write_text(
        json.dumps(
            {
                "variants": [{"name": "案", "parameters": {"補助率": "1/2"}}],
                "sweep": {"補助率": ["1/4", "3/4"]},
            }
        )
    )
    one = what_if(kofu, firms, "--variants", yaml)
    assert [v["name"] for v in one["variants"]] == ["現行", "案", "補助率=1/4", "補助率=3/4"]
    assert what_if(kofu, firms, "--variants", as_json) == one
    spelled = what_if(kofu, firms, "--param", "補助率=1/2", "--sweep", "補助率=1/4,3/4")
    assert [v["hash"] for v in spelled["variants"]] == [v["hash"] for v in one["variants"]]
    assert [p["variants"] for p in spelled["programmes"]] == [p["variants"] for p in one["programmes"]]
    spent = [v["demand"]["low"] for v in one["programmes"][0]["variants"]]
    assert spent[2] < spent[1] < spent[0] < spent[3]
    both = what_if(kofu, firms, "--sweep", "補助率=1/4,3/4", "--sweep", "補助上限額[1]=10万円,50万円,90万円")
    assert len(both["sweep"]["cells"]) == 6
    assert both["sweep"]["y"]["values"] == ["10万円", "50万円", "90万円"]


def test_a_report_is_one_page(kofu: Run, firms: Path, tmp_path: Path) -> None:
    report, out = tmp_path / "r.html", tmp_path / "out"
    done = kofu(
        "what-if", ONE, "--population", firms, "--param", "補助率=1/2", "--report", report, "--out", out
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert str(report) in done.stdout
    page = report.read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")
    assert "<script src" not in page
    assert "補助率=1/2" in page
    assert files(tmp_path) == {"r.html", "out"}
    assert (
        kofu("what-if", ONE, "--population", firms, "--param", "補助率=1/3", "--report", report).returncode
        == 0
    )
    assert "補助率=1/3" in report.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "--param"),
        (["--param", "補助立=1/2"], "補助立"),
        (["--param", "補助率=100円"], "補助率"),
        (["--param", "補助率"], "--param"),
        (["--sweep", "補助率="], "補助率"),
        (["--sweep", "補助率=1/2,1/2"], "補助率=1/2"),
        (["--sweep", "a=1", "--sweep", "b=1", "--sweep", "c=1"], "2つまで"),
        (["--variants", "nai.yaml"], "nai.yaml"),
        (["--param", "補助率=1/2", "--set", "従業員数=5人"], "--set"),
        (["--param", "補助率=1/2", "--report", "nai/r.html"], "nai"),
    ],
)
def test_a_slip_in_what_if(kofu: Run, firms: Path, tmp_path: Path, arguments: list[str], part: str) -> None:
    told(kofu("what-if", ONE, "--population", firms, *arguments, "--out", tmp_path / "out"), part)
    if "--report" not in arguments:
        assert files(tmp_path) == set()


@pytest.mark.parametrize("option", ["--variants", "--sweep", "--report", "--out"])
def test_one_case_has_no_report(kofu: Run, option: str) -> None:
    told(kofu("what-if", ONE, "--param", "補助率=1/2", option, "x=1"), option, "--population")
