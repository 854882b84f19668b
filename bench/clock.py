"""Timing: medians of several runs, ours and the reference in turn so that a drifting machine hits both."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line of the table: medians in milliseconds, and what the target says."""

    what: str
    ours: float
    reference: str
    theirs: float | None
    target: str

    @property
    def ratio(self) -> float | None:
        """Ours over the reference; below 1 is faster than it."""
        return None if self.theirs is None else self.ours / self.theirs


def paired_ms(
    ours: Work, theirs: Work | None, runs: int, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, float | None]:
    """Medians of both, run in turn."""
    taken: tuple[list[float], list[float]] = ([], [])
    for i in range(runs + 1):
        for kept, work in zip(taken, (ours, theirs), strict=True):
            if work is None:
                continue
            start = clock()
            work()
            if i:
                kept.append((clock() - start) * 1000)
    return statistics.median(taken[0]), statistics.median(taken[1]) if taken[1] else None


# As on a user's machine: modules are compiled once and kept.
_ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def process(*arguments: str) -> Work:
    """A fresh Python process with these arguments."""

    def run() -> None:
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=_ENVIRONMENT)

    return run


def inside_ms(code: str, runs: int) -> float:
    """The median of what `code` prints as milliseconds, each time in a fresh process."""
    command = [sys.executable, "-c", code]
    printed = [
        float(subprocess.run(command, check=True, capture_output=True, text=True, env=_ENVIRONMENT).stdout)
        for _ in range(runs + 1)
    ]
    return statistics.median(printed[1:])
