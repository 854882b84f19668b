"""Variants as people write them: files, parameters, sweeps; and what is wrong with them, in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kofu.errors import KofuError
from kofu.population.question import Question
from kofu.population.variants import BASELINE, Variant, Variants, gathered, read_variants
from kofu.programme.model import Programme
from kofu.rules.check import default_rules

Pick = Callable[..., tuple[Programme, ...]]
WRITTEN = """
variants:
  - name: 低い
    parameters: {補助率: 1/3}
  - parameters: {'補助上限額[1]': 100万円}
    programmes: {meti-fy2016s2-jizokuka: {補助率: 1/2}}
sweep:
  補助率: [1/4, 3/4]
  補助上限額[1]: [10万円, 20万円, 30万円]
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, name: str = "案.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_file_with_variants_and_a_sweep(written: Callable[..., Path]) -> None:
    found = read_variants(written(WRITTEN))
    assert found.every[0] == BASELINE
    assert [v.name for v in found.stated] == ["低い", "案2"]
    assert found.stated[1].programmes == {"meti-fy2016s2-jizokuka": {"補助率": "1/2"}}
    assert len(found.cells) == 6
    for x, y, place in found.cells:
        expected = {"補助率": found.x.values[x], "補助上限額[1]": found.y.values[y]}  # type: ignore[union-attr]
        assert found.every[place].parameters == expected
    assert found.sweep_record() == {
        "x": {"name": "補助率", "values": ["1/4", "3/4"]},
        "y": {"name": "補助上限額[1]", "values": ["10万円", "20万円", "30万円"]},
        "cells": [{"x": x, "y": y, "variant": v} for x, y, v in found.cells],
    }


def test_json_says_the_same(written: Callable[..., Path]) -> None:
    as_json = {
        "variants": [
            {"name": "低い", "parameters": {"補助率": "1/3"}},
            {
                "parameters": {"補助上限額[1]": "100万円"},
                "programmes": {"meti-fy2016s2-jizokuka": {"補助率": "1/2"}},
            },
        ],
        "sweep": {"補助率": ["1/4", "3/4"], "補助上限額[1]": ["10万円", "20万円", "30万円"]},
    }
    path = written(json.dumps(as_json, ensure_ascii=False, indent=1), "案.json")
    assert read_variants(path) == read_variants(written(WRITTEN))


def test_the_hash_is_of_what_changes() -> None:
    one = Variant("一", {"補助率": "1/2"}, {})
    assert one.hash == Variant("二", {"補助率": "1/2"}, {}).hash
    others = [
        Variant("一", {"補助率": "1/3"}, {}),
        Variant("一", {"補助上限額": "1/2"}, {}),
        Variant("一", {}, {"x": {"補助率": "1/2"}}),
        BASELINE,
    ]
    assert len({one.hash, *(other.hash for other in others)}) == 5
    assert one.record() == {"name": "一", "hash": one.hash, "parameters": {"補助率": "1/2"}}


def test_what_is_replaced_is_replaced_and_nothing_else(picked: Pick) -> None:
    [programme] = picked(["fy2016s2-jizokuka"])
    variant = Variant("一", {"補助上限額[1]": "60万円"}, {})
    question = Question((programme,), gathered([variant], []))
    plain, changed = (question.rules_of(programme, v) for v in question.variants.every)
    assert [rule.hash for rule in plain] == [rule.hash for rule in default_rules(programme)]
    assert [a.hash != b.hash for a, b in zip(plain, changed, strict=True)] == [False, False, True]


def test_a_programme_s_own_figure_goes_before_the_common_one(picked: Pick) -> None:
    [programme] = picked(["fy2016s2-jizokuka"])
    both = Variant("一", {"補助率": "1/3"}, {programme.id: {"補助率": "1/2"}})
    own = Variant("二", {}, {programme.id: {"補助率": "1/2"}})
    question = Question((programme,), gathered([both, own], []))
    _, one, two = (question.rules_of(programme, v) for v in question.variants.every)
    assert [r.hash for r in one] == [r.hash for r in two]


def test_a_programme_without_the_parameter_stays_as_it_is(picked: Pick) -> None:
    programmes = picked(["fy2016s2-jizokuka", "fy2016s2-shikinguri"])
    question = Question(programmes, gathered([Variant("一", {"補助上限額[1]": "60万円"}, {})], []))
    for variant in question.variants.every:
        rules = question.rules_of(programmes[1], variant)
        assert [r.hash for r in rules] == [r.hash for r in default_rules(programmes[1])]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "案.yaml"),
        ("[]", "案.yaml"),
        ("variants: []", "variants:"),
        ("variant: [{parameters: {補助率: 1/2}}]", "variants:"),
        ("variants: 5", "案を並べ"),
        ("variants: {名前: {補助率: 1/2}}", "案を並べ"),
        ("variants: [補助率]", "1番目"),
        ("variants: [{name: 一}]", "1番目"),
        ("variants: [{parameters: {補助率: 1/2}}, {parameters: [補助率]}]", "2番目"),
        ("variants: [{parameters: {補助率: 1/2}, rate: 3}]", "1番目"),
        ("variants: [{programmes: [x]}]", "1番目"),
        (
            "variants: [{name: 同じ, parameters: {補助率: 1/2}}, {name: 同じ, parameters: {補助率: 1/3}}]",
            "同じ",
        ),
        ("sweep: [補助率]", "名前: [値, 値]"),
        ("sweep: {補助率: 1/2}", "補助率"),
        ("sweep: {補助率: []}", "補助率"),
        ("sweep: {a: [1], b: [1], c: [1]}", "2つまで"),
        ("sweep: {a: [" + ",".join(map(str, range(500))) + "]}", "501"),
        ("variants: [", ""),
        ("variants: [{parameters: {補助率: 1/2}}]\nvariants: []", ""),
    ],
)
def test_a_file_that_says_something_else(text: str, told: str, written: Callable[..., Path]) -> None:
    with pytest.raises(KofuError) as caught:
        read_variants(written(text))
    assert told in caught.value.ja
    assert "\n" not in caught.value.ja + caught.value.en


@pytest.mark.parametrize("bad", ["latin", "folder", "none"])
def test_a_file_that_cannot_be_read(bad: str, tmp_path: Path) -> None:
    path = tmp_path / "案.yaml"
    if bad == "latin":
        path.write_bytes("variants: 補助".encode("cp932"))
    elif bad == "folder":
        path.mkdir()
    with pytest.raises(KofuError, match=r"案\.yaml"):
        read_variants(path)


@pytest.mark.parametrize(
    ("parameters", "programmes", "told"),
    [
        ({"補助立": "1/2"}, {}, "補助立"),
        ({"補助上限額": "1円"}, {}, "補助上限額"),  # a table: its rows have names of their own
        ({}, {"meti-x": {"補助率": "1/2"}}, "meti-x"),
        ({}, {"meti-fy2016s2-jizokuka": {"補助立": "1/2"}}, "補助立"),
        ({"補助率": "100円"}, {}, "補助率"),
        ({"補助率": "-1/2"}, {}, "補助率"),
        ({"補助率": "3/2"}, {}, "補助率"),
        ({"補助率": "半分"}, {}, "補助率"),
        ({"補助率": ""}, {}, "補助率"),
        ({"補助率": None}, {}, "補助率"),
        ({"補助率": True}, {}, "補助率"),
        ({"補助率": {"a": 1}}, {}, "補助率"),
        ({"補助上限額[1]": "1/2"}, {}, "補助上限額"),
    ],
)
def test_an_overlay_that_fits_nothing(
    parameters: dict[str, Any], programmes: dict[str, dict[str, Any]], told: str, picked: Pick
) -> None:
    [programme] = picked(["fy2016s2-jizokuka"])
    variants = Variants((BASELINE, Variant("試し", parameters, programmes)))
    with pytest.raises(KofuError) as caught:
        Question((programme,), variants).rules_of(programme, variants.every[1])
    assert told in caught.value.ja
    assert "試し" in caught.value.ja
    assert "試し" in caught.value.en
    assert "\n" not in caught.value.ja + caught.value.en
