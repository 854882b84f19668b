"""The made-up programmes, whose rules are simple enough to be worked by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from kofu.catalogue.load import load
from kofu.programme.model import Programme
from kofu.quoting.book import Book


@pytest.fixture(scope="session")
def made_up_programmes(data: Path) -> list[Programme]:
    return load(data / "catalogue")


@pytest.fixture(scope="session")
def lent(made_up_programmes: list[Programme]) -> Programme:
    """緑の商店街支援事業: a subsidy with a table of rates, and a loan with terms of repayment."""
    return next(p for p in made_up_programmes if p.id == "meti-fy2024s-midori")


@pytest.fixture(scope="session")
def small_book(made_up_programmes: list[Programme]) -> Book:
    return Book(made_up_programmes)


@pytest.fixture(scope="session")
def lamps(made_up_programmes: list[Programme]) -> Programme:
    """商店街の明かり交換事業: 2/3 of the cost, for associations."""
    return next(p for p in made_up_programmes if p.id == "meti-fy2016s2-akari")
