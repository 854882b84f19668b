"""What the commands about rules share: their options, and reading the case and the rules they ask for."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kofu.command.calls import open_catalogue, t
from kofu.errors import KofuError

if TYPE_CHECKING:
    import datetime

    from kofu.catalogue.store import Store
    from kofu.programme.model import Programme
    from kofu.quoting.book import Book
    from kofu.rules.tree import Value

_FACTS = t(
    "事実のファイル（YAML・JSON・CSV。- は標準入力）",
    "file of facts (YAML, JSON or CSV; - reads standard input)",
)


def case_options(function: Callable[..., None]) -> Callable[..., None]:
    """`--set` and `--facts`."""
    function = click.option(
        "--facts", "facts_file", type=click.Path(path_type=Path, allow_dash=True), help=_FACTS
    )(function)
    help_set = t(
        "事実（例: 補助対象経費=600万円）。何度でも", "a fact (補助対象経費=600万円), as often as needed"
    )
    return click.option("--set", "sets", multiple=True, metavar=t("事実=値", "FACT=VALUE"), help=help_set)(
        function
    )


def rule_options(function: Callable[..., None]) -> Callable[..., None]:
    """`--date` and `--param`."""
    help_param = t("仮に置く数値（例: 補助率=1/2）", "a figure to suppose (補助率=1/2)")
    function = click.option(
        "--param", "params", multiple=True, metavar=t("名前=値", "NAME=VALUE"), help=help_param
    )(function)
    help_date = t("いつの数値で計算するか（例: 2025-02-01）", "the day whose figures count (2025-02-01)")
    return click.option("--date", "day", metavar=t("年月日", "DATE"), help=help_date)(function)


def field_option(function: Callable[..., None]) -> Callable[..., None]:
    """`--field`."""
    text = t("政策分野で絞る（例: ものづくり産業）", "only this policy field (manufacturing)")
    return click.option("--field", "fields", multiple=True, help=text)(function)


@dataclass(frozen=True)
class Given:
    """What a call says of its case: the answers as written, and which of them came by --set."""

    answers: Mapping[str, Any]
    by_set: frozenset[str]


def read_given(sets: Iterable[str], facts_file: Path | None) -> Given:
    """The answers of the file, and over them those of --set.

    Raises:
        KofuError: a file or a --set that cannot be read.
    """
    from kofu.quoting.facts_file import read_facts_file, read_yaml_facts

    stated = read_pairs("--set", sets)
    filed: dict[str, Any] = {}
    if facts_file is not None and str(facts_file) == "-":
        filed = read_yaml_facts(sys.stdin.read(), "-")  # JSON with one level is YAML too
    elif facts_file is not None:
        filed = read_facts_file(facts_file)
    return Given({**filed, **stated}, frozenset(stated))


def read_pairs(option: str, pairs: Iterable[str]) -> dict[str, str]:
    """名前=値, as often as given; the full-width ＝ counts too.

    Raises:
        KofuError: no = sign, or one name with two values.
    """
    from kofu.rules.vocabulary import normal

    found: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = (
            pair.replace("＝", "=", 1).partition("=") if "=" not in pair else pair.partition("=")
        )
        key = normal(name).strip()
        if not sign or not key:
            raise KofuError(
                f"{option} {pair}: 「名前=値」の形で書いてください（例: {option} 補助対象経費=600万円）",
                f"{option} {pair}: write NAME=VALUE (e.g. {option} 補助対象経費=600万円)",
            )
        if found.get(key, value) != value:
            raise KofuError(
                f"{option} {key}: 値が2つあります（{found[key]} と {value}）。1つにしてください",
                f"{option} {key}: has two values ({found[key]} and {value}); keep one",
            )
        found[key] = value
    return found


def read_day(text: str | None) -> datetime.date | None:
    """A day as written: 2025-02-01, 2025/2/1.

    Raises:
        KofuError: when it is no day.
    """
    from kofu.quoting.book import read_day as read

    return None if text is None else read(text, "--date")


def programme_of(store: Store, identifier: str) -> Programme:
    """A programme by its id.

    Raises:
        KofuError: when there is none; the sentence offers the nearest.
    """
    from kofu.catalogue.store import UnknownProgrammeError

    try:
        return store.programme(identifier)
    except UnknownProgrammeError as error:
        near = _near(store, identifier)
        if not near:
            raise
        raise KofuError(
            f"「{identifier}」という事業はありません。近いもの: {'、'.join(near)}",
            f"there is no programme {identifier!r}; near: {', '.join(near)}",
        ) from error


def _near(store: Store, identifier: str) -> list[str]:
    """Ids that are spelt alike or hold the text, or whose title does."""
    ids = {p.id: p.title.ja for p in store.programmes()}
    alike = difflib.get_close_matches(identifier, ids, 3, 0.6)
    inside = [i for i, title in ids.items() if identifier and (identifier in i or identifier in title)]
    return list(dict.fromkeys([*alike, *inside]))[:3]


def open_book(
    fields: Iterable[str] = (), day: datetime.date | None = None, params: Iterable[str] = ()
) -> Book:
    """The rules of all programmes, or of those of some policy fields.

    Raises:
        KofuError: no such field; a parameter without a value at the day.
    """
    from kofu.catalogue.facets import read_facets
    from kofu.quoting.book import Book, read_overlay

    wanted = set(read_facets({"field": fields}).get("field", []))
    programmes = open_catalogue().programmes()
    chosen = [p for p in programmes if not wanted or wanted & {field.value for field in p.fields}]
    return Book(chosen, day, read_overlay(read_pairs("--param", params)))


def read_firm_facts(given: Given, book: Book) -> dict[str, Value]:
    """The facts of a firm that all programmes of a book are held against.

    Raises:
        KofuError: an unknown fact, a wrong answer, or a figure that each programme leaves open for itself.
    """
    from kofu.quoting.book import read_firm

    own = {setting.name for rule in book.rules for setting in rule.settings if setting.is_open}
    from kofu.rules.case import spec_of

    for name in given.answers:
        if name in own and spec_of(name) is None:
            raise KofuError(
                f"「{name}」は事業ごとに決まる値です。kofu quote で事業を指定して --set {name}=… としてください",
                f"{name!r} is another figure in each programme; give it to kofu quote with --set {name}=…",
            )
    return read_firm(given.answers, book.rules)
