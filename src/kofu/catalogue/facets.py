"""The facets: what each value is called, and reading the values a person chose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from kofu.catalogue.bands import BANDS, NOT_STATED
from kofu.catalogue.bureaux import bureaux
from kofu.catalogue.documents import documents
from kofu.catalogue.store import FACETS, FacetKind
from kofu.errors import KofuError
from kofu.programme.vocabulary import Field, Instrument, RecipientClass, Term

NAMES: dict[FacetKind, tuple[str, str]] = {
    "year": ("年度", "fiscal year"),
    "bureau": ("局・庁", "bureau"),
    "instrument": ("手段", "instrument"),
    "recipient": ("受け手の区分", "class of recipient"),
    "band": ("予算額", "appropriation"),
    "field": ("政策分野", "policy field"),
}


@cache
def labels(kind: FacetKind) -> dict[str, tuple[str, str]]:
    """The values of a facet by code: (Japanese, English), in the order in which people expect them."""
    match kind:
        case "year":
            years = {d.fiscal_year: d.round for d in documents().values()}
            return {str(y): (f"{y}年度", f"FY{y}") for y in sorted(years, reverse=True)}
        case "bureau":
            return {b.code: (b.ja, b.en) for b in bureaux().values()}
        case "instrument":
            return _terms(Instrument)
        case "recipient":
            return _terms(RecipientClass)
        case "band":
            return {code: (ja, en) for code, ja, en in (*((c, j, e) for c, _, j, e in BANDS), NOT_STATED)}
        case "field":
            return _terms(Field)


def read_facets(chosen: Mapping[str, Iterable[str]]) -> dict[FacetKind, list[str]]:
    """The codes of the values a person chose, by code or by name in either language.

    Raises:
        KofuError: when a facet has no such value; the sentence lists what it has.
    """
    found: dict[FacetKind, list[str]] = {}
    for kind in FACETS:
        for value in chosen.get(kind, ()):
            if value and (code := _code(kind, value)) not in found.setdefault(kind, []):
                found[kind].append(code)
    return found


def _code(kind: FacetKind, value: str) -> str:
    known = labels(kind)
    for code, names in known.items():
        if value == code or value.lower() in (name.lower() for name in names):
            return code
    ja, en = NAMES[kind]
    names_ja = (name if code.isdigit() else f"{name} {code}" for code, (name, _) in known.items())
    raise KofuError(
        f"{kind}: {ja}に「{value[:40]}」はありません。名称かコードで指定してください（{'、'.join(names_ja)}）",
        f"{kind}: {en} has no value {value[:40]!r}; use one of {', '.join(known)}",
    )


def _terms(kind: type[Term]) -> dict[str, tuple[str, str]]:
    return {term.value: (term.ja, term.en) for term in kind}
