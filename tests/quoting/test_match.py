"""Many programmes at once, and the interview that asks only what still matters."""

from __future__ import annotations

import pytest

from kofu.errors import KofuError
from kofu.programme.model import Programme
from kofu.quoting.book import Book, read_firm
from kofu.quoting.interview import Interview, questions
from kofu.quoting.match import match_all
from kofu.rules.vocabulary import vocabulary

MIDORI, AKARI = "meti-fy2024s-midori", "meti-fy2016s2-akari"


def test_the_surest_come_first_and_a_no_has_its_reason(small_book: Book) -> None:
    firm = {"申請者の種別": "組合", "補助対象経費": "300万円"}
    found = match_all(small_book, read_firm(firm)).found
    assert [(m.programme.id, m.fits) for m in found] == [(AKARI, True), (MIDORI, None)]
    assert (found[0].total.low, found[0].total.high) == (2_000_000, 2_000_000)
    company = match_all(small_book, read_firm({"申請者の種別": "会社"})).of(False)
    assert [m.programme.id for m in company] == [AKARI]
    assert len(company[0].reasons) == 1
    assert (company[0].total.low, company[0].total.high) == (0, 0)


def test_the_interview_asks_one_thing_at_a_time_and_only_what_matters(small_book: Book) -> None:
    said = {
        "申請者の種別": "組合",
        "補助対象経費": "３００万円",
        "賃上げを行う": "いいえ",
    }
    interview, asked = Interview(small_book), []
    while (entry := interview.question()) is not None:
        asked.append(entry.name)
        interview.answer(entry, said[entry.name])
    # Neither 資本金 nor 借入希望額: a cooperative is not asked for them. Nor whether an office confirmed that it is
    # among the recipients: that is another answer for each programme.
    assert sorted(asked) == sorted(said)
    totals = {m.programme.id: m.total for m in interview.matches().found}
    assert (totals[AKARI].low, totals[AKARI].high) == (2_000_000, 2_000_000)
    assert (totals[MIDORI].low, totals[MIDORI].high) == (0, 1_000_000)
    with pytest.raises(KofuError, match="事業ごとに違います"):
        match_all(small_book, read_firm({"対象者に当たると確認済み": "はい"}))


def test_an_answer_can_be_taken_back_or_left_open(small_book: Book) -> None:
    interview = Interview(small_book)
    first = interview.question()
    assert first is not None
    assert interview.back() is None
    with pytest.raises(KofuError):
        interview.answer(first, "どれでもない何か")
    assert interview.count == 0
    assert interview.answer(first, "") is None
    second = interview.question()
    assert second is not None
    assert second.name != first.name
    assert interview.back() is first
    assert interview.question() is first


def test_the_interview_ends_even_where_nothing_is_ever_known(small_book: Book) -> None:
    interview = Interview(small_book)
    while (entry := interview.question()) is not None:
        assert interview.count < len(vocabulary())
        interview.answer(entry, "分からない")
    assert interview.answers == {}
    assert {m.fits for m in interview.matches().found} == {None}


def test_every_question_about_the_catalogue_is_one_that_a_firm_can_answer(catalogue: list[Programme]) -> None:
    book = Book(catalogue)
    firm = read_firm({"申請者の種別": "会社", "業種": "製造業", "資本金": "1000万円", "従業員数": "10人"})
    for entry in questions(book, firm):
        assert entry.name in vocabulary()
        assert entry.name not in firm
