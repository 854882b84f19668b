"""`kofu check`: every file valid, every reference good and, with the documents, every fact proved."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from kofu.catalogue.documents import SourceLines, documents, open_source
from kofu.catalogue.proof import prove
from kofu.catalogue.validate import dotted, validate, validate_together
from kofu.catalogue.yaml_file import Problem, YamlFile, read_yaml
from kofu.programme.model import Programme


def check_files(
    paths: Iterable[Path], sources: Path | None = None, tick: Callable[[Path], None] = lambda path: None
) -> list[Problem]:
    """Every problem of the files, in their order; `tick` is called after each file.

    Raises:
        KofuError: when a document in `sources` is not the text that the catalogue refers to.
    """
    problems: list[Problem] = []
    good: list[tuple[YamlFile, Programme]] = []
    texts: dict[str, SourceLines | None] = {}
    if sources is not None:
        texts = {name: open_source(document, sources) for name, document in documents().items()}
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
    return problems + validate_together(good)


if __name__ == "__main__":  # until the command exists
    arguments = sys.argv[1:]
    where = None
    if arguments[:1] == ["--sources"]:
        where, arguments = Path(arguments[1]), arguments[2:]
    found = check_files([Path(a) for a in arguments], where)
    for p in found:
        print(p.say("ja"))
    print(f"{len(found)} problems")
