"""Repair must leave nothing unreadable, lose nothing, and always know where a character came from."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.text.codepoints import repair
from kofu.text.fold import fold

UNICODE = dict(
    zip(
        "⺁⺂⺃⺄⺅⺆⺈⺉⺊⺋⺌⺍⺎⺏⺐⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣"
        "⺤⺥⺦⺧⺨⺩⺫⺬⺭⺯⺰⺱⺲⺳⺴⺶⺹⺺⺻⺼⺾⺿⻀⻁⻂⻃⻄⻅⻆⻈⻉⻋"
        "⻌⻍⻎⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮"
        "⻯⻰⻱⻲⻳",
        "厂乛乚乙亻冂刀刂卜㔾小小兀尣尢巳幺彑彐忄心扌攵旡日月歺母民氵氺灬"
        "爫爫丬牛犭王目示礻糹纟罓罒㓁冗羊耂肀聿肉艹艹艹虎衤覀西见角讠贝车"
        "辶辶辶邑钅長镸长门阝雨青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿"
        "竜龙龜亀龟",
        strict=True,
    )
)
"""Equivalent_Unified_Ideograph of the supplement, from the Unicode Character Database (those in the BMP)."""
ASSIGNED_RADICALS = [chr(c) for c in range(0x2E80, 0x2FE0) if unicodedata.name(chr(c), "")]
MESSY = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            ASSIGNED_RADICALS + list("ﾞﾟ\u3099\u309a␗ｶｷﾊﾟバハ゛\uf06c\uf0d8\u200b\ufeff\u00a0︵︿ー12国")
        ),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("⺠間企業の⻑と⼾建て", "民間企業の長と戸建て"),
        ("⻘⻩⿊⾭⿈⻭", "青黄黒青黄歯"),
        ("\uf06c目的\uf0d8", "•目的•"),
        ("グル␗プ", "グループ"),
        ("␗国␗", "␗国␗"),
        ("センタ␗等", "センタ␗等"),
        ("ｻｰﾋﾞｽ･ﾊﾟｰﾄ", "サービス・パート"),
        ("か\u3099ん", "がん"),
        ("ハ\u309aﾞ", "パ゛"),
        ("︵独︶", "（独）"),
        ("（１）①㍿〜2/3", "（１）①㍿〜2/3"),
    ],
)
def test_reads_what_the_slide_showed(raw: str, text: str) -> None:
    assert repair(raw).text == text


def test_a_lost_glyph_alone_on_its_line_is_read_from_its_neighbours() -> None:
    assert repair("␗", before="ル", after="プ").text == "ー"
    assert repair("␗", before="国", after="プ").text == "␗"
    assert repair("␗").text == "␗"


def test_every_assigned_radical_becomes_an_ideograph() -> None:
    for radical in ASSIGNED_RADICALS:
        repaired = repair(radical).text
        assert len(repaired) == 1
        assert unicodedata.name(repaired).startswith("CJK UNIFIED IDEOGRAPH"), radical


def test_radicals_are_what_unicode_says_but_for_japanese_forms() -> None:
    # Japanese documents mean another form, or one that everyday fonts hold.
    ours = set("⼾⾭⿈⿊") | set("⺯⺴⻏")
    for radical in ASSIGNED_RADICALS:
        canonical = UNICODE.get(radical, unicodedata.normalize("NFKC", radical))
        if canonical != radical and radical not in ours:
            assert repair(radical).text == canonical, radical


@given(MESSY)
def test_nothing_broken_is_left(raw: str) -> None:
    text = repair(raw).text
    assert not [c for c in text if c in ASSIGNED_RADICALS or unicodedata.category(c) == "Co"]
    assert repair(text).text == text


@given(MESSY)
def test_offsets_are_monotone_and_cover_the_raw_text(raw: str) -> None:
    repaired = repair(raw)
    assert len(repaired.offsets) == len(repaired.text) + 1
    assert list(repaired.offsets) == sorted(repaired.offsets)
    assert repaired.offsets[-1] == len(raw)
    assert repaired.raw == raw


@given(MESSY, st.data())
def test_a_piece_maps_back_to_the_raw_characters_it_was_read_from(raw: str, data: st.DataObject) -> None:
    repaired = repair(raw)
    start = data.draw(st.integers(0, len(repaired.text)))
    end = data.draw(st.integers(start, len(repaired.text)))
    first, last = repaired.raw_span(start, end)
    context = {"before": raw[:first], "after": raw[last:]}
    assert repair(raw[first:last], **context).text == repaired.text[start:end]


@given(MESSY)
def test_fold_is_idempotent(raw: str) -> None:
    assert fold(fold(raw)) == fold(raw)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("（１） ＩＴ導入・補助金", "(1)it導入補助金"),
        ("ｸﾞﾙｰﾌﾟ 補 助 金", "グループ補助金"),
        ("⺠間 ⼾建て", "民間戸建て"),
        ("1,400億円", "１４００億円"),
        ("9/10〜7/10", "9/10～7/10"),
        ("03−3501−1708", "０３－３５０１－１７０８"),
    ],
)
def test_fold_ignores_how_a_text_is_set(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.5億", "15億"), ("2/3", "23"), ("9/10〜7/10", "9/107/10"), ("ビル", "ビール"), ("80%", "80")],
)
def test_fold_never_joins_different_numbers_or_words(one: str, other: str) -> None:
    assert fold(one) != fold(other)
