"""The curated programmes: one YAML file each, loaded, checked against the sources, formatted and searched.

`kofu.catalogue()` opens them. Importing this package puts it in the place of that function, so it can be called.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Callable(ModuleType):
    def __call__(self, folder: Any = None) -> Any:
        return import_module("kofu.api").catalogue(folder)


sys.modules[__name__].__class__ = _Callable
