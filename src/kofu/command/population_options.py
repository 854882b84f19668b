"""What the commands over a population share: which population, what is assumed, which engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from kofu.command.calls import t
from kofu.errors import KofuError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kofu.population.counting.engines import Setup
    from kofu.population.dataset import Dataset
    from kofu.population.obtaining import Kind, Wanted
    from kofu.population.question import Question
    from kofu.population.variants import Variants
    from kofu.programme.model import Programme

_ORDERS = ("arrival", "score", "proportional", "lottery", "none")


def population_options(function: Callable[..., None]) -> Callable[..., None]:
    """Which firms, and which engine works them out."""
    for option in reversed(_POPULATION):
        function = option(function)
    return function


def assumption_options(function: Callable[..., None]) -> Callable[..., None]:
    """What is assumed of them."""
    for option in reversed(_ASSUMPTIONS):
        function = option(function)
    return function


_POPULATION = (
    click.option(
        "--population",
        "named",
        multiple=True,
        metavar=t("N|ファイル", "N|FILE"),
        help=t(
            "作り物の企業の数（例: 100000、10万）か、母集団のフォルダー、CSV・Parquet のファイル。何度でも",
            "so many made-up firms (100000), a folder that holds a population, or CSV and Parquet files",
        ),
    ),
    click.option(
        "--kind",
        type=click.Choice(["firms", "contracts"]),
        default="firms",
        show_default=True,
        help=t("作り物の種類（企業か、電気・ガスの契約）", "what is made up: firms or energy contracts"),
    ),
    click.option(
        "--represents",
        type=click.IntRange(min=1),
        help=t("自分のファイルが表す全体の数", "how many there are in all of which your file is a sample"),
    ),
    click.option(
        "--ignore",
        multiple=True,
        metavar=t("列", "COLUMN"),
        help=t("事実でない列", "a column that is no fact"),
    ),
    click.option(
        "--engine",
        type=click.Choice(["duckdb", "spark", "polars"]),
        default="duckdb",
        show_default=True,
        help=t("計算に使うエンジン", "the engine"),
    ),
    click.option(
        "--workers",
        type=click.IntRange(1, 64),
        default=1,
        show_default=True,
        help=t("いくつのプロセスに分けるか", "how many processes share the work"),
    ),
    click.option(
        "--memory",
        metavar=t("量", "SIZE"),
        help=t("使ってよいメモリー（例: 2GB）", "memory that may be taken (2GB)"),
    ),
    click.option(
        "--master",
        default="local[*]",
        show_default=True,
        help=t("Spark のマスター（例: spark://host:7077）", "the master of Spark (spark://host:7077)"),
    ),
)
_ASSUMPTIONS = (
    click.option(
        "--take-up",
        "take_up",
        default="1",
        show_default=True,
        metavar=t("割合", "SHARE"),
        help=t("条件に合う企業のうち申請する割合（仮定）", "share of those who fit that applies (assumed)"),
    ),
    click.option(
        "--order",
        type=click.Choice(_ORDERS),
        default="arrival",
        show_default=True,
        help=t(
            "予算が足りないときの決め方（先着、点数、按分、抽選、予算を見ない）",
            "who is served when the budget is short",
        ),
    ),
    click.option(
        "--score",
        metavar=t("式", "EXPRESSION"),
        help=t("--order score の点数（例: 従業員数）", "points for --order score"),
    ),
    click.option(
        "--assume",
        "assumes",
        multiple=True,
        metavar=t("事実=値", "FACT=VALUE"),
        help=t(
            "前提を置く（賃上げを行う=30%、=はい、=? は不明に戻す）。何度でも",
            "assume a fact (=30%, =はい; =? makes it unknown), as often as needed",
        ),
    ),
    click.option(
        "--by",
        multiple=True,
        metavar=t("区分", "GROUP"),
        help=t(
            "分け方（省略時: 都道府県、業種、規模）", "how to split (都道府県, 業種 and 規模 if not given)"
        ),
    ),
    click.option(
        "--seed",
        type=click.IntRange(0),
        default=1,
        show_default=True,
        help=t("乱数の種", "the seed of all draws"),
    ),
    click.option(
        "--date", "day", metavar=t("年月日", "DATE"), help=t("いつの数値か", "the day whose figures count")
    ),
    click.option(
        "--call",
        metavar=t("初日..最終日", "FIRST..LAST"),
        help=t("公募期間（例: 2025-04-01..2025-06-30）", "the call (2025-04-01..2025-06-30)"),
    ),
    click.option(
        "--timing",
        metavar="YEAR=SHARE,…",
        help=t("支払の時期（例: 2025=2/3,2026=1/3）", "when money is paid (2025=2/3,2026=1/3)"),
    ),
    click.option(
        "--credit",
        metavar=t("仮定=値,…", "NAME=VALUE,…"),
        help=t("融資・保証の仮定（例: 債務不履行率=3%）", "assumptions on credit (default_rate=3%)"),
    ),
)


def wanted_of(options: Mapping[str, Any], more: tuple[str, ...] = ()) -> Wanted:
    """The population that a call names.

    Raises:
        KofuError: a memory that is no size.
    """
    from kofu.command.population import memory_bytes
    from kofu.population.obtaining import Wanted

    return Wanted(
        (*options["named"], *more),
        cast("Kind", options["kind"]),
        options["seed"],
        options["represents"],
        options["ignore"],
        memory_bytes(options["memory"]),
    )


def setup_of(options: Mapping[str, Any]) -> Setup:
    """The engine that a call names."""
    from kofu.command.population import memory_bytes
    from kofu.population.counting.engines import Setup

    return Setup(options["engine"], options["workers"], memory_bytes(options["memory"]), options["master"])


def question_of(
    options: Mapping[str, Any],
    programmes: tuple[Programme, ...],
    dataset: Dataset,
    variants: Variants | None = None,
) -> Question:
    """The question that a call asks.

    Raises:
        KofuError: an option that cannot be read, or a variant that fits no programme.
    """
    from kofu.command.options import read_day, read_pairs
    from kofu.population.assumptions.arrival import read_call
    from kofu.population.assumptions.assumed import credit_assumptions
    from kofu.population.assumptions.premises import with_overrides
    from kofu.population.assumptions.years import read_timing
    from kofu.population.question import GROUPS, Question
    from kofu.population.variants import Variants

    by = options["by"] or tuple(name for name in GROUPS if name == "規模" or name in dataset.by_name)
    return Question(
        programmes,
        variants or Variants(),
        read_day(options["day"]),
        read_share("--take-up", options["take_up"]),
        None if options["order"] == "none" else options["order"],
        options["score"],
        with_overrides(read_pairs("--assume", options["assumes"])),
        tuple(by),
        options["seed"],
        None if options["call"] is None else read_call(options["call"]),
        None if options["timing"] is None else read_timing(options["timing"]),
        credit_assumptions(options["credit"] or ""),
    )


def read_share(option: str, text: str) -> Fraction:
    """1/5, 20% or 1.

    Raises:
        KofuError: when it is no share.
    """
    from kofu.text.quantity import parse_quantity

    try:
        quantity = parse_quantity(text)
        if quantity.unit not in ("", "%") or quantity.value < 0:
            raise ValueError
        return quantity.value / (100 if quantity.unit == "%" else 1)
    except (KofuError, ValueError) as error:
        raise KofuError(
            f"{option} {text}: 割合として読めません（例: 1/5、20%）",
            f"{option} {text}: is no share (e.g. 1/5, 20%)",
        ) from error


@contextmanager
def showing() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each step, on standard error, shown only to a person."""
    from kofu.command.terminal import progress

    steps = {
        "population": t("母集団の準備", "preparing the population"),
        "totals": t("合計", "totals"),
        "gains": t("増減", "gains"),
        "distributions": t("分布", "distributions"),
        "budgets": t("予算", "budgets"),
    }
    with progress("{task.description}") as bar:
        tasks: dict[str, Any] = {}

        def tick(step: str, done: int, of: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(steps.get(step, step), total=of)
            bar.update(tasks[step], completed=done, total=of)

        yield tick


def get_population(
    options: Mapping[str, Any], tick: Callable[[str, int, int], None], more: tuple[str, ...] = ()
) -> Dataset:
    """The population that a call names, made or read with a bar."""
    from kofu.population.obtaining import obtain

    return obtain(wanted_of(options, more), lambda done, of: tick("population", done, of))


def result_folder(path: Path) -> Path:
    """Where the result will stand, which must be free.

    Raises:
        KofuError: something stands there.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise KofuError(
            f"{path}: もう何かあります。空の場所を指定してください",
            f"{path}: something is there already; name a place that is free",
        )
    return path
