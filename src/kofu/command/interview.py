"""The interview in the terminal: a question, an answer, how the programmes stand now; it works piped too."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kofu.command.calls import LANG, t
from kofu.command.print_questions import given_text, help_lines, question_lines
from kofu.command.print_rules import best_text, match_table
from kofu.errors import KofuError
from kofu.quoting.interview import Interview
from kofu.rules.vocabulary import FactEntry, normal

if TYPE_CHECKING:
    from kofu.quoting.book import Book
    from kofu.rules.tree import Value

_BACK = {"戻る", "もどる", "back"}
_END = {"終了", "終わり", "quit", "exit"}
_HELP = {"?", "help", "ヘルプ"}
_SHOWN = 20


class _EndedError(Exception):
    """The person has had enough: by word, or the input ended."""


def run_interview(book: Book, given: Mapping[str, Value], save: Path | None) -> None:
    """Ask until nothing matters any more or the person ends it; then the result, and the answers to a file."""
    interview = Interview(book, given)
    click.echo(
        t(
            "分かることだけ答えてください。Enter: 分からない　?: 説明　戻る: 一つ前へ　終了: 結果を見る",
            "Answer what you know. Enter: not known   ?: help   back: one back   quit: the result",
        )
    )
    try:
        _ask_all(interview)
    except _EndedError:
        pass
    else:
        click.echo(t("これ以上お尋ねすることはありません。", "There is nothing left to ask."))
    click.echo()
    match_table(interview.matches(), LANG, _SHOWN, every=False)
    _save(interview, save)


def _ask_all(interview: Interview) -> None:
    entry = interview.question()
    while entry is not None:
        click.echo()
        lines = list(question_lines(entry, LANG))
        click.secho(f"{interview.count + 1}. {lines[0]}", bold=True)
        click.echo("\n".join(lines[1:]))
        entry = _ask(interview, entry)


def _ask(interview: Interview, entry: FactEntry) -> FactEntry | None:
    """One answer to `entry`; the question that comes next, None when nothing is left."""
    while True:
        written = normal(_read()).strip()
        word = written.lower()
        if word in _END:
            raise _EndedError
        if word in _HELP:
            click.echo("\n".join(help_lines(entry, LANG)))
            continue
        if word in _BACK:
            if (earlier := interview.back()) is not None:
                return earlier
            click.echo(t("  最初の質問です。", "  This is the first question."))
            continue
        try:
            value = interview.answer(entry, _chosen(entry, written))
        except KofuError as error:
            click.echo("  " + error.say(LANG))
            if count := len(entry.spec.choices):
                click.echo(t(f"  1–{count} か名前で答えてください。", f"  Answer by 1–{count} or by name."))
            continue
        unknown = t("分からない", "not known")
        click.echo(
            "  → " + (f"{entry.name}: {unknown}" if value is None else given_text(entry.name, value, LANG))
        )
        for line in best_text(interview.matches(), LANG):
            click.secho("  " + line, dim=True)
        return interview.question()


def _chosen(entry: FactEntry, written: str) -> str:
    """The choice whose number was typed."""
    choices = entry.spec.choices
    if choices and written.isdecimal() and 1 <= int(written) <= len(choices):
        return choices[int(written) - 1]
    return written


def _read() -> str:
    """One line from the person. A pipe shows nothing of what comes through it, so it is echoed."""
    click.echo("> ", nl=False)
    line = sys.stdin.readline()
    if not line:
        click.echo()
        raise _EndedError
    if not sys.stdin.isatty():
        click.echo(line.rstrip("\r\n"))
    return line


def _save(interview: Interview, save: Path | None) -> None:
    """Write the answers where --save says; a person at a terminal is asked."""
    if not interview.answers:
        return
    if save is None and sys.stdin.isatty():
        click.echo(
            t("答えを保存するファイル名（保存しないなら Enter）: ", "Save the answers to (Enter: do not): "),
            nl=False,
        )
        name = sys.stdin.readline().strip()
        save = Path(name) if name else None
    if save is None:
        click.echo(
            t(
                "答えは保存していません（--save ファイル名 で保存）。",
                "The answers were not saved (--save FILE saves them).",
            )
        )
        return
    from kofu.catalogue.export import writing
    from kofu.quoting.facts_file import write_facts

    with writing(save) as staging:
        staging.write_text(write_facts(interview.answers), "utf-8")
    click.echo(
        t(
            f"答えを {save} に保存しました。次からは --facts {save} で使えます。",
            f"The answers are in {save}; use them with --facts {save}.",
        )
    )
