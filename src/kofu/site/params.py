"""What a request asks for: the part of its address after the question mark, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from kofu.catalogue.facets import read_facets
from kofu.catalogue.search import Query
from kofu.catalogue.store import FACETS
from kofu.errors import KofuError
from kofu.site.words import LANGUAGES, say_in

PAGE_SIZE = 20
MAX_LIMIT = 200
MAX_BODY = 64 * 1024
"""The largest body of a request, in bytes."""
_MAX_FIELDS = 100
_MAX_PAGE = 100_000
_OWN = {"lang", "q", "page", "limit", "bom", "line", *FACETS}
Pairs = list[tuple[str, str]]


class BadRequestError(KofuError):
    """The address asks for something that cannot be."""

    @classmethod
    def of(cls, key: str, **values: object) -> BadRequestError:
        """The error with the words under `key`."""
        return cls(say_in("ja")(key, **values), say_in("en")(key, **values))


@dataclass(frozen=True)
class Asked:
    """A checked request. `limit` is None where the address names none; `bom` marks CSV for Excel."""

    lang: str = "ja"
    query: Query = field(default_factory=Query)
    page: int = 1
    limit: int | None = None
    bom: bool = False
    line: int | None = None
    answers: tuple[tuple[str, str], ...] = ()
    """Every other field: facts and what goes with them, for the pages and data that read rules."""

    def last(self, name: str) -> str | None:
        """The last answer of this name."""
        return dict(self.answers).get(name)

    def pairs(self) -> Pairs:
        """The search itself (words and facets) as fields of an address."""
        words = [("q", self.query.words)] if self.query.words else []
        return words + [(kind, v) for kind in FACETS for v in self.query.facets.get(kind, ())]

    def without(self, kind: str, value: str) -> Pairs:
        """The search with one value taken away."""
        return [pair for pair in self.pairs() if pair != (kind, value)]


NOTHING = Asked()


def address(path: str, pairs: Sequence[tuple[str, str]] = (), lang: str = "ja", anchor: str = "") -> str:
    """An address of this site; English is carried along, Japanese is what an address means by itself."""
    fields = [*pairs, ("lang", lang)] if lang != "ja" else [*pairs]
    return path + ("?" + urlencode(fields) if fields else "") + (f"#{anchor}" if anchor else "")


def parse(query_string: bytes) -> Asked:
    """Read the query string of a request.

    Unknown fields are ignored (trackers add them); of a field that may stand once, the last one counts.

    Raises:
        KofuError: for a value that cannot be; it names the field and what is allowed.
    """
    if not query_string:
        return NOTHING
    try:
        pairs = parse_qsl(query_string.decode("latin-1"), errors="replace", max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise BadRequestError.of("e400_address") from error
    single = dict(pairs)
    chosen: dict[str, list[str]] = {kind: [value for name, value in pairs if name == kind] for kind in FACETS}
    return Asked(
        lang=_choice("lang", single.get("lang", "ja"), LANGUAGES),
        query=Query(
            single.get("q", "").replace("\0", " ").strip(),
            {kind: list(dict.fromkeys(v)) for kind, v in read_facets(chosen).items()},
        ),
        page=_number("page", single.get("page"), _MAX_PAGE) or 1,
        limit=_number("limit", single.get("limit"), MAX_LIMIT),
        bom=_choice("bom", single.get("bom", "0"), ("0", "1")) == "1",
        line=_number("line", single.get("line"), 10**7),
        answers=tuple((name, value.strip()) for name, value in pairs if name not in _OWN),
    )


def check_page(page: int, total: int, limit: int) -> int:
    """How many pages `total` results make.

    Raises:
        BadRequestError: when `page` lies behind the last.
    """
    pages = max(1, -(-total // limit))
    if page > pages:
        raise BadRequestError.of("e400_page", high=pages, value=page)
    return pages


def _choice(name: str, value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise BadRequestError.of("e400_choice", field=name, value=_short(value), allowed=", ".join(allowed))
    return value


def _number(name: str, value: str | None, high: int) -> int | None:
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 9 and 1 <= int(value) <= high):
        raise BadRequestError.of("e400_number", field=name, value=_short(value), low=1, high=high)
    return int(value)


def _short(value: str) -> str:
    clean = "".join(c if c.isprintable() else "?" for c in value)
    return clean if len(clean) <= 40 else clean[:40] + "…"
