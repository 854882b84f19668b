"""A funding flow as an SVG picture, drawn on the server. Its colours are classes of the stylesheet."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from kofu.programme.model import Flow
from kofu.site.flow_layout import BESIDE, FONT, LINE, STATE, Arrow, Box, lay_out
from kofu.site.words import Say

_HEAD = 7


def flow_svg(flows: Sequence[Flow], say: Say, part: str, ident: str) -> Markup:
    """The picture of one scheme; `part` names it, `ident` makes its ids unique on the page."""
    names = {name: say.actor(name) for flow in flows for name in (flow.payer, flow.payee)}
    labels = {i: label_of(flow, say) for i, flow in enumerate(flows)}
    picture = lay_out(flows, names, labels)
    told = " ".join(
        say("flow_step", payer=names[f.payer], payee=names[f.payee], label=_told(f, say)) for f in flows
    )
    body = [_arrow(arrow, say) for arrow in picture.arrows] + [_box(box) for box in picture.boxes]
    return Markup(
        '<svg class="flow" role="img" aria-labelledby="{0}-t {0}-d" '
        'viewBox="-1 0 {1} {2}" width="{1}" height="{2}">'
        '<title id="{0}-t">{3}</title><desc id="{0}-d">{4}</desc>{5}</svg>'
    ).format(
        ident,
        picture.width + 2,
        picture.height + 1,
        say("flow_title", part=part),
        told,
        Markup("").join(body),
    )


def label_of(flow: Flow, say: Say) -> list[str]:
    """The words on an arrow: the instrument, and its rates below."""
    return [say.term(flow.instrument), *([say.rates(flow.rates)] if flow.rates else [])]


def _told(flow: Flow, say: Say) -> str:
    """What stands on an arrow, for who does not see it: 補助 定額 基金."""
    return " ".join([*label_of(flow, say), *([say("flow_fund")] if flow.fund else [])])


def _box(box: Box) -> Markup:
    kind = "state" if box.name == STATE else "middle" if box.pays else "last"
    top = box.y + (box.height - len(box.lines) * LINE) // 2 + LINE - 5
    return Markup('<rect class="b {}" x="{}" y="{}" width="{}" height="{}" rx="8"/>{}').format(
        kind,
        box.x,
        box.y,
        box.width,
        box.height,
        _text(box.lines, box.x + box.width // 2, top, f"n {kind}"),
    )


def _arrow(arrow: Arrow, say: Say) -> Markup:
    points = arrow.points
    drawn = Markup('<path class="a{}" d="M{}"/>').format(
        " fund" if arrow.fund else "", "L".join(f"{x} {y}" for x, y in _short_of_head(points, arrow.head))
    )
    if arrow.head:
        x, y = points[-1]
        drawn += Markup('<path class="h" d="M{} {}l{} {}h{}z"/>').format(
            x, y - 1, -_HEAD, -_HEAD - 4, 2 * _HEAD
        )
    x, y = points[0]
    drawn += _text(arrow.label, x + BESIDE, y + 8 + LINE - 5, "l")
    if arrow.fund:
        words = say("flow_fund")
        wide = len(words) * FONT + 8 if say.lang == "ja" else 44
        drawn += Markup('<rect class="p" x="{}" y="{}" width="{}" height="20" rx="10"/>{}').format(
            x + BESIDE, y + 6, wide, _text([words], x + BESIDE + wide // 2, y + 21, "pt")
        )
    return drawn


def _short_of_head(points: list[tuple[int, int]], head: bool) -> list[tuple[int, int]]:
    x, y = points[-1]
    return [*points[:-1], (x, y - _HEAD if head else y)]


def _text(lines: Sequence[str], x: int, y: int, kind: str) -> Markup:
    if not lines:
        return Markup("")
    span = Markup('<tspan x="{}" y="{}">{}</tspan>')
    spans = (span.format(x, y + i * LINE, line) for i, line in enumerate(lines) if line)
    return Markup('<text class="{}">{}</text>').format(kind, Markup("").join(spans))
