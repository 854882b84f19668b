"""When a call is open and on which day an applicant comes: assumptions, in calendar.yaml, that a user replaces."""

from __future__ import annotations

import datetime
import re
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from kofu.errors import KofuError
from kofu.yaml_file import load_plain

_WRITTEN = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})(?:,\s*(\S+))?")
_LONGEST = 3660
"""Days. A longer call is a slip of the pen."""


@dataclass(frozen=True)
class Curve:
    """How arrivals are spread over a call. `stretches`: (part of the time, part of the applicants), each adding to 1."""

    name: str
    en: str
    why_ja: str
    why_en: str
    stretches: tuple[tuple[Fraction, Fraction], ...]

    def arrived(self, time: Fraction) -> Fraction:
        """The part of all applicants that has come when this part of the time is over; evenly within a stretch."""
        come = Fraction(0)
        for length, share in self.stretches:
            if time < length:
                return come + share * time / length
            time, come = time - length, come + share
        return come


@dataclass(frozen=True)
class Call:
    """A call: its first and last day, and how its applicants come. `assumed`: no user stated the days."""

    first: datetime.date
    last: datetime.date
    curve: Curve
    assumed: bool = False

    @property
    def days(self) -> int:
        """How many, the first and the last counted."""
        return (self.last - self.first).days + 1

    @cached_property
    def _arrived(self) -> list[Fraction]:
        """The part that has come by the end of each day."""
        return [self.curve.arrived(Fraction(day, self.days)) for day in range(1, self.days + 1)]

    def day_of(self, key: int, of: int) -> datetime.date:
        """The day on which the applicant comes who has `key`, in 0 … `of` − 1 in the order of arrival.

        Raises:
            ValueError: for another key.
        """
        if not 0 <= key < of:
            raise ValueError(f"no key of {of}: {key}")
        return self.first + datetime.timedelta(bisect_right(self._arrived, Fraction(key, of)))

    def share_by(self, day: datetime.date) -> Fraction:
        """The part of all applicants that has come by the end of a day."""
        passed = (min(day, self.last) - self.first).days
        return self._arrived[passed] if passed >= 0 else Fraction(0)

    def assumptions(self) -> list[dict[str, str]]:
        """Why the call is as it is, in each language: what a report has to say of it."""
        data = _calendar()
        reasons = [data["opening"], data["days"]] if self.assumed else []
        found = [{"ja": reason["why_ja"], "en": reason["why_en"]} for reason in reasons]
        return [*found, {"ja": self.curve.why_ja, "en": self.curve.why_en}]


def default_call(fiscal_year: int, curve: str | None = None) -> Call:
    """The call that is assumed for a programme in the supplementary budget of a fiscal year."""
    opening, days = _calendar()["opening"], _calendar()["days"]["number"]
    first = datetime.date(fiscal_year + opening["years_after"], opening["month"], opening["day"])
    return Call(first, first + datetime.timedelta(days - 1), curve_of(curve), assumed=True)


def read_call(text: str) -> Call:
    """A call as a user writes it: `2025-04-01..2025-06-30`, both days counted, or `2025-04-01..2025-06-30,締切前`.

    Raises:
        KofuError: when it is not written so, ends before it begins, or names no curve.
    """
    match = _WRITTEN.fullmatch(text.strip())
    try:
        if not match:
            raise ValueError
        first, last = map(datetime.date.fromisoformat, match.groups()[:2])
    except ValueError as error:
        raise KofuError(
            f"公募期間「{text}」は読めません。2025-04-01..2025-06-30 のように、初日と最終日を書いてください",
            f"{text!r} is no call; write its first and last day, as 2025-04-01..2025-06-30",
        ) from error
    if last < first:
        raise KofuError(
            f"公募期間「{text}」は、終わりが始まりより前です。初日を先に書いてください",
            f"the call {text!r} ends before it begins; write the first day first",
        )
    call = Call(first, last, curve_of(match[3]))
    if call.days > _LONGEST:
        raise KofuError(
            f"公募期間「{text}」は長すぎます（{call.days}日）。{_LONGEST}日までにしてください",
            f"the call {text!r} is too long ({call.days} days); at most {_LONGEST}",
        )
    return call


def curve_of(name: str | None = None) -> Curve:
    """A curve by its Japanese or English name; None: the one that calendar.yaml uses where none is named.

    Raises:
        KofuError: when there is none of that name.
    """
    curves = _curves()
    wanted = _calendar()["curve"] if name is None else name
    for curve in curves:
        if wanted in (curve.name, curve.en):
            return curve
    ja, en = "、".join(c.name for c in curves), ", ".join(c.en for c in curves)
    raise KofuError(
        f"申請の届き方「{name}」はありません。{ja} から選んでください",
        f"there is no way of arriving {name!r}; choose one of {en}",
    )


@cache
def _calendar() -> Any:
    return load_plain(Path(__file__).with_name("calendar.yaml"))


@cache
def _curves() -> tuple[Curve, ...]:
    return tuple(_curve(name, data) for name, data in _calendar()["curves"].items())


def _curve(name: str, data: Any) -> Curve:
    stretches = tuple((Fraction(s["time"]), Fraction(s["applicants"])) for s in data["stretches"])
    times, shares = zip(*stretches, strict=True)
    # A day on which nobody comes would make the first and the last key miss the first and the last day.
    if sum(times) != 1 or sum(shares) != 1 or min(*times, *shares) <= 0:
        raise KofuError(
            f"calendar.yaml: {name}: 期間と申請者の割合は、それぞれ正の数で、合わせて1にしてください",
            f"calendar.yaml: {name}: parts of the time and of the applicants must be positive and add up to 1",
        )
    return Curve(name, data["en"], data["why_ja"], data["why_en"], stretches)
