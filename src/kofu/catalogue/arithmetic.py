"""`derived: 1/2 ÷ 3/4`: arithmetic over printed numbers, worked out exactly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from kofu.text.numbers import find_numbers
from kofu.text.rates import find_rates

_STEP = re.compile(r"\s*([÷×＋+−-])\s*")


@dataclass(frozen=True)
class Sum:
    """The printed numbers of an arithmetic, and what it gives; `total` None: a division by zero."""

    operands: tuple[Fraction, ...]
    total: Fraction | None


def work_out(derived: str) -> Sum | None:
    """What an arithmetic from left to right gives; None where the text is no arithmetic but words."""
    steps = _STEP.split(derived.split("=")[0].split("＝")[0].strip())
    operands = [_operand(step) for step in steps[::2]]
    known = tuple(operand for operand in operands if operand is not None)
    if len(operands) < 2 or len(known) < len(operands):
        return None
    total = known[0]
    for sign, operand in zip(steps[1::2], known[1:], strict=True):
        if sign == "÷" and operand == 0:
            return Sum(known, None)
        total = _apply(sign, total, operand)
    return Sum(known, total)


def _apply(sign: str, left: Fraction, right: Fraction) -> Fraction:
    if sign == "÷":
        return left / right
    if sign == "×":
        return left * right
    return left + right if sign in "＋+" else left - right


def _operand(text: str) -> Fraction | None:
    found = [m.rate.value for m in find_rates(text)] or [n.value for n in find_numbers(text)]
    return found[0] if len(found) == 1 else None
