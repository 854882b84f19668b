"""What `kofu population show` prints: rows, columns with their ranges, sources and assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kofu.command.terminal import console
from kofu.population.dataset import DataColumn, Dataset
from kofu.population.made.nation import blocks, nation_hash
from kofu.population.report.wording import Voice
from kofu.rules.values import show_number
from kofu.rules.vocabulary import vocabulary


def population_text(dataset: Dataset, lang: str) -> None:
    """Everything about one population that a reader should know before reading its results."""
    from rich.markup import escape

    def say(ja: str, en: str) -> str:
        return en if lang == "en" else ja

    represents, parts = dataset.represents, len(dataset.parts)
    made_up = dataset.made.get("generator") == "kofu"
    title = f"made-up {Voice(lang, dataset.unit).unit}" if made_up and lang == "en" else dataset.title
    lines = [
        f"[bold]{escape(title)}[/bold]",
        say(f"{dataset.rows:,}行（1行は1{dataset.unit}）、", f"{dataset.rows:,} rows, ")
        + say(f"ファイル{parts}個", f"{parts} {'file' if parts == 1 else 'files'}"),
    ]
    if represents is not None:
        lines.append(say(f"全国 {represents:,} の標本", f"a sample of {represents:,} in the nation"))
    lines += ["", f"[bold]{say('作り方', 'How it was made')}[/bold]"]
    for key, value in dataset.made.items():
        shown = value if isinstance(value, list) else [value]
        lines += [f"  {escape(str(key))}: {escape(_made(item, lang))}" for item in shown]
    lines += ["", f"[bold]{say('列', 'Columns')}[/bold]"]
    lines += [f"  {escape(_column(column, dataset.rows, lang))}" for column in dataset.columns]
    lines += _sources(dataset, lang)
    console().print("\n".join(lines))


def _made(item: Any, lang: str) -> str:
    """How it was made; of a file that was read its name, rows and SHA-256."""
    if not isinstance(item, Mapping):
        return str(item)
    rows = f"{item['rows']:,} rows" if lang == "en" else f"{item['rows']:,}行"
    return f"{item['name']}  {rows}  sha256 {item['sha256']}"


def _column(column: DataColumn, rows: int, lang: str) -> str:
    """Its name and between what its values lie."""
    unknown = f" ({column.nulls:,} unknown)" if lang == "en" else f"（不明 {column.nulls:,}行）"
    suffix = unknown if column.nulls else ""
    if column.nulls == rows or column.kind == "truth":
        return column.name + suffix
    entry = vocabulary().get(column.name)
    if column.kind == "choice":
        return f"{column.name}: {'one of a list' if lang == 'en' else '区分'}{suffix}"
    if entry is None:
        return f"{column.name}: {column.low:,} … {column.high:,}{suffix}"
    low, high = (show_number(end * column.step, entry.spec.type, lang) for end in (column.low, column.high))
    return f"{column.name}: {low} … {high}{suffix}"


def _sources(dataset: Dataset, lang: str) -> list[str]:
    """Of a made-up population: each block of numbers with its publication or the reason of the assumption."""
    made = dataset.made
    if made.get("generator") != "kofu" or made.get("kind") not in ("firms", "contracts"):
        return []
    from rich.markup import escape

    heads = {"source": ("出所", "source"), "assumption": ("仮定", "assumption")}
    lines = ["", "[bold]Sources and assumptions[/bold]" if lang == "en" else "[bold]出所と仮定[/bold]"]
    if made.get("nation") != nation_hash():
        old = (
            "この母集団は前の版の数から作られています。下は今の版です",
            "made from earlier numbers; these are the present ones",
        )
        lines.append(f"  {old[lang == 'en']}")
    for block in blocks(made["kind"]).values():
        lines.append(f"  {escape(block.title(lang))}")
        lines += [f"    {heads[kind][lang == 'en']}: {escape(text)}" for kind, text in block.basis(lang)]
    return lines
