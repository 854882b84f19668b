"""`kofu what-if`: what other figures would change, for one case or over a population."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from kofu.command.calls import LANG, CommandGroup, common, json_flag, open_catalogue, print_json, t
from kofu.command.options import case_options, programme_of, read_day, read_given, read_pairs
from kofu.command.population_options import assumption_options, population_options
from kofu.command.rules import quotes_of, quotes_record
from kofu.errors import KofuError

_COMMA = re.compile(r"[、，]|,(?!\d{3}(?!\d))")
"""Between the values of a sweep; 5,000万円 is one."""
what_if_commands = CommandGroup("what-if")
"""Gathers it; `kofu.cli` takes it over into `kofu` itself."""


@what_if_commands.command(
    "what-if",
    help=t(
        "数値を変えたら、一つの例が、または --population のたくさんの企業と予算が、どう変わるかを試算する。",
        "Before and after: what other figures would change, for one case, or with --population for many firms.",
    ),
)
@click.argument("identifier", metavar=t("事業のID", "PROGRAMME"))
@click.option(
    "--benefit", metavar="KEY", help=t("支援の一つだけ（一つの例のとき）", "only this benefit (of one case)")
)
@case_options
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar=t("名前=値", "NAME=VALUE"),
    help=t("仮に置く数値（例: 補助率=1/2）", "a figure to suppose (補助率=1/2)"),
)
@click.option(
    "--variants",
    "variants_file",
    type=click.Path(path_type=Path),
    help=t(
        "案のファイル（YAML・JSON。variants: と sweep:）",
        "file of variants (YAML or JSON; variants:, sweep:)",
    ),
)
@click.option(
    "--sweep",
    "sweeps",
    multiple=True,
    metavar=t("名前=値,値…", "NAME=VALUE,…"),
    help=t(
        "動かす数値（例: 補助率=1/3,1/2,2/3）。2つまで", "a figure to sweep (補助率=1/3,1/2,2/3); at most two"
    ),
)
@population_options
@assumption_options
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help=t("報告（HTML 1枚）を書くファイル", "file for the report, one HTML page"),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help=t("結果（JSON・CSV・HTML）を書くフォルダー", "folder for the results"),
)
@json_flag
@common
def what_if(
    identifier: str,
    benefit: str | None,
    sets: tuple[str, ...],
    facts_file: Path | None,
    params: tuple[str, ...],
    variants_file: Path | None,
    sweeps: tuple[str, ...],
    report: Path | None,
    out: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """`kofu what-if`."""
    if not (params or variants_file or sweeps):
        raise KofuError(
            "--param で変える数値を指定してください（例: --param 補助率=1/2。--population があれば --variants、--sweep も使えます）",
            "name the figures to change with --param (e.g. --param 補助率=1/2; with --population also --variants and --sweep)",
        )
    if options["named"]:
        _refuse(("--set", sets), ("--facts", facts_file), ("--benefit", benefit))
        _over_population(identifier, params, variants_file, sweeps, report, out, as_json, options)
    else:
        _refuse(("--variants", variants_file), ("--sweep", sweeps), ("--report", report), ("--out", out))
        _of_one_case(identifier, benefit, sets, facts_file, params, options["day"], as_json)


def _refuse(*given: tuple[str, object]) -> None:
    for option, value in given:
        if value:
            raise KofuError(
                f"{option} は、--population と一緒には使えません"
                if option in ("--set", "--facts", "--benefit")
                else f"{option} には、--population で企業の数かファイルが要ります（例: --population 10万）",
                f"{option} cannot go with --population"
                if option in ("--set", "--facts", "--benefit")
                else f"{option} needs firms: name a number or files with --population (e.g. --population 100000)",
            )


def _of_one_case(
    identifier: str,
    benefit: str | None,
    sets: tuple[str, ...],
    facts_file: Path | None,
    params: tuple[str, ...],
    day: str | None,
    as_json: bool,
) -> None:
    programme = programme_of(open_catalogue(), identifier)
    given, date = read_given(sets, facts_file), read_day(day)
    before = quotes_of(programme, given, date, (), benefit)
    after = quotes_of(programme, given, date, params, benefit)
    if as_json:
        records = [quotes_record(programme, quotes, False)["quotes"] for quotes in (before, after)]
        print_json({"programme": programme.id, "before": records[0], "after": records[1]})
        return
    from kofu.command.print_rules import what_if_table

    what_if_table(list(zip(before, after, strict=True)), LANG)


def _over_population(
    identifier: str,
    params: tuple[str, ...],
    variants_file: Path | None,
    sweeps: tuple[str, ...],
    report: Path | None,
    out: Path | None,
    as_json: bool,
    options: dict[str, Any],
) -> None:
    from kofu.command.simulate import chosen, run
    from kofu.population.report.report import render_report
    from kofu.population.results import write_file
    from kofu.population.variants import Variant, Variants, gathered, read_variants

    if report is not None and not report.absolute().parent.is_dir():
        raise KofuError(
            f"--report {report}: フォルダーがありません。先に作ってください",
            f"--report {report}: there is no such folder; make it first",
        )
    filed = read_variants(variants_file) if variants_file else Variants()
    stated = list(filed.stated)
    if params:
        pairs = read_pairs("--param", params)
        stated.append(Variant("、".join(f"{n}={v}" for n, v in pairs.items()), pairs, {}))
    axes = [(name, _COMMA.split(values)) for name, values in read_pairs("--sweep", sweeps).items()]
    variants = gathered(stated, axes or filed.axes)
    record = run(options, chosen([identifier]), variants, out)
    if report is not None:
        write_file(report, render_report(record, LANG))
    if as_json:
        print_json(record)
        return
    from kofu.command.print_simulation import variants_text

    variants_text(record, LANG)
    for written in (report, out):
        if written is not None:
            click.echo(t(f"結果: {written}", f"results: {written}"))
