"""Every rule of the catalogue: its cases, and the readers held to each other on random and boundary cases."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kofu.catalogue.folder import PACKAGE_DATA
from kofu.catalogue.load import load
from kofu.programme.model import Programme
from kofu.quoting.cases import FOLDER, case_files, read_cases, run_cases
from kofu.rules.bounds import Bounds, bounds, estimate
from kofu.rules.check import default_rules
from kofu.rules.exact import evaluate
from kofu.rules.rule import Rule
from kofu.rules.steps import trace
from kofu.rules.tree import Value
from kofu.rules.witness import candidates


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(rule for programme in load(PACKAGE_DATA) for rule in default_rules(programme))


def test_every_case_comes_out(catalogue: list[Programme]) -> None:
    """What was worked by hand is what the rules give, and every benefit has three cases or more."""
    counts: dict[tuple[str, str], int] = {}
    for path, programme in case_files({p.id: p for p in catalogue}):
        ran, problems = run_cases(path, programme)
        assert not problems, [p.say("ja") for p in problems]
        cases, _, _ = read_cases(path)
        assert cases is not None
        assert ran == len(cases.cases)
        for case in cases.cases:
            counts[programme.id, case.benefit] = counts.get((programme.id, case.benefit), 0) + 1
    benefits = {(p.id, b.key) for p in catalogue for b in p.benefits}
    assert {key for key in benefits if counts.get(key, 0) < 3} == set()
    assert {path.stem for path in FOLDER.glob("*.yaml")} == {p.id for p in catalogue if p.benefits}


def test_every_programme_has_rules_or_a_reason(catalogue: list[Programme]) -> None:
    for programme in catalogue:
        assert programme.benefits or programme.not_computable, programme.id
        covered = {
            key
            for entry in (*programme.benefits, *programme.not_computable)
            for key in _keys(entry.component)
        }
        if covered:
            missing = {c.key for c in programme.components} - covered
            # A part of a part (3-(4) of 3) is covered by its parts.
            assert {key for key in missing if not any(k.startswith(key) for k in covered)} == set(), (
                programme.id
            )


def _keys(component: str | list[str] | None) -> list[str]:
    return [component] if isinstance(component, str) else list(component or [])


@pytest.fixture(scope="module")
def gold() -> list[dict[str, Any]]:
    path = Path(__file__).parents[3] / "shared" / "gold" / "cases.json"
    if not path.exists():
        pytest.skip("the reference cases are not beside this project")
    return json.loads(path.read_text("utf-8"))  # type: ignore[no-any-return]


def test_the_reference_cases_are_among_them(gold: list[dict[str, Any]], catalogue: list[Programme]) -> None:
    """Each reference case has its twin, with every figure that the reference expects (0 for ineligible)."""
    found: dict[int, Any] = {}
    for path in FOLDER.glob("*.yaml"):
        cases, _, _ = read_cases(path)
        assert cases is not None
        found |= {case.gold: case for case in cases.cases if case.gold is not None}
    assert sorted(found) == list(range(len(gold)))
    for number, case in enumerate(gold):
        ours = " ".join(map(str, found[number].expect.values()))
        for name, value in case["expect"].items():
            if value in ("ineligible", 0):
                assert "対象外" in ours or "0円" in ours or "いいえ" in ours, (number, name)
            elif isinstance(value, int) and value > 1:
                assert _has(found[number].expect, value), (number, name, value, ours)


def _has(expect: dict[str, Any], yen: int) -> bool:
    from kofu.rules.tree import Type
    from kofu.rules.units import YEN
    from kofu.rules.values import read_plain

    values = []
    for raw in expect.values():
        for item in raw if isinstance(raw, list) else [raw]:
            try:
                values.append(read_plain("", Type("number", YEN), item))
            except ValueError:
                continue
    return yen in values


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rule, dict[str, Value], dict[str, Value]]:
    """(rule, a whole case, a part of it): every number at an end, beside a limit, or anywhere."""
    rule = draw(st.sampled_from(rules()))
    points = candidates(*rule.roots)
    whole: dict[str, Value] = {}
    for fact in rule.facts:
        spec = fact.spec
        near = st.sampled_from(points[fact.name])
        if spec.type.kind == "number":
            count = st.integers(int(spec.low / spec.step), int(spec.high / spec.step))
            whole[fact.name] = draw(st.one_of(near, count.map(lambda n, s=spec.step: _plain(n * s))))  # type: ignore[misc]
        else:
            whole[fact.name] = draw(st.sampled_from(spec.choices) if spec.choices else st.booleans())
    for setting in rule.settings:
        if setting.is_open:
            ends = [*setting.options, setting.low, setting.high]
            whole[setting.name] = draw(st.sampled_from(ends))
    known = draw(st.sets(st.sampled_from(sorted(whole)))) if whole else set()
    return rule, whole, {name: value for name, value in whole.items() if name in known}


def _plain(value: Fraction) -> int | Fraction:
    return int(value) if value.denominator == 1 else value


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(cases())
def test_the_readers_agree(drawn: tuple[Rule, dict[str, Value], dict[str, Value]]) -> None:
    """Steps give what exact gives; bounds give exactly that when all is known, and hold it when part is."""
    rule, whole, part = drawn
    total = evaluate(rule.total, whole)
    assert isinstance(total, int | Fraction)
    assert total.denominator == 1
    assert trace(rule.total, whole).value == total
    sure = estimate(rule, whole)
    assert sure.eligible is evaluate(rule.eligible, whole)
    assert (sure.total.low, sure.total.high) == (total, total)
    unsure = estimate(rule, part)
    assert unsure.eligible in (sure.eligible, None)
    assert total in unsure.total
    if sure.eligible:
        assert rule.shares.keys() == sure.shares.keys()
        assert sum((evaluate(node, whole) or 0 for node in rule.shares.values()), 0) == (
            total if rule.shares else 0
        )  # type: ignore[misc]
        for name, node in rule.outputs.items():
            exact = evaluate(node, whole)
            found = bounds(node, part)
            if isinstance(found, Bounds):
                assert exact in found, name
    elif sure.eligible is False:
        assert total == 0
