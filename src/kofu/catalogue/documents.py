"""The source documents of the catalogue, and their text where an installation holds it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from kofu.errors import KofuError
from kofu.programme.fact import Model
from kofu.yaml_file import load_plain

_HERE = Path(__file__).parent


class Document(Model):
    """A source document: a file known by its SHA-256; `lines` and `sheets` are counts."""

    name: str
    prefix: str
    ja: str
    en: str
    ministry_ja: str
    ministry_en: str
    fiscal_year: int
    round: str
    published: str | None
    lines: int
    sheets: int
    sha256: str


@cache
def documents() -> dict[str, Document]:
    """The documents by name, in the order of their years."""
    plain = load_plain(_HERE / "documents.yaml")
    return {d.name: d for d in TypeAdapter(list[Document]).validate_python(plain)}


@dataclass(frozen=True)
class SourceLines:
    """The text of a document: `lines[0]` is line 1."""

    document: Document
    lines: tuple[str, ...]

    def at(self, number: int) -> str:
        """Line `number`, counted from 1."""
        return self.lines[number - 1]


def open_source(document: Document, folder: Path) -> SourceLines | None:
    """The text of `document` in `folder`, or None where the folder does not hold it.

    Raises:
        KofuError: when the file there is another text than the one the catalogue's lines refer to.
    """
    path = folder / f"{document.name}.txt"
    if not path.is_file():
        return None
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != document.sha256:
        raise KofuError(
            f"{path.name}: 目録の行番号が指す資料と違います（SHA-256 が不一致）。元の資料を置いてください",
            f"{path.name}: not the text that the lines refer to (SHA-256 differs); put the original there",
        )
    return SourceLines(document, tuple(data.decode("utf-8").split("\n")))


def open_sources(folder: Path) -> dict[str, SourceLines | None]:
    """The text of each document by its name, None where `folder` does not hold it.

    Raises:
        KofuError: when it holds none, or another text under the name of one.
    """
    texts = {name: open_source(document, folder) for name, document in documents().items()}
    if not any(texts.values()):
        names = "、".join(f"{name}.txt" for name in texts)
        raise KofuError(
            f"{folder}: 資料（{names}）がありません。資料のフォルダーを指定してください",
            f"{folder}: holds none of the documents ({names.replace('、', ', ')}); name their folder",
        )
    return texts
