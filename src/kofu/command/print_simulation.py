"""A simulation in the terminal: a row for each programme, and the whole of one when only one was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from kofu.command.terminal import NOT_STATED, console
from kofu.programme.vocabulary import Instrument
from kofu.text.printing import print_number, print_yen

Record = Mapping[str, Any]
Say = Callable[[str, str], str]
_GROUPS_SHOWN = 10
_ORDERS = {
    "arrival": ("先着", "order of arrival"),
    "score": ("点数", "score"),
    "proportional": ("按分", "in proportion"),
    "lottery": ("抽選", "lottery"),
}


def simulation_text(record: Record, lang: str) -> None:
    """The record for a person."""

    def say(ja: str, en: str) -> str:
        return en if lang == "en" else ja

    _head(record, say, lang)
    programmes = record["programmes"]
    if len(programmes) == 1:
        for variant, found in zip(record["variants"], programmes[0]["variants"], strict=True):
            if len(record["variants"]) > 1:
                console().print(f"\n[bold]{escape(variant['name'])}[/bold]")
            _one(programmes[0], found, say, lang)
    else:
        _every(record, say, lang)
    _foot(record, say)


def variants_text(record: Record, lang: str) -> None:
    """Baseline and variants side by side, a table for each programme."""

    def say(ja: str, en: str) -> str:
        return en if lang == "en" else ja

    _head(record, say, lang)
    for programme in record["programmes"]:
        console().print(f"\n[bold]{escape(_title(programme, lang))}[/bold]  {programme['id']}")
        table = _table(
            (say("案", "variant"), False),
            (say("対象", "fit"), True),
            (say("申請", "applicants"), True),
            (say("申請額", "demand"), True),
            (say("増減", "change"), True),
            (say("増える", "winners"), True),
            (say("減る", "losers"), True),
            (say("採択", "adopted"), True),
            (say("予算が尽きる日", "money runs out"), True),
        )
        for variant, found in zip(record["variants"], programme["variants"], strict=True):
            change, money = found["change"], found["money"]
            table.add_row(
                escape(variant["name"]),
                f"{found['fits']:,}",
                f"{found['applicants']:,}",
                _yen(found["demand"], lang),
                "" if change is None else _yen(change["demand"], lang, sign=True),
                "" if change is None else f"{change['winners']:,}",
                "" if change is None else f"{change['losers']:,}",
                "" if money is None else f"{money['adopted']:,}",
                "" if money is None else money["runs_out"] or "—",
            )
        console().print(table)
    _foot(record, say)


def _head(record: Record, say: Say, lang: str) -> None:
    population = record["population"]
    share = Fraction(record["take_up"])
    order = record["order"] and say(*_ORDERS[record["order"]])
    parts = [
        f"{population['title']} {population['rows']:,}",
        say(f"申請する割合 {_percent(share)}（仮定）", f"take-up {_percent(share)} (assumed)"),
    ]
    if order:
        parts.append(say(f"予算が足りないとき: {order}", f"when money is short: {order}"))
    click.echo(say("、", ", ").join(parts))


def _every(record: Record, say: Say, lang: str) -> None:
    table = _table(
        ("id", False),
        (say("事業名", "title"), False),
        (say("対象", "fit"), True),
        (say("要確認", "may fit"), True),
        (say("申請額", "demand"), True),
        (say("予算額", "budget"), True),
        (say("採択", "adopted"), True),
        (say("尽きる日", "runs out"), True),
    )
    for programme in record["programmes"]:
        found = programme["variants"][0]
        money = found["money"]
        table.add_row(
            programme["id"],
            escape(_title(programme, lang)),
            f"{found['fits']:,}",
            f"{found['may_fit'] - found['fits']:,}",
            _yen(found["demand"], lang),
            _budget(programme["budget"], lang),
            "" if money is None else f"{money['adopted']:,}",
            "" if money is None else money["runs_out"] or "—",
        )
    console().print(table)


def _one(programme: Record, found: Record, say: Say, lang: str) -> None:
    unsure = found["may_fit"] - found["fits"]
    rows = [
        (say("対象になる", "fit"), f"{found['fits']:,}"),
        (say("要確認（答えしだい）", "may fit"), f"{unsure:,}"),
        (say("申請", "applicants"), f"{found['applicants']:,}"),
        (say("申請額", "demand"), _yen(found["demand"], lang)),
        (say("予算額", "budget"), _budget(programme["budget"], lang)),
    ]
    money, nation = found["money"], found["nation"]
    if money and nation and money["budget"] is not None:
        rows.append(
            (say("予算額のうちこの標本の分", "  of which for this sample"), print_yen(money["budget"], lang))
        )
    if money:
        rows += [
            (say("採択", "adopted"), f"{money['adopted']:,}"),
            (say("交付する額", "committed"), print_yen(money["committed"], lang)),
            (say("採択されない", "unmet"), f"{money['unmet']:,}（{print_yen(money['unmet_yen'], lang)}）"),
            (say("予算が尽きる日", "money runs out"), money["runs_out"] or say("尽きない", "never")),
        ]
        if money["order"] != "arrival":
            rows.pop()
    if nation:
        for name, label in (
            ("fits", say("全国では対象", "in the nation, fit")),
            ("demand", say("全国では申請額", "in the nation, demand")),
        ):
            if estimate := nation.get(name):
                rows.append((label, _estimate(estimate, name == "demand", say, lang)))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    for row in rows:
        table.add_row(*row)
    console().print(table)
    _benefits(found["benefits"], say, lang)
    _payers(found["payers"], say, lang)
    for name, cells in found["groups"].items():
        _group(name, cells, say, lang)
    _years(found, say, lang)


def _benefits(benefits: Iterable[Record], say: Say, lang: str) -> None:
    table = _table(
        (say("支援", "benefit"), False),
        (say("手段", "instrument"), False),
        (say("対象", "fit"), True),
        (say("申請額", "demand"), True),
        (say("真ん中の額", "median"), True),
        (say("上位1割", "9th decile"), True),
    )
    for benefit in benefits:
        spread = benefit["distribution"]
        at = {} if spread is None else {q["p"]: q["yen"] for q in spread["quantiles"]}
        term = Instrument.read(benefit["instrument"])
        table.add_row(
            escape(benefit["key"]),
            say(term.ja, term.en),
            f"{benefit['fits']:,}"
            + (f"〜{benefit['may_fit']:,}" if benefit["may_fit"] != benefit["fits"] else ""),
            _yen(benefit["demand"], lang),
            print_yen(at["1/2"], lang) if "1/2" in at else "",
            print_yen(at["9/10"], lang) if "9/10" in at else "",
        )
    console().print(table)


def _payers(payers: Iterable[Record], say: Say, lang: str) -> None:
    table = _table(
        (say("段階", "tier"), True),
        (say("払う", "payer"), False),
        (say("受ける", "payee"), False),
        (say("手段", "instrument"), False),
        (say("額", "yen"), True),
    )
    for hop in payers:
        instrument = hop["instrument"] and Instrument.read(hop["instrument"])
        table.add_row(
            "" if hop["tier"] is None else str(hop["tier"]),
            escape(hop["payer"] or NOT_STATED[lang]),
            escape(hop["payee"]),
            say(instrument.ja, instrument.en) if instrument else "",
            _yen(hop, lang),
        )
    if table.row_count:
        console().print(table)


def _group(name: str, cells: list[Record], say: Say, lang: str) -> None:
    shown = sorted(cells, key=lambda cell: -(cell.get("low") or 0))[:_GROUPS_SHOWN]
    table = _table(
        (name, False),
        (say("企業数", "rows"), True),
        (say("対象", "fit"), True),
        (say("申請額", "demand"), True),
    )
    for cell in shown:
        table.add_row(escape(cell["name"]), f"{cell['rows']:,}", f"{cell['fits']:,}", _yen(cell, lang))
    console().print(table)
    if len(cells) > len(shown):
        click.echo(
            say(
                f"（ほか{len(cells) - len(shown)}。--json にすべて）",
                f"({len(cells) - len(shown)} more in --json)",
            )
        )


def _years(found: Record, say: Say, lang: str) -> None:
    if found["years"]:
        table = _table((say("支払う年度", "fiscal year"), False), (say("額", "yen"), True))
        for year in found["years"]:
            table.add_row(str(year["fiscal_year"]), print_yen(year["yen"], lang))
        console().print(table)
    if found["credit"] and found["credit"]["years"]:
        table = _table(
            (say("年度", "fiscal year"), False),
            (say("残高", "outstanding"), True),
            (say("負担しうる額", "exposure"), True),
            (say("債務不履行", "defaults"), True),
            (say("費用", "cost"), True),
        )
        for year in found["credit"]["years"]:
            table.add_row(
                str(year["fiscal_year"]),
                *(print_yen(year[key], lang) for key in ("outstanding", "exposure", "defaults", "cost")),
            )
        console().print(table)


def _foot(record: Record, say: Say) -> None:
    count = len(record["premises"])
    if count:
        click.echo(
            say(
                f"前提（仮定）が{count}件あります。--json か --out の報告に、理由とともにすべて載ります。",
                f"{count} premises are assumed; --json or the report of --out lists them with their reasons.",
            )
        )


def _table(*heads: tuple[str, bool]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head, right in heads:
        table.add_column(head, justify="right" if right else "left", overflow="fold")
    return table


def _title(programme: Record, lang: str) -> str:
    title = programme["title"]
    return str(title["en"] or title["ja"]) if lang == "en" else str(title["ja"])


def _yen(ends: Mapping[str, Any], lang: str, sign: bool = False) -> str:
    low, high = ends["low"], ends["high"]
    plus = "+" if sign and low is not None and low > 0 else ""
    if low == high:
        return NOT_STATED[lang] if low is None else plus + print_yen(low, lang)
    least = "" if low is None else print_yen(low, lang)
    return plus + least + ("〜" if lang == "ja" else "–") + ("" if high is None else print_yen(high, lang))


def _budget(budget: int | None, lang: str) -> str:
    return NOT_STATED[lang] if budget is None else print_yen(budget, lang)


def _estimate(estimate: Record, money: bool, say: Say, lang: str) -> str:
    def shown(value: int | None) -> str:
        return "" if value is None else print_yen(value, lang) if money else f"{value:,}"

    between = f"{shown(estimate['low'])}〜{shown(estimate['high'])}"
    return say(
        f"{shown(estimate['value'])}（95%信頼区間 {between}）",
        f"{shown(estimate['value'])} (95 % interval {between})",
    )


def _percent(share: Fraction) -> str:
    return print_number(share * 100) + "%" if (share * 100).denominator in (1, 2, 4, 5, 10) else str(share)
