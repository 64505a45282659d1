"""Resident ids: what is accepted, what is refused and why, and that no number escapes."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import ric

from identity.duplicates import number_key
from identity.resident_id import (
    CHECK_DIGITS,
    REFUSALS,
    Refusal,
    ResidentId,
    age_on,
    check_digit,
    compose,
    mask,
    normalise,
    parse,
)

TODAY = date(2026, 3, 1)
PUBLISHED = ("11010519491231002X", "440524188001010014")  # the two examples printed in GB 11643

areas = st.integers(0, 9999).map(lambda number: f"99{number:04d}")
births = st.dates(min_value=date(1900, 1, 1), max_value=TODAY)
serials = st.integers(0, 999)
numbers = st.builds(compose, areas, births, serials)


@pytest.mark.parametrize(
    ("number", "born_on", "sex"),
    [(PUBLISHED[0], date(1949, 12, 31), "female"), (PUBLISHED[1], date(1880, 1, 1), "male")],
)
def test_the_examples_of_the_standard_are_read(number, born_on, sex):
    assert parse(number, today=TODAY) == ResidentId(number, born_on, sex)


@given(areas, births, serials)
def test_what_is_composed_is_read_back(area, born_on, serial):
    read = parse(compose(area, born_on, serial), today=TODAY)
    assert isinstance(read, ResidentId)
    assert (read.born_on, read.sex) == (born_on, "male" if serial % 2 else "female")


@given(numbers)
def test_the_check_digit_agrees_with_an_independent_library(number):
    assert check_digit(number[:17]) == ric.calc_check_digit(number)


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(number, position, digit):
    assume(number[position] != digit)
    assert isinstance(parse(number[:position] + digit + number[position + 1 :], today=TODAY), Refusal)


@given(numbers, st.integers(0, 16))
def test_two_swapped_neighbours_are_always_noticed(number, position):
    assume(number[position] != number[position + 1])
    swapped = number[:position] + number[position + 1] + number[position] + number[position + 2 :]
    assert isinstance(parse(swapped, today=TODAY), Refusal)


@given(st.from_regex(r"[0-9]{6}", fullmatch=True), births)
def test_no_area_is_ever_refused(area, born_on):
    first_17 = f"{area}{born_on:%Y%m%d}001"
    assert isinstance(parse(first_17 + check_digit(first_17), today=TODAY), ResidentId)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("  \u3000", "empty"),
        ("110105491231002", "old_15_digits"),
        ("1101051949123100", "wrong_length"),
        ("11010519491231002XX", "wrong_length"),
        ("1101051949123100XX", "wrong_characters"),
        ("11010519491231002Y", "wrong_characters"),
        ("110105194902310020", "impossible_birth_date"),
        ("110105000001010020", "impossible_birth_date"),
        ("110105209912310020", "birth_date_in_future"),
        ("110105194912310021", "wrong_check_digit"),
    ],
)
def test_a_refusal_says_why(text, code):
    assert parse(text, today=TODAY) == Refusal(code)
    assert Refusal(code).message == REFUSALS[code]


def test_who_was_born_today_is_accepted_and_who_is_born_tomorrow_is_not():
    newborn = compose("990001", TODAY, 1)
    assert isinstance(parse(newborn, today=TODAY), ResidentId)
    assert parse(newborn, today=date(2026, 2, 28)) == Refusal("birth_date_in_future")


@pytest.mark.parametrize(
    "typed", ["11010519491231002x", " 110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_numbers_are_read_as_people_type_them(typed):
    assert normalise(typed) == PUBLISHED[0]
    assert isinstance(parse(typed, today=TODAY), ResidentId)


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text):
    assert isinstance(parse(text, today=TODAY), ResidentId | Refusal)


@given(numbers)
def test_a_mask_hides_the_birth_date_and_keeps_the_length(number):
    masked = mask(number)
    assert masked == number[:6] + "********" + number[14:]


@given(st.text(max_size=40).filter(lambda text: len(text) != 18))
def test_what_is_no_number_is_hidden_completely(text):
    assert mask(text) == "*" * len(text)


@given(numbers)
def test_no_number_appears_in_a_log_line(number):
    assert number not in repr(parse(number, today=TODAY))
    assert number[6:14] not in repr(parse(number, today=TODAY))


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2013, 2, 28), 12), (date(2013, 3, 1), 13), (date(2016, 2, 28), 15), (date(2016, 2, 29), 16)],
)
def test_age_is_counted_in_completed_years(day, age):
    assert age_on(date(2000, 2, 29), day) == age


@pytest.mark.parametrize("area", ["430981", "99", "9900011", "99000a"])
def test_no_number_is_made_up_for_a_real_area(area):
    with pytest.raises(ValueError, match="begin with 99"):
        compose(area, date(1950, 1, 1), 1)


@pytest.mark.parametrize("serial", [-1, 1000])
def test_a_serial_has_three_digits(serial):
    with pytest.raises(ValueError, match="serial"):
        compose("990001", date(1950, 1, 1), serial)


def test_all_check_digits_occur():
    assert {compose("990001", date(1950, 1, 1), serial)[17] for serial in range(100)} == set(CHECK_DIGITS)


@pytest.mark.parametrize("area", ["510202", "422801", "460000", "990981", "000000"])
def test_a_number_is_never_refused_for_its_area(area):
    """Former areas are no longer listed (510202 lay in Sichuan until 1997), and the number stays as it is."""
    first_17 = f"{area}19490101001"
    assert isinstance(parse(first_17 + check_digit(first_17), today=date(2026, 1, 1)), ResidentId)


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_the_number_of_the_first_generation_and_its_successor_have_one_key(born_on, serial):
    number = compose("990981", born_on, serial)
    assert number_key(number[:6] + number[8:17]) == number_key(f" {number.lower()} ") == number


def test_no_number_has_no_key():
    assert number_key(None) is number_key(" ") is None
