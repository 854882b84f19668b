"""The curated files as programmes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kofu.catalogue.folder import files
from kofu.catalogue.validate import validate, validate_together
from kofu.errors import KofuError
from kofu.programme.model import Programme
from kofu.yaml_file import Problem, read_yaml


class BrokenCatalogueError(KofuError):
    """The catalogue holds errors; `problems` names each with file and line."""

    exit_code = 1

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0]
        super().__init__(
            f"目録に誤りが{len(problems)}件あります。最初: {first.say('ja')}（全部は kofu check で）",
            f"the catalogue has {len(problems)} errors; the first: {first.say('en')} (kofu check shows all)",
        )
        self.problems = problems


def load(folder: Path, tick: Callable[[Path], None] = lambda path: None) -> list[Programme]:
    """Every programme of a folder, newest year first, then in the order of the document.

    Raises:
        BrokenCatalogueError: when any file is not valid.
    """
    good, problems = [], []
    for path in files(folder):
        file = read_yaml(path)
        programme, found = validate(file)
        problems += found
        if programme is not None:
            good.append((file, programme))
        tick(path)
    problems += validate_together(good)
    if problems:
        raise BrokenCatalogueError(problems)
    return sorted((p for _, p in good), key=lambda p: (-p.fiscal_year, p.document, p.lines))
