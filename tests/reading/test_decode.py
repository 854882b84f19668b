"""A file becomes numbered lines, or one sentence that says what is wrong and what to do."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.errors import KofuError
from kofu.reading import ReadError
from kofu.reading.decode import SIZE_LIMIT, looks_garbled, read_document

TEXT = (
    "みどり商店街再起動事業\n令和６年度補正予算額 12億円\n\n"
    "事業目的\n商店街の店舗が、共同で設備を更新する費用の一部を支援します。\n" * 12
)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp932", "cp932"),
        ("euc_jp", "euc_jp"),
        ("iso2022_jp", "iso2022_jp"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_every_usual_encoding_is_read_and_named(written: str, named: str) -> None:
    source = read_document(TEXT.encode(written), "資料")
    assert source.encoding == named
    assert [line.raw for line in source.lines] == TEXT.split("\n")


def test_only_line_feeds_end_lines_and_carriage_returns_are_dropped() -> None:
    source = read_document("一行目です\u2028まだ一行目です\x0b\r\n二行目です\fです".encode())
    assert [line.number for line in source.lines] == [1, 2]
    assert source.lines[0].raw == "一行目です\u2028まだ一行目です\x0b"
    assert "\f" in source.lines[1].raw


def test_a_lost_glyph_in_vertical_print_is_a_long_vowel() -> None:
    source = read_document("事業の流れです\nデ\n␗\n\nタ\n".encode())
    assert [line.text for line in source.lines[1:3]] == ["デ", "ー"]


def refusal(path: Path) -> ReadError:
    with pytest.raises(ReadError) as caught:
        read_document(path)
    error = caught.value
    assert isinstance(error, KofuError)
    assert error.exit_code != 0
    assert str(path) in error.ja
    assert str(path) in error.en
    assert error.ja.count("。") == 1, "one remark on what is wrong, one on what to do"
    return error


def test_what_is_not_there_or_not_a_file_is_refused(tmp_path: Path) -> None:
    assert "見つかりません" in refusal(tmp_path / "なし.txt").ja
    assert "フォルダー" in refusal(tmp_path).ja


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "空"),
        (b" \n\n\f\n", "空"),
        (b"%PDF-1.7 \x00\x01", "PDF"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "文字"),
        (bytes(range(128, 256)) * 40, "文字"),
    ],
)
def test_what_is_no_text_is_refused_with_the_way_out(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "資料.txt"
    path.write_bytes(content)
    assert word in refusal(path).ja


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "巨大.txt"
    with path.open("wb") as file:
        file.truncate(SIZE_LIMIT + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("the file was read"))
    assert "上限" in refusal(path).ja


@pytest.mark.parametrize(
    ("written", "misread"),
    [
        ("utf-8", "cp932"),
        ("utf-8", "latin-1"),
        ("cp932", "latin-1"),
        ("euc_jp", "cp932"),
        ("cp932", "euc_jp"),
    ],
)
def test_mojibake_is_refused(tmp_path: Path, written: str, misread: str) -> None:
    path = tmp_path / "化け.txt"
    path.write_text(TEXT.encode(written).decode(misread, "replace"), encoding="utf-8")
    assert "文字化け" in refusal(path).ja


def test_ordinary_text_of_any_length_is_not_mojibake() -> None:
    assert not looks_garbled("")
    assert not looks_garbled("国 民間企業等")
    assert not looks_garbled(TEXT)
    assert not looks_garbled("⺠間企業等の⻑期の取組を⽀援します。\uf06c ␗" * 30)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        source = read_document(data)
    except ReadError:
        return
    assert [line.number for line in source.lines] == list(range(1, len(source.lines) + 1))
