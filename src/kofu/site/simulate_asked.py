"""What a simulation on the site is asked, from a JSON body or the fields of an address, checked and made canonical."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, get_args

from kofu.errors import KofuError
from kofu.population.assumptions.premises import with_overrides
from kofu.population.made.firms import Firms
from kofu.population.money.budget import Order
from kofu.population.question import Question
from kofu.population.variants import Variant, gathered
from kofu.programme.model import Programme
from kofu.rules.units import RATIO, parse_unit
from kofu.rules.vocabulary import normal
from kofu.site.params import Asked, BadRequestError, Pairs
from kofu.text.measure import parse_measure

Json = dict[str, Any]
ORDERS: tuple[str, ...] = get_args(Order)
SCORES = ("従業員数", "資本金", "補助対象経費", "投資額")
"""What may be the points by which the highest is served first: columns of the population."""
TRIED = "試す案"
"""The name of the variant that an address describes."""
TAKE_UP = "1%"
MOST_ROWS = 10_000_000
MOST_PROGRAMMES = 20
_MOST_VARIANTS = 20
_MOST_VALUES = 200
_LONGEST = 200
_MOST_SEED = 2**31 - 1
_BODY = {"programmes", "population", "variants", "take_up", "order", "score", "assume", "seed", "lang"}
_ADDRESS = {"programme", "take_up", "order", "score", "seed"}
_PARAM, _ASSUME = "param.", "assume."
Values = tuple[tuple[str, str], ...]


@cache
def nation() -> int:
    """How many firms there are."""
    return Firms().represents


@cache
def _code() -> str:
    """A hash of what works simulations out: answers that are kept are of this program and no other."""
    package = Path(__file__).parents[1]
    whole = hashlib.sha256()
    for part in ("population", "rules", "programme", "text"):
        for path in sorted(p for p in (package / part).rglob("*") if p.suffix in (".py", ".yaml")):
            whole.update(path.read_bytes())
    return whole.hexdigest()


@dataclass(frozen=True)
class Asking:
    """A simulation as it was asked. `population`: rows to make up; values are (name, as written), sorted."""

    programmes: tuple[str, ...]
    population: int = field(default_factory=nation)
    variants: tuple[tuple[str, Values], ...] = ()
    take_up: str = TAKE_UP
    order: str | None = "arrival"
    score: str | None = None
    assume: Values = ()
    seed: int = 1

    def record(self) -> Json:
        """As it is written down; `from_record` reads it again."""
        return asdict(self)

    def key(self, catalogue: str) -> str:
        """The name of the question: the same on every server of the same code over this `catalogue` (its stamp)."""
        same = {**self.record(), "take_up": str(self.share)}
        text = json.dumps([_code(), catalogue, same], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @property
    def share(self) -> Fraction:
        """The take-up as a number."""
        return read_share(self.take_up)

    @property
    def pairs(self) -> Pairs:
        """The fields of the address that asks this (its first variant; the number of rows aside)."""
        tried = self.variants[0][1] if self.variants else ()
        fields = [("programme", i) for i in self.programmes]
        fields += [(_PARAM + name, value) for name, value in tried]
        fields += [("take_up", self.take_up)] if self.take_up != TAKE_UP else []
        fields += [("order", str(self.order))] if self.order != "arrival" else []
        fields += [("score", self.score)] if self.score else []
        fields += [(_ASSUME + name, value) for name, value in self.assume]
        return fields + ([("seed", str(self.seed))] if self.seed != 1 else [])

    def question(self, find: Callable[[str], Programme]) -> Question:
        """The question with its programmes, as `find` gives them.

        Raises:
            KofuError: an unknown programme, one without rules, a parameter, premise or value that cannot be.
        """
        programmes = tuple(map(find, self.programmes))
        if empty := next((p.id for p in programmes if not p.benefits), None):
            raise BadRequestError.of("e400_no_rules", name=empty)
        question = Question(
            programmes,
            gathered([Variant(name, dict(values), {}) for name, values in self.variants], []),
            take_up=self.share,
            order=self.order,  # type: ignore[arg-type]  # checked when it was read
            score=self.score,
            premises=with_overrides(dict(self.assume)),
            seed=self.seed,
        )
        for programme in programmes:
            for variant in question.variants.every:
                question.rules_of(programme, variant)
        return question


def from_record(record: Mapping[str, Any]) -> Asking:
    """What `Asking.record` wrote down."""
    return Asking(
        tuple(record["programmes"]),
        record["population"],
        tuple((name, _pairs(values)) for name, values in record["variants"]),
        record["take_up"],
        record["order"],
        record["score"],
        _pairs(record["assume"]),
        record["seed"],
    )


def _pairs(values: Any) -> Values:
    return tuple((name, value) for name, value in values)


# --- from a body


def from_body(body: Any) -> Asking:
    """A JSON body.

    Raises:
        BadRequestError: naming the key that is wrong.
    """
    if not isinstance(body, dict):
        raise BadRequestError.of("e400_json")
    if unknown := next((key for key in body if key not in _BODY), None):
        raise BadRequestError.of("e400_key", field=str(unknown)[:40], allowed=", ".join(sorted(_BODY)))
    if body.get("lang", "ja") not in ("ja", "en"):
        raise _choice("lang", body["lang"], ("ja", "en"))
    order, score = _order(body.get("order", "arrival"), body.get("score"))
    variants = body.get("variants", [])
    if not isinstance(variants, list) or len(variants) > _MOST_VARIANTS:
        raise BadRequestError.of("e400_variants", most=_MOST_VARIANTS)
    return Asking(
        _ids(body.get("programmes")),
        _number("population", body.get("population", nation()), MOST_ROWS),
        tuple(_variant(each) for each in variants),
        _take_up(body.get("take_up", TAKE_UP)),
        order,
        score,
        _values("assume", body.get("assume", {})),
        _number("seed", body.get("seed", 1), _MOST_SEED),
    )


def _order(order: Any, score: Any) -> tuple[str | None, str | None]:
    """The order and, where it needs points, what they are: the number of employees unless something is said."""
    if order is not None and order not in ORDERS:
        raise _choice("order", order, ORDERS)
    if score is not None and score not in SCORES:
        raise _choice("score", score, SCORES)
    return order, (score or SCORES[0]) if order == "score" else None


def _ids(found: Any) -> tuple[str, ...]:
    if found is None or found == []:
        raise BadRequestError.of("e400_missing", field="programmes")
    plain = isinstance(found, list) and all(isinstance(i, str) and len(i) <= _LONGEST for i in found)
    if not plain or len(found) > MOST_PROGRAMMES:
        raise BadRequestError.of("e400_programmes", most=MOST_PROGRAMMES)
    return tuple(dict.fromkeys(found))


def _variant(each: Any) -> tuple[str, Values]:
    name = each.get("name", TRIED) if isinstance(each, dict) and set(each) <= {"name", "parameters"} else None
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST or not each.get("parameters"):
        raise BadRequestError.of("e400_variants", most=_MOST_VARIANTS)
    return name, _values("parameters", each["parameters"])


def _values(field: str, found: Any) -> Values:
    """Names and values as people write them; numbers and truth values become text."""
    if not isinstance(found, dict) or len(found) > _MOST_VALUES:
        raise BadRequestError.of("e400_object", field=field, most=_MOST_VALUES)
    return _checked((str(name), _text(name, value)) for name, value in found.items())


def _checked(pairs: Any) -> Values:
    read: dict[str, str] = {}
    for written, value in pairs:
        name = normal(written).strip()
        if len(name) > _LONGEST or len(value) > _LONGEST:
            raise BadRequestError.of("e400_answer", field=name[:40], most=_LONGEST)
        if read.setdefault(name, value) != value:
            raise BadRequestError.of("e400_twice", field=name[:40], one=read[name][:40], other=value[:40])
    return tuple(sorted(read.items()))


def _text(name: object, value: Any) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, str) or (isinstance(value, int | float) and abs(value) < 10**18):
        return str(value).strip()
    raise BadRequestError.of("e400_answer", field=str(name)[:40], most=_LONGEST)


def _number(name: str, value: Any, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= high:
        shown = value if isinstance(value, int) and abs(value) < 10**20 else "?"
        raise BadRequestError.of("e400_number", field=name, value=shown, low=1, high=high)
    return value


def _take_up(value: Any) -> str:
    text = str(value).strip() if isinstance(value, str | float) or value == 1 else ""
    if len(text) > _LONGEST or not 0 < read_share(text) <= 1:
        raise BadRequestError.of("e400_share", field="take_up", value=text[:40])
    return text


def read_share(text: str) -> Fraction:
    """1/5, 20%, 20 % → 1/5; what cannot be read is 0, which is no share."""
    try:
        measure = parse_measure(normal(text).replace(" ", ""))
    except (KofuError, ValueError, ZeroDivisionError):
        return Fraction(0)
    factor, unit = parse_unit(measure.unit)
    return measure.value * factor if unit == RATIO and not measure.qualifier else Fraction(0)


def with_rows(asking: Asking, text: str | None) -> Asking:
    """The same question over so many firms, as typed in a form; an empty field is the whole nation.

    Raises:
        BadRequestError: it is no number of firms.
    """
    return replace(asking, population=_typed("population", text or str(nation()), MOST_ROWS))


def _typed(name: str, text: str, high: int) -> int:
    digits = normal(text).replace(",", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 12):
        raise BadRequestError.of("e400_number", field=name, value=text[:40], low=1, high=high)
    return _number(name, int(digits), high)


def _choice(name: str, value: Any, allowed: tuple[str, ...]) -> BadRequestError:
    shown = str(value)[:40] if isinstance(value, str) else type(value).__name__
    return BadRequestError.of("e400_choice", field=name, value=shown, allowed=", ".join(allowed))


# --- from an address


def from_address(asked: Asked, strict: bool) -> Asking:
    """The fields of an address; empty ones are as if they were not there. `strict` refuses names it does not know.

    Raises:
        BadRequestError: naming the field that is wrong.
    """
    pairs = [(name, value) for name, value in asked.answers if value]
    single = {name: value for name, value in pairs if name in _ADDRESS}
    named = {
        prefix: [(name.removeprefix(prefix), value) for name, value in pairs if name.startswith(prefix)]
        for prefix in (_PARAM, _ASSUME)
    }
    for name, _ in pairs:
        if strict and name not in _ADDRESS and not name.startswith((_PARAM, _ASSUME)):
            allowed = ", ".join([*sorted(_ADDRESS), f"{_PARAM}…", f"{_ASSUME}…", "lang"])
            raise BadRequestError.of("e400_key", field=name[:40], allowed=allowed)
    order, score = _order(single.get("order", "arrival"), single.get("score"))
    tried = _checked(named[_PARAM])
    return Asking(
        _ids([value for name, value in pairs if name == "programme"]),
        variants=((TRIED, tried),) if tried else (),
        take_up=_take_up(single.get("take_up", TAKE_UP)),
        order=order,
        score=score,
        assume=_checked(named[_ASSUME]),
        seed=_typed("seed", single.get("seed", "1"), _MOST_SEED),
    )
