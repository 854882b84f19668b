"""A simulation in the terminal: a row for each programme, or all of it when only one was asked for.

A column has one form of number: 万円 (¥ thousand) where programmes are listed, whole yen within one programme.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click
from rich.markup import escape

from kofu.command.simulation_words import (
    Printer,
    Record,
    foot,
    head,
    heading,
    number_or,
    number_text,
    plain,
    signed,
    table_of,
    titled,
)
from kofu.command.terminal import NOT_STATED, console

_GROUPS_SHOWN = 10
_LONG_LIST = 20
"""So many programmes are listed whether anybody fits them or not."""
_WIDE = 150
_CREDIT = {"loan", "guarantee", "credit_insurance", "loss_compensation"}


def simulation_text(record: Record, lang: str) -> None:
    """The record for a person."""
    say = Printer(record, lang)
    head(say)
    programmes = record["programmes"]
    if len(programmes) == 1:
        for variant, found in zip(record["variants"], programmes[0]["variants"], strict=True):
            if len(record["variants"]) > 1:
                heading(escape(variant["name"]))
            _one(programmes[0], found, say)
    else:
        _every(programmes, say)
    foot(say)


def variants_text(record: Record, lang: str) -> None:
    """Baseline and variants side by side, a table for each programme; a sweep over two figures as a square."""
    say = Printer(record, lang)
    head(say)
    square = record["sweep"] if record["sweep"] and record["sweep"]["y"] else None
    swept = {cell["variant"] for cell in square["cells"]} if square else set()
    for programme in record["programmes"]:
        heading(f"{say.title(programme)}  {programme['id']}")
        table = table_of(
            (say.pick("案", "variant"), False),
            (say.pick("対象", "fit"), True),
            (say.pick("申請", "applicants"), True),
            (say.yen("申請額", "demand"), True),
            (say.yen("増減", "change"), True),
            (say.pick("増える", "winners"), True),
            (say.pick("減る", "losers"), True),
            (say.pick("採択", "adopted"), True),
            (say.pick("予算が尽きる日", "money runs out"), True),
        )
        for place, found in enumerate(programme["variants"]):
            if place in swept:
                continue
            change, money = found["change"], found["money"]
            table.add_row(
                escape(_variant(say, place)),
                f"{found['fits']:,}",
                f"{found['applicants']:,}",
                say.between(found["demand"], plain),
                "" if change is None else signed(change["gains"] - change["losses"]),
                "" if change is None else f"{change['winners']:,}",
                "" if change is None else f"{change['losers']:,}",
                say.adopted(money),
                say.runs_out(found),
            )
        console().print(table)
        if any(found["demand"]["low"] != found["demand"]["high"] for found in programme["variants"]):
            # The ends of two ranges say little of what changes; the same row under both variants does.
            click.echo(
                say.pick(
                    "申請額に幅があるので、増減と増える・減るは少ないほうの額どうしを行ごとに比べます。",
                    "The demand is a range: changes compare the lower ends, row by row.",
                )
            )
        if square:
            _square(square, programme["variants"], say)
    foot(say)


def _variant(say: Printer, place: int) -> str:
    return say.pick("現行", "as it is") if place == 0 else str(say.record["variants"][place]["name"])


def _square(sweep: Record, variants: list[Record], say: Printer) -> None:
    """Two parameters against each other: what is asked, and when the money runs out."""
    shown: list[tuple[str, Callable[[Record], str]]] = [
        (say.yen("申請額", "demand"), lambda found: say.between(found["demand"], plain))
    ]
    if any((found["money"] or {}).get("runs_out") for found in variants):
        shown.append((say.pick("予算が尽きる日", "money runs out"), say.runs_out))
    x, y = sweep["x"], sweep["y"]
    for title, cell in shown:
        heading(title)
        columns = [(f"{x['name']} {value}", True) for value in x["values"]]
        table = table_of((f"{y['name']} ＼ {x['name']}", False), *columns)
        for row, name in enumerate(y["values"]):
            places = sorted((c["x"], c["variant"]) for c in sweep["cells"] if c["y"] == row)
            table.add_row(escape(name), *(cell(variants[place]) for _, place in places))
        console().print(table)


def _every(programmes: Iterable[Record], say: Printer) -> None:
    programmes = list(programmes)
    shown = [p for p in programmes if len(programmes) <= _LONG_LIST or p["variants"][0]["may_fit"]]
    screen = console()
    wide = screen.width >= _WIDE
    table = table_of(
        ("id", False),
        *([(say.pick("事業名", "title"), False)] if wide else []),
        (say.pick("対象", "fit"), True),
        (say.pick("要確認", "may fit"), True),
        (say.pick("申請", "applicants"), True),
        (say.many("申請額", "demand"), True),
        (say.many("予算", "budget"), True),
        (say.pick("採択", "adopted"), True),
        (say.pick("尽きる日", "runs out"), True),
    )
    for programme in shown:
        found = programme["variants"][0]
        money = found["money"]
        budget = money["budget"] if money else None if say.sampled else programme["budget"]
        table.add_row(
            programme["id"],
            *([say.title(programme)] if wide else []),
            f"{found['fits']:,}",
            f"{found['may_fit'] - found['fits']:,}",
            f"{found['applicants']:,}",
            say.between(found["demand"], say.rounded),
            "" if money is None and say.sampled else number_or(budget, say.rounded, NOT_STATED[say.lang]),
            say.adopted(money),
            say.runs_out(found),
        )
    if wide and screen.is_terminal:
        table.columns[1].max_width, table.columns[1].overflow = screen.width - 110, "ellipsis"
        table.columns[1].no_wrap = True
    screen.print(table)
    if rest := len(programmes) - len(shown):
        click.echo(
            say.pick(f"どの行も対象にならない事業が、ほかに{rest}あります。", f"{rest} more fit no row.")
        )
    click.echo(
        say.pick(
            "要確認は、この母集団では決まらないものです。",
            "Open: this population cannot tell.",
        )
    )


def _one(programme: Record, found: Record, say: Printer) -> None:
    money, nation = found["money"], found["nation"] or {}
    scaled = nation.get("money") or {}
    heads = (
        (say.here, True),
        *(
            ((say.pick("全国", "nation"), True), (say.pick("95%信頼区間", "95 % interval"), True))
            if nation
            else ()
        ),
    )
    table = table_of(("", False), *heads)

    def row(label: str, here: str, there: Any = None) -> None:
        estimate = isinstance(there, Mapping)
        value = there["value"] if estimate else there
        between = say.between(there, plain) if estimate else ""
        cells = (number_or(value) if not isinstance(value, str) else value, between) if nation else ()
        table.add_row(label, here, *cells)

    row(say.pick("対象", "fit"), f"{found['fits']:,}", nation.get("fits"))
    row(say.pick("要確認（答えしだい）", "may fit (open)"), f"{found['may_fit'] - found['fits']:,}")
    row(say.pick("申請", "applicants"), f"{found['applicants']:,}", nation.get("applicants"))
    demand = say.between(found["demand"], plain)
    row(say.yen("申請額", "demand"), demand, nation.get("demand"))
    budget = money["budget"] if money else None if nation else programme["budget"]
    none = "" if nation and not money else NOT_STATED[say.lang]
    row(say.yen("予算", "budget"), number_or(budget, none=none), programme["budget"])
    if money and money["open"]:
        row(say.pick("採択、交付する額", "adopted, committed"), say.pick("要確認", "open"))
    elif money:
        row(say.pick("採択", "adopted"), f"{money['adopted']:,}", scaled.get("adopted"))
        row(say.yen("交付する額", "committed"), plain(money["committed"]), scaled.get("committed"))
        row(say.pick("採択されない", "unmet"), f"{money['unmet']:,}", scaled.get("unmet"))
        row(say.yen("足りない額", "unmet demand"), plain(money["unmet_yen"]), scaled.get("unmet_yen"))
    if money and money["order"] == "arrival":
        row(say.pick("予算が尽きる日", "money runs out"), say.runs_out(found))
    console().print(table)
    _target(found["per_target"], say)
    _cautions(found, say)
    _benefits(found["benefits"], say)
    _payers(found["payers"], say)
    for name, cells in found["groups"].items() if found["may_fit"] else ():
        _group(name, cells, say)
    _years(found, say)
    _credit(found["credit"], say)


def _target(target: Record | None, say: Printer) -> None:
    """What a unit of the programme's own target costs the nation; firms that are no sample of it cannot tell."""
    if target is None or not say.sampled:
        return
    unit, yen = target["unit"], plain(target["yen"])
    click.echo(
        say.pick(
            f"成果目標「{target['metric']}」{number_text(target['value'])}{unit}に対し、全国で1{unit}あたり{yen}円",
            f"per unit of the target {target['metric']} ({number_text(target['value'])} {unit}), nation: ¥{yen}",
        )
    )


def _cautions(found: Record, say: Printer) -> None:
    """What would be misread."""
    demand, money = found["demand"], found["money"]
    if money and demand["low"] != demand["high"]:
        click.echo(
            say.pick(
                "申請額に幅があります。採択と日付は少ないほうの額によるので、実際はこれより早く尽きるかもしれません。",
                "The demand is a range. Adoption rests on its lower end, so the money may run out earlier.",
            )
        )
    if money and money["unmet"] and 10 * money["left"] > money["budget"]:
        # The first who does not fit in full ends the call; in a small sample he may be a large part of its budget.
        click.echo(
            say.pick(
                f"残る予算に収まらない大きな申請が1件来たところで締め切り、{plain(money['left'])}円が残りました。母集団を大きくすると確かになります。",
                f"A large applicant did not fit in what was left, which ended the call with ¥{plain(money['left'])} left; take more rows.",
            )
        )
    if any(b["instrument"] in _CREDIT and b["demand"]["low"] for b in found["benefits"]):
        click.echo(
            say.pick(
                "融資や保証の額は予算から払う額ではないので、採択や支払には入れていません。下の信用の表を見てください。",
                "Loans and guarantees are not paid out of the budget, so they are in the table of credit only.",
            )
        )


def _benefits(benefits: Iterable[Record], say: Printer) -> None:
    table = table_of(
        (say.pick("支援", "benefit"), False),
        (say.pick("手段", "instrument"), False),
        (say.pick("対象", "fit"), True),
        (say.pick("要確認", "may fit"), True),
        (say.pick("申請", "applicants"), True),
        (say.yen("申請額", "demand"), True),
        (say.yen("中央値", "median"), True),
        (say.yen("上位1割", "9th decile"), True),
    )
    for benefit in benefits:
        spread = benefit["distribution"]
        at = {} if spread is None else {q["p"]: q["yen"] for q in spread["quantiles"]}
        table.add_row(
            escape(benefit["key"]),
            say.instrument(benefit["instrument"]),
            f"{benefit['fits']:,}",
            f"{benefit['may_fit'] - benefit['fits']:,}",
            f"{benefit['applicants']:,}",
            say.between(benefit["demand"], plain),
            number_or(at.get("1/2")),
            number_or(at.get("9/10")),
        )
    titled(say.pick("支援ごと", "By benefit"), table, say)


def _payers(payers: Iterable[Record], say: Printer) -> None:
    table = table_of(
        (say.pick("段階", "tier"), True),
        (say.pick("払う", "payer"), False),
        (say.pick("受ける", "payee"), False),
        (say.pick("手段", "instrument"), False),
        (say.yen("申請額", "demand"), True),
    )
    for hop in payers:
        table.add_row(
            number_or(hop["tier"]),
            escape(say.actor(hop["payer"])),
            escape(say.actor(hop["payee"])),
            say.instrument(hop["instrument"]) if hop["instrument"] else "",
            say.between(hop, plain),
        )
    titled(
        say.pick(
            "だれからだれへ（下の段階は、上から来たお金と、途中で足した負担）",
            "Who pays whom (a tier passes on what came from above, and what its payer adds)",
        ),
        table,
        say,
    )


def _group(name: str, cells: list[Record], say: Printer) -> None:
    few = len(cells) <= _GROUPS_SHOWN
    told = [cell for cell in cells if few or cell["may_fit"]]
    shown = sorted(told, key=lambda cell: (-cell["low"], -cell["fits"]))[:_GROUPS_SHOWN]
    table = table_of(
        (say.dimension(name), False),
        (say.pick("行", "rows"), True),
        (say.pick("対象", "fit"), True),
        (say.yen("申請額", "demand"), True),
    )
    for cell in shown:
        group = escape(say.group(name, cell["name"]))
        table.add_row(group, f"{cell['rows']:,}", f"{cell['fits']:,}", say.between(cell, plain))
    titled(say.pick(f"{name}ごと", f"By {say.dimension(name)}"), table, say)
    if rest := len(cells) - len(shown):
        click.echo(
            say.pick(f"（ほか{rest}。すべては --json か --out に）", f"({rest} more in --json and --out)")
        )


def _years(found: Record, say: Printer) -> None:
    nation = {year["fiscal_year"]: year["yen"] for year in (found["nation"] or {}).get("years") or ()}
    table = table_of(
        (say.pick("年度", "fiscal year"), False),
        (say.yen(say.here, say.here), True),
        *([(say.yen("全国", "nation"), True)] if nation else []),
    )
    for year in found["years"]:
        there = [number_or(nation.get(year["fiscal_year"]))] if nation else []
        table.add_row(str(year["fiscal_year"]), plain(year["yen"]), *there)
    titled(
        say.pick(
            "国が支払う年度（--timing がなければ仮定）", "When the state pays (assumed without --timing)"
        ),
        table,
        say,
        own=True,
    )


def _credit(credit: Record | None, say: Printer) -> None:
    if credit is None:
        return
    table = table_of(
        (say.pick("年度", "fiscal year"), False),
        (say.yen("残高", "outstanding"), True),
        (say.yen("負担しうる額", "exposure"), True),
        (say.yen("債務不履行", "defaults"), True),
        (say.yen("利子補給", "interest"), True),
        (say.yen("費用", "cost"), True),
    )
    columns = ("outstanding", "exposure", "defaults", "interest_subsidy", "cost")
    for year in credit["years"]:
        table.add_row(str(year["fiscal_year"]), *(plain(year[key]) for key in columns))
    titled(
        say.pick(
            "信用（費用＝負担する損失−回収＋利子補給）", "Credit (cost: losses borne − recovered + interest)"
        ),
        table,
        say,
    )
    for assumption in credit["assumptions"]:
        click.echo("  " + say.pick(assumption["ja"], assumption["en"]).split(": ")[0])
    for missing in credit["not_stated"]:
        click.echo(f"  {missing['benefit']}: {say.pick(missing['ja'], missing['en'])}")
