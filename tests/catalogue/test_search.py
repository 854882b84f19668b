"""Search finds what people type, in any spelling; facets count what would be shown."""

from __future__ import annotations

import random
import unicodedata
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kofu.catalogue.build import facets_of
from kofu.catalogue.facets import labels, read_facets
from kofu.catalogue.search import MAX_QUERY, Query, facet_counts, search
from kofu.catalogue.store import FACETS, Store
from kofu.catalogue.tokens import plain
from kofu.errors import KofuError
from kofu.programme.model import Programme
from kofu.yaml_file import load_plain


def ids(store: Store, words: str, limit: int = 200) -> list[str]:
    return search(store, Query(words), limit).ids


def titled(catalogue: list[Programme], part: str) -> set[str]:
    return {p.id for p in catalogue if plain(part) in plain(p.title.ja)}


@pytest.mark.parametrize("words", ["商", "災", "補助", "A", "AI", "廃", "宇宙", "能登"])
def test_short_queries_find_every_title_that_holds_them(
    store: Store, catalogue: list[Programme], words: str
) -> None:
    expected = titled(catalogue, words)
    assert expected
    assert expected <= set(ids(store, words))


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_any_part_of_a_japanese_title_finds_it(
    store: Store, catalogue: list[Programme], data: st.DataObject
) -> None:
    programme = data.draw(st.sampled_from(catalogue))
    runs = [
        r
        for r in "".join(c if "ぁ" <= c <= "鿿" and c != "・" else " " for c in programme.title.ja).split()
        if r
    ]
    run = data.draw(st.sampled_from(runs)) if runs else programme.title.ja
    start = data.draw(st.integers(0, len(run) - 1))
    end = data.draw(st.integers(start + 1, len(run)))
    assert programme.id in ids(store, run[start:end])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("省エネ", "省エネルギー"),
        ("SS", "サービスステーション"),
        ("IT導入", "ＩＴ導入"),
        ("it導入", "IT導入"),
        ("ものづくり", "モノヅクリ"),
        ("ｻｲﾊﾞｰ", "サイバー"),
        ("⺠間", "民間"),
        ("産総研", "産業技術総合研究所"),
        ("工水", "工業用水道"),
        ("NEXI", "貿易保険"),
        ("グループ補助金", "中小企業等グループ補助金"),
        ("SUBSIDY", "subsidy"),
    ],
)
def test_spellings_and_synonyms_find_the_same_both_ways(store: Store, one: str, other: str) -> None:
    assert set(ids(store, one)) == set(ids(store, other)) != set()


def test_each_word_stands_in_one_group_of_synonyms() -> None:
    from kofu.catalogue import search as module

    groups = load_plain(module.Path(module.__file__).with_name("synonyms.yaml"))
    words = Counter(plain(word) for group in groups for word in group)
    assert [word for word, n in words.items() if n > 1] == []


def test_a_synonym_never_finds_less(store: Store, catalogue: list[Programme]) -> None:
    from kofu.catalogue import search as module

    for group in load_plain(module.Path(module.__file__).with_name("synonyms.yaml")):
        found = [set(ids(store, word)) for word in group]
        for word, hits in zip(group, found, strict=True):
            assert titled(catalogue, word) <= hits or word.isascii()
        assert all(hits == found[0] for hits in found), group


def test_all_words_must_be_found_and_a_phrase_stands_as_it_is(store: Store) -> None:
    both = ids(store, "能登 商店街")
    assert set(both) == set(ids(store, "能登")) & set(ids(store, "商店街"))
    phrase, words = set(ids(store, '"credit guarantee"')), set(ids(store, "credit guarantee"))
    assert phrase
    assert phrase <= words
    assert ids(store, '"guarantee credit"') == []
    assert ids(store, '"省エネ"') != ids(store, "該当しない語句")


def test_a_word_in_the_title_comes_first(store: Store, catalogue: list[Programme]) -> None:
    found = ids(store, "宇宙")
    inside = titled(catalogue, "宇宙")
    assert inside
    assert len(found) > len(inside)
    assert set(found[: len(inside)]) == inside


def test_pages_of_hits_are_parts_of_one_list(store: Store) -> None:
    whole = search(store, Query("補助"), 200)
    for size in (1, 7, 50):
        parts = [search(store, Query("補助"), size, start) for start in range(0, whole.total, size)]
        assert [i for part in parts for i in part.ids] == whole.ids
        assert {part.total for part in parts} == {whole.total}
    assert search(store, Query("補助"), 10, 5000).total == whole.total


def _chosen(draw: random.Random) -> dict[str, list[str]]:
    kinds = draw.sample(FACETS, draw.randint(0, 3))
    return {
        kind: draw.sample(list(labels(kind)), draw.randint(1, min(3, len(labels(kind))))) for kind in kinds
    }


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.sampled_from(["", "補助", "能登", "中小企業"]))
def test_facets_count_what_would_be_shown(
    store: Store, catalogue: list[Programme], draw: random.Random, words: str
) -> None:
    chosen = read_facets(_chosen(draw))
    fitting = set(ids(store, words)) if words else {p.id for p in catalogue}
    values = {p.id: set(facets_of(p)) for p in catalogue}

    def fits(p: Programme, without: str = "") -> bool:
        return p.id in fitting and all(
            any((kind, v) in values[p.id] for v in chosen[kind]) for kind in chosen if kind != without
        )

    assert search(store, Query(words, chosen), 200).total == sum(map(fits, catalogue))
    counts = facet_counts(store, Query(words, chosen))
    for kind in FACETS:
        expected = Counter(v for p in catalogue if fits(p, kind) for k, v in values[p.id] if k == kind)
        assert dict(counts[kind]) == dict(expected)
        assert [n for _, n in counts[kind]] == sorted(expected.values(), reverse=True)


def test_every_programme_has_a_year_bureau_band_and_field(catalogue: list[Programme]) -> None:
    for p in catalogue:
        kinds = {kind for kind, _ in facets_of(p)}
        assert {"year", "band", "field", "recipient"} <= kinds
        assert all(value in labels(kind) for kind, value in facets_of(p))


def test_facets_are_read_by_code_and_by_name(store: Store) -> None:
    assert read_facets({"instrument": ["補助", "subsidy", "Subsidy"], "year": ["FY2024"]}) == {
        "instrument": ["subsidy"],
        "year": ["2024"],
    }
    with pytest.raises(KofuError, match="農業") as error:
        read_facets({"field": ["農業"]})
    assert "agri" not in error.value.say("en")
    assert "sme" in error.value.say("en")


def test_a_long_query_is_refused(store: Store) -> None:
    with pytest.raises(KofuError, match="10000字"):
        search(store, Query("あ" * 10_000))
    search(store, Query("あ" * MAX_QUERY))
    search(store, Query(" a" * (MAX_QUERY // 2)))


HARMLESS = [
    "'; DROP TABLE programme; --", '" OR 1=1', "title:補助", "補助 NOT 金", "NEAR(a b)", "a* OR b*", "^補助", "{title}:x",
    "-", "*", '"', '""', "“”", "()", "AND", "OR", "NOT", "\x00", "補\x00助", "%", "_", "？", "\ud800", "ﷺ", "a\u0301", "İ",
]  # fmt: skip


@pytest.mark.parametrize("words", HARMLESS)
def test_query_syntax_is_only_text(store: Store, words: str) -> None:
    hits = search(store, Query(words), 200)
    assert hits.total == len(hits.ids)
    assert len(list(store.programmes())) == 114


@given(st.text(st.characters(), max_size=MAX_QUERY + 20))
@settings(deadline=None)
def test_no_text_breaks_the_search(store: Store, words: str) -> None:
    try:
        search(store, Query(words))
        facet_counts(store, Query(words))
        store.programme(words)
    except KofuError:
        return


def test_a_plain_text_folds_to_itself() -> None:
    for text in ("ＩＴ", "ｶﾞ", "⺠", "Ⅲ"):
        assert plain(plain(text)) == plain(text)
        assert unicodedata.normalize("NFKC", plain(text)) == plain(text)


def test_where_too_many_are_found_to_rank_the_same_are_found_titles_first(
    store: Store, catalogue: list[Programme], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kofu.catalogue import search as module

    ranked = set(ids(store, "補助"))
    monkeypatch.setattr(module, "RANKED", 3)
    whole = ids(store, "補助")
    assert (len(whole), set(whole)) == (len(ranked), ranked)
    first = {p.id for p in catalogue for n in [p.title.ja, *(a.name for a in p.aliases)] if "補助" in n}
    assert 0 < len(first) < len(whole)
    assert first <= set(whole[: len(first) + len(ids(store, "助成"))])  # its synonym counts as the title too
    parts = [search(store, Query("補助"), 7, start) for start in range(0, len(whole), 7)]
    assert [i for part in parts for i in part.ids] == whole
