"""Numbers and money as Vietnamese officers write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cchc_xl.text.money import dong_from_million, exact, million_from_dong, million_number
from cchc_xl.text.numbers import format_million, number_readings, parse_amount, parse_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("3,4", "3.4"),
        ("12,5", "12.5"),
        ("6.170", "6170"),
        ("1478,4", "1478.4"),
        ("1.478,4", "1478.4"),
        ("2.050.000.000", "2050000000"),
        ("-15,5", "-15.5"),
        (" 150 ", "150"),
    ],
)
def test_numbers_are_read_by_vietnamese_rules(text, number):
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "mười", "1.5", "1,478.4", "12.34", "1.2345", "15 triệu", "--"]
)
def test_what_is_no_vietnamese_number_is_not_guessed(text):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1.478,4", ["1478.4"]),
        ("1,478.4", ["1478.4"]),
        ("12,5", ["12.5"]),
        ("12.5", ["12.5"]),
        ("150", ["150"]),
        ("1.500", ["1500", "1.5"]),
        ("1,500", ["1.5", "1500"]),
        ("mười", []),
    ],
)
def test_a_typed_number_keeps_every_reading_it_allows(text, readings):
    assert list(number_readings(text)) == [Decimal(r) for r in readings]


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_any_amount_survives_writing_and_reading(dong):
    assert parse_number(format_million(dong)) == million_from_dong(dong)
    assert dong_from_million(million_from_dong(dong)) == dong


@given(st.integers(min_value=0, max_value=10**14))
def test_an_amount_survives_a_spreadsheet_cell(dong):
    """A cell holds a binary float; the đồng must come back exactly."""
    cell = million_number(dong)
    assert dong_from_million(exact(cell)) == dong


def test_noise_of_binary_sums_is_not_taken_for_money():
    assert exact(0.1 + 0.2) == Decimal("0.3")
    assert dong_from_million(exact(3.4 + 10 + 3.4 + 10 + 3.2)) == 30_000_000


def test_nothing_known_is_not_zero():
    assert million_number(None) is None
    assert million_number(0) == 0


def test_an_amount_typed_by_hand_with_a_comma_and_three_digits_is_not_guessed():
    assert parse_amount("1,500") is None
    assert parse_amount("0,105") == Decimal("0.105")
    assert parse_amount("1.500") == 1500
