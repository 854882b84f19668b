"""What the commands print of a combination of programmes and of a loan's schedule."""

from __future__ import annotations

from collections.abc import Mapping

from kofu.command.print_rules import yen
from kofu.command.terminal import console
from kofu.programme.model import Programme
from kofu.quoting.combination.answer import Combination
from kofu.quoting.combination.sentences import certificate, second, sentence
from kofu.quoting.combine import Plan
from kofu.quoting.schedule import METHODS, Schedule, print_months
from kofu.text.printing import print_number

_MOST_LEFT_OUT = 5


def plan_text(plan: Plan, programmes: Mapping[str, Programme], lang: str) -> None:
    """The best combination, why, the runner-up, how sure it is, and what could not take part."""
    screen = console()
    answer = plan.answer
    total = "合計" if lang == "ja" else "Total"
    screen.print(f"[bold]{total}: {yen(answer.total, lang)}[/bold]")
    _combination(plan, answer.best, programmes, lang)
    screen.print()
    for reason in answer.reasons:
        screen.print(_escape(sentence(reason, lang)))
    screen.print(_escape(second(answer, lang)))
    screen.print(_escape(certificate(answer, lang)))
    if plan.left_out:
        count = len(plan.left_out)
        lead = f"加えなかった支援 {count}件" if lang == "ja" else f"Left out: {count}"
        screen.print(f"\n[dim]{lead}[/dim]")
        for error in plan.left_out[:_MOST_LEFT_OUT]:
            screen.print(f"[dim]  {_escape(error.say(lang))}[/dim]")
        if count > _MOST_LEFT_OUT:
            rest = count - _MOST_LEFT_OUT
            more = f"ほか{rest}件は --json で" if lang == "ja" else f"{rest} more: --json"
            screen.print(f"[dim]  {more}[/dim]")


def _combination(plan: Plan, found: Combination, programmes: Mapping[str, Programme], lang: str) -> None:
    screen = console()
    for share in found.shares:
        rule = plan.rules[share.offer]
        title = programmes[rule.programme].title
        shown = title.ja if lang == "ja" else title.en or title.ja
        screen.print(f"  {_escape(rule.key)}  [bold]{yen(share.grant, lang)}[/bold]")
        screen.print(f"    [dim]{_escape(shown)}  {rule.programme}[/dim]")
        for item, paid in share.paid:
            screen.print(f"    {_escape(item)}  {yen(paid, lang)}")


def schedule_table(key: str, found: Schedule, lang: str) -> None:
    """The totals of each year, and what the loan costs in all."""
    from rich.table import Table

    screen = console()
    english = lang == "en"
    ja, en = METHODS[found.method]
    lead = f"Schedule of {key}" if english else f"{key}の返済予定"
    screen.print(
        f"\n[bold]{_escape(lead)}[/bold]  {found.method}（{ja}）"
        if not english
        else f"\n[bold]{_escape(lead)}[/bold]  {found.method} ({en})"
    )
    rates = [print_number(rate * 100) + "%" for _, rate in found.rates]
    months, grace = print_months(len(found.instalments), lang), print_months(found.grace, lang)
    if english:
        screen.print(f"{yen(found.loan, lang)}, {months} ({grace} of grace), yearly rate {' → '.join(rates)}")
    else:
        screen.print(f"{yen(found.loan, lang)}、{months}（うち据置{grace}）、年利率 {' → '.join(rates)}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in (
        "year principal interest payment balance" if english else "年目 元金 利息 支払額 残高"
    ).split():
        table.add_column(head, justify="right", no_wrap=True)
    for year, principal, interest, balance in found.years():
        cells = (principal, interest, principal + interest, balance)
        table.add_row(str(year), *(yen(cell, lang) for cell in cells))
    screen.print(table)
    total = yen(found.interest, lang)
    note = (
        "each part rounded down to the yen, the last instalment takes the rest"
        if english
        else "円未満は毎回切捨て、端数は最終回で払う"
    )
    screen.print(f"Interest in all: {total} ({note})" if english else f"利息の合計 {total}（{note}）")


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)
