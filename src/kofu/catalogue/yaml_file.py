"""A YAML file as plain data with the line of every key and item, so that an error can name its place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kofu.errors import KofuError

Place = tuple[str | int, ...]


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
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return _broken(
            path, 1, "UTF-8 ではありません。UTF-8 で保存し直してください", "not UTF-8; save it as UTF-8"
        )
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
    lines: dict[Place, int] = {}
    problems: list[Problem] = []
    data = _plain(node, (), lines, problems, path.name)
    return YamlFile(path, data, lines, tuple(problems))


def _broken(path: Path, line: int, ja: str, en: str) -> YamlFile:
    return YamlFile(path, None, {}, (Problem(path.name, line, "", ja, en),))


def _plain(node: Node, place: Place, lines: dict[Place, int], problems: list[Problem], file: str) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
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
    if kind == "int" and value.lstrip("+-").isdigit():
        return int(value)
    if kind == "float":
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
