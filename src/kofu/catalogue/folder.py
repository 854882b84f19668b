"""The folder that holds the catalogue's files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kofu.errors import KofuError

PACKAGE_DATA = Path(__file__).parent / "data"


def files(folder: Path) -> list[Path]:
    """The catalogue files of a folder, in the order of their names.

    Raises:
        KofuError: when the folder holds none.
    """
    found = sorted(folder.glob("*.yaml"))
    if not found:
        raise KofuError(
            f"{folder}: 事業のファイル（*.yaml）がありません。目録のフォルダーを指定してください",
            f"{folder}: holds no programme files (*.yaml); name the catalogue's folder",
        )
    return found


def digest(folder: Path) -> str:
    """A hash over the names and bytes of all files of the catalogue."""
    whole = hashlib.sha256()
    for path in files(folder):
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()
