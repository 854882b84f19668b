"""`kofu check`: every file valid, every reference good and, with the documents, every fact proved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kofu.catalogue.documents import SourceLines, open_sources
from kofu.catalogue.proof import prove
from kofu.catalogue.validate import dotted, validate, validate_together
from kofu.programme.model import Programme
from kofu.yaml_file import Problem, YamlFile, read_yaml


def check_files(
    paths: Iterable[Path], sources: Path | None = None, tick: Callable[[Path], None] = lambda path: None
) -> list[Problem]:
    """Every problem of the files, in their order; `tick` is called after each file.

    Files beside them are read too, since ids, sheets and lineage are told apart between files; what is wrong
    with those is not reported.

    Raises:
        KofuError: when a document in `sources` is not the text that the catalogue refers to, or none is there.
    """
    paths = list(paths)
    problems: list[Problem] = []
    good: list[tuple[YamlFile, Programme]] = []
    texts: dict[str, SourceLines | None] = {}
    if sources is not None:
        texts = open_sources(sources)
    for path in paths:
        file = read_yaml(path)
        programme, found = validate(file)
        problems += found
        if programme is not None:
            good.append((file, programme))
            text = texts.get(programme.document)
            if text is not None:
                problems += [
                    Problem(path.name, file.line_of(place), dotted(place), ja, en)
                    for place, ja, en in prove(programme, text)
                ]
        tick(path)
    names = {path.name for path in paths}
    together = validate_together([*_beside(paths), *good])
    return problems + [problem for problem in together if problem.file in names]


def _beside(paths: Iterable[Path]) -> Iterator[tuple[YamlFile, Programme]]:
    """The programmes in the same folders that are not among `paths`."""
    asked = {path.resolve() for path in paths}
    for folder in sorted({path.parent for path in asked}):
        for path in sorted(folder.glob("*.yaml")):
            if path not in asked:
                file = read_yaml(path)
                programme, _ = validate(file)
                if programme is not None:
                    yield file, programme
