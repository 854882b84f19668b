"""`kofu fmt`: whatever the order and the comments of a file, its data and every comment stay."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kofu.catalogue.fmt import KEY_ORDER, format_file, format_text
from kofu.catalogue.folder import PACKAGE_DATA, files
from kofu.drafts import to_yaml, write_drafts
from kofu.errors import KofuError
from kofu.programme.model import Draft, Programme
from kofu.yaml_file import load_plain

SCALARS = ["12億円", "1/2以内", "120-168", "2024", "true", "'1.2'", '"a: b # c"', "'# no comment'", "（１）",
           '"- x"', "a#b", "03-1234-5678", '"緑, 青"', '"it\'s"', "'yes'", '"tab\\there"', '"\\u0085"', "~"]  # fmt: skip
KEYS = st.lists(st.sampled_from(KEY_ORDER), min_size=1, max_size=5, unique=True)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, int]:
    """A file in the shape of the catalogue, with numbered comments anywhere; (text, how many comments)."""
    numbers = count()

    def comment(indent: int) -> list[str]:
        return [
            " " * indent + f"# c{next(numbers)}。: [{{'" for _ in range(draw(st.sampled_from([0, 0, 1, 2])))
        ]

    def beside() -> str:
        return f"  # c{next(numbers)}。" if draw(st.booleans()) else ""

    def mapping(indent: int, depth: int) -> list[str]:
        lines: list[str] = []
        for key in draw(KEYS):
            lines += comment(indent)
            space, kind = (
                " " * indent,
                draw(st.sampled_from(["scalar", "short", "block", "map", "list", "long"])),
            )
            if kind == "short":
                items = draw(st.lists(st.sampled_from(SCALARS), max_size=3))
                lines.append(f"{space}{key}: [{', '.join(items)}]{beside()}")
            elif kind == "long":
                lines.append(f"{space}{key}: [1,{beside()}")
                lines += [*comment(indent + 4), f"{space}  2]{beside()}"]
            elif kind == "block":
                lines += [f"{space}{key}: |{beside()}", f"{space}  一行目 # 文のうち", f"{space}  二行目: [x"]
            elif kind == "map" and depth:
                lines += [f"{space}{key}:{beside()}", *mapping(indent + 2, depth - 1)]
            elif kind == "list" and depth:
                lines.append(f"{space}{key}:{beside()}")
                for _ in range(draw(st.integers(1, 2))):
                    lines += comment(indent + 2)
                    inner = mapping(indent + 4, depth - 1)
                    first = next(i for i, line in enumerate(inner) if not line.lstrip().startswith("#"))
                    lines += [*inner[:first], f"{space}  - {inner[first].lstrip()}", *inner[first + 1 :]]
            else:
                lines.append(f"{space}{key}: {draw(st.sampled_from(SCALARS))}{beside()}")
        return lines

    text = "\n".join(comment(0) + mapping(0, 2) + comment(0)) + "\n"
    return text, next(numbers)


def same(text: str, folder: Path) -> Any:
    path = folder / "file.yaml"
    path.write_text(text, "utf-8")
    return load_plain(path)


def in_order(data: Any) -> bool:
    if isinstance(data, dict):
        ranks = [KEY_ORDER.index(key) for key in data]
        return ranks == sorted(ranks) and all(map(in_order, data.values()))
    return all(map(in_order, data)) if isinstance(data, list) else True


@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(documents())
def test_nothing_is_lost_and_twice_is_once(tmp_path: Path, document: tuple[str, int]) -> None:
    text, comments = document
    formatted = format_text(text)
    assert format_text(formatted) == formatted
    assert same(formatted, tmp_path) == same(text, tmp_path)
    assert in_order(same(formatted, tmp_path))
    for i in range(comments):
        assert len(re.findall(rf"# c{i}。", formatted)) == 1
    assert not re.search(r"[ \t]$", formatted, re.MULTILINE)


def test_the_catalogue_is_in_the_layout() -> None:
    for path in files(PACKAGE_DATA):
        assert format_file(path) == path.read_text("utf-8"), path.name


def test_a_comment_stays_with_what_it_says() -> None:
    text = "title:\n  at: [1]  # 表題の行\n  # 正しい名\n  ja: 緑\nid: a-b  # 変えない\n"
    assert format_text(text) == "id: a-b  # 変えない\ntitle:\n  # 正しい名\n  ja: 緑\n  at: [1]  # 表題の行\n"


@pytest.mark.parametrize(
    "content", ["", "- a\n", "id: [", "id: a\nid: b\n", "id: &a b\ntitle: *a\n", "id: a\x00"]
)
def test_a_broken_file_is_not_formatted(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(content, "utf-8")
    with pytest.raises(KofuError, match=r"a\.yaml:\d+: "):
        format_file(path)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    title=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
    yen=st.integers(0, 2**53 - 1),
    doubt=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
)
@example(title="\xa0", yen=0, doubt="令和12年\u3000")
def test_a_draft_keeps_every_character_in_yaml(tmp_path: Path, title: str, yen: int, doubt: str) -> None:
    draft = Draft.model_validate({
        "document": "x", "lines": "3-9", "fiscal_year": 2024, "round": "補正",
        "title": {"ja": title, "at": [3], "doubt": doubt}, "amounts": [{"kind": "予算額", "yen": yen, "at": [4]}],
    })  # fmt: skip
    data = same(to_yaml(draft), tmp_path)
    data.pop("id")
    read = Draft.model_validate(data)
    if "\n" in title + doubt:  # spaces at the ends of lines of a longer text are not kept
        assert read.title.ja.split() == title.split()
    else:
        assert read == draft
    assert read.amounts == draft.amounts


def test_drafts_of_the_catalogue_read_back_the_same(tmp_path: Path, catalogue: list[Programme]) -> None:
    names = set(Draft.model_fields)
    drafts = [Draft.model_validate(p.model_dump(include=names)) for p in catalogue[::6]]
    write_drafts(drafts, tmp_path / "new" / "folder")
    for draft in drafts:
        data = load_plain(tmp_path / "new" / "folder" / f"{draft.document}-l{draft.lines[0]}.yaml")
        data.pop("id")
        assert Draft.model_validate(data) == draft


def test_drafts_that_cannot_be_written_are_one_sentence(tmp_path: Path, catalogue: list[Programme]) -> None:
    draft = Draft.model_validate(catalogue[0].model_dump(include=set(Draft.model_fields)))
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(KofuError, match="書き込めません"):
        write_drafts([draft], tmp_path / "file" / "drafts")
