"""How every command of `kofu` is called: its language, its help, a wrong call as one sentence, its catalogue."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from kofu.errors import KofuError

if TYPE_CHECKING:
    from kofu.catalogue.store import Store

INTERRUPTED = 130
"""128 + SIGINT, as shells count."""


def _language() -> str:
    """The language asked for: --lang anywhere on the line, else KOFU_LANG, else Japanese."""
    for word, following in zip(sys.argv, [*sys.argv[1:], ""], strict=True):
        if word == "--lang":
            return "en" if following == "en" else "ja"
        if word.startswith("--lang="):
            return "en" if word == "--lang=en" else "ja"
    return "en" if os.environ.get("KOFU_LANG") == "en" else "ja"


LANG = _language()


def t(ja: str, en: str) -> str:
    """The Japanese or the English of a text, as this call asked for."""
    return en if LANG == "en" else ja


# What click adds to the help of an option.
_NOTES_JA = {"[default: ": "[省略時: ", "[required]": "[必須]"}
_NOTES = re.compile("|".join(map(re.escape, _NOTES_JA)))


class _Formatter(click.HelpFormatter):
    """Help with its own words in the language of the call."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, t("使い方: ", "Usage: "))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        if LANG == "ja":
            rows = [(term, _NOTES.sub(lambda note: _NOTES_JA[note[0]], text)) for term, text in rows]
        super().write_dl(rows, col_max, col_spacing)

    def write_heading(self, heading: str) -> None:
        ja = {"Options": "オプション", "Commands": "コマンド"}.get(heading, heading)
        super().write_heading(t(ja, heading))


class _Context(click.Context):
    formatter_class = _Formatter


class _Command(click.Command):
    context_class = _Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = t("この説明を表示して終わる", "Show this message and exit.")
        return option


class CommandGroup(_Command, click.Group):
    """Shows every KofuError and every wrong call as one sentence, with its exit code."""

    command_class = _Command

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the options of the command itself."""
        try:
            return super().make_context(*args, **extra)
        except click.UsageError as error:
            raise _sentence(error) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand."""
        try:
            return super().invoke(ctx)
        except KofuError as error:
            raise _Sentence(error.say(LANG), error.exit_code) from error
        except click.UsageError as error:
            raise _sentence(error) from error
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


class _Sentence(click.ClickException):
    """One sentence on standard error."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code  # type: ignore[misc]  # click reads it from the instance

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"kofu: {self.message}", err=True)


def _sentence(error: click.UsageError) -> click.ClickException:
    """What is wrong with a call, and where it is explained."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error
    usage = f"{error.ctx.command_path if error.ctx else 'kofu'} --help"
    english = error.format_message().rstrip(".")
    return _Sentence(t(f"{_japanese(error)}（使い方: {usage}）", f"{english} ({usage})"), error.exit_code)


def _japanese(error: click.UsageError) -> str:
    parameter: click.Parameter | None = getattr(error, "param", None)
    name = parameter.get_error_hint(error.ctx).strip("'") if parameter else ""
    kind = parameter.type if parameter else None
    match error:
        case click.exceptions.NoSuchCommand():
            return f"{error.command_name} というコマンドはありません"
        case click.NoSuchOption():
            return f"{error.option_name} というオプションはありません"
        case click.MissingParameter():
            return f"{name} を指定してください"
        case click.BadParameter() if isinstance(kind, click.Choice):
            return f"{name} は {'、'.join(kind.choices)} のどれかにしてください"
        case click.BadParameter() if isinstance(kind, click.IntRange):
            return f"{name} は {kind.min} から {kind.max} までの整数にしてください"
        case click.BadParameter() if isinstance(kind, click.Path):
            if "is a file" in error.message:
                return f"{name} にはファイルでなくフォルダーを指定してください"
            return f"{name} のフォルダーがありません"
        case click.BadParameter():
            return f"{name} の値が使えません（{error.message.rstrip('.')}）"
        case _:
            return f"この呼び方はできません（{error.format_message().rstrip('.')}）"


def common(function: Callable[..., None]) -> Callable[..., None]:
    """The option that every command has. Its value is read in _language(), before any help text is made."""
    help_lang = t("表示の言語（ja または en）", "language of the output (ja or en)")
    return click.option("--lang", type=click.Choice(["ja", "en"]), expose_value=False, help=help_lang)(
        function
    )


def json_flag(function: Callable[..., None]) -> Callable[..., None]:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help=t("JSON で出力する", "print JSON"))(function)


_FILTERS = {
    "year": t("年度（西暦。例: 2024）", "fiscal year (2024)"),
    "bureau": t("局・庁（例: 資源エネルギー庁）", "bureau (SME Agency or sme-agency)"),
    "instrument": t("手段（例: 補助）", "instrument (subsidy)"),
    "recipient": t("受け手の区分（例: 小規模事業者）", "class of recipient (small business or small)"),
    "band": t("予算額の範囲（例: 10-50、億円）", "appropriation band (10-50, in 100 million yen)"),
    "field": t("政策分野（例: ものづくり産業）", "policy field (manufacturing)"),
}


def filters(function: Callable[..., None]) -> Callable[..., None]:
    """An option for each facet; each may be given several times."""
    for name, text in reversed(_FILTERS.items()):
        function = click.option(f"--{name}", multiple=True, help=text)(function)
    return function


def folder() -> Path:
    """The catalogue's folder: KOFU_CATALOGUE, else the one that kofu brings."""
    from kofu.catalogue.folder import PACKAGE_DATA

    chosen = os.environ.get("KOFU_CATALOGUE")
    return Path(chosen) if chosen else PACKAGE_DATA


def open_catalogue() -> Store:
    """The database; a bar shows the building of it, which a first start takes a second or more for."""
    from kofu.catalogue.store import open_store

    with ExitStack() as building:
        advance: Callable[[], None] | None = None

        def tick(path: Path) -> None:
            nonlocal advance
            if advance is None:
                from kofu.command.terminal import progress

                bar = building.enter_context(progress(t("目録の準備", "preparing the catalogue")))
                task = bar.add_task("", total=sum(1 for _ in path.parent.glob("*.yaml")))
                advance = partial(bar.advance, task)
            advance()

        return open_store(folder(), tick=tick)


def counted(count: int, thing: str) -> str:
    """1 file, 2 files."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def print_json(value: Any) -> None:
    """JSON on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))
