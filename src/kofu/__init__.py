"""kofu (交付): the sheets on which a government announces its funding programmes, as programmes that run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kofu.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from kofu.api import Catalogue

__all__ = ["__version__", "catalogue", "match"]


def catalogue(folder: str | Path | None = None) -> Catalogue:
    """The programmes by id: `kofu.catalogue()["id"].quote(...)`; see `kofu.api.catalogue`."""
    from kofu.api import catalogue as open_it

    return open_it(folder)


def match(cases: Any, **options: Any) -> Any:
    """One firm or a table of firms against all programmes; see `kofu.api.match`."""
    from kofu.api import match as match_them

    return match_them(cases, **options)
