"""The numbers of the sheet behind a quote: of a table only the rows that may apply, each with what picks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kofu.quoting.quote import Quote
from kofu.quoting.requirement import requirement
from kofu.rules.exact import evaluate
from kofu.rules.tree import Case, Node, Setting, walk

Key = tuple[str, tuple[int, ...], str]


class Figure(NamedTuple):
    """A parameter with lines; `when`: what picks it while that is open, in words."""

    setting: Setting
    when: str = ""


def figures(quote: Quote, lang: str) -> list[Figure]:
    """The parameters of a rule that stand in the sheet, without the rows of tables that do not apply."""
    possible: dict[Key, str] = {}
    rows: set[Key] = set()
    for node in walk(*quote.rule.roots):
        if isinstance(node, Case) and node.table is not None:
            rows |= {_key(value) for _, value in _rows(node) if isinstance(value, Setting)}
            for setting, when in _open_rows(node, quote, lang):
                before = possible.get(_key(setting))
                possible[_key(setting)] = _either(before, when, lang) if before else when
    found = [setting for setting in quote.rule.settings if setting.at]
    return [Figure(s, possible.get(_key(s), "")) for s in found if _key(s) not in rows or _key(s) in possible]


def _key(setting: Setting) -> Key:
    return setting.name, setting.at, setting.text


def _rows(table: Case) -> list[tuple[Node | None, Node]]:
    return [*table.branches, (None, table.otherwise)]


def _open_rows(table: Case, quote: Quote, lang: str) -> Iterator[tuple[Setting, str]]:
    """The rows that may apply, with their conditions; without one where it is the only row left."""
    open_rows = []
    for condition, value in _rows(table):
        holds = True if condition is None else evaluate(condition, quote.facts)
        if holds is not False:
            open_rows.append((condition, value))
        if holds is True:
            break
    for condition, value in open_rows:
        if isinstance(value, Setting):
            yield value, _when(condition, lang) if len(open_rows) > 1 else ""


def _either(one: str, other: str, lang: str) -> str:
    return one if one == other else f"{one}; {other}" if lang == "en" else f"{one}、{other}"


def _when(condition: Node | None, lang: str) -> str:
    """A condition as the case in which a row applies: 都道府県が「石川県」のとき."""
    if condition is None:
        return "otherwise" if lang == "en" else "ほかのとき"
    text = requirement(condition, {}, lang)
    if lang == "en":
        return f"if {text}"
    text = text.replace("であること、かつ", "で、")
    if text.endswith("であること"):
        return text.removesuffix("であること") + "のとき"
    return text.removesuffix("こと") + "とき"
