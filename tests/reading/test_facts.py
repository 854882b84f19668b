"""Targets, limits and parts are read from sheets we made up, and nothing is read that is not printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from kofu.reading.components import find_components
from kofu.reading.document import Line, Sheet, SourceText
from kofu.reading.goals import leftover_targets
from kofu.reading.limits import find_limits, leftover_limits
from kofu.reading.targets import find_targets
from kofu.text.codepoints import repair
from kofu.text.quantity import Quantity, parse_quantity

DATA = Path(__file__).parent / "data" / "facts"


def cases(name: str) -> list[Any]:
    data = YAML(typ="safe").load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in data]


def sheet(*parts: tuple[str, str]) -> Sheet:
    """A sheet of regions (role, text), numbered from 1."""
    lines: list[Line] = []
    regions: dict[str, list[Line]] = {}
    for role, text in parts:
        for raw in text.rstrip("\n").split("\n"):
            lines.append(Line(len(lines) + 1, repair(raw)))
            if raw.strip():
                regions.setdefault(role, []).append(lines[-1])
    source = SourceText("made-up", "0" * 64, "utf-8", tuple(lines))
    return Sheet(source, tuple(lines), "meti-reiwa", regions)


def agrees(wanted: dict[str, Any], fact: Any) -> None:
    """Every key that a case names has that value; doubt only where the case wants it."""
    for key, value in wanted.items():
        got = getattr(fact, key)
        if key == "value":
            expected = parse_quantity(value)
            assert (got.value, got.unit) == (expected.value, expected.unit)
        elif key == "at":
            assert list(got) == value
        elif key == "comparator":
            assert got.value == value
        elif key == "kind":
            assert got.ja == value
        elif key != "doubt":
            assert got == value
    assert bool(fact.doubt) == wanted.get("doubt", False), fact.doubt


@pytest.mark.parametrize("case", cases("targets"))
def test_targets(case: dict[str, Any]) -> None:
    found = find_targets(sheet(("targets", case["lines"])))
    assert len(found) == len(case["targets"]), [(t.metric, t.value) for t in found]
    for wanted, target in zip(case["targets"], found, strict=True):
        agrees(wanted, target)
        assert (target.value is None) == ("value" not in wanted)
        assert target.by == wanted.get("by")


@pytest.mark.parametrize("case", cases("limits"))
def test_limits(case: dict[str, Any]) -> None:
    roles = case.get("role", ["outline"])
    made = sheet(*zip(roles, case["lines"].split("\n\n") if len(roles) > 1 else [case["lines"]], strict=True))
    found = find_limits(made, find_components(made))
    assert len(found) == len(case["limits"]), [(x.kind.ja, x.value, x.at) for x in found]
    for wanted, limit in zip(case["limits"], found, strict=True):
        agrees(wanted, limit)
        assert limit.component == wanted.get("component")


@pytest.mark.parametrize("case", cases("components"))
def test_components(case: dict[str, Any]) -> None:
    regions = [(role, text) for role, text in case.items() if role not in ("name", "components")]
    found = find_components(sheet(*regions))
    assert len(found) == len(case["components"]), [(part.key, part.title) for part in found]
    for wanted, part in zip(case["components"], found, strict=True):
        agrees(wanted, part)


def test_a_target_outside_its_region_is_read_only_with_doubt() -> None:
    made = sheet(("targets", "取水口\nポンプ"), ("purpose", "参加者の満足度90％を目指します。"))
    (target,) = find_targets(made)
    assert target.value == Quantity(parse_quantity("90%").value, "%")
    assert target.doubt


@pytest.mark.parametrize(
    "printed",
    [
        "効果\n○ 低床型の車両の導入率 令和12年度 65％",
        "アウトカム：低床型の車両の導入率 令和12年度 65％",
        "【成果イメージ】\n低床型の車両の導入率を65％に高める。",
        "目標：2030年に低床型の車両の導入率65％",
        "４ 期待される効果\n・低床型の車両の導入率65％以上",
    ],
)
def test_a_target_under_another_heading_is_read_with_doubt(printed: str) -> None:
    (target,) = find_targets(sheet(("purpose", "古い車両を替える。"), ("outline", printed)))
    assert target.value == parse_quantity("65%")
    assert target.metric == "低床型の車両の導入率"
    assert target.doubt


def test_a_sentence_far_from_its_heading_is_read_with_doubt() -> None:
    made = sheet(("label", "成果目標"), ("purpose", "船を直す。\n支援後３年で、船の数を２倍にする。"))
    (target,) = find_targets(made)
    assert (target.value, target.by) == (parse_quantity("2倍"), "支援後３年")
    assert target.doubt


def test_a_sentence_that_began_in_front_of_the_region_is_read_whole() -> None:
    made = sheet(
        ("scheme", "補助\n支援を受けた農家が作る柿の一本当たりの年平均の収穫量の増"),
        ("targets", "加率３％以上を目指す。"),
    )
    (target,) = find_targets(made)
    assert target.metric.endswith("収穫量の増加率")
    assert target.at == (2, 3)


@pytest.mark.parametrize(
    ("role", "printed"),
    [("label", "成果目標"), ("targets", "新しい窓口15箇所"), ("outline", "効果\n・来訪者 ３万人の増")],
)
def test_what_is_announced_and_not_read_as_a_target_is_said(role: str, printed: str) -> None:
    made = sheet(("purpose", "船を直す。"), (role, printed))
    assert find_targets(made) == []
    assert leftover_targets(made, [])


def test_nothing_is_left_over_where_every_target_is_read() -> None:
    made = sheet(
        ("label", "成果目標"), ("targets", "支援した店の来客数を２割以上増やす。\n宿の数を300件にする。")
    )
    assert leftover_targets(sheet(("purpose", "船を直す。")), []) == []
    assert leftover_targets(made, find_targets(made)) == []


@pytest.mark.parametrize(
    "printed",
    [
        "利用の上限は月10時間とする。",
        "補助額は１自治体につき500万円とする。",
        "派遣の単価を3万円とする場合がある",
    ],
)
def test_a_word_of_a_limit_with_its_number_is_never_passed_over(printed: str) -> None:
    made = sheet(("outline", printed))
    found = find_limits(made, [])
    assert found or leftover_limits(made, found)


def test_no_limit_is_left_over_where_all_are_read() -> None:
    made = sheet(("outline", "補助上限額：3億円\n据置期間：２年\n資本金５億円以下の企業が対象"))
    assert leftover_limits(made, find_limits(made, [])) == []


MEASURES = ["%", "件", "社", "人", "万人", "億円", "箇所", "施設", "kl", "ha", "トン/年", "倍"]
ENDINGS = {"": "=", "以上": ">=", "以下": "<=", "程度": "="}


@st.composite
def promises(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """A sentence that promises one number; the number with its unit, the comparison, the deadline."""
    number = f"{draw(st.integers(1, 99_999)):,}{draw(st.sampled_from(MEASURES))}"
    ending = draw(st.sampled_from(sorted(ENDINGS)))
    by = draw(
        st.sampled_from(["", "2030年度まで", "令和９年度まで", "事業終了後３年以内", "平成31年度末まで"])
    )
    when = f"{by}に、" if by else ""
    return f"{when}新しい窓口の利用を{number}{ending}とすることを目指す。", number, ENDINGS[ending], by


@settings(deadline=None)  # the first example loads the lexica
@given(promises(), st.data())
def test_a_promise_reads_back_however_its_lines_break(
    promise: tuple[str, str, str, str], data: st.DataObject
) -> None:
    sentence, number, comparator, by = promise
    cuts = sorted(data.draw(st.sets(st.integers(1, len(sentence) - 1), max_size=3)))
    pieces = [sentence[a:b] for a, b in zip([0, *cuts], [*cuts, len(sentence)], strict=True)]
    (target,) = find_targets(sheet(("targets", "\n".join(pieces))))
    assert target.value == parse_quantity(number)
    assert (target.comparator.value, target.by or "") == (comparator, by)
    first = sentence.index(number)
    numbered = [line for line, piece in enumerate(pieces, 1) for _ in piece]
    assert {numbered[first], numbered[first + len(number) - 1]} <= set(target.at)


TIMES = [
    "令和６年度",
    "2030年まで",
    "平成28年４月",
    "第３次",
    "５年間",
    "10か月",
    "３段階",
    "12月",
    "第２期",
    "４回目",
]


@settings(deadline=None)  # the first example loads the lexica
@given(st.lists(st.sampled_from(TIMES), min_size=1, max_size=4))
def test_dates_and_ordinals_never_become_targets_or_limits(times: list[str]) -> None:
    made = sheet(
        ("targets", f"{'、'.join(times)}の取組を通じて地域の再生を目指す。"), ("outline", "、".join(times))
    )
    assert [target.value for target in find_targets(made)] == [None]
    assert find_limits(made, []) == []


LABELS = {
    "補助上限額": "上限",
    "上限額": "上限",
    "投資下限額": "下限",
    "貸付限度額": "貸付限度",
    "保証限度額": "保証限度",
}


@settings(deadline=None)  # the first example loads the lexica
@given(
    st.sampled_from(sorted(LABELS)),
    st.integers(1, 9_999),
    st.sampled_from(["万円", "億円", "千万円"]),
    st.sampled_from(["：", ":", " ", "は", ""]),
    st.booleans(),
)
def test_a_labelled_sum_reads_back(label: str, number: int, unit: str, sign: str, wide: bool) -> None:
    printed = f"{number:,}{unit}"
    shown = printed.translate(str.maketrans("0123456789,", "０１２３４５６７８９，")) if wide else printed
    (limit,) = find_limits(sheet(("rest", f"・{label}{sign}{shown}")), [])
    assert (limit.kind.ja, limit.value) == (LABELS[label], parse_quantity(printed))
    assert limit.text == shown
    assert limit.doubt is None


@settings(deadline=None)  # the first example loads the lexica
@given(st.text(alphabet="（）０１23億円万上限額補助率以内、。・~目指す％件年度まで①→", max_size=40))
def test_no_line_makes_the_reader_fail(text: str) -> None:
    made = sheet(("targets", text), ("outline", text), ("scheme", text))
    components = find_components(made)
    for fact in [*find_targets(made), *find_limits(made, components), *components]:
        assert set(fact.at) <= {1, 2, 3}
