"""細事業: the numbered parts of a programme that have their own scheme or money.

Sheets number many things: parts, targets, offices, conditions. A series of numbers counts parts when its
headings read like projects, or when the scheme refers to the numbers; thin evidence leaves a doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kofu.programme.model import Component
from kofu.reading.document import Line, Sheet
from kofu.reading.spacing import close_up
from kofu.reading.words import lexicon_data, words_of
from kofu.text.fold import fold

_KEYS = {
    "paren": re.compile(r"[（(][ \u3000]?([０-９\d]{1,2})[）)]"),
    "circle": re.compile(r"([①-⑳])"),
    "dot": re.compile(r"([０-９\d]{1,2})[．.、](?![０-９\d])"),
    "nested": re.compile(r"([０-９\d]{1,2})[-－‐][（(]([０-９\d]{1,2})[）)]"),
}
_LEAD = re.compile(r"^[・•※○■◆▪→ \u3000]*")
_NOT_PARTS = ("targets", "office", "phone", "budget", "title")
_REFERENCE_ROLES = ("scheme", "rest", "page_number", "conditions", "image")
_BETWEEN_KEYS = re.compile(r"^[（()）\d０-９①-⑳、，,・～〜~\s:：及びと/／-]*")
_PROJECT = re.compile(r"事業(?=[①-⑳（(])")
_PARENTHESIS = re.compile(r"[（(【\[][^（(【\[]*[）)】\]]$")
_SUM = re.compile(r"[ \u3000]*約?[\d０-９][\d０-９,，.．（()）]*[百千万億兆]*円(?:[（(].*)?$")
# Cells of a row that the dump put behind its heading: 成長枠 20人以下 2,000万円.
_CELL = re.compile(r"[ \u3000]+約?[\d０-９][^。]*(?:円|人以下|人以上).*$")
# A cap or a rate with its number.
_TERMS = re.compile(r"(?:上限|限度|補助額|補助率|単価)[額はを：: \u3000]*約?[\d０-９]")
_TOLD = re.compile(r"[\d０-９。]|[ぁ-ん]{2}$|は.*[るたすい]$")
_REFERRED = re.compile(r"((?:[０-９\d]{1,2}[、,及びと・]*)+)の事業")
_SENTENCE = re.compile(r"。|(?:する|した|します|図る|行う|ため|、)$")


@dataclass(frozen=True)
class _Heading:
    """A line that begins with a number: `title` is what follows it there and on the lines it runs over;
    `money` says that a sum or a rate of its own stands behind it or on the lines below."""

    style: str
    number: int
    key: str
    title: str
    lines: tuple[int, ...]
    role: str
    money: bool = False


def find_components(sheet: Sheet) -> list[Component]:
    """The parts of a sheet in the order of their keys; none where its numbers count something else."""
    sheet = close_up(sheet)
    roles = _roles(sheet)
    headings = _headings(sheet, roles)
    references = _references(sheet, roles)
    if nested := _nested(headings, sheet):
        return nested
    for style in ("paren", "circle", "dot"):
        numbered = [h for h in headings if h.style == style]
        if style == "circle":  # they also number every other list, so only those printed twice can count
            numbered = [h for h in numbered if _repeats(h, headings) or _is_frame(h)]
        found = _series(numbered)
        if found and (doubt := _judge(style, found, headings, references)) is not None:
            torn = any(_KEYS["nested"].search(line.text) for line in sheet.lines)
            doubt = "図の番号は入れ子ですが、見出しと合いません" if torn else doubt
            return [_component(heading, doubt) for heading in found]
    return _projects_by_reference(sheet, roles)


def _roles(sheet: Sheet) -> dict[int, str]:
    return {line.number: role for role, lines in sheet.regions.items() for line in lines}


def _headings(sheet: Sheet, roles: dict[int, str]) -> list[_Heading]:
    found = []
    lines = [line for line in sheet.lines if line.text]
    widest = max((len(line.text) for line in lines), default=0)
    for index, line in enumerate(lines):
        start = _LEAD.match(line.text)
        place = start.end() if start else 0
        for style, expression in _KEYS.items():
            match = expression.match(line.text, place)
            if not match:
                continue
            title, numbers = _title(line.text[match.end() :], line, lines[index + 1 : index + 4], widest)
            money = _has_money(lines, index)
            if style == "circle":
                found += _circled(line, place, roles, money=money)
            elif title and not _BETWEEN_KEYS.fullmatch(title):
                number = int(unicodedata.normalize("NFKC", match[1]))
                role = roles.get(line.number, "rest")
                key = re.sub(r"[ \u3000]", "", match.group()).rstrip("．.、")
                found.append(_Heading(style, number, key, title, numbers, role, money))
            break
    return found


def _has_money(lines: Sequence[Line], index: int) -> bool:
    """Whether a heading ends in its own sum, or the lines up to the next one print a cap or a rate."""
    text = lines[index].text
    if _SUM.search(text) or _TERMS.search(text):
        return True
    for below in lines[index + 1 : index + 4]:
        if _opens(below.text):
            return False
        if _TERMS.search(below.text):
            return True
    return False


def _circled(line: Line, place: int, roles: dict[int, str], *, money: bool) -> list[_Heading]:
    """Circled numbers can stand side by side on a line: ①石油 ②鉱物."""
    found = []
    for match in re.finditer(r"(?:^|(?<=[ \u3000]))([①-⑳])[ \u3000]*([^①-⑳]+)", line.text[place:]):
        title = _cut(match[2])
        number = int(unicodedata.numeric(match[1]))
        if title:
            role = roles.get(line.number, "rest")
            found.append(_Heading("circle", number, match[1], title, (line.number,), role, money))
    return found


def _title(rest: str, line: Line, following: Sequence[Line], widest: int) -> tuple[str, tuple[int, ...]]:
    """A heading over its line breaks: on while lines are full, touch, and its phrase goes on."""
    title, numbers, last = rest.strip(), [line.number], line
    for after in following:
        full = len(last.text) >= 0.6 * widest and after.number == last.number + 1
        if not full or _ends(title) or _opens(after.text):
            break
        title += after.text
        numbers.append(after.number)
        last = after
    return _cut(title), tuple(numbers)


def _cut(title: str) -> str:
    """Up to the first colon or 。, without a sum at its end; a parenthesis that is cut open goes too."""
    title = _SUM.sub("", re.split(r"[：:。]", title)[0])
    title = _CELL.sub("", title)
    return re.sub(r"[（(][^）)]*$", "", title).strip()


def _ends(title: str) -> bool:
    return bool(re.search(r"[：:。]", title) or _SUM.search(title)) or _is_project(title)


def _opens(text: str) -> bool:
    place = _LEAD.match(text)
    start = place.end() if place else 0
    return start > 0 or any(expression.match(text, start) for expression in _KEYS.values())


def _is_project(title: str) -> bool:
    """Whether a heading reads like the name of a project: 〇〇支援事業（…）, or says how it is paid."""
    tail = _PARENTHESIS.search(title)
    if tail and words_of("component_words", "instruments").search(tail.group()):
        return True
    name = _PARENTHESIS.sub("", title).strip()
    return (
        name.endswith(tuple(lexicon_data("component_words")["heads"]))
        and len(name) > 2
        and not _SENTENCE.search(name)
    )


def _is_frame(heading: _Heading) -> bool:
    """Whether it names a frame of the programme (①通常枠) that has its own cap or rate."""
    name = _PARENTHESIS.sub("", heading.title).strip()
    return heading.money and name.endswith(tuple(lexicon_data("component_words")["frames"]))


def _is_condition(title: str) -> bool:
    return bool(words_of("component_words", "conditions").match(title))


def _series(headings: Sequence[_Heading]) -> list[_Heading]:
    """One heading for each number from 1 on, the best of those of one number; none without 1 and 2."""
    best: dict[int, _Heading] = {}
    for heading in sorted(headings, key=_rank):
        if heading.role not in _NOT_PARTS or _is_project(heading.title):
            best.setdefault(heading.number, heading)
    found: list[_Heading] = []
    while len(found) + 1 in best:
        found.append(best[len(found) + 1])
    return found if len(found) > 1 else []


def _rank(heading: _Heading) -> tuple[bool, bool, bool]:
    """Headings of the outline first, then those that read like a project."""
    return (heading.role in _NOT_PARTS, heading.role != "outline", not _is_project(heading.title))


def _judge(
    style: str, found: Sequence[_Heading], headings: Sequence[_Heading], references: set[tuple[str, int]]
) -> str | None:
    """None when the series counts other things; else the doubt about it, "" for none."""
    if any(_is_condition(heading.title) for heading in found):
        return None
    named = sum(_is_project(heading.title) for heading in found)
    referred = sum((style, heading.number) in references for heading in found)
    repeated = sum(_repeats(heading, headings) for heading in found)
    if style == "paren":
        if 2 * named >= len(found) or referred or repeated:
            return "" if named or referred > 1 or repeated else "番号を指す図が1か所だけです"
        offices = {h.number for h in headings if h.style == style and h.role == "office"}
        return "番号を指すのは担当課の欄だけです" if offices >= {h.number for h in found} else None
    if style == "circle":
        return ""
    own = all(_is_project(h.title) or (h.money and not _TOLD.search(h.title)) for h in found)
    if style == "dot" and own and referred > 1:
        return ""
    if style == "dot" and own:
        return "番号が事業の区分かどうか、図からは分かりません"
    return None


def _repeats(heading: _Heading, headings: Iterable[_Heading]) -> bool:
    """Whether the same number stands before the same name in another place."""
    name = fold(_PARENTHESIS.sub("", heading.title))[:12]
    return any(
        other.lines[0] != heading.lines[0]
        and (other.style, other.number) == (heading.style, heading.number)
        and (fold(other.title).startswith(name) or name.startswith(fold(other.title)))
        for other in headings
    )


def _references(sheet: Sheet, roles: dict[int, str]) -> set[tuple[str, int]]:
    """Numbers that stand alone, or with a rate or instrument, in the scheme: （１）（３）, (2) 2/3; or in words: １の事業."""
    found: set[tuple[str, int]] = set()
    for line in sheet.lines:
        for match in _REFERRED.finditer(line.text) if "の事業" in line.text else ():
            found.update(("dot", int(number)) for number in re.findall(r"\d{1,2}", match[1]))
        if roles.get(line.number, "rest") not in _REFERENCE_ROLES or len(line.text) > 24:
            continue
        rest = words_of("component_words", "instruments").sub("", line.text)
        rest = re.sub(r"[\d０-９]+[/／][\d０-９]+|等|出資金|定額", "", rest)
        if not _BETWEEN_KEYS.fullmatch(rest):
            continue
        for style in ("paren", "circle"):
            numbers = [
                int(unicodedata.numeric(m[1]) if style == "circle" else m[1])
                for m in _KEYS[style].finditer(line.text)
            ]
            if len(numbers) == 2 and re.search(r"[～〜~]", line.text):
                numbers = list(range(numbers[0], numbers[1] + 1))
            found.update((style, number) for number in numbers)
    return found


def _nested(headings: Sequence[_Heading], sheet: Sheet) -> list[Component]:
    """１．… with （１）… below it: keys 1, 2-(1), 2-(2); only where the scheme itself prints such keys.

    A parent may be dumped behind its children, so the printed keys say which parent has how many.
    """
    printed = {m.group() for line in sheet.lines for m in _KEYS["nested"].finditer(line.text)}
    pairs = sorted((_pair(key), key) for key in printed)
    parents = _series([h for h in headings if h.style == "dot"])
    if len(pairs) < 2 or not parents:
        return []
    runs: list[list[_Heading]] = []
    for heading in headings:
        if heading.style == "paren" and heading.role not in _NOT_PARTS:
            if heading.number == 1:
                runs.append([])
            if runs and heading.number == len(runs[-1]) + 1:
                runs[-1].append(heading)
    shape = Counter(parent for (parent, _), _ in pairs)
    if [len(run) for run in runs] != [shape[parent] for parent in sorted(shape)]:
        return []
    children = dict(zip(sorted(shape), runs, strict=True))
    keys = dict(pairs)
    found = []
    for parent in parents:
        if parent.number not in children:
            found.append(_component(parent, ""))
        for child in children.get(parent.number, ()):
            found.append(_component(child, "", keys[parent.number, child.number]))
    return found


def _pair(key: str) -> tuple[int, int]:
    parent, child = re.findall(r"\d+", unicodedata.normalize("NFKC", key))
    return int(parent), int(child)


def _projects_by_reference(sheet: Sheet, roles: dict[int, str]) -> list[Component]:
    """Parts that only an enumeration in a sentence names (①…、②…), where the scheme speaks of 事業①②."""
    named = {
        key
        for line in sheet.lines
        for match in _PROJECT.finditer(line.text)
        for key in re.findall(r"[①-⑳]", line.text[match.end() :].split("　")[0])
    }
    if len(named) < 2:
        return []
    found: dict[str, Component] = {}
    for line in sheet.lines:
        for match in re.finditer(r"([①-⑳])([^①-⑳、。]+)", line.text):
            short = roles.get(line.number) not in _NOT_PARTS and match[1] in named
            if short and not _PROJECT.search(line.text) and len(match[2].strip()) > 3:
                doubt = "文中の列挙から読みました"
                found.setdefault(
                    match[1], Component(key=match[1], title=match[2].strip(), at=(line.number,), doubt=doubt)
                )
    return [found[key] for key in sorted(found)] if set(found) == named else []


def _component(heading: _Heading, doubt: str, key: str | None = None) -> Component:
    title = _noun_phrase(heading.title)
    reasons = [doubt] if doubt else []
    if _SENTENCE.search(title):
        reasons.append("見出しが文です")
    return Component(
        key=key or heading.key,
        title=title,
        at=heading.lines,
        text=heading.title,
        doubt="。".join(reasons) or None,
    )


def _noun_phrase(title: str) -> str:
    """The noun phrase in a heading that is printed as a sentence: …ため、〇〇の支援を実施 → 〇〇の支援."""
    if _is_project(title):
        return title
    for end in lexicon_data("component_words")["noun_ends"]:
        _, found, rest = title.partition(f"{end}、")
        if found and len(rest) > 5:
            title = rest
    return re.split(r"を(?:行|実施|支援|推進|図|促進|補助|交付|出資)", title)[0]
