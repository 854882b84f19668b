"""A fact that does not stand in the lines it names is found, and that fact only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kofu.catalogue.check import check_files
from kofu.catalogue.documents import SourceLines, documents, open_sources
from kofu.catalogue.folder import PACKAGE_DATA
from kofu.catalogue.proof import prove
from kofu.catalogue.validate import dotted
from kofu.errors import KofuError
from kofu.programme.model import Programme
from kofu.yaml_file import read_yaml


@pytest.fixture
def source(data: Path) -> SourceLines:
    text = (data / "midori.txt").read_text("utf-8")
    return SourceLines(documents()["meti-fy2024-supplementary"], tuple(text.split("\n")))


@pytest.fixture
def midori(data: Path) -> Any:
    return read_yaml(data / "catalogue" / "meti-fy2024s-midori.yaml").data


def unproved(facts: Any, source: SourceLines) -> set[str]:
    return {dotted(place) for place, _, _ in prove(Programme.model_validate(facts), source)}


def put(facts: Any, place: str, value: object) -> None:
    *parents, last = [int(p) if p.isdigit() else p for p in place.split()]
    for part in parents:
        facts = facts[part]
    facts[last] = value


def test_every_fact_of_the_made_up_sheet_is_proved(midori: Any, source: SourceLines) -> None:
    assert unproved(midori, source) == set()


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        ("title ja", "緑の商店街応援事業", "title.ja"),
        ("title text", "緑の街", "title.text"),
        ("title at", [2], "title.ja"),
        ("aliases 0 name", "青の商店街補助金", "aliases[0].name"),
        ("amounts 0 yen", "12.1億円", "amounts[0].yen"),
        ("amounts 1 yen", "3億円", "amounts[1].yen"),
        ("amounts 0 at", [3], "amounts[0].yen"),
        ("offices 0 name", "中小企業庁 金融課", "offices[0].name"),
        ("phones 0 number", "03-1234-5679", "phones[0].number"),
        ("phones 0 number", "03-1234-567", "phones[0].number"),
        ("components 0 key", "（３）", "components[0].key"),
        ("components 0 title", "建物型", "components[0].title"),
        ("flows 0 from", "府", "flows[0].from"),
        ("flows 1 to", "大企業等", "flows[1].to"),
        ("flows 1 instrument", "委託", "flows[1].instrument"),
        ("flows 3 instrument", "信用保証", "flows[3].instrument"),
        ("flows 0 rates", ["1/2"], "flows[0].rates"),
        ("flows 1 rates", ["1/2以内", "1/4"], "flows[1].rates"),
        ("flows 1 rates", ["1/3以内"], "flows[1].rates"),
        ("flows 1 at", [18, 22, 23, 24], "flows[1].instrument"),
        ("limits 0 value", "50万円", "limits[0].value"),
        ("limits 1 value", "3年", "limits[1].value"),
        ("limits 1 value", "2日", "limits[1].value"),
        ("limits 2 at", [11], "limits[2].value"),
        ("recipients 0 name", "大学等", "recipients[0].name"),
        ("targets 0 value", "16%", "targets[0].value"),
        ("targets 0 metric", "輸出額の伸び率", "targets[0].metric"),
        ("targets 1 value", "120人", "targets[1].value"),
        ("targets 1 at", [14], "targets[1].value"),
        ("targets 1 at", [999], "targets[1].at"),
    ],
)
def test_a_changed_fact_is_found(
    midori: Any, source: SourceLines, place: str, value: object, field: str
) -> None:
    put(midori, place, value)
    found = unproved(midori, source)
    assert field in found
    fact = field.rpartition(".")[0]
    assert all(other.startswith(fact) for other in found)


@pytest.mark.parametrize(
    ("value", "derived", "proved"),
    [
        ("80%", "100 - 20", False),  # the operands do not stand there
        ("8%", "120 ÷ 15", True),
        ("1800%", "15 × 120", True),
        ("9%", "120 ÷ 15", False),  # the arithmetic is wrong
        ("0%", "120 ÷ 0", False),
        ("7%", "電力使用量を 15％以上減らす", True),  # words that stand there
        ("7%", "ガス使用量を減らす", False),
    ],
)
def test_a_derived_value_follows_from_what_is_printed(
    midori: Any, source: SourceLines, value: str, derived: str, proved: bool
) -> None:
    put(midori, "targets 0 value", value)
    put(midori, "targets 0 derived", derived)
    assert ("targets[0].value" not in unproved(midori, source)) == proved


def test_another_text_under_the_documents_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "meti-fy2024-supplementary.txt").write_text("別の資料\n", "utf-8")
    with pytest.raises(KofuError, match="SHA-256"):
        open_sources(tmp_path)


def test_a_folder_without_documents_proves_nothing_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(KofuError, match=r"資料（.*）がありません"):
        check_files([PACKAGE_DATA / "meti-fy2024s-nariwai-noto.yaml"], tmp_path)


REAL = "meti-fy2024s-nariwai-noto"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("yen: 150億円", "yen: 160億円", "amounts[0].yen"),
        ("value: 80%", "value: 81%", "targets[0].value"),
        ("rates: [2/3, 1/2]", "rates: [2/5, 1/2]", "flows[0].rates"),
        ("小規模企業振興課", "大企業振興課", "offices[0].name"),
        ("at: [3589]", "at: [3590]", "amounts[0].yen"),
    ],
)
def test_a_changed_fact_of_a_real_sheet_is_found(
    tmp_path: Path, sources: Path, old: str, new: str, field: str
) -> None:
    text = (PACKAGE_DATA / f"{REAL}.yaml").read_text("utf-8")
    assert text.count(old) == 1
    path = tmp_path / f"{REAL}.yaml"
    path.write_text(text.replace(old, new), "utf-8")
    problems = [p for p in check_files([path], sources) if not p.field.startswith("lineage")]
    assert [p.field for p in problems] == [field]
    assert problems[0].line == text[: text.index(old)].count("\n") + 1 or field == "amounts[0].yen"
