"""From a file, or its bytes, to numbered lines; whatever cannot be read is refused in one clear sentence."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

from kofu.errors import KofuError
from kofu.reading.document import Line, SourceText
from kofu.text.codepoints import LOST_GLYPH, repair

SIZE_LIMIT = 20 * 1024 * 1024
"""Bytes; the largest known document is about 150 kB of text."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_BINARY = (
    (b"%PDF", "PDFファイル", "a PDF file"),
    (
        b"PK\x03\x04",
        "ZIP形式のファイル（Word・PowerPoint・Excelなど）",
        "a ZIP file (Word, PowerPoint, Excel …)",
    ),
    (b"\xd0\xcf\x11\xe0", "古いOffice形式のファイル", "a file of an old Office format"),
)
_PARTICLES = frozenset("のをにはとがで")
# What UTF-8 kana turn into when they are taken for CP932; hardly a word of Japanese uses them.
_MISREAD_KANA = frozenset("縺繧繝")


class ReadError(KofuError):
    """A document cannot be read; the message names the file, what is wrong and what to do."""

    exit_code = 2


def read_document(source: str | Path | bytes, name: str | None = None) -> SourceText:
    """The document with its lines, raw and repaired.

    `source` is a path, or the bytes of a document; `name` defaults to the file's stem, or 入力 for bytes.

    Raises:
        ReadError: it is missing, empty, a directory, too large, binary, of unknown encoding or garbled.
    """
    if isinstance(source, bytes):
        data, shown = source, name or "入力"
    else:
        path = Path(source)
        data, shown = _load(path), str(path)
        name = name or path.stem
    if not data.strip(b"\x00 \t\r\n\f"):
        raise ReadError(
            f"「{shown}」は空です。資料の文字が入ったファイルを渡してください",
            f"{shown} is empty; pass a file that holds the text of a document",
        )
    text, encoding = _decode(data, shown)
    if looks_garbled(text):
        raise ReadError(
            f"「{shown}」は文字化けしています（{encoding} として読みました）。元の資料から文字を取り直してください",
            f"{shown} is garbled (read as {encoding}); take the text from the original document again",
        )
    return SourceText(name or shown, hashlib.sha256(data).hexdigest(), encoding, _lines(text))


def _lines(text: str) -> tuple[Line, ...]:
    """The lines of a text, repaired; a lost glyph is judged by the printed lines above and below it too."""
    raws = [raw.removesuffix("\r") for raw in text.split("\n")]
    lines = []
    for index, raw in enumerate(raws):
        if LOST_GLYPH in raw:
            above = next((r.strip() for r in reversed(raws[max(0, index - 3) : index]) if r.strip()), "")
            below = next((r.strip() for r in raws[index + 1 : index + 4] if r.strip()), "")
            lines.append(Line(index + 1, repair(raw, above, below)))
        else:
            lines.append(Line(index + 1, repair(raw)))
    return tuple(lines)


def looks_garbled(text: str) -> bool:
    """Whether a text is mojibake: characters Japanese documents do not use, or none of those they all use."""
    counts = Counter(text)
    for blank in " \t\r\n\f\u3000\xa0":
        del counts[blank]
    total = sum(counts.values())
    if not total:
        return False
    foreign = sum(n for char, n in counts.items() if not _is_common(char))
    misread = sum(counts[char] for char in _MISREAD_KANA)
    kana = sum(n for char, n in counts.items() if "ぁ" <= char <= "ヿ")
    if foreign > 0.1 * total or counts["\ufffd"] > 0.005 * total or misread > 0.04 * total:
        return True
    latin = sum(n for char, n in counts.items() if char < "\x7f")
    particles = sum(counts[char] for char in _PARTICLES)
    japanese = total - latin
    return japanese > 80 and (kana == 0 or (japanese > 400 and particles < 0.01 * japanese))


def _load(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ReadError(
                f"「{path}」はフォルダーです。資料のファイルを1つ指定してください",
                f"{path} is a folder; name one document in it",
            )
        if path.exists() and not path.is_file():
            raise ReadError(
                f"「{path}」はふつうのファイルではありません。資料のファイルを指定してください",
                f"{path} is not an ordinary file; name a document",
            )
        size, limit = path.stat().st_size, SIZE_LIMIT // 1024**2
        if size > SIZE_LIMIT:
            raise ReadError(
                f"「{path}」は上限の{limit}MBを超えています（{-(-size // 1024**2)}MB）。資料ごとに分けてください",
                f"{path} is larger than {limit} MB ({-(-size // 1024**2)} MB); split it into documents",
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise ReadError(
            f"「{path}」が見つかりません。ファイルの場所と名前を確かめてください",
            f"{path} does not exist; check the place and the name of the file",
        ) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ReadError(
            f"「{path}」を開けません（{reason}）。読み取りの権限を確かめてください",
            f"{path} cannot be opened ({reason}); check that you may read it",
        ) from None


def _decode(data: bytes, shown: str) -> tuple[str, str]:
    for magic, ja, en in _BINARY:
        if data.startswith(magic):
            raise ReadError(
                f"「{shown}」は{ja}です。文字だけのファイルに変換して渡してください（PDFなら pdftotext -layout など）",
                f"{shown} is {en}; convert it to plain text first (pdftotext -layout for a PDF)",
            )
    encodings = [encoding for bom, encoding in _BOMS if data.startswith(bom)] or _guesses(data)
    readings = []
    for encoding in encodings:
        try:
            readings.append((data.decode(encoding), encoding))
        except UnicodeDecodeError:
            continue
    text, encoding = max(readings, key=lambda reading: _plausibility(reading[0]), default=("", ""))
    controls = sum(text.count(chr(code)) for code in range(9))
    if controls > len(text) // 1000 + 1 or (not readings and b"\x00" in data):
        raise ReadError(
            f"「{shown}」は文字のファイルではありません。文字だけのファイルに変換して渡してください",
            f"{shown} is not a text file; convert it to plain text first",
        )
    if not readings:
        raise ReadError(
            f"「{shown}」の文字コードが分かりません。UTF-8で保存し直してください",
            f"the encoding of {shown} is not known; save it as UTF-8",
        )
    return text, encoding


def _guesses(data: bytes) -> list[str]:
    """Encodings to try where no byte order mark tells; UTF-8 is proof enough when it decodes."""
    if data[:2000].count(b"\x00") or data[:2000:2].count(b"\x30") > len(data[:2000]) // 8:
        return ["utf-16-le", "utf-16-be"]
    if b"\x1b$" in data:
        return ["iso2022_jp"]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return ["cp932", "euc_jp", "euc_jis_2004"]
    return ["utf-8"]


def _plausibility(text: str) -> float:
    """How Japanese a decoding looks: kana and common signs speak for it, anything foreign against it."""
    sample = text[:20_000]
    kana = sum("ぁ" <= char <= "ん" for char in sample)
    foreign = sum(not _is_common(char) or "｡" <= char <= "ﾟ" for char in sample)
    return (kana - 2 * foreign) / max(len(sample), 1)


def _is_common(char: str) -> bool:
    """Kana, ideographs that JIS knows, ASCII, signs, and the private-use and radical code points of slides."""
    if char < "\x7f" or "\u2000" <= char <= "\u2fdf" or "\u3000" <= char <= "\u33ff":
        return True
    if "\ue000" <= char <= "\uf8ff" or "\uff01" <= char <= "\uffee" or char in "\x7f\xa0·×÷°±§¥":
        return True
    try:
        char.encode("cp932")
    except UnicodeEncodeError:
        return "\u4e00" <= char <= "\u9fff" and _in_jis(char)
    return not "Ѐ" <= char <= "ӿ"


def _in_jis(char: str) -> bool:
    try:
        char.encode("euc_jis_2004")
    except UnicodeEncodeError:
        return False
    return True
