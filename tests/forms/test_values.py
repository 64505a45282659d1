from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.values import as_date, as_number, as_text, finite, number_text

SINGLE = (
    st.text(max_size=30) | st.booleans() | st.dates() | st.none() | st.decimals(allow_nan=False, allow_infinity=False)
)


@given(SINGLE | st.lists(SINGLE, max_size=2).map(tuple))
def test_every_value_has_a_number_a_text_and_a_date_or_none(value):
    as_number(value), as_date(value)
    assert isinstance(as_text(value), str)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6))
def test_a_number_keeps_its_value_as_text(number):
    assert as_number(number_text(number)) == number


@given(st.dates())
def test_a_date_is_its_number_of_days(day):
    assert as_date(as_number(day)) == day


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e25"])
def test_what_no_form_can_mean_is_not_a_number(number):
    assert finite(Decimal(number)) is None


def test_what_is_too_small_to_mean_anything_is_zero():
    assert finite(Decimal("1e-40")) == 0


def test_a_date_beyond_the_calendar_is_none():
    assert as_date(Decimal(10**12)) is None
    assert as_date("2026-13-01") is None
    assert as_date(date(2026, 7, 1)) == date(2026, 7, 1)


def test_minus_zero_is_written_as_zero():
    assert number_text(Decimal("-0.00")) == "0"
