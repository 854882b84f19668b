"""`kofu simulate`: programmes over a population of firms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kofu.command.calls import LANG, CommandGroup, common, json_flag, open_catalogue, print_json, t
from kofu.command.options import programme_of
from kofu.command.population_options import (
    assumption_options,
    get_population,
    population_options,
    question_of,
    result_folder,
    setup_of,
    showing,
)
from kofu.errors import KofuError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kofu.population.variants import Variants
    from kofu.programme.model import Programme

simulate_commands = CommandGroup("simulate")
"""Gathers it; `kofu.cli` takes it over into `kofu` itself."""


@simulate_commands.command(
    help=t(
        "たくさんの企業について、事業ごとに何社が合い、いくらになり、予算がいつ尽きるかを計算する。",
        "Over many firms: how many fit each programme, what it costs whom, and when the budget runs out.",
    )
)
@click.argument("files", nargs=-1)
@click.option(
    "--programmes",
    multiple=True,
    metavar="ID[,ID…]",
    help=t("計算する事業。省略時はすべて", "the programmes; all if not given"),
)
@population_options
@assumption_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help=t(
        "結果（JSON・CSV・HTML）を書くフォルダー。中断しても同じ指定で続きから計算する",
        "folder for the results (JSON, CSV, HTML); after a break the same call goes on",
    ),
)
@json_flag
@common
def simulate(
    files: tuple[str, ...], programmes: tuple[str, ...], out: Path | None, as_json: bool, **options: Any
) -> None:
    """`kofu simulate`."""
    record = run(options, chosen(programmes), None, out, files)
    if as_json:
        print_json(record)
        return
    from kofu.command.print_simulation import simulation_text

    simulation_text(record, LANG)
    if out is not None:
        click.echo(t(f"結果: {out}", f"results: {out}"))


def chosen(named: Iterable[str]) -> tuple[Programme, ...]:
    """The programmes of a call, each once; all that have rules if it names none.

    Raises:
        KofuError: there is no such programme, or it has no rules.
    """
    store = open_catalogue()
    wanted = [name.strip() for text in named for name in text.split(",") if name.strip()]
    if not wanted:
        return tuple(p for p in store.programmes() if p.benefits)
    found = [programme_of(store, name) for name in dict.fromkeys(wanted)]
    for programme in found:
        if not programme.benefits:
            raise KofuError(
                f"{programme.id}: 計算できる支援がないので、試算できません（kofu show {programme.id} に理由があります）",
                f"{programme.id}: has no benefit that computes (kofu show {programme.id} tells why)",
            )
    return tuple(found)


def run(
    options: Mapping[str, Any],
    programmes: tuple[Programme, ...],
    variants: Variants | None,
    out: Path | None,
    files: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The record of a simulation, written to `out` where it is given.

    Raises:
        KofuError: whatever is wrong with the call, the population or the engine.
    """
    from kofu.population.results import unfinished, write_results
    from kofu.population.simulate import simulate as work_out

    if out is not None:
        result_folder(out)
    setup = setup_of(options)
    with showing() as tick:
        dataset = get_population(options, tick, files)
        question = question_of(options, programmes, dataset, variants)
        folder = None if out is None else unfinished(out)
        try:
            record = work_out(question, dataset, setup, folder, tick)
        except KeyboardInterrupt:
            if out is not None:
                click.echo(
                    t(
                        f"中断しました。終わった分は残してあり、同じ指定でもう一度実行すると続きから計算します。{out} はできあがったときに現れます",
                        f"interrupted; what is done is kept, and the same call goes on from here ({out} appears when all is done)",
                    ),
                    err=True,
                )
            raise
    if out is not None:
        write_results(record, out, LANG)
    return record
