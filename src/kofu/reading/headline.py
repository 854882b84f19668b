"""The headline of a sheet: title, budget year and round, typed amounts, offices and telephone numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kofu.programme.model import Amount, Office, Phone, Title
from kofu.programme.vocabulary import AmountKind
from kofu.reading.contacts import ContactBlock, read_contacts
from kofu.reading.cues import name_before_budget
from kofu.reading.document import Line, Sheet, SourceText
from kofu.reading.layout import key_of, unspaced
from kofu.reading.offices import (
    bureau_length,
    ends_as_section,
    find_bureau,
    split_contact,
    split_office_behind,
)
from kofu.text.amounts import TypedAmount, find_amounts
from kofu.text.dates import find_fiscal_years, find_years, gregorian
from kofu.text.yen import find_torn

_WIDE = r"[^\x00-\x7f]"
_LAYOUT_SPACE = re.compile(rf"(?<={_WIDE})\s+(?={_WIDE})|\s{{2,}}")
_NUMBER_PREFIX = re.compile(r"^[0-9０-９]{1,3}(?:[-－―][0-9０-９]{1,2})*[\s\u3000.．、]+(?=[^\d\s])")
_NO_LAST_YEAR = re.compile(r"(?<=\d)([（(]\s*[-－―‐–ー]\s*[)）])(\s*[百千万億兆]+円)")
_LABEL_PREFIX = re.compile(r"^[\s【\[<＜■○]*(?:施\s*策\s*名|事\s*業\s*名)[\s】\]>＞:：]*")
_BUDGET_ITEM_BEHIND = re.compile(r"[ \u3000]*[＜<〈][^＞>〉]*(?:金|費|事業)[＞>〉]$")
_KINDS: Mapping[str, AmountKind] = {
    **{kind.value: kind for kind in AmountKind},
    "initial": AmountKind.APPROPRIATION,
    "request": AmountKind.APPROPRIATION,
    "unknown": AmountKind.APPROPRIATION,
}
_ORDINAL = re.compile(r"第\s*(\d{1,2}|[一二三四五])\s*次\s*補正")
_IN_PARENTHESIS = re.compile(r"[(（][^()（）]*$")
_LAST_YEAR = re.compile(r"[(（]\s*[)）]\s*(?:内)?は?.{0,6}前年度")
_BARE_PARENTHESIS = re.compile(r"[(（]\s*$")
_ONE_MINISTRY = r"(?:[^\W\d_]{1,7}省|内閣府)"
_MINISTRY = re.compile(rf"^{_ONE_MINISTRY}(?:[・、,/]{_ONE_MINISTRY})*$")
_BARE_YEAR = re.compile(r"^[^\d元]{0,6}?(?<![和成RH])([1-9]|[1-3]\d|元)年度(?=第.次|補正|当初|予算|概算)")
_LAST_COUNTS_OF_HEISEI = 24
_BACKGROUND = frozenset({"previous_year", "elsewhere", "floor", "cap"})


@dataclass(frozen=True)
class Headline:
    """What the headline says; None and empty where it is not stated. `doubts` concern the sheet as a whole."""

    title: Title | None
    fiscal_year: int | None
    round: str | None
    year_at: int | None
    amounts: tuple[Amount, ...]
    blocks: tuple[ContactBlock, ...]
    doubts: tuple[str, ...] = ()

    @property
    def offices(self) -> list[Office]:
        """The offices of all blocks, a block that is printed twice counted once."""
        return [
            Office(name=office.name, at=tuple(office.at), doubt=_office_doubt(office.name))
            for block in self.blocks
            for office in block.offices
        ]

    @property
    def phones(self) -> list[Phone]:
        """The telephone numbers, each once."""
        first: dict[str, Phone] = {}
        for block in self.blocks:
            for phone in block.phones:
                text = phone.text if phone.text != phone.number else None
                first.setdefault(phone.number, Phone(number=phone.number, at=(phone.at,), text=text))
        return list(first.values())


def read_headline(sheet: Sheet) -> Headline:
    """Read the headline of a sheet from its regions title, budget, office and phone."""
    budget = list(sheet.regions.get("budget", ()))
    clusters = _clusters(budget)
    year, round_, year_at = _year(clusters)
    year_doubts: tuple[str, ...] = ()
    if year is None and (bare := _bare_year(budget)):
        year, round_, year_at = bare
        year_doubts = (f"元号が印字されていないため、{year}年度と読みました（{year_at}行目）",)
    amounts, amount_doubts = _amounts(clusters)
    blocks, office_doubts = _blocks(sheet, budget)
    return Headline(
        title=_title(sheet),
        fiscal_year=year,
        round=round_,
        year_at=year_at,
        amounts=amounts,
        blocks=blocks,
        doubts=(*year_doubts, *amount_doubts, *office_doubts),
    )


def read_cover_year(source: SourceText, before: int) -> tuple[int, str] | None:
    """Year and round that the cover names above the sheets (`before` is their first line); None if several."""
    found = set()
    for line in source.lines[: before - 1]:
        year, round_, _ = _year([[line]])
        if year and round_ and ("予算" in line.text or "補正" in line.text):
            found.add((year, round_))
    return found.pop() if len(found) == 1 else None


def joined_title(texts: Sequence[str]) -> str:
    """A title joined over line breaks; spaces that only come from the layout are dropped."""
    joined = ""
    for text in texts:
        space = " " if joined[-1:].isascii() and text[:1].isascii() and joined else ""
        joined += space + text.strip()
    return _LAYOUT_SPACE.sub("", joined.replace("\u3000", " ").strip())


def _title(sheet: Sheet) -> Title | None:
    lines = sheet.regions.get("title", ())
    if not lines:
        return None
    mains = [_BUDGET_ITEM_BEHIND.sub("", name_before_budget(split_contact(line.text)[0])) for line in lines]
    texts = [_LABEL_PREFIX.sub("", unspaced(main)) for main in mains]
    texts[-1] = split_office_behind(texts[-1])[0]
    name = joined_title([_NUMBER_PREFIX.sub("", texts[0]), *texts[1:]])
    return Title(ja=name, at=tuple(line.number for line in lines)) if name else None


def _clusters(budget: Sequence[Line]) -> list[list[Line]]:
    """Budget lines that stand together are read as one text: 総額 … ※うち … on the next line."""
    clusters: list[list[Line]] = []
    for line in budget:
        if clusters and line.number - clusters[-1][-1].number <= 2:
            clusters[-1].append(line)
        else:
            clusters.append([line])
    return clusters


def _year(clusters: Sequence[Sequence[Line]]) -> tuple[int | None, str | None, int | None]:
    for cluster in clusters:
        for line in cluster:
            text = "".join(line.text.split())
            years = find_fiscal_years(text) or [
                year for year in find_years(text) if text.startswith(("補正", "当初", "予算"), year.end)
            ]
            if years:
                return years[0].year, _round(text[years[0].end :]), line.number
    return None, None, None


def _bare_year(budget: Sequence[Line]) -> tuple[int, str, int] | None:
    """Year and round of a budget line that leaves out the era (６年度補正予算額): 平成 from 24 on, else 令和."""
    for line in budget:
        text = key_of(line.text)
        if match := _BARE_YEAR.match(text):
            count = 1 if match[1] == "元" else int(match[1])
            era = "平成" if count >= _LAST_COUNTS_OF_HEISEI else "令和"
            return gregorian(era, count), _round(text[match.end() :]), line.number
    return None


def _round(text: str) -> str:
    """補正, 第2次補正, 当初 or 概算要求: what is printed just behind the year."""
    plain = unicodedata.normalize("NFKC", text)
    first = plain[:14]
    if ordinal := _ORDINAL.search(first):
        digit = "一二三四五".find(ordinal[1]) + 1
        return f"第{digit or ordinal[1]}次補正"
    if "補正" in first:
        return "補正"
    return "概算要求" if "要求" in first else "当初"


def _amounts(clusters: Sequence[Sequence[Line]]) -> tuple[tuple[Amount, ...], tuple[str, ...]]:
    found: list[Amount] = []
    doubts: list[str] = []
    for index, cluster in enumerate(clusters):
        shown, owners = _join(cluster)
        # 250（－）百万円 → 250百万円（－）, of the same length: the sum is read, the dash is no sum.
        text = _NO_LAST_YEAR.sub(r"\2\1", shown)
        doubts += [f"予算額の数字が途切れています（{owners[start]}行目）" for start in find_torn(text)]
        for typed, doubt in _typed(text):
            kind = _KINDS.get(typed.kind)
            if kind is None:
                continue
            if kind is AmountKind.APPROPRIATION and any(a.kind is kind for a in found):
                printed = _printed(shown, typed)
                doubts.append(f"予算額と読める金額がほかにもあります: {printed}（{owners[typed.start]}行目）")
                continue
            if any(a.kind is kind and a.yen == typed.yen for a in found):
                continue
            at = tuple(dict.fromkeys(owners[typed.start : typed.end]))
            if index and kind is AmountKind.PART:
                continue
            found.append(Amount(kind=kind, yen=typed.yen, at=at, text=_printed(shown, typed), doubt=doubt))
    return tuple(found), tuple(doubts)


def _printed(text: str, typed: TypedAmount) -> str:
    """The characters of a sum as they stand in the text, to its 円."""
    unit = text.find("円", typed.end - 1)
    return text[typed.start : max(typed.end, unit + 1)].strip()


def _join(cluster: Sequence[Line]) -> tuple[str, list[int]]:
    """The text of a cluster and, for each of its characters, the line it stands in."""
    text, owners = "", []
    for line in cluster:
        title = name_before_budget(line.text)
        piece = unspaced(line.text if title == line.text else line.text[len(title) :]) + " "
        text += piece
        owners += [line.number] * len(piece)
    return text, owners


def _typed(text: str) -> Iterator[tuple[TypedAmount, str | None]]:
    """The sums of a budget line that are amounts of this programme, with a doubt where the words leave one."""
    last_year = bool(_LAST_YEAR.search(text))
    previous: TypedAmount | None = None
    for typed in find_amounts(text):
        if typed.kind in _BACKGROUND:
            continue
        in_parenthesis = bool(_IN_PARENTHESIS.search(text[: typed.start]))
        if typed.kind == "unknown":
            if in_parenthesis and (last_year or previous is not None):
                continue
            if previous is not None:
                continue
            yield typed, "何の金額かを示す語がないため、予算額と読みました"
        elif typed.kind == "request":
            yield typed, "要求額として印字されています"
        elif previous is not None and in_parenthesis and typed.kind == "initial":
            continue
        elif previous is not None and typed.kind == "part" and _BARE_PARENTHESIS.search(text[: typed.start]):
            continue  # 310億円の内数（300億円の内数）: last year's
        else:
            yield typed, None
        previous = typed


def _blocks(sheet: Sheet, budget: Sequence[Line]) -> tuple[tuple[ContactBlock, ...], tuple[str, ...]]:
    """The blocks of offices: those by the budget line, and others that name a section or a number."""
    contacts = {
        line.number: line.text for role in ("office", "phone") for line in sheet.regions.get(role, ())
    }
    for line in budget:
        tail = _office_tail(unspaced(line.text))
        if tail:
            contacts[line.number] = tail
    for line in list(sheet.regions.get("title", ()))[-1:]:
        if behind := split_office_behind(unspaced(name_before_budget(line.text)))[1]:
            contacts[line.number] = behind
    printed = [line for line in sheet.lines if line.text]
    for line in printed:
        if line.number not in contacts and (beside := split_contact(line.text)[1]):
            contacts[line.number] = beside
    places = {line.number: place for place, line in enumerate(printed)}
    heads = [places[line.number] for role in ("budget", "title") for line in sheet.regions.get(role, ())]
    blocks: list[ContactBlock] = []
    passed_over: list[int] = []
    for block in read_contacts(printed, contacts):
        near = any(abs(places[number] - head) <= 2 for number in block.lines for head in heads)
        sections = any(key_of(office.name)[-1:] in "課室付" for office in block.offices)
        if not (near or block.phones or (sections and _has_bureau(block))):
            passed_over += block.lines
            continue
        same = next((k for k, other in enumerate(blocks) if _cut_short(other, block)), None)
        if same is not None:
            blocks[same] = max(blocks[same], block, key=lambda b: len(b.identity))
        else:
            blocks.append(block)
    _drop_bare_ministries(blocks)
    doubts = []
    if passed_over:
        doubts.append(f"担当課かもしれない行を採っていません: {'、'.join(map(str, passed_over))}行目")
    return tuple(blocks), tuple(doubts)


def _drop_bare_ministries(blocks: Sequence[ContactBlock]) -> None:
    """A ministry alone is no office where another line names one of its own: it only says whose sheet it is."""
    if all(_MINISTRY.search(key_of(office.name)) for block in blocks for office in block.offices):
        return
    for block in blocks:
        block.offices = [office for office in block.offices if not _MINISTRY.search(key_of(office.name))]


def _office_doubt(name: str) -> str | None:
    key = key_of(name)
    if ends_as_section(key) or (key.endswith(("グループ", "班", "官")) and bureau_length(name) < len(name)):
        return None
    return "課室名が見当たりません。離れた行に印字されている可能性があります"


def _has_bureau(block: ContactBlock) -> bool:
    return any(find_bureau(key_of(office.name)) for office in block.offices)


def _cut_short(one: ContactBlock, other: ContactBlock) -> bool:
    """Whether two blocks are one block printed twice, the one perhaps cut short."""
    return one.identity <= other.identity or other.identity <= one.identity


def _office_tail(text: str) -> str:
    """What a budget line prints behind its sums, if that names an office."""
    amounts = find_amounts(text)
    tail = text[amounts[-1].end :] if amounts else ""
    bureau = find_bureau(unicodedata.normalize("NFKC", tail))
    if not bureau:
        return ""
    label = re.search(r"[（(]\s*[0-9０-９]\s*[)）]", tail)
    start = min(bureau.start(), label.start()) if label else bureau.start()
    return tail[start:].strip()
