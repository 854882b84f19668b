"""What the commands about rules print: a quote, a match, a what-if."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from kofu.command.terminal import console
from kofu.programme.model import Programme
from kofu.programme.printing import print_term
from kofu.quoting.figures import Figure, figures
from kofu.quoting.match import Match, Matches
from kofu.quoting.quote import Quote
from kofu.quoting.record import question_record, verdict
from kofu.quoting.requirement import requirements
from kofu.rules.bounds import Answer, Bounds
from kofu.rules.tree import Setting, Type
from kofu.rules.units import YEN
from kofu.rules.values import show_number, show_value
from kofu.text.printing import lines_text, print_yen

if TYPE_CHECKING:
    pass

_MOST_QUESTIONS = 5
_WIDE = 110
"""Columns of a terminal that has room for the names of benefits in a table."""
_MONEY = Type("number", YEN)
_COLOURS = {True: "green", False: "dim", None: "yellow"}


def _say(lang: str, ja: str, en: str) -> str:
    return en if lang == "en" else ja


def yen(value: int | Fraction, lang: str) -> str:
    """Yen with every digit."""
    sign, digits = "−" if value < 0 else "", f"{abs(int(value)):,}"
    return _say(lang, f"{sign}{digits}円", f"{sign}¥{digits}")


def yen_range(found: Bounds, lang: str, shown: Callable[[int, str], str] = yen) -> str:
    """An amount or the honest range; an end that only the largest thinkable cost sets is left open."""
    low, high = int(found.low), int(found.high)
    least = shown(low, lang)
    if low == high:
        return least
    if not found.open_end:
        most = shown(high, lang)
        return _say(lang, f"{least}〜{most}", f"{least} to {most}")
    return _say(lang, f"{least}以上、費用などによる", f"{least} or more, depends on the cost")


def answer_text(found: Answer, kind: Type, lang: str) -> str:
    """A further figure: a number or its range, a choice or those left, yes or no."""
    if isinstance(found, Bounds):
        if kind == _MONEY:
            return yen_range(found, lang)
        ends = [show_number(end, kind, lang) for end in dict.fromkeys((found.low, found.high))]
        return _say(lang, "〜", " to ").join(ends)
    if isinstance(found, frozenset):
        return _say(lang, "・", ", ").join(sorted(found))
    return _say(lang, "未定", "open") if found is None else show_value(found, kind, lang)


# --- a quote


def quote_text(
    programme: Programme,
    quotes: Sequence[Quote],
    lang: str,
    explain: bool = False,
    unused: Sequence[str] = (),
) -> None:
    """Every benefit of a programme for one case; what does not fit is short where something else may."""
    screen = console()
    title = programme.title.ja if lang == "ja" else programme.title.en or programme.title.ja
    screen.print(f"[bold]{_escape(title)}[/bold]  [cyan]{programme.id}[/cyan]")
    refused = [q for q in quotes if q.eligible is False]
    shown = [q for q in quotes if q.eligible is not False] or refused
    for quote in shown:
        screen.print()
        screen.print("\n".join(quote_lines(quote, lang, explain)))
    if shown is not refused and refused:
        screen.print()
        screen.print(_say(lang, "対象外のもの", "Not eligible"))
        for quote in refused:
            reasons = "; ".join(map(_escape, reason_texts(quote, lang)))
            screen.print(f"  {_escape(quote.rule.key)}  [dim]{reasons}[/dim]")
    for entry in programme.not_computable:
        part = f"{entry.component} " if entry.component else ""
        lead = _say(lang, "計算できません", "Cannot be computed")
        reason = _escape(entry.en if lang == "en" else entry.ja)
        screen.print(f"\n{part}{lead}: {reason}  [dim]{_lines(entry.at, lang)}[/dim]")
    if unused:
        names = _say(lang, "、", ", ").join(unused)
        lead = _say(lang, "この事業の計算では使わない事実", "Facts that this programme does not read")
        screen.print(f"\n[dim]{lead}: {_escape(names)}[/dim]")


def quote_lines(quote: Quote, lang: str, explain: bool = False) -> Iterator[str]:
    """One benefit as lines of rich text."""
    rule = quote.rule
    aside = _say(lang, "（{}）", " ({})").format(print_term(rule.instrument, lang))
    yield f"[bold]{_escape(rule.key)}[/bold]{aside}"
    verdict_text = f"[{_COLOURS[quote.eligible]}]{verdict(quote.eligible, lang)}[/]"
    yield f"  {_say(lang, '判定', 'eligible')}: {verdict_text}"
    if quote.eligible is False:
        yield f"  {_say(lang, '理由', 'because')}:"
        yield from (f"    {_escape(text)}" for text in reason_texts(quote, lang))
    else:
        yield f"  {_say(lang, '支援額', 'amount')}: [bold]{yen_range(quote.total, lang)}[/bold]{_if_eligible(quote, lang)}"
        kinds = {name: node.type for name, node in {**rule.shares, **rule.outputs}.items()}
        if quote.eligible is None and quote.results:
            yield f"  {_say(lang, '対象なら', 'if eligible')}:"
        for name, found in quote.results.items():
            label = _say(lang, f"うち{name}", f"paid by {name}") if name in rule.shares else name
            inner = "    " if name in rule.shares or quote.eligible is None else "  "
            yield f"{inner}{_escape(label)}: {answer_text(found, kinds[name], lang)}"
        yield from _settings(_used(quote, lang), lang)
    told = quote.explanation(lang) if explain else []
    if told:
        yield f"  {_say(lang, '計算の道筋', 'steps')}:"
        yield from (f"    {number}. {_escape(line.text)}" for number, line in enumerate(told, 1))
    yield from _missing(quote, lang)


def _if_eligible(quote: Quote, lang: str) -> str:
    """The amount of one who is eligible, while that is open and the amount is not."""
    amount = quote.estimate.amount
    if quote.eligible or amount is None or not amount.is_point:
        return ""
    return _say(lang, "（対象なら {}）", " ({} if eligible)").format(yen(amount.low, lang))


def _used(quote: Quote, lang: str) -> list[Figure]:
    """The parameters with lines: those that the amount came from, or while it is open all that may matter."""
    if quote.steps.value is None:
        return figures(quote, lang)
    found: dict[str, Setting] = {}
    stack = [quote.steps, *quote.condition_steps]
    while stack:
        step = stack.pop(0)
        if isinstance(step.node, Setting) and step.node.at:
            found.setdefault(repr(step.node), step.node)
        stack += step.inputs
    return [Figure(setting) for setting in found.values()]


def reason_texts(quote: Quote, lang: str) -> list[str]:
    """Why a benefit is refused: what it asks for and the case does not meet; or that no open answer could meet them together."""
    found = requirements((reason.node for reason in quote.reasons), quote.facts, lang)
    together = _say(lang, "残る条件が互いに両立しません", "the conditions left exclude each other")
    return found or [together]


def _settings(found: Sequence[Figure], lang: str) -> Iterator[str]:
    if found:
        yield f"  {_say(lang, 'シートの数値', 'figures of the sheet')}:"
    for setting, when in found:
        still = _say(lang, "（幅あり）", " (open)") if setting.is_open else ""
        case = _say(lang, f"（{when}）", f" ({when})") if when else ""
        text = f"{setting.name} {setting.text}{still}{case}"
        yield f"    {_escape(text)}  [dim]{_lines(setting.at, lang)}[/dim]"


def _missing(quote: Quote, lang: str) -> Iterator[str]:
    if not quote.questions:
        return
    yield f"  {_say(lang, '次に答えること', 'to answer next')}:"
    for question in quote.questions[:_MOST_QUESTIONS]:
        record = question_record(question.name, quote.rule.settings, lang)
        yield f"    {_escape(question.name)}  [dim]{_escape(record['question'])}[/dim]"
    more = len(quote.questions) - _MOST_QUESTIONS
    if more > 0:
        yield f"    [dim]{_say(lang, f'ほか{more}件', f'and {more} more')}[/dim]"


# --- a match


def counts_text(matches: Matches, lang: str) -> str:
    """対象 3件、要確認 20件、対象外 87件."""
    parts = []
    for fits in (True, None, False):
        count = len(matches.of(fits))
        parts.append(f"{verdict(fits, lang)} {count}" + _say(lang, "件", ""))
    return _say(lang, "、", ", ").join(parts)


def match_table(matches: Matches, lang: str, limit: int, every: bool) -> None:
    """The programmes that fit, then those that may; with `every` also those that do not, each with its reason."""
    from rich.table import Table

    screen = console()
    fits, may, no = (matches.of(kind) for kind in (True, None, False))
    shown = [*fits, *(may if every else may[:limit])]
    wide = screen.width >= _WIDE
    if shown:
        heads = _say(lang, "判定 id 事業名 支援額 支援", "eligible id title amount benefit").split()
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column(heads[0], no_wrap=True)
        table.add_column(heads[1], no_wrap=True, style="cyan")
        table.add_column(heads[2], overflow="fold", ratio=2)
        table.add_column(heads[3], justify="right", overflow="fold", min_width=12)
        if wide:
            table.add_column(heads[4], overflow="fold", ratio=1)
        for match in shown:
            table.add_row(*_cells(match, lang)[: len(table.columns)])
        screen.print(table)
    hidden = len(fits) + len(may) - len(shown)
    if hidden:
        text = f"要確認はほかに{hidden}件（--all ですべて表示）"
        screen.print(f"[dim]{_say(lang, text, f'{hidden} more may fit (--all shows them)')}[/dim]")
    if every and no:
        screen.print(
            f"\n[bold]{verdict(False, lang)}[/bold]" if lang == "ja" else "\n[bold]Not eligible[/bold]"
        )
        for match in no:
            screen.print(f"  [cyan]{match.programme.id}[/cyan] {_escape(_title(match, lang))}")
            nearest = min(match.quotes, key=lambda quote: len(quote.reasons))
            for text in reason_texts(nearest, lang):
                screen.print(f"    [dim]{_escape(text)}[/dim]")
    screen.print(counts_text(matches, lang))


def _cells(match: Match, lang: str) -> tuple[str, ...]:
    keys = [quote.rule.key for quote in match.open_quotes]
    most = keys[:2] + ([_say(lang, f"ほか{len(keys) - 2}", f"{len(keys) - 2} more")] if len(keys) > 2 else [])
    return (
        f"[{_COLOURS[match.fits]}]{verdict(match.fits, lang)}[/]",
        match.programme.id,
        _escape(_title(match, lang)),
        yen_range(match.total, lang, print_yen),
        _escape(_say(lang, "、", ", ").join(most)),
    )


def _title(match: Match, lang: str) -> str:
    title = match.programme.title
    return title.ja if lang == "ja" else title.en or title.ja


def best_text(matches: Matches, lang: str, most: int = 3) -> Iterator[str]:
    """How many fit, and the best candidates, a line each."""
    yield counts_text(matches, lang)
    for match in matches.found[:most]:
        if match.fits is not False:
            amount = yen_range(match.total, lang, print_yen)
            yield f"  {verdict(match.fits, lang)}  {_title(match, lang)}  {amount}"


# --- what if


def what_if_table(pairs: Sequence[tuple[Quote, Quote]], lang: str) -> None:
    """For each benefit the verdict and the amount before and after."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    heads = _say(lang, "支援 変更前 変更後 差", "benefit before after difference").split()
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left", overflow="fold")
    for before, after in pairs:
        table.add_row(_escape(before.rule.key), _outcome(before, lang), _outcome(after, lang), _change(before, after, lang))  # fmt: skip
    console().print(table)


def _outcome(quote: Quote, lang: str) -> str:
    if quote.eligible is False:
        return verdict(False, lang) if lang == "ja" else "not eligible"
    amount = yen_range(quote.total, lang)
    return amount if quote.eligible else f"{verdict(None, lang)} {amount}"


def _change(before: Quote, after: Quote, lang: str) -> str:
    if before.amount is None or after.amount is None:
        return "" if before.total == after.total else _say(lang, "範囲が変わる", "another range")
    change = after.amount - before.amount
    return ("＋" if change > 0 else "−" if change < 0 else "±") + yen(abs(change), lang)


def _lines(at: Sequence[int], lang: str) -> str:
    text = lines_text(tuple(at))
    return _say(lang, f"{text}行", f"{'lines' if len(at) > 1 else 'line'} {text}")


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)
