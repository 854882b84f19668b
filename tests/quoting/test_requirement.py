"""Conditions and the figures of a sheet in words: merged, said once, in English readable, with sums people can read."""

from __future__ import annotations

import datetime

import pytest

from kofu.command.print_rules import yen
from kofu.programme.model import Programme
from kofu.quoting.book import Book, read_firm
from kofu.quoting.figures import figures
from kofu.quoting.quote import Quote
from kofu.quoting.requirement import requirement, requirements
from kofu.quoting.schedule import print_months
from kofu.rules.parse import parse
from kofu.rules.scope import common_scope
from kofu.rules.tree import Node
from kofu.rules.vocabulary import vocabulary
from kofu.text.printing import print_yen

NOTO, DENKI, KUMAMOTO = (
    "meti-fy2024s-nariwai-noto",
    "meti-fy2024s-denki-gas",
    "meti-fy2016s2-shikinguri-kumamoto",
)


@pytest.fixture(scope="module")
def programmes(catalogue: list[Programme]) -> dict[str, Programme]:
    return {programme.id: programme for programme in catalogue}


def condition(text: str) -> Node:
    return parse(text, common_scope(datetime.date(2025, 1, 1)).lookup)


def quote(programme: Programme, key: str, **answers: str) -> Quote:
    book = Book([programme])
    quotes = book.quotes(programme.id, read_firm(answers, book.rules))
    return next(q for q in quotes if q.rule.key == key)


@pytest.mark.parametrize(
    ("text", "ja", "en"),
    [
        (
            "都道府県 == 「石川県」 or (都道府県 in [「富山県」, 「福井県」] or 都道府県 == 「石川県」)",
            "都道府県が「石川県」「富山県」「福井県」のどれかであること",
            "Prefecture is Ishikawa, Toyama or Fukui",
        ),
        ("業種 != 「漁業」", "業種が「漁業」でないこと", "Industry is not fisheries (B)"),
        ("賃上げを行う and 賃上げを行う", "賃上げを行う", "Will you raise wages? → yes"),
        ("not 賃上げを行う", "「賃上げを行う」に当たらないこと", "Will you raise wages? → no"),
        (
            "not 対象者に当たると確認済み",
            "「対象者に当たると確認済み」に当たらないこと",
            "Not: Confirmed by the office as one of the recipients",
        ),
        (
            "賃上げを行う or (業種 == 「漁業」 and 雇用対策に取り組む)",
            "賃上げを行う、または（業種が「漁業」であること、かつ雇用対策に取り組む）",
            "Will you raise wages? → yes; or (Industry is fisheries (B); and Will you take measures for employment? → yes)",
        ),
        ("資本金 <= 借入残高", "資本金が借入残高以下であること", "Capital is at most outstanding loan"),
    ],
)
def test_a_condition_reads_as_one_sentence(text: str, ja: str, en: str) -> None:
    assert (requirement(condition(text), {}, "ja"), requirement(condition(text), {}, "en")) == (ja, en)


def test_a_condition_on_money_shows_round_sums() -> None:
    found = condition("資本金 <= 借入残高")
    facts = {"資本金": 2_000_000_000, "借入残高": 1_000_000_001}
    assert requirement(found, facts, "ja") == "資本金 20億円が借入残高 1,000,000,001円以下であること"
    assert requirement(found, facts, "en") == "Capital ¥2 billion is at most outstanding loan ¥1,000,000,001"


@pytest.mark.parametrize(("identifier", "key"), [(NOTO, "施設等の復旧"), (KUMAMOTO, "直接被害の特別貸付")])
def test_what_two_tables_ask_alike_is_said_once(
    programmes: dict[str, Programme], identifier: str, key: str
) -> None:
    refused = quote(programmes[identifier], key, 都道府県="東京都")
    told = requirements((c.node for c in refused.conditions), refused.facts, "ja")
    assert len(told) == len(set(told))
    assert len(told) < len(refused.conditions)
    lines = refused.explanation("ja")
    assert len(lines) == len(set(lines))


def test_the_rows_of_a_table_are_told_by_what_they_combine(programmes: dict[str, Programme]) -> None:
    found = quote(programmes[DENKI], "電気料金の値引き", 電気の契約の種類="特別高圧")
    told = [requirement(c.node, found.facts, "ja") for c in found.reasons]
    assert told == [
        "電気の契約の種類と電気やガスの使用月の組み合わせが、シートの表にあること（答え: 特別高圧）"
    ]


def test_only_the_rows_that_may_apply_are_figures(programmes: dict[str, Programme]) -> None:
    open_one = quote(programmes[NOTO], "施設等の復旧")
    caps = [f for f in figures(open_one, "ja") if f.setting.name == "補助上限額"]
    assert [(f.setting.text, f.when) for f in caps][:2] == [
        ("15億円", "都道府県が「石川県」のとき"),
        ("3億円", "都道府県が「富山県」のとき"),
    ]
    assert len(caps) == 3
    toyama = quote(programmes[NOTO], "施設等の復旧", 都道府県="富山県")
    caps = [f for f in figures(toyama, "ja") if f.setting.name == "補助上限額"]
    assert [(f.setting.text, f.when) for f in caps] == [("3億円", "")]


def test_no_condition_says_not_known(programmes: dict[str, Programme]) -> None:
    for rule in Book(programmes.values()).rules:
        for node in rule.conditions:
            assert "not known" not in requirement(node, {}, "en")
            assert "不明" not in requirement(node, {}, "ja")


def test_choices_and_numbers_have_an_english_name() -> None:
    nameless = [e.name for e in vocabulary().values() if e.spec.type.kind != "truth" and not e.name_en]
    assert nameless == []


@pytest.mark.parametrize(
    ("sum_of", "ja", "en"),
    [
        (99_999_999_999, "99,999,999,999円", "¥99,999,999,999"),
        (12_345_000_000, "123.45億円", "¥12,345 million"),
        (-5_000_000, "−500万円", "−¥5 million"),
        (1_480_000, "148万円", "¥1.48 million"),
    ],
)
def test_sums_have_at_most_two_decimals(sum_of: int, ja: str, en: str) -> None:
    assert (print_yen(sum_of), print_yen(sum_of, "en")) == (ja, en)


def test_a_minus_stands_before_the_sign_of_yen() -> None:
    assert (yen(-5_000_000, "ja"), yen(-5_000_000, "en")) == ("−5,000,000円", "−¥5,000,000")


@pytest.mark.parametrize(
    ("months", "ja", "en"),
    [
        (36, "3年", "3 years"),
        (12, "1年", "1 year"),
        (30, "30か月", "30 months"),
        (0, "0か月", "0 months"),
        (1, "1か月", "1 month"),
    ],
)
def test_whole_years_are_years(months: int, ja: str, en: str) -> None:
    assert (print_months(months), print_months(months, "en")) == (ja, en)
