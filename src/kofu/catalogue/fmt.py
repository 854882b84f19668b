"""`kofu fmt`: the one layout of a catalogue file. Key order is fixed, comments travel with what they say."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kofu.errors import KofuError
from kofu.yaml_file import read_yaml

# One order serves every level: a key has the same neighbours wherever it stands.
KEY_ORDER = """
    id programme document lines fiscal_year round key component title aliases summary fields recipient_classes
    amounts offices phones components flows limits recipients targets
    payer recipient relation of name number ja en from to kind instrument
    parameters definitions benefits not_computable cases lineage
    eligible amount rounding shares outputs after combines excludes excludes_at repayment term grace years rate
    hit rows when range series benefit date facts expect why gold otherwise
    rates fund metric comparator value yen
    condition by evidence text derived at of_at doubt notes doubts
""".split()
_RANK = {key: rank for rank, key in enumerate(KEY_ORDER)}
_INLINE = {"when", "facts", "expect", "series", "repayment"}
_INLINE_CHILDREN = {"parameters", "definitions", "rows", "rates"}
_WIDTH = 140
# What a plain scalar may not look like; inside [ … ] also no comma or bracket.
_UNSAFE = re.compile(r"^$|^[?:,\[\]{}#&*!|>'\"%@`]|^-(\s|$)|^\s|\s$|:$|:\s|\s#|\n")
_UNSAFE_IN_LIST = re.compile(r"[,\[\]{}]")


def format_file(path: Path) -> str:
    """The text of `path` in the one layout.

    Raises:
        KofuError: when the file is not valid YAML, naming file and line.
    """
    file = read_yaml(path)
    if file.problems:
        problem = file.problems[0]
        raise KofuError(problem.say("ja"), problem.say("en"))
    return format_text(path.read_text(encoding="utf-8-sig"))


def format_text(text: str) -> str:
    """Valid YAML text in the one layout; doing it twice changes nothing more."""
    root = YAML(typ="safe").compose(text)
    comments = _Comments.find(text, root)
    header = comments.before(root.start_mark.line)
    lines = [line for entry in _entries(root, comments) for line in _written(entry, 0)]
    return "\n".join(header + lines + comments.before(len(text))) + "\n"


@dataclass
class _Comments:
    """The comments of a file by line; each is handed out once."""

    own: dict[int, str] = field(default_factory=dict)
    trailing: dict[int, str] = field(default_factory=dict)

    @classmethod
    def find(cls, text: str, root: Node) -> _Comments:
        inside, ends = _extents(root)
        found = cls()
        for number, line in enumerate(text.split("\n")):
            if number in inside:
                continue
            if line.lstrip().startswith("#"):
                found.own[number] = line.strip()
            elif "#" in (rest := line[ends.get(number, 0) :]):
                found.trailing[number] = rest[rest.index("#") :].strip()
        return found

    def before(self, line: int) -> list[str]:
        """The comments on lines of their own above `line` that were not handed out yet."""
        return [self.own.pop(number) for number in sorted(self.own) if number < line]

    def beside(self, first: int, last: int) -> list[str]:
        """The comments at the ends of lines `first` … `last`."""
        return [self.trailing.pop(n) for n in range(first, last + 1) if n in self.trailing]


def _extents(root: Node) -> tuple[set[int], dict[int, int]]:
    """The lines inside block scalars, and for each line the column where its last scalar ends."""
    inside: set[int] = set()
    ends: dict[int, int] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, MappingNode):
            stack += [part for pair in node.value for part in pair]
        elif isinstance(node, SequenceNode):
            stack += node.value
        elif isinstance(node, ScalarNode) and node.style in ("|", ">"):
            inside.update(range(node.start_mark.line + 1, node.end_mark.line))
            ends[node.start_mark.line] = node.start_mark.column
        else:
            ends[node.end_mark.line] = max(ends.get(node.end_mark.line, 0), node.end_mark.column)
    return inside, ends


@dataclass(frozen=True)
class _Entry:
    """A key with its value, or an item of a list (`key` ""), and the comments that travel with it."""

    key: str
    above: list[str]
    value: str
    beside: list[str]
    block: list[str]
    children: list[_Entry]
    inline: str = ""
    """The whole value on one line in braces, where the layout prefers that if it fits."""


def _entries(node: Node, comments: _Comments, parent: str = "") -> list[_Entry]:
    """What a mapping or list holds, read in the order of the file and put in the order of the layout."""
    if isinstance(node, SequenceNode):
        return [_entry("", item, item, comments, parent) for item in node.value]
    found = [_entry(str(key.value), key, value, comments, parent) for key, value in node.value]
    return sorted(found, key=lambda entry: _RANK.get(entry.key, len(_RANK)))


def _entry(key: str, first: Node, value: Node, comments: _Comments, parent: str = "") -> _Entry:
    above = comments.before(first.start_mark.line)
    line = first.start_mark.line
    if isinstance(value, ScalarNode) and _is_block(value.value):
        beside = comments.beside(line, line)
        block = [part.rstrip() for part in value.value.rstrip().split("\n")]
        return _Entry(key, above, "|" if value.value.endswith("\n") else "|-", beside, block, [])
    if isinstance(value, ScalarNode) or _is_short(key, value):
        last = value.end_mark.line
        shown = _scalar(value) if isinstance(value, ScalarNode) else _short(value)
        above += comments.before(last)
        return _Entry(key, above, shown, comments.beside(line, last), [], [])
    beside = comments.beside(line, line) if key else []
    children = _entries(value, comments, key)
    # A comment within an item of a list is written above it, and must not let it change its form then.
    commented = _commented(children) or (not key and bool(above))
    inline = _short(value) if _goes_inline(key, parent, value) and not commented else ""
    return _Entry(key, above, "", beside, [], children, inline)


def _goes_inline(key: str, parent: str, node: Node) -> bool:
    """What a rule is made of, one to a line: parameters and definitions by name, rows, conditions, facts."""
    if not isinstance(node, MappingNode) or any(name.value == "rows" for name, _ in node.value):
        return False  # a table keeps its rows under each other
    return key in _INLINE or parent in _INLINE_CHILDREN


def _commented(entries: list[_Entry]) -> bool:
    return any(e.above or e.beside or e.block or _commented(e.children) for e in entries)


def _is_short(key: str, node: Node) -> bool:
    """Empty, or a list of plain values under a key: written on one line."""
    return not node.value or (
        bool(key) and isinstance(node, SequenceNode) and all(isinstance(i, ScalarNode) for i in node.value)
    )


def _is_block(value: str) -> bool:
    """Several lines that a block shows as they are; one that begins with a space would be misread."""
    return (
        "\n" in value
        and value.strip() != ""
        and not value[0].isspace()
        and all(map(_is_plain, value.split("\n")))
    )


def _short(node: Node) -> str:
    """A node in brackets or braces on one line."""
    if isinstance(node, ScalarNode):
        return _scalar(node, in_list=True)
    if isinstance(node, SequenceNode):
        return "[" + ", ".join(map(_short, node.value)) + "]"
    pairs = sorted(node.value, key=lambda pair: _RANK.get(str(pair[0].value), len(_RANK)))
    return "{" + ", ".join(f"{_short(key)}: {_short(value)}" for key, value in pairs) + "}"


def _scalar(node: ScalarNode, in_list: bool = False) -> str:
    """A value as written; quoted only where the plain form would be read as something else."""
    value = str(node.value)
    if not node.style and not (in_list and _UNSAFE_IN_LIST.search(value)):
        return value
    unsafe = _UNSAFE.search(value) or (in_list and _UNSAFE_IN_LIST.search(value))
    return value if _is_plain(value) and not unsafe and _reads_as_text(value) else _quoted(value)


def _quoted(value: str) -> str:
    """In double quotes; what no editor shows is written as its code."""
    return "".join(c if _is_plain(c) else _code(c) for c in json.dumps(value, ensure_ascii=False))


def _is_plain(text: str) -> bool:
    return text.replace("\u3000", "").isprintable()


def _code(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"


def _reads_as_text(value: str) -> bool:
    node = YAML(typ="safe").compose(value)
    return isinstance(node, ScalarNode) and str(node.tag).endswith(":str") and node.value == value


def _written(entry: _Entry, indent: int) -> list[str]:
    space = " " * indent
    lines = [space + comment for comment in entry.above]
    key = _quoted(entry.key) if entry.key and _UNSAFE.search(entry.key) else entry.key
    head = f"{space}{key}: {entry.inline}" if key else f"{space}- {entry.inline}"
    if entry.inline and len(head) <= _WIDTH and "\n" not in head:
        return [*lines, "  ".join([head, *entry.beside])]
    if entry.key:
        head = f"{space}{key}: {entry.value}".rstrip(" ")  # a no-break space is part of the value
        lines.append("  ".join([head, *entry.beside]))
        deeper = [line for child in entry.children for line in _written(child, indent + 2)]
        block = [f"{space}  {line}".rstrip() for line in entry.block]
        return lines + block + deeper
    if not entry.children:
        return [*lines, "  ".join([f"{space}- {entry.value}", *entry.beside])]
    inner = [line for child in entry.children for line in _written(child, indent + 2)]
    start = next(i for i, line in enumerate(inner) if not line.lstrip().startswith("#"))
    inner[start] = f"{space}- {inner[start].lstrip()}"
    return lines + [space + line.lstrip() for line in inner[:start]] + inner[start:]
