"""Where kofu keeps what it can make again, and YAML files of ours kept there as JSON, which loads at once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from kofu.errors import KofuError
from kofu.yaml_file import load_plain


def cache_folder() -> Path:
    """KOFU_CACHE, else a folder in the user's cache.

    Raises:
        KofuError: when there is no home folder.
    """
    if chosen := os.environ.get("KOFU_CACHE"):
        return Path(chosen)
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kofu"
    except RuntimeError as error:
        raise KofuError(
            "キャッシュの置き場所が分かりません。KOFU_CACHE で指定してください",
            "there is no home folder for the cache; name a place with KOFU_CACHE",
        ) from error


def load_cached(path: Path) -> Any:
    """The data of a YAML file of ours, from its JSON twin when these bytes were read before.

    A cache that cannot be read or written costs time and nothing else.

    Raises:
        KofuError: when the file itself cannot be read.
    """
    twin = cache_folder() / f"{path.stem}-{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}.json"
    with contextlib.suppress(OSError, ValueError):
        return json.loads(twin.read_text(encoding="utf-8"))
    data = load_plain(path)
    with contextlib.suppress(OSError):
        twin.parent.mkdir(parents=True, exist_ok=True)
        staging = twin.with_suffix(f".{os.getpid()}")
        staging.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        staging.replace(twin)
    return data
