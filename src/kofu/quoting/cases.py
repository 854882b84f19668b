"""Cases beside each programme: facts, and what must come out; worked by hand, run by `kofu test`."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import Field as Meta
from pydantic import ValidationError

from kofu.catalogue.validate import explain
from kofu.errors import KofuError
from kofu.programme.fact import Model
from kofu.programme.model import Programme
from kofu.rules.bounds import Answer, Bounds, Estimate, estimate
from kofu.rules.case import read_case
from kofu.rules.check import default_date
from kofu.rules.compile import compile_rules
from kofu.rules.rule import AMOUNT, Rule
from kofu.rules.tree import Type
from kofu.rules.units import YEN
from kofu.rules.values import read_plain, show_number
from kofu.yaml_file import Place, Problem, YamlFile, read_yaml

FOLDER = Path(__file__).parent.parent / "catalogue" / "cases"
VERDICT = "判定"
VERDICTS = {"対象": True, "対象外": False, "要確認": None}
_NAMES = {verdict: name for name, verdict in VERDICTS.items()}


class Case(Model):
    """One case: what is known, what must come out, and the arithmetic behind it."""

    name: str
    benefit: str
    date: datetime.date | None = None
    facts: dict[str, Any]
    expect: dict[str, Any] = Meta(min_length=1)
    why: str
    gold: int | None = Meta(None, description="number of the same case in the reference set")


class CaseFile(Model):
    """The cases of one programme."""

    programme: str
    cases: list[Case]


def read_cases(path: Path) -> tuple[CaseFile | None, YamlFile, list[Problem]]:
    """The cases in a file and what is wrong with the file."""
    file = read_yaml(path)
    if file.problems:
        return None, file, list(file.problems)
    try:
        return CaseFile.model_validate(file.data), file, []
    except ValidationError as error:
        return None, file, [explain(file, detail) for detail in error.errors()]


def run_cases(path: Path, programme: Programme) -> tuple[int, list[Problem]]:
    """(how many cases ran, every difference with file and line)."""
    cases, file, problems = read_cases(path)
    if cases is None:
        return 0, problems
    for i, case in enumerate(cases.cases):
        place: Place = ("cases", i)
        try:
            found = list(_differences(case, programme))
        except KofuError as error:
            found = [("facts", error.ja, error.en)]
        for field, ja, en in found:
            inner = (*place, "expect", field) if field in case.expect else (*place, field)
            problems.append(Problem(path.name, file.line_of(inner), f"{case.name}: {field}", ja, en))
    return len(cases.cases), problems


def _differences(case: Case, programme: Programme) -> Iterator[tuple[str, str, str]]:
    """(field, sentence, sentence) for everything that does not come out as expected."""
    rules = compile_rules(programme, case.date or default_date(programme))
    rule = next((rule for rule in rules if rule.key == case.benefit), None)
    if rule is None:
        keys = "、".join(rule.key for rule in rules)
        yield "benefit", f"この支援はありません（{keys}）", f"there is no such benefit ({keys})"
        return
    found = estimate(rule, read_case(case.facts, [rule]))
    expected = {VERDICT: _NAMES[True], **case.expect}
    if VERDICT not in case.expect and case.expect.get(AMOUNT) is None:
        del expected[VERDICT]
    for name, raw in expected.items():
        if name == VERDICT:
            verdict = _NAMES[found.eligible]
            if verdict != raw:
                yield name, f"{raw} のはずが {verdict}", f"expected {raw}, got {verdict}"
            continue
        want, got, kind = _pair(name, raw, rule, found)
        if got != want:
            yield name, f"{raw} のはずが {_shown(got, kind)}", f"expected {raw}, got {_shown(got, kind)}"


def _pair(name: str, raw: Any, rule: Rule, found: Estimate) -> tuple[Answer, Answer, Type]:
    """(what must come out, what did, its type)."""
    if name == AMOUNT:
        kind = Type("number", YEN)
        return _expected(name, kind, raw), found.total, kind
    node = rule.shares.get(name) or rule.outputs.get(name)
    if node is None:
        raise KofuError(
            f"「{name}」という結果はありません（{'、'.join([AMOUNT, VERDICT, *rule.shares, *rule.outputs])}）",
            f"there is no result {name!r}",
        )
    return _expected(name, node.type, raw), {**found.shares, **found.outputs}.get(name), node.type


def _expected(name: str, kind: Type, raw: Any) -> Answer:
    if kind.kind == "truth":
        return {"はい": True, "いいえ": False, True: True, False: False}.get(raw)
    if kind.kind == "choice":
        return frozenset(raw if isinstance(raw, list) else [raw])
    ends = raw if isinstance(raw, list) else [raw, raw]
    low, high = (Fraction(read_plain(name, kind, end)) for end in ends)
    return Bounds(low, high)


def _shown(answer: Answer, kind: Type) -> str:
    if isinstance(answer, Bounds):
        ends = [show_number(end, kind, "ja") for end in dict.fromkeys((answer.low, answer.high))]
        return "〜".join(ends)
    if isinstance(answer, frozenset):
        return "・".join(sorted(answer))
    return {True: "はい", False: "いいえ", None: "決まらない"}[answer]


def cases_of(catalogue: Path) -> Path:
    """The folder of the cases of a catalogue: `cases` within its own folder, else the one that kofu brings."""
    own = catalogue / "cases"
    return own if any(own.glob("*.yaml")) else FOLDER


def case_files(
    programmes: Mapping[str, Programme], folder: Path = FOLDER
) -> Iterator[tuple[Path, Programme]]:
    """The file of cases of each programme that has one."""
    for identifier, programme in programmes.items():
        path = folder / f"{identifier}.yaml"
        if path.exists():
            yield path, programme
