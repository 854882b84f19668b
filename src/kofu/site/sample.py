"""Made-up populations that the site keeps: the sample that answers at once, and those that exact runs have made."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from kofu.cache import cache_folder
from kofu.errors import KofuError
from kofu.population.dataset import Dataset, is_dataset, open_dataset
from kofu.population.making import make_firms
from kofu.population.nation import nation_hash
from kofu.version import __version__

SAMPLE = 100_000
_KEPT = 4
"""Populations besides the sample; the ones that were used last stay."""


def population(
    rows: int, seed: int = 1, memory: int | None = None, tick: Callable[[int], None] | None = None
) -> Dataset:
    """So many made-up firms: those in the cache, else made now; two processes never make them at once.

    Raises:
        KofuError: the cache cannot be written, or the disk is full.
    """
    place = cache_folder() / "populations"
    folder = place / f"firms-{rows}-{seed}-{__version__}-{nation_hash()[:12]}"
    with held(place / ".lock"):
        if is_dataset(folder):
            with contextlib.suppress(KofuError):  # cut short by somebody: it is made again
                found = open_dataset(folder)
                os.utime(folder)
                return found
            shutil.rmtree(folder)
        made = make_firms(folder, rows, seed, memory=memory, tick=tick)
        _forget(place, folder)
    return made


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Wait for a lock that one process holds at a time; it is given back even by one that is killed.

    Raises:
        KofuError: where it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a")
    except OSError as error:
        raise KofuError(
            f"{path.parent}: 書き込めません（{error.strerror}）。KOFU_CACHE で別の場所を指定してください",
            f"{path.parent}: cannot be written ({error.strerror}); name another place with KOFU_CACHE",
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget(place: Path, used: Path) -> None:
    """Removes those not used for the longest time; the sample stays."""
    others = [p for p in place.iterdir() if p.is_dir() and p != used and not p.name.startswith(f"firms-{SAMPLE}-1-")]
    for folder in sorted(others, key=lambda p: -p.stat().st_mtime)[_KEPT - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)
