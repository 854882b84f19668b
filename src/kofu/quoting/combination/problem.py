"""The problem, apart from any programme: cost items, offers that may pay for them, and pairs that exclude."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from kofu.errors import KofuError


@dataclass(frozen=True, slots=True)
class Item:
    """A cost of the project: its name and its whole yen."""

    name: str
    yen: int


@dataclass(frozen=True, slots=True)
class Offer:
    """What one programme would pay: floor(min(rate × assigned cost, cap)), nothing below the minimum cost.

    `items` names what it may pay for. `cap` is in yen of grant, `minimum` in yen of assigned cost; None is
    "no such limit". A fixed sum (定額) is an offer at rate 1.
    """

    name: str
    rate: Fraction
    items: frozenset[str]
    cap: int | None = None
    minimum: int | None = None

    def grant(self, cost: int) -> int:
        """The grant in whole yen when `cost` yen are assigned to this offer."""
        if cost < (self.minimum or 0):
            return 0
        whole = cost * self.rate.numerator // self.rate.denominator
        return whole if self.cap is None else min(whole, self.cap)


@dataclass(frozen=True, slots=True)
class Problem:
    """Items, offers and the pairs of offers of which a project may use one only. Raises KofuError."""

    items: tuple[Item, ...]
    offers: tuple[Offer, ...]
    exclusive: frozenset[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        _distinct("費目", "cost item", (item.name for item in self.items))
        _distinct("制度", "programme", (offer.name for offer in self.offers))
        for item in self.items:
            _yen(f"費目「{item.name}」の金額", f"the cost of item {item.name}", item.yen)
        known = {item.name for item in self.items}
        for offer in self.offers:
            _check(offer, known)
        names = {offer.name for offer in self.offers}
        for pair in self.exclusive:
            said = "、".join(sorted(pair))
            if len(pair) != 2:
                raise KofuError(
                    f"併用できない組「{said}」は二つの制度ではありません。異なる二つの名前を書いてください。",
                    f"The exclusive pair ({said}) is not two programmes; write two different names.",
                )
            for name in sorted(pair - names):
                raise KofuError(
                    f"併用できない組の「{name}」という制度がありません。候補の制度の名前を書いてください。",
                    f"An exclusive pair names {name}, which is not among the programmes; use one of theirs.",
                )


def _check(offer: Offer, items: set[str]) -> None:
    ja, en = f"制度「{offer.name}」", f"of programme {offer.name}"
    if not isinstance(offer.rate, Fraction) or not 0 < offer.rate <= 1:
        raise KofuError(
            f"{ja}の補助率 {offer.rate} は0より大きく1以下の分数ではありません。1/2 のように書いてください。",
            f"The rate {offer.rate} {en} is not a fraction above 0 and up to 1; write it like 1/2.",
        )
    if offer.cap is not None:
        _yen(f"{ja}の上限額", f"the cap {en}", offer.cap)
    if offer.minimum is not None:
        _yen(f"{ja}の下限の経費", f"the minimum cost {en}", offer.minimum)
    for name in sorted(offer.items - items):
        raise KofuError(
            f"{ja}が対象とする費目「{name}」は事業の費目にありません。名前を確かめてください。",
            f"The item {name} {en} is not among the project's cost items; check its name.",
        )


def _yen(ja: str, en: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise KofuError(
            f"{ja}が {value!r} です。0以上の整数の円で書いてください。",
            f"{en[0].upper()}{en[1:]} is {value!r}; write whole yen, 0 or more.",
        )


def _distinct(ja: str, en: str, names: Iterable[str]) -> None:
    seen = set[str]()
    for name in names:
        if name in seen:
            raise KofuError(
                f"{ja}「{name}」が二度あります。名前を分けてください。",
                f"The {en} {name} appears twice; give each its own name.",
            )
        seen.add(name)
