"""The population that a call names: so many made-up firms, a folder that holds one, or files that users bring.

What has to be made or read first is kept in the cache, so that the next call starts at once.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kofu.cache import cache_folder
from kofu.errors import KofuError
from kofu.population.dataset import Dataset, is_dataset, open_dataset
from kofu.population.made.making import make_contracts, make_firms, rows_of
from kofu.population.made.nation import nation_hash
from kofu.population.own.bringing import bring
from kofu.population.own.sources import find
from kofu.text.quantity import parse_quantity

Kind = Literal["firms", "contracts"]
Tick = Callable[[int, int], None]
_KEPT = 8
"""So many populations stay in the cache; those used longest ago go."""
_MOST = 10**10
_VERSION = 2
"""Of how files are read; a population read by another one is read again."""


@dataclass(frozen=True)
class Wanted:
    """A population as a call names it. `named`: a number of made-up rows, one folder, or files."""

    named: tuple[str, ...]
    kind: Kind = "firms"
    seed: int = 1
    represents: int | None = None
    ignore: tuple[str, ...] = ()
    memory: int | None = None


def obtain(wanted: Wanted, tick: Tick | None = None) -> Dataset:
    """The population, made or read where it is not there yet. `tick`: rows done, of how many.

    Raises:
        KofuError: no such file or folder, a number that makes no population, a file that cannot be read.
    """
    if not wanted.named:
        raise KofuError(
            "--population に企業の数かファイルを指定してください",
            "name a number of firms or files with --population",
        )
    if len(wanted.named) == 1 and (number := _number(wanted.named[0])) is not None:
        return _made(wanted, number, tick)
    if len(wanted.named) == 1 and is_dataset(Path(wanted.named[0])):
        return open_dataset(Path(wanted.named[0]))
    return _brought(wanted, [Path(name) for name in wanted.named], tick)


def _number(name: str) -> int | None:
    """A number of rows: 100000, 10万, １０００."""
    if Path(name).exists():
        return None
    try:
        quantity = parse_quantity(name)
    except KofuError:
        return None
    whole = quantity.unit in ("", "社", "者", "件") and quantity.value.denominator == 1
    return int(quantity.value) if whole else None


def _made(wanted: Wanted, number: int, tick: Tick | None) -> Dataset:
    if not 0 < number <= _MOST:
        raise KofuError(
            f"--population {number}: 1 から {_MOST:,} までの数にしてください",
            f"--population {number}: give a number from 1 to {_MOST:,}",
        )
    make = make_firms if wanted.kind == "firms" else make_contracts
    folder = _shelf(f"{wanted.kind}-{number}-{wanted.seed}-{nation_hash()[:12]}")
    with suppress(KofuError):
        return open_dataset(folder)
    if is_dataset(folder):  # it was whole once and is damaged now
        shutil.rmtree(folder, ignore_errors=True)

    done, total = 0, rows_of(wanted.kind, number)

    def told(rows: int) -> None:
        nonlocal done
        done += rows
        if tick is not None:
            tick(done, total)

    return make(folder, number, wanted.seed, memory=wanted.memory, tick=told)


def _brought(wanted: Wanted, paths: Sequence[Path], tick: Tick | None) -> Dataset:
    files = find(paths)
    marks = [[str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns] for path in files]
    question = json.dumps([_VERSION, marks, wanted.ignore, wanted.seed, wanted.represents])
    folder = _shelf("own-" + hashlib.sha256(question.encode()).hexdigest()[:24])
    with suppress(KofuError):
        return open_dataset(folder)
    shutil.rmtree(folder, ignore_errors=True)
    memory = None if wanted.memory is None else f"{wanted.memory // 2**20}MiB"
    return bring(
        paths,
        folder,
        ignore=wanted.ignore,
        represents=wanted.represents,
        seed=wanted.seed,
        memory=memory,
        tick=tick,
    )


def _shelf(name: str) -> Path:
    """The folder of that name in the cache; others that were not used for long make room."""
    shelf = cache_folder() / "populations"
    shelf.mkdir(parents=True, exist_ok=True)
    others = sorted((p for p in shelf.iterdir() if p.is_dir() and p.name != name), key=_used, reverse=True)
    for old in others[_KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)
    folder = shelf / name
    if folder.exists():
        folder.touch()
    return folder


def _used(folder: Path) -> float:
    with suppress(OSError):
        return folder.stat().st_mtime
    return 0.0
