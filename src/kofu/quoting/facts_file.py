"""A file of facts about one case: YAML, JSON or CSV, in UTF-8 or CP932; read as a whole or refused as a whole.

Every answer stays text until `kofu.rules.case` reads it in the unit of its fact, so nothing passes through a float.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode

from kofu.errors import KofuError
from kofu.rules.case import spec_of
from kofu.rules.tree import Value
from kofu.rules.values import show_value
from kofu.rules.vocabulary import normal

SIZE_LIMIT = 2**18
"""Bytes: some thousand times what one case needs."""
_HEADS = {"事実", "名前", "項目", "name", "fact", "facts"}
"""What a spreadsheet may write above the column of names."""


def read_facts_file(path: Path) -> dict[str, Any]:
    """The answers of a file by name, as written.

    CSV holds two columns (name, value), or a row of names above one row of values.

    Raises:
        KofuError: not there, too large, of an unknown encoding, not in its format, a name that stands twice.
    """
    text = decode(_bytes(path), path.name)
    kind = path.suffix.lower()
    if kind == ".json" or (kind not in (".yaml", ".yml", ".csv", ".tsv") and text.lstrip().startswith("{")):
        return _json(text, path.name)
    if kind in (".csv", ".tsv"):
        return _csv(text, path.name)
    return read_yaml_facts(text, path.name)


def decode(data: bytes, name: str) -> str:
    """Text in UTF-8 (with or without a byte order mark), UTF-16 with one, or CP932 (Shift_JIS).

    Raises:
        KofuError: when it is none of them.
    """
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp932"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise KofuError(
        f"{name}: 文字コードが UTF-8 でも Shift_JIS（CP932）でもありません。どちらかで保存し直してください",
        f"{name}: neither UTF-8 nor Shift_JIS (CP932); save it in one of them",
    )


def write_facts(answers: Mapping[str, Value]) -> str:
    """Facts as YAML that `read_facts_file` reads back to the same values."""
    return "".join(f"{name}: {_written(name, value)}\n" for name, value in answers.items())


def _written(name: str, value: Value) -> str:
    spec = spec_of(name)
    shown = show_value(value, spec.type, "ja") if spec else str(value)
    return json.dumps(shown, ensure_ascii=False) if ": " in shown or " #" in shown else shown


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise _wrong(path.name, 0, "大きすぎます。1つの会社か計画の事実だけにしてください", "too large; a file holds the facts of one case")  # fmt: skip
        return path.read_bytes()
    except FileNotFoundError as error:
        raise KofuError(f"{path}: ファイルがありません", f"{path}: no such file") from error
    except OSError as error:
        reason = error.strerror
        raise KofuError(f"{path}: 読めません（{reason}）", f"{path}: cannot be read ({reason})") from error


def read_yaml_facts(text: str, name: str) -> dict[str, Any]:
    """The answers in YAML: `名前: 値` in each line.

    Raises:
        KofuError: when it is not such YAML; the sentence names the line.
    """
    try:
        node = YAML(typ="safe").compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, what = (mark.line + 1 if mark else 0), error.problem or error.context or "?"
        raise _wrong(name, line, f"YAML として読めません（{what}）。「名前: 値」の形と字下げを確かめてください", f"not valid YAML ({what}); check the indentation and the form name: value") from error  # fmt: skip
    except (YAMLError, RecursionError, ValueError) as error:
        raise _wrong(name, 0, "YAML として読めません。「名前: 値」を1行ずつ書いてください", "not valid YAML; write name: value in each line") from error  # fmt: skip
    if node is None:
        return {}
    if not isinstance(node, MappingNode):
        raise _wrong(name, 1, "「名前: 値」を1行ずつ書いてください", "write name: value in each line")
    pairs = []
    for key, value in node.value:
        if not isinstance(key, ScalarNode) or not isinstance(value, ScalarNode):
            shown = getattr(key, "value", "?") if isinstance(key, ScalarNode) else "?"
            raise _nested(name, key.start_mark.line + 1, shown)
        pairs.append((key.start_mark.line + 1, key.value, value.value))
    return _distinct(name, pairs)


def _json(text: str, name: str) -> dict[str, Any]:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        return _distinct(name, ((0, key, value) for key, value in found))

    try:
        data = json.loads(text, object_pairs_hook=pairs, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise _wrong(name, error.lineno, "JSON として読めません。コンマと引用符を確かめてください", f"not valid JSON ({error.msg}); check commas and quotes") from error  # fmt: skip
    except (RecursionError, ValueError) as error:
        if isinstance(error, KofuError):
            raise
        raise _wrong(name, 0, "JSON として読めません", "not valid JSON") from error
    if not isinstance(data, dict):
        raise _wrong(name, 1, '{"名前": "値"} の形にしてください', 'must have the form {"name": "value"}')
    for key, value in data.items():
        if isinstance(value, dict | list):
            raise _nested(name, 0, key)
    return data


def _csv(text: str, name: str) -> dict[str, Any]:
    first = text.split("\n", 1)[0]
    delimiter = "\t" if "\t" in first else ","
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _wrong(name, 0, f"CSV として読めません（{error}）。引用符を確かめてください", f"not valid CSV ({error}); check the quotes") from error  # fmt: skip
    rows = [(line, row) for line, row in enumerate(table, 1) if any(cell.strip() for cell in row)]
    if rows and rows[0][1][0].strip().lower() in _HEADS:
        del rows[0]
    heads = [normal(cell).strip() for cell in rows[0][1]] if rows else []
    wide = len(rows) > 1 and (len(heads) != 2 or spec_of(heads[1]) is not None)
    if wide and len(rows) > 2 and any(spec_of(head) is not None for head in heads):
        raise _wrong(name, rows[2][0], "1社だけにしてください（複数社は Python の kofu.match）", "must hold one firm (many: kofu.match in Python)")  # fmt: skip
    if wide and len(rows) == 2:
        (line, heads), (_, values) = rows
        if len(heads) != len(values):
            raise _wrong(name, line + 1, f"見出しは{len(heads)}列、値は{len(values)}列です。列をそろえてください", f"has {len(heads)} headings and {len(values)} values; make them match")  # fmt: skip
        return _distinct(name, [(line, key, value) for key, value in zip(heads, values, strict=True)])
    for line, row in rows:
        if len(row) != 2:
            raise _wrong(name, line, "「名前,値」の2列にするか、見出し1行と値1行にしてください（多くの会社は Python の kofu.match で）", "must have two columns (name, value), or one row of names and one of values (many firms: kofu.match in Python)")  # fmt: skip
    return _distinct(name, [(line, key, value) for line, (key, value) in rows])


def _distinct(name: str, pairs: Iterable[tuple[int, Any, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line, raw, value in pairs:
        key = normal(str(raw)).strip()
        if key in found:
            raise _wrong(name, line, f"「{key}」が2回あります。1つにしてください", f"{key!r} stands twice; keep one")  # fmt: skip
        found[key] = value
    return found


def _nested(name: str, line: int, key: str) -> KofuError:
    return _wrong(name, line, f"「{key}」には値を1つだけ書いてください", f"{key!r} must have one plain value")


def _wrong(name: str, line: int, ja: str, en: str) -> KofuError:
    place = f"{name}:{line}" if line else name
    return KofuError(f"{place}: {ja}", f"{place}: {en}")
