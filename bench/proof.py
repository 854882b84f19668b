"""The proof of the whole catalogue: how long it takes, and what is left open. Needs the extra that brings Z3."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

from bench.clock import Row
from kofu.catalogue.store import open_store
from kofu.rules.proof import prove_all, statements


def measure() -> Iterator[Row]:
    """One run, with the usual limit of time for each statement."""
    try:
        import z3  # noqa: F401
    except ImportError:
        print("proof: skipped, Z3 is not installed")
        return
    start = time.perf_counter()
    found = [statement for programme in open_store().programmes() for statement in statements(programme)]
    made = time.perf_counter()
    outcomes = Counter(verdict.outcome for verdict in prove_all(found))
    proved = time.perf_counter()
    yield Row(
        f"proof of the catalogue: {len(found)} statements",
        (proved - made) * 1000,
        "making the statements",
        (made - start) * 1000,
        "<= 180,000",
    )
    print("  " + ", ".join(f"{outcome} {count}" for outcome, count in sorted(outcomes.items())))
