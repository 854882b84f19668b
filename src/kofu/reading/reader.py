"""Everything a document says, sheet by sheet: draft programmes with spans and doubts, checked against each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kofu.programme.model import Alias, Draft, Title
from kofu.reading.components import find_components
from kofu.reading.contents import Entry, match_contents, read_contents
from kofu.reading.controls import check_amounts, check_contents, check_coverage, with_remainder
from kofu.reading.decode import ReadError, looks_garbled, read_document
from kofu.reading.document import Line, Sheet, SourceText
from kofu.reading.flow import BoxOrder, find_flows, learn_order
from kofu.reading.goals import leftover_targets
from kofu.reading.headline import Headline, read_cover_year, read_headline
from kofu.reading.layout import key_of
from kofu.reading.leftovers import without_leftovers
from kofu.reading.limits import find_limits, leftover_limits
from kofu.reading.segments import cut_sheets
from kofu.reading.targets import find_targets
from kofu.reading.titles import LABELLED_VALUE
from kofu.text.fold import fold

_NICKNAME = re.compile(r"[（(]([^（()）]*(?:補助金|給付金|プロジェクト|プログラム))[)）]$")

_SHORT_TITLE = 6
_NO_NAME = ("budget", "label", "office", "phone", "page_number")


@dataclass(frozen=True)
class Reading:
    """What was read of one document; `doubts` concern the document as a whole."""

    source: SourceText
    drafts: tuple[Draft, ...]
    doubts: tuple[str, ...]


def read_file(path: str | Path | bytes, name: str | None = None) -> Reading:
    """Read a document (a path, or its bytes) into one draft for each sheet.

    Raises:
        ReadError: it cannot be read, or there is no sheet in it.
    """
    shown = "入力" if isinstance(path, bytes) else str(path)
    return read_source(read_document(path, name), shown)


def read_source(source: SourceText, shown: str = "") -> Reading:
    """Read a decoded document into one draft for each sheet. An error calls it `shown`, or else its name.

    Raises:
        ReadError: there is no sheet in it.
    """
    sheets = cut_sheets(source)
    if not sheets:
        shown = shown or source.name
        raise ReadError(
            f"「{shown}」には事業シートが見つかりません。予算額の行や「事業の内容」などの見出しがある資料を渡してください",
            f"no programme sheet was found in {shown}; pass a document that has budget lines and headings",
        )
    announced_year = read_cover_year(source, sheets[0].first)
    headlines = _settle(sheets, [read_headline(sheet) for sheet in sheets], announced_year)
    entries = read_contents(source)
    titles = [headline.title.ja if headline.title else "" for headline in headlines]
    announced = match_contents(entries, titles)
    order = learn_order(sheets)
    drafts = [
        read_sheet(sheet, headline, order, entry)
        for sheet, headline, entry in zip(sheets, headlines, announced, strict=True)
    ]
    lost = check_coverage(source, sheets)
    missed = check_contents(entries, announced, drafts)
    return Reading(source, _with_lost(drafts, lost), (*(reason for _, reason in lost), *missed))


def _with_lost(drafts: Sequence[Draft], lost: Sequence[tuple[int, str]]) -> tuple[Draft, ...]:
    """The drafts, with what was not read told on the one before it, or on the first: records have no other place."""
    told = list(drafts)
    for line, reason in lost:
        place = max((k for k, draft in enumerate(told) if draft.lines[0] < line), default=0)
        told[place] = told[place].model_copy(update={"doubts": [*told[place].doubts, reason]})
    return tuple(told)


def read_sheet(
    sheet: Sheet,
    headline: Headline | None = None,
    order: BoxOrder | None = None,
    entry: Entry | None = None,
) -> Draft:
    """One sheet as a draft. What the document knows beyond the sheet (its headline settled among the others,
    the order of its diagrams, its entry in the contents) may be given; without it the sheet stands alone."""
    head = headline or _settle([sheet], [read_headline(sheet)])[0]
    flows = find_flows(sheet, order) if order else find_flows(sheet)
    components = find_components(sheet)
    limits, targets = find_limits(sheet, components), find_targets(sheet)
    amounts = with_remainder(head.amounts, sheet)
    title, title_doubts = _title(sheet, head, entry)
    doubts = [*sheet.doubts, *head.doubts, *title_doubts, *flows.doubts, *check_amounts(amounts)]
    doubts += [*leftover_limits(sheet, limits), *leftover_targets(sheet, targets)]
    if not head.offices:
        doubts.append("担当課の記載が見当たりません")
    elif any(office.doubt for office in head.offices):
        doubts.append("担当課の名前が行をまたいで離れている可能性があります")
    if not amounts:
        doubts.append("予算額が読み取れません（記載なし）")
    if looks_garbled("\n".join(line.raw for line in sheet.lines)):
        doubts.append("文字化けしている部分があります")
    return Draft(
        document=sheet.source.name,
        lines=(sheet.first, sheet.last),
        fiscal_year=head.fiscal_year,
        round=head.round,
        title=title,
        aliases=_aliases(title, entry),
        amounts=list(amounts),
        offices=head.offices,
        phones=head.phones,
        components=components,
        flows=flows.flows,
        limits=limits,
        recipients=flows.recipients,
        targets=targets,
        doubts=list(dict.fromkeys(doubts)),
    )


def _settle(
    sheets: Sequence[Sheet], headlines: Sequence[Headline], announced: tuple[int, str] | None = None
) -> list[Headline]:
    """What only the document as a whole decides: leftover offices, and year and round where a sheet is silent:
    those of most other sheets, or else those `announced` on the cover."""
    years = Counter((h.fiscal_year, h.round) for h in headlines if h.fiscal_year and h.round)
    settled = []
    for (blocks, left), headline in zip(
        without_leftovers([h.blocks for h in headlines]), headlines, strict=True
    ):
        year, round_, doubts = headline.fiscal_year, headline.round, [*headline.doubts, *left]
        if year is None or round_ is None:
            if years:
                (year, round_), _ = years.most_common(1)[0]
                doubts.append(
                    f"年度と回が印字されていないため、資料のほかのシートから{year}年度{round_}としました"
                )
            elif announced:
                year, round_ = announced
                doubts.append(f"年度と回が印字されていないため、資料の表題から{year}年度{round_}としました")
            else:
                doubts.append("年度と回が読み取れません（記載なし）")
        elif round_ == "補正" and (fuller := _fuller_round(year, years)):
            doubts.append(f"「補正」とだけ印字されているため、資料のほかのシートから{fuller}としました")
            round_ = fuller
        settled.append(replace(headline, fiscal_year=year, round=round_, blocks=blocks, doubts=tuple(doubts)))
    return settled


def _fuller_round(year: int, years: Counter[tuple[int, str]]) -> str | None:
    """第2次補正, where every other sheet of the year that says more than 補正 says so, and most do."""
    rounds = {round_ for (y, round_) in years if y == year and round_ and round_.endswith("次補正")}
    if len(rounds) != 1:
        return None
    fuller = rounds.pop()
    return fuller if years[(year, fuller)] > years[(year, "補正")] else None


def _title(sheet: Sheet, head: Headline, entry: Entry | None) -> tuple[Title, list[str]]:
    if head.title:
        short = len(fold(head.title.ja)) < _SHORT_TITLE
        return head.title, ["事業名が短く、一部が欠けている可能性があります"] if short else []
    if entry:
        return Title(ja=entry.title, at=entry.at), ["事業名が見当たらないため、目次の名称を使いました"]
    first = _first_free_line(sheet)
    return Title(ja=first.text, at=(first.number,)), ["事業名が読み取れないため、最初の行を使いました"]


def _first_free_line(sheet: Sheet) -> Line:
    """The first line that may be a name for all that is known: no budget line, heading, office or page number."""
    taken = {line.number for role in _NO_NAME for line in sheet.regions.get(role, ())}
    printed = [line for line in sheet.lines if line.text]
    free = [line for line in printed if line.number not in taken and not line.text.isdigit()]
    return next((line for line in free if not LABELLED_VALUE.match(key_of(line.text))), (free or printed)[0])


def _aliases(title: Title, entry: Entry | None) -> list[Alias]:
    aliases = []
    if nickname := _NICKNAME.search(title.ja):
        aliases.append(Alias(name=nickname[1], at=title.at[-1:]))
    if entry and fold(entry.title) != fold(title.ja):
        aliases.append(Alias(name=entry.title, at=entry.at))
    return aliases
