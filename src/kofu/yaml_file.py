"""A YAML file as plain data with the line of every key and item, so that an error can name its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kofu.errors import KofuError

Place = tuple[str | int, ...]

# YAML forbids most control characters and counts the others as line ends that no editor shows.
_STRAY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
# A run of opening brackets costs the parser time that grows with its square and more.
_DEEP = re.compile(r"(?:[\[{]\s*){8}")
_SIZE_LIMIT = 2**20
"""Bytes; the largest programme has about 8,000. Parsing takes hundreds of times the size of a file."""
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})$")
_DECIMAL = re.compile(r"-?\d{1,15}\.\d{1,15}$")


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a catalogue file: where, and a sentence in each language."""

    file: str
    line: int
    field: str
    ja: str
    en: str

    def say(self, lang: str) -> str:
        """`file:line: field: sentence` in `lang`."""
        where = f"{self.file}:{self.line}: "
        return where + (f"{self.field}: " if self.field else "") + (self.en if lang == "en" else self.ja)


@dataclass(frozen=True)
class YamlFile:
    """Plain data (dict, list, str, int, float, bool, None) and the line of each place in it, from 1."""

    path: Path
    data: Any
    lines: dict[Place, int]
    problems: tuple[Problem, ...]

    def line_of(self, place: Place) -> int:
        """The line of `place`, or of the nearest thing around it that the file has."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_yaml(path: Path) -> YamlFile:
    """Read one file. Syntax errors and duplicate keys become `problems`; `data` is then None or partial."""
    try:
        if path.stat().st_size > _SIZE_LIMIT:
            return _broken(
                path,
                1,
                f"大きすぎます（上限は{_SIZE_LIMIT // 2**20}MB）。1つの事業だけを書いてください",
                f"too large (at most {_SIZE_LIMIT // 2**20} MB); a file holds one programme",
            )
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        return _broken(path, 1, f"読めません（{error.strerror}）", f"cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        return _broken(
            path, 1, "UTF-8 ではありません。UTF-8 で保存し直してください", "not UTF-8; save it as UTF-8"
        )
    if stray := _STRAY.search(text):
        line, code = text.count("\n", 0, stray.start()) + 1, f"U+{ord(stray.group()):04X}"
        return _broken(
            path,
            line,
            f"文字として使えない制御文字 {code} があります。消してください",
            f"holds the control character {code}; remove it",
        )
    if deep := _DEEP.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        return _broken(path, line, "括弧の入れ子が深すぎます", "brackets nested too deeply")
    try:
        node = YAML(typ="safe").compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or error.context or "?"
        line = mark.line + 1 if mark else 1
        return _broken(
            path,
            line,
            f"YAML として読めません（{what}）。字下げと引用符を確かめてください",
            f"not valid YAML ({what}); check indentation and quotes",
        )
    except YAMLError as error:
        return _broken(path, 1, f"YAML として読めません（{error}）", f"not valid YAML ({error})")
    if not isinstance(node, MappingNode):
        return _broken(
            path, 1, "「id: …」で始まる項目の並びにしてください", "must be a mapping that starts with id:"
        )
    if (anchor := _anchor(node)) is not None:
        return _broken(
            path,
            anchor.start_mark.line + 1,
            "& と * による参照は使えません。値をそのまま書いてください",
            "anchors (&) and aliases (*) are not used here; write the value out",
        )
    lines: dict[Place, int] = {}
    problems: list[Problem] = []
    data = _plain(node, (), lines, problems, path.name)
    return YamlFile(path, data, lines, tuple(problems))


def _broken(path: Path, line: int, ja: str, en: str) -> YamlFile:
    return YamlFile(path, None, {}, (Problem(path.name, line, "", ja, en),))


def _anchor(root: Node) -> Node | None:
    """A node that stands in two places by an alias: it could even hold itself."""
    stack, seen = [root], set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            return node
        seen.add(id(node))
        if isinstance(node, MappingNode):
            stack += [part for pair in node.value for part in pair]
        elif isinstance(node, SequenceNode):
            stack += node.value
    return None


def _plain(node: Node, place: Place, lines: dict[Place, int], problems: list[Problem], file: str) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, ScalarNode) else "?"
            line = key_node.start_mark.line + 1
            if key in mapping:
                problems.append(
                    Problem(
                        file,
                        line,
                        key,
                        "同じ項目が2回あります。1つにしてください",
                        "this key stands twice; keep one",
                    )
                )
            lines[(*place, key)] = line
            mapping[key] = _plain(value_node, (*place, key), lines, problems, file)
        return mapping
    if isinstance(node, SequenceNode):
        return [_plain(item, (*place, i), lines, problems, file) for i, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)
    return _scalar(node)


def _scalar(node: ScalarNode) -> Any:
    """Only numbers, true/false and null are not text: 1/2, 3,400億円 and 03-1234-5678 stay as written."""
    kind = str(node.tag).rsplit(":", 1)[-1]
    value: str = node.value
    # A name or number that is more than its value (key: 01, by: 2030.10) stays as written.
    if kind == "int" and _WHOLE.match(value):
        return int(value)
    if kind == "float" and _DECIMAL.match(value) and repr(float(value)) == value:
        return float(value)
    if kind == "bool":
        return value.lower() == "true"
    if kind == "null":
        return None
    return value


def load_plain(path: Path) -> Any:
    """The data of a YAML file of ours, whatever its top level is.

    Raises:
        KofuError: when it cannot be read.
    """
    try:
        node = YAML(typ="safe").compose(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise KofuError(
            f"{path.name}: 読めません（{error}）", f"{path.name}: cannot be read ({error})"
        ) from error
    return _plain(node, (), {}, [], path.name)
