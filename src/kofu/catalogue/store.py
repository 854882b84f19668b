"""The embedded database: one read-only SQLite file, built from the catalogue and named by its hash."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal

from kofu.cache import cache_folder
from kofu.catalogue.folder import PACKAGE_DATA, digest
from kofu.errors import KofuError
from kofu.programme.model import Programme, SheetFacts
from kofu.programme.vocabulary import AmountKind
from kofu.version import __version__

FacetKind = Literal["year", "bureau", "instrument", "recipient", "band", "field"]
FACETS: tuple[FacetKind, ...] = ("year", "bureau", "instrument", "recipient", "band", "field")


class Store:
    """An open database. Safe to share between threads for reading."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # as_uri: a folder's name may hold ? or #, which mean something else in a URI.
        self.connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )

    def is_sound(self) -> bool:
        """Whether the file is whole: a disk that was full or a copy that broke off may have damaged it."""
        try:
            whole = self.connection.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
            return whole and self.connection.execute("SELECT 1 FROM programme").fetchone() is not None
        except sqlite3.DatabaseError:
            return False

    def programme(self, identifier: str) -> Programme:
        """The programme with this id.

        Raises:
            KofuError: when there is none.
        """
        query = "SELECT json FROM programme WHERE id = ?"
        # Ids are ASCII; SQLite cannot even be asked for a text that is not valid Unicode.
        row = self.connection.execute(query, (identifier,)).fetchone() if identifier.isascii() else None
        if row is None:
            raise UnknownProgrammeError(
                f"「{identifier}」という事業はありません。kofu list で id を確かめてください",
                f"there is no programme {identifier!r}; kofu list shows the ids",
            )
        return Programme.model_validate_json(row[0])

    def programmes(self, identifiers: Iterable[str] | None = None) -> Iterator[Programme]:
        """All programmes in catalogue order, or those named, in the order given."""
        if identifiers is not None:
            yield from map(self.programme, identifiers)
            return
        for (text,) in self.connection.execute("SELECT json FROM programme ORDER BY number"):
            yield Programme.model_validate_json(text)

    @cached_property
    def successors(self) -> dict[str, list[str]]:
        """For each programme, the ids of later programmes whose lineage names it."""
        found: dict[str, list[str]] = {}
        for programme in self.programmes():
            for tie in programme.lineage:
                found.setdefault(tie.of, []).append(programme.id)
        return found


class UnknownProgrammeError(KofuError):
    """No programme has this id."""


def appropriation(programme: SheetFacts) -> int | None:
    """予算額 in yen; None where the sheet does not state one."""
    return next((a.yen for a in programme.amounts if a.kind is AmountKind.APPROPRIATION), None)


def open_store(
    folder: Path = PACKAGE_DATA, cache: Path | None = None, tick: Callable[[Path], None] = lambda path: None
) -> Store:
    """The database of the catalogue in `folder`, built first if these files were never built.

    A damaged database is built again, and databases of earlier states of the same folder are removed.

    Raises:
        BrokenCatalogueError: when the files hold errors.
        KofuError: when the cache folder cannot be written.
    """
    where = cache or cache_folder()
    place = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]
    path = where / f"catalogue-{place}-{__version__}-{digest(folder)[:16]}.sqlite"
    store = _sound(path)
    if store is None:
        # Only a first start needs YAML and everything that reads it.
        from kofu.catalogue.build import build
        from kofu.catalogue.load import load

        build(path, load(folder, tick))
        _remove_older(path, f"catalogue-{place}-*.sqlite")
        store = Store(path)
    return store


def _sound(path: Path) -> Store | None:
    try:
        store = Store(path)
    except sqlite3.OperationalError:  # not there, or no file
        return None
    return store if store.is_sound() else None


def _remove_older(current: Path, pattern: str) -> None:
    """Remove files that no new process will open. One that is open stays readable for who reads it."""
    for old in current.parent.glob(pattern):
        with contextlib.suppress(OSError):
            if old != current and old.stat().st_mtime < current.stat().st_mtime:
                old.unlink()
