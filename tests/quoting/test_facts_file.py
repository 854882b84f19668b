"""A file of facts is read as a whole or refused in one sentence, whatever wrote it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.quoting.facts_file import SIZE_LIMIT, read_facts_file, read_yaml_facts, write_facts
from kofu.rules.case import read_case
from kofu.rules.tree import FactSpec, Value
from kofu.rules.vocabulary import vocabulary

SAME = {"資本金": "1,000万円", "従業員数": "５人", "業種": "卸売業"}
WRITTEN = {
    "facts.yaml": "資本金: 1,000万円\n従業員数: ５人  # 常時使用\n業種: 卸売業\n",
    "facts.json": '{"資本金": "1,000万円", "従業員数": "５人", "業種": "卸売業"}',
    "rows.csv": '資本金,"1,000万円"\n従業員数,５人\n業種,卸売業\n',
    "headed.csv": '名前,値\n資本金,"1,000万円"\n従業員数,５人\n\n業種,卸売業\n',
    "wide.csv": '資本金,従業員数,業種\n"1,000万円",５人,卸売業\n',
    "tabs.tsv": "資本金\t1,000万円\n従業員数\t５人\n業種\t卸売業\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("name", WRITTEN)
def test_every_form_in_every_encoding_says_the_same(tmp_path: Path, name: str, encoding: str) -> None:
    path = tmp_path / name
    path.write_bytes(WRITTEN[name].replace("\n", "\r\n").encode(encoding))
    assert read_facts_file(path) == SAME
    assert read_case(read_facts_file(path)) == {"資本金": 10_000_000, "従業員数": 5, "業種": "卸売業"}


def test_two_columns_and_two_rows_are_told_apart_by_what_stands_on_the_right(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("資本金,従業員数\n600万円,5人\n", "utf-8")
    assert read_facts_file(path) == {"資本金": "600万円", "従業員数": "5人"}
    path.write_text("資本金,600万円\n従業員数,5人\n", "utf-8")
    assert read_facts_file(path) == {"資本金": "600万円", "従業員数": "5人"}


def test_numbers_stay_exact_and_unknowns_unknown(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"年利率": 0.1, "資本金": 9999999999999, "従業員数": null, "業種": ""}', "utf-8")
    assert read_facts_file(path)["年利率"] == "0.1"
    assert read_case({"年利率": "0.1%", "資本金": "NaN"}) == {"年利率": Fraction(1, 1000)}
    assert read_case({**read_facts_file(path), "年利率": "0.1%"}) == {
        "年利率": Fraction(1, 1000),
        "資本金": 9_999_999_999_999,
    }
    assert read_case(read_yaml_facts("資本金: null\n従業員数: 不明\n業種:\n", "x")) == {}
    assert read_yaml_facts("", "x") == {}


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("x.yaml", "資本金: 1円\n  従業員数: [".encode(), "x.yaml:2: YAML として読めません"),
        ("x.yaml", "- 資本金\n".encode(), "「名前: 値」を1行ずつ"),
        ("x.yaml", "資本金: [1円, 2円]\n".encode(), "x.yaml:1: 「資本金」には値を1つだけ"),
        ("x.yaml", "資本金: 1円\n資本金: 2円\n".encode(), "x.yaml:2: 「資本金」が2回"),
        ("x.yaml", b"[" * 20_000, "YAML として読めません"),
        ("x.json", b'{"a": 1,', "x.json:1: JSON として読めません"),
        ("x.json", b"[1]", "の形にしてください"),
        ("x.json", '{"資本金": 1, "資本金": 2}'.encode(), "「資本金」が2回"),
        ("x.json", '{"資本金": {"円": 1}}'.encode(), "値を1つだけ"),
        ("x.json", b"[" * 200_000, "JSON として読めません"),
        ("x.csv", '資本金,"1円\n'.encode(), "CSV として読めません"),
        ("x.csv", "資本金,1円,2円\n".encode(), "2列"),
        ("x.csv", "資本金,従業員数,業種\n1円,5人\n".encode(), "見出しは3列、値は2列"),
        ("x.csv", "資本金,従業員数\n1円,5人\n2円,6人\n".encode(), "x.csv:3: 1社だけにしてください"),
        ("x.csv", "社名,資本金,従業員数\n甲,1円,5人\n乙,2円,6人\n".encode(), "複数社は Python の kofu.match"),
        ("x.csv", "資本金,1円\n資本金,1円\n".encode(), "2回"),
        ("x.yaml", b"\x81\xff\xfe\x80", "Shift_JIS"),
        ("x.yaml", b"a" * (SIZE_LIMIT + 1), "大きすぎます"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(KofuError) as refused:
        read_case(read_facts_file(path))
    assert says in refused.value.ja
    assert "\n" not in refused.value.ja + refused.value.en
    assert refused.value.exit_code == 2


def test_a_file_that_is_not_there_or_a_folder_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(KofuError, match=path.name):
            read_facts_file(path)


def _values(spec: FactSpec) -> st.SearchStrategy[Value]:
    if spec.type.kind == "truth":
        return st.booleans()
    if spec.choices:
        return st.sampled_from(spec.choices)
    count = (spec.high - spec.low) // spec.step
    numbers = st.integers(0, int(count)).map(lambda n: spec.low + n * spec.step)
    return numbers.map(lambda value: int(value) if value.denominator == 1 else value)


@given(
    st.sampled_from([entry.spec for entry in vocabulary().values()]).flatmap(
        lambda spec: st.tuples(st.just(spec.name), _values(spec))
    )
)
def test_what_is_saved_is_read_back_to_the_same_value(answer: tuple[str, Value]) -> None:
    saved = write_facts(dict([answer]))
    assert read_case(read_yaml_facts(saved, "x")) == dict([answer])
