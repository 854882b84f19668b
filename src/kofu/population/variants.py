"""Variants of programmes: overlays of their parameters, from a file or from sweeps, each with a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from kofu.errors import KofuError
from kofu.quoting.book import read_overlay
from kofu.rules.settings import Overlay
from kofu.rules.vocabulary import normal
from kofu.yaml_file import read_yaml

CURRENT = "現行"
_MOST = 400
_KEYS = {"name", "parameters", "programmes"}


@dataclass(frozen=True)
class Variant:
    """Parameters as written (補助率 → 1/2), for all programmes that have them and for single ones."""

    name: str
    parameters: Mapping[str, Any]
    programmes: Mapping[str, Mapping[str, Any]]

    def overlay(self, identifier: str, own: set[str]) -> Overlay:
        """What it puts in place of the parameters of a programme, which has those named `own`."""
        common = {name: value for name, value in self.parameters.items() if normal(name).strip() in own}
        return read_overlay({**common, **self.programmes.get(identifier, {})})

    @property
    def hash(self) -> str:
        """SHA-256 of what it changes; its name is no part of it."""
        record = {
            "parameters": {normal(k): str(v) for k, v in self.parameters.items()},
            "programmes": {
                i: {normal(k): str(v) for k, v in some.items()} for i, some in self.programmes.items()
            },
        }
        return hashlib.sha256(json.dumps(record, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def record(self) -> dict[str, Any]:
        """As a record has it."""
        own = {
            f"{identifier}/{name}": str(value)
            for identifier, some in self.programmes.items()
            for name, value in some.items()
        }
        return {
            "name": self.name,
            "hash": self.hash,
            "parameters": {**{name: str(value) for name, value in self.parameters.items()}, **own},
        }


BASELINE = Variant(CURRENT, {}, {})


@dataclass(frozen=True)
class Axis:
    """A parameter that is swept."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Variants:
    """The baseline and its variants; a sweep says which of them lies where."""

    every: tuple[Variant, ...] = (BASELINE,)
    x: Axis | None = None
    y: Axis | None = None
    cells: tuple[tuple[int, int, int], ...] = ()
    """(place on x, place on y, place among `every`)."""

    @property
    def stated(self) -> tuple[Variant, ...]:
        """Those that are neither the baseline nor of the sweep."""
        return self.every[1 : len(self.every) - len(self.cells)]

    @property
    def axes(self) -> list[tuple[str, Sequence[str]]]:
        """What is swept."""
        return [(axis.name, axis.values) for axis in (self.x, self.y) if axis is not None]

    def sweep_record(self) -> dict[str, Any] | None:
        """As a record has it."""
        if self.x is None:
            return None
        axes = [None if a is None else {"name": a.name, "values": list(a.values)} for a in (self.x, self.y)]
        cells = [{"x": x, "y": y, "variant": variant} for x, y, variant in self.cells]
        return {"x": axes[0], "y": axes[1], "cells": cells}


def read_variants(path: Path) -> Variants:
    """The variants of a YAML or JSON file: `variants:` (name, parameters, programmes) and `sweep:` (name: values).

    Raises:
        KofuError: it cannot be read, or says what this is not; the sentence names the place.
    """
    if not path.is_file():
        raise _wrong(path, "ファイルがありません", "there is no such file")
    if not path.read_bytes().strip():
        raise _wrong(
            path, "空です。variants: か sweep: を書いてください", "is empty; write variants: or sweep:"
        )
    file = read_yaml(path)
    if file.problems:
        raise KofuError(file.problems[0].say("ja"), file.problems[0].say("en"))
    data = file.data
    if not isinstance(data, dict) or not set(data) <= {"variants", "sweep"} or not any(data.values()):
        raise _wrong(path, "variants: か sweep: を書いてください", "write variants: or sweep:")
    listed, swept = data.get("variants") or [], data.get("sweep") or {}
    if not isinstance(listed, list) or not isinstance(swept, dict):
        raise _wrong(
            path,
            "variants: には案を並べ（- name: …）、sweep: には「名前: [値, 値]」を書いてください",
            "list the variants (- name: …), and write sweep: as NAME: [VALUE, VALUE]",
        )
    stated = [_variant(path, place, item) for place, item in enumerate(listed, 1)]
    axes = [(str(name), _values(path, name, values)) for name, values in swept.items()]
    return gathered(stated, axes)


def gathered(stated: Sequence[Variant], axes: Sequence[tuple[str, Sequence[str]]]) -> Variants:
    """The baseline, the variants stated, then those of a sweep over one or two parameters.

    Raises:
        KofuError: two variants of one name, more than two axes, or too many variants.
    """
    every = [BASELINE, *stated]
    if len(axes) > 2:
        raise KofuError("一度に動かせるパラメーターは2つまでです", "sweep one or two parameters at a time")
    cells = []
    found = [Axis(name, tuple(values)) for name, values in axes]
    x, y = (found[place] if place < len(found) else None for place in (0, 1))
    if x is not None:
        for (i, one), (j, other) in product(enumerate(x.values), enumerate(y.values if y else [""])):
            parameters = {x.name: one} | ({y.name: other} if y else {})
            cells.append((i, j, len(every)))
            every.append(Variant("、".join(f"{n}={v}" for n, v in parameters.items()), parameters, {}))
    names = [variant.name for variant in every]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise KofuError(f"「{twice}」という名前の案が2つあります", f"two variants are named {twice!r}")
    if len(every) > _MOST:
        raise KofuError(
            f"案が {len(every)} あります。{_MOST} までにしてください",
            f"there are {len(every)} variants; at most {_MOST} can run in one pass",
        )
    return Variants(tuple(every), x, y, tuple(cells))


def _variant(path: Path, place: int, item: Any) -> Variant:
    if not isinstance(item, dict) or not set(item) <= _KEYS:
        raise _wrong(
            path,
            f"variants の{place}番目は name、parameters、programmes だけで書いてください",
            f"variant {place}: write name, parameters and programmes only",
        )
    parameters, programmes = item.get("parameters") or {}, item.get("programmes") or {}
    nested = [parameters, *(programmes.values() if isinstance(programmes, dict) else [None])]
    if not all(isinstance(some, dict) for some in nested) or not any(nested):
        raise _wrong(
            path,
            f"variants の{place}番目に、変える数値を「名前: 値」で書いてください",
            f"variant {place}: write the figures to change as NAME: VALUE",
        )
    return Variant(str(item.get("name") or f"案{place}"), parameters, programmes)


def _values(path: Path, name: Any, values: Any) -> list[str]:
    if not isinstance(values, list) or not values:
        raise _wrong(path, f"sweep の「{name}」には値を並べてください", f"sweep: list the values of {name!r}")
    return [str(value) for value in values]


def _wrong(path: Path, ja: str, en: str) -> KofuError:
    return KofuError(f"{path}: {ja}", f"{path}: {en}")
