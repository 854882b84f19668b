"""Made-up firms for the site: the sample that answers at once, and as many as an exact run wants."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable, Iterator
from pathlib import Path

from kofu.cache import cache_folder
from kofu.errors import KofuError
from kofu.population.dataset import Dataset
from kofu.population.obtaining import Wanted, obtain

SAMPLE = 100_000


def population(
    rows: int, seed: int = 1, memory: int | None = None, tick: Callable[[int, int], None] | None = None
) -> Dataset:
    """So many made-up firms: those in the cache, else made now; two processes never make them at once.

    Raises:
        KofuError: the cache cannot be written, or the disk is full.
    """
    with _held(cache_folder() / "populations" / f"firms-{rows}-{seed}.lock"):
        return obtain(Wanted((str(rows),), seed=seed, memory=memory), tick)


@contextlib.contextmanager
def _held(path: Path) -> Iterator[None]:
    """Wait for a lock that one process holds at a time; it is given back even by one that is killed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a")
    except OSError as error:
        raise unwritable(path.parent, error) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def unwritable(folder: Path, error: OSError) -> KofuError:
    """That a folder of the cache cannot be written, and what to do."""
    return KofuError(
        f"{folder}: 書き込めません（{error.strerror}）。空きを作るか、KOFU_CACHE で別の場所を指定してください",
        f"{folder}: cannot be written ({error.strerror}); make room, or name another place with KOFU_CACHE",
    )
