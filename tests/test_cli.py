"""The command as people use it: in processes of their own, in both languages, with pipes, terminals and slips."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

KOFU = [str(Path(sys.executable).with_name("kofu"))]
NOTO = "meti-fy2024s-nariwai-noto"
GROUP = "meti-fy2016s2-group-hojo"
Run = Callable[..., "subprocess.CompletedProcess[str]"]
COMMANDS = "list search show flow check fmt export read serve completion".split()
JAPANESE = re.compile(r"[ぁ-ヿ一-鿿]")


def test_help_is_in_the_language_asked_for(kofu: Run) -> None:
    ja, en = kofu("--help").stdout, kofu("--lang", "en", "--help").stdout
    for command in COMMANDS:
        assert re.search(rf"^  {command}\b", ja, re.MULTILINE)
        assert re.search(rf"^  {command}\b", en, re.MULTILINE)
    assert "使い方" in ja
    assert "オプション" in ja
    assert "Usage:" not in ja
    assert "Usage: kofu" in en
    assert not JAPANESE.search(en.replace("交付", ""))
    assert (
        kofu("list", "--help", env={"KOFU_LANG": "en"}).stdout == kofu("list", "--help", "--lang=en").stdout
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(kofu: Run, command: str) -> None:
    help_en = kofu(command, "--help", "--lang", "en")
    assert help_en.returncode == 0
    assert not JAPANESE.search(help_en.stdout)


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize(
    ("arguments", "ja", "en"),
    [
        (["list", "--field", "recovery"], "150億円", "¥15 billion"),
        (["search", "能登"], "なりわい再建支援事業", "Rebuilding Livelihoods"),
        (["show", NOTO], "国 ──補助（2/3、1/2）→ 県", "the state ──subsidy (2/3, 1/2)→ 県"),
        (
            ["flow", NOTO],
            "──補助（3/4以内、定額）→ 中小企業等",
            "──subsidy (at most 3/4, fixed sum)→ 中小企業等",
        ),
        (["check"], "114ファイル、誤り0件", "114 files, 0 errors"),
        (["show", NOTO], "負担割合 3/8 C類型", "share of cost 3/8 C類型"),
        (["show", NOTO], "3598, 3603, 3600–3601行", "lines 3598, 3603, 3600–3601"),
        (["show", GROUP], f"後の事業: {NOTO}（後継）", f"Later programme: {NOTO} (succeeds)"),
        (["show", "meti-fy2016s2-chiiki-mirai"], "計算による値（半数）", "derived (半数)"),
    ],
)
def test_commands_answer_in_both_languages(
    kofu: Run, arguments: list[str], ja: str, en: str, lang: str
) -> None:
    done = kofu(*arguments, "--lang", lang)
    assert (done.returncode, done.stderr) == (0, "")
    assert (ja if lang == "ja" else en) in done.stdout
    assert "\x1b" not in done.stdout


def test_json_of_every_command_is_json(kofu: Run) -> None:
    listed = json.loads(kofu("list", "--json", "--year", "2016").stdout)
    assert (listed["total"], len(listed["programmes"])) == (42, 42)
    found = json.loads(kofu("search", "能登", "--json", "--limit", "1").stdout)
    assert found["total"] > len(found["programmes"]) == 1
    shown = json.loads(kofu("show", NOTO, "--json").stdout)
    assert (shown["id"], shown["amounts"][0]["yen"]) == (NOTO, 15_000_000_000)
    flows = json.loads(kofu("flow", NOTO, "--json").stdout)
    assert [f["from"] for f in flows] == ["国", "県"]
    assert json.loads(kofu("check", "--json").stdout) == []
    assert len(json.loads(kofu("export", "--format", "json").stdout)) == 114


@pytest.mark.parametrize(
    ("arguments", "code", "ja"),
    [
        (["search", "存在しない語句"], 1, "見つかりません"),
        (["search", "、、"], 1, "見つかりません"),
        (["search", "あ" * 10_000], 2, "10000字"),
        (["search"], 2, "指定してください"),
        (["search", "a", "--limit", "0"], 2, "1 から 1000"),
        (["search", "a", "--limit", "many"], 2, "整数"),
        (["list", "--field", "農業"], 2, "field: 政策分野に「農業」はありません"),
        (["show", "nope"], 2, "「nope」という事業はありません"),
        (["flow", "nope"], 2, "「nope」という事業はありません"),
        (["show"], 2, "ID を指定"),
        (["nope"], 2, "nope というコマンドはありません"),
        (["--nope"], 2, "--nope というオプションはありません"),
        (["list", "--lang", "fr"], 2, "ja、en のどれか"),
        (["export", "--format", "xlsx"], 2, "parquet"),
        (["export", "--format", "package"], 2, "--output"),
        (["export", "--format", "csv", "--table", "money"], 2, "programmes"),
        (["check", "/nowhere.yaml"], 2, "/nowhere.yaml"),
        (["check", "--sources", "/nowhere"], 2, "--sources のフォルダーがありません"),
        (["read", "a.txt", "--drafts", __file__], 2, "ファイルでなくフォルダーを"),
        (["list", "--instrument", "補助金"], 2, "補助 subsidy、委託 commission"),
        (["export", "--format", "json", "--bom"], 2, "--bom は csv と package だけ"),
        (["fmt", "/nowhere.yaml"], 2, "/nowhere.yaml"),
    ],
)
def test_a_slip_gets_one_sentence_and_its_exit_code(
    kofu: Run, arguments: list[str], code: int, ja: str
) -> None:
    done = kofu(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert ja in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "en"),
    [
        (["search", "存在しない語句"], 1, "Nothing found"),
        (["search", "a" * 10_000], 2, "10000 characters"),
        (["search"], 2, "Missing argument"),
        (["list", "--field", "farming"], 2, "use one of sme, finance"),
        (["show", "nope"], 2, "no programme 'nope'"),
        (["nope"], 2, "No such command 'nope'"),
        (["fmt", "/nowhere.yaml"], 2, "no such file"),
    ],
)
def test_a_slip_in_english(kofu: Run, arguments: list[str], code: int, en: str) -> None:
    done = kofu(*arguments, env={"KOFU_LANG": "en"})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1)
    assert en in done.stderr
    assert not JAPANESE.search(done.stderr)


def test_arguments_that_are_no_text_get_one_sentence(environment: dict[str, str], kofu: Run) -> None:
    for words in (
        [b"show", b"\xff\xfe"],
        [b"search", b"\xff"],
        [b"list", b"--year", b"\xff"],
        [b"check", b"\xff"],
    ):
        done = subprocess.run([*KOFU, *words], env=environment, capture_output=True, timeout=60)
        assert done.returncode in (1, 2)
        assert done.stderr.count(b"\n") == 1


def test_a_broken_catalogue_is_reported_by_file_and_line(kofu: Run, made_up: Path) -> None:
    path = made_up / "meti-fy2024s-midori.yaml"
    path.write_text(path.read_text("utf-8").replace("yen: 12億円", "yen: 1.5"), "utf-8")
    line = path.read_text("utf-8").split("\n").index("    yen: 1.5") + 1
    check = kofu("check", path)
    assert check.returncode == 1
    assert f"meti-fy2024s-midori.yaml:{line}: amounts[0].yen: " in check.stdout
    assert "1ファイル、誤り1件" in check.stdout
    [problem] = json.loads(kofu("check", path, "--json").stdout)
    assert (problem["line"], problem["field"]) == (line, "amounts[0].yen")
    listed = kofu("list", env={"KOFU_CATALOGUE": str(made_up)})
    assert (listed.returncode, listed.stdout) == (1, "")
    assert f"meti-fy2024s-midori.yaml:{line}" in listed.stderr


def test_a_catalogue_of_ones_own_is_used(kofu: Run, made_up: Path, tmp_path: Path) -> None:
    done = kofu("list", "--json", env={"KOFU_CATALOGUE": str(made_up), "KOFU_CACHE": str(tmp_path / "c")})
    assert [p["id"] for p in json.loads(done.stdout)["programmes"]] == [
        "meti-fy2024s-midori",
        "meti-fy2016s2-akari",
    ]
    (tmp_path / "none").mkdir()
    empty = kofu("list", env={"KOFU_CATALOGUE": str(tmp_path / "none")})
    assert (empty.returncode, empty.stderr.count("\n")) == (2, 1)


def test_a_file_far_too_large_is_refused_unread(kofu: Run, made_up: Path) -> None:
    path = made_up / "meti-fy2024s-midori.yaml"
    os.truncate(path, 500 * 2**20)
    done = kofu("check", path)
    assert (done.returncode, "meti-fy2024s-midori.yaml:1: 大きすぎます" in done.stdout) == (1, True)
    done = kofu("fmt", path)
    assert (done.returncode, "大きすぎます" in done.stderr) == (2, True)
    assert path.stat().st_size == 500 * 2**20


def test_text_in_brackets_is_text(kofu: Run, made_up: Path, tmp_path: Path) -> None:
    path = made_up / "meti-fy2024s-midori.yaml"
    text = re.sub("  ja: 緑の.*", '  ja: "[red]緑[/nope]商店街支援事業"', path.read_text("utf-8"))
    path.write_text(re.sub("  ja: 商店街の.*", '  ja: "[bold]設備[/]を替える"', text), "utf-8")
    env = {"KOFU_CATALOGUE": str(made_up), "KOFU_CACHE": str(tmp_path / "c")}
    for arguments in (["list"], ["show", "meti-fy2024s-midori"], ["flow", "meti-fy2024s-midori"]):
        done = kofu(*arguments, env=env)
        assert done.returncode == 0, done.stderr
        assert "[red]緑[/nope]商店街支援事業" in done.stdout


def test_fmt_changes_only_what_differs(kofu: Run, made_up: Path) -> None:
    path, other = made_up / "meti-fy2024s-midori.yaml", made_up / "meti-fy2016s2-akari.yaml"
    tidy, stamp = path.read_bytes(), other.stat().st_mtime_ns
    assert kofu("fmt", "--check", made_up).returncode == 0
    path.write_bytes(tidy.replace(b"\n", b"\r\n"))
    check = kofu("fmt", "--check", made_up)
    assert (check.returncode, check.stdout.strip()) == (1, str(path))
    assert path.read_bytes() != tidy
    assert kofu("fmt", made_up).returncode == 0
    assert path.read_bytes() == tidy
    assert other.stat().st_mtime_ns == stamp
    path.write_bytes(tidy.replace(b"  ja", b"     ja"))
    other.write_text("id: [", "utf-8")
    broken = kofu("fmt", made_up)
    assert (broken.returncode, "meti-fy2016s2-akari.yaml:" in broken.stderr) == (2, True)
    assert path.read_bytes() != tidy  # one bad file: nothing is rewritten


def test_check_says_when_it_could_prove_nothing(kofu: Run, tmp_path: Path, sources: Path) -> None:
    none = kofu("check", "--sources", tmp_path)
    assert (none.returncode, "資料（" in none.stderr) == (2, True)
    name = "meti-fy2024-supplementary.txt"
    shutil.copy(sources / name, tmp_path / name)
    some = kofu("check", "--sources", tmp_path)
    assert some.returncode == 0
    assert "meti-fy2016-supplementary-2.txtは無く" in some.stdout
    assert "absent" not in kofu("check", "--sources", sources, "--lang", "en").stdout


@pytest.mark.parametrize("kind", ["json", "csv", "schema", "dictionary"])
def test_what_is_printed_is_what_is_written(kofu: Run, tmp_path: Path, kind: str) -> None:
    printed = kofu("export", "--format", kind)
    written = kofu("export", "--format", kind, "--output", tmp_path / "out")
    assert (written.returncode, written.stdout) == (0, "")
    assert (tmp_path / "out").read_text("utf-8") == printed.stdout


READ_SLIPS: dict[str, bytes | None] = {
    "missing.txt": None,
    "empty.txt": b"",
    "binary.txt": bytes(range(256)) * 40,
    "no-sheet.txt": "きょうは天気がよい。\n散歩に出かけた。\n".encode(),
}


@pytest.mark.parametrize("name", [*READ_SLIPS, "folder"])
def test_a_file_that_cannot_be_read_is_named(kofu: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    elif (content := READ_SLIPS[name]) is not None:
        path.write_bytes(content)
    done = kofu("read", path, "--drafts", tmp_path / "drafts", "--json", tmp_path / "out.json")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert path.stem in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert not (tmp_path / "drafts").exists()
    assert not (tmp_path / "out.json").exists()


def on_terminal(arguments: list[str], env: dict[str, str], columns: int) -> str:
    """What a person sees on a terminal of that width."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(KOFU[0], [*KOFU, *arguments], env | {"TERM": "xterm", "COLUMNS": str(columns)})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    seen = b""
    try:
        while part := os.read(terminal, 65536):
            seen += part
    except OSError:  # Linux reports the end of a terminal so
        pass
    os.close(terminal)
    assert os.waitpid(pid, 0)[1] == 0, seen[-2000:]
    return seen.decode("utf-8")


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@pytest.mark.parametrize(
    "arguments", [["list"], ["list", "--lang", "en"], ["search", "補助", "--limit", "1000"], ["show", NOTO],
                  ["show", "meti-fy2016s2-chiiki-mirai", "--lang", "en"], ["flow", NOTO]]
)  # fmt: skip
def test_what_is_shown_fits_the_terminal(
    environment: dict[str, str], store: object, arguments: list[str]
) -> None:
    seen = on_terminal(arguments, environment, 80)
    assert "\x1b[" in seen  # bold, colours: a person looks at it
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen).splitlines()
    assert len(lines) >= 3
    assert [line for line in lines if width(line.rstrip()) > 80] == []


def test_no_colour_when_asked(environment: dict[str, str], store: object) -> None:
    seen = on_terminal(["list"], environment | {"NO_COLOR": "1"}, 80)
    assert not re.search(r"\x1b\[(?:\d+;)*3[0-7]m", seen)


def test_piped_lines_are_not_broken(kofu: Run) -> None:
    lines = kofu("list").stdout.splitlines()
    assert len(lines) == 1 + 114 + 1
    assert all(line.startswith("meti-") for line in lines[1:-1])
    assert max(len(line) for line in kofu("show", NOTO).stdout.splitlines()) > 80


@pytest.mark.parametrize(
    "arguments", [["list"], ["list", "--json"], ["export", "--format", "json"], ["show", NOTO]]
)
def test_a_closed_pipe_leaves_no_trace(
    environment: dict[str, str], store: object, arguments: list[str]
) -> None:
    reader, writer = os.pipe()
    process = subprocess.Popen([*KOFU, *arguments], env=environment, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    os.close(reader)  # nobody will read a single byte
    assert process.communicate(timeout=60)[1] == b""


def test_head_of_a_long_list(environment: dict[str, str], store: object) -> None:
    line = f"{KOFU[0]} export --format json | head -c 20"
    done = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ('[\n {\n  "id": "meti-f', "")


def test_an_interrupt_ends_with_130_and_no_trace(environment: dict[str, str], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "slow.yaml")  # who reads it waits until somebody writes
    process = subprocess.Popen(
        [*KOFU, "check", tmp_path], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    writer = None
    while writer is None and process.poll() is None:
        try:
            writer = os.open(tmp_path / "slow.yaml", os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads it yet
            time.sleep(0.05)
    assert writer is not None
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=20)
    os.close(writer)
    assert process.returncode == 130
    assert "Traceback" not in stderr + stdout
    assert "Aborted" not in stderr


def test_completion_completes_a_subcommand_in_bash(
    kofu: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    script = tmp_path / "completion.bash"
    script.write_text(kofu("completion", "bash").stdout, "utf-8")
    line = f"""set -e; source {script}
        COMP_WORDS=(kofu se); COMP_CWORD=1; _kofu_completion {KOFU[0]}; echo "${{COMPREPLY[@]}}"
        COMPREPLY=(); COMP_WORDS=(kofu export --format p); COMP_CWORD=3; _kofu_completion {KOFU[0]}; echo "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert [set(words.split()) for words in done.stdout.splitlines()] == [
        {"search", "serve"},
        {"parquet", "package"},
    ]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_for_other_shells(kofu: Run, shell: str) -> None:
    assert "_KOFU_COMPLETE" in kofu("completion", shell).stdout


def test_the_version(kofu: Run) -> None:
    from kofu import __version__

    assert kofu("--version").stdout == f"kofu, version {__version__}\n"


def test_a_cache_that_cannot_be_written_is_one_sentence(kofu: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    done = kofu("list", env={"KOFU_CACHE": str(tmp_path / "file" / "cache")})
    assert (done.returncode, done.stderr.count("\n"), "KOFU_CACHE" in done.stderr) == (2, 1, True)


def test_help_and_version_load_nothing_heavy(environment: dict[str, str]) -> None:
    code = "import sys; sys.argv = ['kofu', '--help']; import kofu.cli; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert {"pydantic", "rich", "duckdb", "sqlite3", "litestar", "ruamel.yaml"}.isdisjoint(
        done.stdout.split()
    )
