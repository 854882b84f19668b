"""Which forms get a name of their own, so that what several others need is worked out once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kofu.rules.columns.form import Case, Column, Extreme, Form, Integer, Parameter, Truth, children, walk
from kofu.rules.columns.nulls import Nulls

_LEAVES = (Integer, Truth, Column, Parameter)


@dataclass(frozen=True)
class Stages:
    """`levels`: named forms, each level made of the columns and the levels before it; `name` of each."""

    levels: tuple[tuple[Form, ...], ...]
    name: dict[Form, str]


def stages(roots: list[Form], nulls: Nulls) -> Stages:
    """Names every form that is used twice, or would be written twice.

    An extreme compares its parts where they are not unknown just as their columns are; a case repeats a
    condition that it checks. What is not named stays inside a case, worked out for its rows only. The conditions
    of a result are for every row: they are named too, for an engine works out a column of truth values faster
    than it picks the rows of each part of a condition in turn.
    """
    forms = walk(roots)
    uses = Counter(roots)
    for root in roots:
        if isinstance(root, Case):
            uses.update(condition for condition, _ in root.branches)
    for form in forms:
        uses.update(children(form))
        uses.update(_again(form, nulls))
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


def _again(form: Form, nulls: Nulls) -> tuple[Form, ...]:
    """The parts that writing out `form` repeats."""
    match form:
        case Extreme():
            return () if nulls.is_seen_in_columns(form) else children(form)
        case Case():
            checked = zip(form.branches, nulls.guards(form), strict=True)
            return tuple(c for (c, _), guard in checked if guard and not nulls.is_seen_in_columns(c))
        case _:
            return ()
