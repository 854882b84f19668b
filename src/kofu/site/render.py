"""Templates and what all of them may use."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kofu.catalogue.documents import documents
from kofu.catalogue.store import appropriation
from kofu.quoting.requirement import fact_name
from kofu.site.params import Asked, Pairs, address
from kofu.site.shelf import Shelf
from kofu.site.words import Say, is_japanese, say_in
from kofu.text.printing import lines_text

_HERE = Path(__file__).parent
_CHARTS = _HERE.parent / "population" / "report"
"""Where the style of charts lies; reports hold it too."""


@cache
def environment() -> Environment:
    """The templates, compiled once; an unknown name in one is an error, not an empty space."""
    found = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.globals.update(
        lines_text=lines_text,
        is_japanese=is_japanese,
        fact_name=fact_name,
        style_stamp=stamp_of("style.css"),
        script_stamp=stamp_of("calculator.js"),
        stamp_of=stamp_of,
        len=len,
    )
    return found


@cache
def static(name: str) -> bytes:
    """A file that is served as it is."""
    folder = _CHARTS if name == "charts.css" else _HERE / "static"
    return (folder / name).read_bytes()


def stamp_of(name: str) -> str:
    """A short hash of a file that is served as it is, so that browsers may keep it for ever."""
    return hashlib.sha256(static(name)).hexdigest()[:12]


@cache
def code_stamp() -> str:
    """A hash of everything that makes a page besides the catalogue."""
    whole = hashlib.sha256()
    for path in sorted(p for p in _HERE.rglob("*") if p.is_file() and p.suffix != ".pyc"):
        whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


def href_in(lang: str) -> Any:
    """The function by which templates write addresses of this site, in the language of the page."""
    return lambda path, pairs=(): address(path, pairs, lang)


def page(
    template: str, shelf: Shelf, asked: Asked, path: str, pairs: Sequence[tuple[str, str]] = (), **values: Any
) -> str:
    """Render a page at `path` with the fields `pairs` (language aside)."""
    say = say_in(asked.lang)

    def line_href(document: str, line: int) -> str:
        return address(f"/documents/{document}", [("line", str(line))], asked.lang, f"L{line}")

    return (
        environment()
        .get_template(template)
        .render(
            {
                "say": say,
                "asked": asked,
                "href": href_in(asked.lang),
                "here": lambda lang: address(path, pairs, lang),
                "path_here": path,
                "line_href": line_href,
                "held": shelf.text,
                "yen_of": lambda identifier: appropriation(shelf.programme(identifier)),
                "total_programmes": len(shelf.ids),
                "total_documents": len(documents()),
                "stamp": shelf.stamp,
                "status": None,
                "twins": [],
                "programme": None,
                **values,
            }
        )
    )


def twins(say: Say, path: str, pairs: Pairs, json_pairs: Pairs | None = None) -> list[dict[str, str]]:
    """The links to a page's JSON and CSV."""
    return [
        {
            "type": "application/json",
            "name": "JSON",
            "href": address(f"{path}.json", json_pairs or pairs, say.lang),
        },
        {"type": "text/csv", "name": "CSV", "href": address(f"{path}.csv", pairs, say.lang)},
        {
            "type": "text/csv",
            "name": say("csv_excel"),
            "href": address(f"{path}.csv", [*pairs, ("bom", "1")], say.lang),
        },
    ]
