"""What the command prints: tables that fit the terminal, a programme as text, a flow as lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kofu.catalogue.store import appropriation
from kofu.drafts import doubts
from kofu.programme.model import Fact, Flow, Limit, Programme, Target
from kofu.programme.printing import print_actor, print_goal, print_term
from kofu.programme.vocabulary import Term
from kofu.text.printing import print_quantity, print_rate, print_yen

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
            "、".join(i.ja for i in p.instruments)
            if lang == "ja"
            else ", ".join(i.en for i in p.instruments),
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
        say = _Words(lang)
        console().print(
            say(
                f"{source.name}（{source.encoding}）: {len(reading.drafts)}シート、うち{unsure}シートに疑いあり",
                f"{source.name} ({source.encoding}): {len(reading.drafts)} sheets, {unsure} with doubts",
            )
        )
        for reason in reading.doubts:
            console().print("  " + _escape(reason))


def programme_text(p: Programme, lang: str) -> None:
    """Everything that is known about one programme, each fact with its lines."""
    say = _Words(lang)
    lines = [
        f"[bold]{_escape(p.title.ja)}[/bold]",
        _escape(p.title.en or ""),
        "",
        _escape(p.summary.ja if lang == "ja" else p.summary.en),
        "",
    ]
    lines.append(f"{p.id}  {p.fiscal_year} {p.round}  {p.document} {p.lines[0]}-{p.lines[1]}")
    terms = [*p.fields, *p.recipient_classes]
    lines.append(" / ".join(t.ja if lang == "ja" else t.en for t in terms))
    for title, facts in _sections(p, say):
        lines += ["", f"[bold]{title}[/bold]"]
        lines += [f"  {_escape(text)}  [dim]{_at(fact, say)}[/dim]" for text, fact in facts]
        lines += [] if facts else [f"  {NOT_STATED[lang]}"]
    if p.lineage:
        lines += ["", f"[bold]{say('系譜', 'Lineage')}[/bold]"]
        lines += [f"  {say.term(t.relation)} {t.of}  {_escape(t.evidence)}" for t in p.lineage]
    if p.notes:
        lines += [
            "",
            f"[bold]{say('注記', 'Notes')}[/bold]",
            *("  " + _escape(n) for n in p.notes.splitlines()),
        ]
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
        label += f" ({', '.join(rates)})" if lang == "en" else f"（{'、'.join(rates)}）"
    if flow.fund:
        label += ", fund" if lang == "en" else "・基金"
    return f"{print_actor(flow.payer, lang)} ──{label}→ {print_actor(flow.payee, lang)}"


class _Words:
    """Chooses between Japanese and English."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, ja: str, en: str) -> str:
        return ja if self.lang == "ja" else en

    def term(self, term: Term) -> str:
        return print_term(term, self.lang)


def _sections(p: Programme, say: _Words) -> list[tuple[str, list[tuple[str, Fact]]]]:
    """Each kind of fact: its heading, and the facts with their text."""
    return [
        (
            say("金額", "Amounts"),
            [(f"{say.term(a.kind)}  {print_yen(a.yen, say.lang)}", a) for a in p.amounts],
        ),
        (say("担当", "Offices"), [(o.name, o) for o in p.offices]),
        (say("電話（資料の時点）", "Telephone (at the time)"), [(t.number, t) for t in p.phones]),
        (say("細事業", "Components"), [(f"{c.key} {c.title}", c) for c in p.components]),
        (say("資金の流れ", "Flow of money"), [(_flow(f, say), f) for f in p.flows]),
        (say("上限など", "Limits"), [(_limit(x, say), x) for x in p.limits]),
        (say("受け手", "Recipients"), [(r.name, r) for r in p.recipients]),
        (say("成果目標", "Targets"), [(_target(t, say), t) for t in p.targets]),
    ]


def _flow(flow: Flow, say: _Words) -> str:
    keys = [flow.component] if isinstance(flow.component, str) else flow.component or []
    return " ".join(["".join(keys), flow_line(flow, say.lang)]).strip()


def _limit(limit: Limit, say: _Words) -> str:
    shown = print_quantity(limit.value, say.lang)
    parts = [limit.component or "", say.term(limit.kind), shown, limit.condition or ""]
    return " ".join(part for part in parts if part)


def _target(target: Target, say: _Words) -> str:
    number = "" if target.value is None else print_goal(target.comparator, target.value, say.lang)
    return " ".join(part for part in (target.metric, number, f"（{target.by}）" if target.by else "") if part)


def _at(fact: Fact, say: _Words) -> str:
    return say("行 ", "l. ") + ",".join(map(str, fact.at))


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)
