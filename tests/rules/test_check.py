"""A slip in a rule is named by file, line, field and one sentence in each language."""

from __future__ import annotations

from pathlib import Path

import pytest

from kofu.catalogue.check import check_files
from kofu.catalogue.folder import files

MIDORI = "meti-fy2024s-midori.yaml"
AMOUNT = "    amount: min(補助対象経費 * 補助率, 補助上限額)"
ELIGIBLE = "    eligible: 応募する立場 == 「事業を行う者」 and 中小企業等である"
CAP = "      補助上限額: {value: 500万円, at: [10]}"
ROW = "          - {when: {賃上げを行う: いいえ}, value: 1/3, at: [22]}"
OTHER = "          - {when: {賃上げを行う: はい}, value: 1/2以内, at: [22]}"

# what an official may type, the field that must be named, words of the sentence in Japanese and in English
SLIPS = [
    # units and types
    (AMOUNT, "    amount: 補助対象経費 + 従業員数", "benefits[1].amount", "単位が違います（人と円）", "mixes units"),
    (AMOUNT, "    amount: 補助対象経費 * 補助上限額", "benefits[1].amount", "円になるはず", "must give 円"),
    (AMOUNT, "    amount: 補助率", "benefits[1].amount", "割合", "must give 円"),
    (AMOUNT, "    amount: min(補助対象経費, 1)", "benefits[1].amount", "金額はパラメーターに", "make it a parameter"),
    (AMOUNT, "    amount: min(補助対象経費 * 補助率, 500000)", "benefits[1].amount", "金額はパラメーターに", "make it a parameter"),
    (AMOUNT, "    amount: 中小企業等である", "benefits[1].amount", "円になるはず", "must give 円"),
    (AMOUNT, "    amount: 補助対象経費 / 従業員数", "benefits[1].amount", "割れません", "not fixed"),
    (AMOUNT, "    amount: 補助対象経費 / 0", "benefits[1].amount", "0では割れません", "division by zero"),
    (ELIGIBLE, "    eligible: 補助対象経費", "benefits[1].eligible", "はい・いいえになるはず", "must give"),
    (ELIGIBLE, "    eligible: 従業員数 and 中小企業者である", "benefits[1].eligible", "条件（はい・いいえ）", "no condition"),
    (ELIGIBLE, "    eligible: 申請者の種別 < 「会社」", "benefits[1].eligible", "== か !=", "== and !="),
    (AMOUNT, "    amount: 補助対象経費" + " * 年利率" * 10, "benefits[1].amount", "128ビット", "128-bit"),
    # names
    (AMOUNT, "    amount: 補助対象経費 * 補助りつ", "benefits[1].amount", "「補助率」ではありませんか", "did you mean"),
    (ELIGIBLE, "    eligible: 申請者の種別 == 「会社員」", "benefits[1].eligible", "「会社」ではありませんか", "did you mean"),
    (ELIGIBLE, "    eligible: 申請者の種別 in [「会社」, 「国」]", "benefits[1].eligible", "「国」", "no choice"),
    ("    payer: 民間団体等\n", "    payer: 協会\n", "benefits[1].payer", "この支払元", "no flow leaves"),
    ("    recipient: 民間団体等\n", "    recipient: 大企業\n", "benefits[0].recipient", "この受け手", "no flow reaches"),
    ("  - key: 低利の融資", "  - key: 設備の入替え", "benefits[2].key", "2つ", "another benefit"),
    # the language
    (AMOUNT, "    amount: 補助対象経費 ** 2", "benefits[1].amount", "使えません", "not part of the language"),
    (AMOUNT, "    amount: open(補助率)", "benefits[1].amount", "使える関数", "no function"),
    (AMOUNT, "    amount: 補助対象経費.real", "benefits[1].amount", "使えません", "not part of the language"),
    (AMOUNT, "    amount: 補助対象経費 * 0.5", "benefits[1].amount", "使えません", "not part of the language"),
    (AMOUNT, "    amount: min(補助対象経費", "benefits[1].amount", "読めません", "cannot read"),
    (AMOUNT, "    amount: min（補助対象経費、補助上限額）", "benefits[1].amount", "半角", "half-width"),
    (AMOUNT, "    amount: 補助対象経費 × 補助率", "benefits[1].amount", "× は * と書きます", "write * for ×"),
    (AMOUNT, "    amount: 補助対象経費 ＊ 補助率", "benefits[1].amount", "＊ は * と書きます", "write * for ＊"),
    (ELIGIBLE, "    eligible: 応募する立場 == 「事業をする者」", "benefits[1].eligible", "応募する立場 == 「事業をする者」", "応募する立場 == 「事業をする者」"),
    (ELIGIBLE, "    eligible: 申請者の種別 == '会社'", "benefits[1].eligible", "「」で囲んで", "in 「」"),
    ("    rounding: 円未満切捨て\n    outputs", "    rounding: 適宜\n    outputs", "benefits[1].rounding", "端数処理", "rounding"),
    # spans
    (CAP, "      補助上限額: {value: 500万円}", "benefits[1].parameters.補助上限額", "出所の行", "no lines"),
    (CAP, "      補助上限額: {value: 500万円, at: [99]}", "benefits[1].parameters.補助上限額.at", "99行", "line 99"),
    (CAP, "      補助上限額: {at: [10]}", "benefits[1].parameters.補助上限額", "value", "needs value"),
    (CAP, "      補助上限額: {value: 500, at: [10]}", "benefits[1].parameters.補助上限額.value", "単位を付けて", "with its unit"),
    (CAP, "      補助上限額: {value: 500人, at: [10]}", "benefits[1].amount", "単位が違います", "mixes units"),
    (CAP, "      補助上限額: {value: [500万円, 5人], at: [10]}", "benefits[1].parameters.補助上限額", "そろって", "differ in unit"),
    # what cannot be meant
    (CAP, "      補助上限額: {value: 500万円, range: [1円, 2円], at: [10]}", "benefits[1].parameters.補助上限額", "value と range", "value and range"),
    (CAP, "      補助上限額: {range: [2円, 1円], at: [10]}", "benefits[1].parameters.補助上限額", "逆です", "reversed"),
    (CAP, "      補助上限額: {value: [500万円], at: [10]}", "benefits[1].parameters.補助上限額.value", "1つだけ", "one value"),
    (CAP, "      補助上限額: {series: {}, at: [10]}", "benefits[1].parameters.補助上限額", "series が空", "empty series"),
    (CAP, CAP + "\n      補助下限額: {value: 5万円, at: [10]}", "benefits[1].parameters.補助下限額", "どの式でも", "no expression"),
    (CAP, CAP.replace("500万円", "2/3, derived: 1/3 ÷ 1/4"), "benefits[1].parameters.補助上限額.derived", "4/3", "4/3"),
    (ROW, ROW.replace("1/3", "130%"), "benefits[1].parameters.補助率", "1を超えて", "above 1"),
    (CAP, CAP + "\n      従業員数: {value: 5人, at: [10]}", "benefits[1].parameters.従業員数", "事実の名前", "a fact"),
    ("      自己負担額: ", "      中小企業者である: ", "benefits[1].outputs.中小企業者である", "法令", "a law"),
    (AMOUNT, AMOUNT + "\n    shares: {国: 支援額 * 補助率, 県: 支援額 * 補助率}", "benefits[1].shares", "残り", "the rest"),
    # tables
    (ROW, ROW.replace("いいえ", "はい"), "benefits[1].parameters.補助率.rows[1]", "同時に当たります", "both apply"),
    (ROW, "", "benefits[1].parameters.補助率.rows", "賃上げを行う＝いいえ", "no row covers"),
    (ROW, ROW.replace("いいえ", "たぶん"), "benefits[1].parameters.補助率", "はい」か「いいえ", "はい or いいえ"),
    (ROW, ROW.replace("1/3", "3円"), "benefits[1].parameters.補助率", "単位は割合", "is in 割合"),
    (OTHER, OTHER.replace("賃上げを行う: はい", "従業員数: 少し"), "benefits[1].parameters.補助率", "範囲として", "as a range"),
    # order
    (ELIGIBLE, "    eligible: 中小企業等である", "benefits[1].eligible", "after: 事務局への補助", "combines: true"),
    (ELIGIBLE, ELIGIBLE + "\n    after: 無い枠", "benefits[1].after", "これより前にありません", "does not stand before"),
    (ELIGIBLE, ELIGIBLE + "\n    excludes: [meti-nai]", "benefits[1].excludes", "という事業はありません", "no programme"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "field", "ja", "en"), SLIPS, ids=[s[1].strip()[:50] for s in SLIPS])
def test_a_slip_is_named(made_up: Path, old: str, new: str, field: str, ja: str, en: str) -> None:
    path = made_up / MIDORI
    text = path.read_text("utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), "utf-8")
    problems = check_files(files(made_up))
    named = [p for p in problems if p.field == field]
    assert named, [p.say("ja") for p in problems]
    assert named[0].file == MIDORI
    first = text[: text.index(old)].count("\n") + 1
    assert abs(named[0].line - first) <= 4
    assert ja in named[0].ja
    assert en in named[0].en
    assert all("\n" not in p.say(lang) for p in problems for lang in ("ja", "en"))


ONCE = [
    (AMOUNT, "    amount: min(補助対象経費 * 補助りつ, 補助上限額)"),
    (AMOUNT, "    amount: 補助対象経費 + 従業員数"),
    (ROW, ROW.replace("いいえ", "たぶん")),
    (CAP, "      補助上限額: {range: [2円, 1円], at: [10]}"),
]


@pytest.mark.parametrize(("old", "new"), ONCE)
def test_one_mistake_is_told_once(made_up: Path, old: str, new: str) -> None:
    path = made_up / MIDORI
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    assert len(check_files(files(made_up))) == 1


def test_definitions_that_go_round_are_named(made_up: Path) -> None:
    path = made_up / MIDORI
    text = path.read_text("utf-8")
    circle = "definitions:\n  甲である: {value: 乙である, at: [10]}\n  乙である: {value: not 甲である, at: [10]}\nbenefits:\n"
    path.write_text(text.replace("benefits:\n", circle), "utf-8")
    problems = check_files(files(made_up))
    assert any("甲である → 乙である → 甲である" in p.ja and "circle" in p.en for p in problems)


def test_a_programme_without_rules_must_say_why(made_up: Path) -> None:
    path = made_up / "meti-fy2016s2-akari.yaml"
    text = path.read_text("utf-8")
    start, end = text.index("benefits:"), text.index("notes:")
    path.write_text(text[:start] + text[end:], "utf-8")
    [problem] = check_files([path])
    assert (problem.field, "not_computable" in problem.ja) == ("benefits", True)
    reason = "not_computable:\n  - ja: 率がない。\n    en: No rate.\n    at: [130]\n"
    path.write_text(text[:start] + reason + text[end:], "utf-8")
    assert check_files([path]) == []


def test_the_sources_prove_every_parameter(made_up: Path, data: Path) -> None:
    """A number that does not stand in the lines it names is an error, wherever in the rules it is written."""
    from kofu.catalogue.documents import SourceLines, documents
    from kofu.catalogue.load import load
    from kofu.catalogue.proof import prove

    path = made_up / MIDORI
    lines = SourceLines(
        documents()["meti-fy2024-supplementary"], tuple((data / "midori.txt").read_text("utf-8").split("\n"))
    )
    text = path.read_text("utf-8")
    for old, new, place in (
        (
            "value: 500万円, at: [10]",
            "value: 600万円, at: [10]",
            ("benefits", 1, "parameters", "補助上限額", "value"),
        ),
        (
            "value: 1/3, at: [22]",
            "value: 1/4, at: [22]",
            ("benefits", 1, "parameters", "補助率", "rows", 1, "value"),
        ),
        ("value: 定額, at: [20]", "value: 定額, at: [21]", ("parameters", "事務局の補助率", "value")),
    ):
        path.write_text(text.replace(old, new), "utf-8")
        [programme] = [p for p in load(made_up) if p.id == "meti-fy2024s-midori"]
        assert place in [found[0] for found in prove(programme, lines)]
