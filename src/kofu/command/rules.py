"""The commands that work out what a case gets: quote, match, ask, combine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kofu.command.calls import (
    LANG,
    CommandGroup,
    common,
    json_flag,
    open_catalogue,
    print_json,
    t,
)
from kofu.command.options import (
    case_options,
    field_option,
    open_book,
    programme_of,
    read_day,
    read_firm_facts,
    read_given,
    read_pairs,
    rule_options,
)
from kofu.errors import KofuError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from kofu.command.options import Given
    from kofu.programme.model import Programme
    from kofu.quoting.quote import Quote
    from kofu.quoting.schedule import Method, Schedule

rule_commands = CommandGroup("rules")
"""Gathers them; `kofu.cli` takes them over into `kofu` itself."""

_PROGRAMME = t("事業のID", "PROGRAMME")


@rule_commands.command(
    help=t("一つの事業から、いくら受けられるかを試算する。", "Work out what one case gets from a programme.")
)
@click.argument("identifier", metavar=_PROGRAMME)
@click.option("--benefit", metavar="KEY", help=t("支援の一つだけ", "only this benefit"))
@case_options
@rule_options
@click.option("--explain", is_flag=True, help=t("計算の道筋も表示する", "show the steps too"))
@click.option("--schedule", is_flag=True, help=t("融資の返済予定も表示する", "show the schedule of a loan"))
@click.option(
    "--method",
    type=click.Choice(["元金均等", "元利均等"]),
    default="元金均等",
    show_default=True,
    help=t("返済の方法", "how the loan is repaid: equal principal or equal payments"),
)
@json_flag
@common
def quote(
    identifier: str,
    benefit: str | None,
    sets: tuple[str, ...],
    facts_file: Path | None,
    params: tuple[str, ...],
    day: str | None,
    explain: bool,
    schedule: bool,
    method: Method,
    as_json: bool,
) -> None:
    """`kofu quote`."""
    programme = programme_of(open_catalogue(), identifier)
    given = read_given(sets, facts_file)
    quotes = quotes_of(programme, given, read_day(day), params, benefit)
    schedules = _schedules(quotes, method) if schedule else {}
    if as_json:
        record = quotes_record(programme, quotes, explain)
        if schedule:
            from kofu.quoting.schedule import schedule_record

            record["schedules"] = {key: schedule_record(found) for key, found in schedules.items()}
        print_json(record)
        return
    from kofu.command.print_rules import quote_text

    read = {name for q in quotes for name in _names(q)}
    unused = [name for name in given.answers if name in given.by_set - read] if quotes else []
    quote_text(programme, quotes, LANG, explain, unused)
    if schedules:
        from kofu.command.print_plans import schedule_table

        for key, found in schedules.items():
            schedule_table(key, found, LANG)


def _schedules(quotes: list[Quote], method: Method) -> dict[str, Schedule]:
    """The schedule of each loan among the quotes that is not refused.

    Raises:
        KofuError: when there is none.
    """
    from kofu.quoting.schedule import schedule_of

    loans = [q for q in quotes if q.rule.repayment is not None and q.eligible is not False]
    if not loans:
        why = next((q for q in quotes if q.rule.repayment is not None), next(iter(quotes), None))
        if why is not None and len(quotes) == 1:
            schedule_of(why, method)
        raise KofuError(
            "返済予定を作れる融資がありません（返済の条件がシートにある、対象の融資に限ります）",
            "no schedule can be made: none of these is a loan that fits and whose sheet states how it is repaid",
        )
    return {q.rule.key: schedule_of(q, method) for q in loans}


def quotes_of(
    programme: Programme,
    given: Given,
    day: datetime.date | None,
    params: Iterable[str] = (),
    benefit: str | None = None,
) -> list[Quote]:
    """What a case gets from a programme, or from one benefit of it, under supposed figures."""
    from kofu.quoting.book import Book, read_firm, read_overlay

    book = Book([programme], day, read_overlay(read_pairs("--param", params)))
    rules = book.rules_of(programme.id)
    keys = [rule.key for rule in rules]
    if benefit is not None and benefit not in keys:
        raise KofuError(
            f"「{benefit}」という支援はありません（あるもの: {'、'.join(keys) or 'なし'}）",
            f"there is no benefit {benefit!r} (there are: {', '.join(keys) or 'none'})",
        )
    quotes = book.quotes(programme.id, read_firm(given.answers, rules))
    return [q for q in quotes if benefit in (None, q.rule.key)]


def _names(quote: Quote) -> set[str]:
    """Everything that an answer to this benefit may name."""
    from kofu.rules.tree import Fact, Named, Setting, walk

    rule, terms = quote.rule, quote.rule.repayment
    lent = [] if terms is None else [terms.term, terms.grace, *(rate for _, rate in terms.rates)]
    nodes = walk(*rule.roots, *(node for node in lent if node is not None))
    return {node.name for node in nodes if isinstance(node, Fact | Named | Setting)}


def quotes_record(programme: Programme, quotes: Iterable[Quote], steps: bool) -> dict[str, Any]:
    """The quotes of a programme as JSON has them."""
    from kofu.quoting.record import quote_record

    return {
        "programme": programme.id,
        "title": programme.title.ja,
        "quotes": [quote_record(q, LANG, steps) for q in quotes],
        "not_computable": [
            {
                "component": entry.component,
                "reason": entry.en if LANG == "en" else entry.ja,
                "at": list(entry.at),
            }
            for entry in programme.not_computable
        ],
    }


@rule_commands.command(
    help=t("会社に合う事業を、すべての事業から探す。", "Hold a firm against all programmes at once.")
)
@case_options
@field_option
@click.option(
    "--limit",
    default=20,
    type=click.IntRange(0, 1000),
    help=t("要確認の表示件数", "how many that depend to show"),
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help=t("対象外も理由とともに表示する", "show also those that do not fit, with reasons"),
)
@json_flag
@common
def match(
    sets: tuple[str, ...],
    facts_file: Path | None,
    fields: tuple[str, ...],
    limit: int,
    every: bool,
    as_json: bool,
) -> None:
    """`kofu match`."""
    from kofu.quoting.interview import questions
    from kofu.quoting.match import match_all

    book = open_book(fields)
    facts = read_firm_facts(read_given(sets, facts_file), book)
    matches = match_all(book, facts)
    following = questions(book, facts)
    if as_json:
        from kofu.quoting.record import matches_record, question_record

        found = matches_record(matches, LANG)
        found["next"] = [question_record(entry.name, (), LANG) for entry in following]
        print_json(found)
        return
    from kofu.command.print_rules import match_table

    match_table(matches, LANG, limit, every)
    if following:
        entry = following[0]
        click.echo(t("次に答えるとよいこと: ", "Answer next: ") + f"{entry.name}  {entry.question(LANG)}")


@rule_commands.command(
    help=t(
        "端末で一つずつ質問に答えて、合う事業を探す。", "Find what fits by answering one question at a time."
    )
)
@case_options
@field_option
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    help=t("答えを YAML で保存するファイル", "file for the answers, as YAML"),
)
@common
def ask(sets: tuple[str, ...], facts_file: Path | None, fields: tuple[str, ...], save: Path | None) -> None:
    """`kofu ask`."""
    from kofu.command.interview import run_interview

    book = open_book(fields)
    run_interview(book, read_firm_facts(read_given(sets, facts_file), book), save)


@rule_commands.command(
    help=t(
        "一つの計画に、複数の事業をどう組み合わせると最も多く受けられるかを求める。",
        "Which programmes together pay most for one project, no yen of cost funded twice.",
    )
)
@click.option(
    "--items",
    "items_file",
    required=True,
    type=click.Path(path_type=Path),
    help=t("費目のファイル（YAML。items: 費目: 円）", "file of the cost items (YAML; items: name: yen)"),
)
@click.option(
    "--programmes",
    multiple=True,
    metavar="ID[/KEY]",
    help=t(
        "候補の事業（支援の一つなら ID/支援）。何度でも",
        "a programme or one benefit of it (ID/KEY), as often as needed",
    ),
)
@case_options
@rule_options
@json_flag
@common
def combine(
    items_file: Path,
    programmes: tuple[str, ...],
    sets: tuple[str, ...],
    facts_file: Path | None,
    params: tuple[str, ...],
    day: str | None,
    as_json: bool,
) -> None:
    """`kofu combine`."""
    from kofu.quoting.book import Book, read_overlay
    from kofu.quoting.combine import chosen, plan_record, read_project
    from kofu.quoting.combine import combine as find

    project = chosen(read_project(items_file), programmes)
    given = read_given(sets, facts_file)
    store = open_catalogue()
    wanted = dict.fromkeys(w.programme for w in project.wanted)
    members = [programme_of(store, identifier) for identifier in wanted] or list(store.programmes())
    book = Book(members, read_day(day), read_overlay(read_pairs("--param", params)))
    plan = find(book, project, given.answers)
    if as_json:
        print_json(plan_record(plan, LANG))
        return
    from kofu.command.print_plans import plan_text

    plan_text(plan, {p.id: p for p in members}, LANG)
