"""The commands that read the rules: quote, match, ask, combine, what-if, facts, test."""

from __future__ import annotations

import sys

import click

from kofu.calls import LANG, CommandGroup, common, counted, json_flag, open_catalogue, print_json, t

rule_commands = CommandGroup("rules")
"""Gathers them; `kofu.cli` takes them over into `kofu` itself."""


@rule_commands.command(help=t("事業のそばの計算例を実行する。", "Run the cases beside the programmes."))
@click.argument("identifiers", nargs=-1, metavar="[ID]...")
@json_flag
@common
def test(identifiers: tuple[str, ...], as_json: bool) -> None:
    """`kofu test`."""
    from kofu.quoting.cases import case_files, run_cases
    from kofu.terminal import progress

    programmes = {p.id: p for p in open_catalogue().programmes(identifiers or None)}
    count, problems = 0, []
    with progress(t("計算例", "cases")) as bar:
        for path, programme in bar.track(list(case_files(programmes))):
            ran, found = run_cases(path, programme)
            count += ran
            problems += found
    if as_json:
        print_json([vars(problem) for problem in problems])
    else:
        for problem in problems:
            click.echo(problem.say(LANG))
        wrong = len(problems)
        click.echo(
            t(f"計算例{count}件、違い{wrong}件", f"{counted(count, 'case')}, {counted(wrong, 'difference')}")
        )
    if problems:
        sys.exit(1)
