"""Many programmes at once, and the interview that asks only what still matters."""

from __future__ import annotations

import pytest

from kofu.errors import KofuError
from kofu.programme.model import Programme
from kofu.programme.vocabulary import Instrument
from kofu.quoting.book import Book, read_firm
from kofu.quoting.interview import Interview, questions
from kofu.quoting.match import match_all
from kofu.quoting.record import matches_record, quote_record
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


FIRM = {"申請者の種別": "会社", "業種": "製造業", "従業員数": "30人", "資本金": "1000万円"}


def test_what_is_made_for_the_firm_comes_first(catalogue: list[Programme]) -> None:
    disaster = "平成28年熊本地震"
    firm = read_firm(FIRM | {"都道府県": "熊本県", "復旧の原因となった災害": disaster})
    found = match_all(Book(catalogue), firm).found
    # One asks for this prefecture, one for this disaster; nothing else said names anything of this firm.
    made = {"meti-fy2016s2-shikinguri-kumamoto", "meti-fy2016s2-group-hojo"}
    assert {match.programme.id for match in found[:2]} == made
    assert [match.nearness[0] for match in found[:3]] == [1, 1, 0]
    # Applications before commissions, then fewer open conditions, then bounded amounts.
    rest = [match for match in found if match.fits is None and match.programme.id not in made]
    keys = [
        (
            all(q.rule.instrument is Instrument.COMMISSION for q in match.open_quotes),
            match.nearness[1],
            match.total.open_end,
        )
        for match in rest
    ]
    assert keys == sorted(keys)
    assert len({key[2] for key in keys if not key[0]}) == 2


def test_the_interview_asks_who_the_firm_is_before_what_few_programmes_ask(
    catalogue: list[Programme],
) -> None:
    interview, asked = Interview(Book(catalogue)), []
    while len(asked) < 10:
        entry = interview.question()
        assert entry is not None
        asked.append(entry.name)
        interview.answer(entry, "会社" if entry.name == "申請者の種別" else "")
    firm = {"業種", "従業員数", "資本金", "都道府県", "復旧の原因となった災害"}
    assert asked[0] == "申請者の種別"
    assert set(asked[1:4]) == {"業種", "従業員数", "資本金"}
    assert firm | {"補助対象経費"} <= set(asked[:8])
    assert not {"国際機関の公募に応募する", "量子コンピュータの開発か人材育成を行う"} & set(asked)


def test_where_nothing_bounds_an_amount_its_end_is_null(catalogue: list[Programme]) -> None:
    book = Book(catalogue)
    firm = read_firm({"申請者の種別": "会社"})
    matches = match_all(book, firm)
    records = {m["programme"]: m for m in matches_record(matches)["programmes"]}
    group = "meti-fy2016s2-group-hojo"
    assert records[group]["high"] is None  # 3/4 of a cost that nobody stated, without a cap
    assert records["meti-fy2024s-nariwai-noto"]["high"] == 1_500_000_000  # its cap
    [quote] = [q for q in book.quotes(group, firm) if q.rule.key == "中小企業者等"]
    record = quote_record(quote)
    assert (record["low"], record["high"], record["if_eligible"]) == (0, None, True)
    assert record["results"]["国"]["high"] is None
    [known] = [
        q for q in book.quotes(group, firm | {"補助対象経費": 4_000_000}) if q.rule.key == "中小企業者等"
    ]
    record = quote_record(known)
    assert (record["low"], record["high"]) == (0, 3_000_000)
    assert record["results"]["国"] == {"value": 2_000_000, "low": 2_000_000, "high": 2_000_000, "unit": "円"}


def test_a_match_and_a_quote_are_short_to_look_at(catalogue: list[Programme]) -> None:
    match = match_all(Book(catalogue), read_firm(FIRM)).found[0]
    assert match.programme.id in repr(match)
    assert match.quotes[0].rule.key in repr(match.quotes[0])
    assert max(len(repr(match)), len(repr(match.quotes[0]))) < 200
