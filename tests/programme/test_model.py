"""The model reads what officials write, exactly, and gives back what it read."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from kofu.programme.model import Flow, Programme
from kofu.programme.values import ExactQuantity, ExactRate, Lines, Yen
from kofu.programme.vocabulary import AmountKind, Comparator, Field, Instrument, LimitKind, RecipientClass
from kofu.text.printing import print_quantity, print_yen
from kofu.text.quantity import Quantity
from kofu.text.rates import QUALIFIERS

LINES: TypeAdapter[tuple[int, ...]] = TypeAdapter(Lines)
YEN: TypeAdapter[int] = TypeAdapter(Yen)
RATE = TypeAdapter(ExactRate)
QUANTITY: TypeAdapter[Quantity] = TypeAdapter(ExactQuantity)


@pytest.mark.parametrize("kind", [AmountKind, Comparator, Field, Instrument, LimitKind, RecipientClass])
def test_terms_are_read_in_japanese_and_as_codes(kind: type) -> None:
    for member in kind:
        assert kind.read(member.ja) is member
        assert kind.read(member.value) is member


def test_no_term_means_two_things() -> None:
    for kind in (AmountKind, Comparator, Field, Instrument, LimitKind, RecipientClass):
        words = [word for member in kind for word in {member.value, member.ja}]
        assert len(words) == len(set(words))


@pytest.mark.parametrize("instrument", ["補助", "subsidy"])
@pytest.mark.parametrize("keys", [("from", "to"), ("payer", "payee")])
def test_a_flow_is_read_in_yaml_and_in_code(instrument: str, keys: tuple[str, str]) -> None:
    flow = Flow.model_validate({keys[0]: "国", keys[1]: "県", "instrument": instrument, "at": "3-5"})
    assert (flow.payer, flow.payee, flow.instrument, flow.at) == ("国", "県", Instrument.SUBSIDY, (3, 4, 5))


def test_every_programme_survives_json(catalogue: list[Programme]) -> None:
    for programme in catalogue:
        for by_alias in (True, False):
            text = programme.model_dump_json(by_alias=by_alias)
            assert Programme.model_validate_json(text) == programme
    assert len(catalogue) == 114


@given(st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 40)), min_size=1, max_size=8), st.data())
def test_lines_are_read_in_the_order_written(runs: list[tuple[int, int]], data: st.DataObject) -> None:
    written: list[int | str] = []
    for first, more in runs:
        plain = more == 0 and data.draw(st.booleans())
        written.append(first if plain else f"{first}-{first + more}")
    expected = tuple(n for first, more in runs for n in range(first, first + more + 1))
    assert LINES.validate_python(written) == expected
    assert LINES.validate_json(LINES.dump_json(expected)) == expected


@pytest.mark.parametrize(
    "lines", [[], None, 0, "0", "5-3", "a", "3-", "-3", "1.5", 1.5, True, "²", {}, "1-99999999999", ["1,2"]]
)
def test_bad_line_numbers_are_refused(lines: object) -> None:
    with pytest.raises(ValidationError, match="行番号"):
        LINES.validate_python(lines)


@given(st.integers(0, 2**53 - 1))
def test_yen_survive_being_printed(yen: int) -> None:
    assert YEN.validate_python(print_yen(yen)) == yen


@pytest.mark.parametrize(
    ("written", "yen"),
    [
        ("7.9億円", 790_000_000),
        ("1兆324億円", 1_032_400_000_000),
        ("３，４００億円", 340_000_000_000),
        (5, 5),
    ],
)
def test_yen_as_sheets_print_them(written: object, yen: int) -> None:
    assert YEN.validate_python(written) == yen


@pytest.mark.parametrize(
    "written",
    [1.5, 12.0, True, None, "12億", "たくさん", "0.5円", "12億円くらい", "-3円", "", "1/2", "5ドル", {}, [1]],
)
def test_money_is_a_whole_sum_of_yen_or_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        YEN.validate_python(written)


@given(
    st.integers(1, 99).flatmap(lambda d: st.tuples(st.integers(0, 99), st.just(d))),
    st.sampled_from(["", *QUALIFIERS[:-1]]),
)
def test_rates_keep_fraction_and_qualifier(parts: tuple[int, int], qualifier: str) -> None:
    written = f"{parts[0]}/{parts[1]}{qualifier}"
    rate = RATE.validate_python(written)
    assert (rate.value, rate.qualifier, str(rate)) == (Fraction(*parts), qualifier, written)
    assert RATE.validate_json(RATE.dump_json(rate)) == rate


@pytest.mark.parametrize(
    "written", [0.5, 1, True, None, "0.5", "半分", "1/0", "1/2と1/3", "", "国1/2", ["1/2"]]
)
def test_a_rate_is_a_fraction_or_refused(written: object) -> None:
    with pytest.raises(ValidationError, match="補助率"):
        RATE.validate_python(written)


_UNITS = st.sampled_from(["円", "%", "者", "円/kWh", "トン/年", "団体", "年", "km2"])


@given(st.fractions(min_value=0, max_value=10**12), _UNITS)
def test_quantities_survive_json(value: Fraction, unit: str) -> None:
    quantity = Quantity(value, unit)
    assert QUANTITY.validate_json(QUANTITY.dump_json(quantity)) == quantity


@given(st.integers(0, 10**14), st.integers(0, 4), _UNITS)
def test_quantities_survive_being_printed(digits: int, places: int, unit: str) -> None:
    quantity = Quantity(Fraction(digits, 10**places), unit)
    assert QUANTITY.validate_python(print_quantity(quantity)) == quantity


@pytest.mark.parametrize(
    "written",
    [80, 0.5, None, "多数", "1と2", {"value": "1"}, {"value": "1/0", "unit": "%"}, {"value": "x", "unit": ""},
     {"value": "1e99999999", "unit": "円"}, {}, [], {"value": "1", "unit": None}],
)  # fmt: skip
def test_a_quantity_has_an_exact_number_and_a_unit(written: object) -> None:
    with pytest.raises(ValidationError):
        QUANTITY.validate_python(written)


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)))
def test_no_value_breaks_the_model(value: object) -> None:
    for adapter in (LINES, YEN, RATE, QUANTITY):
        try:
            adapter.validate_python(value)
        except ValidationError:
            continue
