"""What a dump may do to a text must not change an answer silently: it stays equal, or it is flagged."""

import random
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kofu.programme.model import Draft
from kofu.reading import ReadError
from kofu.reading.decode import read_document
from kofu.reading.document import Sheet
from kofu.reading.reader import Reading, read_file
from kofu.reading.segments import cut_sheets

DOCUMENTS = sorted((Path(__file__).parent / "data" / "documents").glob("*.txt"))
RADICAL = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0x2F00, 0x2FD6)}
Mutation = Callable[[list[str], tuple[Sheet, ...], random.Random], list[str]]


def lost_page_breaks(lines: list[str], sheets: tuple[Sheet, ...], rng: random.Random) -> list[str]:
    text = "\n".join(line.replace("\f", "").removeprefix(" ") for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).split("\n")


def no_blank_lines(lines: list[str], sheets: tuple[Sheet, ...], rng: random.Random) -> list[str]:
    return [line.strip() for line in lines if line.strip()]


def double_spaced(lines: list[str], sheets: tuple[Sheet, ...], rng: random.Random) -> list[str]:
    return [piece for line in lines for piece in (line, "")]


def swapped_radicals(lines: list[str], sheets: tuple[Sheet, ...], rng: random.Random) -> list[str]:
    return ["".join(RADICAL.get(c, c) if rng.random() < 0.5 else c for c in line) for line in lines]


def wide_spaces(lines: list[str], sheets: tuple[Sheet, ...], rng: random.Random) -> list[str]:
    return [line[:1] + line[1:].replace(" ", "\u3000") for line in lines]


def letter_spaced_heads(lines: list[str], sheets: tuple[Sheet, ...], rng: random.Random) -> list[str]:
    heads = numbers(sheets, "title", "budget", "label", "office")
    return [
        " ".join(line.strip()) if number in heads and " " not in line.strip() else line
        for number, line in enumerate(lines, 1)
    ]


def office_glued_to_the_budget(lines: list[str], sheets: tuple[Sheet, ...], rng: random.Random) -> list[str]:
    glued = list(lines)
    for sheet in sheets:
        budget, office = sheet.regions.get("budget", ()), sheet.regions.get("office", ())
        if budget and office and 0 < office[0].number - budget[-1].number <= 2:
            glued[budget[-1].number - 1] += " " + glued[office[0].number - 1].strip()
            glued[office[0].number - 1] = ""
    return glued


def title_glued_to_the_budget(lines: list[str], sheets: tuple[Sheet, ...], rng: random.Random) -> list[str]:
    glued = list(lines)
    for sheet in sheets:
        budget, title = sheet.regions.get("budget", ()), sheet.regions.get("title", ())
        if budget and title and 0 < budget[0].number - title[-1].number <= 2:
            glued[title[-1].number - 1] += " " + glued[budget[0].number - 1].strip()
            glued[budget[0].number - 1] = ""
    return glued


def permuted_blocks(lines: list[str], sheets: tuple[Sheet, ...], rng: random.Random) -> list[str]:
    """The blocks of each sheet (runs of lines; the headline stays together) in another order."""
    moved: list[str] = list(lines)
    for sheet in sheets:
        heads = numbers((sheet,), "title", "budget")
        blocks: list[list[str]] = [[]]
        for number in range(sheet.first, sheet.last + 1):
            line = lines[number - 1]
            inside = any(h < number for h in heads) and any(h > number for h in heads)
            if line.strip() or inside:
                blocks[-1].append(line.replace("\f", "").removeprefix(" "))
            elif blocks[-1]:
                blocks.append([])
        rng.shuffle(blocks)
        flat = [piece for block in blocks if block for piece in (*block, "")]
        break_ = (
            "\f" if "\f" in lines[sheet.first - 1] else " " if lines[sheet.first - 1].startswith(" ") else ""
        )
        size = sheet.last - sheet.first + 1
        flat = (flat + [""] * size)[:size]
        moved[sheet.first - 1 : sheet.last] = [break_ + flat[0], *flat[1:]]
    return moved


def lost_budget_lines(lines: list[str], sheets: tuple[Sheet, ...], rng: random.Random) -> list[str]:
    lost = {n for sheet in sheets if rng.random() < 0.4 for n in numbers((sheet,), "budget")}
    return ["" if number in lost else line for number, line in enumerate(lines, 1)]


def numbers(sheets: tuple[Sheet, ...], *roles: str) -> set[int]:
    return {line.number for sheet in sheets for role in roles for line in sheet.regions.get(role, ())}


def facts(draft: Draft) -> tuple[str, list[tuple[str, int]], list[str], list[str]]:
    amounts = sorted((amount.kind.value, amount.yen) for amount in draft.amounts)
    offices = sorted("".join(office.name.split()) for office in draft.offices)
    return name(draft), amounts, offices, sorted(phone.number for phone in draft.phones)


def name(draft: Draft) -> str:
    return unicodedata.normalize("NFKC", "".join(draft.title.ja.split()))


def silent_changes(original: Reading, changed: Reading) -> list[str]:
    """Drafts of the changed text that say something else than before, without a doubt."""
    known = {name(draft): facts(draft) for draft in original.drafts}
    return [
        f"{draft.title.ja}: {facts(draft)}"
        for draft in changed.drafts
        if facts(draft) != known.get(name(draft)) and not draft.doubts and not changed.doubts
    ]


MUTATIONS: list[Mutation] = [
    lost_page_breaks,
    no_blank_lines,
    double_spaced,
    swapped_radicals,
    wide_spaces,
    letter_spaced_heads,
    office_glued_to_the_budget,
    title_glued_to_the_budget,
    permuted_blocks,
    lost_budget_lines,
]


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutation: mutation.__name__)
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_answers_stay_equal_or_are_flagged(path: Path, mutate: Mutation) -> None:
    original = read_file(path)
    lines = path.read_text(encoding="utf-8").split("\n")
    for seed in range(3):
        changed = mutate(lines, cut_sheets(original.source), random.Random(seed))
        assert silent_changes(original, read_file("\n".join(changed).encode(), path.stem)) == []


@pytest.mark.parametrize("mutate", [swapped_radicals, wide_spaces], ids=lambda mutation: mutation.__name__)
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_code_points_and_spaces_change_nothing(path: Path, mutate: Mutation) -> None:
    original = read_file(path)
    lines = path.read_text(encoding="utf-8").split("\n")
    changed = read_file("\n".join(mutate(lines, (), random.Random(7))).encode(), path.stem)
    assert [facts(draft) for draft in changed.drafts] == [facts(draft) for draft in original.drafts]


@pytest.mark.parametrize("mutate", [lost_page_breaks, double_spaced], ids=lambda mutation: mutation.__name__)
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_sheet_is_found_without_its_page_break(path: Path, mutate: Mutation) -> None:
    original = read_file(path)
    changed = mutate(path.read_text(encoding="utf-8").split("\n"), (), random.Random(0))
    found = cut_sheets(read_document("\n".join(changed).encode()))
    assert len(found) == len(original.drafts)


def is_part_of(draft: Draft, whole: Draft) -> bool:
    """Whether a draft says nothing that the whole sheet does not say; a cut may end a name early."""
    _, amounts, offices, phones = facts(draft)
    _, all_amounts, all_offices, all_phones = facts(whole)
    return (
        name(draft) in name(whole)
        and all(amount in all_amounts for amount in amounts)
        and all(any(office in known for known in all_offices) for office in offices)
        and all(phone in all_phones for phone in phones)
    )


@given(st.sampled_from(DOCUMENTS), st.data())
@settings(max_examples=100, deadline=None)
def test_a_text_that_is_cut_anywhere_never_mixes_sheets_in_silence(path: Path, data: st.DataObject) -> None:
    original = read_file(path)
    text = path.read_text(encoding="utf-8").split("\n")
    first = data.draw(st.integers(0, len(text) - 2))
    last = data.draw(st.integers(first + 1, len(text)))
    try:
        changed = read_file("\n".join(text[first:last]).encode(), path.stem)
    except ReadError:
        return
    for draft in changed.drafts:
        flagged = draft.doubts or changed.doubts
        assert flagged or any(is_part_of(draft, whole) for whole in original.drafts), draft
