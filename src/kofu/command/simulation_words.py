"""How a simulation is printed: words, yen in one form for each column, tables with titles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from kofu.command.terminal import NOT_STATED, console
from kofu.population.counting.frame import SIZES
from kofu.population.report.wording import Voice
from kofu.text.printing import print_number

Record = Mapping[str, Any]
Show = Callable[[int], str]
_PREMISES_SHOWN = 12
_ORDERS = {
    "arrival": ("先着", "order of arrival"),
    "score": ("点数", "score"),
    "proportional": ("按分", "in proportion"),
    "lottery": ("抽選", "lottery"),
}
_SIZES_EN = dict(zip(SIZES, ("small", "medium", "large"), strict=False))


class Printer(Voice):
    """The words of the report, and what only a terminal needs."""

    def __init__(self, record: Record, lang: str) -> None:
        super().__init__(lang, record["population"]["unit"])
        population = record["population"]
        self.record = record
        self.sampled = population["represents"] is not None
        """Whether the rows are a sample; then every figure of theirs is marked as one."""
        self.here = self.pick("標本", "sample") if self.sampled else self.pick("母集団", "population")

    def yen(self, ja: str, en: str) -> str:
        """A heading over whole yen."""
        return self.pick(f"{ja}（円）", f"{en} (¥)")

    def many(self, ja: str, en: str) -> str:
        """A heading over yen in the unit in which programmes are compared."""
        return self.pick(f"{ja}（万円）", f"{en} (¥ thousand)")

    def group(self, dimension: str, name: str) -> str:
        """A group; size classes are no fact of the vocabulary."""
        if dimension == "規模" and self.lang == "en":
            return _SIZES_EN.get(name, "unknown")
        return super().group(dimension, name)

    def rounded(self, yen: int) -> str:
        """Yen in that unit, rounded half up; what is too small to be seen in it is not said to be 0."""
        factor = 10_000 if self.lang == "ja" else 1000
        whole = (2 * yen + factor) // (2 * factor)
        return f"{whole:,}" if whole or not yen else self.pick("1未満", "<1")

    def between(self, ends: Record, show: Show) -> str:
        """A range; where nothing is known but that it may be 0, the case has to be looked at."""
        low, high = ends["low"], ends["high"]
        if low is None:
            return NOT_STATED[self.lang]
        if low == high:
            return show(low)
        if high is None:
            return self.pick(f"{show(low)}以上", f"≥ {show(low)}") if low else self.pick("要確認", "open")
        if not low:
            return self.pick(f"{show(high)}以下", f"≤ {show(high)}")
        return f"{show(low)}〜{show(high)}" if self.lang == "ja" else f"{show(low)}–{show(high)}"

    def title(self, programme: Record) -> str:
        """Of a programme."""
        return escape(self.pick(programme["title"]["ja"], programme["title"]["en"]))

    def runs_out(self, found: Record) -> str:
        """The day on which the money ends; open where that hangs on what is not known."""
        money = found["money"]
        if money is None or money["budget"] is None:
            return ""
        if money["runs_out"]:
            return str(money["runs_out"])
        if money["unmet_yen"]:
            return "—"
        return self.pick("要確認", "open") if money["open"] else self.pick("尽きない", "never")

    def adopted(self, money: Record | None) -> str:
        """How many are served; open where the budget suffices for the least that is asked and not for the most."""
        if money is None:
            return ""
        return self.pick("要確認", "open") if money["open"] else f"{money['adopted']:,}"


def heading(text: str) -> None:
    """A title, with an empty line before it."""
    console().print(f"\n[bold]{text}[/bold]")


def titled(title: str, table: Table, say: Printer, own: bool = False) -> None:
    """A table under its title, where it has rows. `own`: its columns say whether they are of the sample."""
    if table.row_count:
        heading(title + (say.pick("（標本）", " (sample)") if say.sampled and not own else ""))
        console().print(table)


def table_of(*heads: tuple[str, bool]) -> Table:
    """An empty table; each heading with whether its column holds numbers."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head, right in heads:
        table.add_column(head, justify="right" if right else "left", overflow="fold", no_wrap=right)
    return table


def plain(number: int) -> str:
    """A whole number with its commas."""
    return f"{number:,}" if number >= 0 else f"−{-number:,}"


def signed(number: int) -> str:
    """A whole number with its sign."""
    return f"+{number:,}" if number > 0 else plain(number)


def number_or(number: int | None, show: Show = plain, none: str = "") -> str:
    """A number, or `none` where there is none."""
    return none if number is None else show(number)


def percent(share: Fraction) -> str:
    """A share in per cent where that is short, else as a fraction."""
    return print_number(share * 100) + "%" if (share * 100).denominator in (1, 2, 4, 5, 10) else str(share)


def number_text(written: str) -> str:
    """A number of a record that may be a fraction, as people write it."""
    number = Fraction(written)
    return plain(int(number)) if number.denominator == 1 else print_number(number)


def head(say: Printer) -> None:
    """Which population, what is assumed of all programmes, and what the figures are of."""
    record, population = say.record, say.record["population"]
    made = population["made"].get("generator") == "kofu"
    title = population["title"] if say.lang == "ja" or not made else f"made-up {say.unit}"
    rows = say.pick(f"{title} {population['rows']:,}行", f"{title}, {population['rows']:,} rows")
    if say.sampled:
        whole = population["represents"]
        rows += say.pick(f"（全国 {whole:,} の標本）", f" (a sample of {whole:,} in the nation)")
    share = percent(Fraction(record["take_up"]))
    parts = [rows, say.pick(f"申請する割合 {share}（仮定）", f"take-up {share} (assumed)")]
    if record["order"]:
        parts.append(
            say.pick("予算が足りないとき: ", "when money is short: ") + say.pick(*_ORDERS[record["order"]])
        )
    click.echo(say.pick("、", "; ").join(parts))
    if say.sampled:
        click.echo(
            say.pick(
                "表は標本の数と額です。予算も標本の分（予算額×標本÷全国）です。全国とある列だけが全国の推計です。",
                "Figures are of the sample, and so is its part of the budget; only columns headed nation are of the nation.",
            )
        )


def foot(say: Printer) -> None:
    """What was assumed of the facts that no population has."""
    premises = say.record["premises"]
    if not premises:
        return
    heading(say.pick(f"前提（仮定）{len(premises)}件", f"Premises (assumed): {len(premises)}"))
    if len(premises) <= _PREMISES_SHOWN:
        for premise in premises:
            click.echo(f"  {say.fact(premise['fact'])}: {say.pick(premise['ja'], premise['en'])}")
    click.echo(
        say.pick(
            "  理由は --json か --out に。変えるには --assume 事実=値。",
            "  The reasons are in --json and --out; change one with --assume FACT=VALUE.",
        )
    )
