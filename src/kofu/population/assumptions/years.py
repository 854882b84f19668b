"""Cost by fiscal year: in which year committed money is paid. Sheets do not say; the timing is assumed or given."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from kofu.errors import KofuError
from kofu.population.assumptions.assumed import measure, split_pairs, timings
from kofu.programme.vocabulary import Instrument

YearParts = Mapping[int, Fraction]
"""Fiscal year → part of the money that is paid in it; they add up to 1."""
_YEARS = range(1900, 2200)


def pay_years(
    yen: int, fiscal_year: int, instrument: Instrument, timing: YearParts | None = None
) -> dict[int, int]:
    """What is paid of `yen` in which fiscal year, in their order.

    Without `timing`, as assumed for the instrument from the budget's own `fiscal_year` on (`assumed.yaml`). Each
    part is rounded down and the last year takes the rest, so that the parts add up to `yen`. For loans and
    guarantees these are the years in which they are given.

    Raises:
        KofuError: when `timing` names a year before the budget's.
    """
    parts = year_parts(fiscal_year, instrument) if timing is None else timing
    years = sorted(year for year, part in parts.items() if part)
    if years[0] < fiscal_year:
        raise KofuError(
            f"支払の時期に、予算の年度（{fiscal_year}）より前の{years[0]}年度があります。{fiscal_year}年度以後にしてください",
            f"the timing pays in fiscal {years[0]}, before the budget's own {fiscal_year}; begin no earlier than that",
        )
    paid = {year: yen * parts[year].numerator // parts[year].denominator for year in years}
    paid[years[-1]] += yen - sum(paid.values())
    return paid


def year_parts(fiscal_year: int, instrument: Instrument) -> YearParts:
    """The assumed timing of an instrument for a budget of this year."""
    return dict(enumerate(timings()[instrument].parts, fiscal_year))


def read_timing(text: str) -> YearParts:
    """The user's own timing: `2024=1/4,2025=3/4`, parts as fractions or in per cent.

    Raises:
        KofuError: when a year is none, or the parts are negative or do not add up to 1.
    """
    parts: dict[int, Fraction] = {}
    for name, value in split_pairs(text):
        year = int(name) if name.isdecimal() and len(name) == 4 else 0
        part, unit = measure(name, value)
        if year not in _YEARS or unit != () or part < 0:
            raise KofuError(
                f"支払の時期の「{name}={value}」を読めません。「2024=1/4,2025=3/4」のように、年度（西暦）と0以上の割合を書いてください",
                f"cannot read {name}={value} in the timing; write fiscal years and parts like 2024=1/4,2025=3/4",
            )
        parts[year] = part
    if (total := sum(parts.values())) != 1:
        raise KofuError(
            f"支払の時期の割合を足すと{total}です。合計が1になるようにしてください",
            f"the parts of the timing add up to {total}; let them add up to 1",
        )
    return parts


def timing_record(
    fiscal_year: int, instrument: Instrument, timing: YearParts | None = None
) -> dict[str, str]:
    """One sentence in each language on when money is paid, for what rests on it."""
    parts = year_parts(fiscal_year, instrument) if timing is None else timing
    paid = [(year, part) for year, part in sorted(parts.items()) if part]
    ja = f"{instrument.ja}の支払: {'、'.join(f'{year}年度に{part}' for year, part in paid)}"
    en = f"payment by {instrument.en}: {', '.join(f'{part} in fiscal {year}' for year, part in paid)}"
    if timing is not None:
        return {"ja": f"{ja}（指定）", "en": f"{en} (given)"}
    why = timings()[instrument]
    return {"ja": f"{ja}（仮定）: {why.why_ja}", "en": f"{en} (assumed): {why.why_en}"}
