"""Amount bands: the ranges by which people look for programmes."""

from __future__ import annotations

OKU = 100_000_000

# code, lower bound in yen, Japanese, English; a programme is in the last band whose bound it reaches.
BANDS = (
    ("under-1", 0, "1億円未満", "under ¥100 million"),
    ("1-10", OKU, "1億円～10億円", "¥100 million – ¥1 billion"),
    ("10-50", 10 * OKU, "10億円～50億円", "¥1 – 5 billion"),
    ("50-100", 50 * OKU, "50億円～100億円", "¥5 – 10 billion"),
    ("100-1000", 100 * OKU, "100億円～1,000億円", "¥10 – 100 billion"),
    ("over-1000", 1000 * OKU, "1,000億円以上", "¥100 billion and over"),
)
NOT_STATED = ("not-stated", "記載なし", "not stated")


def band_of(yen: int | None) -> str:
    """The code of the band of an appropriation in yen; None is "not-stated"."""
    if yen is None:
        return NOT_STATED[0]
    return [code for code, bound, _, _ in BANDS if yen >= bound][-1]
