"""What the command prints: tables that fit the terminal, a programme as text, a flow as lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kofu.catalogue.documents import documents
from kofu.catalogue.store import appropriation
from kofu.drafts import doubts
from kofu.programme.fact import Fact
from kofu.programme.model import Flow, Limit, Lineage, Programme, Target
from kofu.programme.printing import print_actor, print_term
from kofu.site.words import Say, say_in
from kofu.text.printing import lines_text, print_rate, print_yen

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from kofu.reading.reader import Reading

NOT_STATED = {"ja": "記載なし", "en": "not stated"}


def console() -> Console:
    """Standard output as wide as the terminal; piped, as wide as it needs, without colour."""
    from rich.console import Console

    plain = Console(highlight=False, soft_wrap=False)
    return plain if plain.is_terminal else Console(highlight=False, width=400, no_color=True)


def progress(label: str) -> Progress:
    """A progress bar on standard error, shown only to a person and gone when done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn())
    screen = Console(stderr=True)
    return Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)


def programme_table(programmes: Iterable[Programme], lang: str) -> None:
    """The list of programmes: id, title, appropriation, instruments."""
    from rich.table import Table

    heads = (
        ("id", "事業名", "予算額", "手段")
        if lang == "ja"
        else ("id", "title", "appropriation", "instruments")
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(heads[0], no_wrap=True, style="cyan")
    table.add_column(heads[1], overflow="fold", ratio=1)
    table.add_column(heads[2], justify="right", no_wrap=True)
    screen = console()
    table.add_column(heads[3], overflow="fold", max_width=24 if screen.is_terminal else None)
    for p in programmes:
        yen = appropriation(p)
        table.add_row(
            p.id,
            _escape(p.title.ja if lang == "ja" else p.title.en or p.title.ja),
            NOT_STATED[lang] if yen is None else print_yen(yen, lang),
            _listed((print_term(i, lang) for i in p.instruments), lang),
        )
    screen.print(table)


def draft_table(readings: Iterable[Reading], lang: str) -> None:
    """What was read: a row for each sheet with its doubts, and what concerns each document."""
    from rich.table import Table

    for reading in readings:
        source = reading.source
        heads = ("行", "事業名", "予算額", "流れ", "目標", "疑い") if lang == "ja" else (
            "lines", "title", "appropriation", "flows", "targets", "doubts")  # fmt: skip
        table = Table(box=None, pad_edge=False, header_style="bold")
        for i, head in enumerate(heads):
            right = i not in (0, 1)
            table.add_column(head, justify="right" if right else "left", no_wrap=i != 1)
        unsure = 0
        for draft in reading.drafts:
            count = sum(1 for _ in doubts(draft))
            unsure += count > 0
            yen = appropriation(draft)
            table.add_row(
                f"{draft.lines[0]}-{draft.lines[1]}",
                _escape(draft.title.ja),
                NOT_STATED[lang] if yen is None else print_yen(yen, lang),
                str(len(draft.flows)),
                str(len(draft.targets)),
                str(count) if count else "",
            )
        console().print(table)
        ja = f"{source.name}（{source.encoding}）: {len(reading.drafts)}シート、うち{unsure}シートに疑いあり"
        en = f"{source.name} ({source.encoding}): {len(reading.drafts)} sheets, {unsure} with doubts"
        console().print(en if lang == "en" else ja)
        for reason in reading.doubts:
            console().print("  " + _escape(reason))


def programme_text(p: Programme, later: Iterable[tuple[str, Lineage]], lang: str) -> None:
    """Everything that is known about one programme, each fact with its lines.

    `later`: the ties by which later programmes name this one, each with the id of the later programme.
    """
    say = say_in(lang)
    document = documents()[p.document]
    sheet = say.pick(document.ja, document.en)
    lines = [
        f"[bold]{_escape(p.title.ja)}[/bold]",
        _escape(p.title.en or ""),
        "",
        _escape(p.summary.en if lang == "en" else p.summary.ja),
        "",
        f"{say('identifier')}: {p.id}",
        f"{say('source')}: " + say("sources_sheet", document=sheet, lines=f"{p.lines[0]}–{p.lines[1]}"),
        f"{say('fields')}: " + _listed(map(say.term, p.fields), lang),
        f"{say('recipient_classes')}: " + _listed(map(say.term, p.recipient_classes), lang),
    ]
    for title, facts in _sections(p, say):
        lines += ["", f"[bold]{title}[/bold]"]
        lines += [f"  {_escape(text)}  [dim]{_escape(_behind(fact, say))}[/dim]" for text, fact in facts]
        lines += [] if facts else [f"  {say('not_stated')}"]
    lines += list(_benefits(p, say))
    ties = [("earlier", tie.of, tie) for tie in p.lineage] + [("later", of, tie) for of, tie in later]
    if ties:
        lines += ["", f"[bold]{say('lineage')}[/bold]"]
    for side, of, tie in ties:
        relation = say.term(tie.relation)
        lines.append(f"  {say(side)}: {of}{_aside(relation, lang)}  {_escape(tie.evidence)}")
    if p.notes:
        lines += ["", f"[bold]{say('notes')}[/bold]", *("  " + _escape(n) for n in p.notes.splitlines())]
    console().print("\n".join(lines))


def flow_text(p: Programme, lang: str) -> None:
    """The arrows as lines, grouped by component."""
    lines: list[str] = [f"[bold]{_escape(p.title.ja if lang == 'ja' else p.title.en or p.title.ja)}[/bold]"]
    last: object = ()
    for flow in p.flows:
        key = flow.component if isinstance(flow.component, str) else "・".join(flow.component or [])
        if key != last and (key or last):
            lines.append(_escape(key) if key else "")
        last = key
        lines.append("  " + _escape(flow_line(flow, lang)))
    if not p.flows:
        lines.append("  " + NOT_STATED[lang])
    console().print("\n".join(lines))


def flow_line(flow: Flow, lang: str) -> str:
    """国 ──補助（定額）→ 民間団体等."""
    label = print_term(flow.instrument, lang)
    rates = [print_rate(rate, lang) for rate in flow.rates]
    if rates:
        label += _aside(_listed(rates, lang), lang)
    if flow.fund:
        label += ", fund" if lang == "en" else "・基金"
    return f"{print_actor(flow.payer, lang)} ──{label}→ {print_actor(flow.payee, lang)}"


def _sections(p: Programme, say: Say) -> Iterator[tuple[str, list[tuple[str, Fact]]]]:
    """Each kind of fact under the heading that its page has, and the facts with their text."""
    yield say("amounts"), [(f"{say.term(a.kind)}  {say.yen(a.yen)}", a) for a in p.amounts]
    yield say("flow"), [(_flow(f, say), f) for f in p.flows]
    if p.components:
        yield say("components"), [(f"{c.key} {c.title}", c) for c in p.components]
    yield say("limits"), [(_limit(x, say), x) for x in p.limits]
    yield say("recipients"), [(r.name, r) for r in p.recipients]
    yield say("targets"), [(_target(t, say), t) for t in p.targets]
    yield say("office"), [(o.name, o) for o in p.offices]
    yield say("phone"), [(t.number, t) for t in p.phones]
    if p.aliases:
        yield say("aliases"), [(a.name, a) for a in p.aliases]


def _benefits(p: Programme, say: Say) -> Iterator[str]:
    """Who gets what, as its expressions; and what cannot be computed, with the reason."""
    if p.benefits:
        yield from ("", f"[bold]{say('benefits')}[/bold]")
    for benefit in p.benefits:
        whom = _aside(f"{say.term(benefit.instrument)} → {benefit.recipient}", say.lang)
        yield f"  {_escape(benefit.key + whom)}"
        yield f"    {say('eligible')}: {_escape(benefit.eligible)}"
        yield f"    {say('amount_is')}: {_escape(benefit.amount)}"
    if p.not_computable:
        yield from ("", f"[bold]{say('not_computable')}[/bold]")
    for reason in p.not_computable:
        yield f"  {_escape(say.pick(reason.ja, reason.en))}  [dim]{_escape(_behind(reason, say))}[/dim]"


def _flow(flow: Flow, say: Say) -> str:
    keys = [flow.component] if isinstance(flow.component, str) else flow.component or []
    return " ".join(["・".join(keys), flow_line(flow, say.lang)]).strip()


def _limit(limit: Limit, say: Say) -> str:
    parts = [limit.component or "", say.term(limit.kind), say.quantity(limit.value), limit.condition or ""]
    return " ".join(part for part in parts if part)


def _target(target: Target, say: Say) -> str:
    by = _aside(target.by, say.lang) if target.by else ""
    return f"{target.metric}  {say.target(target.comparator, target.value)}{by}"


def _behind(fact: Fact, say: Say) -> str:
    """Where a fact stands, and what a reader must know about it: other characters printed, or a value derived."""
    parts = [say("lines" if len(fact.at) > 1 else "line", lines=lines_text(fact.at))]
    parts += [say("printed", text=fact.text)] if fact.text else []
    parts += [say("derived", how=fact.derived)] if fact.derived else []
    return "  ".join(parts)


def _aside(text: str, lang: str) -> str:
    return f" ({text})" if lang == "en" else f"（{text}）"


def _listed(words: Iterable[str], lang: str) -> str:
    return (", " if lang == "en" else "、").join(words)


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)
