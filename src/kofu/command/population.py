"""The commands `kofu population …`: make a population up, and show what is in one."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kofu.command.calls import LANG, CommandGroup, common, json_flag, print_json, t
from kofu.errors import KofuError

if TYPE_CHECKING:
    from kofu.population.made.nation import Kind

population_commands = CommandGroup("population")
"""Gathers them; `kofu.cli` takes them over into `kofu` itself."""

_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*(|[KMGT])i?B?", re.IGNORECASE)


@population_commands.group(
    cls=CommandGroup,
    help=t(
        "母集団（作り物の企業や契約）を作る、見る。", "Make populations of firms or contracts, show them."
    ),
)
@common
def population() -> None:
    """`kofu population`; what it does is in its subcommands."""


@population.command(
    help=t(
        "日本の企業や電気・都市ガスの契約を、公表された数に合わせて N 件作る。途中で止めても、同じ指定で続きから作る。",
        "Make N firms or contracts up, calibrated to published numbers; after a break the same call goes on.",
    )
)
@click.argument("number", metavar="N", type=click.IntRange(min=1, max=10**12))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help=t("作るフォルダー", "folder to make"),
)
@click.option(
    "--kind",
    type=click.Choice(["firms", "contracts"]),
    default="firms",
    show_default=True,
    help=t(
        "firms: 企業、contracts: 電気・都市ガスの契約（1件に3か月分）", "contracts: three months for each"
    ),
)
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=click.IntRange(0, 2**63 - 1),
    help=t("乱数の種。同じ種なら同じ母集団", "seed: the same gives the same population"),
)
@click.option(
    "--memory",
    metavar=t("量", "SIZE"),
    help=t("使うメモリーの上限（例: 2GB）", "most memory to use (2GB)"),
)
@json_flag
@common
def make(number: int, out: Path, kind: Kind, seed: int, memory: str | None, as_json: bool) -> None:
    """`kofu population make`."""
    from kofu.command.terminal import progress
    from kofu.population.made.making import make_contracts, make_firms, rows_of

    write = make_firms if kind == "firms" else make_contracts
    with progress(t("母集団の作成", "making the population")) as bar:
        task = bar.add_task("", total=rows_of(kind, number))
        tick = partial(bar.advance, task)
        dataset = write(out, number, seed, memory=memory_bytes(memory), tick=tick)
    if as_json:
        print_json(dataset.record())
        return
    size = sum(part.size for part in dataset.parts)
    click.echo(
        t(
            f"{out}: {dataset.title} {dataset.rows:,}行（{print_size(size)}）を作りました",
            f"{out}: made {dataset.rows:,} rows of {kind} ({print_size(size)})",
        )
    )


@population.command(
    help=t(
        "母集団に何があるか、数の出所と仮定を表示する。",
        "Show what is in a population, and where its numbers come from.",
    )
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@json_flag
@common
def show(folder: Path, as_json: bool) -> None:
    """`kofu population show`."""
    from kofu.population.dataset import open_dataset

    dataset = open_dataset(folder)
    if as_json:
        print_json({**dataset.record(), "hash": dataset.hash})
        return
    from kofu.command.print_population import population_text

    population_text(dataset, LANG)


def memory_bytes(text: str | None) -> int | None:
    """2GB, 512MB, 1.5G as bytes (powers of 1024).

    Raises:
        KofuError: when it is no size.
    """
    if text is None:
        return None
    found = _MEMORY.fullmatch(text.strip())
    size = 0
    if found:
        whole, _, part = found[1].partition(".")
        unit = 1024 ** "_KMGT".index(found[2].upper() or "_")
        size = int(whole + part) * unit // 10 ** len(part)
    if not size:
        raise KofuError(
            f"--memory の「{text}」が読めません。2GB のように書いてください",
            f"cannot read --memory {text!r}; write it like 2GB",
        )
    return size


def print_size(size: int) -> str:
    """Bytes as people write them."""
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024:
            return f"{size} {unit}"
        size = -(-size // 1024)
    return f"{size:,} TB"
