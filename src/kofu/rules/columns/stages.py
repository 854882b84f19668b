"""Which forms get a name of their own, so that what several others need is worked out once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kofu.rules.columns.form import Column, Extreme, Form, Integer, Parameter, Truth, children, walk

_LEAVES = (Integer, Truth, Column, Parameter)


@dataclass(frozen=True)
class Stages:
    """`levels`: named forms, each level made of the columns and the levels before it; `name` of each."""

    levels: tuple[tuple[Form, ...], ...]
    name: dict[Form, str]


def stages(roots: list[Form], repeats_extremes: bool = True) -> Stages:
    """Names every form that is used twice, or would be written twice because an extreme writes its parts twice."""
    forms = walk(roots)
    uses = Counter(
        child for form in forms for child in children(form) for _ in range(_times(form, repeats_extremes))
    )
    uses.update(roots)
    level: dict[Form, int] = {}
    named: list[list[Form]] = []
    for form in forms:
        below = max((level[child] for child in children(form)), default=0)
        level[form] = below
        if uses[form] > 1 and not isinstance(form, _LEAVES):
            level[form] = below + 1
            while len(named) <= below:
                named.append([])
            named[below].append(form)
    names = {form: f"t{i}" for i, form in enumerate(form for forms in named for form in forms)}
    return Stages(tuple(map(tuple, named)), names)


def _times(form: Form, repeats_extremes: bool) -> int:
    return 2 if repeats_extremes and isinstance(form, Extreme) else 1
