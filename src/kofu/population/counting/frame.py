"""What rules read in one population: its columns, what is assumed beside them, draws and groups, all as forms."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kofu.errors import KofuError
from kofu.population.assumptions.premises import Premise
from kofu.population.dataset import DRAW, DRAWN, DataColumn, Dataset
from kofu.quoting.book import ASSUMED
from kofu.rules.columns.bounding import Bounding, Pair
from kofu.rules.columns.form import Column, Form, Forms, Integer
from kofu.rules.columns.normal import Normaliser
from kofu.rules.scope import common_scope, law
from kofu.rules.tree import Node
from kofu.rules.vocabulary import vocabulary

UNKNOWN = "不明"
SIZES = ("小規模", "中小（小規模を除く）", "大企業", "会社・個人以外")
_LAW_DATE = datetime.date(2025, 1, 1)


@dataclass(frozen=True)
class Group:
    """A way to split the rows: `form` is the place of a row's name among `names`, of which the last is unknown."""

    name: str
    form: Form
    names: tuple[str, ...]


class Frame:
    """Makes the forms for one population. `premises` by fact; `seed` decides every draw."""

    def __init__(self, dataset: Dataset, premises: Mapping[str, Premise], seed: int) -> None:
        self.dataset, self.premises, self.seed = dataset, premises, seed
        self.forms = Forms()
        self.used: dict[str, Premise] = {}
        """The premises that were read so far."""
        self._columns = {column.name: self._known(column) for column in dataset.columns}
        self._given = frozenset(law().facts) & {c.name for c in dataset.columns}
        self._premises: dict[str, Form] = {}
        self._common = self.normaliser()
        self.bounding = Bounding(self.forms, self._source)

    def normaliser(self) -> Normaliser:
        """One that shares the forms; open parameters are its own."""
        return Normaliser(self._given, forms=self.forms)

    def pair(self, node: Node, normaliser: Normaliser | None = None) -> tuple[Pair, int]:
        """((least, most), denominator) of a tree over the rows of this population."""
        form, denominator = (normaliser or self._common).normalise(node)
        return self.bounding.pair(form), denominator

    def draw(self, name: str) -> Form:
        """An even draw from 0 … DRAWN − 1 for each row, another one for each name.

        (抽選 × a + b) mod p with a, b from the seed and the name: a 2-universal family (Carter and Wegman 1979),
        so that draws of different names are independent in pairs. Integers only: the same on every engine.
        """
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).digest()
        factor = 1 + int.from_bytes(digest[:8], "big") % (DRAWN - 1)
        added = int.from_bytes(digest[8:16], "big") % DRAWN
        forms = self.forms
        column = self._columns.get(DRAW)
        if column is None:
            raise KofuError(
                f"母集団に「{DRAW}」の列がないので、割合や先着順を計算できません。作り直してください",
                f"the population has no column {DRAW!r}, so no draw is possible; make it again",
            )
        raised = forms.binary("+", forms.times(column, factor), forms.integer(added))
        whole = forms.times(forms.floor(raised, DRAWN), DRAWN)
        return forms.binary("-", raised, whole)

    def drawn(self, share: Fraction, name: str) -> Form:
        """Whether a row is among the share of rows that is drawn under `name`."""
        if share >= 1:
            return self.forms.truth(True)
        limit = share.numerator * DRAWN // share.denominator
        return self.forms.compare("<", self.draw(name), self.forms.integer(limit))

    def lacks(self, name: str) -> bool:
        """Whether rows may leave open what is called `name`."""
        column = self.dataset.by_name.get(name)
        if column is not None:
            return bool(column.nulls)
        return name not in self.premises and name not in ASSUMED

    # --- what a column is

    def _known(self, column: DataColumn) -> Form | None:
        entry = vocabulary().get(column.name)
        if entry is not None and column.kind == "choice" and column.choices != entry.spec.choices:
            raise KofuError(
                f"{self.dataset.folder}: 「{column.name}」の選択肢が今のものと違います。母集団を作り直してください",
                f"{self.dataset.folder}: {column.name!r} has other choices than now; make the population again",
            )
        if column.nulls == self.dataset.rows:
            return None
        bounds = (0, 0) if column.kind == "truth" else (column.low, column.high)
        form = self.forms.keep(Column(column.name, column.kind, *bounds))
        return self.forms.stated(form, form) if column.nulls else form

    def _source(self, column: Column) -> Form | None:
        name = column.name
        if (known := self._columns.get(name)) is not None:
            return known
        if (premise := self.premises.get(name)) is not None:
            self.used[name] = premise
            if name not in self._premises:
                self._premises[name] = self._assumed(column, premise)
            return self._premises[name]
        if name in ASSUMED:
            return self.forms.integer(vocabulary()[name].spec.choices.index(str(ASSUMED[name])))
        return None

    def _assumed(self, column: Column, premise: Premise) -> Form:
        """A premise in the integers of the column that it stands for."""
        if premise.share is not None:
            drawn = self.drawn(premise.share, f"前提:{premise.fact}")
            if premise.where is None:
                return drawn
            return self.forms.logic("and", [self._common.normalise(premise.where)[0], drawn])
        assert premise.value is not None
        if column.kind == "truth":
            return self._common.normalise(premise.value)[0]
        spec = vocabulary()[premise.fact].spec
        if column.kind == "choice":
            return self._common.coded(premise.value, spec.choices)
        form, scale = self._common.scaled(premise.value)
        count = scale / spec.step
        return self.forms.floor(self.forms.times(form, count.numerator), count.denominator)

    # --- groups

    def groups(self, names: Sequence[str]) -> tuple[Group, ...]:
        """Those of `names` (規模, or facts with choices) that this population can be split by.

        Raises:
            KofuError: a name that is neither 規模 nor a column with choices.
        """
        found = []
        for name in dict.fromkeys(names):
            if name == "規模":
                sizes = Group(name, self._size(), (*SIZES, UNKNOWN))
            else:
                sizes = self._choice_group(name)
            if not isinstance(sizes.form, Integer):
                found.append(sizes)
        return tuple(found)

    def _choice_group(self, name: str) -> Group:
        column = self.dataset.by_name.get(name)
        entry = vocabulary().get(name)
        if entry is None or entry.spec.type.kind != "choice":
            raise KofuError(
                f"「{name}」では分けられません。規模か、区分の事実の名前にしてください",
                f"cannot group by {name!r}; name 規模 or a fact with choices",
            )
        choices = entry.spec.choices
        unknown = self.forms.integer(len(choices))
        if column is None or self._columns[name] is None:
            return Group(name, unknown, (*choices, UNKNOWN))
        form = self.forms.keep(Column(name, "choice", column.low, column.high))
        return Group(name, self.forms.stated(form, unknown) if column.nulls else form, (*choices, UNKNOWN))

    def _size(self) -> Form:
        """The size class by the law (derived.yaml): certain, or unknown."""
        scope, forms = common_scope(_LAW_DATE), self.forms
        pairs = [
            self.pair(scope.lookup(n))[0] for n in ("小規模事業者である", "中小企業者である", "大企業である")
        ]
        branches: list[tuple[Form, Form]] = []
        for code, (certain, possible) in enumerate(pairs):
            branches.append((certain, forms.integer(code)))
            if certain is not possible:
                branches.append((possible, forms.integer(len(SIZES))))
        return forms.case(branches, forms.integer(len(SIZES) - 1))
