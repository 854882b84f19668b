"""The results of a simulation as a folder: it appears when all of it is written, and never half."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from kofu.errors import KofuError
from kofu.population.report.report import render_report
from kofu.population.report.tables import write_csv


def unfinished(out: Path) -> Path:
    """Where the counts of finished units are kept until the results stand in `out`."""
    return out.absolute().parent / f".{out.name}.unfinished"


def write_file(path: Path, text: str) -> None:
    """A file that appears whole or not at all.

    Raises:
        KofuError: it cannot be written.
    """
    hidden = path.absolute().parent / f".{path.name}.part"
    try:
        hidden.write_text(text, encoding="utf-8")
        hidden.replace(path)
    except OSError as error:
        with suppress(OSError):
            hidden.unlink()
        raise KofuError(
            f"{path}: 書けませんでした（{error.strerror or error}）。場所とディスクの空きを確かめてください",
            f"{path}: could not be written ({error.strerror or error}); check the place and the space of the disk",
        ) from error


def write_results(record: Mapping[str, Any], out: Path, lang: str) -> None:
    """`simulation.json`, the CSV tables and `report.html` in `out`, which must be free.

    Raises:
        KofuError: it cannot be written; nothing is left that looks complete.
    """
    work = unfinished(out)
    staging = work / "results"
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
        (staging / "simulation.json").write_text(text, encoding="utf-8")
        write_csv(record, staging)
        (staging / "report.html").write_text(render_report(record, lang), encoding="utf-8")
        if out.exists():
            out.rmdir()
        staging.replace(out)
    except OSError as error:
        raise KofuError(
            f"{out}: 書けませんでした（{error.strerror or error}）。ディスクの空きと権限を確かめて、同じ指定でもう一度実行してください",
            f"{out}: could not be written ({error.strerror or error}); check space and rights, then run the same call again",
        ) from error
    shutil.rmtree(work, ignore_errors=True)
