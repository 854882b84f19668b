"""`kofu prove`: the report of the proof reader."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from kofu.command.calls import CommandGroup, common, json_flag, open_catalogue, print_json, t

if TYPE_CHECKING:
    from kofu.rules.proof import Verdict

proof_commands = CommandGroup("proof")
"""Gathers the command; `kofu.cli` takes it over into `kofu` itself."""

OUTCOMES = {
    "proved": ("証明", "proved"),
    "refuted": ("反例", "refuted"),
    "unknown": ("未決", "unknown"),
    "not applicable": ("該当なし", "not applicable"),
}


@proof_commands.command(
    help=t(
        "規則が守るべきことを、すべての場合について証明する。破れるときは反例を出す。",
        "Prove of the rules what they must keep to, for every case; where one breaks it, show that case.",
    )
)
@click.argument("identifiers", nargs=-1, metavar="[ID]...")
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 3600),
    default=5.0,
    show_default=True,
    help=t("一つの主張にかける時間の上限（秒）", "time limit for each statement, in seconds"),
)
@json_flag
@common
def prove(identifiers: tuple[str, ...], seconds: float, as_json: bool) -> None:
    """`kofu prove`."""
    verdicts = list(_verdicts(identifiers, seconds))
    if as_json:
        print_json([_record(verdict) for verdict in verdicts])
    else:
        _table(verdicts)
        for verdict in verdicts:
            if verdict.outcome in ("refuted", "unknown"):
                _tell(verdict, seconds)
    if any(verdict.outcome == "refuted" for verdict in verdicts):
        sys.exit(1)


def _verdicts(identifiers: tuple[str, ...], seconds: float) -> Iterator[Verdict]:
    """Of the programmes named; of all of them and of the classes of law where none is."""
    from kofu.command.terminal import progress
    from kofu.rules.check import default_date
    from kofu.rules.proof import law_statements, prove_all, statements

    programmes = list(open_catalogue().programmes(identifiers or None))
    if not identifiers:
        yield from prove_all(law_statements(max(map(default_date, programmes))), seconds)
    with progress(t("証明", "proving")) as bar:
        for programme in bar.track(programmes):
            yield from prove_all(statements(programme), seconds)


def _table(verdicts: list[Verdict]) -> None:
    """Kinds of statement by outcome."""
    from rich.table import Table

    from kofu.command.terminal import console
    from kofu.rules.statements import KINDS

    count = Counter((verdict.statement.kind, verdict.outcome) for verdict in verdicts)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(t("主張", "statement"), no_wrap=True)
    for names in OUTCOMES.values():
        table.add_column(t(*names), justify="right", no_wrap=True)
    for kind, (ja, en) in KINDS.items():
        figures = [count[kind, outcome] for outcome in OUTCOMES]  # type: ignore[index]
        if any(figures):
            table.add_row(t(ja, en), *(str(figure or "") for figure in figures))
    totals = [sum(v.outcome == outcome for v in verdicts) for outcome in OUTCOMES]
    table.add_row(t("計", "total"), *map(str, totals), style="bold")
    console().print(table)


def _tell(verdict: Verdict, seconds: float) -> None:
    """What is broken or open, with the case that shows it."""
    from kofu.catalogue.fmt import format_text
    from kofu.rules.proof_case import counter_example
    from kofu.rules.statements import KINDS

    about = verdict.statement
    place = "  ".join(part for part in (about.programme, about.subject, about.detail) if part)
    click.echo(f"\n{t(*OUTCOMES[verdict.outcome])}: {t(*KINDS[about.kind])}  {place}")
    case = counter_example(verdict)
    if case is not None:
        click.echo(format_text(json.dumps(case, ensure_ascii=False)), nl=False)
    elif verdict.outcome == "unknown":
        click.echo("  " + t(f"{verdict.by}（上限{seconds:g}秒）", f"no answer (limit {seconds:g} s)"))


def _record(verdict: Verdict) -> dict[str, Any]:
    from kofu.rules.proof_case import counter_example

    about = verdict.statement
    return {
        "kind": about.kind,
        "programme": about.programme,
        "subject": about.subject,
        "detail": about.detail,
        "outcome": verdict.outcome,
        "by": verdict.by,
        "counter_example": counter_example(verdict),
    }
