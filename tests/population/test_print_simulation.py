"""What `kofu simulate` and `kofu what-if` print: sums a reader can compare, and what must not be misread."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.command.simulation_words import Printer, plain

Run = Callable[..., str]
KOFU = Path(sys.executable).with_name("kofu")
SHOP = "meti-fy2016s2-jizokuka"


def printer(lang: str = "ja") -> Printer:
    return Printer({"population": {"unit": "企業", "represents": 1000}}, lang)


@pytest.fixture(scope="module")
def run(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    cache = str(tmp_path_factory.mktemp("cache"))

    def run_it(*arguments: str, lang: str = "ja") -> str:
        done = subprocess.run(
            [KOFU, *arguments],
            env={**environment, "KOFU_LANG": lang, "KOFU_CACHE": cache},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run_it


@given(st.integers(0, 10**15))
def test_a_sum_is_rounded_to_its_unit_and_never_to_nothing(yen: int) -> None:
    text = printer().rounded(yen)
    if text == "1未満":
        assert 0 < yen < 5000
    else:
        assert abs(int(text.replace(",", "")) * 10_000 - yen) <= 5000
        assert (text == "0") == (yen == 0)


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(5, 5, "5"), (3, 1000, "3〜1,000"), (0, 1000, "1,000以下"), (3, None, "3以上"), (0, None, "要確認")],
)
def test_a_range_says_what_is_known(low: int, high: int | None, shown: str) -> None:
    assert printer().between({"low": low, "high": high}, plain) == shown


@pytest.mark.parametrize(
    ("runs_out", "unsure", "shown"),
    [("2025-05-01", False, "2025-05-01"), (None, False, "尽きない"), (None, True, "要確認")],
)
def test_the_day_on_which_the_money_ends(runs_out: str | None, unsure: bool, shown: str) -> None:
    money = {"budget": 100, "runs_out": runs_out, "unmet_yen": 0, "open": unsure}
    assert printer().runs_out({"money": money}) == shown


def test_money_lasts_only_if_the_most_that_may_be_asked_is_there(run: Run) -> None:
    told = run("simulate", "--population", "1000", "--programmes", "meti-fy2024s-seisansei-kakumei")
    assert re.search("^予算が尽きる日 +要確認", told, re.MULTILINE)
    assert re.search("^採択、交付する額 +要確認", told, re.MULTILINE)


def test_what_is_of_the_sample_and_what_of_the_nation_is_said(run: Run) -> None:
    told = run("simulate", "--population", "1000", "--programmes", SHOP, "--take-up", "10%")
    assert "全国 3,375,255 の標本" in told
    assert re.search(r"^予算（円） +3,555,286 +12,000,000,000", told, re.MULTILINE)
    assert "支援ごと（標本）" in told
    assert "賃上げを行う: 30%" in told


def test_english_has_no_japanese_but_names(run: Run) -> None:
    told = run("simulate", "--population", "1000", "--programmes", SHOP, "--by", "規模", lang="en")
    shown = told.split("By size")[1].split("Premises")[0]
    assert "small" in shown
    assert not re.search(r"[ぁ-ヿ一-鿿〜（]", shown)


def test_two_parameters_make_a_square(run: Run) -> None:
    sweeps = ("--sweep", "補助率=1/3,1/2,2/3", "--sweep", "補助上限額[1]=25万円,50万円")
    told = run("what-if", SHOP, "--population", "1000", "--take-up", "10%", *sweeps)
    head, low, high = re.search(r"(補助上限額\[1\] ＼.*)\n(25万円.*)\n(50万円.*)", told).groups()  # type: ignore[union-attr]
    assert head.split()[2:] == ["補助率", "補助率", "1/3", "補助率", "1/2", "補助率", "2/3"]
    sums = [[int(s.split("〜")[0].replace(",", "")) for s in line.split()[1:]] for line in (low, high)]
    assert all(row == sorted(row) and len(row) == 3 for row in sums)
    assert all(a < b for a, b in zip(*sums, strict=True))
