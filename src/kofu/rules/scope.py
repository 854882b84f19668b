"""What a name means in an expression: parameter, definition, what a law derives, fact; each worked out once."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from kofu.cache import load_cached
from kofu.errors import KofuError
from kofu.programme.benefits import Definition, Parameter
from kofu.programme.fact import Model
from kofu.rules.parse import parse
from kofu.rules.settings import Overlay, Settled, settle
from kofu.rules.tree import Fact, Named, Node
from kofu.rules.vocabulary import normal, vocabulary


class LawParameter(Parameter):
    """A parameter of a law: it names the article instead of lines."""

    law: str


class Derived(Model):
    """A fact that follows from others, by law or by the plain sense of a word."""

    law: str | None = None
    value: str
    ja: str
    en: str


class Law(BaseModel):
    """derived.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parameters: dict[str, LawParameter]
    facts: dict[str, Derived]


@cache
def law() -> Law:
    """What follows from facts for every programme."""
    return Law.model_validate(_with_lines(load_cached(Path(__file__).with_name("derived.yaml"))))


def _with_lines(data: dict[str, dict[str, dict[str, object]]]) -> dict[str, object]:
    """Rows of a law's table stand in the law, not in a document's lines: their `at` is its first."""
    for parameter in data["parameters"].values():
        for row in parameter.get("rows", []):  # type: ignore[attr-defined]
            row.setdefault("at", [1])
    return data  # type: ignore[return-value]


class Scope:
    """The names of one benefit, looked up from the inside out; `conditions` gathers what tables require."""

    def __init__(
        self,
        date: datetime.date,
        overlay: Overlay,
        parameters: Mapping[str, Parameter],
        definitions: Mapping[str, Definition],
        outer: Scope | None = None,
    ) -> None:
        self.date, self.overlay, self.outer = date, overlay, outer
        self.parameters = {normal(name): p for name, p in parameters.items()}
        self.definitions = {normal(name): d for name, d in definitions.items()}
        self.made: dict[str, Settled] = {}
        self.making: list[str] = []
        self.failed: dict[str, KofuError] = {}
        self.conditions: dict[str, Node] = {}

    def lookup(self, name: str) -> Node:
        """The node of a name.

        Raises:
            KofuError: when nothing has this name, or it leads back to itself.
        """
        settled = self._find(name)
        if settled is None:
            near = difflib.get_close_matches(name, self.names(), 1, 0.5)
            hint = f"。「{near[0]}」ではありませんか" if near else ""
            also = f"; did you mean {near[0]!r}?" if near else ""
            raise KofuError(
                f"「{name}」という事実もパラメーターもありません{hint}",
                f"there is no fact or parameter {name!r}{also}",
            )
        if settled.given is not None:
            self.conditions[name] = settled.given
        return settled.node

    def bind(self, name: str, node: Node) -> None:
        """Give a name to a tree that is already made."""
        self.made[name] = Settled(node)

    def names(self) -> list[str]:
        """Every name that may be used here."""
        own = [*self.made, *self.parameters, *self.definitions]
        return own + (self.outer.names() if self.outer else [*law().facts, *law().parameters, *vocabulary()])

    def _find(self, name: str) -> Settled | None:
        if name in self.made:
            return self.made[name]
        if name in self.failed:  # the same error, so that whoever gathers errors tells it once
            raise self.failed[name].with_traceback(None)
        if name in self.making:
            path = " → ".join([*self.making[self.making.index(name) :], name])
            raise KofuError(
                f"定義が堂々めぐりになっています（{path}）", f"the definitions go round in a circle ({path})"
            )
        self.making.append(name)
        try:
            settled = self._make(name)
        except KofuError as error:
            self.failed[name] = error
            raise
        finally:
            self.making.pop()
        if settled is not None:
            self.made[name] = settled
        return settled

    def _make(self, name: str) -> Settled | None:
        if name in self.parameters:
            return settle(name, self.parameters[name], self.date, self.overlay, self.lookup)
        if name in self.definitions:
            definition = self.definitions[name]
            return Settled(Named(name, parse(definition.value, self.lookup), definition.at))
        if self.outer is not None:
            return self.outer._find(name)
        return self._of_all(name)

    def _of_all(self, name: str) -> Settled | None:
        """A name that every programme knows."""
        if parameter := law().parameters.get(name):
            return settle(name, parameter, self.date, {}, self.lookup, parameter.law)
        if derived := law().facts.get(name):
            return Settled(Named(name, parse(derived.value, self.lookup), law=derived.law))
        entry = vocabulary().get(name)
        return Settled(Fact(entry.spec, name)) if entry else None


@cache
def common_scope(date: datetime.date) -> Scope:
    """The names that every programme knows, at a date."""
    return Scope(date, {}, {}, {})
