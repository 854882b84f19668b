"""The pages: each takes the shelf and what was asked, and returns HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from kofu.catalogue.dictionary import TABLES
from kofu.catalogue.documents import documents
from kofu.catalogue.facets import labels
from kofu.catalogue.search import MAX_QUERY, search
from kofu.catalogue.store import FACETS, FacetKind
from kofu.programme.model import Programme
from kofu.site.api import described_parameters, endpoints
from kofu.site.calculator import calculator_of
from kofu.site.flow_groups import FlowGroup, flow_groups, keys_of
from kofu.site.flow_layout import WIDTH
from kofu.site.flow_svg import flow_svg
from kofu.site.params import PAGE_SIZE, Asked, BadRequestError, Pairs, address, check_page
from kofu.site.render import page, twins
from kofu.site.shelf import Shelf
from kofu.site.tables import DOCUMENT_COLUMNS, FACTS
from kofu.site.words import Say, say_in

_AROUND = 30  # lines shown before and after one that lies in no sheet
_OPEN: tuple[FacetKind, ...] = ("year", "field", "instrument")


def home(shelf: Shelf, asked: Asked) -> str:
    """Search box, facets and a page of results."""
    limit = asked.limit or PAGE_SIZE
    hits = search(shelf.store, asked.query, limit, (asked.page - 1) * limit)
    count = check_page(asked.page, hits.total, limit)
    say = say_in(asked.lang)
    sized: Pairs = [("limit", str(asked.limit))] if asked.limit else []

    def pairs_of(number: int) -> Pairs:
        return asked.pairs() + sized + ([("page", str(number))] if number > 1 else [])

    return page(
        "home.html",
        shelf,
        asked,
        "/",
        pairs_of(asked.page),
        max_query=MAX_QUERY,
        facets=_facets(shelf, asked, say),
        chips=_chips(asked, say),
        cards=[shelf.card(i) for i in hits.ids],
        total=hits.total,
        first=(asked.page - 1) * limit + 1,
        pages=count,
        page_numbers=page_numbers(asked.page, count),
        page_href=lambda number: address("/", pairs_of(number), asked.lang),
        twins=twins(say, "/programmes", asked.pairs(), pairs_of(asked.page)),
    )


def page_numbers(now: int, count: int) -> list[int]:
    """The pages worth a link: first, last and those around `now`; 0 stands for a gap."""
    shown = sorted({1, count, *range(max(1, now - 1), min(count, now + 1) + 1)})
    found: list[int] = []
    for number in shown:
        if found and number - found[-1] > 1:
            found.append(number - 1 if number - found[-1] == 2 else 0)
        found.append(number)
    return found


def _facets(shelf: Shelf, asked: Asked, say: Say) -> list[dict[str, Any]]:
    counts = shelf.counts(asked.query)
    found = []
    for kind in FACETS:
        chosen = asked.query.facets.get(kind, ())
        counted = dict(counts[kind]) | {value: dict(counts[kind]).get(value, 0) for value in chosen}
        if kind in ("year", "band"):  # these have an order of their own
            counted = {value: counted[value] for value in labels(kind) if value in counted}
        values = [
            {"code": value, "label": say.facet(kind, value), "count": n, "on": value in chosen}
            for value, n in counted.items()
        ]
        values.sort(key=lambda value: kind not in ("year", "band") and not value["on"])
        if values:
            found.append({"kind": kind, "choices": values, "open": kind in _OPEN or bool(chosen)})
    return found


def _chips(asked: Asked, say: Say) -> list[dict[str, str]]:
    chips = [
        {
            "name": say(f"facet_{kind}"),
            "label": say.facet(kind, value),
            "href": address("/", asked.without(kind, value), asked.lang),
        }
        for kind, values in asked.query.facets.items()
        for value in values
    ]
    if asked.query.words:
        words = asked.query.words
        href = address("/", asked.without("q", words), asked.lang)
        chips.insert(0, {"name": say("search_label"), "label": words, "href": href})
    return chips


@dataclass(frozen=True)
class _FlowPicture:
    svg: str
    keys: list[tuple[str, str]]
    wide: bool


def programme(shelf: Shelf, asked: Asked, identifier: str) -> str:
    """One programme: every fact with its lines."""
    it = shelf.programme(identifier)
    say = say_in(asked.lang)
    path = f"/programmes/{it.id}"
    found = _calculator(shelf, asked, it.id)
    return page(
        "programme.html",
        shelf,
        asked,
        path,
        found.pairs,
        programme=it,
        calculator=found,
        card=shelf.card(it.id),
        document=shelf.document(it.document),
        pictures=shelf.keep(("flow", it.id, asked.lang), lambda: _pictures(it, say)),
        has_parts=any(keys_of(flow) for flow in it.flows),
        ties=shelf.ties(it.id),
        twins=twins(say, path, []),
    )


def calculator(shelf: Shelf, asked: Asked, identifier: str) -> str:
    """The calculator of one programme alone, for the script of its page."""
    return _calculator(shelf, asked, identifier).html


@dataclass(frozen=True)
class _Calculator:
    html: Markup
    pairs: Pairs
    asks: bool
    """Whether there is a form, which the script may send."""


def _calculator(shelf: Shelf, asked: Asked, identifier: str) -> _Calculator:
    """The calculator, drawn; kept as it stands before anything is answered."""

    def make() -> _Calculator:
        found = calculator_of(shelf, asked, identifier)
        html = page("calculator.html", shelf, asked, f"/programmes/{identifier}", calculator=found)
        return _Calculator(Markup(html), found.pairs, found.form is not None)

    return make() if asked.answers else shelf.keep(("calculator", identifier, asked.lang), make)


def _pictures(it: Programme, say: Say) -> list[_FlowPicture]:
    titles = {component.key: component.title for component in it.components}
    pictures = []
    for number, group in enumerate(flow_groups(it), 1):
        svg = flow_svg(group.flows, say, _part(group, say), f"f{number}")
        wide = int(svg.split('width="', 1)[1].split('"', 1)[0]) > WIDTH + 2
        pictures.append(_FlowPicture(svg, [(key, titles.get(key, "")) for key in group.keys], wide))
    return pictures


def _part(group: FlowGroup, say: Say) -> str:
    return "・".join(group.keys) or say("flow_whole")


def lineage(shelf: Shelf, asked: Asked) -> str:
    """All ties between programmes."""
    say = say_in(asked.lang)
    return page("lineage.html", shelf, asked, "/lineage", ties=shelf.pairs, twins=twins(say, "/lineage", []))


def document_list(shelf: Shelf, asked: Asked) -> str:
    """The source documents."""
    say = say_in(asked.lang)
    return page(
        "documents.html",
        shelf,
        asked,
        "/documents",
        all_documents=list(documents().values()),
        twins=twins(say, "/documents", []),
    )


def document(shelf: Shelf, asked: Asked, name: str) -> str:
    """One document: its sheets, and around `asked.line` its text, where this installation holds it."""
    it = shelf.document(name)
    if asked.line and asked.line > it.lines:
        raise BadRequestError.of("e400_number", field="line", value=asked.line, low=1, high=it.lines)
    sheet = shelf.sheet_at(name, asked.line) if asked.line else None
    excerpt: list[int] = []
    if asked.line:
        first, last = sheet.lines if sheet else (asked.line - _AROUND, asked.line + _AROUND)
        excerpt = list(range(max(1, first), min(it.lines, last) + 1))
    path = f"/documents/{name}"
    return page(
        "document.html",
        shelf,
        asked,
        path,
        [("line", str(asked.line))] if asked.line else [],
        document=it,
        text=shelf.text(name),
        sheets=shelf.sheets[name],
        sheet=sheet,
        excerpt=excerpt,
        twins=twins(say_in(asked.lang), path, []),
    )


def data(shelf: Shelf, asked: Asked) -> str:
    """Whose data, on what terms, and where to have it."""
    return page(
        "data.html", shelf, asked, "/data", tables=TABLES, twins=twins(say_in(asked.lang), "/data", [])
    )


def schema(shelf: Shelf, asked: Asked) -> str:
    """Addresses, parameters and columns."""
    return page(
        "schema.html",
        shelf,
        asked,
        "/schema",
        endpoints=endpoints(),
        parameters=described_parameters(),
        tables=[(t.name, say_in(asked.lang).pick(t.ja, t.en), t.columns) for t in (*TABLES, FACTS)],
        document_columns=DOCUMENT_COLUMNS,
        twins=twins(say_in(asked.lang), "/schema", []),
    )
