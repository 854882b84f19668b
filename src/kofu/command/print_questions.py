"""What the interview and the list of facts print: a question, what may be answered, help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kofu.command.terminal import console
from kofu.quoting.form import rate_example
from kofu.rules.tree import Type, Value
from kofu.rules.units import YEN
from kofu.rules.values import show_number, show_value
from kofu.rules.vocabulary import FactEntry, vocabulary

_MONEY = Type("number", YEN)


def _say(lang: str, ja: str, en: str) -> str:
    return en if lang == "en" else ja


def question_lines(entry: FactEntry, lang: str) -> Iterator[str]:
    """A question and what may be answered."""
    yield entry.question(lang)
    spec = entry.spec
    if spec.choices:
        shown = [
            f"{number} {entry.shown(c, lang) if lang == 'en' else c}"
            for number, c in enumerate(spec.choices, 1)
        ]
        yield from _packed(shown)
    elif spec.type.kind == "truth":
        yield _say(lang, "  はい / いいえ", "  yes / no")
    else:
        yield "  " + unit_hint(entry, lang)


def unit_hint(entry: FactEntry, lang: str) -> str:
    """In what a number is answered, with an example."""
    spec = entry.spec
    if spec.type == _MONEY:
        return _say(lang, "金額（例: 600万円、1.5億円）", "yen (e.g. 600万円, 6000000)")
    name = spec.unit or _say(lang, "割合", "a share")
    example = f"10{spec.unit}" if spec.unit else rate_example(spec)
    return _say(lang, f"{name}（例: {example}）", f"{name} (e.g. {example})")


def help_lines(entry: FactEntry, lang: str) -> Iterator[str]:
    """What a layman may need, who knows the answer, and the words that steer the interview."""
    if text := entry.help(lang):
        yield f"  {text}"
    who = _say(lang, f"答えを知っている人: {entry.known_by}", f"who knows: {_KNOWN_BY[entry.known_by]}")
    yield f"  {who}"
    yield _say(
        lang,
        "  Enter: 分からない　戻る: 一つ前へ　終了: ここまでの結果を見る",
        "  Enter: not known   back: the question before   quit: the result so far",
    )


_KNOWN_BY = {
    "自社": "the firm itself",
    "事務局": "the secretariat of the programme",
    "行政": "the authorities",
    "金融機関": "the bank",
    "専門家": "an expert",
}


def _packed(items: Sequence[str], width: int = 76) -> Iterator[str]:
    """Items side by side as far as a line goes."""
    from rich.cells import cell_len

    line = "  "
    for item in items:
        if cell_len(line) + cell_len(item) > width and line.strip():
            yield line.rstrip()
            line = "  "
        line += item + "   "
    yield line.rstrip()


def facts_table(entries: Iterable[FactEntry], lang: str) -> None:
    """The vocabulary: name, what may be answered, question."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    heads = _say(lang, "名前 答え方 質問", "name answer question").split()
    table.add_column(heads[0], style="cyan", overflow="fold", ratio=2)
    table.add_column(heads[1], overflow="fold", ratio=2)
    table.add_column(heads[2], overflow="fold", ratio=3)
    for entry in entries:
        table.add_row(entry.name, _escape(_answers(entry, lang)), _escape(entry.question(lang)))
    console().print(table)


def _answers(entry: FactEntry, lang: str) -> str:
    spec = entry.spec
    if spec.type.kind == "truth":
        return _say(lang, "はい・いいえ", "はい, いいえ (yes, no)")
    if spec.choices:
        most = 4
        rest = len(spec.choices) - most
        listed = _say(lang, "・", ", ").join(spec.choices[:most])
        return listed + (_say(lang, f" ほか{rest}", f" and {rest} more") if rest > 0 else "")
    low, high = (show_number(end, spec.type, lang) for end in (spec.low, spec.high))
    return _say(lang, f"{spec.unit or '割合'}（{low}〜{high}）", f"{spec.unit or 'share'} ({low} to {high})")


def given_text(name: str, value: Value, lang: str) -> str:
    """A fact with its value."""
    entry = vocabulary().get(name)
    if entry is None:
        return f"{name}: {value}"
    if entry.spec.choices and isinstance(value, str):
        return f"{name}: {entry.shown(value, lang)}"
    return f"{name}: {show_value(value, entry.spec.type, lang)}"


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)
