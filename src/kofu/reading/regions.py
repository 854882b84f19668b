"""Which lines of a sheet play which role.

Labels open regions, but in the dump of a slide a label and its text may stand apart. So a region of text ends
where a label, the headline or the diagram begins, and a label that was left without text takes the paragraphs
elsewhere on the sheet whose wording fits it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kofu.reading.cues import Cue
from kofu.reading.document import Line
from kofu.reading.layout import Layout, layouts
from kofu.reading.offices import ends_as_section
from kofu.reading.titles import find_title

TEXT_ROLES = frozenset({"purpose", "outline", "targets", "point", "policy"})
"""Roles whose region is running text."""

_RATE = r"(?:最大)?\d+(?:\.\d+)?(?:/\d+|%)(?:以内|以下|未満|等)?"
_FLOW = re.compile(
    rf"(?:国|県|都道府県|市町村|独法|大学|基金|定額|補助率?|補助金|間接補助|委託費?|交付金?|出資金?|拠出金?|融資|助成金?"
    rf"|補給金|利子補給金?|給付金?|信用保証|信用保険|損失補償|公募|共同|再|{_RATE}|民間(?:企業|団体|事業者)?|中小|中堅"
    rf"|企業|団体|機関|事業者|協議会|等|又は|or|[(]?\d[)]|[()、,・/※~／])+"
)
_ENDED = re.compile(r"(?:[。)]|す)$")
_OPENS_PARAGRAPH = re.compile(
    r"^(?:[・●○✓•※▪◆<〈【①-⑳]|[(]\d+[)]|\d+[.．]|(?:短期|中期|中長期|長期|最終)的?(?:に|には|$)|また、|具体的には|このため|本事業)"
)
_AIM = re.compile(r"目指|目標|達成|以上(?:と|に|実)|実現する|寄与|貢献")
_AIM_OPENS = re.compile(r"^(?:短期|中期|中長期|長期|最終)的?に|(?:目指す|目指します|目標とする)。?$")


def find_regions(cues: Sequence[Cue], layout_key: str) -> Mapping[str, Sequence[Line]]:
    """The lines of each role, in the order of print; lines of no known role are under `rest`."""
    layout = layouts()[layout_key]
    title = find_title(cues, layout.title, layout.labels)
    roles = _headline_roles(cues, title)
    opened = _walk(cues, roles, layout)
    if "targets" in opened and "targets" not in roles:
        _reclaim_targets(cues, roles)
    regions: dict[str, list[Line]] = {"title": [cues[k].line for k in title]} if title else {}
    for role, cue in zip(roles, cues, strict=True):
        if role != "title":
            regions.setdefault(role, []).append(cue.line)
    return regions


def _headline_roles(cues: Sequence[Cue], title: Sequence[int]) -> list[str]:
    """Roles of the lines that tell by themselves what they are; "" for all others."""
    roles = [""] * len(cues)
    for k, cue in enumerate(cues):
        if cue.budget:
            roles[k] = "budget"
        elif cue.phone:
            roles[k] = "phone"
        elif cue.office:
            roles[k] = "office"
        elif cue.page_number and k == len(cues) - 1:
            roles[k] = "page_number"
        elif cue.divider and k == 0:
            roles[k] = "divider"
    for k in title:
        roles[k] = roles[k] if roles[k] == "budget" else "title"
    _complete_offices(cues, roles)
    return roles


def _complete_offices(cues: Sequence[Cue], roles: list[str]) -> None:
    """Names that the print broke: 事務局総務 / 課, and a piece between a bureau and the section it ends in."""
    for k in range(1, len(cues)):
        if roles[k] or cues[k].gap > 1 or roles[k - 1] != "office" or cues[k].labels or cues[k].prose:
            continue
        key, before = cues[k].key, cues[k - 1].key
        if len(key) <= 4 and key.endswith(("課", "室")) and not cues[k].gap and not ends_as_section(before):
            roles[k] = "office"
        elif k + 1 < len(cues) and roles[k + 1] == "office" and cues[k + 1].gap <= 1:
            joins = cues[k + 1].office == 1 and ends_as_section(cues[k + 1].key)
            if joins and not ends_as_section(before) and 3 <= len(key) <= 20 and not _FLOW.fullmatch(key):
                roles[k] = "office"


def _walk(cues: Sequence[Cue], roles: list[str], layout: Layout) -> set[str]:
    """Give each line without a role the role of the region it stands in; the roles that labels opened."""
    state, started, ended, opened = "rest", False, True, set()
    for k, cue in enumerate(cues):
        if cue.labels and roles[k] in ("", "title"):
            known = [layout.labels[label] for label in cue.labels.labels if label in layout.labels]
            opened.update(known)
            text = [role for role in known if role in TEXT_ROLES] or known
            if text:
                before, state = state, text[-1]
                if roles[k] == "":
                    roles[k] = before if cue.labels.at_end else state if cue.labels.rest else "label"
                started, ended = bool(cue.labels.rest), True
                continue
        if roles[k]:
            if roles[k] in ("title", "budget") or (ended and state in TEXT_ROLES):
                state = "rest"
        elif _FLOW.fullmatch(cue.key):
            roles[k] = "scheme"
            if state in TEXT_ROLES and ended:
                state = "scheme"
        else:
            if (state == "scheme" and cue.prose) or (started and ended and _leaves_text(cues, k, state)):
                state = "rest"
            roles[k] = state
            started, ended = True, bool(_ENDED.search(cue.key))
    return opened


def _leaves_text(cues: Sequence[Cue], k: int, state: str) -> bool:
    """Whether the sentences of a text region are over at line `k` and loose words of a diagram follow."""
    opens = _OPENS_PARAGRAPH.match(cues[k].key) or _OPENS_PARAGRAPH.match(cues[k].text)
    if state not in TEXT_ROLES or not cues[k].gap or opens:
        return False
    for cue in cues[k : k + 8]:
        if _ENDED.search(cue.key):
            return False
        if len(cue.key) < 12 or cue.labels:
            return True
    return True


def _reclaim_targets(cues: Sequence[Cue], roles: list[str]) -> None:
    """The label of targets stands alone: take the paragraphs that read like targets, wherever they stand."""
    paragraphs = _paragraphs(cues, roles)
    rest = [p for p in paragraphs if roles[p[0]] == "rest"]
    hits = [
        n for n, p in enumerate(rest) if _AIM.search("".join(cues[k].key for k in p)) or _opens_aim(cues, p)
    ]
    stray = [rest[n] for n in _with_siblings(cues, rest, hits)]
    if not stray:
        others = [p for p in paragraphs if roles[p[0]] in TEXT_ROLES]
        stray = [p for p in others if _opens_aim(cues, p) and (p[0] == 0 or roles[p[0] - 1] != "label")]
    for paragraph in stray:
        for k in paragraph:
            roles[k] = "targets"


def _opens_aim(cues: Sequence[Cue], paragraph: Sequence[int]) -> bool:
    """Whether a paragraph starts (短期的には …) or ends (… を目指す。) as only targets do."""
    return bool(_AIM_OPENS.search(cues[paragraph[0]].key) or _AIM_OPENS.search(cues[paragraph[-1]].key))


def _with_siblings(
    cues: Sequence[Cue], paragraphs: Sequence[Sequence[int]], hits: Sequence[int]
) -> list[int]:
    """The hits, what stands between two of them, and items of the same list that follow the last."""
    if not hits:
        return []
    last = hits[-1]
    while last + 1 < len(paragraphs) and paragraphs[last + 1][0] == paragraphs[last][-1] + 1:
        marks = {cues[paragraphs[n][0]].key[0] for n in (last, last + 1)}
        if len(marks) > 1 or not marks & set("・•●○✓("):
            break
        last += 1
    near = [n for n in hits if n == hits[0] or paragraphs[n][0] - paragraphs[n - 1][-1] < 12]
    return sorted({*hits, *range(near[0], near[-1] + 1), *range(hits[-1], last + 1)})


def _paragraphs(cues: Sequence[Cue], roles: Sequence[str]) -> list[list[int]]:
    """Runs of lines of one role, split where a sentence has ended and another paragraph opens."""
    found: list[list[int]] = []
    for k, cue in enumerate(cues):
        if roles[k] not in TEXT_ROLES and roles[k] != "rest":
            continue
        last = found[-1][-1] if found else -2
        joined = last == k - 1 and roles[last] == roles[k]
        if joined and not (_ENDED.search(cues[last].key) and (cue.gap or _OPENS_PARAGRAPH.match(cue.key))):
            found[-1].append(k)
        else:
            found.append([k])
    return found
