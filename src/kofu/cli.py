"""The command `kofu`. Everything heavy is imported inside the command that needs it.

Exit codes: 0 done; 1 a check found something wrong (check, fmt --check) or a search found nothing; 2 the
input or the call was wrong; 130 interrupted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kofu.command.calls import (
    LANG,
    CommandGroup,
    common,
    counted,
    filters,
    folder,
    json_flag,
    open_catalogue,
    print_json,
    t,
)
from kofu.command.facts import fact_commands
from kofu.command.population import population_commands
from kofu.command.proof import proof_commands
from kofu.command.rules import rule_commands
from kofu.command.simulate import simulate_commands
from kofu.command.what_if import what_if_commands
from kofu.errors import KofuError
from kofu.version import __version__

if TYPE_CHECKING:
    from kofu.programme.model import Programme


@click.group(
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=t(
        "交付: 補助金などの事業シートを、探し、開き、たどり、書き出す。",
        "kofu: find, open, follow and export the funding programmes that a government announces.",
    ),
)
@click.version_option(
    __version__, "--version", prog_name="kofu", help=t("版を表示して終わる", "Show the version and exit.")
)
@common
def main() -> None:
    """The command itself; what it does is in its subcommands."""


@main.command("list", help=t("事業の一覧を表示する。", "List the programmes."))
@filters
@json_flag
@common
def list_command(as_json: bool, **facets: tuple[str, ...]) -> None:
    """`kofu list`."""
    _show_hits("", 100_000, as_json, facets)


@main.command(help=t("言葉で事業を探す。", "Search the programmes by words."))
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=20, type=click.IntRange(1, 1000), help=t("表示する件数", "how many to show"))
@filters
@json_flag
@common
def search(words: tuple[str, ...], limit: int, as_json: bool, **facets: tuple[str, ...]) -> None:
    """`kofu search`."""
    _show_hits(" ".join(words), limit, as_json, facets)


def _show_hits(words: str, limit: int, as_json: bool, facets: dict[str, tuple[str, ...]]) -> None:
    from kofu.catalogue.facets import read_facets
    from kofu.catalogue.search import Query
    from kofu.catalogue.search import search as find

    store = open_catalogue()
    hits = find(store, Query(words, read_facets(facets)), limit)
    found = list(store.programmes(hits.ids))
    if as_json:
        print_json({"total": hits.total, "programmes": [_brief(p) for p in found]})
    elif found:
        from kofu.command.terminal import programme_table

        programme_table(found, LANG)
        more = hits.total - len(found)
        click.echo(
            t(f"{hits.total}件", counted(hits.total, "programme"))
            + (t(f"（ほか{more}件は --limit で）", f" ({more} more: --limit)") if more else "")
        )
    else:
        click.echo(
            t(
                "見つかりません。言葉を短くするか、条件を減らしてください。",
                "Nothing found. Use shorter words or fewer filters.",
            ),
            err=True,
        )
    if not found:
        sys.exit(1)


def _brief(p: Programme) -> dict[str, Any]:
    from kofu.catalogue.store import appropriation

    return {
        "id": p.id,
        "title": p.title.ja,
        "title_en": p.title.en,
        "fiscal_year": p.fiscal_year,
        "round": p.round,
        "appropriation": appropriation(p),
        "instruments": [i.value for i in p.instruments],
        "summary": p.summary.model_dump(),
    }


@main.command(
    help=t("一つの事業を、出所の行とともに表示する。", "Show one programme with the lines behind each fact.")
)
@click.argument("identifier", metavar="ID")
@json_flag
@common
def show(identifier: str, as_json: bool) -> None:
    """`kofu show`."""
    store = open_catalogue()
    programme = store.programme(identifier)
    if as_json:
        print_json(programme.model_dump(mode="json", by_alias=True))
        return
    from kofu.command.terminal import programme_text

    successors = store.programmes(store.successors.get(identifier, []))
    later = [(other.id, tie) for other in successors for tie in other.lineage if tie.of == identifier]
    programme_text(programme, later, LANG)


@main.command(help=t("一つの事業の資金の流れを表示する。", "Show the funding flow of one programme."))
@click.argument("identifier", metavar="ID")
@json_flag
@common
def flow(identifier: str, as_json: bool) -> None:
    """`kofu flow`."""
    programme = open_catalogue().programme(identifier)
    if as_json:
        from kofu.programme.record import to_record

        print_json(to_record(programme.id, programme)["flows"])
        return
    from kofu.command.terminal import flow_text

    flow_text(programme, LANG)


@main.command(help=t("目録のファイルを検査する。", "Check the catalogue's files."))
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--sources",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=t(
        "資料のフォルダー。各事実がその行にあることを確かめる",
        "folder of the documents: prove that each fact stands in its lines",
    ),
)
@json_flag
@common
def check(paths: tuple[Path, ...], sources: Path | None, as_json: bool) -> None:
    """`kofu check`."""
    from kofu.catalogue.check import check_files
    from kofu.command.terminal import progress

    files = _yaml_files(paths)
    with progress(t("検査", "checking")) as bar:
        task = bar.add_task("", total=len(files))
        problems = check_files(files, sources, lambda _: bar.advance(task))
    if as_json:
        print_json([vars(problem) for problem in problems])
    else:
        for problem in problems:
            click.echo(problem.say(LANG))
        proved = _proved(sources) if sources else ""
        count = len(problems)
        click.echo(
            t(
                f"{len(files)}ファイル、誤り{count}件{proved}",
                f"{counted(len(files), 'file')}, {counted(count, 'error')}{proved}",
            )
        )
    if problems:
        sys.exit(1)


def _proved(sources: Path) -> str:
    """What a check with sources has proved: a document that is not there proves nothing."""
    from kofu.catalogue.documents import open_sources

    absent = [f"{name}.txt" for name, text in open_sources(sources).items() if text is None]
    if not absent:
        return t("（出所も確認）", " (proved against the sources)")
    return t(
        f"（出所も確認。ただし{'、'.join(absent)}は無く、その事業は確認していない）",
        f" (proved against the sources, but not those of {', '.join(absent)}, which is absent)",
    )


@main.command(
    help=t("目録のファイルを決まった書式に整える。", "Bring the catalogue's files into the one layout.")
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--check",
    "only_check",
    is_flag=True,
    help=t("書き換えず、違うファイルを挙げる", "change nothing, name the files that differ"),
)
@json_flag
@common
def fmt(paths: tuple[Path, ...], only_check: bool, as_json: bool) -> None:
    """`kofu fmt`. Every file is read before the first is written."""
    from kofu.catalogue.export import writing
    from kofu.catalogue.fmt import format_file
    from kofu.command.terminal import progress

    with progress(t("整形", "formatting")) as bar:
        texts = {path: format_file(path).encode() for path in bar.track(_yaml_files(paths))}
    changed = [path for path, text in texts.items() if path.read_bytes() != text]
    for path in [] if only_check else changed:
        with writing(path) as staging:
            staging.write_bytes(texts[path])
    if as_json:
        print_json([str(path) for path in changed])
    else:
        for path in changed:
            click.echo(path)
    if only_check and changed:
        sys.exit(1)


@main.command(help=t("目録を書き出す。", "Export the catalogue."))
@click.option(
    "--format",
    "kind",
    required=True,
    type=click.Choice(["json", "csv", "parquet", "package", "schema", "dictionary"]),
    help=t(
        "json: 記録、csv・parquet: 表、package: データパッケージ、schema: JSON Schema、"
        "dictionary: 項目の説明",
        "json: records; csv, parquet: tables; package: data package; schema: JSON Schema; "
        "dictionary: data dictionary",
    ),
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help=t("出力先（省略時は画面）", "where to write (else printed)"),
)
@click.option(
    "--table",
    "table_name",
    default="programmes",
    help=t("csv・parquet の表の名前", "table of csv or parquet"),
)
@click.option(
    "--bom", is_flag=True, help=t("表計算ソフト用に BOM を付ける", "begin CSV with a BOM, for spreadsheets")
)
@common
def export(kind: str, output: Path | None, table_name: str, bom: bool) -> None:
    """`kofu export`."""
    from kofu.catalogue.export import export_to

    text = export_to(kind, list(open_catalogue().programmes()), output, table_name, bom)
    if text is not None:
        click.echo(text, nl=False)


@main.command(help=t("資料を読み、事業の下書きを作る。", "Read documents into draft records."))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--json",
    "json_out",
    type=click.Path(path_type=Path, allow_dash=True),
    help=t("記録の書き出し先（- は画面）", "file for the records (- prints them)"),
)
@click.option(
    "--drafts",
    type=click.Path(path_type=Path, file_okay=False),
    help=t("下書きの YAML を書き出すフォルダー", "folder for the drafts as YAML"),
)
@common
def read(files: tuple[Path, ...], json_out: Path | None, drafts: Path | None) -> None:
    """`kofu read`."""
    from kofu.catalogue.export import writing
    from kofu.command.terminal import draft_table, progress
    from kofu.drafts import to_records, write_drafts
    from kofu.reading.reader import read_file

    readings = []
    with progress(t("読取り", "reading")) as bar:
        for path in bar.track(files):
            readings.append(read_file(path))
    found = [draft for reading in readings for draft in reading.drafts]
    if drafts is not None:
        write_drafts(found, drafts)
    if json_out is not None and str(json_out) == "-":
        print_json(to_records(found))
        return
    if json_out is not None:
        with writing(json_out) as staging:
            staging.write_text(json.dumps(to_records(found), ensure_ascii=False, indent=1) + "\n", "utf-8")
    draft_table(readings, LANG)


@main.command(help=t("ページと API のサーバーを起動する。", "Serve the pages and the API."))
@click.option(
    "--host", default="127.0.0.1", show_default=True, help=t("待ち受けるアドレス", "address to listen on")
)
@click.option(
    "--port",
    default=8000,
    show_default=True,
    envvar="PORT",
    type=click.IntRange(1, 65535),
    help=t("ポート番号", "port"),
)
@click.option(
    "--sources",
    envvar="KOFU_SOURCES",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=t("資料のフォルダー。ページに元の行を表示する", "folder of the documents, to show lines"),
)
@common
def serve(host: str, port: int, sources: Path | None) -> None:
    """`kofu serve`."""
    from kofu.site.serve import serve as run

    run(folder(), host, port, sources)


@main.command(help=t("シェルの補完を出力する。", "Print shell completion."))
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@common
def completion(shell: str) -> None:
    """`kofu completion`."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(main, {}, "kofu", "_KOFU_COMPLETE").source())


def _yaml_files(paths: tuple[Path, ...]) -> list[Path]:
    from kofu.catalogue.folder import files

    return list(_expanded(paths)) if paths else files(folder())


def _expanded(paths: tuple[Path, ...]) -> Iterator[Path]:
    from kofu.catalogue.folder import files

    for path in paths:
        if path.is_dir():
            yield from files(path)
        elif path.is_file():
            yield path
        else:
            raise KofuError(f"{path}: ファイルがありません", f"{path}: no such file")


for _group in (
    rule_commands,
    what_if_commands,
    fact_commands,
    proof_commands,
    population_commands,
    simulate_commands,
):
    for _command in _group.commands.values():
        main.add_command(_command)


if __name__ == "__main__":
    main()
