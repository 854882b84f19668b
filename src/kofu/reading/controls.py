"""Independent controls: what must add up whatever the reader believed, and a doubt where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kofu.programme.model import Amount, Draft
from kofu.programme.vocabulary import AmountKind
from kofu.reading.contents import Entry
from kofu.reading.cues import Cue, read_cues
from kofu.reading.document import Sheet, SourceText
from kofu.text.yen import find_yen

_LOST = "{}～{}行目は、途中で切れたか見つけられなかったシートと思われるため読んでいません"
_TOTALS = (AmountKind.TOTAL_WITH_COMMITMENTS, AmountKind.GUARANTEED_BORROWING_INCLUDED_TOTAL)
_PARTS = (AmountKind.PART, AmountKind.OTHER_MINISTRY_SHARE)


def check_amounts(amounts: Sequence[Amount]) -> Iterator[str]:
    """A total is at least the appropriation; a part is at most the largest sum of the sheet."""
    sums = {amount.kind: amount.yen for amount in reversed(amounts)}
    own = sums.get(AmountKind.APPROPRIATION)
    for kind in _TOTALS:
        if own is not None and kind in sums and sums[kind] < own:
            yield f"{kind.ja}（{sums[kind]:,}円）が予算額（{own:,}円）より小さく、読み誤りの疑いがあります"
    whole = max((sums[kind] for kind in (AmountKind.APPROPRIATION, *_TOTALS) if kind in sums), default=None)
    for amount in amounts:
        if amount.kind in _PARTS and whole is not None and amount.yen > whole:
            yield f"{amount.kind.ja}（{amount.yen:,}円）が全体（{whole:,}円）より大きく、読み誤りの疑いがあります"


def with_remainder(amounts: Sequence[Amount], sheet: Sheet) -> tuple[Amount, ...]:
    """The amounts and, where the sheet prints the difference of its total and its appropriation, that part."""
    own = next((a for a in amounts if a.kind is AmountKind.APPROPRIATION), None)
    total = next((a for a in amounts if a.kind in _TOTALS), None)
    if own is None or total is None or total.yen <= own.yen:
        return tuple(amounts)
    rest = total.yen - own.yen
    if any(amount.yen == rest for amount in amounts):
        return tuple(amounts)
    for line in sheet.lines:
        for yen in find_yen(line.text):
            if yen.yen == rest:
                text = line.text[yen.start : yen.end]
                derived = f"{total.kind.ja} − 予算額"
                part = Amount(kind=AmountKind.PART, yen=rest, at=(line.number,), text=text, derived=derived)
                return (*amounts, part)
    return tuple(amounts)


def check_coverage(source: SourceText, sheets: Sequence[Sheet]) -> list[tuple[int, str]]:
    """Runs of lines outside every sheet that print a label, a sum of yen or an office of one, each with its
    first line: a sheet that is cut off or was not found."""
    covered = {line.number for sheet in sheets for line in sheet.lines}
    runs: list[list[Cue]] = []
    open_ = False
    for cue in read_cues(source):
        outside = cue.line.number not in covered
        if outside and not open_:
            runs.append([])
        if outside:
            runs[-1].append(cue)
        open_ = outside
    return [
        (run[0].line.number, _LOST.format(run[0].line.number, run[-1].line.number))
        for run in runs
        if any(_tells(cue) for cue in run)
    ]


def _tells(cue: Cue) -> bool:
    """Whether a line is of a sheet: not of a cover, a table of contents or a divider."""
    if cue.contents or cue.divider:
        return False
    return bool(cue.labels or cue.budget or cue.phone or find_yen(cue.text))


def check_contents(
    entries: Sequence[Entry], announced: Sequence[Entry | None], drafts: Sequence[Draft]
) -> Iterator[str]:
    """Every entry of the contents has its sheet and every sheet its entry."""
    if not entries:
        return
    if len(entries) != len(drafts):
        yield f"目次の事業は{len(entries)}件ですが、シートは{len(drafts)}件見つかりました"
    found = {entry.at for entry in announced if entry}
    for entry in entries:
        if entry.at not in found:
            yield f"目次の「{entry.title}」（{entry.at[0]}行目）に当たるシートが見つかりません"
    for match, draft in zip(announced, drafts, strict=True):
        if match is None:
            yield f"「{draft.title.ja}」（{draft.lines[0]}行目）は目次にありません"
