"""What documents are written in: code points, numbers, yen, dates, rates and terms.

Every finder returns matches with `start` and `end` in the text it was given; a `Repaired` text maps those
back to the raw text. Values are exact: `int` for yen, `fractions.Fraction` for everything else.
"""
