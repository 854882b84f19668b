"""The reader on the two known documents, measured against the curated catalogue.

The documents are not part of the project; without them these tests are skipped and say so.
"""

import time
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from kofu.programme.model import Draft, Programme
from kofu.reading.reader import read_file

NAMES = ("meti-fy2016-supplementary-2", "meti-fy2024-supplementary")


@pytest.fixture(scope="module")
def drafts(sources: Path) -> list[Draft]:
    return [draft for name in NAMES for draft in read_file(sources / f"{name}.txt").drafts]


@pytest.fixture(scope="module")
def curated(catalogue: list[Programme]) -> dict[tuple[str, tuple[int, int]], Programme]:
    return {(programme.document, programme.lines): programme for programme in catalogue}


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", "".join(text.split()))


def facts(sheet: Draft | Programme, field: str) -> Counter[object]:
    match field:
        case "title":
            return Counter([folded(sheet.title.ja)])
        case "amounts":
            return Counter((amount.kind, amount.yen) for amount in sheet.amounts)
        case "offices":
            return Counter(folded(office.name) for office in sheet.offices)
        case "phones":
            return Counter(phone.number for phone in sheet.phones)
        case _:
            return Counter([(sheet.fiscal_year, sheet.round)])


def test_every_sheet_is_found_with_its_lines(
    drafts: list[Draft], curated: dict[tuple[str, tuple[int, int]], Programme]
) -> None:
    assert {(draft.document, draft.lines) for draft in drafts} == set(curated)


@pytest.mark.parametrize(
    ("field", "least"),
    [("title", 0.97), ("amounts", 0.96), ("offices", 0.92), ("phones", 1.0), ("round", 1.0)],
)
def test_headlines_agree_with_the_catalogue(
    field: str, least: float, drafts: list[Draft], curated: dict[tuple[str, tuple[int, int]], Programme]
) -> None:
    right = wrong = missing = 0
    for draft in drafts:
        wanted = facts(curated[draft.document, draft.lines], field)
        found = facts(draft, field)
        right += (wanted & found).total()
        wrong += (found - wanted).total()
        missing += (wanted - found).total()
    assert right / (right + wrong) >= least
    assert right / (right + missing) >= least


def test_no_appropriation_is_wrong(
    drafts: list[Draft], curated: dict[tuple[str, tuple[int, int]], Programme]
) -> None:
    for draft in drafts:
        programme = curated[draft.document, draft.lines]
        wanted = {amount.yen for amount in programme.amounts if amount.kind.value == "appropriation"}
        assert {amount.yen for amount in draft.amounts if amount.kind.value == "appropriation"} <= wanted


def test_both_documents_are_read_in_seconds(sources: Path) -> None:
    start = time.perf_counter()
    for name in NAMES:
        read_file(sources / f"{name}.txt")
    assert time.perf_counter() - start < 10  # 2 seconds on an idle machine
