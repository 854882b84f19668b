"""What a simulation assumes of the facts that no population has: said in `premises.yaml`, printed with every run.

A premise is a tree over columns of the population, or a share of its rows that is drawn. Nothing here looks at a
population: whoever runs one takes the column where there is one, and the premise where there is none.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from kofu.cache import load_cached
from kofu.errors import KofuError
from kofu.quoting.book import ASSUMED
from kofu.rules.columns.normal import normalise
from kofu.rules.columns.ranges import Ranges
from kofu.rules.parse import choices_of, parse
from kofu.rules.scope import Scope, common_scope
from kofu.rules.tree import TRUTH, Choice, Comparison, Fact, FactSpec, Named, Node, Number, Type, Value, walk
from kofu.rules.units import parse_unit
from kofu.rules.values import is_unknown, read_plain, read_value, show_value
from kofu.rules.vocabulary import normal, vocabulary
from kofu.text.quantity import parse_quantity

COLUMNS = frozenset(
    map(normal, "申請者の種別 業種 資本金 従業員数 都道府県 補助対象経費 投資額 借入希望額".split())
)
"""The facts that a population has; only these are read by the expressions of premises."""

Why = tuple[str, str]
"""A sentence in Japanese and English."""

EVERY = "*"
"""Stands for all premises of the file."""
_FILE = Path(__file__).with_name("premises.yaml")
_DATE = datetime.date(2025, 1, 1)  # no name that these expressions can read is dated
_SHARE = re.compile(r"\d{1,3}(\.\d{1,9})?%|\d{1,9}/[1-9]\d{0,8}")
_EXPRESSION = re.compile(r"[「(<>=*+]|\b(if|and|or|not|in)\b")
_RATIO = Type("number")
_GIVEN = ("この試算のために指定した（--assume）。", "Given for this run (--assume).")


@dataclass(frozen=True)
class Premise:
    """What is assumed of one fact: either `value`, or `share` of the rows for which `where` holds.

    `text` and `text_en` show either; `where_text` is the condition as written. `terms`: what words of the file that
    stand in the text mean.
    """

    fact: str
    value: Node | None
    share: Fraction | None
    where: Node | None
    text: str
    why_ja: str
    why_en: str
    text_en: str
    where_text: str = ""
    terms: tuple[tuple[str, str], ...] = ()


@cache
def premises() -> dict[str, Premise]:
    """What is assumed unless somebody says otherwise, by fact.

    Raises:
        KofuError: when the file is wrong, naming the entry.
    """
    return _file()[0]


@cache
def left_out() -> dict[str, Why]:
    """The facts of which nothing is assumed, with the reason: what depends on them is answered by bounds.

    Raises:
        KofuError: when the file is wrong, naming the entry.
    """
    return _file()[1]


def with_overrides(assumes: Mapping[str, str]) -> dict[str, Premise]:
    """The premises, with some replaced: 賃上げを行う → はい, 30%, or ? (unknown again).

    A share keeps the rows to which the file limits it. Columns of a population and what is assumed of everybody
    (応募する立場) may be given too, for a population that lacks them. `*` → ? assumes nothing but what else is given.

    Raises:
        KofuError: an unknown fact, a value it cannot have, a share of what is no yes or no.
    """
    nothing = is_unknown(assumes.get(EVERY, "as in the file"))
    found = {} if nothing else dict(premises())
    for written, raw in assumes.items():
        if written == EVERY and nothing:
            continue
        name = normal(str(written)).strip()
        spec = _spec(name)
        if is_unknown(raw):
            found.pop(name, None)
            continue
        text = normal(str(raw)).strip()
        if _SHARE.fullmatch(text) and spec.type != _RATIO:
            before = premises().get(name)
            found[name] = _terms().drawn(spec, text, before.where_text if before else "", _GIVEN)
        else:
            found[name] = _terms().valued(spec, str(raw).strip(), _GIVEN)
    return found


def premise_record(premise: Premise) -> dict[str, str]:
    """A premise as records and reports have it; a word of the file that it uses is explained with the reason."""
    ja = "".join(f" {name}＝{text}。" for name, text in premise.terms)
    en = "".join(f" {name}: {text}." for name, text in premise.terms)
    return {
        "fact": premise.fact,
        "ja": premise.text,
        "en": premise.text_en,
        "basis": "仮定",
        "why_ja": premise.why_ja + ja,
        "why_en": premise.why_en + en,
    }


# --- the file


@cache
def _file() -> tuple[dict[str, Premise], dict[str, Why]]:
    return read_premises(load_cached(_FILE))


@cache
def _terms() -> _Terms:
    return _Terms(load_cached(_FILE)["words"])


def read_premises(data: Mapping[str, Any]) -> tuple[dict[str, Premise], dict[str, Why]]:
    """The data of `premises.yaml` → premises, and the facts left out with the reason, each by fact.

    Raises:
        KofuError: naming the entry that is wrong.
    """
    terms, groups = _Terms(data.get("words", {})), data["groups"]
    found: dict[str, Premise] = {}
    for name, entry in data["premises"].items():
        with _entry(name):
            _must_be_whole(entry, groups)
            premise = _premise(_spec(normal(name)), entry, _why(groups[entry["group"]]), terms)
            if premise.fact in found:
                raise KofuError("2回あります", "stands twice")
            found[premise.fact] = premise
    for name in groups.keys() - {entry["group"] for entry in data["premises"].values()}:
        with _entry(name):
            raise KofuError("どの仮定もこの group を使っていません", "no premise is of this group")
    return found, _left_out(data.get("left_out", {}), found)


def _must_be_whole(entry: Mapping[str, Any], groups: Mapping[str, Any]) -> None:
    if set(entry) not in ({"value", "group"}, {"share", "group"}, {"share", "where", "group"}):
        raise KofuError(
            "value と group、または share と（要れば）where と group を書いてください",
            "needs value and group, or share, where (if any) and group",
        )
    if entry["group"] not in groups:
        raise KofuError(f"group「{entry['group']}」がありません", f"there is no group {entry['group']!r}")


def _premise(spec: FactSpec, entry: Mapping[str, Any], why: Why, terms: _Terms) -> Premise:
    if spec.name in COLUMNS or spec.name in ASSUMED:
        raise KofuError(
            "母集団の列か、いつも置く前提なので、ここには書けません",
            "is a column of populations or assumed anyway, so it cannot stand here",
        )
    if "value" in entry:
        return terms.valued(spec, str(entry["value"]), why)
    return terms.drawn(spec, str(entry["share"]), str(entry.get("where", "")), why)


def _left_out(data: Mapping[str, Any], found: Mapping[str, Premise]) -> dict[str, Why]:
    result: dict[str, Why] = {}
    for group in data.values():
        for name in group["facts"]:
            with _entry(name):
                spec = _spec(normal(name))
                if spec.name in found or spec.name in result:
                    raise KofuError("仮定があるか、2回あります", "has a premise, or stands twice")
                result[spec.name] = _why(group)
    return result


def _why(group: Mapping[str, str]) -> Why:
    return group["why_ja"], group["why_en"]


@contextmanager
def _entry(name: str) -> Iterator[None]:
    """What goes wrong within is told with the entry of the file."""
    try:
        yield
    except KofuError as error:
        raise KofuError(f"{_FILE.name}: {name}: {error.ja}", f"{_FILE.name}: {name}: {error.en}") from error


# --- one premise


class _Terms:
    """Reads premises, in the names of facts and of the law and in `words`: names for a number or an expression."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.words = {normal(name): str(text) for name, text in words.items()}
        self.scope = Scope(_DATE, {}, {}, {}, common_scope(_DATE))
        for name, text in self.words.items():
            with _entry(name):
                if name in self.scope.names():
                    raise KofuError("事実や法令の名前です", "is the name of a fact or of a law")
                self.scope.bind(name, Named(name, self._word(text)))

    def _word(self, text: str) -> Node:
        try:
            quantity = parse_quantity(normal(text))
        except KofuError:
            return parse(text, self.scope.lookup)
        factor, unit = parse_unit(quantity.unit)
        return Number(quantity.value * factor, Type("number", unit))

    def valued(self, spec: FactSpec, text: str, why: Why) -> Premise:
        """A premise that has a value: an answer to the fact, or an expression over columns."""
        try:
            value = read_value(spec, text)
        except KofuError:
            if not _EXPRESSION.search(text) and normal(text) not in self.scope.names():
                raise
            node = self._over_columns(spec, text, spec.type)
            _must_fit(spec, node)
            return Premise(spec.name, node, None, None, text, *why, text, terms=self._used(node))
        ja, en = show_value(value, spec.type, "ja"), show_value(value, spec.type, "en")
        if isinstance(value, str):
            en = vocabulary()[spec.name].choices_en[value]
        return Premise(spec.name, _constant(spec, value), None, None, ja, *why, en)

    def drawn(self, spec: FactSpec, text: str, limit: str, why: Why) -> Premise:
        """A premise that holds for a share of the rows for which the condition `limit` (empty: none) holds."""
        share = _share(spec, text)
        if not limit:
            return Premise(spec.name, None, share, None, text, *why, text)
        where = self._over_columns(spec, limit, TRUTH)
        ja, en = f"{text}（{limit}）", f"{text} (where {limit})"
        return Premise(spec.name, None, share, where, ja, *why, en, limit, self._used(where))

    def _over_columns(self, spec: FactSpec, text: str, kind: Type) -> Node:
        """An expression of a kind over columns of the population, the fact itself excepted."""
        node = parse(text, self.scope.lookup)
        for fact in (part for part in walk(node) if isinstance(part, Fact)):
            if fact.spec.name not in COLUMNS - {spec.name}:
                raise KofuError(
                    f"「{text}」: 「{fact.name}」は母集団の列ではないか、この事実そのものなので読めません",
                    f"`{text}` reads {fact.name!r}, which is no column of populations, or the fact itself",
                )
        if node.type != kind:
            raise KofuError(
                f"{spec.name}: 「{text}」は{kind}ではありません", f"{spec.name}: `{text}` is no {kind}"
            )
        return node

    def _used(self, node: Node) -> tuple[tuple[str, str], ...]:
        """The words that a tree reads, with their texts."""
        names = dict.fromkeys(part.name for part in walk(node) if isinstance(part, Named))
        return tuple((name, self.words[name]) for name in names if name in self.words)


def _share(spec: FactSpec, text: str) -> Fraction:
    if spec.type != TRUTH:
        raise KofuError(
            f"{spec.name}={text}: 割合で置けるのは、はい・いいえ の事実だけです",
            f"{spec.name}={text}: a share can be given only of a fact that is yes or no",
        )
    if not _SHARE.fullmatch(text):
        raise KofuError(
            f"{spec.name}={text}: 割合は 5% か 1/3 のように書いてください",
            f"{spec.name}={text}: write a share as 5% or 1/3",
        )
    share = Fraction(read_plain(spec.name, _RATIO, text))
    if not 0 < share <= 1:
        raise KofuError(
            f"{spec.name}={text}: 割合は0%より大きく100%以下にしてください（0%は いいえ）",
            f"{spec.name}={text}: a share must be above 0% and at most 100% (for 0% write いいえ)",
        )
    return share


def _constant(spec: FactSpec, value: Value) -> Node:
    """The tree of a value; the language has no constant truth, so one is a comparison of two zeros."""
    if isinstance(value, bool):
        zero = Number(Fraction(0), _RATIO)
        return Comparison("==" if value else "!=", zero, zero)
    return Choice(value) if isinstance(value, str) else Number(Fraction(value), spec.type)


def _must_fit(spec: FactSpec, node: Node) -> None:
    """An expression gives only what its fact can be."""
    if spec.type.kind == "choice" and (wrong := set(choices_of(node)) - set(spec.choices)):
        raise KofuError(
            f"{spec.name}: 「{min(wrong)}」という選択肢はありません",
            f"{spec.name}: has no choice {min(wrong)!r}",
        )
    if spec.type.kind == "number":
        form, below = normalise(node)
        low, high = (Fraction(end, below) for end in Ranges().of(form))
        if low < spec.low or high > spec.high:
            raise KofuError(
                f"{spec.name}: 式の値が、事実に許された範囲を出ることがあります。min と max で収めてください",
                f"{spec.name}: the expression can leave the range of the fact; keep it in by min and max",
            )


def _spec(name: str) -> FactSpec:
    if entry := vocabulary().get(name):
        return entry.spec
    near = difflib.get_close_matches(name, vocabulary(), 1, 0.5)
    raise KofuError(
        f"「{name}」という事実はありません"
        + (f"。「{near[0]}」ではありませんか" if near else "（kofu facts で一覧）"),
        f"there is no fact {name!r}"
        + (f"; did you mean {near[0]!r}?" if near else " (kofu facts lists them)"),
    )
