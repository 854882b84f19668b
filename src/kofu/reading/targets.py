"""成果目標: the numbers a programme promises to reach, each with its metric, comparison and deadline.

A number of the region of targets is a target when its sentence promises something; years, durations,
ordinals, what is so today and asides in parentheses are not. What is uncertain carries its doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kofu.programme.model import Target
from kofu.programme.vocabulary import Comparator
from kofu.reading.deadlines import deadline_of, find_deadlines
from kofu.reading.document import Line, Sheet
from kofu.reading.goals import headed_lines, is_announced, region_of_targets
from kofu.reading.passages import Passage, sentences
from kofu.reading.quantities import Measured, find_quantities
from kofu.reading.spacing import close_up
from kofu.reading.words import pattern
from kofu.text.quantity import Quantity
from kofu.text.rates import find_rates

_OTHER_ROLES = ("purpose", "outline", "policy")
_CLOSE = re.compile(r"[（(][^（(）)]*[）)]")
_TRAILING = re.compile(
    r"(?:[をがはでにのとも、，,:：・（(「［\[ \u3000]|以内|間で|として|について(?:は|、)?|においては?"
    r"|を?目指(?:します|す)|(?:を|の)?[^、をの]{2,8}年度?(?:より|比|[とに]比べて?)|目標|\d{1,3}年間?|[~〜～])+$"
)
_LEADING = re.compile(
    r"^(?:以上|以下|程度|規模|台(?=、)|まで|末|時点|[をがはでにのとも、，。（(）)」 \u3000]"
    r"|する|した|して|し|おいて|おける|ついて|と?なっている|中、|[^、。]{0,30}\d{1,2}(?:か年|年)間?の事業であり、|年間で|また、|だった|である"
    r"|(?:削減|低減|向上|増加|拡大|改善|達成)(?=、)|[］\]】])+"
)
_MARK = re.compile(r"^(?:[・●○✓•※▪■◆◇▶→]|[（(][０-９\d]{1,2}[）)]|[①-⑳])[ \u3000]*")
_ONLY_YEAR = re.compile(r"^[（(][^）)]{3,14}年度?(?:まで)?[）)]。?$")
_ADVERBIAL = re.compile(
    r"^(?:うち|全国|国内|県内)$|(?:により|によって|を通じて|を通して|において|に対し|補助金|予算)$"
)
_LISTED = re.compile(r"^.{2,40}[：:][ \u3000]*約?[\d０-９]")
_ATTRIBUTE = re.compile(r"[）)]?(?:を上回る|を超える|を下回る)(?![こよ]|[、。])")
_BROKEN = re.compile(r"[\d０-９][ \u3000]+$")
_RANGE = re.compile(r"[ \u3000]?[~〜～−-][ \u3000]?")
_RANGE_LOW = re.compile(r"[\d０-９.,，．]+[千万億兆]?[~〜～]$")
_ITEM = re.compile(r"^[・●○✓•].*(?:[にをへ、]|創出|獲得|達成|実現)$")
_TO_GOAL = re.compile(
    r"[ \u3000]*(?:[（(［\[][^（(）)［\[］\]]*[）)］\]])?[ \u3000]*(?:→|⇒|➡|から)[ \u3000]*(?:約|概ね)?(?=[\d０-９])"
)
# The verb of the number before, with which the next clause begins: …を完了し、支援先の廃業率を.
_DONE = re.compile(
    r"^(?:[^、。（()）「」]{0,14}を[^、。をがに]{0,4}[めげえべれけりきみびち]"
    r"|[^、。（()）「」]{0,12}(?:し|させ|され|とともに))(?:つつ)?、(?=.{2})"
)
_LATIN = re.compile(r"[A-Za-zＡ-Ｚ]")  # ５G is a name
_LONGEST_METRIC = 60


def find_targets(sheet: Sheet) -> list[Target]:
    """The targets of a sheet in order; one without a value where they are in words only."""
    sheet = close_up(sheet)
    found, words = _read(region_of_targets(sheet))
    taken = {number for target in found for number in target.at}
    stray = [t for t in _read_elsewhere(sheet.regions.get("rest", ())) if not taken & set(t.at)]
    for name, lines in headed_lines(sheet):
        taken = {number for target in found + stray for number in target.at}
        stray += [_under(name, t) for t in _read(lines)[0] if not taken & set(t.at)]
    if not found and not any(target.doubt is None for target in words):
        closing = "closing_change" if is_announced(sheet) and not stray else "closing_goal"
        roles = [line for role in _OTHER_ROLES for line in sheet.regions.get(role, ())]
        stray += _read_elsewhere(sorted(roles, key=lambda line: line.number), closing)
    return sorted(found + stray, key=lambda target: target.at[0]) or words[:1]


def _under(heading: str, target: Target) -> Target:
    """A target below a heading outside the region of targets."""
    reason = f"「{heading}」の見出しの下の数です"
    return target.model_copy(update={"doubt": f"{reason}。{target.doubt}" if target.doubt else reason})


def _read(lines: Sequence[Line]) -> tuple[list[Target], list[Target]]:
    """Targets with a number in the region of targets, and its sentences that promise in words only."""
    found: list[Target] = []
    words: list[Target] = []
    promised, lead = False, Passage("", ())
    passages = list(sentences(lines))
    for index, passage in enumerate(passages):
        text = passage.text
        if found and _ONLY_YEAR.match(text) and found[-1].by is None:
            found[-1] = found[-1].model_copy(update={"by": text.strip("（()）。")})
            continue
        goal = bool(pattern("target_words", "goal").search(text))
        # A parenthesis behind a sentence that promised goes on promising; a list is closed by を目指す。
        promised = goal or (promised and text[:1] in "（(") or _closed_later(passages[index : index + 6])
        complete = text.endswith("。")
        targets = _numbers(passage, sure=promised)
        if _ITEM.search(text):
            targets = [_led(target, lead) for target in targets]
        else:
            lead = passage
        if not (promised or complete or _LISTED.match(text)):
            targets = [t for t in targets if t.by or t.comparator is not Comparator.EQUAL]
        found += targets
        if not targets and (complete or pattern("target_words", "closing_noun").search(text)):
            words.append(_words_only(passage, sure=goal))
    strong = pattern("target_words", "strong_goal")
    return found, sorted(words, key=lambda target: not strong.search(target.text or ""))


def _led(target: Target, lead: Passage) -> Target:
    """An item of a list has the deadline of the sentence that leads into the list."""
    end = len(lead.text)
    deadline = deadline_of(lead.text, end, end, find_deadlines(lead.text))
    if target.by or not deadline or lead.text.endswith("。"):
        return target
    at = (*lead.at(deadline.start, deadline.end), *target.at)
    return target.model_copy(update={"by": deadline.text, "at": at})


def _closed_later(passages: Sequence[Passage]) -> bool:
    """Whether the first is an item of a list (…に, …を) whose last item ends in the verb: を目指す。"""
    if not _ITEM.search(passages[0].text):
        return False
    ends = (p.text for p in passages[1:] if p.text.endswith("。"))
    return bool(pattern("target_words", "strong_goal").search(next(ends, "")))


def _read_elsewhere(lines: Sequence[Line], closing: str = "closing_goal") -> list[Target]:
    """Sentences outside the region of targets that end in a promise with a number: doubtful ones."""
    found = []
    for passage in sentences(lines):
        if pattern("target_words", closing).search(passage.text):
            for target in _numbers(passage, sure=True):
                reason = "成果目標の欄の外にあります" + (f"。{target.doubt}" if target.doubt else "")
                found.append(target.model_copy(update={"doubt": reason}))
    return found


def _numbers(passage: Passage, *, sure: bool) -> list[Target]:
    """The numbers of a sentence that are targets, left to right."""
    text = passage.text
    deadlines = find_deadlines(text)
    asides = [(d.start, d.end) for d in deadlines]
    found: list[Target] = []
    previous, goal = 0, -1  # where the number begins that an arrow leads to
    for measured in sorted(find_quantities(text) + _shares(text), key=lambda one: one.start):
        behind = _behind(text, measured.end)
        if not measured.time and (
            arrow := _TO_GOAL.match(text, measured.end)
        ):  # 46.2万ha［令和４年度］→ 48万ha: how it is today
            deadlines = [d for d in deadlines if not measured.start <= d.start < arrow.end()]
            asides = [edge for edge in asides if not measured.start <= edge[0] < arrow.end()]
            asides = sorted([*asides, (measured.start, arrow.end())])
            goal = arrow.end()
            continue
        if pattern("target_words", "threshold").match(text, measured.end):
            continue
        if measured.start != goal and _is_background(text, measured, behind):
            end = measured.end + (2 if behind.startswith("から") else 0)
            asides = sorted([*asides, (measured.start, end)])
            continue
        if measured.time and not _is_length(text, measured):
            continue
        comparator = _comparator(text, measured, behind)
        quantity = _with_unit(text, measured)
        if measured.guessed and comparator is Comparator.EQUAL and quantity.value != 0:
            continue
        metric = _metric(text, measured, previous, asides, found)
        deadline = deadline_of(text, measured.start, measured.end, deadlines)
        if deadline and deadline.start >= measured.end:  # in its own parenthesis: of no later number
            deadlines = [one for one in deadlines if one is not deadline]
        when = passage.at(deadline.start, deadline.end) if deadline else ()
        place = text.find(metric, previous) if metric else -1
        first = min(place, measured.start) if place >= 0 else measured.start
        found.append(
            Target(
                metric=metric or "（読み取れません）",
                comparator=comparator,
                value=quantity,
                by=deadline.text if deadline else None,
                at=tuple(sorted({*when, *passage.at(first, measured.end)})),
                text=text[measured.start : measured.end],
                derived=measured.derived,
                doubt=_doubt(text, measured, behind, metric, sure=sure),
            )
        )
        # A metric behind the number (4件程度のセミナー) is not also that of the next one.
        again = text.find(metric, measured.end, measured.end + len(metric) + 6) if metric else -1
        previous = again + len(metric) if again >= 0 else measured.end
    return found


def _doubt(text: str, measured: Measured, behind: str, metric: str, *, sure: bool) -> str | None:
    reasons = {
        "目標を表す語がない文の数です": not sure,
        "単位が印刷されていません": measured.guessed,
        "数字の間に空白があります": bool(_BROKEN.search(text[: measured.start])),
        "比べる語が別の語にかかるかもしれません": bool(_ATTRIBUTE.match(behind)),
        "何の数かを読み取れません": not metric,
    }
    return "。".join(reason for reason, holds in reasons.items() if holds) or None


def _behind(text: str, end: int) -> str:
    """What follows a number, its own parenthesis or the one it stands in skipped."""
    rest = text[end:]
    if own := _CLOSE.match(rest):
        rest = rest[own.end() :]
    return rest


def _is_background(text: str, measured: Measured, behind: str) -> bool:
    """Whether the number tells how things are, whom it concerns, or only describes a word."""
    if pattern("target_words", "background").match(behind):
        return True
    if pattern("target_words", "limit_before").search(text[: measured.start]):
        return True
    if measured.quantity.unit != "%" and pattern("target_words", "criterion").match(behind):
        return True
    opened = max(text.rfind("（", 0, measured.start), text.rfind("(", 0, measured.start))
    closed = max(text.rfind("）", 0, measured.start), text.rfind(")", 0, measured.start))
    if opened <= closed:
        return False
    close = re.search(r"[）)]", text[measured.end :])
    after = text[measured.end + close.end() :] if close else ""
    return bool(pattern("target_words", "aside").match(after))


def _is_length(text: str, measured: Measured) -> bool:
    """Whether a duration is itself what is promised: 復旧時間を24時間以内とする."""
    return bool(pattern("target_words", "length").search(_clean(text[: measured.start])))


def _comparator(text: str, measured: Measured, behind: str) -> Comparator:
    behind = behind.lstrip(" \u3000）)")
    behind = re.sub(r"^(?:程度|規模|の?水準)", "", behind)
    if pattern("target_words", "at_least").match(behind) or (measured.derived or "").startswith("過半"):
        return Comparator.AT_LEAST
    if pattern("target_words", "at_most").match(behind):
        return Comparator.AT_MOST
    before = text[max(0, measured.start - 8) : measured.start]
    least = pattern("target_words", "at_least_before").search(before)
    return Comparator.AT_LEAST if least else Comparator.EQUAL


def _shares(text: str) -> list[Measured]:
    """Fractions of something (平時の1/2) as percentages; those of a subsidy are none."""
    return [
        Measured(Quantity(one.rate.value * 100, "%"), one.start, one.end, derived=text[one.start : one.end])
        for one in find_rates(text)
        if one.rate.value is not None and "/" in str(one.rate) and text[: one.start].endswith("の")
    ]


def _with_unit(text: str, measured: Measured) -> Quantity:
    """The quantity, per year where 年間 stands in front; 件数を0 counts 件."""
    quantity = measured.quantity
    before = _RANGE_LOW.sub("", text[: measured.start])
    if not quantity.unit:
        counted = re.search(r"(件|者|社|人|箇所|施設)数(?:を|が|は)?(?:年間)?$", before)
        return Quantity(quantity.value, counted[1]) if counted else quantity
    if quantity.unit in ("%", "倍") or "/" in quantity.unit:
        return quantity
    if re.search(r"年間(?:約|概ね|[^\d、。]{1,6})?$", before) and not re.search(r"\d年間\S{0,6}$", before):
        return Quantity(quantity.value, f"{quantity.unit}/年")
    if re.search(r"(?:各月|毎月|通年)$", before):
        return Quantity(quantity.value, f"{quantity.unit}/月")
    return quantity


def _metric(
    text: str, measured: Measured, previous: int, asides: list[tuple[int, int]], found: list[Target]
) -> str:
    """What is counted: the words in front of the number, else those behind, else as for the number before.

    `asides` are the deadlines and the numbers of today: they part the words in front and say nothing themselves.
    """
    if found and _RANGE.fullmatch(text, previous, measured.start):
        return found[-1].metric
    inner = [edge for a, b in asides if previous <= a and b <= measured.start for edge in (a, b)]
    edges = [previous, *inner, measured.start]
    pieces = [_clean(text[edges[i] : edges[i + 1]], later=previous > 0) for i in range(0, len(edges), 2)]
    front = next((piece for piece in reversed(pieces) if len(piece) > 1), "")
    behind = text[measured.end :]
    if not front and found and not behind.startswith("の"):
        return found[-1].metric
    if not front or _ADVERBIAL.search(front):
        return _metric_behind(behind) or front
    if len(front) > _LONGEST_METRIC:
        front = front[-_LONGEST_METRIC:]
        comma = front.find("、")
        front = front[comma + 1 :] if 0 <= comma < _LONGEST_METRIC - 8 else front
    return front


def _clean(printed: str, *, later: bool = False) -> str:
    """A metric without marks and particles around it; a `later` one without the verb of the one before."""
    words = pattern("target_words", "approximate")
    printed = _MARK.sub("", printed.strip())
    cleaned = _LEADING.sub("", _DONE.sub("", printed) if later else printed)
    while True:
        shorter = _TRAILING.sub("", re.sub(rf"(?:{words.pattern})+$", "", cleaned))
        if shorter == cleaned:
            return cleaned
        cleaned = shorter


def _metric_behind(printed: str) -> str:
    """The words behind a number that has none in front: 4件程度のセミナー開催."""
    noun = re.split(r"[をがはに、。（(]|\d", _LEADING.sub("", printed))[0][:_LONGEST_METRIC]
    return "" if noun.endswith(("こと", "もの", "する", "ます")) else noun


def _words_only(passage: Passage, *, sure: bool) -> Target:
    text = _MARK.sub("", passage.text.strip()).rstrip("。")
    doubts = [] if sure else ["目標を表す語がない文です"]
    numbers = [one for one in find_quantities(passage.text) if not one.time]
    if any(not one.guessed or not _LATIN.match(passage.text, one.end) for one in numbers):
        doubts.append("文中に目標の値として読めない数があります")
    return Target(
        metric=text[-2 * _LONGEST_METRIC :],
        value=None,
        at=passage.at(0, len(passage.text)),
        text=passage.text,
        doubt="。".join(doubts) or None,
    )
