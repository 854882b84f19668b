"""The queue of a programme's applicants, in a few passes over a population of any size.

Applicants are counted in buckets of their key; the one in which the money ends is looked at more closely until it
is small enough to be fetched. So nothing grows with the population but the time of a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kofu.population.asked import Asked
from kofu.population.counting.frame import Frame
from kofu.population.counting.tally import Counts, Tally
from kofu.population.dataset import NUMBER
from kofu.population.money.budget import Applicant
from kofu.rules.columns.form import Column, Form
from kofu.rules.columns.ranges import Ranges

Count = Callable[[list[Tally]], list[Counts]]
Buckets = dict[int, tuple[int, int]]
"""First key of a bucket → (applicants, yen)."""
Span = tuple[int, int]
"""First and last key."""
_STEP = 12
"""Each look is 2 to this power times as close; widths are powers of two, so that buckets lie in one another."""
_FETCHED = 20_000
"""So many applicants are looked at one by one."""


class Queues:
    """The applicants under several variants in the order of one key, where the money does not suffice."""

    def __init__(self, frame: Frame, variants: Sequence[Asked], key: Form, budget: int, work: Count) -> None:
        self._frame, self._key, self._budget, self._work = frame, key, budget, work
        self._values = [form for asked in variants for form in (asked.queues, asked.state)]
        self._count = len(variants)

    def served(self) -> list[tuple[Buckets, list[Applicant]]]:
        """For each variant its buckets, and the applicants of the one in which the money ends."""
        width = 1 << max(0, Ranges().of(self._key)[1].bit_length() - _STEP)
        every = self._counted(width, [])
        ends = [self._crossed(buckets, width) for buckets in every]
        while width > 1 and (wide := [i for i, end in enumerate(ends) if every[i][end[0]][0] > _FETCHED]):
            width = max(1, width >> _STEP)
            inner = self._counted(width, [ends[i] for i in wide])
            for i in wide:
                first, last = ends[i]
                del every[i][first]
                every[i] |= {start: cell for start, cell in inner[i].items() if first <= start <= last}
                ends[i] = self._crossed(every[i], width)
        return list(zip(every, self._inside(ends), strict=True))

    def _counted(self, width: int, spans: Sequence[Span]) -> list[Buckets]:
        """The buckets of each variant, of the keys in some span."""
        bucket = self._frame.forms.floor(self._key, width)
        [[counts]] = self._work([Tally((bucket,), tuple(self._values), self._where(spans))])
        return [
            {code * width: (v[1 + 2 * i], v[2 + 2 * i]) for code, v in counts.items() if v[1 + 2 * i]}
            for i in range(self._count)
        ]

    def _inside(self, spans: Sequence[Span]) -> list[list[Applicant]]:
        """For each variant the (key, number, yen) of those in its span."""
        column = self._frame.dataset.by_name[NUMBER]
        number = self._frame.forms.keep(Column(NUMBER, "number", column.low, column.high))
        [[counts]] = self._work([Tally((number,), (self._key, *self._values), self._where(spans))])
        return [
            [
                (v[1], code, v[3 + 2 * i])
                for code, v in counts.items()
                if v[2 + 2 * i] and first <= v[1] <= last
            ]
            for i, (first, last) in enumerate(spans)
        ]

    def _crossed(self, buckets: Buckets, width: int) -> Span:
        """The keys of the bucket in which the money ends."""
        spent = 0
        for start in sorted(buckets):
            spent += buckets[start][1]
            if spent > self._budget:
                return start, start + width - 1
        raise AssertionError("the demand exceeds the budget")

    def _where(self, spans: Sequence[Span]) -> Form:
        """Applies under some variant, and lies in some span."""
        forms = self._frame.forms
        applies = forms.logic("or", self._values[::2])
        if not spans:
            return applies
        inside = []
        for first, last in dict.fromkeys(spans):
            above = forms.compare(">=", self._key, forms.integer(first))
            inside.append(forms.logic("and", [above, forms.compare("<=", self._key, forms.integer(last))]))
        return forms.logic("and", [forms.logic("or", inside), applies])
