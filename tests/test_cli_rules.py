"""The commands about rules as people use them: a firm's facts in, an answer out, slips named in one sentence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kofu.quoting.facts_file import read_facts_file

MIDORI, AKARI = "meti-fy2024s-midori", "meti-fy2016s2-akari"
JAPANESE = re.compile(r"[ぁ-ヿ]")
SMALL = ["--set", "申請者の種別=会社", "--set", "業種=製造業", "--set", "従業員数=１０人"]
COST = ["--set", "補助対象経費=1499万9999円", "--set", "賃上げを行う=いいえ"]
LOAN = ["--set", "借入希望額=8000万円", "--set", "希望する返済期間=10年", "--set", "年利率=1.2%"]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def run(environment: dict[str, str], data: Path) -> Run:
    """`kofu` in a process of its own, over the made-up catalogue; `says` is what comes by the pipe."""

    def run_it(
        *arguments: object, says: str = "", lang: str = "ja", catalogue: Path = data / "catalogue"
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).with_name("kofu"), *map(str, arguments)],
            env={**environment, "KOFU_CATALOGUE": str(catalogue), "KOFU_LANG": lang},
            input=says,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    return run_it


def test_quote_says_verdict_amount_lines_and_reasons(run: Run) -> None:
    done = run("quote", MIDORI, *SMALL, *COST)
    assert (done.returncode, done.stderr) == (0, "")
    shown = done.stdout.split("設備の入替え")[1].split("\n\n")[0]
    for part in ("判定: 対象", "支援額: 4,999,999円", "補助率 1/3  22行", "自己負担額: 10,000,000円"):
        assert part in shown
    assert "1/2以内" not in shown  # the row that does not apply
    assert re.search(
        r"対象外のもの\n  事務局への補助 +応募する立場が「執行団体」であること（答え: 事業を行う者）",
        done.stdout,
    )


def test_quote_asks_for_what_is_open_and_says_the_range(run: Run) -> None:
    done = run(
        "quote",
        MIDORI,
        *SMALL,
        "--set",
        "賃上げを行う=はい",
        "--set",
        "補助対象経費=600万円",
        "--benefit",
        "設備の入替え",
    )
    assert "0円〜3,000,000円" in done.stdout
    assert "適用される補助率は？（シート: 1/2以内）" in done.stdout
    assert "事務局への補助" not in done.stdout


def test_further_figures_hold_for_one_who_is_eligible(run: Run) -> None:
    unsure = run("quote", MIDORI, "--benefit", "設備の入替え", *COST).stdout
    assert "要確認" in unsure
    assert unsure.index("対象なら:") < unsure.index("自己負担額")
    sure = run("quote", MIDORI, "--benefit", "設備の入替え", *SMALL, *COST).stdout
    assert "自己負担額" in sure
    assert "対象なら" not in sure


def test_quote_speaks_english(run: Run) -> None:
    done = run("quote", MIDORI, *SMALL, *COST, "--explain", lang="en")
    assert "eligible: yes" in done.stdout
    assert "amount: ¥4,999,999" in done.stdout
    assert "rounded down" in done.stdout


def test_quote_explains_step_by_step(run: Run) -> None:
    done = run("quote", MIDORI, *SMALL, *COST, "--explain", "--benefit", "設備の入替え")
    assert "補助対象経費 14,999,999円 × 補助率 1/3（22行） ＝ 4,999,999と2/3円" in done.stdout


def test_quote_as_json_is_exact(run: Run) -> None:
    found = json.loads(run("quote", MIDORI, *SMALL, *COST, "--json").stdout)
    assert [(q["benefit"], q["eligible"], q["amount"]) for q in found["quotes"]][:2] == [
        ("事務局への補助", False, 0),
        ("設備の入替え", True, 4_999_999),
    ]
    assert re.fullmatch(r"[0-9a-f]{64}", found["quotes"][1]["definition"])


def test_quote_prints_the_schedule_of_a_loan(run: Run) -> None:
    done = run("quote", MIDORI, *SMALL, *LOAN, "--schedule", "--method", "元金均等")
    assert "72,000,000円、10年（うち据置2年）、年利率 1.2%" in done.stdout
    # Third year: 12 × 750,000; interest 1/1000 of 72,000,000 − n × 750,000 for n = 0…11: 864,000 − 49,500.
    assert re.search(r"3 +9,000,000円 +814,500円 +9,814,500円 +63,000,000円", done.stdout)
    record = json.loads(run("quote", MIDORI, *SMALL, *LOAN, "--schedule", "--json").stdout)
    assert len(record["schedules"]["低利の融資"]["instalments"]) == 120


def test_facts_come_from_a_file_of_a_spreadsheet_and_set_goes_before_it(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "会社.csv"
    path.write_bytes(
        '申請者の種別,会社\r\n補助対象経費,"1,500円"\r\n賃上げを行う,いいえ\r\n業種,製造業\r\n従業員数,5人\r\n'.encode(
            "cp932"
        )
    )
    arguments = ("quote", MIDORI, "--benefit", "設備の入替え", "--facts", path)
    assert "支援額: 500円" in run(*arguments).stdout
    assert "支援額: 100円" in run(*arguments, "--set", "補助対象経費＝３００円").stdout
    piped = run(
        "quote",
        MIDORI,
        "--benefit",
        "設備の入替え",
        "--facts",
        "-",
        says=path.read_bytes().decode("cp932").replace(",", ": ", 1),
    )
    assert piped.returncode == 2


def test_what_if_shows_before_and_after(run: Run) -> None:
    done = run(
        "what-if", AKARI, "--set", "申請者の種別=組合", "--set", "補助対象経費=100円", "--param", "補助率=1/2"
    )
    assert re.search(r"街路灯の交換 +66円 +50円 +−16円", done.stdout)
    found = json.loads(run("what-if", AKARI, "--param", "補助率=1/2", "--json").stdout)
    assert found["before"][0]["definition"] != found["after"][0]["definition"]


def test_match_sorts_and_says_why_not(run: Run) -> None:
    done = run("match", "--set", "申請者の種別=組合", "--set", "補助対象経費=300万円", "--all")
    assert done.stdout.index(AKARI) < done.stdout.index(MIDORI)
    assert "200万円" in done.stdout
    assert "対象 1件、要確認 1件、対象外 0件" in done.stdout
    refused = run("match", "--set", "申請者の種別=会社", "--all")
    assert re.search(
        rf"{AKARI} 商店街の明かり交換事業\n +.*申請者の種別が「組合」であること（答え: 会社）", refused.stdout
    )
    assert "次に答えるとよいこと" in refused.stdout
    only = json.loads(run("match", "--field", "省エネ・GX", "--json").stdout)
    assert [p["programme"] for p in only["programmes"]] == [MIDORI]
    assert only["next"]


def test_ask_goes_on_until_nothing_matters_and_saves(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    answers = {"申請する方は": "3", "経費は": "３００万円", "賃上げ": "いいえ"}
    says = _script(run, answers)
    done = run("ask", "--save", path, says=says)
    assert (done.returncode, done.stderr) == (0, "")
    assert "これ以上お尋ねすることはありません" in done.stdout
    assert "対象 1件、要確認 1件、対象外 0件" in done.stdout
    assert read_facts_file(path)["申請者の種別"] == "組合"
    again = run("match", "--facts", path)
    assert "対象 1件、要確認 1件" in again.stdout


def _script(run: Run, answers: dict[str, str]) -> str:
    """What to type, found by answering each question as it comes."""
    typed = ""
    for _ in range(12):
        shown = run("ask", says=typed).stdout
        if "これ以上" in shown:
            return typed
        last = re.findall(r"^\d+\. (.+)$", shown, re.MULTILINE)[-1]
        typed += next((a for words, a in answers.items() if words in last), "") + "\n"
    raise AssertionError(f"the interview does not end: {typed!r}")


def test_ask_helps_goes_back_and_ends(run: Run) -> None:
    done = run("ask", says="?\n戻る\nどれでもない何か\n1\n戻る\n3\n終了\n")
    assert done.returncode == 0
    for part in (
        "答えを知っている人",
        "最初の質問です",
        "この選択肢はありません",
        "申請者の種別: 会社",
        "申請者の種別: 組合",
    ):
        assert part in done.stdout
    assert done.stdout.count("1. 申請する方はどれに当たりますか。") == 2
    assert "答えは保存していません" in done.stdout
    ended = run("ask", says="", lang="en")
    assert ended.returncode == 0
    assert "1. What kind of applicant" in ended.stdout
    assert not JAPANESE.search(ended.stdout.split("yes 0")[0].split("eligible")[0])


def test_combine_or_says_what_it_needs(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "items.yaml"
    path.write_text(
        f"items: {{街路灯: 900万円}}\nprogrammes: {{{AKARI}: }}\nfacts: {{申請者の種別: 組合}}\n", "utf-8"
    )
    done = run("combine", "--items", path)
    try:
        import highspy  # noqa: F401
    except ImportError:
        assert (done.returncode, "highspy" in done.stderr) == (2, True)
        return
    assert "合計: 6,000,000円" in done.stdout
    assert "証明済み" in done.stdout
    record: dict[str, Any] = json.loads(run("combine", "--items", path, "--json").stdout)
    assert (record["total"], record["gap_yen"], record["best"][0]["items"]) == (
        6_000_000,
        0,
        {"街路灯": 9_000_000},
    )


def test_a_wrong_choice_in_the_interview_says_how_to_choose(run: Run) -> None:
    shown = run("ask", says="99\n終了\n").stdout
    assert re.search(r"この選択肢はありません.*\n +1–\d+ か名前で", shown)


def test_a_table_is_changed_row_by_row_and_each_row_is_shown(run: Run) -> None:
    said = run("what-if", MIDORI, "--param", "補助率=1/2").stderr
    assert "補助率[1]=1/2以内（賃上げを行う: はい）" in said
    assert "補助率[2]=1/3（賃上げを行う: いいえ）" in said
    done = run("what-if", MIDORI, *SMALL, *COST, "--param", "補助率[2]=1/2")
    assert re.search(r"設備の入替え +4,999,999円 +5,000,000円", done.stdout)


def test_a_catalogue_of_ones_own_brings_its_own_cases(run: Run, data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    (folder / "cases").mkdir(parents=True)
    for name in (MIDORI, AKARI):
        (folder / f"{name}.yaml").write_bytes((data / "catalogue" / f"{name}.yaml").read_bytes())
    text = (
        f"programme: {AKARI}\ncases:\n  - name: 三百円\n    benefit: 街路灯の交換\n"
        "    facts: {申請者の種別: 組合, 補助対象経費: 300円}\n    expect: {支援額: 199円}\n    why: 300円 × 2/3 ＝ 200円\n"
    )
    (folder / "cases" / f"{AKARI}.yaml").write_text(text, "utf-8")
    done = run("test", "--json", catalogue=folder)
    found = json.loads(done.stdout)
    assert (done.returncode, found["cases"], len(found["problems"])) == (1, 1, 1)
    (folder / "cases" / f"{AKARI}.yaml").write_text(text.replace("199円", "200円"), "utf-8")
    assert json.loads(run("test", "--json", catalogue=folder).stdout) == {"cases": 1, "problems": []}


def test_facts_lists_the_vocabulary(run: Run) -> None:
    assert "資本金（出資の総額）はいくらですか。" in run("facts", "資本金").stdout
    assert "What is your capital?" in run("facts", "capital", "--lang", "en").stdout
    derived = run("facts", "小規模事業者").stdout
    assert "小規模事業者である: " in derived
    assert "中小企業基本法第2条第5項" in derived
    [record] = json.loads(run("facts", "小規模事業者である", "--json", "--lang", "en").stdout)
    assert (record["type"], record["derived"]) == ("truth", True)
    assert "at most 20 employees" in record["question"]
    nothing = run("facts", "なにもない言葉")
    assert (nothing.returncode, nothing.stdout) == (1, "")


BAD = [
    (["quote", "meti-fy2024s-midoli"], "近いもの: meti-fy2024s-midori"),
    (["quote", "緑の商店街"], "近いもの: meti-fy2024s-midori"),
    (["quote", AKARI, "--set", "補助対称経費=1円"], "近いもの: 補助対象経費"),
    (["quote", AKARI, "--set", "補助対象経費"], "「名前=値」の形"),
    (["quote", AKARI, "--set", "補助対象経費=1円", "--set", "補助対象経費=2円"], "値が2つ"),
    (["quote", AKARI, "--set", "補助対象経費=5人"], "単位は円"),
    (["quote", AKARI, "--set", "補助対象経費=-5"], "補助対象経費=-5"),
    (["quote", AKARI, "--set", "補助対象経費=1e30"], "補助対象経費=1e30"),
    (["quote", AKARI, "--set", "補助対象経費=20兆円"], "10兆円まで"),
    (["quote", AKARI, "--set", "補助対象経費=0.5円"], "1円刻み"),
    (["quote", AKARI, "--set", "補助対象経費=はい"], "数として読めません"),
    (["quote", MIDORI, "--set", "賃上げを行う=5"], "はい か いいえ"),
    (["quote", AKARI, "--set", "申請者の種別=会杜"], "近いもの: 会社"),
    (["quote", AKARI, "--date", "2024-13-01"], "日付として読めません"),
    (["quote", AKARI, "--param", "補助率=半分"], "値として読めません"),
    (["quote", AKARI, "--param", "補助立=1/2"], "「補助立」というパラメーターはありません"),
    (["quote", AKARI, "--param", "補助率=5円"], "単位"),
    (["quote", AKARI, "--benefit", "別の支援"], "街路灯の交換"),
    (["quote", AKARI, "--schedule"], "返済の条件"),
    (["quote", AKARI, "--facts", "none.yaml"], "none.yaml: ファイルがありません"),
    (["quote", AKARI, "--param", "補助率=5"], "割合は1（100%）以下に"),
    (["quote", AKARI, "--param", "補助率=-1/2"], "マイナスの値"),
    (
        ["quote", AKARI, "--set", "自治体である=はい", "--set", "申請者の種別=会社"],
        "自治体である=はい は 申請者の種別=会社 と両立",
    ),
    (["match", "--set", "補助率=1/2"], "事業ごとに決まる値"),
    (["match", "--field", "天文"], "「天文」はありません"),
    (["what-if", AKARI], "--param"),
    (["combine", "--items", "none.yaml"], "none.yaml"),
]


@pytest.mark.parametrize(("arguments", "says"), BAD)
def test_a_slip_is_one_sentence(run: Run, arguments: list[str], says: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
    english = run(*arguments, lang="en")
    assert english.returncode == 2
    assert english.stderr.count("\n") == 1
    assert english.stderr != done.stderr


def test_not_a_number_is_an_unknown_and_stays_one(run: Run) -> None:
    done = run("quote", AKARI, "--set", "申請者の種別=組合", "--set", "補助対象経費=NaN")
    assert "0円以上、費用などによる" in done.stdout
