"""The commands about what rules stand on: facts (the vocabulary) and test (the cases)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from kofu.command.calls import (
    LANG,
    CommandGroup,
    common,
    counted,
    folder,
    json_flag,
    open_catalogue,
    print_json,
    t,
)

if TYPE_CHECKING:
    from kofu.rules.scope import Derived

fact_commands = CommandGroup("facts")
"""Gathers them; `kofu.cli` takes them over into `kofu` itself."""


@fact_commands.command(
    help=t("使える事実の名前と質問を一覧にする。", "List the facts: names, answers, questions.")
)
@click.argument("words", nargs=-1, metavar=t("[言葉]...", "[WORDS]..."))
@json_flag
@common
def facts(words: tuple[str, ...], as_json: bool) -> None:
    """`kofu facts`."""
    from kofu.rules.scope import law
    from kofu.rules.vocabulary import vocabulary
    from kofu.text.fold import fold

    def told(*texts: str) -> bool:
        return all(fold(word) in fold(" ".join(texts)) for word in words)

    found = [
        entry
        for name, entry in vocabulary().items()
        if told(name, entry.ja, entry.en, *entry.spec.choices, *entry.choices_en.values())
    ]
    derived = {n: d for n, d in law().facts.items() if told(n, d.ja, d.en, d.law or "")}
    if as_json:
        from kofu.quoting.record import question_record

        records = [question_record(entry.name, (), LANG) for entry in found]
        print_json([*records, *(_derived_record(*item) for item in derived.items())])
    elif found or derived:
        from kofu.command.print_questions import facts_table

        if found:
            facts_table(found, LANG)
        for number, (name, entry) in enumerate(derived.items()):
            if not number:
                head = t(
                    "他の事実から導かれるもの（はい・いいえで直接答えてもよい）",
                    "Derived from other facts; may be stated outright (yes, no)",
                )
                click.echo(("\n" if found else "") + head)
            click.echo(
                f"  {name}: {entry.en if LANG == 'en' else entry.ja}"
                + (f" [{entry.law}]" if entry.law else "")
            )
    else:
        click.echo(
            t("見つかりません。言葉を短くしてください。", "Nothing found. Use shorter words."), err=True
        )
    if not found and not derived:
        sys.exit(1)


def _derived_record(name: str, derived: Derived) -> dict[str, Any]:
    """A fact that a law or the sense of a word derives from others."""
    return {
        "name": name,
        "question": derived.en if LANG == "en" else derived.ja,
        "type": "truth",
        "derived": True,
        "law": derived.law,
    }


@fact_commands.command(help=t("事業のそばの計算例を実行する。", "Run the cases beside the programmes."))
@click.argument("identifiers", nargs=-1, metavar="[ID]...")
@json_flag
@common
def test(identifiers: tuple[str, ...], as_json: bool) -> None:
    """`kofu test`."""
    from kofu.command.terminal import progress
    from kofu.quoting.cases import case_files, cases_of, run_cases

    programmes = {p.id: p for p in open_catalogue().programmes(identifiers or None)}
    count, problems = 0, []
    with progress(t("計算例", "cases")) as bar:
        for path, programme in bar.track(list(case_files(programmes, cases_of(folder())))):
            ran, found = run_cases(path, programme)
            count += ran
            problems += found
    if as_json:
        print_json({"cases": count, "problems": [vars(problem) for problem in problems]})
    else:
        for problem in problems:
            click.echo(problem.say(LANG))
        wrong = len(problems)
        click.echo(
            t(f"計算例{count}件、違い{wrong}件", f"{counted(count, 'case')}, {counted(wrong, 'difference')}")
        )
    if problems:
        sys.exit(1)
