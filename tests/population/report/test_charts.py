"""Charts: bars as long as their values, numbers that are exact, words that stay inside and apart."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kofu.population.report.charts import (
    ALONG,
    WIDTH,
    Bar,
    Cell,
    Mark,
    Series,
    Split,
    Spot,
    bars,
    diverging_bars,
    heat_map,
    lines,
    ticks,
)
from kofu.population.report.lettering import wide, wrap

SUMS = st.integers(0, 10**13)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=60)


def parse(svg: str) -> ElementTree.Element:
    """A drawing as a tree; what was not escaped would not be well formed."""
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    return root


def widths(svg: str, kind: str) -> list[int]:
    return [int(r.get("width", "")) for r in parse(svg).iter("rect") if kind in r.get("class", "").split()]


def texts(svg: str) -> list[str]:
    return [text.text or "" for text in parse(svg).iter("text")]


def bar(low: int, high: int | None = None, label: str = "案", tone: int = 0) -> Bar:
    return Bar(label, low, high, str(low), f"{low}円", tone)


@given(st.lists(SUMS, min_size=1, max_size=8))
def test_bars_are_as_long_as_their_values(values: list[int]) -> None:
    drawn = widths(bars("図", [bar(value, value) for value in values], str), "t0")
    top = max(values)
    assert len(drawn) == len(values)
    for value, length in zip(values, drawn, strict=True):
        assert abs(length * max(top, 1) - value * (WIDTH - 2)) <= max(top, 1)  # a unit of the drawing
        assert 0 <= length <= WIDTH


def test_a_bar_says_its_exact_sum_and_goes_on_lighter_to_its_upper_end() -> None:
    svg = bars("図", [bar(100, 200), bar(50)], str)
    tree = parse(svg)
    assert [title.text for title in tree.iter("title")] == ["100円", "50円"]
    solid, light = (int(r.get("width", "")) for r in list(tree.iter("rect"))[:2])
    assert light in (solid, solid + 1)  # 100 certain, 100 more possible
    assert len([p for p in tree.iter("path") if "open" in p.get("class", "")]) == 1


def test_the_budget_stands_where_its_sum_is() -> None:
    svg = bars("図", [bar(400, 400)], str, Mark(100, "予算 100円"))
    limit = next(p for p in parse(svg).iter("path") if p.get("class") == "limit")
    (x,) = re.findall(r"^M(\d+) ", limit.get("d", ""))
    assert abs(4 * int(x) - widths(svg, "t0")[0]) <= 4
    assert "予算 100円" in texts(svg)


@given(st.lists(st.tuples(SUMS, SUMS), min_size=1, max_size=8))
def test_winners_and_losers_share_one_scale(pairs: list[tuple[int, int]]) -> None:
    rows = [Split("北海道", left, right, (f"−{left}", f"＋{right}"), "") for left, right in pairs]
    svg = diverging_bars("図", rows, ("損", "得"))
    rects = [(int(r.get("x", "")), int(r.get("width", ""))) for r in parse(svg).iter("rect")]
    total = max(1, max(left for left, _ in pairs) + max(right for _, right in pairs))
    axis = {x + width for x, width in rects[::2]} | {x for x, _ in rects[1::2]}
    assert len(axis) == 1
    for (left, right), (_, loses), (_, wins) in zip(pairs, rects[::2], rects[1::2], strict=True):
        assert abs(loses * total - left * (WIDTH - 2)) <= total
        assert abs(wins * total - right * (WIDTH - 2)) <= total


def test_lines_rise_with_their_values_and_stand_where_they_belong() -> None:
    spots = tuple(
        Spot(along, yen, yen, f"{yen}円") for along, yen in ((0, 0), (ALONG // 2, 50), (ALONG, 100))
    )
    svg = lines("図", [Series("案", spots)], [(0, "0 %"), (ALONG, "100 %")], str)
    found = [(int(c.get("cx", "")), int(c.get("cy", ""))) for c in parse(svg).iter("circle")]
    (x0, y0), (x1, y1), (x2, y2) = found
    assert abs((x0 + x2) - 2 * x1) <= 1
    assert abs((y0 + y2) - 2 * y1) <= 1
    assert y2 < y0
    assert "案" not in texts(svg)  # one line needs no legend
    assert "乙" in texts(lines("図", [Series("甲", spots), Series("乙", spots, 1)], [], str))


def test_a_heat_map_has_a_number_in_each_cell_and_darker_is_more() -> None:
    cells = {(x, y): Cell(10 * x + y, (str(10 * x + y),), "") for x in range(3) for y in range(2)}
    del cells[2, 0]
    svg = heat_map("図", ("補助率", ["1/3", "1/2", "2/3"]), ("補助上限額", ["50万円", "100万円"]), cells)
    shades = {}
    for group in parse(svg).iter("g"):
        rect, text = group.find("rect"), group.find("text")
        assert rect is not None
        assert text is not None
        shades[text.text] = rect.get("class")
    assert shades == {"0": "h0", "10": "h2", "1": "h0", "11": "h2", "21": "h4", "—": "h0"}
    assert {"1/3", "100万円"} <= set(texts(svg))


@given(st.integers(1, 10**15))
def test_ticks_are_round_and_few(high: int) -> None:
    found = ticks(high)
    assert found[0] == 0
    assert found[-1] <= high
    assert 2 <= len(found) <= 5
    assert str(found[1]).rstrip("0") in {"1", "2", "5"}


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b"])
def test_words_are_escaped_wherever_they_stand(text: str) -> None:
    row = Bar(text, 1, 1, text, text, 0, text)
    spot = Spot(0, 1, 1, text)
    drawings = (
        bars(text, [row], str, Mark(1, text)),
        diverging_bars(text, [Split(text, 1, 1, (text, text), text)], (text, text)),
        lines(text, [Series(text, (spot,)), Series(text, (spot,))], [(0, text)], str, Mark(1, text)),
        heat_map(text, (text, [text]), (text, [text]), {(0, 0): Cell(1, (text,), text)}),
    )
    for drawing in drawings:
        tree = parse(drawing)
        assert tree.get("aria-label", "").startswith(text)
        assert {element.tag for element in tree.iter()} <= {
            "svg", "g", "title", "text", "rect", "path", "circle"
        }  # fmt: skip


@given(TEXTS, st.integers(40, 400))
def test_wrapping_leaves_nothing_out_and_keeps_to_its_room(text: str, room: int) -> None:
    found = wrap(text, room)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(wide(line) <= room for line in found)


@given(st.lists(TEXTS, min_size=1, max_size=5), st.sampled_from([7, 123_456_789]))
def test_a_chart_grows_with_its_words(labels: list[str], value: int) -> None:
    """Each line of words is below the one before it, and no place is negative."""
    svg = bars("図", [bar(value, None, label) for label in labels], str)
    tree = parse(svg)
    height = int(tree.get("height", ""))
    starts = [int(t.get("y", "")) for t in tree.iter("text") if "e" not in t.get("class", "").split()]
    assert starts == sorted(starts)
    assert all(0 <= y <= height for y in starts)
