"""What `solve` answers: who pays what, how sure it is, and why, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "cap_reached",
    "all_costs_used",
    "rest_paid_elsewhere",
    "exclusive",
    "minimum_out_of_reach",
    "minimum_not_reached",
    "better_rate_elsewhere",
    "costs_used_elsewhere",
    "brings_nothing",
]
"""Why a used programme pays no more (the first three), or why one is not used."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a programme pays what it pays: `others` are the programmes that it is about, `yen` its amount.

    `yen` is the cap for cap_reached, and the missing cost for the two minimum_… kinds.
    """

    kind: Kind
    offer: str
    others: tuple[str, ...] = ()
    yen: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """One used programme: the yen of each item assigned to it, and its grant."""

    offer: str
    paid: tuple[tuple[str, int], ...]
    grant: int

    @property
    def cost(self) -> int:
        """The cost assigned to it, in yen."""
        return sum(yen for _, yen in self.paid)


@dataclass(frozen=True, slots=True)
class Combination:
    """One way to fund the project; no other of its kind can exceed `bound` yen."""

    shares: tuple[Share, ...]
    bound: int

    @property
    def total(self) -> int:
        """All grants together, in yen."""
        return sum(share.grant for share in self.shares)

    @property
    def gap_yen(self) -> int:
        """How many yen more an unknown combination might bring at most; 0: this one is proved best."""
        return self.bound - self.total

    @property
    def offers(self) -> tuple[str, ...]:
        """The programmes used."""
        return tuple(share.offer for share in self.shares)


@dataclass(frozen=True, slots=True)
class Answer:
    """The best combination, the best one that goes without at least one of its programmes, and the reasons.

    A combination that only adds programmes to the best can bring no more than it and asks for more paper, so
    it is no runner-up. `runner_up` is None where giving up any programme leaves nothing.
    """

    best: Combination
    runner_up: Combination | None
    reasons: tuple[Reason, ...]

    @property
    def total(self) -> int:
        """The best total grant in yen."""
        return self.best.total

    @property
    def gap_yen(self) -> int:
        """What the proof leaves open for the best, in yen."""
        return self.best.gap_yen

    @property
    def dropped(self) -> tuple[str, ...]:
        """Programmes of the best that the runner-up goes without."""
        used = self.runner_up.offers if self.runner_up else ()
        return tuple(name for name in self.best.offers if name not in used)

    @property
    def added(self) -> tuple[str, ...]:
        """Programmes of the runner-up that the best goes without."""
        used = self.runner_up.offers if self.runner_up else ()
        return tuple(name for name in used if name not in self.best.offers)
