"""The skeletons in which ministries and years print their sheets: labels and roles, kept as YAML data.

A label is matched on the *key* of a line, its text in compatibility form without any white space, so that
letter-spaced print (事 業 の 内 容) is the same label.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

_SPACE = re.compile(r"\s+")
_INNER_SPACE = re.compile(r"(?<=\S)[ \u3000]+(?=\S)")
_NUMBERED = re.compile(r"[<〈《【\[「■□◆◇○●▼▶・※]*(?:[(]?[0-9]{1,2}[)]?[.、:]?)?")
_MARKS = "0123456789■□◆◇▼▶【<《〈["
_CLOSING = re.compile(r"[>〉》】\]」]?[:]?")
_PARENTHESIS = re.compile(r"[(][^()]*(?:[(][^()]*[)][^()]*)*[)]?$")
_MACROS = {
    "{year}": r"(?:(?:平成|令和)(?:元|\d{1,2})(?:[(]20\d{2}[)])?(?:年度?|(?=補正|当初))|[HR]\d{1,2}(?:年度?)?|20\d{2}年度)",
    "{n}": r"(?:\d{1,2}|[一二三四五])",
}


def key_of(text: str) -> str:
    """A text as labels and patterns see it: compatibility characters folded, all white space dropped."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


def unspaced(text: str) -> str:
    """A letter-spaced line (製 造 産 業 局  産 業 機 械 課) as a plain one; any other text as it is."""
    letters = sum(not char.isspace() for char in text)
    runs = [len(run) for run in _INNER_SPACE.findall(text)]
    if letters < 4 or len(runs) < 0.6 * (letters - 1):
        return text
    usual = max(set(runs), key=runs.count)
    return _INNER_SPACE.sub(lambda run: "" if len(run.group()) <= usual else " ", text)


@dataclass(frozen=True)
class Layout:
    """One skeleton. `labels` maps the key of a label to its role; `required` roles tell the skeleton apart;
    `title` is where the title stands, seen from the budget line: above or below; `headline` is where both stand
    on the sheet: top or anywhere."""

    key: str
    name: str
    labels: Mapping[str, str]
    required: tuple[str, ...]
    title: str
    headline: str
    budget: tuple[re.Pattern[str], ...]

    def score(self, keys: Iterable[str]) -> float:
        """How well the labels found on a sheet fit: the share of required roles, and each label that is known,
        which counts the more the fewer layouts print it."""
        known = [key for key in keys if key in self.labels]
        roles = {self.labels[key] for key in known}
        present = sum(role in roles for role in self.required) / max(len(self.required), 1)
        return 2 * present + sum(1 / _spread(key) for key in known)


@dataclass(frozen=True)
class LabelLine:
    """What labels a line prints: their keys in order, and the key's rest after an inline label."""

    labels: tuple[str, ...]
    rest: str = ""
    at_end: bool = False


@cache
def layouts() -> Mapping[str, Layout]:
    """Every layout there is data for, by key."""
    loader = YAML(typ="safe")
    found = {}
    for entry in sorted(files("kofu.reading").joinpath("layouts").iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".yaml"):
            continue
        key = entry.name.removesuffix(".yaml")
        data = loader.load(entry.read_text(encoding="utf-8"))
        labels = {key_of(label): role for role, names in data["labels"].items() for label in names}
        budget = tuple(re.compile(_expand(pattern)) for pattern in data["budget"])
        found[key] = Layout(
            key=key,
            name=data["name"],
            labels=labels,
            required=tuple(data["required"]),
            title=data["title"],
            headline=data["headline"],
            budget=budget,
        )
    return found


@cache
def _spread(label: str) -> int:
    """How many layouts print a label."""
    return sum(label in layout.labels for layout in layouts().values())


@cache
def all_labels() -> Mapping[str, frozenset[str]]:
    """Every label of every layout, with the roles it may have."""
    union: dict[str, frozenset[str]] = {}
    for layout in layouts().values():
        for label, role in layout.labels.items():
            union[label] = union.get(label, frozenset()) | {role}
    return union


@cache
def _label_pattern() -> re.Pattern[str]:
    longest_first = sorted(all_labels(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))


def labels_of(key: str) -> LabelLine | None:
    """The labels that a line (its key) prints, or None.

    A line of labels only; a label in brackets, numbered or with a colon, and text after it; or a label that
    the dump glued behind the end of a sentence.
    """
    if len(key) > 400 or not (first := _label_pattern().search(key)):
        return None
    lead = _NUMBERED.match(key)
    position = lead.end() if lead else 0
    marked = False
    found: list[str] = []
    while match := _label_pattern().match(key, position):
        found.append(match.group())
        closing = _CLOSING.match(key, match.end())
        end = closing.end() if closing else match.end()
        marked = end > match.end() or (position > 0 and key[0] in _MARKS)
        position = end
        if parenthesis := _PARENTHESIS.match(key, position):
            position = parenthesis.end()
        elif step := _NUMBERED.match(key, position):
            if not _label_pattern().match(key, step.end()):
                break
            position = step.end()
    if found and position >= len(key):
        return LabelLine(tuple(found))
    if found and marked and len(found) == 1:
        return LabelLine(tuple(found), rest=key[position:])
    last = list(_label_pattern().finditer(key))[-1]
    if last.end() == len(key) and first.start() > 0 and key[last.start() - 1] in "。":
        return LabelLine((last.group(),), at_end=True)
    return None


def choose_layout(keys: Iterable[str], prior: str | None = None) -> str:
    """The layout that fits the labels of a sheet best; `prior` (the document's habit) breaks ties.

    Where no label is known at all, `prior`, or the first layout there is.
    """
    keys = tuple(keys)
    return max(layouts(), key=lambda name: (layouts()[name].score(keys), name == prior))


@cache
def budget_patterns() -> tuple[re.Pattern[str], ...]:
    """Every way a budget line begins, over all layouts, each once."""
    once = {pattern.pattern: pattern for layout in layouts().values() for pattern in layout.budget}
    return tuple(once.values())


def _expand(pattern: str) -> str:
    for macro, meaning in _MACROS.items():
        pattern = pattern.replace(macro, meaning)
    return pattern
