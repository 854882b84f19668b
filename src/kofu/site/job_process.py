"""The process of one job: `python -m kofu.site.job_process FOLDER DATABASE`. It writes into its folder, nothing else.

It ends at once when its server does (its standard input closes) or when its folder says that it is cancelled.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
import traceback
from functools import partial
from pathlib import Path
from typing import Any

from kofu.errors import KofuError

MEMORY = 2**30
"""Bytes that a job may take."""
CANCELLED, PROGRESS, RESULT, ERROR, REQUEST = (
    f"{name}.json" for name in ("cancelled", "progress", "result", "error", "request")
)
_LOOK = 0.2
"""Seconds between two looks at whether it is cancelled, and between two notes of progress."""


def write(path: Path, data: Any) -> None:
    """Write JSON so that nobody ever reads half of it."""
    hidden = path.with_name(f".{path.name}.{os.getpid()}")
    hidden.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    hidden.replace(path)


class _Progress:
    """Notes how far the job is, not more often than anybody looks."""

    def __init__(self, folder: Path) -> None:
        self._path, self._last, self._step = folder / PROGRESS, 0.0, ""

    def tell(self, step: str, done: int, of: int) -> None:
        now = time.monotonic()
        if step != self._step or done >= of or now - self._last > _LOOK:
            self._last, self._step = now, step
            write(self._path, {"step": step, "done": done, "of": of})


def run(folder: Path, database: Path) -> None:
    """Work the request of `folder` out."""
    from kofu.catalogue.store import Store
    from kofu.population.counting.engines import Setup
    from kofu.population.simulate import simulate
    from kofu.site.sample import population
    from kofu.site.simulate_asked import from_record

    asking = from_record(json.loads((folder / REQUEST).read_text(encoding="utf-8")))
    progress = _Progress(folder)
    progress.tell("population", 0, asking.population)
    dataset = population(asking.population, asking.seed, MEMORY, partial(progress.tell, "population"))
    question = asking.question(Store(database).programme)
    units = folder / "units"
    write(folder / RESULT, simulate(question, dataset, Setup(memory=MEMORY), units, progress.tell))
    shutil.rmtree(units, ignore_errors=True)


def _watch(folder: Path) -> None:
    """Ends the process when nobody wants it any more. What it had finished is kept, whole."""

    def until_closed() -> None:
        sys.stdin.buffer.read()
        os._exit(1)

    def until_cancelled() -> None:
        while not (folder / CANCELLED).exists():
            time.sleep(_LOOK)
        os._exit(0)

    for watch in (until_closed, until_cancelled):
        threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Run the job; a failure is written down in one sentence."""
    folder, database = map(Path, sys.argv[1:3])
    _watch(folder)
    try:
        run(folder, database)
    except KofuError as error:
        write(folder / ERROR, {"ja": error.ja, "en": error.en})
    except OSError as error:
        from kofu.site.sample import unwritable

        told = unwritable(folder, error)
        write(folder / ERROR, {"ja": told.ja, "en": told.en})
    except Exception:
        traceback.print_exc()
        ja, en = (
            "計算の途中で不具合が起きました。もう一度始めてください",
            "an error of the program; start again",
        )
        write(folder / ERROR, {"ja": ja, "en": en})


if __name__ == "__main__":
    main()
