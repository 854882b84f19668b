"""A quote and a match as small tables of HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from kofu.quoting.figures import Figure, figures
from kofu.quoting.match import Match
from kofu.quoting.quote import Quote
from kofu.quoting.record import verdict
from kofu.rules.bounds import Bounds
from kofu.text.printing import lines_text, print_yen

_HEADS = {
    "quote": (
        ("支援", "判定", "支援額", "シートの数値（行）"),
        ("benefit", "eligible", "amount", "figures (lines)"),
    ),
    "match": (("事業", "判定", "支援額", "支援"), ("programme", "eligible", "amount", "benefit")),
}


def amount_text(found: Bounds, lang: str) -> str:
    """An amount or its range in short; an end that only the largest thinkable cost sets is left open."""
    low, high = (print_yen(int(end), lang) for end in (found.low, found.high))
    if found.is_point:
        return low
    return f"{low}〜" if found.open_end else f"{low}〜{high}"


def quotes_table(quotes: Iterable[Quote], lang: str) -> str:
    """A row for each benefit: verdict, amount, the figures of the sheet with their lines."""
    rows = [
        (
            escape(quote.rule.key),
            verdict(quote.eligible, lang),
            amount_text(quote.total, lang),
            "<br>".join(_figure(figure) for figure in figures(quote, lang)),
        )
        for quote in quotes
    ]
    return _table(_HEADS["quote"][lang == "en"], rows)


def matches_table(matches: Iterable[Match], lang: str) -> str:
    """A row for each programme: verdict, amount, the benefits that fit or may."""
    rows = []
    for match in matches:
        title = match.programme.title
        rows.append(
            (
                f"{escape(title.ja if lang == 'ja' else title.en or title.ja)}<br><small>{match.programme.id}</small>",
                verdict(match.fits, lang),
                amount_text(match.total, lang),
                "<br>".join(escape(quote.rule.key) for quote in match.open_quotes[:3]),
            )
        )
    return _table(_HEADS["match"][lang == "en"], rows)


def _figure(figure: Figure) -> str:
    setting, when = figure
    lines = f" <small>({lines_text(setting.at)})</small>"
    return (
        escape(f"{setting.name} {setting.text}")
        + lines
        + (f"<br><small>{escape(when)}</small>" if when else "")
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
