"""From a YAML file to a programme: shape, terms and cross-references, each error with its file and line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from kofu.catalogue.arithmetic import work_out
from kofu.catalogue.documents import documents
from kofu.errors import KofuError
from kofu.programme import benefits, model
from kofu.programme.fact import Fact, Model
from kofu.programme.model import Programme
from kofu.programme.vocabulary import AmountKind
from kofu.rules.check import check_rules
from kofu.yaml_file import Place, Problem, YamlFile

_KEYS = sorted(
    {
        field.alias or name
        for kind in [*vars(model).values(), *vars(benefits).values()]
        if isinstance(kind, type) and issubclass(kind, Model)
        for name, field in kind.model_fields.items()
    }
)


def validate(file: YamlFile) -> tuple[Programme | None, list[Problem]]:
    """The programme in `file` and everything that is wrong with it taken by itself."""
    problems = list(file.problems)
    if file.data is None:
        return None, problems
    try:
        programme = Programme.model_validate(file.data)
    except ValidationError as error:
        explained = {
            problem.field: problem for detail in error.errors() for problem in [explain(file, detail)]
        }
        return None, problems + list(explained.values())
    for check in (
        _identity,
        _lines_inside,
        _components_exist,
        _money_starts_at_state,
        _amounts_agree,
        _no_doubt,
        _lists,
        _derived,
        _rules,
    ):
        problems += [_problem(file, place, ja, en) for place, ja, en in check(programme, file)]
    return programme, problems


def validate_together(programmes: Iterable[tuple[YamlFile, Programme]]) -> list[Problem]:
    """What is wrong between files: an id used twice, sheets that overlap, lineage that leads nowhere."""
    known: dict[str, Programme] = {}
    problems = []
    for file, programme in programmes:
        if programme.id in known:
            problems.append(
                _problem(
                    file, ("id",), "この id は他のファイルにもあります", "this id stands in another file"
                )
            )
        known[programme.id] = programme
    for file, programme in programmes:
        for other in known.values():
            if (
                other.id < programme.id
                and other.document == programme.document
                and _overlap(other, programme)
            ):
                problems.append(
                    _problem(file, ("lines",), f"{other.id} の範囲と重なっています", f"overlaps {other.id}")
                )
        problems += [_problem(file, place, ja, en) for place, ja, en in _ties(programme, known)]
        problems += [
            _problem(
                file,
                ("benefits", i, "excludes"),
                f"{name} という事業はありません",
                f"there is no programme {name!r}",
            )
            for i, benefit in enumerate(programme.benefits)
            for name in benefit.excludes
            if name not in known
        ]
    return problems


Finding = tuple[Place, str, str]


def _ties(programme: Programme, known: Mapping[str, Programme]) -> Iterator[Finding]:
    """Lineage that leads nowhere, or whose evidence stands outside the two sheets."""
    for i, tie in enumerate(programme.lineage):
        yield from _evidence(("lineage", i, "at"), tie.at, programme)
        earlier = known.get(tie.of)
        if earlier is None or earlier.fiscal_year >= programme.fiscal_year:
            yield (
                ("lineage", i, "of"),
                f"{tie.of} は前の年度の事業にありません",
                f"{tie.of} is no programme of an earlier year",
            )
        else:
            yield from _evidence(("lineage", i, "of_at"), tie.of_at, earlier)


def _evidence(place: Place, lines: Iterable[int], programme: Programme) -> Iterator[Finding]:
    """Lines outside the sheet of `programme`; the lines of its other names (in a table of contents) count."""
    first, last = programme.lines
    names = {line for alias in programme.aliases for line in alias.at}
    line = next((line for line in lines if not first <= line <= last and line not in names), None)
    if line is not None:
        yield (
            place,
            f"{line}行は {programme.id} のシート（{first}-{last}）の外です",
            f"line {line} is outside the sheet of {programme.id} ({first}-{last})",
        )


def _problem(file: YamlFile, place: Place, ja: str, en: str) -> Problem:
    return Problem(file.path.name, file.line_of(place), dotted(place), ja, en)


def dotted(place: Place) -> str:
    """A place as people write it: flows[0].rates."""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in place).lstrip(".")


def explain(file: YamlFile, detail: Any) -> Problem:
    """What pydantic found, as a sentence with file and line."""
    place: Place = tuple(part for part in detail["loc"] if part not in _BRANCHES)
    cause = detail.get("ctx", {}).get("error")
    kind = detail["type"]
    if isinstance(cause, KofuError):
        ja, en = cause.ja, cause.en
    elif kind == "missing":
        ja, en = "この項目が必要です。書き足してください", "this key is required; add it"
    elif kind == "extra_forbidden":
        near = difflib.get_close_matches(str(place[-1]), _KEYS, 1)
        ja = "知らない項目です。" + (f"{near[0]} の書き誤りではありませんか" if near else "削ってください")
        en = "unknown key; " + (f"did you mean {near[0]}?" if near else "remove it")
    elif kind == "string_pattern_mismatch":
        form = _FORMS.get(str(place[-1]), str(detail["ctx"]["pattern"]))
        ja = f"「{detail['input']}」はこの項目の書き方ではありません（例: {form}）"
        en = f"{detail['input']!r} has not the form of this field (e.g. {form})"
    else:
        why = _WHY.get(kind.partition("_")[0], ("読めない値です", str(detail["msg"])))
        value = detail["input"]
        shown = isinstance(value, str | int | float) and len(str(value)) <= 40
        ja = (f"「{value}」: " if shown else "") + why[0]
        en = (f"{value!r}: " if shown else "") + why[1]
    return _problem(file, place, ja, en)


_FORMS = {"id": "meti-fy2024s-nariwai-noto", "number": "03-1234-5678"}
# What pydantic found, by the first word of its code, as a sentence about the file.
_BRANCHES = ("str", "list[str]")  # pydantic names the branch of a union as if it were a key
_WHY = {
    "int": ("整数で書いてください", "write a whole number"),
    "bool": ("true か false で書いてください", "write true or false"),
    "string": ("文字で書いてください（空にはできません）", "write text, not empty"),
    "list": ("[ ] か - で始まる並びにしてください", "must be a list: [ ] or items that start with -"),
    "too": ("1つ以上書いてください", "give one or more"),
    "model": ("「項目: 値」の並びにしてください", "must be a mapping of keys to values"),
    "greater": ("0以上にしてください", "must not be negative"),
    "less": ("大きすぎます", "too large"),
    "literal": ("この値は使えません", "is not one of the values allowed here"),
    "date": ("日付は 2025-01-01 のように書いてください", "write a date like 2025-01-01"),
}


def _rules(programme: Programme, file: YamlFile) -> Iterator[Finding]:
    yield from check_rules(programme)


def _parameters(programme: Programme) -> Iterator[tuple[Place, benefits.Parameter]]:
    yield from ((("parameters", name), p) for name, p in programme.parameters.items())
    for i, benefit in enumerate(programme.benefits):
        yield from ((("benefits", i, "parameters", name), p) for name, p in benefit.parameters.items())


def _lists(programme: Programme, file: YamlFile) -> Iterator[Finding]:
    """A list of values is a choice that the sheet leaves open: of one value there is none."""
    for place, parameter in _parameters(programme):
        for inner in [("value",), *(("rows", i, "value") for i in range(len(parameter.rows)))]:
            written: Any = file.data
            for step in (*place, *inner):
                written = written.get(step) if isinstance(written, Mapping) else written[step]
            if isinstance(written, list) and len(written) == 1:
                yield (
                    (*place, *inner),
                    f"選べる値が1つだけです。[ ] を外して {written[0]} と書くか、ほかの値を足してください",
                    f"is a list of one value; write {written[0]} without [ ], or add the others",
                )


def _derived(programme: Programme, file: YamlFile) -> Iterator[Finding]:
    """Arithmetic that is said to give a value gives it; that its numbers are printed, `proof` shows."""
    stated: list[tuple[Place, str | None, Iterable[Fraction | None]]] = []
    for place, parameter in _parameters(programme):
        stated.append((place, parameter.derived, (m.value for m in (*parameter.value, *parameter.range))))
        stated += [
            ((*place, "rows", i), row.derived, (m.value for m in row.value))
            for i, row in enumerate(parameter.rows)
        ]
    for i, flow in enumerate(programme.flows):
        stated.append((("flows", i), flow.derived, (rate.value for rate in flow.rates)))
    for i, limit in enumerate(programme.limits):
        stated.append((("limits", i), limit.derived, (limit.value.value,)))
    for place, derived, values in stated:
        arithmetic = work_out(derived) if derived else None
        known = list(values)
        if arithmetic is not None and known and arithmetic.total not in known:
            yield (
                (*place, "derived"),
                f"{derived} は {'、'.join(map(str, known))} になりません（{arithmetic.total}）。式か値を直してください",
                f"{derived} does not give {', '.join(map(str, known))} but {arithmetic.total}; correct one of them",
            )


def _identity(programme: Programme, file: YamlFile) -> Iterator[Finding]:
    if file.path.stem != programme.id:
        yield (
            ("id",),
            f"ファイル名 {file.path.name} と違います",
            f"differs from the file's name {file.path.name}",
        )
    document = documents().get(programme.document)
    if document is None:
        yield ("document",), "この資料は documents.yaml にありません", "no such document in documents.yaml"
        return
    if not programme.id.startswith(document.prefix + "-"):
        yield ("id",), f"{document.prefix}- で始めてください", f"must start with {document.prefix}-"
    if (programme.fiscal_year, programme.round) != (document.fiscal_year, document.round):
        yield (
            ("fiscal_year",),
            "資料の年度・補正の回と違います",
            "differs from the year and round of the document",
        )
    if programme.lines[1] > document.lines or programme.lines[0] > programme.lines[1]:
        yield (
            ("lines",),
            f"資料の行（1-{document.lines}）の外です",
            f"outside the document (1-{document.lines})",
        )


def facts(programme: Programme) -> Iterator[tuple[Place, Fact]]:
    """Every fact of a programme with its place in the file, but for aliases and lineage."""
    yield ("title",), programme.title
    for name in ("amounts", "offices", "phones", "components", "flows", "limits", "recipients", "targets"):
        for i, fact in enumerate(getattr(programme, name)):
            yield (name, i), fact


def _lines_inside(programme: Programme, file: YamlFile) -> Iterator[Finding]:
    first, last = programme.lines
    for place, fact in facts(programme):
        line = next((line for line in fact.at if not first <= line <= last), None)
        if line is not None:
            yield (
                (*place, "at"),
                f"{line}行はシート（{first}-{last}）の外です",
                f"line {line} is outside the sheet ({first}-{last})",
            )


def _components_exist(programme: Programme, file: YamlFile) -> Iterator[Finding]:
    keys = {component.key for component in programme.components}
    for name in ("flows", "limits"):
        for i, fact in enumerate(getattr(programme, name)):
            named = fact.component if isinstance(fact.component, list) else [fact.component]
            for key in named:
                if key is not None and key not in keys:
                    yield (
                        (name, i, "component"),
                        f"細事業「{key}」がありません",
                        f"there is no component {key!r}",
                    )


def _money_starts_at_state(programme: Programme, file: YamlFile) -> Iterator[Finding]:
    reached = {"国"} | {flow.payee for flow in programme.flows}
    for i, flow in enumerate(programme.flows):
        if flow.payee == "国":
            yield ("flows", i, "to"), "国は支払うだけです（受け手にはなりません）", "the state only pays"
        if flow.payer not in reached:
            yield ("flows", i, "from"), "この支払元に届く流れがありません", "no flow reaches this payer"
    for i, recipient in enumerate(programme.recipients):
        if programme.flows and recipient.name not in reached:
            yield (
                ("recipients", i, "name"),
                "この受け手に届く流れがありません",
                "no flow reaches this recipient",
            )


def _amounts_agree(programme: Programme, file: YamlFile) -> Iterator[Finding]:
    whole = [a.yen for a in programme.amounts if a.kind is AmountKind.APPROPRIATION]
    totals = [a.yen for a in programme.amounts if a.kind is AmountKind.TOTAL_WITH_COMMITMENTS]
    if len(whole) > 1:
        yield ("amounts",), "予算額は1つだけです", "there can be only one appropriation"
    if whole and totals and min(totals) < max(whole):
        yield ("amounts",), "総額が予算額より小さくなっています", "a total is smaller than the appropriation"


def _no_doubt(programme: Programme, file: YamlFile) -> Iterator[Finding]:
    for place, fact in facts(programme):
        if fact.doubt:
            yield (
                (*place, "doubt"),
                "疑いは確かめて消し、残るものは notes に書いてください",
                "settle it, or move it to notes",
            )


def _overlap(one: Programme, other: Programme) -> bool:
    return one.lines[0] <= other.lines[1] and other.lines[0] <= one.lines[1]
